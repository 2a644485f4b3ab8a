/* SPDX-License-Identifier: Apache-2.0 */
/**
 * The newest group of pictures of one layer, for whoever comes in the middle of it: the packets of
 * its key frame and, where the layer is small, of every base-layer frame since, in the order of
 * their numbers. A stream of several spatial layers has one for each (layered.h). Emptied by the
 * next key frame. Memory grows with what is in it, up to PARLOR_GOP_MAX_BYTES and
 * PARLOR_GOP_MAX_PKTS, and is kept. Thread: worker. Private to this folder.
 */
#pragma once

#include "router/state.h"

/** 10 s of the base temporal layer of 500 kbit/s. */
#define PARLOR_GOP_MAX_BYTES (512 * 1024)
#define PARLOR_GOP_MAX_PKTS 1024

typedef enum
{
  PARLOR_GOP_NONE,  /**< nothing that could be decoded */
  PARLOR_GOP_STILL, /**< the key frame alone */
  PARLOR_GOP_WHOLE, /**< all up to now: who gets it can go on with what comes next */
} ParlorGopKind;

ParlorGop *parlor_gop_new (void);
/** NULL is ignored. */
void parlor_gop_free (ParlorGop *self);
/** What a packet is to the cache. */
typedef struct
{
  gboolean kept;  /**< of what newcomers are given: the base temporal layer */
  gboolean ends;  /**< a picture ends with it */
  gboolean small; /**< more than the key frame is kept */
} ParlorGopPart;

/** Every packet of the layer, once; the bytes are copied where they are kept. TRUE: a group of
 * pictures begins with it. What came before it, of later numbers, is then to be put again. */
gboolean parlor_gop_put (ParlorGop *self, const guint8 *packet, gsize length,
                         const ParlorPacketInfo *info, const ParlorGopPart *part);
void parlor_gop_clear (ParlorGop *self);
ParlorGopKind parlor_gop_kind (const ParlorGop *self);
/** How many packets `kind` has; *bytes of all of them. */
guint parlor_gop_length (const ParlorGop *self, ParlorGopKind kind, gsize *bytes);
const ParlorPacketInfo *parlor_gop_info (const ParlorGop *self, guint i);
/** (nullable) (transfer none) The packet of this number, valid until the next put. */
const guint8 *parlor_gop_find (const ParlorGop *self, guint16 seq, const ParlorPacketInfo **info);
