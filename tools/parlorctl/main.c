/* SPDX-License-Identifier: Apache-2.0 */
/* parlorctl: the operator's hand on a running parlord, over control.sock in its data folder. What
 * goes over it stands in src/app/control.h. */
#include <errno.h>
#include <glib.h>
#include <jansson.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#define LINE_MAX_BYTES (4 * 1024 * 1024)

static const char usage[] =
    "Usage: parlorctl [--data-dir FOLDER] COMMAND\n\n"
    "  setup --brand SLUG --login NAME         the first brand, its owner, an API key, a link "
    "that\n"
    "        [--name SHOWN]                     signs the owner in once\n"
    "  brand list|add|set|close [--brand SLUG] [--name SHOWN] [--origins LIST] [--may-start WHO]\n"
    "        [--oidc-issuer URL --oidc-client ID --oidc-secret-file FILE]\n"
    "  user  list|add|link|disable|enable [--brand SLUG] [--login NAME] [--role ROLES]\n"
    "  key   list|add|rotate|revoke [--brand SLUG] [--id KEY] [--scopes LIST] [--overlap SECONDS]\n"
    "  rooms                                   the open rooms and who is in them\n"
    "  room close ROOM                         ends one for all\n"
    "  token --room ROOM --identity NAME       makes a token; [--role host|member|guest|viewer]\n"
    "        [--name SHOWN] [--ttl SECONDS]\n"
    "  tap ROOM/IDENTITY/TRACK                 RTP of one track to standard output (RFC 4571)\n"
    "  inject ROOM/IDENTITY/TRACK --caps CAPS  RTP from standard input (RFC 4571) as a track\n\n"
    "TRACK is microphone, camera, screen or screen_audio. ROOM is an id, a code or an alias.\n"
    "LIST is words with blanks between them, in quotes. --json prints what the daemon answered.\n"
    "FOLDER is the daemon's --data-dir; PARLOR_DATA_DIR names it as well.\n";

static char *data_dir, *room_name, *identity, *role, *shown_name, *caps;
static char *brand, *login, *origins, *may_start, *scopes, *key_id;
static char *oidc_issuer, *oidc_client, *oidc_secret_file;
static gint64 ttl_sec, overlap_sec;
static gboolean as_json;

static const GOptionEntry entries[] = {
    {"data-dir", 0, 0, G_OPTION_ARG_FILENAME, &data_dir, NULL, NULL},
    {"room", 0, 0, G_OPTION_ARG_STRING, &room_name, NULL, NULL},
    {"identity", 0, 0, G_OPTION_ARG_STRING, &identity, NULL, NULL},
    {"role", 0, 0, G_OPTION_ARG_STRING, &role, NULL, NULL},
    {"name", 0, 0, G_OPTION_ARG_FILENAME, &shown_name, NULL, NULL}, /* UTF-8 in any locale */
    {"ttl", 0, 0, G_OPTION_ARG_INT64, &ttl_sec, NULL, NULL},
    {"caps", 0, 0, G_OPTION_ARG_STRING, &caps, NULL, NULL},
    {"brand", 0, 0, G_OPTION_ARG_STRING, &brand, NULL, NULL},
    {"login", 0, 0, G_OPTION_ARG_STRING, &login, NULL, NULL},
    {"origins", 0, 0, G_OPTION_ARG_STRING, &origins, NULL, NULL},
    {"may-start", 0, 0, G_OPTION_ARG_STRING, &may_start, NULL, NULL},
    {"scopes", 0, 0, G_OPTION_ARG_STRING, &scopes, NULL, NULL},
    {"id", 0, 0, G_OPTION_ARG_STRING, &key_id, NULL, NULL},
    {"overlap", 0, 0, G_OPTION_ARG_INT64, &overlap_sec, NULL, NULL},
    {"oidc-issuer", 0, 0, G_OPTION_ARG_STRING, &oidc_issuer, NULL, NULL},
    {"oidc-client", 0, 0, G_OPTION_ARG_STRING, &oidc_client, NULL, NULL},
    {"oidc-secret-file", 0, 0, G_OPTION_ARG_FILENAME, &oidc_secret_file, NULL, NULL},
    {"json", 0, 0, G_OPTION_ARG_NONE, &as_json, NULL, NULL},
    {0},
};

static int fail (const char *format, ...) G_GNUC_PRINTF (1, 2);

static int
fail (const char *format, ...)
{
  va_list args;
  va_start (args, format);
  g_autofree char *text = g_strdup_vprintf (format, args);
  va_end (args);
  fprintf (stderr, "parlorctl: %s\n", text);
  return EXIT_FAILURE;
}

/* ---- the socket ----------------------------------------------------------------------------- */

static char *
socket_path (void)
{
  const char *folder = data_dir ? data_dir : g_getenv ("PARLOR_DATA_DIR");
  return folder ? g_build_filename (folder, "control.sock", NULL)
                : g_build_filename (g_get_user_data_dir (), "parlor", "control.sock", NULL);
}

static int
connect_to_daemon (void)
{
  struct sockaddr_un address = {.sun_family = AF_UNIX};
  g_autofree char *path = socket_path ();
  int fd = socket (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  g_strlcpy (address.sun_path, path, sizeof address.sun_path);
  if (fd >= 0 && !connect (fd, (struct sockaddr *)&address, sizeof address))
    return fd;
  fail ("no parlord answers at %s (%s): give its --data-dir", path, g_strerror (errno));
  if (fd >= 0)
    close (fd);
  return -1;
}

static gboolean
write_all (int fd, const char *data, gsize length)
{
  while (length)
    {
      ssize_t n = write (fd, data, length);
      if (n < 0 && errno != EINTR)
        return FALSE;
      if (n > 0)
        {
          data += n;
          length -= (gsize)n;
        }
    }
  return TRUE;
}

/* One byte at a time: what follows the line is RTP and belongs to somebody else. */
static char *
read_line (int fd)
{
  GString *line = g_string_new (NULL);
  char c;
  while (line->len < LINE_MAX_BYTES && read (fd, &c, 1) == 1 && c != '\n')
    g_string_append_c (line, c);
  return g_string_free (line, FALSE);
}

/* Sends the request (taken) and returns the answer (transfer full); NULL: the reason was printed.
 */
static json_t *
ask (int fd, json_t *request)
{
  char *text = json_dumps (request, JSON_COMPACT);
  g_autofree char *line = g_strconcat (text, "\n", NULL);
  json_decref (request);
  free (text);
  g_autofree char *reply = write_all (fd, line, strlen (line)) ? read_line (fd) : NULL;
  json_t *json = reply ? json_loads (reply, 0, NULL) : NULL;
  if (json && json_is_true (json_object_get (json, "ok")))
    return json;
  const char *message = json_string_value (json_object_get (json, "message"));
  fail ("%s", message ? message : "the daemon did not answer");
  json_decref (json);
  return NULL;
}

/* ---- commands ------------------------------------------------------------------------------- */

static void
print_room (const json_t *room)
{
  const json_t *people = json_object_get (room, "participants");
  json_t *one, *track;
  gsize i, k;
  printf ("%s  %s  %s\n", json_string_value (json_object_get (room, "id")),
          json_string_value (json_object_get (room, "code")),
          json_string_value (json_object_get (room, "title")));
  json_array_foreach (people, i, one)
  {
    printf ("    %s  %s ", json_string_value (json_object_get (one, "identity")),
            json_string_value (json_object_get (one, "role")));
    json_array_foreach (json_object_get (one, "tracks"), k, track)
        printf (" %s", json_string_value (track));
    printf ("\n");
  }
}

static int
run_rooms (int fd, char **words)
{
  json_t *reply = ask (fd, json_pack ("{s:s}", "cmd", "rooms"));
  json_t *room;
  gsize i;
  if (!reply)
    return EXIT_FAILURE;
  json_array_foreach (json_object_get (reply, "rooms"), i, room) print_room (room);
  json_decref (reply);
  return EXIT_SUCCESS;
}

static int
run_room (int fd, char **words)
{
  if (!words[1] || strcmp (words[1], "close") || !words[2])
    return fail ("say: room close ROOM");
  json_t *reply = ask (fd, json_pack ("{s:s,s:s}", "cmd", "close", "room", words[2]));
  json_decref (reply);
  return reply ? EXIT_SUCCESS : EXIT_FAILURE;
}

static void
set_text (json_t *object, const char *name, const char *value)
{
  if (value)
    json_object_set_new (object, name, json_string (value));
}

static int
run_token (int fd, char **words)
{
  if (!room_name || !identity)
    return fail ("say: token --room ROOM --identity NAME");
  json_t *request = json_pack ("{s:s,s:I}", "cmd", "token", "ttl", (json_int_t)ttl_sec);
  set_text (request, "room", room_name);
  set_text (request, "identity", identity);
  set_text (request, "role", role);
  set_text (request, "name", shown_name);
  json_t *reply = ask (fd, request);
  if (reply)
    printf ("%s\n", json_string_value (json_object_get (reply, "token")));
  json_decref (reply);
  return reply ? EXIT_SUCCESS : EXIT_FAILURE;
}

/* ---- brands, people, keys ------------------------------------------------------------------- */

static void
print_value (const char *name, const json_t *value)
{
  if (json_is_string (value) && json_string_length (value))
    printf ("  %-12s %s\n", name, json_string_value (value));
  else if (json_is_integer (value) && json_integer_value (value))
    printf ("  %-12s %" JSON_INTEGER_FORMAT "\n", name, json_integer_value (value));
  else if (json_is_true (value))
    printf ("  %-12s yes\n", name);
}

static void
print_thing (const char *title, json_t *thing)
{
  const char *name;
  json_t *value;
  printf ("%s\n", title);
  json_object_foreach (thing, name, value) print_value (name, value);
}

static void
print_reply (json_t *reply)
{
  const char *name;
  json_t *value, *item;
  gsize i;
  json_object_foreach (reply, name, value)
  {
    if (json_is_object (value))
      print_thing (name, value);
    json_array_foreach (value, i, item) print_thing (name, item);
    if (json_is_string (value))
      printf ("%s\n  %s\n", name, json_string_value (value));
  }
}

/* A secret stands in no command line, where `ps` shows it. */
static gboolean
set_secret (json_t *request)
{
  g_autofree char *text = NULL;
  if (!oidc_secret_file)
    return TRUE;
  if (!g_file_get_contents (oidc_secret_file, &text, NULL, NULL))
    return FALSE;
  set_text (request, "oidc_secret", g_strstrip (text));
  return TRUE;
}

static int
run_brand (int fd, char **words)
{
  json_t *request = json_pack ("{s:s,s:I}", "cmd", words[0], "overlap", (json_int_t)overlap_sec);
  const struct
  {
    const char *name, *value;
  } texts[] = {{"verb", words[1]},
               {"brand", brand},
               {"name", shown_name},
               {"login", login},
               {"role", role},
               {"origins", origins},
               {"may_start", may_start},
               {"scopes", scopes},
               {"id", key_id},
               {"oidc_issuer", oidc_issuer},
               {"oidc_client", oidc_client}};
  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    set_text (request, texts[i].name, texts[i].value);
  if (!set_secret (request))
    {
      json_decref (request);
      return fail ("%s cannot be read", oidc_secret_file);
    }
  json_t *reply = ask (fd, request);
  if (!reply)
    return EXIT_FAILURE;
  json_object_del (reply, "ok");
  if (as_json)
    {
      json_dumpf (reply, stdout, JSON_INDENT (2));
      printf ("\n");
    }
  else
    print_reply (reply);
  json_decref (reply);
  return EXIT_SUCCESS;
}

/* "ROOM/IDENTITY/TRACK": the identity may hold slashes, the others do not. */
static json_t *
track_request (const char *command, const char *path)
{
  const char *first = path ? strchr (path, '/') : NULL;
  const char *last = path ? strrchr (path, '/') : NULL;
  if (!first || first == last)
    return NULL;
  g_autofree char *room = g_strndup (path, (gsize)(first - path));
  g_autofree char *who = g_strndup (first + 1, (gsize)(last - first) - 1);
  return json_pack ("{s:s,s:s,s:s,s:s}", "cmd", command, "room", room, "identity", who, "track",
                    last + 1);
}

/* Until either side ends. `watch` is the socket: a daemon that goes ends an inject that waits for
 * input. */
static int
copy (int from, int to, int watch)
{
  char buffer[65536];
  for (;;)
    {
      struct pollfd fds[] = {{.fd = from, .events = POLLIN}, {.fd = watch, .events = POLLRDHUP}};
      if (poll (fds, 2, -1) < 0 && errno != EINTR)
        return fail ("poll: %s", g_strerror (errno));
      if (fds[0].revents)
        {
          ssize_t n = read (from, buffer, sizeof buffer);
          if (n <= 0)
            return EXIT_SUCCESS;
          if (!write_all (to, buffer, (gsize)n))
            return EXIT_SUCCESS; /* nobody reads any more */
        }
      else if (fds[1].revents)
        return fail ("the track ended");
    }
}

static int
run_tap (int fd, char **words)
{
  json_t *request = track_request ("tap", words[1]);
  if (!request)
    return fail ("say: tap ROOM/IDENTITY/TRACK");
  json_t *reply = ask (fd, request);
  json_decref (reply);
  return reply ? copy (fd, STDOUT_FILENO, fd) : EXIT_FAILURE;
}

static int
run_inject (int fd, char **words)
{
  json_t *request = track_request ("inject", words[1]);
  if (!request || !caps)
    {
      json_decref (request);
      return fail ("say: inject ROOM/IDENTITY/TRACK --caps application/x-rtp,…");
    }
  set_text (request, "caps", caps);
  json_t *reply = ask (fd, request);
  json_decref (reply);
  return reply ? copy (STDIN_FILENO, fd, fd) : EXIT_FAILURE;
}

static const struct
{
  const char *name;
  int (*run) (int fd, char **words);
} commands[] = {
    {"rooms", run_rooms}, {"room", run_room},     {"token", run_token},
    {"tap", run_tap},     {"inject", run_inject}, {"setup", run_brand},
    {"brand", run_brand}, {"user", run_brand},    {"key", run_brand},
};

static int
run (char **words)
{
  for (guint i = 0; i < G_N_ELEMENTS (commands); i++)
    if (!strcmp (commands[i].name, words[0]))
      {
        int fd = connect_to_daemon ();
        int status = fd < 0 ? EXIT_FAILURE : commands[i].run (fd, words);
        if (fd >= 0)
          close (fd);
        return status;
      }
  return fail ("there is no command \"%s\"; --help lists them", words[0]);
}

static gboolean
wants_help (int argc, char **argv)
{
  for (int i = 1; i < argc; i++)
    if (!strcmp (argv[i], "--help") || !strcmp (argv[i], "-h"))
      return TRUE;
  return argc < 2;
}

int
main (int argc, char **argv)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GOptionContext) context = g_option_context_new (NULL);
  signal (SIGPIPE, SIG_IGN);
  if (wants_help (argc, argv))
    {
      fputs (usage, stdout);
      return EXIT_SUCCESS;
    }
  g_option_context_add_main_entries (context, entries, NULL);
  if (!g_option_context_parse (context, &argc, &argv, &error))
    return fail ("%s", error->message);
  return argc < 2 ? fail ("say a command; --help lists them") : run (argv + 1);
}
