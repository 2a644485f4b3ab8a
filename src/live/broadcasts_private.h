/* SPDX-License-Identifier: Apache-2.0 */
/** The inside of broadcasts, for broadcasts.c and receipts.c alone: receipts.c stands on the other.
 */
#pragma once

#include "live/broadcasts.h"

G_BEGIN_DECLS

typedef struct
{
  ParlorBroadcast row;
  char **expected;      /* lines of the row's */
  GHashTable *wanted;   /* set of them, borrowed */
  GPtrArray *receipts;  /* owns ParlorReceipt, in the order they came */
  GHashTable *by_who;   /* who → ParlorReceipt, borrowed */
  GHashTable *by_token; /* identity → ParlorReceipt, borrowed */
  guint of[PARLOR_N_RECEIPTS];
  gboolean over;  /* was told */
  gboolean moved; /* its counts changed since they were told */
} ParlorBroadcastEntry;

struct _ParlorBroadcasts
{
  ParlorBroadcastsSpec spec;
  GHashTable *by_id; /* → ParlorBroadcastEntry, borrowed */
  GPtrArray *all;    /* owns ParlorBroadcastEntry, the oldest first */
};

/** The way to the store; nothing where there is none. */
void parlor_broadcasts_put (const ParlorBroadcasts *broadcasts, const ParlorRecordKind *kind,
                            gconstpointer row);
void parlor_broadcasts_begin (const ParlorBroadcasts *broadcasts);
void parlor_broadcasts_end (const ParlorBroadcasts *broadcasts);
/** For webhooks; `person` nullable. */
void parlor_broadcasts_happened (const ParlorBroadcasts *broadcasts, const ParlorBroadcast *row,
                                 const char *type, const ParlorBroadcastPerson *person,
                                 gint64 wall_ms);

/** NULL: this brand has none of that id. */
ParlorBroadcastEntry *parlor_broadcasts_entry (const ParlorBroadcasts *broadcasts,
                                               const char *brand, const char *id);
ParlorBroadcastEntry *parlor_broadcast_entry_of (const ParlorBroadcast *broadcast);
/** Replaces those who must have it; takes `lines`. */
void parlor_broadcast_take_expected (ParlorBroadcastEntry *entry, char **lines);

/** Under which a person's receipt is kept; "" = nobody. */
const char *parlor_broadcast_who (const ParlorBroadcastPerson *person);
/** Whether this name is one of those who must have it. */
gboolean parlor_broadcast_wants (const ParlorBroadcastEntry *entry, const char *name);
gboolean parlor_broadcast_is_meant_for (const ParlorBroadcastEntry *entry,
                                        const ParlorBroadcastPerson *person);

G_END_DECLS
