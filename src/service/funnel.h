/* SPDX-License-Identifier: Apache-2.0 */
/**
 * The funnel, from the first touch to the order, computed from a ledger of facts.
 *
 * A *fact* is written once, in the transaction of what it tells of, under an id that the thing
 * itself gives ("bound:bnd_…", "order:br_… 4711"): whatever comes twice (a retried tap, a doubled
 * webhook or conversion, an event log that is replayed) is the same fact. It carries the context of
 * that moment (entry, room, product, rep …), so that no later visit changes what led there.
 *
 * The funnel itself is computed when it is asked for, by adding facts in any order and any number
 * of times.
 *
 * Thread: control.
 */
#pragma once

#include "base/record.h"

G_BEGIN_DECLS

typedef enum
{
  PARLOR_FUNNEL_TOUCH,    /**< came through an entry */
  PARLOR_FUNNEL_JOINED,   /**< watched a live room; one a stay */
  PARLOR_FUNNEL_TAP,      /**< tapped "talk to us" */
  PARLOR_FUNNEL_CARD,     /**< was shown a card */
  PARLOR_FUNNEL_BOUND,    /**< has somebody */
  PARLOR_FUNNEL_TALKED,   /**< wrote; one a conversation */
  PARLOR_FUNNEL_ANSWERED, /**< was answered by a person; one a conversation */
  PARLOR_FUNNEL_CALLED,   /**< a call stood */
  PARLOR_FUNNEL_CLICKED,  /**< went to the shop */
  PARLOR_FUNNEL_SHOP,     /**< the shop resolved the handoff */
  PARLOR_FUNNEL_ORDERED,  /**< the shop reported an order within the window */
  PARLOR_FUNNEL_REFUNDED,
  PARLOR_N_FUNNEL_STAGES,
} ParlorFunnelStage;

/** "touch" … "refunded"; static. */
const char *parlor_funnel_stage_name (ParlorFunnelStage stage);
/** -1 where no stage is called so. */
int parlor_funnel_stage_parse (const char *name);

/** A row of service_fact. Texts NULL = none. */
typedef struct
{
  char *id;   /**< of the thing itself, with its stage in front */
  gint64 seq; /**< microseconds since 1970, never twice: the order, and where pages go on */
  char *brand, *stage, *visitor, *customer, *entry, *channel, *state, *room, *inviter, *product,
      *rep, *value, *currency; /**< value: a decimal number, as reported */
  gint64 at_ms;
} ParlorFactRow;

extern const ParlorRecordKind parlor_fact_kind;

/** By what it may be grouped. */
typedef enum
{
  PARLOR_BY_CHANNEL,
  PARLOR_BY_ENTRY,
  PARLOR_BY_STATE,
  PARLOR_BY_ROOM,
  PARLOR_BY_INVITER,
  PARLOR_BY_PRODUCT,
  PARLOR_BY_REP_ID,
  PARLOR_BY_DAY, /**< "2026-11-22", in the asker's zone */
  PARLOR_N_BYS,
} ParlorFunnelBy;

/** "channel" … "rep", "day"; static. */
const char *parlor_funnel_by_name (ParlorFunnelBy by);

typedef struct _ParlorFunnel ParlorFunnel;

/** One line: of those who have these values. */
typedef struct
{
  char *keys[PARLOR_N_BYS]; /**< only of what it is grouped by; NULL = none */
  guint64 counts[PARLOR_N_FUNNEL_STAGES];
  guint64 visitors;    /**< different ones */
  GHashTable *revenue; /**< currency → gint64 *: orders less refunds, in millionths */
  guint64 unsummed;    /**< values of more than 12 digits or 6 places: counted, not added */
} ParlorFunnelLine;

/** `bys`: bits of ParlorFunnelBy; 0 = one line. `utc_offset_min`: whose days. */
ParlorFunnel *parlor_funnel_new (guint bys, int utc_offset_min);
void parlor_funnel_free (ParlorFunnel *funnel);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (ParlorFunnel, parlor_funnel_free)

/** FALSE: it was there already, or its stage is none. */
gboolean parlor_funnel_add (ParlorFunnel *funnel, const ParlorFactRow *fact);
/** Lines, those with the most of the earliest stage first; borrowed, the array is the caller's
    (transfer container). */
GPtrArray *parlor_funnel_lines (ParlorFunnel *funnel);
/** Millionths as a decimal number with at least two places (transfer full). */
char *parlor_funnel_money (gint64 millionths);

G_END_DECLS
