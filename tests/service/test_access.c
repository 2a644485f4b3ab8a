/* SPDX-License-Identifier: Apache-2.0 */
#include "world.h"

#include <string.h>

typedef struct
{
  const char *who;
  ParlorPrincipal principal;
  const char *reason;
  const char *may; /* r, w, m of what he may */
} Row;

static void
test_matrix (void)
{
  g_autoptr (World) world = world_new ();
  ParlorRepSpec spec = {
      .ref = "boss", .name = "Boss", .user = "usr_boss", .groups = world->group->id};
  parlor_service_put_rep (world->service, world->brand, &spec, world->now, NULL);
  spec = (ParlorRepSpec){.ref = "far", .name = "Far", .user = "usr_far"};
  ParlorRep *far = parlor_service_put_rep (world->service, world->brand, &spec, world->now, NULL);
  ParlorRep *lin = world_rep (world, "lin", 6, FALSE);
  ParlorRep *wang = world_rep (world, "wang", 6, TRUE);
  ParlorBinding *binding = world_bind (world, "vis_a");
  world_bind (world, "vis_b");
  Row rows[] = {
      {"stranger", {.caller = PARLOR_CALLER_STRANGER}, "why", ""},
      {"customer", {.caller = PARLOR_CALLER_VISITOR, .subject = "vis_a"}, NULL, "rw"},
      {"another customer", {.caller = PARLOR_CALLER_VISITOR, .subject = "vis_b"}, "why", ""},
      {"no visitor", {.caller = PARLOR_CALLER_VISITOR}, "why", ""},
      {"room token", {.caller = PARLOR_CALLER_TOKEN, .brand = "br_test"}, "why", ""},
      {"his rep",
       {.caller = PARLOR_CALLER_USER, .brand = "br_test", .roles = PARLOR_BRAND_REP},
       NULL,
       "rwm"},
      {"another rep",
       {.caller = PARLOR_CALLER_USER, .brand = "br_test", .roles = PARLOR_BRAND_REP},
       "why",
       ""},
      {"supervisor of the group without a reason",
       {.caller = PARLOR_CALLER_USER,
        .brand = "br_test",
        .subject = "usr_boss",
        .roles = PARLOR_BRAND_SUPERVISOR},
       NULL,
       "m"},
      {"supervisor of the group",
       {.caller = PARLOR_CALLER_USER,
        .brand = "br_test",
        .subject = "usr_boss",
        .roles = PARLOR_BRAND_SUPERVISOR},
       "a complaint",
       "rm"},
      {"supervisor of another group",
       {.caller = PARLOR_CALLER_USER,
        .brand = "br_test",
        .subject = "usr_far",
        .roles = PARLOR_BRAND_SUPERVISOR},
       "a complaint",
       ""},
      {"admin",
       {.caller = PARLOR_CALLER_USER,
        .brand = "br_test",
        .subject = "usr_x",
        .roles = PARLOR_BRAND_ADMIN},
       "a complaint",
       "rm"},
      {"host",
       {.caller = PARLOR_CALLER_USER,
        .brand = "br_test",
        .subject = "usr_x",
        .roles = PARLOR_BRAND_HOST},
       "curious",
       ""},
      {"owner of another brand",
       {.caller = PARLOR_CALLER_USER, .brand = "br_other", .roles = PARLOR_BRAND_EVERY_ROLE},
       "why",
       ""},
      {"key",
       {.caller = PARLOR_CALLER_KEY, .brand = "br_test", .roles = PARLOR_BRAND_OWNER},
       NULL,
       "rwm"},
      {"key of the scope service",
       {.caller = PARLOR_CALLER_KEY,
        .brand = "br_test",
        .roles = PARLOR_BRAND_SUPERVISOR | PARLOR_BRAND_REP},
       NULL,
       "rwm"},
      {"key of the scope live",
       {.caller = PARLOR_CALLER_KEY,
        .brand = "br_test",
        .roles = PARLOR_BRAND_HOST | PARLOR_BRAND_ASSISTANT},
       "why",
       ""},
  };
  g_strlcpy (rows[5].principal.rep, lin->id, sizeof rows[5].principal.rep);
  g_strlcpy (rows[6].principal.rep, wang->id, sizeof rows[6].principal.rep);
  g_assert_nonnull (far);
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (GString) may = g_string_new (NULL);
      for (guint right = 0; right < 3; right++)
        if (parlor_service_may (binding->conversation, &rows[i].principal, right, rows[i].reason,
                                world->now, NULL))
          g_string_append_c (may, "rwm"[right]);
      g_test_message ("%s: %s", rows[i].who, may->str);
      g_assert_cmpstr (may->str, ==, rows[i].may);
    }
  g_assert_cmpuint (world_rows (world, &parlor_service_audit_kind), ==, 5);
}

/* Who stands where it may be offered reads it, and hears why he may not give it away. */
static void
test_offered (void)
{
  g_autoptr (World) world = world_new ();
  g_autoptr (GError) error = NULL;
  ParlorRep *lin = world_rep (world, "lin", 6, TRUE);
  ParlorBinding *binding = world_bind (world, "vis_a");
  ParlorPrincipal principal = {
      .caller = PARLOR_CALLER_USER, .brand = "br_test", .roles = PARLOR_BRAND_REP};
  g_strlcpy (principal.rep, lin->id, sizeof principal.rep);
  world_say (world, binding, "hello");
  g_assert_true (parlor_service_may (binding->conversation, &principal, PARLOR_MAY_READ, NULL,
                                     world->now, NULL));
  g_assert_false (parlor_service_may (binding->conversation, &principal, PARLOR_MAY_MOVE, NULL,
                                      world->now, &error));
  g_assert_error (error, PARLOR_ERROR, PARLOR_ERROR_FORBIDDEN);
}

/* users.groups say what a supervisor oversees; whoever has none there, by the rep that he is. */
static void
test_given_groups (void)
{
  g_autoptr (World) world = world_new ();
  ParlorGroupSpec other = {.name = "Other"};
  ParlorGroup *far = parlor_service_put_group (world->service, world->brand, &other, NULL);
  ParlorRepSpec spec = {
      .ref = "boss", .name = "Boss", .user = "usr_boss", .groups = world->group->id};
  parlor_service_put_rep (world->service, world->brand, &spec, world->now, NULL);
  ParlorPrincipal boss = {.caller = PARLOR_CALLER_USER,
                          .brand = "br_test",
                          .subject = "usr_boss",
                          .roles = PARLOR_BRAND_SUPERVISOR};
  ParlorPrincipal given = boss;
  g_strlcpy (given.subject, "usr_given", sizeof given.subject);
  g_assert_true (parlor_service_oversees (world->group, &boss));
  g_assert_false (parlor_service_oversees (far, &boss));
  g_assert_false (parlor_service_oversees (far, &given));
  world->supervisor = "usr_given";
  world->overseen = far->id;
  g_assert_true (parlor_service_oversees (far, &given)); /* he is no rep himself */
  g_assert_false (parlor_service_oversees (world->group, &given));
  world->supervisor = "usr_boss"; /* what he was given stands above what he is */
  g_assert_true (parlor_service_oversees (far, &boss));
  g_assert_false (parlor_service_oversees (world->group, &boss));
  world_rep (world, "lin", 6, FALSE);
  ParlorBinding *binding = world_bind (world, "vis_a");
  g_assert_false (
      parlor_service_may (binding->conversation, &boss, PARLOR_MAY_READ, "why", world->now, NULL));
  world->overseen = world->group->id;
  g_assert_true (
      parlor_service_may (binding->conversation, &boss, PARLOR_MAY_READ, "why", world->now, NULL));
}

/* ---- the chain ------------------------------------------------------------------------------ */

typedef struct
{
  ParlorRecordSink sink;
  GPtrArray *lines;
} Chain;

static void
bracket (ParlorRecordSink *sink)
{
}

static void
write_line (ParlorRecordSink *sink, const ParlorRecordKind *kind, gconstpointer record)
{
  const ParlorAuditRow *row = record;
  if (kind == &parlor_audit_kind)
    g_ptr_array_add (((Chain *)sink)->lines,
                     g_strjoin ("|", row->actor, row->action, row->object, row->detail, NULL));
}

static void
test_chain (void)
{
  g_autoptr (World) world = world_new ();
  g_autoptr (GPtrArray) lines = g_ptr_array_new_with_free_func (g_free);
  Chain chain = {{.begin = bracket, .end = bracket, .put = write_line}, lines};
  g_autoptr (ParlorAudit) audit = parlor_audit_new (&chain.sink);
  world->audit = audit;
  world_rep (world, "lin", 6, FALSE);
  g_autofree char *id = g_strdup (world_bind (world, "vis_a")->conversation->id);
  world_restart (world);
  ParlorConversation *conversation = parlor_service_conversation (world->service, "br_test", id);
  ParlorPrincipal owner = {.caller = PARLOR_CALLER_USER,
                           .brand = "br_test",
                           .subject = "usr_owner",
                           .roles = PARLOR_BRAND_OWNER};
  g_assert_true (parlor_service_may (conversation, &owner, PARLOR_MAY_READ, "Mr Ma complained",
                                     world->now, NULL));
  g_assert_false (parlor_service_may (conversation, &owner, PARLOR_MAY_READ, "", world->now, NULL));
  g_assert_cmpuint (lines->len, ==, 1);
  const char *line = lines->pdata[0];
  g_assert_true (g_str_has_prefix (line, "usr_owner|conversation.read|cnv_"));
  g_assert_null (strstr (line, "Ma"));
  g_autofree char *sum = g_compute_checksum_for_string (G_CHECKSUM_SHA256, "Mr Ma complained", -1);
  g_assert_true (g_str_has_suffix (line, sum));
  parlor_service_free (world->service); /* before the chain */
  world->service = NULL;
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/service/access/everybody-sees-his-own-and-others-with-a-reason-that-is-kept",
                   test_matrix);
  g_test_add_func ("/service/access/what-is-only-offered-is-not-given-away", test_offered);
  g_test_add_func ("/service/access/a-supervisors-groups-are-those-he-was-given",
                   test_given_groups);
  g_test_add_func ("/service/access/a-supervisors-reading-is-a-line-of-the-brands-chain",
                   test_chain);
  return g_test_run ();
}
