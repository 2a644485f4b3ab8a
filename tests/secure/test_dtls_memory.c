/* SPDX-License-Identifier: Apache-2.0 */
/* What a peer that begins a handshake and does not end it can make OpenSSL hold: records before
 * their time, messages announced as long. A half-open handshake holds some 64 KiB; a hostile one
 * may hold a few times as much, not a hundred times. */
#include "ends.h"

#include <openssl/crypto.h>
#include <stdlib.h>

#define MOST_BYTES (512 * 1024)
#define RECORD_HEADER 13

/* --- what OpenSSL holds ------------------------------------------------------------------------
 */

typedef union
{
  size_t size;
  max_align_t align;
} Head;

static gsize held;

static void *
count_alloc (size_t size, const char *file, int line)
{
  Head *head = malloc (sizeof *head + size);
  if (head == NULL)
    return NULL;
  head->size = size;
  held += size;
  return head + 1;
}

static void
count_free (void *block, const char *file, int line)
{
  Head *head = block;
  if (block == NULL)
    return;
  held -= head[-1].size;
  free (head - 1);
}

static void *
count_realloc (void *block, size_t size, const char *file, int line)
{
  Head *head = block;
  void *more;
  if (block == NULL)
    return count_alloc (size, file, line);
  more = count_alloc (size, file, line);
  if (more != NULL)
    memcpy (more, block, MIN (size, head[-1].size));
  if (more != NULL)
    count_free (block, file, line);
  return more;
}

/* --- two ends, of which one goes no further ----------------------------------------------------
 */

/* The ClientHello is in, the server's flight is out, nothing more of the client's comes. */
static void
half_open (Fixture *f)
{
  guint8 datagram[PARLOR_DTLS_MTU];
  gsize length;
  parlor_dtls_start (f->server, f->pipe.now_us);
  parlor_dtls_start (f->client, f->pipe.now_us);
  while ((length = parlor_dtls_poll_output (f->client, datagram, sizeof datagram)) > 0)
    parlor_dtls_handle (f->server, datagram, length, f->pipe.now_us);
  g_assert_cmpint (parlor_dtls_state (f->server), ==, PARLOR_DTLS_HANDSHAKING);
}

static gsize
put_record (guint8 *out, guint8 minor, guint16 epoch, guint32 number, gsize body)
{
  memset (out, 0, RECORD_HEADER + body);
  out[0] = 22;
  out[1] = 0xfe;
  out[2] = minor;
  out[4] = (guint8)epoch;
  out[7] = (guint8)(number >> 24);
  out[8] = (guint8)(number >> 16);
  out[9] = (guint8)(number >> 8);
  out[10] = (guint8)number;
  out[11] = (guint8)(body >> 8);
  out[12] = (guint8)body;
  return RECORD_HEADER + body;
}

/* `n` records of the next epoch in each datagram, inside one of version 0xfe`outer` (0: bare). */
static void
flood (Fixture *f, ParlorDtls *end, guint n_datagrams, guint n, guint8 outer)
{
  guint32 number = 1;
  for (guint i = 0; i < n_datagrams; i++)
    {
      guint8 datagram[PARLOR_DTLS_MTU];
      gsize at = outer != 0 ? RECORD_HEADER : 0;
      for (guint k = 0; k < n; k++)
        at += put_record (datagram + at, 0xfd, 1, number++, 1);
      if (outer != 0)
        {
          guint8 head[RECORD_HEADER + PARLOR_DTLS_MTU];
          put_record (head, outer, 0, 1000 + i, at - RECORD_HEADER);
          memcpy (datagram, head, RECORD_HEADER);
        }
      parlor_dtls_handle (end, datagram, at, f->pipe.now_us);
      while (parlor_dtls_poll_output (end, datagram, sizeof datagram) > 0)
        ;
    }
}

static void
test_early (Fixture *f, gconstpointer data)
{
  gsize before;
  half_open (f);
  before = held;
  flood (f, f->server, 200, 1, 0);
  flood (f, f->server, 20, 60, 0);
  g_assert_cmpuint (held - MIN (before, held), <=, MOST_BYTES);
}

static void
test_nested (Fixture *f, gconstpointer data)
{
  gsize before;
  half_open (f);
  before = held;
  flood (f, f->server, 20, 60, 0xff);
  flood (f, f->server, 20, 60, 0x42);
  g_assert_cmpuint (held - MIN (before, held), <=, MOST_BYTES);
}

/* Each of many messages is announced as long, and only its first bytes come. */
static void
test_fragments (Fixture *f, gconstpointer data)
{
  gsize before;
  half_open (f);
  before = held;
  for (guint i = 1; i < 200; i++)
    {
      guint8 datagram[PARLOR_DTLS_MTU];
      gsize at = put_record (datagram, 0xfd, 0, 100 + i, 12 + 16);
      guint8 *message = datagram + RECORD_HEADER;
      message[0] = 11;   /* Certificate */
      message[2] = 0x3f; /* 16,128 bytes, */
      message[5] = (guint8)i;
      message[11] = 16; /* of which these come */
      parlor_dtls_handle (f->server, datagram, at, f->pipe.now_us);
    }
  g_assert_cmpuint (held - MIN (before, held), <=, MOST_BYTES);
}

/* What stands by itself still stands: the flood costs the handshake nothing. */
static void
test_goes_on (Fixture *f, gconstpointer data)
{
  parlor_dtls_start (f->server, f->pipe.now_us);
  parlor_dtls_start (f->client, f->pipe.now_us);
  flood (f, f->server, 5, 1, 0x42);
  while (!test_pipe_settled (&f->pipe) && test_pipe_step (&f->pipe))
    ;
  g_assert_cmpint (parlor_dtls_state (f->server), ==, PARLOR_DTLS_CONNECTED);
  g_assert_cmpint (parlor_dtls_state (f->client), ==, PARLOR_DTLS_CONNECTED);
}

int
main (int argc, char **argv)
{
  g_assert_cmpint (CRYPTO_set_mem_functions (count_alloc, count_realloc, count_free), ==, 1);
  g_test_init (&argc, &argv, NULL);
  g_test_add ("/secure/dtls-memory/records-before-their-time-are-few", Fixture, NULL, set_up,
              test_early, tear_down);
  g_test_add ("/secure/dtls-memory/none-is-looked-for-inside-another", Fixture, NULL, set_up,
              test_nested, tear_down);
  g_test_add ("/secure/dtls-memory/messages-begun-and-not-ended-are-few", Fixture, NULL, set_up,
              test_fragments, tear_down);
  g_test_add ("/secure/dtls-memory/the-handshake-goes-on", Fixture, NULL, set_up, test_goes_on,
              tear_down);
  return g_test_run ();
}
