/* SPDX-License-Identifier: Apache-2.0 */
/* RFC 7675: whoever has vanished is sent nothing more, and whoever is there loses nothing by a bad
 * line. */
#include "routerbench.h"

#define ROOM 7
#define MS 1000
#define SECOND (1000 * MS)

/* Nothing comes from the receiver any more, while the publisher goes on: when the last byte to the
   one who has gone leaves. */
static void
test_last_byte (void)
{
  BenchPeer *publisher, *receiver;
  g_autoptr (Bench) bench = bench_new_pair (&publisher, &receiver, 5001);
  BenchCamera camera = {.ssrc = 1000, .bps = 300000, .height = 360, .n_temporal = 1, .picture = 1};
  gint64 vanished_us, last_us = 0;
  gsize bytes = 0;

  for (guint i = 0; i < 100; i++)
    {
      bench_film (publisher, &camera);
      bench_run (bench, 33 * MS);
    }
  g_assert_cmpuint (receiver->bytes_in, >, 100000);
  vanished_us = bench->now_us;
  receiver->mute = TRUE;
  while (bench->now_us - vanished_us < 45 * SECOND)
    {
      bench_film (publisher, &camera);
      bench_run (bench, 33 * MS);
      if (receiver->bytes_in != bytes)
        last_us = bench->now_us;
      bytes = receiver->bytes_in;
    }
  g_assert_cmpint (last_us - vanished_us, >, 20 * SECOND); /* a short silence costs nothing */
  g_assert_cmpint (last_us - vanished_us, <=, 31 * SECOND);
  g_assert_nonnull (bench_event (bench, PARLOR_ROUTER_FAILED, receiver->id));
  g_assert_null (bench_event (bench, PARLOR_ROUTER_FAILED, publisher->id));
}

/* A fifth of all that peers send is lost for five minutes, and none of them publishes anything:
   checks alone keep consent. */
static void
test_loss (void)
{
  g_autoptr (Bench) bench = bench_new ();
  g_autoptr (GRand) random = g_rand_new_with_seed (9);
  BenchPeer *peers[8];

  for (guint i = 0; i < G_N_ELEMENTS (peers); i++)
    peers[i] = bench_add_peer (bench, ROOM);
  bench_run (bench, 500 * MS);
  for (guint step = 0; step < 5 * 60 * 10; step++)
    {
      for (guint i = 0; i < G_N_ELEMENTS (peers); i++)
        peers[i]->mute = g_rand_int_range (random, 0, 5) == 0;
      bench_run (bench, 100 * MS);
    }
  for (guint i = 0; i < G_N_ELEMENTS (peers); i++)
    g_assert_null (bench_event (bench, PARLOR_ROUTER_FAILED, peers[i]->id));
  g_assert_cmpuint (parlor_router_get_counters (bench->router)->connected, ==,
                    G_N_ELEMENTS (peers));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/router/consent/the-last-byte-is-31-s-after-who-has-vanished", test_last_byte);
  g_test_add_func ("/router/consent/a-fifth-lost-ends-nobodys", test_loss);
  return g_test_run ();
}
