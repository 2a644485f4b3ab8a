/* SPDX-License-Identifier: Apache-2.0 */
/**
 * The seam by which the HTTP edge asks a subject of /v1 that lives in another folder of its own
 * level (src/hooks): a call with what was sent, an answer now or later. JSON goes through as it is;
 * this header knows only its name.
 *
 * Thread: control.
 */
#pragma once

#include "base/principal.h"

G_BEGIN_DECLS

struct json_t;

/** Borrowed for the call. */
typedef struct
{
  const ParlorPrincipal *who; /**< has one of the row's roles; `brand` is not "" */
  guint op;                   /**< of the subject's own enum */
  const char *params[2];      /**< the path's, decoded; "" = none */
  const struct json_t *body;  /**< an object; NULL = none was sent, or it is no object */
  /** A query parameter, decoded; NULL = none. */
  const char *(*query) (gpointer request, const char *name);
  gpointer request;
} ParlorApiCall;

/** `json` is taken (transfer full), nullable; with `error` (borrowed) status and json mean nothing.
    Called once, inside the call or later. */
typedef void (*ParlorApiDone) (guint status, struct json_t *json, const GError *error,
                               gpointer user_data);

typedef struct _ParlorApi ParlorApi;
struct _ParlorApi
{
  void (*call) (ParlorApi *api, const ParlorApiCall *call, ParlorApiDone done, gpointer user_data);
};

/** What the hooks' subject can do: rows of http/routes.c. */
typedef enum
{
  PARLOR_API_EVENTS,             /**< GET    /v1/events?after&limit&entity&content */
  PARLOR_API_WEBHOOKS,           /**< GET    /v1/webhooks */
  PARLOR_API_WEBHOOK_CREATE,     /**< POST   /v1/webhooks */
  PARLOR_API_WEBHOOK_GET,        /**< GET    /v1/webhooks/{id} */
  PARLOR_API_WEBHOOK_CHANGE,     /**< PATCH  /v1/webhooks/{id} */
  PARLOR_API_WEBHOOK_REMOVE,     /**< DELETE /v1/webhooks/{id} */
  PARLOR_API_WEBHOOK_ROTATE,     /**< POST   /v1/webhooks/{id}/secrets */
  PARLOR_API_WEBHOOK_ONE_SECRET, /**< DELETE /v1/webhooks/{id}/secrets */
  PARLOR_API_WEBHOOK_TEST,       /**< POST   /v1/webhooks/{id}/test */
  PARLOR_API_WEBHOOK_REPLAY,     /**< POST   /v1/webhooks/{id}/replay */
  PARLOR_API_DELIVERIES,         /**< GET    /v1/webhooks/{id}/deliveries?state */
  PARLOR_API_HOOKS,              /**< GET    /v1/hooks */
  PARLOR_API_HOOK_PUT,           /**< PUT    /v1/hooks/{name} */
  PARLOR_API_HOOK_REMOVE,        /**< DELETE /v1/hooks/{name} */
  PARLOR_API_HOOK_TEST,          /**< POST   /v1/hooks/{name}/test */
  PARLOR_N_HOOK_APIS,
} ParlorHookApi;

G_END_DECLS
