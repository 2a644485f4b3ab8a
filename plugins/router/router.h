/* SPDX-License-Identifier: Apache-2.0 */
/**
 * The router of one worker: from received datagrams to messages for the kernel.
 *
 * A packet's way (docs/packet-path.md): receive () → demux → ICE | DTLS | SRTP unprotect → source;
 * then, once for all datagrams of a batch, flush () → who gets it → per receiver: munge → pace →
 * protect → outbox. RTCP, consent and every deadline run in flush () too.
 *
 * Every function but _new () and _free () is called on the worker's streaming thread: by the
 * element, or by functions that the control thread sent through the worker's command ring. Nothing
 * in here locks, waits, sleeps, logs or makes a system call; what must leave the thread goes out by
 * ParlorRouterOps. Times are microseconds of CLOCK_MONOTONIC, sizes bytes, rates bits per second.
 *
 * Configuration structs are plain data: they are copied, and may be sent through a ring as they
 * are. Ids are made by the control thread: any number but 0, never reused. Calls that name
 * something unknown (it went away in the meantime) do nothing.
 */
#pragma once

#include <glib.h>

#include "base/addr.h"
#include "base/keycause.h"
#include "base/shown.h"
#include "ice/credentials.h"
#include "proto/rtp/ext.h"
#include "proto/sdp/codecs.h"
#include "secure/dtls.h"
#include "secure/srtp.h"

G_BEGIN_DECLS

typedef struct _ParlorRouter ParlorRouter;

typedef guint64 ParlorTransportId;
typedef guint64 ParlorSourceId;
typedef guint64 ParlorRoomId;

#define PARLOR_ROUTER_MAX_CODECS 24
#define PARLOR_ROUTER_MAX_LAYERS 4
#define PARLOR_ROUTER_MAX_SLOTS 64
#define PARLOR_ROUTER_MAX_SPEAKING 8
#define PARLOR_ROUTER_MID_SIZE 17
#define PARLOR_ROUTER_RID_SIZE 17
#define PARLOR_ROUTER_CNAME_SIZE 33
#define PARLOR_ROUTER_NO_PT 255
/** Workers that a source can be relayed to: as many as a mask has bits. */
#define PARLOR_ROUTER_MAX_WORKERS 64
#define PARLOR_ROUTER_N_DTLS_FAILURES (PARLOR_DTLS_TIMED_OUT + 1)

/** One peer connection. */
typedef struct
{
  ParlorTransportId id;
  ParlorRoomId room; /**< whose audio it hears and speaks in */
  ParlorIceCredentials local;
  char remote_ufrag[PARLOR_ICE_UFRAG_SIZE];
  ParlorDtlsRole dtls_role;
  ParlorFingerprint remote_fingerprint;
  guint8 ext_ids[PARLOR_EXT_COUNT]; /**< the peer's header extension ids, 0 = not negotiated; one
                                       meaning in the whole bundle */
  gboolean
      transport_cc; /**< feedback negotiated (draft-holmer-rmcat-transport-wide-cc-extensions-01) */
  guint32 rtcp_ssrc; /**< ours, sender of RR, NACK, PLI and feedback */
  char cname[PARLOR_ROUTER_CNAME_SIZE];
} ParlorTransportConfig;

/** A payload type of one peer. */
typedef struct
{
  ParlorCodecKey key;
  guint8 pt;
  guint8 rtx_pt; /**< PARLOR_ROUTER_NO_PT = none */
  guint8 red_pt; /**< RFC 2198 around this codec; PARLOR_ROUTER_NO_PT = none */
  gboolean nack; /**< generic NACK negotiated */
} ParlorRouterCodec;

/** A track that a peer publishes, with all its simulcast layers. */
typedef struct
{
  ParlorSourceId id;
  ParlorTransportId transport; /**< 0: fed by inject () */
  ParlorRoomId room;
  gboolean audio;
  gboolean speaks; /**< a microphone: its levels (RFC 6464) take part in the room's choice of the
                      loudest */
  char mid[PARLOR_ROUTER_MID_SIZE];
  guint n_codecs;
  ParlorRouterCodec codecs[PARLOR_ROUTER_MAX_CODECS];
  guint n_layers; /**< 0: one layer, learnt from mid */
  struct
  {
    char rid[PARLOR_ROUTER_RID_SIZE]; /**< "" = none */
    guint32 ssrc, rtx_ssrc;           /**< 0 = learnt from the rid and repaired-rid extensions */
  } layers[PARLOR_ROUTER_MAX_LAYERS];
} ParlorSourceConfig;

/** A receive slot of a peer: what it sees of it never changes, only what is in it. */
typedef struct
{
  ParlorTransportId transport;
  guint index; /**< below PARLOR_ROUTER_MAX_SLOTS */
  gboolean audio;
  gboolean automatic; /**< audio: filled here, with the room's loudest, unless select () says */
  char mid[PARLOR_ROUTER_MID_SIZE];
  guint32 ssrc, rtx_ssrc; /**< rtx_ssrc 0 = none */
  gboolean screen;        /**< video: comes before cameras where the path is narrow */
  gboolean
      transport_cc; /**< this m-line has the transport-wide number and its feedback: Firefox has
                       them on video only, and what it does not tell of would pass for lost */
  guint n_codecs;
  ParlorRouterCodec codecs[PARLOR_ROUTER_MAX_CODECS];
} ParlorSlotConfig;

/** A source of another worker's router, as the receivers of this one have it. */
typedef struct
{
  ParlorSourceConfig source; /**< under the publisher's own id; transport is his, over there */
  guint8 ext_ids[PARLOR_EXT_COUNT]; /**< the publisher's header extension ids */
  guint owner;                      /**< whose source it is, below PARLOR_ROUTER_MAX_WORKERS */
} ParlorMirrorConfig;

typedef enum
{
  /* from a source to its mirrors */
  PARLOR_RELAY_PACKET, /**< clear RTP, after RTX and RED were unwrapped: layer, repaired, restarted,
                          at_us its arrival */
  PARLOR_RELAY_REPORT, /**< a sender report: layer, ntp, rtp, at_us its arrival, local_us */
  PARLOR_RELAY_LAYERS, /**< mask: the layers that the publisher was told nobody watches */
  /* from a mirror to its source */
  PARLOR_RELAY_KEY_FRAME, /**< layer, interval_us, cause */
  PARLOR_RELAY_WATCHED,   /**< mask: the layers that are sent on, or are to be; selected */
} ParlorRelayType;

/** What passes between the routers of two workers that have people of one room. */
typedef struct
{
  ParlorSourceId source;
  gint64 at_us, local_us, interval_us;
  guint64 ntp;
  guint32 rtp;
  guint8 type, layer, mask, cause;
  guint8 repaired : 1, restarted : 1, selected : 1;
} ParlorRelay;

typedef enum
{
  PARLOR_ROUTER_CONNECTED,
  PARLOR_ROUTER_FAILED, /**< no ICE for 15 s, DTLS failed, or consent gone for 30 s: remove it */
  PARLOR_ROUTER_SOURCE_ACTIVE, /**< packets of this codec arrive (again), or of another one now */
  PARLOR_ROUTER_SOURCE_IDLE,   /**< no packet for 2 s */
  PARLOR_ROUTER_SLOT_SHOWN, /**< source (0 = emptied) and, when it is there, its first RTP timestamp
                               as sent */
  PARLOR_ROUTER_SPEAKER,    /**< of room; source 0 = nobody */
  PARLOR_ROUTER_SPEAKING,   /**< of room: who talks now */
  PARLOR_ROUTER_QUALITY,    /**< every 2 s a connected transport */
  PARLOR_ROUTER_LAYERS,     /**< of source: rids, the layers that somebody watches now */
  PARLOR_ROUTER_SLOT_CLOCK, /**< slot, rtp_timestamp, capture_us: what the slot's sender reports
                               say, at the first and every 10 s */
} ParlorRouterEventType;

typedef struct
{
  ParlorRouterEventType type;
  ParlorTransportId transport;
  ParlorSourceId source; /**< QUALITY: of this transport, whose B-frames cannot be left out, so that
                            pictures go back (decisions/0122); 0 = none */
  ParlorRoomId room;
  ParlorCodec codec;        /**< SOURCE_ACTIVE, with the next */
  ParlorCodecKey codec_key; /**< the negotiated format that it came by */
  guint slot;
  gboolean has_rtp;
  guint32 rtp_timestamp;
  gint64 capture_us; /**< this host's monotonic clock */
  guint n_speaking;
  ParlorSourceId speaking[PARLOR_ROUTER_MAX_SPEAKING];
  float loss_up, loss_down;              /**< 0..1 */
  gint32 rtt_ms;                         /**< -1 = unknown */
  gint64 up_bps, down_bps, estimate_bps; /**< estimate -1 = unknown */
  guint8 n_reduced, n_paused; /**< QUALITY: video slots that get less than the page asks for, or
                                 nothing, because of the path */
  /* QUALITY: of sound where there is any, else of pictures; -1 = unknown (RFC 3550 section 6.4.1)
   */
  gint32 jitter_up_ms, jitter_down_ms;
  guint16 height_up, height_down; /**< QUALITY: lines of the largest picture that arrives from it,
                                     and that is sent to it; 0 = none, or not known */
  guint8 shown[PARLOR_N_SHOWN];   /**< QUALITY: pictures sent to it, by their lines (ParlorShown) */
  guint8 fps_up;     /**< QUALITY: of its fastest picture, as it is forwarded; 0 = not known */
  gboolean b_frames; /**< QUALITY: it sends H.264 with B-frames (decisions/0092) */
  guint8 key_asked[PARLOR_N_KEY_CAUSES]; /**< QUALITY: since the last, of this publisher */
  guint8 n_rids;
  char rids[PARLOR_ROUTER_MAX_LAYERS][PARLOR_ROUTER_RID_SIZE];
  ParlorSrtpProfile profile; /**< CONNECTED */
} ParlorRouterEvent;

/** Where a message's bytes are written: given by the element, filled by the router. */
typedef struct _ParlorOutbox ParlorOutbox;

typedef struct
{
  /** To the control thread. FALSE: its ring is full, it was dropped and counted. What a slot shows
   * is then said again a few times a second until it is heard. */
  gboolean (*event) (gpointer user_data, const ParlorRouterEvent *event);
  /** Runs one DTLS step elsewhere: `bytes` (copied; none = timer only). Exactly one answer comes by
     parlor_router_dtls_done (). `dtls` is not touched here between the two. */
  void (*dtls_step) (gpointer user_data, ParlorTransportId transport, ParlorDtls *dtls,
                     const guint8 *bytes, gsize length);
  /** A datagram that belongs to another worker, raw. */
  void (*hand_over) (gpointer user_data, guint worker, const guint8 *bytes, gsize length,
                     const ParlorTuple *tuple, gint64 arrival_us);
  /** To the same source on another worker (parlor_router_relayed ()); copied. FALSE: its ring is
   * full, it was dropped. That worker need not be woken before relayed (). NULL: there are none. */
  gboolean (*relay) (gpointer user_data, guint worker, const ParlorRelay *what, const guint8 *bytes,
                     gsize length);
  /** These workers (a bit each) have something of relay () to read; may be NULL. */
  void (*relayed) (gpointer user_data, guint64 workers);
  /** A whole message for the kernel: see outbox.h. Called with the outbox full or at the end of
   * flush (). */
  void (*send) (gpointer user_data, ParlorOutbox *outbox);
  gpointer user_data;
} ParlorRouterOps;

typedef struct
{
  guint worker, n_workers;
  const ParlorDtlsContext *dtls; /**< borrowed, outlives the router */
  gboolean gso;                  /**< FALSE: every datagram is its own message */
  /** A flush ends when it has made about as much as one call of the kernel sends; the rest is the
   * next ones', before which datagrams that came meanwhile can be received (decisions/0165). FALSE:
   * it makes all there is. */
  gboolean yields;
  guint64 seed; /**< of the generator for sequence numbers and the like */
  ParlorSrtpBackend crypto;
} ParlorRouterConfig;

/** What /metrics shows; written by the worker alone, read by copy. */
typedef enum
{
  PARLOR_DROP_UNKNOWN_TUPLE, /**< neither STUN nor of a known peer */
  PARLOR_DROP_STUN,          /**< malformed, unknown ufrag, wrong integrity */
  PARLOR_DROP_DTLS, /**< from a tuple that ICE did not validate, or while a step queue is full */
  PARLOR_DROP_MALFORMED, /**< header, extension or descriptor lies */
  PARLOR_DROP_AUTH,      /**< SRTP or SRTCP tag */
  PARLOR_DROP_REPLAY,
  PARLOR_DROP_UNKNOWN_SSRC, /**< no source claims it, or too many of them */
  PARLOR_DROP_UNKNOWN_PT,
  PARLOR_DROP_MUTED, /**< source closed by the server */
  PARLOR_DROP_RTCP,  /**< malformed RTCP */
  PARLOR_DROP_QUEUE, /**< a receiver's pacer had more than it may hold */
  PARLOR_DROP_STALE, /**< whole frames that a narrow path could not take in time */
  PARLOR_DROP_RING,  /**< a ring to another thread was full */
  PARLOR_DROP_SEND,  /**< the kernel took it not */
  PARLOR_N_DROPS,
} ParlorDropReason;

const char *parlor_drop_reason_name (ParlorDropReason reason);

/** Why a number that a receiver asked for was not sent again. */
typedef enum
{
  PARLOR_REFUSAL_TOO_SOON,    /**< a repeat is on its way */
  PARLOR_REFUSAL_TOO_MANY,    /**< it was repeated as often as it may */
  PARLOR_REFUSAL_OVER_BUDGET, /**< repeats have had their share of the rate */
  PARLOR_REFUSAL_GONE,        /**< the history does not have it any more */
  PARLOR_ROUTER_N_REFUSALS,
} ParlorRefusal;

const char *parlor_refusal_name (ParlorRefusal refusal);

typedef struct
{
  guint64 received_pkts, forwarded_pkts, retransmitted_pkts, rtcp_pkts,
      redundant_pkts,                    /**< sent with earlier frames of sound in them (RED) */
      recovered_pkts,                    /**< of a publisher's sound, from the RED of a later one */
      stun_pkts, messages, relayed_pkts; /**< copied for receivers of another worker, each once */
  guint64 probe_pkts;                    /**< padding alone, to look for room */
  guint64 dropped[PARLOR_N_DROPS];
  guint64 key_frame_requests[PARLOR_N_KEY_CAUSES];
  guint64 nacks_sent, nacks_answered;
  guint64 nacks_refused[PARLOR_ROUTER_N_REFUSALS]; /**< numbers that were asked for in vain */
  guint64 repaired_pkts; /**< sent again because feedback told them lost, without a request */
  guint64 replays;       /**< slots that began with what was kept of a group of pictures */
  guint64 dtls_failed[PARLOR_ROUTER_N_DTLS_FAILURES]; /**< by ParlorDtlsFailure */
  guint32 transports, connected, sources;
  guint32 slots_reduced, slots_paused; /**< see ParlorRouterEvent */
} ParlorRouterCounters;

ParlorRouter *parlor_router_new (const ParlorRouterConfig *config, const ParlorRouterOps *ops);
/** No DTLS step runs any more: what was not answered is freed too. */
void parlor_router_free (ParlorRouter *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (ParlorRouter, parlor_router_free)

/* --- what the control thread asks for ----------------------------------------------------------
 */

void parlor_router_add_transport (ParlorRouter *self, const ParlorTransportConfig *config,
                                  gint64 now_us);
/** ICE restart: new credentials beside the old ones until the first authenticated check with them
 * (make before break). */
void parlor_router_restart_ice (ParlorRouter *self, ParlorTransportId id,
                                const ParlorIceCredentials *local, const char *remote_ufrag,
                                gint64 now_us);
/** Its sources and slots go with it; others' slots that showed its sources are emptied. Sends DTLS
 * close_notify where it can. */
void parlor_router_remove_transport (ParlorRouter *self, ParlorTransportId id, gint64 now_us);

void parlor_router_add_source (ParlorRouter *self, const ParlorSourceConfig *config, gint64 now_us);
void parlor_router_remove_source (ParlorRouter *self, ParlorSourceId id, gint64 now_us);
void parlor_router_open_source (ParlorRouter *self, ParlorSourceId id, gboolean open);

/** The other half of a source whose transport is on worker `config->owner`: receivers here select
 * it as if it were here, repeats come from what is kept here. remove_source () ends it. It tells
 * nothing to the control thread; nor do its layers. */
void parlor_router_add_mirror (ParlorRouter *self, const ParlorMirrorConfig *config, gint64 now_us);
/** Whether a source of this router has a mirror on `worker`. Packets go there while somebody there
 * has selected the source; voices always, since every worker finds its room's loudest itself. */
void parlor_router_set_relay (ParlorRouter *self, ParlorSourceId id, guint worker, gboolean on);

void parlor_router_add_slot (ParlorRouter *self, const ParlorSlotConfig *config, gint64 now_us);
/** source 0 empties it; an automatic one, which may be given a source too, then is filled by its
 * room again. height in pixels, 0 = as much as there is. */
void parlor_router_select (ParlorRouter *self, ParlorTransportId transport, guint slot,
                           ParlorSourceId source, guint height, gint64 now_us);

/** Clear RTP of a source, in order of arrival, best layer: called for each packet on the worker's
 * thread; must return at once. NULL func removes it. Each call asks the publisher for a key frame.
 * Between the packets come sender reports (RFC 3550 section 6.4.1) of all layers,
 * PARLOR_TAP_REPORT_BYTES long, payload type 200, in whose NTP field stands g_get_monotonic_time ()
 * of the instant at which the sender captured `RTP timestamp`. */
#define PARLOR_TAP_REPORT_BYTES 28
typedef void (*ParlorRouterTapFunc) (gpointer user_data, const guint8 *rtp, gsize length,
                                     gint64 arrival_us);
gboolean parlor_router_set_tap (ParlorRouter *self, ParlorSourceId source, ParlorRouterTapFunc func,
                                gpointer user_data);

/* --- what the element does ------------------------------------------------------------------- */

/** What receiving a peer's RTCP will touch, asked for before it is received (base/warm.h), so that
 * it comes while others are: each receiver's feedback reads some fifty cache lines of its own.
 * Three looks, of which each reads what the one before has fetched: some datagrams should lie
 * between them. Answers whose it is; NULL = nobody's, or of another kind. Nothing is changed; the
 * answer holds until the next command. */
gconstpointer parlor_router_foresee (const ParlorRouter *self, const guint8 *bytes, gsize length,
                                     const ParlorTuple *tuple);
void parlor_router_foresee_more (gconstpointer whose);
void parlor_router_foresee_most (gconstpointer whose);

/** One received datagram; `bytes` may be changed in place and are not kept. */
void parlor_router_receive (ParlorRouter *self, guint8 *bytes, gsize length,
                            const ParlorTuple *tuple, gint64 arrival_us, gint64 now_us);
/** Whether the session of one of its transports stands on this path: its checks were authenticated,
 * and it was heard of lately. */
gboolean parlor_router_is_at (const ParlorRouter *self, const ParlorTuple *tuple, gint64 now_us);
/** What ops.relay () took on worker `from`; bytes may be changed in place and are not kept. What
 * names a source that has gone, or is not of that worker, does nothing. */
void parlor_router_relayed (ParlorRouter *self, guint from, const ParlorRelay *what, guint8 *bytes,
                            gsize length, gint64 now_us);
/** One clear RTP packet of a source without transport; or a sender report in the form in which a
 * tap gets them (PARLOR_TAP_REPORT_BYTES), whose instant is then the one of its timestamps. */
void parlor_router_inject (ParlorRouter *self, ParlorSourceId source, guint8 *rtp, gsize length,
                           gint64 arrival_us, gint64 now_us);
/** Whether who injects this source is to be asked for a key frame now; TRUE at most twice a second,
 * and once a wish. */
gboolean parlor_router_take_key_frame_wish (ParlorRouter *self, ParlorSourceId source,
                                            gint64 now_us);
/** The answer to ops.dtls_step (): the step ran; its state, output and keys are read from the
 * ParlorDtls here. */
void parlor_router_dtls_done (ParlorRouter *self, ParlorTransportId transport, ParlorDtls *dtls,
                              gint64 now_us);
/** Everything that is due: fan-out of what was received, paced sends, RTCP, deadlines. Ends with
 * ops.send () when there is anything. */
void parlor_router_flush (ParlorRouter *self, gint64 now_us);
/** When flush () is due though nothing is received; G_MAXINT64 = not at all. */
gint64 parlor_router_next_us (const ParlorRouter *self);

const ParlorRouterCounters *parlor_router_get_counters (const ParlorRouter *self);
/** The kernel refused n_pkts of what ops.send () got. */
void parlor_router_count_unsent (ParlorRouter *self, guint n_pkts);

G_END_DECLS
