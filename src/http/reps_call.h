/* SPDX-License-Identifier: Apache-2.0 */
/**
 * What the handlers of service reps share (handle_reps.c, handle_customers.c,
 * handle_conversations.c, handle_board.c): who asks, his brand, the body, and answers that wait for
 * the disk.  Thread: control.
 */
#pragma once

#include "http/handlers.h"
#include "http/service.h"

G_BEGIN_DECLS

/** Lists of one answer. */
#define REPS_LIST_MAX 200

typedef struct
{
  ParlorPrincipal who;
  const ParlorServiceSite *site;
  ParlorServiceBrand *brand;
  json_t *body; /**< owned; NULL = none was sent */
} RepsCall;

/** handle_alerts.c: a rule, and whether it is raised (transfer full). */
json_t *parlor_alert_json (const ParlorAlert *alert);

void reps_call_clear (RepsCall *call);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (RepsCall, reps_call_clear)

ParlorMoment reps_now (ParlorSite *site);
/** FALSE: the reply is filled. */
gboolean reps_begin (ParlorSite *site, ParlorHttpRequest *request, ParlorHttpReply *reply,
                     RepsCall *call);

/** Members of an object; NULL, or `otherwise`, where they are not there. */
const char *reps_text (const json_t *json, const char *name);
gint64 reps_number (const json_t *json, const char *name, gint64 otherwise);
/** A list of texts with commas between them (transfer full). */
char *reps_joined (const json_t *json, const char *name);

void reps_not_found (ParlorHttpReply *reply, const char *what);
/** When everything put so far is on the disk; takes `json`. */
void reps_answer_durably (RepsCall *call, ParlorHttpRequest *request, ParlorHttpReply *reply,
                          guint status, json_t *json);

/** The same where the request was deferred: takes `pending` and `json`. */
void reps_answer_later (const ParlorServiceSite *site, ParlorHttpPending *pending, guint status,
                        json_t *json);

/** Whole brands are an owner's, an admin's, and their machines'; a supervisor's are his groups. */
gboolean reps_manages (const RepsCall *call);
gboolean reps_may_see_group (const RepsCall *call, const ParlorGroup *group);
gboolean reps_may_see_rep (const RepsCall *call, const ParlorRep *rep);
/** Whether he may say that this rep leaves for good: all of the rep's groups are his. */
gboolean reps_may_dismiss (const RepsCall *call, const ParlorRep *rep);
gboolean reps_may_see_customer (const RepsCall *call, const ParlorCustomer *customer);
/** NULL: the reply is filled. The last: one whom this supervisor may move about. */
ParlorRep *reps_find_rep (RepsCall *call, const char *id, ParlorHttpReply *reply);
ParlorCustomer *reps_find_customer (RepsCall *call, const char *id, ParlorHttpReply *reply);
ParlorRep *reps_find_own_rep (RepsCall *call, const char *id, ParlorHttpReply *reply);

G_END_DECLS
