/* SPDX-License-Identifier: Apache-2.0 */
/** Inside of the desk, for on_service.c. */
#pragma once

#include "signal/desk.h"
#include "signal/session.h"

G_BEGIN_DECLS

ParlorService *desk_service (ParlorDesk *desk);
/** `key`: the rep's or the visitor's id. */
void desk_add (ParlorDesk *desk, const char *key, ParlorSession *session);
void desk_remove (ParlorDesk *desk, const char *key, ParlorSession *session);
/** How many are there, as a visitor's button shows it: of the group that has most. */
guint desk_present (const ParlorServiceBrand *brand);
/** Once a second: visitors hear at once that the first came or the last went, of any group, and of
    other changes now and then. */
void desk_tell_present (ParlorDesk *desk);
/** {"t":"attached"} of a visitor, without an id (transfer full). */
json_t *desk_visitor_json (ParlorServiceBrand *brand, const char *visitor);
/** Somebody else sits there now: what was on its way to that visitor's sockets is said to nobody,
    and those of this brand hear an `attached` of his, with `other`, instead. */
void desk_left (ParlorDesk *desk, const char *key, ParlorServiceBrand *brand);
/** To all sockets of that key when everything put so far is on the disk; takes `json`. */
void desk_send_durable (ParlorDesk *desk, const char *key, json_t *json);
/** TRUE: {"t":"said"} or the error follows to that session as soon as the brand's system has
    answered; FALSE with error: TOO_MANY (parlor_service_say_asked ()). */
gboolean desk_say_asked (ParlorDesk *desk, const char *key, ParlorSession *session,
                         const ParlorSaySpec *spec, GError **error);
/** {"t":"said"}: to all sockets of that key, when it is on the disk; `id` borrowed, nullable. */
void desk_said (ParlorDesk *desk, const char *key, const ParlorMessage *message, json_t *id);
/** {"t":"history"} follows; `id` borrowed, nullable; before 0 = the newest. */
void desk_history (ParlorDesk *desk, const char *key, const ParlorConversation *conversation,
                   gint64 before, json_t *id);

G_END_DECLS
