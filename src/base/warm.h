/* SPDX-License-Identifier: Apache-2.0 */
/* Fetching memory before it is needed. A worker serves hundreds of receivers one after the other,
 * each with some forty cache lines of its own, and between two frames others have used the caches:
 * asked for two or three receivers ahead, the lines come while others are served. Pure, any thread;
 * any address is allowed, NULL too, and nothing happens but a little sooner. */
#pragma once
#include <glib.h>

static inline void
parlor_warm (gconstpointer memory, gsize bytes)
{
  const guint8 *line = memory;
  for (gsize i = 0; i < bytes; i += 64)
    __builtin_prefetch (line + i, 0, 2);
}
