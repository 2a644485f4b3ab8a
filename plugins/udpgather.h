/* SPDX-License-Identifier: Apache-2.0 */
/**
 * How long the source waits for company before it reads: a send is paid per message, not per byte,
 * so what goes to one receiver together is cheaper than what goes one by one
 * (docs/decisions/0020). Thread: the streaming thread.
 */
#pragma once

#include "parlor/batch.h"

G_BEGIN_DECLS

#define PARLOR_GATHER_DEFAULT_US 2000
#define PARLOR_GATHER_MAX_US 20000

typedef struct
{
  guint gather_us; /**< where fan-out is wide and the worker busy; 0 = never wait, for anything */
  guint64 messages_seen; /**< of the counter messages_out */
  guint64 fan_out_x16;   /**< messages that a wake-up led to, moving average × 16 */
  gboolean frame_open;   /**< the last datagram was not the last of its frame */
  gint64 window_us;      /**< since when it is counted how busy the worker is; 0 = not yet */
  gint64 slept_us;       /**< of the time since then */
  guint busy_percent;    /**< of the last windows */
  gint64 read_us;        /**< when the socket was read last; 0 = never */
} ParlorUdpGather;

/** After a batch was read into `memory`; `meta` may have no datagrams. */
void parlor_udp_gather_look (ParlorUdpGather *self, const guint8 *memory,
                             const ParlorBatchMeta *meta);

/** µs to wait for the rest of an open frame, which then goes on in the same batch; 0 = it is whole.
 * Nobody can use a part of a frame sooner. */
guint parlor_udp_gather_rest_us (const ParlorUdpGather *self);

/** The worker slept from then until now. */
void parlor_udp_gather_slept (ParlorUdpGather *self, gint64 from_us, gint64 now_us);

/** µs to sleep after the socket woke us and before reading. `messages_out`: of the loop's counters,
 * now. */
guint parlor_udp_gather_after_wake_us (ParlorUdpGather *self, guint64 messages_out, gint64 now_us);

G_END_DECLS
