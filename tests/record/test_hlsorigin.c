/* SPDX-License-Identifier: Apache-2.0 */
/* Which rooms have a place, without a process: nothing is on stage here. */
#include "record/hlsorigin.h"

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

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/record/hlsorigin/no-brand-has-all-places", test_share);
  g_test_add_func ("/record/hlsorigin/the-least-asked-for-gives-way", test_least_asked);
  return g_test_run ();
}
