/* SPDX-License-Identifier: Apache-2.0 */
/* The input as a token, and as the claims of a well-signed one: only what says who and until when
 * passes. */
#include "http/token.h"

#include <string.h>

#define SECRET "0123456789abcdef0123456789abcdef"
#define NOW_MS (G_GINT64_CONSTANT (1800000000) * 1000)

int LLVMFuzzerTestOneInput (const guint8 *data, gsize size);

static void
append_base64url (GString *out, const void *data, gsize length)
{
  g_autofree char *text = g_base64_encode (data, length);
  for (char *c = text; *c && *c != '='; c++)
    g_string_append_c (out, *c == '+' ? '-' : *c == '/' ? '_' : *c);
}

static char *
sign (const guint8 *payload, gsize size)
{
  static const char header[] = "{\"alg\":\"HS256\"}";
  guint8 digest[32];
  gsize n = sizeof digest;
  GString *token = g_string_new (NULL);
  append_base64url (token, header, sizeof header - 1);
  g_string_append_c (token, '.');
  append_base64url (token, payload, size);
  g_autoptr (GHmac) hmac = g_hmac_new (G_CHECKSUM_SHA256, (const guchar *)SECRET, strlen (SECRET));
  g_hmac_update (hmac, (const guchar *)token->str, (gssize)token->len);
  g_hmac_get_digest (hmac, digest, &n);
  g_string_append_c (token, '.');
  append_base64url (token, digest, sizeof digest);
  return g_string_free (token, FALSE);
}

static void
check (const char *token)
{
  g_autoptr (ParlorKeyring) keyring = parlor_keyring_new ();
  g_autoptr (GError) error = NULL;
  g_assert_true (parlor_keyring_add (keyring, "shop", SECRET, NULL));
  ParlorAuth *auth = parlor_keyring_auth (keyring);
  g_autoptr (ParlorClaims) claims = auth->verify (auth, token, NOW_MS, &error);
  g_assert_true (!claims != !error);
  if (!claims)
    return;
  g_assert_cmpstr (claims->issuer, ==, "shop");
  g_assert_cmpint (claims->expires_ms, >, NOW_MS - 31000);
  g_assert_true (*claims->identity && g_utf8_validate (claims->identity, -1, NULL));
  g_assert_cmpint (claims->granted & ~PARLOR_RIGHTS_OF_TOKEN, ==, 0);
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  g_autofree char *text = g_strndup ((const char *)data, size);
  check (text);
  g_autofree char *signed_token = sign (data, MIN (size, 2000));
  check (signed_token);
  return 0;
}
