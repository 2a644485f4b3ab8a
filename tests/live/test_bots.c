/* SPDX-License-Identifier: Apache-2.0 */
#include "live/bots.h"
#include "world.h"

static void
test_token (void)
{
  g_autoptr (World) world = world_new ();
  g_autoptr (ParlorBots) bots = parlor_bots_new (&world->sink, &world->random);
  char token[PARLOR_BOT_TOKEN_SIZE], other[PARLOR_BOT_TOKEN_SIZE];
  const ParlorBot *bot = parlor_bots_make (bots, "br_1", " Price watch ", NULL, 5, token, NULL);
  const ParlorBot *second = parlor_bots_make (bots, "br_1", "Echo", "rm_1", 6, other, NULL);
  g_assert_cmpstr (bot->name, ==, "Price watch");
  g_assert_true (parlor_bots_recognise (bots, token) == bot);
  g_assert_true (parlor_bots_recognise (bots, other) == second);
  g_autofree char *mixed = g_strconcat (bot->id, strchr (other, '.'), NULL);
  const char *const wrong[] = {mixed, bot->id, "", ".", "bot_.", "x.y", NULL};
  for (guint i = 0; i < G_N_ELEMENTS (wrong); i++)
    g_assert_null (parlor_bots_recognise (bots, wrong[i]));
  g_assert_null (strstr (bot->key_hash, strchr (token, '.') + 1));
  g_assert_false (parlor_bots_revoke (bots, "br_2", bot->id, 9));
  g_autofree char *id = g_strdup (bot->id);
  g_assert_true (parlor_bots_revoke (bots, "br_1", id, 9));
  g_assert_false (parlor_bots_revoke (bots, "br_1", id, 9));
  g_assert_null (parlor_bots_recognise (bots, token));
  guint n;
  g_autofree const ParlorBot **list = parlor_bots_list (bots, "br_1", &n);
  g_assert_cmpuint (n, ==, 1);
}

static void
test_rate (void)
{
  g_autoptr (World) world = world_new ();
  g_autoptr (ParlorBots) bots = parlor_bots_new (NULL, &world->random);
  char token[PARLOR_BOT_TOKEN_SIZE];
  const ParlorBot *bot = parlor_bots_make (bots, "br_1", "Echo", NULL, 5, token, NULL);
  gint64 now_us = 1000000, said[1000];
  guint n = 0;
  /* It tries ten times a second for three minutes: no window of a minute holds more than 20. */
  for (; now_us < 181000000; now_us += 100000)
    if (!parlor_bots_take (bots, bot, now_us))
      said[n++] = now_us;
  g_assert_cmpuint (n, ==, 3 * PARLOR_BOT_POSTS);
  for (guint i = PARLOR_BOT_POSTS; i < n; i++)
    g_assert_cmpint (said[i] - said[i - PARLOR_BOT_POSTS], >=, PARLOR_BOT_WINDOW_US);
}

static void
test_limits (void)
{
  g_autoptr (World) world = world_new ();
  g_autoptr (ParlorBots) bots = parlor_bots_new (NULL, &world->random);
  g_autoptr (GError) error = NULL;
  char token[PARLOR_BOT_TOKEN_SIZE];
  g_autofree char *longest = g_strnfill (41, 'x');
  const char *const wrong[] = {NULL, "", "a\nb", longest};
  for (guint i = 0; i < G_N_ELEMENTS (wrong); i++)
    {
      g_clear_error (&error);
      g_assert_null (parlor_bots_make (bots, "br_1", wrong[i], NULL, 5, token, &error));
      g_assert_error (error, PARLOR_ERROR, PARLOR_ERROR_BAD_REQUEST);
    }
  for (guint i = 0; i < PARLOR_BOTS_OF_BRAND; i++)
    g_assert_nonnull (parlor_bots_make (bots, "br_1", "Echo", NULL, 5, token, NULL));
  g_clear_error (&error);
  g_assert_null (parlor_bots_make (bots, "br_1", "Echo", NULL, 5, token, &error));
  g_assert_error (error, PARLOR_ERROR, PARLOR_ERROR_TOO_MANY);
  g_assert_nonnull (parlor_bots_make (bots, "br_2", "Echo", NULL, 5, token, NULL));
}

static void
test_load (void)
{
  g_autoptr (World) world = world_new ();
  g_autoptr (ParlorBots) bots = parlor_bots_new (NULL, &world->random);
  g_autofree char *hash = g_compute_checksum_for_string (G_CHECKSUM_SHA256, "secret", -1);
  ParlorBot row = {(char *)"bot_1", (char *)"br_1", (char *)"Echo", (char *)"", hash, 1, 0};
  parlor_bots_load (bots, &row);
  row.id = (char *)"bot_2";
  row.revoked_ms = 7;
  parlor_bots_load (bots, &row);
  g_assert_nonnull (parlor_bots_recognise (bots, "bot_1.secret"));
  g_assert_null (parlor_bots_recognise (bots, "bot_2.secret"));
}

/* What it says in a room passes slow mode, and not the host's hand. */
static void
test_voice (void)
{
  g_autoptr (World) world = world_new ();
  g_autoptr (GError) error = NULL;
  ParlorLiveWho bot = {.person = "bot_1", .name = "Parlor helper", .is_bot = TRUE};
  world_go_live (world);
  parlor_live_set_slow (world->room, 60, world_now (world));
  const ParlorComment *said = parlor_live_comment (world->room, &bot, "1", "first",
                                                   world_now (world), NULL);
  g_assert_cmpint (said->flags, ==, PARLOR_COMMENT_BY_BOT);
  g_assert_nonnull (
      parlor_live_comment (world->room, &bot, "2", "second", world_now (world), NULL));
  parlor_live_moderate (world->room, PARLOR_MODERATE_MUTE, said->id, world_now (world), NULL);
  g_assert_null (parlor_live_comment (world->room, &bot, "3", "third", world_now (world), &error));
  g_assert_error (error, PARLOR_ERROR, PARLOR_ERROR_FORBIDDEN);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/live/bots/only-its-own-token-is-a-bots-until-it-is-revoked", test_token);
  g_test_add_func ("/live/bots/twenty-in-any-minute", test_rate);
  g_test_add_func ("/live/bots/names-and-numbers-are-bounded", test_limits);
  g_test_add_func ("/live/bots/a-restart-keeps-those-that-hold", test_load);
  g_test_add_func ("/live/bots/what-it-says-is-marked-and-can-be-muted", test_voice);
  return g_test_run ();
}
