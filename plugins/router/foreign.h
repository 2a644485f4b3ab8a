/* SPDX-License-Identifier: Apache-2.0 */
/**
 * Tuples of transports that live on other workers. The kernel hashes addresses, so the datagrams of
 * a peer may land on any worker's socket; a check's ufrag tells the owner, and what follows from
 * the same tuple goes the same way. A bounded table: whose media comes keeps his place, and
 * strangers, whose checks nobody has authenticated here, can only push one another out. Thread:
 * worker.
 */
#pragma once

#include "base/addr.h"

typedef struct _ParlorForeign ParlorForeign;

/** `key` is random. */
ParlorForeign *parlor_foreign_new (guint64 key);
void parlor_foreign_free (ParlorForeign *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (ParlorForeign, parlor_foreign_free)
/** A check for that worker came from there. Changes nothing for a tuple that was looked for in the
 * last second, and for nobody's when all of its set were. */
void parlor_foreign_put (ParlorForeign *self, const ParlorTuple *tuple, guint worker,
                         gint64 now_us);
/** -1 = not known. */
gint parlor_foreign_find (ParlorForeign *self, const ParlorTuple *tuple, gint64 now_us);
/** It was looked for in the last second: somebody of another worker talks from there. */
gboolean parlor_foreign_holds (ParlorForeign *self, const ParlorTuple *tuple, gint64 now_us);

/** Of the 36 bytes; for hash tables keyed by tuples. */
guint parlor_tuple_hash (gconstpointer tuple);
gboolean parlor_tuple_equal_func (gconstpointer a, gconstpointer b);
