/* SPDX-License-Identifier: Apache-2.0 */
/* The program itself: starts, says what is wrong, answers, ends. Argument: parlord, parlorctl. */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <glib.h>
#include <glib/gstdio.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static const char *parlord, *parlorctl;

typedef struct
{
  char *folder;
  guint http, admin, udp;
  GPid pid;
} Daemon;

static guint
free_port (int type)
{
  struct sockaddr_in address = {.sin_family = AF_INET};
  socklen_t length = sizeof address;
  int fd = socket (AF_INET, type, 0);
  address.sin_addr.s_addr = htonl (INADDR_LOOPBACK);
  g_assert_cmpint (bind (fd, (struct sockaddr *)&address, length), ==, 0);
  getsockname (fd, (struct sockaddr *)&address, &length);
  close (fd);
  return ntohs (address.sin_port);
}

/* Runs parlord to its end and returns its exit status; *text = what it said (transfer full). */
static int
run_to_end (const char *const *arguments, char **text)
{
  GPtrArray *argv = g_ptr_array_new ();
  int status = 0;
  g_autofree char *out = NULL;
  for (guint i = 0; arguments[i]; i++)
    g_ptr_array_add (argv, (gpointer)arguments[i]);
  g_ptr_array_add (argv, NULL);
  g_assert_true (g_spawn_sync (NULL, (char **)argv->pdata, NULL, G_SPAWN_DEFAULT, NULL, NULL, &out,
                               text, &status, NULL));
  if (**text == 0)
    {
      g_free (*text);
      *text = g_steal_pointer (&out);
    }
  g_ptr_array_unref (argv);
  g_assert_true (WIFEXITED (status));
  return WEXITSTATUS (status);
}

/* Sends this and reads to the end, or until a second passes in silence; NULL when nobody listens
 * (transfer full). */
static char *
exchange (guint port, const char *request)
{
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons ((guint16)port)};
  struct timeval timeout = {.tv_sec = 1};
  char buffer[65536];
  gsize n = 0;
  ssize_t k;
  int fd = socket (AF_INET, SOCK_STREAM, 0);
  address.sin_addr.s_addr = htonl (INADDR_LOOPBACK);
  setsockopt (fd, SOL_SOCKET, SO_RCVTIMEO, &timeout, sizeof timeout);
  if (connect (fd, (struct sockaddr *)&address, sizeof address)
      || write (fd, request, strlen (request)) != (ssize_t)strlen (request))
    {
      close (fd);
      return NULL;
    }
  while (n < sizeof buffer && (k = read (fd, buffer + n, sizeof buffer - n)) > 0)
    n += (gsize)k;
  close (fd);
  return g_strndup (buffer, n);
}

/* One request; the whole answer (transfer full), NULL when nobody listens. */
static char *
ask (guint port, const char *method, const char *path)
{
  g_autofree char *request = g_strdup_printf (
      "%s %s HTTP/1.1\r\nHost: 127.0.0.1:%u\r\nConnection: close\r\n\r\n", method, path, port);
  return exchange (port, request);
}

static void
daemon_start (Daemon *daemon, const char *extra)
{
  daemon->http = free_port (SOCK_STREAM);
  daemon->admin = free_port (SOCK_STREAM);
  daemon->udp = free_port (SOCK_DGRAM);
  g_autofree char *line = g_strdup_printf (
      "%s --http-port %u --admin-port %u --udp-port %u --workers 1 --data-dir %s %s", parlord,
      daemon->http, daemon->admin, daemon->udp, daemon->folder, extra);
  g_auto (GStrv) argv = g_strsplit (line, " ", -1);
  g_assert_true (
      g_spawn_async (NULL, argv, NULL, G_SPAWN_DO_NOT_REAP_CHILD, NULL, NULL, &daemon->pid, NULL));
  for (int i = 0; i < 600; i++)
    {
      g_autofree char *answer = ask (daemon->admin, "GET", "/readyz");
      if (answer && g_str_has_prefix (answer, "HTTP/1.1 200 "))
        return;
      g_assert_cmpint (waitpid (daemon->pid, NULL, WNOHANG), ==, 0);
      g_usleep (50000);
    }
  g_error ("not ready after 30 s");
}

/* Its exit status after SIGTERM; *after_us = how long that took. */
static int
daemon_stop (Daemon *daemon, gint64 *after_us)
{
  int status = 0;
  gint64 start_us = g_get_monotonic_time ();
  kill (daemon->pid, SIGTERM);
  g_assert_cmpint (waitpid (daemon->pid, &status, 0), ==, daemon->pid);
  *after_us = g_get_monotonic_time () - start_us;
  g_assert_true (WIFEXITED (status));
  return WEXITSTATUS (status);
}

static void
set_up (Daemon *daemon, gconstpointer data)
{
  daemon->folder = g_dir_make_tmp ("parlor-daemon-XXXXXX", NULL);
}

static void
tear_down (Daemon *daemon, gconstpointer data)
{
  g_autoptr (GDir) dir = g_dir_open (daemon->folder, 0, NULL);
  for (const char *name; (name = g_dir_read_name (dir));)
    {
      g_autofree char *path = g_build_filename (daemon->folder, name, NULL);
      g_remove (path);
    }
  g_rmdir (daemon->folder);
  g_free (daemon->folder);
}

static void
test_answers_and_ends (Daemon *daemon, gconstpointer data)
{
  gint64 after_us = 0;
  daemon_start (daemon, "--demo");
  g_autofree char *page = ask (daemon->http, "GET", "/");
  g_autofree char *health = ask (daemon->admin, "GET", "/healthz");
  g_autofree char *metrics = ask (daemon->admin, "GET", "/metrics");
  g_autofree char *nothing = ask (daemon->admin, "GET", "/v1/rooms");
  static const char *const names[] = {
      "\nparlor_rooms 0\n",
      "\nparlor_participants 0\n",
      "\nprocess_cpu_seconds_total ",
      "\nparlor_packets_received_total 0\n",
      "\nparlor_packets_forwarded_total 0\n",
      "\nparlor_packets_retransmitted_total 0\n",
      "\nparlor_packets_dropped_total{reason=\"",
      "\nparlor_socket_overflow_total 0\n",
      "\nparlor_worker_cpu_seconds_total{worker=\"0\"} ",
  };
  g_assert_true (g_str_has_prefix (page, "HTTP/1.1 200 "));
  g_assert_true (g_str_has_prefix (health, "HTTP/1.1 200 "));
  g_assert_true (g_str_has_prefix (nothing, "HTTP/1.1 404 "));
  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    if (!strstr (metrics, names[i]))
      g_error ("metrics lack %s", names[i]);
  g_assert_cmpint (daemon_stop (daemon, &after_us), ==, 0);
  g_assert_cmpint (after_us, <, 10 * G_USEC_PER_SEC);
}

static void
test_taken_ports (Daemon *daemon, gconstpointer data)
{
  gint64 after_us = 0;
  daemon_start (daemon, "--demo");
  g_autofree char *other = g_dir_make_tmp ("parlor-daemon-XXXXXX", NULL);
  static const char *const flags[] = {"--http-port", "--admin-port", "--udp-port"};
  const guint taken[3][3] = {{daemon->http, free_port (SOCK_STREAM), free_port (SOCK_DGRAM)},
                             {free_port (SOCK_STREAM), daemon->admin, free_port (SOCK_DGRAM)},
                             {free_port (SOCK_STREAM), free_port (SOCK_STREAM), daemon->udp}};
  for (guint i = 0; i < 3; i++)
    {
      g_autofree char *http = g_strdup_printf ("--http-port=%u", taken[i][0]);
      g_autofree char *admin = g_strdup_printf ("--admin-port=%u", taken[i][1]);
      g_autofree char *udp = g_strdup_printf ("--udp-port=%u", taken[i][2]);
      g_autofree char *text = NULL;
      const char *const argv[] = {parlord,       "--demo",     http,  admin, udp,
                                  "--workers=1", "--data-dir", other, NULL};
      g_assert_cmpint (run_to_end (argv, &text), !=, 0);
      g_assert_true (g_str_has_suffix (text, "\n"));
      if (strchr (text, '\n') != text + strlen (text) - 1)
        g_error ("more than one line: %s", text);
      g_assert_nonnull (strstr (text, flags[i]));
    }
  g_autofree char *text = NULL;
  const char *const same_folder[] = {parlord,          "--demo",       "--http-port=0",
                                     "--admin-port=0", "--udp-port=0", "--workers=1",
                                     "--data-dir",     daemon->folder, NULL};
  g_assert_cmpint (run_to_end (same_folder, &text), !=, 0);
  g_assert_cmpint (daemon_stop (daemon, &after_us), ==, 0);
  Daemon rest = {.folder = g_steal_pointer (&other)};
  tear_down (&rest, NULL);
}

static void
test_words (void)
{
  g_autofree char *help = NULL, *version = NULL, *demo = NULL;
  const char *const ask_help[] = {parlord, "--help", NULL};
  const char *const ask_version[] = {parlord, "--version", NULL};
  const char *const open_demo[] = {parlord, "--demo", "--http-address", "0.0.0.0", NULL};
  g_assert_cmpint (run_to_end (ask_help, &help), ==, 0);
  g_assert_cmpint (run_to_end (ask_version, &version), ==, 0);
  g_assert_cmpint (run_to_end (open_demo, &demo), !=, 0);
  g_assert_nonnull (strstr (help, "--udp-port"));
  g_assert_cmpstr (version, ==, "parlord " PARLOR_VERSION "\n");
  g_assert_nonnull (strstr (demo, "loopback"));
}

/* Without --demo and without keys nothing is open but the page that says so. */
static void
test_fresh_server (Daemon *daemon, gconstpointer data)
{
  gint64 after_us = 0;
  daemon_start (daemon, "--demo=false");
  g_autofree char *page = ask (daemon->http, "GET", "/");
  g_autofree char *rooms = ask (daemon->http, "GET", "/v1/rooms");
  g_autofree char *meeting = ask (daemon->http, "GET", "/m");
  g_assert_nonnull (strstr (page, "no API key"));
  g_assert_true (g_str_has_prefix (rooms, "HTTP/1.1 401 "));
  g_assert_true (g_str_has_prefix (meeting, "HTTP/1.1 404 "));
  g_assert_cmpint (daemon_stop (daemon, &after_us), ==, 0);
}

static void
test_control_socket (Daemon *daemon, gconstpointer data)
{
  gint64 after_us = 0;
  struct stat info;
  daemon_start (daemon, "--demo");
  g_autofree char *path = g_build_filename (daemon->folder, "control.sock", NULL);
  g_assert_cmpint (stat (path, &info), ==, 0);
  g_assert_cmpint (info.st_mode & 0777, ==, 0600);
  const char *const rooms[] = {parlorctl, "--data-dir", daemon->folder, "rooms", NULL};
  const char *const token[] = {parlorctl, "--data-dir", daemon->folder, "token", "--room",
                               "hall",    "--identity", "lin",          NULL};
  const char *const missing[] = {parlorctl, "--data-dir", daemon->folder, "room", "close",
                                 "nowhere", NULL};
  const char *const tap[] = {parlorctl, "--data-dir",      daemon->folder,
                             "tap",     "hall/lin/camera", NULL};
  const char *const nonsense[] = {parlorctl, "--data-dir", daemon->folder, "dance", NULL};
  g_autofree char *a = NULL, *b = NULL, *c = NULL, *d = NULL, *e = NULL;
  g_assert_cmpint (run_to_end (rooms, &a), ==, 0);
  g_assert_cmpint (run_to_end (token, &b), ==, 0);
  g_assert_true (g_str_has_prefix (b, "eyJ"));
  g_assert_cmpint (run_to_end (missing, &c), !=, 0);
  g_assert_cmpint (run_to_end (tap, &d), !=, 0);
  g_assert_cmpint (run_to_end (nonsense, &e), !=, 0);
  g_assert_cmpint (daemon_stop (daemon, &after_us), ==, 0);
  g_assert_cmpint (stat (path, &info), ==, -1);
}

/* After a SIGKILL the old socket file lies there, and rooms are still known. */
static void
test_killed_and_started_again (Daemon *daemon, gconstpointer data)
{
  gint64 after_us = 0;
  daemon_start (daemon, "--demo");
  g_autofree char *text = NULL;
  const char *const inject[] = {
      parlorctl,
      "--data-dir",
      daemon->folder,
      "inject",
      "hall/robot/camera",
      "--caps",
      "application/x-rtp,media=video,clock-rate=90000,encoding-name=VP8,payload=96",
      NULL};
  g_assert_cmpint (run_to_end (inject, &text), ==, 0);
  g_usleep (300000); /* the store writes behind */
  kill (daemon->pid, SIGKILL);
  waitpid (daemon->pid, NULL, 0);
  daemon_start (daemon, "--demo");
  g_autofree char *rooms = ask (daemon->http, "GET", "/v1/rooms/hall");
  g_assert_true (g_str_has_prefix (rooms, "HTTP/1.1 200 "));
  g_assert_cmpint (daemon_stop (daemon, &after_us), ==, 0);
}

/* Secrets that came in by every door are in nothing that goes out for others to read. */
static void
test_canaries (Daemon *daemon, gconstpointer data)
{
  static const char config[] = "[key shop]\nsecret=CANARY-0-0123456789abcdef0123456789\n"
                               "[turn]\nurls=turn:t.example\nsecret=CANARY-1\n";
  static const char *const requests[] = {
      "GET /CANARY-2 HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer CANARY-3\r\n\r\n",
      "POST /whip/hall/CANARY-4 HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer "
      "a.CANARY-5.c\r\n"
      "Content-Type: application/sdp\r\nContent-Length: 8\r\n\r\nCANARY-6",
      "POST /v1/leave HTTP/1.1\r\nHost: localhost\r\nContent-Length: "
      "27\r\n\r\n{\"resume_token\":\"CANARY-7\"}",
      "POST /v1/guest HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
      "Content-Length: 19\r\n\r\n{\"code\":\"CANARY-8\"}",
      "GET /v1/rooms HTTP/1.1\r\nHost: localhost\r\nAuthorization: Basic "
      "Q0FOQVJZOkNBTkFSWS05\r\n\r\n",
  };
  gint64 after_us = 0;
  g_autofree char *path = g_build_filename (daemon->folder, "parlord.conf", NULL);
  g_autofree char *log_path = g_build_filename (daemon->folder, "log", NULL);
  g_autofree char *flags = g_strdup_printf ("--config %s", path);
  g_assert_true (g_file_set_contents (path, config, -1, NULL));
  g_chmod (path, 0600);
  int old = dup (STDERR_FILENO), log_fd = g_open (log_path, O_CREAT | O_WRONLY | O_APPEND, 0600);
  dup2 (log_fd, STDERR_FILENO);
  daemon_start (daemon, flags);
  for (guint i = 0; i < G_N_ELEMENTS (requests); i++)
    {
      g_autofree char *answer = exchange (daemon->http, requests[i]);
      g_assert_true (g_str_has_prefix (answer, "HTTP/1.1 "));
      g_assert_null (strstr (answer, "CANARY"));
    }
  g_autofree char *metrics = ask (daemon->admin, "GET", "/metrics");
  g_assert_cmpint (daemon_stop (daemon, &after_us), ==, 0);
  dup2 (old, STDERR_FILENO);
  close (old);
  close (log_fd);
  g_autofree char *log = NULL;
  g_assert_true (g_file_get_contents (log_path, &log, NULL, NULL));
  g_assert_nonnull (strstr (log, "serves"));
  g_assert_null (strstr (log, "CANARY"));
  g_assert_null (strstr (metrics, "CANARY"));
}

#define ADD(name, func) g_test_add ("/app/daemon/" name, Daemon, NULL, set_up, func, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_assert_cmpint (argc, ==, 3);
  parlord = argv[1];
  parlorctl = argv[2];
  g_test_add_func ("/app/daemon/says-what-it-is-asked", test_words);
  ADD ("answers-then-ends-within-10-s", test_answers_and_ends);
  ADD ("taken-port-is-one-line-and-not-zero", test_taken_ports);
  ADD ("fresh-server-is-closed-and-says-how-to-begin", test_fresh_server);
  ADD ("control-socket-is-for-its-user-alone", test_control_socket);
  ADD ("secrets-appear-nowhere", test_canaries);
  ADD ("comes-back-after-sigkill", test_killed_and_started_again);
  return g_test_run ();
}
