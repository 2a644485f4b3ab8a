/* SPDX-License-Identifier: Apache-2.0 */
#include "proto/munger.h"
#include <string.h>

#define SSRC 0x11223344u

static ParlorMungerIn
in (guint32 source, guint16 seq, guint32 timestamp, gint64 now_us)
{
  return (ParlorMungerIn){.source = source, .seq = seq, .timestamp = timestamp, .now_us = now_us};
}

static guint16
sent (ParlorMunger *m, ParlorMungerIn packet)
{
  ParlorMungerOut out;
  g_assert_cmpint (parlor_munger_map (m, &packet, &out), ==, PARLOR_MUNGER_SEND);
  g_assert_cmpuint (out.ssrc, ==, SSRC);
  return out.seq;
}

static ParlorMungerResult
refused (ParlorMunger *m, ParlorMungerIn packet)
{
  ParlorMungerOut out;
  return parlor_munger_map (m, &packet, &out);
}

static ParlorMungerResult
dropped (ParlorMunger *m, ParlorMungerIn packet)
{
  ParlorMungerOut out;
  return parlor_munger_drop (m, &packet, &out);
}

static void
begin (ParlorMunger *m, ParlorMungerIn packet)
{
  parlor_munger_switch (m, &packet);
}

static void
test_nothing_yet (void)
{
  ParlorMunger m;
  guint32 ts;
  parlor_munger_init (&m, SSRC, 90000, 100, 5000);
  g_assert_cmpint (refused (&m, in (0, 1, 1, 0)), ==, PARLOR_MUNGER_OTHER_SOURCE);
  g_assert_false (parlor_munger_timestamp (&m, 0, 1, &ts));
}

static void
test_first (void)
{
  ParlorMunger m;
  ParlorMungerOut out;
  guint32 ts;
  ParlorMungerIn packet = in (7, 65535, 4000000000u, 1000);
  parlor_munger_init (&m, SSRC, 90000, 100, 5000);
  parlor_munger_switch (&m, &packet);
  g_assert_cmpint (parlor_munger_map (&m, &packet, &out), ==, PARLOR_MUNGER_SEND);
  g_assert_cmpuint (out.seq, ==, 100);
  g_assert_cmpuint (out.timestamp, ==, 5000);
  g_assert_true (out.first);
  packet = in (7, 0, 4000003000u, 34333);
  g_assert_cmpint (parlor_munger_map (&m, &packet, &out), ==, PARLOR_MUNGER_SEND);
  g_assert_cmpuint (out.seq, ==, 101);
  g_assert_cmpuint (out.timestamp, ==, 8000);
  g_assert_false (out.first);
  g_assert_true (parlor_munger_timestamp (&m, 7, 4000000000u, &ts));
  g_assert_cmpuint (ts, ==, 5000);
  g_assert_false (parlor_munger_timestamp (&m, 8, 0, &ts));
}

static void
test_switch (void)
{
  ParlorMunger m;
  ParlorMungerOut out;
  parlor_munger_init (&m, SSRC, 90000, 100, 5000);
  begin (&m, in (1, 10, 0, 0));
  g_assert_cmpuint (sent (&m, in (1, 10, 0, 0)), ==, 100);
  g_assert_cmpuint (sent (&m, in (1, 11, 3000, 33333)), ==, 101);
  ParlorMungerIn packet = in (2, 50000, 777, 133333);
  parlor_munger_switch (&m, &packet);
  g_assert_cmpint (parlor_munger_map (&m, &packet, &out), ==, PARLOR_MUNGER_SEND);
  g_assert_cmpuint (out.seq, ==, 102);
  g_assert_cmpuint (out.timestamp, ==, 8000 + 9000);
  g_assert_true (out.first);
  g_assert_cmpint (refused (&m, in (1, 12, 6000, 140000)), ==, PARLOR_MUNGER_OTHER_SOURCE);
  g_assert_cmpint (refused (&m, in (2, 49999, 0, 140000)), ==, PARLOR_MUNGER_OTHER_SOURCE);
  g_assert_cmpuint (sent (&m, in (2, 50001, 777, 133400)), ==, 103);
}

/* Two switches at one instant still move on. */
static void
test_switch_at_once (void)
{
  ParlorMunger m;
  ParlorMungerOut out;
  ParlorMungerIn packet = in (1, 10, 500, 0);
  parlor_munger_init (&m, SSRC, 90000, 100, 5000);
  parlor_munger_switch (&m, &packet);
  g_assert_cmpint (parlor_munger_map (&m, &packet, &out), ==, PARLOR_MUNGER_SEND);
  packet.source = 2;
  parlor_munger_switch (&m, &packet);
  g_assert_cmpint (parlor_munger_map (&m, &packet, &out), ==, PARLOR_MUNGER_SEND);
  g_assert_cmpuint (out.timestamp, ==, 5001);
}

static void
test_pause (void)
{
  ParlorMunger m;
  parlor_munger_init (&m, SSRC, 90000, 100, 5000);
  begin (&m, in (1, 10, 0, 0));
  sent (&m, in (1, 10, 0, 0));
  begin (&m, in (1, 500, 90000, 1000000));
  g_assert_cmpuint (sent (&m, in (1, 500, 90000, 1000000)), ==, 101);
}

static void
test_loss_leaves_a_gap (void)
{
  ParlorMunger m;
  parlor_munger_init (&m, SSRC, 90000, 100, 0);
  begin (&m, in (1, 10, 0, 0));
  g_assert_cmpuint (sent (&m, in (1, 10, 0, 0)), ==, 100);
  g_assert_cmpuint (sent (&m, in (1, 13, 0, 0)), ==, 103);
  g_assert_cmpuint (sent (&m, in (1, 11, 0, 0)), ==, 101);
  g_assert_cmpint (refused (&m, in (1, 11, 0, 0)), ==, PARLOR_MUNGER_DUPLICATE);
  g_assert_cmpint (refused (&m, in (1, 13, 0, 0)), ==, PARLOR_MUNGER_DUPLICATE);
  g_assert_cmpuint (sent (&m, in (1, 12, 0, 0)), ==, 102);
}

static void
test_drop_leaves_none (void)
{
  ParlorMunger m;
  parlor_munger_init (&m, SSRC, 90000, 100, 0);
  begin (&m, in (1, 10, 0, 0));
  g_assert_cmpuint (sent (&m, in (1, 10, 0, 0)), ==, 100);
  g_assert_cmpint (dropped (&m, in (1, 11, 0, 0)), ==, PARLOR_MUNGER_DROPPED);
  g_assert_cmpint (dropped (&m, in (1, 12, 0, 0)), ==, PARLOR_MUNGER_DROPPED);
  g_assert_cmpuint (sent (&m, in (1, 13, 0, 0)), ==, 101);
  g_assert_cmpint (dropped (&m, in (1, 15, 0, 0)), ==, PARLOR_MUNGER_DROPPED);
  g_assert_cmpuint (sent (&m, in (1, 16, 0, 0)), ==, 103);
  g_assert_cmpuint (sent (&m, in (1, 14, 0, 0)), ==, 102);
  g_assert_cmpint (refused (&m, in (1, 12, 0, 0)), ==, PARLOR_MUNGER_DUPLICATE);
}

static void
test_late_drop_is_a_hole (void)
{
  ParlorMunger m;
  ParlorMungerOut out;
  parlor_munger_init (&m, SSRC, 90000, 100, 0);
  begin (&m, in (1, 10, 0, 0));
  sent (&m, in (1, 10, 0, 0));
  sent (&m, in (1, 12, 0, 0));
  ParlorMungerIn late = in (1, 11, 0, 0);
  g_assert_cmpint (parlor_munger_drop (&m, &late, &out), ==, PARLOR_MUNGER_HOLE);
  g_assert_cmpuint (out.seq, ==, 101);
  begin (&m, in (2, 500, 0, 0));
  g_assert_cmpuint (sent (&m, in (2, 500, 0, 0)), ==, 103);
}

/* The hole may have been filled: a switch begins behind it. */
static void
test_hole_is_not_given_again (void)
{
  ParlorMunger m;
  parlor_munger_init (&m, SSRC, 90000, 100, 0);
  begin (&m, in (1, 10, 0, 0));
  sent (&m, in (1, 10, 0, 0));
  g_assert_cmpint (dropped (&m, in (1, 13, 0, 0)), ==, PARLOR_MUNGER_DROPPED);
  g_assert_cmpint (dropped (&m, in (1, 12, 0, 0)), ==, PARLOR_MUNGER_HOLE);
  begin (&m, in (2, 500, 0, 0));
  g_assert_cmpuint (sent (&m, in (2, 500, 0, 0)), ==, 103);
}

static void
test_window (void)
{
  ParlorMunger m;
  parlor_munger_init (&m, SSRC, 90000, 1000, 0);
  begin (&m, in (1, 0, 0, 0));
  sent (&m, in (1, 0, 0, 0));
  sent (&m, in (1, 1000, 0, 0));
  g_assert_cmpuint (sent (&m, in (1, 1000 - PARLOR_MUNGER_WINDOW + 1, 0, 0)), ==,
                    2000 - PARLOR_MUNGER_WINDOW + 1);
  g_assert_cmpint (refused (&m, in (1, 1000 - PARLOR_MUNGER_WINDOW, 0, 0)), ==,
                   PARLOR_MUNGER_TOO_LATE);
}

static void
test_giant_gap (void)
{
  ParlorMunger m;
  parlor_munger_init (&m, SSRC, 90000, 100, 0);
  begin (&m, in (1, 0, 0, 0));
  sent (&m, in (1, 0, 0, 0));
  g_assert_cmpuint (sent (&m, in (1, PARLOR_MUNGER_GAP_MAX, 0, 0)), ==,
                    100 + PARLOR_MUNGER_GAP_MAX);
  g_assert_cmpuint (sent (&m, in (1, 2 * PARLOR_MUNGER_GAP_MAX + 1, 0, 0)), ==,
                    101 + PARLOR_MUNGER_GAP_MAX);
}

static void
test_long_without_drops (void)
{
  ParlorMunger m;
  parlor_munger_init (&m, SSRC, 90000, 7, 0);
  begin (&m, in (1, 3, 0, 0));
  for (guint i = 0; i < 200000; i++)
    {
      if (i % 50 == 49)
        continue;
      g_assert_cmpuint (sent (&m, in (1, (guint16)(3 + i), i, i)), ==, (guint16)(7 + i));
      if (i % 50 == 0 && i > 50)
        g_assert_cmpuint (sent (&m, in (1, (guint16)(3 + i - 1), i, i)), ==, (guint16)(7 + i - 1));
    }
}

static void
test_pictures_go_on (void)
{
  ParlorMunger m;
  ParlorMungerOut out;
  parlor_munger_init (&m, SSRC, 90000, 100, 0);
  ParlorMungerIn a = {.source = 1,
                      .seq = 10,
                      .picture_id_bits = 15,
                      .picture_id = 0x7fff,
                      .tl0_pic_idx = 255,
                      .key_idx = 31};
  parlor_munger_switch (&m, &a);
  g_assert_cmpint (parlor_munger_map (&m, &a, &out), ==, PARLOR_MUNGER_SEND);
  g_assert_cmpuint (out.picture_id, ==, 0x7fff);
  g_assert_cmpuint (out.tl0_pic_idx, ==, 255);
  g_assert_cmpuint (out.key_idx, ==, 31);
  ParlorMungerIn b = {.source = 2,
                      .seq = 900,
                      .picture_id_bits = 7,
                      .picture_id = 100,
                      .tl0_pic_idx = 5,
                      .key_idx = 2,
                      .now_us = 1};
  parlor_munger_switch (&m, &b);
  g_assert_cmpint (parlor_munger_map (&m, &b, &out), ==, PARLOR_MUNGER_SEND);
  g_assert_cmpuint (out.picture_id, ==, 0);
  g_assert_cmpuint (out.tl0_pic_idx, ==, 0);
  g_assert_cmpuint (out.key_idx, ==, 0);
  b.seq++;
  b.picture_id++;
  g_assert_cmpint (parlor_munger_drop (&m, &b, &out), ==, PARLOR_MUNGER_DROPPED);
  b.seq++;
  g_assert_cmpint (parlor_munger_drop (&m, &b, &out), ==, PARLOR_MUNGER_DROPPED);
  b.seq++;
  b.picture_id++;
  b.tl0_pic_idx++;
  g_assert_cmpint (parlor_munger_map (&m, &b, &out), ==, PARLOR_MUNGER_SEND);
  g_assert_cmpuint (out.picture_id, ==, 1);
  g_assert_cmpuint (out.tl0_pic_idx, ==, 1);
  g_assert_cmpuint (out.seq, ==, 102);
}

/* A late packet of an older frame does not turn back what goes on at the next switch. */
static void
test_late_pictures (void)
{
  ParlorMunger m;
  ParlorMungerOut out;
  parlor_munger_init (&m, SSRC, 90000, 100, 0);
  for (guint i = 0; i < 4; i++)
    {
      guint k = i == 3 ? 1 : i == 0 ? 0 : i + 1; /* 0 2 3 1 */
      ParlorMungerIn packet = {.source = 1,
                               .seq = (guint16)(10 + k),
                               .picture_id_bits = 15,
                               .picture_id = (guint16)(70 + k),
                               .tl0_pic_idx = (guint8)(40 + k),
                               .key_idx = (guint8)(3 + k)};
      if (i == 0)
        parlor_munger_switch (&m, &packet);
      g_assert_cmpint (parlor_munger_map (&m, &packet, &out), ==, PARLOR_MUNGER_SEND);
      g_assert_cmpuint (out.picture_id, ==, 70 + k);
    }
  ParlorMungerIn next = {.source = 2,
                         .seq = 900,
                         .picture_id_bits = 15,
                         .picture_id = 1,
                         .tl0_pic_idx = 1,
                         .key_idx = 1};
  parlor_munger_switch (&m, &next);
  g_assert_cmpint (parlor_munger_map (&m, &next, &out), ==, PARLOR_MUNGER_SEND);
  g_assert_cmpuint (out.picture_id, ==, 74);
  g_assert_cmpuint (out.tl0_pic_idx, ==, 44);
  g_assert_cmpuint (out.key_idx, ==, 7);
}

/* --- the duel: a slow model that remembers everything ------------------------------------------
 */

#define LENGTH 4000

typedef struct
{
  ParlorMunger munger;
  gint64 now_us;
  /* the model, for the current source: by number since the switch */
  gboolean handled[LENGTH * 2];
  gboolean removed[LENGTH * 2]; /* left out while it was the newest */
  gboolean picture_removed[LENGTH * 2];
  gint8 choice[LENGTH * 2]; /* by frame: 0 = not chosen yet, 1 = send, 2 = drop */
  gint highest;
  gint64 first_out; /* unwrapped */
  gint64 last_out;  /* highest number used */
  gint64 first_picture;
  gint64 last_picture;
  gboolean used[1 << 20]; /* every outgoing number ever */
} Duel;

typedef struct
{
  guint16 first_seq;
  guint16 first_picture;
  guint frame_of[LENGTH * 2]; /* frame number by packet */
  guint8 temporal_of[LENGTH * 2];
} Stream;

static void
make_stream (Stream *s, GRand *rand)
{
  guint frame = 0;
  s->first_seq = (guint16)g_rand_int (rand);
  s->first_picture = (guint16)(g_rand_int (rand) & 0x7fff);
  for (guint i = 0; i < LENGTH * 2;)
    {
      guint n = (guint)g_rand_int_range (rand, 1, 5);
      for (guint k = 0; k < n && i < LENGTH * 2; k++, i++)
        {
          s->frame_of[i] = frame;
          s->temporal_of[i] = frame % 4 == 0 ? 0 : frame % 2 == 0 ? 1 : 2;
        }
      frame++;
    }
}

static ParlorMungerIn
stream_packet (const Stream *s, guint32 source, guint i, gint64 now_us)
{
  return (ParlorMungerIn){.source = source,
                          .seq = (guint16)(s->first_seq + i),
                          .timestamp = s->frame_of[i] * 3000,
                          .picture_id = (guint16)(s->first_picture + s->frame_of[i]) & 0x7fff,
                          .picture_id_bits = 15,
                          .tl0_pic_idx = (guint8)(s->frame_of[i] / 4),
                          .now_us = now_us};
}

static gint
removed_before (const gboolean *removed, gint i)
{
  gint n = 0;
  for (gint k = 0; k < i; k++)
    n += removed[k];
  return n;
}

/* Runs of removed packets above a number: each costs the munger one of its ranges. */
static gint
runs_above (const Duel *d, gint i)
{
  gint runs = 0;
  for (gint k = i + 1; k <= d->highest; k++)
    runs += d->removed[k] && !d->removed[k - 1];
  return runs;
}

static void
check_packet (Duel *d, const Stream *s, guint32 source, gint i, gboolean drop)
{
  ParlorMungerOut out;
  ParlorMungerIn packet = stream_packet (s, source, (guint)i, d->now_us);
  ParlorMungerResult got = drop ? parlor_munger_drop (&d->munger, &packet, &out)
                                : parlor_munger_map (&d->munger, &packet, &out);
  gboolean newest = i > d->highest;
  if (newest)
    d->highest = i;
  if (d->highest - i >= PARLOR_MUNGER_WINDOW)
    {
      g_assert_cmpint (got, ==, PARLOR_MUNGER_TOO_LATE);
      return;
    }
  if (d->handled[i])
    {
      g_assert_cmpint (got, ==, PARLOR_MUNGER_DUPLICATE);
      return;
    }
  if (got == PARLOR_MUNGER_TOO_LATE)
    {
      g_assert_cmpint (runs_above (d, i), >=, PARLOR_MUNGER_RANGES - 1);
      return;
    }
  d->handled[i] = TRUE;
  if (drop && newest)
    {
      d->removed[i] = TRUE;
      d->picture_removed[s->frame_of[i]] = TRUE;
      g_assert_cmpint (got, ==, PARLOR_MUNGER_DROPPED);
      return;
    }
  gint64 want = d->first_out + i - removed_before (d->removed, i);
  g_assert_cmpint (got, ==, drop ? PARLOR_MUNGER_HOLE : PARLOR_MUNGER_SEND);
  g_assert_cmpuint (out.seq, ==, (guint16)want);
  g_assert_false (d->used[want]);
  d->used[want] = TRUE;
  d->last_out = MAX (d->last_out, want);
  if (drop)
    return;
  gint64 picture = d->first_picture + s->frame_of[i]
                   - removed_before (d->picture_removed, (gint)s->frame_of[i]);
  g_assert_cmpuint (out.picture_id, ==, picture & 0x7fff);
  d->last_picture = MAX (d->last_picture, picture);
}

/* A frame is sent or dropped as a whole: the choice is made at the first of its packets. */
static void
play_packet (Duel *d, const Stream *s, guint32 source, gint i, gint max_temporal)
{
  gint8 *choice = &d->choice[s->frame_of[i]];
  if (*choice == 0)
    *choice = s->temporal_of[i] > max_temporal ? 2 : 1;
  check_packet (d, s, source, i, *choice == 2);
}

static void
play_source (Duel *d, GRand *rand, guint32 source)
{
  Stream *s = g_new0 (Stream, 1);
  gint length = g_rand_int_range (rand, 20, LENGTH);
  gint max_temporal = 2;
  make_stream (s, rand);
  memset (d->handled, 0, sizeof d->handled);
  memset (d->removed, 0, sizeof d->removed);
  memset (d->picture_removed, 0, sizeof d->picture_removed);
  memset (d->choice, 0, sizeof d->choice);
  ParlorMungerIn first = stream_packet (s, source, 0, d->now_us);
  parlor_munger_switch (&d->munger, &first);
  d->highest = -1;
  d->first_out = d->last_out + 1;
  d->first_picture = d->last_picture + 1;
  play_packet (d, s, source, 0, max_temporal);
  for (gint i = 1; i < length; i++)
    {
      d->now_us += 1000;
      if (s->frame_of[i] != s->frame_of[i - 1] && g_rand_int_range (rand, 0, 40) == 0)
        max_temporal = g_rand_int_range (rand, 0, 3);
      if (g_rand_int_range (rand, 0, 20) != 0)
        play_packet (d, s, source, i, max_temporal);
      /* Something old again: late, or a duplicate. */
      gint old = i - g_rand_int_range (rand, 0, i % 7 ? 30 : 400);
      if (g_rand_int_range (rand, 0, 6) == 0 && old > 0)
        play_packet (d, s, source, old, max_temporal);
      ParlorMungerIn stray = stream_packet (s, source + 1, (guint)i, d->now_us);
      ParlorMungerOut out;
      g_assert_cmpint (parlor_munger_map (&d->munger, &stray, &out), ==,
                       PARLOR_MUNGER_OTHER_SOURCE);
    }
  g_free (s);
}

static void
test_duel (void)
{
  Duel *d = g_new0 (Duel, 1);
  for (guint32 seed = 0; seed < 6; seed++)
    {
      g_autoptr (GRand) rand = g_rand_new_with_seed (seed);
      memset (d, 0, sizeof *d);
      guint16 first = (guint16)g_rand_int (rand);
      parlor_munger_init (&d->munger, SSRC, 90000, first, 0);
      d->last_out = (gint64)first - 1;
      /* The first source's picture ids go through as they are: one packet fixes where they begin.
       */
      ParlorMungerIn origin = {.source = 99, .seq = 5, .picture_id_bits = 15, .picture_id = 20};
      ParlorMungerOut out;
      parlor_munger_switch (&d->munger, &origin);
      g_assert_cmpint (parlor_munger_map (&d->munger, &origin, &out), ==, PARLOR_MUNGER_SEND);
      d->last_out++;
      d->last_picture = 20;
      for (guint32 source = 0; source < 40; source++)
        play_source (d, rand, source * 2);
    }
  g_free (d);
}

/* Steady thinning of a stream in order: what goes out has no gap at all, in numbers and pictures.
 */
static void
test_no_gap (void)
{
  ParlorMunger m;
  g_autoptr (GRand) rand = g_rand_new_with_seed (1);
  g_autofree Stream *s = g_new0 (Stream, 1);
  gint last_seq = 99, last_picture = -1;
  make_stream (s, rand);
  parlor_munger_init (&m, SSRC, 90000, 100, 0);
  begin (&m, stream_packet (s, 1, 0, 0));
  for (guint i = 0; i < LENGTH * 2; i++)
    {
      ParlorMungerOut out;
      ParlorMungerIn packet = stream_packet (s, 1, i, i);
      if (s->temporal_of[i] > 0)
        {
          g_assert_cmpint (parlor_munger_drop (&m, &packet, &out), ==, PARLOR_MUNGER_DROPPED);
          continue;
        }
      g_assert_cmpint (parlor_munger_map (&m, &packet, &out), ==, PARLOR_MUNGER_SEND);
      g_assert_cmpuint (out.seq, ==, (guint16)++last_seq);
      if (last_picture >= 0)
        g_assert_cmpuint (((guint)out.picture_id - (guint)last_picture) & 0x7fff, <=, 1);
      last_picture = out.picture_id;
    }
}

static void
test_nack_map (void)
{
  g_autoptr (ParlorNackMap) map = parlor_nack_map_new (128, 1000);
  g_assert_null (parlor_nack_map_find (map, 0));
  for (guint i = 0; i < 300; i++)
    parlor_nack_map_put (map, (guint16)(65400 + i), 7)->source_seq = (guint16)(i + 7);
  for (guint i = 0; i < 300; i++)
    {
      ParlorNackEntry *entry = parlor_nack_map_find (map, (guint16)(65400 + i));
      g_assert_true ((entry != NULL) == (i >= 300 - 128));
      if (entry)
        g_assert_cmpuint (entry->source_seq, ==, i + 7);
    }
  parlor_nack_map_find (map, (guint16)(65400 + 299))->repeats = 3;
  g_assert_cmpuint (parlor_nack_map_put (map, (guint16)(65400 + 299), 7)->repeats, ==, 0);
  g_assert_cmpuint (sizeof (ParlorNackEntry), ==, 20);
}

/* The clock's lower half wraps in between. */
static void
test_nack_map_grows_for_what_is_young (void)
{
  g_autoptr (ParlorNackMap) map = parlor_nack_map_new (1024, 1000);
  guint16 seq = 65000, now_ms = 65000;
  /* Twenty a second: a second's are few, and who is older than that may go. */
  for (guint i = 0; i < 300; i++)
    parlor_nack_map_put (map, ++seq, now_ms = (guint16)(now_ms + 50));
  g_assert_nonnull (parlor_nack_map_find (map, (guint16)(seq - 63)));
  g_assert_null (parlor_nack_map_find (map, (guint16)(seq - 64)));
  /* Three hundred a second: all of the last one are there. */
  for (guint i = 0; i < 900; i++)
    parlor_nack_map_put (map, ++seq, now_ms = (guint16)(now_ms + (i % 3 == 0 ? 4 : 3)));
  for (guint i = 0; i < 300; i++)
    {
      ParlorNackEntry *entry = parlor_nack_map_find (map, (guint16)(seq - i));
      g_assert_nonnull (entry);
      g_assert_cmpuint (entry->seq, ==, (guint16)(seq - i));
    }
  g_assert_null (parlor_nack_map_find (map, (guint16)(seq - 512)));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/proto/munger/an-empty-slot-takes-nothing", test_nothing_yet);
  g_test_add_func ("/proto/munger/the-first-source-begins-where-told", test_first);
  g_test_add_func ("/proto/munger/a-switch-goes-on-by-the-time-that-passed", test_switch);
  g_test_add_func ("/proto/munger/time-never-stands-still-at-a-switch", test_switch_at_once);
  g_test_add_func ("/proto/munger/a-pause-leaves-no-gap", test_pause);
  g_test_add_func ("/proto/munger/a-lost-packet-keeps-its-number", test_loss_leaves_a_gap);
  g_test_add_func ("/proto/munger/a-dropped-packet-leaves-no-gap", test_drop_leaves_none);
  g_test_add_func ("/proto/munger/a-late-drop-tells-its-hole", test_late_drop_is_a_hole);
  g_test_add_func ("/proto/munger/a-hole-is-not-given-again", test_hole_is_not_given_again);
  g_test_add_func ("/proto/munger/later-than-the-window-is-refused", test_window);
  g_test_add_func ("/proto/munger/a-giant-gap-is-a-new-beginning", test_giant_gap);
  g_test_add_func ("/proto/munger/many-wraps-without-a-drop", test_long_without_drops);
  g_test_add_func ("/proto/munger/picture-ids-go-on", test_pictures_go_on);
  g_test_add_func ("/proto/munger/a-late-picture-turns-nothing-back", test_late_pictures);
  g_test_add_func ("/proto/munger/duel-with-a-model-that-remembers-all", test_duel);
  g_test_add_func ("/proto/munger/a-thinned-stream-has-no-gap", test_no_gap);
  g_test_add_func ("/proto/munger/the-nack-map-remembers-the-last-slots", test_nack_map);
  g_test_add_func ("/proto/munger/nack-map-grows-for-what-is-young",
                   test_nack_map_grows_for_what_is_young);
  return g_test_run ();
}
