/* SPDX-License-Identifier: Apache-2.0 */
#include "http/token.h"

#include "base/error.h"

#include <string.h>

#define KEY "shop"
#define SECRET "0123456789abcdef0123456789abcdef"
#define NOW_MS (G_GINT64_CONSTANT (1800000000) * 1000)
#define HS256 "{\"alg\":\"HS256\",\"typ\":\"JWT\"}"
#define GOOD "\"iss\":\"shop\",\"sub\":\"lin\",\"exp\":1800000060"

static char *
base64url (const void *data, gsize length)
{
  char *text = g_base64_encode (data, length);
  for (char *c = text; *c; c++)
    *c = *c == '+' ? '-' : *c == '/' ? '_' : *c;
  text[strcspn (text, "=")] = 0;
  return text;
}

/* Signs anything with anything: what an attacker can do. */
static char *
forge (const char *header, const char *payload, const char *secret, GChecksumType hash)
{
  g_autofree char *head = base64url (header, strlen (header));
  g_autofree char *body = base64url (payload, strlen (payload));
  g_autofree char *text = g_strconcat (head, ".", body, NULL);
  guint8 digest[64];
  gsize size = sizeof digest;
  g_autoptr (GHmac) hmac = g_hmac_new (hash, (const guchar *)secret, strlen (secret));
  g_hmac_update (hmac, (const guchar *)text, -1);
  g_hmac_get_digest (hmac, digest, &size);
  g_autofree char *signature = base64url (digest, size);
  return g_strconcat (text, ".", signature, NULL);
}

static ParlorKeyring *
keyring_new (void)
{
  ParlorKeyring *keyring = parlor_keyring_new ();
  g_assert_true (parlor_keyring_add (keyring, KEY, SECRET, NULL));
  return keyring;
}

static ParlorClaims *
verify_at (const char *token, gint64 wall_ms)
{
  g_autoptr (ParlorKeyring) keyring = keyring_new ();
  g_autoptr (GError) error = NULL;
  ParlorAuth *auth = parlor_keyring_auth (keyring);
  ParlorClaims *claims = auth->verify (auth, token, wall_ms, &error);
  if (!claims)
    g_assert_error (error, PARLOR_ERROR, PARLOR_ERROR_UNAUTHORIZED);
  return claims;
}

static gboolean
passes (const char *header, const char *payload)
{
  g_autofree char *token = forge (header, payload, SECRET, G_CHECKSUM_SHA256);
  g_autoptr (ParlorClaims) claims = verify_at (token, NOW_MS);
  return claims != NULL;
}

static void
test_good (void)
{
  g_autofree char *token = forge (
      HS256,
      "{" GOOD ",\"room\":\"rm_1\",\"name\":\"Lin\",\"role\":\"member\","
      "\"publish\":[\"mic\",\"screen\"],\"subscribe\":false,\"record\":true}",
      SECRET, G_CHECKSUM_SHA256);
  g_autoptr (ParlorClaims) claims = verify_at (token, NOW_MS);
  g_assert_nonnull (claims);
  g_assert_cmpstr (claims->issuer, ==, KEY);
  g_assert_cmpstr (claims->identity, ==, "lin");
  g_assert_cmpstr (claims->room, ==, "rm_1");
  g_assert_cmpstr (claims->name, ==, "Lin");
  g_assert_cmpint (claims->role, ==, PARLOR_ROLE_MEMBER);
  g_assert_cmpint (claims->granted, ==,
                   PARLOR_RIGHT_PUBLISH_MICROPHONE | PARLOR_RIGHT_PUBLISH_SCREEN
                       | PARLOR_RIGHT_RECORD);
  g_assert_cmpint (claims->expires_ms, ==, G_GINT64_CONSTANT (1800000060000));
}

static void
test_least_by_default (void)
{
  g_autofree char *token = forge (HS256, "{" GOOD "}", SECRET, G_CHECKSUM_SHA256);
  g_autoptr (ParlorClaims) claims = verify_at (token, NOW_MS);
  g_assert_cmpint (claims->role, ==, PARLOR_ROLE_VIEWER);
  g_assert_cmpint (claims->granted, ==, PARLOR_RIGHT_SUBSCRIBE);
  g_assert_null (claims->room);
}

static void
test_algorithms (void)
{
  static const char *const headers[] = {
      "{\"alg\":\"none\"}",
      "{\"alg\":\"None\"}",
      "{\"alg\":\"\"}",
      "{}",
      "{\"alg\":\"HS384\"}",
      "{\"alg\":\"HS512\"}",
      "{\"alg\":\"RS256\"}",
      "{\"alg\":\"ES256\"}",
      "{\"alg\":\"hs256\"}",
      "{\"alg\":[\"HS256\"]}",
      "{\"alg\":\"HS256\",\"alg\":\"none\"}",
      "{\"alg\":\"HS256\",\"crit\":[\"exp\"]}",
      "[\"HS256\"]",
      "\"HS256\"",
  };
  for (guint i = 0; i < G_N_ELEMENTS (headers); i++)
    if (passes (headers[i], "{" GOOD "}"))
      g_error ("passed: %s", headers[i]);
}

static void
test_unsigned (void)
{
  g_autofree char *token = forge ("{\"alg\":\"none\"}", "{" GOOD "}", SECRET, G_CHECKSUM_SHA256);
  strrchr (token, '.')[1] = 0;
  g_assert_null (verify_at (token, NOW_MS));
  g_autofree char *empty = forge (HS256, "{" GOOD "}", SECRET, G_CHECKSUM_SHA256);
  strrchr (empty, '.')[1] = 0;
  g_assert_null (verify_at (empty, NOW_MS));
}

static void
test_wrong_hash (void)
{
  g_autofree char *token = forge (HS256, "{" GOOD "}", SECRET, G_CHECKSUM_SHA512);
  g_assert_null (verify_at (token, NOW_MS));
}

static void
test_wrong_secret (void)
{
  static const char *const secrets[] = {"", "x", "0123456789abcdef0123456789abcdeg"};
  for (guint i = 0; i < G_N_ELEMENTS (secrets); i++)
    {
      g_autofree char *token = forge (HS256, "{" GOOD "}", secrets[i], G_CHECKSUM_SHA256);
      g_assert_null (verify_at (token, NOW_MS));
    }
}

static void
test_kid_changes_nothing (void)
{
  g_assert_true (passes ("{\"alg\":\"HS256\",\"kid\":\"../../etc/passwd\",\"jku\":\"http://evil\"}",
                         "{" GOOD "}"));
  g_autofree char *token = forge ("{\"alg\":\"HS256\",\"kid\":\"shop\"}",
                                  "{\"iss\":\"other\",\"sub\":\"lin\",\"exp\":1800000060}", SECRET,
                                  G_CHECKSUM_SHA256);
  g_assert_null (verify_at (token, NOW_MS));
}

static void
test_times (void)
{
  g_assert_false (passes (HS256, "{\"iss\":\"shop\",\"sub\":\"lin\"}"));
  g_assert_false (passes (HS256, "{\"iss\":\"shop\",\"sub\":\"lin\",\"exp\":null}"));
  g_assert_false (passes (HS256, "{\"iss\":\"shop\",\"sub\":\"lin\",\"exp\":\"1800000060\"}"));
  g_assert_false (passes (HS256, "{\"iss\":\"shop\",\"sub\":\"lin\",\"exp\":1e30}"));
  g_assert_false (passes (HS256, "{\"iss\":\"shop\",\"sub\":\"lin\",\"exp\":-1}"));
  g_assert_false (passes (HS256, "{\"iss\":\"shop\",\"sub\":\"lin\",\"exp\":1799999970}"));
  g_assert_true (passes (HS256, "{\"iss\":\"shop\",\"sub\":\"lin\",\"exp\":1799999971}"));
  g_assert_true (passes (HS256, "{" GOOD ",\"nbf\":1800000030}"));
  g_assert_false (passes (HS256, "{" GOOD ",\"nbf\":1800000031}"));
  g_assert_false (passes (HS256, "{" GOOD ",\"nbf\":\"soon\"}"));
}

static void
test_claims_of_wrong_kind (void)
{
  static const char *const payloads[] = {
      "{\"iss\":\"shop\",\"exp\":1800000060}",
      "{\"iss\":\"shop\",\"sub\":\"\",\"exp\":1800000060}",
      "{\"iss\":\"shop\",\"sub\":7,\"exp\":1800000060}",
      "{\"iss\":[\"shop\"],\"sub\":\"lin\",\"exp\":1800000060}",
      "{\"sub\":\"lin\",\"exp\":1800000060}",
      "{" GOOD ",\"sub\":\"eve\"}",
      "{" GOOD ",\"role\":\"owner\"}",
      "{" GOOD ",\"role\":null}",
      "{" GOOD ",\"publish\":\"mic\"}",
      "{" GOOD ",\"publish\":[\"everything\"]}",
      "{" GOOD ",\"publish\":[7]}",
      "{" GOOD ",\"subscribe\":\"false\"}",
      "{" GOOD ",\"record\":1}",
      "{" GOOD ",\"room\":7}",
      "[]",
      "",
      "{" GOOD ",\"x\":[[[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]]]}",
  };
  for (guint i = 0; i < G_N_ELEMENTS (payloads); i++)
    if (passes (HS256, payloads[i]))
      g_error ("passed: %s", payloads[i]);
}

static void
test_not_a_token (void)
{
  static const char *const texts[] = {"", ".", "..", "a.b", "a.b.c", "....", "a.b.c.d", " . . "};
  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    g_assert_null (verify_at (texts[i], NOW_MS));
  g_assert_null (verify_at (NULL, NOW_MS));
  g_autofree char *good = forge (HS256, "{" GOOD "}", SECRET, G_CHECKSUM_SHA256);
  g_autofree char *dirty = g_strconcat (good, "\n", NULL);
  g_assert_null (verify_at (dirty, NOW_MS));
  g_autofree char *filling = g_strnfill (PARLOR_JWT_MAX_BYTES, 'a');
  g_autofree char *payload = g_strdup_printf ("{" GOOD ",\"x\":\"%s\"}", filling);
  g_assert_false (passes (HS256, payload));
}

static void
test_own_tokens (void)
{
  g_autoptr (ParlorKeyring) keyring = keyring_new ();
  ParlorClaims claims = {.identity = "g_1",
                         .brand = (char *)PARLOR_DEMO_BRAND,
                         .room = "rm_1",
                         .name = "林 \"x\"",
                         .role = PARLOR_ROLE_GUEST,
                         .granted = PARLOR_RIGHT_PUBLISH_CAMERA | PARLOR_RIGHT_SUBSCRIBE,
                         .expires_ms = NOW_MS + 1000,
                         .guest = TRUE};
  g_autofree char *token = parlor_keyring_sign (keyring, &claims, NULL);
  g_autoptr (ParlorClaims) back = verify_at (token, NOW_MS);
  g_assert_nonnull (back);
  g_assert_cmpstr (back->name, ==, claims.name);
  g_assert_cmpint (back->role, ==, PARLOR_ROLE_GUEST);
  g_assert_cmpint (back->granted, ==, claims.granted);
  g_assert_true (back->guest);
  g_assert_null (verify_at (token, NOW_MS + 31001));
}

static void
test_keys (void)
{
  g_autoptr (ParlorKeyring) keyring = keyring_new ();
  ParlorPrincipal who;
  g_assert_false (parlor_keyring_add (keyring, KEY, SECRET, NULL));
  g_assert_false (parlor_keyring_add (keyring, "short", "too short", NULL));
  g_assert_false (parlor_keyring_add (keyring, "", SECRET, NULL));
  g_assert_false (parlor_keyring_add (keyring, "a b", SECRET, NULL));
  g_assert_true (parlor_keyring_prove (keyring, KEY, SECRET, NOW_MS, &who));
  g_assert_false (
      parlor_keyring_prove (keyring, KEY, "0123456789abcdef0123456789abcdeX", NOW_MS, &who));
  g_assert_false (parlor_keyring_prove (keyring, KEY, "", NOW_MS, &who));
  g_assert_false (parlor_keyring_prove (keyring, "other", SECRET, NOW_MS, &who));
  g_assert_cmpuint (parlor_keyring_count (keyring), ==, 1);
}

static char *
panel_token (ParlorKeyring *keyring, const char *brand)
{
  ParlorAuth *auth = parlor_keyring_auth (keyring);
  const ParlorPanelClaims claims = {.brand = (char *)brand,
                                    .origin = (char *)"https://docs.example",
                                    .room = (char *)"rm_1",
                                    .kind = (char *)"doc",
                                    .participant = (char *)"pt_1",
                                    .name = (char *)"Lin",
                                    .role = (char *)"host",
                                    .at_ms = NOW_MS,
                                    .expires_ms = NOW_MS + 600000};
  return auth->panel_token (auth, &claims);
}

static void
test_panel (void)
{
  g_autoptr (ParlorKeyring) keyring = keyring_new ();
  g_autofree char *token = panel_token (keyring, PARLOR_DEMO_BRAND);
  g_auto (ParlorPanelClaims) claims = {0};
  g_assert_true (parlor_keyring_read_panel (keyring, token, NOW_MS, &claims));
  g_assert_cmpstr (claims.brand, ==, PARLOR_DEMO_BRAND);
  g_assert_cmpstr (claims.origin, ==, "https://docs.example");
  g_assert_cmpstr (claims.room, ==, "rm_1");
  g_assert_cmpstr (claims.kind, ==, "doc");
  g_assert_cmpstr (claims.participant, ==, "pt_1");
  g_assert_cmpint (claims.expires_ms, ==, NOW_MS + 600000);
  g_assert_null (panel_token (keyring, "br_unknown"));
}

static void
test_panel_ends (void)
{
  g_autoptr (ParlorKeyring) keyring = keyring_new ();
  g_autofree char *token = panel_token (keyring, PARLOR_DEMO_BRAND);
  ParlorPanelClaims claims;
  g_assert_false (parlor_keyring_read_panel (keyring, token, NOW_MS + 600000, &claims));
  g_assert_false (parlor_keyring_read_panel (keyring, NULL, NOW_MS, &claims));
  g_assert_false (parlor_keyring_read_panel (keyring, "a.b.c", NOW_MS, &claims));
  token[strlen (token) / 2] ^= 1;
  g_assert_false (parlor_keyring_read_panel (keyring, token, NOW_MS, &claims));
}

/* Neither is good for what the other is, and an API key's holder makes none for a panel. */
static void
test_panel_alone (void)
{
  g_autoptr (ParlorKeyring) keyring = keyring_new ();
  g_autofree char *panel = panel_token (keyring, PARLOR_DEMO_BRAND);
  g_autofree char *forged = forge (HS256,
                                   "{\"iss\":\"" PARLOR_DEMO_BRAND
                                   "\",\"aud\":\"https://docs.example\",\"sub\":\"pt_1\","
                                   "\"room\":\"rm_1\",\"kind\":\"doc\",\"exp\":1800000060}",
                                   SECRET, G_CHECKSUM_SHA256);
  ParlorPanelClaims claims;
  g_assert_null (verify_at (panel, NOW_MS));
  g_assert_false (parlor_keyring_read_panel (keyring, forged, NOW_MS, &claims));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/http/token/good-one-passes-with-all-its-claims", test_good);
  g_test_add_func ("/http/token/absent-claims-grant-the-least", test_least_by_default);
  g_test_add_func ("/http/token/any-algorithm-but-hs256-is-refused", test_algorithms);
  g_test_add_func ("/http/token/no-signature-is-refused", test_unsigned);
  g_test_add_func ("/http/token/signature-by-another-hash-is-refused", test_wrong_hash);
  g_test_add_func ("/http/token/signature-by-another-secret-is-refused", test_wrong_secret);
  g_test_add_func ("/http/token/kid-and-jku-change-nothing", test_kid_changes_nothing);
  g_test_add_func ("/http/token/times-have-thirty-seconds-of-leeway", test_times);
  g_test_add_func ("/http/token/claims-of-a-wrong-kind-are-refused", test_claims_of_wrong_kind);
  g_test_add_func ("/http/token/what-is-no-token-is-refused", test_not_a_token);
  g_test_add_func ("/http/token/own-tokens-come-back-as-they-were", test_own_tokens);
  g_test_add_func ("/http/token/keys-need-an-id-and-a-long-secret", test_keys);
  g_test_add_func ("/http/token/a-panels-token-comes-back-as-it-was", test_panel);
  g_test_add_func ("/http/token/a-panels-token-ends-and-cannot-be-changed", test_panel_ends);
  g_test_add_func ("/http/token/a-panels-token-opens-no-room-nor-can-a-key-make-one",
                   test_panel_alone);
  return g_test_run ();
}
