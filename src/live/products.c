/* SPDX-License-Identifier: Apache-2.0 */
#include "live/products.h"

#include "base/text.h"

#include <string.h>

#define IMAGE_BYTES 2000
#define PRICE_MAX 40

static const ParlorField fields[] = {
    PARLOR_TEXT (ParlorProduct, brand),     PARLOR_TEXT (ParlorProduct, sku),
    PARLOR_TEXT (ParlorProduct, title),     PARLOR_TEXT (ParlorProduct, image),
    PARLOR_TEXT (ParlorProduct, url),       PARLOR_TEXT (ParlorProduct, price),
    PARLOR_TEXT (ParlorProduct, stock),     PARLOR_INT (ParlorProduct, position),
    PARLOR_INT (ParlorProduct, changed_ms),
};

const ParlorRecordKind parlor_product_kind = {
    .table = "products",
    .fields = fields,
    .n_fields = G_N_ELEMENTS (fields),
    .n_key = 2,
    .size = sizeof (ParlorProduct),
};

struct _ParlorProducts
{
  ParlorRecordSink *sink; /* borrowed, nullable */
  GHashTable *brands;     /* brand → (sku → ParlorProduct), all owned */
};

static void
product_free (gpointer product)
{
  parlor_record_clear (&parlor_product_kind, product);
  g_free (product);
}

ParlorProducts *
parlor_products_new (ParlorRecordSink *sink)
{
  ParlorProducts *products = g_new0 (ParlorProducts, 1);
  products->sink = sink;
  products->brands = g_hash_table_new_full (g_str_hash, g_str_equal, g_free,
                                            (GDestroyNotify)g_hash_table_unref);
  return products;
}

void
parlor_products_free (ParlorProducts *products)
{
  if (!products)
    return;
  g_hash_table_unref (products->brands);
  g_free (products);
}

static GHashTable *
shelf_of (const ParlorProducts *products, const char *brand)
{
  return brand ? g_hash_table_lookup (products->brands, brand) : NULL;
}

/* Takes the row. */
static ParlorProduct *
keep (ParlorProducts *products, ParlorProduct *row)
{
  GHashTable *shelf = shelf_of (products, row->brand);
  if (!shelf)
    {
      shelf = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, product_free);
      g_hash_table_insert (products->brands, g_strdup (row->brand), shelf);
    }
  g_hash_table_replace (shelf, row->sku, row);
  return row;
}

void
parlor_products_load (ParlorProducts *products, const ParlorProduct *row)
{
  ParlorProduct *copy = g_new0 (ParlorProduct, 1);
  parlor_record_copy (&parlor_product_kind, copy, row);
  keep (products, copy);
}

/* ---- judging -------------------------------------------------------------------------------- */

static gboolean
refuse (GError **error, const char *why)
{
  g_set_error_literal (error, PARLOR_ERROR, PARLOR_ERROR_BAD_REQUEST, why);
  return FALSE;
}

static gboolean
is_sku (const char *sku)
{
  gsize n = sku ? strlen (sku) : 0;
  if (!n || n > PARLOR_SKU_MAX)
    return FALSE;
  for (gsize i = 0; i < n; i++)
    if (!g_ascii_isalnum (sku[i]) && !strchr ("._-", sku[i]))
      return FALSE;
  return TRUE;
}

static gboolean
is_plain (const char *text, gsize max)
{
  if (strlen (text) > max || !g_utf8_validate (text, -1, NULL))
    return FALSE;
  for (; *text; text++)
    if ((guchar)*text <= ' ' || strchr ("\"'<>\\^`{|}\x7f", *text))
      return FALSE;
  return TRUE;
}

static gboolean
is_loopback_http (const char *url)
{
  static const char *const hosts[] = {"127.0.0.1", "localhost", "[::1]"};
  const char *host = g_str_has_prefix (url, "http://") ? url + strlen ("http://") : "";
  for (guint i = 0; i < G_N_ELEMENTS (hosts); i++)
    if (g_str_has_prefix (host, hosts[i]) && strchr (":/?#", host[strlen (hosts[i])]))
      return TRUE; /* strchr () finds the end of the text too */
  return FALSE;
}

gboolean
parlor_is_web_url (const char *url)
{
  if (!url || !is_plain (url, IMAGE_BYTES))
    return FALSE;
  const char *host = url + strlen ("https://");
  return is_loopback_http (url)
         || (g_str_has_prefix (url, "https://") && g_ascii_isalnum (*host)
             && !memchr (host, '@', strcspn (host, "/?#")));
}

static gboolean
is_image (const char *url)
{
  return parlor_is_web_url (url) || (url[0] == '/' && url[1] != '/' && is_plain (url, IMAGE_BYTES));
}

/* A line of at most `max` characters, or "" (transfer full). NULL with an error. */
static char *
optional_line (const char *text, guint max, const char *what, GError **error)
{
  return text && *text ? parlor_text_line (text, max, what, error) : g_strdup ("");
}

static gboolean
fill_texts (ParlorProduct *row, const ParlorProduct *from, GError **error)
{
  row->brand = g_strdup (from->brand);
  row->sku = g_strdup (from->sku);
  row->image = g_strdup (from->image ? from->image : "");
  row->url = g_strdup (from->url ? from->url : "");
  if (!is_sku (row->sku))
    return refuse (error, "sku must have 1 to 64 characters of A-Z, a-z, 0-9, dot, dash, _");
  if (*row->image && !is_image (row->image))
    return refuse (error, "image must be an https:// address or a path on this server");
  if (*row->url && !parlor_is_web_url (row->url))
    return refuse (error, "url must be an https:// address");
  return (row->title = parlor_text_line (from->title ? from->title : "", PARLOR_TITLE_MAX, "title",
                                         error))
         && (row->price = optional_line (from->price, PRICE_MAX, "price", error))
         && (row->stock = optional_line (from->stock, PRICE_MAX, "stock", error));
}

/* ---- interface ------------------------------------------------------------------------------ */

static gint64
last_position (GHashTable *shelf)
{
  GHashTableIter iter;
  gpointer value;
  gint64 last = 0;
  g_hash_table_iter_init (&iter, shelf);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    last = MAX (last, ((ParlorProduct *)value)->position);
  return last;
}

static gint64
position_for (const ParlorProducts *products, const ParlorProduct *product)
{
  const ParlorProduct *known = parlor_products_find (products, product->brand, product->sku);
  GHashTable *shelf = shelf_of (products, product->brand);
  if (product->position)
    return product->position;
  return known ? known->position : shelf ? last_position (shelf) + 1 : 1;
}

const ParlorProduct *
parlor_products_put (ParlorProducts *products, const ParlorProduct *product, gint64 wall_ms,
                     GError **error)
{
  g_return_val_if_fail (product->brand != NULL, NULL);
  GHashTable *shelf = shelf_of (products, product->brand);
  ParlorProduct *row = g_new0 (ParlorProduct, 1);
  if (!fill_texts (row, product, error))
    {
      product_free (row);
      return NULL;
    }
  if (shelf && g_hash_table_size (shelf) >= PARLOR_PRODUCTS_MAX
      && !g_hash_table_contains (shelf, row->sku))
    {
      g_set_error_literal (error, PARLOR_ERROR, PARLOR_ERROR_TOO_MANY,
                           "the catalogue is full: remove products that are not sold any more");
      product_free (row);
      return NULL;
    }
  row->position = position_for (products, product);
  row->changed_ms = wall_ms;
  keep (products, row);
  if (products->sink)
    products->sink->put (products->sink, &parlor_product_kind, row);
  return row;
}

const ParlorProduct *
parlor_products_find (const ParlorProducts *products, const char *brand, const char *sku)
{
  GHashTable *shelf = shelf_of (products, brand);
  return shelf && sku ? g_hash_table_lookup (shelf, sku) : NULL;
}

gboolean
parlor_products_remove (ParlorProducts *products, const char *brand, const char *sku)
{
  const ParlorProduct *known = parlor_products_find (products, brand, sku);
  if (!known)
    return FALSE;
  if (products->sink)
    products->sink->remove (products->sink, &parlor_product_kind, known);
  g_hash_table_remove (shelf_of (products, brand), sku);
  return TRUE;
}

static gint
by_position (gconstpointer a, gconstpointer b)
{
  const ParlorProduct *left = *(const ParlorProduct *const *)a;
  const ParlorProduct *right = *(const ParlorProduct *const *)b;
  if (left->position != right->position)
    return left->position < right->position ? -1 : 1;
  return strcmp (left->sku, right->sku);
}

const ParlorProduct **
parlor_products_list (const ParlorProducts *products, const char *brand, guint *n)
{
  GHashTable *shelf = shelf_of (products, brand);
  *n = 0;
  if (!shelf)
    return g_new0 (const ParlorProduct *, 1);
  g_autoptr (GPtrArray) list = g_ptr_array_new ();
  GHashTableIter iter;
  gpointer value;
  g_hash_table_iter_init (&iter, shelf);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    g_ptr_array_add (list, value);
  g_ptr_array_sort (list, by_position);
  *n = list->len;
  g_ptr_array_add (list, NULL);
  return (const ParlorProduct **)g_ptr_array_free (g_steal_pointer (&list), FALSE);
}
