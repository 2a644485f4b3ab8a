/* SPDX-License-Identifier: Apache-2.0 */
/* The backend that is everywhere: EVP contexts that keep the expanded key; a packet only sets the
 * IV. */
#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/params.h>
#include <string.h>

#include "secure/crypto.h"

struct _ParlorCryptoKey
{
  EVP_CIPHER_CTX *cipher;
  EVP_MAC_CTX *mac; /* CM only */
};

/* Fetched once: a fetch by name takes a lock and a microsecond. */
typedef struct
{
  EVP_CIPHER *gcm, *ctr;
  EVP_MAC *hmac;
} State;

static void
openssl_clear (ParlorCrypto *crypto)
{
  State *state = crypto->state;
  EVP_CIPHER_free (state->gcm);
  EVP_CIPHER_free (state->ctr);
  EVP_MAC_free (state->hmac);
  g_free (state);
}

static gboolean
openssl_init (ParlorCrypto *crypto)
{
  State *state = g_new0 (State, 1);
  crypto->state = state;
  state->gcm = EVP_CIPHER_fetch (NULL, "AES-128-GCM", NULL);
  state->ctr = EVP_CIPHER_fetch (NULL, "AES-128-CTR", NULL);
  state->hmac = EVP_MAC_fetch (NULL, "HMAC", NULL);
  if (state->gcm && state->ctr && state->hmac)
    return TRUE;
  openssl_clear (crypto);
  return FALSE;
}

static void
openssl_key_free (ParlorCryptoKey *key)
{
  if (!key)
    return;
  EVP_CIPHER_CTX_free (key->cipher);
  EVP_MAC_CTX_free (key->mac);
  g_free (key);
}

static gboolean
set_mac_key (ParlorCryptoKey *self, EVP_MAC *hmac, const ParlorSrtpSessionKeys *keys)
{
  OSSL_PARAM params[] = {
      OSSL_PARAM_construct_utf8_string (OSSL_MAC_PARAM_DIGEST, (char *)"SHA1", 0),
      OSSL_PARAM_construct_end ()};
  self->mac = EVP_MAC_CTX_new (hmac);
  return self->mac && EVP_MAC_init (self->mac, keys->auth, sizeof keys->auth, params) == 1;
}

static ParlorCryptoKey *
openssl_key_new (ParlorCrypto *crypto, const ParlorSrtpSessionKeys *keys, gboolean encrypt)
{
  State *state = crypto->state;
  gboolean gcm = keys->profile == PARLOR_SRTP_AEAD_AES_128_GCM;
  ParlorCryptoKey *self = g_new0 (ParlorCryptoKey, 1);
  self->cipher = EVP_CIPHER_CTX_new ();
  if (!self->cipher
      || EVP_CipherInit_ex2 (self->cipher, gcm ? state->gcm : state->ctr, keys->key, NULL,
                             encrypt || !gcm, NULL)
             != 1
      || (!gcm && !set_mac_key (self, state->hmac, keys)))
    g_clear_pointer (&self, openssl_key_free);
  return self;
}

static gboolean
gcm_body (const ParlorCryptoKey *key, const ParlorGcmJob *job)
{
  int done = 0;
  return EVP_CipherInit_ex2 (key->cipher, NULL, NULL, job->iv, -1, NULL) == 1
         && EVP_CipherUpdate (key->cipher, NULL, &done, job->aad, (int)job->aad_length) == 1
         && (job->length == 0
             || EVP_CipherUpdate (key->cipher, job->out, &done, job->in, (int)job->length) == 1);
}

static gboolean
openssl_gcm_seal (ParlorCrypto *crypto, const ParlorCryptoKey *key, const ParlorGcmJob *job)
{
  int done = 0;
  return gcm_body (key, job) && EVP_CipherFinal_ex (key->cipher, job->out + job->length, &done) == 1
         && EVP_CIPHER_CTX_ctrl (key->cipher, EVP_CTRL_AEAD_GET_TAG, PARLOR_GCM_TAG_BYTES, job->tag)
                == 1;
}

static gboolean
openssl_gcm_open (ParlorCrypto *crypto, const ParlorCryptoKey *key, const ParlorGcmJob *job)
{
  int done = 0;
  return gcm_body (key, job)
         && EVP_CIPHER_CTX_ctrl (key->cipher, EVP_CTRL_AEAD_SET_TAG, PARLOR_GCM_TAG_BYTES, job->tag)
                == 1
         && EVP_CipherFinal_ex (key->cipher, job->out + job->length, &done) == 1;
}

static gboolean
openssl_ctr (ParlorCrypto *crypto, const ParlorCryptoKey *key, const guint8 *iv, guint8 *bytes,
             gsize length)
{
  int done = 0;
  return length == 0
         || (EVP_CipherInit_ex2 (key->cipher, NULL, NULL, iv, -1, NULL) == 1
             && EVP_CipherUpdate (key->cipher, bytes, &done, bytes, (int)length) == 1);
}

static gboolean
openssl_hmac (ParlorCrypto *crypto, const ParlorCryptoKey *key, const guint8 *bytes, gsize length,
              const guint8 *extra, gsize extra_length, guint8 out[PARLOR_HMAC_BYTES])
{
  size_t done = 0;
  return EVP_MAC_init (key->mac, NULL, 0, NULL) == 1
         && EVP_MAC_update (key->mac, bytes, length) == 1
         && EVP_MAC_update (key->mac, extra, extra_length) == 1
         && EVP_MAC_final (key->mac, out, &done, PARLOR_HMAC_BYTES) == 1;
}

static gboolean
openssl_cm_seal (ParlorCrypto *crypto, const ParlorCmJob *jobs, guint n)
{
  guint8 mac[PARLOR_HMAC_BYTES];
  for (const ParlorCmJob *job = jobs; job < jobs + n; job++)
    {
      if (!openssl_ctr (crypto, job->key, job->iv, job->packet + job->header,
                        job->length - job->header)
          || !openssl_hmac (crypto, job->key, job->packet, job->length, job->extra, 4, mac))
        return FALSE;
      memcpy (job->packet + job->length, mac, job->tag_bytes);
    }
  return TRUE;
}

const ParlorCryptoOps parlor_crypto_openssl = {
    .backend = PARLOR_SRTP_BACKEND_OPENSSL,
    .init = openssl_init,
    .clear = openssl_clear,
    .key_new = openssl_key_new,
    .key_free = openssl_key_free,
    .gcm_seal = openssl_gcm_seal,
    .gcm_open = openssl_gcm_open,
    .ctr = openssl_ctr,
    .hmac = openssl_hmac,
    .cm_seal = openssl_cm_seal,
};
