/* SPDX-License-Identifier: Apache-2.0 */
/* Alerts: raised once, over once, and not on and off. */
#include "world.h"

static const ParlorAlert *
rule (World *world, const char *kind, guint limit_s)
{
  g_autoptr (GError) error = NULL;
  ParlorAlertSpec spec = {.name = "Watch", .kind = kind, .limit_s = limit_s, .active = TRUE};
  const ParlorAlert *alert = parlor_service_put_alert (world->brand, &spec, &error);
  g_assert_no_error (error);
  return alert;
}

static void
test_queue (void)
{
  g_autoptr (World) world = world_new ();
  const ParlorAlert *alert = rule (world, "queue_wait", 60);
  ParlorRep *lin = world_rep (world, "lin", 1, FALSE);
  ParlorBinding *first = world_bind (world, "vis_a"), *second = world_bind (world, "vis_b");
  world_say (world, first, "hello");
  world_pass (world, 59);
  g_assert_cmpuint (world_happened (world, "alert.raised"), ==, 0);
  world_pass (world, 2);
  g_assert_cmpuint (world_happened (world, "alert.raised"), ==, 1);
  world_pass (world, 600);
  g_assert_cmpuint (world_happened (world, "alert.raised"), ==, 1); /* it is said once */
  g_assert_true (alert->worst == world->group);
  world_answer (world, first->conversation, lin, "sorry");
  world_say (world, second, "me too"); /* waits, but not for half of it */
  world_pass (world, 9);
  g_assert_cmpuint (world_happened (world, "alert.cleared"), ==, 0);
  world_pass (world, 3);
  g_assert_cmpuint (world_happened (world, "alert.cleared"), ==, 1);
  g_assert_cmpint (alert->raised_ms, ==, 0);
  world_pass (world, 55); /* late again, but it rests for a minute */
  g_assert_cmpuint (world_happened (world, "alert.raised"), ==, 1);
  world_pass (world, 10);
  g_assert_cmpuint (world_happened (world, "alert.raised"), ==, 2);
}

/* Somebody waits for a bit more and a bit less than the limit, in turns. */
static void
test_no_flutter (void)
{
  g_autoptr (World) world = world_new ();
  rule (world, "queue_wait", 60);
  ParlorRep *lin = world_rep (world, "lin", 1, FALSE);
  ParlorBinding *one = world_bind (world, "vis_a"), *two = world_bind (world, "vis_b");
  world_say (world, one, "hello");
  world_pass (world, 35);
  world_say (world, two, "hello");
  world_pass (world, 30);
  g_assert_cmpuint (world_happened (world, "alert.raised"), ==, 1);
  for (guint i = 0; i < 10; i++)
    {
      g_autofree char *text = g_strdup_printf ("%u", i);
      ParlorBinding *served = i % 2 ? two : one;
      world_answer (world, served->conversation, lin, text);
      parlor_service_set_state (served->conversation, PARLOR_CONVERSATION_ENDED, -1, world->now,
                                NULL);
      world_say (world, served, text);
      world_pass (world, 32);
    }
  g_assert_cmpuint (world_happened (world, "alert.raised"), ==, 1);
  g_assert_cmpuint (world_happened (world, "alert.cleared"), ==, 0);
}

static void
test_no_rep (void)
{
  g_autoptr (World) world = world_new ();
  ParlorRep *lin = world_rep (world, "lin", 6, FALSE);
  rule (world, "no_rep", 30);
  world_pass (world, 120);
  g_assert_cmpuint (world_happened (world, "alert.raised"), ==, 0);
  parlor_service_rep_disconnected (lin, world->now);
  world_pass (world, 25); /* a tab that is loaded anew is no desertion */
  parlor_service_rep_connected (lin, world->now);
  world_pass (world, 2);
  parlor_service_rep_disconnected (lin, world->now);
  world_pass (world, 29);
  g_assert_cmpuint (world_happened (world, "alert.raised"), ==, 0);
  world_pass (world, 5);
  g_assert_cmpuint (world_happened (world, "alert.raised"), ==, 1);
  for (guint i = 0; i < 5; i++) /* somebody who comes and goes is nobody */
    {
      parlor_service_rep_connected (lin, world->now);
      world_pass (world, 5);
      parlor_service_rep_disconnected (lin, world->now);
      world_pass (world, 20);
    }
  g_assert_cmpuint (world_happened (world, "alert.raised"), ==, 1);
  g_assert_cmpuint (world_happened (world, "alert.cleared"), ==, 0);
  parlor_service_rep_connected (lin, world->now);
  world_pass (world, 15);
  g_assert_cmpuint (world_happened (world, "alert.cleared"), ==, 1);
}

static void
test_hours (void)
{
  g_autoptr (World) world = world_new ();
  /* 1700000000 is a Tuesday, 22:13 UTC. */
  ParlorGroupSpec spec = {.id = world->group->id, .name = "Advisers", .hours = "1-5 09:00-18:00"};
  g_autoptr (GError) error = NULL;
  parlor_service_put_group (world->service, world->brand, &spec, &error);
  g_assert_no_error (error);
  rule (world, "no_rep", 30);
  world_pass (world, 3600);
  g_assert_cmpuint (world_happened (world, "alert.raised"), ==, 0); /* nobody has to be there */
  world_pass (world, 12 * 3600);
  g_assert_cmpuint (world_happened (world, "alert.raised"), ==, 1);
}

static void
test_restart (void)
{
  g_autoptr (World) world = world_new ();
  rule (world, "no_rep", 30);
  world_pass (world, 60);
  g_assert_cmpuint (world_happened (world, "alert.raised"), ==, 1);
  world_restart (world);
  world_pass (world, 600);
  g_assert_cmpuint (world_happened (world, "alert.raised"), ==, 1); /* it is not news */
  world_rep (world, "lin", 6, FALSE);
  world_pass (world, 15);
  g_assert_cmpuint (world_happened (world, "alert.cleared"), ==, 1);
}

static void
test_off_and_gone (void)
{
  g_autoptr (World) world = world_new ();
  ParlorAlertSpec spec = {.name = "Watch", .kind = "no_rep", .limit_s = 30, .active = TRUE};
  spec.id = rule (world, "no_rep", 30)->id;
  world_pass (world, 60);
  spec.active = FALSE;
  g_assert_nonnull (parlor_service_put_alert (world->brand, &spec, NULL));
  world_pass (world, 2);
  g_assert_cmpuint (world_happened (world, "alert.cleared"), ==, 1);
  g_assert_cmpint (parlor_service_next_us (world->service), ==, G_MAXINT64); /* nobody is woken */
  spec.active = TRUE;
  g_assert_nonnull (parlor_service_put_alert (world->brand, &spec, NULL));
  world_pass (world, 120);
  g_assert_cmpuint (world_happened (world, "alert.raised"), ==, 2);
  g_autofree char *id = g_strdup (spec.id);
  g_assert_true (parlor_service_remove_alert (world->brand, id, world->now));
  g_assert_cmpuint (world_happened (world, "alert.cleared"), ==, 2);
  g_assert_false (parlor_service_remove_alert (world->brand, id, world->now));
  g_assert_cmpuint (world_rows (world, &parlor_alert_kind), ==, 0);
}

static void
test_judged (void)
{
  g_autoptr (World) world = world_new ();
  const ParlorAlertSpec bad[] = {
      {.name = "", .kind = "no_rep", .limit_s = 30},
      {.name = "a", .kind = "weather", .limit_s = 30},
      {.name = "a", .kind = NULL, .limit_s = 30},
      {.name = "a", .kind = "no_rep", .limit_s = 9},
      {.name = "a", .kind = "no_rep", .limit_s = 86401},
      {.name = "a", .kind = "no_rep", .limit_s = 30, .group = "grp_nobody"},
      {.name = "a", .kind = "no_rep", .limit_s = 30, .room = "cnv_1"},
      {.name = "a", .kind = "no_rep", .limit_s = 30, .say = "a\nb"},
  };
  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    g_assert_null (parlor_service_put_alert (world->brand, &bad[i], NULL));
  g_assert_cmpuint (world->brand->alerts->len, ==, 0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/service/alerts/a-queue-that-waits-is-told-once", test_queue);
  g_test_add_func ("/service/alerts/it-does-not-go-on-and-off", test_no_flutter);
  g_test_add_func ("/service/alerts/nobody-here-is-told-after-a-while", test_no_rep);
  g_test_add_func ("/service/alerts/outside-the-hours-nobody-has-to-be-here", test_hours);
  g_test_add_func ("/service/alerts/a-restart-is-no-news", test_restart);
  g_test_add_func ("/service/alerts/a-rule-that-goes-ends-its-alert", test_off_and_gone);
  g_test_add_func ("/service/alerts/rules-are-judged", test_judged);
  return g_test_run ();
}
