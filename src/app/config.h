/* SPDX-License-Identifier: Apache-2.0 */
/**
 * What the operator chose: flags beat the environment, which beats the file (`--config`), which
 * beats the defaults. One table (config.c) names each option once, in its three spellings:
 *
 *     --http-port 8080      PARLOR_HTTP_PORT=8080      [server] http-port=8080
 *
 * API keys and the TURN servers' secret stand in the file alone, where `ps` and a crash report do
 * not show them:
 *
 *     [key shop]            [turn]
 *     secret=…              urls=turn:turn.example:3478?transport=udp
 *                           secret=…    ttl=43200
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct
{
  char *id, *secret;
} ParlorConfigKey;

typedef struct
{
  char *http_address; /**< numeric */
  gint64 http_port;   /**< 0 = any free one */
  gint64 udp_port;
  gint64 tcp_port; /**< 0 = none */
  gint64 admin_port;
  char *data_dir;
  char *store;    /**< "sqlite", "memory" or a URL that may hold a password: never shown */
  gint64 workers; /**< 0 = one a core */
  char *crypto;   /**< nullable = "auto" */
  gboolean no_gso, no_gro;
  gint64 gather_us;                          /**< 0 = the media plane's default, -1 = never */
  gint64 spread_from;                        /**< 0 = the media plane's default */
  char *web_dir;                             /**< nullable: not given */
  char *public_url;                          /**< nullable */
  char *s3_url, *s3_region, *s3_credentials; /**< nullable, see record/away.h */
  gint64 s3_part_kib;                        /**< 0 = its own */
  gint64 s3_keep_local_days;                 /**< -1 = for ever */
  char *recording_key_file, *recording_key_command; /**< nullable, see record/keeper.h */
  char *recorder_socket;                            /**< nullable: parlord starts the recorder */
  char **announce;                                  /**< NULL-terminated, perhaps empty */
  char **origins;                                   /**< NULL-terminated, perhaps empty */
  gint64 stages, stage_cpu; /**< stage processes at a time; percent of a core for each */
  gboolean demo;
  gboolean anyone_may_start;
  gboolean trust_proxy;
  gint64 joins_burst, joins_per_minute; /**< 0 = the defaults of the site */
  gint64 sockets, sockets_per_address;  /**< 0 = the defaults of the signalling */
  gint64 stats_every;                   /**< 0 = 60 */
  char **hook_allow;  /**< networks that webhooks may go to though they are not public */
  gboolean hook_http; /**< webhooks may go to http:// */
  char *hook_module, *hook_module_config; /**< nullable */

  GPtrArray *keys;   /**< owned ParlorConfigKey */
  char **turn_urls;  /**< nullable */
  char *turn_secret; /**< nullable: then the URLs need no credentials */
  gint64 turn_ttl_sec;

  gboolean show_help, show_version;
} ParlorConfig;

#define PARLOR_DEMO_KEY "demo"
#define PARLOR_DEMO_SECRET "parlor-demo-secret-do-not-use-in-production"

/**
 * Reads them all. `environment` is as g_get_environ () gives it. NULL and a GError of
 * G_OPTION_ERROR whose message says in one line what is wrong and what to do. With show_help or
 * show_version set nothing else is looked at.
 */
ParlorConfig *parlor_config_new (int argc, const char *const *argv, char **environment,
                                 GError **error);

/** The same from the text of a file alone, for tests: fills what is there. FALSE: error as above.
 */
gboolean parlor_config_read_text (ParlorConfig *config, const char *text, gsize length,
                                  GError **error);

/** One holding the defaults. */
ParlorConfig *parlor_config_new_default (void);

void parlor_config_free (ParlorConfig *config);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (ParlorConfig, parlor_config_free)

/** What --help prints (transfer full). */
char *parlor_config_help (void);

G_END_DECLS
