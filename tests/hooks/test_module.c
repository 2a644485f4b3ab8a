/* SPDX-License-Identifier: Apache-2.0 */
/* The sample module of docs/examples, loaded as the daemon does it. */
#include "bench.h"

#include "hooks/decide.h"

#include <string.h>

typedef struct
{
  uv_loop_t loop;
  Bench *bench;
  ParlorModule *module;
  ParlorDecider *decider;
  GString *log;
} Desk;

static ParlorModule *
load (uv_loop_t *loop, const char *config, GError **error)
{
  return parlor_module_new (loop, g_getenv ("PARLOR_SAMPLE_MODULE"), config, error);
}

static Desk *
desk_new (void)
{
  g_autoptr (GError) error = NULL;
  Desk *desk = g_new0 (Desk, 1);
  uv_loop_init (&desk->loop);
  desk->bench = bench_new ();
  desk->module = load (&desk->loop, "word=spam", &error);
  g_assert_no_error (error);
  g_assert_cmpstr (parlor_module_name (desk->module), ==, "sample");
  desk->decider = parlor_decider_new (
      &(ParlorDeciderSpec){.sink = parlor_store_records (desk->bench->store),
                           .poster = &desk->bench->poster,
                           .module = desk->module,
                           .clock = &desk->bench->clock,
                           .random = desk->bench->random});
  desk->log = g_string_new (NULL);
  return desk;
}

static void
desk_free (Desk *desk)
{
  parlor_decider_close (desk->decider);
  parlor_module_free (desk->module, parlor_decider_drop_ticket);
  parlor_decider_free (desk->decider);
  uv_run (&desk->loop, UV_RUN_DEFAULT);
  g_assert_cmpint (uv_loop_close (&desk->loop), ==, 0);
  bench_free (desk->bench);
  g_string_free (desk->log, TRUE);
  g_free (desk);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Desk, desk_free)

static void
on_answer (const ParlorHookAnswer *answer, gpointer user_data)
{
  Desk *desk = user_data;
  const char *note = parlor_datum_text (answer->data, answer->n_data, "note");
  g_string_append_printf (
      desk->log, "%s allow=%d note=%s", parlor_hook_outcome_name (answer->outcome),
      parlor_datum_flag (answer->data, answer->n_data, "allow", -1), note ? note : "");
}

static char *
ask (Desk *desk, ParlorHookKind hook, const char *text)
{
  const ParlorDatum data[] = {PARLOR_DATUM_CONTENT ("text", text)};
  ParlorHookQuestion question = {.hook = hook, .brand = "br_a", .data = data, .n_data = 1};
  ParlorHooks *hooks = parlor_decider_hooks (desk->decider);
  g_string_truncate (desk->log, 0);
  hooks->ask (hooks, &question, on_answer, desk);
  while (!desk->log->len)
    {
      uv_run (&desk->loop, UV_RUN_ONCE);
      parlor_decider_poll (desk->decider, desk->bench->now_us);
    }
  return desk->log->str;
}

static void
the_module_answers (void)
{
  g_autoptr (Desk) desk = desk_new ();
  g_assert_cmpstr (ask (desk, PARLOR_HOOK_SCREEN, "buy spam"), ==, "answered allow=0 note=");
  g_assert_cmpstr (ask (desk, PARLOR_HOOK_SCREEN, "buy tea"), ==, "answered allow=1 note=");
  g_assert_cmpstr (ask (desk, PARLOR_HOOK_ROUTE, "gold"), ==,
                   "answered allow=-1 note=gold customer");
  g_assert_cmpstr (ask (desk, PARLOR_HOOK_PRODUCT, ""), ==, "failed allow=-1 note=");
  g_assert_cmpstr (ask (desk, PARLOR_HOOK_BOT, ""), ==, "none allow=-1 note=");
}

static void
what_it_passes_goes_over_http (void)
{
  g_autoptr (Desk) desk = desk_new ();
  ParlorHookRow row = {
      .brand = "br_a", .hook = "bot.reply", .url = "https://x.example/", .secrets = ""};
  parlor_decider_put (desk->decider, &row);
  const ParlorDatum data[] = {PARLOR_DATUM_CONTENT ("text", "hello")};
  ParlorHookQuestion question = {
      .hook = PARLOR_HOOK_BOT, .brand = "br_a", .data = data, .n_data = 1};
  ParlorHooks *hooks = parlor_decider_hooks (desk->decider);
  hooks->ask (hooks, &question, on_answer, desk);
  while (!desk->bench->sent.length)
    uv_run (&desk->loop, UV_RUN_ONCE);
  bench_answer (desk->bench, 200, NULL, "{\"text\":\"Hi\"}");
  g_assert_true (g_str_has_prefix (desk->log->str, "answered"));
}

static void
what_cannot_be_loaded_says_why (void)
{
  uv_loop_t loop;
  uv_loop_init (&loop);
  g_autoptr (GError) missing = NULL;
  g_assert_null (parlor_module_new (&loop, "/nonexistent.so", "", &missing));
  g_assert_error (missing, G_FILE_ERROR, G_FILE_ERROR_INVAL);
  g_autoptr (GError) config = NULL;
  g_assert_null (load (&loop, "nonsense", &config));
  g_assert_nonnull (strstr (config->message, "did not start"));
  g_autoptr (GError) other = NULL;
  g_assert_null (parlor_module_new (&loop, "libuv.so.1", "", &other));
  g_assert_nonnull (strstr (other->message, "parlor_hook_module"));
  g_assert_cmpint (uv_loop_close (&loop), ==, 0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/hooks/module/the-module-answers", the_module_answers);
  g_test_add_func ("/hooks/module/what-it-passes-goes-over-http", what_it_passes_goes_over_http);
  g_test_add_func ("/hooks/module/what-cannot-be-loaded-says-why", what_cannot_be_loaded_says_why);
  return g_test_run ();
}
