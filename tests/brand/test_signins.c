/* SPDX-License-Identifier: Apache-2.0 */
#include "world.h"

#include "base/error.h"

typedef struct
{
  char secret[PARLOR_TOKEN_SIZE];
  ParlorPrincipal who;
} Signed;

static Signed
sign_in (BrandWorld *w, const ParlorUser *user, gint64 wall_ms)
{
  Signed in;
  const ParlorSignin *signin = parlor_signins_add (w->brands, user, PARLOR_BRAND_EVERY_ROLE,
                                                   wall_ms, in.secret, NULL);
  g_assert_nonnull (signin);
  parlor_signins_principal (w->brands, signin, &in.who);
  return in;
}

static void
test_use (void)
{
  g_autoptr (BrandWorld) w = brand_world_new ();
  Signed in = sign_in (w, brand_world_user (w, "lin", PARLOR_BRAND_REP), T0);
  g_assert_cmpint (in.who.caller, ==, PARLOR_CALLER_USER);
  g_assert_cmpstr (in.who.brand, ==, w->brand->id);
  g_assert_cmpuint (in.who.roles, ==, PARLOR_BRAND_REP);
  g_assert_nonnull (parlor_signins_use (w->brands, in.secret, T0));
  g_assert_null (parlor_signins_use (w->brands, "0123456789abcdefghjkmnpqrs", T0));
  g_assert_null (parlor_signins_use (w->brands, "", T0));
  g_assert_null (parlor_signins_use (w->brands, NULL, T0));
  brand_world_restart (w);
  g_assert_nonnull (parlor_signins_use (w->brands, in.secret, T0));
  /* What is stored does not open the door. */
  GHashTableIter iter;
  gpointer row;
  g_hash_table_iter_init (&iter, w->rows[3]);
  g_assert_true (g_hash_table_iter_next (&iter, NULL, &row));
  g_assert_cmpstr (((ParlorSignin *)row)->hash, !=, in.secret);
  g_assert_null (parlor_signins_use (w->brands, ((ParlorSignin *)row)->hash, T0));
}

static void
test_expiry (void)
{
  g_autoptr (BrandWorld) w = brand_world_new ();
  const ParlorUser *user = brand_world_user (w, "lin", PARLOR_BRAND_REP);
  Signed idle = sign_in (w, user, T0), busy = sign_in (w, user, T0);
  g_assert_null (parlor_signins_use (w->brands, idle.secret, T0 + PARLOR_SIGNIN_IDLE_MS));
  for (gint64 t = T0; t < T0 + PARLOR_SIGNIN_LASTS_MS; t += PARLOR_SIGNIN_IDLE_MS / 2)
    g_assert_nonnull (parlor_signins_use (w->brands, busy.secret, t));
  g_assert_null (parlor_signins_use (w->brands, busy.secret, T0 + PARLOR_SIGNIN_LASTS_MS));
  g_assert_false (parlor_brands_stands (w->brands, &busy.who, T0 + PARLOR_SIGNIN_LASTS_MS));
  parlor_brands_poll (w->brands, T0 + PARLOR_SIGNIN_LASTS_MS);
  g_assert_cmpuint (g_hash_table_size (w->rows[3]), ==, 0);
}

/* Out of every door at once: signed out, disabled, another role, another password. */
static void
test_end (void)
{
  g_autoptr (BrandWorld) w = brand_world_new ();
  const char *brand = w->brand->id;
  const ParlorUser *user = brand_world_user (w, "lin", PARLOR_BRAND_REP);
  ParlorUserChange role = {.roles = PARLOR_BRAND_HOST};
  ParlorUserChange password = {.roles = -1, .password = "$argon2id$y"};
  for (guint way = 0; way < 4; way++)
    {
      Signed in = sign_in (w, user, T0);
      guint before = w->revoked;
      g_assert_true (parlor_brands_stands (w->brands, &in.who, T0));
      if (way == 0)
        parlor_signins_end (w->brands, in.who.by);
      else if (way == 1)
        g_assert_true (parlor_users_change (w->brands, brand, user->id, &role, T0, NULL));
      else if (way == 2)
        g_assert_true (parlor_users_change (w->brands, brand, user->id, &password, T0, NULL));
      else
        g_assert_true (parlor_users_disable (w->brands, brand, user->id, TRUE, T0, NULL));
      g_assert_cmpuint (w->revoked, >, before);
      g_assert_false (parlor_brands_stands (w->brands, &in.who, T0));
      g_assert_null (parlor_signins_use (w->brands, in.secret, T0));
    }
  char secret[PARLOR_TOKEN_SIZE];
  g_autoptr (GError) error = NULL;
  g_assert_null (parlor_signins_add (w->brands, user, 127, T0, secret, &error));
  g_assert_error (error, PARLOR_ERROR, PARLOR_ERROR_FORBIDDEN);
}

static void
test_except (void)
{
  g_autoptr (BrandWorld) w = brand_world_new ();
  const ParlorUser *user = brand_world_user (w, "lin", PARLOR_BRAND_REP);
  Signed here = sign_in (w, user, T0), there = sign_in (w, user, T0 + 1);
  parlor_signins_end_of (w->brands, user->id, here.who.by);
  g_assert_nonnull (parlor_signins_use (w->brands, here.secret, T0 + 2));
  g_assert_null (parlor_signins_use (w->brands, there.secret, T0 + 2));
}

static void
test_cap (void)
{
  g_autoptr (BrandWorld) w = brand_world_new ();
  const ParlorUser *user = brand_world_user (w, "lin", PARLOR_BRAND_REP);
  Signed first = sign_in (w, user, T0);
  for (guint i = 0; i < PARLOR_MAX_SIGNINS; i++)
    sign_in (w, user, T0 + i);
  g_assert_null (parlor_signins_use (w->brands, first.secret, T0 + 100));
  g_assert_cmpuint (g_hash_table_size (w->rows[3]), ==, PARLOR_MAX_SIGNINS);
}

static void
test_link (void)
{
  g_autoptr (BrandWorld) w = brand_world_new ();
  char once[PARLOR_TOKEN_SIZE], late[PARLOR_TOKEN_SIZE];
  guint roles = 0;
  const ParlorUser *user = brand_world_user (w, "lin", PARLOR_BRAND_REP | PARLOR_BRAND_ADMIN);
  g_assert_true (parlor_links_add (w->brands, user, PARLOR_BRAND_REP, 60000, T0, once, NULL));
  g_assert_true (parlor_links_add (w->brands, user, PARLOR_BRAND_REP, 60000, T0, late, NULL));
  g_assert_false (parlor_links_add (w->brands, user, PARLOR_BRAND_OWNER, 60000, T0, late, NULL));
  g_assert_true (parlor_links_take (w->brands, once, T0 + 59999, &roles) == user);
  g_assert_cmpuint (roles, ==, PARLOR_BRAND_REP);
  g_assert_null (parlor_links_take (w->brands, once, T0, &roles));
  g_assert_null (parlor_links_take (w->brands, late, T0 + 60000, &roles));
  g_assert_null (parlor_links_take (w->brands, "", T0, &roles));
  g_assert_true (parlor_links_add (w->brands, user, PARLOR_BRAND_REP, 60000, T0, once, NULL));
  g_assert_true (parlor_users_disable (w->brands, w->brand->id, user->id, TRUE, T0, NULL));
  g_assert_null (parlor_links_take (w->brands, once, T0, &roles));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/brand/signins/a-cookie-opens-and-its-hash-does-not", test_use);
  g_test_add_func ("/brand/signins/idle-and-old-ones-end", test_expiry);
  g_test_add_func ("/brand/signins/what-is-taken-back-ends-them", test_end);
  g_test_add_func ("/brand/signins/one-may-stay-when-the-others-end", test_except);
  g_test_add_func ("/brand/signins/a-person-has-so-many", test_cap);
  g_test_add_func ("/brand/signins/a-link-is-good-once-and-not-for-long", test_link);
  return g_test_run ();
}
