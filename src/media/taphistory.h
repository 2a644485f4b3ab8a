/* SPDX-License-Identifier: Apache-2.0 */
/**
 * The last packets of a kept tap, for a reader that comes after one that died: what the dead one
 * had not written is written by the next.
 *
 * It always begins where a decoder can begin (a key frame; any packet of sound). What is older than
 * PARLOR_TAP_HISTORY_US goes, as soon as what is left still begins so. While nobody reads (held)
 * nothing goes for its age. Never more than PARLOR_TAP_HISTORY_BYTES, nor PARLOR_TAP_HELD_US.
 *
 * Pure; one thread.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/** A reader waits 0.4 s for what comes late, and what lies in its socket dies with it. */
#define PARLOR_TAP_HISTORY_US (1 * G_GINT64_CONSTANT (1000000))
/** A new reader is there within three seconds, or it is not soon. */
#define PARLOR_TAP_HELD_US (10 * G_GINT64_CONSTANT (1000000))
/** Ten seconds at 2.5 Mbit/s. */
#define PARLOR_TAP_HISTORY_BYTES (3 * 1024 * 1024)

typedef struct
{
  gint64 arrival_us;
  gsize length;
  const guint8 *bytes;
} ParlorTapPacket;

typedef struct _ParlorTapHistory ParlorTapHistory;

ParlorTapHistory *parlor_tap_history_new (void);
void parlor_tap_history_free (ParlorTapHistory *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (ParlorTapHistory, parlor_tap_history_free)

/** Copies it. Whether a decoder can begin with it is `begins`; what comes before the first such
 * packet is not kept. */
void parlor_tap_history_push (ParlorTapHistory *self, const guint8 *packet, gsize length,
                              gint64 arrival_us, gboolean begins);
/** Copies a sender report; the last one is kept for itself. Its length is 0 until there is one. */
void parlor_tap_history_push_report (ParlorTapHistory *self, const guint8 *report, gsize length,
                                     gint64 arrival_us);
void parlor_tap_history_set_held (ParlorTapHistory *self, gboolean held);
void parlor_tap_history_clear (ParlorTapHistory *self);

guint parlor_tap_history_length (const ParlorTapHistory *self);
/** Borrowed until the next push; i < length, 0 is the oldest. */
ParlorTapPacket parlor_tap_history_get (ParlorTapHistory *self, guint i);
ParlorTapPacket parlor_tap_history_report (const ParlorTapHistory *self);

G_END_DECLS
