/* SPDX-License-Identifier: Apache-2.0 */
/* Who speaks: the dominant speaker of a room, and the N loudest, from the audio levels in header
 * extensions (RFC 6464). Pure; worker thread. No audio is decoded.
 *
 * The dominant speaker is found as Volfin and Cohen describe ("Dominant Speaker Identification for
 * Multipoint Videoconferencing", 2012): activity is scored over an immediate (20 ms), a medium (100
 * ms) and a long span (1 s), and another person takes over only when all three scores beat the
 * present speaker's: a cough does not switch, a sentence does.
 *
 * The N loudest (for the audio slots) are sticky: in a room of up to N people everybody is among
 * them, loud or not. Else somebody who speaks takes the place of the quietest member, once that one
 * was overtaken for 1 s or silent for 0.3 s. */
#pragma once
#include <glib.h>

typedef struct _ParlorSpeakers ParlorSpeakers;

#define PARLOR_SPEAKERS_LOUDEST_MAX 8
#define PARLOR_SPEAKER_NONE (-1)
/* How often parlor_speakers_poll decides who is dominant; the loudest are chosen every 50 ms. */
#define PARLOR_SPEAKERS_INTERVAL_US (G_GINT64_CONSTANT (300000))

/* n_loudest: 1 to PARLOR_SPEAKERS_LOUDEST_MAX. */
ParlorSpeakers *parlor_speakers_new (guint n_loudest);
void parlor_speakers_free (ParlorSpeakers *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (ParlorSpeakers, parlor_speakers_free)

/* index: the caller's small number of a person, 0 to 65535, dense (memory is kept up to the
 * highest). Adding twice is fine. */
void parlor_speakers_add (ParlorSpeakers *self, guint index);
/* The person left or muted: out of all lists at once. */
void parlor_speakers_remove (ParlorSpeakers *self, guint index);
/* One audio packet. level: RFC 6464, 0 = loudest, 127 = silence. An index that was not added is
 * ignored. */
void parlor_speakers_push (ParlorSpeakers *self, guint index, guint8 level, gint64 now_us);

/* Decides what is due. Returns bits of what changed since the last poll, removals included. */
typedef enum
{
  PARLOR_SPEAKERS_SAME = 0,
  PARLOR_SPEAKERS_DOMINANT_CHANGED = 1 << 0,
  PARLOR_SPEAKERS_LOUDEST_CHANGED = 1 << 1,
} ParlorSpeakersChange;
guint parlor_speakers_poll (ParlorSpeakers *self, gint64 now_us);
/* When poll has something to do; G_MAXINT64 = nothing until the next push, 0 = at once. */
gint64 parlor_speakers_next_us (const ParlorSpeakers *self);

/* PARLOR_SPEAKER_NONE = nobody has spoken yet. After the dominant speaker falls silent he stays
 * dominant until another speaks. */
gint parlor_speakers_dominant (const ParlorSpeakers *self);
/* The loudest members into out (up to n_loudest), in places that do not move: a member's place is
 * its slot, an empty place is PARLOR_SPEAKER_NONE. Returns n_loudest. */
guint parlor_speakers_loudest (const ParlorSpeakers *self, gint *out);
/* The same members by who is to be heard first, for who hears fewer than all of them: nobody who
 * has been silent for 0.3 s, or overtaken for 1 s, stands before one who speaks. Returns how many
 * (at most n_loudest). */
guint parlor_speakers_ranked (const ParlorSpeakers *self, guint *out);
/* Is this person among the loudest now? For the question "forward this audio packet?". */
gboolean parlor_speakers_is_loud (const ParlorSpeakers *self, guint index);
/* Smoothed level of a person, 0 (silence) to 127 (loudest), for meters; 0 for unknown. */
guint8 parlor_speakers_level (const ParlorSpeakers *self, guint index, gint64 now_us);
