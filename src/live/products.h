/* SPDX-License-Identifier: Apache-2.0 */
/**
 * A brand's catalogue as far as a live room needs it (LIVE section 1): what is pinned, asked about
 * and bought. The price is a text that the brand wrote, with its currency; nothing is computed from
 * it. Price and stock of the moment come by the hook `product.resolve`; what stands here is the
 * last known.
 *
 * Control thread. Records are borrowed and valid until the product is put again or removed: keep
 * the sku.
 */
#pragma once

#include "base/error.h"
#include "base/record.h"

G_BEGIN_DECLS

#define PARLOR_SKU_MAX 64
#define PARLOR_PRODUCTS_MAX 20000 /* of one brand */

/** A row of `products`, key (brand, sku). Texts owned by the catalogue. */
typedef struct
{
  char *brand;
  char *sku;         /**< 1 to 64 of [A-Za-z0-9._-] */
  char *title;       /**< 1 to 200 characters */
  char *image;       /**< "https://…", or "/…" on this server; "" = none */
  char *url;         /**< of the shop's page, "https://…"; "" = none */
  char *price;       /**< as shown, "¥1,299"; "" = on request */
  char *stock;       /**< as shown, "12 left"; "" = nothing is said */
  gint64 position;   /**< on the shelf, small first */
  gint64 changed_ms; /**< wall clock */
} ParlorProduct;

extern const ParlorRecordKind parlor_product_kind;

typedef struct _ParlorProducts ParlorProducts;

/** `sink` is borrowed; NULL = nothing survives a restart. */
ParlorProducts *parlor_products_new (ParlorRecordSink *sink);
void parlor_products_free (ParlorProducts *products);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (ParlorProducts, parlor_products_free)

/** A row that the store kept (copied). At start. */
void parlor_products_load (ParlorProducts *products, const ParlorProduct *row);

/**
 * Adds or replaces by (brand, sku). `product` is judged and copied; a NULL text counts as "";
 * position 0 of a new product puts it last, of a known one leaves it where it is. Returns the
 * stored one. BAD_REQUEST (says which field), TOO_MANY.
 */
const ParlorProduct *parlor_products_put (ParlorProducts *products, const ParlorProduct *product,
                                          gint64 wall_ms, GError **error);
/** NULL = the brand has no such product. */
const ParlorProduct *parlor_products_find (const ParlorProducts *products, const char *brand,
                                           const char *sku);
/** FALSE = there was none. */
gboolean parlor_products_remove (ParlorProducts *products, const char *brand, const char *sku);
/** All of a brand in the shelf's order; free the array (transfer container). */
const ParlorProduct **parlor_products_list (const ParlorProducts *products, const char *brand,
                                            guint *n);

/** Whether `url` may stand in an href of our pages: https://…, or http:// for loopback and tests;
   no blank, no quote, no control character, at most 2,000 bytes. */
gboolean parlor_is_web_url (const char *url);

G_END_DECLS
