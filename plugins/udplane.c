/* SPDX-License-Identifier: Apache-2.0 */
#include "udplane.h"

#include <linux/filter.h>
#include <sys/epoll.h>
#include <sys/socket.h>

#define BETWEEN_READS_US (5 * G_GINT64_CONSTANT (1000))
#define READ_AFTER_US (30 * G_GINT64_CONSTANT (1000))
#define ASLEEP_AFTER_US (500 * G_GINT64_CONSTANT (1000))

/* RTPFB or PSFB of format 15 (RFC 4585 section 6.1; both stand in the clear, RFC 3711 section 3.4):
   what begins so. A compound that begins with a report goes the common way. */
#define VERSION_AND_FORMAT 0x8f
#define WITHOUT_PADDING 0xdf
#define RTPFB 205
#define PSFB 206

/* --- the kernel's sorting: classic BPF, the UDP payload at offset 0 --- */

#define LOAD_BYTE(at) BPF_STMT (BPF_LD | BPF_B | BPF_ABS, (guint32)(at))
#define LOAD_WORD(at) BPF_STMT (BPF_LD | BPF_W | BPF_ABS, (guint32)(at))
#define LOAD_HALF(at) BPF_STMT (BPF_LD | BPF_H | BPF_ABS, (guint32)(at))
#define IF_EQUAL(value, then, otherwise)                                                           \
  BPF_JUMP (BPF_JMP | BPF_JEQ | BPF_K, value, then, otherwise)
#define ALU(op, value) BPF_STMT (BPF_ALU | (op) | BPF_K, value)
#define ADD_X BPF_STMT (BPF_ALU | BPF_ADD | BPF_X, 0)
#define TO_X BPF_STMT (BPF_MISC | BPF_TAX, 0)

gboolean
parlor_udp_lane_sort (int fd, guint n_workers)
{
  /* The last word of the peer's address and its port choose the worker; IPv4 with options or IPv6
     with extension headers read something else of the datagram, which is the same for all of a
     path's datagrams or, at worst, is handed over between workers. */
  struct sock_filter code[] = {
      LOAD_BYTE (SKF_NET_OFF),
      ALU (BPF_RSH, 4),
      IF_EQUAL (6, 4, 0),
      LOAD_WORD (SKF_NET_OFF + 12),
      TO_X,
      LOAD_HALF (SKF_NET_OFF + 20),
      BPF_STMT (BPF_JMP | BPF_JA, 3),
      LOAD_WORD (SKF_NET_OFF + 20),
      TO_X,
      LOAD_HALF (SKF_NET_OFF + 40),
      ADD_X,
      /* Knuth's multiplicative hash: neighbouring ports do not go in turn. */
      ALU (BPF_MUL, 2654435761u),
      ALU (BPF_RSH, 16),
      ALU (BPF_MOD, n_workers),
      ALU (BPF_LSH, 1),
      TO_X,
      LOAD_BYTE (0),
      ALU (BPF_AND, WITHOUT_PADDING),
      IF_EQUAL (VERSION_AND_FORMAT, 0, 5),
      LOAD_BYTE (1),
      IF_EQUAL (RTPFB, 1, 0),
      IF_EQUAL (PSFB, 0, 2),
      BPF_STMT (BPF_LD | BPF_IMM, 1),
      BPF_STMT (BPF_JMP | BPF_JA, 1),
      BPF_STMT (BPF_LD | BPF_IMM, 0),
      ADD_X,
      BPF_STMT (BPF_RET | BPF_A, 0),
  };
  const struct sock_fprog program = {G_N_ELEMENTS (code), code};
  return setsockopt (fd, SOL_SOCKET, SO_ATTACH_REUSEPORT_CBPF, &program, sizeof program) == 0;
}

/* --- when to read --- */

static gboolean
watch (ParlorUdpLane *self, int operation)
{
  struct epoll_event event = {.events = EPOLLIN | EPOLLONESHOT, .data.fd = self->fd};
  self->asleep = epoll_ctl (self->epoll_fd, operation, self->fd, &event) == 0;
  return self->asleep;
}

gboolean
parlor_udp_lane_init (ParlorUdpLane *self, int fd, int epoll_fd)
{
  *self = (ParlorUdpLane){.fd = fd, .epoll_fd = epoll_fd};
  return watch (self, EPOLL_CTL_ADD);
}

gint64
parlor_udp_lane_deadline_us (const ParlorUdpLane *self)
{
  return self->fd < 0 || self->asleep ? G_MAXINT64 : self->read_us + READ_AFTER_US;
}

void
parlor_udp_lane_woken (ParlorUdpLane *self)
{
  self->asleep = FALSE;
  self->read_us = 0;
}

gboolean
parlor_udp_lane_is_due (const ParlorUdpLane *self, gint64 now_us)
{
  return self->fd >= 0 && !self->asleep && now_us - self->read_us >= BETWEEN_READS_US;
}

void
parlor_udp_lane_was_read (ParlorUdpLane *self, gint n, gboolean more, gint64 now_us)
{
  self->read_us = more ? 0 : now_us;
  if (n > 0)
    self->found_us = now_us;
  else if (now_us - self->found_us >= ASLEEP_AFTER_US)
    watch (self, EPOLL_CTL_MOD);
}
