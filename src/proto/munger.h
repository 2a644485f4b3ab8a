/* SPDX-License-Identifier: Apache-2.0 */
/* Makes one unbroken RTP stream for a receiver's slot out of the sources that stand in it one after
 * the other. Pure; worker thread. O(1) a packet, no allocation; the struct fills two cache lines.
 *
 * The slot's SSRC never changes. Sequence numbers go on over switches, and packets left out on
 * purpose (a layer that the receiver does not get) leave no gap; packets that were *lost* on the
 * way in do leave their gap, so that a late one still finds its number. Timestamps go on by the
 * time that passed. VP8's picture id, TL0PICIDX and KEYIDX go on likewise (RFC 7741).
 *
 * Order of calls: parlor_munger_switch with the first packet of a key frame (audio: any packet),
 * then for each packet of that source, the first one included, either parlor_munger_map (it is
 * sent) or parlor_munger_drop (it is left out). A packet that is not from the current source is
 * refused: also a late one from before the switch.
 *
 * A number is never given to two packets (one SRTP index must not protect two different packets): a
 * packet that comes twice is refused, and so is one more than PARLOR_MUNGER_WINDOW numbers late. */
#pragma once
#include <glib.h>

#define PARLOR_MUNGER_WINDOW 256
#define PARLOR_MUNGER_RANGES 8
/* A jump ahead of more than this is taken as a new beginning of the source (RFC 3550 A.1,
 * MAX_DROPOUT). */
#define PARLOR_MUNGER_GAP_MAX 3000

/* All members are private. */
typedef struct
{
  gint64 last_us; /* when the newest timestamp was sent */
  guint64
      seen[PARLOR_MUNGER_WINDOW / 64]; /* bit seq % WINDOW: handled; of the last WINDOW numbers */
  guint32 source;
  guint32 ssrc;
  guint32 clock_hz;
  guint32 ts_offset; /* out = in + offset */
  guint32 last_ts;   /* newest timestamp sent */
  struct
  {
    guint16 start;      /* first incoming number it holds for */
    guint16 seq_offset; /* out = in + offset */
    guint16 picture_id_offset;
  } ranges[PARLOR_MUNGER_RANGES]; /* ring; the newest at head */
  guint16 floor;                  /* first incoming number of this source: older ones are refused */
  guint16 highest;                /* incoming */
  guint16 last_picture_id;        /* incoming, of the newest frame handled */
  guint16 last_out_picture_id;
  guint16 last_out_seq;
  guint8 head, n_ranges;
  guint8 tl0_offset, key_idx_offset;
  guint8 last_out_tl0, last_out_key_idx;
  guint8
      state; /* bits: started, source set, picture id seen, first packet of a source not sent yet */
  guint8 unused;
} ParlorMunger;

G_STATIC_ASSERT (sizeof (ParlorMunger) <= 128);

/* One incoming packet; made once a packet and shared by all receivers. */
typedef struct
{
  guint32 source; /* any number the caller gives to the source, never reused while a late packet may
                     come; 0 is allowed */
  guint32 timestamp;
  guint16 seq;
  guint16 picture_id;     /* valid with picture_id_bits */
  guint8 picture_id_bits; /* VP8: 0 = none, 7, 15 */
  guint8 tl0_pic_idx;
  guint8 key_idx;
  gint64 now_us; /* arrival */
} ParlorMungerIn;

typedef struct
{
  guint32 timestamp;
  guint32 ssrc;
  guint16 seq;
  guint16 picture_id;
  guint8 tl0_pic_idx;
  guint8 key_idx;
  guint8 first; /* first packet sent of this source: set the marker (audio), send the slot's SR,
                   tell the page */
} ParlorMungerOut;

typedef enum
{
  PARLOR_MUNGER_SEND = 0,     /* out is filled */
  PARLOR_MUNGER_HOLE,         /* drop only: the number was already left open and stays so. out->seq,
                                 timestamp, ssrc: a padding-only packet may fill it */
  PARLOR_MUNGER_DROPPED,      /* drop only: left out without a trace */
  PARLOR_MUNGER_OTHER_SOURCE, /* not the current source, or before the switch */
  PARLOR_MUNGER_DUPLICATE,
  PARLOR_MUNGER_TOO_LATE, /* beyond the window, or older than what is remembered of drops */
} ParlorMungerResult;

/* ssrc: the slot's. first_seq and first_ts: where the stream begins; random (RFC 3550 section 5.1),
 * and first_seq below 2^15 spares old receivers an early wrap. */
void parlor_munger_init (ParlorMunger *self, guint32 ssrc, guint32 clock_hz, guint16 first_seq,
                         guint32 first_ts);
/* From now on the slot shows this packet's source, beginning with this packet. Also for the same
 * source after a pause, and when its numbering began anew (rtp/stats.h: RESTARTED). The packet
 * itself is not mapped yet. */
void parlor_munger_switch (ParlorMunger *self, const ParlorMungerIn *in);
ParlorMungerResult parlor_munger_map (ParlorMunger *self, const ParlorMungerIn *in,
                                      ParlorMungerOut *out);
/* Layers above the receiver's choice, by whole frames. */
ParlorMungerResult parlor_munger_drop (ParlorMunger *self, const ParlorMungerIn *in,
                                       ParlorMungerOut *out);

/* Translates a source's RTP timestamp (of its SR) to the slot's. FALSE = no source. */
gboolean parlor_munger_timestamp (const ParlorMunger *self, guint32 source, guint32 timestamp,
                                  guint32 *out);

/* What was sent to the receiver under each number: for answering NACKs, byte for byte. One a
 * receiver and slot. */
typedef struct
{
  guint32 timestamp;      /* as sent */
  guint16 source;         /* whose history: the lower half of its name */
  guint16 last_repeat_ms; /* now_us / 1000 of the last repeat, or of the sending, its lower half; 0
                             = not told */
  guint16 seq;            /* as sent */
  guint16 source_seq;     /* number in the source's history */
  guint16 frame_number;   /* as sent, of the dependency descriptor; of no meaning without one */
  guint16 picture_id;     /* as sent */
  guint8 tl0_pic_idx, key_idx;
  guint8 repeats : 7;
  guint8 used : 1; /* private: an entry of zeros is a possible one */
  guint8 flags;    /* the caller's (e.g. marker set): what it needs to build the same bytes again */
} ParlorNackEntry;

typedef struct _ParlorNackMap ParlorNackMap;

/* Begins with 64 entries of 20 bytes and doubles while one younger than keep_ms (below 65,536; by
 * its last_repeat_ms) would be pushed out, up to max_slots: a power of two, 64 to 8192. */
ParlorNackMap *parlor_nack_map_new (guint max_slots, guint keep_ms);
void parlor_nack_map_free (ParlorNackMap *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (ParlorNackMap, parlor_nack_map_free)
/* (transfer none): an entry for this number, in the place of whatever had the slot; zero but for
 * seq and last_repeat_ms, which is now_ms; fill it. Valid until the next put. Never NULL. */
ParlorNackEntry *parlor_nack_map_put (ParlorNackMap *self, guint16 seq, guint16 now_ms);
/* (nullable) (transfer none): NULL = never sent, or pushed out. */
ParlorNackEntry *parlor_nack_map_find (ParlorNackMap *self, guint16 seq);
/* The entry of this number will be written soon: fetches it (base/warm.h). */
void parlor_nack_map_warm (const ParlorNackMap *self, guint16 seq);
