/* SPDX-License-Identifier: Apache-2.0 */
/**
 * What waits to be sent to one receiver, by urgency: sound, repeats, pictures. A lane is a ring of
 * packet names; nothing is made until the first packet comes, and it only grows. Thread: worker.
 * Private to this folder.
 */
#pragma once

#include <glib.h>

typedef struct _ParlorTransport ParlorTransport;
typedef struct _ParlorSource ParlorSource;
typedef struct _ParlorLayer ParlorLayer;
typedef struct _ParlorSlot ParlorSlot;

/** A packet on its way to one receiver: it names bytes in a history, and holds none. Media gets its
 * numbers when it leaves, so that what is left out before leaves no gap. */
typedef struct
{
  ParlorSlot *slot;
  ParlorLayer *layer;
  guint64 index; /**< SRTP's: rollover counter and sequence number of what leaves */
  guint32 timestamp;
  guint16 source_seq;
  guint16 original_seq; /**< RTX: the number that it repeats */
  guint16 picture_id;
  guint16 bytes;          /**< about */
  guint32 active_targets; /**< with `tells` */
  guint16 frame_number;   /**< with `layered`: of the descriptor, as the receiver has it */
  guint8 tl0_pic_idx, key_idx;
  guint8 codec;
  guint8 spatial;           /**< with `replay` and `layered`: the highest layer that is played */
  guint retransmission : 1; /**< its numbers are there already */
  guint marker : 1;
  guint begins : 1;   /**< the slot's stream goes over to this layer with it */
  guint replay : 1;   /**< of the cache: `timestamp` counts from where the replay begins */
  guint joins : 1;    /**< what is missing before it was left out on purpose */
  guint layered : 1;  /**< it leaves with a dependency descriptor, by which it was chosen */
  guint tells : 1;    /**< which is written anew with `active_targets` */
  guint left_out : 1; /**< is not sent: a temporal layer above the receiver's, or stale */
} ParlorSendItem;

typedef enum
{
  PARLOR_LANE_SOUND,
  PARLOR_LANE_REPEATS,
  PARLOR_LANE_PICTURES,
  PARLOR_N_LANES,
} ParlorLane;

/** Zero = empty. */
typedef struct
{
  ParlorSendItem *items; /**< owned ring of `size`, a power of two; NULL until the first push */
  guint size, head, tail;
  gsize bytes; /**< of all that waits */
} ParlorSendLane;

/** More waiting packets than this are dropped: half a second of a screen's key frame. */
#define PARLOR_LANE_MAX 2048
/** An empty lane is no larger: six frames of 2.5 Mbit/s, in 3 KiB. */
#define PARLOR_LANE_KEPT 64

static inline guint
parlor_send_lane_length (const ParlorSendLane *self)
{
  return self->tail - self->head;
}

/** position: from head to tail - 1. */
static inline ParlorSendItem *
parlor_send_lane_at (const ParlorSendLane *self, guint position)
{
  return &self->items[position & (self->size - 1)];
}

/** FALSE: full. */
gboolean parlor_send_lane_push (ParlorSendLane *self, const ParlorSendItem *item);
/** (transfer none): valid until the next push. The lane must not be empty. */
ParlorSendItem *parlor_send_lane_pop (ParlorSendLane *self);
/** Takes out what `goes` says TRUE to, in order. */
void parlor_send_lane_filter (ParlorSendLane *self,
                              gboolean (*goes) (ParlorSendItem *item, gpointer user_data),
                              gpointer user_data);
void parlor_send_lane_clear (ParlorSendLane *self);
/** Gives back what a large burst took, once it is gone. */
static inline void
parlor_send_lane_shrink (ParlorSendLane *self)
{
  if (self->size > PARLOR_LANE_KEPT && self->head == self->tail)
    parlor_send_lane_clear (self);
}
