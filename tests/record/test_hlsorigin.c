/* SPDX-License-Identifier: Apache-2.0 */
/* Which rooms have a place, without a process: nothing is on stage there. Who waits, and what ends
 * a process: this program itself plays parlor-hls (PACKER in its environment says how). */
#include "record/hlsorigin.h"
#include "record/hlswire.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* By a name that passes to children (record/childenv.h). */
#define PACKER "PARLOR_CHILD_TEST_PACKER"
#define PATIENCE_US (30 * G_USEC_PER_SEC)

typedef struct
{
  uv_loop_t loop;
  ParlorHlsOrigin *origin;
  GHashTable *turned_away; /* room → itself: its waiter was answered */
} World;

static gboolean
nothing_on_stage (const char *room, ParlorHlsSources *sources, gpointer user_data)
{
  *sources = (ParlorHlsSources){{0, PARLOR_SOURCE_NONE}, {0, PARLOR_SOURCE_NONE}};
  return TRUE;
}

static void
begin (World *world)
{
  ParlorHlsSpec spec = {
      .loop = &world->loop, .program = "/nonexistent", .sources = nothing_on_stage};
  uv_loop_init (&world->loop);
  world->origin = parlor_hls_origin_new (&spec);
  world->turned_away = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
}

static void
end (World *world)
{
  parlor_hls_origin_free (world->origin);
  uv_run (&world->loop, UV_RUN_DEFAULT);
  g_assert_cmpint (uv_loop_close (&world->loop), ==, 0);
  g_hash_table_unref (world->turned_away);
}

typedef struct
{
  World *world;
  char *room;
} Wait;

static void
on_answer (ParlorHlsAnswer *answer, gpointer user_data)
{
  Wait *wait = user_data;
  g_assert_cmpuint (answer->status, ==, 503);
  g_hash_table_add (wait->world->turned_away, wait->room);
  g_free (wait);
}

/* Room `n` of the brand; FALSE: it got no place. */
static gboolean
ask (World *world, const char *brand, guint n)
{
  g_autofree char *room = g_strdup_printf ("%s%u", brand, n);
  ParlorHlsRequest request = {.room = room, .brand = brand, .file = "live.m3u8"};
  ParlorHlsAnswer answer;
  ParlorHls *hls = parlor_hls_origin_get (world->origin);
  if (hls->fetch (hls, &request, &answer))
    {
      g_assert_cmpuint (answer.status, ==, 503);
      return FALSE;
    }
  Wait *wait = g_new (Wait, 1);
  *wait = (Wait){world, g_steal_pointer (&room)};
  request.room = wait->room;
  hls->wait (hls, &request, on_answer, wait);
  return TRUE;
}

static guint
n_rooms (const World *world)
{
  return parlor_hls_origin_stats (world->origin).rooms;
}

static void
test_share (void)
{
  World world;
  begin (&world);
  for (guint i = 0; i < PARLOR_HLS_ROOMS; i++)
    g_assert_true (ask (&world, "a", i));
  g_assert_false (ask (&world, "a", 8));
  for (guint i = 0; i < 4; i++)
    g_assert_true (ask (&world, "b", i));
  g_assert_false (ask (&world, "b", 4));
  g_assert_true (ask (&world, "c", 0));
  g_assert_cmpuint (n_rooms (&world), ==, PARLOR_HLS_ROOMS);
  g_assert_cmpuint (g_hash_table_size (world.turned_away), ==, 5);
  end (&world);
}

static void
test_least_asked (void)
{
  World world;
  begin (&world);
  for (guint i = 0; i < PARLOR_HLS_ROOMS; i++)
    for (guint k = 0; k < (i == 3 ? 1 : 3); k++)
      g_assert_true (ask (&world, "a", i));
  g_assert_true (ask (&world, "b", 0));
  g_assert_cmpuint (g_hash_table_size (world.turned_away), ==, 1);
  g_assert_true (g_hash_table_contains (world.turned_away, "a3"));
  /* Who has a place keeps it, however full it is. */
  g_assert_true (ask (&world, "a", 0));
  g_assert_false (ask (&world, "a", 3));
  end (&world);
}

/* ---- on stage ------------------------------------------------------------------------------- */

static void
put (ParlorHlsType type, const char *body)
{
  guint8 head[PARLOR_HLS_HEAD_BYTES];
  parlor_hls_head_write (&(ParlorHlsHead){type, TRUE, 400000, 1000000}, (guint32)strlen (body),
                         head);
  if (write (STDOUT_FILENO, head, sizeof head) < 0
      || write (STDOUT_FILENO, body, strlen (body)) < 0)
    exit (EXIT_FAILURE);
}

/* As parlor-hls: it ends with its picture's tap. */
static int
play_packer (const char *how)
{
  guint8 byte;
  if (!strcmp (how, "liar"))
    put (PARLOR_HLS_INIT,
         "an init, and then what is no stream of messages; it is not asked to stop");
  else
    put (PARLOR_HLS_INIT, "init");
  for (guint i = 0; i < 8 && !strcmp (how, "good"); i++)
    put (PARLOR_HLS_PART, "part");
  if (!strcmp (how, "liar") && write (STDOUT_FILENO, "PHLT 24 bytes that are no head", 30) < 0)
    return EXIT_FAILURE;
  while (!strcmp (how, "dead") ? FALSE : read (3, &byte, 1) > 0)
    ;
  return EXIT_SUCCESS;
}

typedef struct
{
  ParlorMedia media; /* first */
  uv_loop_t loop;
  ParlorHlsOrigin *origin;
  gboolean on_air;
  ParlorSourceRef picture;
  int tap; /* our end of the last one that was opened; -1 = none */
  guint n_answers, statuses[4];
  gsize bytes;
} Stage;

static gboolean
tap_open (ParlorMedia *media, ParlorEndpointId endpoint, ParlorSourceKind kind, int fd,
          GError **error)
{
  Stage *stage = (Stage *)media;
  if (stage->tap >= 0)
    close (stage->tap);
  stage->tap = fd;
  return TRUE;
}

static char *
tap_codecs (ParlorMedia *media, ParlorEndpointId endpoint, ParlorSourceKind kind)
{
  return g_strdup ("96=VP9/90000");
}

static gboolean
on_stage (const char *room, ParlorHlsSources *sources, gpointer user_data)
{
  Stage *stage = user_data;
  *sources = (ParlorHlsSources){stage->picture, {0, PARLOR_SOURCE_NONE}};
  return stage->on_air;
}

static gint64
date_ms (const char *room, gint64 mono_us, gpointer user_data)
{
  return mono_us / 1000;
}

static void
stage_begin (Stage *stage, const char *how)
{
  static const ParlorMediaOps ops = {.tap_open = tap_open, .tap_codecs = tap_codecs};
  *stage = (Stage){
      .media = {&ops}, .on_air = TRUE, .picture = {7, PARLOR_SOURCE_CAMERA}, .tap = -1};
  ParlorHlsSpec spec = {.loop = &stage->loop,
                        .media = &stage->media,
                        .program = "/proc/self/exe",
                        .sources = on_stage,
                        .date_ms = date_ms,
                        .user_data = stage};
  g_setenv (PACKER, how, TRUE);
  uv_loop_init (&stage->loop);
  stage->origin = parlor_hls_origin_new (&spec);
}

static void
stage_end (Stage *stage)
{
  parlor_hls_origin_free (stage->origin);
  uv_run (&stage->loop, UV_RUN_DEFAULT);
  g_assert_cmpint (uv_loop_close (&stage->loop), ==, 0);
  if (stage->tap >= 0)
    close (stage->tap);
}

static void
count_answer (ParlorHlsAnswer *answer, gpointer user_data)
{
  Stage *stage = user_data;
  stage->n_answers++;
  stage->statuses[answer->status == 200 ? 0 : answer->status == 503 ? 1 : 2]++;
  if (answer->data)
    stage->bytes += g_bytes_get_size (answer->data);
  g_clear_pointer (&answer->data, g_bytes_unref);
}

/* What is answered at once; 0 = it waits. */
static guint
request (Stage *stage, const char *room, const char *file, const char *msn)
{
  ParlorHlsRequest wish = {.room = room, .brand = "b", .file = file, .msn = msn};
  ParlorHlsAnswer answer;
  ParlorHls *hls = parlor_hls_origin_get (stage->origin);
  if (!hls->fetch (hls, &wish, &answer))
    {
      hls->wait (hls, &wish, count_answer, stage);
      return 0;
    }
  g_clear_pointer (&answer.data, g_bytes_unref);
  return answer.status;
}

static gboolean
has_answers (const Stage *stage, guint n)
{
  return stage->n_answers >= n;
}

static gboolean
has_lies (const Stage *stage, guint n)
{
  return parlor_hls_origin_stats (stage->origin).lies >= n;
}

static gboolean
has_starts (const Stage *stage, guint n)
{
  return parlor_hls_origin_stats (stage->origin).starts >= n;
}

static gboolean
has_no_room (const Stage *stage, guint n)
{
  return parlor_hls_origin_stats (stage->origin).rooms == n;
}

/* The origin's own timer wakes the loop. */
static void
run_until (Stage *stage, gboolean (*ready) (const Stage *, guint), guint n)
{
  gint64 end_us = g_get_monotonic_time () + PATIENCE_US;
  while (!ready (stage, n))
    {
      g_assert_cmpint (g_get_monotonic_time (), <, end_us);
      uv_run (&stage->loop, UV_RUN_ONCE);
    }
}

static void
test_waiters (void)
{
  Stage stage;
  stage_begin (&stage, "good");
  /* On a busy machine the process may come later than anybody waits. */
  do
    {
      g_assert_cmpuint (request (&stage, "rm_1", "live.m3u8", NULL), ==, 0);
      g_assert_cmpuint (request (&stage, "rm_1", "live.m3u8", NULL), ==, 0);
      run_until (&stage, has_answers, stage.n_answers + 2);
    }
  while (stage.statuses[0] == 0);
  g_assert_cmpuint (stage.statuses[0], ==, 2);
  g_assert_cmpuint (stage.bytes, >, 2 * 100);
  g_assert_cmpuint (parlor_hls_origin_stats (stage.origin).starts, ==, 1);
  g_assert_cmpuint (request (&stage, "rm_1", "live.m3u8", NULL), ==, 200);
  g_assert_cmpuint (request (&stage, "rm_1", "live.m3u8", "100"), ==, 400); /* never so far */
  g_assert_cmpuint (request (&stage, "rm_1", "99999.m4s", NULL), ==, 404);
  g_assert_cmpuint (request (&stage, "rm_1", "live.m3u8", "-1"), ==, 400);
  stage_end (&stage);
}

/* Only the playlist of a room that is on air starts anything. */
static void
test_refused (void)
{
  Stage stage;
  stage_begin (&stage, "good");
  g_assert_cmpuint (request (&stage, "rm_1", "0.0.m4s", NULL), ==, 404);
  stage.on_air = FALSE;
  g_assert_cmpuint (request (&stage, "rm_1", "live.m3u8", NULL), ==, 404);
  g_assert_cmpuint (parlor_hls_origin_stats (stage.origin).rooms, ==, 0);
  g_assert_cmpuint (parlor_hls_origin_stats (stage.origin).starts, ==, 0);
  stage_end (&stage);
}

/* Nobody is left waiting: not by the end of the stream, nor by the end of the daemon. */
static void
test_ends (void)
{
  Stage stage;
  stage_begin (&stage, "silent");
  g_assert_cmpuint (request (&stage, "rm_1", "live.m3u8", NULL), ==, 0);
  g_assert_cmpuint (request (&stage, "rm_1", "live.m3u8", NULL), ==, 0);
  g_assert_cmpuint (parlor_hls_origin_stats (stage.origin).waiting, ==, 2);
  stage.on_air = FALSE;
  run_until (&stage, has_no_room, 0);
  g_assert_cmpuint (stage.n_answers, ==, 2);
  g_assert_cmpuint (stage.statuses[1], ==, 2);
  stage.on_air = TRUE;
  g_assert_cmpuint (request (&stage, "rm_1", "live.m3u8", NULL), ==, 0);
  stage_end (&stage);
  g_assert_cmpuint (stage.statuses[1], ==, 3);
}

static gboolean
says_end (const Stage *stage, guint n)
{
  ParlorHlsRequest wish = {.room = "rm_1", .brand = "b", .file = "live.m3u8"};
  ParlorHlsAnswer answer;
  ParlorHls *hls = parlor_hls_origin_get (stage->origin);
  g_assert_true (hls->fetch (hls, &wish, &answer));
  g_assert_cmpuint (answer.status, ==, 200);
  gsize size;
  const char *text = g_bytes_get_data (answer.data, &size);
  gboolean is = g_strstr_len (text, (gssize)size, "#EXT-X-ENDLIST\n") != NULL;
  g_bytes_unref (answer.data);
  return is;
}

/* A player of the browser's own knows of no other end. */
static void
test_end_is_said (void)
{
  Stage stage;
  stage_begin (&stage, "good");
  while (request (&stage, "rm_1", "live.m3u8", NULL) != 200)
    run_until (&stage, has_answers, stage.n_answers + 1);
  g_assert_false (says_end (&stage, 0));
  stage.on_air = FALSE;
  run_until (&stage, says_end, 0);
  g_assert_cmpuint (request (&stage, "rm_1", "live.m3u8", "1000"), ==, 200);
  g_assert_cmpuint (parlor_hls_origin_stats (stage.origin).starts, ==, 1);
  stage_end (&stage);
}

/* What a process writes is a stranger's: the first wrong byte ends it, and a room goes on. */
static void
test_liar (void)
{
  Stage stage;
  stage_begin (&stage, "liar");
  request (&stage, "rm_1", "live.m3u8", NULL);
  run_until (&stage, has_lies, 1);
  g_setenv (PACKER, "good", TRUE);
  run_until (&stage, has_starts, 2);
  while (request (&stage, "rm_1", "live.m3u8", NULL) != 200)
    run_until (&stage, has_answers, stage.n_answers + 1);
  g_assert_true (parlor_hls_origin_has (stage.origin, "rm_1"));
  stage_end (&stage);
}

/* One that dies at once is begun again once a second at most; another stage is another process. */
static void
test_starts (void)
{
  Stage stage;
  gint64 begun_us = g_get_monotonic_time ();
  stage_begin (&stage, "dead");
  request (&stage, "rm_1", "live.m3u8", NULL);
  g_setenv (PACKER, "silent", TRUE);
  run_until (&stage, has_starts, 2);
  g_assert_cmpint (g_get_monotonic_time () - begun_us, >=, G_USEC_PER_SEC);
  stage.picture.kind = PARLOR_SOURCE_SCREEN;
  run_until (&stage, has_starts, 3);
  g_assert_cmpint (g_get_monotonic_time () - begun_us, >=, 2 * G_USEC_PER_SEC);
  stage_end (&stage);
}

static void
test_crowd (void)
{
  Stage stage;
  guint n = 0;
  stage_begin (&stage, "silent");
  while (request (&stage, "rm_1", "live.m3u8", NULL) == 0)
    g_assert_cmpuint (++n, <=, 20000);
  g_assert_cmpuint (n, ==, 20000);
  g_assert_cmpuint (request (&stage, "rm_1", "live.m3u8", NULL), ==, 503);
  g_assert_cmpuint (parlor_hls_origin_stats (stage.origin).waiting, ==, 20000);
  stage_end (&stage);
  g_assert_cmpuint (stage.statuses[1], ==, 20000);
}

int
main (int argc, char **argv)
{
  const char *packer = g_getenv (PACKER);
  if (packer)
    return play_packer (packer);
  /* Started as a packer and not told so: the tests must not begin again in it, and again. */
  if (argc > 1 && argv[1][0] != '-')
    return EXIT_FAILURE;
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/record/hlsorigin/no-brand-has-all-places", test_share);
  g_test_add_func ("/record/hlsorigin/the-least-asked-for-gives-way", test_least_asked);
  g_test_add_func ("/record/hlsorigin/who-waits-is-answered-by-the-first-parts", test_waiters);
  g_test_add_func ("/record/hlsorigin/only-a-playlist-on-air-starts-a-process", test_refused);
  g_test_add_func ("/record/hlsorigin/the-end-answers-everybody", test_ends);
  g_test_add_func ("/record/hlsorigin/the-playlist-says-that-the-stream-is-over", test_end_is_said);
  g_test_add_func ("/record/hlsorigin/a-lie-ends-the-process-not-the-room", test_liar);
  g_test_add_func ("/record/hlsorigin/no-more-than-one-start-a-second", test_starts);
  g_test_add_func ("/record/hlsorigin/a-crowd-that-waits-is-bounded", test_crowd);
  return g_test_run ();
}
