/* SPDX-License-Identifier: Apache-2.0 */
/**
 * Tracks that leave or enter a router as clear RTP: taps (one source out) and injects (one source
 * in), each by a bounded ring of its own.
 *
 * Nothing foreign runs on the streaming thread: it copies a tap's packets into the ring and rings
 * an eventfd; whoever reads does it on his own thread, as slowly as he likes, and loses the newest
 * packets when the ring is full. An inject's packets wait in its ring until the streaming thread
 * takes them. A source may have several taps.
 *
 * Thread: named for each function. A track belongs to its maker until parlor_track_close (); the
 * streaming thread lets go of it later.
 */
#pragma once

#include "router/router.h"
#include "wake.h"

G_BEGIN_DECLS

/** Bytes of one ring: about two seconds of a 2.5 Mbit/s picture. */
#define PARLOR_TRACK_RING_BYTES (1024 * 1024)
/** Tracks of one router, both kinds. */
#define PARLOR_TRACKS_MAX 256
/** Largest RTP packet that is taken. */
#define PARLOR_TRACK_MAX_PACKET_BYTES 2048

typedef struct _ParlorTracks ParlorTracks;
typedef struct _ParlorTrack ParlorTrack;

/* --- any thread ------------------------------------------------------------------------------- */

/** streaming_wake is borrowed: rung when the streaming thread has to look. */
ParlorTracks *parlor_tracks_new (ParlorWake *streaming_wake);
/** After the streaming thread has ended. Tracks that are still open stay with their makers, without
 * effect. */
void parlor_tracks_free (ParlorTracks *self);

/** source 0 = nothing yet, see parlor_track_set_source (). NULL: PARLOR_TRACKS_MAX are there, or no
 * file descriptor is left. */
ParlorTrack *parlor_tracks_add_tap (ParlorTracks *self, ParlorSourceId source);
ParlorTrack *parlor_tracks_add_inject (ParlorTracks *self, ParlorSourceId source);

/** From the streaming thread's next look on. A source that the router does not know (yet) is asked
 * for again until it does. */
void parlor_track_set_source (ParlorTrack *self, ParlorSourceId source);
/** Ends it; self is not to be used after this. NULL is ignored. */
void parlor_track_close (ParlorTrack *self);
/** Whether sender reports come between the packets, see ParlorRouterTapFunc; at first FALSE. */
void parlor_track_set_reports (ParlorTrack *self, gboolean reports);
/** The publisher is asked for a key frame, at most twice a second. */
void parlor_track_want_key_frame (ParlorTrack *self);
/** Packets lost because the ring was full. */
guint64 parlor_track_get_dropped (ParlorTrack *self);

/* --- a tap's one reader ----------------------------------------------------------------------- */

/** Waits up to timeout_ms (-1 = for ever) for a packet or for parlor_track_interrupt (); TRUE:
 * there is a packet. */
gboolean parlor_track_wait (ParlorTrack *self, gint timeout_ms);
/** The oldest packet, borrowed until pop (); NULL = none. */
const guint8 *parlor_track_peek (ParlorTrack *self, gsize *length, gint64 *arrival_us);
void parlor_track_pop (ParlorTrack *self);
/** Readable when wait () would return at once; for a reader that polls other descriptors too.
 * Borrowed. */
int parlor_track_get_fd (const ParlorTrack *self);
/** Any thread: ends a wait () that is under way or comes next. */
void parlor_track_interrupt (ParlorTrack *self);

/* --- an inject's one writer ------------------------------------------------------------------- */

/** FALSE: full, or not 12 to PARLOR_TRACK_MAX_PACKET_BYTES long; dropped and counted. */
gboolean parlor_track_push (ParlorTrack *self, const guint8 *rtp, gsize length, gint64 arrival_us);
/** TRUE once for each key frame that is asked of him, at most twice a second. parlor_track_get_fd
 * () is readable from then until this is called. */
gboolean parlor_track_take_key_frame_wish (ParlorTrack *self);

/* --- the streaming thread --------------------------------------------------------------------- */

/** Takes up what was added, changed and closed; gives the router what was injected. Once for each
 * batch. */
void parlor_tracks_service (ParlorTracks *self, ParlorRouter *router, gint64 now_us);

G_END_DECLS
