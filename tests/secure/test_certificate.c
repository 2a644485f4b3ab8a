/* SPDX-License-Identifier: Apache-2.0 */
#include "secure/certificate.h"

#include <openssl/evp.h>
#include <openssl/x509.h>
#include <string.h>

#include "secure/certificate_private.h"

#define WALL_S 1700000000

static void
test_made (void)
{
  g_autoptr (ParlorCertificate) a = parlor_certificate_new (WALL_S);
  g_autoptr (ParlorCertificate) b = parlor_certificate_new (WALL_S);
  time_t before = WALL_S - 1, after = WALL_S + 29 * 24 * 3600;
  g_assert_nonnull (a);
  g_assert_cmpuint (strlen (parlor_certificate_fingerprint (a)), ==, 32 * 3 - 1);
  g_assert_cmpstr (parlor_certificate_fingerprint (a), !=, parlor_certificate_fingerprint (b));
  g_assert_cmpint (X509_verify (a->x509, a->key), ==, 1);
  g_assert_cmpint (X509_cmp_time (X509_get0_notBefore (a->x509), &before), ==, -1);
  g_assert_cmpint (X509_cmp_time (X509_get0_notAfter (a->x509), &after), ==, 1);
}

static void
check_hash (ParlorCertificate *cert, const char *name, const EVP_MD *md)
{
  g_autoptr (GString) value = g_string_new (NULL);
  guint8 digest[EVP_MAX_MD_SIZE], *der = NULL;
  guint n = 0;
  ParlorFingerprint print;
  int length = i2d_X509 (cert->x509, &der);
  g_assert_true (X509_digest (cert->x509, md, digest, &n));
  for (guint i = 0; i < n; i++)
    g_string_append_printf (value, "%s%02x", i ? ":" : "", digest[i]);
  g_assert_true (parlor_fingerprint_parse (name, value->str, &print));
  g_assert_true (parlor_fingerprint_matches (&print, der, (gsize)length));
  print.bytes[n - 1] ^= 1;
  g_assert_false (parlor_fingerprint_matches (&print, der, (gsize)length));
  OPENSSL_free (der);
}

static void
test_hashes (void)
{
  g_autoptr (ParlorCertificate) cert = parlor_certificate_new (WALL_S);
  check_hash (cert, "sha-256", EVP_sha256 ());
  check_hash (cert, "SHA-384", EVP_sha384 ());
  check_hash (cert, "Sha-512", EVP_sha512 ());
}

static void
test_refused (void)
{
  g_autoptr (ParlorCertificate) cert = parlor_certificate_new (WALL_S);
  g_autofree char *good = g_strdup (parlor_certificate_fingerprint (cert));
  static const char *const weak[] = {"md5", "sha-1", "sha-224", "sha256", "", "sha-256 "};
  ParlorFingerprint print = {.length = 99};
  for (guint i = 0; i < G_N_ELEMENTS (weak); i++)
    g_assert_false (parlor_fingerprint_parse (weak[i], good, &print));
  g_assert_false (parlor_fingerprint_parse ("sha-512", good, &print));
  g_assert_false (parlor_fingerprint_parse (NULL, good, &print));
  g_assert_false (parlor_fingerprint_parse ("sha-256", NULL, &print));
  for (gsize n = 0; n < strlen (good); n++)
    {
      g_autofree char *shorter = g_strndup (good, n);
      g_assert_false (parlor_fingerprint_parse ("sha-256", shorter, &print));
    }
  g_autofree char *longer = g_strconcat (good, ":00", NULL);
  g_assert_false (parlor_fingerprint_parse ("sha-256", longer, &print));
  good[4] = 'G';
  g_assert_false (parlor_fingerprint_parse ("sha-256", good, &print));
  g_assert_cmpuint (print.length, ==, 99);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/secure/certificate/is-its-own-signer-and-each-is-new", test_made);
  g_test_add_func ("/secure/certificate/fingerprints-of-three-hashes-match", test_hashes);
  g_test_add_func ("/secure/certificate/weak-and-malformed-fingerprints-are-refused", test_refused);
  return g_test_run ();
}
