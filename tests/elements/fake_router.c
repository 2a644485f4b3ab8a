/* SPDX-License-Identifier: Apache-2.0 */
#include "fake_router.h"

#include <string.h>

#include "router/outbox.h"

typedef struct
{
  ParlorTuple tuple;
  gsize length;
  guint8 bytes[FAKE_ECHO_MAX_BYTES];
} Echo;

struct _ParlorRouter
{
  ParlorRouterConfig config;
  ParlorRouterOps ops;
  ParlorOutbox outbox;
  GArray *echoes;
  ParlorTuple last;
  GHashTable *taps; /* source → Tap */
  gint64 next_us;
  ParlorRouterCounters counters;
};

typedef struct
{
  ParlorRouterTapFunc func;
  gpointer user_data;
} Tap;

static ParlorRouter *the_router;
static gint n_received, n_flushes, n_injected;
static guint64 n_unsent;
static gint64 interval = -1;

ParlorRouter *
fake_router_get (void)
{
  return the_router;
}

gint
fake_router_n_received (void)
{
  return g_atomic_int_get (&n_received);
}

gint
fake_router_n_flushes (void)
{
  return g_atomic_int_get (&n_flushes);
}

gint
fake_router_n_injected (void)
{
  return g_atomic_int_get (&n_injected);
}

guint64
fake_router_n_unsent (void)
{
  return n_unsent;
}

void
fake_router_set_interval_us (gint64 interval_us)
{
  interval = interval_us;
}

void
fake_router_reset (void)
{
  n_received = n_flushes = n_injected = 0;
  n_unsent = 0;
  interval = -1;
}

ParlorRouter *
parlor_router_new (const ParlorRouterConfig *config, const ParlorRouterOps *ops)
{
  ParlorRouter *self = g_new0 (ParlorRouter, 1);
  self->config = *config;
  self->ops = *ops;
  self->echoes = g_array_new (FALSE, FALSE, sizeof (Echo));
  self->taps = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, g_free);
  self->next_us = G_MAXINT64;
  self->ops.send (self->ops.user_data, &self->outbox);
  the_router = self;
  return self;
}

void
parlor_router_free (ParlorRouter *self)
{
  the_router = NULL;
  g_array_unref (self->echoes);
  g_hash_table_unref (self->taps);
  g_free (self);
}

static void
feed_taps (ParlorRouter *self, const guint8 *bytes, gsize length, gint64 arrival_us)
{
  GHashTableIter iter;
  gpointer value;
  g_hash_table_iter_init (&iter, self->taps);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    ((Tap *)value)->func (((Tap *)value)->user_data, bytes, length, arrival_us);
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
  Echo echo = {.tuple = *tuple, .length = length};
  g_assert_cmpuint (length, <=, FAKE_ECHO_MAX_BYTES);
  memcpy (echo.bytes, bytes, length);
  g_array_append_val (self->echoes, echo);
  self->last = *tuple;
  feed_taps (self, bytes, length, arrival_us);
  g_atomic_int_inc (&n_received);
}

gboolean
parlor_router_take_key_frame_wish (ParlorRouter *self, ParlorSourceId source, gint64 now_us)
{
  return FALSE;
}

void
parlor_router_inject (ParlorRouter *self, ParlorSourceId source, guint8 *rtp, gsize length,
                      gint64 arrival_us, gint64 now_us)
{
  Echo echo = {.tuple = self->last, .length = length};
  g_assert_cmpuint (length, <=, FAKE_ECHO_MAX_BYTES);
  memcpy (echo.bytes, rtp, length);
  g_array_append_val (self->echoes, echo);
  g_atomic_int_inc (&n_injected);
}

static gboolean
fits_group (const ParlorRouter *self, const ParlorDatagram *message, const Echo *echo)
{
  guint32 segment = message->segment_bytes ? message->segment_bytes : message->length;
  ParlorAddr peer;
  parlor_addr_from_in6 (&message->peer, &peer);
  return self->config.gso && parlor_addr_equal (&peer, &echo->tuple.peer) && echo->length == segment
         && message->length % segment == 0 && message->length / segment < PARLOR_GSO_MAX_SEGMENTS
         && message->length + echo->length <= PARLOR_MESSAGE_MAX_BYTES;
}

static void
write_echo (ParlorRouter *self, const Echo *echo)
{
  ParlorOutbox *outbox = &self->outbox;
  ParlorDatagram *message;
  if (outbox->n_datagrams == outbox->max_datagrams
      || outbox->used + echo->length > outbox->capacity)
    self->ops.send (self->ops.user_data, outbox);
  message = outbox->n_datagrams > 0 ? &outbox->datagrams[outbox->n_datagrams - 1] : NULL;
  if (message == NULL || !fits_group (self, message, echo))
    {
      message = &outbox->datagrams[outbox->n_datagrams++];
      memset (message, 0, sizeof *message);
      message->offset = (guint32)outbox->used;
      parlor_addr_to_in6 (&echo->tuple.peer, &message->peer);
      memcpy (&message->local, echo->tuple.local.ip, 16);
    }
  else
    message->segment_bytes = (guint16)echo->length;
  memcpy (outbox->arena + outbox->used, echo->bytes, echo->length);
  outbox->used += echo->length;
  message->length += (guint32)echo->length;
}

void
parlor_router_flush (ParlorRouter *self, gint64 now_us)
{
  for (guint i = 0; i < self->echoes->len; i++)
    write_echo (self, &g_array_index (self->echoes, Echo, i));
  g_array_set_size (self->echoes, 0);
  if (self->outbox.n_datagrams > 0)
    self->ops.send (self->ops.user_data, &self->outbox);
  self->next_us = interval >= 0 ? now_us + interval : G_MAXINT64;
  g_atomic_int_inc (&n_flushes);
}

gint64
parlor_router_next_us (const ParlorRouter *self)
{
  return self->next_us;
}

gboolean
parlor_router_set_tap (ParlorRouter *self, ParlorSourceId source, ParlorRouterTapFunc func,
                       gpointer user_data)
{
  Tap tap = {func, user_data};
  if (func == NULL)
    return g_hash_table_remove (self->taps, &source);
  g_hash_table_insert (self->taps, g_memdup2 (&source, sizeof source),
                       g_memdup2 (&tap, sizeof tap));
  return TRUE;
}

void
parlor_router_count_unsent (ParlorRouter *self, guint n_pkts)
{
  n_unsent += n_pkts;
}

const ParlorRouterCounters *
parlor_router_get_counters (const ParlorRouter *self)
{
  return &self->counters;
}
