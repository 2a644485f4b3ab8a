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

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/live/invites/the-chain-leads-to-the-first-link", test_chain);
  g_test_add_func ("/live/invites/a-long-chain-is-cut", test_deep);
  g_test_add_func ("/live/invites/rows-come-back-in-order", test_list);
  return g_test_run ();
}
