/* SPDX-License-Identifier: Apache-2.0 */
#include "base/ids.h"

#include <string.h>

/* Crockford's base32: no i, l, o, u. */
static const char alphabet[] = "0123456789abcdefghjkmnpqrstvwxyz";

/* Each character takes the low five bits of a random byte of its own. */
static void
fill_base32 (const ParlorRandom *random, char *out, gsize n)
{
  guint8 bytes[32];
  g_return_if_fail (n <= sizeof bytes);
  random->fill (bytes, n, random->user_data);
  for (gsize i = 0; i < n; i++)
    out[i] = alphabet[bytes[i] & 31];
  out[n] = '\0';
}

void
parlor_id_make (const char *prefix, const ParlorRandom *random, char out[PARLOR_ID_SIZE])
{
  char tail[27];
  fill_base32 (random, tail, 26);
  g_snprintf (out, PARLOR_ID_SIZE, "%s_%s", prefix, tail);
}

void
parlor_code_make (const ParlorRandom *random, char out[PARLOR_CODE_SIZE])
{
  fill_base32 (random, out, PARLOR_CODE_LENGTH);
}

/* '\0' = not of the alphabet. */
static char
normalise (char c)
{
  c = g_ascii_tolower (c);
  if (c == 'o')
    return '0';
  if (c == 'i' || c == 'l')
    return '1';
  return c != '\0' && strchr (alphabet, c) != NULL ? c : '\0';
}

gboolean
parlor_code_parse (const char *text, char out[PARLOR_CODE_SIZE])
{
  gsize n = 0;
  for (; text != NULL && *text != '\0'; text++)
    {
      if (*text == '-' || *text == ' ')
        continue;
      char c = normalise (*text);
      if (c == '\0' || n == PARLOR_CODE_LENGTH)
        return FALSE;
      out[n++] = c;
    }
  out[n] = '\0';
  return n == PARLOR_CODE_LENGTH;
}

void
parlor_code_format (const char code[PARLOR_CODE_SIZE], char out[PARLOR_CODE_SIZE])
{
  g_snprintf (out, PARLOR_CODE_SIZE, "%.5s-%.5s", code, code + 5);
}

void
parlor_token_make (const ParlorRandom *random, char out[PARLOR_TOKEN_SIZE])
{
  fill_base32 (random, out, 26);
}

ParlorHash
parlor_hash (const char *token)
{
  ParlorHash hash = {{0}};
  if (token == NULL || *token == '\0')
    return hash;
  gsize size = PARLOR_HASH_SIZE;
  g_autoptr (GChecksum) sum = g_checksum_new (G_CHECKSUM_SHA256);
  g_checksum_update (sum, (const guchar *)token, -1);
  g_checksum_get_digest (sum, hash.bytes, &size);
  return hash;
}

gboolean
parlor_hash_is_zero (const ParlorHash *hash)
{
  static const ParlorHash zero;
  return memcmp (hash, &zero, sizeof zero) == 0;
}

guint
parlor_hash_hash (gconstpointer hash)
{
  guint value;
  memcpy (&value, ((const ParlorHash *)hash)->bytes, sizeof value);
  return value;
}

gboolean
parlor_hash_equal (gconstpointer a, gconstpointer b)
{
  return memcmp (a, b, sizeof (ParlorHash)) == 0;
}
