/* SPDX-License-Identifier: Apache-2.0 */
#include "proto/rtcp/packet.h"

int LLVMFuzzerTestOneInput (const guint8 *data, gsize size);

static void
check_reports (const ParlorRtcpPacket *packet)
{
  ParlorRtcpSenderInfo info;
  ParlorRtcpReports reports, again;
  ParlorRtcpReader reader;
  ParlorRtcpPacket built;
  guint8 out[1024];

  if (parlor_rtcp_parse_sr (packet, &info, &reports))
    {
      gsize size = parlor_rtcp_build_sr (out, sizeof out, &info, reports.blocks, reports.n_blocks);

      g_assert_cmpint (parlor_rtcp_reader_init (&reader, out, size), ==, PARLOR_RTCP_OK);
      g_assert_true (parlor_rtcp_reader_next (&reader, &built));
      g_assert_true (parlor_rtcp_parse_sr (&built, &info, &again));
      g_assert_cmpuint (again.n_blocks, ==, reports.n_blocks);
    }
  if (parlor_rtcp_parse_rr (packet, &reports))
    g_assert_cmpuint (reports.n_blocks, ==, packet->count);
}

static void
check_names (const ParlorRtcpPacket *packet)
{
  char cname[PARLOR_RTCP_MAX_CNAME_BYTES + 1];
  guint32 ssrc;
  guint8 out[512];

  if (parlor_rtcp_parse_sdes_cname (packet, 0, &ssrc, cname, sizeof cname))
    g_assert_cmpuint (parlor_rtcp_build_sdes (out, sizeof out, ssrc, cname), >, 0);
  parlor_rtcp_parse_sdes_cname (packet, 0x01020304, NULL, cname, 8);
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  ParlorRtcpReader reader;
  ParlorRtcpPacket packet;
  ParlorRtcpReason reason = parlor_rtcp_reader_init (&reader, data, size);

  while (parlor_rtcp_reader_next (&reader, &packet))
    {
      g_assert_cmpint (reason, ==, PARLOR_RTCP_OK);
      check_reports (&packet);
      check_names (&packet);
    }
  g_assert_true (reason != PARLOR_RTCP_OK || reader.offset == size);
  return 0;
}
