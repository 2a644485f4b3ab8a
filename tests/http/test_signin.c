/* SPDX-License-Identifier: Apache-2.0 */
/* Signing in and what then opens: cookies, CSRF, limits, roles by route, other brands. */
#include "world.h"

#include "brand/keys.h"
#include "brand/signins.h"
#include "brand/users.h"
#include "http/password.h"

#include <sodium.h>
#include <string.h>

#define JSON "Content-Type: application/json\r\n"
#define PASSWORD "correct horse battery"

typedef struct
{
  World *world;
  const ParlorBrand *brand;
} Fixture;

/* Argon2's least cost: the parameters stand in the hash, and so the test is quick. */
static char *
quick_hash (const char *password)
{
  char *hash = g_malloc0 (crypto_pwhash_STRBYTES);
  g_assert_cmpint (sodium_init (), >=, 0);
  g_assert_cmpint (crypto_pwhash_str (hash, password, strlen (password), crypto_pwhash_OPSLIMIT_MIN,
                                      crypto_pwhash_MEMLIMIT_MIN),
                   ==, 0);
  return hash;
}

static const ParlorUser *
add_user (Fixture *f, const char *login, guint roles)
{
  g_autofree char *hash = quick_hash (PASSWORD);
  ParlorUserChange change = {.login = login, .roles = roles, .password = hash};
  const ParlorUser *user = parlor_users_add (f->world->brands, f->brand->id, &change,
                                             f->world->clock.wall_ms (NULL), NULL);
  g_assert_nonnull (user);
  return user;
}

static void
set_up (Fixture *f, gconstpointer data)
{
  f->world = world_new (&(WorldSpec){.strict = TRUE});
  f->brand = parlor_brands_add (f->world->brands, "shop", "Shop", f->world->clock.wall_ms (NULL),
                                NULL);
}

static void
tear_down (Fixture *f, gconstpointer data)
{
  world_free (f->world);
}

static Answer *
sign_in (Fixture *f, const char *brand, const char *login, const char *password)
{
  g_autofree char *body = g_strdup_printf (
      "{\"brand\":\"%s\",\"login\":\"%s\",\"password\":\"%s\"}", brand, login, password);
  return world_ask (f->world, "POST", "/v1/signin", JSON, body);
}

/* "Cookie: …" and the header of the page, both lines. */
static char *
cookie_of (const Answer *answer, gboolean csrf)
{
  g_autofree char *set = answer_header (answer, "Set-Cookie");
  json_t *json = answer_json (answer);
  g_assert_nonnull (set);
  set[strcspn (set, ";")] = 0;
  char *lines = csrf ? g_strdup_printf ("Cookie: a=b; %s\r\nX-Parlor-CSRF: %s\r\n", set,
                                        member (json, "csrf"))
                     : g_strdup_printf ("Cookie: %s\r\n", set);
  json_decref (json);
  return lines;
}

static void
test_password (Fixture *f, gconstpointer data)
{
  add_user (f, "lin", PARLOR_BRAND_HOST);
  g_autoptr (Answer) in = sign_in (f, "shop", "LIN", PASSWORD);
  g_assert_cmpuint (in->status, ==, 200);
  g_autofree char *cookie = answer_header (in, "Set-Cookie");
  g_assert_true (g_str_has_prefix (cookie, PARLOR_SITE_COOKIE "="));
  g_assert_nonnull (strstr (cookie, "; HttpOnly; Secure; SameSite=Lax"));
  g_assert_nonnull (strstr (cookie, "; Path=/;"));
  g_assert_null (strstr (in->body, "argon2"));
  g_autofree char *lines = cookie_of (in, FALSE);
  g_autoptr (Answer) session = world_ask (f->world, "GET", "/v1/session", lines, NULL);
  g_assert_cmpuint (session->status, ==, 200);
  g_autoptr (Answer) made = world_ask (f->world, "GET", "/v1/rooms", lines, NULL);
  g_assert_cmpuint (made->status, ==, 200);
}

/* Nobody learns who is there. */
static void
test_same_answer (Fixture *f, gconstpointer data)
{
  static const char *const tries[][3] = {
      {"shop", "lin", "wrong password"}, {"shop", "nobody", PASSWORD}, {"none", "lin", PASSWORD},
      {"shop", "gone", PASSWORD},        {"shop", "wu", ""},           {"", "lin", PASSWORD},
  };
  g_autofree char *body = NULL;
  add_user (f, "lin", PARLOR_BRAND_HOST);
  const ParlorUser *gone = add_user (f, "gone", PARLOR_BRAND_HOST);
  ParlorUserChange none = {.login = "wu", .roles = PARLOR_BRAND_HOST};
  parlor_users_disable (f->world->brands, f->brand->id, gone->id, TRUE, 1, NULL);
  parlor_users_add (f->world->brands, f->brand->id, &none, 1, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (tries); i++)
    {
      g_autoptr (Answer) answer = sign_in (f, tries[i][0], tries[i][1], tries[i][2]);
      g_autofree char *cookie = answer_header (answer, "Set-Cookie");
      g_assert_cmpuint (answer->status, ==, 401);
      g_assert_null (cookie);
      g_assert_true (!body || !strcmp (body, answer->body));
      g_free (body);
      body = g_strdup (answer->body);
    }
}

static void
test_limit (Fixture *f, gconstpointer data)
{
  guint status = 0, n = 0;
  add_user (f, "lin", PARLOR_BRAND_HOST);
  for (; n < 40 && status != 429; n++)
    {
      g_autoptr (Answer) answer = sign_in (f, "shop", "lin", "wrong password");
      status = answer->status;
    }
  g_assert_cmpuint (n, ==, 11); /* ten of one account */
  g_autoptr (Answer) right = sign_in (f, "shop", "lin", PASSWORD);
  g_autofree char *wait = answer_header (right, "Retry-After");
  g_assert_cmpuint (right->status, ==, 429);
  g_assert_nonnull (wait);
}

/* The cookie alone changes nothing, and nothing at all from a foreign page. */
static void
test_csrf (Fixture *f, gconstpointer data)
{
  add_user (f, "lin", PARLOR_BRAND_HOST);
  g_autoptr (Answer) in = sign_in (f, "shop", "lin", PASSWORD);
  g_autofree char *cookie = cookie_of (in, FALSE), *both = cookie_of (in, TRUE);
  g_autofree char *wrong = g_strconcat (
      cookie, "X-Parlor-CSRF: 0123456789abcdef0123456789abcdef\r\n", JSON, NULL);
  g_autofree char *bare = g_strconcat (cookie, JSON, NULL), *full = g_strconcat (both, JSON, NULL);
  g_autofree char *foreign = g_strconcat (both, "Origin: https://evil.example\r\n", NULL);
  g_autoptr (Answer) a = world_ask (f->world, "POST", "/v1/rooms", bare, "{}");
  g_autoptr (Answer) b = world_ask (f->world, "POST", "/v1/rooms", wrong, "{}");
  g_autoptr (Answer) c = world_ask (f->world, "POST", "/v1/rooms", full, "{}");
  g_autoptr (Answer) d = world_ask (f->world, "GET", "/v1/rooms", foreign, NULL);
  g_assert_cmpuint (a->status, ==, 401);
  g_assert_cmpuint (b->status, ==, 401);
  g_assert_cmpuint (c->status, ==, 201);
  g_assert_cmpuint (d->status, ==, 403);
  /* A brand's embedding page is served, and does not speak with the cookie of ours. */
  ParlorBrandChange origins = {.origins = "https://shop.example", .retention_days = -1};
  g_assert_true (parlor_brands_change (f->world->brands, f->brand->id, &origins, NULL));
  g_autofree char *embedded = g_strconcat (both, "Origin: https://shop.example\r\n", NULL);
  g_autoptr (Answer) e = world_ask (f->world, "GET", "/v1/rooms", embedded, NULL);
  g_autoptr (Answer)
      config = world_ask (f->world, "GET", "/v1/config", "Origin: https://shop.example\r\n", NULL);
  g_assert_cmpuint (e->status, ==, 401);
  g_assert_cmpuint (config->status, ==, 200);
}

static void
test_sign_out (Fixture *f, gconstpointer data)
{
  add_user (f, "lin", PARLOR_BRAND_HOST);
  g_autoptr (Answer) in = sign_in (f, "shop", "lin", PASSWORD);
  g_autofree char *both = cookie_of (in, TRUE);
  g_autoptr (Answer) out = world_ask (f->world, "DELETE", "/v1/session", both, NULL);
  g_autoptr (Answer) after = world_ask (f->world, "GET", "/v1/session", both, NULL);
  g_autofree char *cookie = answer_header (out, "Set-Cookie");
  g_assert_cmpuint (out->status, ==, 204);
  g_assert_nonnull (strstr (cookie, "Max-Age=0"));
  g_assert_cmpuint (after->status, ==, 401);
}

static char *
key_line (const ParlorApiKey *key)
{
  g_autofree char *text = g_strdup_printf ("%s:%s", key->id, key->secret);
  g_autofree char *encoded = g_base64_encode ((const guchar *)text, strlen (text));
  return g_strdup_printf ("Authorization: Basic %s\r\n" JSON, encoded);
}

static void
test_link (Fixture *f, gconstpointer data)
{
  ParlorBrands *brands = f->world->brands;
  const ParlorApiKey *key = parlor_keys_add (brands, f->brand->id, "k", PARLOR_SCOPE_SESSIONS, 1,
                                             NULL);
  const ParlorApiKey *other = parlor_keys_add (brands, f->brand->id, "k", PARLOR_SCOPE_ROOMS, 1,
                                               NULL);
  g_autofree char *line = key_line (key), *weak = key_line (other);
  static const char body[] = "{\"role\":\"rep\",\"ref\":\"r-17\",\"name\":\"林\"}";
  g_autoptr (Answer) refused = world_ask (f->world, "POST", "/v1/sessions", weak, body);
  g_autoptr (Answer) owner = world_ask (f->world, "POST", "/v1/sessions", line,
                                        "{\"role\":\"owner\",\"ref\":\"r-17\"}");
  g_autoptr (Answer) answer = world_ask (f->world, "POST", "/v1/sessions", line, body);
  g_assert_cmpuint (refused->status, ==, 403);
  g_assert_cmpuint (owner->status, ==, 403);
  g_assert_cmpuint (answer->status, ==, 201);
  json_t *json = answer_json (answer);
  const char *secret = strstr (member (json, "url"), "/signin?as=rep#link=");
  g_assert_nonnull (secret);
  g_autofree char *use = g_strdup_printf ("{\"link\":\"%s\"}",
                                          strchr (secret, '=') + strlen ("=rep#link="));
  json_decref (json);
  g_autoptr (Answer) in = world_ask (f->world, "POST", "/v1/signin", JSON, use);
  g_autoptr (Answer) again = world_ask (f->world, "POST", "/v1/signin", JSON, use);
  g_assert_cmpuint (in->status, ==, 200);
  g_assert_cmpuint (again->status, ==, 401);
  /* A rep is no maker of rooms. */
  g_autofree char *cookie = cookie_of (in, TRUE);
  g_autoptr (Answer) rooms = world_ask (f->world, "GET", "/v1/rooms", cookie, NULL);
  g_assert_cmpuint (rooms->status, ==, 403);
}

static void
test_new_password (Fixture *f, gconstpointer data)
{
  add_user (f, "lin", PARLOR_BRAND_HOST);
  g_autoptr (Answer) in = sign_in (f, "shop", "lin", PASSWORD);
  g_autoptr (Answer) elsewhere = sign_in (f, "shop", "lin", PASSWORD);
  g_autofree char *both = cookie_of (in, TRUE), *there = cookie_of (elsewhere, TRUE);
  g_autofree char *lines = g_strconcat (both, JSON, NULL);
  const char *path = "/v1/session/password";
  g_autoptr (Answer) weak = world_ask (f->world, "POST", path, lines,
                                       "{\"old\":\"" PASSWORD "\",\"new\":\"short\"}");
  g_autoptr (Answer) wrong = world_ask (f->world, "POST", path, lines,
                                        "{\"old\":\"no\",\"new\":\"a longer one still\"}");
  g_autoptr (Answer) good = world_ask (f->world, "POST", path, lines,
                                       "{\"old\":\"" PASSWORD "\",\"new\":\"a longer one still\"}");
  g_assert_cmpuint (weak->status, ==, 422);
  g_assert_cmpuint (wrong->status, ==, 403);
  g_assert_cmpuint (good->status, ==, 200);
  g_autoptr (Answer) out = world_ask (f->world, "GET", "/v1/session", there, NULL);
  g_assert_cmpuint (out->status, ==, 401); /* everywhere else */
  g_autofree char *fresh = cookie_of (good, TRUE);
  g_autoptr (Answer) here = world_ask (f->world, "GET", "/v1/session", fresh, NULL);
  g_assert_cmpuint (here->status, ==, 200);
  g_autoptr (Answer) old = sign_in (f, "shop", "lin", PASSWORD);
  g_autoptr (Answer) next = sign_in (f, "shop", "lin", "a longer one still");
  g_assert_cmpuint (old->status, ==, 401);
  g_assert_cmpuint (next->status, ==, 200);
}

static Answer *
use_link (Fixture *f, const ParlorUser *user, guint roles)
{
  char secret[PARLOR_TOKEN_SIZE];
  g_assert_true (parlor_links_add (f->world->brands, user, roles, PARLOR_LINK_LASTS_MS,
                                   f->world->clock.wall_ms (&f->world->clock), secret, NULL));
  g_autofree char *body = g_strdup_printf ("{\"link\":\"%s\"}", secret);
  return world_ask (f->world, "POST", "/v1/signin", JSON, body);
}

/* A password gives every role: who has a part of them now makes none. */
static void
test_narrow_password (Fixture *f, gconstpointer data)
{
  ParlorUserChange change = {.login = "wu", .roles = PARLOR_BRAND_REP | PARLOR_BRAND_SUPERVISOR};
  const ParlorUser *user = parlor_users_add (f->world->brands, f->brand->id, &change, 1, NULL);
  static const char body[] = "{\"new\":\"a longer one still\"}";
  g_autoptr (Answer) narrow = use_link (f, user, PARLOR_BRAND_REP);
  g_autofree char *cookie = cookie_of (narrow, TRUE);
  g_autofree char *lines = g_strconcat (cookie, JSON, NULL);
  g_autoptr (Answer) refused = world_ask (f->world, "POST", "/v1/session/password", lines, body);
  g_assert_cmpuint (refused->status, ==, 403);
  g_assert_null (user->password);
  g_autoptr (Answer) whole = use_link (f, user, PARLOR_BRAND_EVERY_ROLE);
  g_autofree char *other = cookie_of (whole, TRUE);
  g_autofree char *more = g_strconcat (other, JSON, NULL);
  g_autoptr (Answer) made = world_ask (f->world, "POST", "/v1/session/password", more, body);
  g_assert_cmpuint (made->status, ==, 200);
}

/* Every row of the table with every role: in or out exactly as the row says. */
static void
test_roles_by_routes (Fixture *f, gconstpointer data)
{
  guint n, asked = 0;
  const ParlorRoute *rows = parlor_routes (&n);
  for (guint role = 1; role <= PARLOR_BRAND_AUDITOR; role <<= 1)
    {
      g_autofree char *login = g_strdup_printf ("user%u", role);
      add_user (f, login, role);
      g_autoptr (Answer) in = sign_in (f, "shop", login, PASSWORD);
      g_autofree char *cookie = cookie_of (in, TRUE);
      for (guint i = 0; i < n; i++)
        {
          if (PARLOR_ROUTE_RIGHT_OF (rows[i].right) != PARLOR_ROUTE_BRAND)
            continue;
          gboolean may = (PARLOR_ROUTE_ROLES_OF (rows[i].right) & role) != 0;
          g_autofree char *lines = g_strdup_printf ("%sContent-Type: %s\r\n", cookie,
                                                    rows[i].type ? rows[i].type : "text/plain");
          g_autofree char *path = g_strdup (rows[i].path);
          g_strdelimit (path, "{}", 'x');
          g_autoptr (Answer) answer = world_ask (f->world, rows[i].method, path, lines,
                                                 rows[i].body_limit ? "{}" : NULL);
          json_t *json = answer_json (answer);
          gboolean refused = answer->status == 403 && json
                             && !g_strcmp0 (member (json, "detail"), "You may not do this here.");
          json_decref (json);
          if (refused == may)
            g_error ("%s %s answered %u to role %u", rows[i].method, rows[i].path, answer->status,
                     role);
          asked++;
        }
    }
  g_assert_cmpuint (asked, >=, 7);
}

/* An admin makes no owner and touches none; nobody touches another brand's people and keys. */
static void
test_rest (Fixture *f, gconstpointer data)
{
  ParlorBrands *brands = f->world->brands;
  const ParlorBrand *other = parlor_brands_add (brands, "other", "Other", 1, NULL);
  ParlorUserChange stranger = {.login = "s", .roles = PARLOR_BRAND_REP};
  const ParlorUser *theirs = parlor_users_add (brands, other->id, &stranger, 1, NULL);
  const ParlorApiKey *their_key = parlor_keys_add (brands, other->id, "k", 1, 1, NULL);
  const ParlorUser *boss = add_user (f, "boss", PARLOR_BRAND_OWNER);
  add_user (f, "adi", PARLOR_BRAND_ADMIN);
  g_autoptr (Answer) in = sign_in (f, "shop", "adi", PASSWORD);
  g_autofree char *cookie = cookie_of (in, TRUE);
  g_autofree char *lines = g_strconcat (cookie, JSON, NULL);
  g_autofree char *own_brand = g_strconcat ("/v1/brands/", f->brand->id, NULL);
  g_autofree char *other_brand = g_strconcat ("/v1/brands/", other->id, NULL);
  g_autofree char *boss_path = g_strconcat ("/v1/users/", boss->id, NULL);
  g_autofree char *their_path = g_strconcat ("/v1/users/", theirs->id, NULL);
  g_autofree char *their_link = g_strconcat (their_path, "/link", NULL);
  g_autofree char *key_path = g_strconcat ("/v1/keys/", their_key->id, NULL);
  g_autofree char *rotate = g_strconcat (key_path, "/rotate", NULL);
  const struct
  {
    const char *method, *path, *body;
    guint status;
  } cases[] = {
      {"GET", "/v1/brands", NULL, 200},
      {"PATCH", own_brand, "{\"consent\":\"notice\",\"origins\":[\"https://a.example\"]}", 200},
      {"PATCH", own_brand, "{\"origins\":[\"https://a.example x\"]}", 400},
      {"PATCH", own_brand, "{\"origins\":\"https://a.example\"}", 400},
      {"PATCH", own_brand, "[]", 400},
      {"PATCH", other_brand, "{\"name\":\"Mine\"}", 404},
      {"GET", "/v1/users", NULL, 200},
      {"POST", "/v1/users", "{\"login\":\"new\",\"roles\":[\"rep\"]}", 201},
      {"POST", "/v1/users", "{\"login\":\"new\",\"roles\":[\"rep\"]}", 409},
      {"POST", "/v1/users", "{\"login\":\"king\",\"roles\":[\"owner\"]}", 403},
      {"POST", "/v1/users", "{\"login\":\"king\",\"roles\":[\"king\"]}", 400},
      {"POST", "/v1/users", "{\"login\":\"king\"}", 400},
      {"PATCH", boss_path, "{\"disabled\":true}", 403},
      {"PATCH", their_path, "{\"disabled\":true}", 404},
      {"POST", their_link, NULL, 404},
      {"POST", "/v1/keys", "{\"name\":\"till\",\"scopes\":[\"rooms\"]}", 201},
      {"POST", "/v1/keys", "{\"name\":\"till\",\"scopes\":[\"world\"]}", 400},
      {"POST", "/v1/keys", "{\"name\":\"till\"}", 400},
      {"DELETE", key_path, NULL, 404},
      {"POST", rotate, "{\"overlap_sec\":60}", 404},
      {"POST", rotate, "{\"overlap_sec\":-1}", 400},
  };
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (Answer)
          answer = world_ask (f->world, cases[i].method, cases[i].path, lines, cases[i].body);
      if (answer->status != cases[i].status)
        g_error ("%s %s %s answered %u %s", cases[i].method, cases[i].path, cases[i].body,
                 answer->status, answer->body);
      g_assert_null (strstr (answer->body, "argon2"));
      g_assert_null (strstr (answer->body, f->brand->secret));
    }
  g_assert_cmpstr (f->brand->consent, ==, "notice");
  g_assert_true (parlor_keys_find (brands, their_key->id, 2) == their_key);
}

/* The secret is told once; the successor works at once, the old one until the overlap ends. */
static void
test_key_life (Fixture *f, gconstpointer data)
{
  add_user (f, "boss", PARLOR_BRAND_OWNER);
  g_autoptr (Answer) in = sign_in (f, "shop", "boss", PASSWORD);
  g_autofree char *cookie = cookie_of (in, TRUE);
  g_autofree char *lines = g_strconcat (cookie, JSON, NULL);
  g_autoptr (Answer) made = world_ask (f->world, "POST", "/v1/keys", lines,
                                       "{\"name\":\"till\",\"scopes\":[\"rooms\"]}");
  json_t *json = answer_json (made);
  const ParlorApiKey *key = parlor_keys_get (f->world->brands, f->brand->id, member (json, "id"));
  g_assert_cmpstr (member (json, "secret"), ==, key->secret);
  json_decref (json);
  g_autoptr (Answer) listed = world_ask (f->world, "GET", "/v1/keys", cookie, NULL);
  g_assert_null (strstr (listed->body, key->secret));
  g_autofree char *by_key = key_line (key);
  g_autofree char *path = g_strconcat ("/v1/keys/", key->id, NULL);
  g_autofree char *rotate = g_strconcat (path, "/rotate", NULL);
  g_autoptr (Answer) next = world_ask (f->world, "POST", rotate, lines, "{\"overlap_sec\":60}");
  g_autoptr (Answer) during = world_ask (f->world, "GET", "/v1/rooms", by_key, NULL);
  f->world->wall_offset_ms += 61000;
  g_autoptr (Answer) after = world_ask (f->world, "GET", "/v1/rooms", by_key, NULL);
  json = answer_json (next);
  const ParlorApiKey *successor = parlor_keys_get (f->world->brands, f->brand->id,
                                                   member (json, "id"));
  json_decref (json);
  g_autofree char *by_next = key_line (successor);
  g_autofree char *next_path = g_strconcat ("/v1/keys/", successor->id, NULL);
  g_autoptr (Answer) works = world_ask (f->world, "GET", "/v1/rooms", by_next, NULL);
  g_autoptr (Answer) weak = world_ask (f->world, "GET", "/v1/keys", by_next, NULL);
  g_autoptr (Answer) gone = world_ask (f->world, "DELETE", next_path, cookie, NULL);
  g_autoptr (Answer) dead = world_ask (f->world, "GET", "/v1/rooms", by_next, NULL);
  g_assert_cmpuint (next->status, ==, 201);
  g_assert_cmpuint (during->status, ==, 200);
  g_assert_cmpuint (after->status, ==, 401);
  g_assert_cmpuint (works->status, ==, 200);
  g_assert_cmpuint (weak->status, ==, 403);
  g_assert_cmpuint (gone->status, ==, 204);
  g_assert_cmpuint (dead->status, ==, 401);
}

/* The clock runs since the machine started: a room made at 1 µs is over on one that is up for a
 * day. */
static gint64
now_of (const Fixture *f)
{
  return f->world->clock.now_us (&f->world->clock);
}

/* What is taken back closes an open WebSocket at once. */
static void
test_revoked_socket (Fixture *f, gconstpointer data)
{
  ParlorBrands *brands = f->world->brands;
  add_user (f, "lin", PARLOR_BRAND_HOST);
  g_autoptr (Answer) in = sign_in (f, "shop", "lin", PASSWORD);
  g_autofree char *cookie = cookie_of (in, FALSE);
  g_autoptr (Peer) person = peer_new_with (f->world, cookie);
  const ParlorApiKey *key = parlor_keys_add (brands, f->brand->id, "k", PARLOR_SCOPE_TOKENS, 1,
                                             NULL);
  ParlorRoomSpec spec = {.brand = f->brand->id, .alias = "hall"};
  g_assert_nonnull (parlor_rooms_create (f->world->rooms, &spec, now_of (f), NULL));
  ParlorClaims claims = {.identity = (char *)"wu",
                         .room = (char *)"hall",
                         .issuer = key->id,
                         .role = PARLOR_ROLE_MEMBER,
                         .expires_ms = f->world->clock.wall_ms (&f->world->clock) + 60000};
  g_autofree char *token = parlor_keyring_sign (f->world->keyring, &claims, NULL);
  g_autofree char *join = g_strdup_printf ("{\"t\":\"join\",\"token\":\"%s\"}", token);
  g_autoptr (Peer) holder = peer_new (f->world);
  peer_send (holder, join);
  json_decref (peer_expect (holder, "welcome"));
  parlor_keys_revoke (brands, f->brand->id, key->id, 2, NULL);
  parlor_signal_recheck (f->world->signal);
  g_assert_cmpuint (peer_closed (holder), ==, 4401);
  g_autoptr (Answer) out = world_ask (f->world, "DELETE", "/v1/session", cookie, NULL);
  g_assert_cmpuint (out->status, ==, 401);
  const ParlorUser *user = parlor_users_find (brands, f->brand->id, "lin");
  parlor_users_disable (brands, f->brand->id, user->id, TRUE, 3, NULL);
  parlor_signal_recheck (f->world->signal);
  g_assert_cmpuint (peer_closed (person), ==, 4401);
}

/* One who is found out by what he says is out of the room as well, not away from it. */
static void
test_revoked_speaker (Fixture *f, gconstpointer data)
{
  ParlorBrands *brands = f->world->brands;
  const ParlorApiKey *key = parlor_keys_add (brands, f->brand->id, "k", PARLOR_SCOPE_TOKENS, 1,
                                             NULL);
  ParlorRoomSpec spec = {.brand = f->brand->id, .alias = "hall"};
  ParlorRoom *room = parlor_rooms_create (f->world->rooms, &spec, now_of (f), NULL);
  ParlorClaims claims = {.identity = (char *)"wu",
                         .room = (char *)"hall",
                         .issuer = key->id,
                         .role = PARLOR_ROLE_MEMBER,
                         .expires_ms = f->world->clock.wall_ms (&f->world->clock) + 60000};
  g_autofree char *token = parlor_keyring_sign (f->world->keyring, &claims, NULL);
  g_autofree char *join = g_strdup_printf ("{\"t\":\"join\",\"token\":\"%s\"}", token);
  g_autoptr (Peer) holder = peer_new (f->world);
  peer_send (holder, join);
  json_decref (peer_expect (holder, "welcome"));
  parlor_keys_revoke (brands, f->brand->id, key->id, 2, NULL);
  peer_send (holder, "{\"t\":\"hand\",\"raised\":true}");
  g_assert_cmpuint (peer_closed (holder), ==, 4401);
  g_assert_cmpuint (parlor_room_n_participants (room), ==, 0);
}

/* A publisher by WHIP whose token's key is revoked is gone from the room at once. */
static void
test_revoked_publisher (Fixture *f, gconstpointer data)
{
  ParlorBrands *brands = f->world->brands;
  const ParlorApiKey *key = parlor_keys_add (brands, f->brand->id, "k", PARLOR_SCOPE_TOKENS, 1,
                                             NULL);
  ParlorRoomSpec spec = {.brand = f->brand->id, .alias = "hall"};
  ParlorRoom *room = parlor_rooms_create (f->world->rooms, &spec, now_of (f), NULL);
  ParlorClaims claims = {.identity = (char *)"cam",
                         .room = (char *)"hall",
                         .issuer = key->id,
                         .role = PARLOR_ROLE_MEMBER,
                         .granted = PARLOR_RIGHTS_PUBLISH,
                         .expires_ms = f->world->clock.wall_ms (&f->world->clock) + 60000};
  g_autofree char *token = parlor_keyring_sign (f->world->keyring, &claims, NULL);
  g_autofree char *bearer = world_bearer (token);
  g_autofree char *lines = g_strconcat (bearer, "Content-Type: application/sdp\r\n", NULL);
  g_autoptr (Answer) made = world_ask (f->world, "POST", "/whip/hall/cam", lines, "v=0");
  g_assert_cmpuint (made->status, ==, 201);
  g_assert_cmpuint (parlor_room_n_participants (room), ==, 1);
  parlor_site_recheck (f->world->site);
  g_assert_cmpuint (parlor_room_n_participants (room), ==, 1);
  parlor_keys_revoke (brands, f->brand->id, key->id, 2, NULL);
  parlor_site_recheck (f->world->site);
  g_assert_cmpuint (parlor_room_n_participants (room), ==, 0);
}

/* Who may start is the brand's choice, and the page is told. */
static void
test_may_start (Fixture *f, gconstpointer data)
{
  ParlorBrandChange anyone = {.may_start = "anyone", .retention_days = -1};
  g_autoptr (Answer) before = world_ask (f->world, "POST", "/v1/rooms", JSON, "{}");
  g_autoptr (Answer) told = world_ask (f->world, "GET", "/v1/config", "", NULL);
  g_assert_true (parlor_brands_change (f->world->brands, PARLOR_DEMO_BRAND, &anyone, NULL));
  g_autoptr (Answer) after = world_ask (f->world, "POST", "/v1/rooms", JSON, "{}");
  g_autoptr (Answer) again = world_ask (f->world, "GET", "/v1/config", "", NULL);
  g_assert_cmpuint (before->status, ==, 401);
  g_assert_nonnull (strstr (told->body, "\"anyone_may_start\":false"));
  g_assert_cmpuint (after->status, ==, 201);
  g_assert_nonnull (strstr (again->body, "\"anyone_may_start\":true"));
}

#define TEST(name, func) g_test_add (name, Fixture, NULL, set_up, func, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  TEST ("/http/signin/a-password-opens-and-the-cookie-is-strict", test_password);
  TEST ("/http/signin/unknown-and-wrong-get-one-answer", test_same_answer);
  TEST ("/http/signin/wrong-ones-are-limited", test_limit);
  TEST ("/http/signin/a-cookie-changes-nothing-without-the-pages-token", test_csrf);
  TEST ("/http/signin/signing-out-ends-it", test_sign_out);
  TEST ("/http/signin/a-link-is-good-once-for-its-role", test_link);
  TEST ("/http/signin/a-new-password-ends-the-others", test_new_password);
  TEST ("/http/signin/a-part-of-the-roles-sets-no-password", test_narrow_password);
  TEST ("/http/signin/roles-open-their-rows-alone", test_roles_by_routes);
  TEST ("/http/signin/an-admin-manages-his-own-brand-and-no-owner", test_rest);
  TEST ("/http/signin/a-keys-secret-is-told-once-and-its-time-ends", test_key_life);
  TEST ("/http/signin/what-is-revoked-leaves-no-open-socket", test_revoked_socket);
  TEST ("/http/signin/what-is-revoked-publishes-no-more", test_revoked_publisher);
  TEST ("/http/signin/a-revoked-key-that-speaks-is-out-of-the-room", test_revoked_speaker);
  TEST ("/http/signin/a-brand-may-let-anyone-start", test_may_start);
  return g_test_run ();
}
