/* SPDX-License-Identifier: Apache-2.0 */
/* What was sent under which transport-wide number, until feedback tells of it. Part of bwe.h;
 * worker thread. libwebrtc's TransportFeedbackAdapter keeps a map; here it is a ring of eight bytes
 * a packet. It begins empty and doubles while what it would have to forget may still be told of: is
 * in flight, or was sent within PARLOR_BWE_SENT_LATE_US. So its size follows the rate and the round
 * trip (2.5 Mbit/s: 4 KiB), and a steady flow allocates nothing. A packet is forgotten after
 * PARLOR_BWE_SENT_AGE_US or when its slot is needed, and then feedback about it is as feedback
 * about a number never sent. */
#pragma once
#include <glib.h>

/* Slots of the ring: at first, and at most. */
#define PARLOR_BWE_SENT_RING_MIN (1 << 7)
#define PARLOR_BWE_SENT_RING (1 << 13)
/* How long after its sending a word on a packet may be expected that has left the path. */
#define PARLOR_BWE_SENT_LATE_US (1 * G_GINT64_CONSTANT (1000000))
#define PARLOR_BWE_SENT_AGE_US (10 * G_GINT64_CONSTANT (1000000))

/* Private to sent.c; here for its size. */
typedef struct
{
  guint32 sent_us; /* lower 32 bits */
  guint16 bytes;
  guint8 cluster;
  guint8 bits;
} ParlorBweSentSlot;

typedef struct
{
  gboolean started;
  gint64 highest;          /* newest number, unwrapped */
  gint64 oldest;           /* below it all is forgotten */
  gint64 unacked;          /* below it all has left the path */
  gint64 flight_bytes;     /* of the numbers from `unacked` on */
  gint64 last_us;          /* when `highest` was sent */
  gint64 mask;             /* slots of the ring - 1 */
  ParlorBweSentSlot *ring; /* owned; NULL until the first packet */
} ParlorBweSent;

/* What feedback's word on a number means. */
typedef enum
{
  PARLOR_BWE_TOLD_UNKNOWN = 0, /* never sent, or forgotten */
  PARLOR_BWE_TOLD_AGAIN,       /* nothing new */
  PARLOR_BWE_TOLD_NEW,         /* the first word on it */
  PARLOR_BWE_TOLD_LATE,        /* was told as lost, and has come after all */
} ParlorBweTold;

typedef struct
{
  gint64 sent_us;
  guint bytes;
  guint8 cluster;
  gboolean padding;
} ParlorBweSentPacket;

void parlor_bwe_sent_init (ParlorBweSent *self);
void parlor_bwe_sent_clear (ParlorBweSent *self);
/* Forgets all packets, keeps the numbering. */
void parlor_bwe_sent_forget (ParlorBweSent *self);
/* FALSE: not newer than the last number; nothing is kept. */
gboolean parlor_bwe_sent_push (ParlorBweSent *self, guint16 seq, guint bytes, guint8 cluster,
                               gboolean padding, gint64 now_us);
/* `packet` is written unless PARLOR_BWE_TOLD_UNKNOWN. A number told as received, and every lower
 * one, is not in flight any more. */
ParlorBweTold parlor_bwe_sent_tell (ParlorBweSent *self, guint16 seq, gboolean received,
                                    ParlorBweSentPacket *packet);
/* When the oldest packet in flight was sent; G_MAXINT64: none is. */
gint64 parlor_bwe_sent_oldest_flight_us (ParlorBweSent *self);
/* Bytes in flight that were sent before then; counts no further than `enough`. */
guint parlor_bwe_sent_flight_before (ParlorBweSent *self, gint64 before_us, guint enough);
