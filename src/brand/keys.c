/* SPDX-License-Identifier: Apache-2.0 */
#include "brand/keys.h"

#include "base/error.h"
#include "base/text.h"
#include "brand/private.h"

#include <string.h>

#define USED_STEP_MS 60000

static gboolean
holds (const ParlorApiKey *key, gint64 wall_ms)
{
  return key->revoked_ms == 0 && (key->expires_ms == 0 || wall_ms < key->expires_ms);
}

static guint
count_holding (const ParlorBrands *brands, const char *brand, gint64 wall_ms)
{
  GHashTableIter iter;
  gpointer row;
  guint n = 0;
  g_hash_table_iter_init (&iter, brands->keys);
  while (g_hash_table_iter_next (&iter, NULL, &row))
    n += strcmp (((ParlorApiKey *)row)->brand, brand) == 0 && holds (row, wall_ms);
  return n;
}

static ParlorApiKey *
key_new (ParlorBrands *brands, const char *brand, const char *name, const char *scopes,
         gint64 wall_ms)
{
  char id[PARLOR_ID_SIZE];
  ParlorApiKey *key = g_new0 (ParlorApiKey, 1);
  parlor_id_make ("key", &brands->spec.random, id);
  *key = (ParlorApiKey){
      .id = g_strdup (id),
      .brand = g_strdup (brand),
      .name = g_strdup (name),
      .secret = parlor_brand_secret (&brands->spec.random),
      .scopes = g_strdup (scopes),
      .created_ms = wall_ms,
  };
  g_hash_table_replace (brands->keys, key->id, key);
  parlor_brands_put (brands, &parlor_api_key_kind, key);
  return key;
}

const ParlorApiKey *
parlor_keys_add (ParlorBrands *brands, const char *brand, const char *name, guint scopes,
                 gint64 wall_ms, GError **error)
{
  g_autofree char *shown = parlor_text_line (name, PARLOR_NAME_MAX, "name", error);
  g_autofree char *list = parlor_scopes_format (scopes);
  if (shown == NULL)
    return NULL;
  if (*list == '\0')
    parlor_brand_refuse (error, PARLOR_ERROR_BAD_REQUEST, "A key needs at least one scope.");
  else if (parlor_brands_open (brands, brand) == NULL)
    parlor_brand_refuse (error, PARLOR_ERROR_NOT_FOUND, "There is no such brand.");
  else if (count_holding (brands, brand, wall_ms) >= PARLOR_MAX_KEYS)
    parlor_brand_refuse (error, PARLOR_ERROR_TOO_MANY, "This brand has too many keys.");
  else
    return key_new (brands, brand, shown, list, wall_ms);
  return NULL;
}

const ParlorApiKey *
parlor_keys_rotate (ParlorBrands *brands, const char *brand, const char *id, gint64 overlap_ms,
                    gint64 wall_ms, GError **error)
{
  ParlorApiKey *old = (ParlorApiKey *)parlor_keys_get (brands, brand, id);
  if (old == NULL)
    parlor_brand_refuse (error, PARLOR_ERROR_NOT_FOUND, "There is no such key.");
  else if (!holds (old, wall_ms))
    parlor_brand_refuse (error, PARLOR_ERROR_CONFLICT, "This key does not hold any more.");
  else if (overlap_ms < 0 || overlap_ms > PARLOR_KEY_OVERLAP_MAX_MS)
    parlor_brand_refuse (error, PARLOR_ERROR_BAD_REQUEST, "The overlap is 0 to 30 days.");
  else if (count_holding (brands, brand, wall_ms) >= PARLOR_MAX_KEYS)
    parlor_brand_refuse (error, PARLOR_ERROR_TOO_MANY, "This brand has too many keys.");
  else
    {
      parlor_brands_begin (brands);
      const ParlorApiKey *successor = key_new (brands, brand, old->name, old->scopes, wall_ms);
      /* A second rotation does not lengthen what the first one ended. */
      gint64 end_ms = wall_ms + overlap_ms;
      old->expires_ms = old->expires_ms != 0 ? MIN (old->expires_ms, end_ms) : end_ms;
      parlor_brands_put (brands, &parlor_api_key_kind, old);
      parlor_brands_end (brands);
      if (overlap_ms == 0)
        parlor_brands_revoked (brands);
      return successor;
    }
  return NULL;
}

gboolean
parlor_keys_revoke (ParlorBrands *brands, const char *brand, const char *id, gint64 wall_ms,
                    GError **error)
{
  ParlorApiKey *key = (ParlorApiKey *)parlor_keys_get (brands, brand, id);
  if (key == NULL)
    return parlor_brand_refuse (error, PARLOR_ERROR_NOT_FOUND, "There is no such key.");
  if (key->revoked_ms != 0)
    return TRUE;
  key->revoked_ms = wall_ms;
  parlor_brands_put (brands, &parlor_api_key_kind, key);
  parlor_brands_revoked (brands);
  return TRUE;
}

const ParlorApiKey *
parlor_keys_find (const ParlorBrands *brands, const char *id, gint64 wall_ms)
{
  const ParlorApiKey *key = id != NULL ? g_hash_table_lookup (brands->keys, id) : NULL;
  return key != NULL && holds (key, wall_ms) && parlor_brands_open (brands, key->brand) != NULL
             ? key
             : NULL;
}

void
parlor_keys_used (ParlorBrands *brands, const char *id, gint64 wall_ms)
{
  ParlorApiKey *key = g_hash_table_lookup (brands->keys, id);
  if (key == NULL || ABS (wall_ms - key->used_ms) < USED_STEP_MS)
    return;
  key->used_ms = wall_ms;
  parlor_brands_put (brands, &parlor_api_key_kind, key);
}

static gint
compare_keys (gconstpointer a, gconstpointer b)
{
  const ParlorApiKey *left = *(ParlorApiKey *const *)a, *right = *(ParlorApiKey *const *)b;
  if (left->created_ms != right->created_ms)
    return left->created_ms > right->created_ms ? -1 : 1;
  return strcmp (left->id, right->id);
}

GPtrArray *
parlor_keys_list (const ParlorBrands *brands, const char *brand)
{
  GPtrArray *list = g_ptr_array_new ();
  GHashTableIter iter;
  gpointer row;
  g_hash_table_iter_init (&iter, brands->keys);
  while (g_hash_table_iter_next (&iter, NULL, &row))
    if (strcmp (((ParlorApiKey *)row)->brand, brand) == 0)
      g_ptr_array_add (list, row);
  g_ptr_array_sort (list, compare_keys);
  return list;
}

const ParlorApiKey *
parlor_keys_get (const ParlorBrands *brands, const char *brand, const char *id)
{
  const ParlorApiKey *key = id != NULL ? g_hash_table_lookup (brands->keys, id) : NULL;
  return key != NULL && g_strcmp0 (key->brand, brand) == 0 ? key : NULL;
}

guint
parlor_key_scopes (const ParlorApiKey *key)
{
  guint scopes = 0;
  parlor_scopes_parse (key->scopes, &scopes);
  return scopes;
}
