/* SPDX-License-Identifier: Apache-2.0 */
/* parlorctl: the operator's hand on a running parlord, over control.sock in its data folder. What
 * goes over it stands in src/app/control.h. */
#include "ctl.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

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
    "  participants ROOM                       who is in it, in detail\n"
    "  room close ROOM                         ends one for all\n"
    "  reps [--brand SLUG]                     who they are, whether here, with how many chats\n"
    "  rep show|suspend|resume REP             REP is an id or a ref\n"
    "  rep depart REP                          [--to REP|GROUP] who has his customers then,\n"
    "        [--defer-h HOURS] so much later; rep stay REP takes that back\n"
    "  recordings [--brand SLUG]               what is kept\n"
    "  recording show|hold|release|delete|restore RECORDING\n"
    "        [--reason TEXT]                    a hold needs one; delete: into the bin\n"
    "  events [--after ID] [--follow]          what happened lately, all brands, one line each\n"
    "  drain [--end] [--off]                   no new rooms, /readyz says no; --end: the daemon "
    "ends\n"
    "                                          when nobody is in; --off: as before\n"
    "  verify FOLDER [KEY]                     a recording against its manifest and signature\n"
    "  completion bash|zsh                     a script for the shell: source <(parlorctl "
    "completion bash)\n"
    "  token --room ROOM --identity NAME       makes a token; [--role host|member|guest|viewer]\n"
    "        [--name SHOWN] [--ttl SECONDS]\n"
    "  tap ROOM/IDENTITY/TRACK                 RTP of one track to standard output (RFC 4571)\n"
    "  inject ROOM/IDENTITY/TRACK --caps CAPS  RTP from standard input (RFC 4571) as a track\n\n"
    "TRACK is microphone, camera, screen or screen_audio. ROOM is an id, a code or an alias.\n"
    "LIST is words with blanks between them, in quotes. --json prints what the daemon answered.\n"
    "FOLDER is the daemon's --data-dir; PARLOR_DATA_DIR names it as well.\n";

char *ctl_data_dir, *ctl_after, *ctl_brand, *ctl_to, *ctl_reason;
gint64 ctl_defer_h;
gboolean ctl_json, ctl_off, ctl_end, ctl_follow;
static char *room_name, *identity, *role, *shown_name, *caps;
static char *login, *origins, *may_start, *scopes, *key_id;
static char *oidc_issuer, *oidc_client, *oidc_secret_file;
static gint64 ttl_sec, overlap_sec;

static const GOptionEntry entries[] = {
    {"data-dir", 0, 0, G_OPTION_ARG_FILENAME, &ctl_data_dir, NULL, NULL},
    {"room", 0, 0, G_OPTION_ARG_STRING, &room_name, NULL, NULL},
    {"identity", 0, 0, G_OPTION_ARG_STRING, &identity, NULL, NULL},
    {"role", 0, 0, G_OPTION_ARG_STRING, &role, NULL, NULL},
    {"name", 0, 0, G_OPTION_ARG_FILENAME, &shown_name, NULL, NULL}, /* UTF-8 in any locale */
    {"ttl", 0, 0, G_OPTION_ARG_INT64, &ttl_sec, NULL, NULL},
    {"caps", 0, 0, G_OPTION_ARG_STRING, &caps, NULL, NULL},
    {"brand", 0, 0, G_OPTION_ARG_STRING, &ctl_brand, NULL, NULL},
    {"login", 0, 0, G_OPTION_ARG_STRING, &login, NULL, NULL},
    {"origins", 0, 0, G_OPTION_ARG_STRING, &origins, NULL, NULL},
    {"may-start", 0, 0, G_OPTION_ARG_STRING, &may_start, NULL, NULL},
    {"scopes", 0, 0, G_OPTION_ARG_STRING, &scopes, NULL, NULL},
    {"id", 0, 0, G_OPTION_ARG_STRING, &key_id, NULL, NULL},
    {"overlap", 0, 0, G_OPTION_ARG_INT64, &overlap_sec, NULL, NULL},
    {"oidc-issuer", 0, 0, G_OPTION_ARG_STRING, &oidc_issuer, NULL, NULL},
    {"oidc-client", 0, 0, G_OPTION_ARG_STRING, &oidc_client, NULL, NULL},
    {"oidc-secret-file", 0, 0, G_OPTION_ARG_FILENAME, &oidc_secret_file, NULL, NULL},
    {"to", 0, 0, G_OPTION_ARG_STRING, &ctl_to, NULL, NULL},
    {"defer-h", 0, 0, G_OPTION_ARG_INT64, &ctl_defer_h, NULL, NULL},
    {"reason", 0, 0, G_OPTION_ARG_FILENAME, &ctl_reason, NULL, NULL}, /* UTF-8 in any locale */
    {"json", 0, 0, G_OPTION_ARG_NONE, &ctl_json, NULL, NULL},
    {"after", 0, 0, G_OPTION_ARG_STRING, &ctl_after, NULL, NULL},
    {"follow", 0, 0, G_OPTION_ARG_NONE, &ctl_follow, NULL, NULL},
    {"off", 0, 0, G_OPTION_ARG_NONE, &ctl_off, NULL, NULL},
    {"end", 0, 0, G_OPTION_ARG_NONE, &ctl_end, NULL, NULL},
    {0},
};

/* ---- commands ------------------------------------------------------------------------------- */

static int
run_room (int fd, char **words)
{
  if (!words[1] || strcmp (words[1], "close") || !words[2])
    return ctl_fail ("say: room close ROOM");
  json_t *reply = ctl_ask (fd, json_pack ("{s:s,s:s}", "cmd", "close", "room", words[2]));
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
    return ctl_fail ("say: token --room ROOM --identity NAME");
  json_t *request = json_pack ("{s:s,s:I}", "cmd", "token", "ttl", (json_int_t)ttl_sec);
  set_text (request, "room", room_name);
  set_text (request, "identity", identity);
  set_text (request, "role", role);
  set_text (request, "name", shown_name);
  json_t *reply = ctl_ask (fd, request);
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

void
ctl_print_reply (json_t *reply)
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

/* What a person does with it now; programs read standard output. */
static void
say_next (const json_t *reply)
{
  if (json_object_get (json_object_get (reply, "key"), "secret"))
    fprintf (stderr, "\nThe key's secret is shown this once: keep it.\n");
  if (json_object_get (reply, "link"))
    fprintf (stderr,
             "\nOpen the link in a browser: it signs in once, and for a short time only.\n");
}

static int
run_brand (int fd, char **words)
{
  json_t *request = json_pack ("{s:s,s:I}", "cmd", words[0], "overlap", (json_int_t)overlap_sec);
  const struct
  {
    const char *name, *value;
  } texts[] = {{"verb", words[1]},
               {"brand", ctl_brand},
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
      return ctl_fail ("%s cannot be read", oidc_secret_file);
    }
  json_t *reply = ctl_ask (fd, request);
  if (!reply)
    return EXIT_FAILURE;
  json_object_del (reply, "ok");
  if (ctl_json)
    {
      json_dumpf (reply, stdout, JSON_INDENT (2));
      printf ("\n");
    }
  else
    {
      ctl_print_reply (reply);
      say_next (reply);
    }
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

/* 'K' = a key frame is wanted: for whoever made our standard output, if he is a program. */
static void
pass_wishes (int fd)
{
  char wishes[64];
  ssize_t n = recv (fd, wishes, sizeof wishes, MSG_DONTWAIT);
  if (n > 0 && !isatty (STDOUT_FILENO))
    ctl_write_all (STDOUT_FILENO, wishes, (gsize)n);
}

/* Until either side ends. `watch` is the socket: a daemon that goes ends an inject that waits for
 * input. */
static int
copy (int from, int to, int watch)
{
  const short wishes = from == watch ? 0 : POLLIN;
  char buffer[65536];
  for (;;)
    {
      struct pollfd fds[] = {{.fd = from, .events = POLLIN},
                             {.fd = watch, .events = POLLRDHUP | wishes}};
      if (poll (fds, 2, -1) < 0 && errno != EINTR)
        return ctl_fail ("poll: %s", g_strerror (errno));
      if (fds[0].revents)
        {
          ssize_t n = read (from, buffer, sizeof buffer);
          if (n <= 0)
            return EXIT_SUCCESS;
          if (!ctl_write_all (to, buffer, (gsize)n))
            return EXIT_SUCCESS; /* nobody reads any more */
        }
      else if (fds[1].revents == POLLIN)
        pass_wishes (watch);
      else if (fds[1].revents)
        return ctl_fail ("the track ended");
    }
}

static int
run_tap (int fd, char **words)
{
  json_t *request = track_request ("tap", words[1]);
  if (!request)
    return ctl_fail ("say: tap ROOM/IDENTITY/TRACK");
  json_t *reply = ctl_ask (fd, request);
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
      return ctl_fail ("say: inject ROOM/IDENTITY/TRACK --caps application/x-rtp,…");
    }
  set_text (request, "caps", caps);
  json_t *reply = ctl_ask (fd, request);
  json_decref (reply);
  return reply ? copy (STDIN_FILENO, fd, fd) : EXIT_FAILURE;
}

static const struct
{
  const char *name;
  int (*run) (int fd, char **words);
} commands[] = {
    {"participants", ctl_participants},
    {"events", ctl_events},
    {"drain", ctl_drain},
    {"reps", ctl_reps},
    {"rep", ctl_rep},
    {"recordings", ctl_recordings},
    {"recording", ctl_recording},
    {"rooms", ctl_rooms},
    {"room", run_room},
    {"token", run_token},
    {"tap", run_tap},
    {"inject", run_inject},
    {"setup", run_brand},
    {"brand", run_brand},
    {"user", run_brand},
    {"key", run_brand},
};

static int
run (char **words)
{
  if (!strcmp (words[0], "completion"))
    return ctl_completion (words[1]);
  if (!strcmp (words[0], "verify"))
    return ctl_verify (words[1], words[1] != NULL ? words[2] : NULL);
  for (guint i = 0; i < G_N_ELEMENTS (commands); i++)
    if (!strcmp (commands[i].name, words[0]))
      {
        int fd = ctl_connect ();
        int status = fd < 0 ? EXIT_FAILURE : commands[i].run (fd, words);
        if (fd >= 0)
          close (fd);
        return status;
      }
  return ctl_fail ("there is no command \"%s\"; --help lists them", words[0]);
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
    return ctl_fail ("%s", error->message);
  return argc < 2 ? ctl_fail ("say a command; --help lists them") : run (argv + 1);
}
