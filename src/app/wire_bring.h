/* SPDX-License-Identifier: Apache-2.0 */
/** Files of recordings that lie in the object store alone (record/away.h) come back when they are
 * wanted: a part of one at once, and all of it behind that. By the loop's own threads. Control
 * thread. */
#pragma once

#include "app/wire_record.h"

G_BEGIN_DECLS

typedef struct _ParlorWireBring ParlorWireBring;

/** Both borrowed; `record` has an away. */
ParlorWireBring *parlor_wire_bring_new (uv_loop_t *loop, const ParlorWireRecord *record);
/** Waits for what is under way, which is broken off. Before the away ends. NULL is ignored. */
void parlor_wire_bring_free (ParlorWireBring *self);
/** A ParlorBringFunc; `self` may be NULL. */
ParlorBring parlor_wire_bring_ask (const char *recording, const char *name, gint64 from,
                                   gint64 length, ParlorBrought done, gpointer done_data,
                                   gpointer self);
/** All that the recording is made of lies here; else it is on its way: looked at again when what
 * was asked for has come, or after 10 s. It is held (record/away.h) before that is looked at, and
 * until the next parlor_away_hold_only (). `self` may be NULL. */
gboolean parlor_wire_bring_is_here (const char *recording, gpointer self);

G_END_DECLS
