/* SPDX-License-Identifier: Apache-2.0 */
/* Live rooms over REST and sockets: src/http/handle_live.c and src/signal/on_live.c together. */
#include "world.h"

#include "live/hls.h"
#include "live/events.h"
#include "live/invites.h"
#include "store/memory.h"

#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

#define JSON "Content-Type: application/json\r\n"

static json_t *
ask (World *world, const char *method, const char *path, const char *headers, const char *body,
     guint status)
{
  g_autoptr (Answer) answer = world_ask (world, method, path, headers, body);
  if (answer->status != status)
    g_error ("%s %s answered %u %s", method, path, answer->status, answer->body);
  return *answer->body == '{' ? answer_json (answer) : NULL;
}

static char *
make_live (World *world)
{
  json_decref (ask (world, "POST", "/v1/products", JSON,
                    "{\"sku\":\"lamp\",\"title\":\"Lamp\",\"url\":\"https://shop.example/l\"}",
                    201));
  json_t *room = ask (world, "POST", "/v1/rooms", JSON,
                      "{\"kind\":\"live\",\"title\":\"Tea <b>\",\"scheduled_at\":1700000000000}",
                      201);
  g_assert_nonnull (strstr (member (room, "host_url"), "/host#rm_"));
  g_assert_nonnull (strstr (member (room, "join_url"), "/l/rm_"));
  char *id = g_strdup (member (room, "id"));
  json_decref (room);
  return id;
}

static void
test_states (void)
{
  g_autoptr (World) world = world_new (NULL);
  g_autofree char *id = make_live (world);
  g_autofree char *state = g_strdup_printf ("/v1/rooms/%s/state", id);
  g_autofree char *pins = g_strdup_printf ("/v1/rooms/%s/pins", id);
  g_autofree char *current = g_strdup_printf ("/v1/rooms/%s/pins/current", id);
  g_autofree char *open = g_strdup_printf ("/v1/rooms/%s/live", id);
  json_decref (ask (world, "POST", state, JSON, "{\"to\":\"paused\"}", 409));
  json_decref (ask (world, "POST", state, JSON, "{\"to\":\"flying\"}", 400));
  json_decref (ask (world, "POST", state, JSON, "{\"to\":\"live\"}", 200));
  json_decref (ask (world, "POST", pins, JSON, "{\"sku\":\"lamp\"}", 201));
  json_decref (ask (world, "POST", pins, JSON, "{\"sku\":\"chair\"}", 404));
  json_decref (ask (world, "DELETE", current, "", NULL, 204));
  json_decref (ask (world, "DELETE", current, "", NULL, 404));
  json_t *live = ask (world, "GET", open, "", NULL, 200);
  g_assert_cmpstr (member (live, "state"), ==, "live");
  json_decref (live);
}

/* What stands under a link may be said anew; nothing is changed by half. */
static void
test_edit (void)
{
  g_autoptr (World) world = world_new (NULL);
  g_autofree char *id = make_live (world);
  g_autofree char *path = g_strdup_printf ("/v1/rooms/%s", id);
  g_autofree char *open = g_strdup_printf ("/v1/rooms/%s/live", id);
  g_autofree char *state = g_strdup_printf ("/v1/rooms/%s/state", id);
  json_decref (ask (world, "PATCH", path, JSON,
                    "{\"summary\":\"Two lamps\",\"image\":\"/lamp.svg\",\"host\":\"Lin\","
                    "\"scheduled_at\":1700000060000}",
                    200));
  json_decref (ask (world, "PATCH", path, JSON, "{\"summary\":7,\"host\":\"Wei\"}", 400));
  json_decref (ask (world, "PATCH", path, JSON, "{\"scheduled_at\":-1,\"host\":\"Wei\"}", 400));
  json_decref (ask (world, "PATCH", path, JSON, "{\"image\":\"http://x\",\"host\":\"Wei\"}", 400));
  json_decref (ask (world, "PATCH", path, JSON, "{\"title\":\"\",\"host\":\"Wei\"}", 400));
  json_t *live = ask (world, "GET", open, "", NULL, 200);
  g_assert_cmpstr (member (live, "summary"), ==, "Two lamps");
  g_assert_cmpstr (member (live, "image"), ==, "/lamp.svg");
  g_assert_cmpstr (member (live, "host"), ==, "Lin");
  g_assert_cmpint (json_integer_value (json_object_get (live, "scheduled_at")), ==, 1700000060000);
  json_decref (live);
  json_decref (ask (world, "POST", state, JSON, "{\"to\":\"live\"}", 200));
  json_decref (ask (world, "PATCH", path, JSON, "{\"scheduled_at\":0}", 409));
  json_decref (ask (world, "PATCH", path, JSON, "{\"summary\":\"\"}", 200));
  live = ask (world, "GET", open, "", NULL, 200);
  g_assert_cmpstr (member (live, "summary"), ==, "");
  g_assert_cmpint (json_integer_value (json_object_get (live, "scheduled_at")), ==, 1700000060000);
  json_decref (live);
}

static void
test_calendar (void)
{
  g_autoptr (World) world = world_new (NULL);
  g_autofree char *id = make_live (world);
  g_autofree char *path = g_strdup_printf ("/v1/rooms/%s/calendar.ics", id);
  g_autoptr (Answer) answer = world_ask (world, "GET", path, "", NULL);
  g_assert_cmpuint (answer->status, ==, 200);
  g_assert_nonnull (strstr (answer->body, "DTSTART:20231114T221320Z\r\n"));
  g_assert_nonnull (strstr (answer->body, "SUMMARY:Tea <b>\r\n"));
}

/* What a messenger shows of a link; what a host wrote is text there too. */
static void
test_preview (void)
{
  g_autofree char *folder = g_dir_make_tmp ("parlor-preview-XXXXXX", NULL);
  g_autofree char *page = g_build_filename (folder, "live.html", NULL);
  g_assert_true (g_file_set_contents (page, "<html><head></head></html>", -1, NULL));
  g_autoptr (World) world = world_new (&(WorldSpec){.web_dir = folder});
  g_autofree char *id = make_live (world);
  g_autofree char *path = g_strdup_printf ("/v1/rooms/%s", id);
  json_decref (ask (world, "PATCH", path, JSON,
                    "{\"summary\":\"Two \\\"lamps\\\"\",\"image\":\"/lamp.svg\"}", 200));
  g_autofree char *link = g_strdup_printf ("/l/%s", id);
  g_autoptr (Answer) answer = world_ask (world, "GET", link, "", NULL);
  g_assert_cmpuint (answer->status, ==, 200);
  g_assert_nonnull (strstr (answer->body, "\"og:title\" content=\"Tea &lt;b&gt;\""));
  g_assert_nonnull (strstr (answer->body, "\"og:description\" content=\"Two &quot;lamps&quot;\""));
  const char *image = strstr (answer->body, "\"og:image\" content=\"http");
  g_assert_nonnull (image);
  g_assert_nonnull (strstr (image, "/lamp.svg\""));
  g_assert_nonnull (strstr (answer->body, "\"og:url\" content=\"http"));
  g_assert_nonnull (strstr (answer->body, "</head></html>"));
  g_autoptr (Answer) old = world_ask (world, "GET", "/l/rm_none", "", NULL);
  g_assert_cmpuint (old->status, ==, 404);
  g_assert_null (strstr (old->body, "og:title"));
  g_unlink (page);
  g_rmdir (folder);
}

/* A viewer is told everything; speaks by comments alone; the host's hand is not his. */
static void
test_viewer (void)
{
  g_autoptr (World) world = world_new (NULL);
  g_autofree char *id = make_live (world);
  g_autoptr (Peer) host = peer_new (world);
  g_autoptr (Peer) viewer = peer_new (world);
  json_decref (peer_join (host, id, "h", PARLOR_ROLE_HOST));
  json_t *welcome = peer_join (viewer, id, "v", PARLOR_ROLE_VIEWER);
  g_assert_cmpuint (json_array_size (json_object_get (welcome, "participants")), ==, 1);
  json_decref (welcome);
  json_t *live = peer_expect (viewer, "live");
  g_assert_null (json_object_get (live, "blocked"));
  g_assert_cmpuint (json_array_size (json_object_get (live, "shelf")), ==, 1);
  g_assert_null (json_object_get (json_array_get (json_object_get (live, "shelf"), 0), "url"));
  json_decref (live);
  peer_send (viewer, "{\"t\":\"live\",\"id\":7,\"state\":\"live\"}");
  json_t *refused = peer_expect (viewer, "error");
  g_assert_cmpstr (member (refused, "code"), ==, "forbidden");
  json_decref (refused);
  peer_send (host, "{\"t\":\"live\",\"state\":\"live\"}");
  json_decref (peer_expect (viewer, "live_state"));
  peer_send (host, "{\"t\":\"pin\",\"sku\":\"lamp\"}");
  json_t *pinned = peer_expect (viewer, "pinned");
  g_assert_cmpstr (member (json_object_get (pinned, "pin"), "sku"), ==, "lamp");
  json_decref (pinned);
  peer_send (viewer, "{\"t\":\"comment\",\"id\":8,\"client_id\":\"c1\",\"text\":\"hello\"}");
  json_t *own = peer_expect (viewer, "comment");
  g_assert_cmpint (json_integer_value (json_object_get (own, "id")), ==, 8);
  json_decref (own);
  json_t *all = peer_expect (host, "comments");
  g_assert_cmpuint (json_array_size (json_object_get (all, "comments")), ==, 1);
  json_decref (all);
  peer_send (viewer, "{\"t\":\"chat\",\"id\":9,\"client_id\":\"c2\",\"text\":\"hello\"}");
  refused = peer_expect (viewer, "error");
  g_assert_cmpstr (member (refused, "code"), ==, "forbidden");
  json_decref (refused);
}

static void
test_meeting (void)
{
  g_autoptr (World) world = world_new (NULL);
  json_t *room = ask (world, "POST", "/v1/rooms", JSON, "{}", 201);
  g_autoptr (Peer) host = peer_new (world);
  json_decref (peer_join (host, member (room, "id"), "h", PARLOR_ROLE_HOST));
  peer_send (host, "{\"t\":\"comment\",\"id\":8,\"client_id\":\"c1\",\"text\":\"hello\"}");
  json_t *refused = peer_expect (host, "error");
  g_assert_cmpstr (member (refused, "code"), ==, "not_found");
  json_decref (refused);
  json_decref (room);
}

/* ---- ways to the stage ---------------------------------------------------------------------- */

static ParlorClaims *
claims_of (World *world, const char *token)
{
  ParlorAuth *auth = parlor_keyring_auth (world->keyring);
  ParlorClaims *claims = auth->verify (auth, token, world->clock.wall_ms (&world->clock), NULL);
  g_assert_nonnull (claims);
  return claims;
}

static void
test_console (void)
{
  g_autoptr (World) world = world_new (NULL);
  g_autofree char *id = make_live (world);
  g_autofree char *path = g_strdup_printf ("/v1/rooms/%s/console", id);
  json_t *host = ask (world, "POST", path, JSON, "{\"as\":\"host\"}", 201);
  g_autoptr (ParlorClaims) his = claims_of (world, member (host, "token"));
  g_assert_cmpint (his->role, ==, PARLOR_ROLE_HOST);
  g_assert_cmpint (his->granted, ==, PARLOR_RIGHTS_PUBLISH | PARLOR_RIGHT_SUBSCRIBE);
  g_assert_nonnull (strstr (member (host, "url"), "/host#rm_"));

  json_t *key = ask (world, "POST", path, JSON, "{\"as\":\"encoder\",\"name\":\"OBS\"}", 201);
  g_autoptr (ParlorClaims) encoder = claims_of (world, member (key, "token"));
  g_assert_cmpint (encoder->role, ==, PARLOR_ROLE_MEMBER);
  g_assert_cmpint (encoder->granted, ==,
                   PARLOR_RIGHT_PUBLISH_MICROPHONE | PARLOR_RIGHT_PUBLISH_CAMERA
                       | PARLOR_RIGHT_RECORD);
  g_autofree char *way = g_strdup_printf ("/whip/%s/%s", id, encoder->identity);
  g_assert_true (g_str_has_suffix (member (key, "url"), way));

  json_t *helper = ask (world, "POST", path, JSON, "{\"as\":\"assistant\"}", 201);
  g_autoptr (ParlorClaims) hers = claims_of (world, member (helper, "token"));
  g_assert_cmpint (hers->role, ==, PARLOR_ROLE_HOST);
  g_assert_cmpint (hers->granted, ==, PARLOR_RIGHT_SUBSCRIBE);
  json_decref (host);
  json_decref (key);
  json_decref (helper);
}

/* Who has a token hands on what he has, and for no longer. */
static void
test_console_by_token (void)
{
  g_autoptr (World) world = world_new (NULL);
  g_autofree char *id = make_live (world);
  g_autofree char *path = g_strdup_printf ("/v1/rooms/%s/console", id);
  json_t *helper = ask (world, "POST", path, JSON, "{\"as\":\"assistant\"}", 201);
  g_autofree char *bearer = world_bearer (member (helper, "token"));
  g_autofree char *headers = g_strconcat (bearer, JSON, NULL);
  json_decref (ask (world, "POST", path, headers, "{\"as\":\"host\"}", 403));
  json_decref (ask (world, "POST", path, headers, "{\"as\":\"encoder\"}", 403));
  world->wall_offset_ms += 3600 * 1000;
  json_t *second = ask (world, "POST", path, headers, "{\"as\":\"assistant\"}", 201);
  /* A token's end is a whole second. */
  g_assert_cmpint (json_integer_value (json_object_get (second, "expires_at")), <=,
                   json_integer_value (json_object_get (helper, "expires_at")));
  g_autofree char *viewer = world_token (world, id, "v", PARLOR_ROLE_VIEWER);
  g_autofree char *viewers = world_bearer (viewer);
  g_autofree char *asked = g_strconcat (viewers, JSON, NULL);
  json_decref (ask (world, "POST", path, asked, "{\"as\":\"assistant\"}", 403));
  json_decref (ask (world, "POST", path, JSON, "{\"as\":\"king\"}", 400));
  json_t *room = ask (world, "POST", "/v1/rooms", JSON, "{}", 201);
  g_autofree char *meeting = g_strdup_printf ("/v1/rooms/%s/console", member (room, "id"));
  json_decref (ask (world, "POST", meeting, JSON, "{\"as\":\"host\"}", 404));
  json_decref (second);
  json_decref (helper);
  json_decref (room);
}

/* Asked by a host, a viewer is told and nothing more; he says yes and gets what he publishes by. */
static void
test_invited (void)
{
  g_autoptr (World) world = world_new (NULL);
  g_autofree char *id = make_live (world);
  g_autoptr (Peer) host = peer_new (world);
  g_autoptr (Peer) viewer = peer_new (world);
  json_decref (peer_join (host, id, "h", PARLOR_ROLE_HOST));
  json_t *welcome = peer_join (viewer, id, "v", PARLOR_ROLE_VIEWER);
  g_autofree char *call = g_strdup_printf (
      "{\"t\":\"stage\",\"id\":4,\"on\":true,\"participant\":\"%s\"}",
      member (welcome, "participant"));
  json_decref (welcome);
  peer_send (host, "{\"t\":\"live\",\"state\":\"live\"}");
  json_decref (peer_expect (viewer, "live_state"));
  peer_send (host, call);
  json_t *asked = peer_expect (viewer, "stage");
  g_assert_true (json_is_true (json_object_get (asked, "invited")));
  g_assert_false (json_is_true (json_object_get (asked, "on")));
  g_assert_null (json_object_get (asked, "token"));
  json_decref (asked);
  json_t *guests = peer_expect (host, "guests");
  json_t *first = json_array_get (json_object_get (guests, "guests"), 0);
  g_assert_true (json_is_true (json_object_get (first, "invited")));
  g_assert_false (json_is_true (json_object_get (first, "on_stage")));
  json_decref (guests);
  peer_send (viewer, "{\"t\":\"stage\",\"on\":false}");
  json_decref (peer_expect (viewer, "stage"));
  guests = peer_expect (host, "guests");
  g_assert_cmpuint (json_array_size (json_object_get (guests, "guests")), ==, 0);
  json_decref (guests);
}

/* ---- waiting players ------------------------------------------------------------------------ */

typedef struct
{
  ParlorHls hls;
  GArray *waits; /* of Waiting */
} Encoder;

typedef struct
{
  ParlorHlsAnswerFunc func;
  gpointer user_data;
} Waiting;

static gboolean
not_there_yet (ParlorHls *hls, const ParlorHlsRequest *request, ParlorHlsAnswer *answer)
{
  return FALSE;
}

static void
keep_waiting (ParlorHls *hls, const ParlorHlsRequest *request, ParlorHlsAnswerFunc func,
              gpointer user_data)
{
  Waiting waiting = {func, user_data};
  g_array_append_val (((Encoder *)hls)->waits, waiting);
}

static gboolean
two_wait (gpointer data)
{
  return ((Encoder *)data)->waits->len == 2;
}

static void
let_go (Encoder *encoder)
{
  for (guint i = 0; i < encoder->waits->len; i++)
    {
      ParlorHlsAnswer answer = {.status = 503};
      const Waiting *waiting = &g_array_index (encoder->waits, Waiting, i);
      waiting->func (&answer, waiting->user_data);
    }
  g_array_set_size (encoder->waits, 0);
}

/* Who opens connections without end takes nobody's place but his own. */
static void
test_waiting (void)
{
  g_autoptr (World) world = world_new (NULL);
  g_autofree char *id = make_live (world);
  g_autoptr (GArray) waits = g_array_new (FALSE, FALSE, sizeof (Waiting));
  Encoder encoder = {{not_there_yet, keep_waiting}, waits};
  g_autofree char *path = g_strdup_printf ("/hls/%s/live.m3u8?_HLS_msn=9", id);
  g_autofree char *text = g_strdup_printf (
      "GET %s HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n", path);
  world->site->spec.hls = &encoder.hls;
  parlor_tally_free (world->site->hls_waits);
  world->site->hls_waits = parlor_tally_new (2);
  for (guint round = 0; round < 2; round++)
    {
      int one = world_connect (world), two = world_connect (world);
      world_write (world, one, text, strlen (text));
      world_write (world, two, text, strlen (text));
      world_until (world, two_wait, &encoder);
      json_decref (ask (world, "GET", path, "", NULL, 429));
      let_go (&encoder);
      g_autoptr (GString) first = world_read_to_end (world, one, NULL);
      g_autoptr (GString) second = world_read_to_end (world, two, NULL);
      g_assert_nonnull (strstr (first->str, " 503 "));
      g_assert_nonnull (strstr (second->str, " 503 "));
      close (one);
      close (two);
    }
}

static void
fill (guint8 *out, gsize size, gpointer user_data)
{
  for (gsize i = 0; i < size; i++)
    out[i] = (guint8)g_random_int ();
}

/* Who comes beyond the newcomers of a network is not kept, nor is a link of his. */
static void
test_sharing (void)
{
  static const ParlorRandom random = {fill, NULL};
  g_autoptr (World) world = world_new (NULL);
  g_autoptr (ParlorInvites) invites = parlor_invites_new (NULL, &random);
  g_autofree char *id = make_live (world);
  g_autofree char *path = g_strdup_printf ("/v1/rooms/%s/invite", id);
  world->site->spec.invites = invites;
  parlor_rate_limit_free (world->site->new_visitors);
  world->site->new_visitors = parlor_rate_limit_new (1, 1, 16);
  json_t *first = ask (world, "POST", path, "", NULL, 200);
  g_assert_nonnull (parlor_invites_find (invites, member (first, "id")));
  for (guint i = 0; i < 3; i++)
    {
      json_t *next = ask (world, "POST", path, "", NULL, 200);
      g_assert_true (json_is_null (json_object_get (next, "id")));
      g_assert_true (g_str_has_suffix (member (next, "url"), id));
      json_decref (next);
    }
  g_autofree char *link = g_strdup_printf ("/i/%s", member (first, "id"));
  ask (world, "GET", link, "", NULL, 303);
  g_assert_cmpint (parlor_invites_find (invites, member (first, "id"))->opened, ==, 1);
  g_assert_cmpint (parlor_invites_find (invites, member (first, "id"))->came, ==, 0);
  g_assert_cmpuint (parlor_invites_count (invites, PARLOR_DEMO_BRAND), ==, 1);
  json_decref (first);
}

#define BEFORE 200
#define AT_ONCE 10050
#define AFTER 100

static void
say (ParlorStore *store, const char *room, guint n, gint64 at_room_ms)
{
  g_autofree char *id = g_strdup_printf ("cmt_%06u", n);
  ParlorComment comment = {.id = id,
                           .room = (char *)room,
                           .client_id = (char *)"c",
                           .person = (char *)"pt_1",
                           .visitor = (char *)"",
                           .name = (char *)"Bo",
                           .text = (char *)"hello",
                           .room_ms = at_room_ms};
  ParlorRecordSink *sink = parlor_store_records (store);
  sink->put (sink, &parlor_comment_kind, &comment);
}

static void
on_dispatch (uv_timer_t *timer)
{
  ParlorStore *store = timer->data;
  store->ops->dispatch (store);
}

/* Of one instant there may be more than the store answers at once, and something comes after it. */
static void
test_all_that_was_said (void)
{
  ParlorStore *store = parlor_store_memory_new ();
  World *world = world_new (NULL);
  uv_timer_t timer = {.data = store};
  g_autofree char *id = make_live (world);
  g_autofree char *path = g_strdup_printf ("/v1/rooms/%s/comments?format=csv", id);
  world->site->spec.records = parlor_store_records (store);
  uv_timer_init (&world->loop, &timer);
  uv_timer_start (&timer, on_dispatch, 1, 1);
  /* Ids that do not stand in the order of time. */
  for (guint n = 0; n < AFTER; n++)
    say (store, id, n, 9);
  for (guint n = 0; n < AT_ONCE; n++)
    say (store, id, AFTER + n, 5);
  for (guint n = 0; n < BEFORE; n++)
    say (store, id, AFTER + AT_ONCE + n, 1);
  say (store, "rm_other", 999999, 5);
  g_autoptr (Answer) answer = world_ask (world, "GET", path, "", NULL);
  g_assert_cmpuint (answer->status, ==, 200);
  g_auto (GStrv) lines = g_strsplit (answer->body, "\r\n", -1);
  g_autoptr (GHashTable) ids = g_hash_table_new (g_str_hash, g_str_equal);
  gint64 last_ms = 0;
  for (guint i = 1; lines[i] && *lines[i]; i++)
    {
      gint64 at_ms = g_ascii_strtoll (lines[i], NULL, 10);
      g_assert_cmpint (at_ms, >=, last_ms);
      last_ms = at_ms;
      g_assert_true (g_hash_table_add (ids, strrchr (lines[i], ',')));
    }
  g_assert_cmpuint (g_hash_table_size (ids), ==, BEFORE + AT_ONCE + AFTER);
  uv_close ((uv_handle_t *)&timer, NULL);
  world_free (world);
  store->ops->close (store, 0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/http/live/states-and-pins-of-a-live-room", test_states);
  g_test_add_func ("/http/live/what-is-said-of-it-is-changed-whole-or-not", test_edit);
  g_test_add_func ("/http/live/the-calendar-names-the-date", test_calendar);
  g_test_add_func ("/http/live/a-link-says-what-it-leads-to-before-it-is-opened", test_preview);
  g_test_add_func ("/http/live/a-viewer-sees-all-and-only-comments", test_viewer);
  g_test_add_func ("/http/live/a-meeting-is-no-live-room", test_meeting);
  g_test_add_func ("/http/live/ways-to-the-stage-are-for-hosts-assistants-encoders", test_console);
  g_test_add_func ("/http/live/a-token-hands-on-no-more-than-it-has", test_console_by_token);
  g_test_add_func ("/http/live/who-is-asked-onto-the-stage-is-told-and-no-more", test_invited);
  g_test_add_func ("/http/live/all-that-was-said-is-a-table-whatever-was-said-at-once",
                   test_all_that_was_said);
  g_test_add_func ("/http/live/who-is-not-kept-shares-the-plain-link", test_sharing);
  g_test_add_func ("/http/live/so-many-players-of-one-address-wait", test_waiting);
  return g_test_run ();
}
