/* SPDX-License-Identifier: Apache-2.0 */
/* RFC 9725, request by request. */
#include "world.h"

#include "base/error.h"

#include <string.h>

#define SDP "Content-Type: application/sdp\r\n"
#define FRAGMENT "Content-Type: application/trickle-ice-sdpfrag\r\n"

static Answer *
post (World *world, const char *path, const char *headers, const char *body, guint status)
{
  g_autofree char *all = g_strconcat (headers, SDP, NULL);
  Answer *answer = world_ask (world, "POST", path, all, body);
  if (answer->status != status)
    g_error ("POST %s answered %u %s", path, answer->status, answer->body);
  return answer;
}

static void
assert_status (World *world, const char *method, const char *path, const char *headers,
               const char *body, guint status)
{
  g_autoptr (Answer) answer = world_ask (world, method, path, headers, body);
  if (answer->status != status)
    g_error ("%s %s answered %u %s", method, path, answer->status, answer->body);
}

static void
test_whole_life (void)
{
  g_autoptr (World) world = world_new (NULL);
  g_autoptr (Answer) made = post (world, "/whip/hall/lin", "", "v=0\r\n", 201);
  g_autofree char *location = answer_header (made, "Location");
  g_autofree char *etag = answer_header (made, "ETag");
  g_autofree char *type = answer_header (made, "Content-Type");
  g_assert_cmpstr (made->body, ==, "v=0\r\ns=answer\r\n");
  g_assert_cmpstr (type, ==, "application/sdp");
  g_assert_cmpstr (etag, ==, "\"uf1\"");
  g_assert_true (g_str_has_prefix (location, "/"));
  ParlorRoom *room = parlor_rooms_find (world->rooms, "hall");
  g_assert_nonnull (parlor_room_find_identity (room, "lin"));
  assert_status (world, "DELETE", location, "", NULL, 200);
  g_assert_null (parlor_room_find_identity (room, "lin"));
  g_assert_cmpuint (world->fake.n_open, ==, 0);
  assert_status (world, "DELETE", location, "", NULL, 404);
  assert_status (world, "PATCH", location, FRAGMENT, "a=x", 404);
}

static void
test_patch (void)
{
  g_autoptr (World) world = world_new (NULL);
  g_autoptr (Answer) made = post (world, "/whip/hall/lin", "", "v=0\r\n", 201);
  g_autofree char *url = answer_header (made, "Location");
  assert_status (world, "PATCH", url, FRAGMENT, "a=candidate", 428);
  assert_status (world, "PATCH", url, FRAGMENT "If-Match: \"old\"\r\n", "a=candidate", 412);
  assert_status (world, "PATCH", url, FRAGMENT "If-Match: \"uf1\"\r\n", "a=candidate", 204);
  assert_status (world, "PATCH", url, FRAGMENT "If-Match: \"uf1\"\r\n", "garbage", 400);
  assert_status (world, "PATCH", url, SDP "If-Match: \"uf1\"\r\n", "a=candidate", 415);
  g_autoptr (Answer)
      restart = world_ask (world, "PATCH", url, FRAGMENT "If-Match: \"*\"\r\n", "restart");
  g_autofree char *etag = answer_header (restart, "ETag");
  g_assert_cmpuint (restart->status, ==, 200);
  g_assert_cmpstr (etag, ==, "\"uf2\"");
  g_assert_cmpstr (restart->body, ==, "a=ice-ufrag:new\r\n");
  assert_status (world, "PATCH", url, FRAGMENT "If-Match: \"uf1\"\r\n", "a=candidate", 412);
  assert_status (world, "PATCH", url, FRAGMENT "If-Match: \"uf2\"\r\n", "a=candidate", 204);
  static const char *const reserved[] = {"GET", "HEAD", "PUT", "POST"};
  for (guint i = 0; i < G_N_ELEMENTS (reserved); i++)
    assert_status (world, reserved[i], url, "", NULL, 405);
}

static void
test_bad_offers (void)
{
  g_autoptr (World) world = world_new (NULL);
  assert_status (world, "POST", "/whip/hall/lin", "", "v=0", 415);
  assert_status (world, "POST", "/whip/hall/lin", "Content-Type: application/json\r\n", "v=0", 415);
  g_autoptr (Answer) empty = post (world, "/whip/hall/lin", "", "", 400);
  g_autoptr (Answer) bad = post (world, "/whip/hall/lin", "", "nonsense", 400);
  g_autoptr (Answer) impossible = post (world, "/whip/hall/lin", "", "v=0 impossible", 422);
  g_assert_nonnull (strstr (impossible->body, "line 2"));
  /* Who mixes up WHIP and WHEP would wait for ever for an answer in which nothing flows. */
  g_autoptr (Answer) watches = post (world, "/whip/hall/lin", "", "v=0 recvonly", 422);
  g_assert_nonnull (strstr (watches->body, "sendonly"));
  g_autoptr (Answer) sends = post (world, "/whep/hall", "", "v=0 sendonly", 422);
  g_assert_nonnull (strstr (sends->body, "recvonly"));
  g_autofree char *big = g_strnfill (256 * 1024 + 1, 'v');
  g_autoptr (Answer) large = post (world, "/whip/hall/lin", "", big, 413);
  /* A room that only bad offers asked for is not kept. */
  g_assert_cmpuint (parlor_rooms_count (world->rooms), ==, 0);
  g_assert_cmpuint (world->fake.n_open, ==, 0);
}

static void
test_replaced (void)
{
  g_autoptr (World) world = world_new (NULL);
  g_autoptr (Answer) first = post (world, "/whip/hall/lin", "", "v=0", 201);
  g_autoptr (Answer) second = post (world, "/whip/hall/lin", "", "v=0", 201);
  g_autofree char *old = answer_header (first, "Location");
  g_autofree char *new = answer_header (second, "Location");
  g_assert_cmpstr (old, !=, new);
  g_assert_cmpuint (world->fake.n_open, ==, 1);
  assert_status (world, "DELETE", old, "", NULL, 404);
  /* A second offer that cannot be leaves the running session alone. */
  g_autoptr (Answer) bad = post (world, "/whip/hall/lin", "", "nonsense", 400);
  g_autoptr (Answer) watches = post (world, "/whip/hall/lin", "", "v=0 recvonly", 422);
  assert_status (world, "DELETE", new, "", NULL, 200);
}

static void
test_media_failed (void)
{
  g_autoptr (World) world = world_new (NULL);
  g_autoptr (Answer) made = post (world, "/whip/hall/lin", "", "v=0", 201);
  g_autofree char *url = answer_header (made, "Location");
  ParlorMediaEvent event = {.type = PARLOR_MEDIA_FAILED, .endpoint = world->fake.last_endpoint};
  world->fake.event (&event, world->fake.event_data);
  assert_status (world, "DELETE", url, "", NULL, 404);
  g_assert_cmpuint (world->fake.n_open, ==, 0);
}

static void
test_whep (void)
{
  g_autoptr (World) world = world_new (NULL);
  g_autoptr (Answer) stage = post (world, "/whep/hall", "", "v=0", 201);
  g_autoptr (Answer) one = post (world, "/whep/hall/lin", "", "v=0", 201);
  g_autofree char *url = answer_header (stage, "Location");
  g_autofree char *other = answer_header (one, "Location");
  g_assert_cmpuint (world->fake.n_open, ==, 2);
  assert_status (world, "DELETE", url, "", NULL, 200);
  assert_status (world, "DELETE", other, "", NULL, 200);
  g_assert_cmpuint (world->fake.n_open, ==, 0);
}

static void
test_tokens (void)
{
  g_autoptr (World) world = world_new (&(WorldSpec){.strict = TRUE});
  g_autofree char *member = world_token (world, "hall", "lin", PARLOR_ROLE_MEMBER);
  g_autofree char *viewer = world_token (world, "hall", "eve", PARLOR_ROLE_VIEWER);
  g_autofree char *elsewhere = world_token (world, "other", "lin", PARLOR_ROLE_HOST);
  g_autofree char *as_member = world_bearer (member);
  g_autofree char *as_viewer = world_bearer (viewer);
  g_autofree char *as_other = world_bearer (elsewhere);
  g_autoptr (Answer) none = post (world, "/whip/hall/lin", "", "v=0", 401);
  g_autofree char *challenge = answer_header (none, "WWW-Authenticate");
  g_assert_cmpstr (challenge, ==, "Bearer");
  g_autoptr (Answer) missing = post (world, "/whip/hall/lin", as_member, "v=0", 404);
  world_room (world, "hall");
  world_room (world, "other");
  g_autoptr (Answer) wrong_room = post (world, "/whip/hall/lin", as_other, "v=0", 403);
  g_autoptr (Answer) wrong_name = post (world, "/whip/hall/eve", as_member, "v=0", 403);
  g_autoptr (Answer) no_right = post (world, "/whip/hall/eve", as_viewer, "v=0", 403);
  g_autoptr (Answer) made = post (world, "/whip/hall/lin", as_member, "v=0", 201);
  g_autoptr (Answer) played = post (world, "/whep/hall", as_viewer, "v=0", 201);
  g_autofree char *url = answer_header (made, "Location");
  g_autofree char *basic = g_strdup ("Authorization: Basic ZGVtbzp4\r\n");
  assert_status (world, "DELETE", url, "", NULL, 401);
  assert_status (world, "DELETE", url, basic, NULL, 401);
  assert_status (world, "DELETE", url, as_viewer, NULL, 403);
  assert_status (world, "DELETE", url, as_member, NULL, 200);
}

static void
test_expiry (void)
{
  g_autoptr (World) world = world_new (&(WorldSpec){.strict = TRUE});
  g_autofree char *token = world_token (world, "hall", "lin", PARLOR_ROLE_MEMBER);
  g_autofree char *headers = world_bearer (token);
  world_room (world, "hall");
  world->wall_offset_ms = 120000;
  g_autoptr (Answer) late = post (world, "/whip/hall/lin", headers, "v=0", 401);
  g_assert_nonnull (strstr (late->body, "expired"));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/http/whip/made-and-deleted-then-404", test_whole_life);
  g_test_add_func ("/http/whip/patch-trickles-and-restarts-under-its-etag", test_patch);
  g_test_add_func ("/http/whip/offers-that-cannot-be-are-4xx-and-leave-nothing", test_bad_offers);
  g_test_add_func ("/http/whip/same-identity-replaces-the-session", test_replaced);
  g_test_add_func ("/http/whip/session-without-media-is-removed", test_media_failed);
  g_test_add_func ("/http/whep/stage-and-one-publisher", test_whep);
  g_test_add_func ("/http/whip/tokens-name-room-identity-and-right", test_tokens);
  g_test_add_func ("/http/whip/expired-token-is-401", test_expiry);
  return g_test_run ();
}
