/* SPDX-License-Identifier: Apache-2.0 */
/**
 * Event log, webhook outbox and decision hooks, made from the configuration and put on the loop.
 * Thread: control.
 */
#pragma once

#include "app/config.h"
#include "base/api.h"
#include "base/event.h"
#include "base/hook.h"
#include "http/metrics.h"
#include "room/clock.h"
#include "base/ids.h"
#include "room/store.h"

#include <jansson.h>
#include <uv.h>

G_BEGIN_DECLS

typedef struct _ParlorWireHooks ParlorWireHooks;

/** Everything borrowed. Reads the log's heads, subscriptions and settings: may wait for the disk.
    NULL with an error. */
ParlorWireHooks *parlor_wire_hooks_new (const ParlorConfig *config, uv_loop_t *loop,
                                        ParlorStore *store, ParlorClock *clock,
                                        const ParlorRandom *random, GError **error);
/** Stops asking and sending and writes down how far it got. The store must be open, the loop run
    once more before it is closed. NULL is fine. */
void parlor_wire_hooks_stop (ParlorWireHooks *hooks);
/** Nothing can be sent now: see parlor_outbox_is_idle (). */
gboolean parlor_wire_hooks_is_idle (ParlorWireHooks *hooks);
/** When the store is closed. NULL is fine. */
void parlor_wire_hooks_free (ParlorWireHooks *hooks);

/** A ParlorEventFunc for every domain; `hooks` is its user_data. */
void parlor_wire_hooks_event (const ParlorEvent *event, gpointer hooks);
/** The seam for domains that ask for decisions. */
ParlorHooks *parlor_wire_hooks_decisions (ParlorWireHooks *hooks);
/** What http/ answers from. */
ParlorApi *parlor_wire_hooks_api (ParlorWireHooks *hooks);
/** A customer was erased: his words leave log and outbox. `done` nullable. */
void parlor_wire_hooks_erase (ParlorWireHooks *hooks, const char *customer,
                              ParlorRecordFlushed done, gpointer user_data);

/** The same, for who knows the hooks as user_data. */
void parlor_wire_hooks_forget (const char *customer, ParlorRecordFlushed done, gpointer done_data,
                               gpointer hooks);

/** The last events of all brands with ids after `after` (nullable: all that are kept, at most
    1,000), as a JSON array (transfer full). */
json_t *parlor_wire_hooks_recent (ParlorWireHooks *hooks, const char *after);

void parlor_wire_hooks_metrics (ParlorWireHooks *hooks, ParlorMetricsPage *page);

G_END_DECLS
