/* SPDX-License-Identifier: Apache-2.0 */
/** A published track and its layers: what came in, kept for those who get it. Thread: worker.
 * Private to this folder. */
#pragma once

#include "router/state.h"

/** No packet of a layer for so long: it is not chosen any more. */
#define PARLOR_LAYER_IDLE_US (1500 * PARLOR_US_PER_MS)
/** No packet of any layer for so long: the source is idle. */
#define PARLOR_SOURCE_IDLE_US (2 * PARLOR_US_PER_SEC)
/** At most two key-frame requests a second go to a publisher for a layer, however many receivers
 * ask; one in two seconds where they see something meanwhile. */
#define PARLOR_LAYER_PLI_INTERVAL_US (500 * PARLOR_US_PER_MS)
#define PARLOR_LAYER_PLI_PATIENT_US (2 * PARLOR_US_PER_SEC)
/** Newcomers who see a still, together: half a key frame a second is promised, however many
 * come, and a browser asks by itself after 3 s without a picture. */
#define PARLOR_LAYER_PLI_NEWCOMER_US (2500 * PARLOR_US_PER_MS)

/** transport is NULL for an injected source and for a mirror, which takes `mirror`; room is NULL
 * unless it speaks. */
ParlorSource *parlor_source_new (ParlorRouter *router, const ParlorSourceConfig *config,
                                 ParlorTransport *transport, ParlorMirror *mirror,
                                 ParlorAudioRoom *room);
/** Empties the slots that show it. */
void parlor_source_free (ParlorSource *self, gint64 now_us);

void parlor_source_set_open (ParlorSource *self, gboolean open);

/** One clear packet of a layer. `repaired`: it came by RTX. The bytes are copied. */
void parlor_layer_receive (ParlorLayer *layer, guint8 *packet, gsize length,
                           ParlorRtpHeader *header, gboolean repaired, gint64 arrival_us,
                           gint64 now_us);
/** Index in the source's codecs, by payload type; -1 = none. *is_rtx tells that it is that codec's
 * RTX. */
gint parlor_source_find_codec (const ParlorSource *self, guint8 pt, gboolean *is_rtx);
/** (nullable) The layer whose height is nearest above `height` (0 = the largest) among those that
 * arrive. */
ParlorLayer *parlor_source_choose_layer (ParlorSource *self, guint height, gint64 now_us);
/** interval_us: PARLOR_LAYER_PLI_…, since the last request. The cause that brings it nearest
 * counts.
 */
void parlor_layer_want_key_frame (ParlorLayer *layer, gint64 interval_us, ParlorKeyCause cause);
/** Packets of it came lately. */
gboolean parlor_layer_arrives (const ParlorLayer *layer, gint64 now_us);
/** It was switched off because nobody watched it, and would come if somebody did. */
gboolean parlor_layer_may_come (const ParlorLayer *layer, gint64 now_us);
/** Lines; where the codec has not told, its place counts, from 1. */
guint parlor_layer_height (const ParlorLayer *layer);
/** What sending it takes; where that is not known yet, what such a layer takes in a browser; 0 = no
 * idea. */
guint32 parlor_layer_bps (const ParlorLayer *layer);
/** The highest temporal layer that it has, as far as is known. */
guint8 parlor_layer_top_temporal (const ParlorLayer *layer);
/** The same rate without the temporal layers above this one; PARLOR_TEMPORAL_ALL = with all. */
guint32 parlor_layer_temporal_bps (const ParlorLayer *layer, guint8 temporal);
/** Frames a second up to this temporal layer; 0 = not known. */
guint8 parlor_layer_fps (const ParlorLayer *layer, guint8 temporal);
/** (nullable) (transfer none) A packet as it was received, and what was read of it. */
const guint8 *parlor_layer_find (const ParlorLayer *layer, guint16 seq, gint64 now_us,
                                 const ParlorPacketInfo **info);
/** Nothing is kept of it for newcomers any more, until its next key frame. */
void parlor_layer_forget_kept (ParlorLayer *layer);
/** Gives the fresh packets to everybody who shows this source. */
void parlor_layer_fan_out (ParlorLayer *layer, gint64 now_us);
/** Its numbering begins anew: nothing of before is repeated, and receivers begin with a key frame.
 */
void parlor_layer_restart (ParlorLayer *layer);
/** Tells the publisher, at once, of layers that are watched and were not; later of those that are
 * not any more. */
void parlor_source_look_who_watches (ParlorSource *self, gint64 now_us);
/** Idle sources and layers, a few times a second. */
void parlor_source_tick (ParlorSource *self, gint64 now_us);
