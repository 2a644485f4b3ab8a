/* SPDX-License-Identifier: Apache-2.0 */
/**
 * What the three elements of one worker share: the wake-up, the router's next deadline, the socket,
 * and the hooks by which things leave the streaming thread. Plain C and refcounted; each element
 * gets it by its pointer property "loop".
 *
 * An element without one works alone: the source opens its own socket, the sink needs its "fd", the
 * router needs the loop. Thread: members after "streaming thread" belong to it; the rest is
 * constant after new; wake may be rung by any thread.
 */
#pragma once

#include "router/router.h"
#include "tracks.h"
#include "wake.h"

G_BEGIN_DECLS

/** All but drain and flushed are ParlorRouterOps under the same names, see router.h. All run on the
 * streaming thread and return at once. */
typedef struct
{
  /** Once for each batch, empty ones too, before its datagrams: commands, hand-overs, relayed
   * packets, answers of DTLS steps. */
  void (*drain) (gpointer user_data, ParlorRouter *router, gint64 now_us);
  /** Once for each batch, after its flush: a good moment to publish counters. */
  void (*flushed) (gpointer user_data, const ParlorRouter *router);
  gboolean (*event) (gpointer user_data, const ParlorRouterEvent *event);
  void (*dtls_step) (gpointer user_data, ParlorTransportId transport, ParlorDtls *dtls,
                     const guint8 *bytes, gsize length);
  void (*hand_over) (gpointer user_data, guint worker, const guint8 *bytes, gsize length,
                     const ParlorTuple *tuple, gint64 arrival_us);
  gboolean (*relay) (gpointer user_data, guint worker, const ParlorRelay *what, const guint8 *bytes,
                     gsize length);
  void (*relayed) (gpointer user_data, guint64 workers);
} ParlorLoopHooks;

/** Written by the streaming thread alone, read by any as torn-free words. */
typedef struct
{
  guint64 datagrams_in, bytes_in, datagrams_out, bytes_out;
  guint64 messages_in, messages_out; /**< of the kernel: GRO and GSO groups count once */
  guint64 socket_overflow;           /**< SO_RXQ_OVFL: dropped by the kernel because we were late */
  guint64 truncated;                 /**< longer than a slot, dropped */
  guint64 send_blocked, send_failed, gso_refused; /**< packets dropped after 5 ms of EAGAIN; packets
                                                     refused; messages resent singly */
  guint64 wakeups, empty_batches;
  guint64 malformed_batches; /**< buffers without a batch meta */
} ParlorLoopCounters;

typedef struct
{
  /*< constant after new >*/
  ParlorRouterConfig router; /**< the router is made from this */
  ParlorLoopHooks hooks;
  gpointer user_data;
  int fd;          /**< borrowed UDP socket, -1 = the source opens its own and writes it here */
  int lane_fd;     /**< borrowed, read only: its feedback lane (udplane.h); -1 = none */
  guint gather_us; /**< of the source where fan-out is wide (udpgather.h); 0 = never wait */
  /** Written before the elements start. TRUE: nobody else has hands on the pipeline; it is not
   * unlinked nor changed before its elements have stopped (pads.h). */
  gboolean is_private;

  ParlorWake wake;
  ParlorTracks *tracks; /**< taps and injects of this worker's router; owned */

  /*< streaming thread >*/
  gint64 next_us;       /**< when the router wants a flush; 0 = the last left some of its work,
                           G_MAXINT64 = never */
  gint64 send_retry_us; /**< when the sink wants to try what it keeps again; G_MAXINT64 = none */
  guint unsent_pkts;    /**< by the sink since the router shell last looked */
  ParlorLoopCounters counters;

  /*< private >*/
  gint refs;
} ParlorLoop;

/** NULL only when there is no file descriptor left. hooks are copied; NULL members do nothing. fd
 * is borrowed, -1 = none; lane_fd is -1 until somebody writes it, before the elements start. */
ParlorLoop *parlor_loop_new (const ParlorRouterConfig *router, const ParlorLoopHooks *hooks,
                             gpointer user_data, int fd);
ParlorLoop *parlor_loop_ref (ParlorLoop *self);
void parlor_loop_unref (ParlorLoop *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (ParlorLoop, parlor_loop_unref)

/** Makes the source return a batch soon. Any thread. */
void parlor_loop_wake (ParlorLoop *self);

G_END_DECLS
