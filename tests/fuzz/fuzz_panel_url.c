/* SPDX-License-Identifier: Apache-2.0 */
#include "room/panels.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput (const uint8_t *data, size_t size);

/* What is taken goes into a policy: nothing in it may break out, and it is its own origin. */
int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  g_autofree char *url = g_strndup ((const char *)data, size);
  g_autofree char *strict = parlor_panel_origin (url, FALSE);
  g_autofree char *origin = parlor_panel_origin (url, TRUE);
  if (origin == NULL)
    return 0;
  g_autofree char *again = parlor_panel_origin (origin, TRUE);
  if (strcspn (origin, " ;,'\"*\r\n\t") != strlen (origin) || g_strcmp0 (origin, again) != 0
      || (strict == NULL) == g_str_has_prefix (origin, "https://"))
    abort ();
  return 0;
}
