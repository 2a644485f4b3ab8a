/* SPDX-License-Identifier: Apache-2.0 */
#include "record/voice.h"

#include "record/reel.h"

#include <string.h>

#define PER_MS (PARLOR_VOICE_HZ / 1000)
/* A decoder is begun so long before what is wanted, to have found its feet (RFC 7845 section 4.6).
 */
#define WARM_UP_MS 80
#define NOWHERE G_MININT64

struct _ParlorVoice
{
  const ParlorPlanLane *lane;     /* borrowed */
  const ParlorReelSource *source; /* borrowed */

  guint file; /* the one that is open, or the next */
  ParlorReel *reel;
  ParlorChain *decoder;
  guint packet; /* the next */

  GArray *sound; /* gint16, from `at` on */
  gint64 at;     /* NOWHERE = it is empty */
  gint64 decode_us;
};

gint64
parlor_voice_place (gint64 wanted, gint64 next)
{
  return next != NOWHERE && ABS (wanted - next) <= PARLOR_VOICE_SLACK_MS * PER_MS ? next : wanted;
}

ParlorVoice *
parlor_voice_new (const ParlorPlanLane *lane, const ParlorReelSource *source)
{
  ParlorVoice *self = g_new0 (ParlorVoice, 1);
  self->lane = lane;
  self->source = source;
  self->at = NOWHERE;
  self->sound = g_array_new (FALSE, TRUE, sizeof (gint16));
  return self;
}

void
parlor_voice_free (ParlorVoice *self)
{
  if (self == NULL)
    return;
  parlor_chain_free (self->decoder);
  parlor_reel_free (self->reel);
  g_array_unref (self->sound);
  g_free (self);
}

gint64
parlor_voice_decode_us (const ParlorVoice *self)
{
  return self->decode_us;
}

static gint64
end_of (const ParlorVoice *self)
{
  return self->at == NOWHERE ? NOWHERE : self->at + self->sound->len / PARLOR_VOICE_CHANNELS;
}

static void
take_sound (GstBuffer *buffer, GstCaps *caps, gpointer user_data)
{
  ParlorVoice *self = user_data;
  GstMapInfo map;
  if (gst_buffer_map (buffer, &map, GST_MAP_READ))
    {
      gsize whole = map.size / (sizeof (gint16) * PARLOR_VOICE_CHANNELS) * PARLOR_VOICE_CHANNELS;
      g_array_append_vals (self->sound, map.data, (guint)whole);
      gst_buffer_unmap (buffer, &map);
    }
  gst_buffer_unref (buffer);
}

static void
close_file (ParlorVoice *self)
{
  g_clear_pointer (&self->decoder, parlor_chain_free);
  g_clear_pointer (&self->reel, parlor_reel_free);
}

static const ParlorPlanFile *
file_of (const ParlorVoice *self)
{
  return self->lane->files->pdata[self->file];
}

static gint64
place_of (const ParlorVoice *self, guint packet)
{
  return parlor_plan_to_room (file_of (self), parlor_reel_time_ms (self->reel, packet)) * PER_MS;
}

/* FALSE: there is no file any more in which there could be something from `at` on. */
static gboolean
open_next (ParlorVoice *self, gint64 at)
{
  for (; self->file < self->lane->files->len; self->file++)
    {
      const ParlorPlanFile *file = file_of (self);
      if (self->reel != NULL && self->packet < parlor_reel_n_frames (self->reel))
        return TRUE;
      if (self->reel != NULL || file->to_ms * PER_MS < at)
        {
          close_file (self);
          continue;
        }
      self->reel = parlor_reel_open (self->source, file);
      self->decoder = self->reel != NULL ? parlor_reel_decoder (file, take_sound, self) : NULL;
      if (self->decoder == NULL)
        {
          close_file (self);
          continue;
        }
      gint first = parlor_reel_find (self->reel,
                                     parlor_plan_to_file (file, at / PER_MS - WARM_UP_MS));
      self->packet = (guint)MAX (first, 0);
      return TRUE;
    }
  return FALSE;
}

/* What was decoded from `before` on belongs to `place`. */
static void
put_right (ParlorVoice *self, guint before, gint64 place)
{
  gint64 next = self->at == NOWHERE ? place : self->at + before / PARLOR_VOICE_CHANNELS;
  gint64 off = place - next;
  if (self->at == NOWHERE)
    self->at = place;
  if (off > 0)
    {
      g_autofree gint16 *silence = g_new0 (gint16, (gsize)off * PARLOR_VOICE_CHANNELS);
      g_array_insert_vals (self->sound, before, silence, (guint)off * PARLOR_VOICE_CHANNELS);
    }
  else if (off < 0)
    g_array_remove_range (self->sound, before,
                          MIN ((guint)-off * PARLOR_VOICE_CHANNELS, self->sound->len - before));
}

static void
drop_all (ParlorVoice *self)
{
  g_array_set_size (self->sound, 0);
  self->at = NOWHERE;
}

static void
decode_packet (ParlorVoice *self)
{
  guint before = self->sound->len;
  gint64 began_us = parlor_reel_cpu_us (), wanted = place_of (self, self->packet);
  gboolean ok = parlor_chain_push (self->decoder, parlor_reel_frame (self->reel, self->packet++));
  self->decode_us += parlor_reel_cpu_us () - began_us;
  if (self->sound->len > before)
    put_right (self, before,
               parlor_voice_place (wanted, end_of (self) == NOWHERE
                                               ? NOWHERE
                                               : self->at + before / PARLOR_VOICE_CHANNELS));
  if (ok)
    return;
  g_clear_pointer (&self->decoder, parlor_chain_free);
  self->decoder = parlor_reel_decoder (file_of (self), take_sound, self);
  if (self->decoder == NULL)
    self->packet = parlor_reel_n_frames (self->reel);
}

/* What lies before `at` is not asked for again; what follows a long silence begins anew. */
static void
forget (ParlorVoice *self, gint64 at)
{
  if (self->at == NOWHERE || self->at >= at)
    return;
  if (end_of (self) <= at)
    drop_all (self);
  else
    {
      g_array_remove_range (self->sound, 0, (guint)(at - self->at) * PARLOR_VOICE_CHANNELS);
      self->at = at;
    }
}

gboolean
parlor_voice_read (ParlorVoice *self, gint64 at, gint16 *out, guint n)
{
  gint64 until = at + n;
  forget (self, at);
  while ((self->at == NOWHERE || end_of (self) < until) && open_next (self, at)
         && file_of (self)->from_ms * PER_MS < until
         && place_of (self, self->packet) < until + PARLOR_VOICE_SLACK_MS * PER_MS)
    {
      decode_packet (self);
      forget (self, at);
    }
  memset (out, 0, (gsize)n * PARLOR_VOICE_CHANNELS * sizeof (gint16));
  if (self->at == NOWHERE || self->at >= until || end_of (self) <= at)
    return FALSE;
  gint64 from = MAX (self->at, at), to = MIN (end_of (self), until);
  memcpy (out + (from - at) * PARLOR_VOICE_CHANNELS,
          (gint16 *)(gpointer)self->sound->data + (from - self->at) * PARLOR_VOICE_CHANNELS,
          (gsize)(to - from) * PARLOR_VOICE_CHANNELS * sizeof (gint16));
  return TRUE;
}
