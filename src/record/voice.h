/* SPDX-License-Identifier: Apache-2.0 */
/**
 * The sound of one lane of a render, sample by sample on the room's clock. A sender's clock runs a
 * little off the room's: what it says is played as it is until it lies PARLOR_VOICE_SLACK_MS beside
 * where the manifest's clock wants it, then it is put right at once. What was not recorded is
 * silence. Of one thread.
 */
#pragma once

#include "record/reel.h"

G_BEGIN_DECLS

#define PARLOR_VOICE_HZ 48000
#define PARLOR_VOICE_CHANNELS 2
/** Below what an ear notices between sound and lips; above a file's rounding to milliseconds. */
#define PARLOR_VOICE_SLACK_MS 12

typedef struct _ParlorVoice ParlorVoice;

/** `lane` and `source` are borrowed for its life. */
ParlorVoice *parlor_voice_new (const ParlorPlanLane *lane, const ParlorReelSource *source);
void parlor_voice_free (ParlorVoice *self);

/** `n` samples from `at` (samples since the room's 0) into `out` (n × PARLOR_VOICE_CHANNELS).
 * FALSE: it is all silence. `at` must not go backwards. */
gboolean parlor_voice_read (ParlorVoice *self, gint64 at, gint16 *out, guint n);
/** Spent in decoding. */
gint64 parlor_voice_decode_us (const ParlorVoice *self);

/** Where a packet's sound goes: `wanted` by the clock, `next` where the last one ended. */
gint64 parlor_voice_place (gint64 wanted, gint64 next);

G_END_DECLS
