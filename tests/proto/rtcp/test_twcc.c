/* SPDX-License-Identifier: Apache-2.0 */
#include "proto/rtcp/twcc.h"

#include <string.h>

#define SENDER 0x01020304
#define MEDIA 0x05060708

static ParlorRtcpPacket
first_packet (const guint8 *data, gsize size)
{
  ParlorRtcpReader reader;
  ParlorRtcpPacket packet = {0};

  g_assert_cmpint (parlor_rtcp_reader_init (&reader, data, size), ==, PARLOR_RTCP_OK);
  g_assert_true (parlor_rtcp_reader_next (&reader, &packet));
  g_assert_cmpint (packet.kind, ==, PARLOR_RTCP_TWCC);
  return packet;
}

/* --- Reading ------------------------------------------------------------------------------- */

/* Draft section 3.1: base 65533, reference 4 (256 ms), feedback 9; statuses and body by each test.
 */
static const guint8 head_bytes[20] = {0x8f, 205, 0,    0,    1, 2, 3, 4, 5, 6,
                                      7,    8,   0xff, 0xfd, 0, 0, 0, 0, 4, 9};

static void
test_vector (void)
{
  guint8 data[36] = {0};
  ParlorTwccFeedback feedback;
  ParlorTwccStatus statuses[16];
  /* run of 2 small; 14 one-bit symbols 0,1; two-bit vector lost large small */
  static const guint8 body[] = {0x20, 0x02, 0xa0, 0x00, 0xc9, 0x00, 4, 8, 12, 0xff, 0xf8, 16};

  memcpy (data, head_bytes, 20);
  data[15] = 2 + 14 + 3; /* statuses */
  memcpy (data + 20, body, sizeof body);
  data[3] = 32 / 4 - 1;
  ParlorRtcpPacket packet = first_packet (data, 32);
  ParlorTwccStatus many[32];
  g_assert_cmpint (parlor_twcc_parse (&packet, &feedback, statuses, 16), ==,
                   PARLOR_RTCP_ERROR_FORMAT); /* more than the room */
  g_assert_cmpint (parlor_twcc_parse (&packet, &feedback, many, 32), ==, PARLOR_RTCP_OK);
  g_assert_cmphex (feedback.sender_ssrc, ==, SENDER);
  g_assert_cmphex (feedback.media_ssrc, ==, MEDIA);
  g_assert_cmpuint (feedback.base_seq, ==, 65533);
  g_assert_cmpuint (feedback.n_statuses, ==, 19);
  g_assert_cmpuint (feedback.feedback_count, ==, 9);
  g_assert_cmpint (feedback.reference_us, ==, 256000);
  g_assert_cmpuint (many[0].seq, ==, 65533);
  g_assert_cmpint (many[0].arrival_us, ==, 256000 + 1000);
  g_assert_cmpint (many[1].arrival_us, ==, 256000 + 3000);
  g_assert_cmpuint (many[2].seq, ==, 65535); /* first of the one-bit vector: 1 (0xa000 = 10 1…) */
  g_assert_true (many[2].received);
  g_assert_cmpint (many[2].arrival_us, ==, 256000 + 6000);
  for (guint i = 3; i < 16; i++)
    g_assert_false (many[i].received);
  g_assert_cmpuint (many[3].seq, ==, 0);
  g_assert_false (many[16].received);
  g_assert_true (many[17].received); /* large: -8 ticks */
  g_assert_cmpint (many[17].arrival_us, ==, 256000 + 4000);
  g_assert_cmpint (many[18].arrival_us, ==, 256000 + 8000);
}

static void
test_refusals (void)
{
  guint8 data[24] = {0};
  ParlorTwccFeedback feedback;
  ParlorTwccStatus *statuses = g_new0 (ParlorTwccStatus, 65536);
  static const struct
  {
    guint16 n_statuses;
    guint16 chunk;
  } cases[] = {
      {0, 0x2001},     /* no status */
      {3, 0x2003},     /* deltas run out: two bytes are left */
      {2, 0x2001},     /* chunks run out: the rest reads as one more chunk and no delta */
      {1, 0x6001},     /* a run of the reserved symbol */
      {65535, 0x1fff}, /* more than anybody reports */
  };

  memcpy (data, head_bytes, 20);
  data[3] = sizeof data / 4 - 1;
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      data[14] = (guint8)(cases[i].n_statuses >> 8);
      data[15] = (guint8)cases[i].n_statuses;
      data[20] = (guint8)(cases[i].chunk >> 8);
      data[21] = (guint8)cases[i].chunk;
      data[22] = 0x20;
      data[23] = 0x01;
      ParlorRtcpPacket packet = first_packet (data, sizeof data);
      g_assert_cmpint (parlor_twcc_parse (&packet, &feedback, statuses, 65536), ==,
                       PARLOR_RTCP_ERROR_FORMAT);
    }
  g_free (statuses);
}

/* --- Round trips ---------------------------------------------------------------------------- */

typedef struct
{
  ParlorTwccReceiver *receiver;
  gint64 sent_us[65536]; /* arrival by sequence number; -1: lost */
  gint64 told_us[65536]; /* what feedback said; -1: lost, -2: nothing */
  guint n_packets;       /* of feedback */
  guint n_bytes;
  guint8 next_count;
} Bench;

static Bench *
bench_new (void)
{
  Bench *bench = g_new0 (Bench, 1);

  bench->receiver = parlor_twcc_receiver_new ();
  for (guint i = 0; i < 65536; i++)
    {
      bench->sent_us[i] = -1;
      bench->told_us[i] = -2;
    }
  return bench;
}

static void
bench_free (Bench *bench)
{
  parlor_twcc_receiver_free (bench->receiver);
  g_free (bench);
}

static void
bench_push (Bench *bench, guint16 seq, gint64 now_us)
{
  bench->sent_us[seq] = now_us;
  parlor_twcc_receiver_push (bench->receiver, seq, now_us);
}

static void
bench_poll (Bench *bench, gint64 now_us, gsize room)
{
  guint8 out[8192];
  gsize size = parlor_twcc_receiver_poll (bench->receiver, now_us, SENDER, MEDIA, out, room);
  ParlorRtcpReader reader;
  ParlorRtcpPacket packet;

  if (size == 0)
    return;
  g_assert_cmpint (parlor_rtcp_reader_init (&reader, out, size), ==, PARLOR_RTCP_OK);
  while (parlor_rtcp_reader_next (&reader, &packet))
    {
      static ParlorTwccStatus statuses[PARLOR_TWCC_MAX_STATUSES];
      ParlorTwccFeedback feedback;

      g_assert_cmpuint (packet.body_size + 4, <=, 1100);
      g_assert_cmpint (parlor_twcc_parse (&packet, &feedback, statuses, G_N_ELEMENTS (statuses)),
                       ==, PARLOR_RTCP_OK);
      g_assert_cmphex (feedback.sender_ssrc, ==, SENDER);
      g_assert_cmphex (feedback.media_ssrc, ==, MEDIA);
      g_assert_cmpuint (feedback.feedback_count, ==, bench->next_count++);
      for (guint i = 0; i < feedback.n_statuses; i++)
        bench->told_us[statuses[i].seq] = statuses[i].received ? statuses[i].arrival_us : -1;
      bench->n_packets++;
    }
  bench->n_bytes += (guint)size;
}

/* Everything pushed was told, to a tick of 250 us. */
static void
bench_check (Bench *bench)
{
  for (guint i = 0; i < 65536; i++)
    if (bench->sent_us[i] >= 0)
      {
        gint64 sent = bench->sent_us[i] % PARLOR_TWCC_REFERENCE_PERIOD_US;

        g_assert_cmpint (bench->told_us[i], <=, sent);
        g_assert_cmpint (bench->told_us[i], >, sent - 250);
      }
    else
      g_assert_cmpint (bench->told_us[i], <, 0);
}

static void
test_steady_stream (void)
{
  Bench *bench = bench_new ();
  gint64 now_us = 10 * G_USEC_PER_SEC;

  for (guint i = 0; i < 3000; i++, now_us += 1000)
    {
      bench_push (bench, (guint16)(64000 + i), now_us);
      bench_poll (bench, now_us, 4096);
    }
  bench_poll (bench, now_us + PARLOR_TWCC_INTERVAL_US, 4096);
  bench_check (bench);
  g_assert_cmpuint (bench->n_packets, >=, 57); /* 3 s by 51 ms */
  g_assert_cmpuint (bench->n_packets, <=, 61);
  bench_free (bench);
}

static void
test_interval (void)
{
  ParlorTwccReceiver *receiver = parlor_twcc_receiver_new ();
  guint8 out[256];

  g_assert_cmpint (parlor_twcc_receiver_next_us (receiver), ==, G_MAXINT64);
  g_assert_cmpuint (parlor_twcc_receiver_waiting (receiver), ==, 0);
  parlor_twcc_receiver_push (receiver, 1, 1000);
  g_assert_cmpuint (parlor_twcc_receiver_waiting (receiver), ==, 1);
  parlor_twcc_receiver_push (receiver, 4, 2000);
  g_assert_cmpuint (parlor_twcc_receiver_waiting (receiver), ==, 4);
  g_assert_cmpint (parlor_twcc_receiver_next_us (receiver), ==, 1000 + PARLOR_TWCC_INTERVAL_US);
  g_assert_cmpuint (parlor_twcc_receiver_poll (receiver, PARLOR_TWCC_INTERVAL_US, 1, 2, out, 256),
                    ==, 0);
  g_assert_cmpuint (
      parlor_twcc_receiver_poll (receiver, 1000 + PARLOR_TWCC_INTERVAL_US, 1, 2, out, 256), >, 0);
  g_assert_cmpint (parlor_twcc_receiver_next_us (receiver), ==, G_MAXINT64);
  g_assert_cmpuint (parlor_twcc_receiver_waiting (receiver), ==, 0);
  parlor_twcc_receiver_push (receiver, 4, 90000); /* a duplicate has nothing to tell */
  g_assert_cmpint (parlor_twcc_receiver_next_us (receiver), ==, G_MAXINT64);
  parlor_twcc_receiver_free (receiver);
}

/* A late packet is told although its number had been reported as lost. */
static void
test_reordered (void)
{
  Bench *bench = bench_new ();

  bench_push (bench, 10, 1000);
  bench_push (bench, 12, 2000);
  bench_poll (bench, 60000, 4096);
  g_assert_cmpint (bench->told_us[11], ==, -1);
  bench_push (bench, 11, 70000);
  bench_poll (bench, 130000, 4096);
  bench_check (bench);
  bench_free (bench);
}

static void
test_random_loss_and_jitter (void)
{
  GRand *rand = g_rand_new_with_seed (2);

  for (guint round = 0; round < 30; round++)
    {
      Bench *bench = bench_new ();
      gint64 now_us = (gint64)g_rand_int (rand) * 1000;
      guint16 seq = (guint16)g_rand_int (rand);
      gint loss = g_rand_int_range (rand, 0, 90);
      gint pause = 1 << g_rand_int_range (rand, 5, 17);

      for (guint i = 0; i < 2000; i++)
        {
          now_us += g_rand_int_range (rand, 0, pause);
          if (g_rand_int_range (rand, 0, 100) >= loss)
            bench_push (bench, (guint16)(seq + i), now_us);
          if (i % 8 == 0)
            bench_poll (bench, now_us, (gsize)g_rand_int_range (rand, 40, 3000));
        }
      for (guint i = 0; i < 200; i++)
        bench_poll (bench, now_us + PARLOR_TWCC_INTERVAL_US, 4096);
      bench_check (bench);
      bench_free (bench);
    }
  g_rand_free (rand);
}

/* A pause of more than a delta can say (8.19 s) begins a packet with a reference time of its own.
 */
static void
test_long_pause (void)
{
  Bench *bench = bench_new ();

  bench_push (bench, 1, 1000);
  bench_push (bench, 2, 9 * G_USEC_PER_SEC);
  bench_poll (bench, 10 * G_USEC_PER_SEC, 4096);
  bench_check (bench);
  g_assert_cmpuint (bench->n_packets, ==, 2);
  bench_free (bench);
}

static void
test_burst_hurries (void)
{
  Bench *bench = bench_new ();

  for (guint i = 0; i < 1100; i++)
    bench_push (bench, (guint16)i, 1000 + i);
  g_assert_cmpint (parlor_twcc_receiver_next_us (bench->receiver), <=, 2100);
  bench_poll (bench, 2100, 8192);
  bench_check (bench);
  g_assert_cmpuint (bench->n_packets, >=, 2); /* 1,100 deltas are more than one packet */
  bench_free (bench);
}

/* Small ones in a row cost one chunk: 10 packets = 20 + 2 + 10 bytes. */
static void
test_run_length (void)
{
  Bench *bench = bench_new ();

  for (guint i = 0; i < 10; i++)
    bench_push (bench, (guint16)i, 64000 + i * 1000);
  bench_poll (bench, G_USEC_PER_SEC, 4096);
  bench_check (bench);
  g_assert_cmpuint (bench->n_bytes, ==, 32);
  bench_free (bench);
}

/* A stranger's numbers: no jump makes more than a packet or two, and the window begins anew. */
static void
test_jumps (void)
{
  Bench *bench = bench_new ();
  static const guint16 seqs[] = {0, 30000, 60000, 100, 32867, 65000, 33, 40000};

  for (guint i = 0; i < G_N_ELEMENTS (seqs); i++)
    {
      bench_push (bench, seqs[i], 1000 + i);
      bench_poll (bench, (i + 1) * G_USEC_PER_SEC, 4096);
      g_assert_cmpint (bench->told_us[seqs[i]], >=, 0);
    }
  g_assert_cmpuint (bench->n_packets, ==, G_N_ELEMENTS (seqs));
  bench_free (bench);
}

/* A gap of nearly a window is not spelled out status by status. */
static void
test_gap (void)
{
  Bench *bench = bench_new ();

  bench_push (bench, 0, 1000);
  bench_poll (bench, G_USEC_PER_SEC, 4096);
  bench_push (bench, 4000, 2 * G_USEC_PER_SEC);
  bench_poll (bench, 3 * G_USEC_PER_SEC, 4096);
  bench_check (bench);
  g_assert_cmpuint (bench->n_bytes, <, 100);
  bench_free (bench);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/proto/rtcp/twcc/chunks-and-deltas-are-read-bit-by-bit", test_vector);
  g_test_add_func ("/proto/rtcp/twcc/feedback-that-contradicts-itself-is-refused", test_refusals);
  g_test_add_func ("/proto/rtcp/twcc/steady-stream-is-told-every-50-ms-over-the-wrap",
                   test_steady_stream);
  g_test_add_func ("/proto/rtcp/twcc/first-arrival-sets-the-deadline", test_interval);
  g_test_add_func ("/proto/rtcp/twcc/late-packet-is-told-after-all", test_reordered);
  g_test_add_func ("/proto/rtcp/twcc/random-loss-and-jitter-come-back",
                   test_random_loss_and_jitter);
  g_test_add_func ("/proto/rtcp/twcc/long-pause-begins-a-new-packet", test_long_pause);
  g_test_add_func ("/proto/rtcp/twcc/burst-is-told-early-in-several-packets", test_burst_hurries);
  g_test_add_func ("/proto/rtcp/twcc/run-costs-one-chunk", test_run_length);
  g_test_add_func ("/proto/rtcp/twcc/jump-of-numbers-begins-anew", test_jumps);
  g_test_add_func ("/proto/rtcp/twcc/gap-is-bounded", test_gap);
  return g_test_run ();
}
