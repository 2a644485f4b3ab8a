/* SPDX-License-Identifier: Apache-2.0 */
#include "secure/dtls_record.h"

#include <openssl/core_names.h>
#include <openssl/kdf.h>
#include <openssl/params.h>
#include <openssl/rand.h>
#include <string.h>

#define HEADER PARLOR_DTLS_RECORD_HEADER
#define EXPLICIT 8
#define TAG 16
#define RANDOM 32

/* RFC 5246 section 5: P_SHA256 over "key expansion", server random, client random. */
static gboolean
prf (const guint8 *secret, gsize secret_length, const guint8 *seed, gsize seed_length, guint8 *out,
     gsize out_length)
{
  EVP_KDF *kdf = EVP_KDF_fetch (NULL, "TLS1-PRF", NULL);
  EVP_KDF_CTX *ctx = kdf ? EVP_KDF_CTX_new (kdf) : NULL;
  OSSL_PARAM params[] = {
      OSSL_PARAM_construct_utf8_string (OSSL_KDF_PARAM_DIGEST, (char *)"SHA256", 0),
      OSSL_PARAM_construct_octet_string (OSSL_KDF_PARAM_SECRET, (void *)secret, secret_length),
      OSSL_PARAM_construct_octet_string (OSSL_KDF_PARAM_SEED, (void *)seed, seed_length),
      OSSL_PARAM_construct_end ()};
  gboolean ok = ctx && EVP_KDF_derive (ctx, out, out_length, params) == 1;
  EVP_KDF_CTX_free (ctx);
  EVP_KDF_free (kdf);
  return ok;
}

gboolean
parlor_dtls_record_keys_derive (SSL *ssl, gboolean server, ParlorDtlsRecordKeys *keys)
{
  static const char label[13] = "key expansion";
  guint8 secret[SSL_MAX_MASTER_KEY_LENGTH], seed[sizeof label + 2 * RANDOM], block[40];
  const SSL_CIPHER *cipher = SSL_get_current_cipher (ssl);
  if (!cipher || SSL_CIPHER_get_cipher_nid (cipher) != NID_aes_128_gcm
      || SSL_CIPHER_get_handshake_digest (cipher) != EVP_sha256 ())
    return FALSE;
  gsize n = SSL_SESSION_get_master_key (SSL_get_session (ssl), secret, sizeof secret);
  memcpy (seed, label, sizeof label);
  SSL_get_server_random (ssl, seed + sizeof label, RANDOM);
  SSL_get_client_random (ssl, seed + sizeof label + RANDOM, RANDOM);
  gboolean ok = prf (secret, n, seed, sizeof seed, block, sizeof block);
  /* client key, server key, client IV, server IV */
  memcpy (keys->write_key, block + (server ? 16 : 0), 16);
  memcpy (keys->read_key, block + (server ? 0 : 16), 16);
  memcpy (keys->write_iv, block + (server ? 36 : 32), 4);
  memcpy (keys->read_iv, block + (server ? 32 : 36), 4);
  OPENSSL_cleanse (secret, sizeof secret);
  OPENSSL_cleanse (block, sizeof block);
  return ok;
}

static guint16
read16 (const guint8 *at)
{
  return (guint16)(at[0] << 8 | at[1]);
}

gboolean
parlor_dtls_record_next (const guint8 *bytes, gsize length, gsize *at, ParlorDtlsRecord *record)
{
  const guint8 *from = bytes + *at;
  gsize left = length - *at;
  if (left < HEADER || from[1] != 0xfe || read16 (from + 11) > left - HEADER)
    return FALSE;
  *record = (ParlorDtlsRecord){from[0], read16 (from + 3), from, HEADER + read16 (from + 11)};
  *at += record->length;
  return TRUE;
}

/* epoch and sequence, type, version, length of the plaintext */
static void
make_aad (const guint8 *header, gsize plain_length, guint8 aad[13])
{
  memcpy (aad, header + 3, 8);
  memcpy (aad + 8, header, 3);
  aad[11] = (guint8)(plain_length >> 8);
  aad[12] = (guint8)plain_length;
}

gsize
parlor_dtls_record_open (const ParlorDtlsRecordKeys *keys, const ParlorDtlsRecord *record,
                         guint8 *plain)
{
  guint8 nonce[12], aad[13];
  const guint8 *body = record->bytes + HEADER + EXPLICIT;
  if (record->epoch != 1 || record->length <= HEADER + EXPLICIT + TAG
      || record->length > HEADER + EXPLICIT + TAG + PARLOR_DTLS_RECORD_MAX_PLAIN)
    return 0;
  int n = (int)(record->length - HEADER - EXPLICIT - TAG), done = 0;
  memcpy (nonce, keys->read_iv, 4);
  memcpy (nonce + 4, record->bytes + HEADER, EXPLICIT);
  make_aad (record->bytes, (gsize)n, aad);
  EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new ();
  gboolean ok = ctx
                && EVP_DecryptInit_ex (ctx, EVP_aes_128_gcm (), NULL, keys->read_key, nonce) == 1
                && EVP_DecryptUpdate (ctx, NULL, &done, aad, sizeof aad) == 1
                && EVP_DecryptUpdate (ctx, plain, &done, body, n) == 1
                && EVP_CIPHER_CTX_ctrl (ctx, EVP_CTRL_AEAD_SET_TAG, TAG, (void *)(body + n)) == 1
                && EVP_DecryptFinal_ex (ctx, plain + n, &done) == 1;
  EVP_CIPHER_CTX_free (ctx);
  return ok ? (gsize)n : 0;
}

void
parlor_dtls_record_set_sequence (guint8 *header, guint64 sequence)
{
  for (guint i = 0; i < 6; i++)
    header[5 + i] = (guint8)(sequence >> (40 - 8 * i));
}

gsize
parlor_dtls_record_seal (const ParlorDtlsRecordKeys *keys, guint8 type, guint64 sequence,
                         const guint8 *plain, gsize n, guint8 *out)
{
  g_return_val_if_fail (n > 0 && n <= PARLOR_DTLS_RECORD_MAX_PLAIN, 0);
  guint8 nonce[12], aad[13];
  int done = 0;
  const guint8 header[HEADER] = {
      type, 0xfe, 0xfd, 0, 1, 0, 0, 0, 0, 0, 0, 0, (guint8)(EXPLICIT + n + TAG)};
  memcpy (out, header, HEADER);
  parlor_dtls_record_set_sequence (out, sequence);
  memcpy (nonce, keys->write_iv, 4);
  /* OpenSSL counted the handshake's nonces up from a random one: another random one is apart. */
  if (RAND_bytes (nonce + 4, EXPLICIT) != 1)
    return 0;
  memcpy (out + HEADER, nonce + 4, EXPLICIT);
  make_aad (out, n, aad);
  guint8 *body = out + HEADER + EXPLICIT;
  EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new ();
  gboolean ok = ctx
                && EVP_EncryptInit_ex (ctx, EVP_aes_128_gcm (), NULL, keys->write_key, nonce) == 1
                && EVP_EncryptUpdate (ctx, NULL, &done, aad, sizeof aad) == 1
                && EVP_EncryptUpdate (ctx, body, &done, plain, (int)n) == 1
                && EVP_EncryptFinal_ex (ctx, body + n, &done) == 1
                && EVP_CIPHER_CTX_ctrl (ctx, EVP_CTRL_AEAD_GET_TAG, TAG, body + n) == 1;
  EVP_CIPHER_CTX_free (ctx);
  return ok ? HEADER + EXPLICIT + n + TAG : 0;
}
