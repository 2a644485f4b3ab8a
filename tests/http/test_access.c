/* SPDX-License-Identifier: Apache-2.0 */
/* Which token fits which room: the same answer wherever a path names one. */
#include "world.h"

#include "brand/keys.h"
#include "room/moderation.h"

#define JSON "Content-Type: application/json\r\n"

typedef struct
{
  World *world;
  char id[PARLOR_ID_SIZE], code[PARLOR_CODE_SIZE];
} Fixture;

static char *
key_line (const char *id, const char *secret)
{
  g_autofree char *pair = g_strdup_printf ("%s:%s", id, secret);
  g_autofree char *base64 = g_base64_encode ((const guchar *)pair, strlen (pair));
  return g_strdup_printf ("Authorization: Basic %s\r\n", base64);
}

static void
set_up (Fixture *f, gconstpointer data)
{
  g_autofree char *key = key_line (WORLD_KEY, WORLD_SECRET);
  g_autofree char *lines = g_strconcat (key, JSON, NULL);
  f->world = world_new (&(WorldSpec){.strict = TRUE});
  g_autoptr (Answer) answer = world_ask (f->world, "POST", "/v1/rooms", lines,
                                         "{\"kind\":\"live\",\"title\":\"Tea\"}");
  g_assert_cmpuint (answer->status, ==, 201);
  json_t *room = answer_json (answer);
  g_strlcpy (f->id, member (room, "id"), sizeof f->id);
  json_decref (room);
  ParlorRoom *made = parlor_rooms_find (f->world->rooms, f->id);
  g_strlcpy (f->code, parlor_room_info (made)->code, sizeof f->code);
  world_room (f->world, "other");
}

static void
tear_down (Fixture *f, gconstpointer data)
{
  world_free (f->world);
}

typedef struct
{
  const char *method, *path, *body;
  guint status;         /* for who may */
  gboolean of_anybody;  /* a member's token is enough */
  gboolean after_close; /* it can be had of a room that is closed */
} Ask;

static const Ask asks[] = {
    {"GET", "/v1/rooms/%s", NULL, 200, TRUE, FALSE},
    {"GET", "/v1/rooms/%s/comments", NULL, 200, FALSE, TRUE},
    {"PATCH", "/v1/rooms/%s", "{\"title\":\"Tea\"}", 200, FALSE, FALSE},
    {"POST", "/v1/rooms/%s/console", "{\"as\":\"host\"}", 201, FALSE, FALSE},
};

static void
check (Fixture *f, const Ask *ask, const char *line, guint status)
{
  g_autofree char *path = g_strdup_printf (ask->path, f->id);
  g_autofree char *lines = g_strconcat (line, ask->body ? JSON : "", NULL);
  g_autoptr (Answer) answer = world_ask (f->world, ask->method, path, lines, ask->body);
  if (answer->status != status)
    g_error ("%s %s with %s is %u, not %u: %s", ask->method, path, line, answer->status, status,
             answer->body);
}

static void
check_token (Fixture *f, const Ask *ask, const char *room, ParlorRole role, guint status)
{
  g_autofree char *token = world_token (f->world, room, "h", role);
  g_autofree char *line = world_bearer (token);
  check (f, ask, line, status);
}

static void
test_open (Fixture *f, gconstpointer data)
{
  for (guint i = 0; i < G_N_ELEMENTS (asks); i++)
    {
      const Ask *ask = &asks[i];
      check_token (f, ask, f->id, PARLOR_ROLE_HOST, ask->status);
      check_token (f, ask, f->code, PARLOR_ROLE_HOST, ask->status);
      check_token (f, ask, f->id, PARLOR_ROLE_MEMBER, ask->of_anybody ? ask->status : 403);
      check_token (f, ask, "other", PARLOR_ROLE_HOST, 403);
      check_token (f, ask, "rm_nobodys", PARLOR_ROLE_HOST, 403);
      check_token (f, ask, NULL, PARLOR_ROLE_HOST, 403);
      check (f, ask, "Authorization: Bearer x.y.z\r\n", 401);
      check (f, ask, "", 401);
    }
}

static void
test_brands (Fixture *f, gconstpointer data)
{
  const ParlorBrand *brand = parlor_brands_add (f->world->brands, "shop", "Shop", 1, NULL);
  const ParlorApiKey *key = parlor_keys_add (f->world->brands, brand->id, "k", PARLOR_EVERY_SCOPE,
                                             1, NULL);
  const ParlorClaims claims = {
      .brand = brand->id,
      .room = f->id,
      .identity = (char *)"h",
      .role = PARLOR_ROLE_HOST,
      .expires_ms = f->world->clock.wall_ms (&f->world->clock) + 60000,
  };
  g_autofree char *by_key = key_line (key->id, key->secret);
  g_autofree char *token = parlor_keyring_sign (f->world->keyring, &claims, NULL);
  g_autofree char *by_token = world_bearer (token);
  for (guint i = 0; i < G_N_ELEMENTS (asks); i++)
    {
      check (f, &asks[i], by_key, 404);
      check (f, &asks[i], by_token, 404);
    }
}

static void
test_closed (Fixture *f, gconstpointer data)
{
  ParlorRoom *room = parlor_rooms_find (f->world->rooms, f->id);
  parlor_room_end (room, NULL, f->world->clock.now_us (&f->world->clock), NULL);
  g_assert_null (parlor_rooms_find (f->world->rooms, f->id));
  for (guint i = 0; i < G_N_ELEMENTS (asks); i++)
    {
      const Ask *ask = &asks[i];
      check_token (f, ask, f->id, PARLOR_ROLE_HOST, ask->after_close ? ask->status : 404);
      check_token (f, ask, f->code, PARLOR_ROLE_HOST, ask->after_close ? 403 : 404);
      check_token (f, ask, f->id, PARLOR_ROLE_MEMBER, ask->after_close ? 403 : 404);
      check_token (f, ask, "other", PARLOR_ROLE_HOST, ask->after_close ? 403 : 404);
    }
}

#define ADD(name, func) g_test_add ("/http/access/" name, Fixture, NULL, set_up, func, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD ("a-token-is-for-the-room-that-it-names", test_open);
  ADD ("another-brands-room-is-an-unknown-one", test_brands);
  ADD ("what-was-kept-of-a-closed-room-is-its-hosts", test_closed);
  return g_test_run ();
}
