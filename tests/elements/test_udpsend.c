/* SPDX-License-Identifier: Apache-2.0 */
/* The sender against a kernel of our making, in virtual time. */
#include <errno.h>
#include <string.h>
#include <netinet/udp.h>

#include "base/addr.h"
#include "batchpool.h"
#include "udpsend.h"

#define SEGMENT 100

/* --- the kernel ----------------------------------------------------------------------------------
 */

static struct
{
  int error;        /* answered to every call while it is not 0 */
  int gso_error;    /* answered to messages with UDP_SEGMENT */
  guint16 bad_port; /* EINVAL for messages to it */
  GArray *sent;     /* guint32: first bytes of each datagram that went out */
  guint n_gso, n_plain;
} kernel;

static gboolean
has_segment (const struct msghdr *header)
{
  const struct cmsghdr *c = header->msg_controllen ? CMSG_FIRSTHDR (header) : NULL;
  return c != NULL && c->cmsg_level == SOL_UDP && c->cmsg_type == UDP_SEGMENT;
}

static int
judge (const struct msghdr *header)
{
  const struct sockaddr_in6 *peer = header->msg_name;
  if (kernel.error != 0)
    return kernel.error;
  if (kernel.gso_error != 0 && has_segment (header))
    return kernel.gso_error;
  return kernel.bad_port != 0 && peer->sin6_port == g_htons (kernel.bad_port) ? EINVAL : 0;
}

static void
take (const struct msghdr *header)
{
  const guint8 *bytes = header->msg_iov->iov_base;
  gsize step = has_segment (header) ? SEGMENT : header->msg_iov->iov_len;
  for (gsize offset = 0; offset < header->msg_iov->iov_len; offset += step)
    g_array_append_vals (kernel.sent, bytes + offset, 1);
  if (has_segment (header))
    kernel.n_gso++;
  else
    kernel.n_plain++;
}

static int
kernel_send (int fd, struct mmsghdr *messages, unsigned n, int flags)
{
  unsigned i;
  g_assert_cmpint (flags & MSG_DONTWAIT, ==, MSG_DONTWAIT);
  for (i = 0; i < n; i++)
    {
      int error = judge (&messages[i].msg_hdr);
      if (error != 0 && i == 0)
        {
          errno = error;
          return -1;
        }
      if (error != 0)
        return (int)i;
      take (&messages[i].msg_hdr);
    }
  return (int)n;
}

/* --- fixture -------------------------------------------------------------------------------------
 */

typedef struct
{
  ParlorUdpSender *sender;
  ParlorBatchPool *pool;
  ParlorLoopCounters counters;
  guint32 number;
} Fixture;

static void
set_up (Fixture *f, gconstpointer data)
{
  memset (&kernel, 0, sizeof kernel);
  kernel.sent = g_array_new (FALSE, FALSE, sizeof (guint32));
  f->sender = parlor_udp_sender_new (kernel_send);
  f->pool = parlor_batch_pool_new (65536);
}

static void
tear_down (Fixture *f, gconstpointer data)
{
  parlor_udp_sender_free (f->sender);
  parlor_batch_pool_free (f->pool);
  g_array_unref (kernel.sent);
}

/* n messages of n_segments datagrams each; message i goes to port 1000 + i. */
static GstBuffer *
make_batch (Fixture *f, guint n, guint n_segments)
{
  ParlorBatch batch;
  g_assert_true (parlor_batch_pool_acquire (f->pool, PARLOR_BATCH_MAX_DATAGRAMS, &batch));
  for (guint i = 0; i < n; i++)
    {
      ParlorAddr peer;
      ParlorDatagram *datagram = &batch.meta->datagrams[i];
      memset (datagram, 0, sizeof *datagram);
      g_assert_true (parlor_addr_parse ("127.0.0.1", (guint16)(1000 + i), &peer));
      parlor_addr_to_in6 (&peer, &datagram->peer);
      datagram->offset = i * n_segments * SEGMENT;
      datagram->length = n_segments * SEGMENT;
      datagram->segment_bytes = n_segments > 1 ? SEGMENT : 0;
      for (guint s = 0; s < n_segments; s++, f->number++)
        memcpy (batch.bytes + datagram->offset + s * SEGMENT, &f->number, sizeof f->number);
    }
  batch.meta->n_datagrams = n;
  return batch.buffer;
}

static guint
send_batch (Fixture *f, GstBuffer *batch, gint64 now_us)
{
  guint unsent = parlor_udp_sender_send (f->sender, -1, batch, now_us, &f->counters);
  gst_buffer_unref (batch);
  return unsent;
}

static guint
send_nothing (Fixture *f, gint64 now_us)
{
  return send_batch (f, make_batch (f, 0, 1), now_us);
}

static void
assert_sent (guint n)
{
  g_assert_cmpuint (kernel.sent->len, ==, n);
  for (guint32 i = 0; i < n; i++)
    g_assert_cmpuint (g_array_index (kernel.sent, guint32, i), ==, i);
}

/* --- tests ---------------------------------------------------------------------------------------
 */

static void
test_groups_go_out_whole (Fixture *f, gconstpointer data)
{
  g_assert_cmpuint (send_batch (f, make_batch (f, 3, 4), 0), ==, 0);
  assert_sent (12);
  g_assert_cmpuint (kernel.n_gso, ==, 3);
  g_assert_cmpuint (f->counters.datagrams_out, ==, 12);
  g_assert_cmpuint (f->counters.bytes_out, ==, 12 * SEGMENT);
}

static void
test_bad_message_is_skipped (Fixture *f, gconstpointer data)
{
  kernel.bad_port = 1002;
  g_assert_cmpuint (send_batch (f, make_batch (f, 5, 1), 0), ==, 1);
  g_assert_cmpuint (kernel.sent->len, ==, 4);
  g_assert_cmpuint (g_array_index (kernel.sent, guint32, 2), ==, 3);
  g_assert_cmpuint (f->counters.send_failed, ==, 1);
}

static void
test_refused_group_is_resent_singly_and_remembered (Fixture *f, gconstpointer data)
{
  kernel.gso_error = *(const int *)data;
  g_assert_cmpuint (send_batch (f, make_batch (f, 2, 4), 0), ==, 0);
  assert_sent (8);
  g_assert_cmpuint (kernel.n_plain, ==, 8);
  g_assert_cmpuint (f->counters.gso_refused, ==, 2);
  /* The kernel would take it now, but these paths are known. */
  kernel.gso_error = 0;
  g_assert_cmpuint (send_batch (f, make_batch (f, 3, 4), 0), ==, 0);
  assert_sent (20);
  g_assert_cmpuint (kernel.n_plain, ==, 16);
  g_assert_cmpuint (kernel.n_gso, ==, 1);
  g_assert_cmpuint (f->counters.gso_refused, ==, 2);
}

static void
test_blocked_is_kept_and_sent_in_order (Fixture *f, gconstpointer data)
{
  kernel.error = EAGAIN;
  g_assert_cmpuint (send_batch (f, make_batch (f, 3, 2), 1000), ==, 0);
  g_assert_cmpuint (send_batch (f, make_batch (f, 2, 2), 2000), ==, 0);
  g_assert_cmpint (parlor_udp_sender_next_us (f->sender), ==, 2000 + PARLOR_SEND_RETRY_US);
  kernel.error = 0;
  g_assert_cmpuint (send_nothing (f, 3000), ==, 0);
  assert_sent (10);
  g_assert_cmpint (parlor_udp_sender_next_us (f->sender), ==, G_MAXINT64);
}

static void
test_blocked_for_5_ms_is_dropped_and_counted (Fixture *f, gconstpointer data)
{
  kernel.error = ENOBUFS;
  g_assert_cmpuint (send_batch (f, make_batch (f, 3, 2), 1000), ==, 0);
  g_assert_cmpuint (send_nothing (f, 1000 + PARLOR_SEND_KEEP_US - 1), ==, 0);
  g_assert_cmpuint (send_nothing (f, 1000 + PARLOR_SEND_KEEP_US), ==, 6);
  g_assert_cmpuint (f->counters.send_blocked, ==, 6);
  g_assert_cmpint (parlor_udp_sender_next_us (f->sender), ==, G_MAXINT64);
  kernel.error = 0;
  f->number = 0;
  send_batch (f, make_batch (f, 1, 1), 9000);
  assert_sent (1);
}

static void
test_what_is_kept_is_bounded (Fixture *f, gconstpointer data)
{
  guint unsent = 0;
  kernel.error = EAGAIN;
  for (guint i = 0; i < PARLOR_SEND_MAX_KEPT + 3; i++)
    unsent += send_batch (f, make_batch (f, 1, 1), 1000);
  g_assert_cmpuint (unsent, ==, 3);
}

static void
test_more_messages_than_one_call_takes (Fixture *f, gconstpointer data)
{
  static const int error = EIO;
  kernel.gso_error = error;
  g_assert_cmpuint (send_batch (f, make_batch (f, 10, 60), 0), ==, 0);
  assert_sent (600);
  for (guint i = 0; i < 5; i++)
    send_batch (f, make_batch (f, 10, 60), 0);
  assert_sent (3600);
}

#define ADD(name, data, func)                                                                      \
  g_test_add ("/elements/udpsend/" name, Fixture, data, set_up, func, tear_down)

int
main (int argc, char **argv)
{
  static const int einval = EINVAL, eio = EIO, emsgsize = EMSGSIZE;
  gst_init (&argc, &argv);
  g_test_init (&argc, &argv, NULL);
  ADD ("groups-go-out-whole", NULL, test_groups_go_out_whole);
  ADD ("bad-message-is-skipped", NULL, test_bad_message_is_skipped);
  ADD ("group-refused-as-einval-is-resent-singly-and-remembered", &einval,
       test_refused_group_is_resent_singly_and_remembered);
  ADD ("group-refused-as-eio-is-resent-singly-and-remembered", &eio,
       test_refused_group_is_resent_singly_and_remembered);
  ADD ("group-refused-as-emsgsize-is-resent-singly-and-remembered", &emsgsize,
       test_refused_group_is_resent_singly_and_remembered);
  ADD ("blocked-is-kept-and-sent-in-order", NULL, test_blocked_is_kept_and_sent_in_order);
  ADD ("blocked-for-5-ms-is-dropped-and-counted", NULL,
       test_blocked_for_5_ms_is_dropped_and_counted);
  ADD ("what-is-kept-is-bounded", NULL, test_what_is_kept_is_bounded);
  ADD ("more-messages-than-one-call-takes", NULL, test_more_messages_than_one_call_takes);
  return g_test_run ();
}
