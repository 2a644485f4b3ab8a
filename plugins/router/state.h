/* SPDX-License-Identifier: Apache-2.0 */
/**
 * The router's own structs, shared by the files of this folder and by nobody else. Ownership runs
 * one way: router → transports, sources, rooms; transport → slots; source → layers. Everything else
 * here is borrowed, and taken out by whoever goes first (docs/closing.md). Thread: worker.
 */
#pragma once

#include "base/bytes.h"
#include "base/rng.h"
#include "base/seq.h"
#include "base/time.h"
#include "base/timerheap.h"
#include "ice/lite.h"
#include "proto/bwe/bwe.h"
#include "proto/codec/codec.h"
#include "proto/history.h"
#include "proto/layers/svc.h"
#include "proto/munger.h"
#include "proto/nack.h"
#include "proto/rtcp/packet.h"
#include "proto/rtcp/twcc.h"
#include "proto/rtp/ext.h"
#include "proto/rtp/header.h"
#include "proto/rtp/redmaker.h"
#include "proto/rtp/stats.h"
#include "proto/speaker.h"
#include "router/foreign.h"
#include "router/head.h"
#include "router/lane.h"
#include "router/outbox.h"
#include "router/resend.h"
#include "router/router.h"

/** More of one layer in one batch than this waits for nothing: it is forwarded in an inner flush.
 */
#define PARLOR_LAYER_MAX_FRESH 64
#define PARLOR_LAYER_MAX_TEMPORAL 4
/** So many of the newest pictures are remembered: packets come late, or again. A power of two. */
#define PARLOR_LAYER_PICTURES 16
/** Of a slot: no temporal layer is left out. */
#define PARLOR_TEMPORAL_ALL 7

typedef struct _ParlorAudioRoom ParlorAudioRoom;
typedef struct _ParlorGop ParlorGop;
typedef struct _ParlorRepair ParlorRepair;
typedef struct _ParlorLayered ParlorLayered;
typedef struct _ParlorMirror ParlorMirror;
typedef struct _ParlorRelays ParlorRelays;

/** What every receiver needs of a received packet, parsed once; beside its bytes in the layer's
 * history. */
struct _ParlorPacketInfo
{
  ParlorRtpHeader header;
  ParlorRtpExtList extensions;
  ParlorFrameInfo frame;
  gint64 arrival_us;
  guint8 codec;      /**< index in the source's codecs */
  gboolean withheld; /**< kept and given to taps, but no receiver gets it */
};

/* --- publishing side ----------------------------------------------------------------------------
 */

/** Whether receivers get a picture of a stream that may have B-frames (withhold.h). */
typedef enum
{
  PARLOR_PICTURE_UNDECIDED, /**< nothing of it was given to anybody */
  PARLOR_PICTURE_KEPT,
  PARLOR_PICTURE_WITHHELD
} ParlorPictureFate;

typedef struct
{
  guint32 timestamp;
  ParlorPictureFate fate;
} ParlorPicture;

/** One RTP stream that a peer sends: a simulcast layer, or the whole of a source. */
struct _ParlorLayer
{
  ParlorSource *source;   /**< borrowed */
  guint index;            /**< in source->layers */
  guint32 ssrc, rtx_ssrc; /**< 0 = not learnt yet */
  char rid[PARLOR_ROUTER_RID_SIZE];

  /* owned; made with the first packet */
  ParlorHistory *history;
  ParlorPacketInfo *infos; /**< as many as the history has slots, same index */
  guint info_mask;
  ParlorGop *gop;         /**< NULL: audio */
  ParlorLayered *layered; /**< NULL: one picture a stream, or no dependency descriptors */
  ParlorNack *nack;
  gboolean asks; /**< generic NACK was negotiated */
  ParlorRtpStats stats;
  guint32 number; /**< the munger's name for it: never used twice on this router */
  guint16 fresh[PARLOR_LAYER_MAX_FRESH]; /**< received since the last fan-out */
  guint n_fresh;
  gboolean dirty;
  gint64 last_arrival_us; /**< 0 = never */
  gint64 first_arrival_us;
  guint height;        /**< from the key frame's header where the codec tells; 0 = unknown */
  guint8 top_temporal; /**< the highest temporal layer that was met */
  guint32 bps;         /**< of the last second, as it leaves; 0 = not known yet */
  guint32 temporal_bps[PARLOR_LAYER_MAX_TEMPORAL];  /**< up to this temporal layer */
  guint32 tick_bytes[PARLOR_LAYER_MAX_TEMPORAL];    /**< of each, since the last tick */
  guint32 temporal_mfps[PARLOR_LAYER_MAX_TEMPORAL]; /**< thousandths of frames a second, up to it */
  guint16 tick_frames[PARLOR_LAYER_MAX_TEMPORAL];   /**< likewise */

  /* H.264 alone */
  gint64 b_frame_us; /**< a B slice was met last; 0 = never */
  gint64 kept_us;    /**< one that could not be left out was met last; and so many of them */
  guint8 n_kept;
  ParlorPicture pictures[PARLOR_LAYER_PICTURES];
  guint last_picture; /**< index of the one that was met last */

  /* the peer's last sender report */
  gboolean has_sr;
  guint64 sr_ntp;     /**< the peer's words, for our receiver reports */
  gint64 sr_local_us; /**< the same instant on our clock, by one offset for all of the peer's
                         sources */
  guint32 sr_rtp;
  gint64 sr_arrival_us;

  gboolean off;             /**< the publisher was told that nobody watches it */
  gint64 woken_us;          /**< and that somebody does again; 0 = not */
  gint64 pli_sent_us;       /**< 0 = never */
  gint64 pli_due_us;        /**< a key frame is to be asked for then; PARLOR_NEVER_US = not */
  ParlorKeyCause pli_cause; /**< why; it stays for repeats of the request */
};

struct _ParlorSource
{
  ParlorSourceConfig config;
  ParlorRouter *router;
  ParlorTransport *transport; /**< borrowed; NULL = injected, or a mirror */
  ParlorMirror *mirror; /**< owned; NULL unless its transport is on another worker (relay.h) */
  ParlorRelays *relays; /**< owned; NULL while no other worker has to do with it */
  const ParlorRtpExtMap *extensions; /**< the publisher's ids */
  ParlorAudioRoom *room;             /**< borrowed; NULL unless it speaks */
  guint speaker_index;
  gboolean open, active;
  ParlorCodec codec;   /**< as told with `active` */
  gboolean key_wanted; /**< of an injected one: nobody was told yet */
  ParlorKeyCause key_cause;
  gint64 key_told_us;  /**< 0 = never */
  guint8 watched;      /**< bits by layer: what the publisher was told that somebody watches */
  gint64 unwatched_us; /**< since when less is watched than told; 0 = it is not */
  gint64 measured_us;  /**< the layers' rates, last */
  guint n_layers;
  ParlorLayer layers[PARLOR_ROUTER_MAX_LAYERS];
  GPtrArray *slots; /**< of ParlorSlot, borrowed: who has selected it */
  ParlorRouterTapFunc tap;
  gpointer tap_data;
};

/* --- receiving side -----------------------------------------------------------------------------
 */

struct _ParlorSlot
{
  /* hot: what forwarding one packet reads */
  ParlorTransport *transport; /**< borrowed */
  ParlorSource *source;       /**< borrowed; NULL = empty */
  ParlorLayer
      *layer; /**< what is queued now; NULL until the first packet of the source may go out */
  ParlorLayer *target; /**< what shall be sent; switched to at its next key frame */
  ParlorMunger munger;
  ParlorHeadShape shape;        /**< of all that is sent in it */
  ParlorSeqUnwrapper unwrapper; /**< of what is sent: for the rollover counter */
  ParlorSvc *svc;               /**< owned; NULL until a stream of several layers is sent */
  guint32 active_targets;       /**< of it, as last told to the receiver */
  guint32 framed_layer;         /**< its number: whose frames are numbered from `frame_offset` on */
  guint16 frame_offset,
      last_frame;          /**< number as the receiver has it minus the publisher's; the newest */
  ParlorNackMap *nack_map; /**< owned; NULL until the first packet, or where nothing is repeated */
  ParlorResend *resend;    /**< owned; NULL where RTX was negotiated */
  guint8 codec_pts[PARLOR_ROUTER_MAX_CODECS]; /**< of the source's codecs here; PARLOR_ROUTER_NO_PT
                                                 = this peer cannot decode it */
  guint8 codec_rtx_pts[PARLOR_ROUTER_MAX_CODECS];
  guint8 codec_red_pts[PARLOR_ROUTER_MAX_CODECS];
  guint32 red_layer, red_since; /**< whose sound is wrapped, and from which of its timestamps on */
  gboolean is_given;            /**< an automatic one that was told what to send */
  gboolean announce;            /**< tell the control thread the next first timestamp */
  gboolean untold, untold_has_rtp; /**< it did not hear what is shown, which was this */
  guint32 untold_rtp;
  gboolean
      mark; /**< set the marker on the next packet: Opus after a switch (RFC 7587 section 4.2) */
  guint8 temporal, max_temporal; /**< temporal layers above are left out: now, and as wished */
  guint8 max_spatial;            /**< likewise, of a stream with several */
  gboolean joins; /**< the next packet goes on from a replay: what is between was left out */
  guint64 packets, octets;
  guint32 last_rtp;    /**< of the last packet sent */
  guint32 last_source; /**< its timestamp as the source had it */
  guint16 last_source_seq;
  gint64 seen_us; /**< arrival of the newest packet of this source that was sent; 0 = none */
  gint64 last_sent_us;
  guint64 rtx_index;

  ParlorSlotConfig config;

  /* cold */
  gint64 raised_us;          /**< to a better layer; 0 = never */
  gint64 raise_us;           /**< not before */
  gint64 raise_wait_us;      /**< grows with raises that did not last */
  guint16 begin_seq;         /**< scratch of the sender: where what waits begins with a key frame */
  guint32 begin_rtp;         /**< likewise: the source's timestamp there */
  guint32 replay_source_rtp; /**< the source's timestamp that stands where the replay begins */
  guint32 replay_rtp;        /**< and the slot's there */
  gint64 replay_us;          /**< when it began */
  guint height;
  guint target_height; /**< lines of what is chosen */
  guint32 sr_compact;  /**< middle of the last sender report's NTP time, by which the receiver names
                          it */
  gint64 sr_sent_us;
  gint64 clock_told_us; /**< last SLOT_CLOCK; 0 = none since the last switch */
  guint8 fraction_lost; /**< of 256, last report */
  gint64 reported_us;   /**< last receiver report; 0 = never */
  guint32 reported_seq; /**< its highest number */
};

/** A probe for more room that is being sent (bwe.h). cluster 0 = none. */
typedef struct
{
  guint8 cluster;
  guint32 bps, bytes_left, pkts_left;
  gint64 until_us;
  ParlorSlot *padding; /**< borrowed: whose RTX stream carries what media does not fill */
  guint8 padding_pt;
} ParlorProbe;

/** An SSRC of a peer that was met. */
typedef struct
{
  guint32 ssrc;
  gboolean rtx;
  ParlorLayer *layer; /**< borrowed; NULL = nobody's, remembered so that it is counted once */
} ParlorStream;

struct _ParlorTransport
{
  /* hot: what sending reads */
  ParlorSrtpOut *srtp_out; /**< owned; NULL until DTLS stands */
  gsize overhead;
  ParlorRouter *router;
  gboolean can_send;
  gboolean dirty;    /**< in the router's list for this flush */
  gboolean touched;  /**< more than sending happened: deadlines are to be looked at anew */
  gboolean heard;    /**< RTCP came: the estimate's deadlines are */
  ParlorTuple tuple; /**< where media goes; valid while can_send */
  ParlorSendLane lanes[PARLOR_N_LANES];
  gint64 pace_us; /**< the next message may leave then */
  guint32 pace_bps;
  ParlorBwe *bwe;       /**< owned; NULL until the first video packet */
  ParlorRepair *repair; /**< owned; NULL until the path has lost a packet */
  ParlorProbe probe;
  gint64 others_us;           /**< nearest deadline of all but sending, as last looked at */
  gint64 calm_us;             /**< of those, what RTCP brings no nearer */
  gint64 rtcp_us, quality_us; /**< reports are due; they wait for company (feedback.h) */
  ParlorTimer timer;
  guint64 bytes_out;
  guint64 media_bytes; /**< without repeats and probes */
  guint16 twcc_seq;
  ParlorRedChoice red;
  ParlorRtpExtMap extensions; /**< the peer's ids, of both directions */

  /* receiving */
  ParlorSrtpIn *srtp_in; /**< owned */
  ParlorStream *streams; /**< owned; grows, up to PARLOR_SRTP_MAX_SSRCS */
  guint n_streams;
  ParlorTwccReceiver *twcc; /**< owned; NULL until it publishes */
  guint32 media_ssrc;       /**< some SSRC of the peer, for feedback that needs one */

  /* cold */
  ParlorTransportConfig config;
  ParlorIceLite *ice; /**< owned */
  ParlorDtls *dtls;   /**< owned, but not touched while dtls_busy */
  gboolean dtls_busy, doomed;
  GByteArray *
      dtls_waiting; /**< datagrams with a 16-bit length each, for after the running step; bounded */
  gboolean connected, failed;
  GList handshake;     /**< in the router's `handshakes` while its data is not NULL */
  gint64 handshake_us; /**< it began */
  gint64 begun_us;     /* made, or its ICE restarted before it stood */
  gint64 connected_us;
  ParlorAudioRoom *room;                      /**< borrowed */
  GPtrArray *sources;                         /**< borrowed ParlorSource */
  ParlorSlot *slots[PARLOR_ROUTER_MAX_SLOTS]; /**< owned; NULL = none */
  guint n_slots;                              /**< highest index + 1 */
  gint64 quality_told_us;
  gint64 rtt_us; /**< -1 = unknown */
  ParlorNackResponder responder;
  gint64 ntp_offset_us;      /**< our wall clock minus the peer's, from its first sender report */
  gint64 work_left, work_us; /**< what its RTCP may still cost (feedback.c), and as of when */
  gboolean has_ntp_offset;
  guint64 bytes_in, bytes_in_mark, bytes_out_mark;
  guint64 media_bytes_mark;
  gint64 budget_us;             /**< repeats' share was last reckoned */
  gint64 estimate_us;           /**< the estimate began */
  guint32 wanted_bps;           /**< as told to it */
  guint64 outages;              /**< of the estimate, that were seen to */
  guint64 lost_up, expected_up; /**< since quality was last told, with the next two */
  gint32 jitter_us[2][2];       /**< up and down, of pictures and of sound: the worst; -1 = none */
  guint8 key_asked[PARLOR_N_KEY_CAUSES];
  guint8 n_reduced, n_paused; /**< slots, because of the path */
  gboolean overfull;     /**< more is chosen than the estimate allows, for want of anything less */
  guint32 allocated_bps; /**< the estimate that layers were last chosen by */
  gint64 allocate_us;    /**< they are looked at again then; PARLOR_NEVER_US = on demand alone */
};

/** The voices of a room on this worker and who hears them. */
struct _ParlorAudioRoom
{
  ParlorRoomId id;
  ParlorRouter *router;
  ParlorSpeakers *speakers; /**< owned */
  GPtrArray *voices;        /**< borrowed ParlorSource; index = speaker index; NULL = hole */
  GPtrArray *transports;    /**< borrowed: all of the room */
  guint n_voices;
  gboolean changed; /**< the slots are to be filled anew in this flush */
  ParlorSourceId told_speaker;
  guint n_told;
  ParlorSourceId told[PARLOR_ROUTER_MAX_SPEAKING];
  gint64 told_us;
  ParlorTimer timer;
};

struct _ParlorRouter
{
  ParlorRouterConfig config;
  ParlorRouterOps ops;
  ParlorCrypto *crypto;                     /**< owned */
  ParlorStunAgent *stun;                    /**< owned */
  GHashTable *transports, *sources, *rooms; /**< by id; own their values */
  GHashTable *tuples;                       /**< ParlorTuple → ParlorTransport */
  GHashTable *ufrags;                       /**< 8 characters as gint64 → ParlorTransport */
  ParlorTwccStatus *statuses;               /**< owned: room for one feedback packet */
  ParlorForeign *foreign;                   /**< owned: tuples of other workers' transports */
  ParlorTimerHeap *transport_timers, *room_timers;
  GPtrArray *dirty_layers, *dirty_transports;
  ParlorOutbox outbox;
  ParlorHeads heads;
  ParlorRouterCounters counters;
  ParlorRng random;
  guint32 last_layer_number;
  GHashTable *orphans; /**< set of ParlorDtls whose transport went while a step ran; owned */
  GQueue handshakes;   /**< of transports whose DTLS holds an SSL object, the oldest first */
  gint64 tick_us;      /**< when layers and idle sources are looked at next */
  gboolean has_untold; /**< some slots are; looked at with the next tick */
  guint64 relayed_to;  /**< workers by bit that have something to read and were not told */
};
