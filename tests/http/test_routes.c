/* SPDX-License-Identifier: Apache-2.0 */
/* Who may ask what: every row of the table, without and with each kind of right. */
#include "world.h"

#include <string.h>

static char *
basic (const char *key, const char *secret)
{
  g_autofree char *text = g_strdup_printf ("%s:%s", key, secret);
  g_autofree char *encoded = g_base64_encode ((const guchar *)text, strlen (text));
  return g_strdup_printf ("Authorization: Basic %s\r\n", encoded);
}

/* "/v1/rooms/{id}" → "/v1/rooms/x" (transfer full). */
static char *
concrete (const char *pattern)
{
  GString *path = g_string_new (NULL);
  for (const char *c = pattern; *c; c++)
    {
      if (*c != '{')
        {
          g_string_append_c (path, *c);
          continue;
        }
      g_string_append_c (path, 'x');
      c = strchr (c, '}');
    }
  return g_string_free (path, FALSE);
}

static guint
ask_row (World *world, const ParlorRoute *row, const char *headers)
{
  g_autofree char *path = concrete (row->path);
  g_autofree char *all = row->type ? g_strdup_printf ("%sContent-Type: %s\r\n", headers, row->type)
                                   : g_strdup (headers);
  g_autoptr (Answer)
      answer = world_ask (world, row->method, path, all, row->body_limit ? "{}" : NULL);
  return answer->status;
}

/* Whether this row lets somebody with these rights through to its handler; the handler itself may
 * still refuse. */
static void
test_default_deny (void)
{
  g_autoptr (World) world = world_new (&(WorldSpec){.strict = TRUE});
  g_autofree char *wrong = basic (WORLD_KEY, "0123456789abcdef0123456789abcdeX");
  g_autofree char *unknown = basic ("other", WORLD_SECRET);
  guint n;
  const ParlorRoute *rows = parlor_routes (&n);
  g_assert_cmpuint (n, >=, 15);
  for (guint i = 0; i < n; i++)
    {
      guint expected = rows[i].right == PARLOR_ROUTE_PUBLIC ? 0 : 401;
      const char *strangers[] = {"", wrong, unknown, "Authorization: Digest x\r\n",
                                 "Cookie: session=1\r\n"};
      for (guint k = 0; k < G_N_ELEMENTS (strangers); k++)
        {
          guint status = ask_row (world, &rows[i], strangers[k]);
          if (expected && status != expected)
            g_error ("%s %s answered %u to a stranger", rows[i].method, rows[i].path, status);
          g_assert_cmpuint (status, !=, 500);
        }
    }
}

static void
test_api_key (void)
{
  g_autoptr (World) world = world_new (&(WorldSpec){.strict = TRUE});
  g_autofree char *key = basic (WORLD_KEY, WORLD_SECRET);
  guint n;
  const ParlorRoute *rows = parlor_routes (&n);
  for (guint i = 0; i < n; i++)
    {
      guint status = ask_row (world, &rows[i], key);
      gboolean refused = rows[i].right == PARLOR_ROUTE_TOKEN;
      if ((status == 401) != refused)
        g_error ("%s %s answered %u to an API key", rows[i].method, rows[i].path, status);
    }
}

static guint
admit (World *world, const ParlorRoute *row, const char *name, const char *value)
{
  ParlorHttpReply reply;
  g_autofree char *path = concrete (row->path);
  ParlorHttpRequest request = {.method = row->method,
                               .path = path,
                               .headers = {{"Host", "localhost"},
                                           {"Content-Type", row->type ? row->type : "image/png"},
                                           {name, value}},
                               .n_headers = 3,
                               .peer = "192.0.2.1"};
  parlor_http_reply_init (&reply);
  gboolean admitted = parlor_routes_admit (&request, &reply, world->site);
  guint status = admitted ? 200 : reply.status;
  parlor_http_reply_clear (&reply);
  return status;
}

/* Before a byte of a large body is kept, the headers have told who sends it. */
static void
test_large_bodies (void)
{
  g_autoptr (World) world = world_new (&(WorldSpec){.strict = TRUE});
  g_autofree char *line = basic (WORLD_KEY, WORLD_SECRET);
  g_autofree char *key = g_strndup (line + strlen ("Authorization: "),
                                    strlen (line) - strlen ("Authorization: \r\n"));
  guint n, large = 0;
  const ParlorRoute *rows = parlor_routes (&n);
  for (guint i = 0; i < n; i++)
    {
      if (rows[i].body_limit <= PARLOR_HTTP_SMALL_BODY)
        continue;
      /* The conversation "x" of a picture is nobody's. */
      gboolean picture = rows[i].right == PARLOR_ROUTE_PUBLIC;
      gboolean token = rows[i].right == PARLOR_ROUTE_TOKEN;
      /* Nor is there a room "x" whose marker it could be of. */
      gboolean room = rows[i].right == PARLOR_ROUTE_ROOM;
      guint stranger = admit (world, &rows[i], "X-Nothing", "");
      guint known = admit (world, &rows[i], "Authorization", key);
      g_assert_cmpuint (stranger, ==, picture ? 404 : 401);
      g_assert_cmpuint (known, ==, picture || room ? 404 : token ? 401 : 200);
      large++;
    }
  g_assert_cmpuint (large, >=, 4);
  ParlorRoute unknown = {.method = "POST", .path = "/nothing"};
  g_assert_cmpuint (admit (world, &unknown, "X-Nothing", ""), ==, 404);
}

/* "location = /v1/x", or by a pattern where the path has a {name} (transfer full). */
static char *
location_of (const char *path)
{
  if (!strchr (path, '{'))
    return g_strdup_printf ("location = %s {", path);
  GString *out = g_string_new ("location ~ ^");
  for (const char *c = path; *c; c++)
    {
      if (*c == '{')
        {
          g_string_append (out, "[^/]+");
          c = strchr (c, '}');
        }
      else
        g_string_append_c (out, *c);
    }
  g_string_append (out, "$ {");
  return g_string_free (out, FALSE);
}

/* nginx takes what parlord takes: 1 MiB, and more where a row says so. */
static void
test_nginx (void)
{
  g_autofree char *conf = NULL;
  g_assert_true (g_file_get_contents (DEPLOY "/nginx.conf", &conf, NULL, NULL));
  g_assert_nonnull (strstr (conf, "\n  client_max_body_size 1m;"));
  guint n;
  const ParlorRoute *rows = parlor_routes (&n);
  for (guint i = 0; i < n; i++)
    {
      if (rows[i].body_limit <= 1 << 20)
        continue;
      g_autofree char *start = location_of (rows[i].path);
      const char *at = strstr (conf, start);
      if (!at)
        g_error ("nginx.conf has no %s", start);
      g_autofree char *block = g_strndup (at, strcspn (at, "}"));
      g_autofree char *limit = g_strdup_printf ("client_max_body_size %zum;",
                                                rows[i].body_limit >> 20);
      g_assert_nonnull (strstr (block, limit));
      g_assert_nonnull (strstr (block, "proxy_pass http://parlord;"));
    }
}

static void
test_bad_bearer (void)
{
  g_autoptr (World) world = world_new (NULL); /* not even in the demo is a bad token no token */
  guint n;
  const ParlorRoute *rows = parlor_routes (&n);
  world_room (world, "x");
  for (guint i = 0; i < n; i++)
    if (rows[i].right == PARLOR_ROUTE_TOKEN && !strchr (rows[i].path, '-'))
      g_assert_cmpuint (ask_row (world, &rows[i], "Authorization: Bearer a.b.c\r\n"), ==, 401);
}

static void
test_role_and_room (void)
{
  static const struct
  {
    const char *room;
    ParlorRole role;
    guint get, close;
  } cases[] = {
      {"here", PARLOR_ROLE_HOST, 200, 204},  {"here", PARLOR_ROLE_MEMBER, 200, 403},
      {"here", PARLOR_ROLE_GUEST, 200, 403}, {"here", PARLOR_ROLE_VIEWER, 200, 403},
      {"there", PARLOR_ROLE_HOST, 403, 403}, {NULL, PARLOR_ROLE_HOST, 403, 403},
  };
  g_autoptr (World) world = world_new (&(WorldSpec){.strict = TRUE});
  world_room (world, "there");
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      if (!parlor_rooms_find (world->rooms, "here"))
        world_room (world, "here");
      g_autofree char *token = world_token (world, cases[i].room, "lin", cases[i].role);
      g_autofree char *headers = world_bearer (token);
      g_autoptr (Answer) got = world_ask (world, "GET", "/v1/rooms/here", headers, NULL);
      g_autoptr (Answer) closed = world_ask (world, "DELETE", "/v1/rooms/here", headers, NULL);
      g_autoptr (Answer) listed = world_ask (world, "GET", "/v1/rooms", headers, NULL);
      g_autoptr (Answer)
          made = world_ask (world, "POST", "/v1/rooms", "Content-Type: application/json\r\n", "{}");
      g_assert_cmpuint (got->status, ==, cases[i].get);
      g_assert_cmpuint (closed->status, ==, cases[i].close);
      g_assert_cmpuint (listed->status, ==, 401);
      g_assert_cmpuint (made->status, ==, 401);
    }
}

/* A key of another brand: it knows the ids, and they name nothing. */
static void
test_other_brand (void)
{
  g_autoptr (World) world = world_new (&(WorldSpec){.strict = TRUE});
  g_assert_true (parlor_keyring_add_of (world->keyring, "br_other", "other", WORLD_SECRET, NULL));
  g_autofree char *ours = basic (WORLD_KEY, WORLD_SECRET);
  g_autofree char *theirs = basic ("other", WORLD_SECRET);
  ParlorRoom *room = world_room (world, "here");
  const ParlorRoomInfo *info = parlor_room_info (room);
  g_autofree char *path = g_strconcat ("/v1/rooms/", info->id, NULL);
  g_autofree char *code = g_strconcat ("/v1/rooms/", info->code, NULL);
  g_autoptr (Answer) good = world_ask (world, "GET", path, ours, NULL);
  g_autoptr (Answer) by_id = world_ask (world, "GET", path, theirs, NULL);
  g_autoptr (Answer) by_code = world_ask (world, "GET", code, theirs, NULL);
  g_autoptr (Answer) by_alias = world_ask (world, "GET", "/v1/rooms/here", theirs, NULL);
  g_autoptr (Answer) closed = world_ask (world, "DELETE", path, theirs, NULL);
  g_autoptr (Answer) listed = world_ask (world, "GET", "/v1/rooms", theirs, NULL);
  ParlorClaims claims = {.identity = (char *)"lin",
                         .brand = (char *)"br_other",
                         .room = (char *)info->id,
                         .role = PARLOR_ROLE_HOST,
                         .granted = PARLOR_RIGHTS_PUBLISH,
                         .expires_ms = world->clock.wall_ms (&world->clock) + 60000};
  g_autofree char *token = parlor_keyring_sign (world->keyring, &claims, NULL);
  g_autofree char *bearer = world_bearer (token);
  g_autofree char *offer = g_strconcat (bearer, "Content-Type: application/sdp\r\n", NULL);
  g_autoptr (Answer) by_token = world_ask (world, "GET", path, bearer, NULL);
  g_autoptr (Answer) published = world_ask (world, "POST", "/whip/here/lin", offer, "v=0");
  g_assert_cmpuint (good->status, ==, 200);
  g_assert_cmpuint (by_id->status, ==, 404);
  g_assert_cmpuint (by_code->status, ==, 404);
  g_assert_cmpuint (by_alias->status, ==, 404);
  g_assert_cmpuint (closed->status, ==, 404);
  g_assert_cmpstr (listed->body, ==, "{\"rooms\":[]}");
  g_assert_cmpuint (by_token->status, ==, 404);
  g_assert_cmpuint (published->status, ==, 403);
}

static void
test_origins (void)
{
  static const char *const listed[] = {"https://shop.example", NULL};
  static const struct
  {
    const char *headers;
    guint status;
  } cases[] = {
      {"", 200},
      {"Origin: https://shop.example\r\n", 200},
      {"Origin: http://localhost\r\nHost: localhost\r\n", 200},
      {"Origin: https://evil.example\r\n", 403},
      {"Origin: https://shop.example.evil.example\r\n", 403},
      {"Origin: http://shop.example\r\n", 403},
      {"Origin: null\r\n", 403},
      {"Origin: \r\n", 403},
      {"Host: evil.example\r\n", 403},
      {"Host: evil.example\r\nOrigin: http://evil.example\r\n", 403},
      {"Host: 127.0.0.1.evil.example\r\n", 403},
      {"Host: localhost.evil.example\r\n", 403},
      {"Host: [::1]:80\r\n", 200},
      {"Host: [::1].evil\r\n", 403},
  };
  g_autoptr (World) world = world_new (&(WorldSpec){.origins = listed});
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (Answer) answer = world_ask (world, "GET", "/v1/rooms", cases[i].headers, NULL);
      if (answer->status != cases[i].status)
        g_error ("%s answered %u", cases[i].headers, answer->status);
      g_autofree char *allowed = answer_header (answer, "Access-Control-Allow-Origin");
      g_autofree char *credentials = answer_header (answer, "Access-Control-Allow-Credentials");
      g_assert_true (!allowed || answer->status == 200);
      g_assert_cmpstr (allowed, !=, "*");
      g_assert_null (credentials);
    }
}

static void
test_preflight (void)
{
  g_autoptr (World) world = world_new (NULL);
  g_autoptr (Answer) answer = world_ask (
      world, "OPTIONS", "/whip-session/abc",
      "Host: localhost\r\nOrigin: http://localhost\r\nAccess-Control-Request-Method: PATCH\r\n",
      NULL);
  g_autofree char *methods = answer_header (answer, "Access-Control-Allow-Methods");
  g_autofree char *exposed = answer_header (answer, "Access-Control-Expose-Headers");
  g_autofree char *patch = answer_header (answer, "Accept-Patch");
  g_assert_cmpuint (answer->status, ==, 204);
  g_assert_cmpstr (methods, ==, "PATCH, DELETE, OPTIONS");
  g_assert_cmpstr (exposed, ==, "Location, ETag, Link");
  g_assert_cmpstr (patch, ==, "application/trickle-ice-sdpfrag");
  g_autoptr (Answer) post = world_ask (world, "OPTIONS", "/v1/rooms",
                                       "Host: localhost\r\nOrigin: http://localhost\r\n", NULL);
  g_assert_cmpuint (post->status, ==, 204);
}

static void
test_unknown (void)
{
  g_autoptr (World) world = world_new (NULL);
  g_autoptr (Answer) missing = world_ask (world, "GET", "/v1/nothing", "", NULL);
  g_autoptr (Answer) method = world_ask (world, "PUT", "/v1/rooms", "", "{}");
  g_autoptr (Answer) post = world_ask (world, "POST", "/nowhere", "", "{}");
  g_autoptr (Answer) encoded = world_ask (world, "GET", "/v1/rooms/a%2Fb", "", NULL);
  g_autoptr (Answer) head = world_ask (world, "HEAD", "/v1/config", "", NULL);
  g_autofree char *allow = answer_header (method, "Allow");
  g_autofree char *type = answer_header (missing, "Content-Type");
  g_assert_cmpuint (missing->status, ==, 404);
  g_assert_cmpstr (type, ==, "application/problem+json");
  g_assert_cmpuint (method->status, ==, 405);
  g_assert_cmpstr (allow, ==, "POST, GET");
  g_assert_cmpuint (post->status, ==, 404);
  g_assert_cmpuint (encoded->status, ==, 404);
  g_assert_cmpuint (head->status, ==, 200);
  g_assert_cmpstr (head->body, ==, "");
}

static void
test_join_rate (void)
{
  g_autoptr (World) world = world_new (&(WorldSpec){.joins_burst = 3, .joins_per_minute = 60});
  for (int i = 0; i < 3; i++)
    {
      g_autoptr (Answer) answer = world_ask (world, "POST", "/whip/a/b",
                                             "Content-Type: application/sdp\r\n", "v=0");
      g_assert_cmpuint (answer->status, ==, 201);
    }
  g_autoptr (Answer)
      answer = world_ask (world, "POST", "/whip/a/b", "Content-Type: application/sdp\r\n", "v=0");
  g_autofree char *wait = answer_header (answer, "Retry-After");
  g_assert_cmpuint (answer->status, ==, 429);
  g_assert_cmpstr (wait, ==, "1");
  /* The page of a live room makes a visitor, who is kept. */
  g_autoptr (Answer) page = world_ask (world, "GET", "/l/rm_none", "", NULL);
  g_assert_cmpuint (page->status, ==, 429);
  /* Who only looks is not limited with them. */
  g_autoptr (Answer) config = world_ask (world, "GET", "/v1/config", "", NULL);
  g_assert_cmpuint (config->status, ==, 200);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/http/routes/strangers-get-401-from-every-row-that-is-not-public",
                   test_default_deny);
  g_test_add_func ("/http/routes/api-key-opens-what-needs-one", test_api_key);
  g_test_add_func ("/http/routes/bad-token-is-401-in-the-demo-too", test_bad_bearer);
  g_test_add_func ("/http/routes/token-is-good-for-its-room-and-role", test_role_and_room);
  g_test_add_func ("/http/routes/another-brands-key-and-token-name-nothing", test_other_brand);
  g_test_add_func ("/http/routes/foreign-origins-and-hosts-are-403", test_origins);
  g_test_add_func ("/http/routes/preflight-names-methods-and-headers", test_preflight);
  g_test_add_func ("/http/routes/unknown-paths-and-methods", test_unknown);
  g_test_add_func ("/http/routes/joins-are-limited-by-address", test_join_rate);
  g_test_add_func ("/http/routes/a-large-body-is-judged-by-its-headers", test_large_bodies);
  g_test_add_func ("/http/routes/nginx-takes-what-the-rows-take", test_nginx);
  return g_test_run ();
}
