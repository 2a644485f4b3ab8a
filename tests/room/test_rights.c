/* SPDX-License-Identifier: Apache-2.0 */
#include "room/rights.h"

/* Every role and every right, by hand: a change of the table must be made here too. */
static void
test_table (void)
{
  static const char *const rows[PARLOR_N_ROLES] = {
      [PARLOR_ROLE_VIEWER] = "...SC..",  [PARLOR_ROLE_GUEST] = "mcsSC..",
      [PARLOR_ROLE_PARTNER] = "mcsSC..", [PARLOR_ROLE_MEMBER] = "mcsSC..",
      [PARLOR_ROLE_HOST] = "mcsSCMR",
  };
  for (guint role = 0; role < PARLOR_N_ROLES; role++)
    for (guint i = 0; i < PARLOR_N_RIGHTS; i++)
      g_assert_cmpint (!!(parlor_role_rights (role) & (1u << i)), ==, rows[role][i] != '.');
}

static void
test_default_deny (void)
{
  for (guint role = 0; role < PARLOR_N_ROLES; role++)
    g_assert_cmpuint (parlor_rights_effective (role, 0) & PARLOR_RIGHTS_OF_TOKEN, ==, 0);
  g_assert_cmpuint (parlor_role_rights (PARLOR_N_ROLES), ==, 0);
  g_assert_cmpuint (parlor_rights_effective (-1, ~0u), ==, 0);
}

static void
test_token_cannot_exceed_role (void)
{
  for (guint role = 0; role < PARLOR_N_ROLES; role++)
    g_assert_cmpuint (parlor_rights_effective (role, ~0u), ==, parlor_role_rights (role));
  ParlorRights rights = parlor_rights_effective (PARLOR_ROLE_MEMBER, PARLOR_RIGHT_PUBLISH_MICROPHONE
                                                                         | PARLOR_RIGHT_MODERATE);
  g_assert_cmpuint (rights, ==, PARLOR_RIGHT_PUBLISH_MICROPHONE | PARLOR_RIGHT_CHAT);
}

static void
test_names (void)
{
  ParlorRole role;
  for (guint i = 0; i < PARLOR_N_ROLES; i++)
    {
      g_assert_true (parlor_role_from_name (parlor_role_name (i), &role));
      g_assert_cmpuint (role, ==, i);
    }
  g_assert_false (parlor_role_from_name (NULL, &role));
  g_assert_false (parlor_role_from_name ("admin", &role));
  g_assert_cmpuint (parlor_right_from_publish ("mic"), ==, PARLOR_RIGHT_PUBLISH_MICROPHONE);
  g_assert_cmpuint (parlor_right_from_publish ("screen"), ==, PARLOR_RIGHT_PUBLISH_SCREEN);
  g_assert_cmpuint (parlor_right_from_publish ("x"), ==, 0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/room/rights/the-table-of-roles", test_table);
  g_test_add_func ("/room/rights/what-is-not-granted-is-denied", test_default_deny);
  g_test_add_func ("/room/rights/a-token-gives-no-more-than-the-role",
                   test_token_cannot_exceed_role);
  g_test_add_func ("/room/rights/names-go-both-ways", test_names);
  return g_test_run ();
}
