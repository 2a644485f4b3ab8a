/* SPDX-License-Identifier: Apache-2.0 */
/* The last packets of one source, for repeating them. Pure; the worker thread that owns the source.
 *
 * One history serves all receivers of a source: it keeps clear RTP *as received* (after unprotect
 * and, for RTX, after decapsulation), under the source's own sequence numbers. What a receiver was
 * sent under which number stands in its ParlorNackMap (munger.h). Packets live in one arena that is
 * made at the start: nothing is allocated afterwards. */
#pragma once
#include <glib.h>

typedef struct _ParlorHistory ParlorHistory;

/* Kept for this long unless told otherwise (RELIABILITY: 2 s history). */
#define PARLOR_HISTORY_AGE_US (2 * G_GINT64_CONSTANT (1000000))
/* Larger packets are not stored. */
#define PARLOR_HISTORY_PACKET_MAX 2048

/* slots: packets at most, rounded up to a power of two, 64 to 16384. bytes: size of the arena,
 * rounded up to 4 KiB; when it is full, the oldest packets go first. A good measure is bitrate × 2
 * s, and 512 slots for 2.5 Mbit/s of video, 128 for audio. */
ParlorHistory *parlor_history_new (guint slots, gsize bytes, gint64 max_age_us);
void parlor_history_free (ParlorHistory *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (ParlorHistory, parlor_history_free)

/* Copies the packet. FALSE = not stored: larger than PARLOR_HISTORY_PACKET_MAX or the arena, or the
 * number is in it already, or a later number holds its slot (too old). */
gboolean parlor_history_put (ParlorHistory *self, guint16 seq, const guint8 *packet, gsize size,
                             gint64 now_us);
/* (nullable) (transfer none): the packet, valid until the next put; NULL = never seen, pushed out,
 * or older than max_age_us. */
const guint8 *parlor_history_find (const ParlorHistory *self, guint16 seq, gint64 now_us,
                                   gsize *size);
/* Forgets all: the source's numbering began anew. */
void parlor_history_clear (ParlorHistory *self);
/* Bytes of all that it holds, for limits and metrics; does not change. */
gsize parlor_history_memory (const ParlorHistory *self);
