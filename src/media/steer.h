/* SPDX-License-Identifier: Apache-2.0 */
/**
 * Which peers the kernel is to be told of, because their hash leads to a worker that is not their
 * transport's (docs/decisions/0136): who is handed over between workers again and again. Workers
 * say so; nobody says when a peer is gone, a place is taken back by somebody who needs one. Pure.
 * Thread: control.
 */
#pragma once

#include "udpsort.h"

G_BEGIN_DECLS

typedef struct _ParlorSteer ParlorSteer;

ParlorSteer *parlor_steer_new (guint n_workers);
void parlor_steer_free (ParlorSteer *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (ParlorSteer, parlor_steer_free)

/** A datagram of the peer with this key (parlor_udp_sort_key ()) was read by another worker than
 * `worker`, whose transport's it was. Changes nothing when that is known, when its place was given
 * to another worker in the last half minute (two peers may share a key), or when all places are
 * taken and none is older than ten minutes. */
void parlor_steer_learn (ParlorSteer *self, guint32 key, guint worker, gint64 now_us);
/** There is something that the kernel does not know: since 300 ms, so that those who come together
 * are told together, and it was told nothing for 2 s. */
gboolean parlor_steer_is_due (const ParlorSteer *self, gint64 now_us);
/** By rising key; borrowed until learn () or refused (). They are being told now. */
const ParlorUdpSteer *parlor_steer_tell (ParlorSteer *self, guint *n, gint64 now_us);
/** The kernel takes not so many: half of them are left, and no more will be. */
void parlor_steer_refused (ParlorSteer *self);

G_END_DECLS
