/* SPDX-License-Identifier: Apache-2.0 */
#include "udpsort.h"

#include <linux/filter.h>
#include <sys/socket.h>

/* RTPFB or PSFB of format 15 (RFC 4585 section 6.1; both stand in the clear, RFC 3711 section 3.4):
   what begins so. A compound that begins with a report goes the common way. */
#define VERSION_AND_FORMAT 0x8f
#define WITHOUT_PADDING 0xdf
#define RTPFB 205
#define PSFB 206

/* Knuth's multiplicative hash: neighbours are far from each other, so that a port beside a port
   never makes up for an address beside an address. */
#define SPREAD 2654435761u
/* Where constants begin with a 1, the kernel needs another instruction for each. */
#define KEY_SHIFT 1
#define HASH_SHIFT 15

/* Searched one by one at the end of each branch. */
#define LEAF 8
#define IS_FEEDBACK 0 /* scratch word: 0 or 1 */

/* The UDP payload is at offset 0. */
#define LOAD_BYTE(at) BPF_STMT (BPF_LD | BPF_B | BPF_ABS, (guint32)(at))
#define LOAD_WORD(at) BPF_STMT (BPF_LD | BPF_W | BPF_ABS, (guint32)(at))
#define LOAD_HALF(at) BPF_STMT (BPF_LD | BPF_H | BPF_ABS, (guint32)(at))
#define LOAD(value) BPF_STMT (BPF_LD | BPF_IMM, value)
#define IF(what, value, then, otherwise) BPF_JUMP (BPF_JMP | (what) | BPF_K, value, then, otherwise)
#define SKIP(n) BPF_STMT (BPF_JMP | BPF_JA, n)
#define ALU(op, value) BPF_STMT (BPF_ALU | (op) | BPF_K, value)
#define ADD_X BPF_STMT (BPF_ALU | BPF_ADD | BPF_X, 0)
#define TO_X BPF_STMT (BPF_MISC | BPF_TAX, 0)

typedef struct
{
  struct sock_filter code[BPF_MAXINSNS];
  guint n;
  guint ends[PARLOR_UDP_SORT_MAX], n_ends;     /* jumps to where the worker is known */
  guint misses[PARLOR_UDP_SORT_MAX], n_misses; /* jumps to where it is hashed */
} Program;

static guint
add (Program *self, struct sock_filter what)
{
  g_assert (self->n < G_N_ELEMENTS (self->code));
  self->code[self->n] = what;
  return self->n++;
}

/* All jumps go forward. */
static void
land (Program *self, guint from)
{
  self->code[from].k = self->n - from - 1;
}

static void
add_beginning (Program *self)
{
  /* IPv4 with options or IPv6 with extension headers read something else of the datagram, which is
     the same for all of a path's datagrams or, at worst, is handed over between workers. */
  static const struct sock_filter code[] = {
      LOAD_BYTE (0),
      ALU (BPF_AND, WITHOUT_PADDING),
      IF (BPF_JEQ, VERSION_AND_FORMAT, 0, 5),
      LOAD_BYTE (1),
      IF (BPF_JEQ, RTPFB, 1, 0),
      IF (BPF_JEQ, PSFB, 0, 2),
      LOAD (1),
      SKIP (1),
      LOAD (0),
      BPF_STMT (BPF_ST, IS_FEEDBACK),
      LOAD_BYTE (SKF_NET_OFF),
      ALU (BPF_RSH, 4),
      IF (BPF_JEQ, 6, 5, 0),
      LOAD_WORD (SKF_NET_OFF + 12),
      ALU (BPF_MUL, SPREAD),
      TO_X,
      LOAD_HALF (SKF_NET_OFF + 20),
      SKIP (4),
      LOAD_WORD (SKF_NET_OFF + 20),
      ALU (BPF_MUL, SPREAD),
      TO_X,
      LOAD_HALF (SKF_NET_OFF + 40),
      ADD_X,
      ALU (BPF_MUL, SPREAD),
      ALU (BPF_RSH, KEY_SHIFT),
  };
  for (guint i = 0; i < G_N_ELEMENTS (code); i++)
    add (self, code[i]);
}

/* Behind the comparisons of a leaf, for those of this worker. */
static void
add_hit (Program *self, guint first, const ParlorUdpSteer *steers, guint n, guint worker)
{
  for (guint i = 0; i < n; i++)
    if (steers[i].worker == worker)
      self->code[first + i].jt = (guint8)(self->n - (first + i) - 1);
  add (self, (struct sock_filter)LOAD (2 * worker));
  self->ends[self->n_ends++] = add (self, (struct sock_filter)SKIP (0));
}

static void
add_leaf (Program *self, const ParlorUdpSteer *steers, guint n)
{
  guint first = self->n;
  for (guint i = 0; i < n; i++)
    add (self, (struct sock_filter)IF (BPF_JEQ, steers[i].key, 0, 0));
  self->misses[self->n_misses++] = add (self, (struct sock_filter)SKIP (0));
  for (guint i = 0; i < n; i++)
    if (self->code[first + i].jt == 0)
      add_hit (self, first, steers, n, steers[i].worker);
}

/* As deep as 1,024 halved down to 8. */
static void
add_tree (Program *self, const ParlorUdpSteer *steers, guint n)
{
  guint half = n / 2, right;
  if (n <= LEAF)
    {
      add_leaf (self, steers, n);
      return;
    }
  add (self, (struct sock_filter)IF (BPF_JGE, steers[half].key, 0, 1));
  right = add (self, (struct sock_filter)SKIP (0));
  add_tree (self, steers, half);
  land (self, right);
  add_tree (self, steers + half, n - half);
}

static void
add_end (Program *self, guint n_workers)
{
  for (guint i = 0; i < self->n_misses; i++)
    land (self, self->misses[i]);
  add (self, (struct sock_filter)ALU (BPF_RSH, HASH_SHIFT));
  add (self, (struct sock_filter)ALU (BPF_MOD, n_workers));
  add (self, (struct sock_filter)ALU (BPF_LSH, 1));
  for (guint i = 0; i < self->n_ends; i++)
    land (self, self->ends[i]);
  add (self, (struct sock_filter)BPF_STMT (BPF_LDX | BPF_MEM, IS_FEEDBACK));
  add (self, (struct sock_filter)ADD_X);
  add (self, (struct sock_filter)BPF_STMT (BPF_RET | BPF_A, 0));
}

gboolean
parlor_udp_sort (int fd, guint n_workers, const ParlorUdpSteer *steers, guint n)
{
  g_autofree Program *program = g_new0 (Program, 1);
  struct sock_fprog handed;
  g_return_val_if_fail (n <= PARLOR_UDP_SORT_MAX, FALSE);
  add_beginning (program);
  if (n > 0)
    add_tree (program, steers, n);
  add_end (program, n_workers);
  handed = (struct sock_fprog){(unsigned short)program->n, program->code};
  return setsockopt (fd, SOL_SOCKET, SO_ATTACH_REUSEPORT_CBPF, &handed, sizeof handed) == 0;
}

guint32
parlor_udp_sort_key (const ParlorAddr *peer)
{
  guint32 word;
  memcpy (&word, peer->ip + 12, sizeof word);
  return (g_ntohl (word) * SPREAD + peer->port) * SPREAD >> KEY_SHIFT;
}

guint
parlor_udp_sort_hash (guint32 key, guint n_workers)
{
  return (key >> HASH_SHIFT) % n_workers;
}
