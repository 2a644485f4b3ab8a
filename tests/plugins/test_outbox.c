/* SPDX-License-Identifier: Apache-2.0 */
/* What leaves as one message. */
#include "router/outbox.h"

typedef struct
{
  guint8 arena[4096];
  ParlorDatagram datagrams[4];
  ParlorOutbox outbox;
  ParlorTuple tuple;
} Fixture;

static void
set_up (Fixture *f, gconstpointer data)
{
  parlor_outbox_begin (&f->outbox, f->arena, sizeof f->arena, f->datagrams, 4);
  g_assert_true (parlor_addr_parse ("192.0.2.7", 5000, &f->tuple.peer));
  g_assert_true (parlor_addr_parse ("192.0.2.1", 0, &f->tuple.local));
}

static void
commit (Fixture *f, gsize length, gsize segment_bytes)
{
  memset (parlor_outbox_reserve (&f->outbox, length), 1, length);
  parlor_outbox_commit (&f->outbox, &f->tuple, length, segment_bytes);
}

static gboolean
append (Fixture *f, gsize length)
{
  guint8 bytes[1500];
  memset (bytes, 2, sizeof bytes);
  return parlor_outbox_append (&f->outbox, &f->tuple, bytes, length);
}

/* Behind equal parts, and behind a single one; the last may be shorter, and ends the message. */
static void
test_behind (Fixture *f, gconstpointer data)
{
  commit (f, 600, 300);
  g_assert_true (append (f, 100));
  g_assert_false (append (f, 100));
  g_assert_cmpuint (f->datagrams[0].length, ==, 700);
  g_assert_cmpuint (f->datagrams[0].segment_bytes, ==, 300);
  g_assert_cmpuint (f->arena[599], ==, 1);
  g_assert_cmpuint (f->arena[600], ==, 2);
  commit (f, 130, 130);
  g_assert_cmpuint (f->datagrams[1].offset, >=, 700);
  g_assert_true (append (f, 130));
  g_assert_cmpuint (f->datagrams[1].segment_bytes, ==, 130);
  g_assert_cmpuint (f->outbox.n_datagrams, ==, 2);
  g_assert_cmpuint (f->outbox.n_pkts, ==, 5);
  g_assert_cmpuint (f->outbox.used, >=, f->datagrams[1].offset + 260);
}

/* Larger than a part, for somebody else, from another address of ours, or beyond the arena. */
static void
test_alone (Fixture *f, gconstpointer data)
{
  g_assert_false (append (f, 10));
  commit (f, 200, 100);
  g_assert_false (append (f, 101));
  f->tuple.peer.port++;
  g_assert_false (append (f, 50));
  f->tuple.peer.port--;
  f->tuple.local.ip[15]++;
  g_assert_false (append (f, 50));
  f->tuple.local.ip[15]--;
  f->outbox.capacity = 249;
  g_assert_false (append (f, 50));
  f->outbox.capacity = 250;
  g_assert_true (append (f, 50));
}

/* The kernel cuts a message into so many and no more. */
static void
test_most (Fixture *f, gconstpointer data)
{
  commit (f, PARLOR_GSO_MAX_SEGMENTS * 10, 10);
  g_assert_false (append (f, 5));
}

#define ADD(name, func) g_test_add ("/outbox/" name, Fixture, NULL, set_up, func, NULL)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD ("a-report-goes-behind-what-leaves", test_behind);
  ADD ("else-it-goes-alone", test_alone);
  ADD ("a-message-has-so-many-parts", test_most);
  return g_test_run ();
}
