/* SPDX-License-Identifier: Apache-2.0 */
/* The published vectors, on every backend. */
#include "secure/crypto.h"

#include <string.h>

static GBytes *
from_hex (const char *hex)
{
  GByteArray *out = g_byte_array_new ();
  for (; *hex; hex++)
    if (g_ascii_isxdigit (*hex))
      {
        guint8 byte = (guint8)(g_ascii_xdigit_value (hex[0]) << 4 | g_ascii_xdigit_value (hex[1]));
        g_byte_array_append (out, &byte, 1);
        hex++;
      }
  return g_byte_array_free_to_bytes (out);
}

static void
assert_hex (const guint8 *bytes, gsize length, const char *hex)
{
  g_autoptr (GBytes) want = from_hex (hex);
  g_assert_cmpmem (bytes, length, g_bytes_get_data (want, NULL), g_bytes_get_size (want));
}

/* RFC 3711 appendix B.3 */
static void
test_rfc3711_derivation (void)
{
  g_autoptr (GBytes) key = from_hex ("E1F97A0D3E018BE0D64FA32C06DE4139");
  g_autoptr (GBytes) salt = from_hex ("0EC675AD498AFEEBB6960B3AABE6");
  ParlorSrtpSessionKeys keys;
  g_assert_true (parlor_srtp_derive (PARLOR_SRTP_AES128_CM_HMAC_SHA1_80,
                                     g_bytes_get_data (key, NULL), g_bytes_get_data (salt, NULL),
                                     FALSE, &keys));
  assert_hex (keys.key, 16, "C61E7A93744F39EE10734AFE3FF7A087");
  assert_hex (keys.salt, 14, "30CBBC08863D8C85D49DB34A9AE1");
  assert_hex (keys.auth, 20, "CEBE321F6FF7716B6FD4AB49AF256A156D38BAA4");
}

static ParlorCrypto *
crypto_or_skip (gconstpointer backend)
{
  ParlorCrypto *crypto = parlor_crypto_new ((ParlorSrtpBackend)GPOINTER_TO_INT (backend));
  if (!crypto)
    g_test_skip ("this backend is not on this machine");
  return crypto;
}

/* RFC 3711 appendix B.2: the key stream of AES-CM, first and last blocks of 0xff02. */
static void
test_rfc3711_keystream (gconstpointer backend)
{
  g_autoptr (ParlorCrypto) crypto = crypto_or_skip (backend);
  if (!crypto)
    return;
  ParlorSrtpSessionKeys keys = {.profile = PARLOR_SRTP_AES128_CM_HMAC_SHA1_80};
  g_autoptr (GBytes) key = from_hex ("2B7E151628AED2A6ABF7158809CF4F3C");
  g_autoptr (GBytes) iv = from_hex ("F0F1F2F3F4F5F6F7F8F9FAFBFCFD0000");
  gsize length = 0xff02 * 16;
  g_autofree guint8 *stream = g_malloc0 (length);
  memcpy (keys.key, g_bytes_get_data (key, NULL), 16);
  ParlorCryptoKey *expanded = crypto->ops->key_new (crypto, &keys, TRUE);
  g_assert_true (crypto->ops->ctr (crypto, expanded, g_bytes_get_data (iv, NULL), stream, length));
  assert_hex (stream, 48,
              "E03EAD0935C95E80E166B16DD92B4EB4 D23513162B02D0F72A43A2FE4A5F97AB"
              "41E95B3BB0A2E8DD477901E4FCA894C0");
  assert_hex (stream + 0xfeff * 16, 48,
              "EC8CDF7398607CB0F2D21675EA9EA1E4 362B7C3C6773516318A077D7FC5073AE"
              "6A2CC3787889374FBEB4C81B17BA6C44");
  crypto->ops->key_free (expanded);
}

typedef struct
{
  const char *clear, *sealed;
  gsize header; /* of clear, not encrypted */
  guint32 ssrc;
  guint64 index;
  gboolean rtcp; /* the last word of the associated data is E and index, as the packet's */
} Vector;

/* RFC 7714 sections 16.1.1 and 17.1 */
static const Vector vectors[] = {
    {"8040f17b 8041f8d3 5501a0b2 47616c6c 69612065 7374206f 6d6e6973 20646976 69736120 696e2070"
     "61727465 73207472 6573",
     "8040f17b 8041f8d3 5501a0b2 f24de3a3 fb34de6c acba861c 9d7e4bca be633bd5 0d294e6f 42a5f47a"
     "51c7d19b 36de3adf 8833 899d7f27 beb16a91 52cf765e e4390cce",
     12, 0x5501a0b2, 0xf17b, FALSE},
    {"81c8000d 4d617273 4e545031 4e545032 52545020 0000042a 0000e930 4c756e61 deadbeef deadbeef"
     "deadbeef deadbeef deadbeef",
     "81c8000d 4d617273 63e94885 dcdab67c a727d766 2f6b7e99 7ff5c0f7 6c06f32d c676a5f1 730d6fda"
     "4ce09b46 86303ded 0bb9275b c84aa458 96cf4d2f c5abf872 45d9eade 800005d4",
     8, 0x4d617273, 0x5d4, TRUE}};

static void
check_vector (ParlorCrypto *crypto, ParlorCryptoKey *seal, ParlorCryptoKey *open,
              const guint8 *salt, const Vector *v)
{
  g_autoptr (GBytes) clear = from_hex (v->clear);
  g_autoptr (GBytes) sealed = from_hex (v->sealed);
  gsize n = g_bytes_get_size (clear);
  const guint8 *plain = g_bytes_get_data (clear, NULL), *want = g_bytes_get_data (sealed, NULL);
  guint8 iv[12], aad[16], out[256], tag[16];
  memcpy (aad, plain, v->header);
  memcpy (aad + v->header, want + n + 16, v->rtcp ? 4 : 0);
  parlor_srtp_gcm_iv (salt, v->ssrc, v->index, iv);
  ParlorGcmJob job = {iv, aad, v->header + (v->rtcp ? 4 : 0), plain + v->header, out, n - v->header,
                      tag};
  g_assert_true (crypto->ops->gcm_seal (crypto, seal, &job));
  g_assert_cmpmem (out, n - v->header, want + v->header, n - v->header);
  g_assert_cmpmem (tag, 16, want + n, 16);
  job.in = out;
  g_assert_true (crypto->ops->gcm_open (crypto, open, &job));
  g_assert_cmpmem (out, n - v->header, plain + v->header, n - v->header);
  tag[15] ^= 1;
  g_assert_false (crypto->ops->gcm_open (crypto, open, &job));
}

static void
test_rfc7714 (gconstpointer backend)
{
  g_autoptr (ParlorCrypto) crypto = crypto_or_skip (backend);
  if (!crypto)
    return;
  ParlorSrtpSessionKeys keys = {.profile = PARLOR_SRTP_AEAD_AES_128_GCM};
  for (guint i = 0; i < 16; i++)
    keys.key[i] = (guint8)i;
  memcpy (keys.salt, "Quid pro quo", 12);
  ParlorCryptoKey *seal = crypto->ops->key_new (crypto, &keys, TRUE);
  ParlorCryptoKey *open = crypto->ops->key_new (crypto, &keys, FALSE);
  for (guint i = 0; i < G_N_ELEMENTS (vectors); i++)
    check_vector (crypto, seal, open, keys.salt, &vectors[i]);
  crypto->ops->key_free (seal);
  crypto->ops->key_free (open);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/secure/crypto/rfc3711-derivation", test_rfc3711_derivation);
  for (guint backend = PARLOR_SRTP_BACKEND_OPENSSL; backend < PARLOR_N_SRTP_BACKENDS; backend++)
    {
      const char *name = parlor_srtp_backend_name ((ParlorSrtpBackend)backend);
      g_autofree char *keystream = g_strdup_printf ("/secure/crypto/%s/rfc3711-keystream", name);
      g_autofree char *gcm = g_strdup_printf ("/secure/crypto/%s/rfc7714", name);
      g_test_add_data_func (keystream, GUINT_TO_POINTER (backend), test_rfc3711_keystream);
      g_test_add_data_func (gcm, GUINT_TO_POINTER (backend), test_rfc7714);
    }
  return g_test_run ();
}
