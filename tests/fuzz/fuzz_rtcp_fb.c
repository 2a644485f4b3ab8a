/* SPDX-License-Identifier: Apache-2.0 */
#include "proto/rtcp/packet.h"
#include "proto/rtcp/twcc.h"

int LLVMFuzzerTestOneInput (const guint8 *data, gsize size);

static void
check_nack (const ParlorRtcpPacket *packet)
{
  guint16 seqs[PARLOR_RTCP_MAX_NACK_SEQS];
  guint32 sender, media;
  guint8 out[PARLOR_RTCP_MAX_NACK_SEQS * 4 + 16];
  guint n_packed;
  gint n = parlor_rtcp_parse_nack (packet, &sender, &media, seqs, G_N_ELEMENTS (seqs));

  if (n <= 0)
    return;
  parlor_rtcp_build_nack (out, sizeof out, sender, media, seqs, (guint)n, &n_packed);
  g_assert_cmpint (n_packed, ==, n);
}

static void
check_payload_feedback (const ParlorRtcpPacket *packet)
{
  ParlorRtcpFirEntry entries[PARLOR_RTCP_MAX_FIR_ENTRIES];
  ParlorRtcpRemb remb;
  guint32 sender, media;
  guint8 out[512];
  gint n = parlor_rtcp_parse_fir (packet, &sender, entries, G_N_ELEMENTS (entries));

  g_assert_cmpint (n, <=, PARLOR_RTCP_MAX_FIR_ENTRIES);
  if (n > 0)
    g_assert_cmpuint (parlor_rtcp_build_fir (out, sizeof out, sender, entries, (guint)n), >, 0);
  if (parlor_rtcp_parse_remb (packet, &remb))
    g_assert_cmpuint (parlor_rtcp_build_remb (out, sizeof out, &remb), >, 0);
  if (parlor_rtcp_parse_pli (packet, &sender, &media))
    g_assert_cmpint (packet->kind, ==, PARLOR_RTCP_PLI);
}

static void
check_twcc (const ParlorRtcpPacket *packet)
{
  static ParlorTwccStatus statuses[PARLOR_TWCC_MAX_STATUSES];
  ParlorTwccFeedback feedback;

  if (parlor_twcc_parse (packet, &feedback, statuses, G_N_ELEMENTS (statuses)) != PARLOR_RTCP_OK)
    return;
  g_assert_cmpuint (feedback.n_statuses, >, 0);
  for (guint i = 0; i < feedback.n_statuses; i++)
    {
      g_assert_cmpuint (statuses[i].seq, ==, (guint16)(feedback.base_seq + i));
      g_assert_true (statuses[i].received || statuses[i].arrival_us == 0);
    }
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  ParlorRtcpReader reader;
  ParlorRtcpPacket packet;

  parlor_rtcp_reader_init (&reader, data, size);
  while (parlor_rtcp_reader_next (&reader, &packet))
    {
      check_nack (&packet);
      check_payload_feedback (&packet);
      check_twcc (&packet);
    }
  return 0;
}
