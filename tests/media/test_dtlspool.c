/* SPDX-License-Identifier: Apache-2.0 */
/* Handshakes on the pool: a client and a server for each of many transports, their datagrams
 * carried by hand. */
#include <poll.h>
#include <string.h>

#include "media/dtlspool.h"
#include "recorder.h"

#define N_PAIRS 20

typedef struct
{
  ParlorCertificate *certificate;
  ParlorDtlsContext *context;
  ParlorFingerprint fingerprint;
  ParlorWake wake;
  ParlorWake *wakes[1];
  ParlorDtlsPool *pool;
} Fixture;

static void
set_up (Fixture *f, gconstpointer data)
{
  recorder_reset ();
  f->certificate = parlor_certificate_new (g_get_real_time () / G_USEC_PER_SEC);
  f->context = parlor_dtls_context_new (f->certificate);
  g_assert_true (parlor_fingerprint_parse (
      "sha-256", parlor_certificate_fingerprint (f->certificate), &f->fingerprint));
  g_assert_true (parlor_wake_init (&f->wake));
  f->wakes[0] = &f->wake;
  f->pool = parlor_dtls_pool_new (3, f->wakes, 1);
}

static void
tear_down (Fixture *f, gconstpointer data)
{
  parlor_dtls_pool_free (f->pool);
  parlor_wake_close (&f->wake);
  parlor_dtls_context_free (f->context);
  parlor_certificate_free (f->certificate);
}

/* The router's answers until there are n in all. */
static void
drain_until (Fixture *f, guint n)
{
  while (recorder_count (RECORD_DTLS_DONE) < n)
    {
      struct pollfd fd = {f->wake.fd, POLLIN, 0};
      g_assert_cmpint (poll (&fd, 1, 5000), ==, 1);
      parlor_wake_clear (&f->wake);
      parlor_dtls_pool_drain (f->pool, 0, recorder_bare (), 0);
    }
  g_assert_cmpuint (recorder_count (RECORD_DTLS_DONE), ==, n);
}

/* Moves what `from` has to say to `to` as steps of its transport; returns how many. */
static guint
carry (Fixture *f, ParlorDtls *from, ParlorDtls *to, ParlorTransportId transport)
{
  guint8 bytes[PARLOR_DTLS_MTU];
  gsize length;
  guint n = 0;
  while ((length = parlor_dtls_poll_output (from, bytes, sizeof bytes)) > 0)
    {
      parlor_dtls_pool_push (f->pool, 0, transport, to, bytes, length);
      n++;
    }
  return n;
}

static void
test_handshakes_end_connected (Fixture *f, gconstpointer data)
{
  ParlorDtls *pairs[N_PAIRS][2];
  guint n_steps = 0, n_new;
  for (guint i = 0; i < N_PAIRS; i++)
    {
      pairs[i][0] = parlor_dtls_new (f->context, PARLOR_DTLS_CLIENT, &f->fingerprint, 1);
      pairs[i][1] = parlor_dtls_new (f->context, PARLOR_DTLS_SERVER, &f->fingerprint, 1);
      /* A step without bytes starts the client. */
      parlor_dtls_pool_push (f->pool, 0, i + 1, pairs[i][0], NULL, 0);
      n_steps++;
    }
  drain_until (f, n_steps);
  do
    {
      n_new = 0;
      for (guint side = 0; side < 2; side++)
        {
          for (guint i = 0; i < N_PAIRS; i++)
            n_new += carry (f, pairs[i][side], pairs[i][!side], i + 1);
          drain_until (f, n_steps + n_new);
        }
      n_steps += n_new;
    }
  while (n_new > 0);
  for (guint i = 0; i < N_PAIRS; i++)
    for (guint side = 0; side < 2; side++)
      {
        g_assert_cmpint (parlor_dtls_state (pairs[i][side]), ==, PARLOR_DTLS_CONNECTED);
        parlor_dtls_free (pairs[i][side]);
      }
}

static void
test_every_step_is_answered_once (Fixture *f, gconstpointer data)
{
  ParlorDtls *dtls = parlor_dtls_new (f->context, PARLOR_DTLS_SERVER, &f->fingerprint, 1);
  const guint8 rubbish[3000] = {22, 254, 253};
  for (guint i = 0; i < 500; i++)
    parlor_dtls_pool_push (f->pool, 0, 7, dtls, rubbish,
                           i % 3 == 0   ? 0
                           : i % 3 == 1 ? 100
                                        : sizeof rubbish);
  drain_until (f, 500);
  for (gint i = 0; i < 500; i++)
    {
      g_assert_cmpuint (recorder_get (RECORD_DTLS_DONE, i).id, ==, 7);
      g_assert_true (recorder_get (RECORD_DTLS_DONE, i).dtls == dtls);
    }
  parlor_dtls_free (dtls);
}

static void
test_stop_drops_what_waits (Fixture *f, gconstpointer data)
{
  ParlorDtls *dtls = parlor_dtls_new (f->context, PARLOR_DTLS_SERVER, &f->fingerprint, 1);
  const guint8 rubbish[100] = {22, 254, 253};
  for (guint i = 0; i < 20000; i++)
    parlor_dtls_pool_push (f->pool, 0, 7, dtls, rubbish, sizeof rubbish);
  parlor_dtls_pool_stop (f->pool);
  /* After it nothing runs any more, so the object can go. */
  parlor_dtls_free (dtls);
  parlor_dtls_pool_push (f->pool, 0, 7, NULL, rubbish, sizeof rubbish);
}

/* Ids that any kind of session leaves between two of its transports. */
static void
test_threads_share_evenly (Fixture *f, gconstpointer data)
{
  for (guint stride = 1; stride <= 12; stride++)
    for (guint n_threads = 2; n_threads <= 8; n_threads++)
      {
        guint taken[8] = {0};
        for (guint i = 0; i < 1000; i++)
          taken[parlor_dtls_pool_thread_of (5 + i * stride, n_threads)]++;
        for (guint i = 0; i < n_threads; i++)
          {
            g_assert_cmpuint (taken[i], >, 1000 / n_threads * 3 / 4);
            g_assert_cmpuint (taken[i], <, 1000 / n_threads * 5 / 4);
          }
      }
}

#define ADD(name, func) g_test_add ("/media/dtlspool/" name, Fixture, NULL, set_up, func, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD ("threads-share-evenly", test_threads_share_evenly);
  ADD ("handshakes-end-connected", test_handshakes_end_connected);
  ADD ("every-step-is-answered-once", test_every_step_is_answered_once);
  ADD ("stop-drops-what-waits", test_stop_drops_what_waits);
  return g_test_run ();
}
