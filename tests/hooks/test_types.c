/* SPDX-License-Identifier: Apache-2.0 */
#include "hooks/types.h"

#include <string.h>

static void
what_may_be_subscribed_to (void)
{
  g_assert_true (parlor_types_known ("*"));
  g_assert_true (parlor_types_known ("room.*"));
  g_assert_true (parlor_types_known ("room.created"));
  g_assert_true (parlor_types_known ("call.handed_over"));
  g_assert_true (parlor_types_known ("customer.tagged"));
  g_assert_true (parlor_types_known ("recording.person_erased"));
  g_assert_true (parlor_types_known ("webhook.test"));
}

static void
what_never_happens_is_none (void)
{
  static const char *const none[] = {"",
                                     "room",
                                     "room.",
                                     "room.creatd",
                                     "rooms.*",
                                     "roo.*",
                                     ".created",
                                     "room.create",
                                     "room.created ",
                                     "**",
                                     "room.**",
                                     "*.created",
                                     "room.created live"};
  for (guint i = 0; i < G_N_ELEMENTS (none); i++)
    g_assert_false (parlor_types_known (none[i]));
}

/* "Types: `room.created live` · `viewer.joined left`" as "room.created viewer.joined …", one a
 * line. */
static GHashTable *
listed (void)
{
  g_autofree char *text = NULL;
  GHashTable *all = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_assert_true (g_file_get_contents (g_getenv ("PARLOR_HOOKS_MD"), &text, NULL, NULL));
  const char *from = strstr (text, "\nTypes: "),
             *to = from ? strstr (from, "\n`stats.tick`") : NULL;
  g_assert_nonnull (to);
  g_autofree char *part = g_strndup (from, (gsize)(to - from));
  g_auto (GStrv) pieces = g_strsplit (part, "`", 0);
  for (guint i = 1; pieces[i - 1] && pieces[i]; i += 2)
    {
      g_auto (GStrv) words = g_strsplit (pieces[i], " ", 0);
      const char *dot = strchr (words[0], '.');
      g_assert_nonnull (dot);
      g_hash_table_add (all, g_strdup (words[0]));
      for (guint n = 1; words[n]; n++)
        g_hash_table_add (all,
                          g_strdup_printf ("%.*s.%s", (int)(dot - words[0]), words[0], words[n]));
    }
  return all;
}

static void
the_manual_lists_them_all (void)
{
  g_autoptr (GHashTable) all = listed ();
  guint n = 0;
  for (char *type; (type = parlor_types_nth (n)); n++)
    {
      if (strcmp (type, "webhook.test") && !g_hash_table_contains (all, type))
        g_error ("docs/hooks.md does not list %s", type);
      g_assert_true (parlor_types_known (type));
      g_free (type);
    }
  g_assert_cmpuint (n, ==, g_hash_table_size (all) + 1);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/hooks/types/what-may-be-subscribed-to", what_may_be_subscribed_to);
  g_test_add_func ("/hooks/types/what-never-happens-is-none", what_never_happens_is_none);
  g_test_add_func ("/hooks/types/the-manual-lists-them-all", the_manual_lists_them_all);
  return g_test_run ();
}
