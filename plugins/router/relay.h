/* SPDX-License-Identifier: Apache-2.0 */
/**
 * A source and its mirrors on other workers (docs/packet-path.md).
 *
 * The source's own worker receives, unprotects, mends and judges; what it keeps goes to the mirrors
 * as clear packets, one copy a worker. A mirror keeps them too and forwards them as any source:
 * repeats, layers, pacing and estimates of its receivers are its worker's own. Back go wishes: key
 * frames, and which layers are watched. What a full ring drops is counted and not repeated: packets
 * are lost as on a path, wishes are said again by the mirror's tick. Thread: worker. Private to
 * this folder.
 */
#pragma once

#include "router/state.h"

/** A mirror: what its source knows beside. */
struct _ParlorMirror
{
  guint owner;
  ParlorRtpExtMap extensions;
  gint64 key_interval_us[PARLOR_ROUTER_MAX_LAYERS]; /**< of the wish that stands (pli_due_us) */
  guint8 restart;      /**< layers by bit whose next packet begins anew: there was a pause */
  gboolean told;       /**< as said to the owner: somebody here has selected it, */
  guint8 told_watched; /**< and watches these */
};

/** A source's other workers. */
struct _ParlorRelays
{
  guint64 workers; /**< that have a mirror */
  guint64 active;  /**< of them, those that get its packets */
  guint64 selected;
  guint8 watched[PARLOR_ROUTER_MAX_WORKERS];
};

/* --- the source's worker --- */

void parlor_relay_set (ParlorSource *self, guint worker, gboolean on);
/** A packet that was kept, as it was kept. */
void parlor_relay_packet (ParlorLayer *layer, const guint8 *packet, gsize length, gboolean repaired,
                          gboolean restarted, gint64 arrival_us);
/** The layer's sender report is new. */
void parlor_relay_report (const ParlorLayer *layer);
/** Which layers are off is new. */
void parlor_relay_layers (const ParlorSource *self);
/** Bits of the layers that are watched elsewhere. */
guint8 parlor_relay_watched (const ParlorSource *self);

/* --- a mirror's worker --- */

ParlorMirror *parlor_mirror_new (const ParlorMirrorConfig *config);
void parlor_mirror_want_key_frame (ParlorLayer *layer, gint64 interval_us, ParlorKeyCause cause);
/** Says what is watched here when it is new, or `again`. */
void parlor_mirror_tell (ParlorSource *self, guint8 watched, gboolean again);
/** A few times a second: what may have been lost is said again. */
void parlor_mirror_tick (ParlorSource *self, guint8 watched, gint64 now_us);

/* --- both --- */

/** Wakes the workers that have something to read. */
void parlor_relay_ring (ParlorRouter *router);
