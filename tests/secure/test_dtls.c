/* SPDX-License-Identifier: Apache-2.0 */
#include "secure/dtls.h"

#include "ends.h"
#include "secure/dtls_record.h"

#define SEC G_GINT64_CONSTANT (1000000)

static void
assert_connected (Fixture *f)
{
  ParlorSrtpKeys a, b;
  g_assert_cmpint (parlor_dtls_state (f->server), ==, PARLOR_DTLS_CONNECTED);
  g_assert_cmpint (parlor_dtls_state (f->client), ==, PARLOR_DTLS_CONNECTED);
  g_assert_true (parlor_dtls_get_keys (f->server, &a));
  g_assert_true (parlor_dtls_get_keys (f->client, &b));
  g_assert_cmpint (a.profile, ==, PARLOR_SRTP_AEAD_AES_128_GCM);
  g_assert_cmpint (b.profile, ==, PARLOR_SRTP_AEAD_AES_128_GCM);
  g_assert_cmpmem (a.send_key, 16, b.recv_key, 16);
  g_assert_cmpmem (a.recv_key, 16, b.send_key, 16);
  g_assert_cmpmem (a.send_salt, 12, b.recv_salt, 12);
  g_assert_cmpmem (a.recv_salt, 12, b.send_salt, 12);
  g_assert_cmpint (memcmp (a.send_key, a.recv_key, 16), !=, 0);
}

static void
test_connects (Fixture *f, gconstpointer data)
{
  ParlorSrtpKeys none;
  g_assert_false (parlor_dtls_get_keys (f->server, &none));
  test_pipe_run (&f->pipe);
  assert_connected (f);
  g_assert_cmpint (f->pipe.now_us, <=, SEC + 5 * f->pipe.delay_us);
  g_assert_cmpuint (f->pipe.largest, <=, PARLOR_DTLS_MTU);
  g_assert_cmpuint (parlor_dtls_stats (f->server)->retransmissions, ==, 0);
}

/* Notes the number of each record but those of a server's last flight, which nobody has seen who is
 * sent it again. */
static gboolean
note_numbers (guint from, const guint8 *bytes, gsize length, gpointer data)
{
  GHashTable *seen = data;
  ParlorDtlsRecord record;
  gsize at = 0;
  while (parlor_dtls_record_next (bytes, length, &at, &record))
    {
      guint64 number = (guint64)from << 63 | (guint64)record.epoch << 48;
      for (guint i = 5; i < 11; i++)
        number |= (guint64)record.bytes[i] << (8 * (10 - i));
      gboolean is_new = g_hash_table_add (seen, g_memdup2 (&number, sizeof number));
      gboolean is_last = from == 0 && (record.epoch || record.type != PARLOR_DTLS_HANDSHAKE);
      g_assert_true (is_new || is_last);
    }
  return FALSE;
}

/* 40 % loss each way and jitter larger than the delay; a flight that is sent again has numbers that
 * the peer has not seen. */
static void
test_bad_network (Fixture *f, gconstpointer data)
{
  for (guint32 seed = 1; seed <= 40; seed++)
    {
      g_autoptr (ParlorDtls)
          server = parlor_dtls_new (f->contexts[0], PARLOR_DTLS_SERVER, &f->prints[1], 1);
      g_autoptr (ParlorDtls)
          client = parlor_dtls_new (f->contexts[1], PARLOR_DTLS_CLIENT, &f->prints[0], 1);
      TestPipe pipe;
      test_pipe_init (&pipe, server, client, seed);
      g_autoptr (GHashTable)
          seen = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, NULL);
      pipe.loss = 0.4;
      pipe.jitter_us = 50000;
      pipe.drop = note_numbers;
      pipe.drop_data = seen;
      test_pipe_run (&pipe);
      g_assert_cmpint (parlor_dtls_state (server), ==, PARLOR_DTLS_CONNECTED);
      g_assert_cmpint (parlor_dtls_state (client), ==, PARLOR_DTLS_CONNECTED);
      g_assert_cmpuint (pipe.largest, <=, PARLOR_DTLS_MTU);
      g_assert_cmpint (pipe.now_us, <, 20 * SEC);
      test_pipe_clear (&pipe);
    }
}

static void
test_blackhole (Fixture *f, gconstpointer data)
{
  f->pipe.loss = 1.0;
  test_pipe_run (&f->pipe);
  g_assert_cmpint (parlor_dtls_state (f->client), ==, PARLOR_DTLS_FAILED);
  g_assert_cmpint (parlor_dtls_failure (f->client), ==, PARLOR_DTLS_TIMED_OUT);
  g_assert_cmpint (parlor_dtls_failure (f->server), ==, PARLOR_DTLS_TIMED_OUT);
  g_assert_cmpint (f->pipe.now_us, ==, SEC + PARLOR_DTLS_TIMEOUT_US);
  g_assert_cmpuint (f->pipe.n_sent[0], ==, 0);
  /* 150 ms doubled to 2 s, then every 2 s */
  g_assert_cmpuint (f->pipe.n_sent[1], >=, 8);
  g_assert_cmpuint (f->pipe.n_sent[1], <=, 20);
}

static void
test_wrong_fingerprint (Fixture *f, gconstpointer data)
{
  gboolean at_server = GPOINTER_TO_INT (data);
  g_autoptr (ParlorDtls) server = parlor_dtls_new (f->contexts[0], PARLOR_DTLS_SERVER,
                                                   &f->prints[at_server ? 0 : 1], 1);
  g_autoptr (ParlorDtls) client = parlor_dtls_new (f->contexts[1], PARLOR_DTLS_CLIENT,
                                                   &f->prints[at_server ? 0 : 1], 1);
  ParlorSrtpKeys keys;
  TestPipe pipe;
  test_pipe_init (&pipe, server, client, 1);
  test_pipe_run (&pipe);
  ParlorDtls *judge = at_server ? server : client, *liar = at_server ? client : server;
  g_assert_cmpint (parlor_dtls_state (judge), ==, PARLOR_DTLS_FAILED);
  g_assert_cmpint (parlor_dtls_failure (judge), ==, PARLOR_DTLS_WRONG_FINGERPRINT);
  g_assert_cmpint (parlor_dtls_state (liar), ==, PARLOR_DTLS_FAILED);
  g_assert_cmpint (parlor_dtls_failure (liar), ==, PARLOR_DTLS_PROTOCOL);
  g_assert_false (parlor_dtls_get_keys (judge, &keys));
  g_assert_false (parlor_dtls_get_keys (liar, &keys));
  test_pipe_clear (&pipe);
}

static void
test_one_of_several (Fixture *f, gconstpointer data)
{
  ParlorFingerprint both[2] = {f->prints[0], f->prints[1]};
  g_autoptr (ParlorDtls) server = parlor_dtls_new (f->contexts[0], PARLOR_DTLS_SERVER, both, 2);
  TestPipe pipe;
  test_pipe_init (&pipe, server, f->client, 1);
  test_pipe_run (&pipe);
  g_assert_cmpint (parlor_dtls_state (server), ==, PARLOR_DTLS_CONNECTED);
  test_pipe_clear (&pipe);
}

static gboolean
drop_from_server_when_set (guint from, const guint8 *bytes, gsize length, gpointer data)
{
  return from == 0 && *(gboolean *)data;
}

/* The server is connected and its SSL object gone, but the client never got the last flight. */
static void
test_last_flight (Fixture *f, gconstpointer data)
{
  gboolean dropping = FALSE;
  f->pipe.drop = drop_from_server_when_set;
  f->pipe.drop_data = &dropping;
  parlor_dtls_start (f->client, f->pipe.now_us);
  while (parlor_dtls_state (f->server) != PARLOR_DTLS_CONNECTED)
    g_assert_true (test_pipe_step (&f->pipe));
  dropping = TRUE;
  gint64 until_us = f->pipe.now_us + 2 * SEC;
  while (f->pipe.now_us < until_us)
    test_pipe_step (&f->pipe);
  g_assert_cmpint (parlor_dtls_state (f->client), ==, PARLOR_DTLS_HANDSHAKING);
  dropping = FALSE;
  test_pipe_run (&f->pipe);
  assert_connected (f);
  g_assert_cmpuint (parlor_dtls_stats (f->server)->repeats, >, 1);
}

static void
test_last_flight_is_dropped (Fixture *f, gconstpointer data)
{
  test_pipe_run (&f->pipe);
  gint64 next_us = parlor_dtls_next_us (f->server);
  g_assert_cmpint (next_us, >, f->pipe.now_us + PARLOR_DTLS_LAST_FLIGHT_US - SEC);
  g_assert_cmpint (next_us, <=, f->pipe.now_us + PARLOR_DTLS_LAST_FLIGHT_US);
  parlor_dtls_handle_timeout (f->server, next_us);
  g_assert_cmpint (parlor_dtls_next_us (f->server), ==, G_MAXINT64);
  g_assert_cmpint (parlor_dtls_next_us (f->client), ==, G_MAXINT64);
  g_assert_cmpint (parlor_dtls_state (f->server), ==, PARLOR_DTLS_CONNECTED);
}

static void
test_close (Fixture *f, gconstpointer data)
{
  ParlorDtls *closer = data ? f->client : f->server, *other = data ? f->server : f->client;
  guint8 bytes[PARLOR_DTLS_MTU];
  test_pipe_run (&f->pipe);
  while (f->pipe.wire->len && test_pipe_step (&f->pipe))
    ;
  parlor_dtls_close (closer);
  g_assert_cmpint (parlor_dtls_state (closer), ==, PARLOR_DTLS_CLOSED);
  gsize length = parlor_dtls_poll_output (closer, bytes, sizeof bytes);
  g_assert_cmpuint (length, >, 0);
  for (gsize bit = 0; bit < length * 8; bit++)
    {
      bytes[bit / 8] ^= (guint8)(1u << bit % 8);
      parlor_dtls_handle (other, bytes, length, f->pipe.now_us);
      g_assert_cmpint (parlor_dtls_state (other), ==, PARLOR_DTLS_CONNECTED);
      bytes[bit / 8] ^= (guint8)(1u << bit % 8);
    }
  parlor_dtls_handle (other, bytes, length, f->pipe.now_us);
  g_assert_cmpint (parlor_dtls_state (other), ==, PARLOR_DTLS_CLOSED);
  g_assert_cmpuint (parlor_dtls_poll_output (other, bytes, sizeof bytes), ==, 0);
}

/* Splits the ClientHello (one record, one fragment) into `parts`; returns them as datagrams. */
static GPtrArray *
fragment_hello (const guint8 *hello, gsize length, guint parts)
{
  GPtrArray *all = g_ptr_array_new_with_free_func ((GDestroyNotify)g_byte_array_unref);
  gsize body = length - 25, size = (body + parts - 1) / parts;
  for (gsize at = 0; at < body; at += size)
    {
      gsize n = MIN (size, body - at);
      GByteArray *out = g_byte_array_new ();
      g_byte_array_append (out, hello, 25);
      g_byte_array_append (out, hello + 25 + at, (guint)n);
      /* A record number of its own, apart from those that the client will use next. */
      out->data[10] = (guint8)(20 + all->len);
      out->data[11] = (guint8)((n + 12) >> 8);
      out->data[12] = (guint8)(n + 12);
      out->data[20] = (guint8)(at >> 8); /* fragment offset, length */
      out->data[21] = (guint8)at;
      out->data[23] = (guint8)(n >> 8);
      out->data[24] = (guint8)n;
      g_ptr_array_add (all, out);
    }
  return all;
}

static void
test_fragmented_hello (Fixture *f, gconstpointer data)
{
  gboolean reversed = GPOINTER_TO_INT (data);
  guint8 hello[PARLOR_DTLS_MTU];
  parlor_dtls_start (f->client, f->pipe.now_us);
  gsize length = parlor_dtls_poll_output (f->client, hello, sizeof hello);
  g_assert_cmpuint (length, >, 25);
  g_autoptr (GPtrArray) parts = fragment_hello (hello, length, 5);
  for (guint i = 0; i < parts->len; i++)
    {
      GByteArray *part = parts->pdata[reversed ? parts->len - 1 - i : i];
      parlor_dtls_handle (f->server, part->data, part->len, f->pipe.now_us);
    }
  test_pipe_run (&f->pipe);
  assert_connected (f);
  g_assert_cmpuint (parlor_dtls_stats (f->client)->retransmissions, ==, 0);
}

static void
test_rubbish (Fixture *f, gconstpointer data)
{
  static const guint8 finished[] = {22, 0xfe, 0xfd, 0, 1,  0, 0, 0, 0,
                                    0,  0,    0,    4, 20, 0, 0, 0}; /* epoch 1 before any hello */
  guint8 bytes[64];
  guint n = 0;
  for (guint first = 20; first < 64; first++)
    {
      memset (bytes, 0, sizeof bytes);
      bytes[0] = (guint8)first;
      for (gsize length = 0; length < sizeof bytes; length += 7, n++)
        parlor_dtls_handle (f->server, bytes, length, f->pipe.now_us);
    }
  parlor_dtls_handle (f->server, finished, sizeof finished, f->pipe.now_us);
  g_assert_cmpint (parlor_dtls_state (f->server), ==, PARLOR_DTLS_NEW);
  g_assert_cmpuint (parlor_dtls_stats (f->server)->dropped, ==, n + 1);
  test_pipe_run (&f->pipe);
  assert_connected (f);
  guint64 dropped = parlor_dtls_stats (f->server)->dropped;
  parlor_dtls_handle (f->server, finished, sizeof finished, f->pipe.now_us);
  g_assert_cmpuint (parlor_dtls_stats (f->server)->dropped, ==, dropped + 1);
  g_assert_cmpint (parlor_dtls_state (f->server), ==, PARLOR_DTLS_CONNECTED);
}

#define ADD(name, data, func)                                                                      \
  g_test_add ("/secure/dtls/" name, Fixture, data, set_up, func, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD ("both-get-the-same-keys", NULL, test_connects);
  ADD ("connects-through-40-percent-loss-and-reordering", NULL, test_bad_network);
  ADD ("gives-up-after-30-s-of-silence", NULL, test_blackhole);
  ADD ("server-refuses-a-wrong-fingerprint", GINT_TO_POINTER (1), test_wrong_fingerprint);
  ADD ("client-refuses-a-wrong-fingerprint", GINT_TO_POINTER (0), test_wrong_fingerprint);
  ADD ("one-of-several-fingerprints-is-enough", NULL, test_one_of_several);
  ADD ("lost-last-flight-is-repeated-without-the-session-object", NULL, test_last_flight);
  ADD ("last-flight-is-dropped-after-30-s", NULL, test_last_flight_is_dropped);
  ADD ("close-notify-of-the-client-is-believed-only-when-authentic", GINT_TO_POINTER (1),
       test_close);
  ADD ("close-notify-of-the-server-is-believed-only-when-authentic", GINT_TO_POINTER (0),
       test_close);
  ADD ("client-hello-in-fragments", GINT_TO_POINTER (0), test_fragmented_hello);
  ADD ("client-hello-in-fragments-backwards", GINT_TO_POINTER (1), test_fragmented_hello);
  ADD ("rubbish-makes-no-session", NULL, test_rubbish);
  return g_test_run ();
}
