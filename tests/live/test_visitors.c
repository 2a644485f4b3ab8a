/* SPDX-License-Identifier: Apache-2.0 */
#include "world.h"

#include <string.h>

#define DAY_MS (24 * 3600 * G_GINT64_CONSTANT (1000))

static void
test_meet (void)
{
  g_autoptr (World) world = world_new ();
  g_autoptr (ParlorVisitors) visitors = parlor_visitors_new (&world->sink, &world->random);
  char key[PARLOR_TOKEN_SIZE], none[PARLOR_TOKEN_SIZE];
  const ParlorVisitor *one = parlor_visitors_meet_at (visitors, "br_1", NULL, NULL, DAY_MS, key);
  g_assert_cmpuint (strlen (key), ==, 26);
  g_assert_null (strstr (one->key_hash, key));
  g_autofree char *id = g_strdup (one->id);
  g_assert_cmpstr (parlor_visitors_meet_at (visitors, "br_1", NULL, key, DAY_MS, none)->id, ==, id);
  g_assert_cmpstr (none, ==, "");
  g_assert_null (parlor_visitors_recognise_at (visitors, "br_2", NULL, key, DAY_MS));
  g_assert_null (parlor_visitors_recognise_at (visitors, "br_1", NULL, "a key of nobody", DAY_MS));
  /* Read again before 30 days: still he; after them: somebody new, with a new key. */
  g_assert_cmpstr (parlor_visitors_meet_at (visitors, "br_1", NULL, key, 20 * DAY_MS, none)->id, ==,
                   id);
  g_assert_cmpstr (parlor_visitors_meet_at (visitors, "br_1", NULL, key, 45 * DAY_MS, none)->id, ==,
                   id);
  g_assert_cmpstr (parlor_visitors_meet_at (visitors, "br_1", NULL, key, 80 * DAY_MS, none)->id, !=,
                   id);
  g_assert_cmpstr (none, !=, "");
}

static void
test_sweep (void)
{
  g_autoptr (World) world = world_new ();
  g_autoptr (ParlorVisitors) visitors = parlor_visitors_new (&world->sink, &world->random);
  char key[PARLOR_TOKEN_SIZE];
  for (guint i = 0; i < 10; i++)
    parlor_visitors_meet_at (visitors, "br_1", NULL, NULL, i * DAY_MS, key);
  g_assert_cmpuint (parlor_visitors_sweep (visitors, 34 * DAY_MS, 100), ==, 5);
  g_assert_cmpuint (parlor_visitors_count (visitors), ==, 5);
  g_assert_cmpuint (world->removes, ==, 5);
}

static void
test_full (void)
{
  g_autoptr (World) world = world_new ();
  g_autoptr (ParlorVisitors) visitors = parlor_visitors_new (&world->sink, &world->random);
  char key[PARLOR_TOKEN_SIZE], next[PARLOR_TOKEN_SIZE], first[PARLOR_ID_SIZE], id[24];
  guint puts = world->puts;
  ParlorVisitor row = {
      .id = id, .brand = (char *)"br_1", .key_hash = id, .customer = (char *)"", .seen_ms = 1};
  for (guint i = 0; i < PARLOR_VISITORS_MAX; i++)
    {
      g_snprintf (id, sizeof id, "vis_%u", i);
      parlor_visitors_load_visitor (visitors, &row);
    }
  g_strlcpy (first, parlor_visitors_meet_at (visitors, "br_1", NULL, NULL, DAY_MS, key)->id,
             sizeof first);
  g_assert_null (parlor_visitors_recognise_at (visitors, "br_1", NULL, key, DAY_MS));
  g_assert_null (parlor_visitors_touch (visitors, &(ParlorTouch){.visitor = first}));
  g_assert_cmpstr (parlor_visitors_meet_at (visitors, "br_1", NULL, key, DAY_MS, next)->id, !=,
                   first);
  g_assert_cmpuint (parlor_visitors_count (visitors), ==, PARLOR_VISITORS_MAX);
  g_assert_cmpuint (world->puts, ==, puts);
}

static gboolean
is_needed (const char *brand, const char *visitor, gpointer needed)
{
  return g_hash_table_contains (needed, visitor);
}

/* `n` of this brand, in an order that is not that of their last visit. */
static void
fill (ParlorVisitors *visitors, const char *brand, guint n)
{
  char id[40];
  ParlorVisitor row = {.id = id, .brand = (char *)brand, .key_hash = id, .customer = (char *)""};
  for (guint i = n; i > 0; i--)
    {
      g_snprintf (id, sizeof id, "vis_%s_%u", brand, i - 1);
      row.seen_ms = i;
      parlor_visitors_load_visitor (visitors, &row);
    }
}

static gboolean
always (const char *brand, const char *visitor, gpointer n)
{
  ++*(guint *)n;
  return TRUE;
}

static gboolean
is_of_flood (const char *brand, const char *visitor, gpointer n)
{
  ++*(guint *)n;
  return !strcmp (brand, "br_flood");
}

/* One brand's flood takes nobody's place but its own, and nobody who has something goes. */
static void
test_flood (void)
{
  g_autoptr (World) world = world_new ();
  g_autoptr (ParlorVisitors) visitors = parlor_visitors_new (&world->sink, &world->random);
  g_autoptr (GHashTable) needed = g_hash_table_new (g_str_hash, g_str_equal);
  char key[PARLOR_TOKEN_SIZE], other[PARLOR_TOKEN_SIZE];
  guint n = 0;
  fill (visitors, "br_flood", PARLOR_VISITORS_MAX - 100);
  fill (visitors, "br_quiet", 100);
  parlor_visitors_set_needed (visitors, is_needed, needed);
  g_hash_table_add (needed, (gpointer) "vis_br_flood_0");
  const char *made = parlor_visitors_meet_at (visitors, "br_quiet", NULL, NULL, DAY_MS, key)->id;
  g_assert_nonnull (parlor_visitors_find (visitors, made));
  g_assert_nonnull (parlor_visitors_recognise_at (visitors, "br_quiet", NULL, key, DAY_MS));
  g_assert_nonnull (parlor_visitors_find (visitors, "vis_br_flood_0"));
  g_assert_null (parlor_visitors_find (visitors, "vis_br_flood_1"));
  g_assert_nonnull (parlor_visitors_meet_at (visitors, "br_flood", NULL, NULL, DAY_MS, other));
  g_assert_null (parlor_visitors_find (visitors, "vis_br_flood_2"));
  g_assert_nonnull (parlor_visitors_recognise_at (visitors, "br_flood", NULL, other, DAY_MS));
  g_assert_cmpuint (parlor_visitors_count (visitors), ==, PARLOR_VISITORS_MAX);
  g_assert_cmpuint (world->removes, ==, 2);
  for (guint i = 0; i < 100; i++)
    {
      g_autofree char *id = g_strdup_printf ("vis_br_quiet_%u", i);
      g_assert_nonnull (parlor_visitors_find (visitors, id));
    }
  /* The search has an end, and where the largest brand has none to give the next one gives. */
  parlor_visitors_set_needed (visitors, always, &n);
  parlor_visitors_meet_at (visitors, "br_new", NULL, NULL, DAY_MS, key);
  g_assert_null (parlor_visitors_recognise_at (visitors, "br_new", NULL, key, DAY_MS));
  g_assert_cmpuint (n, <=, 1000);
  parlor_visitors_set_needed (visitors, is_of_flood, &n);
  parlor_visitors_meet_at (visitors, "br_new", NULL, NULL, DAY_MS, key);
  g_assert_nonnull (parlor_visitors_recognise_at (visitors, "br_new", NULL, key, DAY_MS));
  g_assert_cmpuint (parlor_visitors_count (visitors), ==, PARLOR_VISITORS_MAX);
}

static void
test_pass (void)
{
  g_autoptr (World) world = world_new ();
  g_autoptr (ParlorVisitors) visitors = parlor_visitors_new (&world->sink, &world->random);
  char key[PARLOR_TOKEN_SIZE];
  guint puts = world->puts;
  const ParlorVisitor *passing = parlor_visitors_pass (visitors, "br_1", NULL, DAY_MS, key);
  g_assert_true (g_str_has_prefix (passing->id, "vis_"));
  g_assert_null (parlor_visitors_recognise_at (visitors, "br_1", NULL, key, DAY_MS));
  g_assert_cmpuint (parlor_visitors_count (visitors), ==, 0);
  g_assert_cmpuint (world->puts, ==, puts);
}

static void
test_touches (void)
{
  g_autoptr (World) world = world_new ();
  g_autoptr (ParlorVisitors) visitors = parlor_visitors_new (&world->sink, &world->random);
  char key[PARLOR_TOKEN_SIZE];
  g_autofree char *id = g_strdup (
      parlor_visitors_meet_at (visitors, "br_1", NULL, NULL, DAY_MS, key)->id);
  g_autofree char *utm = g_strnfill (2000, 'u');
  ParlorTouch touch = {.visitor = id, .entry = (char *)"ent_1", .utm = utm, .at_ms = 5};
  const ParlorTouch *first = parlor_visitors_touch (visitors, &touch);
  g_assert_cmpuint (strlen (first->utm), ==, 512);
  touch.entry = (char *)"ent_2";
  touch.at_ms = 9;
  parlor_visitors_touch (visitors, &touch);
  g_assert_cmpstr (parlor_visitors_last_touch (visitors, id)->entry, ==, "ent_2");
  touch.visitor = (char *)"vis_nobody";
  g_assert_null (parlor_visitors_touch (visitors, &touch));
}

static void
test_entries (void)
{
  g_autoptr (World) world = world_new ();
  g_autoptr (GError) error = NULL;
  g_autoptr (ParlorVisitors) visitors = parlor_visitors_new (&world->sink, &world->random);
  ParlorEntry entry = {.brand = (char *)"br_1", .channel = (char *)"qr", .state = (char *)"shop-7"};
  for (guint i = 0; i < 5; i++)
    g_assert_nonnull (parlor_visitors_add_entry (visitors, &entry, i, NULL));
  guint n, m;
  g_autofree const ParlorEntry **first = parlor_visitors_list_entries (visitors, "br_1", NULL, 3,
                                                                       &n);
  g_autofree const ParlorEntry **rest = parlor_visitors_list_entries (visitors, "br_1",
                                                                      first[2]->id, 3, &m);
  g_assert_cmpuint (n, ==, 3);
  g_assert_cmpuint (m, ==, 2);
  g_assert_cmpint (rest[0]->made_ms, ==, 3);
  for (guint i = 5; i < PARLOR_ENTRIES_MAX; i++)
    g_assert_nonnull (parlor_visitors_add_entry (visitors, &entry, i, NULL));
  g_assert_null (parlor_visitors_add_entry (visitors, &entry, 1, &error));
  g_assert_error (error, PARLOR_ERROR, PARLOR_ERROR_TOO_MANY);
  g_clear_error (&error);
  entry.brand = (char *)"br_2";
  g_assert_nonnull (parlor_visitors_add_entry (visitors, &entry, 1, NULL));
  entry.channel = (char *)"pigeon";
  g_assert_null (parlor_visitors_add_entry (visitors, &entry, 1, &error));
  g_assert_error (error, PARLOR_ERROR, PARLOR_ERROR_BAD_REQUEST);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/live/visitors/a-device-key-is-one-visitor-of-one-brand", test_meet);
  g_test_add_func ("/live/visitors/thirty-idle-days-are-forgotten", test_sweep);
  g_test_add_func ("/live/visitors/of-too-many-none-is-kept", test_full);
  g_test_add_func (
      "/live/visitors/a-flood-takes-its-own-brands-place-and-nobodys-who-has-something",
      test_flood);
  g_test_add_func ("/live/visitors/one-who-passes-is-not-kept", test_pass);
  g_test_add_func ("/live/visitors/touches-are-added-and-the-newest-is-known", test_touches);
  g_test_add_func ("/live/visitors/entries-are-listed-page-by-page", test_entries);
  return g_test_run ();
}
