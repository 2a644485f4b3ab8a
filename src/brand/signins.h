/* SPDX-License-Identifier: Apache-2.0 */
/**
 * Sign-ins (what a cookie stands for) and one-time links (what becomes one). Secrets are 128 random
 * bits or more and are kept as SHA-256; links are in memory alone: a restart forgets them.
 * Thread, errors, life of rows: brands.h.
 */
#pragma once

#include "brand/brands.h"

G_BEGIN_DECLS

#define PARLOR_SIGNIN_IDLE_MS (G_GINT64_CONSTANT (12) * 3600 * 1000)
#define PARLOR_SIGNIN_LASTS_MS (G_GINT64_CONSTANT (7) * 24 * 3600 * 1000)
#define PARLOR_LINK_LASTS_MS (60 * G_GINT64_CONSTANT (1000))
/** Of one person at a time; the oldest goes. */
#define PARLOR_MAX_SIGNINS 20
#define PARLOR_MAX_LINKS 10000

/** A sign-in of this person with his roles that are in `roles`; `secret` is for the cookie. NULL
 * with FORBIDDEN: disabled, or no role is left. */
const ParlorSignin *parlor_signins_add (ParlorBrands *brands, const ParlorUser *user, guint roles,
                                        gint64 wall_ms, char secret[PARLOR_TOKEN_SIZE],
                                        GError **error);
/** The one whose cookie this is, if it lasts and its person is let in; counts as use. NULL = none.
 */
const ParlorSignin *parlor_signins_use (ParlorBrands *brands, const char *secret, gint64 wall_ms);
/** Fills who it is. */
void parlor_signins_principal (const ParlorBrands *brands, const ParlorSignin *signin,
                               ParlorPrincipal *out);
void parlor_signins_end (ParlorBrands *brands, const char *id);
/** Everywhere, but for `except` (a sign-in's id; NULL = none). */
void parlor_signins_end_of (ParlorBrands *brands, const char *user, const char *except);
/** A person's, the youngest first (transfer container). */
GPtrArray *parlor_signins_of (const ParlorBrands *brands, const char *user);

/** A link for this person, good once within `lasts_ms`. TOO_MANY. */
gboolean parlor_links_add (ParlorBrands *brands, const ParlorUser *user, guint roles,
                           gint64 lasts_ms, gint64 wall_ms, char secret[PARLOR_TOKEN_SIZE],
                           GError **error);
/** Takes the link: the same secret is worth nothing the second time. The person, and in `*roles`
 * what the link is for; NULL = unknown, used, too late. */
const ParlorUser *parlor_links_take (ParlorBrands *brands, const char *secret, gint64 wall_ms,
                                     guint *roles);

G_END_DECLS
