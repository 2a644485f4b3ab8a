/* SPDX-License-Identifier: Apache-2.0 */
#include "world.h"

#include <string.h>

static void
test_accept (void)
{
  g_autoptr (World) world = world_new ();
  g_autoptr (GError) error = NULL;
  ParlorRep *rep = world_rep (world, "lin", 6, FALSE);
  ParlorBinding *binding = world_bind (world, "vis_a");
  world_say (world, binding, "hello");
  g_assert_cmpuint (world_told (world, "offer lin pending"), ==, 1);
  g_assert_cmpuint (rep->n_offers, ==, 1);
  g_assert_true (parlor_service_accept (rep, world->offer, world->now, NULL));
  g_assert_cmpint (binding->conversation->state, ==, PARLOR_CONVERSATION_HUMAN);
  g_assert_cmpuint (rep->n_chats, ==, 1);
  g_assert_cmpuint (rep->n_offers, ==, 0);
  g_assert_false (parlor_service_accept (rep, world->offer, world->now, &error));
  g_assert_error (error, PARLOR_ERROR, PARLOR_ERROR_CONFLICT);
  g_assert_nonnull (strstr (error->message, "accepted"));
}

static void
test_turn (void)
{
  g_autoptr (World) world = world_new ();
  ParlorRep *rep = world_rep (world, "lin", 1, FALSE);
  ParlorBinding *binding = world_bind (world, "vis_a");
  world_say (world, binding, "hello");
  parlor_service_accept (rep, world->offer, world->now, NULL);
  world_answer (world, binding->conversation, rep, "what is it?");
  g_assert_cmpint (rep->presence, ==, PARLOR_PRESENCE_FULL);
  world_pass (world, 599);
  g_assert_cmpuint (rep->n_chats, ==, 1);
  world_pass (world, 2);
  g_assert_cmpuint (rep->n_chats, ==, 0);
  g_assert_cmpint (rep->presence, ==, PARLOR_PRESENCE_AVAILABLE);
  world_say (world, binding, "I am back");
  g_assert_cmpuint (rep->n_chats, ==, 1);
  g_assert_cmpint (binding->conversation->state, ==, PARLOR_CONVERSATION_HUMAN);
}

static void
test_timeout (void)
{
  g_autoptr (World) world = world_new ();
  ParlorRep *lin = world_rep (world, "lin", 6, FALSE);
  ParlorBinding *binding = world_bind (world, "vis_a");
  ParlorRep *wang = world_rep (world, "wang", 6, FALSE);
  world_say (world, binding, "hello");
  world_pass (world, 31);
  g_assert_cmpuint (world_told (world, "offer lin timeout"), ==, 1);
  g_assert_cmpuint (world_told (world, "offer wang pending"), ==, 1);
  g_assert_true (parlor_service_accept (wang, world->offer, world->now, NULL));
  g_assert_true (binding->rep == lin); /* his person stays his person */
  g_assert_true (binding->conversation->assignee == wang);
}

static void
test_stale (void)
{
  g_autoptr (World) world = world_new ();
  ParlorRep *lin = world_rep (world, "lin", 6, FALSE);
  ParlorBinding *binding = world_bind (world, "vis_a");
  world_rep (world, "wang", 6, FALSE);
  world_say (world, binding, "hello");
  parlor_service_rep_disconnected (lin, world->now);
  g_assert_cmpuint (world_told (world, "offer lin rescinded"), ==, 1);
  g_assert_cmpuint (world_told (world, "offer wang pending"), ==, 1);
  g_assert_cmpint (lin->presence, !=, PARLOR_PRESENCE_OFFLINE);
  world_pass (world, 11);
  g_assert_cmpint (lin->presence, ==, PARLOR_PRESENCE_OFFLINE);
}

static void
test_reload (void)
{
  g_autoptr (World) world = world_new ();
  ParlorRep *lin = world_rep (world, "lin", 6, FALSE);
  parlor_service_rep_connected (lin, world->now); /* a second tab */
  parlor_service_rep_disconnected (lin, world->now);
  world_pass (world, 20);
  g_assert_cmpint (lin->presence, ==, PARLOR_PRESENCE_AVAILABLE);
  parlor_service_rep_disconnected (lin, world->now);
  world_pass (world, 9);
  parlor_service_rep_connected (lin, world->now);
  world_pass (world, 20);
  g_assert_cmpint (lin->presence, ==, PARLOR_PRESENCE_AVAILABLE);
  g_assert_cmpuint (world_happened (world, "rep.presence"), ==, 1);
}

static void
test_wait (void)
{
  g_autoptr (World) world = world_new ();
  ParlorRep *lin = world_rep (world, "lin", 1, FALSE);
  ParlorBinding *a = world_bind (world, "vis_a"), *b = world_bind (world, "vis_b"),
                *c = world_bind (world, "vis_c");
  guint estimate_s = 0;
  world_say (world, a, "one");
  parlor_service_accept (lin, world->offer, world->now, NULL);
  world_say (world, b, "two");
  world_say (world, c, "three");
  g_assert_cmpuint (parlor_service_position (b->conversation, &estimate_s), ==, 1);
  g_assert_cmpuint (parlor_service_position (c->conversation, &estimate_s), ==, 2);
  g_assert_cmpuint (estimate_s, >, 0);
  g_assert_true (
      parlor_service_set_state (a->conversation, PARLOR_CONVERSATION_ENDED, -1, world->now, NULL));
  g_assert_true (b->conversation->offer != NULL);
  g_assert_true (parlor_service_accept (lin, world->offer, world->now, NULL));
  g_assert_cmpuint (parlor_service_position (c->conversation, &estimate_s), ==, 1);
}

/* What is said of the wait is within a factor of two of what comes, once the group has served. */
static void
test_estimate (void)
{
  g_autoptr (World) world = world_new ();
  ParlorRep *lin = world_rep (world, "lin", 1, FALSE);
  ParlorBinding *bindings[30];
  for (guint i = 0; i < 30; i++)
    {
      g_autofree char *visitor = g_strdup_printf ("vis_%u", i);
      bindings[i] = world_bind (world, visitor);
      world_say (world, bindings[i], "hello");
    }
  guint told_s = 0;
  gint64 asked_ms = 0;
  for (guint i = 0; i < 30; i++)
    {
      parlor_service_accept (lin, world->offer, world->now, NULL);
      if (i == 10)
        {
          parlor_service_position (bindings[25]->conversation, &told_s);
          asked_ms = world->now.wall_ms;
        }
      if (i == 25)
        break;
      world_pass (world, 25);
      parlor_service_set_state (bindings[i]->conversation, PARLOR_CONVERSATION_ENDED, -1,
                                world->now, NULL);
    }
  gint64 came_s = (world->now.wall_ms - asked_ms) / 1000;
  g_assert_cmpint (bindings[25]->conversation->state, ==, PARLOR_CONVERSATION_HUMAN);
  g_assert_cmpint (told_s, >=, came_s / 2);
  g_assert_cmpint (told_s, <=, came_s * 2);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(name, func) g_test_add_func ("/service/queue/" name, func)
  ADD ("an-offer-is-accepted-once", test_accept);
  ADD ("whose-turn-it-has-been-for-ten-minutes-frees-the-chat", test_turn);
  ADD ("an-offer-that-passes-goes-to-a-colleague-and-the-binding-stays", test_timeout);
  ADD ("a-lost-socket-gives-its-offers-away-at-once", test_stale);
  ADD ("presence-is-of-the-rep-and-outlives-a-reload", test_reload);
  ADD ("who-waits-moves-up", test_wait);
  ADD ("the-estimate-is-within-a-factor-of-two", test_estimate);
  return g_test_run ();
}
