/* SPDX-License-Identifier: Apache-2.0 */
#include "world.h"

#include "base/error.h"

static void
test_add (void)
{
  static const char *const bad[] = {"", "Shop", "a b", "-a", "é", "a/b", NULL};
  g_autoptr (BrandWorld) w = brand_world_new ();
  g_autoptr (GError) error = NULL;
  g_assert_true (g_str_has_prefix (w->brand->id, "br_"));
  g_assert_cmpstr (w->brand->confirm, ==, "first");
  g_assert_cmpstr (w->brand->may_start, ==, "signed_in");
  g_assert_cmpstr (w->brand->consent, ==, "ask");
  g_assert_cmpuint (strlen (w->brand->secret), >=, 32);
  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    g_assert_null (parlor_brands_add (w->brands, bad[i], "X", T0, NULL));
  g_assert_null (parlor_brands_add (w->brands, "shop", "X", T0, &error));
  g_assert_error (error, PARLOR_ERROR, PARLOR_ERROR_CONFLICT);
  g_assert_true (parlor_brands_find (w->brands, "shop") == w->brand);
  g_assert_true (parlor_brands_find (w->brands, w->brand->id) == w->brand);
  g_assert_null (parlor_brands_find (w->brands, "br_nobody"));
}

static void
test_change (void)
{
  static const ParlorBrandChange bad[] = {
      {.origins = "shop.example", .retention_days = -1},
      {.origins = "https://a.example/path", .retention_days = -1},
      {.origins = "https://a.example  https://b.example", .retention_days = -1},
      {.origins = "https://a.example\r\nSet-Cookie: x", .retention_days = -1},
      {.origins = "*", .retention_days = -1},
      {.confirm = "sometimes", .retention_days = -1},
      {.may_start = "", .retention_days = -1},
      {.consent = "no", .retention_days = -1},
      {.name = "", .retention_days = -1},
      {.oidc_issuer = "http://login.example", .retention_days = -1},
      {.retention_days = 40000},
      {.retention_days = -1, .silence_h = -1},
      {.retention_days = -1, .silence_h = 721},
  };
  g_autoptr (BrandWorld) w = brand_world_new ();
  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    g_assert_false (parlor_brands_change (w->brands, w->brand->id, &bad[i], NULL));
  g_assert_cmpstr (w->brand->origins, ==, "");
  ParlorBrandChange good = {.origins = "https://a.example https://b.example:8443",
                            .consent = "notice",
                            .oidc_issuer = "https://login.example",
                            .retention_days = 90,
                            .silence_h = 72};
  g_assert_true (parlor_brands_change (w->brands, w->brand->id, &good, NULL));
  brand_world_restart (w);
  g_assert_cmpstr (w->brand->consent, ==, "notice");
  g_assert_cmpstr (w->brand->confirm, ==, "first");
  g_assert_cmpint (w->brand->retention_days, ==, 90);
  g_assert_cmpint (w->brand->silence_h, ==, 72);
  g_assert_true (parlor_brand_has_origin (w->brand, "https://a.example"));
  g_assert_true (parlor_brand_has_origin (w->brand, "https://b.example:8443"));
  g_assert_false (parlor_brand_has_origin (w->brand, "https://b.example"));
  g_assert_false (parlor_brand_has_origin (w->brand, "https://a.exampl"));
  g_assert_false (parlor_brand_has_origin (w->brand, ""));
  g_assert_false (parlor_brand_has_origin (w->brand, NULL));
}

/* Keys, sign-ins, the server's own tokens: all of a closed brand fall at once. */
static void
test_close (void)
{
  g_autoptr (BrandWorld) w = brand_world_new ();
  char secret[PARLOR_TOKEN_SIZE];
  const ParlorUser *user = brand_world_user (w, "lin", PARLOR_BRAND_OWNER);
  const ParlorSignin *signin = parlor_signins_add (w->brands, user, PARLOR_BRAND_EVERY_ROLE, T0,
                                                   secret, NULL);
  const ParlorApiKey *key = parlor_keys_add (w->brands, w->brand->id, "k", 1, T0, NULL);
  ParlorPrincipal person, token = {.caller = PARLOR_CALLER_TOKEN};
  parlor_signins_principal (w->brands, signin, &person);
  g_strlcpy (token.by, w->brand->id, sizeof token.by);
  g_assert_true (parlor_brands_stands (w->brands, &person, T0));
  g_assert_true (parlor_brands_stands (w->brands, &token, T0));
  g_assert_true (parlor_brands_close (w->brands, w->brand->id, T0 + 1, NULL));
  g_assert_cmpuint (w->revoked, ==, 1);
  g_assert_false (parlor_brands_stands (w->brands, &person, T0 + 1));
  g_assert_false (parlor_brands_stands (w->brands, &token, T0 + 1));
  g_assert_null (parlor_keys_find (w->brands, key->id, T0 + 1));
  g_assert_null (parlor_signins_use (w->brands, secret, T0 + 1));
  g_assert_null (parlor_brands_find (w->brands, "shop"));
  g_assert_null (parlor_brands_first (w->brands));
  g_assert_nonnull (parlor_brands_add (w->brands, "shop", "Again", T0 + 2, NULL));
  brand_world_restart (w);
  g_assert_cmpstr (w->brand->name, ==, "Again");
  g_assert_cmpuint (parlor_brands_count (w->brands), ==, 1);
}

static void
test_orphans (void)
{
  g_autoptr (BrandWorld) w = brand_world_new ();
  ParlorUser orphan = {.id = (char *)"usr_1",
                       .brand = (char *)"br_gone",
                       .login = (char *)"x",
                       .name = (char *)"x",
                       .roles = (char *)"owner",
                       .groups = (char *)""};
  g_assert_false (parlor_brands_take_row (w->brands, &parlor_user_kind, &orphan));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/brand/brands/slugs-are-plain-and-unique", test_add);
  g_test_add_func ("/brand/brands/a-change-is-checked-and-outlives-a-restart", test_change);
  g_test_add_func ("/brand/brands/a-closed-brand-lets-nobody-in", test_close);
  g_test_add_func ("/brand/brands/rows-without-a-brand-are-left-out", test_orphans);
  return g_test_run ();
}
