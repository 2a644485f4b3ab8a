/* SPDX-License-Identifier: Apache-2.0 */
/* Inside of src/brand: the registry's tables. Not for other folders. */
#pragma once

#include "brand/keys.h"
#include "brand/signins.h"
#include "brand/users.h"

struct _ParlorBrands
{
  ParlorBrandsSpec spec;

  /* owned rows */
  GHashTable *brands;  /* id → ParlorBrand */
  GHashTable *users;   /* id → ParlorUser */
  GHashTable *keys;    /* id → ParlorApiKey */
  GHashTable *signins; /* id → ParlorSignin */
  GHashTable *links;   /* ParlorHash → Link, see signins.c */

  /* indexes of borrowed rows */
  GHashTable *by_slug;    /* slug → ParlorBrand */
  GHashTable *by_login;   /* owned "brand\nlogin" → ParlorUser */
  GHashTable *by_subject; /* owned "brand\nsubject" → ParlorUser */
  GHashTable *by_hash;    /* hash → ParlorSignin */
  GHashTable *of_person;  /* owned id → owned GPtrArray of ParlorSignin, the oldest first */

  gint64 polled_ms; /* when sign-ins and links were looked through */
};

/** Puts the row to the sink, if there is one. */
void parlor_brands_put (ParlorBrands *brands, const ParlorRecordKind *kind, gconstpointer row);
void parlor_brands_remove (ParlorBrands *brands, const ParlorRecordKind *kind, gconstpointer row);
void parlor_brands_begin (ParlorBrands *brands);
void parlor_brands_end (ParlorBrands *brands);
void parlor_brands_revoked (ParlorBrands *brands);

/** A copy of the row into the tables: takes `row`'s texts. */
void parlor_brands_adopt (ParlorBrands *brands, ParlorBrand *brand);
void parlor_users_adopt (ParlorBrands *brands, ParlorUser *user);
void parlor_signins_adopt (ParlorBrands *brands, ParlorSignin *signin);

/** Ends what ran out; the keys' part is in registry.c. */
void parlor_signins_poll (ParlorBrands *brands, gint64 wall_ms);

/** The open brand of this id; NULL = none, or closed. */
const ParlorBrand *parlor_brands_open (const ParlorBrands *brands, const char *id);

/** "a\nb" (transfer full), a key of by_login and by_subject. */
char *parlor_brand_pair (const char *brand, const char *text);

/** FALSE with the error set, for `return parlor_brand_refuse (…)`. */
gboolean parlor_brand_refuse (GError **error, int code, const char *message);

/** Replaces *text by a copy when `value` is not NULL; "" becomes NULL where `nullable`. */
void parlor_brand_set (char **text, const char *value, gboolean nullable);

/** A secret of two tokens: 260 random bits, 52 characters. */
char *parlor_brand_secret (const ParlorRandom *random);
