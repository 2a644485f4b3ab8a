/* SPDX-License-Identifier: Apache-2.0 */
/**
 * What an operator asks by parlorctl beside rooms and tracks (control.h):
 *
 *     -> {"cmd":"participants","room":"…"}
 *     <-
 * {"ok":true,"participants":[{"id","identity","name","role","kind","state","waiting","guest","joined_at","tracks"}]}
 *     -> {"cmd":"events","after":"evt_…"}
 *     <- {"ok":true,"events":[…]}        of all brands, the last 1,000 since the start, without
 * what people wrote
 *     -> {"cmd":"drain","on":true,"end":false}
 *     <- {"ok":true,"draining":true,"rooms":3,"participants":12}
 *
 * Draining: no room is made, /readyz is 503, open rooms go on; with `end` the daemon ends as by
 * SIGTERM when nobody is in any more.
 *
 * Thread: control.
 */
#pragma once

#include "app/control.h"
#include "app/operate_things.h"
#include "app/wire_hooks.h"

G_BEGIN_DECLS

typedef struct _ParlorOperate ParlorOperate;

typedef struct
{
  uv_loop_t *loop;
  ParlorRooms *rooms;
  ParlorWireHooks *hooks;
  ParlorOperateThings things;
  /** Who is asked for what is unknown here: ParlorControlSpec.more. */
  json_t *(*more) (const char *command, const json_t *request, gpointer data, GError **error);
  gpointer more_data;
} ParlorOperateSpec;

/** Everything borrowed. */
ParlorOperate *parlor_operate_new (const ParlorOperateSpec *spec);
/** Run the loop once more before it is closed. NULL is fine. */
void parlor_operate_free (ParlorOperate *operate);

/** A ParlorControlSpec.more; `operate` is its data. */
json_t *parlor_operate_control (const char *command, const json_t *request, gpointer operate,
                                GError **error);

G_END_DECLS
