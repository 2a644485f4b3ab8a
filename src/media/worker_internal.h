/* SPDX-License-Identifier: Apache-2.0 */
/** What worker.c (one worker) and workerset.c (all of them) share; nobody else includes it. */
#pragma once

#include <gst/gst.h>

#include "media/dtlspool.h"
#include "media/steer.h"
#include "media/worker.h"
#include "spsc.h"

G_BEGIN_DECLS

struct _ParlorWorker
{
  /*< constant after new >*/
  ParlorWorkerSet *set;
  guint index;
  int fd, lane_fd; /* owned; lane_fd may be -1 */
  ParlorLoop *loop;
  GstElement *pipeline;
  ParlorSpsc *commands;                    /* control → worker */
  ParlorSpsc *events;                      /* worker → control */
  ParlorSpsc *from[PARLOR_WORKERS_MAX];    /* that worker → this one; NULL at its own index */
  ParlorSpsc *relayed[PARLOR_WORKERS_MAX]; /* likewise: packets and wishes of sources and mirrors */
  ParlorSpsc *strays; /* worker → control: keys (guint32, udpsort.h) of peers whose datagrams others
                         read; NULL = nobody wants to know */

  /*< control thread >*/
  GQueue backlog; /* GBytes: commands for which the ring had no room */

  /*< streaming thread >*/
  gboolean is_begun;
  guint64 hand_overs, hand_overs_dropped, events_dropped;
  guint n_taken;        /* of others' hand-overs */
  gint64 stray_rung_us; /* when the control thread was rung for one */

  /*< atomics >*/
  gint has_backlog;
  gint cpu_clock_is_known;
  clockid_t cpu_clock;            /* written once before cpu_clock_is_known */
  ParlorWorkerCounters published; /* word by word */
};

struct _ParlorWorkerSet
{
  /*< constant after new >*/
  guint n_workers;
  guint16 port;
  gsize receive_buffer;
  ParlorWorkerEventFunc event_func;
  gpointer user_data;
  ParlorDtlsPool *dtls_pool;
  ParlorSteer *steer;                    /* NULL: one worker, or a kernel that cannot sort */
  ParlorWake *wakes[PARLOR_WORKERS_MAX]; /* of the workers' loops */
  ParlorWorker *workers[PARLOR_WORKERS_MAX];

  ParlorWake wake; /* the control thread's */
};

/** Everything but the pipeline; both sockets pass to it in every outcome. NULL: no file descriptor
    left. */
ParlorWorker *parlor_worker_new (ParlorWorkerSet *set, guint index, int fd, int lane_fd,
                                 const ParlorRouterConfig *router);
/** Goes without its feedback lane. Before it starts. */
void parlor_worker_close_lane (ParlorWorker *self);
gboolean parlor_worker_start (ParlorWorker *self, GError **error);
/** Joins the streaming thread. */
void parlor_worker_stop (ParlorWorker *self);
void parlor_worker_free (ParlorWorker *self);
/** What its streaming thread says of strays, to set->steer. */
void parlor_worker_take_strays (ParlorWorker *self, gint64 now_us);
/** Hands its events to the set's function and moves commands that waited into the ring. */
void parlor_worker_dispatch (ParlorWorker *self);

G_END_DECLS
