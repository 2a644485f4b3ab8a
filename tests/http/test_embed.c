/* SPDX-License-Identifier: Apache-2.0 */
/* A brand's own site: which origins are let in, and whose a visitor's key is (handle_embed.c). */
#include "world.h"

#include <string.h>

#define JSON "Content-Type: application/json\r\n"
#define SHOP "Origin: https://shop.example\r\n"
#define OTHER "Origin: https://other.example\r\n" /* of another brand */
#define STRANGER "Origin: https://stranger.example\r\n"
#define SDP "Content-Type: application/sdp\r\n"

static void
give_origin (World *world, const char *brand, const char *origin)
{
  g_autoptr (GError) error = NULL;
  ParlorBrandChange change = {.origins = origin, .retention_days = -1};
  parlor_brands_change (world->brands, brand, &change, &error);
  g_assert_no_error (error);
}

/* A live room of the demo's brand, whose site is the shop. */
static char *
begin (World *world)
{
  give_origin (world, PARLOR_DEMO_BRAND, "https://shop.example https://www.shop.example");
  parlor_brands_add_fixed (world->brands, "br_other", "other", "Other", 0);
  give_origin (world, "br_other", "https://other.example");
  g_autoptr (Answer) product = world_ask (
      world, "POST", "/v1/products", JSON,
      "{\"sku\":\"lamp\",\"title\":\"Lamp\",\"url\":\"https://shop.example/l\"}");
  g_autoptr (Answer) answer = world_ask (world, "POST", "/v1/rooms", JSON, "{\"kind\":\"live\"}");
  g_assert_cmpuint (answer->status, ==, 201);
  json_t *room = answer_json (answer);
  char *id = g_strdup (member (room, "id"));
  json_decref (room);
  return id;
}

static guint
status_of (World *world, const char *method, const char *path, const char *headers,
           const char *body)
{
  g_autoptr (Answer) answer = world_ask (world, method, path, headers, body);
  return answer->status;
}

static void
test_rest (void)
{
  g_autoptr (World) world = world_new (NULL);
  g_autofree char *id = begin (world);
  g_autofree char *live = g_strdup_printf ("/v1/rooms/%s/live", id);
  g_autofree char *guest = g_strdup_printf ("{\"code\":\"%s\"}", id);
  g_autofree char *list = g_strdup_printf ("/v1/live/%s", PARLOR_DEMO_BRAND);
  g_autofree char *go = g_strdup_printf ("/v1/rooms/%s/go/lamp", id);
  static const char *const not_its[] = {OTHER, STRANGER};
  g_assert_cmpuint (status_of (world, "GET", live, SHOP, NULL), ==, 200);
  g_assert_cmpuint (status_of (world, "GET", list, SHOP, NULL), ==, 200);
  g_assert_cmpuint (status_of (world, "POST", "/v1/guest", SHOP JSON, guest), ==, 200);
  for (guint i = 0; i < G_N_ELEMENTS (not_its); i++)
    {
      g_autofree char *with_type = g_strconcat (not_its[i], JSON, NULL);
      g_assert_cmpuint (status_of (world, "GET", live, not_its[i], NULL), ==, 403);
      g_assert_cmpuint (status_of (world, "GET", list, not_its[i], NULL), ==, 403);
      g_assert_cmpuint (status_of (world, "POST", go, not_its[i], NULL), ==, 403);
      g_assert_cmpuint (status_of (world, "POST", "/v1/guest", with_type, guest), ==, 403);
    }
}

static void
test_cors (void)
{
  g_autoptr (World) world = world_new (NULL);
  g_autofree char *id = begin (world);
  g_autofree char *live = g_strdup_printf ("/v1/rooms/%s/live", id);
  g_autoptr (Answer) answer = world_ask (world, "GET", live, SHOP, NULL);
  g_autofree char *allowed = answer_header (answer, "Access-Control-Allow-Origin");
  g_autofree char *credentials = answer_header (answer, "Access-Control-Allow-Credentials");
  g_autofree char *cookie = answer_header (answer, "Set-Cookie");
  g_assert_cmpstr (allowed, ==, "https://shop.example");
  g_assert_null (credentials);
  g_assert_null (cookie);
  g_autoptr (Answer) refused = world_ask (world, "GET", live, STRANGER, NULL);
  g_autofree char *none = answer_header (refused, "Access-Control-Allow-Origin");
  g_assert_null (none);
}

/* The demo's loopback is its owner; a page of the shop on the same machine is not. */
static void
test_no_owner (void)
{
  g_autoptr (World) world = world_new (NULL);
  g_autofree char *id = begin (world);
  g_autofree char *room = g_strdup_printf ("/v1/rooms/%s", id);
  g_assert_cmpuint (status_of (world, "GET", "/v1/products", SHOP, NULL), ==, 401);
  g_assert_cmpuint (status_of (world, "DELETE", room, SHOP, NULL), ==, 401);
  g_assert_cmpuint (status_of (world, "POST", "/whep/x", SHOP SDP, "v=0\r\n"), ==, 401);
}

static void
test_whep (void)
{
  g_autoptr (World) world = world_new (NULL);
  g_autofree char *id = begin (world);
  g_autofree char *path = g_strdup_printf ("/whep/%s", id);
  g_autofree char *token = world_token (world, id, "v", PARLOR_ROLE_VIEWER);
  g_autofree char *bearer = world_bearer (token);
  g_autofree char *other = g_strconcat (bearer, OTHER SDP, NULL);
  g_autofree char *shop = g_strconcat (bearer, SHOP SDP, NULL);
  g_assert_cmpuint (status_of (world, "POST", path, other, "v=0\r\n"), ==, 403);
  g_assert_cmpuint (status_of (world, "POST", path, shop, "v=0\r\n"), !=, 403);
}

static void
test_socket (void)
{
  g_autoptr (World) world = world_new (NULL);
  g_autofree char *id = begin (world);
  g_autoptr (Peer) shop = peer_new_with (world, SHOP);
  json_decref (peer_join (shop, id, "v", PARLOR_ROLE_VIEWER));
  g_autoptr (Peer) other = peer_new_with (world, OTHER);
  g_autofree char *token = world_token (world, id, "w", PARLOR_ROLE_VIEWER);
  g_autofree char *join = g_strdup_printf ("{\"t\":\"join\",\"token\":\"%s\"}", token);
  peer_send (other, join);
  json_t *refused = peer_expect (other, "error");
  g_assert_cmpstr (member (refused, "code"), ==, "forbidden");
  json_decref (refused);
  g_assert_cmpuint (peer_closed (other), ==, 4403);
}

/* The session that a page of this origin opens with this token; status 0 = not looked at. */
static json_t *
open_session (World *world, const char *origin, const char *room, const char *token, guint status)
{
  g_autofree char *headers = g_strconcat (origin, JSON, NULL);
  g_autofree char *body = g_strdup_printf (
      "{\"role\":\"visitor\",\"room\":\"%s\",\"token\":\"%s\"}", room, token);
  g_autoptr (Answer) answer = world_ask (world, "POST", "/v1/sessions", headers, body);
  g_assert_cmpuint (answer->status, ==, status);
  return answer_json (answer);
}

static void
test_session (void)
{
  g_autoptr (World) world = world_new (NULL);
  g_autofree char *id = begin (world);
  json_t *first = open_session (world, SHOP, id, "", 201);
  json_t *again = open_session (world, SHOP, id, member (first, "token"), 200);
  g_assert_cmpstr (member (again, "visitor"), ==, member (first, "visitor"));
  g_assert_cmpstr (member (again, "token"), ==, member (first, "token"));
  json_t *elsewhere = open_session (world, "Origin: https://www.shop.example\r\n", id,
                                    member (first, "token"), 201);
  g_assert_cmpstr (member (elsewhere, "visitor"), !=, member (first, "visitor"));
  json_decref (open_session (world, OTHER, id, member (first, "token"), 403));
  json_decref (open_session (world, "", id, "", 400));
  json_decref (open_session (world, SHOP, "rm_none", "", 404));
  json_decref (elsewhere);
  json_decref (again);
  json_decref (first);
}

/* The click is the visitor's whose key the site's page shows; a cookie counts for nothing there. */
static void
test_handoff (void)
{
  g_autoptr (World) world = world_new (NULL);
  g_autofree char *id = begin (world);
  g_autofree char *go = g_strdup_printf ("/v1/rooms/%s/go/lamp", id);
  json_t *session = open_session (world, SHOP, id, "", 201);
  g_autofree char *bearer = world_bearer (member (session, "token"));
  g_autofree char *headers = g_strconcat (bearer, SHOP, NULL);
  g_autoptr (Answer) clicked = world_ask (world, "POST", go, headers, NULL);
  g_assert_cmpuint (clicked->status, ==, 201);
  json_t *url = answer_json (clicked);
  const char *code = strstr (member (url, "url"), "handoff=");
  g_assert_nonnull (code);
  g_autofree char *body = g_strdup_printf ("{\"code\":\"%s\"}", code + strlen ("handoff="));
  g_autoptr (Answer) answer = world_ask (world, "POST", "/v1/handoffs/resolve", JSON, body);
  json_t *resolved = answer_json (answer);
  g_assert_cmpstr (member (resolved, "visitor"), ==, member (session, "visitor"));
  json_decref (resolved);
  json_decref (url);
  json_decref (session);
}

static void
test_others_need_a_key (void)
{
  g_autoptr (World) world = world_new (&(WorldSpec){.strict = TRUE});
  g_assert_cmpuint (
      status_of (world, "POST", "/v1/sessions", JSON, "{\"role\":\"owner\",\"ref\":\"me\"}"), ==,
      401);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/http/embed/answers-go-to-the-brands-own-origins", test_rest);
  g_test_add_func ("/http/embed/exactly-the-origin-and-no-credentials", test_cors);
  g_test_add_func ("/http/embed/a-shops-page-is-not-the-demos-owner", test_no_owner);
  g_test_add_func ("/http/embed/whep-looks-at-the-tokens-brand", test_whep);
  g_test_add_func ("/http/embed/a-socket-enters-its-own-brands-rooms", test_socket);
  g_test_add_func ("/http/embed/a-visitors-key-is-good-at-one-origin", test_session);
  g_test_add_func ("/http/embed/a-click-is-the-visitors-without-a-cookie", test_handoff);
  g_test_add_func ("/http/embed/other-sessions-still-need-a-key", test_others_need_a_key);
  return g_test_run ();
}
