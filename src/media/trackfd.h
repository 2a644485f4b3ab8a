/* SPDX-License-Identifier: Apache-2.0 */
/**
 * A track behind a file descriptor: RFC 4571 frames (16-bit length, then the RTP packet) written to
 * it or read from it by a thread of its own.
 *
 *    0                   1
 *    0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5
 *   +-------------------------------+------------- - - -
 *   |            LENGTH             |  RTP packet
 *   +-------------------------------+------------- - - -
 *
 * A reader that is slow loses whole packets in the track's ring; the worker never notices.
 *
 * The reader of a tap may write back, where the descriptor is a socket: 'K' asks the publisher for
 * a key frame, 'R' asks for sender reports among the packets (as RTCP, with the instant on our
 * monotonic clock in place of the NTP time). Other bytes mean nothing. The writer of an inject is
 * told 'K' where a key frame is wanted of him, at most twice a second.
 *
 * A kept tap outlives its readers: what the last one may not have written (taphistory.h) is given
 * to the next one first, each packet behind a frame that says when it came in
 * (PARLOR_TAP_STAMP_BYTES long, an RTCP APP packet, RFC 3550 section 6.7):
 *
 *    0                   1                   2                   3
 *    0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 *   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 *   |V=2|P|    0    |   PT = 204    |          length = 4           |
 *   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 *   |                              0                                |
 *   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 *   |                            "ARRV"                             |
 *   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 *   |              monotonic clock in microseconds, 64 bits         |
 *   |                                                               |
 *   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 *
 * Thread: control, but for what the header says.
 */
#pragma once

#include "proto/codec/codec.h"
#include "tracks.h"

G_BEGIN_DECLS

#define PARLOR_TAP_STAMP_BYTES 20
#define PARLOR_TRACK_FD_FORMATS 24

typedef struct _ParlorTrackFd ParlorTrackFd;

/** From the object's own thread, once: the other side has gone. */
typedef void (*ParlorTrackFdDoneFunc) (gpointer user_data);

/** Both pass to it: the track is closed and the descriptor too when it ends. kind is the caller's,
 * see parlor_track_fd_get_kind (). */
ParlorTrackFd *parlor_track_fd_new (ParlorTrack *track, gboolean is_inject, guint kind, int fd,
                                    ParlorTrackFdDoneFunc done, gpointer user_data);
/** The formats tell a key frame in a packet. Copied; for a tap of sound there may be none. */
typedef struct
{
  guint8 pt;
  ParlorCodec codec;
} ParlorTrackFdFormat;

/** A tap that is kept; ends with the object alone. `fd` as above; further readers by attach (). */
ParlorTrackFd *parlor_track_fd_new_kept (ParlorTrack *track, guint kind,
                                         const ParlorTrackFdFormat *formats, guint n_formats,
                                         int fd);
/** The next reader of a kept tap takes the place of the last one. */
void parlor_track_fd_attach (ParlorTrackFd *self, int fd);
gboolean parlor_track_fd_is_kept (const ParlorTrackFd *self);

/** Ends and joins the thread, at once. NULL is ignored. */
void parlor_track_fd_free (ParlorTrackFd *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (ParlorTrackFd, parlor_track_fd_free)

ParlorTrack *parlor_track_fd_get_track (ParlorTrackFd *self);
guint parlor_track_fd_get_kind (const ParlorTrackFd *self);
gboolean parlor_track_fd_is_inject (const ParlorTrackFd *self);
/** The other side has gone: it is to be freed. */
gboolean parlor_track_fd_is_done (ParlorTrackFd *self);

G_END_DECLS
