/* SPDX-License-Identifier: Apache-2.0 */
#include "proto/speaker.h"
#include "base/time.h"

#define MS PARLOR_US_PER_MS
#define SPEECH 30
#define SILENCE 127

typedef struct
{
  ParlorSpeakers *speakers;
  gint64 now_us;
  guint8 levels[600]; /* what each sends every 20 ms; 255 = nothing */
  guint n;
  guint dominant_changes, loudest_changes;
} Room;

static void
open_room (Room *room, guint n, guint n_loudest)
{
  room->speakers = parlor_speakers_new (n_loudest);
  room->now_us = 1000 * PARLOR_US_PER_SEC;
  room->n = n;
  room->dominant_changes = room->loudest_changes = 0;
  for (guint i = 0; i < n; i++)
    {
      parlor_speakers_add (room->speakers, i);
      room->levels[i] = SILENCE;
    }
}

static void
play (Room *room, gint64 ms)
{
  for (gint64 end = room->now_us + ms * MS; room->now_us < end; room->now_us += 10 * MS)
    {
      for (guint i = 0; i < room->n && room->now_us % (20 * MS) == 0; i++)
        if (room->levels[i] != 255)
          parlor_speakers_push (room->speakers, i, room->levels[i], room->now_us);
      if (room->now_us < parlor_speakers_next_us (room->speakers))
        continue;
      guint changed = parlor_speakers_poll (room->speakers, room->now_us);
      room->dominant_changes += (changed & PARLOR_SPEAKERS_DOMINANT_CHANGED) != 0;
      room->loudest_changes += (changed & PARLOR_SPEAKERS_LOUDEST_CHANGED) != 0;
    }
}

static gint
dominant (const Room *room)
{
  return parlor_speakers_dominant (room->speakers);
}

static void
test_silence (void)
{
  Room room;
  open_room (&room, 3, 3);
  g_assert_cmpint (parlor_speakers_next_us (room.speakers), ==, G_MAXINT64);
  play (&room, 5000);
  g_assert_cmpint (dominant (&room), ==, PARLOR_SPEAKER_NONE);
  g_assert_cmpuint (room.dominant_changes, ==, 0);
  parlor_speakers_free (room.speakers);
}

static void
test_sentence (void)
{
  Room room;
  open_room (&room, 3, 3);
  room.levels[1] = SPEECH;
  play (&room, 1000);
  g_assert_cmpint (dominant (&room), ==, 1);
  room.levels[1] = SILENCE;
  play (&room, 5000);
  g_assert_cmpint (dominant (&room), ==, 1);
  room.levels[2] = SPEECH;
  play (&room, 1500);
  g_assert_cmpint (dominant (&room), ==, 2);
  g_assert_cmpuint (room.dominant_changes, ==, 2);
  parlor_speakers_free (room.speakers);
}

static void
test_cough (void)
{
  Room room;
  open_room (&room, 3, 3);
  room.levels[0] = SPEECH;
  play (&room, 3000);
  for (guint i = 0; i < 10; i++)
    {
      room.levels[1] = 5;
      play (&room, 200);
      room.levels[1] = SILENCE;
      play (&room, 800);
    }
  g_assert_cmpint (dominant (&room), ==, 0);
  g_assert_cmpuint (room.dominant_changes, ==, 1);
  parlor_speakers_free (room.speakers);
}

/* Somebody talks over the speaker, who does not stop: no flicker. */
static void
test_overlap (void)
{
  Room room;
  open_room (&room, 2, 2);
  room.levels[0] = SPEECH;
  play (&room, 2000);
  room.levels[1] = SPEECH - 5;
  play (&room, 10000);
  g_assert_cmpint (dominant (&room), ==, 0);
  room.levels[0] = SILENCE;
  play (&room, 1500);
  g_assert_cmpint (dominant (&room), ==, 1);
  g_assert_cmpuint (room.dominant_changes, ==, 2);
  parlor_speakers_free (room.speakers);
}

/* The speaker takes a breath, and somebody says one word into it: nothing changes, whenever the
 * decision falls. */
static void
check_breath (gint64 breath_ms)
{
  Room room;
  open_room (&room, 2, 2);
  room.levels[0] = SPEECH;
  play (&room, 3000);
  for (guint i = 0; i < 40; i++)
    {
      room.levels[0] = SILENCE;
      room.levels[1] = 10;
      play (&room, breath_ms);
      room.levels[0] = SPEECH;
      room.levels[1] = SILENCE;
      play (&room, 1000 + i * 10);
    }
  g_assert_cmpint (dominant (&room), ==, 0);
  g_assert_cmpuint (room.dominant_changes, ==, 1);
  parlor_speakers_free (room.speakers);
}

static void
test_breath (void)
{
  check_breath (60);
  check_breath (200);
}

/* Whoever spoke within the last tenth of a second is not overtaken, though silent at the very
 * moment of the decision. */
static void
test_medium (void)
{
  Room room;
  open_room (&room, 2, 2);
  room.levels[0] = SPEECH;
  play (&room, 3000);
  room.levels[1] = SPEECH;
  for (guint i = 0; i < 20; i++)
    {
      room.levels[0] = SILENCE;
      play (&room, 220);
      room.levels[0] = SPEECH;
      play (&room, PARLOR_SPEAKERS_INTERVAL_US / MS - 220);
    }
  g_assert_cmpint (dominant (&room), ==, 0);
  room.levels[0] = SILENCE;
  play (&room, 1000);
  g_assert_cmpint (dominant (&room), ==, 1);
  parlor_speakers_free (room.speakers);
}

/* One that is hardly louder than all members stays out, however long. */
static void
test_margin (void)
{
  Room room;
  open_room (&room, 4, 3);
  room.levels[0] = room.levels[1] = room.levels[2] = 30;
  play (&room, 1000);
  room.levels[3] = 29;
  play (&room, 5000);
  g_assert_false (parlor_speakers_is_loud (room.speakers, 3));
  room.levels[3] = 26;
  play (&room, 1500);
  g_assert_true (parlor_speakers_is_loud (room.speakers, 3));
  parlor_speakers_free (room.speakers);
}

/* A fan at -60 dBov never speaks, however long it runs. */
static void
test_fan (void)
{
  Room room;
  open_room (&room, 2, 2);
  room.levels[0] = 60;
  play (&room, 60000);
  g_assert_cmpint (dominant (&room), ==, PARLOR_SPEAKER_NONE);
  parlor_speakers_free (room.speakers);
}

static void
test_removed (void)
{
  Room room;
  open_room (&room, 2, 2);
  room.levels[0] = SPEECH;
  play (&room, 1000);
  parlor_speakers_remove (room.speakers, 0);
  g_assert_cmpint (parlor_speakers_next_us (room.speakers), ==, 0);
  g_assert_cmpint (dominant (&room), ==, PARLOR_SPEAKER_NONE);
  g_assert_false (parlor_speakers_is_loud (room.speakers, 0));
  g_assert_cmpuint (parlor_speakers_poll (room.speakers, room.now_us), ==,
                    PARLOR_SPEAKERS_DOMINANT_CHANGED | PARLOR_SPEAKERS_LOUDEST_CHANGED);
  parlor_speakers_push (room.speakers, 0, SPEECH, room.now_us);
  parlor_speakers_push (room.speakers, 60000, SPEECH, room.now_us);
  g_assert_cmpuint (parlor_speakers_level (room.speakers, 0, room.now_us), ==, 0);
  parlor_speakers_add (room.speakers, 0);
  play (&room, 1500);
  g_assert_cmpint (dominant (&room), ==, 0);
  parlor_speakers_free (room.speakers);
}

static void
test_small_room (void)
{
  Room room;
  gint out[PARLOR_SPEAKERS_LOUDEST_MAX];
  open_room (&room, 3, 3);
  room.levels[0] = 100;
  play (&room, 100);
  g_assert_cmpuint (parlor_speakers_loudest (room.speakers, out), ==, 3);
  for (guint i = 0; i < 3; i++)
    g_assert_true (parlor_speakers_is_loud (room.speakers, i));
  g_assert_cmpuint (room.loudest_changes, ==, 1);
  parlor_speakers_free (room.speakers);
}

/* Who hears three of the four members hears each who speaks: the fourth had a place, and nobody
 * heard him who had not one too. */
static void
test_ranked (void)
{
  Room room;
  guint out[PARLOR_SPEAKERS_LOUDEST_MAX];
  open_room (&room, 10, 4);
  for (guint i = 2; i < 6; i++)
    room.levels[i] = SPEECH;
  play (&room, 2000);
  g_assert_cmpuint (parlor_speakers_ranked (room.speakers, out), ==, 4);
  for (guint k = 0; k < 8; k++)
    {
      guint speaker = 2 + k % 4;
      for (guint i = 2; i < 6; i++)
        room.levels[i] = SILENCE;
      play (&room, 600);
      room.levels[speaker] = SPEECH;
      play (&room, 160);
      g_assert_cmpuint (parlor_speakers_ranked (room.speakers, out), ==, 4);
      g_assert_cmpuint (out[0], ==, speaker);
    }
  /* All of them speak: the last one is whoever is quieter, but not at once. */
  for (guint i = 2; i < 6; i++)
    room.levels[i] = i == out[0] ? SPEECH + 10 : SPEECH;
  play (&room, 500);
  parlor_speakers_ranked (room.speakers, out);
  g_assert_cmpuint (room.levels[out[0]], ==, SPEECH + 10);
  play (&room, 5000);
  parlor_speakers_ranked (room.speakers, out);
  g_assert_cmpuint (room.levels[out[3]], ==, SPEECH + 10);
  parlor_speakers_remove (room.speakers, out[3]);
  g_assert_cmpuint (parlor_speakers_ranked (room.speakers, out), ==, 3);
  parlor_speakers_free (room.speakers);
}

static void
test_newcomer (void)
{
  Room room;
  gint before[PARLOR_SPEAKERS_LOUDEST_MAX], after[PARLOR_SPEAKERS_LOUDEST_MAX];
  open_room (&room, 10, 3);
  room.levels[4] = room.levels[5] = room.levels[6] = SPEECH;
  play (&room, 2000);
  for (guint i = 4; i < 7; i++)
    g_assert_true (parlor_speakers_is_loud (room.speakers, i));
  parlor_speakers_loudest (room.speakers, before);
  room.levels[5] = SILENCE;
  play (&room, 600);
  room.levels[8] = SPEECH;
  play (&room, 160);
  g_assert_true (parlor_speakers_is_loud (room.speakers, 8));
  g_assert_false (parlor_speakers_is_loud (room.speakers, 5));
  parlor_speakers_loudest (room.speakers, after);
  for (guint i = 0; i < 3; i++)
    g_assert_cmpint (after[i], ==, before[i] == 5 ? 8 : before[i]);
  parlor_speakers_free (room.speakers);
}

/* Four of like loudness for three places: nobody is put out in mid-word. */
static void
test_sticky (void)
{
  Room room;
  open_room (&room, 4, 3);
  g_autoptr (GRand) rand = g_rand_new_with_seed (2);
  room.levels[0] = room.levels[1] = room.levels[2] = SPEECH;
  play (&room, 1000);
  guint settled = room.loudest_changes;
  for (guint i = 0; i < 100; i++)
    {
      for (guint k = 0; k < 4; k++)
        room.levels[k] = (guint8)(SPEECH + g_rand_int_range (rand, 0, 6));
      play (&room, 100);
    }
  g_assert_cmpuint (room.loudest_changes - settled, <=, 4);
  parlor_speakers_free (room.speakers);
}

/* An outsider who is clearly louder for long gets in, though nobody is silent. */
static void
test_overtaken (void)
{
  Room room;
  open_room (&room, 4, 3);
  room.levels[0] = room.levels[1] = 30;
  room.levels[2] = 50;
  play (&room, 2000);
  room.levels[3] = 20;
  play (&room, 900);
  g_assert_false (parlor_speakers_is_loud (room.speakers, 3));
  play (&room, 600);
  g_assert_true (parlor_speakers_is_loud (room.speakers, 3));
  g_assert_false (parlor_speakers_is_loud (room.speakers, 2));
  parlor_speakers_free (room.speakers);
}

static void
test_sleep (void)
{
  Room room;
  open_room (&room, 2, 2);
  room.levels[0] = SPEECH;
  room.levels[1] = 255;
  play (&room, 1000);
  g_assert_cmpuint (parlor_speakers_level (room.speakers, 0, room.now_us), >, 90);
  room.levels[0] = 255;
  play (&room, 2000);
  g_assert_cmpint (parlor_speakers_next_us (room.speakers), ==, G_MAXINT64);
  g_assert_cmpuint (parlor_speakers_level (room.speakers, 0, room.now_us), ==, 0);
  room.levels[1] = SPEECH;
  play (&room, 1500);
  g_assert_cmpint (dominant (&room), ==, 1);
  parlor_speakers_free (room.speakers);
}

/* Packets of 60 ms speak as much as packets of 20. */
static void
test_long_packets (void)
{
  g_autoptr (ParlorSpeakers) speakers = parlor_speakers_new (1);
  parlor_speakers_add (speakers, 7);
  for (gint64 now_us = PARLOR_US_PER_SEC; now_us < 3 * PARLOR_US_PER_SEC; now_us += 60 * MS)
    {
      parlor_speakers_push (speakers, 7, SPEECH, now_us);
      parlor_speakers_poll (speakers, now_us);
    }
  g_assert_cmpint (parlor_speakers_dominant (speakers), ==, 7);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/proto/speaker/silence-has-no-speaker", test_silence);
  g_test_add_func ("/proto/speaker/a-sentence-takes-over-and-stays", test_sentence);
  g_test_add_func ("/proto/speaker/a-cough-does-not-switch", test_cough);
  g_test_add_func ("/proto/speaker/talking-over-the-speaker-does-not-flicker", test_overlap);
  g_test_add_func ("/proto/speaker/a-word-into-a-breath-does-not-switch", test_breath);
  g_test_add_func ("/proto/speaker/the-last-tenth-of-a-second-counts", test_medium);
  g_test_add_func ("/proto/speaker/hardly-louder-is-not-louder", test_margin);
  g_test_add_func ("/proto/speaker/a-fan-is-nobody", test_fan);
  g_test_add_func ("/proto/speaker/who-is-removed-is-out-of-all-lists", test_removed);
  g_test_add_func ("/proto/speaker/in-a-small-room-everybody-is-heard", test_small_room);
  g_test_add_func ("/proto/speaker/who-hears-fewer-hears-who-speaks", test_ranked);
  g_test_add_func ("/proto/speaker/a-newcomer-takes-the-silent-place-alone", test_newcomer);
  g_test_add_func ("/proto/speaker/like-loudness-does-not-flicker", test_sticky);
  g_test_add_func ("/proto/speaker/who-is-overtaken-for-a-second-goes", test_overtaken);
  g_test_add_func ("/proto/speaker/nothing-is-due-while-nobody-sends", test_sleep);
  g_test_add_func ("/proto/speaker/long-packets-count-for-their-time", test_long_packets);
  return g_test_run ();
}
