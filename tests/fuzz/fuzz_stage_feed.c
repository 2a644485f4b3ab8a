/* SPDX-License-Identifier: Apache-2.0 */
/* What comes over a tap's socket into a process with codecs. The input: chunks of a size (2 bytes)
 * and a step of time in ms (1 byte), as many as there are; each is read by itself. */
#include "base/bytes.h"
#include "proto/rtp/header.h"
#include "stage/feed.h"

#include <sys/socket.h>
#include <unistd.h>

#define CHUNK_HEAD 3
#define CHUNK_MAX 65536

int LLVMFuzzerTestOneInput (const guint8 *data, gsize size);

static void
on_packet (guint8 *packet, gsize length, ParlorCodec codec, gint64 time_ns, gboolean lost,
           gpointer user_data)
{
  ParlorRtpHeader header;
  g_assert_cmpint (parlor_rtp_parse (packet, length, &header), ==, PARLOR_RTP_OK);
  g_assert_cmpint (codec, !=, PARLOR_CODEC_NONE);
  g_assert_cmpint (codec, !=, PARLOR_CODEC_RED_OPUS);
  g_assert_cmpint (time_ns, >=, 0);
  packet[length - 1] ^= 1; /* it may be changed */
}

static void
on_report (gint64 local_us, gint64 time_ns, gpointer user_data)
{
}

/* All that the feed asks, so that it never waits for room. */
static void
drain (int fd)
{
  char letters[256];
  while (recv (fd, letters, sizeof letters, MSG_DONTWAIT) > 0)
    ;
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  int fds[2];
  ParlorRtpFormats formats;
  ParlorStageFeedOps ops = {on_packet, on_report, NULL};
  gint64 now_us = G_USEC_PER_SEC;
  if (socketpair (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds) < 0)
    return 0;
  parlor_rtp_formats_read (&formats, "0=PCMU/8000,9=G722/8000,96=VP8/90000,98=VP9/90000,"
                                     "102=H264/90000,111=opus/48000/2,63=red/48000/2");
  ParlorStageFeed *feed = parlor_stage_feed_new (fds[0], &formats, &ops);
  while (size >= CHUNK_HEAD)
    {
      gsize chunk = MIN (MIN (parlor_get_u16 (data), size - CHUNK_HEAD), CHUNK_MAX);
      now_us += data[2] * 1000;
      (void)!send (fds[1], data + CHUNK_HEAD, chunk, MSG_NOSIGNAL | MSG_DONTWAIT);
      data += CHUNK_HEAD + chunk;
      size -= CHUNK_HEAD + chunk;
      parlor_stage_feed_read (feed, now_us);
      drain (fds[1]);
    }
  gint64 due_us = parlor_stage_feed_next_us (feed);
  close (fds[1]);
  parlor_stage_feed_read (feed, due_us < G_MAXINT64 ? due_us : now_us);
  parlor_stage_feed_free (feed);
  close (fds[0]);
  return 0;
}
