/* SPDX-License-Identifier: Apache-2.0 */
/* The one place that speaks HTTP, against a server of the test's own on a free loopback port. */
#include "hooks/poster.h"

#include <arpa/inet.h>
#include <dlfcn.h>
#include <netdb.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* --- names that nobody answers for -------------------------------------------------------------
 */

/* Look-ups of *.slow.test wait until they are let go, 20 s at most; then there is no such name. */
static GMutex slow_lock;
static GCond slow_cond;
static gboolean slow_let_go;
static guint slow_lookups;

static int
be_slow (void)
{
  gint64 until_us = g_get_monotonic_time () + 20 * G_USEC_PER_SEC;
  g_mutex_lock (&slow_lock);
  slow_lookups++;
  while (!slow_let_go && g_cond_wait_until (&slow_cond, &slow_lock, until_us))
    ;
  g_mutex_unlock (&slow_lock);
  return EAI_NONAME;
}

static void
let_go (gboolean on)
{
  g_mutex_lock (&slow_lock);
  slow_let_go = on;
  g_cond_broadcast (&slow_cond);
  g_mutex_unlock (&slow_lock);
}

/* In place of the C library's. */
int
getaddrinfo (const char *name, const char *service, const struct addrinfo *hints,
             struct addrinfo **found)
{
  static int (*usual) (const char *, const char *, const struct addrinfo *, struct addrinfo **);
  if (name && g_str_has_suffix (name, ".slow.test"))
    return be_slow ();
  if (!usual)
    *(void **)&usual = dlsym (RTLD_NEXT, "getaddrinfo");
  return usual (name, service, hints, found);
}

typedef struct
{
  uv_loop_t loop;
  int listener;
  guint16 port;
  GThread *thread;
  const char *said; /* the server's whole answer; NULL = it never answers */
  gint stop;
  GString *heard; /* the last request */
  guint accepted;
  ParlorPoster *poster;
  ParlorNet allowed;
  guint status;
  char *failure;
  char *body;
  gboolean done;
  guint n_done;
} Rig;

static gpointer
serve (gpointer data)
{
  Rig *rig = data;
  while (!g_atomic_int_get (&rig->stop))
    {
      int fd = accept (rig->listener, NULL, NULL);
      if (fd < 0)
        continue;
      char buffer[65536];
      g_atomic_int_inc (&rig->accepted);
      for (ssize_t n; (n = recv (fd, buffer, sizeof buffer, 0)) > 0;)
        {
          g_string_truncate (rig->heard, 0);
          g_string_append_len (rig->heard, buffer, n);
          if (rig->said)
            break;
        }
      if (rig->said && send (fd, rig->said, strlen (rig->said), MSG_NOSIGNAL) < 0)
        g_assert_not_reached ();
      close (fd);
    }
  return NULL;
}

static Rig *
rig_new (const char *said, gboolean allow)
{
  Rig *rig = g_new0 (Rig, 1);
  struct sockaddr_in address = {.sin_family = AF_INET};
  socklen_t length = sizeof address;
  address.sin_addr.s_addr = htonl (INADDR_LOOPBACK);
  rig->listener = socket (AF_INET, SOCK_STREAM, 0);
  g_assert_cmpint (bind (rig->listener, (struct sockaddr *)&address, length), ==, 0);
  g_assert_cmpint (listen (rig->listener, 64), ==, 0);
  getsockname (rig->listener, (struct sockaddr *)&address, &length);
  rig->port = ntohs (address.sin_port);
  rig->said = said;
  rig->heard = g_string_new (NULL);
  uv_loop_init (&rig->loop);
  parlor_net_parse ("127.0.0.0/8", &rig->allowed);
  rig->poster = parlor_poster_new (&(ParlorPosterSpec){
      .loop = &rig->loop, .allowed = &rig->allowed, .n_allowed = allow ? 1 : 0, .plain = TRUE});
  rig->thread = g_thread_new ("server", serve, rig);
  return rig;
}

static void
rig_free (Rig *rig)
{
  parlor_poster_free (rig->poster);
  uv_run (&rig->loop, UV_RUN_DEFAULT);
  g_assert_cmpint (uv_loop_close (&rig->loop), ==, 0);
  g_atomic_int_set (&rig->stop, 1);
  shutdown (rig->listener, SHUT_RDWR);
  g_thread_join (rig->thread);
  close (rig->listener);
  g_string_free (rig->heard, TRUE);
  g_free (rig->failure);
  g_free (rig->body);
  g_free (rig);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Rig, rig_free)

static void
on_posted (const ParlorPostAnswer *answer, gpointer user_data)
{
  Rig *rig = user_data;
  rig->done = TRUE;
  rig->n_done++;
  rig->status = answer->status;
  g_free (rig->failure);
  g_free (rig->body);
  rig->failure = g_strdup (answer->failure);
  rig->body = g_strndup (answer->body, answer->length);
}

static void
begin (Rig *rig, const char *url, guint timeout_ms)
{
  g_autoptr (GBytes) body = g_bytes_new ("{\"a\":1}", 7);
  ParlorPost post = {.url = url,
                     .id = "evt_1",
                     .timestamp_s = 1234,
                     .signature = "v1,abc=",
                     .body = body,
                     .timeout_ms = timeout_ms,
                     .answer_max = 1000};
  rig->done = FALSE;
  g_assert_cmpuint (rig->poster->post (rig->poster, &post, on_posted, rig), >, 0);
  g_assert_false (rig->done);
}

static void
ask (Rig *rig, const char *url, guint timeout_ms)
{
  begin (rig, url, timeout_ms);
  while (!rig->done)
    uv_run (&rig->loop, UV_RUN_ONCE);
}

static char *
url_of (const Rig *rig, const char *host)
{
  return g_strdup_printf ("http://%s:%u/in?x=1", host, rig->port);
}

static void
it_posts_what_it_was_given (void)
{
  g_autoptr (Rig) rig = rig_new ("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}", TRUE);
  g_autofree char *url = url_of (rig, "127.0.0.1");
  ask (rig, url, 5000);
  g_assert_cmpuint (rig->status, ==, 200);
  g_assert_null (rig->failure);
  g_assert_cmpstr (rig->body, ==, "{}");
  g_assert_true (g_str_has_prefix (rig->heard->str, "POST /in?x=1 HTTP/1.1\r\n"));
  static const char *const lines[] = {"webhook-id: evt_1\r\n", "webhook-timestamp: 1234\r\n",
                                      "webhook-signature: v1,abc=\r\n",
                                      "Content-Type: application/json\r\n", "\r\n\r\n{\"a\":1}"};
  for (guint i = 0; i < G_N_ELEMENTS (lines); i++)
    g_assert_nonnull (strstr (rig->heard->str, lines[i]));
}

static void
addresses_that_are_not_public_are_never_connected_to (void)
{
  g_autoptr (Rig) rig = rig_new ("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}", FALSE);
  static const char *const hosts[] = {"127.0.0.1", "localhost", "[::1]",     "[::ffff:127.0.0.1]",
                                      "0.0.0.0",   "[::]",      "2130706433"};
  for (guint i = 0; i < G_N_ELEMENTS (hosts); i++)
    {
      g_autofree char *url = url_of (rig, hosts[i]);
      ask (rig, url, 5000);
      g_assert_cmpstr (rig->failure, ==, "refused");
    }
  ask (rig, "ftp://127.0.0.1/", 5000);
  g_assert_cmpstr (rig->failure, ==, "refused");
  g_assert_cmpuint (g_atomic_int_get (&rig->accepted), ==, 0);
}

/* Whatever a name meant when it was looked at: the socket itself is judged once more. A name that
 * is let through by configuration only with its IPv4 address does not get the other. */
static void
a_name_goes_only_where_it_was_judged_to_go (void)
{
  g_autoptr (Rig) rig = rig_new ("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}", TRUE);
  g_autofree char *url = url_of (rig, "localhost");
  ask (rig, url, 5000);
  g_assert_cmpuint (rig->status, ==, 200);
  parlor_net_parse ("10.0.0.0/8", &rig->allowed); /* the name is remembered, the verdict is not */
  ask (rig, url, 5000);
  g_assert_cmpstr (rig->failure, ==, "refused");
  g_assert_cmpuint (g_atomic_int_get (&rig->accepted), ==, 1);
}

static void
redirects_are_not_followed (void)
{
  g_autoptr (Rig) rig = rig_new ("HTTP/1.1 307 Go\r\nLocation: http://169.254.169.254/\r\n"
                                 "Content-Length: 0\r\n\r\n",
                                 TRUE);
  g_autofree char *url = url_of (rig, "127.0.0.1");
  ask (rig, url, 5000);
  g_assert_cmpuint (rig->status, ==, 307);
  g_assert_cmpuint (g_atomic_int_get (&rig->accepted), ==, 1);
}

static void
who_never_answers_is_given_up (void)
{
  g_autoptr (Rig) rig = rig_new (NULL, TRUE);
  g_autofree char *url = url_of (rig, "127.0.0.1");
  gint64 begun_us = g_get_monotonic_time ();
  ask (rig, url, 300);
  g_assert_cmpstr (rig->failure, ==, "timeout");
  g_assert_cmpint (g_get_monotonic_time () - begun_us, <, 3 * 300 * 1000);
}

static void
long_answers_and_lies_are_failures (void)
{
  g_autofree char *filler = g_strnfill (3000, 'x');
  g_autofree char *large = g_strdup_printf ("HTTP/1.1 200 OK\r\nContent-Length: 3000\r\n\r\n%s",
                                            filler);
  g_autoptr (Rig) rig = rig_new (large, TRUE);
  g_autofree char *url = url_of (rig, "127.0.0.1");
  ask (rig, url, 5000);
  g_assert_cmpstr (rig->failure, ==, "too_large");
  rig->said = "SSH-2.0-OpenSSH\r\n";
  ask (rig, url, 5000);
  g_assert_cmpstr (rig->failure, ==, "protocol");
  g_autofree char *tls = g_strdup_printf ("https://127.0.0.1:%u/", rig->port);
  ask (rig, tls, 5000);
  g_assert_cmpstr (rig->failure, ==, "tls");
  ask (rig, "http://127.0.0.1:1/", 5000);
  g_assert_cmpstr (rig->failure, ==, "connect");
  ask (rig, "http://no-such-name.invalid/", 10000);
  g_assert_cmpstr (rig->failure, ==, "name");
}

static void
the_end_answers_what_runs (void)
{
  Rig *rig = rig_new (NULL, TRUE);
  g_autofree char *url = url_of (rig, "127.0.0.1");
  begin (rig, url, 5000);
  for (guint i = 0; i < 5; i++)
    uv_run (&rig->loop, UV_RUN_NOWAIT);
  guint64 cancelled;
  begin (rig, url, 5000);
  g_autoptr (GBytes) body = g_bytes_new ("{}", 2);
  ParlorPost post = {.url = url, .id = "x", .signature = "", .body = body, .timeout_ms = 1000};
  cancelled = rig->poster->post (rig->poster, &post, on_posted, NULL);
  rig->poster->cancel (rig->poster, cancelled);
  parlor_poster_free (g_steal_pointer (&rig->poster));
  g_assert_cmpstr (rig->failure, ==, "closed");
  rig_free (rig);
}

/* The resolver never answers: the call ends by its own deadline. */
static void
a_name_that_is_not_told_ends_in_time (void)
{
  g_autoptr (Rig) rig = rig_new ("", TRUE);
  let_go (FALSE);
  ask (rig, "http://one.slow.test/", 200);
  g_assert_cmpstr (rig->failure, ==, "timeout");
  let_go (TRUE);
}

/* Two look-ups at a time is what libuv has for all brands. */
static void
a_name_is_looked_for_once (void)
{
  g_autoptr (Rig) rig = rig_new ("", TRUE);
  guint before;
  let_go (FALSE);
  g_mutex_lock (&slow_lock);
  before = slow_lookups;
  g_mutex_unlock (&slow_lock);
  for (guint i = 0; i < 20; i++)
    begin (rig, "http://many.slow.test/", 60000);
  uv_run (&rig->loop, UV_RUN_NOWAIT);
  let_go (TRUE);
  while (rig->n_done < 20)
    uv_run (&rig->loop, UV_RUN_ONCE);
  g_assert_cmpstr (rig->failure, ==, "name");
  g_assert_cmpuint (slow_lookups - before, ==, 1);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define TEST(name, func) g_test_add_func ("/hooks/poster/" name, func)
  TEST ("it-posts-what-it-was-given", it_posts_what_it_was_given);
  TEST ("addresses-that-are-not-public-are-never-connected-to",
        addresses_that_are_not_public_are_never_connected_to);
  TEST ("a-name-goes-only-where-it-was-judged-to-go", a_name_goes_only_where_it_was_judged_to_go);
  TEST ("redirects-are-not-followed", redirects_are_not_followed);
  TEST ("who-never-answers-is-given-up", who_never_answers_is_given_up);
  TEST ("a-name-that-is-not-told-ends-in-time", a_name_that_is_not_told_ends_in_time);
  TEST ("a-name-is-looked-for-once", a_name_is_looked_for_once);
  TEST ("long-answers-and-lies-are-failures", long_answers_and_lies_are_failures);
  TEST ("the-end-answers-what-runs", the_end_answers_what_runs);
  return g_test_run ();
}
