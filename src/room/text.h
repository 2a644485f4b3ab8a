/* SPDX-License-Identifier: Apache-2.0 */
/** Moved: all domains share it. See base/text.h. */
#pragma once

#include "base/text.h"
