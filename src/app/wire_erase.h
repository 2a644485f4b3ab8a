/* SPDX-License-Identifier: Apache-2.0 */
/** People who are taken out of recordings: room/erasures.h over record/redact.h, the store's rows
 * and the rooms. Folders are worked on by the loop's own threads, one at a time. Control thread. */
#pragma once

#include "app/wire_record.h"
#include "room/erasures.h"

G_BEGIN_DECLS

/** Everything borrowed. */
typedef struct
{
  uv_loop_t *loop;
  const ParlorWireRecord *record;
  ParlorRooms *rooms;
  ParlorRenders *renders;
  ParlorStore *store; /**< nullable */
  ParlorAudit *audit; /**< nullable */
  ParlorRandom random;
  ParlorEventFunc happened;
  gpointer happened_data;
} ParlorWireEraseSpec;

typedef struct _ParlorWireErase ParlorWireErase;

/** Before the renders' first tick: what goes on holds theirs back. NULL with an error. */
ParlorWireErase *parlor_wire_erase_new (const ParlorWireEraseSpec *spec, GError **error);
/** Before the store is closed and what is borrowed goes; waits for a folder that is worked on. NULL
 * is ignored. Run the loop once more afterwards. */
void parlor_wire_erase_free (ParlorWireErase *self);
/** Borrowed. */
ParlorErasures *parlor_wire_erase_get (ParlorWireErase *self);

G_END_DECLS
