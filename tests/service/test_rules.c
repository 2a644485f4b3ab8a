/* SPDX-License-Identifier: Apache-2.0 */
#include "world.h"

static const ParlorRule *
put (World *world, const char *name, const char *word, gboolean block)
{
  const char *const words[] = {word, NULL};
  ParlorRuleSpec spec = {
      .name = name, .words = words, .block = block, .chat = TRUE, .comments = TRUE};
  return parlor_service_put_rule (world->brand, &spec, NULL);
}

static const ParlorMessage *
say (World *world, ParlorBinding *binding, const char *text, GError **error)
{
  ParlorSaySpec spec = {.conversation = binding->conversation,
                        .by = PARLOR_BY_CUSTOMER,
                        .client_id = text,
                        .text = text,
                        .stream_ms = -1};
  return parlor_service_say (world->service, &spec, world->now, error);
}

static void
test_warns (void)
{
  g_autoptr (World) world = world_new ();
  world_rep (world, "lin", 6, FALSE);
  ParlorBinding *binding = world_bind (world, "vis_a");
  put (world, "Complaints", "投诉", FALSE);
  g_assert_nonnull (say (world, binding, "我要投诉你们", NULL));
  g_assert_cmpuint (world->brand->hits->len, ==, 1);
  const ParlorKeywordHit *hit = world->brand->hits->pdata[0];
  g_assert_cmpstr (hit->rule, ==, "Complaints");
  g_assert_cmpstr (hit->place, ==, binding->conversation->id);
  g_assert_false (hit->blocked);
  g_assert_cmpuint (world_happened (world, "keyword.hit"), ==, 1);
  g_assert_nonnull (say (world, binding, "谢谢", NULL));
  g_assert_cmpuint (world->brand->hits->len, ==, 1);
}

static void
test_blocks (void)
{
  g_autoptr (World) world = world_new ();
  g_autoptr (GError) error = NULL;
  ParlorRep *rep = world_rep (world, "lin", 6, FALSE);
  ParlorBinding *binding = world_bind (world, "vis_a");
  put (world, "Warn", "微信", FALSE);
  put (world, "Block", "微信号", TRUE);
  gint64 seq = binding->conversation->seq;
  g_assert_null (say (world, binding, "我的微信号是", &error));
  g_assert_error (error, PARLOR_ERROR, PARLOR_ERROR_FORBIDDEN);
  g_assert_cmpint (binding->conversation->seq, ==, seq);
  g_assert_true (((ParlorKeywordHit *)world->brand->hits->pdata[0])->blocked);
  ParlorSaySpec spec = {.conversation = binding->conversation,
                        .by = PARLOR_BY_REP,
                        .rep = rep,
                        .client_id = "r1",
                        .text = "加我微信号",
                        .stream_ms = -1};
  g_assert_null (parlor_service_say (world->service, &spec, world->now, NULL)); /* he neither */
}

static void
test_places (void)
{
  g_autoptr (World) world = world_new ();
  const char *const words[] = {"spoiler", NULL};
  ParlorRuleSpec spec = {.name = "R", .words = words, .block = TRUE, .comments = TRUE};
  ParlorBinding *binding = world_bind (world, "vis_a");
  g_assert_nonnull (parlor_service_put_rule (world->brand, &spec, NULL));
  g_assert_nonnull (say (world, binding, "a spoiler", NULL));
  ParlorJudged said = {
      .comment = TRUE, .place = "rm_1", .by = "Mei", .text = "a spoiler", .room_ms = 1};
  g_assert_false (parlor_service_judge (world->brand, &said, world->now));
}

static void
test_kept (void)
{
  g_autoptr (World) world = world_new ();
  world_rep (world, "lin", 6, FALSE);
  world_bind (world, "vis_a");
  const ParlorRule *rule = put (world, "Block", "假货", TRUE);
  g_autofree char *id = g_strdup (rule->id);
  world_restart (world);
  ParlorBinding *binding = parlor_service_binding (world->service, "br_test", world->binding);
  g_assert_nonnull (parlor_service_rule (world->brand, id));
  g_assert_null (say (world, binding, "都是假货", NULL));
  g_assert_true (parlor_service_remove_rule (world->brand, id));
  g_assert_false (parlor_service_remove_rule (world->brand, id));
  g_assert_nonnull (say (world, binding, "都是假货", NULL));
}

static void
test_refused (void)
{
  g_autoptr (World) world = world_new ();
  const char *const none[] = {NULL};
  const char *const empty[] = {" ", NULL};
  const char *const good[] = {"x", NULL};
  ParlorRuleSpec spec = {.name = "R", .words = none, .chat = TRUE};
  g_assert_null (parlor_service_put_rule (world->brand, &spec, NULL));
  spec.words = empty;
  g_assert_null (parlor_service_put_rule (world->brand, &spec, NULL));
  spec.words = good;
  spec.chat = FALSE;
  g_assert_null (parlor_service_put_rule (world->brand, &spec, NULL));
  spec.chat = TRUE;
  spec.name = "";
  g_assert_null (parlor_service_put_rule (world->brand, &spec, NULL));
  g_assert_cmpuint (world->brand->rules->len, ==, 0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/service/rules/a-warning-is-said-and-noted", test_warns);
  g_test_add_func ("/service/rules/what-is-blocked-is-not-said-by-anybody", test_blocks);
  g_test_add_func ("/service/rules/hold-where-they-are-set-up", test_places);
  g_test_add_func ("/service/rules/are-there-after-a-restart", test_kept);
  g_test_add_func ("/service/rules/what-is-no-rule-is-refused", test_refused);
  return g_test_run ();
}
