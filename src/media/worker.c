/* SPDX-License-Identifier: Apache-2.0 */
#include "media/worker.h"

#include <pthread.h>
#include <sys/prctl.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include "base/time.h"
#include "media/pipeline.h"
#include "media/worker_internal.h"

/* 1,000 descriptions of a source; what is more waits with the control thread. */
#define COMMAND_RING_BYTES (1024 * 1024)
/* 500 receivers with 28 slots each change their view at once. */
#define EVENT_RING_BYTES (4 * 1024 * 1024)
/* Of it, what is kept for the beginning and the end of 4,000 sessions. */
#define EVENT_RESERVE_BYTES (1024 * 1024)
/* 100 ms of 300 packets of 1,200 bytes: a worker that is away longer has other worries. */
#define HAND_OVER_RING_BYTES (512 * 1024)

/* 800 packets of 1,200 bytes: a key frame of a screen comes in some hundred at once. Memory that is
 * not reached is not taken. */
#define RELAY_RING_BYTES (1024 * 1024)

/* One of so many that are handed over: who says much is found soon, and who says little costs
 * little. Of no rhythm that streams have. */
#define HAND_OVERS_PER_STRAY 7
#define BETWEEN_RINGS_US (100 * G_GINT64_CONSTANT (1000))

/* Of the streaming thread. */
#define TIMER_SLACK_NS 5000UL
#define MEDIA_NICE (-10)

typedef struct
{
  ParlorWorkerFunc func;
  guint8 data[] __attribute__ ((aligned (8)));
} Command;

typedef struct
{
  ParlorTuple tuple;
  gint64 arrival_us;
  guint8 bytes[];
} HandOver;

typedef struct
{
  ParlorRelay what;
  guint8 bytes[];
} Relayed;

/* --- on the streaming thread
 * ------------------------------------------------------------------------ */

static void
begin_thread (ParlorWorker *self)
{
  char name[16];
  self->is_begun = TRUE;
  g_snprintf (name, sizeof name, "media-%u", self->index);
  pthread_setname_np (pthread_self (), name);
  /* Before handshakes, pages and the store on a busy machine. Without the right for it all are
   * alike. */
  setpriority (PRIO_PROCESS, (id_t)gettid (), MEDIA_NICE);
  /* Of 50 us, which the kernel allows itself else, each wait for company would be longer. */
  prctl (PR_SET_TIMERSLACK, TIMER_SLACK_NS);
  if (pthread_getcpuclockid (pthread_self (), &self->cpu_clock) == 0)
    g_atomic_int_set (&self->cpu_clock_is_known, TRUE);
}

static void
run_commands (ParlorWorker *self, ParlorRouter *router, gint64 now_us)
{
  gsize length;
  Command *command;
  while ((command = parlor_spsc_peek (self->commands, &length)) != NULL)
    {
      command->func (router, command->data, length - sizeof *command, now_us);
      parlor_spsc_pop (self->commands);
    }
  if (g_atomic_int_get (&self->has_backlog))
    parlor_wake_ring (&self->set->wake);
}

/* Of a session that stands here: nobody else can have the kernel told of an address. */
static void
note_stray (ParlorWorker *self, const ParlorRouter *router, const ParlorTuple *tuple, gint64 now_us)
{
  guint32 key;
  if (self->strays == NULL || ++self->n_taken % HAND_OVERS_PER_STRAY != 0
      || !parlor_router_is_at (router, tuple, now_us))
    return;
  key = parlor_udp_sort_key (&tuple->peer);
  if (!parlor_spsc_push (self->strays, &key, sizeof key)
      || now_us - self->stray_rung_us < BETWEEN_RINGS_US)
    return;
  self->stray_rung_us = now_us;
  parlor_wake_ring (&self->set->wake);
}

static void
take_hand_overs (ParlorWorker *self, ParlorRouter *router, gint64 now_us)
{
  gsize length;
  for (guint i = 0; i < self->set->n_workers; i++)
    {
      HandOver *given;
      if (i == self->index)
        continue;
      while ((given = parlor_spsc_peek (self->from[i], &length)) != NULL)
        {
          parlor_router_receive (router, given->bytes, length - sizeof *given, &given->tuple,
                                 given->arrival_us, now_us);
          note_stray (self, router, &given->tuple, now_us);
          parlor_spsc_pop (self->from[i]);
        }
    }
}

static void
take_relayed (ParlorWorker *self, ParlorRouter *router, gint64 now_us)
{
  gsize length;
  for (guint i = 0; i < self->set->n_workers; i++)
    {
      Relayed *given;
      if (i == self->index)
        continue;
      while ((given = parlor_spsc_peek (self->relayed[i], &length)) != NULL)
        {
          parlor_router_relayed (router, i, &given->what, given->bytes, length - sizeof *given,
                                 now_us);
          parlor_spsc_pop (self->relayed[i]);
        }
    }
}

static void
drain (gpointer user_data, ParlorRouter *router, gint64 now_us)
{
  ParlorWorker *self = user_data;
  if (!self->is_begun)
    begin_thread (self);
  run_commands (self, router, now_us);
  parlor_dtls_pool_drain (self->set->dtls_pool, self->index, router, now_us);
  take_hand_overs (self, router, now_us);
  take_relayed (self, router, now_us);
}

static void
publish_words (guint64 *to, const void *from, gsize size)
{
  for (gsize i = 0; i < size / sizeof *to; i++)
    __atomic_store_n (&to[i], ((const guint64 *)from)[i], __ATOMIC_RELAXED);
}

/* Plain words without a lock: whoever reads them may see a batch half counted, never a torn number.
 */
static void
publish_counters (gpointer user_data, const ParlorRouter *router)
{
  ParlorWorker *self = user_data;
  ParlorWorkerCounters *to = &self->published;
  G_STATIC_ASSERT (sizeof to->router % sizeof (guint64) == 0);
  G_STATIC_ASSERT (sizeof to->loop % sizeof (guint64) == 0);
  publish_words ((guint64 *)&to->router, parlor_router_get_counters (router), sizeof to->router);
  publish_words ((guint64 *)&to->loop, &self->loop->counters, sizeof to->loop);
  __atomic_store_n (&to->hand_overs, self->hand_overs, __ATOMIC_RELAXED);
  __atomic_store_n (&to->hand_overs_dropped, self->hand_overs_dropped, __ATOMIC_RELAXED);
  __atomic_store_n (&to->events_dropped, self->events_dropped, __ATOMIC_RELAXED);
}

/* Who is there and who is gone is said once; the rest is said again, or followed by the next. */
static gboolean
has_room_for (ParlorWorker *self, const ParlorRouterEvent *event)
{
  return event->type == PARLOR_ROUTER_CONNECTED || event->type == PARLOR_ROUTER_FAILED
         || parlor_spsc_reserve (self->events, EVENT_RESERVE_BYTES) != NULL;
}

static gboolean
pass_event (gpointer user_data, const ParlorRouterEvent *event)
{
  ParlorWorker *self = user_data;
  gboolean passed = has_room_for (self, event)
                    && parlor_spsc_push (self->events, event, sizeof *event);
  self->events_dropped += !passed;
  parlor_wake_ring (&self->set->wake);
  return passed;
}

static void
pass_dtls_step (gpointer user_data, ParlorTransportId transport, ParlorDtls *dtls,
                const guint8 *bytes, gsize length)
{
  ParlorWorker *self = user_data;
  parlor_dtls_pool_push (self->set->dtls_pool, self->index, transport, dtls, bytes, length);
}

static void
pass_hand_over (gpointer user_data, guint to, const guint8 *bytes, gsize length,
                const ParlorTuple *tuple, gint64 arrival_us)
{
  ParlorWorker *self = user_data;
  HandOver *room = NULL;
  ParlorWorker *other;
  /* The index comes from a stranger's ufrag. */
  if (to >= self->set->n_workers || to == self->index || length == 0)
    return;
  other = self->set->workers[to];
  room = parlor_spsc_reserve (other->from[self->index], sizeof *room + length);
  if (room == NULL)
    {
      self->hand_overs_dropped++;
      return;
    }
  room->tuple = *tuple;
  room->arrival_us = arrival_us;
  memcpy (room->bytes, bytes, length);
  parlor_spsc_commit (other->from[self->index]);
  self->hand_overs++;
  parlor_loop_wake (other->loop);
}

static gboolean
pass_relay (gpointer user_data, guint to, const ParlorRelay *what, const guint8 *bytes,
            gsize length)
{
  ParlorWorker *self = user_data;
  Relayed *room;
  g_return_val_if_fail (to < self->set->n_workers && to != self->index, FALSE);
  room = parlor_spsc_reserve (self->set->workers[to]->relayed[self->index], sizeof *room + length);
  if (room == NULL)
    return FALSE;
  room->what = *what;
  if (length > 0)
    memcpy (room->bytes, bytes, length);
  parlor_spsc_commit (self->set->workers[to]->relayed[self->index]);
  return TRUE;
}

static void
pass_relayed (gpointer user_data, guint64 workers)
{
  ParlorWorker *self = user_data;
  for (guint i = 0; i < self->set->n_workers; i++)
    if ((workers >> i) & 1)
      parlor_loop_wake (self->set->workers[i]->loop);
}

/* --- on the control thread
 * -------------------------------------------------------------------------- */

ParlorWorker *
parlor_worker_new (ParlorWorkerSet *set, guint index, int fd, int lane_fd,
                   const ParlorRouterConfig *router)
{
  static const ParlorLoopHooks hooks = {
      .drain = drain,
      .flushed = publish_counters,
      .event = pass_event,
      .dtls_step = pass_dtls_step,
      .hand_over = pass_hand_over,
      .relay = pass_relay,
      .relayed = pass_relayed,
  };
  ParlorWorker *self = g_new0 (ParlorWorker, 1);
  self->set = set;
  self->index = index;
  self->fd = fd;
  self->lane_fd = lane_fd;
  self->loop = parlor_loop_new (router, &hooks, self, fd);
  g_queue_init (&self->backlog);
  self->commands = parlor_spsc_new (COMMAND_RING_BYTES);
  self->events = parlor_spsc_new (EVENT_RING_BYTES);
  for (guint i = 0; i < set->n_workers; i++)
    if (i != index)
      {
        self->from[i] = parlor_spsc_new (HAND_OVER_RING_BYTES);
        self->relayed[i] = parlor_spsc_new (RELAY_RING_BYTES);
      }
  if (self->loop == NULL)
    g_clear_pointer (&self, parlor_worker_free);
  else
    self->loop->lane_fd = lane_fd;
  return self;
}

void
parlor_worker_close_lane (ParlorWorker *self)
{
  close (self->lane_fd);
  self->lane_fd = self->loop->lane_fd = -1;
}

gboolean
parlor_worker_start (ParlorWorker *self, GError **error)
{
  self->pipeline = parlor_pipeline_start (self->loop, error);
  return self->pipeline != NULL;
}

void
parlor_worker_stop (ParlorWorker *self)
{
  g_clear_pointer (&self->pipeline, parlor_pipeline_stop);
}

void
parlor_worker_free (ParlorWorker *self)
{
  if (self == NULL)
    return;
  parlor_worker_stop (self);
  parlor_loop_unref (self->loop);
  g_queue_clear_full (&self->backlog, (GDestroyNotify)g_bytes_unref);
  parlor_spsc_free (self->commands);
  parlor_spsc_free (self->events);
  parlor_spsc_free (self->strays);
  for (guint i = 0; i < G_N_ELEMENTS (self->from); i++)
    {
      parlor_spsc_free (self->from[i]);
      parlor_spsc_free (self->relayed[i]);
    }
  close (self->fd);
  if (self->lane_fd >= 0)
    close (self->lane_fd);
  g_free (self);
}

static void
push_backlog (ParlorWorker *self)
{
  while (!g_queue_is_empty (&self->backlog))
    {
      gsize size;
      gconstpointer bytes = g_bytes_get_data (g_queue_peek_head (&self->backlog), &size);
      if (!parlor_spsc_push (self->commands, bytes, size))
        return;
      g_bytes_unref (g_queue_pop_head (&self->backlog));
    }
  g_atomic_int_set (&self->has_backlog, FALSE);
}

void
parlor_worker_take_strays (ParlorWorker *self, gint64 now_us)
{
  gsize length;
  const guint32 *key;
  while ((key = parlor_spsc_peek (self->strays, &length)) != NULL)
    {
      parlor_steer_learn (self->set->steer, *key, self->index, now_us);
      parlor_spsc_pop (self->strays);
    }
}

void
parlor_worker_dispatch (ParlorWorker *self)
{
  gsize length;
  const ParlorRouterEvent *event;
  while ((event = parlor_spsc_peek (self->events, &length)) != NULL)
    {
      self->set->event_func (self->set->user_data, self->index, event);
      parlor_spsc_pop (self->events);
    }
  if (!g_queue_is_empty (&self->backlog))
    {
      push_backlog (self);
      parlor_loop_wake (self->loop);
    }
}

void
parlor_worker_invoke (ParlorWorker *self, ParlorWorkerFunc func, gconstpointer data, gsize size)
{
  Command *command;
  g_return_if_fail (size <= PARLOR_WORKER_MAX_COMMAND);
  command = g_alloca (sizeof *command + size);
  command->func = func;
  if (size > 0)
    memcpy (command->data, data, size);
  if (!g_queue_is_empty (&self->backlog)
      || !parlor_spsc_push (self->commands, command, sizeof *command + size))
    {
      g_queue_push_tail (&self->backlog, g_bytes_new (command, sizeof *command + size));
      g_atomic_int_set (&self->has_backlog, TRUE);
    }
  parlor_loop_wake (self->loop);
}

ParlorTracks *
parlor_worker_get_tracks (ParlorWorker *self)
{
  return self->loop->tracks;
}

void
parlor_worker_get_counters (ParlorWorker *self, ParlorWorkerCounters *counters)
{
  struct timespec used;
  G_STATIC_ASSERT (sizeof *counters % sizeof (guint64) == 0);
  for (gsize i = 0; i < sizeof *counters / sizeof (guint64); i++)
    ((guint64 *)counters)[i] = __atomic_load_n (&((guint64 *)&self->published)[i],
                                                __ATOMIC_RELAXED);
  counters->cpu_us = 0;
  if (g_atomic_int_get (&self->cpu_clock_is_known) && clock_gettime (self->cpu_clock, &used) == 0)
    counters->cpu_us = used.tv_sec * PARLOR_US_PER_SEC + used.tv_nsec / PARLOR_NS_PER_US;
}
