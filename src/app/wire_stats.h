/* SPDX-License-Identifier: Apache-2.0 */
/**
 * Between the domains' events and the log of events: each event that is a stage of the funnel is
 * written down as a fact (service/funnel.h), in the transaction of what it tells of, with where the
 * visitor came from at that moment. Then it goes on to the log.
 *
 * Thread: control.
 */
#pragma once

#include "app/wire_hooks.h"
#include "app/wire_live.h"
#include "service/service.h"

G_BEGIN_DECLS

typedef struct _ParlorWireStats ParlorWireStats;

/** `hooks` and `store` (nullable: nothing is written) are borrowed and outlive it. */
ParlorWireStats *parlor_wire_stats_new (ParlorWireHooks *hooks, ParlorStore *store);
void parlor_wire_stats_free (ParlorWireStats *stats);
/** Who knows visitors, handoffs and bindings; borrowed, NULL = not any more. */
void parlor_wire_stats_tie (ParlorWireStats *stats, ParlorWireLive *live, ParlorService *service);
/** A ParlorEventFunc; `stats`: a ParlorWireStats. */
void parlor_wire_stats_event (const ParlorEvent *event, gpointer stats);

G_END_DECLS
