/* SPDX-License-Identifier: Apache-2.0 */
/** Moved: all domains share it. See base/error.h. */
#pragma once

#include "base/error.h"
