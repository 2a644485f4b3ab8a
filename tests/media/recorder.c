/* SPDX-License-Identifier: Apache-2.0 */
#include "recorder.h"

#include <string.h>

#include "router/outbox.h"

struct _ParlorRouter
{
  ParlorRouterConfig config;
  ParlorRouterOps ops;
  ParlorOutbox outbox;
  ParlorRouterCounters counters;
  guint64 relayed_to;
};

typedef struct
{
  ParlorSourceId source;
  ParlorRouterTapFunc func;
  gpointer user_data;
} Tap;

typedef struct
{
  ParlorSourceId source;
  gsize length;
  guint8 rtp[1500];
} Feed;

static GMutex lock;
static GCond cond;
static GArray *records[N_RECORDS];
static GArray *events, *taps, *feeds;

static GArray *
renew (GArray *array, guint size)
{
  if (array != NULL)
    g_array_unref (array);
  return g_array_new (FALSE, TRUE, size);
}

void
recorder_reset (void)
{
  g_mutex_lock (&lock);
  for (guint i = 0; i < N_RECORDS; i++)
    records[i] = renew (records[i], sizeof (Record));
  events = renew (events, sizeof (ParlorRouterEvent));
  taps = renew (taps, sizeof (Tap));
  feeds = renew (feeds, sizeof (Feed));
  g_mutex_unlock (&lock);
}

static void
write_down (ParlorRouter *self, Record *record)
{
  record->worker = self->config.worker;
  g_mutex_lock (&lock);
  g_array_append_vals (records[record->type], record, 1);
  g_cond_broadcast (&cond);
  g_mutex_unlock (&lock);
}

guint
recorder_count (RecordType type)
{
  guint n;
  g_mutex_lock (&lock);
  n = records[type]->len;
  g_mutex_unlock (&lock);
  return n;
}

guint
recorder_wait (RecordType type, guint at_least)
{
  gint64 end_us = g_get_monotonic_time () + 2 * G_USEC_PER_SEC;
  guint n;
  g_mutex_lock (&lock);
  while (records[type]->len < at_least && g_cond_wait_until (&cond, &lock, end_us))
    ;
  n = records[type]->len;
  g_mutex_unlock (&lock);
  return n;
}

Record
recorder_get (RecordType type, gint n)
{
  Record record;
  recorder_wait (type, n < 0 ? 1 : (guint)n + 1);
  g_mutex_lock (&lock);
  g_assert_cmpuint (records[type]->len, >, n < 0 ? 0 : n);
  record = g_array_index (records[type], Record, n < 0 ? (gint)records[type]->len - 1 : n);
  g_mutex_unlock (&lock);
  return record;
}

void
recorder_say (const ParlorRouterEvent *event)
{
  g_mutex_lock (&lock);
  g_array_append_vals (events, event, 1);
  g_mutex_unlock (&lock);
}

void
recorder_feed_tap (ParlorSourceId source, const guint8 *rtp, gsize length)
{
  Feed feed = {.source = source, .length = length};
  memcpy (feed.rtp, rtp, length);
  g_mutex_lock (&lock);
  g_array_append_val (feeds, feed);
  g_mutex_unlock (&lock);
}

ParlorRouter *
recorder_bare (void)
{
  static ParlorRouter bare;
  return &bare;
}

/* --- router.h
 * ---------------------------------------------------------------------------------------- */

ParlorRouter *
parlor_router_new (const ParlorRouterConfig *config, const ParlorRouterOps *ops)
{
  ParlorRouter *self = g_new0 (ParlorRouter, 1);
  self->config = *config;
  self->ops = *ops;
  self->ops.send (self->ops.user_data, &self->outbox);
  return self;
}

void
parlor_router_free (ParlorRouter *self)
{
  g_free (self);
}

void
parlor_router_add_transport (ParlorRouter *self, const ParlorTransportConfig *config, gint64 now_us)
{
  Record record = {.type = RECORD_ADD_TRANSPORT, .id = config->id, .transport = *config};
  write_down (self, &record);
}

void
parlor_router_restart_ice (ParlorRouter *self, ParlorTransportId id,
                           const ParlorIceCredentials *local, const char *remote_ufrag,
                           gint64 now_us)
{
  Record record = {.type = RECORD_RESTART_ICE, .id = id, .transport.local = *local};
  g_strlcpy (record.text, remote_ufrag, sizeof record.text);
  write_down (self, &record);
}

void
parlor_router_remove_transport (ParlorRouter *self, ParlorTransportId id, gint64 now_us)
{
  Record record = {.type = RECORD_REMOVE_TRANSPORT, .id = id};
  write_down (self, &record);
}

void
parlor_router_add_source (ParlorRouter *self, const ParlorSourceConfig *config, gint64 now_us)
{
  Record record = {.type = RECORD_ADD_SOURCE, .id = config->id, .source = *config};
  write_down (self, &record);
}

void
parlor_router_remove_source (ParlorRouter *self, ParlorSourceId id, gint64 now_us)
{
  Record record = {.type = RECORD_REMOVE_SOURCE, .id = id};
  write_down (self, &record);
}

void
parlor_router_add_mirror (ParlorRouter *self, const ParlorMirrorConfig *config, gint64 now_us)
{
  Record record = {.type = RECORD_ADD_MIRROR,
                   .id = config->source.id,
                   .other = config->owner,
                   .source = config->source};
  write_down (self, &record);
}

void
parlor_router_set_relay (ParlorRouter *self, ParlorSourceId id, guint worker, gboolean on)
{
  Record record = {.type = RECORD_SET_RELAY, .id = id, .slot = worker, .open = on};
  write_down (self, &record);
}

void
parlor_router_open_source (ParlorRouter *self, ParlorSourceId id, gboolean open)
{
  Record record = {.type = RECORD_OPEN_SOURCE, .id = id, .open = open};
  write_down (self, &record);
}

void
parlor_router_add_slot (ParlorRouter *self, const ParlorSlotConfig *config, gint64 now_us)
{
  Record record = {.type = RECORD_ADD_SLOT, .id = config->transport, .slot_config = *config};
  write_down (self, &record);
}

void
parlor_router_select (ParlorRouter *self, ParlorTransportId transport, guint slot,
                      ParlorSourceId source, guint height, gint64 now_us)
{
  Record record = {
      .type = RECORD_SELECT, .id = transport, .other = source, .slot = slot, .height = height};
  write_down (self, &record);
}

gboolean
parlor_router_set_tap (ParlorRouter *self, ParlorSourceId source, ParlorRouterTapFunc func,
                       gpointer user_data)
{
  Record record = {.type = RECORD_SET_TAP, .id = source, .open = func != NULL};
  Tap tap = {source, func, user_data};
  g_mutex_lock (&lock);
  for (guint i = taps->len; i-- > 0;)
    if (g_array_index (taps, Tap, i).source == source)
      g_array_remove_index (taps, i);
  if (func != NULL)
    g_array_append_val (taps, tap);
  g_mutex_unlock (&lock);
  write_down (self, &record);
  return TRUE;
}

static void
write_bytes (ParlorRouter *self, RecordType type, guint64 id, const guint8 *bytes, gsize length)
{
  Record record = {.type = type, .id = id};
  for (gsize i = 0; i < MIN (length, 32); i++)
    g_snprintf (record.text + 2 * i, 3, "%02x", bytes[i]);
  write_down (self, &record);
}

gconstpointer
parlor_router_foresee (const ParlorRouter *self, const guint8 *bytes, gsize length,
                       const ParlorTuple *tuple)
{
  return NULL;
}

void
parlor_router_foresee_more (gconstpointer whose)
{
  g_assert_not_reached ();
}

void
parlor_router_foresee_most (gconstpointer whose)
{
  g_assert_not_reached ();
}

void
parlor_router_receive (ParlorRouter *self, guint8 *bytes, gsize length, const ParlorTuple *tuple,
                       gint64 arrival_us, gint64 now_us)
{
  const ParlorRelay what = {.source = 5, .type = PARLOR_RELAY_PACKET, .at_us = arrival_us};
  if (bytes[0] == self->config.worker && length > 2 && bytes[1] == 'r')
    {
      gboolean taken = self->ops.relay (self->ops.user_data, bytes[2], &what, bytes, length);
      self->counters.relayed_pkts += taken;
      self->counters.dropped[PARLOR_DROP_RING] += !taken;
      self->relayed_to |= G_GUINT64_CONSTANT (1) << bytes[2];
    }
  else if (bytes[0] != self->config.worker)
    self->ops.hand_over (self->ops.user_data, bytes[0], bytes, length, tuple, arrival_us);
  else
    write_bytes (self, RECORD_RECEIVE, tuple->peer.port, bytes, length);
  self->counters.received_pkts++;
}

static gint sessions_stand; /* atomic */

void
recorder_let_sessions_stand (gboolean stand)
{
  g_atomic_int_set (&sessions_stand, stand);
}

gboolean
parlor_router_is_at (const ParlorRouter *self, const ParlorTuple *tuple, gint64 now_us)
{
  return g_atomic_int_get (&sessions_stand);
}

static gint key_frame_wish; /* atomic */

void
recorder_wish_key_frame (void)
{
  g_atomic_int_set (&key_frame_wish, TRUE);
}

gboolean
parlor_router_take_key_frame_wish (ParlorRouter *self, ParlorSourceId source, gint64 now_us)
{
  return g_atomic_int_compare_and_exchange (&key_frame_wish, TRUE, FALSE);
}

void
parlor_router_inject (ParlorRouter *self, ParlorSourceId source, guint8 *rtp, gsize length,
                      gint64 arrival_us, gint64 now_us)
{
  write_bytes (self, RECORD_INJECT, source, rtp, length);
}

void
parlor_router_dtls_done (ParlorRouter *self, ParlorTransportId transport, ParlorDtls *dtls,
                         gint64 now_us)
{
  Record record = {.type = RECORD_DTLS_DONE, .id = transport, .dtls = dtls};
  write_down (self, &record);
}

static void
feed_taps (const Feed *feed)
{
  for (guint i = 0; i < taps->len; i++)
    {
      const Tap *tap = &g_array_index (taps, Tap, i);
      if (tap->source == feed->source)
        tap->func (tap->user_data, feed->rtp, feed->length, 1);
    }
}

void
parlor_router_relayed (ParlorRouter *self, guint from, const ParlorRelay *what, guint8 *bytes,
                       gsize length, gint64 now_us)
{
  Record record = {.type = RECORD_RELAYED, .id = what->source, .slot = from};
  for (gsize i = 0; i < MIN (length, 32); i++)
    g_snprintf (record.text + 2 * i, 3, "%02x", bytes[i]);
  write_down (self, &record);
}

void
parlor_router_flush (ParlorRouter *self, gint64 now_us)
{
  if (self->relayed_to != 0)
    self->ops.relayed (self->ops.user_data, self->relayed_to);
  self->relayed_to = 0;
  g_mutex_lock (&lock);
  for (guint i = 0; i < events->len; i++)
    self->ops.event (self->ops.user_data, &g_array_index (events, ParlorRouterEvent, i));
  g_array_set_size (events, 0);
  for (guint i = 0; i < feeds->len; i++)
    feed_taps (&g_array_index (feeds, Feed, i));
  g_array_set_size (feeds, 0);
  g_mutex_unlock (&lock);
}

gint64
parlor_router_next_us (const ParlorRouter *self)
{
  return G_MAXINT64;
}

const ParlorRouterCounters *
parlor_router_get_counters (const ParlorRouter *self)
{
  return &self->counters;
}

void
parlor_router_count_unsent (ParlorRouter *self, guint n_pkts)
{
}

const char *
parlor_drop_reason_name (ParlorDropReason reason)
{
  static const char *const names[PARLOR_N_DROPS] = {
      "unknown_tuple", "stun",  "dtls", "malformed", "auth", "replay", "unknown_ssrc",
      "unknown_pt",    "muted", "rtcp", "queue",     "ring", "send",
  };
  return names[reason];
}

const char *
parlor_refusal_name (ParlorRefusal refusal)
{
  static const char *const names[PARLOR_ROUTER_N_REFUSALS] = {"too_soon", "too_many", "over_budget",
                                                              "gone"};
  return names[refusal];
}
