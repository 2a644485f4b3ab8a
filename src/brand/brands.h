/* SPDX-License-Identifier: Apache-2.0 */
/**
 * All brands of this server with their people, keys, sign-ins and one-time links: everything in
 * memory, every change put to the sink. Start reading here; users.h, keys.h and signins.h go on.
 *
 * Rows that are handed out are borrowed and constant: they hold until the next call that changes
 * something. An id of another brand is answered as an unknown one: every function that finds takes
 * the brand that asks.
 *
 * Errors: BAD_REQUEST (a text is unfit), CONFLICT (a name is taken, the last owner), NOT_FOUND,
 * TOO_MANY (a cap). Control thread; times are of the wall clock in milliseconds.
 */
#pragma once

#include "base/ids.h"
#include "brand/records.h"
#include "brand/roles.h"

G_BEGIN_DECLS

typedef struct _ParlorBrands ParlorBrands;

/** Hours without a word that end a conversation: what a new brand has, and the most. */
#define PARLOR_SILENCE_H 48
#define PARLOR_SILENCE_H_MAX 720

/** Borrowed, to outlive the object. */
typedef struct
{
  ParlorRandom random;
  ParlorRecordSink *sink; /**< NULL: nothing survives a restart */
  /** Something was taken back (a key, a role, a sign-in, a person, a brand): whoever is connected
     is to be looked at again. Nullable; called inside the call that did it. */
  void (*revoked) (gpointer user_data);
  gpointer user_data;
} ParlorBrandsSpec;

ParlorBrands *parlor_brands_new (const ParlorBrandsSpec *spec);
void parlor_brands_free (ParlorBrands *brands);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (ParlorBrands, parlor_brands_free)

/** At start: one row of one of parlor_brand_kinds (), copied. Brands first. A row that makes no
    sense (of a brand that is not there) is left out; FALSE says so. */
gboolean parlor_brands_take_row (ParlorBrands *brands, const ParlorRecordKind *kind,
                                 gconstpointer row);

#define PARLOR_MAX_BRANDS 1000

/** A new brand with the defaults. The slug is 1 to 40 of [a-z0-9-]. */
const ParlorBrand *parlor_brands_add (ParlorBrands *brands, const char *slug, const char *name,
                                      gint64 wall_ms, GError **error);
/** One with an id that is not made up (PARLOR_DEMO_BRAND, PARLOR_CONFIG_BRAND), made if it is not
    there. */
const ParlorBrand *parlor_brands_add_fixed (ParlorBrands *brands, const char *id, const char *slug,
                                            const char *name, gint64 wall_ms);
/** By id, also a closed one; NULL = none. */
const ParlorBrand *parlor_brands_get (const ParlorBrands *brands, const char *id);
/** By slug or id, open ones only. */
const ParlorBrand *parlor_brands_find (const ParlorBrands *brands, const char *name);
/** The oldest open one; NULL = none. */
const ParlorBrand *parlor_brands_first (const ParlorBrands *brands);
/** All, the oldest first (transfer container of borrowed rows). */
GPtrArray *parlor_brands_list (const ParlorBrands *brands);
/** Open ones. */
guint parlor_brands_count (const ParlorBrands *brands);

/** NULL members stay as they are, so do -1 of retention_days and 0 of silence_h; "" empties what
 * may be empty. */
typedef struct
{
  const char *name, *origins, *domains, *hours, *confirm, *may_start, *consent;
  gint64 retention_days, silence_h;
  const char *oidc_issuer, *oidc_client, *oidc_secret;
} ParlorBrandChange;

gboolean parlor_brands_change (ParlorBrands *brands, const char *id,
                               const ParlorBrandChange *change, GError **error);
/** From now on none of its keys, tokens and people is let in. */
gboolean parlor_brands_close (ParlorBrands *brands, const char *id, gint64 wall_ms, GError **error);

/** Whether this Origin is one of the brand's. */
gboolean parlor_brand_has_origin (const ParlorBrand *brand, const char *origin);

/**
 * Whether what a principal rests on still stands: `by` a key that holds (or the brand itself, for
 * the server's own tokens), a sign-in that lasts, of a person who still has those roles.
 */
gboolean parlor_brands_stands (const ParlorBrands *brands, const ParlorPrincipal *principal,
                               gint64 wall_ms);

/** Forgets what ran out (sign-ins, links, keys after their overlap). Once a second or so; tells
    revoked () when a key ended. */
void parlor_brands_poll (ParlorBrands *brands, gint64 wall_ms);

G_END_DECLS
