/* SPDX-License-Identifier: Apache-2.0 */
/**
 * What an OpenID provider answers, read strictly: its configuration (OpenID Connect Discovery 1.0
 * section 4.3) and the ID token (OpenID Connect Core 1.0 section 3.1.3.7). The token is taken from
 * the provider's own token endpoint over TLS alone, where its rule 6 lets TLS stand for the
 * signature; a token that came any other way must never be read by this. Remote bytes: refused,
 * never a crash. Pure but for JSON; any thread.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct
{
  char *authorization; /**< endpoint; https, or http of 127.0.0.1 */
  char *token;
} ParlorOidcConfig;

void parlor_oidc_config_free (ParlorOidcConfig *config);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (ParlorOidcConfig, parlor_oidc_config_free)

/** NULL: not one, or of another issuer than asked. */
ParlorOidcConfig *parlor_oidc_config_parse (const char *text, const char *issuer);

typedef struct
{
  char *subject; /**< 1 to 255 bytes */
  char *email;   /**< nullable; only one that the provider has verified */
} ParlorIdToken;

void parlor_id_token_free (ParlorIdToken *token);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (ParlorIdToken, parlor_id_token_free)

/** The token endpoint's whole answer; `nonce` as it was sent. NULL: refused; iss, aud (and azp),
   exp or nonce are wrong, or it does not parse. `wall_s`: seconds since 1970; 60 s of leeway. */
ParlorIdToken *parlor_id_token_parse (const char *answer, const char *issuer, const char *client,
                                      const char *nonce, gint64 wall_s);

G_END_DECLS
