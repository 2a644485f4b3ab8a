/* SPDX-License-Identifier: Apache-2.0 */
#include "record/away.h"

#include "record/awayparts.h"
#include "record/redact.h"
#include "record/removal.h"

#include <gio/gio.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define DEADLINE_US (60 * G_USEC_PER_SEC)

/* ---- a store -------------------------------------------------------------------------------- */

typedef struct
{
  GSocketService *service;
  guint16 port;
  GMutex lock;
  GPtrArray *seen;     /* "PUT rc_1/name", owned */
  const char *refused; /* what begins so is answered 403; nullable */
  const char *held;    /* what begins so is answered when this is NULL again; nullable */
  GCond cond;
  char *top, *folder, *credentials;
  ParlorAway *away;
} Store;

/* Method and name of the object; the length of what follows. NULL: nobody speaks. */
static char *
read_head (GDataInputStream *in, gsize *length)
{
  g_autofree char *first = g_data_input_stream_read_line (in, NULL, NULL, NULL);
  *length = 0;
  if (first == NULL)
    return NULL;
  g_auto (GStrv) words = g_strsplit (first, " ", 3);
  for (;;)
    {
      g_autofree char *line = g_data_input_stream_read_line (in, NULL, NULL, NULL);
      if (line == NULL || line[0] == '\0' || line[0] == '\r')
        break;
      if (g_ascii_strncasecmp (line, "Content-Length:", 15) == 0)
        *length = (gsize)g_ascii_strtoull (line + 15, NULL, 10);
    }
  g_assert_true (g_str_has_prefix (words[1], "/bucket/"));
  return g_strconcat (words[0], " ", words[1] + strlen ("/bucket/"), NULL);
}

static gboolean
on_request (GThreadedSocketService *service, GSocketConnection *connection, GObject *source,
            gpointer user_data)
{
  Store *self = user_data;
  GIOStream *stream = G_IO_STREAM (connection);
  g_autoptr (GDataInputStream) in = g_data_input_stream_new (g_io_stream_get_input_stream (stream));
  gsize length, n;
  g_data_input_stream_set_newline_type (in, G_DATA_STREAM_NEWLINE_TYPE_CR_LF);
  g_autofree char *what = read_head (in, &length);
  guint8 body[4096];
  g_assert_cmpuint (length, <=, sizeof body);
  if (what == NULL || !g_input_stream_read_all (G_INPUT_STREAM (in), body, length, &n, NULL, NULL))
    return TRUE;
  g_mutex_lock (&self->lock);
  gboolean refused = self->refused != NULL && g_str_has_prefix (what, self->refused);
  g_ptr_array_add (self->seen, g_strdup (what));
  while (self->held != NULL && g_str_has_prefix (what, self->held))
    g_cond_wait (&self->cond, &self->lock);
  g_mutex_unlock (&self->lock);
  g_autofree char *sum = g_compute_checksum_for_data (G_CHECKSUM_MD5, body, n);
  /* All that it has is of one byte. */
  gsize size = g_str_has_prefix (what, "HEAD ");
  g_autofree char *answer = g_strdup_printf (
      "HTTP/1.1 %s\r\nETag: \"%s\"\r\nContent-Length: %" G_GSIZE_FORMAT "\r\n"
      "Connection: close\r\n\r\n",
      refused ? "403 Forbidden" : "200 OK", sum, size);
  g_output_stream_write_all (g_io_stream_get_output_stream (stream), answer, strlen (answer), NULL,
                             NULL, NULL);
  return TRUE;
}

static void
write_file (const Store *self, const char *name, const char *text)
{
  g_autofree char *path = g_build_filename (self->folder, name, NULL);
  g_autofree char *folder = g_path_get_dirname (path);
  g_mkdir_with_parents (folder, 0700);
  g_assert_true (g_file_set_contents (path, text, -1, NULL));
}

static void
set_up (Store *self, gconstpointer unused)
{
  g_autoptr (GError) error = NULL;
  self->seen = g_ptr_array_new_with_free_func (g_free);
  self->service = g_threaded_socket_service_new (8);
  self->port = g_socket_listener_add_any_inet_port (G_SOCKET_LISTENER (self->service), NULL,
                                                    &error);
  g_assert_no_error (error);
  g_signal_connect (self->service, "run", G_CALLBACK (on_request), self);
  self->top = g_dir_make_tmp ("parlor-away-XXXXXX", &error);
  g_assert_no_error (error);
  self->folder = g_build_filename (self->top, "recordings", NULL);
  self->credentials = g_build_filename (self->top, "credentials", NULL);
  write_file (self, "rc_1/a.webm", "a");
  write_file (self, "rc_1/b.webm", "b");
  write_file (self, "rc_1/manifest.sig", "sealed");
  write_file (self, "../credentials", "ACCESS:SECRET\n");
}

static void
begin (Store *self)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *url = g_strdup_printf ("http://127.0.0.1:%u/bucket", self->port);
  ParlorAwaySpec spec = {.folder = self->folder, .url = url, .credentials = self->credentials};
  self->away = parlor_away_new (&spec, &error);
  g_assert_no_error (error);
}

static void
remove_tree (const char *path)
{
  g_autoptr (GDir) dir = g_dir_open (path, 0, NULL);
  const char *name;
  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *inner = g_build_filename (path, name, NULL);
      remove_tree (inner);
    }
  g_remove (path);
}

static void
tear_down (Store *self, gconstpointer unused)
{
  parlor_away_free (self->away);
  g_socket_service_stop (self->service);
  g_socket_listener_close (G_SOCKET_LISTENER (self->service));
  g_object_unref (self->service);
  remove_tree (self->top);
  g_ptr_array_unref (self->seen);
  g_free (self->top);
  g_free (self->folder);
  g_free (self->credentials);
}

static guint
count_of (Store *self, const char *prefix)
{
  guint n = 0;
  g_mutex_lock (&self->lock);
  for (guint i = 0; i < self->seen->len; i++)
    n += g_str_has_prefix (self->seen->pdata[i], prefix);
  g_mutex_unlock (&self->lock);
  return n;
}

/* Uploads, deletions or failures: whichever pointer into `stats` is given. */
static void
wait_for (Store *self, ParlorAwayStats *stats, const guint64 *what, guint64 n)
{
  gint64 until_us = g_get_monotonic_time () + DEADLINE_US;
  do
    {
      g_assert_cmpint (g_get_monotonic_time (), <, until_us);
      while (g_main_context_iteration (NULL, FALSE)) /* accepts */
        continue;
      g_usleep (10000);
      parlor_away_stats (self->away, stats);
    }
  while (*what < n);
}

static gboolean
is_listed (const Store *self, const char *list, const char *name)
{
  g_autofree char *path = g_build_filename (self->folder, list, NULL);
  g_autofree char *text = NULL;
  g_autofree char *line = g_strconcat ("\n", name, "\t", NULL);
  g_assert_true (g_file_get_contents (path, &text, NULL, NULL));
  g_autofree char *all = g_strconcat ("\n", text, NULL);
  return strstr (all, line) != NULL;
}

/* ---- what is promised ----------------------------------------------------------------------- */

static void
test_no_list (Store *self, gconstpointer unused)
{
  ParlorAwayStats stats;
  g_autofree char *list = g_build_filename (self->folder, "rc_1", PARLOR_AWAY_NAME, NULL);
  g_mkdir (list, 0700); /* no file can be put there, as on a full disk */
  begin (self);
  wait_for (self, &stats, &stats.failures, 2);
  g_assert_cmpuint (count_of (self, ""), ==, 0);
  g_rmdir (list);
  wait_for (self, &stats, &stats.uploaded, 3);
  g_assert_cmpuint (count_of (self, "PUT rc_1/"), ==, 3);
  g_assert_true (is_listed (self, "rc_1/away", "a.webm"));
  g_assert_true (is_listed (self, "rc_1/away", "b.webm"));
  g_assert_true (is_listed (self, "rc_1/away", "manifest.sig"));
}

static void
refuse (Store *self, const char *what)
{
  g_mutex_lock (&self->lock);
  self->refused = what;
  g_mutex_unlock (&self->lock);
}

static void
test_locked (Store *self, gconstpointer unused)
{
  ParlorAwayStats stats;
  g_autoptr (GString) list = g_string_new (NULL);
  for (guint i = 0; i < 20; i++)
    g_string_append_printf (list, "%u.webm\t1\t1\tsum\n", i);
  write_file (self, ".gone/rc_0", list->str);
  refuse (self, "DELETE rc_0/");
  begin (self);
  wait_for (self, &stats, &stats.uploaded, 3);
  g_assert_cmpuint (stats.deleted, ==, 0);
  refuse (self, NULL);
  wait_for (self, &stats, &stats.deleted, 20);
}

/* As large as one may be and a byte; it holds nothing. */
static void
write_too_large (const Store *self, const char *name)
{
  g_autofree char *path = g_build_filename (self->folder, name, NULL);
  write_file (self, name, "");
  g_assert_cmpint (truncate (path, (off_t)PARLOR_AWAY_LIST_MAX + 1), ==, 0);
}

static void
test_large (Store *self, gconstpointer unused)
{
  static const char *const lists[] = {"rc_2/away", "rc_3/away.parts", "rc_4/" PARLOR_ERASED_NAME,
                                      ".gone/rc_0", ".gone/rc_0.parts"};
  ParlorAwayStats stats;
  for (guint i = 0; i < G_N_ELEMENTS (lists); i++)
    write_too_large (self, lists[i]);
  for (guint i = 2; i <= 4; i++)
    {
      g_autofree char *media = g_strdup_printf ("rc_%u/a.webm", i);
      g_autofree char *seal = g_strdup_printf ("rc_%u/manifest.sig", i);
      write_file (self, media, "a");
      write_file (self, seal, "sealed");
    }
  begin (self);
  wait_for (self, &stats, &stats.uploaded, 3);
  wait_for (self, &stats, &stats.waiting, G_N_ELEMENTS (lists));
  parlor_away_free (g_steal_pointer (&self->away));
  g_assert_cmpuint (count_of (self, "PUT rc_1/"), ==, 3);
  g_assert_cmpuint (count_of (self, ""), ==, 3);
  for (guint i = 0; i < G_N_ELEMENTS (lists); i++)
    {
      g_autofree char *path = g_build_filename (self->folder, lists[i], NULL);
      struct stat info;
      g_assert_cmpint (stat (path, &info), ==, 0);
      g_assert_cmpint (info.st_size, ==, PARLOR_AWAY_LIST_MAX + 1);
    }
}

static void
test_refused (Store *self, gconstpointer unused)
{
  ParlorAwayStats stats;
  refuse (self, "PUT rc_1/a");
  begin (self);
  wait_for (self, &stats, &stats.failures, 1);
  wait_for (self, &stats, &stats.uploaded, 2);
  g_assert_true (is_listed (self, "rc_1/away", "b.webm"));
  refuse (self, NULL);
  wait_for (self, &stats, &stats.uploaded, 3);
}

static void
test_render (Store *self, gconstpointer unused)
{
  ParlorAwayStats stats;
  write_file (self, "rc_1/away",
              "render-1.webm\t1\t1\tsum\nrender-2.webm\t-1\t0\t-\nlost.webm\t1\t1\tsum\n");
  write_file (self, "rc_1/render-3.webm", "r");
  begin (self);
  wait_for (self, &stats, &stats.uploaded, 4);
  wait_for (self, &stats, &stats.deleted, 2);
  parlor_away_free (g_steal_pointer (&self->away)); /* the list is written behind the deletions */
  g_assert_cmpuint (count_of (self, "DELETE rc_1/render-1.webm"), ==, 1);
  g_assert_cmpuint (count_of (self, "DELETE rc_1/render-2.webm"), ==, 1);
  g_assert_cmpuint (count_of (self, "DELETE"), ==, 2);
  g_assert_false (is_listed (self, "rc_1/away", "render-1.webm"));
  g_assert_false (is_listed (self, "rc_1/away", "render-2.webm"));
  g_assert_true (is_listed (self, "rc_1/away", "render-3.webm"));
  g_assert_true (is_listed (self, "rc_1/away", "lost.webm"));
}

static void
test_key (Store *self, gconstpointer unused)
{
  ParlorAwayStats stats;
  g_autoptr (GString) list = g_string_new ("key\t1\t1\tsum\n");
  for (guint i = 0; i < 20; i++)
    g_string_append_printf (list, "%u.webm\t1\t1\tsum\n", i);
  write_file (self, ".gone/rc_0", list->str);
  begin (self);
  wait_for (self, &stats, &stats.deleted, 21);
  g_mutex_lock (&self->lock);
  g_assert_cmpstr (self->seen->pdata[0], ==, "DELETE rc_0/key");
  g_mutex_unlock (&self->lock);
}

static void
hold (Store *self, const char *what)
{
  g_mutex_lock (&self->lock);
  self->held = what;
  g_cond_broadcast (&self->cond);
  g_mutex_unlock (&self->lock);
}

/* Something in its folder does not go at once, as while gigabytes are unlinked. */
static void
test_removed (Store *self, gconstpointer unused)
{
  ParlorAwayStats stats = {0};
  g_autofree char *folder = g_build_filename (self->folder, "rc_1", NULL);
  gint64 until_us = g_get_monotonic_time () + DEADLINE_US;
  write_file (self, "rc_1/slow/file", "x");
  hold (self, "PUT rc_1/a.webm");
  begin (self);
  while (count_of (self, "PUT rc_1/a.webm") == 0)
    {
      g_assert_cmpint (g_get_monotonic_time (), <, until_us);
      g_main_context_iteration (NULL, FALSE);
      g_usleep (1000);
    }
  parlor_removal (self->folder, "rc_1");
  g_assert_false (g_file_test (folder, G_FILE_TEST_EXISTS));
  hold (self, NULL);
  wait_for (self, &stats, &stats.deleted, 1);
  parlor_away_free (g_steal_pointer (&self->away));
  g_assert_cmpuint (count_of (self, "DELETE rc_1/a.webm"), >=, 1);
  g_assert_false (g_file_test (folder, G_FILE_TEST_EXISTS));
}

static gboolean
lies_here (const Store *self, const char *name)
{
  g_autofree char *path = g_build_filename (self->folder, name, NULL);
  return g_file_test (path, G_FILE_TEST_EXISTS);
}

/* Until it has looked at everything once more: what one look finds, the one before was over. */
static void
wait_for_looks (Store *self, ParlorAwayStats *stats)
{
  static const char *const names[] = {"rc_3/x.webm", "rc_3/y.webm"};
  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      parlor_away_stats (self->away, stats);
      guint64 n = stats->uploaded;
      write_file (self, names[i], "x");
      wait_for (self, stats, &stats->uploaded, n + 1);
    }
}

/* Somebody reads it for longer than what was brought back stays. */
static void
test_held (Store *self, gconstpointer unused)
{
  ParlorAwayStats stats;
  write_file (self, "rc_2/c.webm", "c");
  write_file (self, "rc_2/manifest.sig", "sealed");
  write_file (self, "rc_3/manifest.sig", "sealed");
  begin (self);
  wait_for (self, &stats, &stats.uploaded, 6);
  parlor_away_hold (self->away, "rc_1");
  parlor_away_release (self->away, "rc_1");
  parlor_away_release (self->away, "rc_2");
  wait_for (self, &stats, &stats.released, 1);
  wait_for_looks (self, &stats);
  g_assert_false (lies_here (self, "rc_2/c.webm"));
  g_assert_true (lies_here (self, "rc_1/a.webm"));
  g_assert_true (lies_here (self, "rc_1/b.webm"));
  g_assert_cmpuint (count_of (self, "HEAD rc_1/"), ==, 0);
  g_autoptr (GPtrArray) none = g_ptr_array_new ();
  parlor_away_hold_only (self->away, none);
  wait_for (self, &stats, &stats.released, 3);
  g_assert_false (lies_here (self, "rc_1/a.webm"));
  g_assert_false (lies_here (self, "rc_1/b.webm"));
  g_assert_cmpuint (stats.failures, ==, 0);
}

/* The store has said that it has the file, and it is about to go. */
static void
test_held_late (Store *self, gconstpointer unused)
{
  ParlorAwayStats stats;
  g_autoptr (GPtrArray) ours = g_ptr_array_new (), none = g_ptr_array_new ();
  gint64 until_us = g_get_monotonic_time () + DEADLINE_US;
  write_file (self, "rc_3/manifest.sig", "sealed");
  begin (self);
  wait_for (self, &stats, &stats.uploaded, 4);
  hold (self, "HEAD rc_1/");
  parlor_away_release (self->away, "rc_1");
  while (count_of (self, "HEAD rc_1/") == 0)
    {
      g_assert_cmpint (g_get_monotonic_time (), <, until_us);
      g_main_context_iteration (NULL, FALSE);
      g_usleep (1000);
    }
  g_ptr_array_add (ours, (char *)"rc_1");
  parlor_away_hold_only (self->away, ours);
  hold (self, NULL);
  wait_for_looks (self, &stats);
  g_assert_true (lies_here (self, "rc_1/a.webm"));
  g_assert_true (lies_here (self, "rc_1/b.webm"));
  g_assert_cmpuint (stats.released, ==, 0);
  g_assert_cmpuint (count_of (self, "HEAD rc_1/"), ==, 1);
  parlor_away_hold_only (self->away, none);
  wait_for (self, &stats, &stats.released, 2);
  g_assert_false (lies_here (self, "rc_1/a.webm"));
  g_assert_cmpuint (stats.failures, ==, 0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  /* Its thread warns of what is done to it here. */
  g_log_set_always_fatal (G_LOG_FATAL_MASK | G_LOG_LEVEL_CRITICAL);
  g_test_add ("/record/away/what-cannot-be-written-down-is-not-sent", Store, NULL, set_up,
              test_no_list, tear_down);
  g_test_add ("/record/away/objects-that-are-not-deleted-hold-up-no-file", Store, NULL, set_up,
              test_locked, tear_down);
  g_test_add ("/record/away/a-list-that-is-too-large-is-left-and-holds-up-no-other", Store, NULL,
              set_up, test_large, tear_down);
  g_test_add ("/record/away/a-file-that-is-refused-holds-up-no-other", Store, NULL, set_up,
              test_refused, tear_down);
  g_test_add ("/record/away/a-removed-render-is-removed-there-and-a-lost-file-is-not", Store, NULL,
              set_up, test_render, tear_down);
  g_test_add ("/record/away/the-key-of-an-erased-recording-goes-first", Store, NULL, set_up,
              test_key, tear_down);
  g_test_add ("/record/away/what-is-sent-while-its-recording-is-removed-goes-too", Store, NULL,
              set_up, test_removed, tear_down);
  g_test_add ("/record/away/what-is-held-stays-here-until-it-is-held-no-more", Store, NULL, set_up,
              test_held, tear_down);
  g_test_add ("/record/away/what-is-held-at-the-last-moment-stays-here-too", Store, NULL, set_up,
              test_held_late, tear_down);
  return g_test_run ();
}
