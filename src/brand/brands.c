/* SPDX-License-Identifier: Apache-2.0 */
#include "brand/brands.h"

#include "base/error.h"
#include "base/text.h"
#include "brand/private.h"

#include <string.h>

#define LIST_MAX_BYTES 4096

void
parlor_brands_adopt (ParlorBrands *brands, ParlorBrand *brand)
{
  g_hash_table_replace (brands->brands, brand->id, brand);
  if (brand->closed_ms == 0)
    g_hash_table_replace (brands->by_slug, brand->slug, brand);
}

/* ---- finding -------------------------------------------------------------------------------- */

const ParlorBrand *
parlor_brands_find (const ParlorBrands *brands, const char *name)
{
  const ParlorBrand *brand = name != NULL ? g_hash_table_lookup (brands->by_slug, name) : NULL;
  return brand != NULL ? brand : parlor_brands_open (brands, name);
}

static gint
compare_brands (gconstpointer a, gconstpointer b)
{
  const ParlorBrand *left = *(ParlorBrand *const *)a, *right = *(ParlorBrand *const *)b;
  if (left->created_ms != right->created_ms)
    return left->created_ms < right->created_ms ? -1 : 1;
  return strcmp (left->id, right->id);
}

GPtrArray *
parlor_brands_list (const ParlorBrands *brands)
{
  GPtrArray *list = g_ptr_array_new ();
  GHashTableIter iter;
  gpointer row;
  g_hash_table_iter_init (&iter, brands->brands);
  while (g_hash_table_iter_next (&iter, NULL, &row))
    g_ptr_array_add (list, row);
  g_ptr_array_sort (list, compare_brands);
  return list;
}

const ParlorBrand *
parlor_brands_first (const ParlorBrands *brands)
{
  g_autoptr (GPtrArray) list = parlor_brands_list (brands);
  for (guint i = 0; i < list->len; i++)
    if (((const ParlorBrand *)list->pdata[i])->closed_ms == 0)
      return list->pdata[i];
  return NULL;
}

guint
parlor_brands_count (const ParlorBrands *brands)
{
  return g_hash_table_size (brands->by_slug);
}

/* ---- making and changing -------------------------------------------------------------------- */

static gboolean
is_slug (const char *slug)
{
  gsize n = slug != NULL ? strspn (slug, "abcdefghijklmnopqrstuvwxyz0123456789-") : 0;
  return n >= 1 && n <= 40 && slug[n] == '\0' && slug[0] != '-';
}

static ParlorBrand *
brand_new (ParlorBrands *brands, const char *id, const char *slug, const char *name, gint64 wall_ms)
{
  ParlorBrand *brand = g_new0 (ParlorBrand, 1);
  *brand = (ParlorBrand){
      .id = g_strdup (id),
      .slug = g_strdup (slug),
      .name = g_strdup (name),
      .origins = g_strdup (""),
      .domains = g_strdup (""),
      .hours = g_strdup (""),
      .confirm = g_strdup ("first"),
      .may_start = g_strdup ("signed_in"),
      .consent = g_strdup ("ask"),
      .secret = parlor_brand_secret (&brands->spec.random),
      .created_ms = wall_ms,
      .silence_h = PARLOR_SILENCE_H,
  };
  parlor_brands_adopt (brands, brand);
  parlor_brands_put (brands, &parlor_brand_kind, brand);
  return brand;
}

const ParlorBrand *
parlor_brands_add (ParlorBrands *brands, const char *slug, const char *name, gint64 wall_ms,
                   GError **error)
{
  char id[PARLOR_ID_SIZE];
  g_autofree char *shown = parlor_text_line (name, PARLOR_NAME_MAX, "name", error);
  if (shown == NULL)
    return NULL;
  if (!is_slug (slug))
    parlor_brand_refuse (error, PARLOR_ERROR_BAD_REQUEST,
                         "A slug has 1 to 40 of a-z, 0-9 and -, and does not begin with -.");
  else if (g_hash_table_contains (brands->by_slug, slug))
    parlor_brand_refuse (error, PARLOR_ERROR_CONFLICT, "There is a brand of this slug already.");
  else if (g_hash_table_size (brands->brands) >= PARLOR_MAX_BRANDS)
    parlor_brand_refuse (error, PARLOR_ERROR_TOO_MANY, "There are too many brands here.");
  else
    {
      parlor_id_make ("br", &brands->spec.random, id);
      return brand_new (brands, id, slug, shown, wall_ms);
    }
  return NULL;
}

const ParlorBrand *
parlor_brands_add_fixed (ParlorBrands *brands, const char *id, const char *slug, const char *name,
                         gint64 wall_ms)
{
  const ParlorBrand *brand = parlor_brands_get (brands, id);
  return brand != NULL ? brand : brand_new (brands, id, slug, name, wall_ms);
}

static gboolean
is_one_of (const char *word, const char *a, const char *b, const char *c)
{
  return word == NULL || strcmp (word, a) == 0 || strcmp (word, b) == 0
         || (c != NULL && strcmp (word, c) == 0);
}

/* Words with one blank between them, nothing that could begin another header or line. */
static gboolean
is_list (const char *list)
{
  if (list == NULL || *list == '\0')
    return TRUE;
  if (strlen (list) > LIST_MAX_BYTES || *list == ' ' || g_str_has_suffix (list, " "))
    return FALSE;
  for (const char *c = list; *c != '\0'; c++)
    if ((guchar)*c < 0x20 || (guchar)*c >= 0x7f || (*c == ' ' && c[1] == ' '))
      return FALSE;
  return TRUE;
}

static gboolean
is_origin (const char *word)
{
  const char *host = g_str_has_prefix (word, "https://")  ? word + 8
                     : g_str_has_prefix (word, "http://") ? word + 7
                                                          : "";
  return *host != '\0' && strpbrk (host, "/?#@*\"'<>") == NULL;
}

static gboolean
are_origins (const char *list)
{
  if (!is_list (list))
    return FALSE;
  g_auto (GStrv) words = g_strsplit (list != NULL ? list : "", " ", -1);
  for (guint i = 0; words[i] != NULL; i++)
    if (!is_origin (words[i]))
      return FALSE;
  return TRUE;
}

static gboolean
is_issuer (const char *url)
{
  return url == NULL || *url == '\0'
         || (is_list (url) && strchr (url, ' ') == NULL
             && (g_str_has_prefix (url, "https://")
                 || g_str_has_prefix (url, "http://127.0.0.1:")));
}

static gboolean
check_change (const ParlorBrandChange *change, GError **error)
{
  const char *why = NULL;
  if (!are_origins (change->origins))
    why = "origins are like https://shop.example, without a path";
  else if (!is_list (change->domains))
    why = "domains are host names";
  else if (change->hours != NULL && strlen (change->hours) > 1000)
    why = "hours are too long";
  else if (!is_one_of (change->confirm, "never", "first", "always"))
    why = "confirm is never, first or always";
  else if (!is_one_of (change->may_start, "signed_in", "anyone", NULL))
    why = "may_start is signed_in or anyone";
  else if (!is_one_of (change->consent, "ask", "notice", NULL))
    why = "consent is ask or notice";
  else if (change->retention_days < -1 || change->retention_days > 36500)
    why = "retention_days is 0 to 36500";
  else if (change->silence_h < 0 || change->silence_h > PARLOR_SILENCE_H_MAX)
    why = "silence_h is 1 to 720";
  else if (!is_issuer (change->oidc_issuer))
    why = "the OIDC issuer is an https address";
  else if (!is_list (change->oidc_client) || !is_list (change->oidc_secret))
    why = "OIDC client and secret are plain text";
  return why == NULL || parlor_brand_refuse (error, PARLOR_ERROR_BAD_REQUEST, why);
}

gboolean
parlor_brands_change (ParlorBrands *brands, const char *id, const ParlorBrandChange *change,
                      GError **error)
{
  ParlorBrand *brand = (ParlorBrand *)parlor_brands_open (brands, id);
  g_autofree char *name = NULL;
  if (brand == NULL)
    return parlor_brand_refuse (error, PARLOR_ERROR_NOT_FOUND, "There is no such brand.");
  if (!check_change (change, error)
      || (change->name != NULL
          && (name = parlor_text_line (change->name, PARLOR_NAME_MAX, "name", error)) == NULL))
    return FALSE;
  parlor_brand_set (&brand->name, name, FALSE);
  parlor_brand_set (&brand->origins, change->origins, FALSE);
  parlor_brand_set (&brand->domains, change->domains, FALSE);
  parlor_brand_set (&brand->hours, change->hours, FALSE);
  parlor_brand_set (&brand->confirm, change->confirm, FALSE);
  parlor_brand_set (&brand->may_start, change->may_start, FALSE);
  parlor_brand_set (&brand->consent, change->consent, FALSE);
  parlor_brand_set (&brand->oidc_issuer, change->oidc_issuer, TRUE);
  parlor_brand_set (&brand->oidc_client, change->oidc_client, TRUE);
  parlor_brand_set (&brand->oidc_secret, change->oidc_secret, TRUE);
  if (change->retention_days >= 0)
    brand->retention_days = change->retention_days;
  if (change->silence_h > 0)
    brand->silence_h = change->silence_h;
  parlor_brands_put (brands, &parlor_brand_kind, brand);
  return TRUE;
}

gboolean
parlor_brands_close (ParlorBrands *brands, const char *id, gint64 wall_ms, GError **error)
{
  ParlorBrand *brand = (ParlorBrand *)parlor_brands_open (brands, id);
  if (brand == NULL)
    return parlor_brand_refuse (error, PARLOR_ERROR_NOT_FOUND, "There is no such brand.");
  brand->closed_ms = wall_ms;
  g_hash_table_remove (brands->by_slug, brand->slug);
  parlor_brands_put (brands, &parlor_brand_kind, brand);
  parlor_brands_revoked (brands);
  return TRUE;
}

gboolean
parlor_brand_has_origin (const ParlorBrand *brand, const char *origin)
{
  gsize n = origin != NULL ? strlen (origin) : 0;
  const char *end;
  for (const char *word = brand->origins; n != 0 && *word != '\0'; word = *end ? end + 1 : end)
    {
      end = word + strcspn (word, " ");
      if ((gsize)(end - word) == n && strncmp (word, origin, n) == 0)
        return TRUE;
    }
  return FALSE;
}
