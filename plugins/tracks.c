/* SPDX-License-Identifier: Apache-2.0 */
#include "tracks.h"

#include <poll.h>
#include <string.h>

#include "spsc.h"

typedef struct
{
  gint64 arrival_us;
  guint8 rtp[];
} Packet;

struct _ParlorTrack
{
  gint refs;
  gboolean is_inject; /* constant */
  ParlorSpsc *ring;
  ParlorWake wake;            /* a tap's reader */
  ParlorWake *streaming_wake; /* an inject's reader; borrowed, NULL once the registry is gone */
  GMutex lock;                /* of streaming_wake */
  gint is_closed;             /* atomic */
  gint reports;               /* atomic: a tap's reader wants sender reports */
  gint key_frame_wanted;      /* atomic */
  guint64 source;             /* atomic: wanted */
  guint64 dropped;            /* atomic */

  /*< streaming thread >*/
  ParlorSourceId attached; /* tap: the source in whose group it is, 0 = none */
};

struct _ParlorTracks
{
  ParlorWake *wake;
  gint is_changed; /* atomic */
  GMutex lock;
  GPtrArray *shared; /* ParlorTrack, owned references; under the lock */

  /*< streaming thread >*/
  GPtrArray *mine; /* ParlorTrack, owned references */
  GHashTable
      *groups; /* ParlorSourceId → GPtrArray of borrowed ParlorTrack: the taps of one source */
};

/* --- tracks
 * --------------------------------------------------------------------------------------- */

static ParlorTrack *
track_new (gboolean is_inject, ParlorSourceId source, ParlorWake *streaming_wake)
{
  ParlorTrack *self = g_new0 (ParlorTrack, 1);
  if (!parlor_wake_init (&self->wake))
    {
      g_free (self);
      return NULL;
    }
  self->refs = 1;
  self->is_inject = is_inject;
  self->source = source;
  self->streaming_wake = streaming_wake;
  self->ring = parlor_spsc_new (PARLOR_TRACK_RING_BYTES);
  g_mutex_init (&self->lock);
  return self;
}

static void
track_unref (gpointer data)
{
  ParlorTrack *self = data;
  if (!g_atomic_int_dec_and_test (&self->refs))
    return;
  parlor_wake_close (&self->wake);
  parlor_spsc_free (self->ring);
  g_mutex_clear (&self->lock);
  g_free (self);
}

static ParlorTrack *
track_ref (ParlorTrack *self)
{
  g_atomic_int_inc (&self->refs);
  return self;
}

static void
wake_streaming (ParlorTrack *self)
{
  g_mutex_lock (&self->lock);
  if (self->streaming_wake != NULL)
    parlor_wake_ring (self->streaming_wake);
  g_mutex_unlock (&self->lock);
}

void
parlor_track_set_source (ParlorTrack *self, ParlorSourceId source)
{
  __atomic_store_n (&self->source, source, __ATOMIC_RELEASE);
  wake_streaming (self);
}

void
parlor_track_set_reports (ParlorTrack *self, gboolean reports)
{
  g_atomic_int_set (&self->reports, reports);
}

void
parlor_track_want_key_frame (ParlorTrack *self)
{
  g_atomic_int_set (&self->key_frame_wanted, TRUE);
  wake_streaming (self);
}

gboolean
parlor_track_take_key_frame_wish (ParlorTrack *self)
{
  /* First, and always: a ring after it finds the wish that it was made for, or is cleared next
     time. */
  parlor_wake_clear (&self->wake);
  return g_atomic_int_compare_and_exchange (&self->key_frame_wanted, TRUE, FALSE);
}

void
parlor_track_close (ParlorTrack *self)
{
  if (self == NULL)
    return;
  g_atomic_int_set (&self->is_closed, TRUE);
  wake_streaming (self);
  track_unref (self);
}

guint64
parlor_track_get_dropped (ParlorTrack *self)
{
  return __atomic_load_n (&self->dropped, __ATOMIC_RELAXED);
}

static gboolean
push_packet (ParlorTrack *self, const guint8 *rtp, gsize length, gint64 arrival_us)
{
  Packet *packet = NULL;
  if (length >= 12 && length <= PARLOR_TRACK_MAX_PACKET_BYTES)
    packet = parlor_spsc_reserve (self->ring, sizeof *packet + length);
  if (packet == NULL)
    {
      __atomic_fetch_add (&self->dropped, 1, __ATOMIC_RELAXED);
      return FALSE;
    }
  packet->arrival_us = arrival_us;
  memcpy (packet->rtp, rtp, length);
  parlor_spsc_commit (self->ring);
  return TRUE;
}

gboolean
parlor_track_push (ParlorTrack *self, const guint8 *rtp, gsize length, gint64 arrival_us)
{
  gboolean is_taken = push_packet (self, rtp, length, arrival_us);
  wake_streaming (self);
  return is_taken;
}

gboolean
parlor_track_wait (ParlorTrack *self, gint timeout_ms)
{
  struct pollfd poll_fd = {.fd = self->wake.fd, .events = POLLIN};
  gsize length;
  if (parlor_spsc_peek (self->ring, &length) != NULL)
    return TRUE;
  poll (&poll_fd, 1, timeout_ms);
  parlor_wake_clear (&self->wake);
  return parlor_spsc_peek (self->ring, &length) != NULL;
}

const guint8 *
parlor_track_peek (ParlorTrack *self, gsize *length, gint64 *arrival_us)
{
  gsize bytes;
  const Packet *packet = parlor_spsc_peek (self->ring, &bytes);
  if (packet == NULL)
    return NULL;
  *length = bytes - sizeof *packet;
  *arrival_us = packet->arrival_us;
  return packet->rtp;
}

void
parlor_track_pop (ParlorTrack *self)
{
  parlor_spsc_pop (self->ring);
}

int
parlor_track_get_fd (const ParlorTrack *self)
{
  return self->wake.fd;
}

void
parlor_track_interrupt (ParlorTrack *self)
{
  parlor_wake_ring (&self->wake);
}

/* --- the registry
 * --------------------------------------------------------------------------------- */

ParlorTracks *
parlor_tracks_new (ParlorWake *streaming_wake)
{
  ParlorTracks *self = g_new0 (ParlorTracks, 1);
  self->wake = streaming_wake;
  g_mutex_init (&self->lock);
  self->shared = g_ptr_array_new_with_free_func (track_unref);
  self->mine = g_ptr_array_new_with_free_func (track_unref);
  self->groups = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free,
                                        (GDestroyNotify)g_ptr_array_unref);
  return self;
}

static void
forget_wake (gpointer data, gpointer user_data)
{
  ParlorTrack *track = data;
  g_mutex_lock (&track->lock);
  track->streaming_wake = NULL;
  g_mutex_unlock (&track->lock);
}

void
parlor_tracks_free (ParlorTracks *self)
{
  if (self == NULL)
    return;
  g_ptr_array_foreach (self->shared, forget_wake, NULL);
  g_ptr_array_foreach (self->mine, forget_wake, NULL);
  g_hash_table_unref (self->groups);
  g_ptr_array_unref (self->mine);
  g_ptr_array_unref (self->shared);
  g_mutex_clear (&self->lock);
  g_free (self);
}

static ParlorTrack *
add_track (ParlorTracks *self, gboolean is_inject, ParlorSourceId source)
{
  ParlorTrack *track = NULL;
  g_mutex_lock (&self->lock);
  if (self->shared->len < PARLOR_TRACKS_MAX)
    track = track_new (is_inject, source, self->wake);
  if (track != NULL)
    {
      g_ptr_array_add (self->shared, track_ref (track));
      g_atomic_int_set (&self->is_changed, TRUE);
    }
  g_mutex_unlock (&self->lock);
  if (track != NULL)
    parlor_wake_ring (self->wake);
  return track;
}

ParlorTrack *
parlor_tracks_add_tap (ParlorTracks *self, ParlorSourceId source)
{
  return add_track (self, FALSE, source);
}

ParlorTrack *
parlor_tracks_add_inject (ParlorTracks *self, ParlorSourceId source)
{
  return add_track (self, TRUE, source);
}

/* --- the streaming thread
 * ------------------------------------------------------------------------- */

/* ParlorRouterTapFunc: one copy and at most one eventfd write for each tap of the source. */
static void
take_packet (gpointer user_data, const guint8 *rtp, gsize length, gint64 arrival_us)
{
  GPtrArray *group = user_data;
  /* RFC 5761 section 4: payload types of RTCP are 192 to 223. */
  gboolean is_report = length > 1 && (rtp[1] & 0xe0) == 0xc0;
  for (guint i = 0; i < group->len; i++)
    {
      ParlorTrack *track = group->pdata[i];
      if (is_report && !g_atomic_int_get (&track->reports))
        continue;
      if (push_packet (track, rtp, length, arrival_us))
        parlor_wake_ring (&track->wake);
    }
}

static void
detach_tap (ParlorTracks *self, ParlorRouter *router, ParlorTrack *track)
{
  GPtrArray *group = g_hash_table_lookup (self->groups, &track->attached);
  if (track->attached == 0 || group == NULL)
    return;
  g_ptr_array_remove (group, track);
  if (group->len == 0)
    {
      parlor_router_set_tap (router, track->attached, NULL, NULL);
      g_hash_table_remove (self->groups, &track->attached);
    }
  track->attached = 0;
}

static gboolean
attach_tap (ParlorTracks *self, ParlorRouter *router, ParlorTrack *track, ParlorSourceId source)
{
  GPtrArray *group = g_hash_table_lookup (self->groups, &source);
  if (group == NULL)
    {
      group = g_ptr_array_new ();
      if (!parlor_router_set_tap (router, source, take_packet, group))
        {
          g_ptr_array_unref (group);
          return FALSE;
        }
      g_hash_table_insert (self->groups, g_memdup2 (&source, sizeof source), group);
    }
  g_ptr_array_add (group, track);
  track->attached = source;
  return TRUE;
}

static void
service_tap (ParlorTracks *self, ParlorRouter *router, ParlorTrack *track)
{
  ParlorSourceId source = __atomic_load_n (&track->source, __ATOMIC_ACQUIRE);
  gboolean ask = g_atomic_int_compare_and_exchange (&track->key_frame_wanted, TRUE, FALSE);
  if (source == track->attached)
    {
      if (ask && source != 0)
        parlor_router_set_tap (router, source, take_packet,
                               g_hash_table_lookup (self->groups, &source));
      return;
    }
  detach_tap (self, router, track);
  if (source != 0)
    attach_tap (self, router, track, source);
}

static void
service_inject (ParlorRouter *router, ParlorTrack *track, gint64 now_us)
{
  ParlorSourceId source = __atomic_load_n (&track->source, __ATOMIC_ACQUIRE);
  gsize length;
  Packet *packet;
  while ((packet = parlor_spsc_peek (track->ring, &length)) != NULL)
    {
      if (source != 0)
        parlor_router_inject (router, source, packet->rtp, length - sizeof *packet,
                              packet->arrival_us, now_us);
      parlor_spsc_pop (track->ring);
    }
  if (source != 0 && parlor_router_take_key_frame_wish (router, source, now_us))
    {
      g_atomic_int_set (&track->key_frame_wanted, TRUE);
      parlor_wake_ring (&track->wake);
    }
}

static void
take_added (ParlorTracks *self)
{
  if (!g_atomic_int_compare_and_exchange (&self->is_changed, TRUE, FALSE))
    return;
  g_mutex_lock (&self->lock);
  for (guint i = 0; i < self->shared->len; i++)
    if (!g_ptr_array_find (self->mine, self->shared->pdata[i], NULL))
      g_ptr_array_add (self->mine, track_ref (self->shared->pdata[i]));
  g_mutex_unlock (&self->lock);
}

static void
drop_closed (ParlorTracks *self, ParlorRouter *router, guint i)
{
  ParlorTrack *track = self->mine->pdata[i];
  if (!track->is_inject)
    detach_tap (self, router, track);
  forget_wake (track, NULL);
  g_mutex_lock (&self->lock);
  g_ptr_array_remove (self->shared, track);
  g_mutex_unlock (&self->lock);
  g_ptr_array_remove_index (self->mine, i);
}

void
parlor_tracks_service (ParlorTracks *self, ParlorRouter *router, gint64 now_us)
{
  take_added (self);
  for (guint i = self->mine->len; i-- > 0;)
    {
      ParlorTrack *track = self->mine->pdata[i];
      if (track->is_inject)
        service_inject (router, track, now_us);
      else
        service_tap (self, router, track);
      if (g_atomic_int_get (&track->is_closed))
        drop_closed (self, router, i);
    }
}
