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
 * monotonic clock in place of the NTP time). Other bytes mean nothing.
 *
 * Thread: control, but for what the header says.
 */
#pragma once

#include "tracks.h"

G_BEGIN_DECLS

typedef struct _ParlorTrackFd ParlorTrackFd;

/** From the object's own thread, once: the other side has gone. */
typedef void (*ParlorTrackFdDoneFunc) (gpointer user_data);

/** Both pass to it: the track is closed and the descriptor too when it ends. kind is the caller's,
 * see parlor_track_fd_get_kind (). */
ParlorTrackFd *parlor_track_fd_new (ParlorTrack *track, gboolean is_inject, guint kind, int fd,
                                    ParlorTrackFdDoneFunc done, gpointer user_data);
/** Ends and joins the thread, at once. NULL is ignored. */
void parlor_track_fd_free (ParlorTrackFd *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (ParlorTrackFd, parlor_track_fd_free)

ParlorTrack *parlor_track_fd_get_track (ParlorTrackFd *self);
guint parlor_track_fd_get_kind (const ParlorTrackFd *self);
gboolean parlor_track_fd_is_inject (const ParlorTrackFd *self);
/** The other side has gone: it is to be freed. */
gboolean parlor_track_fd_is_done (ParlorTrackFd *self);

G_END_DECLS
