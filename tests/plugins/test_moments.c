/* SPDX-License-Identifier: Apache-2.0 */
/* How long it takes until there is a picture: for who comes, and for whom a NAT gave another port.
 * RTT 50 ms, in virtual time.
 *
 *   test-moments                    the tests
 *   test-moments --table [SEEDS]    a table with medians and worst seeds */
#include "routerbench.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/time.h"

#define ROOM 7
#define MS PARLOR_US_PER_MS
#define SECOND PARLOR_US_PER_SEC
#define FRAME_US 33333
#define SEEDS 3
#define SEEDS_MAX 100
#define PATIENCE_US (12 * SECOND) /* two checks of consent */

typedef struct
{
  Bench *bench;
  BenchPeer *publisher, *viewer;
  BenchLink far, near;
  BenchCamera cameras[3];
  gint64 film_us;
  const BenchPeer *mover; /* whose check it is that counts */
  gint64 first_us;        /* of pictures, since that check: the first packet, */
  gint64 picture_us;      /* and the end of one */
} Stage;

static void
run (Stage *self, gint64 span_us)
{
  gint64 end_us = self->bench->now_us + span_us;

  while (self->bench->now_us < end_us)
    {
      for (; self->bench->now_us >= self->film_us; self->film_us += FRAME_US)
        for (guint i = 0; i < 3; i++)
          bench_film (self->publisher, &self->cameras[i]);
      bench_run (self->bench, MS);
    }
}

static void
on_rtp (gpointer user_data, const guint8 *packet, gsize length, gint64 now_us)
{
  Stage *self = user_data;

  if ((packet[1] & 0x7f) != 120 || self->mover->checked_us == 0 || now_us < self->mover->checked_us)
    return;
  if (self->first_us == 0)
    self->first_us = now_us;
  if (self->picture_us == 0 && (packet[1] & 0x80) != 0)
    self->picture_us = now_us;
}

/* Somebody with a camera in three sizes, whose last key frames are some seconds old. */
static void
stage_init (Stage *self, gboolean publisher_is_far, guint seed)
{
  static const guint64 bps[] = {150000, 500000, 1700000};

  *self = (Stage){.bench = bench_new ()};
  self->far = (BenchLink){.bps = 10000000, .queue_us = SECOND, .delay_us = 25 * MS};
  self->near = self->far;
  self->near.delay_us = 2 * MS;
  self->publisher = bench_add_peer (self->bench, ROOM);
  self->publisher->link = publisher_is_far ? &self->far : &self->near;
  bench_add_simulcast (self->publisher, 1, 1000);
  for (guint i = 0; i < 3; i++)
    self->cameras[i] = (BenchCamera){
        .ssrc = 1000 + 2 * i, .bps = bps[i], .height = 180u << i, .n_temporal = 3, .index = 100};
  bench_run (self->bench, 500 * MS);
  self->film_us = self->bench->now_us;
  run (self, 5 * SECOND + (gint64)seed * 137 * MS);
  /* What it shall see is chosen before its path stands. */
  self->viewer = bench_add_peer (self->bench, ROOM);
  self->viewer->link = publisher_is_far ? &self->near : &self->far;
  self->viewer->on_rtp = on_rtp;
  self->viewer->user_data = self;
  self->mover = self->viewer;
  bench_add_video_slot (self->viewer, 0, 5000, 5001);
  parlor_router_select (self->bench->router, self->viewer->id, 0, 1, 0, self->bench->now_us);
}

static gint64
wait_for (Stage *self, const gint64 *moment_us)
{
  gint64 end_us = self->bench->now_us + PATIENCE_US;

  while (*moment_us == 0 && self->bench->now_us < end_us)
    run (self, MS);
  g_assert_cmpint (*moment_us, >, 0);
  return *moment_us - self->mover->checked_us;
}

static gint64
come (guint seed)
{
  Stage stage;
  gint64 took_us;

  stage_init (&stage, FALSE, seed);
  took_us = wait_for (&stage, &stage.picture_us);
  bench_free (stage.bench);
  return took_us;
}

/* The NAT of one of them gives another port; the next check comes from there. */
static gint64
move (gboolean publisher, guint seed)
{
  Stage stage;
  BenchPeer *mover;
  gint64 took_us;

  stage_init (&stage, publisher, seed);
  run (&stage, 3 * SECOND + (gint64)seed * 37 * MS);
  mover = publisher ? stage.publisher : stage.viewer;
  mover->tuple.peer.port = (guint16)(20000 + seed);
  mover->checked_us = 0;
  stage.mover = mover;
  stage.first_us = 0;
  took_us = wait_for (&stage, &stage.first_us);
  bench_free (stage.bench);
  return took_us;
}

static gint64
viewer_moves (guint seed)
{
  return move (FALSE, seed);
}

static gint64
publisher_moves (guint seed)
{
  return move (TRUE, seed);
}

typedef struct
{
  const char *name; /* the test's name too */
  gint64 (*take) (guint seed);
  gint64 most_ms;
} Moment;

static const Moment moments[] = {
    {"who-comes-has-a-picture", come, 400},
    {"a-viewers-nat-gives-another-port", viewer_moves, 300},
    {"a-publishers-nat-gives-another-port", publisher_moves, 300},
};

static void
test_moment (gconstpointer data)
{
  const Moment *moment = data;

  for (guint seed = 1; seed <= SEEDS; seed++)
    {
      gint64 took_us = moment->take (seed);

      g_test_message ("seed %u: %.1f ms after the first check", seed, (double)took_us / MS);
      g_assert_cmpint (took_us, <=, moment->most_ms * MS);
    }
}

static int
compare_times (const void *a, const void *b)
{
  gint64 x = *(const gint64 *)a, y = *(const gint64 *)b;

  return (x > y) - (x < y);
}

static int
print_table (guint n_seeds)
{
  gint64 took_us[SEEDS_MAX];

  printf ("| from the first check on | goal, ms | median | worst |\n|---|---|---|---|\n");
  for (guint i = 0; i < G_N_ELEMENTS (moments); i++)
    {
      for (guint seed = 0; seed < n_seeds; seed++)
        took_us[seed] = moments[i].take (seed + 1);
      qsort (took_us, n_seeds, sizeof *took_us, compare_times);
      printf ("| %s | <= %d | %.0f | %.0f |\n", moments[i].name, (int)moments[i].most_ms,
              (double)took_us[n_seeds / 2] / MS, (double)took_us[n_seeds - 1] / MS);
    }
  return EXIT_SUCCESS;
}

int
main (int argc, char **argv)
{
  if (argc >= 2 && g_str_equal (argv[1], "--table"))
    return print_table (argc > 2 ? CLAMP ((guint)atoi (argv[2]), 1, SEEDS_MAX) : SEEDS);
  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (moments); i++)
    {
      g_autofree char *path = g_strdup_printf ("/moments/%s", moments[i].name);

      g_test_add_data_func (path, &moments[i], test_moment);
    }
  return g_test_run ();
}
