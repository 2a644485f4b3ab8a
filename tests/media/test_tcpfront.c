/* SPDX-License-Identifier: Apache-2.0 */
/* The front of TCP between a client of this test and a media port that is the test itself. */
#include "media/tcpfront.h"

#include <arpa/inet.h>
#include <errno.h>
#include <gio/gio.h>
#include <netinet/in.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "proto/framing.h"

#define WAIT_MS 30000
#define STUN_BYTES 20

typedef struct
{
  int media; /* a UDP socket in the place of the workers' */
  ParlorTcpFront *front;
} Fixture;

static struct sockaddr_in
loopback (guint16 port)
{
  return (struct sockaddr_in){
      .sin_family = AF_INET, .sin_port = htons (port), .sin_addr.s_addr = htonl (INADDR_LOOPBACK)};
}

static void
begin (Fixture *f, guint prove_ms, guint idle_ms)
{
  struct sockaddr_in at = loopback (0);
  socklen_t size = sizeof at;
  g_autoptr (GError) error = NULL;
  f->media = socket (AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  g_assert_cmpint (bind (f->media, (struct sockaddr *)&at, size), ==, 0);
  g_assert_cmpint (getsockname (f->media, (struct sockaddr *)&at, &size), ==, 0);
  const ParlorTcpFrontConfig config = {
      .media_port = ntohs (at.sin_port), .prove_ms = prove_ms, .idle_ms = idle_ms};
  f->front = parlor_tcp_front_new (&config, &error);
  g_assert_no_error (error);
}

static void
end (Fixture *f)
{
  parlor_tcp_front_free (f->front);
  close (f->media);
}

static int
dial (Fixture *f)
{
  const struct sockaddr_in to = loopback (parlor_tcp_front_get_port (f->front));
  int fd = socket (AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  g_assert_cmpint (connect (fd, (const struct sockaddr *)&to, sizeof to), ==, 0);
  return fd;
}

static gboolean
is_ready (int fd)
{
  struct pollfd one = {fd, POLLIN, 0};
  return poll (&one, 1, WAIT_MS) == 1;
}

static void
write_all (int fd, const void *bytes, gsize length)
{
  g_assert_cmpint (send (fd, bytes, length, MSG_NOSIGNAL), ==, (gssize)length);
}

static void
write_frame (int fd, guint8 first, gsize length)
{
  guint8 frame[PARLOR_FRAME_HEADER_BYTES + 1500] = {(guint8)(length >> 8), (guint8)length, first};
  if (first < 4)
    memcpy (frame + 2, "\x00\x01\x00\x00\x21\x12\xa4\x42", 8);
  write_all (fd, frame, PARLOR_FRAME_HEADER_BYTES + length);
}

static void
read_exactly (int fd, guint8 *bytes, gsize length)
{
  for (gsize done = 0; done < length;)
    {
      g_assert_true (is_ready (fd));
      gssize n = recv (fd, bytes + done, length - done, 0);
      g_assert_cmpint (n, >, 0);
      done += (gsize)n;
    }
}

static gsize
read_frame (int fd, guint8 packet[PARLOR_FRAME_MAX_BYTES])
{
  guint8 header[PARLOR_FRAME_HEADER_BYTES];
  read_exactly (fd, header, sizeof header);
  gsize length = (gsize)(header[0] << 8 | header[1]);
  g_assert_cmpuint (length, <=, PARLOR_FRAME_MAX_BYTES);
  read_exactly (fd, packet, length);
  return length;
}

static gboolean
is_closed (int fd)
{
  guint8 rest[4096];
  while (is_ready (fd))
    {
      gssize n = recv (fd, rest, sizeof rest, 0);
      if (n <= 0)
        return TRUE;
    }
  return FALSE;
}

/* What comes to the media port, and from where. */
static gssize
take_datagram (Fixture *f, guint8 packet[PARLOR_FRAME_MAX_BYTES], struct sockaddr_in *from)
{
  socklen_t size = sizeof *from;
  g_assert_true (is_ready (f->media));
  return recvfrom (f->media, packet, PARLOR_FRAME_MAX_BYTES, 0, (struct sockaddr *)from, &size);
}

static void
give_datagram (Fixture *f, const struct sockaddr_in *to, const guint8 *packet, gsize length)
{
  g_assert_cmpint (sendto (f->media, packet, length, 0, (const struct sockaddr *)to, sizeof *to),
                   ==, (gssize)length);
}

/* A connection whose check the media port has answered; its address there. */
static int
enter (Fixture *f, struct sockaddr_in *from)
{
  static const guint8 success[STUN_BYTES] = {1, 1};
  guint8 packet[PARLOR_FRAME_MAX_BYTES];
  int fd = dial (f);
  write_frame (fd, 0, STUN_BYTES);
  g_assert_cmpint (take_datagram (f, packet, from), ==, STUN_BYTES);
  give_datagram (f, from, success, sizeof success);
  g_assert_cmpuint (read_frame (fd, packet), ==, STUN_BYTES);
  return fd;
}

static guint64
ended (Fixture *f, ParlorTcpEnd why)
{
  ParlorTcpCounters counters;
  parlor_tcp_front_get_counters (f->front, &counters);
  return counters.ends[why];
}

static void
test_crosses (void)
{
  Fixture f;
  struct sockaddr_in from;
  guint8 packet[PARLOR_FRAME_MAX_BYTES];
  begin (&f, 0, 0);
  int fd = enter (&f, &from);
  for (guint i = 1; i < 200; i++)
    {
      write_frame (fd, 0x80, 12 + i * 7);
      g_assert_cmpint (take_datagram (&f, packet, &from), ==, 12 + i * 7);
      memset (packet, (int)i, i * 6);
      give_datagram (&f, &from, packet, i * 6);
      g_assert_cmpuint (read_frame (fd, packet), ==, i * 6);
      g_assert_cmpuint (packet[i], ==, i);
    }
  close (fd);
  end (&f);
}

/* Nothing but STUN passes, and nothing goes back, until a check was answered with success. */
static void
test_stranger (void)
{
  static const guint8 refused[STUN_BYTES] = {1, 0x11}, success[STUN_BYTES] = {1, 1};
  Fixture f;
  struct sockaddr_in from;
  guint8 packet[PARLOR_FRAME_MAX_BYTES];
  begin (&f, 0, 0);
  int fd = dial (&f);
  write_frame (fd, 22, 300);
  write_frame (fd, 0x80, 300);
  write_frame (fd, 0, STUN_BYTES);
  g_assert_cmpint (take_datagram (&f, packet, &from), ==, STUN_BYTES);
  give_datagram (&f, &from, refused, sizeof refused);
  give_datagram (&f, &from, success, sizeof success);
  g_assert_cmpuint (read_frame (fd, packet), ==, STUN_BYTES);
  g_assert_cmpuint (packet[1], ==, 1); /* the refusal was kept back */
  close (fd);
  end (&f);
}

static void
test_lie (void)
{
  Fixture f;
  struct sockaddr_in from;
  begin (&f, 0, 0);
  int first = dial (&f), second = enter (&f, &from), flood = dial (&f);
  write_all (first, "\xff\xff????", 6);
  g_assert_true (is_closed (first));
  write_all (second, "\0\0", 2);
  g_assert_true (is_closed (second));
  for (guint i = 0; i < 65; i++)
    write_frame (flood, 0, STUN_BYTES);
  g_assert_true (is_closed (flood));
  g_assert_cmpuint (ended (&f, PARLOR_TCP_LIED), ==, 3);
  close (first);
  close (second);
  close (flood);
  end (&f);
}

static void
test_unproved (void)
{
  Fixture f;
  begin (&f, 200, 0);
  int silent = dial (&f), trickle = dial (&f);
  write_all (trickle, "\0", 1);
  g_assert_true (is_closed (silent));
  g_assert_true (is_closed (trickle));
  g_assert_cmpuint (ended (&f, PARLOR_TCP_UNPROVED), ==, 2);
  close (silent);
  close (trickle);
  end (&f);
}

/* Half a packet keeps nobody. */
static void
test_idle (void)
{
  Fixture f;
  struct sockaddr_in from;
  begin (&f, 0, 300);
  int fd = enter (&f, &from);
  write_all (fd, "\0\100half", 6);
  g_assert_true (is_closed (fd));
  g_assert_cmpuint (ended (&f, PARLOR_TCP_IDLE), ==, 1);
  close (fd);
  end (&f);
}

/* What was dropped of late, once all `n` packets have come to their queues. */
static guint64
late_packets (Fixture *f, guint64 n)
{
  gint64 until_us = g_get_monotonic_time () + WAIT_MS * 1000;
  ParlorTcpCounters counters;
  do
    {
      parlor_tcp_front_get_counters (f->front, &counters);
      g_assert_cmpint (g_get_monotonic_time (), <, until_us);
      g_thread_yield ();
    }
  while (counters.packets_out < n);
  return counters.dropped_out;
}

/* One does not read: its queue ends, the other loses nothing, and what it reads at last is whole.
 */
static void
test_slow_reader (void)
{
  Fixture f;
  struct sockaddr_in slow_at, quick_at;
  guint8 packet[PARLOR_FRAME_MAX_BYTES] = {0};
  gint64 until_us = g_get_monotonic_time () + WAIT_MS * 1000;
  guint n = 0;
  begin (&f, 0, 0);
  int slow = enter (&f, &slow_at), quick = enter (&f, &quick_at);
  while (late_packets (&f, 2 + 2 * (guint64)n) < 100)
    {
      memset (packet, (int)(++n), 1000);
      give_datagram (&f, &slow_at, packet, 1000);
      give_datagram (&f, &quick_at, packet, 1000);
      g_assert_cmpuint (read_frame (quick, packet), ==, 1000);
      g_assert_cmpuint (packet[0], ==, (guint8)n);
      g_assert_cmpint (g_get_monotonic_time (), <, until_us);
    }
  guint64 whole = n - late_packets (&f, 2 + 2 * (guint64)n);
  for (guint64 i = 0; i < whole; i++)
    {
      g_assert_cmpuint (read_frame (slow, packet), ==, 1000);
      g_assert_cmpuint (packet[0], ==, packet[999]);
    }
  g_assert_cmpuint (packet[0], ==, (guint8)n); /* the newest was kept */
  close (slow);
  close (quick);
  end (&f);
}

static void
test_too_many (void)
{
  Fixture f;
  int fds[PARLOR_TCP_MAX_OF_ADDRESS];
  begin (&f, 0, 0);
  for (guint i = 0; i < G_N_ELEMENTS (fds); i++)
    fds[i] = dial (&f);
  int more = dial (&f);
  g_assert_true (is_closed (more));
  g_assert_cmpuint (ended (&f, PARLOR_TCP_FULL), ==, 1);
  close (more);
  for (guint i = 0; i < G_N_ELEMENTS (fds); i++)
    close (fds[i]);
  end (&f);
}

static void
test_port_taken (void)
{
  Fixture f;
  g_autoptr (GError) error = NULL;
  begin (&f, 0, 0);
  const ParlorTcpFrontConfig config = {.port = parlor_tcp_front_get_port (f.front)};
  g_assert_null (parlor_tcp_front_new (&config, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_ADDRESS_IN_USE);
  end (&f);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/media/tcpfront/packets-cross-both-ways", test_crosses);
  g_test_add_func ("/media/tcpfront/strangers-send-checks-and-get-nothing", test_stranger);
  g_test_add_func ("/media/tcpfront/a-lie-or-a-flood-ends-it", test_lie);
  g_test_add_func ("/media/tcpfront/who-proves-nothing-goes", test_unproved);
  g_test_add_func ("/media/tcpfront/half-a-packet-keeps-nobody", test_idle);
  g_test_add_func ("/media/tcpfront/a-slow-reader-holds-up-nobody", test_slow_reader);
  g_test_add_func ("/media/tcpfront/one-address-has-its-share", test_too_many);
  g_test_add_func ("/media/tcpfront/a-taken-port-is-said", test_port_taken);
  return g_test_run ();
}
