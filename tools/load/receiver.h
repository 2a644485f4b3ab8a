/* SPDX-License-Identifier: Apache-2.0 */
/** What a session receives: streams counted, delays, and the reports and feedback that a browser
 * would send. One thread. */
#pragma once

#include "base/seq.h"
#include "load/peer.h"
#include "load/sdp.h"
#include "proto/nack.h"
#include "proto/rtcp/twcc.h"
#include "proto/rtp/ext.h"

#define LOAD_DELAY_BUCKETS 16384
/** Delays are counted in steps of this many µs; the last bucket takes what is above. */
#define LOAD_DELAY_STEP_US 50

typedef struct
{
  guint64 packets, bytes; /**< authenticated, first copies */
  guint64 lost, repeated; /**< by sequence number, over all streams; a gap filled later, also by
                             RTX, is taken back. repeated: all that came by RTX, needed or not */
  guint64 refused;        /**< did not authenticate, or replayed */
  guint64 late;           /**< came later than late_us after they were sent */
  guint64 asked;          /**< numbers asked for again */
  guint64 datagram_bytes; /**< all that came in datagrams, with UDP and IPv4 headers: what a line
                             carries */
  guint32 delays[LOAD_DELAY_BUCKETS];
} LoadCounts;

/** People whose sound is told apart. */
#define LOAD_MAX_VOICES 512

/** Numbers of a stream that repeats are told by; a repeat of an older one is not counted. */
#define LOAD_SEEN_PKTS 1024

/** A stream since the last reset. */
typedef struct
{
  guint32 ssrc;
  gboolean video;
  guint16 height; /**< of the last key frame; 0 = none came */
  guint from;     /**< number of the sender of its last packet (sender.h) */
  guint64 frames, packets;
  gint64 whole_us; /**< when all of its first key frame was here; 0 = not yet */

  /*< private >*/
  ParlorSeqUnwrapper unwrapper;
  gint64 first, highest;
  gint64 key_first, key_last; /* numbers of the key frame under way; 0 = not known yet */
  guint32 key_rtp;
  guint64 seen[LOAD_SEEN_PKTS / 64]; /* bits by number: it came, of the newest so many */
  ParlorNack *nack;                  /* owned; of pictures, from the first gap on */
} LoadReceived;

typedef struct
{
  ParlorPeer *peer;         /* borrowed */
  const LoadAnswer *answer; /* borrowed */
  guint32 own_ssrc;
  gint64 late_us;         /**< G_MAXINT64 = nothing is */
  gboolean marks_behind;  /**< of pictures: at the end of a frame (sender.h) */
  gboolean sounds_behind; /**< of sound: at the end of a packet */
  gboolean unmarked;      /**< whoever publishes puts no marks into packets */
  ParlorRtpExtMap extensions;
  LoadReceived streams[LOAD_MAX_STREAMS];
  guint n_streams;
  ParlorTwccReceiver *twcc; /* owned */
  gint64 report_us, first_rtp_us, last_rtp_us, first_picture_us;
  LoadCounts counts;
  guint32 voices[LOAD_MAX_VOICES]; /**< packets of sound by the sender's number */
} LoadReceiver;

void load_receiver_init (LoadReceiver *self, const LoadAnswer *answer, guint32 own_ssrc);
void load_receiver_clear (LoadReceiver *self);
void load_receiver_rtp (LoadReceiver *self, const guint8 *packet, gsize length, gint64 now_us);
/** Reports a second, feedback when it is due. */
void load_receiver_poll (LoadReceiver *self, gint64 now_us);
/** Numbers of it that did not come. */
guint64 load_received_lost (const LoadReceived *stream);
/** Streams of sound of which something came. */
guint load_receiver_n_sounds (const LoadReceiver *self);
const LoadCounts *load_receiver_counts (LoadReceiver *self);
void load_receiver_reset (LoadReceiver *self);
