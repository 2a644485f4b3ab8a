/* SPDX-License-Identifier: Apache-2.0 */
/** What Parlor promises, asked of a result: a load that is a test. */
#pragma once

#include "load/crowd.h"

typedef struct _LoadResult LoadResult;

gboolean load_expect_is_known (const char *name);
/** options->expect of what was just measured. FALSE: `error` says which promise was not kept, by
 * whom and by how much; the first of them. */
gboolean load_expect (const LoadCrowd *crowd, const LoadOptions *options, const LoadResult *result,
                      GError **error);
