/* SPDX-License-Identifier: Apache-2.0 */
/**
 * Brands wired up: loaded from the store, polled, what was taken back told to the open sockets, and
 * the operator's commands (`parlorctl setup|brand|key|user`) over the control socket. Control
 * thread.
 */
#pragma once

#include "app/config.h"
#include "base/audit.h"
#include "brand/brands.h"
#include "http/site.h"
#include "room/clock.h"
#include "room/store.h"
#include "signal/signal.h"

#include <jansson.h>
#include <uv.h>

G_BEGIN_DECLS

typedef struct _ParlorWireBrand ParlorWireBrand;

/** All borrowed. */
typedef struct
{
  uv_loop_t *loop;
  const ParlorConfig *config;
  ParlorClock *clock;
  ParlorRandom random;
  ParlorStore *store;
  ParlorAudit *audit; /**< nullable */
} ParlorWireBrandSpec;

/** Reads what the store kept; waits for the disk. NULL with the store's error. */
ParlorWireBrand *parlor_wire_brand_new (const ParlorWireBrandSpec *spec, GError **error);
/** Stops its timers: run the loop once more. NULL is fine. */
void parlor_wire_brand_stop (ParlorWireBrand *wire);
/** After the loop ran. NULL is fine. */
void parlor_wire_brand_free (ParlorWireBrand *wire);

/** For ParlorSiteSpec: public addresses, and the networks of --hook-allow. Any thread. */
gboolean parlor_wire_brand_may_call (const struct sockaddr *address, gpointer wire);

ParlorBrands *parlor_wire_brand_get (ParlorWireBrand *wire);
/** Whose sockets and sessions are looked at again when something was taken back; until stop (). */
void parlor_wire_brand_watch (ParlorWireBrand *wire, ParlorSignal *signal, ParlorSite *site);
/** For ParlorSiteSpec: they are looked at in the loop's next turn. Nothing after stop (). */
void parlor_wire_brand_recheck (gpointer wire);

/**
 * A command of the control socket: the answer (transfer full), or NULL with an error; NULL without
 * one: not a command of this part. Secrets are in the answer alone, never in the log.
 */
json_t *parlor_wire_brand_control (const char *command, const json_t *request, gpointer wire,
                                   GError **error);

G_END_DECLS
