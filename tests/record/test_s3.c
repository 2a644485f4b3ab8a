/* SPDX-License-Identifier: Apache-2.0 */
/* A store that says something now and then, and never an answer. */
#include "record/s3.h"

#include <gio/gio.h>
#include <glib/gstdio.h>
#include <string.h>

/* Ten bytes a second for half a minute; then it is a good answer. */
#define TRICKLE 300

typedef struct
{
  GSocketService *service;
  char *credentials;
  ParlorS3 *s3;
} Store;

/* On a thread of its own, which may outlive the test: it has nothing of it but whether it talks
 * without end. */
static gboolean
on_request (GThreadedSocketService *service, GSocketConnection *connection, GObject *source,
            gpointer talks)
{
  GOutputStream *out = g_io_stream_get_output_stream (G_IO_STREAM (connection));
  g_autofree char *much = g_strnfill (65536, 'x');
  static const char head[] = "HTTP/1.1 200 OK\r\nConnection: close\r\n";
  gboolean ok = g_output_stream_write_all (out, head, strlen (head), NULL, NULL, NULL);
  for (guint i = 0; ok && !talks && i < TRICKLE; i++)
    {
      ok = g_output_stream_write_all (out, i == 0 ? "X" : "x", 1, NULL, NULL, NULL);
      g_usleep (100000);
    }
  ok = ok
       && g_output_stream_write_all (out, talks ? "\r\n" : ": x\r\n\r\n", talks ? 2 : 7, NULL, NULL,
                                     NULL);
  for (guint i = 0; ok && talks && i < 1024; i++)
    ok = g_output_stream_write_all (out, much, 65536, NULL, NULL, NULL);
  return TRUE;
}

static void
set_up (Store *self, gconstpointer talks)
{
  g_autoptr (GError) error = NULL;
  int fd = g_file_open_tmp ("parlor-s3-XXXXXX", &self->credentials, &error);
  g_assert_no_error (error);
  g_close (fd, NULL);
  g_assert_true (g_file_set_contents (self->credentials, "ACCESS:SECRET\n", -1, NULL));
  self->service = g_threaded_socket_service_new (4);
  guint16 port = g_socket_listener_add_any_inet_port (G_SOCKET_LISTENER (self->service), NULL,
                                                      &error);
  g_assert_no_error (error);
  g_signal_connect (self->service, "run", G_CALLBACK (on_request), (gpointer)talks);
  g_autofree char *url = g_strdup_printf ("http://127.0.0.1:%u/bucket", port);
  ParlorS3Spec spec = {.url = url, .credentials = self->credentials, .slow_s = 1};
  self->s3 = parlor_s3_new (&spec, &error);
  g_assert_no_error (error);
}

static void
tear_down (Store *self, gconstpointer unused)
{
  parlor_s3_free (self->s3);
  g_socket_service_stop (self->service);
  g_socket_listener_close (G_SOCKET_LISTENER (self->service));
  g_object_unref (self->service);
  g_unlink (self->credentials);
  g_free (self->credentials);
}

static gpointer
ask (gpointer s3)
{
  return GINT_TO_POINTER (parlor_s3_delete (s3, "rc_1/a.webm"));
}

static void
test_down (Store *self, gconstpointer unused)
{
  GThread *thread = g_thread_new ("ask", ask, self->s3);
  /* Its requests are taken by this thread's context; it is asked once. */
  g_main_context_iteration (NULL, TRUE);
  g_assert_cmpint (GPOINTER_TO_INT (g_thread_join (thread)), ==, PARLOR_S3_DOWN);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add ("/record/s3/an-answer-that-trickles-is-none", Store, NULL, set_up, test_down,
              tear_down);
  g_test_add ("/record/s3/an-answer-without-end-is-none", Store, "", set_up, test_down, tear_down);
  return g_test_run ();
}
