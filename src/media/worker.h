/* SPDX-License-Identifier: Apache-2.0 */
/**
 * Workers: each is one GStreamer pipeline (pipeline.h) with one streaming thread, which owns one
 * router.
 *
 * A set of workers shares the UDP port (SO_REUSEPORT), the DTLS threads (dtlspool.h) and the
 * control thread's wake-up. What crosses a thread is copied through a ring: control → worker
 * (invoke), worker → control (events), worker → worker (datagrams that another one owns; clear
 * packets of a room that has people on both), DTLS thread → worker (steps that ran). Rings to and
 * from the hot path drop and count when full; commands are never dropped: they wait on the control
 * side until there is room.
 *
 * Thread: control, unless said otherwise.
 */
#pragma once

#include "loop.h"

G_BEGIN_DECLS

#define PARLOR_WORKERS_MAX 36
G_STATIC_ASSERT (PARLOR_WORKERS_MAX <= PARLOR_ROUTER_MAX_WORKERS);

typedef struct _ParlorWorker ParlorWorker;
typedef struct _ParlorWorkerSet ParlorWorkerSet;

/** Runs on the worker's streaming thread; data is a copy that lives for the call. */
typedef void (*ParlorWorkerFunc) (ParlorRouter *router, gpointer data, gsize size, gint64 now_us);
/** A router's event, on the control thread, from inside parlor_worker_set_dispatch (). */
typedef void (*ParlorWorkerEventFunc) (gpointer user_data, guint worker,
                                       const ParlorRouterEvent *event);

typedef struct
{
  guint n_workers;          /**< 1 to PARLOR_WORKERS_MAX */
  guint n_dtls_threads;     /**< at least 1 */
  guint16 port;             /**< 0 = any that is free */
  const char *bind_address; /**< nullable: the wildcard, both families */
  gboolean gso, gro;
  guint gather_us; /**< udpgather.h; 0 = never wait */
  ParlorSrtpBackend crypto;
  const ParlorDtlsContext *dtls; /**< borrowed, outlives the set */
  ParlorWorkerEventFunc event_func;
  gpointer user_data;
} ParlorWorkerSetConfig;

/** Binds, starts all threads and returns when all pipelines run. NULL and PARLOR_MEDIA_ERROR_*
 * (plane.h) otherwise. */
ParlorWorkerSet *parlor_worker_set_new (const ParlorWorkerSetConfig *config, GError **error);
/** Smallest receive buffer of the sockets. */
gsize parlor_worker_set_get_receive_buffer (const ParlorWorkerSet *self);
/** Stops and joins all threads, closes the sockets. No event arrives after it. */
void parlor_worker_set_free (ParlorWorkerSet *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (ParlorWorkerSet, parlor_worker_set_free)

guint parlor_worker_set_get_size (const ParlorWorkerSet *self);
ParlorWorker *parlor_worker_set_get (ParlorWorkerSet *self, guint index);
guint16 parlor_worker_set_get_port (const ParlorWorkerSet *self);
/** Readable when dispatch () has something to do. */
int parlor_worker_set_get_fd (const ParlorWorkerSet *self);
void parlor_worker_set_dispatch (ParlorWorkerSet *self);
/** Makes the fd readable. Any thread. */
void parlor_worker_set_ring (ParlorWorkerSet *self);

/** Bytes of one command at most. */
#define PARLOR_WORKER_MAX_COMMAND 65536
/** Copies `size` bytes (at most PARLOR_WORKER_MAX_COMMAND, 0 with NULL) and runs func with them on
 * the worker, in the order of the calls. */
void parlor_worker_invoke (ParlorWorker *self, ParlorWorkerFunc func, gconstpointer data,
                           gsize size);

/** Taps and injects of this worker's router. Borrowed. */
ParlorTracks *parlor_worker_get_tracks (ParlorWorker *self);

/** A copy of what the worker counted until a moment ago; the words do not tear, the struct as a
 * whole may be in between two packets. */
typedef struct
{
  ParlorRouterCounters router;
  ParlorLoopCounters loop;
  guint64 hand_overs, hand_overs_dropped; /**< datagrams given to other workers; with a full ring */
  guint64 events_dropped;                 /**< for the control thread, with a full ring */
  gint64 cpu_us;                          /**< the streaming thread's CPU time; 0 = not started */
} ParlorWorkerCounters;

void parlor_worker_get_counters (ParlorWorker *self, ParlorWorkerCounters *counters);

G_END_DECLS
