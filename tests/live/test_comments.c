/* SPDX-License-Identifier: Apache-2.0 */
#include "world.h"

#include <string.h>

static const ParlorLiveWho ada = {.person = "pt_a", .visitor = "vis_a", .name = "Ada"};
static const ParlorLiveWho bo = {.person = "pt_b", .visitor = "vis_b", .name = "Bo"};
static const ParlorLiveWho host = {.person = "pt_h", .name = "Lin", .is_host = TRUE};

static const ParlorComment *
say (World *world, const ParlorLiveWho *who, const char *id, const char *text, GError **error)
{
  return parlor_live_comment (world->room, who, id, text, world_now (world), error);
}

static void
test_batch (void)
{
  g_autoptr (World) world = world_new ();
  world_go_live (world);
  world_pass (world, 1000);
  g_assert_nonnull (say (world, &ada, "1", "one", NULL));
  g_assert_nonnull (say (world, &bo, "1", "two", NULL));
  g_assert_cmpstr (world_told (world), ==, "");
  world_pass (world, 250);
  g_assert_cmpstr (world_told (world), ==, "comments:one:two");
  world_pass (world, 1000);
  g_assert_cmpstr (world_told (world), ==, "");
}

static void
test_again (void)
{
  g_autoptr (World) world = world_new ();
  world_go_live (world);
  const ParlorComment *first = say (world, &ada, "1", "one", NULL);
  g_assert_true (say (world, &ada, "1", "one", NULL) == first);
  g_assert_true (say (world, &bo, "1", "one", NULL) != first);
}

static void
test_rates (void)
{
  g_autoptr (World) world = world_new ();
  g_autoptr (GError) error = NULL;
  world_go_live (world);
  for (guint i = 0; i < 3; i++)
    g_assert_nonnull (say (world, &ada, (const char *[]){"1", "2", "3"}[i], "x", NULL));
  g_assert_null (say (world, &ada, "4", "x", &error));
  g_assert_error (error, PARLOR_ERROR, PARLOR_ERROR_TOO_MANY);
  g_assert_nonnull (say (world, &bo, "1", "x", NULL));
  world_pass (world, 2000);
  g_assert_nonnull (say (world, &ada, "4", "x", NULL));
  parlor_live_set_slow (world->room, 30, world_now (world));
  world_pass (world, 10000);
  g_clear_error (&error);
  g_assert_null (say (world, &ada, "5", "x", &error));
  g_assert_nonnull (say (world, &host, "1", "x", NULL));
  world_pass (world, 20000);
  g_assert_nonnull (say (world, &ada, "5", "x", NULL));
}

static void
test_five_hundred (void)
{
  g_autoptr (World) world = world_new ();
  world_go_live (world);
  for (guint i = 0; i < 500; i++)
    {
      g_autofree char *name = g_strdup_printf ("pt_%u", i);
      g_autofree char *text = g_strdup_printf ("%u", i);
      ParlorLiveWho who = {.person = name, .name = "x"};
      g_assert_nonnull (say (world, &who, "1", text, NULL));
      world_pass (world, 120);
    }
  world_pass (world, 300);
  g_auto (GStrv) told = g_strsplit (world_told (world), ":", -1);
  guint next = 0;
  for (guint i = 0; told[i]; i++)
    if (g_ascii_isdigit (told[i][0]))
      g_assert_cmpuint ((guint)g_ascii_strtoull (told[i], NULL, 10), ==, next++);
  g_assert_cmpuint (next, ==, 500);
}

static void
test_moderation (void)
{
  g_autoptr (World) world = world_new ();
  g_autoptr (GError) error = NULL;
  world_go_live (world);
  const ParlorComment *one = say (world, &ada, "1", "one", NULL);
  g_autofree char *id = g_strdup (one->id);
  world_pass (world, 300);
  world_told (world);
  parlor_live_moderate (world->room, PARLOR_MODERATE_PIN, id, world_now (world), NULL);
  g_assert_cmpstr (parlor_live_top_comment (world->room)->id, ==, id);
  parlor_live_moderate (world->room, PARLOR_MODERATE_MUTE, id, world_now (world), NULL);
  g_assert_null (say (world, &ada, "2", "two", &error));
  g_assert_error (error, PARLOR_ERROR, PARLOR_ERROR_FORBIDDEN);
  ParlorLiveWho reloaded = {.person = "pt_other", .visitor = "vis_a", .name = "Ada"};
  g_assert_null (say (world, &reloaded, "2", "two", NULL));
  parlor_live_moderate (world->room, PARLOR_MODERATE_DELETE, id, world_now (world), NULL);
  g_assert_cmpstr (world_told (world), ==, "top quiet top gone");
  guint n;
  g_free (parlor_live_comments (world->room, 50, &n));
  g_assert_cmpuint (n, ==, 0);
  g_assert_null (parlor_live_top_comment (world->room));
  g_assert_false (
      parlor_live_moderate (world->room, PARLOR_MODERATE_PIN, "cmt_none", world_now (world), NULL));
}

/* Muted by one comment, let speak again by another; and a restart undoes nothing. */
static void
test_quiet (void)
{
  g_autoptr (World) world = world_new ();
  guint n;
  world_go_live (world);
  const ParlorComment *one = say (world, &ada, "1", "one", NULL);
  const ParlorComment *two = say (world, &ada, "2", "two", NULL);
  const ParlorComment *bos = say (world, &bo, "1", "three", NULL);
  g_autofree char *first = g_strdup (one->id), *second = g_strdup (two->id);
  g_autofree char *shadow = g_strdup (bos->id);
  parlor_live_moderate (world->room, PARLOR_MODERATE_MUTE, first, world_now (world), NULL);
  parlor_live_moderate (world->room, PARLOR_MODERATE_MUTE, second, world_now (world), NULL);
  parlor_live_moderate (world->room, PARLOR_MODERATE_SHADOW, shadow, world_now (world), NULL);
  g_autofree const ParlorComment **quiet = parlor_live_quiet (world->room, &n);
  g_assert_cmpuint (n, ==, 2);
  g_assert_cmpstr (quiet[0]->id, ==, second); /* once, by the last */
  g_assert_cmpint (quiet[0]->flags & PARLOR_COMMENT_QUIETS, ==, PARLOR_COMMENT_MUTES);
  g_assert_cmpint (quiet[1]->flags & PARLOR_COMMENT_QUIETS, ==, PARLOR_COMMENT_SHADOWS);
  for (guint i = 0; i < 1100; i++)
    {
      g_autofree char *name = g_strdup_printf ("pt_%u", i);
      ParlorLiveWho who = {.person = name, .name = "x"};
      world_pass (world, 100);
      g_assert_nonnull (say (world, &who, "1", "x", NULL));
    }
  g_assert_null (say (world, &ada, "3", "three", NULL));
  parlor_live_moderate (world->room, PARLOR_MODERATE_UNMUTE, second, world_now (world), NULL);
  g_free (g_steal_pointer (&quiet));
  quiet = parlor_live_quiet (world->room, &n);
  g_assert_cmpuint (n, ==, 1);
  g_assert_nonnull (say (world, &ada, "3", "three", NULL));
}

/* More than are kept: the oldest may speak again, in the room and in its row, so that no restart
   brings back what nobody could undo. */
static void
test_quiet_many (void)
{
  g_autoptr (World) world = world_new ();
  guint n;
  world_go_live (world);
  for (guint i = 0; i < PARLOR_QUIET_MAX + 2; i++)
    {
      g_autofree char *name = g_strdup_printf ("pt_%u", i);
      ParlorLiveWho who = {.person = name, .name = "x"};
      world_pass (world, 100);
      const ParlorComment *one = say (world, &who, "1", "x", NULL);
      g_assert_nonnull (one);
      g_autofree char *id = g_strdup (one->id);
      g_assert_true (
          parlor_live_moderate (world->room, PARLOR_MODERATE_MUTE, id, world_now (world), NULL));
    }
  world_pass (world, 100);
  g_assert_nonnull (say (world, &bo, "1", "one more", NULL));
  g_free (parlor_live_quiet (world->room, &n));
  g_assert_cmpuint (n, <=, PARLOR_QUIET_MAX + 1);
  world_pass (world, 5000);
  g_assert_nonnull (say (world, &(ParlorLiveWho){.person = "pt_0", .name = "x"}, "2", "y", NULL));
  g_assert_null (say (world, &(ParlorLiveWho){.person = "pt_900", .name = "x"}, "2", "y", NULL));
}

static void
test_quiet_again (void)
{
  g_autoptr (World) world = world_new ();
  guint n;
  world_go_live (world);
  world->room_ms += 5000;
  g_assert_nonnull (say (world, &bo, "1", "newer", NULL));
  ParlorComment row = {.id = (char *)"cmt_old",
                       .room = (char *)"rm_1",
                       .client_id = (char *)"9",
                       .person = (char *)"pt_a",
                       .visitor = (char *)"vis_a",
                       .name = (char *)"Ada",
                       .text = (char *)"bad",
                       .room_ms = 1,
                       .flags = PARLOR_COMMENT_MUTES};
  parlor_live_load_comment (world->live, &row);
  parlor_live_load_comment (world->live, &row); /* found by both questions */
  g_autofree const ParlorComment **all = parlor_live_comments (world->room, 50, &n);
  g_assert_cmpuint (n, ==, 2);
  g_assert_cmpstr (all[0]->text, ==, "bad"); /* in its place */
  g_assert_null (say (world, &ada, "3", "I again", NULL));
  g_assert_true (parlor_live_moderate (world->room, PARLOR_MODERATE_UNMUTE, "cmt_old",
                                       world_now (world), NULL));
  g_assert_nonnull (say (world, &ada, "3", "I again", NULL));
}

static void
test_forget (void)
{
  g_autoptr (World) world = world_new ();
  world_go_live (world);
  g_autofree char *id = g_strdup (say (world, &ada, "1", "one", NULL)->id);
  g_assert_nonnull (say (world, &bo, "1", "two", NULL));
  world_pass (world, 300);
  g_assert_nonnull (say (world, &ada, "2", "three", NULL)); /* nobody was told of it */
  parlor_live_moderate (world->room, PARLOR_MODERATE_PIN, id, world_now (world), NULL);
  parlor_live_moderate (world->room, PARLOR_MODERATE_MUTE, id, world_now (world), NULL);
  world_told (world);
  parlor_live_forget_visitor (world->room, "vis_a", world_now (world));
  g_assert_cmpstr (world_told (world), ==, "gone top gone quiet");
  guint n;
  g_free (parlor_live_quiet (world->room, &n));
  g_assert_cmpuint (n, ==, 0);
  parlor_live_forget_visitor (world->room, "vis_a", world_now (world));
  g_assert_cmpstr (world_told (world), ==, "");
  g_autofree const ParlorComment **left = parlor_live_comments (world->room, 50, &n);
  g_assert_cmpuint (n, ==, 1);
  g_assert_cmpstr (left[0]->text, ==, "two");
  g_assert_null (parlor_live_top_comment (world->room));
  world_pass (world, 300);
  g_assert_cmpstr (world_told (world), ==, "");
}

static void
test_shadow (void)
{
  g_autoptr (World) world = world_new ();
  world_go_live (world);
  const ParlorComment *one = say (world, &ada, "1", "one", NULL);
  parlor_live_moderate (world->room, PARLOR_MODERATE_SHADOW, one->id, world_now (world), NULL);
  world_pass (world, 300);
  world_told (world);
  world_pass (world, 2000);
  g_assert_nonnull (say (world, &ada, "2", "two", NULL));
  world_pass (world, 300);
  g_assert_cmpstr (world_told (world), ==, "");
}

static void
test_names_and_words (void)
{
  g_autoptr (World) world = world_new ();
  g_autoptr (GError) error = NULL;
  world_go_live (world);
  ParlorLiveWho fake = {.person = "pt_f", .name = "Parlor 客服"};
  g_assert_null (say (world, &fake, "1", "call me", &error));
  g_assert_error (error, PARLOR_ERROR, PARLOR_ERROR_CONFLICT);
  g_clear_error (&error);
  const char *words[] = {"微信", "  Scam "};
  parlor_live_set_blocked (world->room, words, 2, world_now (world));
  g_assert_null (say (world, &ada, "1", "a sCAm for all", &error));
  g_assert_error (error, PARLOR_ERROR, PARLOR_ERROR_FORBIDDEN);
  g_assert_null (say (world, &ada, "2", "加我微信", NULL));
  g_assert_nonnull (say (world, &ada, "3", "a lamp", NULL));
}

static void
test_likes (void)
{
  g_autoptr (World) world = world_new ();
  world_go_live (world);
  parlor_live_like (world->room, &ada, 20, world_now (world));
  parlor_live_like (world->room, &ada, 1000, world_now (world));
  parlor_live_like (world->room, &ada, 20, world_now (world));
  g_assert_cmpint (parlor_live_info (world->room)->likes, ==, 40);
  world_pass (world, 300);
  g_assert_cmpstr (world_told (world), ==, "audience");
  for (guint i = 0; i < 8; i++)
    {
      parlor_live_like (world->room, &bo, 1, world_now (world));
      world_pass (world, 100);
    }
  g_assert_cmpstr (world_told (world), ==, "");
  world_pass (world, 300);
  g_assert_cmpstr (world_told (world), ==, "audience");
  g_assert_cmpint (world->last.likes, ==, 48);
}

/* What is judged long after it was said. */
static void
test_sieve (void)
{
  g_autoptr (World) world = world_new ();
  static const char *const words[] = {"cheap"};
  world_go_live (world);
  const ParlorComment *good = parlor_live_comment (world->room, &ada, "1", "how much",
                                                   world_now (world), NULL);
  const ParlorComment *gone = parlor_live_comment (world->room, &ada, "2", "delete me",
                                                   world_now (world), NULL);
  const ParlorComment *cheap = parlor_live_comment (world->room, &ada, "3", "CHEAP lamps",
                                                    world_now (world), NULL);
  const ParlorComment *ghost = parlor_live_comment (world->room, &bo, "4", "said before",
                                                    world_now (world), NULL);
  const ParlorComment *own = parlor_live_comment (world->room, &host, "5", "cheap today",
                                                  world_now (world), NULL);
  parlor_live_moderate (world->room, PARLOR_MODERATE_DELETE, gone->id, world_now (world), NULL);
  parlor_live_moderate (world->room, PARLOR_MODERATE_SHADOW, ghost->id, world_now (world), NULL);
  parlor_live_set_blocked (world->room, words, 1, world_now (world));
  g_autoptr (ParlorCommentSieve) sieve = parlor_comment_sieve_new (world->room);
  g_assert_true (parlor_comment_stands (sieve, good));
  g_assert_false (parlor_comment_stands (sieve, gone));
  g_assert_false (parlor_comment_stands (sieve, cheap));
  g_assert_false (parlor_comment_stands (sieve, ghost));
  g_assert_true (parlor_comment_stands (sieve, own));
}

/* Nobody sees it before the brand's word, nor ever where that is no. */
static void
test_screened (void)
{
  guint n;
  g_autoptr (World) world = world_new ();
  world_go_live (world);
  world->screens = TRUE;
  guint puts = world->puts;
  const ParlorComment *good = say (world, &ada, "1", "lovely", NULL);
  const ParlorComment *bad = say (world, &bo, "1", "call 555", NULL);
  g_assert_true (say (world, &ada, "1", "lovely", NULL) == good);
  g_assert_cmpuint (world->screened, ==, 2);
  g_assert_true (good->flags & PARLOR_COMMENT_HELD);
  world_pass (world, 1000);
  g_assert_cmpstr (world_told (world), ==, "");
  g_assert_cmpuint (world->puts, ==, puts);
  g_autofree const ParlorComment **none = parlor_live_comments (world->room, 10, &n);
  g_assert_cmpuint (n, ==, 0);
  g_assert_false (
      parlor_live_moderate (world->room, PARLOR_MODERATE_PIN, bad->id, world_now (world), NULL));
  g_autofree char *bad_id = g_strdup (bad->id);
  parlor_live_screened (world->live, "rm_1", bad_id, "No numbers.", world->now_us);
  g_assert_cmpstr (world_told (world), ==, "screened:pt_b:No numbers.");
  parlor_live_screened (world->live, "rm_1", good->id, NULL, world->now_us);
  g_assert_cmpstr (world_told (world), ==, "screened:pt_a:");
  g_assert_cmpint (good->flags, ==, 0);
  world_pass (world, 250);
  g_assert_cmpstr (world_told (world), ==, "comments:lovely");
  g_assert_cmpuint (world->puts, ==, puts + 1);
  g_autofree const ParlorComment **list = parlor_live_comments (world->room, 10, &n);
  g_assert_cmpuint (n, ==, 1);
  /* A second word, and one about what is not there, change nothing. */
  parlor_live_screened (world->live, "rm_1", good->id, "No.", world->now_us);
  parlor_live_screened (world->live, "rm_1", bad_id, NULL, world->now_us);
  parlor_live_screened (world->live, "rm_none", bad_id, NULL, world->now_us);
  g_assert_cmpstr (world_told (world), ==, "");
  g_assert_nonnull (say (world, &host, "1", "hello all", NULL));
  g_assert_cmpuint (world->screened, ==, 2);
}

/* The brand allows them all, but the host or the end was quicker. */
/* A brand that does not answer: so many wait, the others are told to; an answer makes room. */
static void
test_screened_many (void)
{
  g_autoptr (World) world = world_new ();
  g_autoptr (GError) error = NULL;
  guint n = 0;
  g_autofree char *first = NULL;
  world_go_live (world);
  world->screens = TRUE;
  for (guint i = 0; i < 150; i++)
    {
      g_autofree char *name = g_strdup_printf ("pt_%u", i);
      ParlorLiveWho who = {.person = name, .name = "x"};
      const ParlorComment *one = say (world, &who, "1", "x", NULL);
      n += one != NULL;
      if (!first && one)
        first = g_strdup (one->id);
    }
  g_assert_cmpuint (n, ==, 64);
  g_assert_null (say (world, &ada, "1", "x", &error));
  g_assert_error (error, PARLOR_ERROR, PARLOR_ERROR_TOO_MANY);
  parlor_live_screened (world->live, "rm_1", first, NULL, world->now_us);
  g_assert_nonnull (say (world, &ada, "1", "x", NULL));
  parlor_live_forget_visitor (world->room, "vis_a", world_now (world)); /* while it waits */
  g_assert_nonnull (say (world, &bo, "1", "x", NULL));
  g_assert_null (say (world, &ada, "2", "x", NULL));
}

static void
test_screened_late (void)
{
  static const ParlorLiveWho cy = {.person = "pt_c", .visitor = "vis_c", .name = "Cy"};
  g_autoptr (World) world = world_new ();
  world_go_live (world);
  g_autofree char *adas = g_strdup (say (world, &ada, "1", "one", NULL)->id);
  g_autofree char *bos = g_strdup (say (world, &bo, "1", "two", NULL)->id);
  world->screens = TRUE;
  const ParlorComment *ghost = say (world, &ada, "2", "ghost", NULL);
  g_autofree char *muted = g_strdup (say (world, &bo, "2", "muted", NULL)->id);
  g_autofree char *late = g_strdup (say (world, &cy, "1", "late", NULL)->id);
  parlor_live_moderate (world->room, PARLOR_MODERATE_SHADOW, adas, world_now (world), NULL);
  parlor_live_moderate (world->room, PARLOR_MODERATE_MUTE, bos, world_now (world), NULL);
  world_pass (world, 300);
  world_told (world);
  guint puts = world->puts;
  parlor_live_screened (world->live, "rm_1", ghost->id, NULL, world->now_us);
  g_assert_cmpstr (world_told (world), ==, "screened:pt_a:"); /* he does not notice */
  g_assert_cmpint (ghost->flags, ==, PARLOR_COMMENT_SHADOWED);
  g_assert_cmpuint (world->puts, ==, puts + 1);
  parlor_live_screened (world->live, "rm_1", muted, NULL, world->now_us);
  g_assert_cmpstr (world_told (world), ==, "screened:pt_b:the host muted you here");
  g_assert_true (parlor_live_set_state (world->room, PARLOR_LIVE_ENDED, world_now (world), NULL));
  world_told (world);
  puts = world->puts;
  parlor_live_screened (world->live, "rm_1", late, NULL, world->now_us);
  g_assert_cmpstr (world_told (world), ==, "screened:pt_c:this stream has ended");
  g_assert_cmpuint (world->puts, ==, puts);
  world_pass (world, 300);
  g_assert_cmpstr (world_told (world), ==, "");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/live/comments/what-is-said-together-is-told-together-in-order", test_batch);
  g_test_add_func ("/live/comments/the-same-client-id-is-the-same-comment", test_again);
  g_test_add_func ("/live/comments/a-person-has-a-rate-and-slow-mode-is-slower", test_rates);
  g_test_add_func ("/live/comments/five-hundred-a-minute-arrive-in-order", test_five_hundred);
  g_test_add_func ("/live/comments/a-host-pins-mutes-and-deletes", test_moderation);
  g_test_add_func ("/live/comments/who-was-made-quiet-can-be-let-speak-again", test_quiet);
  g_test_add_func ("/live/comments/of-too-many-quiet-ones-the-oldest-speaks-again",
                   test_quiet_many);
  g_test_add_func ("/live/comments/who-was-made-quiet-is-so-after-a-restart", test_quiet_again);
  g_test_add_func ("/live/comments/who-is-forgotten-is-on-no-page", test_forget);
  g_test_add_func ("/live/comments/a-shadowed-voice-is-heard-by-itself-alone", test_shadow);
  g_test_add_func ("/live/comments/house-names-and-blocked-words-are-refused",
                   test_names_and_words);
  g_test_add_func ("/live/comments/so-many-wait-for-the-brand-and-no-more", test_screened_many);
  g_test_add_func ("/live/comments/nobody-sees-one-before-the-brands-word", test_screened);
  g_test_add_func ("/live/comments/a-late-word-lets-nobody-speak-who-may-not-any-more",
                   test_screened_late);
  g_test_add_func ("/live/comments/likes-are-counted-together-and-told-once-a-second", test_likes);
  g_test_add_func ("/live/comments/what-stands-is-judged-without-the-room", test_sieve);
  return g_test_run ();
}
