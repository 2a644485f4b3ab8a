/* SPDX-License-Identifier: Apache-2.0 */
#include "app/cards.h"

#include <fcntl.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <string.h>
#include <unistd.h>

#define COORDINATE 32
#define CARD_MAX 4096

struct _ParlorCards
{
  EVP_PKEY *key;
  char *brand;
  char kid[12];
};

/* ---- base64url (RFC 7515 appendix C) --------------------------------------------------------- */

static char *
encode (const void *bytes, gsize size)
{
  char *text = g_base64_encode (bytes, size);
  g_strdelimit (text, "+", '-');
  g_strdelimit (text, "/", '_');
  char *end = strchr (text, '=');
  if (end)
    *end = '\0';
  return text;
}

static guint8 *
decode (const char *text, gsize *size)
{
  static const char *const padding[] = {"", "===", "==", "="};
  g_autofree char *copy = g_strconcat (text, padding[strlen (text) % 4], NULL);
  g_strdelimit (copy, "-", '+');
  g_strdelimit (copy, "_", '/');
  return g_base64_decode (copy, size);
}

/* ---- the key ------------------------------------------------------------------------------------
 */

static EVP_PKEY *
read_key (const char *path)
{
  FILE *file = fopen (path, "re");
  EVP_PKEY *key = file ? PEM_read_PrivateKey (file, NULL, NULL, NULL) : NULL;
  if (file)
    fclose (file);
  return key;
}

static EVP_PKEY *
make_key (const char *path, GError **error)
{
  EVP_PKEY *key = EVP_EC_gen ("P-256");
  int fd = open (path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  FILE *file = fd >= 0 ? fdopen (fd, "w") : NULL;
  gboolean written = key && file && PEM_write_PrivateKey (file, key, NULL, NULL, 0, NULL, NULL);
  if (file && fclose (file))
    written = FALSE;
  if (written)
    return key;
  EVP_PKEY_free (key);
  g_set_error (error, G_FILE_ERROR, G_FILE_ERROR_FAILED, "cannot write the card key %s", path);
  return NULL;
}

static gboolean
get_coordinates (const ParlorCards *cards, guint8 x[COORDINATE], guint8 y[COORDINATE])
{
  BIGNUM *bx = NULL, *by = NULL;
  gboolean good = EVP_PKEY_get_bn_param (cards->key, OSSL_PKEY_PARAM_EC_PUB_X, &bx)
                  && EVP_PKEY_get_bn_param (cards->key, OSSL_PKEY_PARAM_EC_PUB_Y, &by)
                  && BN_bn2binpad (bx, x, COORDINATE) == COORDINATE
                  && BN_bn2binpad (by, y, COORDINATE) == COORDINATE;
  BN_free (bx);
  BN_free (by);
  return good;
}

ParlorCards *
parlor_cards_new (const char *folder, const char *brand, GError **error)
{
  guint8 x[COORDINATE], y[COORDINATE];
  g_autofree char *name = g_strdup_printf ("card-%s.pem", brand);
  g_autofree char *path = g_build_filename (folder, name, NULL);
  EVP_PKEY *key = read_key (path);
  if (!key && !(key = make_key (path, error)))
    return NULL;
  ParlorCards *cards = g_new0 (ParlorCards, 1);
  cards->key = key;
  cards->brand = g_strdup (brand);
  if (get_coordinates (cards, x, y))
    {
      g_autofree char *kid = encode (x, 8);
      g_strlcpy (cards->kid, kid, sizeof cards->kid);
    }
  return cards;
}

void
parlor_cards_free (ParlorCards *cards)
{
  if (!cards)
    return;
  EVP_PKEY_free (cards->key);
  g_free (cards->brand);
  g_free (cards);
}

json_t *
parlor_cards_jwk (ParlorCards *cards)
{
  guint8 x[COORDINATE], y[COORDINATE];
  if (!get_coordinates (cards, x, y))
    return json_null ();
  g_autofree char *text_x = encode (x, sizeof x), *text_y = encode (y, sizeof y);
  return json_pack ("{s:s,s:s,s:s,s:s,s:s,s:s}", "kty", "EC", "crv", "P-256", "alg", "ES256", "kid",
                    cards->kid, "x", text_x, "y", text_y);
}

/* ---- signing ------------------------------------------------------------------------------------
 */

/* OpenSSL writes a signature in DER; a JWS has r and s, 32 bytes each (RFC 7518 section 3.4). */
static gboolean
sign (const ParlorCards *cards, const char *text, guint8 out[2 * COORDINATE])
{
  guint8 der[128];
  gsize size = sizeof der;
  EVP_MD_CTX *context = EVP_MD_CTX_new ();
  gboolean good = EVP_DigestSignInit (context, NULL, EVP_sha256 (), NULL, cards->key) == 1
                  && EVP_DigestSign (context, der, &size, (const guint8 *)text, strlen (text)) == 1;
  EVP_MD_CTX_free (context);
  const guint8 *at = der;
  ECDSA_SIG *pair = good ? d2i_ECDSA_SIG (NULL, &at, (long)size) : NULL;
  good = pair && BN_bn2binpad (ECDSA_SIG_get0_r (pair), out, COORDINATE) == COORDINATE
         && BN_bn2binpad (ECDSA_SIG_get0_s (pair), out + COORDINATE, COORDINATE) == COORDINATE;
  ECDSA_SIG_free (pair);
  return good;
}

static char *
encode_json (json_t *json)
{
  char *text = json_dumps (json, JSON_COMPACT | JSON_SORT_KEYS);
  char *encoded = text ? encode (text, strlen (text)) : NULL;
  free (text);
  json_decref (json);
  return encoded;
}

char *
parlor_cards_sign (ParlorCards *cards, const ParlorRep *rep, gint64 verified_ms, gint64 until_ms)
{
  guint8 signature[2 * COORDINATE];
  g_autofree char *header = encode_json (
      json_pack ("{s:s,s:s,s:s}", "alg", "ES256", "typ", "parlor-card", "kid", cards->kid));
  g_autofree char *payload = encode_json (
      json_pack ("{s:s,s:s,s:s,s:s,s:s,s:s,s:I,s:I}", "brand", cards->brand, "ref", rep->ref, "rep",
                 rep->id, "name", rep->name, "title", rep->title ? rep->title : "", "photo",
                 rep->photo ? rep->photo : "", "verified_at", (json_int_t)verified_ms, "exp",
                 (json_int_t)(until_ms / 1000)));
  if (!header || !payload)
    return NULL;
  g_autofree char *signed_text = g_strconcat (header, ".", payload, NULL);
  if (!sign (cards, signed_text, signature))
    return NULL;
  g_autofree char *tail = encode (signature, sizeof signature);
  return g_strconcat (signed_text, ".", tail, NULL);
}

/* ---- checking -------------------------------------------------------------------------------- */

static gboolean
verify (const ParlorCards *cards, const char *text, gsize length, const guint8 *signature)
{
  guint8 *der = NULL;
  ECDSA_SIG *pair = ECDSA_SIG_new ();
  ECDSA_SIG_set0 (pair, BN_bin2bn (signature, COORDINATE, NULL),
                  BN_bin2bn (signature + COORDINATE, COORDINATE, NULL));
  int size = i2d_ECDSA_SIG (pair, &der);
  ECDSA_SIG_free (pair);
  EVP_MD_CTX *context = EVP_MD_CTX_new ();
  gboolean good = size > 0
                  && EVP_DigestVerifyInit (context, NULL, EVP_sha256 (), NULL, cards->key) == 1
                  && EVP_DigestVerify (context, der, (gsize)size, (const guint8 *)text, length)
                         == 1;
  EVP_MD_CTX_free (context);
  OPENSSL_free (der);
  return good;
}

static json_t *
part (const char *text)
{
  gsize size = 0;
  g_autofree guint8 *bytes = decode (text, &size);
  json_t *json = json_loadb ((const char *)bytes, size, JSON_REJECT_DUPLICATES, NULL);
  if (json_is_object (json))
    return json;
  json_decref (json);
  return NULL;
}

gboolean
parlor_cards_check (ParlorCards *cards, const char *card, const char *ref, gint64 now_ms,
                    gint64 *until_ms)
{
  if (!card || strlen (card) > CARD_MAX)
    return FALSE;
  g_auto (GStrv) parts = g_strsplit (card, ".", 4);
  if (g_strv_length (parts) != 3)
    return FALSE;
  gsize size = 0;
  g_autofree guint8 *signature = decode (parts[2], &size);
  json_t *header = part (parts[0]), *payload = part (parts[1]);
  const char *algorithm = json_string_value (json_object_get (header, "alg"));
  *until_ms = (gint64)json_integer_value (json_object_get (payload, "exp")) * 1000;
  gboolean good = !g_strcmp0 (algorithm, "ES256") && size == 2 * COORDINATE
                  && !g_strcmp0 (json_string_value (json_object_get (payload, "brand")),
                                 cards->brand)
                  && !g_strcmp0 (json_string_value (json_object_get (payload, "ref")), ref)
                  && *until_ms > now_ms
                  && verify (cards, card, strlen (parts[0]) + 1 + strlen (parts[1]), signature);
  json_decref (header);
  json_decref (payload);
  return good;
}
