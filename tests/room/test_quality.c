/* SPDX-License-Identifier: Apache-2.0 */
#include "room/qualitylog.h"
#include "store/memory.h"
#include "world.h"

#include <string.h>

static void
say_quality (World *w, ParlorParticipant *p, double up, double down, gint32 rtt_ms)
{
  ParlorMediaEvent event = {.type = PARLOR_MEDIA_QUALITY,
                            .endpoint = parlor_participant_endpoint (p),
                            .quality = {.loss_up = up, .loss_down = down, .rtt_ms = rtt_ms}};
  fake_media_say (&w->media, &event);
}

static void
test_levels (World *w, gconstpointer data)
{
  ParlorParticipant *p = world_meet (w, "a", PARLOR_ROLE_MEMBER, "s1");
  say_quality (w, p, 0, 0, 40);
  world_expect (w, "s1<quality 3 ok\n");
  say_quality (w, p, 0.05, 0, 40);
  world_expect (w, "s1<quality 2 uplink\n");
  say_quality (w, p, 0, 0.2, 40);
  world_expect (w, "s1<quality 1 downlink\n");
  say_quality (w, p, 0, 0, 500);
  world_expect (w, "s1<quality 2 uplink\n");
  say_quality (w, p, 0, 0, -1); /* an unknown round trip is no bad one */
  world_expect (w, "s1<quality 3 ok\n");
}

static void
test_pictures (World *w, gconstpointer data)
{
  ParlorParticipant *p = world_meet (w, "a", PARLOR_ROLE_MEMBER, "s1");
  ParlorMediaEvent event = {.type = PARLOR_MEDIA_QUALITY,
                            .endpoint = parlor_participant_endpoint (p),
                            .quality = {.rtt_ms = 40, .n_reduced = 1}};
  fake_media_say (&w->media, &event);
  world_expect (w, "s1<quality 2 downlink\n");
  event.quality.n_paused = 1;
  fake_media_say (&w->media, &event);
  world_expect (w, "s1<quality 1 downlink\n");
}

static void
test_peer (World *w, gconstpointer data)
{
  ParlorParticipant *a = world_meet (w, "a", PARLOR_ROLE_MEMBER, "s1");
  ParlorParticipant *b = world_meet (w, "b", PARLOR_ROLE_MEMBER, "s2");
  world_poll (w);
  say_quality (w, b, 0.3, 0, 40);
  world_forget (w);
  say_quality (w, a, 0, 0, 40);
  world_expect (w, "s1<quality 3 peer b:1\n");
}

/* ---- the record ----------------------------------------------------------------------------- */

static void
set_up_stored (World *w, gconstpointer data)
{
  w->store = parlor_store_memory_new ();
  world_set_up (w, NULL);
}

static void
tear_down_stored (World *w, gconstpointer data)
{
  world_tear_down (w, NULL);
  w->store->ops->close (w->store, 0);
}

typedef struct
{
  guint n;
  char participants[8][PARLOR_ID_SIZE];
  char kinds[8][16];
  gint64 from_ms[8], to_ms[8];
  guint n_samples[8];
  ParlorQualitySample first[8];
} Kept;

static void
take_row (gconstpointer record, gpointer user_data)
{
  const ParlorQualityRow *row = record;
  ParlorQualitySample samples[PARLOR_QUALITY_SAMPLES];
  Kept *kept = user_data;
  gsize length;
  const guint8 *bytes = g_bytes_get_data (row->samples, &length);
  guint i = kept->n++;
  g_assert_cmpuint (i, <, G_N_ELEMENTS (kept->kinds));
  g_strlcpy (kept->participants[i], row->participant, PARLOR_ID_SIZE);
  g_strlcpy (kept->kinds[i], row->kind, sizeof kept->kinds[i]);
  kept->from_ms[i] = row->from_ms;
  kept->to_ms[i] = row->to_ms;
  kept->n_samples[i] = parlor_quality_unpack (bytes, length, samples);
  kept->first[i] = samples[0];
}

static Kept
kept (World *w)
{
  Kept out = {0};
  assert_done (parlor_store_load_records (w->store, &parlor_quality_kind, take_row, &out, &error));
  return out;
}

static void
say_for (World *w, ParlorParticipant *p, guint seconds)
{
  for (guint i = 0; i < seconds; i += 2)
    {
      say_quality (w, p, 0.01, 0, 40);
      world_run (w, 2000);
    }
}

static void
test_stay_is_kept (World *w, gconstpointer data)
{
  ParlorParticipant *p = world_meet (w, "a", PARLOR_ROLE_MEMBER, "s1");
  g_autofree char *id = g_strdup (parlor_participant_info (p)->id);
  say_for (w, p, 24);
  parlor_participant_report_page (p, &(ParlorPageTotals){300, 2, 500, 0}, w->now_us);
  ParlorQualityNow now;
  g_assert_true (parlor_participant_quality (p, w->now_us, &now));
  g_assert_cmpuint (now.freezes, ==, 2);
  g_assert_cmpint (now.media.rtt_ms, ==, 40);
  g_assert_false (parlor_participant_quality (p, w->now_us + 60 * G_USEC_PER_SEC, &now));
  g_assert_cmpuint (kept (w).n, ==, 0);
  parlor_participant_leave (p, w->now_us);
  Kept rows = kept (w);
  g_assert_cmpuint (rows.n, ==, 1);
  g_assert_cmpstr (rows.participants[0], ==, id);
  g_assert_cmpstr (rows.kinds[0], ==, "page");
  g_assert_cmpuint (rows.n_samples[0], ==, 3);
  g_assert_cmpint (rows.to_ms[0] - rows.from_ms[0], ==, 24000);
  g_assert_cmpuint (rows.first[0].v[PARLOR_QUALITY_LOSS_UP], ==, 100);
}

/* Each stay is a row of its own; the rows of those who are here when the room ends are written. */
static void
test_room_ends (World *w, gconstpointer data)
{
  ParlorParticipant *a = world_meet (w, "a", PARLOR_ROLE_HOST, "s1");
  ParlorParticipant *b = world_meet (w, "b", PARLOR_ROLE_MEMBER, "s2");
  say_for (w, a, 4);
  say_for (w, b, 4);
  assert_done (parlor_room_end (w->room, a, w->now_us, &error));
  g_assert_cmpuint (kept (w).n, ==, 2);
}

static void
test_shutdown (World *w, gconstpointer data)
{
  ParlorParticipant *a = world_meet (w, "a", PARLOR_ROLE_HOST, "s1");
  say_for (w, a, 4);
  parlor_rooms_shutdown (w->rooms, w->now_us);
  g_assert_cmpuint (kept (w).n, ==, 1);
}

/* Whoever is long here is written on the way: a crash costs five minutes. */
static void
test_on_the_way (World *w, gconstpointer data)
{
  ParlorParticipant *a = world_meet (w, "a", PARLOR_ROLE_HOST, "s1");
  say_for (w, a, 290);
  g_assert_cmpuint (kept (w).n, ==, 0);
  say_for (w, a, 20);
  g_assert_cmpuint (kept (w).n, ==, 1);
  g_assert_cmpuint (kept (w).n_samples[0], >=, 29);
}

static void
test_old_rows_go (World *w, gconstpointer data)
{
  const gint64 day_ms = 86400000;
  ParlorParticipant *a = world_meet (w, "a", PARLOR_ROLE_HOST, "s1");
  say_for (w, a, 4);
  parlor_participant_leave (a, w->now_us);
  w->wall_ms += 91 * day_ms;
  a = world_meet (w, "a", PARLOR_ROLE_HOST, "s2");
  say_for (w, a, 4);
  g_assert_cmpuint (kept (w).n, ==, 1);
  assert_done (parlor_room_end (w->room, a, w->now_us, &error));
  w->store->ops->dispatch (w->store);
  Kept rows = kept (w);
  g_assert_cmpuint (rows.n, ==, 1);
  g_assert_cmpint (rows.from_ms[0], >, 90 * day_ms);
}

static void
test_totals (World *w, gconstpointer data)
{
  ParlorParticipant *a = world_meet (w, "a", PARLOR_ROLE_HOST, "s1");
  say_quality (w, a, 0.3, 0, 40);
  parlor_participant_report_page (a, &(ParlorPageTotals){9, 1, 200, 96000}, w->now_us);
  const ParlorQualityTotals *totals = parlor_rooms_quality (w->rooms);
  g_assert_cmpuint (totals->whys[PARLOR_WHY_UPLINK], ==, 1);
  g_assert_cmpuint (totals->spreads[PARLOR_SPREAD_LOSS_UP].counts[7], ==, 1);
  g_assert_cmpuint (totals->freezes, ==, 1);
  g_assert_cmpuint (totals->concealed_ms, ==, 2000);
}

#define STORED_TEST(path, test)                                                                    \
  g_test_add (path, World, NULL, set_up_stored, test, tear_down_stored)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  WORLD_TEST ("/room/quality/loss-and-round-trip-become-levels-with-a-reason", test_levels);
  WORLD_TEST ("/room/quality/pictures-that-the-path-does-not-take-count", test_pictures);
  WORLD_TEST ("/room/quality/a-bad-uplink-of-whom-one-sees-is-said", test_peer);
  WORLD_TEST ("/room/quality/everybodys-sum-has-each-report", test_totals);
  STORED_TEST ("/room/quality/a-stay-is-kept-when-he-goes", test_stay_is_kept);
  STORED_TEST ("/room/quality/all-stays-are-kept-when-the-room-ends", test_room_ends);
  STORED_TEST ("/room/quality/all-stays-are-kept-when-the-server-ends", test_shutdown);
  STORED_TEST ("/room/quality/a-long-stay-is-kept-on-the-way", test_on_the_way);
  STORED_TEST ("/room/quality/rows-go-after-ninety-days", test_old_rows_go);
  return g_test_run ();
}
