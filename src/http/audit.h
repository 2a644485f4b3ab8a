/* SPDX-License-Identifier: Apache-2.0 */
/** The audit log at the API (handle_audit.c). Control thread. */
#pragma once

#include "base/audit.h"
#include "http/routes.h"

G_BEGIN_DECLS

/** Runs the row's handler. What `who` changes by it is a row of his brand's chain, in one
   transaction with what the handler puts; what the handler refuses at once is none. Nothing more
   without a store. */
void parlor_audit_handle (ParlorSite *site, const ParlorRoute *route, ParlorHttpRequest *request,
                          ParlorHttpReply *reply, const ParlorPrincipal *who);

/** GET /v1/audit?cursor&limit&object&actor: the brand's rows, the newest first, and the chain's
    head. */
void parlor_handle_audit_list (ParlorSite *site, ParlorHttpRequest *request,
                               ParlorHttpReply *reply);
/** GET /v1/audit/check: walks the whole chain. */
void parlor_handle_audit_check (ParlorSite *site, ParlorHttpRequest *request,
                                ParlorHttpReply *reply);

G_END_DECLS
