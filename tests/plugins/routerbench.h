/* SPDX-License-Identifier: Apache-2.0 */
/** A router and real peers (ICE, DTLS, SRTP) around it in virtual time: no socket, no thread, no
 * sleep. */
#pragma once

#include "load/peer.h"
#include "proto/nack.h"
#include "proto/rtcp/packet.h"
#include "proto/rtcp/twcc.h"
#include "router/outbox.h"
#include "router/router.h"

#define BENCH_MAX_PEERS 512
#define BENCH_MAX_EVENTS 4096

typedef struct _Bench Bench;

/** A bottleneck with a drop-tail queue, a delay and random loss; peers may share one. All zero:
 * what is sent has arrived. */
typedef struct
{
  gboolean dark;           /* nothing passes, either way */
  gboolean sound_only;     /* no picture goes down: as if none was sent */
  guint lost_up_per_mille; /* of what a peer sends */
  guint burst_per_mille;   /* of what goes down, in bursts of burst_pkts on average */
  guint burst_pkts;
  gboolean in_burst;
  guint64 bps;           /* 0 = no bound */
  gint64 queue_us;       /* longest wait in the queue */
  gint64 delay_us;       /* of each direction */
  guint lost_per_mille;  /* on the way down */
  guint32 random;        /* what is lost is drawn from it */
  gint64 busy_us;        /* until then it sends what is queued */
  gint64 most_queued_us; /* the longest wait since the test set it to 0 */
  gint64 bunch_us;       /* what comes comes together, each so often: Wi-Fi's aggregates; 0 = not */
  gint64 late_at_us; /* when the first packet came that waited 20 ms, since a test set it to 0 */
  guint64 bytes;     /* that came through */
  guint n_overflown; /* packets that the queue had no place for */
} BenchLink;

typedef struct
{
  Bench *bench;
  guint number;
  ParlorPeer *peer;
  ParlorTransportId id;
  ParlorTuple tuple;
  GPtrArray *rtp;  /* of GBytes: clear packets received, in order */
  GPtrArray *rtcp; /* likewise */
  BenchLink *link; /* not owned; NULL = none */
  GQueue down;     /* datagrams on their way to it */
  ParlorTwccReceiver *twcc;
  guint16 last_video_seq;
  gint64 last_video_us, worst_gap_us; /* between packets of video; a test may set them to 0 */
  guint n_padding;                    /* packets of padding alone; they are not in `rtp` */
  gboolean nacks;                     /* it asks for what is missing of video and takes RTX */
  ParlorNack *nack;
  guint32 nack_ssrc;
  gboolean no_feedback; /* it sends none, whatever was negotiated */
  guint n_feedbacks;    /* transport-wide feedback that it sent */
  gboolean deaf;        /* nothing is delivered to it */
  gboolean mute;        /* nothing it sends is delivered */
  gboolean no_dtls;     /* it checks the path and says no more */
  gint64 checked_us;    /* when its first check is at the router, since a test set it to 0 */
  /* Each packet that has a payload, after it was put into `rtp`; NULL = nobody looks. */
  void (*on_rtp) (gpointer user_data, const guint8 *packet, gsize length, gint64 now_us);
  gpointer user_data;
  GPtrArray *sent; /* of GBytes: what cameras sent, so that it can be repeated; NULL = not kept */
  guint drop_next; /* so many of its next RTP datagrams from the router are lost */
  gsize bytes_in;
} BenchPeer;

struct _Bench
{
  ParlorRouter *router;
  ParlorCertificate *server_cert, *client_cert;
  ParlorDtlsContext *server_dtls, *client_dtls;
  ParlorCrypto *crypto;
  ParlorStunAgent *stun;
  gint64 now_us;
  BenchPeer peers[BENCH_MAX_PEERS];
  guint n_peers;
  ParlorRouterEvent events[BENCH_MAX_EVENTS];
  guint n_events;
  gboolean hears_nothing; /* as a full ring of events */
  GQueue steps;           /* DTLS steps that wait */
  GQueue flight;          /* datagrams to the router */
  guint n_handed_over;
  guint n_messages; /* to the kernel */
  guint64 n_to_strangers;
  guint8 *arena;
  ParlorDatagram *datagrams;
};

Bench *bench_new (void);
/** Its router yields (ParlorRouterConfig): the rest of a long flush is the next millisecond's. */
Bench *bench_new_yielding (void);
void bench_free (Bench *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Bench, bench_free)

/** A transport and the peer that goes with it, connected when bench_run () had some time.
 * Extensions: MID 1, abs-send-time 2, transport-cc 3, level 4,
 * dependency descriptor 5. */
BenchPeer *bench_add_peer (Bench *self, ParlorRoomId room);
/** Virtual time passes; everything that is due happens. */
void bench_run (Bench *self, gint64 span_us);
/** DTLS steps that wait never run. */
void bench_forget_steps (Bench *self);
/** A raw datagram from anywhere. */
void bench_receive (Bench *self, const ParlorTuple *tuple, const guint8 *bytes, gsize length);

/** What anybody else sends through a link that peers share: when it arrives. FALSE: lost on the
 * way. */
gboolean bench_link_pass (BenchLink *link, gsize length, gint64 now_us, gint64 *at_us);

/** The last event of this type (of this transport, 0 = any); NULL = none. */
const ParlorRouterEvent *bench_event (const Bench *self, ParlorRouterEventType type,
                                      ParlorTransportId transport);

/** A video source with VP8 (pt 96, RTX 97), or a microphone with Opus (pt 111). */
ParlorSourceId bench_add_video (BenchPeer *peer, ParlorSourceId id, guint32 ssrc);
ParlorSourceId bench_add_voice (BenchPeer *peer, ParlorSourceId id, ParlorRoomId room,
                                guint32 ssrc);
/** A slot: video VP8 as pt 120 (RTX 121 unless rtx_ssrc is 0), audio Opus as pt 109. */
void bench_add_video_slot (BenchPeer *peer, guint index, guint32 ssrc, guint32 rtx_ssrc);
void bench_add_voice_slot (BenchPeer *peer, guint index, guint32 ssrc);

/** A room, 7, of two who stand: one sends video (source 1, SSRC 1000), which the other has in his
 * slot 0 (SSRC 5000, repeats as of bench_add_video_slot ()). */
Bench *bench_new_pair (BenchPeer **publisher, BenchPeer **receiver, guint32 rtx_ssrc);

/** A video source with three VP8 layers, rids q, h, f: SSRCs ssrc, ssrc + 2, ssrc + 4, RTX one more
 * each. */
ParlorSourceId bench_add_simulcast (BenchPeer *peer, ParlorSourceId id, guint32 ssrc);

/** Up to where somebody looked at the RTCP that a peer got; {0} = at none. */
typedef struct
{
  guint n_compounds;
  gboolean is_open;
  ParlorRtcpReader reader;
} BenchRtcp;

/** The next packet of RTCP that the peer got. FALSE = no more came until now. */
gboolean bench_next_rtcp (const BenchPeer *peer, BenchRtcp *at, ParlorRtcpPacket *packet);

/** A camera that a test moves on frame by frame: key frames at the start and when asked for. */
typedef struct
{
  guint32 ssrc;
  guint64 bps;
  guint height;
  guint n_temporal; /* 1 to 3 */
  guint64 index;
  guint picture, tl0, n_keys;
  BenchRtcp asked;
  gboolean key_wanted, off;
} BenchCamera;

/** One frame of 1/30 s; the picture number in `timestamp` (3000 a frame). */
void bench_film (BenchPeer *peer, BenchCamera *camera);

/** A VP8 packet of `bytes` payload: picture id and TL0PICIDX follow `picture`. */
void bench_send_video (BenchPeer *peer, guint32 ssrc, guint64 index, guint32 timestamp,
                       gboolean key, gboolean first, gboolean marker, guint picture, gsize bytes);
/** An Opus packet with an RFC 6464 level. */
void bench_send_voice (BenchPeer *peer, guint32 ssrc, guint64 index, guint32 timestamp,
                       guint8 level);
