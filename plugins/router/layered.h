/* SPDX-License-Identifier: Apache-2.0 */
/**
 * The layers inside one RTP stream (VP9 and AV1 SVC), as its dependency descriptors tell them (AV1
 * RTP specification 1.0.0, appendix A): the template structure, what each packet is part of, and
 * what every decode target takes. Which of it one receiver gets is src/proto/layers/svc.h's to say.
 * Thread: worker. Private to this folder.
 */
#pragma once

#include "proto/rtp/dd.h"
#include "router/gop.h"
#include "router/state.h"

/** What a receiver can be given of the stream. */
typedef struct
{
  guint8 spatial, temporal;
  guint16 height; /**< lines; where the structure does not tell, its place, from 1 */
  guint32 bps;    /**< 0 = not known yet */
  guint32 mfps;   /**< thousandths of frames a second; 0 = not known yet */
  gboolean active;
} ParlorLayeredTarget;

/** Spatial layers of a descriptor (two bits). */
#define PARLOR_LAYERED_SPATIALS 4

/** slots: a power of two, as many as the layer's history has. */
ParlorLayered *parlor_layered_new (guint slots);
/** NULL is ignored. */
void parlor_layered_free (ParlorLayered *self);
/** Reads the packet's descriptor, puts its word in place of the payload's into info->frame, and
 * counts it. FALSE: there is none, or it cannot be read; the packet is forwarded to nobody. */
gboolean parlor_layered_read (ParlorLayered *self, const guint8 *packet, gsize length,
                              ParlorPacketInfo *info);
/** (nullable) What was read of this packet. */
const ParlorDd *parlor_layered_find (const ParlorLayered *self, guint16 seq);
/** (nullable) The same of a packet that may be older than that: it is read anew, into *room. */
const ParlorDd *parlor_layered_look (const ParlorLayered *self, const guint8 *packet,
                                     const ParlorPacketInfo *info, ParlorDd *room);
const ParlorDdStructure *parlor_layered_structure (const ParlorLayered *self);
/** Rates of the time since the last tick. */
void parlor_layered_tick (ParlorLayered *self, gint64 span_us);
/** How many targets there are; 0 before the first key frame. */
guint parlor_layered_n_targets (const ParlorLayered *self);
ParlorLayeredTarget parlor_layered_target (const ParlorLayered *self, guint target);
/** Decode targets that the sender still sends, by bit. */
guint32 parlor_layered_active (const ParlorLayered *self);

/** Keeps the packet for newcomers where it is of a base temporal layer: to be called for each,
 * after parlor_layered_read, whatever that said. small_bps: of a larger target the key picture
 * alone is kept. TRUE: as of parlor_gop_put. */
gboolean parlor_layered_keep (ParlorLayered *self, const guint8 *packet, gsize length,
                              const ParlorPacketInfo *info, guint32 small_bps);
/** (nullable) What is kept for who gets the stream up to this spatial layer. */
const ParlorGop *parlor_layered_gop (const ParlorLayered *self, guint spatial);
/** Nothing is kept any more. */
void parlor_layered_forget (ParlorLayered *self);
/** (nullable) As parlor_gop_find, in all that is kept. */
const guint8 *parlor_layered_find_kept (const ParlorLayered *self, guint16 seq,
                                        const ParlorPacketInfo **info);
