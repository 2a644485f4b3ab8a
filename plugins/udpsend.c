/* SPDX-License-Identifier: Apache-2.0 */
#include "udpsend.h"

#include <errno.h>
#include <netinet/udp.h>
#include <string.h>
#include <sys/socket.h>

#include "base/addr.h"
#include "udpfamily.h"
#include "udpsocket.h"

/* The kernel's own bound of one call (UIO_MAXIOV). */
#define MAX_MESSAGES 1024

typedef struct
{
  struct cmsghdr align; /* only for its alignment; the bytes below are what is used */
} ControlAlign;

typedef union
{
  ControlAlign align;
  guint8 bytes[CMSG_SPACE (sizeof (guint16)) + CMSG_SPACE (sizeof (struct in6_pktinfo))];
} Control;

/* Which part of a batch a message of the kernel's is. */
typedef struct
{
  guint datagram;
  guint32 offset; /* from the datagram's first byte */
  guint16 segment_bytes;
} Part;

typedef struct
{
  GstBuffer *batch; /* owned */
  guint datagram;   /* the first that was not sent … */
  guint32 offset;   /* … and the byte in it */
} Kept;

struct _ParlorUdpSender
{
  ParlorSendFunc send;
  int fd;             /* of the last call, -1 = none */
  gboolean is_ipv4;   /* it takes sockaddr_in */
  GHashTable *no_gso; /* ParlorAddr */
  gint64 blocked_us;  /* since when the oldest kept batch waits */
  gint64 retry_us;
  guint n_kept;
  Kept kept[PARLOR_SEND_MAX_KEPT];

  guint n_messages;
  struct mmsghdr messages[MAX_MESSAGES];
  struct iovec vectors[MAX_MESSAGES];
  Part parts[MAX_MESSAGES];
  Control control[MAX_MESSAGES];
  struct sockaddr_in ipv4_names[MAX_MESSAGES]; /* instead of the batch's, when is_ipv4 */
};

/* One batch on its way out. */
typedef struct
{
  ParlorUdpSender *sender;
  int fd;
  const guint8 *memory;
  ParlorBatchMeta *meta;
  ParlorLoopCounters *counters;
  guint unsent;
  guint datagram; /* where to go on */
  guint32 offset;
} Run;

static guint
addr_hash (gconstpointer key)
{
  const ParlorAddr *addr = key;
  guint32 words[4];
  memcpy (words, addr->ip, sizeof words);
  return (words[0] ^ words[1] * 31 ^ words[2] * 131 ^ words[3] * 0x9E3779B1u) + addr->port * 65599u;
}

static gboolean
addr_equal (gconstpointer a, gconstpointer b)
{
  return parlor_addr_equal (a, b);
}

static int
send_messages (int fd, struct mmsghdr *messages, unsigned n, int flags)
{
  return sendmmsg (fd, messages, n, flags);
}

ParlorUdpSender *
parlor_udp_sender_new (ParlorSendFunc send)
{
  ParlorUdpSender *self = g_new0 (ParlorUdpSender, 1);
  self->send = send ? send : send_messages;
  self->fd = -1;
  self->no_gso = g_hash_table_new_full (addr_hash, addr_equal, g_free, NULL);
  self->retry_us = G_MAXINT64;
  return self;
}

void
parlor_udp_sender_clear (ParlorUdpSender *self)
{
  for (guint i = 0; i < self->n_kept; i++)
    gst_buffer_unref (self->kept[i].batch);
  self->n_kept = 0;
  self->retry_us = G_MAXINT64;
}

void
parlor_udp_sender_free (ParlorUdpSender *self)
{
  if (self == NULL)
    return;
  parlor_udp_sender_clear (self);
  g_hash_table_unref (self->no_gso);
  g_free (self);
}

static guint
count_pkts (guint32 length, guint16 segment_bytes)
{
  return segment_bytes > 0 && length > segment_bytes ? (length + segment_bytes - 1) / segment_bytes
                                                     : 1;
}

/* --- one message of the kernel's ----------------------------------------------------------------
 */

/* The last one has no padding behind it: a source alone is 36 bytes then, which the kernel keeps on
 * its stack; of 40 it would ask for memory. */
static struct cmsghdr *
add_control (struct msghdr *header, guint8 *at, int level, int type, gsize length)
{
  struct cmsghdr *c = (struct cmsghdr *)at;
  c->cmsg_level = level;
  c->cmsg_type = type;
  c->cmsg_len = CMSG_LEN (length);
  header->msg_controllen = (gsize)(at - (guint8 *)header->msg_control) + CMSG_LEN (length);
  return c;
}

static void
add_source (struct msghdr *header, Control *control, const struct in6_addr *local, gboolean is_ipv4)
{
  guint8 *at = control->bytes + CMSG_ALIGN (header->msg_controllen);
  if (is_ipv4)
    {
      struct in_pktinfo info = {.ipi_spec_dst = parlor_udp_unmapped (local)};
      memcpy (CMSG_DATA (add_control (header, at, IPPROTO_IP, IP_PKTINFO, sizeof info)), &info,
              sizeof info);
      return;
    }
  struct in6_pktinfo info = {.ipi6_addr = *local};
  memcpy (CMSG_DATA (add_control (header, at, IPPROTO_IPV6, IPV6_PKTINFO, sizeof info)), &info,
          sizeof info);
}

static void
set_control (struct msghdr *header, Control *control, const ParlorDatagram *datagram,
             guint16 segment_bytes, gboolean is_ipv4)
{
  header->msg_control = control->bytes;
  header->msg_controllen = 0;
  if (segment_bytes > 0)
    {
      struct cmsghdr *c = add_control (header, control->bytes, SOL_UDP, UDP_SEGMENT,
                                       sizeof segment_bytes);
      memcpy (CMSG_DATA (c), &segment_bytes, sizeof segment_bytes);
    }
  if (!IN6_IS_ADDR_UNSPECIFIED (&datagram->local))
    add_source (header, control, &datagram->local, is_ipv4);
  if (header->msg_controllen == 0)
    header->msg_control = NULL;
}

static void
add_message (Run *run, guint datagram_index, guint32 offset, guint32 length, guint16 segment_bytes)
{
  ParlorUdpSender *self = run->sender;
  ParlorDatagram *datagram = &run->meta->datagrams[datagram_index];
  guint i = self->n_messages++;
  struct msghdr *header = &self->messages[i].msg_hdr;
  guint16 gso = segment_bytes > 0 && length > segment_bytes ? segment_bytes : 0;
  self->parts[i] = (Part){datagram_index, offset, gso};
  self->vectors[i].iov_base = (guint8 *)run->memory + datagram->offset + offset;
  self->vectors[i].iov_len = length;
  header->msg_name = &datagram->peer;
  header->msg_namelen = sizeof datagram->peer;
  header->msg_iov = &self->vectors[i];
  header->msg_iovlen = 1;
  header->msg_flags = 0;
  /* A peer of IPv6 has no way out of an IPv4 socket: the kernel refuses his name, which counts. */
  if (self->is_ipv4 && IN6_IS_ADDR_V4MAPPED (&datagram->peer.sin6_addr))
    {
      self->ipv4_names[i] = parlor_udp_to_in (&datagram->peer);
      header->msg_name = &self->ipv4_names[i];
      header->msg_namelen = sizeof self->ipv4_names[i];
    }
  set_control (header, &self->control[i], datagram, gso, self->is_ipv4);
}

static gboolean
takes_gso (ParlorUdpSender *self, const ParlorDatagram *datagram)
{
  ParlorAddr peer;
  if (g_hash_table_size (self->no_gso) == 0)
    return TRUE;
  parlor_addr_from_in6 (&datagram->peer, &peer);
  return !g_hash_table_contains (self->no_gso, &peer);
}

static void
remember_no_gso (ParlorUdpSender *self, const ParlorDatagram *datagram)
{
  ParlorAddr peer;
  if (g_hash_table_size (self->no_gso) >= PARLOR_SEND_MAX_NO_GSO)
    g_hash_table_remove_all (self->no_gso);
  memset (&peer, 0, sizeof peer);
  parlor_addr_from_in6 (&datagram->peer, &peer);
  g_hash_table_add (self->no_gso, g_memdup2 (&peer, sizeof peer));
}

/* As single datagrams from run->offset on, as many as there is room for; TRUE = all of it. */
static gboolean
add_singly (Run *run, const ParlorDatagram *datagram)
{
  while (run->offset < datagram->length)
    {
      guint32 length = MIN (datagram->segment_bytes, datagram->length - run->offset);
      if (run->sender->n_messages == MAX_MESSAGES)
        return FALSE;
      add_message (run, run->datagram, run->offset, length, 0);
      run->offset += length;
    }
  return TRUE;
}

/* Lists messages from (run->datagram, run->offset) on, until the batch or the room ends. */
static void
list_messages (Run *run)
{
  run->sender->n_messages = 0;
  while (run->datagram < run->meta->n_datagrams && run->sender->n_messages < MAX_MESSAGES)
    {
      const ParlorDatagram *datagram = &run->meta->datagrams[run->datagram];
      gboolean whole = datagram->segment_bytes == 0 || datagram->segment_bytes >= datagram->length;
      if (whole || (run->offset == 0 && takes_gso (run->sender, datagram)))
        add_message (run, run->datagram, 0, datagram->length, datagram->segment_bytes);
      else if (!add_singly (run, datagram))
        return;
      run->datagram++;
      run->offset = 0;
    }
}

/* --- what the kernel says -----------------------------------------------------------------------
 */

static gboolean
is_gso_error (int error)
{
  return error == EINVAL || error == EIO || error == EMSGSIZE || error == EOPNOTSUPP;
}

static void
give_up (Run *run, guint32 length, guint16 segment_bytes)
{
  guint n_pkts = count_pkts (length, segment_bytes);
  run->unsent += n_pkts;
  run->counters->send_failed += n_pkts;
}

static void
count_sent (Run *run, guint first, guint n)
{
  const ParlorUdpSender *self = run->sender;
  run->counters->messages_out += n;
  for (guint i = first; i < first + n; i++)
    {
      guint32 length = (guint32)self->vectors[i].iov_len;
      run->counters->datagrams_out += count_pkts (length, self->parts[i].segment_bytes);
      run->counters->bytes_out += length;
    }
}

/* The message at i was refused. TRUE: go on with the next one; FALSE: list again from here. */
static gboolean
handle_refused (Run *run, guint i, int error)
{
  ParlorUdpSender *self = run->sender;
  const Part *part = &self->parts[i];
  if (part->segment_bytes == 0 || !is_gso_error (error))
    {
      give_up (run, (guint32)self->vectors[i].iov_len, part->segment_bytes);
      return TRUE;
    }
  remember_no_gso (self, &run->meta->datagrams[part->datagram]);
  run->counters->gso_refused++;
  run->datagram = part->datagram;
  run->offset = part->offset;
  return FALSE;
}

typedef enum
{
  SENT,       /* all that was listed */
  LIST_AGAIN, /* from run->datagram on */
  BLOCKED,    /* from run->datagram on */
} SendResult;

static SendResult
send_listed (Run *run)
{
  ParlorUdpSender *self = run->sender;
  guint i = 0;
  while (i < self->n_messages)
    {
      int n = self->send (run->fd, &self->messages[i], self->n_messages - i, MSG_DONTWAIT);
      if (n > 0)
        {
          count_sent (run, i, (guint)n);
          i += (guint)n;
        }
      else if (n < 0 && (errno == EAGAIN || errno == ENOBUFS))
        {
          run->datagram = self->parts[i].datagram;
          run->offset = self->parts[i].offset;
          return BLOCKED;
        }
      else if (n < 0 && errno == EINTR)
        continue;
      else if (handle_refused (run, i, n < 0 ? errno : 0))
        i++;
      else
        return LIST_AGAIN;
    }
  return SENT;
}

/* --- batches ------------------------------------------------------------------------------------
 */

/* TRUE: nothing of it is left; FALSE: blocked at (*datagram, *offset). */
static gboolean
send_batch (ParlorUdpSender *self, int fd, GstBuffer *batch, ParlorBatchMeta *meta, guint *datagram,
            guint32 *offset, guint *unsent, ParlorLoopCounters *counters)
{
  GstMapInfo map = {0};
  Run run = {.sender = self, .fd = fd, .meta = meta, .memory = meta->bytes, .counters = counters};
  SendResult result = SENT;
  if (meta->n_datagrams == 0 || (run.memory == NULL && !gst_buffer_map (batch, &map, GST_MAP_READ)))
    return TRUE;
  if (run.memory == NULL)
    run.memory = map.data;
  run.datagram = *datagram;
  run.offset = *offset;
  while (run.datagram < run.meta->n_datagrams && result != BLOCKED)
    {
      list_messages (&run);
      result = send_listed (&run);
    }
  if (map.data != NULL)
    gst_buffer_unmap (batch, &map);
  *datagram = run.datagram;
  *offset = run.offset;
  *unsent += run.unsent;
  return result != BLOCKED;
}

static guint
count_rest (const Kept *kept)
{
  const ParlorBatchMeta *meta = parlor_buffer_get_batch_meta (kept->batch);
  guint n_pkts = 0;
  for (guint i = kept->datagram; i < meta->n_datagrams; i++)
    {
      guint32 done = i == kept->datagram ? kept->offset : 0;
      n_pkts += count_pkts (meta->datagrams[i].length - done, meta->datagrams[i].segment_bytes);
    }
  return n_pkts;
}

static guint
drop_kept (ParlorUdpSender *self, ParlorLoopCounters *counters)
{
  guint n_pkts = 0;
  for (guint i = 0; i < self->n_kept; i++)
    n_pkts += count_rest (&self->kept[i]);
  counters->send_blocked += n_pkts;
  parlor_udp_sender_clear (self);
  return n_pkts;
}

static guint
keep (ParlorUdpSender *self, GstBuffer *batch, guint datagram, guint32 offset, gint64 now_us,
      ParlorLoopCounters *counters)
{
  Kept kept = {batch, datagram, offset};
  if (self->n_kept == PARLOR_SEND_MAX_KEPT)
    {
      guint n_pkts = count_rest (&kept);
      counters->send_blocked += n_pkts;
      return n_pkts;
    }
  if (self->n_kept == 0)
    self->blocked_us = now_us;
  gst_buffer_ref (batch);
  self->kept[self->n_kept++] = kept;
  self->retry_us = now_us + PARLOR_SEND_RETRY_US;
  return 0;
}

/* Oldest first; a batch that gets through starts the clock of the next one anew. */
static guint
send_kept (ParlorUdpSender *self, int fd, gint64 now_us, ParlorLoopCounters *counters)
{
  guint unsent = 0;
  while (self->n_kept > 0)
    {
      Kept *oldest = &self->kept[0];
      if (!send_batch (self, fd, oldest->batch, parlor_buffer_get_batch_meta (oldest->batch),
                       &oldest->datagram, &oldest->offset, &unsent, counters))
        break;
      gst_buffer_unref (oldest->batch);
      memmove (oldest, oldest + 1, --self->n_kept * sizeof *oldest);
      self->blocked_us = now_us;
    }
  self->retry_us = self->n_kept > 0 ? now_us + PARLOR_SEND_RETRY_US : G_MAXINT64;
  if (self->n_kept > 0 && now_us - self->blocked_us >= PARLOR_SEND_KEEP_US)
    unsent += drop_kept (self, counters);
  return unsent;
}

guint
parlor_udp_sender_send (ParlorUdpSender *self, int fd, GstBuffer *batch, gint64 now_us,
                        ParlorLoopCounters *counters)
{
  ParlorBatchMeta *meta = parlor_buffer_get_batch_meta (batch);
  guint datagram = 0, unsent = 0;
  guint32 offset = 0;
  if (fd != self->fd)
    {
      self->fd = fd;
      self->is_ipv4 = parlor_udp_socket_is_ipv4 (fd);
    }
  if (self->n_kept > 0)
    unsent = send_kept (self, fd, now_us, counters);
  if (meta == NULL)
    counters->malformed_batches++;
  if (meta == NULL || meta->n_datagrams == 0)
    return unsent;
  /* Nothing overtakes what is kept: packets of one stream stay in order. */
  if (self->n_kept > 0
      || !send_batch (self, fd, batch, meta, &datagram, &offset, &unsent, counters))
    unsent += keep (self, batch, datagram, offset, now_us, counters);
  return unsent;
}

gint64
parlor_udp_sender_next_us (const ParlorUdpSender *self)
{
  return self->retry_us;
}
