/* SPDX-License-Identifier: Apache-2.0 */
/* The listener against strangers: framing, bounds, clocks. */
#include "world.h"

#include <string.h>
#include <unistd.h>

/* Sends these bytes, returns everything that came until the server closed (transfer full). */
static char *
talk (World *world, const char *bytes, gsize length, gint64 *closed_after_us)
{
  int fd = world_connect (world);
  world_write (world, fd, bytes, length);
  GString *text = world_read_to_end (world, fd, closed_after_us);
  close (fd);
  return g_string_free (text, FALSE);
}

static guint
count (const char *text, const char *word)
{
  guint n = 0;
  for (const char *at = text; (at = strstr (at, word)); at += strlen (word))
    n++;
  return n;
}

/* After each of these a second request is pipelined; it must never be answered. */
static void
test_ambiguous_framing (void)
{
  static const char *const requests[] = {
      "POST /v1/leave HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\nContent-Length: "
      "6\r\n\r\nhello",
      "POST /v1/leave HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\nContent-Length: "
      "5\r\n\r\nhello",
      "POST /v1/leave HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5, 5\r\n\r\nhello",
      "POST /v1/leave HTTP/1.1\r\nHost: localhost\r\nContent-Length: +5\r\n\r\nhello",
      "POST /v1/leave HTTP/1.1\r\nHost: localhost\r\nContent-Length: -1\r\n\r\nhello",
      "POST /v1/leave HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0x5\r\n\r\nhello",
      "POST /v1/leave HTTP/1.1\r\nHost: localhost\r\nContent-Length: "
      "99999999999999999999\r\n\r\nhello",
      "POST /v1/leave HTTP/1.1\r\nHost: localhost\r\nContent-Length: 4\r\nTransfer-Encoding: "
      "chunked\r\n\r\n0\r\n\r\n",
      "POST /v1/leave HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\nContent-Length: "
      "4\r\n\r\n0\r\n\r\n",
      "POST /v1/leave HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: xchunked\r\n\r\n0\r\n\r\n",
      "POST /v1/leave HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: gzip, "
      "chunked\r\n\r\n0\r\n\r\n",
      "POST /v1/leave HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: "
      "chunked\r\nTransfer-Encoding: identity\r\n\r\n0\r\n\r\n",
      "POST /v1/leave HTTP/1.0\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
      "POST /v1/leave HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding : chunked\r\n\r\n0\r\n\r\n",
      "POST /v1/leave HTTP/1.1\r\nHost: localhost\r\nContent-Length : 5\r\n\r\nhello",
      "POST /v1/leave HTTP/1.1\r\nHost: localhost\r\nContent\x01Length: 5\r\n\r\nhello",
      "GET /healthz HTTP/1.1\r\nHost: localhost\r\nHost: evil\r\n\r\n",
      "GET /healthz HTTP/1.1\r\n\r\n",
      "GET http://evil/healthz HTTP/1.1\r\nHost: localhost\r\n\r\n",
      "G@T /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n",
      "GET /healthz HTTP/1.1\r\nHost: localhost\r\nnocolon\r\n\r\n",
      "GET /healthz HTTP/9.9\r\nHost: localhost\r\n\r\n",
      "GET /healthz HTTP/0.9\r\nHost: localhost\r\n\r\n",
      "GET / healthz HTTP/1.1\r\nHost: localhost\r\n\r\n",
      "POST /v1/leave HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: "
      "chunked\r\n\r\nzz\r\nhello\r\n0\r\n\r\n",
      "POST /v1/leave HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: "
      "chunked\r\n\r\n-5\r\nhello\r\n0\r\n\r\n",
      "POST /v1/leave HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: "
      "chunked\r\n\r\n5\r\nhelloXX0\r\n\r\n",
  };
  static const char second[] =
      "GET /v1/config HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
  g_autoptr (World) world = world_new (NULL);
  for (guint i = 0; i < G_N_ELEMENTS (requests); i++)
    {
      g_autofree char *bytes = g_strconcat (requests[i], second, NULL);
      g_autofree char *text = talk (world, bytes, strlen (bytes), NULL);
      guint answers = count (text, "HTTP/1.1 ");
      if (answers != count (text, "HTTP/1.1 4") + count (text, "HTTP/1.1 5"))
        g_error ("request %u was answered by: %s", i, text);
    }
}

static void
test_keep_alive (void)
{
  static const char bytes[] =
      "GET /v1/config HTTP/1.1\r\nHost: localhost\r\n\r\n"
      "POST /v1/leave HTTP/1.1\r\nHost: localhost\r\nContent-Length: 20\r\n\r\n"
      "{\"resume_token\":\"x\"}"
      "GET /v1/config HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
  g_autoptr (World) world = world_new (NULL);
  g_autofree char *text = talk (world, bytes, sizeof bytes - 1, NULL);
  g_assert_cmpuint (count (text, "HTTP/1.1 200 "), ==, 2);
  g_assert_cmpuint (count (text, "HTTP/1.1 204 "), ==, 1);
}

static void
test_too_large (void)
{
  static const char head[] =
      "POST /v1/guest HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
      "Content-Length: 70000\r\n\r\n";
  g_autoptr (World) world = world_new (NULL);
  g_autofree char *text = talk (world, head, sizeof head - 1, NULL);
  g_assert_true (g_str_has_prefix (text, "HTTP/1.1 413 "));
  /* In chunks nobody announces the size; far beyond it the connection just ends. */
  GString *chunks = g_string_new ("POST /v1/guest HTTP/1.1\r\nHost: localhost\r\nContent-Type: "
                                  "application/json\r\nTransfer-Encoding: chunked\r\n\r\n");
  g_autofree char *kibibyte = g_strnfill (1024, 'a');
  for (int i = 0; i < 100; i++)
    g_string_append_printf (chunks, "400\r\n%s\r\n", kibibyte);
  g_autofree char *some = g_strconcat (chunks->str, "0\r\n\r\n", NULL);
  g_autofree char *refusal = talk (world, some, strlen (some), NULL);
  g_assert_true (g_str_has_prefix (refusal, "HTTP/1.1 413 "));
  for (int i = 0; i < 2000; i++)
    g_string_append_printf (chunks, "400\r\n%s\r\n", kibibyte);
  g_autofree char *nothing = talk (world, chunks->str, chunks->len, NULL);
  g_assert_cmpstr (nothing, ==, "");
  g_string_free (chunks, TRUE);
}

static void
test_long_headers (void)
{
  g_autoptr (World) world = world_new (NULL);
  g_autofree char *filling = g_strnfill (100000, 'a');
  g_autofree char *uri = g_strdup_printf ("GET /%s HTTP/1.1\r\nHost: localhost\r\n\r\n", filling);
  g_autofree char *answer = talk (world, uri, strlen (uri), NULL);
  g_assert_true (*answer == 0 || g_str_has_prefix (answer, "HTTP/1.1 4"));
  GString *many = g_string_new ("GET /v1/config HTTP/1.1\r\nHost: localhost\r\n");
  for (int i = 0; i < 100; i++)
    g_string_append_printf (many, "X-%d: 1\r\n", i);
  g_string_append (many, "\r\n");
  g_autofree char *refused = talk (world, many->str, many->len, NULL);
  g_assert_true (g_str_has_prefix (refused, "HTTP/1.1 400 "));
  g_string_free (many, TRUE);
}

static gboolean
nobody_is_connected (gpointer world)
{
  return parlor_http_server_connections (((World *)world)->http) == 0;
}

/* One byte now and then resets libmicrohttpd's own time-out; the whole request has one deadline. */
static void
test_slow_loris (void)
{
  static const char *const pieces[] = {"GET /v1/config HT", "TP/1.1\r\nHost", ": localh",
                                       "ost\r\nX-A: "};
  g_autoptr (World) world = world_new (&(WorldSpec){.request_timeout_ms = 1000});
  int silent = world_connect (world);
  int slow = world_connect (world);
  gint64 start_us = g_get_monotonic_time ();
  for (guint i = 0; i < G_N_ELEMENTS (pieces); i++)
    {
      world_write (world, slow, pieces[i], strlen (pieces[i]));
      for (gint64 until_us = g_get_monotonic_time () + 300000; g_get_monotonic_time () < until_us;)
        {
          uv_run (&world->loop, UV_RUN_NOWAIT);
          g_usleep (1000);
        }
    }
  GString *text = world_read_to_end (world, slow, NULL);
  g_assert_cmpuint (text->len, ==, 0);
  g_string_free (text, TRUE);
  text = world_read_to_end (world, silent, NULL);
  g_assert_cmpuint (text->len, ==, 0);
  g_string_free (text, TRUE);
  world_until (world, nobody_is_connected, world);
  g_assert_cmpint (g_get_monotonic_time () - start_us, <, 10 * G_USEC_PER_SEC);
  close (silent);
  close (slow);
}

/* An idle keep-alive connection ends as well, and one whose request was good is not cut by the
 * deadline of its first. */
static void
test_idle_keep_alive_ends (void)
{
  static const char request[] = "GET /v1/config HTTP/1.1\r\nHost: localhost\r\n\r\n";
  g_autoptr (World) world = world_new (&(WorldSpec){.request_timeout_ms = 1000});
  gint64 after_us = 0;
  g_autofree char *text = talk (world, request, sizeof request - 1, &after_us);
  g_assert_cmpuint (count (text, "HTTP/1.1 200 "), ==, 1);
  g_assert_cmpint (after_us, >=, 900000);
}

static void
test_many_at_once (void)
{
  g_autoptr (World) world = world_new (NULL);
  int fds[200];
  static const char request[] =
      "GET /v1/config HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
  for (guint i = 0; i < G_N_ELEMENTS (fds); i++)
    fds[i] = world_connect (world);
  for (guint i = 0; i < G_N_ELEMENTS (fds); i++)
    world_write (world, fds[i], request, sizeof request - 1);
  for (guint i = 0; i < G_N_ELEMENTS (fds); i++)
    {
      GString *text = world_read_to_end (world, fds[i], NULL);
      g_assert_true (g_str_has_prefix (text->str, "HTTP/1.1 200 "));
      g_string_free (text, TRUE);
      close (fds[i]);
    }
}

static void
test_taken_port (void)
{
  g_autoptr (World) world = world_new (NULL);
  g_autoptr (GError) error = NULL;
  ParlorHttpOptions options = {.address = "127.0.0.1", .port = world->port};
  ParlorHttpApp app = {parlor_routes_body_limit, parlor_routes_handle, world->site,
                       parlor_routes_admit};
  g_assert_null (parlor_http_server_new (&world->loop, &options, &app, &error));
  g_assert_error (error, G_FILE_ERROR, G_FILE_ERROR_FAILED);
  g_assert_nonnull (strstr (error->message, "port is taken"));
  g_clear_error (&error);
  options.address = "nonsense";
  g_assert_null (parlor_http_server_new (&world->loop, &options, &app, &error));
  g_assert_error (error, G_FILE_ERROR, G_FILE_ERROR_INVAL);
}

static void
say_query (ParlorHttpRequest *request, ParlorHttpReply *reply, gpointer user_data)
{
  const char *value = parlor_http_query (request, "q");
  parlor_http_reply_text (reply, 200, "text/plain", value ? value : "(none)");
}

static gsize
no_body (const ParlorHttpRequest *request, gpointer user_data)
{
  return 0;
}

static void
test_query (void)
{
  static const char *const cases[][2] = {
      {"/x?q=%E9%97%B4%E9%9A%99", "\xe9\x97\xb4\xe9\x9a\x99"},
      {"/x?a=1&q=b%26c+d", "b&c d"},
      {"/x?q=1&q=2", "1"},
      {"/x", "(none)"},
      {"/x?q=%00a", "(none)"},
      {"/x?q=%ff", "(none)"},
  };
  g_autoptr (World) world = world_new (NULL);
  ParlorHttpOptions options = {.address = "127.0.0.1"};
  ParlorHttpApp app = {no_body, say_query, NULL};
  g_autoptr (ParlorHttpServer) server = parlor_http_server_new (&world->loop, &options, &app, NULL);
  guint16 port = world->port;
  world->port = parlor_http_server_port (server);
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (Answer) answer = world_ask (world, "GET", cases[i][0], "", NULL);
      g_assert_cmpstr (answer->body, ==, cases[i][1]);
    }
  world->port = port;
}

/* ---- large bodies */

typedef struct
{
  World *world;
  guint16 port; /* of the world's own server */
  ParlorHttpServer *server;
  guint asked, handled;
  ParlorHttpPending *pending;
} Large;

static gsize
four_mebibytes (const ParlorHttpRequest *request, gpointer user_data)
{
  return 4 << 20;
}

static gboolean
admit_known (ParlorHttpRequest *request, ParlorHttpReply *reply, gpointer user_data)
{
  ((Large *)user_data)->asked++;
  if (parlor_http_header (request, "X-Known"))
    return TRUE;
  parlor_http_reply_text (reply, 401, "text/plain", "who?");
  return FALSE;
}

static void
say_length (ParlorHttpRequest *request, ParlorHttpReply *reply, gpointer user_data)
{
  g_autofree char *text = g_strdup_printf ("%zu", request->body_length);
  ((Large *)user_data)->handled++;
  parlor_http_reply_text (reply, 200, "text/plain", text);
}

static void
answer_later (ParlorHttpRequest *request, ParlorHttpReply *reply, gpointer user_data)
{
  Large *large = user_data;
  large->handled++;
  large->pending = parlor_http_defer (request);
}

static void
begin_with (Large *large, gsize bodies_bytes,
            void (*handle) (ParlorHttpRequest *request, ParlorHttpReply *reply, gpointer user_data))
{
  ParlorHttpOptions options = {.address = "127.0.0.1", .bodies_bytes = bodies_bytes};
  ParlorHttpApp app = {four_mebibytes, handle, large, admit_known};
  large->world = world_new (NULL);
  large->port = large->world->port;
  large->server = parlor_http_server_new (&large->world->loop, &options, &app, NULL);
  large->world->port = parlor_http_server_port (large->server);
}

static void
large_begin (Large *large, gsize bodies_bytes)
{
  begin_with (large, bodies_bytes, say_length);
}

static void
large_end (Large *large)
{
  large->world->port = large->port;
  parlor_http_server_free (large->server);
  world_free (large->world);
}

static guint
send_large (Large *large, const char *headers, gsize length)
{
  g_autofree char *body = g_strnfill (length, 'a');
  g_autoptr (Answer) answer = world_ask (large->world, "POST", "/x", headers, body);
  g_autofree char *expected = g_strdup_printf ("%zu", length);
  if (answer->status == 200)
    g_assert_cmpstr (answer->body, ==, expected);
  return answer->status;
}

static void
test_large_of_strangers (void)
{
  static const char chunks[] = "POST /x HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: "
                               "chunked\r\nConnection: close\r\n\r\n"
                               "5\r\nhello\r\n0\r\n\r\n";
  Large large = {0};
  large_begin (&large, 0);
  g_assert_cmpuint (send_large (&large, "", 1 << 20), ==, 401);
  g_autofree char *text = talk (large.world, chunks, sizeof chunks - 1, NULL);
  g_assert_true (g_str_has_prefix (text, "HTTP/1.1 401 "));
  g_assert_cmpuint (large.asked, ==, 2);
  g_assert_cmpuint (large.handled, ==, 0);
  g_assert_cmpuint (send_large (&large, "X-Known: 1\r\n", 1 << 20), ==, 200);
  g_assert_cmpuint (large.asked, ==, 3);
  /* A small one is the handler's to judge. */
  g_assert_cmpuint (send_large (&large, "", PARLOR_HTTP_SMALL_BODY), ==, 200);
  g_assert_cmpuint (large.asked, ==, 3);
  large_end (&large);
}

static void
test_large_together (void)
{
  Large large = {0};
  large_begin (&large, 100 * 1024);
  for (int i = 0; i < 3; i++)
    {
      g_assert_cmpuint (send_large (&large, "X-Known: 1\r\n", 200 * 1024), ==, 503);
      g_assert_cmpuint (send_large (&large, "X-Known: 1\r\n", 90 * 1024), ==, 200);
      g_assert_cmpuint (send_large (&large, "", 1024), ==, 200);
    }
  g_assert_cmpuint (large.handled, ==, 6);
  large_end (&large);
}

static gboolean
is_handled (gpointer large)
{
  return ((const Large *)large)->handled > 0;
}

/* The store's end answers what was asked of it: its handler finds that nobody waits. */
static void
test_gone_before_the_answer (void)
{
  static const char bytes[] = "GET /x HTTP/1.1\r\nHost: localhost\r\n\r\n";
  Large large = {0};
  ParlorHttpReply reply;
  begin_with (&large, 0, answer_later);
  int fd = world_connect (large.world);
  world_write (large.world, fd, bytes, sizeof bytes - 1);
  world_until (large.world, is_handled, &large);
  g_assert_true (parlor_http_waits (large.pending));
  large_end (&large);
  g_assert_false (parlor_http_waits (large.pending));
  parlor_http_reply_init (&reply);
  parlor_http_answer (large.pending, &reply);
  parlor_http_reply_clear (&reply);
  close (fd);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/http/server/ambiguous-framing-is-refused-and-ends-the-connection",
                   test_ambiguous_framing);
  g_test_add_func ("/http/server/several-requests-on-one-connection", test_keep_alive);
  g_test_add_func ("/http/server/bodies-are-bounded-before-they-are-taken", test_too_large);
  g_test_add_func ("/http/server/long-headers-are-refused", test_long_headers);
  g_test_add_func ("/http/server/trickling-and-silent-connections-are-closed", test_slow_loris);
  g_test_add_func ("/http/server/idle-keep-alive-ends", test_idle_keep_alive_ends);
  g_test_add_func ("/http/server/two-hundred-at-once", test_many_at_once);
  g_test_add_func ("/http/server/taken-port-says-so", test_taken_port);
  g_test_add_func ("/http/server/query-parameters-are-decoded-text", test_query);
  g_test_add_func ("/http/server/a-large-body-is-kept-of-who-is-admitted", test_large_of_strangers);
  g_test_add_func ("/http/server/large-bodies-are-bounded-together", test_large_together);
  g_test_add_func ("/http/server/who-is-gone-waits-for-no-answer", test_gone_before_the_answer);
  return g_test_run ();
}
