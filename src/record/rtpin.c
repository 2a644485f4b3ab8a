/* SPDX-License-Identifier: Apache-2.0 */
#include "record/rtpin.h"

#include "proto/rtp/header.h"
#include "proto/rtp/red.h"

#include <string.h>

#define MAX_FORMATS 32

void
parlor_rtp_formats_read (ParlorRtpFormats *self, const char *text)
{
  g_auto (GStrv) list = g_strsplit (text, ",", MAX_FORMATS);
  for (guint i = 0; list[i] != NULL; i++)
    {
      char *end;
      guint64 pt = g_ascii_strtoull (list[i], &end, 10);
      if (*end != '=' || pt > 127)
        continue;
      g_auto (GStrv) words = g_strsplit (end + 1, "/", 3);
      guint32 clock_hz = words[0] != NULL && words[1] != NULL
                             ? (guint32)g_ascii_strtoull (words[1], NULL, 10)
                             : 0;
      ParlorCodec codec = parlor_codec_from_rtpmap (words[0], clock_hz, 0);
      /* Channels are not said: sound has two. */
      self->of[pt] = codec != PARLOR_CODEC_NONE ? codec
                                                : parlor_codec_from_rtpmap (words[0], clock_hz, 2);
    }
}

guint8
parlor_rtp_formats_find (const ParlorRtpFormats *self, ParlorCodec codec)
{
  for (guint8 pt = 0; pt < 128; pt++)
    if (self->of[pt] == codec)
      return pt;
  return 0;
}

gsize
parlor_rtp_unwrap_red (guint8 *packet, gsize length, guint8 pt)
{
  ParlorRtpHeader header;
  ParlorRed red;
  guint8 inner;
  gsize size;
  if (parlor_rtp_parse (packet, length, &header) != PARLOR_RTP_OK
      || !parlor_red_parse (packet + header.payload_offset, header.payload_size, &red))
    return 0;
  const guint8 *primary = parlor_red_primary (packet + header.payload_offset, &red, &size, &inner);
  memmove (packet + header.payload_offset, primary, size);
  parlor_rtp_set_pt (packet, pt);
  packet[0] &= (guint8)~0x20; /* the padding stays behind */
  return header.payload_offset + size;
}
