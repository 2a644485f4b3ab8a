/* SPDX-License-Identifier: Apache-2.0 */
#include "world.h"

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
  g_test_add_func ("/service/shown/materials-are-there-after-a-restart", test_kept);
  g_test_add_func ("/service/shown/what-is-no-link-is-refused", test_refused);
  g_test_add_func ("/service/shown/everybody-sends-only-what-is-his", test_kinds);
  g_test_add_func ("/service/shown/a-picture-stays-in-its-conversation", test_pictures);
  g_test_add_func ("/service/shown/what-one-may-fill-has-an-end", test_bytes);
  g_test_add_func ("/service/shown/a-picture-that-is-never-said-goes", test_unsaid);
  return g_test_run ();
}
