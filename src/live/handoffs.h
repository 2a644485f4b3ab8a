/* SPDX-License-Identifier: Apache-2.0 */
/**
 * From the stream to the shop and back (LIVE section 4): a *handoff code* is made at the click,
 * goes to the shop in the address of the new tab, and is exchanged there, once and within 5
 * minutes, for a handoff id; a *conversion* is what the shop reports afterwards.
 *
 * A code is a secret: only its hash is kept. A code of one brand is unknown to all others.
 *
 * Control thread. Records are borrowed and valid until the next call.
 */
#pragma once

#include "base/error.h"
#include "base/ids.h"
#include "base/record.h"

G_BEGIN_DECLS

/** Codes of one brand that nobody resolved yet. */
#define PARLOR_HANDOFFS_WAITING_MAX 100000
#define PARLOR_HANDOFF_VALID_MS (5 * 60 * G_GINT64_CONSTANT (1000))
/** How long a conversion counts after the click. */
#define PARLOR_CONVERSION_WINDOW_MS (7 * 24 * 3600 * G_GINT64_CONSTANT (1000))

/** A row of `handoffs`, key (id). */
typedef struct
{
  char *id; /**< "hnd_…" */
  char *brand;
  char *code_hash; /**< SHA-256 in hex */
  char *visitor;   /**< "vis_…"; "" = a browser without a device key */
  char *room;
  char *sku;
  gint64 room_ms;
  gint64 made_ms;     /**< wall clock */
  gint64 resolved_ms; /**< 0 = not yet */
} ParlorHandoff;

/** A row of `conversions`, key (brand, order_id, kind): a second report changes nothing. */
typedef struct
{
  char *brand;
  char *order_id;
  char *kind; /**< "order", "refund" */
  char *handoff;
  char *customer; /**< "cus_…" where no handoff was named */
  char *value;    /**< decimal number as reported, "1299.00": never a float */
  char *currency; /**< ISO 4217, "CNY" */
  gint64 counted; /**< 1 = within the window */
  gint64 at_ms;
} ParlorConversion;

extern const ParlorRecordKind parlor_handoff_kind;
extern const ParlorRecordKind parlor_conversion_kind;

typedef struct _ParlorHandoffs ParlorHandoffs;

ParlorHandoffs *parlor_handoffs_new (ParlorRecordSink *sink, const ParlorRandom *random);
void parlor_handoffs_free (ParlorHandoffs *handoffs);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (ParlorHandoffs, parlor_handoffs_free)

/** Rows that the store kept (copied); handoffs older than the window need not be loaded. */
void parlor_handoffs_load (ParlorHandoffs *handoffs, const ParlorHandoff *row);
void parlor_handoffs_load_conversion (ParlorHandoffs *handoffs, const ParlorConversion *row);

/** A code for a click of this visitor (NULL = unknown) on this product. `from`: brand, visitor,
   room, sku, room_ms; NULL texts are "". TOO_MANY:
   PARLOR_HANDOFFS_WAITING_MAX of this brand wait. */
const ParlorHandoff *parlor_handoffs_mint (ParlorHandoffs *handoffs, const ParlorHandoff *from,
                                           gint64 wall_ms, char code[PARLOR_TOKEN_SIZE],
                                           GError **error);

/** Exchanges a code. NOT_FOUND (unknown here), GONE (used before, or too old). */
const ParlorHandoff *parlor_handoffs_resolve (ParlorHandoffs *handoffs, const char *brand,
                                              const char *code, gint64 wall_ms, GError **error);
/** By "hnd_…"; NULL = none of this brand. */
const ParlorHandoff *parlor_handoffs_find (const ParlorHandoffs *handoffs, const char *brand,
                                           const char *id);

/**
 * A conversion reported by the shop, judged and copied; `counted` and `at_ms` are set here.
 * `*again` tells that this order was reported before: the first report stands and is returned.
 * BAD_REQUEST, NOT_FOUND (no such handoff of this brand), CONFLICT (a handoff that was never
 * resolved; a refund of an order that was not reported).
 */
const ParlorConversion *parlor_handoffs_convert (ParlorHandoffs *handoffs,
                                                 const ParlorConversion *conversion, gint64 wall_ms,
                                                 gboolean *again, GError **error);

/** Forgets handoffs older than the window; at most `max` a call; in the store as well. */
guint parlor_handoffs_sweep (ParlorHandoffs *handoffs, gint64 wall_ms, guint max);

G_END_DECLS
