/* SPDX-License-Identifier: Apache-2.0 */
#include "room/slots.h"

typedef struct
{
  ParlorSlotTable *table;
  GString *log;
} Fixture;

static void
set_up (Fixture *f, gconstpointer data)
{
  static const ParlorSlotInfo slots[] = {{"a0", PARLOR_SLOT_AUDIO},
                                         {"v0", PARLOR_SLOT_VIDEO},
                                         {"v1", PARLOR_SLOT_VIDEO},
                                         {"v2", PARLOR_SLOT_VIDEO},
                                         {"s0", PARLOR_SLOT_SCREEN}};
  f->table = parlor_slot_table_new (slots, G_N_ELEMENTS (slots));
  f->log = g_string_new (NULL);
}

static void
tear_down (Fixture *f, gconstpointer data)
{
  parlor_slot_table_free (f->table);
  g_string_free (f->log, TRUE);
}

static void
on_select (guint slot, ParlorSourceRef source, guint height, gpointer user_data)
{
  Fixture *f = user_data;
  g_string_append_printf (f->log, "%u=%u/%u ", slot, (guint)source.endpoint, height);
}

/* Fits cameras of these endpoints (0 ends the list) at 360 lines and compares what was selected. */
static void
fit (Fixture *f, const ParlorEndpointId *endpoints, const char *expected)
{
  ParlorSlotWish wishes[8];
  guint n = 0;
  for (; endpoints[n] != 0; n++)
    wishes[n] = (ParlorSlotWish){{endpoints[n], PARLOR_SOURCE_CAMERA}, 360};
  g_string_truncate (f->log, 0);
  parlor_slot_table_fit (f->table, PARLOR_SLOT_VIDEO, wishes, n, on_select, f);
  g_assert_cmpstr (f->log->str, ==, expected);
}

#define FIT(f, expected, ...) fit (f, (const ParlorEndpointId[]){__VA_ARGS__, 0}, expected)

static void
test_stays (Fixture *f, gconstpointer data)
{
  FIT (f, "1=10/360 2=11/360 3=12/360 ", 10, 11, 12);
  FIT (f, "", 12, 10, 11);          /* another order moves nobody */
  FIT (f, "2=13/360 ", 13, 12, 10); /* the new one takes the place that came free */
  FIT (f, "1=0/0 2=0/0 ", 12);
  FIT (f, "1=10/360 ", 10, 12);
}

static void
test_bounded (Fixture *f, gconstpointer data)
{
  FIT (f, "1=10/360 2=11/360 3=12/360 ", 10, 10, 11, 10, 12, 13, 14);
  g_assert_cmpuint (parlor_slot_table_count (f->table, PARLOR_SLOT_VIDEO), ==, 3);
}

static void
test_height (Fixture *f, gconstpointer data)
{
  guint indices[PARLOR_MAX_SLOTS];
  FIT (f, "1=10/360 ", 10);
  parlor_slot_table_take_untold (f->table, indices);
  g_string_truncate (f->log, 0);
  ParlorSlotWish taller = {{10, PARLOR_SOURCE_CAMERA}, 720};
  parlor_slot_table_fit (f->table, PARLOR_SLOT_VIDEO, &taller, 1, on_select, f);
  g_assert_cmpstr (f->log->str, ==, "1=10/720 ");
  g_assert_false (parlor_slot_table_has_untold (f->table)); /* no news to the page */
}

static void
test_untold (Fixture *f, gconstpointer data)
{
  guint indices[PARLOR_MAX_SLOTS];
  g_assert_cmpuint (parlor_slot_table_take_untold (f->table, indices), ==, 5);
  g_assert_false (parlor_slot_table_has_untold (f->table));
  FIT (f, "1=10/360 ", 10);
  g_assert_cmpuint (parlor_slot_table_take_untold (f->table, indices), ==, 1);
  g_assert_cmpuint (indices[0], ==, 1);
  parlor_slot_table_untell (f->table);
  g_assert_cmpuint (parlor_slot_table_take_untold (f->table, indices), ==, 5);
}

static void
test_shown (Fixture *f, gconstpointer data)
{
  guint indices[PARLOR_MAX_SLOTS];
  FIT (f, "1=10/360 ", 10);
  parlor_slot_table_take_untold (f->table, indices);
  ParlorSourceRef ten = {10, PARLOR_SOURCE_CAMERA}, eleven = {11, PARLOR_SOURCE_CAMERA};
  g_assert_false (parlor_slot_table_shown (f->table, 1, eleven, TRUE, 5)); /* not any more */
  g_assert_true (parlor_slot_table_shown (f->table, 1, ten, TRUE, 77));
  g_assert_false (parlor_slot_table_shown (f->table, 1, ten, TRUE, 77)); /* known */
  g_assert_cmpuint (parlor_slot_table_get (f->table, 1)->rtp_timestamp, ==, 77);
  g_assert_false (parlor_slot_table_shown (f->table, 99, ten, TRUE, 1));
  FIT (f, "1=11/360 ", 11);
  g_assert_false (parlor_slot_table_get (f->table, 1)->has_rtp);
}

static void
test_audio (Fixture *f, gconstpointer data)
{
  ParlorSourceRef voice = {10, PARLOR_SOURCE_MICROPHONE};
  g_assert_true (parlor_slot_table_shown (f->table, 0, voice, TRUE, 5));
  parlor_slot_table_forget (f->table, 11);
  g_assert_cmpuint (parlor_slot_table_get (f->table, 0)->source.endpoint, ==, 10);
  parlor_slot_table_forget (f->table, 10);
  g_assert_cmpuint (parlor_slot_table_get (f->table, 0)->source.endpoint, ==, 0);
}

/* --- the policy --- */

static const ParlorEndpointId cameras[] = {1, 2, 3, 4, 5};
static const ParlorEndpointId screens[] = {4, 2};

static ParlorSlotScene
scene_of (ParlorEndpointId self)
{
  return (ParlorSlotScene){.self = self,
                           .cameras = cameras,
                           .n_cameras = G_N_ELEMENTS (cameras),
                           .screens = screens,
                           .n_screens = G_N_ELEMENTS (screens),
                           .visible = TRUE};
}

static void
assert_cameras (const ParlorSlotScene *scene, guint max, const char *expected)
{
  ParlorSlotWish wishes[PARLOR_MAX_SLOTS];
  g_autoptr (GString) got = g_string_new (NULL);
  guint n = parlor_slots_cameras (scene, wishes, max);
  for (guint i = 0; i < n; i++)
    g_string_append_printf (got, "%u/%u ", (guint)wishes[i].source.endpoint, wishes[i].height);
  g_assert_cmpstr (got->str, ==, expected);
}

static void
test_no_view (void)
{
  ParlorSlotScene scene = scene_of (3);
  assert_cameras (&scene, 10, "1/360 2/360 4/360 5/360 ");
  scene.speaker = 5;
  assert_cameras (&scene, 3, "5/360 1/360 2/360 ");
  scene.speaker = 3;
  assert_cameras (&scene, 2, "1/360 2/360 ");
}

static void
test_view (void)
{
  static const ParlorSlotTile tiles[] = {{4, 720}, {0, 100}, {3, 90}, {2, 180}};
  ParlorSlotScene scene = scene_of (3);
  scene.has_view = TRUE;
  scene.tiles = tiles;
  scene.n_tiles = G_N_ELEMENTS (tiles);
  assert_cameras (&scene, 10, "4/720 2/180 ");
  scene.speaker = 2;
  scene.pinned = 1;
  assert_cameras (&scene, 10, "1/360 2/180 4/720 ");
  scene.pinned = 0;
  assert_cameras (&scene, 10, "2/180 4/720 ");
  scene.visible = FALSE;
  assert_cameras (&scene, 10, "");
}

static void
test_screen (void)
{
  ParlorSlotScene scene = scene_of (1);
  g_assert_cmpuint (parlor_slots_screen (&scene), ==, 4);
  scene.screen = 2;
  g_assert_cmpuint (parlor_slots_screen (&scene), ==, 2);
  scene.screen = 1; /* who shares none */
  g_assert_cmpuint (parlor_slots_screen (&scene), ==, 4);
  scene.self = 4;
  g_assert_cmpuint (parlor_slots_screen (&scene), ==, 2);
  scene.n_screens = 1;
  g_assert_cmpuint (parlor_slots_screen (&scene), ==, 0);
}

static void
assert_stage (const ParlorStageScene *scene, ParlorEndpointId endpoint, ParlorSourceKind kind)
{
  ParlorSourceRef stage = parlor_slots_stage (scene);
  g_assert_cmpuint (stage.endpoint, ==, endpoint);
  g_assert_cmpuint (stage.kind, ==, kind);
}

static void
test_stage (void)
{
  ParlorStageScene scene = {.cameras = cameras, .n_cameras = G_N_ELEMENTS (cameras)};
  assert_stage (&scene, 1, PARLOR_SOURCE_CAMERA);
  scene.speaker = 3;
  assert_stage (&scene, 3, PARLOR_SOURCE_CAMERA);
  scene.screen = 4;
  assert_stage (&scene, 4, PARLOR_SOURCE_SCREEN);
  scene.pinned = 2;
  assert_stage (&scene, 2, PARLOR_SOURCE_CAMERA);
  assert_stage (&(ParlorStageScene){.speaker = 3}, 0, PARLOR_SOURCE_NONE);
}

#define TELLS(f, slot, rtp, always, expected)                                                      \
  g_assert_cmpuint (parlor_slot_table_clock (f->table, slot, rtp, 5000, always, told), ==, expected)

/* Audio slot 0, video slots 1 to 3. */
static void
test_clocks (Fixture *f, gconstpointer data)
{
  const ParlorSourceRef voice = {10, PARLOR_SOURCE_MICROPHONE},
                        other = {11, PARLOR_SOURCE_MICROPHONE};
  guint told[2];
  TELLS (f, 1, 100, TRUE, 0); /* nobody is there */
  TELLS (f, 99, 100, TRUE, 0);
  FIT (f, "1=10/360 2=11/360 ", 10, 11);
  TELLS (f, 1, 100, FALSE, 0); /* he is not heard yet */
  g_assert_true (parlor_slot_table_shown (f->table, 0, voice, TRUE, 7));
  TELLS (f, 0, 200, FALSE, 2); /* both are told, what was kept too */
  g_assert_cmpuint (told[0], ==, 0);
  g_assert_cmpuint (told[1], ==, 1);
  g_assert_cmpuint (parlor_slot_table_get (f->table, 1)->clock_rtp, ==, 100);
  TELLS (f, 1, 300, FALSE, 1);
  g_assert_cmpuint (told[0], ==, 1);
  g_assert_true (parlor_slot_table_shown (f->table, 0, other, TRUE, 7));
  TELLS (f, 2, 400, FALSE, 0); /* the voice's clock was somebody else's */
  TELLS (f, 1, 500, FALSE, 0);
  TELLS (f, 0, 600, FALSE, 2);
  g_assert_cmpuint (told[1], ==, 2);
  TELLS (f, 1, 700, TRUE, 1); /* a live room wants all */
}

#define ADD(name, test) g_test_add ("/room/slots/" name, Fixture, NULL, set_up, test, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD ("who-is-still-wanted-keeps-his-slot", test_stays);
  ADD ("no-more-wishes-than-slots-and-none-twice", test_bounded);
  ADD ("another-height-is-news-to-media-not-to-the-page", test_height);
  ADD ("each-change-is-told-once", test_untold);
  ADD ("a-late-word-about-a-former-source-is-ignored", test_shown);
  ADD ("audio-slots-follow-the-media-plane", test_audio);
  ADD ("clocks-are-told-of-who-is-seen-and-heard", test_clocks);
  g_test_add_func ("/room/slots/without-a-view-speaker-then-order-of-joining", test_no_view);
  g_test_add_func ("/room/slots/with-a-view-pinned-then-speaker-then-tiles", test_view);
  g_test_add_func ("/room/slots/the-newest-screen-of-another-unless-chosen", test_screen);
  g_test_add_func ("/room/slots/stage-is-pinned-screen-speaker-first", test_stage);
  return g_test_run ();
}
