/* SPDX-License-Identifier: Apache-2.0 */
/**
 * API keys: an id, a secret, a brand, scopes. Rotated with overlap: the successor is made first,
 * the old one holds until a time. Thread, errors, life of rows: brands.h.
 */
#pragma once

#include "brand/brands.h"

G_BEGIN_DECLS

#define PARLOR_MAX_KEYS 200 /**< a brand's that hold */
/** The longest overlap: 30 days. */
#define PARLOR_KEY_OVERLAP_MAX_MS (G_GINT64_CONSTANT (30) * 24 * 3600 * 1000)

/** A new key; its secret is 52 characters of 260 random bits. `scopes` not 0. */
const ParlorApiKey *parlor_keys_add (ParlorBrands *brands, const char *brand, const char *name,
                                     guint scopes, gint64 wall_ms, GError **error);
/** A successor with the same name and scopes; the old one holds for `overlap_ms` more (0 = not at
    all). CONFLICT when it does not hold any more. */
const ParlorApiKey *parlor_keys_rotate (ParlorBrands *brands, const char *brand, const char *id,
                                        gint64 overlap_ms, gint64 wall_ms, GError **error);
/** At once and for ever. Twice is no error. */
gboolean parlor_keys_revoke (ParlorBrands *brands, const char *brand, const char *id,
                             gint64 wall_ms, GError **error);

/** The key, if it holds now and its brand is open; NULL = no. */
const ParlorApiKey *parlor_keys_find (const ParlorBrands *brands, const char *id, gint64 wall_ms);
/** It was used (put to the store once a minute). */
void parlor_keys_used (ParlorBrands *brands, const char *id, gint64 wall_ms);
/** A brand's, the youngest first, revoked ones too (transfer container). */
GPtrArray *parlor_keys_list (const ParlorBrands *brands, const char *brand);
/** By id, in any state; NULL = not in this brand. */
const ParlorApiKey *parlor_keys_get (const ParlorBrands *brands, const char *brand, const char *id);
guint parlor_key_scopes (const ParlorApiKey *key);

G_END_DECLS
