/* SPDX-License-Identifier: Apache-2.0 */
/* A sequence of arrivals and polls, four bytes each; what is told must be what arrived. */
#include "base/bytes.h"
#include "proto/rtcp/twcc.h"

int LLVMFuzzerTestOneInput (const guint8 *data, gsize size);

static gint64 arrivals[65536];

static void
check_feedback (const guint8 *data, gsize size)
{
  static ParlorTwccStatus statuses[PARLOR_TWCC_MAX_STATUSES];
  ParlorTwccFeedback feedback;
  ParlorRtcpReader reader;
  ParlorRtcpPacket packet;

  g_assert_cmpint (parlor_rtcp_reader_init (&reader, data, size), ==, PARLOR_RTCP_OK);
  while (parlor_rtcp_reader_next (&reader, &packet))
    {
      g_assert_cmpint (parlor_twcc_parse (&packet, &feedback, statuses, G_N_ELEMENTS (statuses)),
                       ==, PARLOR_RTCP_OK);
      g_assert_true (statuses[feedback.n_statuses - 1].received);
      for (guint i = 0; i < feedback.n_statuses; i++)
        if (statuses[i].received)
          g_assert_cmpint (arrivals[statuses[i].seq], >, 0);
    }
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  g_autoptr (ParlorTwccReceiver) receiver = parlor_twcc_receiver_new ();
  gint64 now_us = 1000, due_us;
  guint8 out[4096];

  for (guint i = 0; i < G_N_ELEMENTS (arrivals); i++)
    arrivals[i] = 0;
  for (; size >= 4; data += 4, size -= 4)
    {
      guint16 seq = parlor_get_u16 (data);

      now_us += (gint64)(data[2] & 0x7f) << (data[3] & 0x1f);
      if (data[2] & 0x80)
        {
          gsize written = parlor_twcc_receiver_poll (receiver, now_us, 1, 2, out,
                                                     MIN ((gsize)seq, sizeof out));

          if (written > 0)
            check_feedback (out, written);
        }
      else
        {
          parlor_twcc_receiver_push (receiver, seq, now_us);
          arrivals[seq] = now_us;
          due_us = parlor_twcc_receiver_next_us (receiver);
          g_assert_true (due_us == G_MAXINT64 || due_us <= now_us + PARLOR_TWCC_INTERVAL_US);
        }
    }
  return 0;
}
