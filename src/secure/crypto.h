/* SPDX-License-Identifier: Apache-2.0 */
/* What a backend of srtp.h is: four primitives on keys that it has expanded. Not for other folders.
 */
#pragma once
#include "secure/srtp.h"

/* Session keys of one direction, for RTP or for RTCP (RFC 3711 section 4.3). */
typedef struct
{
  ParlorSrtpProfile profile;
  guint8 key[PARLOR_SRTP_KEY_BYTES];
  guint8 salt[PARLOR_SRTP_SALT_MAX]; /* 12 of them for GCM */
  guint8 auth[20];                   /* HMAC key, CM only */
} ParlorSrtpSessionKeys;

/* FALSE when OpenSSL fails. salt has parlor_srtp_profile_salt_bytes (). */
gboolean parlor_srtp_derive (ParlorSrtpProfile profile, const guint8 *key, const guint8 *salt,
                             gboolean rtcp, ParlorSrtpSessionKeys *out);

/* A key as the backend keeps it; opaque outside it. */
typedef struct _ParlorCryptoKey ParlorCryptoKey;

#define PARLOR_HMAC_BYTES 20
#define PARLOR_GCM_TAG_BYTES 16

typedef struct
{
  const guint8 *iv; /* 12 bytes */
  const guint8 *aad;
  gsize aad_length;
  const guint8 *in;
  guint8 *out; /* == in, or apart from it */
  gsize length;
  guint8 *tag; /* 16 bytes, written by seal, compared by open */
} ParlorGcmJob;

/* One packet of AES-CM with HMAC, in place and in one piece: clear[0 .. header) [header .. length),
 * behind which there is room for the tag. extra (4 bytes) goes behind the packet into the HMAC. */
typedef struct
{
  const ParlorCryptoKey *key;
  guint8 iv[16];
  guint8 *packet;
  gsize header, length;
  guint8 extra[4];
  gsize tag_bytes;
} ParlorCmJob;

typedef struct
{
  ParlorSrtpBackend backend;
  gboolean (*init) (ParlorCrypto *crypto);
  void (*clear) (ParlorCrypto *crypto);
  ParlorCryptoKey *(*key_new) (ParlorCrypto *crypto, const ParlorSrtpSessionKeys *keys,
                               gboolean encrypt);
  void (*key_free) (ParlorCryptoKey *key);
  gboolean (*gcm_seal) (ParlorCrypto *crypto, const ParlorCryptoKey *key, const ParlorGcmJob *job);
  gboolean (*gcm_open) (ParlorCrypto *crypto, const ParlorCryptoKey *key, const ParlorGcmJob *job);
  /* Counter mode from iv, in place. */
  gboolean (*ctr) (ParlorCrypto *crypto, const ParlorCryptoKey *key, const guint8 *iv,
                   guint8 *bytes, gsize length);
  gboolean (*hmac) (ParlorCrypto *crypto, const ParlorCryptoKey *key, const guint8 *bytes,
                    gsize length, const guint8 *extra, gsize extra_length,
                    guint8 out[PARLOR_HMAC_BYTES]);
  /* Encrypts and tags n packets; FALSE = none of them may be sent. */
  gboolean (*cm_seal) (ParlorCrypto *crypto, const ParlorCmJob *jobs, guint n);
} ParlorCryptoOps;

struct _ParlorCrypto
{
  const ParlorCryptoOps *ops;
  gpointer state; /* the backend's */
};

extern const ParlorCryptoOps parlor_crypto_openssl;
/* Only where HAVE_IPSEC_MB. */
extern const ParlorCryptoOps parlor_crypto_ipsec, parlor_crypto_ipsec_avx2, parlor_crypto_ipsec_avx,
    parlor_crypto_ipsec_sse;

/* RFC 7714 section 8.1 and RFC 3711 section 4.1.1. index: 48 bits for RTP, 31 for RTCP. */
static inline void
parlor_srtp_gcm_iv (const guint8 *salt, guint32 ssrc, guint64 index, guint8 iv[12])
{
  const guint8 raw[12] = {0,
                          0,
                          (guint8)(ssrc >> 24),
                          (guint8)(ssrc >> 16),
                          (guint8)(ssrc >> 8),
                          (guint8)ssrc,
                          (guint8)(index >> 40),
                          (guint8)(index >> 32),
                          (guint8)(index >> 24),
                          (guint8)(index >> 16),
                          (guint8)(index >> 8),
                          (guint8)index};
  for (guint i = 0; i < 12; i++)
    iv[i] = raw[i] ^ salt[i];
}

static inline void
parlor_srtp_cm_iv (const guint8 *salt, guint32 ssrc, guint64 index, guint8 iv[16])
{
  const guint8 raw[10] = {(guint8)(ssrc >> 24),  (guint8)(ssrc >> 16),  (guint8)(ssrc >> 8),
                          (guint8)ssrc,          (guint8)(index >> 40), (guint8)(index >> 32),
                          (guint8)(index >> 24), (guint8)(index >> 16), (guint8)(index >> 8),
                          (guint8)index};
  for (guint i = 0; i < 14; i++)
    iv[i] = salt[i] ^ (i >= 4 ? raw[i - 4] : 0);
  iv[14] = iv[15] = 0;
}

static inline guint32
parlor_srtp_read32 (const guint8 *at)
{
  return (guint32)at[0] << 24 | (guint32)at[1] << 16 | (guint32)at[2] << 8 | at[3];
}

static inline void
parlor_srtp_write32 (guint8 *at, guint32 value)
{
  at[0] = (guint8)(value >> 24);
  at[1] = (guint8)(value >> 16);
  at[2] = (guint8)(value >> 8);
  at[3] = (guint8)value;
}
