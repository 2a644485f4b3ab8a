/* SPDX-License-Identifier: Apache-2.0 */
#include "secure/vault.h"

#include "base/bytes.h"

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/kdf.h>
#include <string.h>

static const char magic[] = "PARLORV1";
#define MAGIC_BYTES 8
#define HEAD_AAD 32
#define HEAD_NONCE_AT 32
#define HEAD_TAG_AT 44
#define LENGTH_AT 12
#define TAG_AT 16
#define TEXT_AT 32
#define BLOCK_AAD (PARLOR_VAULT_ID + 8 + 2)

struct _ParlorVault
{
  EVP_CIPHER_CTX *seal, *open; /* owned; keyed */
  guint8 id[PARLOR_VAULT_ID];
};

/* ---- AES-256-GCM ---------------------------------------------------------------------------- */

typedef struct
{
  const guint8 *nonce, *aad;
  gsize aad_length;
} Frame;

static void
encrypt (EVP_CIPHER_CTX *context, const Frame *frame, const guint8 *text, gsize length, guint8 *out,
         guint8 *tag)
{
  int n = 0;
  gboolean ok = EVP_EncryptInit_ex (context, NULL, NULL, NULL, frame->nonce) == 1
                && EVP_EncryptUpdate (context, NULL, &n, frame->aad, (int)frame->aad_length) == 1
                && (length == 0 || EVP_EncryptUpdate (context, out, &n, text, (int)length) == 1)
                && EVP_EncryptFinal_ex (context, out + length, &n) == 1
                && EVP_CIPHER_CTX_ctrl (context, EVP_CTRL_GCM_GET_TAG, PARLOR_VAULT_TAG, tag) == 1;
  /* Nothing of this depends on what comes in: clear text is never written instead. */
  g_assert (ok);
}

static gboolean
decrypt (EVP_CIPHER_CTX *context, const Frame *frame, const guint8 *text, gsize length, guint8 *out,
         const guint8 *tag)
{
  guint8 copy[PARLOR_VAULT_TAG];
  int n = 0;
  memcpy (copy, tag, sizeof copy);
  return EVP_DecryptInit_ex (context, NULL, NULL, NULL, frame->nonce) == 1
         && EVP_DecryptUpdate (context, NULL, &n, frame->aad, (int)frame->aad_length) == 1
         && (length == 0 || EVP_DecryptUpdate (context, out, &n, text, (int)length) == 1)
         && EVP_CIPHER_CTX_ctrl (context, EVP_CTRL_GCM_SET_TAG, PARLOR_VAULT_TAG, copy) == 1
         && EVP_DecryptFinal_ex (context, out + length, &n) == 1;
}

static EVP_CIPHER_CTX *
make_context (const guint8 *key, gboolean seals)
{
  EVP_CIPHER_CTX *context = EVP_CIPHER_CTX_new ();
  g_assert (EVP_CipherInit_ex (context, EVP_aes_256_gcm (), NULL, key, NULL, seals) == 1);
  return context;
}

static void
derive (const guint8 *key, const guint8 *id, guint8 *out)
{
  static const char info[] = "parlor vault file";
  EVP_KDF *kdf = EVP_KDF_fetch (NULL, "HKDF", NULL);
  EVP_KDF_CTX *context = EVP_KDF_CTX_new (kdf);
  OSSL_PARAM params[] = {
      OSSL_PARAM_construct_utf8_string (OSSL_KDF_PARAM_DIGEST, (char *)"SHA256", 0),
      OSSL_PARAM_construct_octet_string (OSSL_KDF_PARAM_KEY, (void *)key, PARLOR_VAULT_KEY),
      OSSL_PARAM_construct_octet_string (OSSL_KDF_PARAM_SALT, (void *)id, PARLOR_VAULT_ID),
      OSSL_PARAM_construct_octet_string (OSSL_KDF_PARAM_INFO, (void *)info, sizeof info - 1),
      OSSL_PARAM_construct_end ()};
  g_assert (EVP_KDF_derive (context, out, PARLOR_VAULT_KEY, params) == 1);
  EVP_KDF_CTX_free (context);
  EVP_KDF_free (kdf);
}

ParlorVault *
parlor_vault_new (const guint8 key[PARLOR_VAULT_KEY], const guint8 id[PARLOR_VAULT_ID])
{
  ParlorVault *self = g_new0 (ParlorVault, 1);
  guint8 derived[PARLOR_VAULT_KEY];
  derive (key, id, derived);
  memcpy (self->id, id, sizeof self->id);
  self->seal = make_context (derived, TRUE);
  self->open = make_context (derived, FALSE);
  OPENSSL_cleanse (derived, sizeof derived);
  return self;
}

void
parlor_vault_free (ParlorVault *self)
{
  if (self == NULL)
    return;
  EVP_CIPHER_CTX_free (self->seal);
  EVP_CIPHER_CTX_free (self->open);
  g_free (self);
}

/* ---- blocks --------------------------------------------------------------------------------- */

gboolean
parlor_vault_probe (const guint8 *bytes, gsize length, guint8 id[PARLOR_VAULT_ID])
{
  if (length < PARLOR_VAULT_BLOCK || memcmp (bytes, magic, MAGIC_BYTES) != 0)
    return FALSE;
  memcpy (id, bytes + MAGIC_BYTES, PARLOR_VAULT_ID);
  return TRUE;
}

void
parlor_vault_seal_head (ParlorVault *self, guint64 size, const guint8 nonce[PARLOR_VAULT_NONCE],
                        guint8 out[PARLOR_VAULT_BLOCK])
{
  memset (out, 0, PARLOR_VAULT_BLOCK);
  memcpy (out, magic, MAGIC_BYTES);
  memcpy (out + MAGIC_BYTES, self->id, PARLOR_VAULT_ID);
  parlor_put_u64 (out + MAGIC_BYTES + PARLOR_VAULT_ID, size);
  memcpy (out + HEAD_NONCE_AT, nonce, PARLOR_VAULT_NONCE);
  encrypt (self->seal, &(Frame){nonce, out, HEAD_AAD}, NULL, 0, out + HEAD_TAG_AT,
           out + HEAD_TAG_AT);
}

gboolean
parlor_vault_open_head (ParlorVault *self, const guint8 block[PARLOR_VAULT_BLOCK], guint64 *size)
{
  guint8 nothing[1];
  if (memcmp (block, magic, MAGIC_BYTES) != 0
      || memcmp (block + MAGIC_BYTES, self->id, PARLOR_VAULT_ID) != 0
      || !decrypt (self->open, &(Frame){block + HEAD_NONCE_AT, block, HEAD_AAD}, NULL, 0, nothing,
                   block + HEAD_TAG_AT))
    return FALSE;
  *size = parlor_get_u64 (block + MAGIC_BYTES + PARLOR_VAULT_ID);
  return TRUE;
}

static void
write_aad (const ParlorVault *self, guint64 number, gsize length, guint8 out[BLOCK_AAD])
{
  memcpy (out, self->id, PARLOR_VAULT_ID);
  parlor_put_u64 (out + PARLOR_VAULT_ID, number);
  parlor_put_u16 (out + PARLOR_VAULT_ID + 8, (guint16)length);
}

void
parlor_vault_seal (ParlorVault *self, guint64 number, const guint8 *text, gsize length,
                   const guint8 nonce[PARLOR_VAULT_NONCE], guint8 out[PARLOR_VAULT_BLOCK])
{
  guint8 aad[BLOCK_AAD];
  g_return_if_fail (length <= PARLOR_VAULT_TEXT);
  write_aad (self, number, length, aad);
  memset (out, 0, PARLOR_VAULT_BLOCK);
  memcpy (out, nonce, PARLOR_VAULT_NONCE);
  parlor_put_u16 (out + LENGTH_AT, (guint16)length);
  encrypt (self->seal, &(Frame){nonce, aad, sizeof aad}, text, length, out + TEXT_AT, out + TAG_AT);
}

gssize
parlor_vault_open (ParlorVault *self, guint64 number, const guint8 block[PARLOR_VAULT_BLOCK],
                   guint8 *out)
{
  guint8 aad[BLOCK_AAD], text[PARLOR_VAULT_BLOCK];
  gsize length = parlor_get_u16 (block + LENGTH_AT);
  if (length > PARLOR_VAULT_TEXT)
    return -1;
  write_aad (self, number, length, aad);
  if (!decrypt (self->open, &(Frame){block, aad, sizeof aad}, block + TEXT_AT, length, text,
                block + TAG_AT))
    return -1;
  memcpy (out, text, length); /* not before it is proved */
  return (gssize)length;
}

/* ---- a recording's key ---------------------------------------------------------------------- */

void
parlor_vault_wrap (const guint8 master[PARLOR_VAULT_KEY], const char *recording,
                   const guint8 key[PARLOR_VAULT_KEY], const guint8 nonce[PARLOR_VAULT_NONCE],
                   guint8 out[PARLOR_VAULT_WRAPPED])
{
  EVP_CIPHER_CTX *context = make_context (master, TRUE);
  Frame frame = {nonce, (const guint8 *)recording, strlen (recording)};
  memcpy (out, nonce, PARLOR_VAULT_NONCE);
  encrypt (context, &frame, key, PARLOR_VAULT_KEY, out + PARLOR_VAULT_NONCE,
           out + PARLOR_VAULT_NONCE + PARLOR_VAULT_KEY);
  EVP_CIPHER_CTX_free (context);
}

gboolean
parlor_vault_unwrap (const guint8 master[PARLOR_VAULT_KEY], const char *recording,
                     const guint8 wrapped[PARLOR_VAULT_WRAPPED], guint8 key[PARLOR_VAULT_KEY])
{
  EVP_CIPHER_CTX *context = make_context (master, FALSE);
  Frame frame = {wrapped, (const guint8 *)recording, strlen (recording)};
  guint8 text[PARLOR_VAULT_KEY + PARLOR_VAULT_TAG];
  gboolean ok = decrypt (context, &frame, wrapped + PARLOR_VAULT_NONCE, PARLOR_VAULT_KEY, text,
                         wrapped + PARLOR_VAULT_NONCE + PARLOR_VAULT_KEY);
  if (ok)
    memcpy (key, text, PARLOR_VAULT_KEY);
  OPENSSL_cleanse (text, sizeof text);
  EVP_CIPHER_CTX_free (context);
  return ok;
}
