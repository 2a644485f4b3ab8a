/* SPDX-License-Identifier: Apache-2.0 */
/* What is done at the API stands in the brand's chain, and nobody else's. */
#include "world.h"

#include <jansson.h>
#include <string.h>

#include "brand/keys.h"
#include "store/memory.h"

#define JSON "Content-Type: application/json\r\n"

typedef struct
{
  World *world;
  ParlorStore *store;
  ParlorAudit *audit;
  uv_timer_t timer;
  const ParlorBrand *brand;
  char *admin; /* the header lines of a key that may do everything */
} Fixture;

static void
on_timer (uv_timer_t *timer)
{
  ParlorStore *store = timer->data;
  store->ops->dispatch (store);
}

static char *
key_lines (World *world, const char *brand, guint scopes)
{
  const ParlorApiKey *key = parlor_keys_add (world->brands, brand, "k", scopes, 1, NULL);
  g_autofree char *text = g_strdup_printf ("%s:%s", key->id, key->secret);
  g_autofree char *encoded = g_base64_encode ((const guchar *)text, strlen (text));
  return g_strdup_printf ("Authorization: Basic %s\r\n" JSON, encoded);
}

static void
set_up (Fixture *f, gconstpointer data)
{
  f->world = world_new (&(WorldSpec){.strict = TRUE});
  f->store = parlor_store_memory_new ();
  f->audit = parlor_audit_new (parlor_store_records (f->store));
  f->world->site->spec.records = parlor_store_records (f->store);
  f->world->site->spec.audit = f->audit;
  uv_timer_init (&f->world->loop, &f->timer);
  f->timer.data = f->store;
  uv_timer_start (&f->timer, on_timer, 1, 1);
  f->brand = parlor_brands_add (f->world->brands, "shop", "Shop", 1, NULL);
  f->admin = key_lines (f->world, f->brand->id, PARLOR_EVERY_SCOPE);
}

static void
tear_down (Fixture *f, gconstpointer data)
{
  uv_close ((uv_handle_t *)&f->timer, NULL);
  world_free (f->world);
  parlor_audit_free (f->audit);
  f->store->ops->close (f->store, 0);
  g_free (f->admin);
}

static json_t *
get (Fixture *f, const char *lines, const char *path)
{
  g_autoptr (Answer) answer = world_ask (f->world, "GET", path, lines, NULL);
  g_assert_cmpuint (answer->status, ==, 200);
  json_t *json = json_loads (answer->body, 0, NULL);
  g_assert_nonnull (json);
  return json;
}

static guint
post (Fixture *f, const char *lines, const char *path, const char *body)
{
  g_autoptr (Answer) answer = world_ask (f->world, "POST", path, lines, body);
  return answer->status;
}

static void
test_change (Fixture *f, gconstpointer data)
{
  g_assert_cmpuint (post (f, f->admin, "/v1/keys", "{\"name\":\"a\",\"scopes\":[\"rooms\"]}"), ==,
                    201);
  json_t *json = get (f, f->admin, "/v1/audit");
  const json_t *rows = json_object_get (json, "rows"), *row = json_array_get (rows, 0);
  g_assert_cmpuint (json_array_size (rows), ==, 1);
  g_assert_cmpstr (member (row, "action"), ==, "POST /v1/keys");
  g_assert_true (g_str_has_prefix (member (row, "actor"), "key_"));
  g_assert_cmpstr (member (row, "hash"), ==, member (json_object_get (json, "head"), "hash"));
  json_decref (json);
}

/* What was refused changed nothing, and reading is none but of recordings. */
static void
test_no_change (Fixture *f, gconstpointer data)
{
  g_autofree char *weak = key_lines (f->world, f->brand->id, PARLOR_SCOPE_ROOMS);
  g_assert_cmpuint (post (f, weak, "/v1/keys", "{}"), ==, 403);
  g_assert_cmpuint (post (f, f->admin, "/v1/keys", "{\"scopes\":7}"), ==, 400);
  json_decref (get (f, f->admin, "/v1/keys"));
  json_t *json = get (f, f->admin, "/v1/audit");
  g_assert_cmpuint (json_array_size (json_object_get (json, "rows")), ==, 0);
  json_decref (json);
}

static void
test_brands (Fixture *f, gconstpointer data)
{
  const ParlorBrand *other = parlor_brands_add (f->world->brands, "other", "Other", 1, NULL);
  g_autofree char *lines = key_lines (f->world, other->id, PARLOR_EVERY_SCOPE);
  g_autofree char *weak = key_lines (f->world, f->brand->id, PARLOR_SCOPE_ROOMS);
  post (f, f->admin, "/v1/keys", "{\"name\":\"a\",\"scopes\":[\"rooms\"]}");
  json_t *json = get (f, lines, "/v1/audit");
  g_assert_cmpuint (json_array_size (json_object_get (json, "rows")), ==, 0);
  json_decref (json);
  g_autoptr (Answer) refused = world_ask (f->world, "GET", "/v1/audit", weak, NULL);
  g_assert_cmpuint (refused->status, ==, 403);
  g_autoptr (Answer) stranger = world_ask (f->world, "GET", "/v1/audit/check", "", NULL);
  g_assert_cmpuint (stranger->status, ==, 401);
}

static void
test_pages (Fixture *f, gconstpointer data)
{
  for (guint i = 0; i < 5; i++)
    parlor_audit_add (f->audit, i, f->brand->id, "usr_1", "a", i % 2 ? "rec_1" : "rec_2", NULL);
  json_t *json = get (f, f->admin, "/v1/audit?limit=2");
  const json_t *rows = json_object_get (json, "rows");
  g_assert_cmpuint (json_array_size (rows), ==, 2);
  g_assert_cmpint (json_integer_value (json_object_get (json_array_get (rows, 0), "seq")), ==, 5);
  g_assert_cmpint (json_integer_value (json_object_get (json, "cursor")), ==, 4);
  json_decref (json);
  json = get (f, f->admin, "/v1/audit?limit=9&cursor=4&object=rec_2&actor=usr_1");
  rows = json_object_get (json, "rows");
  g_assert_cmpuint (json_array_size (rows), ==, 2); /* 3 and 1 */
  g_assert_true (json_is_null (json_object_get (json, "cursor")));
  json_decref (json);
}

static void
test_check (Fixture *f, gconstpointer data)
{
  ParlorRecordSink *sink = parlor_store_records (f->store);
  char *brand = (char *)f->brand->id;
  for (guint i = 0; i < 5200; i++) /* more than a page */
    parlor_audit_add (f->audit, i, brand, "usr_1", "a", "rec_1", NULL);
  json_t *json = get (f, f->admin, "/v1/audit/check");
  g_assert_true (json_is_true (json_object_get (json, "whole")));
  g_assert_cmpint (json_integer_value (json_object_get (json, "rows")), ==, 5200);
  json_decref (json);
  sink->remove (sink, &parlor_audit_kind, &(ParlorAuditRow){.brand = brand, .seq = 5200});
  json = get (f, f->admin, "/v1/audit/check");
  g_assert_cmpstr (member (json, "fault"), ==, "cut");
  json_decref (json);
  sink->remove (sink, &parlor_audit_kind, &(ParlorAuditRow){.brand = brand, .seq = 5100});
  json = get (f, f->admin, "/v1/audit/check");
  g_assert_true (json_is_false (json_object_get (json, "whole")));
  g_assert_cmpstr (member (json, "fault"), ==, "gap");
  g_assert_cmpint (json_integer_value (json_object_get (json, "fault_at")), ==, 5100);
  json_decref (json);
}

/* A link that is none is somebody at the door. */
static void
test_wrong_link (Fixture *f, gconstpointer data)
{
  g_assert_cmpuint (post (f, JSON, "/v1/signin", "{\"brand\":\"shop\",\"link\":\"none\"}"), ==,
                    401);
  g_assert_cmpuint (post (f, JSON, "/v1/signin", "{\"brand\":\"nowhere\",\"link\":\"none\"}"), ==,
                    401);
  json_t *json = get (f, f->admin, "/v1/audit");
  const json_t *rows = json_object_get (json, "rows");
  g_assert_cmpuint (json_array_size (rows), ==, 1);
  g_assert_cmpstr (member (json_array_get (rows, 0), "action"), ==, "signin.failed");
  json_decref (json);
}

#define ADD(name, test) g_test_add ("/http/audit/" name, Fixture, NULL, set_up, test, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD ("what-a-key-changes-is-a-row", test_change);
  ADD ("what-is-refused-or-only-read-is-none", test_no_change);
  ADD ("a-link-that-is-none-is-a-row", test_wrong_link);
  ADD ("nobody-reads-another-brands", test_brands);
  ADD ("the-newest-come-first-page-by-page", test_pages);
  ADD ("a-check-finds-what-is-missing", test_check);
  return g_test_run ();
}
