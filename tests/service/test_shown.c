/* SPDX-License-Identifier: Apache-2.0 */
#include "world.h"

#include <string.h>

static const ParlorMaterial *
put (World *world, const char *id, const char *url, int withdrawn)
{
  ParlorMaterialSpec spec = {
      .id = id, .title = "Care \"leaflet\"", .url = url, .withdrawn = withdrawn};
  return parlor_service_put_material (world->brand, &spec, world->now, NULL);
}

static const ParlorMessage *
send (World *world, ParlorConversation *conversation, const char *kind, const char *shown,
      ParlorAuthor by, GError **error)
{
  static guint n;
  g_autofree char *client_id = g_strdup_printf ("c%u", n++);
  ParlorSaySpec spec = {.conversation = conversation,
                        .by = by,
                        .rep = by == PARLOR_BY_REP ? conversation->binding->rep : NULL,
                        .client_id = client_id,
                        .kind = kind,
                        .shown = shown,
                        .stream_ms = -1};
  return parlor_service_say (world->service, &spec, world->now, error);
}

static void
test_newest (void)
{
  g_autoptr (World) world = world_new ();
  g_autoptr (GError) error = NULL;
  world_rep (world, "lin", 6, FALSE);
  ParlorConversation *conversation = world_bind (world, "vis_a")->conversation;
  const ParlorMaterial *material = put (world, NULL, "https://shop.example/1.pdf", -1);
  g_assert_cmpint (material->version, ==, 1);
  put (world, material->id, "https://shop.example/2.pdf", -1);
  put (world, material->id, "https://shop.example/2.pdf", -1); /* nothing new */
  const ParlorMessage *sent = send (world, conversation, "material", material->id, PARLOR_BY_REP,
                                    NULL);
  g_autofree char *expected = g_strdup_printf (
      "{\"material\":\"%s\",\"version\":2,\"link\":\"/f/%s/2\",\"title\":\"Care \\\"leaflet\\\"\"}",
      material->id, material->id);
  g_assert_cmpstr (sent->data, ==, expected);
  put (world, material->id, NULL, 1);
  g_assert_null (send (world, conversation, "material", material->id, PARLOR_BY_REP, &error));
  g_assert_error (error, PARLOR_ERROR, PARLOR_ERROR_CONFLICT);
}

/* ---- asked about before it goes -------------------------------------------------------------- */

#define MATERIAL (1u << PARLOR_HOOK_MATERIAL)

typedef struct
{
  guint said, refused, gone;
  char *data;
} Told;

static void
on_said (const ParlorMessage *message, const GError *error, gpointer user_data)
{
  Told *told = user_data;
  g_free (told->data);
  told->data = message ? g_strdup (message->data) : NULL;
  if (message)
    told->said++;
  else if (g_error_matches (error, PARLOR_ERROR, PARLOR_ERROR_CONFLICT))
    told->refused++;
}

static void
on_gone (gpointer user_data)
{
  ((Told *)user_data)->gone++;
}

static gboolean
ask (World *world, ParlorConversation *conversation, const char *client_id, const char *kind,
     const char *shown, Told *told)
{
  ParlorSaySpec spec = {.conversation = conversation,
                        .by = PARLOR_BY_REP,
                        .rep = conversation->binding->rep,
                        .client_id = client_id,
                        .kind = kind,
                        .shown = shown,
                        .stream_ms = -1};
  return parlor_service_say_asked (&spec, on_said, told, on_gone, NULL);
}

static void
answer (World *world, ParlorHookOutcome outcome, const ParlorDatum *data, guint n)
{
  world_hook (world, PARLOR_HOOK_MATERIAL,
              &(ParlorHookAnswer){.outcome = outcome, .data = data, .n_data = n});
}

static void
test_resolved (void)
{
  g_autoptr (World) world = world_new_with_hooks (MATERIAL);
  world_rep (world, "lin", 6, FALSE);
  ParlorConversation *conversation = world_bind (world, "vis_a")->conversation;
  const ParlorMaterial *material = put (world, NULL, "https://shop.example/1.pdf", -1);
  Told told = {0};
  const ParlorDatum now[] = {
      PARLOR_DATUM_TEXT ("title", "Care"),
      PARLOR_DATUM_TEXT ("url", "https://shop.example/2.pdf"),
      PARLOR_DATUM_TEXT ("version", "2026 \"b\""),
  };
  g_assert_false (ask (world, conversation, "c1", "text", material->id, &told));
  g_assert_false (ask (world, conversation, "c1", "material", "mat_none", &told));
  g_assert_true (ask (world, conversation, "c1", "material", material->id, &told));
  g_assert_true (ask (world, conversation, "c1", "material", material->id, &told));
  g_assert_cmpuint (told.said + told.refused, ==, 0);
  gint64 seq = conversation->seq;
  answer (world, PARLOR_HOOK_ANSWERED, now, 3);
  g_autofree char *expected = g_strdup_printf (
      "{\"material\":\"%s\",\"version\":2,\"link\":\"/f/%s/2\",\"title\":\"Care\","
      "\"edition\":\"2026 \\\"b\\\"\"}",
      material->id, material->id);
  g_assert_cmpstr (told.data, ==, expected);
  g_assert_cmpstr (material->url, ==, "https://shop.example/2.pdf");
  answer (world, PARLOR_HOOK_ANSWERED, now, 3); /* the same client_id: the same message */
  g_assert_cmpint (conversation->seq, ==, seq + 1);
  g_assert_cmpuint (told.said, ==, 2);
  g_assert_cmpuint (told.gone, ==, 2);
  g_free (told.data);
}

/* Every way in which it does not answer: the last known goes out, and says so. */
static void
test_unresolved (gconstpointer outcome)
{
  g_autoptr (World) world = world_new_with_hooks (MATERIAL);
  world_rep (world, "lin", 6, FALSE);
  ParlorConversation *conversation = world_bind (world, "vis_a")->conversation;
  const ParlorMaterial *material = put (world, NULL, "https://shop.example/1.pdf", -1);
  const ParlorDatum wrong[] = {PARLOR_DATUM_TEXT ("url", "http://shop.example/2.pdf")};
  Told told = {0};
  g_assert_true (ask (world, conversation, "c1", "material", material->id, &told));
  answer (world, GPOINTER_TO_INT (outcome), wrong, 1);
  if (GPOINTER_TO_INT (outcome) == PARLOR_HOOK_LATE)
    answer (world, PARLOR_HOOK_FAILED, NULL, 0);
  g_assert_cmpuint (told.said, ==, 1);
  g_assert_cmpuint (told.gone, ==, 1);
  g_assert_nonnull (strstr (told.data, "\"version\":1"));
  g_assert_cmpint (strstr (told.data, "\"unconfirmed\":true") != NULL, ==,
                   GPOINTER_TO_INT (outcome) != PARLOR_HOOK_NONE);
  g_assert_cmpstr (material->url, ==, "https://shop.example/1.pdf");
  g_free (told.data);
}

static void
test_resolved_away (void)
{
  g_autoptr (World) world = world_new_with_hooks (MATERIAL);
  world_rep (world, "lin", 6, FALSE);
  ParlorConversation *conversation = world_bind (world, "vis_a")->conversation;
  const ParlorMaterial *material = put (world, NULL, "https://shop.example/1.pdf", -1);
  const ParlorDatum off[] = {PARLOR_DATUM_FLAG ("withdrawn", TRUE)};
  const ParlorDatum on[] = {PARLOR_DATUM_FLAG ("withdrawn", FALSE)};
  Told told = {0};
  g_assert_true (ask (world, conversation, "c1", "material", material->id, &told));
  answer (world, PARLOR_HOOK_ANSWERED, off, 1);
  g_assert_true (material->withdrawn);
  g_assert_cmpuint (told.refused, ==, 1);
  g_assert_true (ask (world, conversation, "c2", "material", material->id, &told));
  answer (world, PARLOR_HOOK_ANSWERED, on, 1);
  g_assert_false (material->withdrawn);
  g_assert_cmpuint (told.said, ==, 1);
  /* Who is removed meanwhile sends nothing; nor is anything heard when the service goes. */
  g_assert_true (ask (world, conversation, "c3", "material", material->id, &told));
  g_assert_true (parlor_service_unbind (conversation->binding, FALSE, world->now, NULL));
  answer (world, PARLOR_HOOK_ANSWERED, on, 1);
  g_assert_cmpuint (told.refused, ==, 2);
  g_assert_true (ask (world, conversation, "c4", "material", material->id, &told));
  world_restart (world);
  g_assert_cmpuint (world_asked (world, PARLOR_HOOK_MATERIAL), ==, 0);
  g_assert_cmpuint (told.gone, ==, 4);
  g_assert_cmpuint (told.said + told.refused, ==, 3);
  g_free (told.data);
}

static void
test_kept (void)
{
  g_autoptr (World) world = world_new ();
  const ParlorMaterial *material = put (world, NULL, "https://shop.example/1.pdf", -1);
  g_autofree char *id = g_strdup (material->id);
  put (world, id, "https://shop.example/2.pdf", 1);
  world_restart (world);
  material = parlor_service_material (world->service, id);
  g_assert_cmpint (material->version, ==, 2);
  g_assert_true (material->withdrawn);
}

static void
test_refused (void)
{
  g_autoptr (World) world = world_new ();
  g_assert_null (put (world, NULL, "http://shop.example/", -1));
  g_assert_null (put (world, NULL, "javascript:alert(1)", -1));
  g_assert_null (put (world, NULL, "https://a b/", -1));
  const ParlorMaterial *material = put (world, NULL, "https://shop.example/", -1);
  ParlorServiceBrand *other = parlor_service_add_brand (world->service, "br_other", "O",
                                                        PARLOR_CONFIRM_FIRST);
  ParlorMaterialSpec spec = {.id = material->id, .url = "https://evil.example/", .withdrawn = -1};
  g_assert_null (parlor_service_put_material (other, &spec, world->now, NULL));
}

static void
test_kinds (void)
{
  static const char *const not_his[] = {"material", "card", "upgrade", "call", "system"};
  g_autoptr (World) world = world_new ();
  world_rep (world, "lin", 6, FALSE);
  ParlorConversation *conversation = world_bind (world, "vis_a")->conversation;
  for (guint i = 0; i < G_N_ELEMENTS (not_his); i++)
    g_assert_null (send (world, conversation, not_his[i], NULL, PARLOR_BY_CUSTOMER, NULL));
  g_assert_null (send (world, conversation, "call", NULL, PARLOR_BY_REP, NULL));
}

static void
test_bytes (void)
{
  g_autoptr (World) world = world_new ();
  g_autoptr (GError) error = NULL;
  world_rep (world, "lin", 6, FALSE);
  ParlorConversation *own = world_bind (world, "vis_a")->conversation;
  ParlorConversation *other = world_bind (world, "vis_b")->conversation;
  for (guint i = 0; i < 10; i++)
    g_assert_nonnull (
        parlor_service_put_upload (own, "image/png", 20, 10, 10000000, world->now, NULL));
  g_assert_null (parlor_service_put_upload (own, "image/png", 20, 10, 1, world->now, &error));
  g_assert_error (error, PARLOR_ERROR, PARLOR_ERROR_TOO_MANY);
  g_assert_nonnull (parlor_service_put_upload (other, "image/png", 20, 10, 1, world->now, NULL));
  world->brand->upload_bytes += 20 * G_GINT64_CONSTANT (1000000000);
  g_assert_null (parlor_service_put_upload (other, "image/png", 20, 10, 1, world->now, NULL));
}

static void
test_unsaid (void)
{
  g_autoptr (World) world = world_new ();
  world_rep (world, "lin", 6, FALSE);
  ParlorConversation *own = world_bind (world, "vis_a")->conversation;
  const ParlorUpload *said = parlor_service_put_upload (own, "image/png", 2, 2, 5, world->now,
                                                        NULL);
  const ParlorUpload *unsaid = parlor_service_put_upload (own, "image/png", 2, 2, 7, world->now,
                                                          NULL);
  g_assert_nonnull (send (world, own, "image", said->id, PARLOR_BY_CUSTOMER, NULL));
  g_autofree char *id = g_strdup (unsaid->id);
  world_pass (world, 3599);
  g_autoptr (GPtrArray) early = parlor_service_sweep_uploads (world->service, world->now);
  g_assert_cmpuint (early->len, ==, 0);
  world_pass (world, 1);
  g_autoptr (GPtrArray) gone = parlor_service_sweep_uploads (world->service, world->now);
  g_assert_cmpuint (gone->len, ==, 1);
  g_assert_cmpstr (gone->pdata[0], ==, id);
  g_assert_cmpuint (world_rows (world, &parlor_upload_kind), ==, 1);
  g_assert_cmpint (world->brand->upload_bytes, ==, 5);
}

/* A restart says nothing: what waits to be said is swept in its time, and nobody's place is filled
 * by it. */
static void
test_unsaid_restart (void)
{
  g_autoptr (World) world = world_new ();
  world_rep (world, "lin", 6, FALSE);
  ParlorConversation *own = world_bind (world, "vis_a")->conversation;
  g_autofree char *id = g_strdup (own->id),
                  *said = g_strdup (
                      parlor_service_put_upload (own, "image/png", 2, 2, 5, world->now, NULL)->id),
                  *unsaid = g_strdup (
                      parlor_service_put_upload (own, "image/png", 2, 2, 7, world->now, NULL)->id);
  g_assert_nonnull (send (world, own, "image", said, PARLOR_BY_CUSTOMER, NULL));
  world_restart (world);
  world_pass (world, 3600);
  g_autoptr (GPtrArray) gone = parlor_service_sweep_uploads (world->service, world->now);
  g_assert_cmpuint (gone->len, ==, 1);
  g_assert_cmpstr (gone->pdata[0], ==, unsaid);
  own = parlor_service_conversation (world->service, "br_test", id);
  g_assert_cmpuint (own->n_uploads, ==, 1);
  g_assert_cmpint (own->upload_bytes, ==, 5);
}

/* What the stream showed at the tap stays while nothing newer comes, over a restart too; a message
 * has none of it. */
static void
test_still (void)
{
  g_autoptr (World) world = world_new ();
  g_autoptr (GError) error = NULL;
  world_rep (world, "lin", 6, FALSE);
  ParlorConversation *own = world_bind (world, "vis_a")->conversation;
  ParlorConversation *other = world_bind (world, "vis_b")->conversation;
  g_autofree char *first = NULL, *second = NULL, *said = NULL;
  char **ids[] = {&first, &second, &said};
  for (guint i = 0; i < G_N_ELEMENTS (ids); i++)
    *ids[i] = g_strdup (
        parlor_service_put_upload (own, "image/png", 2, 2, 5, world->now, NULL)->id);
  g_assert_nonnull (send (world, own, "image", said, PARLOR_BY_CUSTOMER, NULL));
  g_assert_false (parlor_service_still (own, said, &error));
  g_assert_error (error, PARLOR_ERROR, PARLOR_ERROR_CONFLICT);
  g_clear_error (&error);
  g_assert_false (parlor_service_still (other, first, &error));
  g_assert_error (error, PARLOR_ERROR, PARLOR_ERROR_NOT_FOUND);
  g_assert_true (parlor_service_still (own, first, NULL));
  g_assert_true (parlor_service_still (own, first, NULL));
  g_assert_true (parlor_service_still (own, second, NULL));
  g_autoptr (GPtrArray) gone = parlor_service_sweep_uploads (world->service, world->now);
  g_assert_cmpuint (gone->len, ==, 1);
  g_assert_cmpstr (gone->pdata[0], ==, first);
  g_autofree char *id = g_strdup (own->id);
  world_restart (world);
  own = parlor_service_conversation (world->service, "br_test", id);
  g_assert_cmpstr (own->still, ==, second);
  world_pass (world, 7200);
  g_autoptr (GPtrArray) late = parlor_service_sweep_uploads (world->service, world->now);
  g_assert_cmpuint (late->len, ==, 0);
}

static void
test_pictures (void)
{
  g_autoptr (World) world = world_new ();
  g_autoptr (GError) error = NULL;
  world_rep (world, "lin", 6, FALSE);
  ParlorConversation *own = world_bind (world, "vis_a")->conversation;
  ParlorConversation *other = world_bind (world, "vis_b")->conversation;
  const ParlorUpload *upload = parlor_service_put_upload (own, "image/png", 20, 10, 99, world->now,
                                                          NULL);
  g_assert_null (parlor_service_put_upload (own, "image/svg+xml", 20, 10, 99, world->now, NULL));
  const ParlorMessage *sent = send (world, own, "image", upload->id, PARLOR_BY_CUSTOMER, NULL);
  g_autofree char *expected = g_strdup_printf ("{\"upload\":\"%s\",\"width\":20,\"height\":10}",
                                               upload->id);
  g_assert_cmpstr (sent->data, ==, expected);
  g_assert_null (send (world, other, "image", upload->id, PARLOR_BY_CUSTOMER, &error));
  g_assert_error (error, PARLOR_ERROR, PARLOR_ERROR_NOT_FOUND);
  for (guint i = 1; i < 100; i++)
    g_assert_nonnull (parlor_service_put_upload (own, "image/png", 20, 10, 99, world->now, NULL));
  g_assert_null (parlor_service_put_upload (own, "image/png", 20, 10, 99, world->now, NULL));
  g_autofree char *id = g_strdup (upload->id);
  world_restart (world);
  g_assert_cmpint (parlor_service_upload (world->service, id)->bytes, ==, 99);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/service/shown/the-newest-version-is-sent", test_newest);
  g_test_add_func ("/service/shown/the-brands-system-says-how-it-stands-now", test_resolved);
  g_test_add_data_func ("/service/shown/late-is-the-last-known-and-says-so",
                        GINT_TO_POINTER (PARLOR_HOOK_LATE), test_unresolved);
  g_test_add_data_func ("/service/shown/failed-is-the-last-known-and-says-so",
                        GINT_TO_POINTER (PARLOR_HOOK_FAILED), test_unresolved);
  g_test_add_data_func ("/service/shown/a-breaker-is-the-last-known-and-says-so",
                        GINT_TO_POINTER (PARLOR_HOOK_BREAKER), test_unresolved);
  g_test_add_data_func ("/service/shown/a-link-that-is-none-changes-nothing",
                        GINT_TO_POINTER (PARLOR_HOOK_ANSWERED), test_unresolved);
  g_test_add_data_func ("/service/shown/left-to-us-the-table-decides",
                        GINT_TO_POINTER (PARLOR_HOOK_NONE), test_unresolved);
  g_test_add_func ("/service/shown/what-was-taken-back-there-is-not-sent", test_resolved_away);
  g_test_add_func ("/service/shown/materials-are-there-after-a-restart", test_kept);
  g_test_add_func ("/service/shown/what-is-no-link-is-refused", test_refused);
  g_test_add_func ("/service/shown/everybody-sends-only-what-is-his", test_kinds);
  g_test_add_func ("/service/shown/a-picture-stays-in-its-conversation", test_pictures);
  g_test_add_func ("/service/shown/what-one-may-fill-has-an-end", test_bytes);
  g_test_add_func ("/service/shown/a-picture-that-is-never-said-goes", test_unsaid);
  g_test_add_func ("/service/shown/a-restart-keeps-no-picture-that-was-never-said",
                   test_unsaid_restart);
  g_test_add_func ("/service/shown/the-picture-of-a-tap-is-kept-until-the-next", test_still);
  return g_test_run ();
}
