/* SPDX-License-Identifier: Apache-2.0 */
#include "media/tcpfront.h"

#include <arpa/inet.h>
#include <errno.h>
#include <gio/gio.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/tally.h"
#include "base/time.h"
#include "proto/demux.h"
#include "proto/framing.h"

/* Checks come every 50 ms at first (RFC 8445 section 14.2) and some are repeated. */
#define UNPROVED_PACKETS 64
#define AT_ONCE 32
/* What lies in the kernel cannot be dropped any more: little, so that what is late is dropped by
   us. At 2.5 Mbit/s it is 200 ms. */
#define SEND_BUFFER_BYTES (64 * 1024)
/* A group of pictures that is replayed to a newcomer. */
#define RECEIVE_BUFFER_BYTES (1024 * 1024)
#define SWEEP_MS 1000
#define LISTEN_BACKLOG 64

typedef struct
{
  int tcp, udp;
  char address[INET6_ADDRSTRLEN];
  gboolean counted, proved, waits; /* waits: for the socket to take more */
  guint n_packets;                 /* before it was proved */
  gint64 begun_us, heard_us;
  guint index; /* in `connections` */
  ParlorFrameReader reader;
  ParlorFrameQueue *queue; /* NULL until it is proved */
} Connection;

struct _ParlorTcpFront
{
  ParlorTcpFrontConfig config;
  guint16 port;
  int listener, epoll, end;
  GThread *thread;

  /*< its thread >*/
  GPtrArray *connections;
  GPtrArray *ended; /* freed after the events at hand, which may name them */
  ParlorTally *tally;
  gint64 deaf_until_us; /* no descriptor was left: nobody is accepted until then */
  struct mmsghdr messages[AT_ONCE];
  struct iovec vectors[AT_ONCE];
  guint8 packets[AT_ONCE][PARLOR_FRAME_MAX_BYTES];

  ParlorTcpCounters counters; /* words, written by the thread, read by any */
};

const char *
parlor_tcp_end_name (ParlorTcpEnd end)
{
  static const char *const names[PARLOR_N_TCP_ENDS] = {[PARLOR_TCP_LEFT] = "left",
                                                       [PARLOR_TCP_FULL] = "full",
                                                       [PARLOR_TCP_LIED] = "lied",
                                                       [PARLOR_TCP_UNPROVED] = "unproved",
                                                       [PARLOR_TCP_IDLE] = "idle"};
  return (guint)end < PARLOR_N_TCP_ENDS ? names[end] : NULL;
}

static void
count (guint64 *counter, gint64 n)
{
  __atomic_store_n (counter, *counter + (guint64)n, __ATOMIC_RELAXED);
}

/* ---- ends ----------------------------------------------------------------------------------- */

static void
connection_free (gpointer data)
{
  Connection *connection = data;
  close (connection->tcp);
  if (connection->udp >= 0)
    close (connection->udp);
  parlor_frame_queue_free (connection->queue);
  g_free (connection);
}

/* Closed at once for the network; its memory stays until no event names it. */
static void
end_connection (ParlorTcpFront *self, Connection *connection, ParlorTcpEnd why)
{
  guint last = self->connections->len - 1;
  if (connection->index == G_MAXUINT)
    return;
  if (connection->counted)
    parlor_tally_give (self->tally, connection->address);
  ((Connection *)self->connections->pdata[last])->index = connection->index;
  g_ptr_array_remove_index_fast (self->connections, connection->index);
  connection->index = G_MAXUINT;
  g_ptr_array_add (self->ended, connection);
  count (&self->counters.ends[why], 1);
  count (&self->counters.open, -1);
  shutdown (connection->tcp, SHUT_RDWR); /* whoever sees it finds it counted */
}

/* ---- from the media port to the peer -------------------------------------------------------- */

static void
wait_for_room (ParlorTcpFront *self, Connection *connection, gboolean waits)
{
  struct epoll_event event = {.events = EPOLLIN | (waits ? EPOLLOUT : 0), .data.ptr = connection};
  if (connection->waits == waits)
    return;
  connection->waits = waits;
  epoll_ctl (self->epoll, EPOLL_CTL_MOD, connection->tcp, &event);
}

static void
write_out (ParlorTcpFront *self, Connection *connection)
{
  const guint8 *bytes;
  gsize n;
  while (connection->queue != NULL && (n = parlor_frame_queue_peek (connection->queue, &bytes)) > 0)
    {
      ssize_t sent = send (connection->tcp, bytes, n, MSG_NOSIGNAL | MSG_DONTWAIT);
      if (sent > 0)
        parlor_frame_queue_sent (connection->queue, (gsize)sent);
      else if (errno == EAGAIN)
        {
          wait_for_room (self, connection, TRUE);
          return;
        }
      else if (errno != EINTR)
        {
          end_connection (self, connection, PARLOR_TCP_LEFT);
          return;
        }
    }
  wait_for_room (self, connection, FALSE);
}

/* A binding success response, RFC 8489 section 5: the router answers so to those alone whose
   integrity it has checked. */
static gboolean
is_success (const guint8 *packet, gsize length)
{
  return length >= 20 && packet[0] == 0x01 && packet[1] == 0x01;
}

static void
send_to_peer (ParlorTcpFront *self, Connection *connection, const guint8 *packet, gsize length)
{
  if (!connection->proved && is_success (packet, length))
    {
      connection->proved = TRUE;
      connection->queue = parlor_frame_queue_new (PARLOR_TCP_QUEUE_BYTES);
    }
  if (!connection->proved)
    return;
  count (&self->counters.packets_out, 1);
  count (&self->counters.dropped_out, parlor_frame_queue_push (connection->queue, packet, length));
}

static void
read_media (ParlorTcpFront *self, Connection *connection)
{
  int n = recvmmsg (connection->udp, self->messages, AT_ONCE, MSG_DONTWAIT, NULL);
  for (int i = 0; i < n; i++)
    send_to_peer (self, connection, self->packets[i], self->messages[i].msg_len);
  /* Otherwise there is a wake-up for the rest of what waits already. */
  if (n > 0 && !connection->waits)
    write_out (self, connection);
}

/* ---- from the peer to the media port -------------------------------------------------------- */

/* FALSE: too much for somebody whom nobody knows. */
static gboolean
may_pass (Connection *connection)
{
  return connection->proved || ++connection->n_packets <= UNPROVED_PACKETS;
}

static gboolean
take_packet (ParlorTcpFront *self, Connection *connection, const guint8 *packet, gsize length)
{
  if (!may_pass (connection))
    return FALSE;
  gboolean fit = connection->proved || parlor_demux (packet, length) == PARLOR_PACKET_STUN;
  gboolean sent = fit && send (connection->udp, packet, length, MSG_DONTWAIT) >= 0;
  count (&self->counters.packets_in, 1);
  count (&self->counters.dropped_in, !sent);
  return TRUE;
}

static void
read_peer (ParlorTcpFront *self, Connection *connection)
{
  gsize room, length;
  const guint8 *packet;
  guint8 *at = parlor_frame_reader_room (&connection->reader, &room);
  ssize_t n = recv (connection->tcp, at, room, MSG_DONTWAIT);
  if (n == 0 || (n < 0 && errno != EAGAIN && errno != EINTR))
    end_connection (self, connection, PARLOR_TCP_LEFT);
  if (n <= 0)
    return;
  parlor_frame_reader_add (&connection->reader, (gsize)n);
  while (parlor_frame_reader_next (&connection->reader, &packet, &length))
    {
      connection->heard_us = g_get_monotonic_time ();
      if (!take_packet (self, connection, packet, length))
        {
          end_connection (self, connection, PARLOR_TCP_LIED);
          return;
        }
    }
  if (connection->reader.broken)
    end_connection (self, connection, PARLOR_TCP_LIED);
}

/* ---- coming in ------------------------------------------------------------------------------ */

static int
open_media (const ParlorTcpFront *self)
{
  const struct sockaddr_in to = {.sin_family = AF_INET,
                                 .sin_port = htons (self->config.media_port),
                                 .sin_addr.s_addr = htonl (INADDR_LOOPBACK)};
  const int bytes = RECEIVE_BUFFER_BYTES;
  int fd = socket (AF_INET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (fd < 0)
    return -1;
  setsockopt (fd, SOL_SOCKET, SO_RCVBUF, &bytes, sizeof bytes);
  if (connect (fd, (const struct sockaddr *)&to, sizeof to) == 0)
    return fd;
  close (fd);
  return -1;
}

/* The low bit says that it is the UDP side: what epoll hands back is this pointer. */
static gboolean
watch (ParlorTcpFront *self, Connection *connection)
{
  struct epoll_event peer = {.events = EPOLLIN, .data.ptr = connection};
  struct epoll_event media = {.events = EPOLLIN, .data.u64 = (guintptr)connection | 1};
  return epoll_ctl (self->epoll, EPOLL_CTL_ADD, connection->tcp, &peer) == 0
         && epoll_ctl (self->epoll, EPOLL_CTL_ADD, connection->udp, &media) == 0;
}

static void
tune (int fd)
{
  const int on = 1, bytes = SEND_BUFFER_BYTES;
  setsockopt (fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  setsockopt (fd, SOL_SOCKET, SO_SNDBUF, &bytes, sizeof bytes);
}

static void
take_connection (ParlorTcpFront *self, int fd, const struct sockaddr_storage *from)
{
  Connection *connection = g_new0 (Connection, 1);
  const void *ip = from->ss_family == AF_INET6
                       ? (const void *)&((const struct sockaddr_in6 *)from)->sin6_addr
                       : (const void *)&((const struct sockaddr_in *)from)->sin_addr;
  inet_ntop (from->ss_family, ip, connection->address, sizeof connection->address);
  connection->tcp = fd;
  connection->begun_us = connection->heard_us = g_get_monotonic_time ();
  parlor_frame_reader_init (&connection->reader);
  count (&self->counters.accepted, 1);
  connection->counted = self->connections->len < PARLOR_TCP_MAX_CONNECTIONS
                        && parlor_tally_take (self->tally, connection->address);
  connection->udp = connection->counted ? open_media (self) : -1;
  connection->index = self->connections->len;
  g_ptr_array_add (self->connections, connection);
  count (&self->counters.open, 1);
  tune (fd);
  if (connection->udp < 0 || !watch (self, connection))
    end_connection (self, connection, PARLOR_TCP_FULL);
}

/* Without a free descriptor the listener would wake us for ever: it rests for a moment. */
static void
listen_again (ParlorTcpFront *self, gboolean listens)
{
  struct epoll_event event = {.events = listens ? EPOLLIN : 0, .data.ptr = NULL};
  self->deaf_until_us = listens ? 0 : g_get_monotonic_time () + SWEEP_MS * PARLOR_US_PER_MS;
  epoll_ctl (self->epoll, EPOLL_CTL_MOD, self->listener, &event);
}

static void
accept_all (ParlorTcpFront *self)
{
  for (guint i = 0; i < LISTEN_BACKLOG; i++)
    {
      struct sockaddr_storage from;
      socklen_t size = sizeof from;
      int fd = accept4 (self->listener, (struct sockaddr *)&from, &size,
                        SOCK_NONBLOCK | SOCK_CLOEXEC);
      if (fd >= 0)
        take_connection (self, fd, &from);
      else if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM)
        {
          listen_again (self, FALSE);
          return;
        }
      else if (errno != ECONNABORTED && errno != EINTR)
        return;
    }
}

/* ---- the thread ----------------------------------------------------------------------------- */

static void
sweep (ParlorTcpFront *self, gint64 now_us)
{
  for (guint i = self->connections->len; i > 0; i--)
    {
      Connection *connection = self->connections->pdata[i - 1];
      if (!connection->proved
          && now_us - connection->begun_us > (gint64)self->config.prove_ms * PARLOR_US_PER_MS)
        end_connection (self, connection, PARLOR_TCP_UNPROVED);
      else if (now_us - connection->heard_us > (gint64)self->config.idle_ms * PARLOR_US_PER_MS)
        end_connection (self, connection, PARLOR_TCP_IDLE);
    }
  if (self->deaf_until_us != 0 && now_us >= self->deaf_until_us)
    listen_again (self, TRUE);
}

static void
handle (ParlorTcpFront *self, const struct epoll_event *event)
{
  Connection *connection = (Connection *)(guintptr)(event->data.u64 & ~(guint64)1);
  if (connection == NULL)
    accept_all (self);
  else if (connection->index == G_MAXUINT)
    return; /* ended by an event before */
  else if (event->data.u64 & 1)
    read_media (self, connection);
  else
    {
      if (event->events & EPOLLOUT)
        write_out (self, connection);
      if (connection->index != G_MAXUINT && event->events & (EPOLLIN | EPOLLHUP | EPOLLERR))
        read_peer (self, connection);
    }
}

static gpointer
run (gpointer data)
{
  ParlorTcpFront *self = data;
  gint64 sweep_us = g_get_monotonic_time () + SWEEP_MS * PARLOR_US_PER_MS;
  for (;;)
    {
      struct epoll_event events[64];
      int n = epoll_wait (self->epoll, events, G_N_ELEMENTS (events), SWEEP_MS / 4);
      for (int i = 0; i < n; i++)
        {
          if (events[i].data.ptr == self)
            return NULL;
          handle (self, &events[i]);
        }
      gint64 now_us = g_get_monotonic_time ();
      if (now_us >= sweep_us)
        {
          sweep (self, now_us);
          sweep_us = now_us + MIN (SWEEP_MS, self->config.prove_ms) * PARLOR_US_PER_MS;
        }
      g_ptr_array_set_size (self->ended, 0);
    }
}

/* ---- life ----------------------------------------------------------------------------------- */

static int
open_listener (const ParlorTcpFrontConfig *config, int family)
{
  const int on = 1, off = 0;
  struct sockaddr_in6 six = {.sin6_family = AF_INET6, .sin6_port = htons (config->port)};
  struct sockaddr_in four = {.sin_family = AF_INET, .sin_port = htons (config->port)};
  void *ip = family == AF_INET6 ? (void *)&six.sin6_addr : (void *)&four.sin_addr;
  const struct sockaddr *at = family == AF_INET6 ? (const struct sockaddr *)&six
                                                 : (const struct sockaddr *)&four;
  socklen_t size = family == AF_INET6 ? sizeof six : sizeof four;
  int fd = socket (family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (fd < 0)
    return -1;
  setsockopt (fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  if (family == AF_INET6)
    setsockopt (fd, IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof off);
  if ((config->address == NULL || inet_pton (family, config->address, ip) == 1)
      && bind (fd, at, size) == 0 && listen (fd, LISTEN_BACKLOG) == 0)
    return fd;
  int saved = errno;
  close (fd);
  errno = saved;
  return -1;
}

static guint16
port_of (int fd)
{
  struct sockaddr_storage at;
  socklen_t size = sizeof at;
  if (getsockname (fd, (struct sockaddr *)&at, &size) != 0)
    return 0;
  return at.ss_family == AF_INET6 ? ntohs (((struct sockaddr_in6 *)&at)->sin6_port)
                                  : ntohs (((struct sockaddr_in *)&at)->sin_port);
}

/* A host without IPv6 has no such sockets: then IPv4 alone. */
static gboolean
start_listening (ParlorTcpFront *self, GError **error)
{
  gboolean is_four = self->config.address != NULL && strchr (self->config.address, ':') == NULL;
  self->listener = is_four ? -1 : open_listener (&self->config, AF_INET6);
  if (self->listener < 0 && (is_four || errno == EAFNOSUPPORT || errno == EADDRNOTAVAIL))
    self->listener = open_listener (&self->config, AF_INET);
  if (self->listener < 0)
    {
      int code = errno;
      g_set_error (error, G_IO_ERROR, g_io_error_from_errno (code), "TCP port %u: %s",
                   self->config.port, g_strerror (code));
      return FALSE;
    }
  self->port = port_of (self->listener);
  return TRUE;
}

static gboolean
make_loop (ParlorTcpFront *self, GError **error)
{
  struct epoll_event listener = {.events = EPOLLIN, .data.ptr = NULL};
  struct epoll_event end = {.events = EPOLLIN, .data.ptr = self};
  self->epoll = epoll_create1 (EPOLL_CLOEXEC);
  self->end = eventfd (0, EFD_CLOEXEC | EFD_NONBLOCK);
  if (self->epoll >= 0 && self->end >= 0
      && epoll_ctl (self->epoll, EPOLL_CTL_ADD, self->listener, &listener) == 0
      && epoll_ctl (self->epoll, EPOLL_CTL_ADD, self->end, &end) == 0)
    return TRUE;
  g_set_error (error, G_IO_ERROR, g_io_error_from_errno (errno), "epoll: %s", g_strerror (errno));
  return FALSE;
}

ParlorTcpFront *
parlor_tcp_front_new (const ParlorTcpFrontConfig *config, GError **error)
{
  ParlorTcpFront *self = g_new0 (ParlorTcpFront, 1);
  self->config = *config;
  self->config.prove_ms = config->prove_ms != 0 ? config->prove_ms : PARLOR_TCP_PROVE_MS;
  self->config.idle_ms = config->idle_ms != 0 ? config->idle_ms : PARLOR_TCP_IDLE_MS;
  self->listener = self->epoll = self->end = -1;
  self->connections = g_ptr_array_new_with_free_func (NULL);
  self->ended = g_ptr_array_new_with_free_func (connection_free);
  self->tally = parlor_tally_new (PARLOR_TCP_MAX_OF_ADDRESS);
  for (guint i = 0; i < AT_ONCE; i++)
    {
      self->vectors[i] = (struct iovec){self->packets[i], sizeof self->packets[i]};
      self->messages[i].msg_hdr = (struct msghdr){.msg_iov = &self->vectors[i], .msg_iovlen = 1};
    }
  if (!start_listening (self, error) || !make_loop (self, error))
    {
      parlor_tcp_front_free (self);
      return NULL;
    }
  self->config.address = NULL; /* borrowed for the call */
  self->thread = g_thread_new ("tcp-front", run, self);
  return self;
}

void
parlor_tcp_front_free (ParlorTcpFront *self)
{
  if (self == NULL)
    return;
  if (self->thread != NULL)
    {
      eventfd_write (self->end, 1);
      g_thread_join (self->thread);
    }
  while (self->connections->len > 0)
    end_connection (self, self->connections->pdata[0], PARLOR_TCP_LEFT);
  g_ptr_array_unref (self->ended);
  g_ptr_array_unref (self->connections);
  parlor_tally_free (self->tally);
  const int fds[] = {self->listener, self->epoll, self->end};
  for (guint i = 0; i < G_N_ELEMENTS (fds); i++)
    if (fds[i] >= 0)
      close (fds[i]);
  g_free (self);
}

guint16
parlor_tcp_front_get_port (const ParlorTcpFront *self)
{
  return self->port;
}

void
parlor_tcp_front_get_counters (const ParlorTcpFront *self, ParlorTcpCounters *out)
{
  const guint64 *from = (const guint64 *)&self->counters;
  guint64 *to = (guint64 *)out;
  for (gsize i = 0; i < sizeof *out / sizeof *to; i++)
    to[i] = __atomic_load_n (&from[i], __ATOMIC_RELAXED);
}
