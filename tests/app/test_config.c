/* SPDX-License-Identifier: Apache-2.0 */
#include "app/config.h"

#include "app/ice_servers.h"

#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>

/* Words are separated by blanks; environment likewise, NULL = empty. */
static ParlorConfig *
read_config (const char *flags, const char *environment, GError **error)
{
  g_autofree char *line = g_strconcat ("parlord ", flags, NULL);
  g_auto (GStrv) argv = g_strsplit (line, " ", -1);
  g_auto (GStrv) env = g_strsplit (environment ? environment : "", " ", -1);
  guint argc = g_strv_length (argv);
  if (argc && !*argv[argc - 1])
    argc--;
  return parlor_config_new ((int)argc, (const char *const *)argv, env, error);
}

static ParlorConfig *
must_read (const char *flags, const char *environment)
{
  GError *error = NULL;
  ParlorConfig *config = read_config (flags, environment, &error);
  g_assert_no_error (error);
  return config;
}

static void
assert_refused (const char *flags, const char *environment, const char *word)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (ParlorConfig) config = read_config (flags, environment, &error);
  if (config)
    g_error ("passed: %s %s", flags, environment ? environment : "");
  if (!strstr (error->message, word))
    g_error ("%s: %s", flags, error->message);
  g_assert_null (strchr (error->message, '\n'));
}

static char *
write_file (const char *text, guint mode)
{
  char *path = NULL;
  int fd = g_file_open_tmp ("parlor-config-XXXXXX", &path, NULL);
  g_assert_cmpint (fd, >=, 0);
  g_close (fd, NULL);
  g_assert_true (g_file_set_contents (path, text, -1, NULL));
  g_chmod (path, (int)mode);
  return path;
}

static void
test_defaults (void)
{
  g_autoptr (ParlorConfig) config = must_read ("", NULL);
  g_assert_cmpint (config->http_port, ==, 8080);
  g_assert_cmpint (config->udp_port, ==, 7900);
  g_assert_cmpint (config->admin_port, ==, 9091);
  g_assert_cmpstr (config->http_address, ==, "127.0.0.1");
  g_assert_cmpuint (config->keys->len, ==, 0);
  g_assert_false (config->demo);
  g_assert_null (config->turn_urls);
}

static void
test_precedence (void)
{
  g_autofree char *path = write_file (
      "[server]\nhttp-port=1001\nudp-port=1002\nworkers=3\nannounce=192.0.2.1\n", 0600);
  g_autofree char *flags = g_strdup_printf ("--config %s --http-port=3001", path);
  g_autoptr (ParlorConfig) config = must_read (
      flags, "PARLOR_HTTP_PORT=2001 PARLOR_UDP_PORT=2002 PARLOR_ANNOUNCE=192.0.2.2,192.0.2.3");
  g_assert_cmpint (config->http_port, ==, 3001);
  g_assert_cmpint (config->udp_port, ==, 2002);
  g_assert_cmpint (config->workers, ==, 3);
  g_assert_cmpuint (g_strv_length (config->announce), ==, 2);
  g_assert_cmpstr (config->announce[1], ==, "192.0.2.3");
  g_autofree char *more = g_strdup_printf ("--config=%s --announce 192.0.2.8 --announce=192.0.2.9",
                                           path);
  g_autoptr (ParlorConfig) repeated = must_read (more, NULL);
  g_assert_cmpuint (g_strv_length (repeated->announce), ==, 2);
  g_assert_cmpstr (repeated->announce[0], ==, "192.0.2.8");
  g_remove (path);
}

static void
test_mistakes (void)
{
  assert_refused ("--http-port", NULL, "needs a value");
  assert_refused ("--http-port x", NULL, "not a number");
  assert_refused ("--http-port 65536", NULL, "65535");
  assert_refused ("--http-port -1", NULL, "not a number");
  assert_refused ("--http-port=80x", NULL, "not a number");
  assert_refused ("--htp-port 1", NULL, "no option");
  assert_refused ("http-port", NULL, "no option");
  assert_refused ("--", NULL, "no option");
  assert_refused ("--demo=perhaps", NULL, "neither true nor false");
  assert_refused ("--public-url meet.example", NULL, "https://");
  assert_refused ("--data-dir=", NULL, "empty");
  assert_refused ("--config /nonexistent/parlor.conf", NULL, "config file");
  assert_refused ("", "PARLOR_WORKERS=many", "PARLOR_WORKERS");
}

static void
test_demo_is_loopback_only (void)
{
  assert_refused ("--demo --http-address 0.0.0.0", NULL, "loopback");
  assert_refused ("--demo --http-address ::", NULL, "loopback");
  assert_refused ("--demo --http-address 192.0.2.1", NULL, "loopback");
  assert_refused ("--demo", "PARLOR_HTTP_ADDRESS=0.0.0.0", "loopback");
  assert_refused ("--http-address 0.0.0.0", "PARLOR_DEMO=1", "loopback");
  assert_refused ("--demo --trust-proxy", NULL, "proxy");
  g_autoptr (ParlorConfig) config = must_read ("--demo --http-address 127.0.0.2", NULL);
  const ParlorConfigKey *key = config->keys->pdata[0];
  g_assert_cmpstr (key->id, ==, "demo");
  g_assert_cmpstr (key->secret, ==, "parlor-demo-secret-do-not-use-in-production");
}

static void
test_file (void)
{
  static const char text[] =
      "[server]\norigin=https://a.example, https://b.example\nanyone-may-start=yes\n"
      "[key shop]\nsecret=0123456789abcdef0123456789abcdef\n"
      "[turn]\nurls=turn:turn.example:3478?transport=udp,stun:turn.example\nsecret=hush\nttl=600\n";
  g_autoptr (ParlorConfig) config = parlor_config_new_default ();
  GError *error = NULL;
  parlor_config_read_text (config, text, strlen (text), &error);
  g_assert_no_error (error);
  g_assert_cmpuint (g_strv_length (config->origins), ==, 2);
  g_assert_true (config->anyone_may_start);
  g_assert_cmpuint (config->keys->len, ==, 1);
  g_assert_cmpint (config->turn_ttl_sec, ==, 600);
}

static void
test_bad_files (void)
{
  static const char *const texts[] = {
      "[server]\nhttp-prot=1\n", "[sevrer]\n",
      "[server]\nhttp-port=x\n", "[key a]\n",
      "[turn]\nsecret=x\n",      "[turn]\nurls=http://x\n",
      "no section = 1\n",        "\xff\xfe",
  };
  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      g_autoptr (ParlorConfig) config = parlor_config_new_default ();
      g_autoptr (GError) error = NULL;
      if (parlor_config_read_text (config, texts[i], strlen (texts[i]), &error))
        g_error ("passed: %s", texts[i]);
      g_assert_error (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE);
    }
}

static void
test_readable_secrets (void)
{
  g_autofree char *path = write_file ("[key shop]\nsecret=0123456789abcdef0123456789abcdef\n",
                                      0644);
  g_autofree char *flags = g_strdup_printf ("--config %s", path);
  assert_refused (flags, NULL, "chmod");
  g_chmod (path, 0600);
  g_autoptr (ParlorConfig) config = must_read (flags, NULL);
  g_assert_cmpuint (config->keys->len, ==, 1);
  g_remove (path);
}

static void
test_store (void)
{
  static const char *const good[] = {"sqlite", "memory", "postgres://p:hush@db/parlor",
                                     "postgresql:///parlor"};
  for (guint i = 0; i < G_N_ELEMENTS (good); i++)
    {
      g_autofree char *flag = g_strdup_printf ("--store=%s", good[i]);
      g_autoptr (ParlorConfig) config = must_read (flag, NULL);
      g_assert_cmpstr (config->store, ==, good[i]);
    }
  const char *const argv[] = {"parlord", "--store=mysql://p:hush@db/parlor", NULL};
  g_autoptr (GError) error = NULL;
  g_assert_null (parlor_config_new (2, argv, NULL, &error));
  g_assert_nonnull (strstr (error->message, "store"));
  g_assert_null (strstr (error->message, "hush"));
}

static void
test_help (void)
{
  g_autofree char *help = parlor_config_help ();
  static const char *const words[] = {
      "--http-port",  "--http-address", "--udp-port", "--tcp-port", "--data-dir", "--workers",
      "--admin-port", "--config FILE",  "--demo",     "--announce", "--web-dir",  "--public-url"};
  for (guint i = 0; i < G_N_ELEMENTS (words); i++)
    g_assert_nonnull (strstr (help, words[i]));
  g_autoptr (ParlorConfig) config = must_read ("--nonsense --help", NULL);
  g_assert_true (config->show_help);
}

static void
test_turn_credentials (void)
{
  static const char text[] = "[turn]\nurls=turn:t.example,stun:t.example\nsecret=hush\nttl=600\n";
  g_autoptr (ParlorConfig) config = parlor_config_new_default ();
  g_assert_true (parlor_config_read_text (config, text, strlen (text), NULL));
  json_t *list = parlor_ice_servers (config, "lin", G_GINT64_CONSTANT (1700000000000));
  const json_t *turn = json_array_get (list, 0);
  g_assert_cmpuint (json_array_size (list), ==, 2);
  g_assert_cmpstr (json_string_value (json_object_get (turn, "username")), ==, "1700000600:lin");
  /* printf %s 1700000600:lin | openssl dgst -sha1 -hmac hush -binary | base64 */
  g_assert_cmpstr (json_string_value (json_object_get (turn, "credential")), ==,
                   "CbysVml9OqkwfGVQVtWS7P4ecag=");
  json_decref (list);
  list = parlor_ice_servers (config, NULL, 0);
  g_assert_cmpuint (json_array_size (list), ==, 1);
  json_decref (list);
  g_autoptr (ParlorConfig) none = parlor_config_new_default ();
  list = parlor_ice_servers (none, "lin", 0);
  g_assert_cmpuint (json_array_size (list), ==, 0);
  json_decref (list);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/app/config/defaults", test_defaults);
  g_test_add_func ("/app/config/flags-beat-environment-beats-file", test_precedence);
  g_test_add_func ("/app/config/mistakes-are-one-line-that-helps", test_mistakes);
  g_test_add_func ("/app/config/demo-serves-loopback-only", test_demo_is_loopback_only);
  g_test_add_func ("/app/config/file-holds-keys-and-turn", test_file);
  g_test_add_func ("/app/config/bad-files-are-refused", test_bad_files);
  g_test_add_func ("/app/config/secrets-that-everybody-reads-are-refused", test_readable_secrets);
  g_test_add_func ("/app/config/a-store-is-chosen-and-its-password-not-shown", test_store);
  g_test_add_func ("/app/config/help-names-every-option", test_help);
  g_test_add_func ("/app/ice-servers/turn-credentials-as-coturn-checks-them",
                   test_turn_credentials);
  return g_test_run ();
}
