/* SPDX-License-Identifier: Apache-2.0 */
#include "pg_server.h"

#include <glib/gstdio.h>
#include <glob.h>
#include <grp.h>
#include <libpq-fe.h>
#include <pwd.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

struct _PgServer
{
  char *folder;
  char *bin;
  GPid pid;
  guint databases;
  gboolean durable;
};

/* In the child: nobody who may do harm, and gone when the test is gone. */
static void
become_user (gpointer user_data)
{
  const struct passwd *user = user_data;
  if (user != NULL && (setgroups (0, NULL) || setgid (user->pw_gid) || setuid (user->pw_uid)))
    _exit (1);
  prctl (PR_SET_PDEATHSIG, SIGQUIT);
  /* A group of its own, so that all of it can be stopped. */
  setpgid (0, 0);
}

static const struct passwd *
user_of_server (void)
{
  if (getuid () != 0)
    return NULL;
  const struct passwd *user = getpwnam ("postgres");
  return user != NULL ? user : getpwnam ("nobody");
}

static char *
find_programs (void)
{
  glob_t found = {0};
  if (glob ("/usr/lib/postgresql/*/bin/initdb", 0, NULL, &found) != 0)
    g_error ("PostgreSQL is not installed: this test needs the package postgresql");
  char *folder = g_path_get_dirname (found.gl_pathv[found.gl_pathc - 1]);
  globfree (&found);
  return folder;
}

static GPid
spawn (const PgServer *server, const char *const *argv)
{
  GPid pid = 0;
  g_autoptr (GError) error = NULL;
  GSpawnFlags flags = G_SPAWN_DO_NOT_REAP_CHILD | G_SPAWN_STDOUT_TO_DEV_NULL
                      | G_SPAWN_STDERR_TO_DEV_NULL;
  g_spawn_async (server->folder, (char **)argv, NULL, flags, become_user,
                 (gpointer)user_of_server (), &pid, &error);
  g_assert_no_error (error);
  return pid;
}

static char *
url_of (const PgServer *server, const char *database)
{
  return g_strdup_printf ("postgres://postgres@/%s?host=%s", database, server->folder);
}

PgServer *
pg_server_new (gboolean durable)
{
  PgServer *server = g_new0 (PgServer, 1);
  const struct passwd *user = user_of_server ();
  int status;
  server->durable = durable;
  server->bin = find_programs ();
  server->folder = g_dir_make_tmp ("parlor-pg-XXXXXX", NULL);
  g_assert_true (user == NULL || chown (server->folder, user->pw_uid, user->pw_gid) == 0);
  g_autofree char *program = g_build_filename (server->bin, "initdb", NULL);
  const char *const argv[] = {program, "-D",        "data", "-U",   "postgres",   "-A",
                              "trust", "--no-sync", "-E",   "UTF8", "--locale=C", NULL};
  GPid pid = spawn (server, argv);
  g_assert_cmpint (waitpid (pid, &status, 0), ==, pid);
  g_assert_cmpint (status, ==, 0);
  pg_server_start (server);
  return server;
}

static gboolean
answers (const PgServer *server)
{
  g_autofree char *url = url_of (server, "postgres");
  PGconn *pq = PQconnectdb (url);
  gboolean good = PQstatus (pq) == CONNECTION_OK;
  PQfinish (pq);
  return good;
}

/* Right after a kill the children of the old one still hold its memory: then it is tried again. */
void
pg_server_start (PgServer *server)
{
  g_autofree char *program = g_build_filename (server->bin, "postgres", NULL);
  g_autofree char *sockets = g_strdup_printf ("unix_socket_directories=%s", server->folder);
  const char *const argv[] = {program, "-D", "data", "-c", "listen_addresses=", "-c", sockets,
                              /* The machine does not crash here, only the server. */
                              "-c", server->durable ? "fsync=on" : "fsync=off", NULL};
  gint64 until = g_get_monotonic_time () + 30 * G_USEC_PER_SEC;
  server->pid = spawn (server, argv);
  while (!answers (server))
    {
      g_assert_cmpint (g_get_monotonic_time (), <, until);
      if (waitpid (server->pid, NULL, WNOHANG) == server->pid)
        server->pid = spawn (server, argv);
      g_usleep (50000);
    }
}

void
pg_server_kill (PgServer *server)
{
  kill (server->pid, SIGKILL);
  waitpid (server->pid, NULL, 0);
}

void
pg_server_freeze (PgServer *server, gboolean frozen)
{
  /* Every child of it leads a group of its own. */
  g_autofree char *path = g_strdup_printf ("/proc/%d/task/%d/children", server->pid, server->pid);
  g_autofree char *text = NULL;
  g_assert_true (g_file_get_contents (path, &text, NULL, NULL));
  kill (server->pid, frozen ? SIGSTOP : SIGCONT);
  g_auto (GStrv) children = g_strsplit (g_strstrip (text), " ", -1);
  for (guint i = 0; children[i] != NULL; i++)
    if (children[i][0] != '\0')
      kill (atoi (children[i]), frozen ? SIGSTOP : SIGCONT);
}

static void
remove_folder (const char *path)
{
  g_autoptr (GDir) dir = g_dir_open (path, 0, NULL);
  for (const char *name = dir != NULL ? g_dir_read_name (dir) : NULL; name != NULL;
       name = g_dir_read_name (dir))
    {
      g_autofree char *child = g_build_filename (path, name, NULL);
      if (g_unlink (child) != 0)
        remove_folder (child);
    }
  g_rmdir (path);
}

void
pg_server_free (PgServer *server)
{
  kill (server->pid, SIGQUIT);
  waitpid (server->pid, NULL, 0);
  remove_folder (server->folder);
  g_assert_false (g_file_test (server->folder, G_FILE_TEST_EXISTS));
  g_free (server->folder);
  g_free (server->bin);
  g_free (server);
}

char *
pg_server_make_database (PgServer *server)
{
  g_autofree char *name = g_strdup_printf ("parlor%u", server->databases++);
  g_autofree char *sql = g_strdup_printf ("CREATE DATABASE %s", name);
  g_autofree char *url = url_of (server, "postgres");
  pg_server_ask (url, sql);
  return url_of (server, name);
}

gint64
pg_server_ask (const char *url, const char *sql)
{
  PGconn *pq = PQconnectdb (url);
  PGresult *result = PQexec (pq, sql);
  ExecStatusType status = PQresultStatus (result);
  if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK)
    g_error ("%s: %s", sql, PQerrorMessage (pq));
  gint64 answer = PQntuples (result) > 0 ? g_ascii_strtoll (PQgetvalue (result, 0, 0), NULL, 10)
                                         : -1;
  PQclear (result);
  PQfinish (pq);
  return answer;
}
