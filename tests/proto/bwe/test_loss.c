/* SPDX-License-Identifier: Apache-2.0 */
#include "proto/bwe/loss.h"
#include "base/rng.h"
#include "base/time.h"

#define PACKET_BITS 9600.0

typedef struct
{
  ParlorBweLoss loss;
  ParlorRng rng;
  gint64 now_us;
  guint16 seq;
  double wanted_bps, capacity_bps, random;
  double target_bps; /* what may be sent; 0 = what is */
  ParlorBweLossPath word;
} Path;

static double
rate (const Path *path)
{
  return MIN (path->wanted_bps, path->loss.cap_bps);
}

static void
run (Path *path, guint seconds)
{
  gint64 until_us = path->now_us + seconds * PARLOR_US_PER_SEC, tell_us = path->now_us;
  double bucket = 0;

  while (path->now_us < until_us)
    {
      gint64 step_us = (gint64)(PACKET_BITS * 1e6 / rate (path));
      gboolean received;

      path->now_us += step_us;
      bucket = MIN (bucket + path->capacity_bps * (double)step_us / 1e6, 5 * PACKET_BITS);
      received = bucket >= PACKET_BITS;
      bucket -= received ? PACKET_BITS : 0;
      received = received && parlor_rng_below (&path->rng, 1000) >= path->random * 1000;
      parlor_bwe_loss_push (&path->loss, received, path->seq++, 1200, path->now_us);
      if (path->now_us < tell_us)
        continue;
      parlor_bwe_loss_update (&path->loss, MAX (rate (path), path->target_bps), 30e3, path->word,
                              path->now_us);
      tell_us = path->now_us + 50 * PARLOR_US_PER_MS;
    }
}

static Path
path_new (double capacity_bps, double random)
{
  Path path = {.now_us = 1, .wanted_bps = 2e6, .capacity_bps = capacity_bps, .random = random};

  parlor_bwe_loss_init (&path.loss);
  parlor_rng_init_seeded (&path.rng, 3);
  return path;
}

static void
test_lossy_path (void)
{
  Path path = path_new (1e9, 0.2);

  run (&path, 20);
  g_assert_cmpfloat (rate (&path), >, 1.9e6);
  g_assert_cmpfloat_with_epsilon (path.loss.inherent, 0.2, 0.05);
  path.random = 0;
  run (&path, 20);
  g_assert_cmpfloat (path.loss.inherent, <, 0.02);
}

static void
test_full_path (void)
{
  Path path = path_new (1e6, 0);

  run (&path, 5);
  g_assert_cmpfloat (rate (&path), <, 1.25e6);
  g_assert_cmpfloat (path.loss.inherent, <, 0.02);
  run (&path, 60);
  g_assert_cmpfloat (rate (&path), >, 0.7e6);
  g_assert_cmpfloat (rate (&path), <, 1.3e6);
}

/* A picture of 150 kbit/s on a path of many megabits is not cut to less. */
static void
test_far_below_the_path (void)
{
  Path path = path_new (1e9, 0);

  path.wanted_bps = 150e3;
  path.word = PARLOR_BWE_LOSS_ROOMY;
  run (&path, 5);
  path.random = 0.1;
  run (&path, 60);
  g_assert_cmpfloat (path.loss.cap_bps, ==, G_MAXDOUBLE);
  g_assert_cmpfloat_with_epsilon (path.loss.inherent, 0.1, 0.06);
  /* More than half is too much to be believed. */
  path.random = 0.6;
  for (guint i = 0; i < 10 && !path.loss.asking; i++)
    run (&path, 1);
  g_assert_true (path.loss.asking);
}

/* A moment in which little was sent is not the rate that is cut. */
static void
test_quiet_moment (void)
{
  Path path = path_new (1e9, 0);

  path.wanted_bps = 1e6;
  run (&path, 5);
  path.wanted_bps = 50e3;
  path.target_bps = 1e6;
  path.random = 0.5;
  run (&path, 3);
  g_assert_cmpfloat (path.loss.cap_bps, <, G_MAXDOUBLE);
  g_assert_cmpfloat (path.loss.cap_bps, >, 200e3);
}

static void
test_outage_is_ignored (void)
{
  Path path = path_new (1e9, 0);

  run (&path, 2);
  path.random = 1;
  parlor_bwe_loss_ignore_before (&path.loss, path.now_us + 3 * PARLOR_US_PER_SEC);
  run (&path, 2);
  g_assert_cmpfloat (path.loss.cap_bps, ==, G_MAXDOUBLE);
}

static void
test_by_report (void)
{
  ParlorBweLoss loss;

  parlor_bwe_loss_init (&loss);
  g_assert_cmpfloat_with_epsilon (
      parlor_bwe_loss_by_report (&loss, 1e6, 0.2, PARLOR_US_PER_SEC, TRUE), 0.9e6, 1);
  g_assert_cmpfloat (parlor_bwe_loss_by_report (&loss, 1e6, 0.05, PARLOR_US_PER_SEC, TRUE), ==,
                     1e6);
  g_assert_cmpfloat_with_epsilon (
      parlor_bwe_loss_by_report (&loss, 1e6, 0, PARLOR_US_PER_SEC, TRUE), 1.081e6, 1);
  g_assert_cmpfloat (parlor_bwe_loss_by_report (&loss, 1e6, 0, PARLOR_US_PER_SEC, FALSE), ==, 1e6);
}

/* Somebody else answers for loss: the cut is given back. */
static void
test_yields (void)
{
  ParlorBweLoss loss;

  parlor_bwe_loss_init (&loss);
  loss.cap_bps = 100e3;
  loss.asking = TRUE;
  parlor_bwe_loss_yield (&loss);
  g_assert_cmpfloat (loss.cap_bps, ==, G_MAXDOUBLE);
  g_assert_false (loss.asking);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/proto/bwe/loss/a-path-that-loses-by-itself-is-found-out", test_lossy_path);
  g_test_add_func ("/proto/bwe/loss/a-full-path-is-not-taken-for-one", test_full_path);
  g_test_add_func ("/proto/bwe/loss/far-below-the-path-nothing-is-cut", test_far_below_the_path);
  g_test_add_func ("/proto/bwe/loss/a-quiet-moment-is-not-the-rate", test_quiet_moment);
  g_test_add_func ("/proto/bwe/loss/an-outage-says-nothing", test_outage_is_ignored);
  g_test_add_func ("/proto/bwe/loss/what-was-cut-is-given-back", test_yields);
  g_test_add_func ("/proto/bwe/loss/reports-alone", test_by_report);
  return g_test_run ();
}
