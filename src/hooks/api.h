/* SPDX-License-Identifier: Apache-2.0 */
/**
 * What /v1/events, /v1/webhooks and /v1/hooks answer: base/api.h over the log, the outbox and the
 * decision hooks. docs/openapi.yaml has the shapes. Secrets are shown once, when they are made.
 *
 * Thread: control.
 */
#pragma once

#include "base/api.h"
#include "hooks/decide.h"
#include "hooks/outbox.h"

G_BEGIN_DECLS

/** All borrowed. */
typedef struct
{
  ParlorRecordSink *sink;
  ParlorEventLog *log;
  ParlorOutbox *outbox;
  ParlorDecider *decider;
  ParlorPoster *poster; /**< for *send test* */
  ParlorClock *clock;
  ParlorRandom random;
  gboolean plain; /**< http:// URLs may be configured */
} ParlorHookApiSpec;

ParlorApi *parlor_hook_api_new (const ParlorHookApiSpec *spec);
/** Calls under way are forgotten. NULL is fine. */
void parlor_hook_api_free (ParlorApi *api);

G_END_DECLS
