/* SPDX-License-Identifier: Apache-2.0 */
#include "brand/brands.h"

#include "base/error.h"
#include "base/text.h"
#include "brand/private.h"

#include <string.h>

#define LIST_MAX_BYTES 4096

/* ---- small things of all files -------------------------------------------------------------- */

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

static void
adopt_brand (ParlorBrands *brands, ParlorBrand *brand)
{
  g_hash_table_replace (brands->brands, brand->id, brand);
  if (brand->closed_ms == 0)
    g_hash_table_replace (brands->by_slug, brand->slug, brand);
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
    adopt_brand (brands, copy);
  else if (kind == &parlor_user_kind)
    parlor_users_adopt (brands, copy);
  else if (kind == &parlor_api_key_kind)
    g_hash_table_replace (brands->keys, ((ParlorApiKey *)copy)->id, copy);
  else
    parlor_signins_adopt (brands, copy);
  return TRUE;
}

/* ---- finding -------------------------------------------------------------------------------- */

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
  };
  adopt_brand (brands, brand);
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
