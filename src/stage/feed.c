/* SPDX-License-Identifier: Apache-2.0 */
#include "stage/feed.h"

#include "base/bytes.h"
#include "proto/rtp/header.h"
#include "record/reorder.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>

#define BUFFER_BYTES 131072
#define FRAME_HEADER_BYTES 2
#define KEY_FRAME_US (G_USEC_PER_SEC / 2)
/* A sender report as taps give it (plugins/router/router.h, PARLOR_TAP_REPORT_BYTES). */
#define REPORT_BYTES 28
#define REPORT_TYPE 200
#define PACKET_MAX 2048
/* Before the first packet: B-frames and reports may lie there. */
#define LEAD_S 10
/* A timestamp that jumps further begins a new line. */
#define JUMP_S 10

struct _ParlorStageFeed
{
  int fd; /* borrowed */
  ParlorRtpFormats formats;
  ParlorStageFeedOps ops;
  ParlorReorder *order;
  guint8 bytes[BUFFER_BYTES];
  gsize used;

  gboolean has_stream;
  guint32 ssrc, raw; /* of the newest packet */
  ParlorCodec codec; /* likewise */
  guint32 hz;
  gint64 time; /* of it on our line, in units of its clock */
  gint64 arrival_us;
  gint64 asked_us;
};

ParlorStageFeed *
parlor_stage_feed_new (int fd, const ParlorRtpFormats *formats, const ParlorStageFeedOps *ops)
{
  ParlorStageFeed *self = g_new0 (ParlorStageFeed, 1);
  self->fd = fd;
  self->formats = *formats;
  self->ops = *ops;
  self->order = parlor_reorder_new ();
  (void)!send (fd, "R", 1, MSG_NOSIGNAL | MSG_DONTWAIT);
  return self;
}

void
parlor_stage_feed_free (ParlorStageFeed *self)
{
  if (self == NULL)
    return;
  parlor_reorder_free (self->order);
  g_free (self);
}

int
parlor_stage_feed_fd (const ParlorStageFeed *self)
{
  return self->fd;
}

gint64
parlor_stage_feed_next_us (const ParlorStageFeed *self)
{
  return parlor_reorder_next_us (self->order);
}

void
parlor_stage_feed_want_key_frame (ParlorStageFeed *self, gint64 now_us)
{
  if (self->asked_us != 0 && now_us - self->asked_us < KEY_FRAME_US)
    return;
  self->asked_us = now_us;
  (void)!send (self->fd, "K", 1, MSG_NOSIGNAL | MSG_DONTWAIT); /* its end shows when it is read */
}

/* ---- in order ------------------------------------------------------------------------------- */

static gint64
nanoseconds (const ParlorStageFeed *self, gint64 time)
{
  return (gint64)((gdouble)time * 1e9 / self->hz);
}

/* Where this timestamp lies on our line. */
static gint64
place (ParlorStageFeed *self, guint32 raw, gint64 arrival_us)
{
  gint32 step = (gint32)(raw - self->raw);
  if (ABS ((gint64)step) > (gint64)JUMP_S * self->hz)
    return self->time + MAX (1, (arrival_us - self->arrival_us) * self->hz / G_USEC_PER_SEC);
  return self->time + step;
}

static void
give (ParlorStageFeed *self, GBytes *bytes, gboolean lost, gint64 arrival_us)
{
  gsize length;
  ParlorRtpHeader header;
  guint8 packet[PACKET_MAX];
  const guint8 *data = g_bytes_get_data (bytes, &length);
  if (length > sizeof packet || parlor_rtp_parse (data, length, &header) != PARLOR_RTP_OK)
    return;
  memcpy (packet, data, length);
  self->time = place (self, header.timestamp, arrival_us);
  self->raw = header.timestamp;
  self->arrival_us = arrival_us;
  self->ops.packet (packet, length, self->codec, MAX (0, nanoseconds (self, self->time)), lost,
                    self->ops.user_data);
}

static void
give_ready (ParlorStageFeed *self, gint64 now_us)
{
  GBytes *bytes;
  guint lost;
  gint64 arrival_us;
  while ((bytes = parlor_reorder_pop (self->order, now_us, &lost, &arrival_us)) != NULL)
    {
      give (self, bytes, lost > 0, arrival_us);
      g_bytes_unref (bytes);
    }
}

/* Another stream of the same publisher goes on where the last one was. */
static void
begin_stream (ParlorStageFeed *self, const ParlorRtpHeader *header, ParlorCodec codec,
              gint64 now_us)
{
  guint32 hz = parlor_codec_info (codec)->clock_hz;
  parlor_reorder_flush (self->order);
  give_ready (self, now_us);
  if (!self->has_stream || hz != self->hz)
    self->time = (gint64)LEAD_S * hz;
  else
    self->time += MAX (1, (now_us - self->arrival_us) * hz / G_USEC_PER_SEC);
  self->has_stream = TRUE;
  self->hz = hz;
  self->codec = codec;
  self->ssrc = header->ssrc;
  self->raw = header->timestamp;
  self->arrival_us = now_us;
  parlor_reorder_free (self->order);
  self->order = parlor_reorder_new ();
  if (parlor_codec_is_video (codec))
    parlor_stage_feed_want_key_frame (self, now_us);
}

/* ---- from the socket ------------------------------------------------------------------------ */

static void
take_report (ParlorStageFeed *self, const guint8 *report, gint64 now_us)
{
  if (!self->has_stream || parlor_get_u32 (report + 4) != self->ssrc || self->ops.report == NULL)
    return;
  gint64 time = place (self, parlor_get_u32 (report + 16), now_us);
  self->ops.report ((gint64)parlor_get_u64 (report + 8), nanoseconds (self, time),
                    self->ops.user_data);
}

static void
take_packet (ParlorStageFeed *self, guint8 *packet, gsize length, gint64 now_us)
{
  ParlorRtpHeader header;
  if (length == REPORT_BYTES && packet[1] == REPORT_TYPE)
    {
      take_report (self, packet, now_us);
      return;
    }
  if (length < PARLOR_RTP_FIXED_SIZE || packet[0] >> 6 != 2)
    return;
  ParlorCodec codec = self->formats.of[parlor_rtp_pt (packet)];
  if (codec == PARLOR_CODEC_RED_OPUS)
    {
      length = parlor_rtp_unwrap_red (packet, length,
                                      parlor_rtp_formats_find (&self->formats, PARLOR_CODEC_OPUS));
      codec = PARLOR_CODEC_OPUS;
    }
  if (codec == PARLOR_CODEC_NONE || parlor_rtp_parse (packet, length, &header) != PARLOR_RTP_OK)
    return;
  if (!self->has_stream || header.ssrc != self->ssrc || codec != self->codec)
    begin_stream (self, &header, codec, now_us);
  parlor_reorder_push (self->order, header.seq, packet, length, now_us, now_us);
}

static void
take_frames (ParlorStageFeed *self, gint64 now_us)
{
  gsize at = 0;
  while (self->used - at >= FRAME_HEADER_BYTES)
    {
      gsize length = parlor_get_u16 (self->bytes + at);
      if (self->used - at < FRAME_HEADER_BYTES + length)
        break;
      take_packet (self, self->bytes + at + FRAME_HEADER_BYTES, length, now_us);
      at += FRAME_HEADER_BYTES + length;
    }
  self->used -= at;
  memmove (self->bytes, self->bytes + at, self->used);
}

gboolean
parlor_stage_feed_read (ParlorStageFeed *self, gint64 now_us)
{
  ssize_t n = recv (self->fd, self->bytes + self->used, sizeof self->bytes - self->used,
                    MSG_DONTWAIT);
  if (n > 0)
    self->used += (gsize)n;
  take_frames (self, now_us);
  give_ready (self, now_us);
  return n > 0 || (n < 0 && (errno == EAGAIN || errno == EINTR));
}
