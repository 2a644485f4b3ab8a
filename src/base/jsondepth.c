/* SPDX-License-Identifier: Apache-2.0 */
#include "base/jsondepth.h"

gboolean
parlor_json_is_too_deep (const char *text, gsize length, guint max_depth)
{
  guint depth = 0;
  gboolean in_string = FALSE;
  for (gsize i = 0; i < length; i++)
    {
      char c = text[i];
      if (in_string && c == '\\')
        i++;
      else if (c == '"')
        in_string = !in_string;
      else if (!in_string && (c == '{' || c == '[') && ++depth > max_depth)
        return TRUE;
      else if (!in_string && (c == '}' || c == ']') && depth)
        depth--;
    }
  return FALSE;
}
