/* SPDX-License-Identifier: Apache-2.0 */
/**
 * The table of what HTTP can be asked: {method, path, right, body, handler}. A row is the only way
 * to a handler; what has no row is 404, what has a row for another method is 405.
 *
 * Thread: control.
 */
#pragma once

#include "http/site.h"

G_BEGIN_DECLS

/** What the router checks before the handler runs. */
typedef enum
{
  PARLOR_ROUTE_PUBLIC, /**< anybody */
  PARLOR_ROUTE_API,    /**< who works with rooms: a key with such a scope, a person who is more
                          than rep or auditor */
  PARLOR_ROUTE_KEY,    /**< a brand's machine: such a key, no person; in the demo the loopback */
  PARLOR_ROUTE_START,  /**< who may make a room: such a key, any signed-in person, anybody if
                          configured */
  PARLOR_ROUTE_ROOM,  /**< an API key, the demo's loopback, or a token; the handler matches the room
                       */
  PARLOR_ROUTE_TOKEN, /**< a token, or the demo's loopback */
  PARLOR_ROUTE_USER,  /**< a signed-in person, whatever his roles; no key */
  PARLOR_ROUTE_BRAND, /**< somebody of a brand who has one of the row's roles: see
                         PARLOR_ROUTE_ROLES */
} ParlorRouteRight;

/** A row's right: a signed-in person or a key with one of these ParlorBrandRole bits. A stranger
    gets 401, somebody without the role 403. Name the owner and the admin where they may. The
   handler asks parlor_site_principal () for the brand, and names nothing of another. */
#define PARLOR_ROUTE_ROLES(roles) (PARLOR_ROUTE_BRAND | (guint)(roles) << 8)
#define PARLOR_ROUTE_RIGHT_OF(right) ((ParlorRouteRight)((right)&0xff))
#define PARLOR_ROUTE_ROLES_OF(right) ((right) >> 8)

typedef void (*ParlorRouteHandler) (ParlorSite *site, ParlorHttpRequest *request,
                                    ParlorHttpReply *reply);

typedef struct
{
  const char *method;
  const char *path; /**< segments; "{name}" matches one and becomes the next of request->params */
  guint right;      /**< a ParlorRouteRight, or PARLOR_ROUTE_ROLES (…) */
  gboolean counts_as_join; /**< takes one from the address's join bucket */
  gsize body_limit;        /**< bytes; 0 = no body */
  const char *type;        /**< required Content-Type of the body; NULL = not looked at */
  ParlorRouteHandler handler;
} ParlorRoute;

/** The table, for tests that walk it. */
const ParlorRoute *parlor_routes (guint *n);

/** What the server is to be given for the main port. `user_data` is the ParlorSite. */
gsize parlor_routes_body_limit (const ParlorHttpRequest *request, gpointer site);
/** Whether the headers of a request with a large body let it in: origin, rate, right, type, for a
    picture its conversation too. Takes nothing from a bucket; handle () asks again. */
gboolean parlor_routes_admit (ParlorHttpRequest *request, ParlorHttpReply *reply, gpointer site);
void parlor_routes_handle (ParlorHttpRequest *request, ParlorHttpReply *reply, gpointer site);

G_END_DECLS
