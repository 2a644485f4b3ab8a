/* SPDX-License-Identifier: Apache-2.0 */
#include "hooks/sign.h"

#include <string.h>

#define PREFIX "whsec_"
#define SECRET_BYTES 32
#define SECRET_MIN 24
#define SECRET_MAX 64
/* Of one header: more are not looked at. */
#define SIGNATURES_MAX 8

char *
parlor_secret_new (const ParlorRandom *random)
{
  guint8 bytes[SECRET_BYTES];
  random->fill (bytes, sizeof bytes, random->user_data);
  g_autofree char *text = g_base64_encode (bytes, sizeof bytes);
  memset (bytes, 0, sizeof bytes);
  return g_strconcat (PREFIX, text, NULL);
}

/* NULL = not a secret. */
static guchar *
key_of (const char *secret, gsize *size)
{
  if (!g_str_has_prefix (secret, PREFIX) || strlen (secret) > 128)
    return NULL;
  guchar *key = g_base64_decode (secret + strlen (PREFIX), size);
  if (*size >= SECRET_MIN && *size <= SECRET_MAX)
    return key;
  g_free (key);
  return NULL;
}

/* "v1,…" (transfer full), or NULL. */
static char *
sign_one (const char *secret, const char *id, gint64 timestamp_s, const char *body, gsize length)
{
  gsize size = 0;
  g_autofree guchar *key = key_of (secret, &size);
  if (!key)
    return NULL;
  g_autoptr (GHmac) hmac = g_hmac_new (G_CHECKSUM_SHA256, key, size);
  g_autofree char *head = g_strdup_printf ("%s.%" G_GINT64_FORMAT ".", id, timestamp_s);
  guint8 digest[32];
  gsize n = sizeof digest;
  g_hmac_update (hmac, (const guchar *)head, (gssize)strlen (head));
  g_hmac_update (hmac, (const guchar *)body, (gssize)length);
  g_hmac_get_digest (hmac, digest, &n);
  g_autofree char *text = g_base64_encode (digest, n);
  return g_strconcat ("v1,", text, NULL);
}

char *
parlor_sign (const char *secrets, const char *id, gint64 timestamp_s, const char *body,
             gsize length)
{
  GString *header = g_string_new (NULL);
  g_auto (GStrv) each = g_strsplit (secrets, " ", -1);
  for (guint i = 0; each[i]; i++)
    {
      g_autofree char *one = sign_one (each[i], id, timestamp_s, body, length);
      if (one)
        g_string_append_printf (header, "%s%s", header->len ? " " : "", one);
    }
  return g_string_free (header, FALSE);
}

static gboolean
same (const char *a, const char *b)
{
  gsize length = strlen (a);
  guint8 differs = 0;
  if (strlen (b) != length)
    return FALSE;
  for (gsize i = 0; i < length; i++)
    differs |= (guint8)(a[i] ^ b[i]);
  return !differs;
}

gboolean
parlor_sign_check (const char *secrets, const char *id, gint64 timestamp_s, const char *body,
                   gsize length, const char *header)
{
  g_autofree char *ours = parlor_sign (secrets, id, timestamp_s, body, length);
  g_auto (GStrv) good = g_strsplit (ours, " ", -1);
  g_auto (GStrv) theirs = g_strsplit (header, " ", SIGNATURES_MAX);
  gboolean found = FALSE;
  for (guint i = 0; theirs[i]; i++)
    for (guint j = 0; good[j]; j++)
      found |= same (theirs[i], good[j]);
  return found;
}
