/* SPDX-License-Identifier: Apache-2.0 */
/**
 * Heads of outgoing packets: the RTP header with its extensions (RFC 8285). A packet goes to many
 * receivers, most of whom want the same head but for numbers that are patched in anyway: what was
 * written for the one before is copied where their shapes are equal. Thread: worker. Private to
 * this folder.
 */
#pragma once

#include "proto/rtp/ext.h"
#include "proto/rtp/header.h"

typedef struct _ParlorLayer ParlorLayer;
typedef struct _ParlorPacketInfo ParlorPacketInfo;

/** What of a receiver decides how a head looks: the ids of its extensions, and its MID. */
typedef struct
{
  guint8 ids[PARLOR_EXT_COUNT]; /**< 0 = is left out */
  guint8 mid_bytes;             /**< 0 = none is written */
  char mid[16];                 /**< not terminated; zeros behind */
  guint8 zeros[4];
} ParlorHeadShape;

G_STATIC_ASSERT (sizeof (ParlorHeadShape) == 40);

/** A longer head is written anew for each receiver. */
#define PARLOR_HEAD_KEPT_BYTES 64
/** Packets whose heads are kept: more than leave to one receiver together, mostly. */
#define PARLOR_HEADS_KEPT 16

typedef struct
{
  guint32 layer; /**< its number; 0 = nothing is kept */
  guint32 timestamp;
  guint16 seq;
  ParlorRtpExtLayout layout;
  ParlorHeadShape shape;
  guint8 bytes[PARLOR_HEAD_KEPT_BYTES];
} ParlorHead;

/** Zero = empty. */
typedef struct
{
  ParlorHead kept[PARLOR_HEADS_KEPT]; /**< by the packet's number */
} ParlorHeads;

/** ids: PARLOR_EXT_COUNT of them, 0 = not agreed. mid: nullable, at most 16 bytes. */
void parlor_head_shape_init (ParlorHeadShape *self, const guint8 *ids, const char *mid,
                             guint mid_bytes);
/** A dependency descriptor of one receiver's own; size 0 = the packet's is passed. */
typedef struct
{
  guint8 bytes[255]; /**< which an extension's length bounds */
  guint8 size;
} ParlorHeadDescriptor;

/**
 * Writes the head of `packet`, which is the layer's, to out, which has room for at least
 * PARLOR_RTP_HEADER_MAX bytes. The caller patches what `layout` and the fixed header's setters
 * name. layer: NULL = it is nobody's, and not kept. FALSE: nothing can be written.
 */
gboolean parlor_heads_write (ParlorHeads *self, const ParlorHeadShape *shape,
                             const ParlorLayer *layer, const guint8 *packet,
                             const ParlorPacketInfo *info, const ParlorHeadDescriptor *dd,
                             guint8 *out, ParlorRtpExtLayout *layout);
