/* SPDX-License-Identifier: Apache-2.0 */
#include "brand/roles.h"

static void
test_names (void)
{
  guint roles = 99;
  g_assert_true (parlor_brand_roles_parse ("rep owner", &roles));
  g_assert_cmpuint (roles, ==, PARLOR_BRAND_OWNER | PARLOR_BRAND_REP);
  g_autofree char *list = parlor_brand_roles_format (roles);
  g_assert_cmpstr (list, ==, "owner rep");
  g_assert_true (parlor_brand_roles_parse ("", &roles));
  g_assert_cmpuint (roles, ==, 0);
  g_assert_false (parlor_brand_roles_parse ("rep king", &roles));
  g_assert_cmpuint (parlor_brand_role_from_name ("Owner"), ==, 0);
  g_assert_cmpuint (parlor_brand_role_from_name (NULL), ==, 0);
  g_autofree char *all = parlor_brand_roles_format (PARLOR_BRAND_EVERY_ROLE);
  g_assert_true (parlor_brand_roles_parse (all, &roles));
  g_assert_cmpuint (roles, ==, PARLOR_BRAND_EVERY_ROLE);
}

static void
test_scopes (void)
{
  guint scopes;
  g_assert_true (parlor_scopes_parse ("all", &scopes));
  g_assert_cmpuint (scopes, ==, PARLOR_EVERY_SCOPE);
  /* Not even a key that may do everything is the owner. */
  g_assert_false (parlor_scopes_roles (scopes) & PARLOR_BRAND_OWNER);
  g_assert_cmpuint (parlor_scopes_roles (PARLOR_SCOPE_TOKENS | PARLOR_SCOPE_SESSIONS), ==, 0);
  g_assert_cmpuint (parlor_scopes_roles (PARLOR_SCOPE_ROOMS), ==, PARLOR_BRAND_HOST);
  g_assert_false (parlor_scopes_parse ("rooms everything", &scopes));
}

static void
test_granting (void)
{
  static const struct
  {
    guint own, roles;
    gboolean may;
  } cases[] = {
      {PARLOR_BRAND_OWNER, PARLOR_BRAND_OWNER, TRUE},
      {PARLOR_BRAND_OWNER, PARLOR_BRAND_REP, TRUE},
      {PARLOR_BRAND_ADMIN, PARLOR_BRAND_ADMIN, TRUE},
      {PARLOR_BRAND_ADMIN, PARLOR_BRAND_OWNER | PARLOR_BRAND_REP, FALSE},
      {PARLOR_BRAND_SUPERVISOR, PARLOR_BRAND_REP, FALSE},
      {PARLOR_BRAND_AUDITOR, PARLOR_BRAND_AUDITOR, FALSE},
      {0, PARLOR_BRAND_REP, FALSE},
  };
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    g_assert_true (parlor_brand_may_grant (cases[i].own, cases[i].roles) == cases[i].may);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/brand/roles/names-and-masks-are-the-same-thing", test_names);
  g_test_add_func ("/brand/roles/a-key-has-the-roles-of-its-scopes-and-is-never-owner",
                   test_scopes);
  g_test_add_func ("/brand/roles/only-owners-make-owners", test_granting);
  return g_test_run ();
}
