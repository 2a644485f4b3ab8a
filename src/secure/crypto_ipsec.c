/* SPDX-License-Identifier: Apache-2.0 */
/* The backend of x86-64: Intel's multi-buffer library. GCM by its direct calls (one packet fills
 * the AES units); AES-CM with HMAC-SHA1 in batches, because SHA-1 is serial and lanes are what
 * helps. What comes one by one with SHA-1 (receiving, RTCP) goes to OpenSSL, which is faster for a
 * single message. */
#include <intel-ipsec-mb.h>
#include <openssl/crypto.h>
#include <stdlib.h>
#include <string.h>

#include "secure/crypto.h"

#define SHA1_BLOCK 64
#define SHA1_STATE 20

typedef struct
{
  IMB_MGR *manager;
  ParlorCrypto openssl;
} State;

/* Aligned to 64: the library's assembly loads whole lines. */
struct _ParlorCryptoKey
{
  union
  {
    struct gcm_key_data gcm;
    struct
    {
      guint32 encrypt[15 * 4] __attribute__ ((aligned (16)));
      guint32 decrypt[15 * 4] __attribute__ ((aligned (16)));
      guint8 inner[SHA1_STATE] __attribute__ ((aligned (16)));
      guint8 outer[SHA1_STATE] __attribute__ ((aligned (16)));
    } cm;
  } __attribute__ ((aligned (64)));
  ParlorCryptoKey *openssl; /* CM only */
};

static void
ipsec_clear (ParlorCrypto *crypto)
{
  State *state = crypto->state;
  if (state->openssl.state)
    parlor_crypto_openssl.clear (&state->openssl);
  if (state->manager)
    free_mb_mgr (state->manager);
  g_free (state);
}

static gboolean
init_with (ParlorCrypto *crypto, void (*init_manager) (IMB_MGR *))
{
  State *state = g_new0 (State, 1);
  crypto->state = state;
  state->manager = alloc_mb_mgr (0);
  if (state->manager)
    init_manager (state->manager);
  state->openssl.ops = &parlor_crypto_openssl;
  /* It says so where the CPU has not got what was asked for. NOAESNI is an emulation: correct, and
   * slower than OpenSSL. */
  if (state->manager && imb_get_errno (state->manager) == 0
      && (state->manager->features & IMB_FEATURE_AESNI) != 0
      && parlor_crypto_openssl.init (&state->openssl))
    return TRUE;
  state->openssl.state = NULL;
  ipsec_clear (crypto);
  return FALSE;
}

static void
init_best (IMB_MGR *manager)
{
  init_mb_mgr_auto (manager, NULL);
}

static gboolean
ipsec_init (ParlorCrypto *crypto)
{
  return init_with (crypto, init_best);
}

static gboolean
ipsec_init_avx2 (ParlorCrypto *crypto)
{
  return init_with (crypto, init_mb_mgr_avx2);
}

static gboolean
ipsec_init_avx (ParlorCrypto *crypto)
{
  return init_with (crypto, init_mb_mgr_avx);
}

static gboolean
ipsec_init_sse (ParlorCrypto *crypto)
{
  return init_with (crypto, init_mb_mgr_sse);
}

static void
ipsec_key_free (ParlorCryptoKey *key)
{
  if (!key)
    return;
  parlor_crypto_openssl.key_free (key->openssl);
  OPENSSL_cleanse (key, sizeof *key);
  free (key);
}

/* The states of SHA-1 after the padded key of the inner and outer hash (RFC 2104). */
static void
expand_hmac (IMB_MGR *manager, const guint8 *auth, ParlorCryptoKey *self)
{
  guint8 inner[SHA1_BLOCK], outer[SHA1_BLOCK];
  memset (inner, 0x36, sizeof inner);
  memset (outer, 0x5c, sizeof outer);
  for (guint i = 0; i < 20; i++)
    {
      inner[i] ^= auth[i];
      outer[i] ^= auth[i];
    }
  IMB_SHA1_ONE_BLOCK (manager, inner, self->cm.inner);
  IMB_SHA1_ONE_BLOCK (manager, outer, self->cm.outer);
  OPENSSL_cleanse (inner, sizeof inner);
  OPENSSL_cleanse (outer, sizeof outer);
}

static ParlorCryptoKey *
ipsec_key_new (ParlorCrypto *crypto, const ParlorSrtpSessionKeys *keys, gboolean encrypt)
{
  State *state = crypto->state;
  ParlorCryptoKey *self = aligned_alloc (64, sizeof *self);
  memset (self, 0, sizeof *self);
  if (keys->profile == PARLOR_SRTP_AEAD_AES_128_GCM)
    {
      IMB_AES128_GCM_PRE (state->manager, keys->key, &self->gcm);
      return self;
    }
  IMB_AES_KEYEXP_128 (state->manager, keys->key, self->cm.encrypt, self->cm.decrypt);
  expand_hmac (state->manager, keys->auth, self);
  self->openssl = parlor_crypto_openssl.key_new (&state->openssl, keys, encrypt);
  if (!self->openssl)
    g_clear_pointer (&self, ipsec_key_free);
  return self;
}

static gboolean
ipsec_gcm_seal (ParlorCrypto *crypto, const ParlorCryptoKey *key, const ParlorGcmJob *job)
{
  State *state = crypto->state;
  struct gcm_context_data ctx;
  IMB_AES128_GCM_ENC (state->manager, &key->gcm, &ctx, job->out, job->in, job->length, job->iv,
                      job->aad, job->aad_length, job->tag, PARLOR_GCM_TAG_BYTES);
  return TRUE;
}

static gboolean
ipsec_gcm_open (ParlorCrypto *crypto, const ParlorCryptoKey *key, const ParlorGcmJob *job)
{
  State *state = crypto->state;
  struct gcm_context_data ctx;
  guint8 tag[PARLOR_GCM_TAG_BYTES];
  IMB_AES128_GCM_DEC (state->manager, &key->gcm, &ctx, job->out, job->in, job->length, job->iv,
                      job->aad, job->aad_length, tag, sizeof tag);
  return CRYPTO_memcmp (tag, job->tag, sizeof tag) == 0;
}

static gboolean
ipsec_ctr (ParlorCrypto *crypto, const ParlorCryptoKey *key, const guint8 *iv, guint8 *bytes,
           gsize length)
{
  State *state = crypto->state;
  return parlor_crypto_openssl.ctr (&state->openssl, key->openssl, iv, bytes, length);
}

static gboolean
ipsec_hmac (ParlorCrypto *crypto, const ParlorCryptoKey *key, const guint8 *bytes, gsize length,
            const guint8 *extra, gsize extra_length, guint8 out[PARLOR_HMAC_BYTES])
{
  State *state = crypto->state;
  return parlor_crypto_openssl.hmac (&state->openssl, key->openssl, bytes, length, extra,
                                     extra_length, out);
}

static void
fill_job (IMB_JOB *job, const ParlorCmJob *cm, guint8 mac[PARLOR_HMAC_BYTES])
{
  const ParlorCryptoKey *key = cm->key;
  /* The rollover counter goes where the tag will be: the library hashes one piece. */
  memcpy (cm->packet + cm->length, cm->extra, sizeof cm->extra);
  job->cipher_mode = IMB_CIPHER_CNTR;
  job->cipher_direction = IMB_DIR_ENCRYPT;
  job->chain_order = IMB_ORDER_CIPHER_HASH;
  job->hash_alg = IMB_AUTH_HMAC_SHA_1;
  job->enc_keys = job->dec_keys = key->cm.encrypt;
  job->key_len_in_bytes = 16;
  job->src = cm->packet;
  job->dst = cm->packet + cm->header;
  job->cipher_start_src_offset_in_bytes = cm->header;
  job->msg_len_to_cipher_in_bytes = cm->length - cm->header;
  job->hash_start_src_offset_in_bytes = 0;
  job->msg_len_to_hash_in_bytes = cm->length + sizeof cm->extra;
  job->iv = cm->iv;
  job->iv_len_in_bytes = sizeof cm->iv;
  job->auth_tag_output = mac;
  job->auth_tag_output_len_in_bytes = PARLOR_HMAC_BYTES;
  job->u.HMAC._hashed_auth_key_xor_ipad = key->cm.inner;
  job->u.HMAC._hashed_auth_key_xor_opad = key->cm.outer;
}

#define LANES 16

/* Returns whether all of n <= LANES jobs came back well; the library is empty afterwards. */
static gboolean
run_lanes (IMB_MGR *manager, const ParlorCmJob *jobs, guint n, guint8 (*macs)[PARLOR_HMAC_BYTES])
{
  guint done = 0;
  IMB_JOB *back;
  for (guint i = 0; i < n; i++)
    {
      fill_job (IMB_GET_NEXT_JOB (manager), &jobs[i], macs[i]);
      for (back = IMB_SUBMIT_JOB (manager); back; back = IMB_GET_COMPLETED_JOB (manager))
        done += back->status == IMB_STATUS_COMPLETED;
    }
  while ((back = IMB_FLUSH_JOB (manager)))
    done += back->status == IMB_STATUS_COMPLETED;
  return done == n;
}

static gboolean
seal_lanes (ParlorCrypto *crypto, const ParlorCmJob *jobs, guint n)
{
  State *state = crypto->state;
  guint8 macs[LANES][PARLOR_HMAC_BYTES];
  if (!run_lanes (state->manager, jobs, n, macs))
    return FALSE;
  for (guint i = 0; i < n; i++)
    memcpy (jobs[i].packet + jobs[i].length, macs[i], jobs[i].tag_bytes);
  return TRUE;
}

static gboolean
seal_one (ParlorCrypto *crypto, const ParlorCmJob *job)
{
  State *state = crypto->state;
  ParlorCmJob single = *job;
  single.key = job->key->openssl;
  return parlor_crypto_openssl.cm_seal (&state->openssl, &single, 1);
}

static gboolean
ipsec_cm_seal (ParlorCrypto *crypto, const ParlorCmJob *jobs, guint n)
{
  gboolean ok = TRUE;
  guint filled = 0;
  ParlorCmJob lanes[LANES];
  for (guint i = 0; i < n && ok; i++)
    {
      /* The library takes no empty message. */
      if (jobs[i].length == jobs[i].header)
        ok = seal_one (crypto, &jobs[i]);
      else
        lanes[filled++] = jobs[i];
      if (filled == LANES || (i + 1 == n && filled > 0))
        {
          ok = ok && seal_lanes (crypto, lanes, filled);
          filled = 0;
        }
    }
  return ok;
}

#define OPS(which, how)                                                                            \
  {                                                                                                \
    .backend = which, .init = how, .clear = ipsec_clear, .key_new = ipsec_key_new,                 \
    .key_free = ipsec_key_free, .gcm_seal = ipsec_gcm_seal, .gcm_open = ipsec_gcm_open,            \
    .ctr = ipsec_ctr, .hmac = ipsec_hmac, .cm_seal = ipsec_cm_seal,                                \
  }

const ParlorCryptoOps parlor_crypto_ipsec = OPS (PARLOR_SRTP_BACKEND_IPSEC, ipsec_init);
const ParlorCryptoOps parlor_crypto_ipsec_avx2 = OPS (PARLOR_SRTP_BACKEND_IPSEC_AVX2,
                                                      ipsec_init_avx2);
const ParlorCryptoOps parlor_crypto_ipsec_avx = OPS (PARLOR_SRTP_BACKEND_IPSEC_AVX, ipsec_init_avx);
const ParlorCryptoOps parlor_crypto_ipsec_sse = OPS (PARLOR_SRTP_BACKEND_IPSEC_SSE, ipsec_init_sse);
