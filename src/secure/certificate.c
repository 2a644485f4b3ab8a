/* SPDX-License-Identifier: Apache-2.0 */
#include "secure/certificate.h"

#include <openssl/crypto.h>
#include <openssl/rand.h>

#include "secure/certificate_private.h"

static const EVP_MD *
hash_function (ParlorHash hash)
{
  switch (hash)
    {
    case PARLOR_HASH_SHA256:
      return EVP_sha256 ();
    case PARLOR_HASH_SHA384:
      return EVP_sha384 ();
    default:
      return EVP_sha512 ();
    }
}

static gboolean
fill_x509 (X509 *x509, EVP_PKEY *key, gint64 wall_s)
{
  guint8 serial[8];
  g_autofree char *name = NULL;
  time_t wall = (time_t)wall_s;
  X509_NAME *subject = X509_get_subject_name (x509);
  if (RAND_bytes (serial, sizeof serial) != 1)
    return FALSE;
  serial[0] = (serial[0] & 0x7f) | 0x40; /* positive, of fixed size */
  name = g_strdup_printf ("%02x%02x%02x%02x", serial[4], serial[5], serial[6], serial[7]);
  BIGNUM *number = BN_bin2bn (serial, sizeof serial, NULL);
  gboolean ok = number && BN_to_ASN1_INTEGER (number, X509_get_serialNumber (x509))
                && X509_set_version (x509, X509_VERSION_3)
                && X509_time_adj_ex (X509_getm_notBefore (x509), -1, 0, &wall)
                && X509_time_adj_ex (X509_getm_notAfter (x509), 30, 0, &wall)
                && X509_NAME_add_entry_by_txt (subject, "CN", MBSTRING_ASC, (guint8 *)name, -1, -1,
                                               0)
                && X509_set_issuer_name (x509, subject) && X509_set_pubkey (x509, key)
                && X509_sign (x509, key, EVP_sha256 ()) > 0;
  BN_free (number);
  return ok;
}

static gboolean
write_fingerprint (ParlorCertificate *self)
{
  guint8 digest[EVP_MAX_MD_SIZE];
  guint n = 0;
  if (!X509_digest (self->x509, EVP_sha256 (), digest, &n) || n != 32)
    return FALSE;
  for (guint i = 0; i < n; i++)
    g_snprintf (self->fingerprint + 3 * i, 4, "%02X%s", digest[i], i + 1 < n ? ":" : "");
  return TRUE;
}

ParlorCertificate *
parlor_certificate_new (gint64 wall_s)
{
  ParlorCertificate *self = g_new0 (ParlorCertificate, 1);
  self->key = EVP_EC_gen ("P-256");
  self->x509 = X509_new ();
  if (!self->key || !self->x509 || !fill_x509 (self->x509, self->key, wall_s)
      || !write_fingerprint (self))
    g_clear_pointer (&self, parlor_certificate_free);
  return self;
}

void
parlor_certificate_free (ParlorCertificate *cert)
{
  if (!cert)
    return;
  EVP_PKEY_free (cert->key);
  X509_free (cert->x509);
  g_free (cert);
}

const char *
parlor_certificate_fingerprint (const ParlorCertificate *cert)
{
  return cert->fingerprint;
}

static gboolean
parse_hash (const char *name, ParlorFingerprint *out)
{
  static const struct
  {
    const char *name;
    ParlorHash hash;
    guint8 length;
  } hashes[] = {{"sha-256", PARLOR_HASH_SHA256, 32},
                {"sha-384", PARLOR_HASH_SHA384, 48},
                {"sha-512", PARLOR_HASH_SHA512, 64}};
  for (guint i = 0; i < G_N_ELEMENTS (hashes); i++)
    if (g_ascii_strcasecmp (name, hashes[i].name) == 0)
      {
        out->hash = hashes[i].hash;
        out->length = hashes[i].length;
        return TRUE;
      }
  return FALSE;
}

gboolean
parlor_fingerprint_parse (const char *hash, const char *value, ParlorFingerprint *out)
{
  ParlorFingerprint made = {0};
  if (!hash || !value || !parse_hash (hash, &made))
    return FALSE;
  for (guint i = 0; i < made.length; i++, value += 3)
    {
      gint high = g_ascii_xdigit_value (value[0]);
      gint low = high < 0 ? -1 : g_ascii_xdigit_value (value[1]);
      if (low < 0 || value[2] != (i + 1 < made.length ? ':' : '\0'))
        return FALSE;
      made.bytes[i] = (guint8)(high << 4 | low);
    }
  *out = made;
  return TRUE;
}

gboolean
parlor_fingerprint_matches (const ParlorFingerprint *fingerprint, const guint8 *der, gsize length)
{
  guint8 digest[EVP_MAX_MD_SIZE];
  guint n = 0;
  return EVP_Digest (der, length, digest, &n, hash_function (fingerprint->hash), NULL) == 1
         && n == fingerprint->length && CRYPTO_memcmp (digest, fingerprint->bytes, n) == 0;
}
