/* SPDX-License-Identifier: Apache-2.0 */
#include "world.h"

#include <string.h>

static guint
index_of (const ParlorRecordKind *kind)
{
  guint n;
  const ParlorRecordKind *const *kinds = parlor_brand_kinds (&n);
  for (guint i = 0; i < n; i++)
    if (kinds[i] == kind)
      return i;
  g_assert_not_reached ();
}

static void
begin (ParlorRecordSink *sink)
{
  ((BrandWorld *)sink)->open++;
}

static void
end (ParlorRecordSink *sink)
{
  g_assert_cmpuint (((BrandWorld *)sink)->open--, >, 0);
}

static void
put (ParlorRecordSink *sink, const ParlorRecordKind *kind, gconstpointer record)
{
  gpointer copy = g_malloc (kind->size);
  parlor_record_copy (kind, copy, record);
  g_hash_table_replace (((BrandWorld *)sink)->rows[index_of (kind)],
                        g_strdup (*(char *const *)record), copy);
}

static void
drop (ParlorRecordSink *sink, const ParlorRecordKind *kind, gconstpointer key)
{
  g_hash_table_remove (((BrandWorld *)sink)->rows[index_of (kind)], *(char *const *)key);
}

static void
fill (guint8 *out, gsize size, gpointer user_data)
{
  BrandWorld *world = user_data;
  for (gsize i = 0; i < size; i++)
    out[i] = (guint8)g_rand_int (world->random);
}

static void
revoked (gpointer user_data)
{
  ((BrandWorld *)user_data)->revoked++;
}

static void
free_brand (gpointer row)
{
  parlor_record_clear (&parlor_brand_kind, row);
  g_free (row);
}

static void
free_user (gpointer row)
{
  parlor_record_clear (&parlor_user_kind, row);
  g_free (row);
}

static void
free_key (gpointer row)
{
  parlor_record_clear (&parlor_api_key_kind, row);
  g_free (row);
}

static void
free_signin (gpointer row)
{
  parlor_record_clear (&parlor_signin_kind, row);
  g_free (row);
}

static ParlorBrands *
brands_new (BrandWorld *world)
{
  ParlorBrandsSpec spec = {
      .random = {fill, world}, .sink = &world->sink, .revoked = revoked, .user_data = world};
  return parlor_brands_new (&spec);
}

BrandWorld *
brand_world_new (void)
{
  static const GDestroyNotify frees[] = {free_brand, free_user, free_key, free_signin};
  BrandWorld *world = g_new0 (BrandWorld, 1);
  world->random = g_rand_new_with_seed (7);
  world->sink = (ParlorRecordSink){.begin = begin, .end = end, .put = put, .remove = drop};
  for (guint i = 0; i < G_N_ELEMENTS (frees); i++)
    world->rows[i] = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, frees[i]);
  world->brands = brands_new (world);
  world->brand = parlor_brands_add (world->brands, "shop", "The shop", T0, NULL);
  return world;
}

void
brand_world_free (BrandWorld *world)
{
  g_assert_cmpuint (world->open, ==, 0);
  parlor_brands_free (world->brands);
  for (guint i = 0; i < G_N_ELEMENTS (world->rows); i++)
    g_hash_table_unref (world->rows[i]);
  g_rand_free (world->random);
  g_free (world);
}

void
brand_world_restart (BrandWorld *world)
{
  guint n;
  const ParlorRecordKind *const *kinds = parlor_brand_kinds (&n);
  parlor_brands_free (world->brands);
  world->brands = brands_new (world);
  for (guint i = 0; i < n; i++)
    {
      GHashTableIter iter;
      gpointer row;
      g_hash_table_iter_init (&iter, world->rows[i]);
      while (g_hash_table_iter_next (&iter, NULL, &row))
        g_assert_true (parlor_brands_take_row (world->brands, kinds[i], row));
    }
  world->brand = parlor_brands_find (world->brands, "shop");
}

const ParlorUser *
brand_world_user (BrandWorld *world, const char *login, guint roles)
{
  ParlorUserChange change = {.login = login, .name = login, .roles = roles};
  const ParlorUser *user = parlor_users_add (world->brands, world->brand->id, &change, T0, NULL);
  g_assert_nonnull (user);
  return user;
}
