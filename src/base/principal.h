/* SPDX-License-Identifier: Apache-2.0 */
/**
 * Who asks: what an edge (HTTP, WebSocket, the operator's socket) knows about a caller after it has
 * judged his key, session, token or address. Domains look at this, never at headers or cookies.
 *
 * Default deny: a zeroed principal is a stranger who may do nothing.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/** What a person of a brand is, DESIGN section 7; a bit each, one person may be several. */
typedef enum
{
  PARLOR_BRAND_OWNER = 1 << 0,
  PARLOR_BRAND_ADMIN = 1 << 1,
  PARLOR_BRAND_SUPERVISOR = 1 << 2, /**< of groups */
  PARLOR_BRAND_HOST = 1 << 3,
  PARLOR_BRAND_ASSISTANT = 1 << 4,
  PARLOR_BRAND_REP = 1 << 5,
  PARLOR_BRAND_AUDITOR = 1 << 6,
} ParlorBrandRole;

#define PARLOR_BRAND_EVERY_ROLE 0x7fu
/** The brand of `--demo`: its key, its loopback. */
#define PARLOR_DEMO_BRAND "br_demo"
/** The brand of API keys that stand in the config file of a server without `--demo`. */
#define PARLOR_CONFIG_BRAND "br_config"

typedef enum
{
  PARLOR_CALLER_STRANGER, /**< nobody we know */
  PARLOR_CALLER_KEY,      /**< an API key */
  PARLOR_CALLER_USER,     /**< a signed-in person of the brand */
  PARLOR_CALLER_TOKEN,    /**< the holder of a signed token: a participant or viewer of one room */
  PARLOR_CALLER_VISITOR,  /**< a device key: a viewer without an account */
  PARLOR_CALLER_OPERATOR, /**< the Unix socket in the data folder */
} ParlorCaller;

#define PARLOR_ID_TEXT 40

typedef struct
{
  ParlorCaller caller;
  char brand[PARLOR_ID_TEXT];   /**< "br_…"; "" = none: names nothing of any brand */
  char subject[PARLOR_ID_TEXT]; /**< "key_…", "usr_…", "vis_…"; "" = a token's holder */
  char rep[PARLOR_ID_TEXT];     /**< "rep_…" where the user is one; else "" */
  char by[PARLOR_ID_TEXT];      /**< what it rests on and falls with: a key's id (KEY, TOKEN), a
                                   sign-in's "ses_…" (USER); "" = nothing that can be revoked */
  guint roles;                  /**< ParlorBrandRole bits; a key has those that its scopes give */
  guint scopes;                 /**< of a key: ParlorScope bits (brand/roles.h); else 0 */
  gint64 expires_ms;            /**< wall clock; 0 = asked anew each time */
} ParlorPrincipal;

static inline gboolean
parlor_principal_is_any (const ParlorPrincipal *principal, guint roles)
{
  return (principal->roles & roles) != 0;
}

G_END_DECLS
