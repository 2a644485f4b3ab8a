/* SPDX-License-Identifier: Apache-2.0 */
/** Moved: all domains share it. See base/ids.h. */
#pragma once

#include "base/ids.h"
