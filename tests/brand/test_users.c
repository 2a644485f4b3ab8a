/* SPDX-License-Identifier: Apache-2.0 */
#include "world.h"

#include "base/error.h"

static const ParlorUserChange unchanged = {.roles = -1};

static void
test_add (void)
{
  static const char *const bad[] = {"", "a b", "a\nb", NULL};
  g_autoptr (BrandWorld) w = brand_world_new ();
  g_autoptr (GError) error = NULL;
  const ParlorUser *user = brand_world_user (w, "Lin@Shop.example", PARLOR_BRAND_REP);
  g_assert_cmpstr (user->login, ==, "lin@shop.example");
  g_assert_true (parlor_users_find (w->brands, w->brand->id, "LIN@shop.example") == user);
  g_assert_null (parlor_users_find (w->brands, "br_other", "lin@shop.example"));
  g_assert_null (parlor_users_get (w->brands, "br_other", user->id));
  ParlorUserChange same = {.login = "LIN@shop.example", .roles = PARLOR_BRAND_REP};
  g_assert_null (parlor_users_add (w->brands, w->brand->id, &same, T0, &error));
  g_assert_error (error, PARLOR_ERROR, PARLOR_ERROR_CONFLICT);
  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    g_assert_null (parlor_users_add (w->brands, w->brand->id,
                                     &(ParlorUserChange){.login = bad[i], .roles = 1}, T0, NULL));
  g_assert_null (parlor_users_add (w->brands, w->brand->id,
                                   &(ParlorUserChange){.login = "x", .roles = 0}, T0, NULL));
  g_assert_null (parlor_users_add (w->brands, w->brand->id,
                                   &(ParlorUserChange){.login = "x", .roles = 1 << 20}, T0, NULL));
}

static void
test_change (void)
{
  g_autoptr (BrandWorld) w = brand_world_new ();
  const ParlorUser *user = brand_world_user (w, "lin", PARLOR_BRAND_REP);
  g_autofree char *id = g_strdup (user->id);
  brand_world_user (w, "wu", PARLOR_BRAND_REP);
  ParlorUserChange change = unchanged;
  change.login = "WU";
  g_assert_false (parlor_users_change (w->brands, w->brand->id, id, &change, T0, NULL));
  change = (ParlorUserChange){.login = "lina",
                              .name = "林",
                              .roles = PARLOR_BRAND_SUPERVISOR,
                              .groups = "grp_1 grp_2",
                              .rep = "rep_1",
                              .password = "$argon2id$x"};
  g_assert_true (parlor_users_change (w->brands, w->brand->id, id, &change, T0, NULL));
  g_assert_null (parlor_users_find (w->brands, w->brand->id, "lin"));
  brand_world_restart (w);
  user = parlor_users_find (w->brands, w->brand->id, "lina");
  g_assert_cmpstr (user->id, ==, id);
  g_assert_cmpstr (user->name, ==, "林");
  g_assert_cmpstr (user->rep, ==, "rep_1");
  g_assert_cmpuint (parlor_user_roles (user), ==, PARLOR_BRAND_SUPERVISOR);
  change = unchanged;
  change.password = "";
  g_assert_true (parlor_users_change (w->brands, w->brand->id, id, &change, T0, NULL));
  g_assert_null (user->password);
  g_assert_false (parlor_users_change (w->brands, "br_other", id, &change, T0, NULL));
}

static void
test_last_owner (void)
{
  g_autoptr (BrandWorld) w = brand_world_new ();
  g_autoptr (GError) error = NULL;
  const ParlorUser *one = brand_world_user (w, "one", PARLOR_BRAND_OWNER);
  ParlorUserChange less = {.roles = PARLOR_BRAND_REP};
  g_assert_false (parlor_users_change (w->brands, w->brand->id, one->id, &less, T0, &error));
  g_assert_error (error, PARLOR_ERROR, PARLOR_ERROR_CONFLICT);
  g_assert_false (parlor_users_disable (w->brands, w->brand->id, one->id, TRUE, T0, NULL));
  brand_world_user (w, "two", PARLOR_BRAND_OWNER);
  g_assert_true (parlor_users_disable (w->brands, w->brand->id, one->id, TRUE, T0, NULL));
  const ParlorUser *two = parlor_users_find (w->brands, w->brand->id, "two");
  g_assert_false (parlor_users_change (w->brands, w->brand->id, two->id, &less, T0, NULL));
}

static void
test_subject (void)
{
  g_autoptr (BrandWorld) w = brand_world_new ();
  const ParlorUser *lin = brand_world_user (w, "lin", 1), *wu = brand_world_user (w, "wu", 1);
  g_assert_true (parlor_users_bind_subject (w->brands, lin, "s-1", NULL));
  g_assert_true (parlor_users_bind_subject (w->brands, lin, "s-1", NULL));
  g_assert_false (parlor_users_bind_subject (w->brands, lin, "s-2", NULL));
  g_assert_false (parlor_users_bind_subject (w->brands, wu, "s-1", NULL));
  g_assert_false (parlor_users_bind_subject (w->brands, wu, "", NULL));
  brand_world_restart (w);
  g_assert_cmpstr (parlor_users_find_subject (w->brands, w->brand->id, "s-1")->login, ==, "lin");
  g_assert_null (parlor_users_find_subject (w->brands, "br_other", "s-1"));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/brand/users/a-login-is-one-person-in-one-brand", test_add);
  g_test_add_func ("/brand/users/a-change-outlives-a-restart", test_change);
  g_test_add_func ("/brand/users/the-last-owner-stays", test_last_owner);
  g_test_add_func ("/brand/users/an-oidc-subject-is-one-person-for-ever", test_subject);
  return g_test_run ();
}
