/* SPDX-License-Identifier: Apache-2.0 */
/* parlord: reads what the operator chose, starts, runs, ends. */
#include "app/log.h"
#include "app/wire.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

static int
fail (const GError *error)
{
  fprintf (stderr, "parlord: %s\n", error->message);
  return EXIT_FAILURE;
}

static int
print_only (const ParlorConfig *config)
{
  g_autofree char *help = parlor_config_help ();
  fputs (config->show_help ? help : "parlord " PARLOR_VERSION "\n", stdout);
  return EXIT_SUCCESS;
}

int
main (int argc, char **argv)
{
  g_autoptr (GError) error = NULL;
  g_auto (GStrv) environment = g_get_environ ();
  g_autoptr (ParlorConfig)
      config = parlor_config_new (argc, (const char *const *)argv, environment, &error);
  if (!config)
    return fail (error);
  if (config->show_help || config->show_version)
    return print_only (config);
  umask (0077); /* what it and its processes write is nobody else's, whoever started it */
  parlor_log_take_glib ();
  g_autoptr (ParlorApp) app = parlor_app_new (config, argv[0], &error);
  if (!app)
    return fail (error);
  parlor_log (PARLOR_LOG_INFO, "parlord %s serves http://%s:%u%s", PARLOR_VERSION,
              config->http_address, parlor_app_http_port (app),
              config->demo ? " (demo: open to this machine)" : "");
  parlor_app_run (app);
  return EXIT_SUCCESS;
}
