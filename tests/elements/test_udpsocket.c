/* SPDX-License-Identifier: Apache-2.0 */
/* The media socket as the kernel gives it: both families, IPv4 alone, and a host that has no IPv6.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <poll.h>
#include <stddef.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/addr.h"
#include "batchpool.h"
#include "udpreceive.h"
#include "udpsend.h"
#include "udpsocket.h"

#define ANSWER_BYTES 25
#define SEGMENT_BYTES 10

static const char question[] = "who is there";

static int
open_socket (const char *address)
{
  g_autoptr (GError) error = NULL;
  const ParlorUdpSocketConfig config = {.address = address, .gro = TRUE};
  int fd = parlor_udp_socket_open (&config, &error);
  g_assert_no_error (error);
  return fd;
}

static struct sockaddr_in
ipv4_name (const char *ip, guint16 port)
{
  struct sockaddr_in name = {.sin_family = AF_INET, .sin_port = htons (port)};
  g_assert_cmpint (inet_pton (AF_INET, ip, &name.sin_addr), ==, 1);
  return name;
}

static int
open_peer (void)
{
  int fd = socket (AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  struct sockaddr_in any = ipv4_name ("127.0.0.1", 0);
  g_assert_cmpint (bind (fd, (struct sockaddr *)&any, sizeof any), ==, 0);
  return fd;
}

static void
wait_readable (int fd)
{
  struct pollfd polled = {.fd = fd, .events = POLLIN};
  g_assert_cmpint (poll (&polled, 1, 30000), ==, 1);
}

/* What came at fd, as an answer in three segments to who sent it, from where he sent it to. */
static GstBuffer *
answer_to_question (ParlorBatchPool *pool, int fd, guint16 peer_port)
{
  g_autoptr (ParlorUdpReceiver) receiver = parlor_udp_receiver_new (FALSE);
  ParlorLoopCounters counters = {0};
  ParlorDatagram *datagram;
  ParlorBatch batch;
  ParlorAddr peer;
  char text[PARLOR_ADDR_STRING_BYTES], ip[INET6_ADDRSTRLEN];
  g_autofree char *expected = g_strdup_printf ("127.0.0.1:%u", peer_port);
  g_assert_true (parlor_batch_pool_acquire (pool, PARLOR_RECEIVE_CAPACITY, &batch));
  datagram = &batch.meta->datagrams[0];
  wait_readable (fd);
  g_assert_cmpint (parlor_udp_receiver_receive (receiver, fd, batch.bytes, batch.meta, &counters),
                   ==, 1);
  g_assert_cmpmem (batch.bytes + datagram->offset, datagram->length, question, sizeof question);
  parlor_addr_from_in6 (&datagram->peer, &peer);
  g_assert_cmpstr (parlor_addr_to_string (&peer, text), ==, expected);
  inet_ntop (AF_INET6, &datagram->local, ip, sizeof ip);
  g_assert_cmpstr (ip, ==, "::ffff:127.0.0.5");
  memset (batch.bytes + datagram->offset, 'a', ANSWER_BYTES);
  datagram->length = ANSWER_BYTES;
  datagram->segment_bytes = SEGMENT_BYTES;
  return batch.buffer;
}

static void
check_answer (int peer, guint16 port)
{
  char bytes[64], ip[INET_ADDRSTRLEN];
  struct sockaddr_in from = {0};
  socklen_t length = sizeof from;
  for (int left = ANSWER_BYTES; left > 0; left -= SEGMENT_BYTES)
    {
      wait_readable (peer);
      g_assert_cmpint (recvfrom (peer, bytes, sizeof bytes, 0, (struct sockaddr *)&from, &length),
                       ==, MIN (left, SEGMENT_BYTES));
      g_assert_cmpstr (inet_ntop (AF_INET, &from.sin_addr, ip, sizeof ip), ==, "127.0.0.5");
      g_assert_cmpuint (ntohs (from.sin_port), ==, port);
    }
}

/* From a peer of IPv4 and back to him, by the address that he spoke to. */
static void
check_there_and_back (int fd)
{
  g_autoptr (ParlorUdpSender) sender = parlor_udp_sender_new (NULL);
  ParlorBatchPool *pool = parlor_batch_pool_new (PARLOR_RECEIVE_BUFFER_BYTES);
  ParlorLoopCounters counters = {0};
  int peer = open_peer ();
  guint16 port = parlor_udp_socket_get_port (fd);
  struct sockaddr_in to = ipv4_name ("127.0.0.5", port);
  g_assert_cmpint (sendto (peer, question, sizeof question, 0, (struct sockaddr *)&to, sizeof to),
                   ==, sizeof question);
  GstBuffer *batch = answer_to_question (pool, fd, parlor_udp_socket_get_port (peer));
  g_assert_cmpuint (parlor_udp_sender_send (sender, fd, batch, 0, &counters), ==, 0);
  check_answer (peer, port);
  gst_buffer_unref (batch);
  parlor_batch_pool_free (pool);
  close (peer);
  close (fd);
}

static void
test_both_families (void)
{
  int fd = open_socket (NULL);
  g_assert_false (parlor_udp_socket_is_ipv4 (fd));
  check_there_and_back (fd);
}

static void
test_an_ipv4_address (void)
{
  int fd = open_socket ("127.0.0.5");
  g_assert_true (parlor_udp_socket_is_ipv4 (fd));
  check_there_and_back (fd);
}

static void
test_a_peer_of_ipv6_is_refused_by_an_ipv4_socket (void)
{
  g_autoptr (ParlorUdpSender) sender = parlor_udp_sender_new (NULL);
  ParlorBatchPool *pool = parlor_batch_pool_new (1024);
  ParlorLoopCounters counters = {0};
  ParlorBatch batch;
  ParlorAddr peer;
  int fd = open_socket ("127.0.0.1");
  g_assert_true (parlor_addr_parse ("::1", 9, &peer));
  g_assert_true (parlor_batch_pool_acquire (pool, 1, &batch));
  batch.meta->datagrams[0] = (ParlorDatagram){.length = 10};
  parlor_addr_to_in6 (&peer, &batch.meta->datagrams[0].peer);
  batch.meta->n_datagrams = 1;
  g_assert_cmpuint (parlor_udp_sender_send (sender, fd, batch.buffer, 0, &counters), ==, 1);
  g_assert_cmpuint (counters.send_failed, ==, 1);
  gst_buffer_unref (batch.buffer);
  parlor_batch_pool_free (pool);
  close (fd);
}

/* As a kernel says that was started with ipv6.disable=1. */
static void
lose_ipv6 (void)
{
  struct sock_filter code[] = {
      BPF_STMT (BPF_LD | BPF_W | BPF_ABS, offsetof (struct seccomp_data, nr)),
      BPF_JUMP (BPF_JMP | BPF_JEQ | BPF_K, SYS_socket, 0, 3),
      BPF_STMT (BPF_LD | BPF_W | BPF_ABS, offsetof (struct seccomp_data, args[0])),
      BPF_JUMP (BPF_JMP | BPF_JEQ | BPF_K, AF_INET6, 0, 1),
      BPF_STMT (BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EAFNOSUPPORT),
      BPF_STMT (BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
  };
  const struct sock_fprog program = {G_N_ELEMENTS (code), code};
  g_assert_cmpint (prctl (PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), ==, 0);
  g_assert_cmpint (prctl (PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program), ==, 0);
}

static void
test_a_host_without_ipv6 (void)
{
  if (!g_test_subprocess ())
    {
      g_test_trap_subprocess (NULL, 60 * G_USEC_PER_SEC, G_TEST_SUBPROCESS_INHERIT_STDERR);
      g_test_trap_assert_passed ();
      return;
    }
  lose_ipv6 ();
  int fd = open_socket (NULL);
  g_assert_true (parlor_udp_socket_is_ipv4 (fd));
  check_there_and_back (fd);
}

int
main (int argc, char **argv)
{
  gst_init (NULL, NULL);
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/plugins/udpsocket/of-both-families", test_both_families);
  g_test_add_func ("/plugins/udpsocket/of-an-ipv4-address", test_an_ipv4_address);
  g_test_add_func ("/plugins/udpsocket/a-peer-of-ipv6-is-refused-by-an-ipv4-socket",
                   test_a_peer_of_ipv6_is_refused_by_an_ipv4_socket);
  g_test_add_func ("/plugins/udpsocket/a-host-without-ipv6", test_a_host_without_ipv6);
  return g_test_run ();
}
