/* SPDX-License-Identifier: Apache-2.0 */
/**
 * Who comes, from where, and what led here (LIVE section 1):
 *
 * - a *visitor* is one browser at one brand. It holds a random device key of 128 bits (our pages:
 * an HttpOnly cookie) of which only the hash is known here. No personal data; forgotten after 30
 * idle days. It becomes somebody by being tied to a customer ("cus_…", a thing of the service
 * domain, known here by its id alone);
 * - an *entry* is a link, a QR code or a snippet that the brand put somewhere;
 * - a *touch* is written when a visitor came through an entry or was led by an inviter. Touches are
 *   only ever added; they belong to the visitor and are the customer's with it.
 *
 * Control thread. Records are borrowed, valid until the next call that changes the same entity:
 * keep ids.
 */
#pragma once

#include "base/error.h"
#include "base/ids.h"
#include "base/record.h"

G_BEGIN_DECLS

#define PARLOR_VISITOR_IDLE_MS (30 * 24 * 3600 * G_GINT64_CONSTANT (1000))
/** So many are kept on this server; so many entries of one brand. Where there are too many visitors
    one of the brand that has the most goes for each who comes: who was not seen for longest and did
    nothing. So no brand's flood takes another's place. */
#define PARLOR_VISITORS_MAX 500000
#define PARLOR_ENTRIES_MAX 100000

/** A row of `visitors`, key (id). */
typedef struct
{
  char *id; /**< "vis_…" */
  char *brand;
  char *key_hash; /**< SHA-256 of the device key, 64 hex digits */
  char *customer; /**< "cus_…"; "" = anonymous */
  gint64 made_ms;
  gint64 seen_ms; /**< to the hour: not every visit is a write */
} ParlorVisitor;

typedef enum
{
  PARLOR_CHANNEL_LIVE,
  PARLOR_CHANNEL_HOME,
  PARLOR_CHANNEL_REPLAY,
  PARLOR_CHANNEL_CARD,
  PARLOR_CHANNEL_QR,
  PARLOR_CHANNEL_SITE,
  PARLOR_N_CHANNELS,
} ParlorChannel;
/** "live", "home", "replay", "card", "qr", "site". */
const char *parlor_channel_name (ParlorChannel channel);
gboolean parlor_channel_from_name (const char *name, ParlorChannel *channel);

/** A row of `entries`, key (id). */
typedef struct
{
  char *id; /**< "ent_…": stands in links, opens nothing by itself */
  char *brand;
  char *channel;   /**< one of the names above */
  char *state;     /**< the brand's own words, given back untouched; at most 64 bytes */
  char *rep_group; /**< of reps; "" = the room's or the brand's */
  char *room;      /**< "rm_…"; "" = none */
  char *product;   /**< sku; "" = none */
  char *rep;       /**< "rep_…" of a personal link; "" = none */
  gint64 made_ms;
} ParlorEntry;

/** A row of `touches`, key (id), append-only. NULL texts are "". */
typedef struct
{
  char *id; /**< "tch_…" */
  char *brand;
  char *visitor;
  char *entry;
  char *inviter; /**< "rep_…", "cus_…" or "vis_…" whose link it was */
  char *utm;     /**< as the link had it, at most 512 bytes */
  char *room;
  gint64 room_ms;
  gint64 at_ms; /**< wall clock */
} ParlorTouch;

extern const ParlorRecordKind parlor_visitor_kind;
extern const ParlorRecordKind parlor_entry_kind;
extern const ParlorRecordKind parlor_touch_kind;

typedef struct _ParlorVisitors ParlorVisitors;

/** `sink` is borrowed, NULL = nothing survives; `random` is copied. */
ParlorVisitors *parlor_visitors_new (ParlorRecordSink *sink, const ParlorRandom *random);
void parlor_visitors_free (ParlorVisitors *visitors);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (ParlorVisitors, parlor_visitors_free)

/** Whether this visitor has something that is lost with him: a person, a conversation, consents. */
typedef gboolean (*ParlorVisitorNeeded) (const char *brand, const char *visitor,
                                         gpointer user_data);
/** Who is asked before one goes to make place; without it nobody goes. NULL ends it. */
void parlor_visitors_set_needed (ParlorVisitors *visitors, ParlorVisitorNeeded needed,
                                 gpointer user_data);

/** Rows that the store kept (copied). At start. Of touches only the newest of each visitor stays in
    memory; the others are found in the store. */
void parlor_visitors_load_visitor (ParlorVisitors *visitors, const ParlorVisitor *row);
void parlor_visitors_load_entry (ParlorVisitors *visitors, const ParlorEntry *row);
void parlor_visitors_load_touch (ParlorVisitors *visitors, const ParlorTouch *row);

/**
 * The visitor of this device key at this brand; one that is NULL, unknown or idle for too long
 * makes a new visitor with a new key. `fresh_key` is the new key (a secret: into the cookie,
 * nowhere else), or "" when the old one holds. At PARLOR_VISITORS_MAX, where nobody may go for him,
 * a new one is not kept: he has an id until the next call, and is new again when he comes back.
 * A page of the brand's own site keeps its key itself: that is good at its Origin (RFC 6454,
 * "https://shop.example") alone. `origin` NULL = our own pages.
 */
const ParlorVisitor *parlor_visitors_meet_at (ParlorVisitors *visitors, const char *brand,
                                              const char *origin, const char *key, gint64 wall_ms,
                                              char fresh_key[PARLOR_TOKEN_SIZE]);
/** The same without making one; NULL = nobody. */
const ParlorVisitor *parlor_visitors_recognise_at (const ParlorVisitors *visitors,
                                                   const char *brand, const char *origin,
                                                   const char *key, gint64 wall_ms);
/** A new one who is not kept, as at the cap: for an address from which too many new ones come. */
const ParlorVisitor *parlor_visitors_pass (ParlorVisitors *visitors, const char *brand,
                                           const char *origin, gint64 wall_ms,
                                           char fresh_key[PARLOR_TOKEN_SIZE]);
/** By "vis_…"; NULL = none. */
const ParlorVisitor *parlor_visitors_find (const ParlorVisitors *visitors, const char *id);
/** He was never here: his key is nobody's, and his newest touch leaves memory. */
void parlor_visitors_forget (ParlorVisitors *visitors, const char *id);
guint parlor_visitors_count (const ParlorVisitors *visitors);
/** Forgets those who were idle for 30 days, at most `max` a call. Returns how many. */
guint parlor_visitors_sweep (ParlorVisitors *visitors, gint64 wall_ms, guint max);

/** Judged and copied; id and made_ms are set here; NULL texts count as "". BAD_REQUEST, TOO_MANY.
 */
const ParlorEntry *parlor_visitors_add_entry (ParlorVisitors *visitors, const ParlorEntry *entry,
                                              gint64 wall_ms, GError **error);
const ParlorEntry *parlor_visitors_find_entry (const ParlorVisitors *visitors, const char *id);
/** A brand's entries, oldest first, behind the one named `after` (NULL = from the start), at most
    `max`; free the array (transfer container). */
const ParlorEntry **parlor_visitors_list_entries (const ParlorVisitors *visitors, const char *brand,
                                                  const char *after, guint max, guint *n);

/** Adds a touch of a visitor who is here; id is set here, texts too long are cut at a character's
    end. The newest is remembered. NULL = no such visitor. */
const ParlorTouch *parlor_visitors_touch (ParlorVisitors *visitors, const ParlorTouch *touch);
/** His newest; NULL = none since the start. */
const ParlorTouch *parlor_visitors_last_touch (const ParlorVisitors *visitors, const char *visitor);

G_END_DECLS
