/* SPDX-License-Identifier: Apache-2.0 */
#include "secure/crypto.h"

#include <openssl/evp.h>
#include <string.h>

ParlorCrypto *
parlor_crypto_new (ParlorSrtpBackend backend)
{
  static const ParlorCryptoOps *const known[] = {
#ifdef HAVE_IPSEC_MB
      &parlor_crypto_ipsec,
#endif
      &parlor_crypto_openssl,
#ifdef HAVE_IPSEC_MB
      &parlor_crypto_ipsec_avx2, &parlor_crypto_ipsec_avx, &parlor_crypto_ipsec_sse,
#endif
  };
  for (guint i = 0; i < G_N_ELEMENTS (known); i++)
    {
      if (backend != PARLOR_SRTP_BACKEND_AUTO && backend != known[i]->backend)
        continue;
      ParlorCrypto *self = g_new0 (ParlorCrypto, 1);
      self->ops = known[i];
      if (self->ops->init (self))
        return self;
      g_free (self);
    }
  return NULL;
}

void
parlor_crypto_free (ParlorCrypto *crypto)
{
  if (!crypto)
    return;
  crypto->ops->clear (crypto);
  g_free (crypto);
}

ParlorSrtpBackend
parlor_crypto_backend (const ParlorCrypto *crypto)
{
  return crypto->ops->backend;
}

static const char *const backend_names[PARLOR_N_SRTP_BACKENDS] = {
    "auto", "openssl", "ipsec", "ipsec-avx2", "ipsec-avx", "ipsec-sse"};

const char *
parlor_srtp_backend_name (ParlorSrtpBackend backend)
{
  return backend < G_N_ELEMENTS (backend_names) ? backend_names[backend] : "none";
}

gboolean
parlor_srtp_backend_parse (const char *name, ParlorSrtpBackend *backend)
{
  for (guint i = 0; i < G_N_ELEMENTS (backend_names); i++)
    if (g_strcmp0 (name, backend_names[i]) == 0)
      {
        *backend = (ParlorSrtpBackend)i;
        return TRUE;
      }
  return FALSE;
}

/* RFC 3711 section 4.3.3: AES in counter mode from (label << 48) ^ salt, both shifted left by 16.
 * The key derivation rate is 0, so the index takes no part. RFC 7714 section 11: a salt of 12 bytes
 * is followed by zeros. */
static gboolean
derive_one (EVP_CIPHER_CTX *ctx, const guint8 *key, const guint8 salt[14], guint8 label,
            guint8 *out, int length)
{
  static const guint8 zeros[PARLOR_HMAC_BYTES];
  guint8 iv[16] = {0};
  int done = 0;
  memcpy (iv, salt, 14);
  iv[7] ^= label;
  return EVP_EncryptInit_ex (ctx, EVP_aes_128_ctr (), NULL, key, iv) == 1
         && EVP_EncryptUpdate (ctx, out, &done, zeros, length) == 1;
}

gboolean
parlor_srtp_derive (ParlorSrtpProfile profile, const guint8 *key, const guint8 *salt, gboolean rtcp,
                    ParlorSrtpSessionKeys *out)
{
  guint8 whole_salt[PARLOR_SRTP_SALT_MAX] = {0};
  gsize salt_bytes = parlor_srtp_profile_salt_bytes (profile);
  guint8 label = rtcp ? 3 : 0;
  EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new ();
  memset (out, 0, sizeof *out);
  out->profile = profile;
  memcpy (whole_salt, salt, salt_bytes);
  gboolean ok = ctx && derive_one (ctx, key, whole_salt, label, out->key, sizeof out->key)
                && derive_one (ctx, key, whole_salt, label + 1, out->auth, sizeof out->auth)
                && derive_one (ctx, key, whole_salt, label + 2, out->salt, (int)salt_bytes);
  EVP_CIPHER_CTX_free (ctx);
  return ok;
}
