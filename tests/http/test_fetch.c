/* SPDX-License-Identifier: Apache-2.0 */
/* Questions to a provider that accepts and never answers. */
#include "http/fetch.h"

#include <netinet/in.h>
#include <string.h>
#include <unistd.h>

#define ASKED PARLOR_FETCH_MAX
#define DEADLINE_US (G_GINT64_CONSTANT (60) * G_USEC_PER_SEC)

typedef struct
{
  uv_loop_t loop;
  ParlorFetcher *fetcher;
  int listener;
  char *url;
  guint answered, gone;
  gboolean turn_came; /* somebody else's work was done */
} Fixture;

static gboolean
may_call (const struct sockaddr *address, gpointer user_data)
{
  return TRUE;
}

static void
set_up (Fixture *f, gconstpointer data)
{
  struct sockaddr_in address = {.sin_family = AF_INET};
  socklen_t length = sizeof address;
  address.sin_addr.s_addr = htonl (INADDR_LOOPBACK);
  f->listener = socket (AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  g_assert_cmpint (bind (f->listener, (struct sockaddr *)&address, length), ==, 0);
  g_assert_cmpint (listen (f->listener, 100), ==, 0);
  g_assert_cmpint (getsockname (f->listener, (struct sockaddr *)&address, &length), ==, 0);
  f->url = g_strdup_printf ("http://127.0.0.1:%u/x", ntohs (address.sin_port));
  g_assert_cmpint (uv_loop_init (&f->loop), ==, 0);
  f->fetcher = parlor_fetcher_new (&(ParlorFetcherSpec){&f->loop, may_call, NULL});
}

static void
tear_down (Fixture *f, gconstpointer data)
{
  g_assert_cmpint (uv_loop_close (&f->loop), ==, 0);
  close (f->listener);
  g_free (f->url);
}

static void
on_fetched (guint status, const char *body, gboolean gone, gpointer user_data)
{
  Fixture *f = user_data;
  g_assert_cmpuint (status, ==, 0);
  g_assert_cmpstr (body, ==, "");
  f->answered++;
  f->gone += gone;
}

static void
on_turn (uv_work_t *work)
{
}

static void
on_turn_done (uv_work_t *work, int status)
{
  Fixture *f = work->data;
  f->turn_came = status == 0;
}

static void
run_until (Fixture *f, const gboolean *flag, guint answered)
{
  gint64 end_us = g_get_monotonic_time () + DEADLINE_US;
  while (!(flag != NULL ? *flag : f->answered >= answered))
    {
      g_assert_cmpint (g_get_monotonic_time (), <, end_us);
      uv_run (&f->loop, UV_RUN_NOWAIT);
      g_usleep (1000);
    }
}

static void
ask_for_all (Fixture *f)
{
  for (guint i = 0; i < ASKED; i++)
    g_assert_true (parlor_fetch (f->fetcher, f->url, NULL, NULL, NULL, on_fetched, f));
  g_assert_false (parlor_fetch (f->fetcher, f->url, NULL, NULL, NULL, on_fetched, f));
}

/* Somebody else's work on the same threads is done although all that was asked hangs; whoever
 * waited for long is not asked for. */
static void
test_leaves_threads (Fixture *f, gconstpointer data)
{
  uv_work_t turn = {.data = f};
  guint n_asked = 0;
  int fd;
  ask_for_all (f);
  uv_queue_work (&f->loop, &turn, on_turn, on_turn_done);
  run_until (f, &f->turn_came, 0);
  /* It did not stand behind all of these: two at a time end after two seconds. */
  g_assert_cmpuint (f->answered, <, 4);
  run_until (f, NULL, ASKED);
  g_assert_cmpuint (f->gone, ==, 0);
  while ((fd = accept (f->listener, NULL, NULL)) >= 0)
    {
      n_asked++;
      close (fd);
    }
  g_assert_cmpuint (n_asked, >=, 1);
  g_assert_cmpuint (n_asked, <, ASKED); /* patience ended before their turn */
  parlor_fetcher_free (f->fetcher);
}

static void
test_ends (Fixture *f, gconstpointer data)
{
  ask_for_all (f);
  parlor_fetcher_free (f->fetcher);
  run_until (f, NULL, ASKED);
  g_assert_cmpuint (f->gone, ==, ASKED);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add ("/http/fetch/a-provider-that-hangs-leaves-threads-to-others", Fixture, NULL, set_up,
              test_leaves_threads, tear_down);
  g_test_add ("/http/fetch/what-waits-is-told-at-the-end", Fixture, NULL, set_up, test_ends,
              tear_down);
  return g_test_run ();
}
