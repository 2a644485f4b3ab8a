/* SPDX-License-Identifier: Apache-2.0 */
/**
 * Tuples of transports that live on other workers. The kernel hashes addresses, so the datagrams of
 * a peer may land on any worker's socket; a check's ufrag tells the owner, and what follows from
 * the same tuple goes the same way. A bounded table: strangers can fill it, and then push one
 * another out. Thread: worker.
 */
#pragma once

#include "base/addr.h"

typedef struct _ParlorForeign ParlorForeign;

ParlorForeign *parlor_foreign_new (void);
void parlor_foreign_free (ParlorForeign *self);
void parlor_foreign_put (ParlorForeign *self, const ParlorTuple *tuple, guint worker);
/** -1 = not known. */
gint parlor_foreign_find (const ParlorForeign *self, const ParlorTuple *tuple);

/** Of the 36 bytes; for hash tables keyed by tuples. */
guint parlor_tuple_hash (gconstpointer tuple);
gboolean parlor_tuple_equal_func (gconstpointer a, gconstpointer b);
