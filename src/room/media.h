/* SPDX-License-Identifier: Apache-2.0 */
/**
 * The seam between the domain (rooms, live rooms, consults) and the media plane.
 *
 * The domain and the edges (HTTP, WebSocket) know media only through this table; `src/media`
 * implements it over the workers, tests implement it in memory. Every function is called on the
 * *control* thread, returns at once and never waits for a worker: what the worker finds out comes
 * back later as a ParlorMediaEvent, on the control thread as well.
 *
 * An *endpoint* is one peer connection: it may publish up to four sources (microphone, camera,
 * screen, screen_audio) and may receive on slots. Ids are never reused while the process lives.
 */
#pragma once

#include <glib.h>

#include "base/keycause.h"
#include "base/shown.h"

G_BEGIN_DECLS

typedef struct _ParlorMedia ParlorMedia;

/** Opaque id of an endpoint; 0 is never an endpoint. */
typedef guint64 ParlorEndpointId;

typedef enum
{
  PARLOR_SOURCE_NONE,
  PARLOR_SOURCE_MICROPHONE,
  PARLOR_SOURCE_CAMERA,
  PARLOR_SOURCE_SCREEN,
  PARLOR_SOURCE_SCREEN_AUDIO,
  PARLOR_N_SOURCES,
} ParlorSourceKind;

typedef enum
{
  PARLOR_SLOT_AUDIO,        /**< filled by the media plane itself: the loudest of the room */
  PARLOR_SLOT_VIDEO,        /**< filled by the domain with cameras */
  PARLOR_SLOT_SCREEN,       /**< filled by the domain with a screen */
  PARLOR_SLOT_SCREEN_AUDIO, /**< filled by the domain with a screen's sound */
} ParlorSlotKind;

/** Bounds of one endpoint, and of a `mid` (RFC 8843: a token; browsers use 1 to 3 bytes). */
#define PARLOR_MAX_SLOTS 64
#define PARLOR_MID_SIZE 17

/** "microphone", "camera", "screen", "screen_audio"; NULL for NONE. */
const char *parlor_source_kind_name (ParlorSourceKind kind);
/** PARLOR_SOURCE_NONE when `name` is none of them (NULL included). */
ParlorSourceKind parlor_source_kind_from_name (const char *name);
/** "audio", "video", "screen", "screen_audio". */
const char *parlor_slot_kind_name (ParlorSlotKind kind);
/** FALSE when `name` is none of them. */
gboolean parlor_slot_kind_from_name (const char *name, ParlorSlotKind *kind);

/** A published source of somebody. endpoint 0 means "nobody". */
typedef struct
{
  ParlorEndpointId endpoint;
  ParlorSourceKind kind;
} ParlorSourceRef;

/** What a new endpoint is. Strings are borrowed for the call. */
typedef struct
{
  const char *room;    /**< room id: endpoints of one room can be forwarded to each other */
  const char *label;   /**< identity, for logs and taps: "ROOM/IDENTITY/TRACK" */
  gboolean hears_room; /**< its audio slots are filled with the room's loudest */
} ParlorEndpointSpec;

/** How the page named the m-lines of its offer. */
typedef struct
{
  char mid[PARLOR_MID_SIZE];
  ParlorSourceKind source;
} ParlorSenderMap;

typedef struct
{
  char mid[PARLOR_MID_SIZE];
  ParlorSlotKind kind;
} ParlorSlotMap;

typedef struct
{
  const char *sdp;                /**< borrowed */
  gsize sdp_length;               /**< bytes */
  const ParlorSenderMap *senders; /**< n_senders; with none (WHIP) the first audio is the
                                     microphone, the first video the camera */
  guint n_senders;
  const ParlorSlotMap *slots; /**< n_slots; with none (WHEP) each recvonly m-line is a slot of its
                                 kind, filled by the domain with select () */
  guint n_slots;
  gboolean publish;   /**< FALSE: senders are answered inactive */
  gboolean subscribe; /**< FALSE: slots are answered inactive */
} ParlorMediaOffer;

/** One slot after negotiation; index is its number in select () and in events. */
typedef struct
{
  char mid[PARLOR_MID_SIZE];
  ParlorSlotKind kind;
} ParlorSlotInfo;

typedef struct
{
  char *sdp;       /**< owned; free with parlor_media_answer_clear () */
  char *ice_ufrag; /**< owned; ours, for the ETag of WHIP and WHEP */
  guint n_slots;
  ParlorSlotInfo slots[PARLOR_MAX_SLOTS];
  gboolean publishes[PARLOR_N_SOURCES]; /**< which sources the answer accepted */
  gboolean restarted; /**< this was an ICE restart of the running session: slots are as they were */
} ParlorMediaAnswer;

void parlor_media_answer_clear (ParlorMediaAnswer *answer);

typedef enum
{
  PARLOR_MEDIA_CONNECTED, /**< ICE and DTLS stand */
  PARLOR_MEDIA_FAILED, /**< no ICE within 15 s, DTLS refused, or consent lost for 30 s; the endpoint
                          is to be closed */
  PARLOR_MEDIA_SOURCE_ACTIVE, /**< packets arrive (again), or of another codec */
  PARLOR_MEDIA_SOURCE_IDLE,   /**< none for 2 s */
  PARLOR_MEDIA_SLOT_SHOWN,    /**< a slot's new source sent its first packet: rtp_timestamp as the
                                 receiver sees it */
  PARLOR_MEDIA_SPEAKER,    /**< the room's dominant speaker changed; source.endpoint 0 = silence */
  PARLOR_MEDIA_SPEAKING,   /**< who talks now changed: n_speaking endpoints */
  PARLOR_MEDIA_QUALITY,    /**< every 2 s a connected endpoint */
  PARLOR_MEDIA_LAYERS,     /**< of source: rids, the simulcast layers that somebody watches now; the
                              publisher may leave out the others */
  PARLOR_MEDIA_SLOT_CLOCK, /**< a slot: what has rtp_timestamp, as the receiver sees it, was
                              taken at capture_us. With the slot's first
                              sender report, then every 10 s */
} ParlorMediaEventType;

typedef struct
{
  double loss_up;           /**< 0..1 of what the peer sent us, last 2 s */
  double loss_down;         /**< 0..1 as the peer reports */
  gint32 rtt_ms;            /**< -1 = unknown */
  gint64 up_bps, down_bps;  /**< payload as measured by us */
  gint64 estimate_down_bps; /**< what the receiver's path takes; -1 = unknown */
  guint n_reduced; /**< pictures that are smaller, or fewer a second, than asked for: the path */
  guint n_paused;  /**< pictures that are not sent at all: the path */
  gint32 jitter_up_ms, jitter_down_ms; /**< of sound where there is any; -1 = unknown */
  guint height_up, height_down; /**< lines of the largest picture from him, and to him; 0 = none, or
                                   not known */
  guint8 shown[PARLOR_N_SHOWN]; /**< pictures to him by their lines (ParlorShown) */
  guint fps_up;      /**< pictures a second from him that are forwarded; 0 = none, or not known */
  gboolean b_frames; /**< his encoder sends B-frames: those are left out that can be, and he should
                        be told */
  guint8 key_asked[PARLOR_N_KEY_CAUSES]; /**< key frames asked of him since the last such event */
} ParlorMediaQuality;

/** Simulcast layers of one source, and a rid (RFC 8851) with its NUL. */
#define PARLOR_MAX_RIDS 4
#define PARLOR_RID_SIZE 17

#define PARLOR_MAX_SPEAKING 8

typedef struct
{
  ParlorMediaEventType type;
  ParlorEndpointId endpoint; /**< whose event; 0 for SPEAKER and SPEAKING */
  const char *room;          /**< borrowed for the call; only SPEAKER and SPEAKING */
  ParlorSourceRef source;    /**< SOURCE_*: kind; SLOT_SHOWN: what the slot shows now (endpoint 0 =
                                nothing); SPEAKER: who */
  const char *codec;         /**< SOURCE_ACTIVE: "vp8", "opus", …; static; NULL = not known */
  guint slot;                /**< SLOT_SHOWN */
  gboolean has_rtp; /**< SLOT_SHOWN of an emptied slot, or of an audio slot chosen before its first
                       packet: FALSE */
  guint32 rtp_timestamp; /**< SLOT_SHOWN, SLOT_CLOCK */
  gint64 capture_us;     /**< SLOT_CLOCK: monotonic time of this host, from the publisher's sender
                            reports (RFC 3550 section 6.4.1): the least network delay included */
  guint n_speaking;
  ParlorEndpointId speaking[PARLOR_MAX_SPEAKING];
  ParlorMediaQuality quality; /**< QUALITY */
  guint n_rids;               /**< LAYERS */
  char rids[PARLOR_MAX_RIDS][PARLOR_RID_SIZE];
} ParlorMediaEvent;

/** A picture that a receiver cannot decode as its publisher sends it, or (`jerks`) not in order. */
typedef struct
{
  ParlorEndpointId receiver;
  guint slot;
  ParlorSourceRef source;
  const char *codec;  /**< what it sends: "h264", …; static */
  gboolean takes_vp8; /**< a second encoding would help */
  gboolean jerks;     /**< it has B-frames that cannot be left out: without help he sees it jerk */
  gboolean is_helped; /**< there is one, and the receiver gets it */
} ParlorMisfit;

/** Must not call the media plane. */
typedef void (*ParlorMisfitFunc) (const ParlorMisfit *misfit, gpointer user_data);

/** Called on the control thread, never from inside one of the functions below. */
typedef void (*ParlorMediaEventFunc) (const ParlorMediaEvent *event, gpointer user_data);

typedef struct
{
  void (*set_event_func) (ParlorMedia *media, ParlorMediaEventFunc func, gpointer user_data);

  /** Makes an endpoint without a session; 0 and `error` when the node is full. */
  ParlorEndpointId (*open) (ParlorMedia *media, const ParlorEndpointSpec *spec, GError **error);

  /**
   * Judges an offer and fills `answer`. The first offer starts the session; a later one with new
   * ICE credentials and the same DTLS fingerprint restarts ICE, with another fingerprint it
   * replaces the session (the old transport is closed, slots start empty). On FALSE the running
   * session is untouched; error is PARLOR_ERROR_BAD_REQUEST (malformed) or
   * PARLOR_ERROR_UNPROCESSABLE (impossible), the message says which line and why.
   */
  gboolean (*negotiate) (ParlorMedia *media, ParlorEndpointId endpoint,
                         const ParlorMediaOffer *offer, ParlorMediaAnswer *answer, GError **error);

  /** RFC 9725 PATCH: an SDP fragment. Trickled candidates are taken and ignored (*answer_fragment =
     NULL); new credentials restart ICE (*answer_fragment owned by the caller, *ice_ufrag too). */
  gboolean (*patch) (ParlorMedia *media, ParlorEndpointId endpoint, const char *fragment,
                     gsize length, char **answer_fragment, char **ice_ufrag, GError **error);

  /** Ends the session and forgets the endpoint; nothing of it arrives after this returns. Unknown
   * ids are ignored. */
  void (*close) (ParlorMedia *media, ParlorEndpointId endpoint);

  /** Puts a source into a slot; source.endpoint 0 empties it. An audio slot where hears_room is
     TRUE hears that source in place of the room until it is emptied. `height` is the wanted picture
     height in pixels (0 = as much as there is): it drives layer choice. */
  void (*select) (ParlorMedia *media, ParlorEndpointId endpoint, guint slot, ParlorSourceRef source,
                  guint height);

  /** Whether packets of one's own source are forwarded at all (muted by the server or by himself,
   * or off). TRUE after negotiation. */
  void (*set_source_open) (ParlorMedia *media, ParlorEndpointId endpoint, ParlorSourceKind kind,
                           gboolean open);

  /**
   * Copies one published source out as clear RTP: RFC 4571 framing (16-bit length, then the packet)
   * written to `fd`, a stream socket or pipe. The file descriptor passes to the media plane with
   * this call, in every outcome: it is closed on failure, when the other side closes, and when the
   * endpoint ends. A slow reader loses packets (whole frames of the framing, never a torn one); it
   * never slows the forwarding. The source need not be active yet. Errors: PARLOR_ERROR_NOT_FOUND
   * (no such endpoint), PARLOR_ERROR_TOO_MANY.
   */
  gboolean (*tap_open) (ParlorMedia *media, ParlorEndpointId endpoint, ParlorSourceKind kind,
                        int fd, GError **error);

  /**
   * As tap_open, but the tap outlives its reader: it keeps the last second (of a picture: from a
   * key frame on), and while nobody reads up to ten; a later call for the same endpoint and kind
   * gives that to the new reader, each old packet behind a frame with its arrival time. One of a
   * kind. tap_drop ends it and forgets what it kept; unknown ones are ignored. Both may be NULL.
   */
  gboolean (*tap_keep) (ParlorMedia *media, ParlorEndpointId endpoint, ParlorSourceKind kind,
                        int fd, GError **error);
  void (*tap_drop) (ParlorMedia *media, ParlorEndpointId endpoint, ParlorSourceKind kind);

  /** What a tap of this source may bring, as "96=VP8/90000,111=opus/48000": payload types in the
     publisher's order of preference (transfer full); NULL = it is not published. The function
     itself may be NULL. */
  char *(*tap_codecs) (ParlorMedia *media, ParlorEndpointId endpoint, ParlorSourceKind kind);

  /**
   * The other way: RFC 4571-framed RTP read from `fd` becomes the source `kind` of an endpoint that
   * was opened and needs no session. `caps` says what it is, in the words of GStreamer
   * ("application/x-rtp,media=video, clock-rate=90000,encoding-name=VP8,payload=96"). Ownership of
   * `fd` as above; its end of file idles the source. Errors: PARLOR_ERROR_BAD_REQUEST (caps, or
   * kind and media disagree), PARLOR_ERROR_NOT_FOUND, PARLOR_ERROR_CONFLICT (the endpoint publishes
   * this kind already).
   */
  gboolean (*inject_open) (ParlorMedia *media, ParlorEndpointId endpoint, ParlorSourceKind kind,
                           const char *caps, int fd, GError **error);

  /**
   * As inject_open, but it is a second encoding of a picture that the endpoint publishes: receivers
   * that decode nothing of what the publisher sends get this one in its place, under the same
   * source. Its packets have the timestamps of the first encoding, and the sender reports that a
   * tap gives may be among them. One a source: PARLOR_ERROR_CONFLICT. It ends with its source, at
   * the end of file, or when the descriptor's other side closes. This and the next two may be NULL.
   */
  gboolean (*second_open) (ParlorMedia *media, ParlorEndpointId endpoint, ParlorSourceKind kind,
                           const char *caps, int fd, GError **error);

  /** Calls `func` for each picture slot whose source sends what its receiver cannot decode. */
  void (*each_misfit) (ParlorMedia *media, ParlorMisfitFunc func, gpointer user_data);

  /** FALSE: this receiver negotiated nothing that decodes what the source sends now; `*takes_vp8`
     then says whether a second encoding would help. */
  gboolean (*decodes) (ParlorMedia *media, ParlorEndpointId receiver, ParlorSourceRef source,
                       gboolean *takes_vp8);

  /** Packets of this source have come since it was published. May be NULL. */
  gboolean (*sends) (ParlorMedia *media, ParlorSourceRef source);
} ParlorMediaOps;

/** Implementations embed this as their first member. */
struct _ParlorMedia
{
  const ParlorMediaOps *ops;
};

G_END_DECLS
