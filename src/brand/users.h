/* SPDX-License-Identifier: Apache-2.0 */
/**
 * People of a brand. Passwords come in hashed: this domain neither makes nor compares them.
 * Thread, errors, life of rows: brands.h.
 */
#pragma once

#include "brand/brands.h"

G_BEGIN_DECLS

#define PARLOR_MAX_USERS 20000 /**< a brand's */

/** NULL and -1 members stay as they are (in an addition: their defaults). */
typedef struct
{
  const char *login; /**< 1 to 254 characters without blanks; kept in lower case */
  const char *name;  /**< "" = the login */
  gint64 roles;      /**< mask; -1 = as it is */
  const char *groups;
  const char *rep;
  const char *password; /**< the hash; "" takes it away */
} ParlorUserChange;

/** An addition needs a login and roles. */
const ParlorUser *parlor_users_add (ParlorBrands *brands, const char *brand,
                                    const ParlorUserChange *change, gint64 wall_ms, GError **error);
/** A change of roles or password ends the person's sign-ins. The last owner stays one: CONFLICT. */
gboolean parlor_users_change (ParlorBrands *brands, const char *brand, const char *id,
                              const ParlorUserChange *change, gint64 wall_ms, GError **error);
/** Nobody signs in as this person any more, and who has is out. Again: `disabled` FALSE. */
gboolean parlor_users_disable (ParlorBrands *brands, const char *brand, const char *id,
                               gboolean disabled, gint64 wall_ms, GError **error);
/** The subject of an OIDC sign-in, once learned, is the person for ever: CONFLICT with another. */
gboolean parlor_users_bind_subject (ParlorBrands *brands, const ParlorUser *user,
                                    const char *subject, GError **error);

/** By id; NULL = not in this brand. Also a disabled one. */
const ParlorUser *parlor_users_get (const ParlorBrands *brands, const char *brand, const char *id);
/** By login, in any case of letters. */
const ParlorUser *parlor_users_find (const ParlorBrands *brands, const char *brand,
                                     const char *login);
/** By the subject of the brand's OIDC provider. */
const ParlorUser *parlor_users_find_subject (const ParlorBrands *brands, const char *brand,
                                             const char *subject);
/** All of a brand by login (transfer container). */
GPtrArray *parlor_users_list (const ParlorBrands *brands, const char *brand);

G_END_DECLS
