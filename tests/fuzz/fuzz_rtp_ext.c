/* SPDX-License-Identifier: Apache-2.0 */
#include "proto/rtp/ext.h"

int LLVMFuzzerTestOneInput (const guint8 *data, gsize size);

static void
fill_maps (ParlorRtpExtMap *in, ParlorRtpExtMap *out, guint8 seed)
{
  for (guint ext = 1; ext < PARLOR_EXT_COUNT; ext++)
    {
      parlor_rtp_ext_map_set (in, (ParlorRtpExt)ext, ext < 15 ? ext : ext + 1);
      parlor_rtp_ext_map_set (out, (ParlorRtpExt)ext, (ext * 5u + seed) % 31);
    }
}

static void
check_written (const guint8 *header, const ParlorRtpExtLayout *layout, const ParlorRtpExtMap *map)
{
  ParlorRtpHeader h;
  ParlorRtpExtList list;
  g_assert_cmpuint (layout->header_size, <=, PARLOR_RTP_HEADER_MAX);
  g_assert_cmpint (parlor_rtp_parse (header, layout->header_size, &h), ==, PARLOR_RTP_OK);
  parlor_rtp_ext_parse (header, &h, map, &list);
  g_assert_false (list.malformed);
  g_assert_cmpuint (h.payload_offset, ==, layout->header_size);
  g_assert_cmpuint (list.found[PARLOR_EXT_RID], ==, 0);
}

/* Byte 0 chooses the receiver's ids, the rest is a packet: it is read, and written anew for the
 * receiver. */
int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  ParlorRtpExtMap in = {0}, out = {0};
  ParlorRtpHeader h;
  ParlorRtpExtList list;
  ParlorRtpExtLayout layout;
  guint8 header[PARLOR_RTP_HEADER_MAX], level;
  gboolean voice;
  char text[PARLOR_RTP_EXT_TEXT_SIZE];
  if (size < 1 || parlor_rtp_parse (data + 1, size - 1, &h) != PARLOR_RTP_OK)
    return 0;
  fill_maps (&in, &out, data[0]);
  parlor_rtp_ext_parse (data + 1, &h, &in, &list);
  parlor_rtp_ext_audio_level (data + 1, &list, &level, &voice);
  parlor_rtp_ext_text (data + 1, &list, PARLOR_EXT_MID, text);
  ParlorRtpExtOut what = {.ids = out.id_of, .mid = "audio0", .mid_size = 6};
  g_assert_true (parlor_rtp_ext_write (header, sizeof header, data + 1, &h, &list, &what, &layout));
  check_written (header, &layout, &out);
  return 0;
}
