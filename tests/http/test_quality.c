/* SPDX-License-Identifier: Apache-2.0 */
/* The record of a room's quality: who may read it, what is in it, and that it outlives the room. */
#include "world.h"

#include <string.h>

#include "brand/keys.h"
#include "http/qualityfile.h"
#include "store/memory.h"

typedef struct
{
  World *world;
  ParlorStore *store;
  uv_timer_t timer;
  char *key; /* header lines of a key of the demo's brand, as the next */
  ParlorRoom *room;
  char id[PARLOR_ID_SIZE];
} Fixture;

static void
on_timer (uv_timer_t *timer)
{
  ParlorStore *store = timer->data;
  store->ops->dispatch (store);
}

static char *
key_lines (const char *key, const char *secret)
{
  g_autofree char *text = g_strdup_printf ("%s:%s", key, secret);
  g_autofree char *encoded = g_base64_encode ((const guchar *)text, strlen (text));
  return g_strdup_printf ("Authorization: Basic %s\r\n", encoded);
}

static void
set_up (Fixture *f, gconstpointer data)
{
  f->store = parlor_store_memory_new ();
  f->world = world_new (&(WorldSpec){.strict = TRUE, .store = f->store});
  f->world->site->spec.records = parlor_store_records (f->store);
  uv_timer_init (&f->world->loop, &f->timer);
  f->timer.data = f->store;
  uv_timer_start (&f->timer, on_timer, 1, 1);
  f->key = key_lines (WORLD_KEY, WORLD_SECRET);
  f->room = world_room (f->world, "hall");
  g_strlcpy (f->id, parlor_room_info (f->room)->id, sizeof f->id);
}

static void
tear_down (Fixture *f, gconstpointer data)
{
  uv_close ((uv_handle_t *)&f->timer, NULL);
  world_free (f->world);
  f->store->ops->close (f->store, 0);
  g_free (f->key);
}

#define OFFER                                                                                      \
  "{\"t\":\"offer\",\"id\":2,\"sdp\":\"v=0\",\"senders\":[{\"mid\":\"0\",\"source\":\"camera\"}]," \
  "\"slots\":[]}"

/* Somebody comes in, and the media plane tells of him. */
static Peer *
enter (Fixture *f, const char *identity, ParlorRole role)
{
  Peer *peer = peer_new (f->world);
  json_decref (peer_join (peer, f->id, identity, role));
  peer_send (peer, OFFER);
  json_decref (peer_expect (peer, "answer"));
  const ParlorMediaEvent event = {.type = PARLOR_MEDIA_QUALITY,
                                  .endpoint = f->world->fake.last_endpoint,
                                  .quality = {.loss_up = role == PARLOR_ROLE_HOST ? 0 : 0.25,
                                              .rtt_ms = 41,
                                              .jitter_up_ms = -1,
                                              .jitter_down_ms = 7,
                                              .estimate_down_bps = 900000,
                                              .height_up = 360,
                                              .fps_up = 20,
                                              .b_frames = role == PARLOR_ROLE_MEMBER}};
  f->world->fake.event (&event, f->world->fake.event_data);
  json_decref (peer_expect (peer, "quality"));
  return peer;
}

static guint
ask (Fixture *f, const char *lines, const char *rest, Answer **out)
{
  g_autofree char *path = g_strdup_printf ("/v1/rooms/%s/quality%s", f->id, rest);
  g_autoptr (Answer) answer = world_ask (f->world, "GET", path, lines, NULL);
  guint status = answer->status;
  if (out)
    *out = g_steal_pointer (&answer);
  return status;
}

static json_int_t
first_loss (const json_t *stay)
{
  const json_t *sample = json_array_get (json_object_get (stay, "samples"), 0);
  return json_integer_value (json_array_get (sample, PARLOR_QUALITY_LOSS_UP));
}

static void
test_json (Fixture *f, gconstpointer data)
{
  g_autoptr (Peer) host = enter (f, "h", PARLOR_ROLE_HOST);
  g_autoptr (Peer) guest = enter (f, "g", PARLOR_ROLE_MEMBER);
  g_autoptr (Answer) answer = NULL;
  g_assert_false (host->ended || guest->ended);
  g_assert_cmpuint (ask (f, f->key, "", &answer), ==, 200);
  g_autofree char *name = answer_header (answer, "Content-Disposition");
  g_assert_nonnull (strstr (name, f->id));
  json_t *json = answer_json (answer);
  const json_t *fields = json_object_get (json, "fields"), *stays = json_object_get (json, "stays");
  g_assert_cmpstr (member (json, "room"), ==, f->id);
  g_assert_cmpuint (json_array_size (stays), ==, 2);
  /* both may have come in the same millisecond */
  const json_t *stay = json_array_get (stays, first_loss (json_array_get (stays, 0)) == 0);
  const json_t *sample = json_array_get (json_object_get (stay, "samples"), 0);
  g_assert_cmpstr (member (stay, "kind"), ==, "page");
  g_assert_cmpuint (json_array_size (sample), ==, json_array_size (fields));
  g_assert_cmpint (json_integer_value (json_array_get (sample, PARLOR_QUALITY_LOSS_UP)), ==, 2500);
  g_assert_cmpint (json_integer_value (json_array_get (sample, PARLOR_QUALITY_RTT_MS)), ==, 41);
  g_assert_true (json_is_null (json_array_get (sample, PARLOR_QUALITY_JITTER_UP_MS)));
  g_assert_cmpstr (json_string_value (json_array_get (fields, PARLOR_QUALITY_RTT_MS)), ==,
                   "rtt_ms");
  g_assert_null (strstr (answer->body, "\"g\"")); /* no identity, no name */
  json_decref (json);
}

static void
test_csv (Fixture *f, gconstpointer data)
{
  g_autoptr (Peer) host = enter (f, "h", PARLOR_ROLE_HOST);
  g_autoptr (Answer) answer = NULL;
  g_assert_cmpuint (ask (f, f->key, "?format=csv", &answer), ==, 200);
  g_autofree char *type = answer_header (answer, "Content-Type");
  g_assert_true (g_str_has_prefix (type, "text/csv"));
  g_auto (GStrv) lines = g_strsplit (answer->body, "\r\n", -1);
  g_assert_cmpuint (g_strv_length (lines), ==, 3);
  g_auto (GStrv) head = g_strsplit (lines[0], ",", -1), row = g_strsplit (lines[1], ",", -1);
  g_assert_cmpuint (g_strv_length (head), ==, 4 + PARLOR_QUALITY_N_FIELDS);
  g_assert_cmpuint (g_strv_length (row), ==, g_strv_length (head));
  g_assert_true (g_str_has_prefix (row[0], "pt_"));
  g_assert_cmpstr (row[4 + PARLOR_QUALITY_RTT_MS], ==, "41");
  g_assert_cmpstr (row[4 + PARLOR_QUALITY_JITTER_UP_MS], ==, "");
  g_assert_cmpuint (ask (f, f->key, "?format=xml", NULL), ==, 400);
}

static void
test_who (Fixture *f, gconstpointer data)
{
  g_autoptr (Peer) host = enter (f, "h", PARLOR_ROLE_HOST);
  World *world = f->world;
  world_room (world, "other");
  g_autofree char *host_token = world_token (world, "hall", "h", PARLOR_ROLE_HOST);
  g_autofree char *guest_token = world_token (world, "hall", "g", PARLOR_ROLE_MEMBER);
  g_autofree char *other_token = world_token (world, "other", "h", PARLOR_ROLE_HOST);
  g_autofree char *as_host = world_bearer (host_token), *as_guest = world_bearer (guest_token),
                  *as_other = world_bearer (other_token);
  const ParlorBrand *brand = parlor_brands_add (world->brands, "shop", "Shop", 1, NULL);
  const ParlorApiKey *key = parlor_keys_add (world->brands, brand->id, "k", PARLOR_EVERY_SCOPE, 1,
                                             NULL);
  g_autofree char *as_brand = key_lines (key->id, key->secret);
  g_assert_cmpuint (ask (f, as_host, "", NULL), ==, 200);
  g_assert_cmpuint (ask (f, as_guest, "", NULL), ==, 403);
  g_assert_cmpuint (ask (f, as_other, "", NULL), ==, 403);
  g_assert_cmpuint (ask (f, as_brand, "", NULL), ==, 404);
  g_assert_cmpuint (ask (f, "", "", NULL), ==, 401);
}

static void
test_after_the_end (Fixture *f, gconstpointer data)
{
  g_autoptr (Peer) host = enter (f, "h", PARLOR_ROLE_HOST);
  g_autofree char *token = world_token (f->world, f->id, "h", PARLOR_ROLE_HOST);
  g_autofree char *as_host = world_bearer (token);
  g_autoptr (Answer) answer = NULL;
  peer_send (host, "{\"t\":\"end\"}");
  g_assert_cmpuint (peer_closed (host), ==, 4404);
  g_assert_null (parlor_rooms_find (f->world->rooms, f->id));
  g_assert_cmpuint (ask (f, as_host, "", &answer), ==, 200);
  json_t *json = answer_json (answer);
  g_assert_cmpuint (json_array_size (json_object_get (json, "stays")), ==, 1);
  json_decref (json);
  g_strlcpy (f->id, "rm_nobodys", sizeof f->id);
  g_assert_cmpuint (ask (f, f->key, "", NULL), ==, 404);
}

static void
test_empty_room (Fixture *f, gconstpointer data)
{
  g_autoptr (Answer) answer = NULL;
  g_assert_cmpuint (ask (f, f->key, "", &answer), ==, 200);
  json_t *json = answer_json (answer);
  g_assert_cmpuint (json_array_size (json_object_get (json, "stays")), ==, 0);
  json_decref (json);
}

/* What a host's page asks for over its socket. */
static void
test_host_sees_each (Fixture *f, gconstpointer data)
{
  g_autoptr (Peer) host = enter (f, "h", PARLOR_ROLE_HOST),
                   guest = enter (f, "g", PARLOR_ROLE_MEMBER);
  peer_send (guest, "{\"t\":\"stats\",\"frames\":50,\"freezes\":3,\"freeze_ms\":700,"
                    "\"concealed\":4800}");
  peer_send (guest, "{\"t\":\"room_quality\",\"id\":3}");
  json_t *json = peer_expect (guest, "error");
  g_assert_cmpstr (member (json, "code"), ==, "forbidden");
  json_decref (json);
  peer_send (host, "{\"t\":\"room_quality\",\"id\":3}");
  json = peer_expect (host, "room_quality");
  const json_t *people = json_object_get (json, "people"), *worst = json_array_get (people, 0);
  g_assert_cmpint (json_integer_value (json_object_get (json, "id")), ==, 3);
  g_assert_cmpuint (json_array_size (people), ==, 2);
  g_assert_cmpint (json_integer_value (json_object_get (worst, "level")), ==, 1);
  g_assert_cmpfloat (json_real_value (json_object_get (worst, "loss_up")), ==, 0.25);
  g_assert_cmpint (json_integer_value (json_object_get (worst, "freezes")), ==, 3);
  g_assert_cmpint (json_integer_value (json_object_get (worst, "height_up")), ==, 360);
  g_assert_cmpint (json_integer_value (json_object_get (worst, "fps_up")), ==, 20);
  g_assert_true (json_is_true (json_object_get (worst, "b_frames")));
  g_assert_true (json_is_false (json_object_get (json_array_get (people, 1), "b_frames")));
  json_decref (json);
}

/* Whatever stands in a row, the file stays one: nothing of it is markup or a formula. */
static void
test_hostile_row (void)
{
  static const guint8 junk[] = {1, 26, 0xff, 0xff, 0xff};
  g_autoptr (GBytes) bytes = g_bytes_new_static (junk, sizeof junk);
  ParlorQualityRow row = {.room = "rm_1",
                          .participant = "=cmd|'\"\n",
                          .kind = "a,b",
                          .brand = "br_1",
                          .from_ms = G_MAXINT64,
                          .samples = bytes};
  const ParlorQualityRow *rows[] = {&row};
  GString *json = parlor_quality_to_json ("\"<", rows, 1), *csv = parlor_quality_to_csv (rows, 1);
  json_t *parsed = json_loads (json->str, 0, NULL);
  g_assert_nonnull (parsed);
  g_assert_null (strstr (csv->str, "cmd"));
  json_decref (parsed);
  g_string_free (json, TRUE);
  g_string_free (csv, TRUE);
}

static void
add_histogram (ParlorMetricsPage *page, gpointer user_data)
{
  static const double bounds[] = {0.25, 0.5};
  static const guint64 counts[] = {3, 2, 1};
  parlor_metrics_add_histogram (page, "a_seconds", bounds, G_N_ELEMENTS (bounds), counts, 1.5);
}

static void
test_histogram (void)
{
  g_autoptr (ParlorMetrics) metrics = parlor_metrics_new ();
  parlor_metrics_add_source (metrics, add_histogram, NULL);
  g_autofree char *text = parlor_metrics_print (metrics);
  g_assert_nonnull (strstr (text, "# TYPE a_seconds histogram\n"
                                  "a_seconds_bucket{le=\"0.25\"} 3\n"
                                  "a_seconds_bucket{le=\"0.5\"} 5\n"
                                  "a_seconds_bucket{le=\"+Inf\"} 6\n"
                                  "a_seconds_sum 1.5\n"
                                  "a_seconds_count 6\n"));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define TEST(path, test) g_test_add ("/http/quality/" path, Fixture, NULL, set_up, test, tear_down)
  TEST ("json-has-each-stay-and-no-name", test_json);
  TEST ("csv-has-a-line-a-sample", test_csv);
  TEST ("hosts-and-keys-of-the-brand-read-it", test_who);
  TEST ("it-outlives-the-room", test_after_the_end);
  TEST ("a-room-without-people-has-none", test_empty_room);
  TEST ("a-host-sees-each-the-worst-first", test_host_sees_each);
  g_test_add_func ("/http/quality/a-row-breaks-no-file", test_hostile_row);
  g_test_add_func ("/http/quality/a-histogram-is-as-prometheus-reads-it", test_histogram);
  return g_test_run ();
}
