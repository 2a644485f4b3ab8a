/* SPDX-License-Identifier: Apache-2.0 */
/* Who gets at a recording, on a server without --demo: by the API, by links, and who does not. */
#include "world.h"

#include <glib/gstdio.h>
#include <string.h>

#include "brand/keys.h"
#include "brand/signins.h"
#include "brand/users.h"
#include "http/audit.h"
#include "room/recordings.h"
#include "room/shares.h"
#include "store/memory.h"

#define JSON "Content-Type: application/json\r\n"
#define HOUR_MS (3600 * G_GINT64_CONSTANT (1000))

typedef struct
{
  World *world;
  ParlorStore *store;
  ParlorAudit *audit;
  ParlorRecordings *recordings;
  ParlorShares *shares;
  ParlorRandom random;
  uv_timer_t timer;
  char *folder;
  char *admin;   /* header lines of a key of the brand that may do everything */
  char *foreign; /* the same of another brand */
  char *user;    /* header lines of a signed-in rep of the brand */
  char *foreign_user;
  char *last_body;
  const ParlorBrand *brand, *other;
} Fixture;

static void
on_timer (uv_timer_t *timer)
{
  ParlorStore *store = timer->data;
  store->ops->dispatch (store);
}

static void
fill (guint8 *out, gsize size, gpointer user_data)
{
  for (gsize i = 0; i < size; i++)
    out[i] = (guint8)g_random_int ();
}

static char *
key_lines (World *world, const char *brand)
{
  const ParlorApiKey *key = parlor_keys_add (world->brands, brand, "k", PARLOR_EVERY_SCOPE, 1,
                                             NULL);
  g_autofree char *text = g_strdup_printf ("%s:%s", key->id, key->secret);
  g_autofree char *encoded = g_base64_encode ((const guchar *)text, strlen (text));
  return g_strdup_printf ("Authorization: Basic %s\r\n" JSON, encoded);
}

static char *
user_lines (World *world, const char *brand, const char *login)
{
  char secret[PARLOR_TOKEN_SIZE];
  ParlorUserChange change = {.login = login, .name = login, .roles = PARLOR_BRAND_REP};
  gint64 now_ms = world->clock.wall_ms (&world->clock);
  const ParlorUser *user = parlor_users_add (world->brands, brand, &change, now_ms, NULL);
  g_assert_nonnull (
      parlor_signins_add (world->brands, user, PARLOR_BRAND_EVERY_ROLE, now_ms, secret, NULL));
  g_autofree char *csrf = parlor_site_csrf (secret);
  return g_strdup_printf ("Cookie: " PARLOR_SITE_COOKIE "=%s\r\nX-Parlor-CSRF: %s\r\n" JSON, secret,
                          csrf);
}

static const char manifest[] =
    "{\"version\":1,\"from_ms\":1000,\"to_ms\":61000,"
    "\"participants\":[{\"id\":\"pt_1\",\"name\":\"Lin\",\"identity\":\"lin@shop\"},"
    "{\"id\":\"pt_2\",\"name\":\"Mara\",\"identity\":\"mara@shop\"}],"
    "\"files\":[{\"n\":1,\"path\":\"1.webm\",\"participant\":\"pt_1\",\"source\":\"camera\","
    "\"from_ms\":1000,\"to_ms\":30000,\"sha256\":\"aa\",\"clock\":[[1000,0]]},"
    "{\"n\":2,\"path\":\"2.webm\",\"participant\":\"pt_2\",\"source\":\"microphone\","
    "\"from_ms\":40000,\"to_ms\":61000,\"sha256\":\"bb\",\"clock\":[[40000,0]]},"
    "{\"n\":3,\"path\":\"../key\",\"participant\":\"pt_2\",\"source\":\"camera\","
    "\"from_ms\":1000,\"to_ms\":61000}],"
    "\"speakers\":[[1000,\"pt_1\"],[45000,\"pt_2\"]],"
    "\"markers\":[{\"id\":\"mk_1\",\"version\":1,\"kind\":\"conclusion\",\"text\":\"0.35\","
    "\"room_ms\":20000,\"author\":\"lin@shop\"},"
    "{\"id\":\"mk_2\",\"version\":1,\"kind\":\"question\",\"text\":\"why\",\"room_ms\":50000}],"
    "\"stills\":[{\"marker\":\"mk_1\",\"path\":\"1.png\",\"sha256\":\"cc\"}],"
    "\"chat\":[{\"id\":\"m1\",\"participant\":\"pt_1\",\"name\":\"Lin\",\"text\":\"early\","
    "\"room_ms\":2000},{\"id\":\"m2\",\"participant\":\"pt_2\",\"name\":\"Mara\","
    "\"text\":\"late\",\"room_ms\":55000}],\"consents\":[{\"identity\":\"lin@shop\"}]}";

static void
add_recording (Fixture *f, const char *id, const char *brand)
{
  char doors[2][PARLOR_RECORDING_DOOR_SIZE];
  parlor_recording_door (id, "code", "abcdefghjk", doors[0]);
  parlor_recording_door (id, "identity", "lin@shop", doors[1]);
  g_autofree char *both = g_strjoin ("\n", doors[0], doors[1], NULL);
  const ParlorRecordingRow row = {.id = (char *)id,
                                  .brand = (char *)brand,
                                  .room = "rm_1",
                                  .title = "Weekly",
                                  .state = "ready",
                                  .mode = "ask",
                                  .started_by = "",
                                  .started_ms = 5,
                                  .from_ms = 1000,
                                  .to_ms = 61000,
                                  .doors = both};
  g_autofree char *folder = g_build_filename (f->folder, id, NULL);
  static const struct
  {
    const char *name, *text;
  } files[] = {
      {"manifest.json", manifest}, {"1.webm", "0123456789"}, {"2.webm", "abcdefghijklmnopqrstu"},
      {"1.png", "picture"},        {"key", "secret"},        {"journal", "words"}};
  parlor_recordings_put (f->recordings, &row);
  g_mkdir_with_parents (folder, 0700);
  for (guint i = 0; i < G_N_ELEMENTS (files); i++)
    {
      g_autofree char *path = g_build_filename (folder, files[i].name, NULL);
      g_assert_true (g_file_set_contents (path, files[i].text, -1, NULL));
    }
}

/* What lies between two instants of a file, a byte a second; it begins three seconds early. */
typedef struct
{
  ParlorReader reader; /* first */
  ParlorReader *whole;
  guint64 from;
} Cut;

static gssize
cut_read (ParlorReader *reader, guint64 at, guint8 *out, gsize length)
{
  const Cut *self = (const Cut *)reader;
  return self->whole->read (self->whole, self->from + at, out, length);
}

static void
cut_free (ParlorReader *reader)
{
  Cut *self = (Cut *)reader;
  self->whole->free (self->whole);
  g_free (self);
}

static ParlorReader *
cut_part (ParlorReader *whole, const char *name, gboolean is_mp4, gint64 from_ms, gint64 to_ms,
          gint64 *start_ms, gpointer user_data)
{
  g_assert_cmpstr (name, ==, "rec_1/2.webm/bb");
  g_assert_false (is_mp4);
  g_assert_null (user_data);
  Cut *self = g_new0 (Cut, 1);
  guint64 from = (guint64)MAX (from_ms / 1000 - 3, 0);
  guint64 to = MIN ((guint64)to_ms / 1000, whole->size);
  *self = (Cut){{to - from, cut_read, cut_free}, whole, from};
  *start_ms = (gint64)from * 1000;
  return &self->reader;
}

static void
set_up (Fixture *f, gconstpointer data)
{
  f->world = world_new (&(WorldSpec){.strict = TRUE});
  f->store = parlor_store_memory_new ();
  f->folder = g_dir_make_tmp ("parlor-shares-XXXXXX", NULL);
  f->random = (ParlorRandom){fill, NULL};
  ParlorRecordSink *sink = parlor_store_records (f->store);
  f->audit = parlor_audit_new (sink);
  f->recordings = parlor_recordings_new (sink);
  f->shares = parlor_shares_new (sink, &f->random);
  parlor_recordings_set_hands (f->recordings, &(ParlorRecordingsHands){.audit = f->audit});
  ParlorSiteSpec *spec = &f->world->site->spec;
  spec->records = sink;
  spec->audit = f->audit;
  spec->recordings = f->recordings;
  spec->recordings_folder = f->folder;
  spec->shares = f->shares;
  spec->clip = cut_part;
  uv_timer_init (&f->world->loop, &f->timer);
  f->timer.data = f->store;
  uv_timer_start (&f->timer, on_timer, 1, 1);
  f->brand = parlor_brands_add (f->world->brands, "shop", "Shop", 1, NULL);
  f->other = parlor_brands_add (f->world->brands, "other", "Other", 1, NULL);
  f->admin = key_lines (f->world, f->brand->id);
  f->foreign = key_lines (f->world, f->other->id);
  f->user = user_lines (f->world, f->brand->id, "rep");
  f->foreign_user = user_lines (f->world, f->other->id, "spy");
  add_recording (f, "rec_1", f->brand->id);
}

static void
remove_folder (const char *path)
{
  g_autoptr (GDir) dir = g_dir_open (path, 0, NULL);
  const char *name;
  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *inner = g_build_filename (path, name, NULL);
      remove_folder (inner);
      g_remove (inner);
    }
}

static void
tear_down (Fixture *f, gconstpointer data)
{
  uv_close ((uv_handle_t *)&f->timer, NULL);
  world_free (f->world);
  parlor_shares_free (f->shares);
  parlor_recordings_free (f->recordings);
  parlor_audit_free (f->audit);
  f->store->ops->close (f->store, 0);
  remove_folder (f->folder);
  g_rmdir (f->folder);
  g_free (f->folder);
  g_free (f->admin);
  g_free (f->foreign);
  g_free (f->user);
  g_free (f->foreign_user);
  g_free (f->last_body);
}

static guint
ask (Fixture *f, const char *method, const char *path, const char *lines, const char *body)
{
  g_autoptr (Answer) answer = world_ask (f->world, method, path, lines, body);
  g_free (f->last_body);
  f->last_body = g_steal_pointer (&answer->body);
  return answer->status;
}

static gboolean
says (Fixture *f, const char *text)
{
  return strstr (f->last_body, text) != NULL;
}

/* ---- making and opening --------------------------------------------------------------------- */

typedef struct
{
  char *id, *code;
} Link;

static Link
make_link (Fixture *f, const char *body)
{
  g_assert_cmpuint (ask (f, "POST", "/v1/recordings/rec_1/shares", f->admin, body), ==, 201);
  json_t *json = json_loads (f->last_body, 0, NULL);
  const char *url = member (json, "url"), *hash = strchr (url, '#');
  g_assert_true (g_str_has_prefix (url, "http"));
  g_assert_nonnull (strstr (url, "/shared#shr_"));
  const Link link = {g_strdup (member (json, "id")), g_strdup (hash + 1)};
  json_decref (json);
  return link;
}

static void
link_clear (Link *link)
{
  g_free (link->id);
  g_free (link->code);
}

/* Opens with more header lines; the cookie's line (transfer full), NULL = refused. */
static char *
open_link (Fixture *f, const char *code, const char *room_code, const char *lines, guint *status)
{
  g_autofree char *body = room_code != NULL ? g_strdup_printf (
                              "{\"code\":\"%s\",\"room_codes\":[\"%s\"]}", code, room_code)
                                            : g_strdup_printf ("{\"code\":\"%s\"}", code);
  g_autoptr (Answer) answer = world_ask (f->world, "POST", "/v1/shared/open", lines, body);
  g_autofree char *cookie = answer_header (answer, "Set-Cookie");
  *status = answer->status;
  g_free (f->last_body);
  f->last_body = g_strdup (answer->body);
  if (answer->status != 200)
    return NULL;
  g_assert_nonnull (strstr (cookie, "HttpOnly"));
  g_assert_nonnull (strstr (cookie, "; Path=/v1/shared/shr_"));
  *strchr (cookie, ';') = '\0';
  return g_strdup_printf ("Cookie: %s\r\n", cookie);
}

static char *
open_well (Fixture *f, const Link *link)
{
  guint status;
  char *cookie = open_link (f, link->code, NULL, JSON, &status);
  g_assert_cmpuint (status, ==, 200);
  return cookie;
}

static guint
get_shared (Fixture *f, const Link *link, const char *rest, const char *lines)
{
  g_autofree char *path = g_strdup_printf ("/v1/shared/%s%s", link->id, rest);
  return ask (f, "GET", path, lines, NULL);
}

/* Lines of the brand's audit log with this in its action and that in its detail. */
static guint
audited (Fixture *f, const char *lines, const char *action, const char *detail)
{
  g_assert_cmpuint (ask (f, "GET", "/v1/audit?limit=200", lines, NULL), ==, 200);
  json_t *json = json_loads (f->last_body, 0, NULL), *row;
  guint n = 0;
  gsize i;
  json_array_foreach (json_object_get (json, "rows"), i, row)
      n += strcmp (member (row, "action"), action) == 0
           && strstr (member (row, "detail"), detail) != NULL;
  json_decref (json);
  return n;
}

static void
test_anyone (Fixture *f, gconstpointer data)
{
  Link link = make_link (f, "{\"audience\":\"anyone\",\"note\":\"for the plant\"}");
  g_autofree char *cookie = open_well (f, &link);
  g_assert_true (says (f, "\"0.35\""));
  g_assert_false (says (f, "lin@shop"));
  g_assert_false (says (f, "1.webm"));
  g_autofree char *range = g_strconcat (cookie, "Range: bytes=2-4\r\n", NULL);
  for (guint i = 0; i < 5; i++)
    {
      g_assert_cmpuint (get_shared (f, &link, "/files/1", range), ==, 206);
      g_assert_cmpstr (f->last_body, ==, "234");
    }
  g_assert_cmpuint (get_shared (f, &link, "/stills/mk_1", cookie), ==, 200);
  g_assert_cmpuint (get_shared (f, &link, "", cookie), ==, 200);
  g_assert_cmpuint (get_shared (f, &link, "/files/1", ""), ==, 401);
  g_assert_cmpuint (get_shared (f, &link, "/files/3", cookie), ==, 404);
  g_assert_cmpuint (get_shared (f, &link, "/files/9", cookie), ==, 404);
  g_assert_cmpuint (get_shared (f, &link, "/files/..%2fkey", cookie), ==, 404);
  g_assert_cmpuint (audited (f, f->admin, "recording.viewed", link.id), ==, 1);
  g_assert_cmpuint (audited (f, f->admin, "recording.shared", link.id), ==, 1);
  link_clear (&link);
}

static void
test_views (Fixture *f, gconstpointer data)
{
  guint status;
  Link link = make_link (f, "{\"audience\":\"anyone\"}");
  g_autofree char *cookie = open_well (f, &link);
  g_autofree char *lines = g_strconcat (cookie, JSON, NULL);
  g_autofree char *again = open_link (f, link.code, NULL, lines, &status);
  g_assert_cmpuint (status, ==, 200);
  g_assert_cmpuint (audited (f, f->admin, "recording.viewed", link.id), ==, 1);
  g_autofree char *somebody_else = open_well (f, &link);
  g_assert_cmpuint (audited (f, f->admin, "recording.viewed", link.id), ==, 2);
  g_assert_cmpuint (ask (f, "GET", "/v1/recordings/rec_1/shares", f->admin, NULL), ==, 200);
  g_assert_true (says (f, "\"views\":2"));
  link_clear (&link);
}

/* The page asks every 20 s, and its view is prolonged: none ends while it plays. */
static void
test_renewed (Fixture *f, gconstpointer data)
{
  Link link = make_link (f, "{\"audience\":\"anyone\"}");
  g_autofree char *cookie = open_well (f, &link);
  for (guint i = 0; i < 4; i++)
    {
      f->world->wall_offset_ms += 10 * 60 * 1000;
      g_autofree char *path = g_strdup_printf ("/v1/shared/%s", link.id);
      g_autoptr (Answer) answer = world_ask (f->world, "GET", path, cookie, NULL);
      g_assert_cmpuint (answer->status, ==, 200);
      g_autofree char *value = answer_header (answer, "Set-Cookie");
      *strchr (value, ';') = '\0';
      g_free (cookie);
      cookie = g_strdup_printf ("Cookie: %s\r\n", value);
      g_assert_cmpuint (get_shared (f, &link, "/files/1", cookie), ==, 200);
    }
  f->world->wall_offset_ms += 16 * 60 * 1000;
  g_assert_cmpuint (get_shared (f, &link, "/files/1", cookie), ==, 401);
  link_clear (&link);
}

static void
test_revoked (Fixture *f, gconstpointer data)
{
  guint status;
  Link link = make_link (f, "{\"audience\":\"anyone\"}");
  g_autofree char *cookie = open_well (f, &link);
  g_autofree char *path = g_strdup_printf ("/v1/recordings/rec_1/shares/%s", link.id);
  g_assert_cmpuint (ask (f, "DELETE", path, f->foreign, NULL), ==, 404);
  g_assert_cmpuint (get_shared (f, &link, "/files/1", cookie), ==, 200);
  g_assert_cmpuint (ask (f, "DELETE", path, f->admin, NULL), ==, 204);
  g_assert_cmpuint (get_shared (f, &link, "/files/1", cookie), ==, 410);
  g_assert_true (says (f, "link_revoked"));
  g_assert_cmpuint (get_shared (f, &link, "", cookie), ==, 410);
  g_assert_null (open_link (f, link.code, NULL, JSON, &status));
  g_assert_cmpuint (status, ==, 410);
  g_assert_cmpuint (audited (f, f->admin, "recording.refused", "link_revoked"), ==, 3);
  g_assert_cmpuint (audited (f, f->admin, "recording.unshared", link.id), ==, 1);
  link_clear (&link);
}

static void
test_expired (Fixture *f, gconstpointer data)
{
  guint status;
  gint64 now_ms = f->world->clock.wall_ms (&f->world->clock);
  g_autofree char *body = g_strdup_printf (
      "{\"audience\":\"anyone\",\"expires_at\":%" G_GINT64_FORMAT "}", now_ms + HOUR_MS);
  Link link = make_link (f, body);
  g_autofree char *cookie = open_well (f, &link);
  f->world->wall_offset_ms += HOUR_MS + 1000;
  g_assert_cmpuint (get_shared (f, &link, "/files/1", cookie), ==, 410);
  g_assert_null (open_link (f, link.code, NULL, JSON, &status));
  g_assert_cmpuint (status, ==, 410);
  g_assert_true (says (f, "link_expired"));
  g_assert_cmpuint (audited (f, f->admin, "recording.refused", "link_expired"), ==, 2);
  g_assert_cmpuint (ask (f, "POST", "/v1/recordings/rec_1/shares", f->admin,
                         "{\"audience\":\"anyone\",\"expires_at\":5}"),
                    ==, 400);
  link_clear (&link);
}

static void
test_guessed (Fixture *f, gconstpointer data)
{
  guint status = 0;
  Link link = make_link (f, "{\"audience\":\"anyone\"}");
  char *dot = strchr (link.code, '.');
  dot[1] = dot[1] == '0' ? '1' : '0';
  static const char *const codes[] = {"", "shr_1", "shr_1.00000000000000000000000000000000", "."};
  g_assert_null (open_link (f, link.code, NULL, JSON, &status));
  g_assert_cmpuint (status, ==, 404);
  for (guint i = 0; i < G_N_ELEMENTS (codes); i++)
    {
      g_assert_null (open_link (f, codes[i], NULL, JSON, &status));
      g_assert_cmpuint (status, ==, 404);
    }
  dot[1] = dot[1] == '0' ? '1' : '0';
  /* One more is granted every twelve seconds: a machine that is slow gets there as well. */
  for (guint i = 0; i < 1000 && status != 429; i++)
    g_assert_null (open_link (f, "shr_1.00000000000000000000000000000000", NULL, JSON, &status));
  g_assert_cmpuint (status, ==, 429);
  link_clear (&link);
}

static void
test_cookie_of_another (Fixture *f, gconstpointer data)
{
  Link one = make_link (f, "{\"audience\":\"anyone\"}");
  Link two = make_link (f, "{\"audience\":\"anyone\"}");
  g_autofree char *cookie = open_well (f, &one);
  g_assert_cmpuint (get_shared (f, &two, "/files/1", cookie), ==, 401);
  cookie[strlen (cookie) - 3] ^= 1;
  g_assert_cmpuint (get_shared (f, &one, "/files/1", cookie), ==, 401);
  g_assert_cmpuint (get_shared (f, &one, "/files/1", "Cookie: parlor_view=a.b.9.c\r\n"), ==, 401);
  link_clear (&one);
  link_clear (&two);
}

/* ---- audiences ------------------------------------------------------------------------------ */

static void
test_organisation (Fixture *f, gconstpointer data)
{
  guint status;
  Link link = make_link (f, "{\"audience\":\"organisation\"}");
  g_assert_null (open_link (f, link.code, NULL, JSON, &status));
  g_assert_cmpuint (status, ==, 401);
  g_assert_true (says (f, "signin_required"));
  g_assert_null (open_link (f, link.code, NULL, f->foreign_user, &status));
  g_assert_cmpuint (status, ==, 403);
  g_autofree char *cookie = open_link (f, link.code, NULL, f->user, &status);
  g_assert_cmpuint (status, ==, 200);
  /* The view alone is not enough: the sign-in is looked at again. */
  g_assert_cmpuint (get_shared (f, &link, "/files/1", cookie), ==, 401);
  g_autofree char *user = g_strdup (f->user);
  *strchr (user, '\r') = '\0';
  g_autofree char *view = g_strdup (cookie + strlen ("Cookie: "));
  g_autofree char *both = g_strdup_printf ("%s; %s", user, view);
  g_assert_cmpuint (get_shared (f, &link, "/files/1", both), ==, 200);
  g_assert_cmpuint (audited (f, f->admin, "recording.refused", "not_of_organisation"), ==, 1);
  g_assert_cmpuint (audited (f, f->foreign, "recording.refused", ""), ==, 0);
  link_clear (&link);
}

static char *
token_lines (Fixture *f, const char *room, const char *identity)
{
  ParlorClaims claims = {.identity = (char *)identity,
                         .brand = (char *)f->brand->id,
                         .room = (char *)room,
                         .role = PARLOR_ROLE_MEMBER,
                         .expires_ms = f->world->clock.wall_ms (&f->world->clock) + HOUR_MS};
  g_autofree char *token = parlor_keyring_sign (f->world->keyring, &claims, NULL);
  g_autofree char *line = world_bearer (token);
  return g_strconcat (line, JSON, NULL);
}

static void
test_attendees (Fixture *f, gconstpointer data)
{
  guint status;
  Link link = make_link (f, "{\"audience\":\"attendees\"}");
  g_assert_null (open_link (f, link.code, NULL, JSON, &status));
  g_assert_cmpuint (status, ==, 403);
  g_assert_true (says (f, "not_attendee"));
  g_assert_null (open_link (f, link.code, NULL, f->user, &status));
  g_assert_cmpuint (status, ==, 403);
  g_autofree char *lin = token_lines (f, "rm_1", "lin@shop");
  g_autofree char *by_token = open_link (f, link.code, NULL, lin, &status);
  g_assert_cmpuint (status, ==, 200);
  g_autofree char *stranger = token_lines (f, "rm_1", "nobody@shop");
  g_assert_null (open_link (f, link.code, NULL, stranger, &status));
  g_autofree char *elsewhere = token_lines (f, "rm_2", "lin@shop");
  g_assert_null (open_link (f, link.code, NULL, elsewhere, &status));
  g_assert_cmpuint (status, ==, 403);
  g_assert_null (open_link (f, link.code, "zzzzzzzzzz", JSON, &status));
  g_assert_cmpuint (status, ==, 403);
  g_autofree char *by_code = open_link (f, link.code, "ABCDE-FGHJK", JSON, &status);
  g_assert_cmpuint (status, ==, 200);
  g_assert_cmpuint (get_shared (f, &link, "/files/1", by_code), ==, 200);
  g_assert_cmpuint (audited (f, f->admin, "recording.refused", "not_attendee"), ==, 5);
  link_clear (&link);
}

/* His token named him as he is called here; in the next recording nobody did. */
static void
test_attendee_signed_in (Fixture *f, gconstpointer data)
{
  guint status;
  Link link = make_link (f, "{\"audience\":\"attendees\"}");
  g_autofree char *lin = user_lines (f->world, f->brand->id, "lin@shop");
  g_autofree char *of_other = user_lines (f->world, f->other->id, "lin@shop");
  g_assert_null (open_link (f, link.code, NULL, f->user, &status));
  g_assert_cmpuint (status, ==, 403);
  g_assert_null (open_link (f, link.code, NULL, of_other, &status));
  g_assert_cmpuint (status, ==, 403);
  g_autofree char *view = open_link (f, link.code, NULL, lin, &status);
  g_assert_cmpuint (status, ==, 200);
  /* Without the sign-in the view is worth nothing. */
  g_assert_cmpuint (get_shared (f, &link, "/files/1", view), ==, 401);
  g_assert_true (says (f, "no_view"));
  link_clear (&link);
}

/* The lines of one who is signed in, and looks at something in the same browser. */
static char *
with_view (const char *user, const char *view)
{
  g_autofree char *cookie = g_strndup (user, strcspn (user, "\r"));
  return g_strdup_printf ("%s; %s", cookie, view + strlen ("Cookie: "));
}

/* Who was not there does not go on with it. */
static void
test_attendee_and_colleague (Fixture *f, gconstpointer data)
{
  guint status;
  Link link = make_link (f, "{\"audience\":\"attendees\"}");
  g_autofree char *lin = user_lines (f->world, f->brand->id, "lin@shop");
  g_autofree char *view = open_link (f, link.code, NULL, lin, &status);
  g_assert_cmpuint (status, ==, 200);
  g_autofree char *own = with_view (lin, view);
  g_autofree char *colleague = with_view (f->user, view);
  g_assert_cmpuint (get_shared (f, &link, "/files/1", own), ==, 200);
  g_assert_cmpuint (get_shared (f, &link, "", own), ==, 200);
  g_assert_cmpuint (get_shared (f, &link, "/files/1", colleague), ==, 401);
  g_assert_cmpuint (get_shared (f, &link, "", colleague), ==, 401);
  g_assert_true (says (f, "no_view"));
  link_clear (&link);
}

static void
test_clip (Fixture *f, gconstpointer data)
{
  Link link = make_link (f, "{\"audience\":\"anyone\",\"from_ms\":48000,\"to_ms\":52000}");
  g_autofree char *cookie = open_well (f, &link);
  /* Its second 5 is the cut file's 0. */
  g_assert_true (says (f, "\"clock\":[[40000,-5000]]"));
  g_assert_true (says (f, "\"from_ms\":48000,\"to_ms\":52000"));
  g_assert_true (says (f, "\"why\""));
  g_assert_true (says (f, "Mara"));
  static const char *const outside[] = {"\"0.35\"", "early", "late", "\"cc\"", "\"aa\"", "\"bb\""};
  for (guint i = 0; i < G_N_ELEMENTS (outside); i++)
    g_assert_false (says (f, outside[i]));
  g_autofree char *range = g_strconcat (cookie, "Range: bytes=1-2\r\n", NULL);
  g_autofree char *beyond = g_strconcat (cookie, "Range: bytes=7-\r\n", NULL);
  g_assert_cmpuint (get_shared (f, &link, "/files/2", cookie), ==, 200);
  g_assert_cmpstr (f->last_body, ==, "fghijkl");
  g_assert_cmpuint (get_shared (f, &link, "/files/2", range), ==, 206);
  g_assert_cmpstr (f->last_body, ==, "gh");
  g_assert_cmpuint (get_shared (f, &link, "/files/2", beyond), ==, 416);
  g_assert_cmpuint (get_shared (f, &link, "/files/1", cookie), ==, 404);
  g_assert_cmpuint (get_shared (f, &link, "/stills/mk_1", cookie), ==, 404);
  g_assert_cmpuint (ask (f, "POST", "/v1/recordings/rec_1/shares", f->admin,
                         "{\"audience\":\"anyone\",\"from_ms\":9,\"to_ms\":5}"),
                    ==, 400);
  link_clear (&link);
}

/* Whose screen a picture was taken of: his name, and the view that the log has a line of. */
static void
test_watermark (Fixture *f, gconstpointer data)
{
  guint status;
  Link house = make_link (f, "{\"audience\":\"organisation\",\"watermark\":true}");
  Link anyone = make_link (f, "{\"audience\":\"anyone\",\"watermark\":true}");
  Link plain = make_link (f, "{\"audience\":\"anyone\"}");
  g_autofree char *signed_in = open_link (f, house.code, NULL, f->user, &status);
  g_assert_cmpuint (status, ==, 200);
  g_assert_true (says (f, "\"watermark\":{\"name\":\"rep\",\"view\":\"vw_"));
  g_autofree char *stranger = open_link (f, anyone.code, NULL, JSON, &status);
  const char *view = strstr (f->last_body, "\"watermark\":{\"name\":null,\"view\":\"vw_");
  g_assert_nonnull (view);
  view = strstr (view, "vw_");
  g_autofree char *id = g_strndup (view, strcspn (view, "\""));
  g_autofree char *detail = g_strconcat ("view=", id, NULL);
  g_autofree char *none = open_link (f, plain.code, NULL, JSON, &status);
  g_assert_false (says (f, "watermark"));
  g_assert_cmpuint (audited (f, f->admin, "recording.viewed", detail), ==, 1);
  g_assert_cmpuint (ask (f, "POST", "/v1/recordings/rec_1/shares", f->admin,
                         "{\"audience\":\"anyone\",\"watermark\":1}"),
                    ==, 400);
  link_clear (&house);
  link_clear (&anyone);
  link_clear (&plain);
}

/* Finds out when it is told to. */
typedef struct
{
  Fixture *f;
  ParlorClipState state;
  guint asked;
  uv_timer_t timer;
  void (*done) (gpointer data);
  gpointer done_data;
} Later;

static void
on_later (uv_timer_t *timer)
{
  Later *later = timer->data;
  later->state = PARLOR_CLIP_KNOWN;
  later->done (later->done_data);
}

static ParlorClipState
prepare (ParlorReader *file, const char *name, gboolean is_mp4, gint64 from_ms, gint64 to_ms,
         void (*done) (gpointer data), gpointer done_data, gpointer user_data)
{
  Later *later = user_data;
  g_assert_cmpstr (name, ==, "rec_1/2.webm/bb");
  file->free (file);
  later->asked++;
  later->done = done;
  later->done_data = done_data;
  if (later->state == PARLOR_CLIP_COMES)
    uv_timer_start (&later->timer, on_later, 1, 0);
  return later->state;
}

static ParlorReader *
cut_known (ParlorReader *whole, const char *name, gboolean is_mp4, gint64 from_ms, gint64 to_ms,
           gint64 *start_ms, gpointer user_data)
{
  g_assert_cmpint (((Later *)user_data)->state, ==, PARLOR_CLIP_KNOWN);
  return cut_part (whole, name, is_mp4, from_ms, to_ms, start_ms, NULL);
}

/* What a part is made of is found out elsewhere; who asked gets his answer then, judged then. */
static void
test_clip_later (Fixture *f, gconstpointer data)
{
  Later later = {.f = f, .state = PARLOR_CLIP_COMES};
  ParlorSiteSpec *spec = &f->world->site->spec;
  guint status;
  spec->clip = cut_known;
  spec->clip_prepare = prepare;
  spec->clip_data = &later;
  uv_timer_init (&f->world->loop, &later.timer);
  later.timer.data = &later;
  Link link = make_link (f, "{\"audience\":\"anyone\",\"from_ms\":48000,\"to_ms\":52000}");
  g_autofree char *cookie = open_well (f, &link);
  g_assert_cmpuint (later.asked, ==, 1);
  g_assert_true (says (f, "\"clock\":[[40000,-5000]]"));
  g_assert_cmpuint (audited (f, f->admin, "recording.viewed", link.id), ==, 1);
  later.state = PARLOR_CLIP_COMES;
  g_autofree char *range = g_strconcat (cookie, "Range: bytes=1-2\r\n", NULL);
  g_assert_cmpuint (get_shared (f, &link, "/files/2", range), ==, 206);
  g_assert_cmpstr (f->last_body, ==, "gh");
  g_assert_cmpuint (later.asked, ==, 2);
  later.state = PARLOR_CLIP_BUSY;
  g_assert_cmpuint (get_shared (f, &link, "/files/2", cookie), ==, 503);
  g_assert_null (open_link (f, link.code, NULL, JSON, &status));
  g_assert_cmpuint (status, ==, 503);
  g_assert_cmpuint (audited (f, f->admin, "recording.viewed", link.id), ==, 1);
  uv_close ((uv_handle_t *)&later.timer, NULL);
  uv_run (&f->world->loop, UV_RUN_NOWAIT);
  link_clear (&link);
}

static void
test_clip_whole (Fixture *f, gconstpointer data)
{
  Link link = make_link (f, "{\"audience\":\"anyone\",\"from_ms\":30500,\"to_ms\":61000}");
  g_autofree char *cookie = open_well (f, &link);
  g_assert_true (says (f, "\"clock\":[[40000,0]]"));
  g_assert_true (says (f, "\"bb\""));
  g_assert_cmpuint (get_shared (f, &link, "/files/2", cookie), ==, 200);
  g_assert_cmpstr (f->last_body, ==, "abcdefghijklmnopqrstu");
  link_clear (&link);
}

static void
test_clip_uncut (Fixture *f, gconstpointer data)
{
  f->world->site->spec.clip = NULL;
  Link link = make_link (f, "{\"audience\":\"anyone\",\"from_ms\":48000,\"to_ms\":52000}");
  g_autofree char *cookie = open_well (f, &link);
  g_assert_true (says (f, "\"files\":[]"));
  g_assert_cmpuint (get_shared (f, &link, "/files/2", cookie), ==, 404);
  link_clear (&link);
}

static ParlorBring
bring (const char *recording, const char *name, gint64 from, gint64 length, ParlorBrought done,
       gpointer done_data, gpointer user_data)
{
  g_assert_cmpstr (recording, ==, "rec_1");
  if (strcmp (name, "2.webm") != 0) /* another one is nowhere */
    return PARLOR_BRING_NOWHERE;
  g_assert_cmpint (from, ==, 0);
  g_assert_cmpint (length, ==, -1);
  ++*(guint *)user_data;
  return PARLOR_BRING_COMES;
}

static void
test_clip_away (Fixture *f, gconstpointer data)
{
  guint n = 0, status;
  Link link = make_link (f, "{\"audience\":\"anyone\",\"from_ms\":48000,\"to_ms\":52000}");
  g_autofree char *cookie = open_well (f, &link);
  g_autofree char *path = g_build_filename (f->folder, "rec_1", "2.webm", NULL);
  f->world->site->spec.bring = bring;
  f->world->site->spec.bring_data = &n;
  g_unlink (path);
  g_assert_cmpuint (get_shared (f, &link, "/files/2", cookie), ==, 503);
  g_assert_cmpuint (n, ==, 1);
  g_assert_null (open_link (f, link.code, NULL, JSON, &status));
  g_assert_cmpuint (status, ==, 503);
  g_assert_true (says (f, "\"away\""));
  g_assert_cmpuint (n, ==, 2);
  /* Nobody saw anything: no view. */
  g_assert_cmpuint (audited (f, f->admin, "recording.viewed", link.id), ==, 1);
  link_clear (&link);
}

static void
test_binned (Fixture *f, gconstpointer data)
{
  guint status;
  Link link = make_link (f, "{\"audience\":\"anyone\"}");
  g_autofree char *cookie = open_well (f, &link);
  g_assert_cmpuint (ask (f, "DELETE", "/v1/recordings/rec_1", f->admin, NULL), ==, 204);
  g_assert_cmpuint (get_shared (f, &link, "/files/1", cookie), ==, 410);
  g_assert_null (open_link (f, link.code, NULL, JSON, &status));
  g_assert_cmpuint (status, ==, 410);
  link_clear (&link);
}

/* ---- the API -------------------------------------------------------------------------------- */

static char *
path_of (const ParlorRoute *route)
{
  g_auto (GStrv) parts = g_strsplit (route->path, "/{", -1);
  GString *path = g_string_new (parts[0]);
  for (guint i = 1; parts[i] != NULL; i++)
    {
      const char *rest = strchr (parts[i], '}') + 1;
      g_string_append_printf (path, "/%s%s", i == 1 ? "rec_1" : "1", rest);
    }
  return g_string_free (path, FALSE);
}

/* Walks the route table: who adds a route to a recording is covered. */
static void
test_every_route (Fixture *f, gconstpointer data)
{
  guint n, walked = 0;
  const ParlorRoute *routes = parlor_routes (&n);
  g_autofree char *no_key = g_strdup_printf (JSON);
  for (guint i = 0; i < n; i++)
    {
      if (!g_str_has_prefix (routes[i].path, "/v1/recordings/{id}"))
        continue;
      const char *body = routes[i].body_limit != 0 ? "{}" : NULL;
      g_autofree char *path = path_of (&routes[i]);
      g_autofree char *typed = g_strdup_printf (
          "Content-Type: %s\r\n", routes[i].type != NULL ? routes[i].type : "application/json");
      g_autofree char *foreign = g_strndup (f->foreign, strlen (f->foreign) - strlen (JSON));
      g_autofree char *user = g_strndup (f->user, strlen (f->user) - strlen (JSON));
      g_autofree char *by_foreign = g_strconcat (foreign, typed, NULL);
      g_autofree char *by_user = g_strconcat (user, typed, NULL);
      g_test_message ("%s %s", routes[i].method, path);
      g_assert_cmpuint (ask (f, routes[i].method, path, typed, body), ==, 401);
      g_assert_cmpuint (ask (f, routes[i].method, path, by_foreign, body), ==, 404);
      g_assert_cmpuint (ask (f, routes[i].method, path, by_user, body), ==, 403);
      walked++;
    }
  g_assert_cmpuint (walked, >=, 10);
  g_assert_cmpuint (audited (f, f->foreign, "recording.refused", "no_such_recording"), ==, walked);
  g_assert_cmpuint (audited (f, f->admin, "recording.refused", "other_brand"), ==, walked);
  g_assert_cmpuint (audited (f, f->admin, "recording.refused", "forbidden"), ==, walked);
  g_assert_cmpuint (ask (f, "GET", "/v1/recordings", f->foreign, NULL), ==, 200);
  g_assert_false (says (f, "rec_1"));
  g_assert_cmpuint (ask (f, "GET", "/v1/recordings/rec_1/files/1", f->admin, NULL), ==, 200);
  g_assert_cmpstr (parlor_recordings_get (f->recordings, "rec_1")->state, ==, "ready");
}

/* The rule of a room, and what follows for its recordings. */
static void
test_keeping (Fixture *f, gconstpointer data)
{
  const char *path = "/v1/rooms/rm_1/rule";
  g_assert_cmpuint (ask (f, "GET", path, f->foreign, NULL), ==, 404);
  g_assert_cmpuint (ask (f, "PUT", path, f->foreign, "{\"retention_days\":1}"), ==, 404);
  g_assert_cmpuint (ask (f, "PUT", path, f->user, "{\"retention_days\":1}"), ==, 403);
  g_assert_cmpuint (ask (f, "GET", path, f->admin, NULL), ==, 200);
  g_assert_true (says (f, "\"retention_days\":null"));
  g_assert_cmpuint (ask (f, "PUT", path, f->admin, "{\"retention_days\":-4}"), ==, 400);
  g_assert_cmpuint (ask (f, "PUT", path, f->admin, "{\"record\":\"sometimes\"}"), ==, 400);
  g_assert_cmpuint (ask (f, "PUT", path, f->admin, "{\"retention_days\":3,\"record\":\"always\"}"),
                    ==, 200);
  g_assert_true (says (f, "\"retention_days\":3"));
  g_assert_true (says (f, "\"always\""));
  /* Who made the rule shorter sees what goes by it, and not some time later. */
  g_assert_cmpuint (ask (f, "GET", "/v1/storage", f->admin, NULL), ==, 200);
  g_assert_true (says (f, "\"kept\":1"));
  g_assert_true (says (f, "\"going\":1"));
  g_assert_cmpuint (ask (f, "PUT", path, f->admin, "{\"retention_days\":null}"), ==, 200);
  g_assert_cmpuint (ask (f, "GET", "/v1/storage", f->admin, NULL), ==, 200);
  g_assert_true (says (f, "\"going\":0"));
  g_assert_cmpuint (ask (f, "PUT", path, f->admin, "{\"retention_days\":3}"), ==, 200);
  g_assert_cmpuint (ask (f, "GET", "/v1/storage", f->admin, NULL), ==, 200);
  g_assert_true (says (f, "\"going\":1"));
  g_assert_true (says (f, "rec_1"));
  g_assert_cmpuint (ask (f, "GET", "/v1/storage", f->foreign, NULL), ==, 200);
  g_assert_true (says (f, "\"kept\":0"));
  g_assert_false (says (f, "rec_1"));
  g_assert_cmpuint (ask (f, "GET", "/v1/storage", f->user, NULL), ==, 403);
  g_assert_cmpuint (ask (f, "GET", "/v1/rooms/rm_nowhere/rule", f->admin, NULL), ==, 404);
}

static guint
put_vtt (Fixture *f, const char *text)
{
  g_autofree char *lines = g_strndup (f->admin, strlen (f->admin) - strlen (JSON));
  g_autofree char *typed = g_strconcat (lines, "Content-Type: text/vtt\r\n", NULL);
  return ask (f, "PUT", "/v1/recordings/rec_1/transcript", typed, text);
}

static void
test_transcript (Fixture *f, gconstpointer data)
{
  const char *path = "/v1/recordings/rec_1/transcript";
  g_assert_cmpuint (ask (f, "GET", path, f->admin, NULL), ==, 404);
  g_assert_cmpuint (put_vtt (f, "no such thing"), ==, 422);
  g_assert_true (says (f, "not_webvtt"));
  g_assert_cmpuint (put_vtt (f, "WEBVTT\n\n00:02.000 --> 00:04.000\n<v Lin>装配间隙是三毫米\n"), ==,
                    200);
  g_assert_true (says (f, "\"cues\":1"));
  g_assert_cmpuint (ask (f, "GET", path, f->admin, NULL), ==, 200);
  g_assert_true (says (f, "\"from_ms\":3000"));
  g_assert_true (says (f, "\"speaker\":\"Lin\""));
  g_assert_cmpuint (ask (f, "GET", "/v1/recordings?text=%E9%97%B4%E9%9A%99", f->admin, NULL), ==,
                    200);
  g_assert_true (says (f, "rec_1"));
  g_assert_cmpuint (ask (f, "GET", "/v1/recordings?text=%E9%97%B4%E8%B7%9D", f->admin, NULL), ==,
                    200);
  g_assert_false (says (f, "rec_1"));
  g_assert_cmpuint (audited (f, f->admin, "recording.transcribed", ""), ==, 1);
  g_assert_cmpuint (ask (f, "DELETE", path, f->admin, NULL), ==, 204);
  g_assert_cmpuint (ask (f, "DELETE", path, f->admin, NULL), ==, 404);
  g_assert_cmpuint (ask (f, "GET", path, f->admin, NULL), ==, 404);
  g_assert_cmpuint (ask (f, "GET", "/v1/recordings?text=%E9%97%B4%E9%9A%99", f->admin, NULL), ==,
                    200);
  g_assert_false (says (f, "rec_1"));
}

static void
test_minutes (Fixture *f, gconstpointer data)
{
  g_assert_cmpuint (ask (f, "GET", "/v1/recordings/rec_1/minutes?format=markdown", f->admin, NULL),
                    ==, 200);
  g_assert_true (says (f, "# Weekly\n"));
  g_assert_true (says (f, "- [00:00:19]("));
  g_assert_true (says (f, "/admin#/recordings/rec_1?at=20000) **conclusion** 0.35\n"));
  g_assert_cmpuint (ask (f, "GET", "/v1/recordings/rec_1/minutes", f->admin, NULL), ==, 200);
  g_assert_true (says (f, "\"room_ms\":50000"));
}

static void
test_tricks (Fixture *f, gconstpointer data)
{
  static const char *const paths[] = {
      "/v1/recordings/rec_1/files/..%2fkey",
      "/v1/recordings/rec_1/../rec_1/key",
      "/v1/recordings/..%2f..%2fetc/files/1",
      "/v1/recordings/rec_1/files/1%00",
      "/v1/recordings/rec_1/key",
      "/v1/recordings/rec_1/files/3",
      "/v1/recordings/rec_1/stills/..%2fkey",
      "/v1/recordings/rec_1/files/-1",
      "/v1/recordings/rec_%31/journal",
      "/v1/recordings//files/1",
  };
  for (guint i = 0; i < G_N_ELEMENTS (paths); i++)
    {
      guint status = ask (f, "GET", paths[i], f->admin, NULL);
      g_test_message ("%s: %u", paths[i], status);
      g_assert_true (status == 404 || status == 400);
      g_assert_false (says (f, "secret"));
      g_assert_false (says (f, "words"));
    }
  g_assert_cmpuint (audited (f, f->admin, "recording.refused", "path"), >=, 6);
  g_assert_cmpuint (ask (f, "GET", "/v1/recordings/rec_guess", f->admin, NULL), ==, 404);
  g_assert_cmpuint (audited (f, f->admin, "recording.refused", "no_such_recording"), ==, 1);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(name, func) g_test_add ("/http/shares/" name, Fixture, NULL, set_up, func, tear_down)
  ADD ("anyone-with-the-link-sees-what-it-is-of-and-one-view-is-one-line", test_anyone);
  ADD ("a-page-loaded-again-is-the-same-view", test_views);
  ADD ("a-view-is-renewed-while-it-plays", test_renewed);
  ADD ("what-is-taken-back-is-refused-at-once", test_revoked);
  ADD ("what-has-ended-is-refused", test_expired);
  ADD ("guessing-is-refused-and-slowed-down", test_guessed);
  ADD ("a-view-is-of-one-link", test_cookie_of_another);
  ADD ("organisation-is-who-is-signed-in-there", test_organisation);
  ADD ("attendees-are-who-was-there", test_attendees);
  ADD ("attendees-may-be-signed-in", test_attendee_signed_in);
  ADD ("what-an-attendee-opened-is-not-his-colleagues", test_attendee_and_colleague);
  ADD ("a-clip-shows-nothing-outside-its-part", test_clip);
  ADD ("a-clip-that-is-found-out-elsewhere-is-answered-then", test_clip_later);
  ADD ("of-a-file-within-a-clip-nothing-is-cut", test_clip_whole);
  ADD ("a-watermark-names-who-looks-and-his-view", test_watermark);
  ADD ("what-cannot-be-cut-is-not-given-whole", test_clip_uncut);
  ADD ("a-clip-waits-for-what-lies-elsewhere", test_clip_away);
  ADD ("a-link-to-what-is-in-the-bin-opens-nothing", test_binned);
  ADD ("no-route-gives-a-recording-to-another-brand", test_every_route);
  ADD ("a-room-has-a-rule-and-what-goes-is-told", test_keeping);
  ADD ("a-transcript-is-found-and-given-back-on-the-rooms-clock", test_transcript);
  ADD ("minutes-lead-to-their-instants", test_minutes);
  ADD ("paths-play-no-tricks", test_tricks);
  return g_test_run ();
}
