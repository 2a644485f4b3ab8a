/* SPDX-License-Identifier: Apache-2.0 */
#include "router/audioroom.h"

#include "router/allocation.h"
#include "router/internal.h"
#include "router/slot.h"

/* One more than the three slots of a participant, since one's own voice is among them. */
#define N_LOUDEST 4
/* Smoothed level, 127 = loudest: about -45 dBov and above is somebody who talks. */
#define SPEAKING_LEVEL 82
#define SPEAKING_INTERVAL_US (200 * PARLOR_US_PER_MS)

ParlorAudioRoom *
parlor_audio_room_new (ParlorRouter *router, ParlorRoomId id)
{
  ParlorAudioRoom *self = g_new0 (ParlorAudioRoom, 1);

  self->router = router;
  self->id = id;
  self->speakers = parlor_speakers_new (N_LOUDEST);
  self->voices = g_ptr_array_new ();
  self->transports = g_ptr_array_new ();
  return self;
}

void
parlor_audio_room_free (ParlorAudioRoom *self)
{
  if (self == NULL)
    return;
  parlor_timer_heap_cancel (self->router->room_timers, &self->timer);
  parlor_speakers_free (self->speakers);
  g_ptr_array_unref (self->voices);
  g_ptr_array_unref (self->transports);
  g_free (self);
}

gboolean
parlor_audio_room_is_empty (const ParlorAudioRoom *self)
{
  return self->n_voices == 0 && self->transports->len == 0;
}

void
parlor_audio_room_look_soon (ParlorAudioRoom *self)
{
  self->changed = TRUE;
  parlor_timer_heap_set (self->router->room_timers, &self->timer, 0);
}

void
parlor_audio_room_add_voice (ParlorAudioRoom *self, ParlorSource *source)
{
  guint index = 0;

  while (index < self->voices->len && g_ptr_array_index (self->voices, index) != NULL)
    index++;
  if (index == self->voices->len)
    g_ptr_array_add (self->voices, source);
  else
    g_ptr_array_index (self->voices, index) = source;
  source->speaker_index = index;
  self->n_voices++;
  parlor_speakers_add (self->speakers, index);
  parlor_audio_room_look_soon (self);
}

void
parlor_audio_room_remove_voice (ParlorAudioRoom *self, ParlorSource *source)
{
  parlor_speakers_remove (self->speakers, source->speaker_index);
  g_ptr_array_index (self->voices, source->speaker_index) = NULL;
  self->n_voices--;
  parlor_audio_room_look_soon (self);
}

void
parlor_audio_room_add_transport (ParlorAudioRoom *self, ParlorTransport *transport)
{
  g_ptr_array_add (self->transports, transport);
  parlor_audio_room_look_soon (self);
}

void
parlor_audio_room_remove_transport (ParlorAudioRoom *self, ParlorTransport *transport)
{
  g_ptr_array_remove_fast (self->transports, transport);
}

void
parlor_audio_room_hear (ParlorAudioRoom *self, ParlorSource *source, guint8 level, gint64 now_us)
{
  parlor_speakers_push (self->speakers, source->speaker_index, level, now_us);
  if (!parlor_timer_is_armed (&self->timer))
    parlor_timer_heap_set (self->router->room_timers, &self->timer, now_us);
}

void
parlor_audio_room_silence (ParlorAudioRoom *self, ParlorSource *source)
{
  parlor_speakers_remove (self->speakers, source->speaker_index);
  parlor_speakers_add (self->speakers, source->speaker_index);
  parlor_audio_room_look_soon (self);
}

/* --- filling slots --------------------------------------------------------------------------- */

static gboolean
is_voice_for (const ParlorSource *source, const ParlorTransport *transport)
{
  return source != NULL && source->active && source->open && source->transport != transport;
}

/* The voices that this receiver is to hear, at most k. *chosen: there are more. */
static guint
wanted_voices (ParlorAudioRoom *self, const ParlorTransport *transport, guint k,
               ParlorSource **wanted, gboolean *chosen)
{
  guint ranked[N_LOUDEST], n_ranked;
  guint n = 0, n_others = 0;

  for (guint i = 0; i < self->voices->len; i++)
    {
      ParlorSource *source = g_ptr_array_index (self->voices, i);

      if (!is_voice_for (source, transport))
        continue;
      if (n_others++ < k)
        wanted[n++] = source;
    }
  *chosen = n_others > k;
  if (!*chosen)
    return n;
  n = 0;
  n_ranked = parlor_speakers_ranked (self->speakers, ranked);
  for (guint i = 0; i < n_ranked && n < k; i++)
    if (is_voice_for (g_ptr_array_index (self->voices, ranked[i]), transport))
      wanted[n++] = g_ptr_array_index (self->voices, ranked[i]);
  return n;
}

/* Takes out of `wanted` what a slot already shows; the slots that show nothing wanted are written
 * to `loose`, empty ones first. */
static guint
find_loose (ParlorSlot **slots, guint k, ParlorSource **wanted, guint *n_wanted, ParlorSlot **loose)
{
  guint n_loose = 0, n_empty = 0;

  for (guint i = 0; i < k; i++)
    {
      guint j = 0;

      while (j < *n_wanted && wanted[j] != slots[i]->source)
        j++;
      if (j < *n_wanted)
        {
          wanted[j] = wanted[--*n_wanted];
          continue;
        }
      loose[n_loose++] = slots[i];
      if (slots[i]->source == NULL)
        {
          loose[n_loose - 1] = loose[n_empty];
          loose[n_empty++] = slots[i];
        }
    }
  return n_loose;
}

static void
fill_slots (ParlorAudioRoom *self, ParlorTransport *transport, gint64 now_us)
{
  ParlorSlot *slots[PARLOR_ROUTER_MAX_SLOTS], *loose[PARLOR_ROUTER_MAX_SLOTS];
  ParlorSource *wanted[PARLOR_ROUTER_MAX_SLOTS];
  guint k = 0, n_wanted, n_loose;
  gboolean chosen;

  for (guint i = 0; i < transport->n_slots; i++)
    if (transport->slots[i] != NULL && transport->slots[i]->config.automatic
        && !transport->slots[i]->is_given)
      slots[k++] = transport->slots[i];
  if (k == 0)
    return;
  n_wanted = wanted_voices (self, transport, k, wanted, &chosen);
  n_loose = find_loose (slots, k, wanted, &n_wanted, loose);
  for (guint i = 0; i < n_wanted && i < n_loose; i++)
    {
      parlor_slot_select (loose[i], wanted[i], 0, now_us);
      if (chosen)
        parlor_slot_catch_up (loose[i], now_us);
    }
}

/* --- telling --------------------------------------------------------------------------------- */

const ParlorSource *
parlor_audio_room_dominant (const ParlorAudioRoom *self)
{
  gint index = parlor_speakers_dominant (self->speakers);

  return index != PARLOR_SPEAKER_NONE ? g_ptr_array_index (self->voices, (guint)index) : NULL;
}

static void
tell_dominant (ParlorAudioRoom *self)
{
  const ParlorSource *source = parlor_audio_room_dominant (self);
  ParlorSourceId id = source != NULL ? source->config.id : 0;

  if (id == self->told_speaker)
    return;
  self->told_speaker = id;
  parlor_router_tell (
      self->router,
      &(ParlorRouterEvent){.type = PARLOR_ROUTER_SPEAKER, .room = self->id, .source = id});
  /* His picture comes before others of its size. */
  for (guint i = 0; i < self->transports->len; i++)
    parlor_allocation_mark (g_ptr_array_index (self->transports, i));
}

static void
tell_speaking (ParlorAudioRoom *self, gint64 now_us)
{
  ParlorRouterEvent event = {.type = PARLOR_ROUTER_SPEAKING, .room = self->id};

  if (now_us - self->told_us < SPEAKING_INTERVAL_US)
    return;
  for (guint i = 0; i < self->voices->len && event.n_speaking < PARLOR_ROUTER_MAX_SPEAKING; i++)
    {
      ParlorSource *source = g_ptr_array_index (self->voices, i);

      if (source != NULL && source->active && source->open
          && parlor_speakers_level (self->speakers, i, now_us) >= SPEAKING_LEVEL)
        event.speaking[event.n_speaking++] = source->config.id;
    }
  if (event.n_speaking == self->n_told
      && memcmp (event.speaking, self->told, event.n_speaking * sizeof *self->told) == 0)
    return;
  memcpy (self->told, event.speaking, sizeof self->told);
  self->n_told = event.n_speaking;
  self->told_us = now_us;
  parlor_router_tell (self->router, &event);
}

void
parlor_audio_room_poll (ParlorAudioRoom *self, gint64 now_us)
{
  gint64 next_us;

  if (parlor_speakers_poll (self->speakers, now_us) & PARLOR_SPEAKERS_LOUDEST_CHANGED)
    self->changed = TRUE;
  if (self->changed)
    for (guint i = 0; i < self->transports->len; i++)
      fill_slots (self, g_ptr_array_index (self->transports, i), now_us);
  self->changed = FALSE;
  tell_dominant (self);
  tell_speaking (self, now_us);
  next_us = MIN (parlor_speakers_next_us (self->speakers),
                 self->n_told > 0 ? now_us + SPEAKING_INTERVAL_US : PARLOR_NEVER_US);
  parlor_timer_heap_set (self->router->room_timers, &self->timer,
                         next_us == PARLOR_NEVER_US ? next_us : MAX (next_us, now_us + 1000));
}
