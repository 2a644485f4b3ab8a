/* SPDX-License-Identifier: Apache-2.0 */
/**
 * Packets of one stream back in the order of their numbers (RFC 3550 section 5.1): what the network
 * or a retransmission brought late waits for nothing longer than PARLOR_REORDER_WAIT_US. Pure; one
 * thread.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/** A retransmission comes within two or three round trips. */
#define PARLOR_REORDER_WAIT_US (400 * G_GINT64_CONSTANT (1000))
#define PARLOR_REORDER_SLOTS 1024

typedef struct _ParlorReorder ParlorReorder;

ParlorReorder *parlor_reorder_new (void);
void parlor_reorder_free (ParlorReorder *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (ParlorReorder, parlor_reorder_free)

/** Copies the packet, which `arrival_us` (now_us or earlier) goes with. One that comes too late or
 * twice is dropped. */
void parlor_reorder_push (ParlorReorder *self, guint16 seq, const guint8 *packet, gsize length,
                          gint64 arrival_us, gint64 now_us);
/** The next one in order (transfer full); NULL = it has to be waited for. `*lost` tells how many
 * before it were given up; `arrival_us` is nullable. */
GBytes *parlor_reorder_pop (ParlorReorder *self, gint64 now_us, guint *lost, gint64 *arrival_us);
/** When pop () gives up waiting; G_MAXINT64 = nothing waits. */
gint64 parlor_reorder_next_us (const ParlorReorder *self);
/** Everything that waits comes out of pop () now. */
void parlor_reorder_flush (ParlorReorder *self);

G_END_DECLS
