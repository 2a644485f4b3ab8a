/* SPDX-License-Identifier: Apache-2.0 */
#include "record/track.h"

#include "proto/rtp/header.h"
#include "record/digest.h"
#include "record/mp4.h"
#include "record/reorder.h"
#include "record/safe.h"
#include "record/segment.h"
#include "record/trackclock.h"
#include "record/webm.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define FRAME_HEADER_BYTES 2
#define REPORT_BYTES 28
/* When the next packet came in, before a tap that is kept gave it to us (media/trackfd.h). */
#define STAMP_BYTES 20
#define STAMP_TYPE 204
#define MAX_CODECS 24
/* Farther than this from where the clock says that it belongs: the sender began anew. */
#define STRAY_US (5 * G_GINT64_CONSTANT (1000000))

typedef struct
{
  guint pt;
  ParlorCodec codec;
  guint clock_hz;
} Format;

struct _ParlorRecordTrack
{
  ParlorTrackHost host;
  char *folder, *participant, *source;
  Format formats[MAX_CODECS];
  guint n_formats;
  gint64 room_us, mono_us;
  int fd;
  const guint8 *vault_key; /* borrowed; nullable */
  GThread *thread;
  gint is_done;    /* atomic */
  gint is_leaving; /* atomic */
  gint sync_error; /* atomic: errno of a sync that failed, 0 = none */

  /*< its thread >*/
  gint64 stamp_us; /* of the next packet; 0 = it comes in now */
  guint8 bytes[FRAME_HEADER_BYTES + G_MAXUINT16];
  gsize used;
  ParlorReorder *reorder;
  guint32 ssrc;
  const Format *format;
  gboolean is_troubled;
  gint64 retry_us;
  gint64 key_frame_us; /* when the last one came or was asked for */

  GMutex lock;            /* of segment, against sync () */
  ParlorSegment *segment; /* NULL = waits for a key frame */
  guint n, spare_n;
  char name[32];
  gint64 began_us;
  guint32 last_timestamp;
  gint64 ticks; /* of the RTP clock since the segment's first frame */
  ParlorTrackClock clock;
};

/* ---- the file ------------------------------------------------------------------------------- */

static gint64
finish_media (const char *path, gboolean mp4, const guint8 *vault_key, GError **error)
{
  parlor_safe_begin_whole (vault_key);
  gint64 duration_ms = mp4 ? parlor_mp4_finish (path, vault_key, error)
                           : parlor_webm_finish_safe (path, vault_key, error);
  parlor_safe_end_whole (vault_key);
  return duration_ms;
}

json_t *
parlor_record_finish_file (const char *folder, guint n, const char *name, const char *reason,
                           const guint8 *vault_key)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *path = g_build_filename (folder, name, NULL);
  char sha[PARLOR_SHA256_TEXT] = "";
  gboolean mp4 = g_str_has_suffix (name, ".mp4");
  gint64 size = 0, duration_ms = finish_media (path, mp4, vault_key, &error);
  if (duration_ms == 0)
    {
      unlink (path);
      return json_pack ("{s:s,s:i,s:s,s:b}", "t", "end", "n", (int)n, "reason", "empty", "removed",
                        TRUE);
    }
  /* On a full disk there is no room for cues: the file plays without them, and is finished when
   * there is. */
  parlor_sha256_safe (path, vault_key, sha, &size, NULL);
  return json_pack ("{s:s,s:i,s:s,s:I,s:I,s:s,s:b}", "t", "end", "n", (int)n, "reason", reason,
                    "duration_ms", (json_int_t)MAX (duration_ms, 0), "bytes", (json_int_t)size,
                    "sha256", sha, "finished", duration_ms > 0);
}

static gint64
room_us_at (const ParlorRecordTrack *self, gint64 now_us)
{
  return self->room_us + (now_us - self->mono_us);
}

static void
write_clock (ParlorRecordTrack *self, gint64 file_us)
{
  gint64 offset_us;
  gboolean by_report;
  if (parlor_track_clock_take (&self->clock, &offset_us, &by_report))
    self->host.entry (json_pack ("{s:s,s:i,s:I,s:I,s:s}", "t", "clock", "n", (int)self->n,
                                 "file_ms", (json_int_t)(file_us / 1000), "room_ms",
                                 (json_int_t)((file_us + offset_us) / 1000), "by",
                                 by_report ? "report" : "arrival"),
                      self->host.user_data);
}

static void
set_segment (ParlorRecordTrack *self, ParlorSegment *segment)
{
  g_mutex_lock (&self->lock);
  self->segment = segment;
  g_mutex_unlock (&self->lock);
}

static void
end_segment (ParlorRecordTrack *self, const char *reason)
{
  ParlorSegment *segment = self->segment;
  if (segment == NULL)
    return;
  set_segment (self, NULL);
  parlor_segment_free (segment);
  if (g_atomic_int_get (&self->is_leaving))
    return;
  self->host.entry (
      parlor_record_finish_file (self->folder, self->n, self->name, reason, self->vault_key),
      self->host.user_data);
}

static const char *
trouble_name (int why)
{
  return why == ENOSPC || why == EDQUOT                  ? "disk_full"
         : why == EROFS || why == EACCES || why == EPERM ? "read_only"
         : why != 0                                      ? "io_error"
                                                         : "muxer";
}

static void
get_into_trouble (ParlorRecordTrack *self, const char *reason, gint64 now_us)
{
  self->retry_us = now_us + PARLOR_RETRY_US;
  if (!self->is_troubled)
    self->host.trouble (reason, self->host.user_data);
  self->is_troubled = TRUE;
}

static json_t *
file_entry (const ParlorRecordTrack *self, gint64 arrival_us)
{
  return json_pack ("{s:s,s:i,s:s,s:s,s:s,s:s,s:I}", "t", "file", "n", (int)self->n, "participant",
                    self->participant, "source", self->source, "codec",
                    parlor_codec_info (self->format->codec)->name, "path", self->name, "room_ms",
                    (json_int_t)(room_us_at (self, arrival_us) / 1000));
}

/* A file that the journal does not name would be found by nobody. NULL: errno says why, 0 = the
 * muxer. */
static ParlorSegment *
open_segment (ParlorRecordTrack *self, gint64 arrival_us)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *path = g_build_filename (self->folder, self->name, NULL);
  ParlorSegment *segment = parlor_segment_new (path, self->vault_key, self->format->codec,
                                               self->format->clock_hz, &error);
  if (segment == NULL)
    {
      errno = error->domain != G_FILE_ERROR                               ? 0
              : g_error_matches (error, G_FILE_ERROR, G_FILE_ERROR_NOSPC) ? ENOSPC
              : g_error_matches (error, G_FILE_ERROR, G_FILE_ERROR_ROFS)  ? EROFS
              : g_error_matches (error, G_FILE_ERROR, G_FILE_ERROR_ACCES) ? EACCES
                                                                          : EIO;
      return NULL;
    }
  if (self->host.begin (file_entry (self, arrival_us), self->host.user_data))
    return segment;
  int why = errno;
  parlor_segment_free (segment);
  unlink (path);
  errno = why;
  return NULL;
}

static void
begin_segment (ParlorRecordTrack *self, const ParlorRtpHeader *header, gint64 arrival_us,
               gint64 now_us)
{
  self->n = self->spare_n != 0 ? self->spare_n : self->host.next_file (self->host.user_data);
  self->spare_n = self->n; /* until there is a file of that number */
  if (self->n == 0)
    {
      self->retry_us = now_us + PARLOR_RETRY_US;
      return;
    }
  g_snprintf (self->name, sizeof self->name, "%04u-%s.%s", self->n, self->source,
              parlor_segment_suffix (self->format->codec));
  ParlorSegment *segment = open_segment (self, arrival_us);
  if (segment == NULL)
    {
      get_into_trouble (self, trouble_name (errno), now_us);
      g_autofree char *left = g_build_filename (self->folder, self->name, NULL);
      if (access (left, F_OK) == 0)
        self->spare_n = 0;
      return;
    }
  self->spare_n = 0;
  set_segment (self, segment);
  self->began_us = arrival_us;
  self->key_frame_us = now_us;
  self->last_timestamp = header->timestamp;
  self->ticks = 0;
  self->clock = (ParlorTrackClock){0};
}

/* ---- packets -------------------------------------------------------------------------------- */

static void
ask (ParlorRecordTrack *self, char wish)
{
  /* Nobody there to be asked: the next read says so. */
  (void)!send (self->fd, &wish, 1, MSG_NOSIGNAL | MSG_DONTWAIT);
}

static const Format *
find_format (const ParlorRecordTrack *self, guint pt)
{
  for (guint i = 0; i < self->n_formats; i++)
    if (self->formats[i].pt == pt)
      return &self->formats[i];
  return NULL;
}

static gint64
file_us_of (const ParlorRecordTrack *self, guint32 timestamp)
{
  gint64 ticks = self->ticks + (gint32)(timestamp - self->last_timestamp);
  return ticks * G_USEC_PER_SEC / self->format->clock_hz;
}

static gboolean
is_key (const ParlorRecordTrack *self, const guint8 *packet, const ParlorRtpHeader *header)
{
  ParlorFrameInfo frame;
  if (!parlor_codec_is_video (self->format->codec))
    return TRUE;
  parlor_codec_inspect (self->format->codec, packet + header->payload_offset, header->payload_size,
                        header->marker, &frame);
  return frame.valid && frame.key_frame && frame.begins_frame;
}

/* A key frame is the place to end at; but an enciphered file must stay one that can be finished in
 * memory, also of a sender who makes no key frames. */
static gboolean
is_full (const ParlorRecordTrack *self, gboolean key, gint64 arrival_us)
{
  gint64 segment_us = self->vault_key != NULL ? PARLOR_SEGMENT_VAULT_US : PARLOR_SEGMENT_MAX_US;
  guint64 bytes = self->vault_key != NULL ? parlor_segment_bytes (self->segment) : 0;
  return bytes > PARLOR_SEGMENT_VAULT_BYTES
         || (key
             && (bytes > PARLOR_SEGMENT_VAULT_BYTES / 4 * 3
                 || arrival_us - self->began_us > segment_us));
}

/* FALSE: the packet is not to be written. */
static gboolean
prepare_segment (ParlorRecordTrack *self, const ParlorRtpHeader *header, gboolean key,
                 gint64 arrival_us, gint64 now_us)
{
  gboolean video = parlor_codec_is_video (self->format->codec);
  if (self->segment != NULL && is_full (self, key, arrival_us))
    end_segment (self, "full");
  if (self->segment != NULL && self->clock.has_arrival
      && ABS (file_us_of (self, header->timestamp) + parlor_track_clock_offset (&self->clock)
              - room_us_at (self, arrival_us))
             > STRAY_US)
    end_segment (self, "restarted");
  if (self->segment != NULL && parlor_segment_is_over (self->segment))
    end_segment (self, "restarted");
  if (self->segment == NULL && key && now_us >= self->retry_us)
    begin_segment (self, header, arrival_us, now_us);
  if (key && video)
    self->key_frame_us = now_us;
  return self->segment != NULL;
}

static void
write_packet (ParlorRecordTrack *self, GBytes *bytes, gboolean lost, gint64 arrival_us,
              gint64 now_us)
{
  ParlorRtpHeader header;
  gsize length;
  const guint8 *packet = g_bytes_get_data (bytes, &length);
  if (parlor_rtp_parse (packet, length, &header) != PARLOR_RTP_OK || header.payload_size == 0
      || !prepare_segment (self, &header, is_key (self, packet, &header), arrival_us, now_us))
    return;
  gint64 file_us = file_us_of (self, header.timestamp);
  self->ticks += (gint32)(header.timestamp - self->last_timestamp);
  self->last_timestamp = header.timestamp;
  parlor_track_clock_arrival (&self->clock, file_us, room_us_at (self, arrival_us));
  if (parlor_segment_push (self->segment, bytes, file_us, lost))
    {
      write_clock (self, file_us);
      if (self->is_troubled)
        self->host.trouble (NULL, self->host.user_data);
      self->is_troubled = FALSE;
    }
  else
    {
      get_into_trouble (self, trouble_name (errno), now_us);
      end_segment (self, "failed");
    }
}

/* What the disk took and could not keep. */
static void
look_at_sync (ParlorRecordTrack *self, gint64 now_us)
{
  int why = g_atomic_int_exchange (&self->sync_error, 0);
  if (why == 0)
    return;
  get_into_trouble (self, trouble_name (why), now_us);
  end_segment (self, "failed");
}

static void
write_ready (ParlorRecordTrack *self, gint64 now_us)
{
  GBytes *bytes;
  guint lost;
  gint64 arrival_us;
  while ((bytes = parlor_reorder_pop (self->reorder, now_us, &lost, &arrival_us)) != NULL)
    {
      write_packet (self, bytes, lost > 0, arrival_us, now_us);
      g_bytes_unref (bytes);
    }
}

static void
take_stream (ParlorRecordTrack *self, const ParlorRtpHeader *header, const Format *format,
             gint64 now_us)
{
  parlor_reorder_flush (self->reorder);
  write_ready (self, now_us);
  end_segment (self, "restarted");
  parlor_reorder_free (self->reorder);
  self->reorder = parlor_reorder_new ();
  self->ssrc = header->ssrc;
  self->format = format;
  if (!parlor_segment_can_write (format->codec))
    get_into_trouble (self, "unsupported_codec", now_us);
  ask (self, 'K');
}

static void
take_report (ParlorRecordTrack *self, const guint8 *report, gint64 now_us)
{
  if (self->segment == NULL || parlor_get_u32 (report + 4) != self->ssrc)
    return;
  gint64 local_us = (gint64)parlor_get_u64 (report + 8);
  parlor_track_clock_report (&self->clock, file_us_of (self, parlor_get_u32 (report + 16)),
                             room_us_at (self, local_us), room_us_at (self, now_us));
}

static gboolean
is_stamp (const guint8 *packet, gsize length)
{
  return length == STAMP_BYTES && packet[1] == STAMP_TYPE && memcmp (packet + 8, "ARRV", 4) == 0;
}

static void
take_packet (ParlorRecordTrack *self, const guint8 *packet, gsize length, gint64 now_us)
{
  ParlorRtpHeader header;
  if (is_stamp (packet, length))
    {
      self->stamp_us = (gint64)parlor_get_u64 (packet + 12);
      return;
    }
  gint64 arrival_us = self->stamp_us > 0 ? MIN (self->stamp_us, now_us) : now_us;
  self->stamp_us = 0;
  if (length == REPORT_BYTES && packet[1] == 200)
    {
      write_ready (self, now_us);
      take_report (self, packet, arrival_us);
      return;
    }
  const Format *format = parlor_rtp_parse (packet, length, &header) == PARLOR_RTP_OK
                             ? find_format (self, header.pt)
                             : NULL;
  if (format == NULL)
    return;
  if (self->format == NULL || header.ssrc != self->ssrc || format->codec != self->format->codec)
    take_stream (self, &header, format, now_us);
  if (parlor_segment_can_write (format->codec))
    parlor_reorder_push (self->reorder, header.seq, packet, length, arrival_us, now_us);
}

static void
take_frames (ParlorRecordTrack *self, gint64 now_us)
{
  gsize at = 0;
  while (self->used - at >= FRAME_HEADER_BYTES)
    {
      gsize length = parlor_get_u16 (self->bytes + at);
      if (self->used - at < FRAME_HEADER_BYTES + length)
        break;
      if (length >= PARLOR_RTP_FIXED_SIZE)
        take_packet (self, self->bytes + at + FRAME_HEADER_BYTES, length, now_us);
      at += FRAME_HEADER_BYTES + length;
    }
  self->used -= at;
  memmove (self->bytes, self->bytes + at, self->used);
}

/* ---- its thread ----------------------------------------------------------------------------- */

static void
want_key_frames (ParlorRecordTrack *self, gint64 now_us)
{
  gboolean video = self->format != NULL && parlor_codec_is_video (self->format->codec);
  gint64 interval_us = self->segment == NULL ? G_USEC_PER_SEC / 2 : PARLOR_KEY_FRAME_US;
  if (!video)
    return;
  if (self->segment != NULL && parlor_segment_take_key_frame_wish (self->segment))
    interval_us = 0;
  if (now_us - self->key_frame_us < interval_us)
    return;
  self->key_frame_us = now_us;
  ask (self, 'K');
}

/* FALSE: the other side has gone. */
static gboolean
read_some (ParlorRecordTrack *self, gint64 now_us)
{
  gint64 next_us = parlor_reorder_next_us (self->reorder);
  struct pollfd fd = {self->fd, POLLIN, 0};
  gint64 wait_ms = next_us == G_MAXINT64 ? 250 : CLAMP ((next_us - now_us) / 1000, 0, 250);
  if (poll (&fd, 1, (int)wait_ms) <= 0)
    return TRUE;
  ssize_t n = recv (self->fd, self->bytes + self->used, sizeof self->bytes - self->used,
                    MSG_DONTWAIT);
  if (n > 0)
    self->used += (gsize)n;
  return n > 0 || (n < 0 && (errno == EAGAIN || errno == EINTR));
}

static gpointer
track_thread (gpointer user_data)
{
  ParlorRecordTrack *self = user_data;
  gboolean goes_on = TRUE;
  ask (self, 'R');
  while (goes_on)
    {
      gint64 now_us = g_get_monotonic_time ();
      goes_on = read_some (self, now_us);
      now_us = g_get_monotonic_time ();
      look_at_sync (self, now_us);
      take_frames (self, now_us);
      write_ready (self, now_us);
      want_key_frames (self, now_us);
    }
  parlor_reorder_flush (self->reorder);
  write_ready (self, g_get_monotonic_time ());
  end_segment (self, "ended");
  g_atomic_int_set (&self->is_done, TRUE);
  return NULL;
}

static void
read_formats (ParlorRecordTrack *self, const char *codecs)
{
  g_auto (GStrv) list = g_strsplit (codecs, ",", MAX_CODECS);
  for (guint i = 0; list[i] != NULL && self->n_formats < MAX_CODECS; i++)
    {
      char *name = strchr (list[i], '='), *clock = name != NULL ? strchr (name, '/') : NULL;
      if (clock == NULL)
        continue;
      *name++ = *clock++ = '\0';
      Format format = {.pt = (guint)g_ascii_strtoull (list[i], NULL, 10),
                       .clock_hz = (guint)g_ascii_strtoull (clock, NULL, 10)};
      format.codec = parlor_codec_from_rtpmap (name, format.clock_hz,
                                               g_ascii_strcasecmp (name, "opus") == 0 ? 2 : 0);
      if (format.codec != PARLOR_CODEC_NONE && format.clock_hz > 0)
        self->formats[self->n_formats++] = format;
    }
}

ParlorRecordTrack *
parlor_record_track_new (const ParlorRecordTrackSpec *spec)
{
  ParlorRecordTrack *self = g_new0 (ParlorRecordTrack, 1);
  self->host = spec->host;
  self->folder = g_strdup (spec->folder);
  self->participant = g_strdup (spec->participant);
  self->source = g_strdup (spec->source);
  self->room_us = spec->room_ms * 1000;
  self->mono_us = spec->mono_us;
  self->fd = spec->fd;
  self->vault_key = spec->vault_key;
  self->reorder = parlor_reorder_new ();
  g_mutex_init (&self->lock);
  read_formats (self, spec->codecs);
  self->thread = g_thread_new ("track", track_thread, self);
  return self;
}

void
parlor_record_track_end (ParlorRecordTrack *self)
{
  shutdown (self->fd, SHUT_RDWR);
}

void
parlor_record_track_leave (ParlorRecordTrack *self)
{
  g_atomic_int_set (&self->is_leaving, TRUE);
  shutdown (self->fd, SHUT_RDWR);
}

gboolean
parlor_record_track_is_done (ParlorRecordTrack *self)
{
  return g_atomic_int_get (&self->is_done);
}

void
parlor_record_track_free (ParlorRecordTrack *self)
{
  if (self == NULL)
    return;
  parlor_record_track_end (self);
  g_thread_join (self->thread);
  parlor_reorder_free (self->reorder);
  g_mutex_clear (&self->lock);
  close (self->fd);
  g_free (self->folder);
  g_free (self->participant);
  g_free (self->source);
  g_free (self);
}

void
parlor_record_track_sync (ParlorRecordTrack *self)
{
  g_mutex_lock (&self->lock);
  int fd = self->segment != NULL ? dup (parlor_segment_fd (self->segment)) : -1;
  g_mutex_unlock (&self->lock);
  if (fd < 0)
    return;
  if (fdatasync (fd) < 0)
    g_atomic_int_set (&self->sync_error, errno);
  close (fd);
}
