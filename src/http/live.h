/* SPDX-License-Identifier: Apache-2.0 */
/**
 * What the handlers of live rooms and of the shop share: whose browser asks.
 *
 * Thread: control.
 */
#pragma once

#include "base/event.h"
#include "http/site.h"
#include "live/live.h"
#include "live/visitors.h"

G_BEGIN_DECLS

/** The visitor whose device key the request's cookie of this brand holds: "vis_…", NULL = unknown.
    Borrowed until the visitor changes. */
const char *parlor_site_visitor_of (ParlorSite *site, const ParlorHttpRequest *request,
                                    const char *brand);

/** The same, and makes one whose key goes out as a cookie with `reply`. Never NULL. */
const ParlorVisitor *parlor_site_meet (ParlorSite *site, const ParlorHttpRequest *request,
                                       const char *brand, ParlorHttpReply *reply);

/** The visitor of this key at this origin (NULL = our own pages), else a new one, who is not kept
    when too many came from that network; `fresh` as for parlor_visitors_meet_at (). Never NULL. */
const ParlorVisitor *parlor_site_meet_at (ParlorSite *site, const ParlorHttpRequest *request,
                                          const char *brand, const char *origin, const char *key,
                                          char fresh[PARLOR_TOKEN_SIZE]);

/** Whose browser that is, if the brand knows him: "cus_…", NULL = he was never added, nor told of.
    Borrowed until the customer goes. In handle_customers.c. */
const char *parlor_site_customer_of (ParlorSite *site, const char *brand, const char *visitor);

/** POST /v1/sessions {"role":"visitor","room" or "brand","token"?}: a visitor's session in a
    brand's own site, in handle_embed.c. */
void parlor_site_open_session (ParlorSite *site, const ParlorHttpRequest *request,
                               const json_t *json, ParlorHttpReply *reply);

/** The click on the product of the path's room and sku: the shop's address with a code of that
    very moment (transfer full). NULL: the reply says why not. In handle_shop.c. */
char *parlor_site_mint_handoff (ParlorSite *site, const ParlorHttpRequest *request,
                                ParlorHttpReply *reply);

/** The same of a product of that live room (NULL = there is none), at that instant of its clock. */
char *parlor_site_mint_handoff_at (ParlorSite *site, const ParlorHttpRequest *request,
                                   const ParlorLiveRoom *live, const char *sku, gint64 room_ms,
                                   ParlorHttpReply *reply);
/** 303 to the shop; takes `url`, NULL = the reply says already why not. */
void parlor_site_reply_shop (char *url, ParlorHttpReply *reply);

/** A built page (200, or 404 where there are none) with a link's preview in its head: what
    parlor_site_append_meta () made. */
void parlor_site_reply_page (ParlorSite *site, const ParlorHttpRequest *request, const char *name,
                             const char *preview, ParlorHttpReply *reply);
/** `property` of Open Graph without its "og:"; "" = nothing is appended. */
void parlor_site_append_meta (GString *out, const char *property, const char *value);

/** Tells the event log, where there is one. */
void parlor_site_happened (ParlorSite *site, const char *type, const char *brand,
                           const char *entity, gint64 room_ms, const ParlorDatum *data, guint n);

/** Changes summary, image, host and scheduled_at as the body of PATCH /v1/rooms/{id} says; the
   title is the room's. `room` is a live one. Nothing is changed when something does not fit. */
gboolean parlor_site_change_live (ParlorSite *site, ParlorRoom *room, const json_t *json,
                                  GError **error);

/** Makes the live room of a room that was just made, from the body of POST /v1/rooms. */
gboolean parlor_site_open_live (ParlorSite *site, ParlorRoom *room, const json_t *json,
                                GError **error);

G_END_DECLS
