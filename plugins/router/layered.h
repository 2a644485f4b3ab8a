/* SPDX-License-Identifier: Apache-2.0 */
/**
 * The layers inside one RTP stream (VP9 and AV1 SVC), as its dependency descriptors tell them (AV1
 * RTP specification 1.0.0, appendix A): the template structure, what each packet is part of, and
 * what every decode target takes. Which of it one receiver gets is src/proto/layers/svc.h's to say.
 * Thread: worker. Private to this folder.
 */
#pragma once

#include "proto/rtp/dd.h"
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
const ParlorDdStructure *parlor_layered_structure (const ParlorLayered *self);
/** Rates of the time since the last tick. */
void parlor_layered_tick (ParlorLayered *self, gint64 span_us);
/** How many targets there are; 0 before the first key frame. */
guint parlor_layered_n_targets (const ParlorLayered *self);
ParlorLayeredTarget parlor_layered_target (const ParlorLayered *self, guint target);
