/* SPDX-License-Identifier: Apache-2.0 */
/* Files that lie in an object store, which here takes every question and answers none. */
#include "app/wire_bring.h"

#include <arpa/inet.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define DEADLINE_US (60 * G_USEC_PER_SEC)
#define MANY 1100

typedef struct
{
  uv_loop_t loop;
  ParlorWireRecord record;
  char *top, *credentials;
  int listener;
  GThread *thread;
  GMutex lock;
  GPtrArray *asked; /* "rc_1/name", owned; under the lock, with the next one */
  GArray *open;     /* int: connections */
  guint done, failed;
} World;

static gpointer
listen_on (gpointer user_data)
{
  World *w = user_data;
  char head[2048];
  int fd;
  while ((fd = accept (w->listener, NULL, NULL)) >= 0)
    {
      ssize_t n = recv (fd, head, sizeof head - 1, 0);
      head[n > 0 ? n : 0] = '\0';
      const char *from = strstr (head, "/bucket/");
      g_mutex_lock (&w->lock);
      if (from != NULL)
        g_ptr_array_add (w->asked, g_strndup (from + 8, strcspn (from + 8, " ")));
      g_array_append_val (w->open, fd);
      g_mutex_unlock (&w->lock);
    }
  return NULL;
}

static guint16
open_listener (World *w)
{
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl (INADDR_LOOPBACK)};
  socklen_t size = sizeof address;
  w->listener = socket (AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  g_assert_cmpint (bind (w->listener, (struct sockaddr *)&address, size), ==, 0);
  g_assert_cmpint (listen (w->listener, 16), ==, 0);
  g_assert_cmpint (getsockname (w->listener, (struct sockaddr *)&address, &size), ==, 0);
  return ntohs (address.sin_port);
}

/* A recording without a local file, of which the store has MANY. */
static void
write_list (const World *w)
{
  g_autofree char *folder = g_build_filename (w->record.folder, "rc_1", NULL);
  g_autofree char *path = g_build_filename (folder, PARLOR_AWAY_NAME, NULL);
  g_autoptr (GString) list = g_string_new ("render-1.webm\t9\t1\tsum\nhalf.webm\t-1\t0\t-\n");
  for (guint i = 0; i < MANY; i++)
    g_string_append_printf (list, "%u.webm\t100000\t1\tsum\n", i);
  g_assert_cmpint (g_mkdir_with_parents (folder, 0700), ==, 0);
  g_assert_true (g_file_set_contents (path, list->str, -1, NULL));
}

static void
set_up (World *w, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *url = g_strdup_printf ("http://127.0.0.1:%u/bucket", open_listener (w));
  w->asked = g_ptr_array_new_with_free_func (g_free);
  w->open = g_array_new (FALSE, FALSE, sizeof (int));
  w->thread = g_thread_new ("store", listen_on, w);
  w->top = g_dir_make_tmp ("parlor-XXXXXX", NULL);
  w->record.folder = g_build_filename (w->top, "recordings", NULL);
  w->credentials = g_build_filename (w->top, "credentials", NULL);
  g_assert_true (g_file_set_contents (w->credentials, "ACCESS:SECRET\n", -1, NULL));
  write_list (w);
  ParlorAwaySpec spec = {.folder = w->record.folder, .url = url, .credentials = w->credentials};
  w->record.away = parlor_away_new (&spec, &error);
  g_assert_no_error (error);
  uv_loop_init (&w->loop);
  w->record.bring = parlor_wire_bring_new (&w->loop, &w->record);
}

static void
tear_down (World *w, gconstpointer data)
{
  g_autofree char *folder = g_build_filename (w->record.folder, "rc_1", NULL);
  g_autofree char *list = g_build_filename (folder, PARLOR_AWAY_NAME, NULL);
  parlor_wire_bring_free (w->record.bring);
  parlor_away_free (w->record.away);
  uv_run (&w->loop, UV_RUN_NOWAIT);
  g_assert_cmpint (uv_loop_close (&w->loop), ==, 0);
  shutdown (w->listener, SHUT_RDWR);
  g_thread_join (w->thread);
  close (w->listener);
  for (guint i = 0; i < w->open->len; i++)
    close (g_array_index (w->open, int, i));
  g_unlink (list);
  g_rmdir (folder);
  g_rmdir (w->record.folder);
  g_unlink (w->credentials);
  g_rmdir (w->top);
  g_array_unref (w->open);
  g_ptr_array_unref (w->asked);
  g_free (w->record.folder);
  g_free (w->credentials);
  g_free (w->top);
}

static guint
count_asked (World *w, const char *what)
{
  guint n = 0;
  g_mutex_lock (&w->lock);
  for (guint i = 0; i < w->asked->len; i++)
    n += what == NULL || strcmp (w->asked->pdata[i], what) == 0;
  g_mutex_unlock (&w->lock);
  return n;
}

static void
wait_until_asked (World *w, const char *what)
{
  gint64 until_us = g_get_monotonic_time () + DEADLINE_US;
  while (count_asked (w, what) == 0)
    {
      g_assert_cmpint (g_get_monotonic_time (), <, until_us);
      uv_run (&w->loop, UV_RUN_NOWAIT);
      g_usleep (1000);
    }
}

static void
on_brought (gboolean ok, int fd, gpointer user_data)
{
  World *w = user_data;
  w->done++;
  w->failed += !ok;
  g_assert_cmpint (fd, ==, -1);
}

static ParlorBring
ask (World *w, const char *name, gint64 length)
{
  return parlor_wire_bring_ask ("rc_1", name, 0, length, on_brought, w, w->record.bring);
}

static void
test_workers (World *w, gconstpointer data)
{
  g_assert_cmpint (ask (w, "1.webm", -1), ==, PARLOR_BRING_COMES);
  g_assert_cmpint (ask (w, "2.webm", -1), ==, PARLOR_BRING_COMES);
  g_assert_cmpint (ask (w, "3.webm", -1), ==, PARLOR_BRING_COMES);
  wait_until_asked (w, "rc_1/1.webm");
  g_assert_cmpint (ask (w, "4.webm", 100), ==, PARLOR_BRING_COMES);
  wait_until_asked (w, "rc_1/4.webm");
  g_assert_cmpuint (count_asked (w, NULL), ==, 2);
}

static void
test_busy (World *w, gconstpointer data)
{
  g_assert_false (parlor_wire_bring_is_here ("rc_1", w->record.bring));
  /* A render that waits for all of it is not in the way of those who look. */
  g_assert_cmpint (ask (w, "1.webm", 100), ==, PARLOR_BRING_COMES);
  g_assert_cmpint (ask (w, "1099.webm", 100), ==, PARLOR_BRING_COMES);
  for (guint i = 0; i < MANY && ask (w, "2.webm", 100) == PARLOR_BRING_COMES; i++)
    continue;
  g_assert_cmpint (ask (w, "2.webm", 100), ==, PARLOR_BRING_BUSY);
  g_assert_cmpint (ask (w, "none.webm", 100), ==, PARLOR_BRING_NOWHERE);
  g_assert_cmpint (ask (w, "half.webm", 100), ==, PARLOR_BRING_NOWHERE);
}

/* Its list is long, and a render asks every second. */
static void
test_looks (World *w, gconstpointer data)
{
  g_autofree char *list = g_build_filename (w->record.folder, "rc_1", PARLOR_AWAY_NAME, NULL);
  g_assert_false (parlor_wire_bring_is_here ("rc_1", w->record.bring));
  g_assert_true (g_file_set_contents (list, "", 0, NULL));
  g_assert_false (parlor_wire_bring_is_here ("rc_1", w->record.bring));
  g_assert_true (parlor_wire_bring_is_here ("rc_2", w->record.bring));
}

static void
test_end (World *w, gconstpointer data)
{
  g_assert_cmpint (ask (w, "1.webm", -1), ==, PARLOR_BRING_COMES);
  g_assert_cmpint (ask (w, "2.webm", -1), ==, PARLOR_BRING_COMES);
  g_assert_cmpint (ask (w, "3.webm", 100), ==, PARLOR_BRING_COMES);
  wait_until_asked (w, "rc_1/1.webm");
  parlor_wire_bring_free (g_steal_pointer (&w->record.bring));
  g_assert_cmpuint (w->done, ==, 3);
  g_assert_cmpuint (w->failed, ==, 3);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add ("/app/wire-bring/whole-files-leave-a-worker-to-those-who-look", World, NULL, set_up,
              test_workers, tear_down);
  g_test_add ("/app/wire-bring/too-much-is-busy-and-a-render-is-not-too-much", World, NULL, set_up,
              test_busy, tear_down);
  g_test_add ("/app/wire-bring/what-is-missing-is-not-counted-at-every-question", World, NULL,
              set_up, test_looks, tear_down);
  g_test_add ("/app/wire-bring/whoever-waits-is-told-at-the-end", World, NULL, set_up, test_end,
              tear_down);
  return g_test_run ();
}
