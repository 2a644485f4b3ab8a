/* SPDX-License-Identifier: Apache-2.0 */
#include "app/config.h"

#include <arpa/inet.h>
#include <string.h>
#include <sys/stat.h>

typedef enum
{
  KIND_TEXT,
  KIND_NUMBER,
  KIND_FLAG,
  KIND_LIST, /* repeatable as a flag, separated by commas elsewhere */
} Kind;

typedef struct
{
  const char *name;
  Kind kind;
  gsize offset;
  gint64 min, max; /* of a number */
  const char *help;
} Option;

#define AT(member) G_STRUCT_OFFSET (ParlorConfig, member)

static const Option options[] = {
    {"http-port", KIND_NUMBER, AT (http_port), 0, 65535,
     "port of the pages, the API and the WebSocket (8080)"},
    {"http-address", KIND_TEXT, AT (http_address), 0, 0, "address they listen on (127.0.0.1)"},
    {"udp-port", KIND_NUMBER, AT (udp_port), 0, 65535, "the one port of all media (7900)"},
    {"tcp-port", KIND_NUMBER, AT (tcp_port), 0, 65535,
     "port of media over TCP, for those who have no UDP (0 = none)"},
    {"admin-port", KIND_NUMBER, AT (admin_port), 0, 65535,
     "port of /healthz /readyz /metrics on 127.0.0.1 (9091)"},
    {"data-dir", KIND_TEXT, AT (data_dir), 0, 0, "folder of the database and of control.sock"},
    {"store", KIND_TEXT, AT (store), 0, 0,
     "sqlite (in the data folder), memory, or postgres://USER@HOST/DATABASE"},
    {"workers", KIND_NUMBER, AT (workers), 0, 36, "media workers (0 = one a core)"},
    {"spread-from", KIND_NUMBER, AT (spread_from), 0, 1000000,
     "people of one room on a media worker before the room takes another one too (250)"},
    {"crypto", KIND_TEXT, AT (crypto), 0, 0,
     "SRTP by auto, openssl, ipsec, ipsec-avx2, ipsec-avx or ipsec-sse (auto)"},
    {"no-gso", KIND_FLAG, AT (no_gso), 0, 0, "send without the kernel's UDP segmentation"},
    {"no-gro", KIND_FLAG, AT (no_gro), 0, 0, "receive without its UDP reassembly"},
    {"gather-us", KIND_NUMBER, AT (gather_us), -1, 20000,
     "microseconds that a busy worker waits for packets that leave together (-1 = never; 2000)"},
    {"announce", KIND_LIST, AT (announce), 0, 0,
     "address said first in candidates, for 1:1 NAT; repeatable"},
    {"web-dir", KIND_TEXT, AT (web_dir), 0, 0, "folder of the built pages"},
    {"public-url", KIND_TEXT, AT (public_url), 0, 0, "how browsers reach this server, for links"},
    {"origin", KIND_LIST, AT (origins), 0, 0, "web origin that may use this server; repeatable"},
    {"anyone-may-start", KIND_FLAG, AT (anyone_may_start), 0, 0,
     "let anybody make a room, rate-limited"},
    {"trust-proxy", KIND_FLAG, AT (trust_proxy), 0, 0,
     "take the client's address from X-Forwarded-For"},
    {"joins-burst", KIND_NUMBER, AT (joins_burst), 0, 1000000,
     "joins of one address at once (600)"},
    {"joins-per-minute", KIND_NUMBER, AT (joins_per_minute), 0, 60000000,
     "and then a minute (6000)"},
    {"stats-every", KIND_NUMBER, AT (stats_every), 0, 3600,
     "seconds between two stats.tick of a live room (60)"},
    {"sockets", KIND_NUMBER, AT (sockets), 0, 1000000, "WebSockets at a time (20000)"},
    {"sockets-per-address", KIND_NUMBER, AT (sockets_per_address), 0, 1000000,
     "and of one client address (2000)"},
    {"hook-allow", KIND_LIST, AT (hook_allow), 0, 0,
     "network that webhooks and hooks may go to though it is not public, as 10.1.0.0/16"},
    {"hook-http", KIND_FLAG, AT (hook_http), 0, 0, "let webhooks and hooks go to http:// as well"},
    {"hook-module", KIND_TEXT, AT (hook_module), 0, 0, "shared library that answers hooks"},
    {"hook-module-config", KIND_TEXT, AT (hook_module_config), 0, 0, "a text for that library"},
    {"recording-key-file", KIND_TEXT, AT (recording_key_file), 0, 0,
     "file of the master key: recordings are enciphered"},
    {"recording-key-command", KIND_TEXT, AT (recording_key_command), 0, 0,
     "command that prints it, in place of a file"},
    {"recorder-socket", KIND_TEXT, AT (recorder_socket), 0, 0,
     "where systemd starts parlor-recorder as a user of its own (parlord starts it)"},
    {"s3-url", KIND_TEXT, AT (s3_url), 0, 0,
     "bucket to which recordings are copied, as https://HOST/BUCKET"},
    {"s3-region", KIND_TEXT, AT (s3_region), 0, 0, "its region (us-east-1)"},
    {"s3-credentials", KIND_TEXT, AT (s3_credentials), 0, 0, "file with ACCESS_KEY:SECRET_KEY"},
    {"stages", KIND_NUMBER, AT (stages), 0, 64,
     "pictures that are made anew at a time, for viewers of live rooms (0 = none; 4)"},
    {"stage-cpu", KIND_NUMBER, AT (stage_cpu), 10, 400,
     "percent of a core for each of them: less makes smaller pictures (100)"},
    {"s3-part-kib", KIND_NUMBER, AT (s3_part_kib), 0, 1048576,
     "size of the parts of large files (8192); most stores want 5120 at least"},
    {"s3-keep-local-days", KIND_NUMBER, AT (s3_keep_local_days), -1, 36500,
     "days until the local files of a recording that is there go (-1 = never)"},
    {"demo", KIND_FLAG, AT (demo), 0, 0, "open to this machine without tokens; loopback only"},
};

/* ---- one option ----------------------------------------------------------------------------- */

static gboolean fail (GError **error, const char *format, ...) G_GNUC_PRINTF (2, 3);

static gboolean
fail (GError **error, const char *format, ...)
{
  va_list args;
  va_start (args, format);
  g_autofree char *text = g_strdup_vprintf (format, args);
  va_end (args);
  g_set_error_literal (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE, text);
  return FALSE;
}

static gboolean
set_number (const Option *option, gint64 *out, const char *value, GError **error)
{
  return g_ascii_string_to_signed (value, 10, option->min, option->max, out, NULL)
         || fail (error,
                  "%s: \"%s\" is not a number from %" G_GINT64_FORMAT " to %" G_GINT64_FORMAT,
                  option->name, value, option->min, option->max);
}

static gboolean
set_flag (const Option *option, gboolean *out, const char *value, GError **error)
{
  gboolean yes = !g_ascii_strcasecmp (value, "true") || !strcmp (value, "1")
                 || !g_ascii_strcasecmp (value, "yes");
  gboolean no = !g_ascii_strcasecmp (value, "false") || !strcmp (value, "0")
                || !g_ascii_strcasecmp (value, "no");
  *out = yes;
  return yes || no || fail (error, "%s: \"%s\" is neither true nor false", option->name, value);
}

static void
append_to (char ***list, const char *value)
{
  GStrvBuilder *builder = g_strv_builder_new ();
  g_auto (GStrv) items = g_strsplit (value, ",", 64);
  g_strv_builder_addv (builder, (const char **)*list);
  for (guint i = 0; items[i]; i++)
    if (*g_strstrip (items[i]))
      g_strv_builder_add (builder, items[i]);
  g_strfreev (*list);
  *list = g_strv_builder_end (builder);
  g_strv_builder_unref (builder);
}

static void
clear_list (char ***list)
{
  g_strfreev (*list);
  *list = g_new0 (char *, 1);
}

static gboolean
set_option (ParlorConfig *config, const Option *option, const char *value, GError **error)
{
  gpointer out = G_STRUCT_MEMBER_P (config, option->offset);
  switch (option->kind)
    {
    case KIND_NUMBER:
      return set_number (option, out, value, error);
    case KIND_FLAG:
      return set_flag (option, out, value, error);
    case KIND_LIST:
      append_to (out, value);
      return TRUE;
    case KIND_TEXT:
      break;
    }
  if (!*value)
    return fail (error, "%s: an empty value", option->name);
  g_free (*(char **)out);
  *(char **)out = g_strdup (value);
  return TRUE;
}

static const Option *
find_option (const char *name, gsize length)
{
  for (guint i = 0; i < G_N_ELEMENTS (options); i++)
    if (strlen (options[i].name) == length && !strncmp (options[i].name, name, length))
      return &options[i];
  return NULL;
}

/* ---- the file ------------------------------------------------------------------------------- */

static gboolean
read_server_group (ParlorConfig *config, GKeyFile *file, GError **error)
{
  g_auto (GStrv) names = g_key_file_get_keys (file, "server", NULL, NULL);
  for (guint i = 0; names && names[i]; i++)
    {
      const Option *option = find_option (names[i], strlen (names[i]));
      g_autofree char *value = g_key_file_get_string (file, "server", names[i], NULL);
      if (!option)
        return fail (error, "config file: [server] knows no \"%s\"", names[i]);
      if (option->kind == KIND_LIST)
        clear_list (G_STRUCT_MEMBER_P (config, option->offset));
      if (!set_option (config, option, value ? value : "", error))
        return FALSE;
    }
  return TRUE;
}

static gboolean
read_turn_group (ParlorConfig *config, GKeyFile *file, GError **error)
{
  g_autofree char *urls = g_key_file_get_string (file, "turn", "urls", NULL);
  g_autofree char *ttl = g_key_file_get_string (file, "turn", "ttl", NULL);
  const Option number = {.name = "config file: [turn] ttl", .min = 60, .max = 7 * 86400};
  if (!urls)
    return fail (error, "config file: [turn] needs urls");
  g_strfreev (config->turn_urls);
  config->turn_urls = g_new0 (char *, 1);
  append_to (&config->turn_urls, urls);
  for (guint i = 0; config->turn_urls[i]; i++)
    if (!g_str_has_prefix (config->turn_urls[i], "turn:")
        && !g_str_has_prefix (config->turn_urls[i], "turns:")
        && !g_str_has_prefix (config->turn_urls[i], "stun:"))
      return fail (error, "config file: [turn] \"%s\" is not a stun:, turn: or turns: URL",
                   config->turn_urls[i]);
  g_free (config->turn_secret);
  config->turn_secret = g_key_file_get_string (file, "turn", "secret", NULL);
  return !ttl || set_number (&number, &config->turn_ttl_sec, ttl, error);
}

static void
key_free (gpointer data)
{
  ParlorConfigKey *key = data;
  g_free (key->id);
  g_free (key->secret);
  g_free (key);
}

static void
add_key (ParlorConfig *config, const char *id, const char *secret)
{
  ParlorConfigKey *key = g_new0 (ParlorConfigKey, 1);
  key->id = g_strdup (id);
  key->secret = g_strdup (secret);
  g_ptr_array_add (config->keys, key);
}

static gboolean
read_group (ParlorConfig *config, GKeyFile *file, const char *group, GError **error)
{
  if (!strcmp (group, "server"))
    return read_server_group (config, file, error);
  if (!strcmp (group, "turn"))
    return read_turn_group (config, file, error);
  if (!g_str_has_prefix (group, "key "))
    return fail (error, "config file: there is no section [%s]", group);
  g_autofree char *secret = g_key_file_get_string (file, group, "secret", NULL);
  if (!secret)
    return fail (error, "config file: [%s] needs secret", group);
  add_key (config, group + strlen ("key "), secret);
  return TRUE;
}

gboolean
parlor_config_read_text (ParlorConfig *config, const char *text, gsize length, GError **error)
{
  g_autoptr (GKeyFile) file = g_key_file_new ();
  g_autoptr (GError) problem = NULL;
  if (!g_utf8_validate (text, (gssize)length, NULL))
    return fail (error, "config file: not UTF-8");
  if (length && !g_key_file_load_from_data (file, text, length, G_KEY_FILE_NONE, &problem))
    return fail (error, "config file: %s", problem->message);
  g_auto (GStrv) groups = g_key_file_get_groups (file, NULL);
  for (guint i = 0; groups[i]; i++)
    if (!read_group (config, file, groups[i], error))
      return FALSE;
  return TRUE;
}

static gboolean
read_file (ParlorConfig *config, const char *path, GError **error)
{
  g_autofree char *text = NULL;
  g_autoptr (GError) problem = NULL;
  struct stat info;
  gsize length = 0;
  if (!g_file_get_contents (path, &text, &length, &problem))
    return fail (error, "config file: %s", problem->message);
  if (!parlor_config_read_text (config, text, length, error))
    return FALSE;
  if ((config->keys->len || config->turn_secret) && !stat (path, &info) && (info.st_mode & 07))
    return fail (error, "config file: %s holds secrets and everybody may read it: chmod o-rwx %s",
                 path, path);
  return TRUE;
}

/* ---- the environment ------------------------------------------------------------------------ */

static char *
environment_name (const char *name)
{
  char *text = g_strconcat ("PARLOR_", name, NULL);
  for (char *c = text; *c; c++)
    *c = *c == '-' ? '_' : g_ascii_toupper (*c);
  return text;
}

static gboolean
read_environment (ParlorConfig *config, char **environment, GError **error)
{
  for (guint i = 0; i < G_N_ELEMENTS (options); i++)
    {
      g_autofree char *name = environment_name (options[i].name);
      const char *value = g_environ_getenv (environment, name);
      if (!value)
        continue;
      if (options[i].kind == KIND_LIST)
        clear_list (G_STRUCT_MEMBER_P (config, options[i].offset));
      if (!set_option (config, &options[i], value, error))
        {
          g_prefix_error (error, "%s: ", name);
          return FALSE;
        }
    }
  return TRUE;
}

/* ---- flags ---------------------------------------------------------------------------------- */

typedef struct
{
  ParlorConfig *config;
  gboolean cleared[G_N_ELEMENTS (options)]; /* lists start anew with their first flag */
} Flags;

static gboolean
set_by_flag (Flags *flags, const Option *option, const char *value, GError **error)
{
  gsize i = (gsize)(option - options);
  if (option->kind == KIND_LIST && !flags->cleared[i])
    clear_list (G_STRUCT_MEMBER_P (flags->config, option->offset));
  flags->cleared[i] = TRUE;
  return set_option (flags->config, option, value, error);
}

/* "--name=value", "--name value", "--name" of a flag. `*i` moves past what was taken. */
static gboolean
read_flag (Flags *flags, int argc, const char *const *argv, int *i, GError **error)
{
  const char *argument = argv[*i];
  if (!g_str_has_prefix (argument, "--"))
    return fail (error, "\"%s\" is no option; --help lists them", argument);
  const char *equals = strchr (argument, '=');
  gsize length = equals ? (gsize)(equals - argument) - 2 : strlen (argument) - 2;
  const Option *option = find_option (argument + 2, length);
  gboolean is_config = length == strlen ("config") && !strncmp (argument + 2, "config", length);
  if (!option && !is_config)
    return fail (error, "there is no option %.*s; --help lists them", (int)length + 2, argument);
  const char *value = equals ? equals + 1 : NULL;
  if (!value && option && option->kind == KIND_FLAG)
    value = "true";
  else if (!value && *i + 1 < argc)
    value = argv[++*i];
  if (!value)
    return fail (error, "%s needs a value", argument);
  return is_config || set_by_flag (flags, option, value, error);
}

static const char *
find_config_path (int argc, const char *const *argv, char **environment)
{
  for (int i = 1; i < argc; i++)
    if (!strcmp (argv[i], "--config") && i + 1 < argc)
      return argv[i + 1];
    else if (g_str_has_prefix (argv[i], "--config="))
      return argv[i] + strlen ("--config=");
  return g_environ_getenv (environment, "PARLOR_CONFIG");
}

static gboolean
read_flags (ParlorConfig *config, int argc, const char *const *argv, GError **error)
{
  Flags flags = {.config = config};
  for (int i = 1; i < argc; i++)
    if (!read_flag (&flags, argc, argv, &i, error))
      return FALSE;
  return TRUE;
}

/* ---- all together --------------------------------------------------------------------------- */

static gboolean
is_loopback (const char *address)
{
  struct in_addr in4;
  if (inet_pton (AF_INET, address, &in4) == 1)
    return ntohl (in4.s_addr) >> 24 == 127;
  return !strcmp (address, "::1");
}

static gboolean
check (ParlorConfig *config, GError **error)
{
  if (config->demo && !is_loopback (config->http_address))
    return fail (error,
                 "--demo needs no tokens, so it serves HTTP on loopback only: leave out "
                 "--http-address %s, or "
                 "leave out --demo and give API keys by --config",
                 config->http_address);
  if (config->demo && config->trust_proxy)
    return fail (error,
                 "--demo trusts this machine, and behind a proxy everybody comes from it: "
                 "leave out --trust-proxy, or leave out --demo and give API keys by --config");
  if (config->public_url && !g_str_has_prefix (config->public_url, "http://")
      && !g_str_has_prefix (config->public_url, "https://"))
    return fail (error, "public-url: \"%s\" must begin with https:// or http://",
                 config->public_url);
  /* The value is not repeated: a password may stand in it. */
  if (strcmp (config->store, "sqlite") && strcmp (config->store, "memory")
      && !g_str_has_prefix (config->store, "postgres://")
      && !g_str_has_prefix (config->store, "postgresql://"))
    return fail (error, "store: must be sqlite, memory or postgres://USER@HOST/DATABASE");
  if (config->demo)
    add_key (config, PARLOR_DEMO_KEY, PARLOR_DEMO_SECRET);
  return TRUE;
}

static gboolean
wants (int argc, const char *const *argv, const char *flag)
{
  for (int i = 1; i < argc; i++)
    if (!strcmp (argv[i], flag))
      return TRUE;
  return FALSE;
}

ParlorConfig *
parlor_config_new_default (void)
{
  static const ParlorConfig numbers = {.http_port = 8080,
                                       .udp_port = 7900,
                                       .s3_keep_local_days = -1,
                                       .admin_port = 9091,
                                       .turn_ttl_sec = 12 * 3600,
                                       .stages = 4,
                                       .stage_cpu = 100};
  ParlorConfig *config = g_memdup2 (&numbers, sizeof numbers);
  config->http_address = g_strdup ("127.0.0.1");
  config->store = g_strdup ("sqlite");
  config->data_dir = g_build_filename (g_get_user_data_dir (), "parlor", NULL);
  config->announce = g_new0 (char *, 1);
  config->origins = g_new0 (char *, 1);
  config->keys = g_ptr_array_new_with_free_func (key_free);
  return config;
}

ParlorConfig *
parlor_config_new (int argc, const char *const *argv, char **environment, GError **error)
{
  g_autoptr (ParlorConfig) config = parlor_config_new_default ();
  config->show_help = wants (argc, argv, "--help");
  config->show_version = wants (argc, argv, "--version");
  if (config->show_help || config->show_version)
    return g_steal_pointer (&config);
  const char *path = find_config_path (argc, argv, environment);
  if ((path && !read_file (config, path, error)) || !read_environment (config, environment, error)
      || !read_flags (config, argc, argv, error) || !check (config, error))
    return NULL;
  return g_steal_pointer (&config);
}

void
parlor_config_free (ParlorConfig *config)
{
  if (!config)
    return;
  g_free (config->http_address);
  g_free (config->data_dir);
  g_free (config->store);
  g_free (config->web_dir);
  g_free (config->public_url);
  g_free (config->recording_key_file);
  g_free (config->s3_url);
  g_free (config->s3_region);
  g_free (config->crypto);
  g_free (config->s3_credentials);
  g_free (config->recording_key_command);
  g_free (config->recorder_socket);
  g_strfreev (config->announce);
  g_strfreev (config->origins);
  g_ptr_array_unref (config->keys);
  g_strfreev (config->turn_urls);
  g_free (config->turn_secret);
  g_free (config);
}

char *
parlor_config_help (void)
{
  GString *text = g_string_new (
      "Usage: parlord [OPTION…]\n\n"
      "Each option may also stand in the environment (--http-port is PARLOR_HTTP_PORT) or in\n"
      "section [server] of the file given by --config; flags beat environment beats file.\n\n");
  static const char *const values[] = {" TEXT", " N", "", " TEXT"};
  for (guint i = 0; i < G_N_ELEMENTS (options); i++)
    {
      g_autofree char *left = g_strconcat ("--", options[i].name, values[options[i].kind], NULL);
      g_string_append_printf (text, "  %-24s %s\n", left, options[i].help);
    }
  g_string_append (text, "  --config FILE            the file; API keys ([key ID] secret=…) and "
                         "[turn] stand there alone\n"
                         "  --help, --version\n");
  return g_string_free (text, FALSE);
}
