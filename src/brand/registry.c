/* SPDX-License-Identifier: Apache-2.0 */
/* All four tables together: their making and end, what comes from the store, what still stands. */
#include "brand/brands.h"

#include "brand/private.h"

#include <string.h>

/* ---- begin and end -------------------------------------------------------------------------- */

static void
brand_free (gpointer row)
{
  parlor_record_clear (&parlor_brand_kind, row);
  g_free (row);
}

static void
user_free (gpointer row)
{
  parlor_record_clear (&parlor_user_kind, row);
  g_free (row);
}

static void
key_free (gpointer row)
{
  parlor_record_clear (&parlor_api_key_kind, row);
  g_free (row);
}

static void
signin_free (gpointer row)
{
  parlor_record_clear (&parlor_signin_kind, row);
  g_free (row);
}

ParlorBrands *
parlor_brands_new (const ParlorBrandsSpec *spec)
{
  ParlorBrands *brands = g_new0 (ParlorBrands, 1);
  brands->spec = *spec;
  brands->brands = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, brand_free);
  brands->users = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, user_free);
  brands->keys = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, key_free);
  brands->signins = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, signin_free);
  brands->links = g_hash_table_new_full (parlor_hash_hash, parlor_hash_equal, NULL, g_free);
  brands->by_slug = g_hash_table_new (g_str_hash, g_str_equal);
  brands->by_login = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  brands->by_subject = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  brands->by_hash = g_hash_table_new (g_str_hash, g_str_equal);
  brands->of_person = g_hash_table_new_full (g_str_hash, g_str_equal, g_free,
                                             (GDestroyNotify)g_ptr_array_unref);
  return brands;
}

void
parlor_brands_free (ParlorBrands *brands)
{
  if (brands == NULL)
    return;
  GHashTable *tables[] = {brands->of_person, brands->by_hash, brands->by_subject, brands->by_login,
                          brands->by_slug,   brands->links,   brands->signins,    brands->keys,
                          brands->users,     brands->brands};
  for (guint i = 0; i < G_N_ELEMENTS (tables); i++)
    g_hash_table_unref (tables[i]);
  g_free (brands);
}

gboolean
parlor_brands_take_row (ParlorBrands *brands, const ParlorRecordKind *kind, gconstpointer row)
{
  if (kind != &parlor_brand_kind)
    {
      /* The brand is the second column of the others. */
      const char *brand = G_STRUCT_MEMBER (char *, row, kind->fields[1].offset);
      if (brand == NULL || !g_hash_table_contains (brands->brands, brand))
        return FALSE;
    }
  gpointer copy = g_malloc0 (kind->size);
  parlor_record_copy (kind, copy, row);
  if (kind == &parlor_brand_kind)
    parlor_brands_adopt (brands, copy);
  else if (kind == &parlor_user_kind)
    parlor_users_adopt (brands, copy);
  else if (kind == &parlor_api_key_kind)
    g_hash_table_replace (brands->keys, ((ParlorApiKey *)copy)->id, copy);
  else
    parlor_signins_adopt (brands, copy);
  return TRUE;
}

/* ---- what still stands ---------------------------------------------------------------------- */

static gboolean
person_stands (const ParlorBrands *brands, const ParlorPrincipal *principal, gint64 wall_ms)
{
  const ParlorSignin *signin = g_hash_table_lookup (brands->signins, principal->by);
  const ParlorUser *user = signin != NULL ? g_hash_table_lookup (brands->users, signin->person)
                                          : NULL;
  return user != NULL && user->disabled_ms == 0 && wall_ms < signin->expires_ms
         && (principal->roles & ~parlor_user_roles (user)) == 0
         && parlor_brands_open (brands, user->brand) != NULL;
}

gboolean
parlor_brands_stands (const ParlorBrands *brands, const ParlorPrincipal *principal, gint64 wall_ms)
{
  if (*principal->by == '\0')
    return TRUE;
  if (g_str_has_prefix (principal->by, "ses_"))
    return person_stands (brands, principal, wall_ms);
  return parlor_keys_find (brands, principal->by, wall_ms) != NULL
         || parlor_brands_open (brands, principal->by) != NULL;
}

static gboolean
has_ended (const ParlorApiKey *key, gint64 after_ms, gint64 wall_ms)
{
  return key->revoked_ms == 0 && key->expires_ms > after_ms && key->expires_ms <= wall_ms;
}

void
parlor_brands_poll (ParlorBrands *brands, gint64 wall_ms)
{
  GHashTableIter iter;
  gpointer key;
  gboolean ended = FALSE;
  g_hash_table_iter_init (&iter, brands->keys);
  while (!ended && g_hash_table_iter_next (&iter, NULL, &key))
    ended = has_ended (key, brands->polled_ms, wall_ms);
  parlor_signins_poll (brands, wall_ms);
  brands->polled_ms = wall_ms;
  if (ended)
    parlor_brands_revoked (brands);
}
