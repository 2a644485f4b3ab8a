/* SPDX-License-Identifier: Apache-2.0 */
#include "media/trackfd.h"

#include "base/bytes.h"
#include "media/taphistory.h"
#include "proto/rtp/header.h"

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

  /*< a kept tap >*/
  gboolean is_kept;
  gint is_ending; /* atomic */
  GMutex lock;    /* of next_fd */
  int next_fd;    /* of a reader that the thread has not taken yet; -1 = none */
  guint n_formats;
  ParlorTrackFdFormat formats[PARLOR_TRACK_FD_FORMATS];
  ParlorTapHistory *history; /* the thread's */

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

/* --- a kept tap
 * --------------------------------------------------------------------------------------- */

static gboolean
write_frame (ParlorTrackFd *self, const guint8 *packet, gsize length)
{
  parlor_put_u16 (self->bytes, (guint16)length);
  memcpy (self->bytes + FRAME_HEADER_BYTES, packet, length);
  return write_all (self, FRAME_HEADER_BYTES + length);
}

static gboolean
write_stamped (ParlorTrackFd *self, ParlorTapPacket packet)
{
  guint8 stamp[PARLOR_TAP_STAMP_BYTES] = {0x80, 204, 0, 4, 0, 0, 0, 0, 'A', 'R', 'R', 'V'};
  parlor_put_u64 (stamp + 12, (guint64)packet.arrival_us);
  return packet.length == 0
         || (write_frame (self, stamp, sizeof stamp)
             && write_frame (self, packet.bytes, packet.length));
}

static void
lose_reader (ParlorTrackFd *self)
{
  if (self->fd >= 0)
    close (self->fd);
  self->fd = -1;
  parlor_tap_history_set_held (self->history, TRUE);
}

/* What is kept, and the last report behind the first packet: the clock is known at once. */
static gboolean
give_history (ParlorTrackFd *self)
{
  guint n = parlor_tap_history_length (self->history);
  gboolean ok = TRUE;
  for (guint i = 0; ok && i < n; i++)
    {
      ok = write_stamped (self, parlor_tap_history_get (self->history, i));
      if (ok && i == 0)
        ok = write_stamped (self, parlor_tap_history_report (self->history));
    }
  return ok;
}

static void
take_reader (ParlorTrackFd *self)
{
  g_mutex_lock (&self->lock);
  parlor_wake_clear (&self->end);
  int fd = self->next_fd;
  self->next_fd = -1;
  g_mutex_unlock (&self->lock);
  if (fd < 0)
    return;
  lose_reader (self);
  self->fd = fd;
  parlor_track_set_reports (self->track, TRUE);
  if (give_history (self))
    parlor_tap_history_set_held (self->history, FALSE);
  else
    lose_reader (self);
}

/* Sound can begin anywhere. */
static gboolean
begins (const ParlorTrackFd *self, const guint8 *packet, gsize length)
{
  ParlorRtpHeader header;
  ParlorFrameInfo frame;
  if (parlor_rtp_parse (packet, length, &header) != PARLOR_RTP_OK)
    return FALSE;
  for (guint i = 0; i < self->n_formats; i++)
    if (self->formats[i].pt == header.pt && parlor_codec_is_video (self->formats[i].codec))
      {
        parlor_codec_inspect (self->formats[i].codec, packet + header.payload_offset,
                              header.payload_size, header.marker, &frame);
        return frame.valid && frame.key_frame && frame.begins_frame;
      }
  return TRUE;
}

static void
keep_packet (ParlorTrackFd *self, const guint8 *packet, gsize length, gint64 arrival_us)
{
  /* RFC 5761 section 4: payload types of RTCP are 192 to 223. */
  if (length > 1 && (packet[1] & 0xe0) == 0xc0)
    parlor_tap_history_push_report (self->history, packet, length, arrival_us);
  else
    parlor_tap_history_push (self->history, packet, length, arrival_us,
                             begins (self, packet, length));
}

/* First into the history: a reader that dies of it has its successor. */
static void
keep_packets (ParlorTrackFd *self)
{
  const guint8 *rtp;
  gsize length;
  gint64 arrival_us;
  while ((rtp = parlor_track_peek (self->track, &length, &arrival_us)) != NULL)
    {
      gsize size = length;
      keep_packet (self, rtp, length, arrival_us);
      parlor_put_u16 (self->bytes, (guint16)length);
      memcpy (self->bytes + FRAME_HEADER_BYTES, rtp, length);
      parlor_track_pop (self->track);
      if (self->fd >= 0 && !write_all (self, FRAME_HEADER_BYTES + size))
        lose_reader (self);
    }
}

static void
run_kept (ParlorTrackFd *self)
{
  for (take_reader (self); !g_atomic_int_get (&self->is_ending); take_reader (self))
    {
      parlor_track_wait (self->track, 0);
      keep_packets (self);
      struct pollfd fds[3] = {{self->fd, POLLIN, 0},
                              {self->end.fd, POLLIN, 0},
                              {parlor_track_get_fd (self->track), POLLIN, 0}};
      if (poll (fds, 3, -1) > 0 && fds[0].revents != 0 && !take_wishes (self))
        lose_reader (self);
    }
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

/* One who writes into a pipe cannot be told. */
static void
pass_wish (ParlorTrackFd *self)
{
  if (parlor_track_take_key_frame_wish (self->track))
    (void)!send (self->fd, "K", 1, MSG_NOSIGNAL | MSG_DONTWAIT);
}

static void
run_inject (ParlorTrackFd *self)
{
  while (wait_for (self, POLLIN, parlor_track_get_fd (self->track)))
    {
      pass_wish (self);
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
  if (self->is_kept)
    run_kept (self);
  else if (self->is_inject)
    run_inject (self);
  else
    run_tap (self);
  g_atomic_int_set (&self->is_done, TRUE);
  if (self->done != NULL)
    self->done (self->user_data);
  return NULL;
}

static void
start_thread (ParlorTrackFd *self)
{
  int flags = self->fd >= 0 ? fcntl (self->fd, F_GETFL) : -1;
  if (flags >= 0)
    fcntl (self->fd, F_SETFL, flags | O_NONBLOCK);
  if (parlor_wake_init (&self->end))
    self->thread = g_thread_new (self->is_inject ? "inject" : "tap", track_thread, self);
  else
    self->is_done = TRUE;
}

ParlorTrackFd *
parlor_track_fd_new (ParlorTrack *track, gboolean is_inject, guint kind, int fd,
                     ParlorTrackFdDoneFunc done, gpointer user_data)
{
  ParlorTrackFd *self = g_new0 (ParlorTrackFd, 1);
  self->track = track;
  self->is_inject = is_inject;
  self->kind = kind;
  self->fd = fd;
  self->next_fd = -1;
  self->done = done;
  self->user_data = user_data;
  start_thread (self);
  return self;
}

ParlorTrackFd *
parlor_track_fd_new_kept (ParlorTrack *track, guint kind, const ParlorTrackFdFormat *formats,
                          guint n_formats, int fd)
{
  ParlorTrackFd *self = g_new0 (ParlorTrackFd, 1);
  g_return_val_if_fail (n_formats <= PARLOR_TRACK_FD_FORMATS, NULL);
  self->track = track;
  self->kind = kind;
  self->is_kept = TRUE;
  self->fd = -1;
  self->next_fd = fd;
  self->n_formats = n_formats;
  for (guint i = 0; i < n_formats; i++)
    self->formats[i] = formats[i];
  g_mutex_init (&self->lock);
  self->history = parlor_tap_history_new ();
  start_thread (self);
  return self;
}

void
parlor_track_fd_attach (ParlorTrackFd *self, int fd)
{
  g_return_if_fail (self->is_kept);
  g_mutex_lock (&self->lock);
  if (self->next_fd >= 0)
    close (self->next_fd);
  self->next_fd = fd;
  parlor_wake_ring (&self->end); /* under the lock: it is not to end what is written to this one */
  g_mutex_unlock (&self->lock);
}

gboolean
parlor_track_fd_is_kept (const ParlorTrackFd *self)
{
  return self->is_kept;
}

void
parlor_track_fd_free (ParlorTrackFd *self)
{
  if (self == NULL)
    return;
  g_atomic_int_set (&self->is_ending, TRUE);
  parlor_wake_ring (&self->end);
  if (self->thread != NULL)
    g_thread_join (self->thread);
  parlor_wake_close (&self->end);
  parlor_track_close (self->track);
  if (self->fd >= 0)
    close (self->fd);
  if (self->next_fd >= 0)
    close (self->next_fd);
  parlor_tap_history_free (self->history);
  if (self->is_kept)
    g_mutex_clear (&self->lock);
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
