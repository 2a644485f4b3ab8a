/* SPDX-License-Identifier: Apache-2.0 */
/**
 * One session of the load: a UDP socket, a peer on it, what it publishes and what it counts. One
 * thread, driven by crowd.c's loop.
 */
#pragma once

#include "load/peer.h"
#include "load/place.h"
#include "load/receiver.h"
#include "load/sender.h"

/** What all sessions share. */
typedef struct
{
  ParlorCertificate *certificate;
  ParlorDtlsContext *dtls;
  ParlorCrypto *crypto;
  ParlorStunAgent *stun;
  guint64 seed;
} LoadContext;

/** profile: the only one that is offered; NONE = both. */
LoadContext *load_context_new (guint64 seed, ParlorSrtpProfile profile);
void load_context_free (LoadContext *self);

typedef enum
{
  LOAD_PUBLISH,       /**< one VP8 track of place->layers layers, and one Opus track */
  LOAD_PUBLISH_AUDIO, /**< Opus alone */
  LOAD_WATCH,
  LOAD_PERSON, /**< publishes in three layers, and has 3 audio and `tiles` video slots */
} LoadSessionKind;

/** Monotonic µs; 0 = not yet. */
typedef struct
{
  gint64 made_us;  /**< before the HTTP exchange */
  gint64 check_us; /**< its first check left; it is at the server now, whatever the path takes */
  gint64 connected_us, first_rtp_us;
  gint64 first_picture_us; /**< the last packet of a key frame of which none was missing */
} LoadMoments;

typedef struct _LoadSession LoadSession;

/** Negotiates and opens the socket. What `place` points to is borrowed until free. NULL: `error`
 * says why. */
LoadSession *load_session_new (LoadContext *context, const LoadPlace *place, LoadSessionKind kind,
                               gint64 now_us, GError **error);
void load_session_free (LoadSession *self);

/** Its line loses packets. */
gboolean load_session_is_bad (const LoadSession *self);
LoadMoments load_session_moments (const LoadSession *self);
int load_session_fd (const LoadSession *self);
gboolean load_session_is_connected (const LoadSession *self);
/** Reads what the socket has. */
void load_session_read (LoadSession *self, gint64 now_us);
/** ICE, DTLS, RTCP and signalling that are due. */
void load_session_poll (LoadSession *self, gint64 now_us);

/** Of a person: the server has hung up. */
gboolean load_session_is_lost (const LoadSession *self);
/** What takes a person's seat again, while this one lives; NULL = he has none. */
const char *load_session_resume (const LoadSession *self);

/** For sessions that publish. */
LoadSender *load_session_sender (LoadSession *self);
/** For those that receive; NULL = it only publishes. */
LoadReceiver *load_session_receiver (LoadSession *self);
