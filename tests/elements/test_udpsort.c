/* SPDX-License-Identifier: Apache-2.0 */
/* The kernel's sorting, on real sockets: of feedback, and of peers that are written down. */
#include <arpa/inet.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "udpsocket.h"
#include "udpsort.h"

#define N_WORKERS 3
#define N_PEERS 24

static const guint8 feedback[] = {0x8f, 205, 0, 2, 1, 2, 3, 4};
static const guint8 padded_feedback[] = {0xaf, 205, 0, 2, 1, 2, 3, 4};
static const guint8 remb[] = {0x8f, 206, 0, 2, 1, 2, 3, 4};
static const guint8 nack[] = {0x81, 205, 0, 2, 1, 2, 3, 4};
static const guint8 key_frame_request[] = {0x81, 206, 0, 2, 1, 2, 3, 4};
static const guint8 report[] = {0x81, 201, 0, 7, 1, 2, 3, 4};
static const guint8 media[] = {0x90, 96, 0, 7, 1, 2, 3, 4};
static const guint8 marked_media[] = {0x8f, 96 | 0x80, 0, 7, 1, 2, 3, 4};
static const guint8 stun[] = {0x00, 0x01, 0, 0, 0x21, 0x12, 0xa4, 0x42};
static const guint8 short_one[] = {0x8f};

typedef struct
{
  int fds[2 * N_WORKERS];
  guint16 port;
} Port;

static void
open_port (Port *self)
{
  g_autoptr (GError) error = NULL;
  self->port = 0;
  for (guint i = 0; i < G_N_ELEMENTS (self->fds); i++)
    {
      const ParlorUdpSocketConfig config = {.port = self->port, .reuse_port = TRUE};
      self->fds[i] = parlor_udp_socket_open (&config, &error);
      g_assert_no_error (error);
      self->port = parlor_udp_socket_get_port (self->fds[i]);
    }
  g_assert_true (parlor_udp_sort (self->fds[0], N_WORKERS, NULL, 0));
}

static void
close_port (Port *self)
{
  for (guint i = 0; i < G_N_ELEMENTS (self->fds); i++)
    close (self->fds[i]);
}

/* Which socket got the datagram. */
static guint
arrival (const Port *self)
{
  struct pollfd polled[G_N_ELEMENTS (self->fds)];
  guint8 bytes[64];
  guint index = 0;
  for (guint i = 0; i < G_N_ELEMENTS (polled); i++)
    polled[i] = (struct pollfd){.fd = self->fds[i], .events = POLLIN};
  g_assert_cmpint (poll (polled, G_N_ELEMENTS (polled), 30000), ==, 1);
  while (!(polled[index].revents & POLLIN))
    index++;
  g_assert_cmpint (recv (self->fds[index], bytes, sizeof bytes, 0), >=, 0);
  return index;
}

static int
open_peer (const Port *port, int family)
{
  int fd = socket (family, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  struct sockaddr_in6 six = {
      .sin6_family = AF_INET6, .sin6_port = htons (port->port), .sin6_addr = in6addr_loopback};
  struct sockaddr_in four = {.sin_family = AF_INET,
                             .sin_port = htons (port->port),
                             .sin_addr.s_addr = htonl (INADDR_LOOPBACK)};
  g_assert_cmpint (family == AF_INET6 ? connect (fd, (struct sockaddr *)&six, sizeof six)
                                      : connect (fd, (struct sockaddr *)&four, sizeof four),
                   ==, 0);
  return fd;
}

static guint
arrival_of (const Port *port, int peer, const guint8 *bytes, gsize length)
{
  g_assert_cmpint (send (peer, bytes, length, 0), ==, (gssize)length);
  return arrival (port);
}

#define ARRIVAL(bytes) arrival_of (&port, peer, bytes, sizeof bytes)

/* Returns the peer's worker. */
static guint
check_peer (Port port, int peer)
{
  guint media_socket = ARRIVAL (media);
  g_assert_cmpuint (media_socket % 2, ==, 0);
  g_assert_cmpuint (ARRIVAL (feedback), ==, media_socket + 1);
  g_assert_cmpuint (ARRIVAL (padded_feedback), ==, media_socket + 1);
  g_assert_cmpuint (ARRIVAL (remb), ==, media_socket + 1);
  g_assert_cmpuint (ARRIVAL (nack), ==, media_socket);
  g_assert_cmpuint (ARRIVAL (key_frame_request), ==, media_socket);
  g_assert_cmpuint (ARRIVAL (report), ==, media_socket);
  g_assert_cmpuint (ARRIVAL (marked_media), ==, media_socket);
  g_assert_cmpuint (ARRIVAL (stun), ==, media_socket);
  g_assert_cmpuint (ARRIVAL (short_one) % 2, ==, 0);
  g_assert_cmpuint (arrival_of (&port, peer, short_one, 0) % 2, ==, 0);
  return media_socket / 2;
}

static void
test_sorts (gconstpointer family)
{
  Port port;
  guint peers_of[N_WORKERS] = {0};
  open_port (&port);
  for (guint i = 0; i < N_PEERS; i++)
    {
      int peer = open_peer (&port, GPOINTER_TO_INT (family));
      peers_of[check_peer (port, peer)]++;
      close (peer);
    }
  /* Random ports: that a worker of three gets none of 24 happens once in 50,000 runs, so none is
     asked of each; that all go to one, once in 10^11. */
  for (guint i = 0; i < N_WORKERS; i++)
    g_assert_cmpuint (peers_of[i], <, N_PEERS);
  close_port (&port);
}

static guint32
key_of (int peer)
{
  struct sockaddr_in6 name;
  struct sockaddr_in *four = (struct sockaddr_in *)&name;
  ParlorAddr addr = {.ip = {[10] = 0xff, [11] = 0xff}};
  socklen_t length = sizeof name;
  g_assert_cmpint (getsockname (peer, (struct sockaddr *)&name, &length), ==, 0);
  if (name.sin6_family == AF_INET6)
    parlor_addr_from_in6 (&name, &addr);
  else
    memcpy (addr.ip + 12, &four->sin_addr, 4);
  addr.port = g_ntohs (name.sin6_port); /* at the same place in both */
  return parlor_udp_sort_key (&addr);
}

/* Here as in the kernel, else nobody would be written down for the right reason. */
static void
test_hash_is_the_kernels (gconstpointer family)
{
  Port port;
  open_port (&port);
  for (guint i = 0; i < N_PEERS; i++)
    {
      int peer = open_peer (&port, GPOINTER_TO_INT (family));
      g_assert_cmpuint (parlor_udp_sort_hash (key_of (peer), N_WORKERS), ==,
                        check_peer (port, peer));
      close (peer);
    }
  close_port (&port);
}

static int
by_key (gconstpointer a, gconstpointer b)
{
  guint32 left = ((const ParlorUdpSteer *)a)->key, right = ((const ParlorUdpSteer *)b)->key;
  return left < right ? -1 : left > right;
}

/* Among `n` others, that is at each depth of the search: every second peer is sent to the worker
 * behind its own, all others stay where they were. */
static void
check_steered (const Port *port, gint family, guint n)
{
  g_autofree ParlorUdpSteer *steers = g_new (ParlorUdpSteer, n + N_PEERS);
  int peers[N_PEERS];
  guint n_steers = 0;
  for (guint i = 0; i < N_PEERS; i++)
    {
      guint32 key;
      peers[i] = open_peer (port, family);
      key = key_of (peers[i]);
      if (i % 2 == 0)
        steers[n_steers++] = (ParlorUdpSteer){key, (parlor_udp_sort_hash (key, N_WORKERS) + 1)
                                                       % N_WORKERS};
    }
  for (guint i = 0; i < n; i++)
    steers[n_steers++] = (ParlorUdpSteer){i * 2096593 + 1, i % N_WORKERS};
  qsort (steers, n_steers, sizeof *steers, by_key);
  g_assert_true (parlor_udp_sort (port->fds[0], N_WORKERS, steers, n_steers));
  for (guint i = 0; i < N_PEERS; i++)
    {
      guint hashed = parlor_udp_sort_hash (key_of (peers[i]), N_WORKERS);
      g_assert_cmpuint (check_peer (*port, peers[i]), ==,
                        i % 2 == 0 ? (hashed + 1) % N_WORKERS : hashed);
      close (peers[i]);
    }
}

static void
test_written_down (gconstpointer family)
{
  static const guint others[] = {0, 1, 8, 30, 577, PARLOR_UDP_SORT_MAX - N_PEERS};
  Port port;
  open_port (&port);
  for (guint i = 0; i < G_N_ELEMENTS (others); i++)
    check_steered (&port, GPOINTER_TO_INT (family), others[i]);
  close_port (&port);
}

/* With as many workers as there may be, however the tree falls out. */
static void
test_longest_program_fits (void)
{
  g_autofree ParlorUdpSteer *steers = g_new (ParlorUdpSteer, PARLOR_UDP_SORT_MAX);
  Port port;
  open_port (&port);
  for (guint i = 0; i < PARLOR_UDP_SORT_MAX; i++)
    steers[i] = (ParlorUdpSteer){i * 2096593, i % 36};
  for (guint n = 1; n <= PARLOR_UDP_SORT_MAX; n++)
    if (!parlor_udp_sort (port.fds[0], 36, steers, n)) /* the kernel's own limit of memory */
      g_assert_cmpuint (n, >, 400);
  close_port (&port);
}

/* An office behind one address, and a network of them. */
static void
test_neighbours_have_their_own_keys (void)
{
  g_autoptr (GHashTable) seen = g_hash_table_new (NULL, NULL);
  for (guint host = 1; host < 255; host++)
    for (guint port = 32768; port < 61000; port += 97)
      {
        const ParlorAddr addr = {.ip = {[10] = 0xff, [11] = 0xff, 192, 0, 2, (guint8)host},
                                 .port = (guint16)port};
        g_assert_true (g_hash_table_add (seen, GUINT_TO_POINTER (parlor_udp_sort_key (&addr))));
      }
}

static void
test_what_cannot_sort_says_so (void)
{
  int pipe_fds[2];
  g_assert_cmpint (pipe (pipe_fds), ==, 0);
  g_assert_false (parlor_udp_sort (pipe_fds[0], 1, NULL, 0));
  close (pipe_fds[0]);
  close (pipe_fds[1]);
}

int
main (int argc, char **argv)
{
  static const struct
  {
    const char *name;
    gint family;
  } families[] = {{"ipv4", AF_INET}, {"ipv6", AF_INET6}};
  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (families); i++)
    {
      gpointer family = GINT_TO_POINTER (families[i].family);
      g_autofree char *sorted = g_strdup_printf ("/elements/udpsort/%s-by-peer-and-kind",
                                                 families[i].name);
      g_autofree char *hash = g_strdup_printf ("/elements/udpsort/%s-hash-is-the-kernels",
                                               families[i].name);
      g_autofree char *written = g_strdup_printf (
          "/elements/udpsort/%s-who-is-written-down-goes-there", families[i].name);
      g_test_add_data_func (sorted, family, test_sorts);
      g_test_add_data_func (hash, family, test_hash_is_the_kernels);
      g_test_add_data_func (written, family, test_written_down);
    }
  g_test_add_func ("/elements/udpsort/longest-program-fits", test_longest_program_fits);
  g_test_add_func ("/elements/udpsort/neighbours-have-their-own-keys",
                   test_neighbours_have_their_own_keys);
  g_test_add_func ("/elements/udpsort/what-cannot-sort-says-so", test_what_cannot_sort_says_so);
  return g_test_run ();
}
