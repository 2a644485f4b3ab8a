/* SPDX-License-Identifier: Apache-2.0 */
/* The text of a configuration file: read, or refused with one line. */
#include "app/config.h"

#include <string.h>

int LLVMFuzzerTestOneInput (const guint8 *data, gsize size);

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  g_autoptr (ParlorConfig) config = parlor_config_new_default ();
  g_autoptr (GError) error = NULL;
  if (!parlor_config_read_text (config, (const char *)data, size, &error))
    {
      g_assert_error (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE);
      return 0;
    }
  g_assert_no_error (error);
  g_assert_true (config->http_port >= 0 && config->http_port <= 65535);
  g_assert_true (config->workers >= 0 && config->workers <= 36);
  g_assert_nonnull (config->announce);
  for (guint i = 0; config->turn_urls && config->turn_urls[i]; i++)
    g_assert_nonnull (strchr (config->turn_urls[i], ':'));
  return 0;
}
