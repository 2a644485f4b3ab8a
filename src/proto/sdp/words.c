/* SPDX-License-Identifier: Apache-2.0 */
/* What attributes are made of. */
#include "proto/sdp/words.h"

#include <string.h>

gboolean
parlor_sdp_is_token (const char *text, gsize most)
{
  gsize length = strlen (text);

  if (length == 0 || length > most)
    return FALSE;
  for (gsize i = 0; i < length; i++)
    if (!g_ascii_isalnum (text[i]) && strchr ("!#$%&'*+-.^_`{|}~", text[i]) == NULL)
      return FALSE;
  return TRUE;
}

gboolean
parlor_sdp_take_number (const char **text, guint64 most, guint64 *value)
{
  const char *c = *text;

  *value = 0;
  for (; g_ascii_isdigit (*c); c++)
    {
      *value = *value * 10 + (guint64)(*c - '0');
      if (*value > most)
        return FALSE;
    }
  if (c == *text)
    return FALSE;
  *text = c;
  return TRUE;
}
