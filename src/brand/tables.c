/* SPDX-License-Identifier: Apache-2.0 */
/* What all files of this folder stand on: the way to the store, and small things of rows. */
#include "brand/private.h"

#include "base/error.h"

void
parlor_brands_put (ParlorBrands *brands, const ParlorRecordKind *kind, gconstpointer row)
{
  ParlorRecordSink *sink = brands->spec.sink;
  if (sink != NULL)
    sink->put (sink, kind, row);
}

void
parlor_brands_remove (ParlorBrands *brands, const ParlorRecordKind *kind, gconstpointer row)
{
  ParlorRecordSink *sink = brands->spec.sink;
  if (sink != NULL)
    sink->remove (sink, kind, row);
}

void
parlor_brands_begin (ParlorBrands *brands)
{
  ParlorRecordSink *sink = brands->spec.sink;
  if (sink != NULL)
    sink->begin (sink);
}

void
parlor_brands_end (ParlorBrands *brands)
{
  ParlorRecordSink *sink = brands->spec.sink;
  if (sink != NULL)
    sink->end (sink);
}

void
parlor_brands_revoked (ParlorBrands *brands)
{
  if (brands->spec.revoked != NULL)
    brands->spec.revoked (brands->spec.user_data);
}

char *
parlor_brand_pair (const char *brand, const char *text)
{
  return g_strconcat (brand, "\n", text, NULL);
}

gboolean
parlor_brand_refuse (GError **error, int code, const char *message)
{
  g_set_error_literal (error, PARLOR_ERROR, code, message);
  return FALSE;
}

void
parlor_brand_set (char **text, const char *value, gboolean nullable)
{
  if (value == NULL)
    return;
  char *copy = nullable && *value == '\0' ? NULL : g_strdup (value);
  g_free (*text);
  *text = copy;
}

char *
parlor_brand_secret (const ParlorRandom *random)
{
  char a[PARLOR_TOKEN_SIZE], b[PARLOR_TOKEN_SIZE];
  parlor_token_make (random, a);
  parlor_token_make (random, b);
  return g_strconcat (a, b, NULL);
}

const ParlorBrand *
parlor_brands_get (const ParlorBrands *brands, const char *id)
{
  return id != NULL ? g_hash_table_lookup (brands->brands, id) : NULL;
}

const ParlorBrand *
parlor_brands_open (const ParlorBrands *brands, const char *id)
{
  const ParlorBrand *brand = parlor_brands_get (brands, id);
  return brand != NULL && brand->closed_ms == 0 ? brand : NULL;
}
