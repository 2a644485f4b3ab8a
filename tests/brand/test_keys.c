/* SPDX-License-Identifier: Apache-2.0 */
#include "world.h"

#include "base/error.h"

static void
test_add (void)
{
  g_autoptr (BrandWorld) w = brand_world_new ();
  const ParlorApiKey *key = parlor_keys_add (w->brands, w->brand->id, "shop backend",
                                             PARLOR_SCOPE_ROOMS | PARLOR_SCOPE_TOKENS, T0, NULL);
  g_assert_cmpuint (strlen (key->secret), ==, 52);
  g_assert_null (parlor_keys_add (w->brands, w->brand->id, "none", 0, T0, NULL));
  g_assert_null (parlor_keys_add (w->brands, "br_other", "none", 1, T0, NULL));
  g_assert_null (parlor_keys_find (w->brands, NULL, T0));
}

static void
test_rotate (void)
{
  g_autoptr (BrandWorld) w = brand_world_new ();
  const char *brand = w->brand->id;
  const ParlorApiKey *old = parlor_keys_add (w->brands, brand, "k", PARLOR_SCOPE_ROOMS, T0, NULL);
  const ParlorApiKey *next = parlor_keys_rotate (w->brands, brand, old->id, 1000, T0, NULL);
  g_assert_cmpstr (next->id, !=, old->id);
  g_assert_cmpstr (next->secret, !=, old->secret);
  g_assert_cmpstr (next->scopes, ==, "rooms");
  g_assert_nonnull (parlor_keys_find (w->brands, old->id, T0 + 999));
  g_assert_null (parlor_keys_find (w->brands, old->id, T0 + 1000));
  g_assert_nonnull (parlor_keys_find (w->brands, next->id, T0 + 1000));
  /* The end of the overlap is told, once. */
  parlor_brands_poll (w->brands, T0 + 999);
  g_assert_cmpuint (w->revoked, ==, 0);
  parlor_brands_poll (w->brands, T0 + 1000);
  parlor_brands_poll (w->brands, T0 + 2000);
  g_assert_cmpuint (w->revoked, ==, 1);
  g_autoptr (GError) error = NULL;
  g_assert_null (parlor_keys_rotate (w->brands, brand, old->id, 0, T0 + 1000, &error));
  g_assert_error (error, PARLOR_ERROR, PARLOR_ERROR_CONFLICT);
  g_assert_null (
      parlor_keys_rotate (w->brands, brand, next->id, PARLOR_KEY_OVERLAP_MAX_MS + 1, T0, NULL));
}

static void
test_revoke (void)
{
  g_autoptr (BrandWorld) w = brand_world_new ();
  const ParlorApiKey *key = parlor_keys_add (w->brands, w->brand->id, "k", 1, T0, NULL);
  ParlorPrincipal who = {.caller = PARLOR_CALLER_KEY};
  g_strlcpy (who.by, key->id, sizeof who.by);
  g_autofree char *id = g_strdup (key->id);
  g_assert_true (parlor_brands_stands (w->brands, &who, T0));
  g_assert_false (parlor_keys_revoke (w->brands, "br_other", id, T0, NULL));
  g_assert_true (parlor_keys_revoke (w->brands, w->brand->id, id, T0 + 5, NULL));
  g_assert_cmpuint (w->revoked, ==, 1);
  g_assert_false (parlor_brands_stands (w->brands, &who, T0 + 5));
  brand_world_restart (w);
  g_assert_null (parlor_keys_find (w->brands, id, T0 + 6));
  g_assert_cmpint (parlor_keys_get (w->brands, w->brand->id, id)->revoked_ms, ==, T0 + 5);
}

static void
test_used (void)
{
  g_autoptr (BrandWorld) w = brand_world_new ();
  const ParlorApiKey *key = parlor_keys_add (w->brands, w->brand->id, "k", 1, T0, NULL);
  parlor_keys_used (w->brands, key->id, T0 + 1);
  parlor_keys_used (w->brands, key->id, T0 + 59999);
  g_assert_cmpint (key->used_ms, ==, T0 + 1);
  parlor_keys_used (w->brands, key->id, T0 + 60001);
  g_assert_cmpint (key->used_ms, ==, T0 + 60001);
  parlor_keys_used (w->brands, "key_none", T0);
}

static void
test_cap (void)
{
  g_autoptr (BrandWorld) w = brand_world_new ();
  g_autoptr (GError) error = NULL;
  const ParlorApiKey *key = NULL;
  for (guint i = 0; i < PARLOR_MAX_KEYS; i++)
    g_assert_nonnull (key = parlor_keys_add (w->brands, w->brand->id, "k", 1, T0, NULL));
  g_assert_null (parlor_keys_add (w->brands, w->brand->id, "k", 1, T0, &error));
  g_assert_error (error, PARLOR_ERROR, PARLOR_ERROR_TOO_MANY);
  g_assert_true (parlor_keys_revoke (w->brands, w->brand->id, key->id, T0, NULL));
  g_assert_nonnull (parlor_keys_add (w->brands, w->brand->id, "k", 1, T0, NULL));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/brand/keys/a-secret-is-long-and-compared-whole", test_add);
  g_test_add_func ("/brand/keys/rotation-overlaps-and-ends", test_rotate);
  g_test_add_func ("/brand/keys/a-revoked-key-never-holds-again", test_revoke);
  g_test_add_func ("/brand/keys/use-is-written-once-a-minute", test_used);
  g_test_add_func ("/brand/keys/a-brand-has-so-many-keys", test_cap);
  return g_test_run ();
}
