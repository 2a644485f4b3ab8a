/* SPDX-License-Identifier: Apache-2.0 */
/**
 * Schedules and passes wired up: loaded from the store, tied to the rooms they are of, looked at
 * once a minute. Control thread.
 */
#pragma once

#include "http/token.h"
#include "room/passes.h"
#include "room/rooms.h"
#include "room/schedules.h"

#include <uv.h>

G_BEGIN_DECLS

typedef struct _ParlorWirePlans ParlorWirePlans;

/** All borrowed. */
typedef struct
{
  uv_loop_t *loop;
  ParlorClock *clock;
  const ParlorRandom *random;
  ParlorStore *store;
  ParlorRooms *rooms; /**< loaded */
  ParlorKeyring *keyring;
} ParlorWirePlansSpec;

/** Waits for the disk. NULL with the store's error. */
ParlorWirePlans *parlor_wire_plans_new (const ParlorWirePlansSpec *spec, GError **error);
/** While the rooms are there; its timer is closed: run the loop once more. NULL is fine. */
void parlor_wire_plans_free (ParlorWirePlans *wire);

ParlorSchedules *parlor_wire_plans_schedules (ParlorWirePlans *wire);
ParlorPasses *parlor_wire_plans_passes (ParlorWirePlans *wire);

G_END_DECLS
