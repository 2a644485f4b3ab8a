/* SPDX-License-Identifier: Apache-2.0 */
/**
 * A bounded byte ring from one thread to one other: messages of any length, copied in, read in
 * place, no lock, no allocation after new.
 *
 * A message is never split: its bytes lie contiguous and aligned to 8. A full ring refuses (the
 * caller drops and counts); nothing waits. Thread: reserve, commit, push: the one producer; peek,
 * pop: the one consumer; new, free: when neither runs.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct _ParlorSpsc ParlorSpsc;

/** capacity_bytes is rounded up to a power of two, at least 4 KiB, at most 1 GiB. */
ParlorSpsc *parlor_spsc_new (gsize capacity_bytes);
void parlor_spsc_free (ParlorSpsc *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (ParlorSpsc, parlor_spsc_free)

/** Room for a message of `length` bytes (1 to a quarter of the capacity); NULL = full. Commit
 * publishes it; without a commit nothing happened. */
gpointer parlor_spsc_reserve (ParlorSpsc *self, gsize length);
void parlor_spsc_commit (ParlorSpsc *self);
/** reserve, copy, commit; FALSE = full. */
gboolean parlor_spsc_push (ParlorSpsc *self, gconstpointer bytes, gsize length);

/** The oldest message, borrowed until pop (); NULL = empty. */
gpointer parlor_spsc_peek (ParlorSpsc *self, gsize *length);
void parlor_spsc_pop (ParlorSpsc *self);

G_END_DECLS
