/* SPDX-License-Identifier: Apache-2.0 */
/**
 * Decision hooks: base/hook.h over HTTP (signed like webhooks) and over a module. One deadline a
 * question, one breaker a brand and hook (5 failures in 30 s: not asked for 30 s, then one trial
 * decides), at most 1,000 questions at once.
 *
 * A question over HTTP is a POST of {"type": "route.rep", "brand", "trace", "data": {…}} with
 * webhook-id, webhook-timestamp and webhook-signature; the answer is a JSON object. An answer that
 * carries a webhook-signature must carry a right one over the question's id (of this question, not
 * older than 10 minutes); a brand may demand one. 204 leaves the decision to us (NONE).
 *
 * Thread: control.
 */
#pragma once

#include "base/event.h"
#include "base/ids.h"
#include "hooks/json.h"
#include "hooks/module.h"
#include "hooks/post.h"
#include "hooks/rows.h"
#include "room/clock.h"

G_BEGIN_DECLS

typedef struct _ParlorDecider ParlorDecider;

/** All borrowed. */
typedef struct
{
  ParlorRecordSink *sink;
  ParlorPoster *poster; /**< not the outbox's: a slow receiver holds no question up */
  ParlorModule *module; /**< nullable */
  ParlorClock *clock;
  ParlorRandom random;
  ParlorEventFunc event; /**< nullable: told of "hook.degraded" */
  gpointer event_data;
} ParlorDeciderSpec;

typedef struct
{
  guint64 outcomes[PARLOR_N_HOOK_OUTCOMES];
  guint waiting;
} ParlorDeciderStats;

ParlorDecider *parlor_decider_new (const ParlorDeciderSpec *spec);
/** Nobody is called back any more. */
void parlor_decider_close (ParlorDecider *decider);
/** Free the poster and the module first. */
void parlor_decider_free (ParlorDecider *decider);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (ParlorDecider, parlor_decider_free)

/** The seam of base/hook.h. */
ParlorHooks *parlor_decider_hooks (ParlorDecider *decider);

/** At start, for every row of parlor_hook_kind. */
void parlor_decider_load (ParlorDecider *decider, const ParlorHookRow *row);
/** Puts a setting (copied) and closes its breaker. */
void parlor_decider_put (ParlorDecider *decider, const ParlorHookRow *row);
void parlor_decider_remove (ParlorDecider *decider, const char *brand, const char *hook);
/** NULL = none. Borrowed. */
const ParlorHookRow *parlor_decider_find (const ParlorDecider *decider, const char *brand,
                                          const char *hook);
/** Whether the breaker is open now. */
gboolean parlor_decider_is_open (const ParlorDecider *decider, const char *brand, const char *hook);

void parlor_decider_poll (ParlorDecider *decider, gint64 now_us);
gint64 parlor_decider_next_us (const ParlorDecider *decider);
void parlor_decider_stats (const ParlorDecider *decider, ParlorDeciderStats *stats);

/** For parlor_module_free (): frees what a question had given the module. */
void parlor_decider_drop_ticket (gpointer ticket);

G_END_DECLS
