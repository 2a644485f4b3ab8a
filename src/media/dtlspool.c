/* SPDX-License-Identifier: Apache-2.0 */
#include "media/dtlspool.h"

#include <malloc.h>
#include <string.h>

#include "base/time.h"
#include "spsc.h"

/* Answers of one thread for one worker: 24 bytes each with their header. */
#define ANSWER_RING_BYTES (64 * 1024)

/* A handshake takes some 64 KiB, which the allocator keeps for the next one. After a storm, when
   the last flights are forgotten too (secure/dtls.h), it goes back to the system. */
#define QUIET_US (40 * PARLOR_US_PER_SEC)
#define STORM_STEPS 64

typedef struct
{
  guint worker;
  ParlorTransportId transport;
  ParlorDtls *dtls;
  gsize length;
  guint8 bytes[];
} Step;

typedef struct
{
  ParlorTransportId transport;
  ParlorDtls *dtls;
} Answer;

typedef struct
{
  ParlorDtlsPool *pool;
  GThread *thread;
  GAsyncQueue *steps;   /* Step; the pool itself = end */
  ParlorSpsc **answers; /* one for each worker */
} PoolThread;

struct _ParlorDtlsPool
{
  guint n_threads, n_workers;
  ParlorWake *const *wakes;
  gint is_ending; /* atomic */
  PoolThread threads[PARLOR_DTLS_POOL_MAX_THREADS];
};

static void
run_step (const Step *step)
{
  gint64 now_us = g_get_monotonic_time ();
  parlor_dtls_start (step->dtls, now_us);
  if (step->length > 0)
    parlor_dtls_handle (step->dtls, step->bytes, step->length, now_us);
  else
    parlor_dtls_handle_timeout (step->dtls, now_us);
}

/* The worker may be behind, but an answer is never lost: this thread has time. */
static void
answer_step (PoolThread *self, const Step *step)
{
  const Answer answer = {step->transport, step->dtls};
  while (!parlor_spsc_push (self->answers[step->worker], &answer, sizeof answer)
         && !g_atomic_int_get (&self->pool->is_ending))
    g_usleep (200);
  parlor_wake_ring (self->pool->wakes[step->worker]);
}

/* n_steps: since memory was given back. */
static gpointer
wait_for_step (PoolThread *self, guint *n_steps)
{
  gpointer step = *n_steps >= STORM_STEPS ? g_async_queue_timeout_pop (self->steps, QUIET_US)
                                          : g_async_queue_pop (self->steps);
  ++*n_steps;
  if (step != NULL)
    return step;
#ifdef __GLIBC__
  malloc_trim (0);
#endif
  *n_steps = 1;
  return g_async_queue_pop (self->steps);
}

static gpointer
pool_thread (gpointer user_data)
{
  PoolThread *self = user_data;
  guint n_steps = 0;
  for (;;)
    {
      gpointer step = wait_for_step (self, &n_steps);
      if (step == self->pool)
        return NULL;
      if (!g_atomic_int_get (&self->pool->is_ending))
        {
          run_step (step);
          answer_step (self, step);
        }
      g_free (step);
    }
}

static void
start_thread (ParlorDtlsPool *self, guint i)
{
  PoolThread *thread = &self->threads[i];
  g_autofree char *name = g_strdup_printf ("dtls-%u", i);
  thread->pool = self;
  thread->steps = g_async_queue_new_full (g_free);
  thread->answers = g_new0 (ParlorSpsc *, self->n_workers);
  for (guint w = 0; w < self->n_workers; w++)
    thread->answers[w] = parlor_spsc_new (ANSWER_RING_BYTES);
  thread->thread = g_thread_new (name, pool_thread, thread);
}

ParlorDtlsPool *
parlor_dtls_pool_new (guint n_threads, ParlorWake *const *wakes, guint n_workers)
{
  ParlorDtlsPool *self = g_new0 (ParlorDtlsPool, 1);
  self->n_threads = CLAMP (n_threads, 1, PARLOR_DTLS_POOL_MAX_THREADS);
  self->n_workers = n_workers;
  self->wakes = wakes;
  for (guint i = 0; i < self->n_threads; i++)
    start_thread (self, i);
  return self;
}

void
parlor_dtls_pool_stop (ParlorDtlsPool *self)
{
  g_atomic_int_set (&self->is_ending, TRUE);
  for (guint i = 0; i < self->n_threads; i++)
    if (self->threads[i].thread != NULL)
      {
        g_async_queue_push (self->threads[i].steps, self);
        g_thread_join (g_steal_pointer (&self->threads[i].thread));
      }
}

static void
free_thread (ParlorDtlsPool *self, guint i)
{
  PoolThread *thread = &self->threads[i];
  g_async_queue_unref (thread->steps);
  for (guint w = 0; w < self->n_workers; w++)
    parlor_spsc_free (thread->answers[w]);
  g_free (thread->answers);
}

void
parlor_dtls_pool_free (ParlorDtlsPool *self)
{
  if (self == NULL)
    return;
  parlor_dtls_pool_stop (self);
  for (guint i = 0; i < self->n_threads; i++)
    free_thread (self, i);
  g_free (self);
}

/* Ids come from a counter that others share: a viewer takes two, so all of his kind would meet on
   one thread of two. Knuth's multiplier spreads them. */
guint
parlor_dtls_pool_thread_of (ParlorTransportId transport, guint n_threads)
{
  return (guint)((transport * G_GUINT64_CONSTANT (0x9e3779b97f4a7c15) >> 32) % n_threads);
}

void
parlor_dtls_pool_push (ParlorDtlsPool *self, guint worker, ParlorTransportId transport,
                       ParlorDtls *dtls, const guint8 *bytes, gsize length)
{
  gsize taken = length <= PARLOR_DTLS_POOL_MAX_BYTES ? length : 0;
  Step *step = g_malloc (sizeof *step + taken);
  *step = (Step){worker, transport, dtls, taken};
  if (taken > 0)
    memcpy (step->bytes, bytes, taken);
  g_async_queue_push (self->threads[parlor_dtls_pool_thread_of (transport, self->n_threads)].steps,
                      step);
}

void
parlor_dtls_pool_drain (ParlorDtlsPool *self, guint worker, ParlorRouter *router, gint64 now_us)
{
  gsize length;
  for (guint i = 0; i < self->n_threads; i++)
    {
      ParlorSpsc *answers = self->threads[i].answers[worker];
      const Answer *answer;
      while ((answer = parlor_spsc_peek (answers, &length)) != NULL)
        {
          parlor_router_dtls_done (router, answer->transport, answer->dtls, now_us);
          parlor_spsc_pop (answers);
        }
    }
}
