/* SPDX-License-Identifier: Apache-2.0 */
/* The shelf, the way to the shop and back, links: src/http/handle_shop.c. */
#include "world.h"

#include <string.h>

#define JSON "Content-Type: application/json\r\n"

static json_t *
ask (World *world, const char *method, const char *path, const char *body, guint status)
{
  g_autoptr (Answer) answer = world_ask (world, method, path, body ? JSON : "", body);
  if (answer->status != status)
    g_error ("%s %s answered %u %s", method, path, answer->status, answer->body);
  return *answer->body == '{' ? answer_json (answer) : NULL;
}

static char *
make_live (World *world)
{
  json_decref (
      ask (world, "POST", "/v1/products",
           "{\"sku\":\"lamp\",\"title\":\"Lamp\",\"url\":\"https://shop.example/l?a=1#b\"}", 201));
  json_t *room = ask (world, "POST", "/v1/rooms", "{\"kind\":\"live\",\"title\":\"New shoes\"}",
                      201);
  char *id = g_strdup (member (room, "id"));
  json_decref (room);
  return id;
}

/* Click → code in the shop's address → once → conversion. */
static void
test_handoff (void)
{
  g_autoptr (World) world = world_new (NULL);
  g_autofree char *id = make_live (world);
  g_autofree char *path = g_strdup_printf ("/v1/rooms/%s/go/lamp", id);
  g_autoptr (Answer) go = world_ask (world, "GET", path, "", NULL);
  g_assert_cmpuint (go->status, ==, 303);
  g_autofree char *to = answer_header (go, "Location");
  g_assert_true (g_str_has_prefix (to, "https://shop.example/l?a=1&handoff="));
  g_assert_true (g_str_has_suffix (to, "#b"));
  g_autofree char *code = g_strndup (strstr (to, "handoff=") + 8, 26);
  g_autofree char *body = g_strdup_printf ("{\"code\":\"%s\"}", code);
  json_t *handoff = ask (world, "POST", "/v1/handoffs/resolve", body, 200);
  g_assert_cmpstr (member (handoff, "sku"), ==, "lamp");
  json_decref (ask (world, "POST", "/v1/handoffs/resolve", body, 410));
  g_autofree char *order = g_strdup_printf (
      "{\"handoff\":\"%s\",\"order_id\":\"o1\",\"value\":\"9.90\","
      "\"currency\":\"CNY\"}",
      member (handoff, "id"));
  json_decref (ask (world, "POST", "/v1/conversions", order, 201));
  json_decref (ask (world, "POST", "/v1/conversions", order, 200));
  json_decref (handoff);
  g_autofree char *none = g_strdup_printf ("/v1/rooms/%s/go/chair", id);
  json_decref (ask (world, "GET", none, NULL, 404));
}

static void
test_products (void)
{
  g_autoptr (World) world = world_new (NULL);
  json_decref (ask (
      world, "POST", "/v1/products",
      "{\"products\":[{\"sku\":\"a\",\"title\":\"A\"},{\"sku\":\"b\",\"title\":\"B\"}]}", 200));
  json_decref (ask (world, "POST", "/v1/products", "{\"sku\":\"c\"}", 400));
  json_decref (ask (world, "POST", "/v1/products", "{\"products\":7}", 400));
  json_t *list = ask (world, "GET", "/v1/products", NULL, 200);
  g_assert_cmpuint (json_array_size (json_object_get (list, "products")), ==, 2);
  json_decref (list);
  json_decref (ask (world, "DELETE", "/v1/products/a", NULL, 204));
  json_decref (ask (world, "DELETE", "/v1/products/a", NULL, 404));
}

/* A link leads to the room, sets the device key where scripts cannot read it, and leaves a touch.
 */
static void
test_entry (void)
{
  g_autoptr (World) world = world_new (NULL);
  g_autofree char *id = make_live (world);
  g_autofree char *body = g_strdup_printf ("{\"channel\":\"qr\",\"room\":\"%s\"}", id);
  json_t *entry = ask (world, "POST", "/v1/entries", body, 201);
  g_assert_true (g_str_has_prefix (member (entry, "qr_svg"), "<svg "));
  g_assert_cmpstr (member (entry, "title"), ==, "New shoes");
  g_autofree char *path = g_strdup_printf ("/e/%s", member (entry, "id"));
  g_autoptr (Answer) first = world_ask (world, "GET", path, "", NULL);
  g_autofree char *to = answer_header (first, "Location");
  g_autofree char *cookie = answer_header (first, "Set-Cookie");
  g_autofree char *wanted = g_strdup_printf ("/l/%s", id);
  g_assert_cmpstr (to, ==, wanted);
  g_assert_nonnull (strstr (cookie, "; HttpOnly"));
  g_assert_nonnull (strstr (cookie, "SameSite=Lax"));
  g_assert_cmpuint (parlor_visitors_count (world->visitors), ==, 1);
  g_autofree char *pair = g_strndup (cookie, strcspn (cookie, ";"));
  g_autofree char *with = g_strdup_printf ("Cookie: other=1; %s\r\n", pair);
  g_autoptr (Answer) again = world_ask (world, "GET", path, with, NULL);
  g_assert_cmpuint (again->status, ==, 303);
  g_assert_cmpuint (parlor_visitors_count (world->visitors), ==, 1);
  json_decref (ask (world, "GET", "/e/ent_none", NULL, 404));
  json_decref (ask (world, "POST", "/v1/entries", "{\"channel\":\"pigeon\"}", 400));
  json_decref (entry);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/http/shop/a-click-becomes-a-code-that-works-once", test_handoff);
  g_test_add_func ("/http/shop/products-one-or-many", test_products);
  g_test_add_func ("/http/shop/a-link-leads-to-its-room-and-knows-the-browser", test_entry);
  return g_test_run ();
}
