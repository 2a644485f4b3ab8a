/* SPDX-License-Identifier: Apache-2.0 */
#include "media/trackfd.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#define FRAME_HEADER_BYTES 2

struct _ParlorTrackFd
{
  ParlorTrack *track;
  gboolean is_inject;
  guint kind;
  int fd;
  ParlorTrackFdDoneFunc done;
  gpointer user_data;
  GThread *thread;
  ParlorWake end;
  gint is_done; /* atomic */

  /*< its thread >*/
  guint8 bytes[FRAME_HEADER_BYTES + G_MAXUINT16];
  gsize used;
};

/* Waits for `events` of the descriptor, for the end, and (other >= 0) for that one. FALSE: it is
 * over. */
static gboolean
wait_for (ParlorTrackFd *self, short events, int other)
{
  struct pollfd fds[3] = {{self->fd, events, 0}, {self->end.fd, POLLIN, 0}, {other, POLLIN, 0}};
  while (poll (fds, 3, -1) < 0)
    if (errno != EINTR)
      return FALSE;
  if (fds[1].revents != 0 || fds[0].revents & POLLNVAL)
    return FALSE;
  /* What was written before the other side hung up is still to be read. */
  return (fds[0].revents & (POLLERR | POLLHUP)) == 0 || (fds[0].revents & POLLIN) != 0;
}

/* --- out
 * ---------------------------------------------------------------------------------------------- */

/* All of it: half a frame would break the framing for ever. FALSE: it is over. */
static gboolean
write_all (ParlorTrackFd *self, gsize length)
{
  gsize done = 0;
  while (done < length)
    {
      /* A pipe is no socket: it has no MSG_NOSIGNAL, and the program ignores SIGPIPE anyway. */
      gssize n = send (self->fd, self->bytes + done, length - done, MSG_NOSIGNAL | MSG_DONTWAIT);
      if (n < 0 && errno == ENOTSOCK)
        n = write (self->fd, self->bytes + done, length - done);
      if (n > 0)
        done += (gsize)n;
      else if (n == 0 || (errno != EAGAIN && errno != EINTR) || !wait_for (self, POLLOUT, -1))
        return FALSE;
    }
  return TRUE;
}

static gboolean
write_packets (ParlorTrackFd *self)
{
  const guint8 *rtp;
  gsize length;
  gint64 arrival_us;
  while ((rtp = parlor_track_peek (self->track, &length, &arrival_us)) != NULL)
    {
      self->bytes[0] = (guint8)(length >> 8);
      self->bytes[1] = (guint8)length;
      memcpy (self->bytes + FRAME_HEADER_BYTES, rtp, length);
      parlor_track_pop (self->track);
      if (!write_all (self, FRAME_HEADER_BYTES + length))
        return FALSE;
    }
  return TRUE;
}

/* What the reader says. FALSE: he has gone. */
static gboolean
take_wishes (ParlorTrackFd *self)
{
  char wishes[64];
  gssize n = recv (self->fd, wishes, sizeof wishes, MSG_DONTWAIT);
  if (n < 0 && errno == ENOTSOCK)
    return TRUE;
  for (gssize i = 0; i < n; i++)
    if (wishes[i] == 'R')
      parlor_track_set_reports (self->track, TRUE);
    else if (wishes[i] == 'K')
      parlor_track_want_key_frame (self->track);
  return n > 0 || (n < 0 && (errno == EAGAIN || errno == EINTR));
}

static void
run_tap (ParlorTrackFd *self)
{
  struct stat info;
  gboolean is_socket = fstat (self->fd, &info) == 0 && S_ISSOCK (info.st_mode);
  do
    parlor_track_wait (self->track, 0);
  while (write_packets (self)
         && wait_for (self, is_socket ? POLLIN : 0, parlor_track_get_fd (self->track))
         && (!is_socket || take_wishes (self)));
}

/* --- in
 * -----------------------------------------------------------------------------------------------
 */

static void
take_frames (ParlorTrackFd *self)
{
  gsize offset = 0;
  while (self->used - offset >= FRAME_HEADER_BYTES)
    {
      gsize length = (gsize)self->bytes[offset] << 8 | self->bytes[offset + 1];
      if (self->used - offset < FRAME_HEADER_BYTES + length)
        break;
      parlor_track_push (self->track, self->bytes + offset + FRAME_HEADER_BYTES, length,
                         g_get_monotonic_time ());
      offset += FRAME_HEADER_BYTES + length;
    }
  self->used -= offset;
  memmove (self->bytes, self->bytes + offset, self->used);
}

static void
run_inject (ParlorTrackFd *self)
{
  while (wait_for (self, POLLIN, -1))
    {
      gssize n = read (self->fd, self->bytes + self->used, sizeof self->bytes - self->used);
      if (n == 0 || (n < 0 && errno != EAGAIN && errno != EINTR))
        return;
      if (n > 0)
        self->used += (gsize)n;
      take_frames (self);
    }
}

/* --- both
 * --------------------------------------------------------------------------------------------- */

static gpointer
track_thread (gpointer user_data)
{
  ParlorTrackFd *self = user_data;
  if (self->is_inject)
    run_inject (self);
  else
    run_tap (self);
  g_atomic_int_set (&self->is_done, TRUE);
  self->done (self->user_data);
  return NULL;
}

ParlorTrackFd *
parlor_track_fd_new (ParlorTrack *track, gboolean is_inject, guint kind, int fd,
                     ParlorTrackFdDoneFunc done, gpointer user_data)
{
  ParlorTrackFd *self = g_new0 (ParlorTrackFd, 1);
  int flags = fcntl (fd, F_GETFL);
  self->track = track;
  self->is_inject = is_inject;
  self->kind = kind;
  self->fd = fd;
  self->done = done;
  self->user_data = user_data;
  if (flags >= 0)
    fcntl (fd, F_SETFL, flags | O_NONBLOCK);
  if (parlor_wake_init (&self->end))
    self->thread = g_thread_new (is_inject ? "inject" : "tap", track_thread, self);
  else
    self->is_done = TRUE;
  return self;
}

void
parlor_track_fd_free (ParlorTrackFd *self)
{
  if (self == NULL)
    return;
  parlor_wake_ring (&self->end);
  if (self->thread != NULL)
    g_thread_join (self->thread);
  parlor_wake_close (&self->end);
  parlor_track_close (self->track);
  close (self->fd);
  g_free (self);
}

ParlorTrack *
parlor_track_fd_get_track (ParlorTrackFd *self)
{
  return self->track;
}

guint
parlor_track_fd_get_kind (const ParlorTrackFd *self)
{
  return self->kind;
}

gboolean
parlor_track_fd_is_inject (const ParlorTrackFd *self)
{
  return self->is_inject;
}

gboolean
parlor_track_fd_is_done (ParlorTrackFd *self)
{
  return g_atomic_int_get (&self->is_done);
}
