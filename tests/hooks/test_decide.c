/* SPDX-License-Identifier: Apache-2.0 */
#include "bench.h"

#include "hooks/decide.h"
#include "hooks/sign.h"

#include <string.h>

#define SECRET "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"

typedef struct
{
  Bench *bench;
  ParlorDecider *decider;
  GString *log; /* one word an answer */
  guint degraded;
} Desk;

static void
on_event (const ParlorEvent *event, gpointer user_data)
{
  g_assert_cmpstr (event->type, ==, "hook.degraded");
  ((Desk *)user_data)->degraded++;
}

static Desk *
desk_new (void)
{
  Desk *desk = g_new0 (Desk, 1);
  desk->bench = bench_new ();
  desk->decider = parlor_decider_new (
      &(ParlorDeciderSpec){.sink = parlor_store_records (desk->bench->store),
                           .poster = &desk->bench->poster,
                           .clock = &desk->bench->clock,
                           .random = desk->bench->random,
                           .event = on_event,
                           .event_data = desk});
  desk->log = g_string_new (NULL);
  return desk;
}

static void
desk_free (Desk *desk)
{
  parlor_decider_close (desk->decider);
  while (bench_answer (desk->bench, 0, "closed", NULL))
    ;
  parlor_decider_free (desk->decider);
  bench_free (desk->bench);
  g_string_free (desk->log, TRUE);
  g_free (desk);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Desk, desk_free)

static void
on_answer (const ParlorHookAnswer *answer, gpointer user_data)
{
  Desk *desk = user_data;
  const char *welcome = parlor_datum_text (answer->data, answer->n_data, "welcome");
  g_string_append_printf (desk->log, "%s%s%s%s%s%s ", parlor_hook_outcome_name (answer->outcome),
                          answer->final ? "" : "+", answer->late ? "~" : "",
                          answer->fail_closed ? "!" : "", welcome ? ":" : "",
                          welcome ? welcome : "");
}

static guint64
ask (Desk *desk, ParlorHookKind hook)
{
  const ParlorDatum data[] = {PARLOR_DATUM_TEXT ("customer", "cus_1"),
                              PARLOR_DATUM_TEXT ("touch.entry", "ent_1")};
  ParlorHookQuestion question = {
      .hook = hook, .brand = "br_a", .trace = "tap_1", .data = data, .n_data = 2};
  ParlorHooks *hooks = parlor_decider_hooks (desk->decider);
  return hooks->ask (hooks, &question, on_answer, desk);
}

static void
pass (Desk *desk, gint64 ms)
{
  bench_pass (desk->bench, ms);
  if (parlor_decider_next_us (desk->decider) <= desk->bench->now_us)
    parlor_decider_poll (desk->decider, desk->bench->now_us);
}

static void
expect (Desk *desk, const char *words)
{
  g_assert_cmpstr (desk->log->str, ==, words);
  g_string_truncate (desk->log, 0);
}

static void
configure (Desk *desk, ParlorHookKind hook, gboolean closed, gboolean signed_answers)
{
  ParlorHookRow row = {.brand = "br_a",
                       .hook = (char *)parlor_hook_info (hook)->name,
                       .url = "https://crm.example/decide",
                       .secrets = SECRET,
                       .fail_closed = closed,
                       .signed_answers = signed_answers};
  parlor_decider_put (desk->decider, &row);
}

/* ---- tests ---------------------------------------------------------------------------------- */

static void
nobody_configured_answers_at_once_but_later (void)
{
  g_autoptr (Desk) desk = desk_new ();
  ask (desk, PARLOR_HOOK_ROUTE);
  expect (desk, "");
  pass (desk, 0);
  expect (desk, "none ");
}

static void
a_question_is_signed_and_answered (void)
{
  g_autoptr (Desk) desk = desk_new ();
  configure (desk, PARLOR_HOOK_ROUTE, FALSE, FALSE);
  ask (desk, PARLOR_HOOK_ROUTE);
  const Sent *sent = g_queue_peek_head (&desk->bench->sent);
  g_assert_cmpstr (sent->body, ==,
                   "{\"type\":\"route.rep\",\"brand\":\"br_a\",\"data\":{\"customer\":\"cus_1\","
                   "\"touch\":{\"entry\":\"ent_1\"}},\"trace\":\"tap_1\"}");
  g_assert_true (parlor_sign_check (SECRET, sent->id, sent->timestamp_s, sent->body,
                                    strlen (sent->body), sent->signature));
  g_assert_cmpuint (sent->timeout_ms, ==, 500);
  pass (desk, 100);
  bench_answer (desk->bench, 200, NULL, "{\"welcome\":\"Hi\"}");
  expect (desk, "answered:Hi ");
  pass (desk, 5000);
  expect (desk, "");
}

/* route.rep: 150 ms decide, until 400 ms it may add a note. */
static void
late_and_too_late (void)
{
  g_autoptr (Desk) desk = desk_new ();
  configure (desk, PARLOR_HOOK_ROUTE, FALSE, FALSE);
  ask (desk, PARLOR_HOOK_ROUTE);
  pass (desk, 149);
  expect (desk, "");
  pass (desk, 1);
  expect (desk, "late+ ");
  pass (desk, 200);
  bench_answer (desk->bench, 200, NULL, "{\"welcome\":\"Hi\"}");
  expect (desk, "answered~:Hi ");
  ask (desk, PARLOR_HOOK_ROUTE);
  pass (desk, 150);
  pass (desk, 250);
  expect (desk, "late+ late~ ");
  bench_answer (desk->bench, 200, NULL, "{\"welcome\":\"Hi\"}"); /* nobody listens */
  expect (desk, "");
}

static void
a_hook_without_grace_is_late_once (void)
{
  g_autoptr (Desk) desk = desk_new ();
  configure (desk, PARLOR_HOOK_BIND, TRUE, FALSE);
  ask (desk, PARLOR_HOOK_BIND);
  pass (desk, 251);
  expect (desk, "late~! ");
}

static void
nonsense_and_refusals_are_failures (void)
{
  static const struct
  {
    guint status;
    const char *failure, *body;
  } bad[] = {
      {500, NULL, "{}"}, {302, NULL, "{}"}, {404, NULL, "{}"},    {200, NULL, "<html>"},
      {200, NULL, ""},   {199, NULL, "{}"}, {0, "connect", NULL}, {0, "too_large", NULL},
  };
  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_autoptr (Desk) desk = desk_new ();
      configure (desk, PARLOR_HOOK_ROUTE, FALSE, FALSE);
      ask (desk, PARLOR_HOOK_ROUTE);
      bench_answer (desk->bench, bad[i].status, bad[i].failure, bad[i].body);
      expect (desk, "failed ");
    }
}

static void
no_content_leaves_it_to_us (void)
{
  g_autoptr (Desk) desk = desk_new ();
  configure (desk, PARLOR_HOOK_ROUTE, FALSE, FALSE);
  for (guint i = 0; i < 6; i++)
    {
      ask (desk, PARLOR_HOOK_ROUTE);
      bench_answer (desk->bench, 204, NULL, "");
    }
  expect (desk, "none none none none none none ");
  g_assert_cmpuint (desk->degraded, ==, 0);
}

static void
answer_signed_with (Desk *desk, const char *secret, const char *id, gint64 skew_s)
{
  const char *body = "{\"welcome\":\"Hi\"}";
  const Sent *sent = g_queue_peek_head (&desk->bench->sent);
  g_autofree char *own = g_strdup (id ? id : sent->id);
  gint64 time_s = desk->bench->wall_ms / 1000 + skew_s;
  g_autofree char *signature = parlor_sign (secret, own, time_s, body, strlen (body));
  g_autofree char *time = g_strdup_printf ("%" G_GINT64_FORMAT, time_s);
  bench_answer_signed (desk->bench, body, own, time, signature);
}

static void
an_answer_signed_wrongly_is_none (void)
{
  g_autoptr (Desk) desk = desk_new ();
  configure (desk, PARLOR_HOOK_ROUTE, FALSE, FALSE);
  ask (desk, PARLOR_HOOK_ROUTE);
  answer_signed_with (desk, "whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=", NULL, 0);
  ask (desk, PARLOR_HOOK_ROUTE);
  answer_signed_with (desk, SECRET, "ask_another", 0); /* somebody replays an old answer */
  ask (desk, PARLOR_HOOK_ROUTE);
  answer_signed_with (desk, SECRET, NULL, -3600);
  expect (desk, "failed failed failed ");
  ask (desk, PARLOR_HOOK_ROUTE);
  answer_signed_with (desk, SECRET, NULL, 300); /* clocks are five minutes apart */
  expect (desk, "answered:Hi ");
}

static void
a_brand_may_demand_signatures (void)
{
  g_autoptr (Desk) desk = desk_new ();
  configure (desk, PARLOR_HOOK_ROUTE, FALSE, TRUE);
  ask (desk, PARLOR_HOOK_ROUTE);
  bench_answer (desk->bench, 200, NULL, "{\"welcome\":\"Hi\"}");
  ask (desk, PARLOR_HOOK_ROUTE);
  answer_signed_with (desk, SECRET, NULL, 0);
  expect (desk, "failed answered:Hi ");
}

static void
the_breaker_opens_tries_and_closes (void)
{
  g_autoptr (Desk) desk = desk_new ();
  configure (desk, PARLOR_HOOK_SCREEN, TRUE, FALSE);
  configure (desk, PARLOR_HOOK_ROUTE, FALSE, FALSE);
  for (guint i = 0; i < 5; i++)
    {
      ask (desk, PARLOR_HOOK_SCREEN);
      bench_answer (desk->bench, 500, NULL, NULL);
    }
  expect (desk, "failed! failed! failed! failed! failed! ");
  g_assert_cmpuint (desk->degraded, ==, 1);
  g_assert_true (parlor_decider_is_open (desk->decider, "br_a", "message.screen"));
  ask (desk, PARLOR_HOOK_SCREEN);
  g_assert_cmpuint (desk->bench->sent.length, ==, 0);
  pass (desk, 0);
  expect (desk, "breaker! ");
  ask (desk, PARLOR_HOOK_ROUTE); /* another hook of the same brand is not its business */
  bench_answer (desk->bench, 200, NULL, "{}");
  expect (desk, "answered ");
  pass (desk, 30000);
  ask (desk, PARLOR_HOOK_SCREEN); /* one trial */
  bench_answer (desk->bench, 500, NULL, NULL);
  expect (desk, "failed! ");
  g_assert_true (parlor_decider_is_open (desk->decider, "br_a", "message.screen"));
  pass (desk, 30000);
  ask (desk, PARLOR_HOOK_SCREEN);
  bench_answer (desk->bench, 200, NULL, "{\"allow\":true}");
  ask (desk, PARLOR_HOOK_SCREEN);
  bench_answer (desk->bench, 500, NULL, NULL);
  expect (desk, "answered failed! ");
  g_assert_false (parlor_decider_is_open (desk->decider, "br_a", "message.screen"));
}

static void
slow_failures_do_not_open_it (void)
{
  g_autoptr (Desk) desk = desk_new ();
  configure (desk, PARLOR_HOOK_ROUTE, FALSE, FALSE);
  for (guint i = 0; i < 20; i++)
    {
      ask (desk, PARLOR_HOOK_ROUTE);
      bench_answer (desk->bench, 500, NULL, NULL);
      pass (desk, 8000);
    }
  g_assert_cmpuint (desk->degraded, ==, 0);
}

/* Who says yes while the note is still waited for does not hide that nothing came in time. */
static void
late_and_cancelled_is_a_failure (void)
{
  g_autoptr (Desk) desk = desk_new ();
  ParlorHooks *hooks = parlor_decider_hooks (desk->decider);
  configure (desk, PARLOR_HOOK_ROUTE, FALSE, FALSE);
  for (guint i = 0; i < 10; i++)
    hooks->cancel (hooks, ask (desk, PARLOR_HOOK_ROUTE)); /* in time: nobody's fault */
  g_assert_false (parlor_decider_is_open (desk->decider, "br_a", "route.rep"));
  for (guint i = 0; i < 5; i++)
    {
      guint64 id = ask (desk, PARLOR_HOOK_ROUTE);
      pass (desk, 151);
      hooks->cancel (hooks, id);
    }
  g_assert_true (parlor_decider_is_open (desk->decider, "br_a", "route.rep"));
  g_assert_cmpuint (desk->degraded, ==, 1);
}

static void
a_cancelled_question_is_never_answered (void)
{
  g_autoptr (Desk) desk = desk_new ();
  configure (desk, PARLOR_HOOK_ROUTE, FALSE, FALSE);
  ParlorHooks *hooks = parlor_decider_hooks (desk->decider);
  hooks->cancel (hooks, ask (desk, PARLOR_HOOK_ROUTE));
  g_assert_false (bench_answer (desk->bench, 200, NULL, "{}")); /* their server is let go too */
  pass (desk, 1000);
  expect (desk, "");
  hooks->cancel (hooks, 4711);
  ask (desk, PARLOR_HOOK_ROUTE);
  pass (desk, 151);
  expect (desk, "late+~ ");
  pass (desk, 300);
  expect (desk, "late~ ");
  g_assert_false (bench_answer (desk->bench, 200, NULL, "{}"));
}

static void
a_thousand_at_once_is_the_bound (void)
{
  g_autoptr (Desk) desk = desk_new ();
  configure (desk, PARLOR_HOOK_ROUTE, FALSE, FALSE);
  for (guint i = 0; i < 1001; i++)
    ask (desk, PARLOR_HOOK_ROUTE);
  g_assert_cmpuint (desk->bench->sent.length, ==, 1000);
  pass (desk, 0);
  expect (desk, "failed ");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define TEST(name, func) g_test_add_func ("/hooks/decide/" name, func)
  TEST ("nobody-configured-answers-at-once-but-later", nobody_configured_answers_at_once_but_later);
  TEST ("a-question-is-signed-and-answered", a_question_is_signed_and_answered);
  TEST ("late-and-too-late", late_and_too_late);
  TEST ("a-hook-without-grace-is-late-once", a_hook_without_grace_is_late_once);
  TEST ("nonsense-and-refusals-are-failures", nonsense_and_refusals_are_failures);
  TEST ("no-content-leaves-it-to-us", no_content_leaves_it_to_us);
  TEST ("an-answer-signed-wrongly-is-none", an_answer_signed_wrongly_is_none);
  TEST ("a-brand-may-demand-signatures", a_brand_may_demand_signatures);
  TEST ("the-breaker-opens-tries-and-closes", the_breaker_opens_tries_and_closes);
  TEST ("slow-failures-do-not-open-it", slow_failures_do_not_open_it);
  TEST ("late-and-cancelled-is-a-failure", late_and_cancelled_is_a_failure);
  TEST ("a-cancelled-question-is-never-answered", a_cancelled_question_is_never_answered);
  TEST ("a-thousand-at-once-is-the-bound", a_thousand_at_once_is_the_bound);
  return g_test_run ();
}
