/* SPDX-License-Identifier: Apache-2.0 */
/**
 * Tokens: JWT (RFC 7519) signed with HS256 by an API key's secret, and the keys themselves.
 *
 * What passes is pinned, not negotiated (RFC 8725 section 3.1): `alg` must be HS256; `crit` is
 * refused; `kid`, `jku`, `x5u` and the like are never looked at; the secret is found by `iss`
 * alone. `exp` is required; `nbf` and `exp` have 30 s of leeway for clocks that differ. Claims:
 *
 *     iss  API key, or a brand's id (signed by the server)         sub  identity         exp, nbf
 * seconds since 1970 room id, code or alias    name  shown name    role  host | member | guest |
 * viewer publish ["mic","camera","screen"]    subscribe, record  booleans    company  of a partner
 * (role partner)    pass  the pass it was made for    named  true: the page says no other name
 *
 * Without `room`, in `attach`, it says who somebody is (docs/decisions/0090).
 *
 * Absent `role` is viewer, the least; absent `publish` is what the role allows (a viewer: nothing);
 * absent `subscribe` is true; absent `record` is false.
 *
 * Thread: control.
 */
#pragma once

#include "brand/brands.h"
#include "room/auth.h"

G_BEGIN_DECLS

#define PARLOR_JWT_MAX_BYTES 4096
#define PARLOR_JWT_LEEWAY_SEC 30
/** A secret shorter than HS256's hash is refused when the key is added (RFC 7518 section 3.2). */
#define PARLOR_SECRET_MIN_BYTES 32

typedef struct _ParlorKeyring ParlorKeyring;

ParlorKeyring *parlor_keyring_new (void);
void parlor_keyring_free (ParlorKeyring *keyring);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (ParlorKeyring, parlor_keyring_free)

/** A key of the demo's brand. FALSE with PARLOR_ERROR_BAD_REQUEST when id or secret is unfit, or
 * the id is there already. */
gboolean parlor_keyring_add (ParlorKeyring *keyring, const char *id, const char *secret,
                             GError **error);
/** The same for a brand, "br_…". */
gboolean parlor_keyring_add_of (ParlorKeyring *keyring, const char *brand, const char *id,
                                const char *secret, GError **error);
/** The keys that people made count as well, and so do the brands' own signatures; borrowed. */
void parlor_keyring_set_brands (ParlorKeyring *keyring, ParlorBrands *brands);
/** Whether this sending of an invitation or a partner's pass still holds. */
typedef gboolean (*ParlorPassStands) (const char *pass, gpointer user_data);
/** Tokens that were made for a pass hold as long as it does; without this none of them does. */
void parlor_keyring_set_passes (ParlorKeyring *keyring, ParlorPassStands holds, gpointer user_data);
/** Keys of the config file. */
guint parlor_keyring_count (const ParlorKeyring *keyring);
/** The key with which the server signs its own tokens for this brand; NULL = none. */
const char *parlor_keyring_signer (const ParlorKeyring *keyring, const char *brand);
/** The brand of what comes without one (the operator's socket, strangers where anyone may start);
 * NULL = there is none yet. */
const char *parlor_keyring_home (const ParlorKeyring *keyring);
/** Whether this is a key that holds and its secret, compared in constant time; fills who it is.
 * Counts as use of the key. */
gboolean parlor_keyring_prove (ParlorKeyring *keyring, const char *id, const char *secret,
                               gint64 wall_ms, ParlorPrincipal *who);

/** The seam for the others; borrowed, lives as long as the keyring. */
ParlorAuth *parlor_keyring_auth (ParlorKeyring *keyring);

/**
 * A signed token (transfer full) with these claims; issuer NULL = the signer of
 * claims->brand. NULL with PARLOR_ERROR_NOT_FOUND when there is no such key.
 */
char *parlor_keyring_sign (const ParlorKeyring *keyring, const ParlorClaims *claims,
                           GError **error);

/** A panel's token (ParlorAuth's panel_token ()), of any bytes. TRUE: it is ours and has not run
 * out; parlor_panel_claims_clear () is the caller's. Whether its person is still there is the
 * caller's question. */
gboolean parlor_keyring_read_panel (const ParlorKeyring *keyring, const char *token, gint64 wall_ms,
                                    ParlorPanelClaims *claims);

G_END_DECLS
