/* SPDX-License-Identifier: Apache-2.0 */
/**
 * Names of roles (people) and scopes (API keys), and what they allow. Both are kept as lists of
 * words and compared as masks. Pure; any thread.
 */
#pragma once

#include "base/principal.h"
#include "brand/records.h"

G_BEGIN_DECLS

/** What a key may be used for; docs/operate.md has the table. */
typedef enum
{
  PARLOR_SCOPE_ROOMS = 1 << 0,      /**< "rooms": make, list and close rooms; the role host */
  PARLOR_SCOPE_TOKENS = 1 << 1,     /**< "tokens": sign tokens for participants; no role */
  PARLOR_SCOPE_LIVE = 1 << 2,       /**< "live": hosts and assistants of live rooms */
  PARLOR_SCOPE_SERVICE = 1 << 3,    /**< "service": reps, conversations; supervisor and rep */
  PARLOR_SCOPE_RECORDINGS = 1 << 4, /**< "recordings": find and read; the role auditor */
  PARLOR_SCOPE_SESSIONS = 1 << 5,   /**< "sessions": one-time links into consoles; no role */
  PARLOR_SCOPE_ADMIN = 1 << 6,      /**< "admin": brand, users, keys; the role admin */
} ParlorScope;

#define PARLOR_EVERY_SCOPE 0x7fu

/** "owner" … "auditor" → one bit; 0 = no such role. */
guint parlor_brand_role_from_name (const char *name);
/** A list → mask. FALSE: a word is unknown. NULL and "" are the empty mask. */
gboolean parlor_brand_roles_parse (const char *list, guint *roles);
/** A mask → list (transfer full), in the order of the enum. */
char *parlor_brand_roles_format (guint roles);
/** The mask of a row's roles. */
guint parlor_user_roles (const ParlorUser *user);

/** The same for scopes; "all" is every scope. */
gboolean parlor_scopes_parse (const char *list, guint *scopes);
char *parlor_scopes_format (guint scopes);
/** The roles that a key of these scopes has; never owner. */
guint parlor_scopes_roles (guint scopes);

/** Whether somebody with `own` may give or take `roles`: only an owner makes owners, only owners
    and admins make anything. */
gboolean parlor_brand_may_grant (guint own, guint roles);

G_END_DECLS
