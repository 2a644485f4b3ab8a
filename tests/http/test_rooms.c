/* SPDX-License-Identifier: Apache-2.0 */
/* Rooms and guests over REST, and answers that wait for the disk. */
#include "world.h"

#include <string.h>
#include <unistd.h>

#define JSON "Content-Type: application/json\r\n"

static json_t *
ask_json (World *world, const char *method, const char *path, const char *headers, const char *body,
          guint status)
{
  g_autoptr (Answer) answer = world_ask (world, method, path, headers, body);
  if (answer->status != status)
    g_error ("%s %s answered %u %s", method, path, answer->status, answer->body);
  return *answer->body ? answer_json (answer) : NULL;
}

static void
test_life (void)
{
  g_autoptr (World) world = world_new (NULL);
  json_t *room = ask_json (
      world, "POST", "/v1/rooms", JSON,
      "{\"kind\":\"meeting\",\"title\":\"Tea <b>\",\"policy\":{\"lobby\":true}}", 201);
  const char *id = member (room, "id");
  g_assert_true (g_str_has_prefix (id, "rm_"));
  g_assert_cmpstr (member (room, "title"), ==, "Tea <b>");
  g_assert_true (json_is_true (json_object_get (room, "lobby")));
  g_assert_nonnull (strstr (member (room, "join_url"), "/m#"));
  g_assert_true (g_str_has_suffix (member (room, "join_url"), member (room, "code")));
  g_autofree char *path = g_strconcat ("/v1/rooms/", id, NULL);
  json_t *list = ask_json (world, "GET", "/v1/rooms", "", NULL, 200);
  g_assert_cmpuint (json_array_size (json_object_get (list, "rooms")), ==, 1);
  json_t *one = ask_json (world, "GET", path, "", NULL, 200);
  g_assert_cmpstr (member (one, "id"), ==, id);
  json_decref (ask_json (world, "DELETE", path, "", NULL, 204));
  json_decref (ask_json (world, "GET", path, "", NULL, 404));
  json_decref (ask_json (world, "DELETE", path, "", NULL, 404));
  json_decref (one);
  json_decref (list);
  json_decref (room);
}

/* Whoever has a key is not counted, nor does a stranger keep him out. */
static void
test_unopened_of_stranger (void)
{
  g_autoptr (World)
      world = world_new (&(WorldSpec){.strict = TRUE, .trust_proxy = TRUE, .unopened_keyless = 1});
  g_autofree char *key = g_base64_encode ((const guchar *)WORLD_KEY ":" WORLD_SECRET,
                                          strlen (WORLD_KEY ":" WORLD_SECRET));
  g_autofree char *with_key = g_strconcat (JSON "X-Forwarded-For: 192.0.2.1\r\n"
                                                "Authorization: Basic ",
                                           key, "\r\n", NULL);
  const char *first = JSON "X-Forwarded-For: 192.0.2.1\r\n";
  json_decref (ask_json (world, "POST", "/v1/rooms", with_key, "{}", 201));
  json_decref (ask_json (world, "POST", "/v1/rooms", first, "{}", 201));
  json_decref (ask_json (world, "POST", "/v1/rooms", first, "{}", 429));
  json_decref (
      ask_json (world, "POST", "/v1/rooms", JSON "X-Forwarded-For: 192.0.2.2\r\n", "{}", 201));
  json_decref (ask_json (world, "POST", "/v1/rooms", with_key, "{}", 201));
}

static char *
headers_with (const char *authorization)
{
  return g_strconcat (JSON "X-Forwarded-For: 192.0.2.1\r\n", authorization, NULL);
}

/* Of a stranger's room nothing is planned by its token; the brand's own people may. */
static void
test_stranger_plans_nothing (void)
{
  g_autoptr (World)
      world = world_new (&(WorldSpec){.strict = TRUE, .trust_proxy = TRUE, .unopened_keyless = 2});
  g_autoptr (ParlorPasses) passes = parlor_passes_new (NULL, &world->site->spec.random);
  world->site->spec.passes = passes;
  g_autofree char *key = g_base64_encode ((const guchar *)WORLD_KEY ":" WORLD_SECRET,
                                          strlen (WORLD_KEY ":" WORLD_SECRET));
  g_autofree char *basic = g_strconcat ("Authorization: Basic ", key, "\r\n", NULL);
  g_autofree char *with_key = headers_with (basic), *nobody = headers_with ("");
  json_t *room = ask_json (world, "POST", "/v1/rooms", nobody, "{}", 201);
  g_autofree char *bearer = world_bearer (member (room, "host_token"));
  g_autofree char *with_token = headers_with (bearer);
  g_autofree char *path = g_strconcat ("/v1/rooms/", member (room, "id"), NULL);
  g_autofree char *list = g_strconcat (path, "/invitations", NULL);
  const char *ann = "{\"invitees\":[{\"name\":\"Ann\"}]}";
  json_decref (ask_json (world, "PATCH", path, with_token, "{\"title\":\"Tea\"}", 200));
  json_decref (ask_json (world, "PATCH", path, with_token, "{\"schedule\":null}", 401));
  json_decref (ask_json (world, "POST", list, with_token, ann, 401));
  json_decref (ask_json (world, "POST", "/v1/rooms", with_token, ann, 401));
  json_t *made = ask_json (world, "POST", list, with_key, ann, 201);
  const json_t *one = json_array_get (json_object_get (made, "invitations"), 0);
  g_autofree char *send = g_strconcat (list, "/", member (one, "id"), "/send", NULL);
  json_decref (ask_json (world, "POST", send, with_token, "", 401));
  json_decref (ask_json (world, "POST", send, with_key, "", 200));
  gint64 later_us = world->clock.now_us (&world->clock) + G_TIME_SPAN_HOUR;
  while (!parlor_rate_limit_take (world->site->sent_again, member (one, "id"), later_us))
    ;
  json_decref (ask_json (world, "POST", send, with_key, "", 429));
  json_decref (ask_json (world, "PATCH", path, with_key, "{\"schedule\":null}", 200));
  json_decref (made);
  json_decref (room);
}

/* A guest's token is as easy to get as none: his rooms are a stranger's. */
static void
test_token_is_no_key (void)
{
  g_autoptr (World)
      world = world_new (&(WorldSpec){.strict = TRUE, .trust_proxy = TRUE, .unopened_keyless = 1});
  const char *nobody = JSON "X-Forwarded-For: 192.0.2.1\r\n";
  json_t *room = ask_json (world, "POST", "/v1/rooms", nobody, "{}", 201);
  g_autofree char *bearer = world_bearer (member (room, "host_token"));
  g_autofree char *with_token = headers_with (bearer);
  json_decref (ask_json (world, "POST", "/v1/rooms", with_token, "{}", 429));
  json_decref (room);
}

static void
test_host_token (void)
{
  g_autoptr (World) world = world_new (NULL);
  json_t *room = ask_json (world, "POST", "/v1/rooms", JSON, "{}", 201);
  ParlorAuth *auth = parlor_keyring_auth (world->keyring);
  g_autoptr (ParlorClaims) claims = auth->verify (auth, member (room, "host_token"),
                                                  world->clock.wall_ms (&world->clock), NULL);
  g_assert_nonnull (claims);
  g_assert_cmpint (claims->role, ==, PARLOR_ROLE_HOST);
  g_assert_cmpstr (claims->room, ==, member (room, "id"));
  json_decref (room);
}

static void
test_bad_bodies (void)
{
  static const char *const bodies[] = {
      "",
      "[]",
      "null",
      "\"x\"",
      "{",
      "{\"title\":7}",
      "{\"kind\":[]}",
      "{\"policy\":true}",
      "{\"policy\":{\"lobby\":1}}",
      "{\"kind\":\"orgy\"}",
      "{\"title\":\"a\\u0007b\"}",
      "{\"title\":\"x\",\"title\":\"y\"}",
      "{\"title\":\"\\u0000\"}",
      "{\"title\":\"\xff\"}",
  };
  g_autoptr (World) world = world_new (NULL);
  for (guint i = 0; i < G_N_ELEMENTS (bodies); i++)
    json_decref (ask_json (world, "POST", "/v1/rooms", JSON, bodies[i], 400));
  g_autofree char *deep = g_strnfill (60000, '[');
  json_decref (ask_json (world, "POST", "/v1/rooms", JSON, deep, 400));
  GString *wide = g_string_new ("{");
  for (int i = 0; i < 5000; i++)
    g_string_append_printf (wide, "\"%d\":1,", i);
  g_string_append (wide, "\"title\":7}");
  json_decref (ask_json (world, "POST", "/v1/rooms", JSON, wide->str, 400));
  g_string_free (wide, TRUE);
  g_assert_cmpuint (parlor_rooms_count (world->rooms), ==, 0);
}

/* Where a body breaks is said, whoever reads it. */
static void
test_broken_json (void)
{
  static const char *const bodies[][2] = {
      {"{\"kind\":\"meeting\",\n \"title\":}", "line 2, column 10"},
      {"{\"title\":\"x\",\"title\":\"y\"}", "duplicate object key"},
      {"[]", "must be a JSON object"},
      {"{\"title\":7}", "title must be a string"},
  };
  g_autoptr (World) world = world_new (NULL);
  for (guint i = 0; i < G_N_ELEMENTS (bodies); i++)
    {
      json_t *said = ask_json (world, "POST", "/v1/rooms", JSON, bodies[i][0], 400);
      const char *detail = json_string_value (json_object_get (said, "detail"));
      g_test_message ("%s", detail);
      g_assert_nonnull (strstr (detail, bodies[i][1]));
      json_decref (said);
    }
}

static char *
guest_body (const char *code)
{
  return g_strdup_printf ("{\"code\":\"%s\",\"name\":\"Ann\"}", code);
}

static void
test_guest (void)
{
  g_autoptr (World) world = world_new (&(WorldSpec){.strict = TRUE});
  ParlorRoom *room = world_room (world, "hall");
  g_autofree char *body = guest_body (parlor_room_info (room)->code);
  json_t *pass = ask_json (world, "POST", "/v1/guest", JSON, body, 200);
  ParlorAuth *auth = parlor_keyring_auth (world->keyring);
  g_autoptr (ParlorClaims) claims = auth->verify (auth, member (pass, "token"),
                                                  world->clock.wall_ms (&world->clock), NULL);
  g_assert_nonnull (claims);
  g_assert_cmpint (claims->role, ==, PARLOR_ROLE_GUEST);
  g_assert_cmpstr (claims->room, ==, parlor_room_info (room)->id);
  g_assert_cmpstr (claims->name, ==, "Ann");
  g_assert_true (claims->guest);
  g_assert_cmpstr (member (json_object_get (pass, "room"), "title"), ==, "hall");
  json_decref (pass);
}

static gboolean
pass_stands (const char *pass, gpointer passes)
{
  return parlor_passes_stands (passes, pass);
}

static void
count (gpointer n)
{
  ++*(guint *)n;
}

/* What the holder of this link gets at the door. */
static json_t *
come_by (World *world, const json_t *room, const char *url)
{
  const char *pass = strchr (strchr (url, '#'), '.') + 1;
  g_autofree char *body = g_strdup_printf ("{\"code\":\"%s\",\"pass\":\"%s\"}",
                                           member (room, "code"), pass);
  return ask_json (world, "POST", "/v1/guest", JSON, body, 200);
}

static gboolean
is_good (World *world, const json_t *at_door)
{
  ParlorAuth *auth = parlor_keyring_auth (world->keyring);
  g_autoptr (ParlorClaims) claims = auth->verify (auth, member (at_door, "token"),
                                                  world->clock.wall_ms (&world->clock), NULL);
  g_assert_true (!claims || claims->named);
  return claims != NULL;
}

/* A token holds as long as the link that it was got for, and sockets are looked at when one falls.
 */
static void
test_invitation (void)
{
  guint n = 0;
  g_autoptr (World) world = world_new (NULL);
  g_autoptr (ParlorPasses) passes = parlor_passes_new (NULL, &world->site->spec.random);
  world->site->spec.passes = passes;
  world->site->spec.revoked = count;
  world->site->spec.revoked_data = &n;
  parlor_keyring_set_passes (world->keyring, pass_stands, passes);
  json_t *room = ask_json (world, "POST", "/v1/rooms", JSON, "{\"invitees\":[{\"name\":\"Ann\"}]}",
                           201);
  const json_t *made = json_array_get (json_object_get (room, "invitations"), 0);
  g_autofree char *path = g_strdup_printf ("/v1/rooms/%s/invitations/%s", member (room, "id"),
                                           member (made, "id"));
  g_autofree char *send = g_strconcat (path, "/send", NULL);
  json_t *first = come_by (world, room, member (made, "url"));
  g_assert_true (is_good (world, first));
  json_t *sent = ask_json (world, "POST", send, "", NULL, 200);
  g_assert_false (is_good (world, first));
  g_assert_cmpuint (n, ==, 1);
  json_t *second = come_by (world, room, member (sent, "url"));
  g_assert_true (is_good (world, second));
  json_decref (ask_json (world, "DELETE", path, "", NULL, 204));
  g_assert_false (is_good (world, second));
  g_assert_cmpuint (n, ==, 2);
  json_decref (ask_json (world, "POST", send, "", NULL, 200)); /* brings neither back */
  g_assert_false (is_good (world, first) || is_good (world, second));
  parlor_keyring_set_passes (world->keyring, NULL, NULL);
  json_decref (second);
  json_decref (sent);
  json_decref (first);
  json_decref (room);
}

static void
test_wrong_codes (void)
{
  g_autoptr (World) world = world_new (&(WorldSpec){.strict = TRUE});
  ParlorRoom *room = world_room (world, "hall");
  /* Neither the id nor the alias opens the door: they are no secrets. */
  const char *wrong[] = {"hall", parlor_room_info (room)->id, "00000-00000", "abcde-fghjk", "x"};
  for (guint i = 0; i < G_N_ELEMENTS (wrong); i++)
    {
      g_autofree char *body = guest_body (wrong[i]);
      json_decref (ask_json (world, "POST", "/v1/guest", JSON, body, 404));
    }
  g_autofree char *right = guest_body (parlor_room_info (room)->code);
  g_autoptr (Answer) limited = world_ask (world, "POST", "/v1/guest", JSON, right);
  g_autofree char *wait = answer_header (limited, "Retry-After");
  g_assert_cmpuint (limited->status, ==, 429);
  g_assert_nonnull (wait);
}

static void
test_right_codes_are_not_counted (void)
{
  g_autoptr (World) world = world_new (&(WorldSpec){.strict = TRUE});
  ParlorRoom *room = world_room (world, "hall");
  g_autofree char *body = guest_body (parlor_room_info (room)->code);
  for (int i = 0; i < 20; i++)
    json_decref (ask_json (world, "POST", "/v1/guest", JSON, body, 200));
}

static void
test_leave (void)
{
  g_autoptr (World) world = world_new (NULL);
  json_decref (ask_json (world, "POST", "/v1/leave", "Content-Type: text/plain\r\n",
                         "{\"resume_token\":\"nobody\"}", 204));
  json_decref (ask_json (world, "POST", "/v1/leave", JSON, "{}", 400));
}

static void
test_first_page (void)
{
  g_autoptr (World) world = world_new (NULL);
  g_autoptr (Answer) page = world_ask (world, "GET", "/", "", NULL);
  g_autofree char *policy = answer_header (page, "Content-Security-Policy");
  g_assert_cmpuint (page->status, ==, 200);
  g_assert_nonnull (policy);
  json_t *config = ask_json (world, "GET", "/v1/config", "", NULL, 200);
  g_assert_true (json_is_true (json_object_get (config, "demo")));
  g_assert_true (json_is_array (json_object_get (config, "ice_servers")));
  json_decref (config);
}

/* ---- a store whose disk is slow ------------------------------------------------------------- */

typedef struct
{
  ParlorStore store;
  ParlorStoreFlushed flushed;
  gpointer user_data;
} SlowStore;

static void
slow_flush (ParlorStore *store, ParlorStoreFlushed flushed, gpointer user_data)
{
  SlowStore *slow = (SlowStore *)store;
  slow->flushed = flushed;
  slow->user_data = user_data;
}

static void
put_room (ParlorStore *store, const ParlorRoomRecord *record)
{
}

static const ParlorStoreOps slow_ops = {.put_room = put_room, .flush = slow_flush};

typedef struct
{
  World *world;
  SlowStore *store;
  int fd;
  GString *text;
} Waiting;

static gboolean
has_flush (gpointer data)
{
  return ((Waiting *)data)->store->flushed != NULL;
}

static void
begin_create (Waiting *waiting)
{
  static const char request[] =
      "POST /v1/rooms HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
      "Content-Length: 2\r\nConnection: close\r\n\r\n{}";
  waiting->fd = world_connect (waiting->world);
  world_write (waiting->world, waiting->fd, request, sizeof request - 1);
  world_until (waiting->world, has_flush, waiting);
}

static void
test_answer_waits (void)
{
  for (int durable = 0; durable < 2; durable++)
    {
      SlowStore slow = {.store = {&slow_ops}};
      g_autoptr (World) world = world_new (&(WorldSpec){.store = &slow.store});
      Waiting waiting = {world, &slow};
      begin_create (&waiting);
      char byte;
      for (int i = 0; i < 20; i++)
        uv_run (&world->loop, UV_RUN_NOWAIT);
      g_assert_cmpint (read (waiting.fd, &byte, 1), ==, -1);
      gint64 start_us = g_get_monotonic_time ();
      slow.flushed (durable, slow.user_data);
      GString *text = world_read_to_end (world, waiting.fd, NULL);
      g_assert_true (g_str_has_prefix (text->str, durable ? "HTTP/1.1 201 " : "HTTP/1.1 503 "));
      g_assert_cmpint (g_get_monotonic_time () - start_us, <, G_USEC_PER_SEC);
      g_string_free (text, TRUE);
      close (waiting.fd);
    }
}

static void
test_dead_disk (void)
{
  SlowStore slow = {.store = {&slow_ops}};
  g_autoptr (World) world = world_new (&(WorldSpec){.store = &slow.store});
  Waiting waiting = {world, &slow};
  begin_create (&waiting);
  gint64 after_us = 0;
  GString *text = world_read_to_end (world, waiting.fd, &after_us);
  g_assert_true (g_str_has_prefix (text->str, "HTTP/1.1 503 "));
  g_assert_nonnull (strstr (text->str, "Retry-After: 5"));
  g_assert_cmpint (after_us, <, 8 * G_USEC_PER_SEC);
  slow.flushed (TRUE, slow.user_data); /* too late, and nobody minds */
  g_string_free (text, TRUE);
  close (waiting.fd);
}

static void
test_end_while_waiting (void)
{
  SlowStore slow = {.store = {&slow_ops}};
  World *world = world_new (&(WorldSpec){.store = &slow.store});
  Waiting waiting = {world, &slow};
  begin_create (&waiting);
  world_free (world);
  slow.flushed (FALSE, slow.user_data);
  close (waiting.fd);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/http/rooms/made-listed-shown-closed", test_life);
  g_test_add_func ("/http/rooms/a-stranger-makes-only-so-many-that-nobody-enters",
                   test_unopened_of_stranger);
  g_test_add_func ("/http/rooms/a-strangers-token-plans-nothing", test_stranger_plans_nothing);
  g_test_add_func ("/http/rooms/a-rooms-token-is-no-key", test_token_is_no_key);
  g_test_add_func ("/http/rooms/maker-gets-a-host-token-of-this-room", test_host_token);
  g_test_add_func ("/http/rooms/bodies-that-make-no-sense-are-400", test_bad_bodies);
  g_test_add_func ("/http/rooms/where-json-breaks-is-said", test_broken_json);
  g_test_add_func ("/http/guest/code-gives-a-token-of-its-room", test_guest);
  g_test_add_func ("/http/guest/a-token-holds-as-long-as-the-link-it-was-got-for", test_invitation);
  g_test_add_func ("/http/guest/five-wrong-codes-then-429", test_wrong_codes);
  g_test_add_func ("/http/guest/right-codes-are-not-counted", test_right_codes_are_not_counted);
  g_test_add_func ("/http/guest/goodbye-tells-nothing-about-tokens", test_leave);
  g_test_add_func ("/http/page/first-page-and-config", test_first_page);
  g_test_add_func ("/http/rooms/answer-waits-for-the-disk", test_answer_waits);
  g_test_add_func ("/http/rooms/dead-disk-is-503-after-5-s", test_dead_disk);
  g_test_add_func ("/http/rooms/server-ends-while-an-answer-waits", test_end_while_waiting);
  return g_test_run ();
}
