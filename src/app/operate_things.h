/* SPDX-License-Identifier: Apache-2.0 */
/**
 * What an operator asks by parlorctl about reps and recordings (control.h):
 *
 *     -> {"cmd":"reps","brand":"shop"?}                  <- {"ok":true,"reps":[…]}, of all brands
 *     -> {"cmd":"rep","verb":"show|suspend|resume|depart","id":"rep_…","to":"rep_…|grp_…"?}
 *     -> {"cmd":"recordings","brand":"shop"?}            <- {"ok":true,"recordings":[…]}
 *     -> {"cmd":"recording","verb":"show|hold|release|delete|restore","id":"rec_…","reason":"…"?}
 *
 * At most 10,000 are listed. What changes something is a line of the brand's audit log, by
 * "operator". Deleting is into the bin.
 *
 * Thread: control.
 */
#pragma once

#include "base/audit.h"
#include "brand/brands.h"
#include "http/service.h"
#include "room/clock.h"
#include "room/recordings.h"

G_BEGIN_DECLS

/** Everything borrowed. */
typedef struct
{
  const ParlorServiceSite *site;
  ParlorRecordings *recordings;
  ParlorBrands *brands;
  ParlorAudit *audit; /**< nullable */
  ParlorClock *clock;
} ParlorOperateThings;

/** NULL without an error: the command is none of these. */
json_t *parlor_operate_things (const ParlorOperateThings *things, const char *command,
                               const json_t *request, GError **error);

G_END_DECLS
