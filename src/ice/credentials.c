/* SPDX-License-Identifier: Apache-2.0 */
#include "ice/credentials.h"

#include <string.h>

/* ice-char of RFC 8839 section 5.4: 64 of them, 6 bits each. */
static const char ice_chars[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

G_STATIC_ASSERT (PARLOR_ICE_UFRAG_LENGTH - 1 + PARLOR_ICE_PWD_LENGTH == PARLOR_ICE_RANDOM_BYTES);
G_STATIC_ASSERT (sizeof ice_chars - 1 == PARLOR_ICE_MAX_WORKERS);

void
parlor_ice_credentials_make (guint worker, const guint8 random[PARLOR_ICE_RANDOM_BYTES],
                             ParlorIceCredentials *out)
{
  g_return_if_fail (worker < PARLOR_ICE_MAX_WORKERS);
  memset (out, 0, sizeof *out);
  out->ufrag[0] = ice_chars[worker];
  for (guint i = 1; i < PARLOR_ICE_UFRAG_LENGTH; i++)
    out->ufrag[i] = ice_chars[*random++ & 63];
  for (guint i = 0; i < PARLOR_ICE_PWD_LENGTH; i++)
    out->pwd[i] = ice_chars[*random++ & 63];
}

static gint
ice_char_value (char c)
{
  const char *at = c ? strchr (ice_chars, c) : NULL;
  return at ? (gint)(at - ice_chars) : -1;
}

gint
parlor_ice_ufrag_worker (const char *ufrag, gsize length)
{
  return length == PARLOR_ICE_UFRAG_LENGTH ? ice_char_value (ufrag[0]) : -1;
}

static gboolean
all_ice_chars (const char *text, gsize min)
{
  gsize n = 0;
  if (!text)
    return FALSE;
  while (text[n])
    if (n == PARLOR_ICE_REMOTE_MAX || ice_char_value (text[n++]) < 0)
      return FALSE;
  return n >= min;
}

gboolean
parlor_ice_ufrag_valid (const char *ufrag)
{
  return all_ice_chars (ufrag, 4);
}

gboolean
parlor_ice_pwd_valid (const char *pwd)
{
  return all_ice_chars (pwd, 22);
}
