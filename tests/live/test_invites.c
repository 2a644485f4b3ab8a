/* SPDX-License-Identifier: Apache-2.0 */
#include "live/invites.h"
#include "world.h"

static void
test_chain (void)
{
  g_autoptr (World) world = world_new ();
  g_autoptr (ParlorInvites) invites = parlor_invites_new (&world->sink, &world->random);
  const ParlorInvite *chain[PARLOR_INVITE_CHAIN];
  const ParlorInvite *first = parlor_invites_make (invites, "br_1", "rm_1", "vis_1", "ent_1", 1);
  const ParlorInvite *second = parlor_invites_make (invites, "br_1", "rm_1", "vis_2", first->id, 2);
  const ParlorInvite *third = parlor_invites_make (invites, "br_1", "rm_1", "vis_3", second->id, 3);
  g_assert_cmpint (first->depth, ==, 1);
  g_assert_cmpint (third->depth, ==, 3);
  g_assert_cmpuint (parlor_invites_chain (invites, third->id, chain), ==, 3);
  g_assert_true (chain[0] == third && chain[1] == second && chain[2] == first);
  g_assert_true (parlor_invites_make (invites, "br_1", "rm_1", "vis_2", third->id, 9) == second);
  g_assert_cmpstr (second->parent, ==, first->id);
  g_assert_cmpint (parlor_invites_make (invites, "br_1", "rm_2", "vis_2", NULL, 9)->depth, ==, 0);
  parlor_invites_open (invites, second->id, TRUE);
  parlor_invites_open (invites, second->id, FALSE);
  g_assert_cmpint (second->opened, ==, 2);
  g_assert_cmpint (second->came, ==, 1);
  parlor_invites_forget (invites, "vis_2");
  g_assert_cmpstr (second->owner, ==, "");
  g_assert_cmpuint (parlor_invites_chain (invites, third->id, chain), ==, 3);
  g_assert_true (parlor_invites_make (invites, "br_1", "rm_1", "vis_2", NULL, 10) != second);
}

static void
test_deep (void)
{
  g_autoptr (World) world = world_new ();
  g_autoptr (ParlorInvites) invites = parlor_invites_new (NULL, &world->random);
  const ParlorInvite *chain[PARLOR_INVITE_CHAIN], *last = NULL;
  for (guint i = 0; i < 3 * PARLOR_INVITE_CHAIN; i++)
    {
      g_autofree char *owner = g_strdup_printf ("vis_%u", i);
      last = parlor_invites_make (invites, "br_1", "rm_1", owner, last ? last->id : NULL, i);
    }
  g_assert_cmpint (last->depth, ==, 3 * PARLOR_INVITE_CHAIN - 1);
  g_assert_cmpuint (parlor_invites_chain (invites, last->id, chain), ==, PARLOR_INVITE_CHAIN);
}

static void
test_list (void)
{
  g_autoptr (World) world = world_new ();
  g_autoptr (ParlorInvites) invites = parlor_invites_new (NULL, &world->random);
  static const ParlorInvite rows[] = {
      {"inv_b", "br_1", "rm_1", "vis_2", "inv_a", 1, 0, 0, 20},
      {"inv_a", "br_1", "rm_1", "vis_1", "", 0, 5, 2, 10},
      {"inv_c", "br_2", "rm_9", "vis_9", "", 0, 0, 0, 30},
  };
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    parlor_invites_load (invites, &rows[i]);
  guint n;
  g_autofree const ParlorInvite **all = parlor_invites_list (invites, "br_1", NULL, NULL, 10, &n);
  g_assert_cmpuint (n, ==, 2);
  g_assert_cmpstr (all[0]->id, ==, "inv_a");
  g_autofree const ParlorInvite **rest = parlor_invites_list (invites, "br_1", "rm_1", "inv_a", 10,
                                                              &n);
  g_assert_cmpuint (n, ==, 1);
  g_assert_cmpstr (rest[0]->id, ==, "inv_b");
  g_autofree const ParlorInvite **other = parlor_invites_list (invites, "br_1", "rm_9", NULL, 10,
                                                               &n);
  g_assert_cmpuint (n, ==, 0);
}

/* `n` invites of this brand, the oldest first; by every `nth` somebody came (0 = by none). */
static void
fill (ParlorInvites *invites, const char *brand, guint n, guint nth)
{
  char id[48];
  ParlorInvite row = {id, (char *)brand, (char *)"rm_1", id, (char *)"", 0, 0, 0, 0};
  for (guint i = 0; i < n; i++)
    {
      g_snprintf (id, sizeof id, "inv_%s_%u", brand, i);
      row.came = nth && i % nth == 0;
      row.made_ms = i;
      parlor_invites_load (invites, &row);
    }
}

static void
test_full (void)
{
  g_autoptr (World) world = world_new ();
  g_autoptr (ParlorInvites) invites = parlor_invites_new (&world->sink, &world->random);
  fill (invites, "br_1", PARLOR_INVITES_OF_BRAND, 2);
  fill (invites, "br_2", 10, 0);
  const ParlorInvite *made = parlor_invites_make (invites, "br_1", "rm_1", "vis_new", NULL, 1);
  guint left = parlor_invites_count (invites, "br_1");
  g_assert_true (parlor_invites_find (invites, made->id) == made);
  g_assert_cmpuint (left, <=, PARLOR_INVITES_OF_BRAND);
  g_assert_cmpuint (world->removes, ==, PARLOR_INVITES_OF_BRAND + 1 - left);
  g_assert_cmpuint (parlor_invites_count (invites, "br_2"), ==, 10);
  g_assert_nonnull (parlor_invites_find (invites, "inv_br_1_0"));
  g_assert_null (parlor_invites_find (invites, "inv_br_1_1"));
  g_assert_nonnull (parlor_invites_find (invites, "inv_br_1_99999"));
  /* Whose link went shares by a new one. */
  g_assert_cmpint (parlor_invites_make (invites, "br_1", "rm_1", "inv_br_1_1", NULL, 7)->made_ms,
                   ==, 7);
}

static void
test_full_of_use (void)
{
  g_autoptr (World) world = world_new ();
  g_autoptr (ParlorInvites) invites = parlor_invites_new (NULL, &world->random);
  fill (invites, "br_1", PARLOR_INVITES_OF_BRAND, 1);
  g_assert_nonnull (parlor_invites_make (invites, "br_1", "rm_1", "vis_new", NULL, 1));
  g_assert_cmpuint (parlor_invites_count (invites, "br_1"), <=, PARLOR_INVITES_OF_BRAND);
  g_assert_null (parlor_invites_find (invites, "inv_br_1_0"));
}

static void
test_server_full (void)
{
  g_autoptr (World) world = world_new ();
  g_autoptr (ParlorInvites) invites = parlor_invites_new (NULL, &world->random);
  const guint each = PARLOR_INVITES_OF_BRAND - 10;
  fill (invites, "br_small", 10, 0);
  for (guint at = 10, i = 0; at < PARLOR_INVITES_MAX; at += each, i++)
    {
      g_autofree char *brand = g_strdup_printf ("br_%u", i);
      fill (invites, brand, MIN (each, PARLOR_INVITES_MAX - at), 0);
    }
  g_assert_nonnull (parlor_invites_make (invites, "br_small", "rm_1", "vis_new", NULL, 1));
  g_assert_cmpuint (parlor_invites_count (invites, "br_small"), ==, 11);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/live/invites/the-chain-leads-to-the-first-link", test_chain);
  g_test_add_func ("/live/invites/a-long-chain-is-cut", test_deep);
  g_test_add_func ("/live/invites/rows-come-back-in-order", test_list);
  g_test_add_func ("/live/invites/of-too-many-those-go-by-which-nobody-came", test_full);
  g_test_add_func ("/live/invites/of-too-many-that-brought-somebody-the-oldest-go",
                   test_full_of_use);
  g_test_add_func ("/live/invites/a-full-server-takes-from-the-brand-that-has-most",
                   test_server_full);
  return g_test_run ();
}
