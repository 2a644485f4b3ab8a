/* SPDX-License-Identifier: Apache-2.0 */
/**
 * The seam through which the edges (HTTP, WebSocket) ask who somebody is. `src/http/token.c`
 * implements it over signed tokens; the app hands it to both.
 *
 * Thread: control.
 */
#pragma once

#include "base/principal.h"
#include "room/rights.h"

G_BEGIN_DECLS

/** What a verified token says. All strings owned. */
typedef struct
{
  char *issuer;   /**< the API key that signed it */
  char *brand;    /**< of that key: the token names nothing of another */
  char *identity; /**< never empty */
  char *room;     /**< nullable: room id, code or alias it is good for; NULL = none */
  char *name;     /**< nullable */
  gboolean named; /**< by the house: the page says no other name */
  char *company;  /**< nullable: of a partner */
  char *pass;     /**< nullable: the sending of an invitation or partner's pass (room/passes.h) that
                     the server made it for; the token falls with it */
  ParlorRole role;
  ParlorRights granted; /**< publish, subscribe, record; what the role adds is not in it */
  gint64 expires_ms;    /**< wall clock */
  gboolean guest;       /**< made by this server for the holder of a link */
} ParlorClaims;

static inline void
parlor_claims_free (ParlorClaims *claims)
{
  if (!claims)
    return;
  g_free (claims->issuer);
  g_free (claims->brand);
  g_free (claims->identity);
  g_free (claims->room);
  g_free (claims->name);
  g_free (claims->company);
  g_free (claims->pass);
  g_free (claims);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC (ParlorClaims, parlor_claims_free)

/** What a panel's token says (docs/decisions/0059-panels.md). It opens nothing here: it is signed
 * with another key than every token above. */
typedef struct
{
  char *brand;
  char *origin; /**< of the panel: its audience */
  char *room;
  char *kind;               /**< "doc" or "panel" */
  char *participant;        /**< "pt_…": of this stay, not who he is */
  char *name, *role;        /**< as they were then */
  gint64 at_ms, expires_ms; /**< wall clock */
} ParlorPanelClaims;

static inline void
parlor_panel_claims_clear (ParlorPanelClaims *claims)
{
  g_free (claims->brand);
  g_free (claims->origin);
  g_free (claims->room);
  g_free (claims->kind);
  g_free (claims->participant);
  g_free (claims->name);
  g_free (claims->role);
  *claims = (ParlorPanelClaims){0};
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (ParlorPanelClaims, parlor_panel_claims_clear)

typedef struct _ParlorAuth ParlorAuth;
struct _ParlorAuth
{
  /** Claims (transfer full), or NULL with PARLOR_ERROR_UNAUTHORIZED. `token` may hold anything. */
  ParlorClaims *(*verify) (ParlorAuth *auth, const char *token, gint64 wall_ms, GError **error);
  /**
   * Whether what a caller rests on (`principal->by`, his user, his roles) still stands: asked every
   * second while a WebSocket is open. A stranger stands.
   */
  gboolean (*stands) (ParlorAuth *auth, const ParlorPrincipal *principal, gint64 wall_ms);
  /** A panel's token (transfer full); NULL: this brand cannot sign. */
  char *(*panel_token) (ParlorAuth *auth, const ParlorPanelClaims *claims);
};

/** A token's holder as a principal. */
static inline void
parlor_claims_principal (const ParlorClaims *claims, ParlorPrincipal *principal)
{
  *principal = (ParlorPrincipal){.caller = PARLOR_CALLER_TOKEN, .expires_ms = claims->expires_ms};
  g_strlcpy (principal->brand, claims->brand ? claims->brand : "", sizeof principal->brand);
  const char *by = claims->pass ? claims->pass : claims->issuer;
  g_strlcpy (principal->by, by ? by : "", sizeof principal->by);
}

G_END_DECLS
