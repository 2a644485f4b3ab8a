/* SPDX-License-Identifier: Apache-2.0 */
/**
 * One session of the load: a UDP socket, a peer on it, and what it publishes or counts. One thread,
 * driven by main's loop.
 *
 * Every video and audio payload carries a mark (64 bits of a counter, 64 bits of the sender's
 * monotonic time in µs) so that a receiver on the same machine knows what was lost and how long
 * forwarding took.
 */
#pragma once

#include "load/peer.h"
#include "load/place.h"

/** What all sessions share. */
typedef struct
{
  ParlorCertificate *certificate;
  ParlorDtlsContext *dtls;
  ParlorCrypto *crypto;
  ParlorStunAgent *stun;
  guint64 seed;
} LoadContext;

LoadContext *load_context_new (guint64 seed);
void load_context_free (LoadContext *self);

#define LOAD_DELAY_BUCKETS 4096
/** Delays are counted in steps of this many µs; the last bucket takes what is above. */
#define LOAD_DELAY_STEP_US 50

typedef struct
{
  guint64 packets, bytes; /**< authenticated, first copies */
  guint64 lost,
      repeated;    /**< by sequence number, over all streams; a gap filled later is taken back */
  guint64 refused; /**< did not authenticate, or replayed */
  guint64 delays[LOAD_DELAY_BUCKETS];
} LoadCounts;

typedef struct _LoadSession LoadSession;

typedef enum
{
  LOAD_PUBLISH,       /**< one VP8 and one Opus track */
  LOAD_PUBLISH_AUDIO, /**< Opus alone */
  LOAD_WATCH,
} LoadSessionKind;

/** Monotonic µs; 0 = not yet. */
typedef struct
{
  gint64 made_us; /**< before the HTTP exchange */
  gint64 connected_us, first_rtp_us;
} LoadMoments;

/** Negotiates by HTTP and opens the socket. What `place` points to is borrowed until free. NULL:
 * `error` says why. */
LoadSession *load_session_new (LoadContext *context, const LoadPlace *place, LoadSessionKind kind,
                               gint64 now_us, GError **error);
void load_session_free (LoadSession *self);
const LoadMoments *load_session_moments (const LoadSession *self);

int load_session_fd (const LoadSession *self);
gboolean load_session_is_connected (const LoadSession *self);
/** Reads what the socket has. */
void load_session_read (LoadSession *self, gint64 now_us);
/** ICE, DTLS and RTCP that are due. */
void load_session_poll (LoadSession *self, gint64 now_us);

/** Publishes one video frame (cut into packets as libwebrtc cuts them: equal parts, the last ones a
 * byte larger) or one Opus frame. */
void load_session_send_video (LoadSession *self, gsize frame_bytes, gint64 now_us);
void load_session_send_audio (LoadSession *self, gint64 now_us);
/** TRUE once after the server asked for a key frame. */
gboolean load_session_take_key_frame_request (LoadSession *self);

/** What it received since the last reset. */
const LoadCounts *load_session_counts (const LoadSession *self);
void load_session_reset_counts (LoadSession *self);
