/* SPDX-License-Identifier: Apache-2.0 */
/* The floor: what forwarding costs when nothing but the unavoidable is done, in one thread and by
 * no server code: recvmmsg, unprotect (AES-GCM), rewrite the header, protect for each receiver, one
 * UDP GSO message a receiver and tick, sendmmsg. Prints the CPU time of that thread for each packet
 * forwarded, beside the table that the design was drawn from.
 *
 * "loopback" sends to real sockets, which another thread waits for in epoll and drains, so that the
 * kernel's receive path is charged to us. It cuts a GSO message into its datagrams for a receiver
 * without UDP_GRO, which costs more than all the rest; "loopback/gro" has receivers that take it
 * whole.
 *
 * "off-loopback" sends to a TUN device that nobody reads, so that every packet is dropped where a
 * network card would take it: one that segments UDP itself, as cards do ("card"), or not
 * ("no-card").
 *
 * B is how many packets leave to one receiver together, with packets always at hand. "--live" has
 * the sender keep a camera's time instead (30 frames and 50 Opus packets a second), so that the
 * loop sleeps and is woken as a server is; B is then printed as 0: what came together. Everything
 * happens in a network namespace of its own.
 *
 * "--cores A,B" keeps the loop on core A, who sends to it and who receives on core B, as the
 * benchmarks keep a server and its load: a packet from the other core is dearer than one of one's
 * own, and a floor that may choose is not the floor of a server that may not. */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <intel-ipsec-mb.h>
#include <linux/if_tun.h>
#include <net/if.h>
#include <net/route.h>
#include <netinet/in.h>
#include <netinet/udp.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#ifndef TUN_F_USO4
#define TUN_F_USO4 0x20
#define TUN_F_USO6 0x40
#endif

#define HEADER 20 /* fixed header and one extension block of a word */
#define TAG 16
#define MAX_B 8
#define MAX_RECEIVERS 500
#define SLOT 1400
/* Plain video packets of libwebrtc: its 1,200 bytes less what extensions and SRTP may take. */
#define VIDEO_MAX 1170
#define FRAME_BYTES (2500000 / 8 / 30)
#define OPUS_BYTES 90
/* What is encrypted between two sendmmsg calls: it should stay in the second-level cache. */
#define CHUNK_BYTES (192 * 1024)
#define IN_FLIGHT 64
#define ROUNDS 5

typedef enum
{
  LOOPBACK,
  LOOPBACK_GRO,
  CARD,
  NO_CARD,
  N_MODES,
} Mode;
static const char *const mode_names[N_MODES] = {"loopback", "loopback/gro", "off-loopback/card",
                                                "off-loopback/no-card"};

static bool
is_loopback (Mode mode)
{
  return mode == LOOPBACK || mode == LOOPBACK_GRO;
}

typedef struct
{
  struct gcm_key_data key __attribute__ ((aligned (64)));
  struct sockaddr_in6 address;
  uint32_t ssrc;
  uint64_t index;
  int socket; /* the receiving end over loopback, else -1 */
} Receiver;

typedef struct
{
  IMB_MGR *manager;
  struct gcm_key_data key __attribute__ ((aligned (64))); /* of the sender */
  Receiver *receivers;
  unsigned n_receivers, batch;
  Mode mode;
  bool constant; /* 1,200-byte packets only */
  bool live;
  int load_core; /* of who sends and who receives, -1 = any */
  int in, out, tun;
  struct sockaddr_in6 in_address;
  atomic_bool stop;
  atomic_uint_fast64_t fed, taken;
  uint64_t forwarded, bad;
} Bench;

static void
die (const char *what)
{
  fprintf (stderr, "floor: %s: %s\n", what, strerror (errno));
  exit (1);
}

static double
clock_us (clockid_t clock)
{
  struct timespec t;
  clock_gettime (clock, &t);
  return (double)t.tv_sec * 1e6 + (double)t.tv_nsec / 1e3;
}

/* The calling thread. */
static void
stay_on (int core)
{
  cpu_set_t set;
  CPU_ZERO (&set);
  if (core < 0)
    return;
  CPU_SET ((unsigned)core, &set);
  if (sched_setaffinity (0, sizeof set, &set) < 0)
    die ("--cores");
}

static void
write32 (uint8_t *at, uint32_t value)
{
  value = htonl (value);
  memcpy (at, &value, 4);
}

static void
make_iv (uint8_t iv[12], uint32_t ssrc, uint64_t index)
{
  memset (iv, 0, 12);
  write32 (iv + 2, ssrc);
  iv[6] = (uint8_t)(index >> 40);
  iv[7] = (uint8_t)(index >> 32);
  write32 (iv + 8, (uint32_t)index);
}

/* ---- what a browser sends ---- */

typedef struct
{
  uint64_t n;          /* packets so far */
  unsigned left, body; /* of the current frame */
  unsigned audio;      /* 1/320 s of media per packet: 50 of 320 are Opus */
} Source;

/* The body of the next packet. libwebrtc cuts a frame into equal parts, the last ones a byte
 * larger. */
static unsigned
next_body (Source *source, bool constant)
{
  if (constant)
    return 1200 - HEADER - TAG;
  source->audio += 50;
  if (source->audio >= 320)
    {
      source->audio -= 320;
      return OPUS_BYTES;
    }
  if (source->left == 0)
    {
      /* Frames of one stream differ by some tens of percent; a key frame of 6 times the size every
       * 300. */
      unsigned size = FRAME_BYTES * (80 + (unsigned)(source->n * 2654435761u >> 7) % 41) / 100;
      if (source->n % 2700 == 0)
        size *= 6;
      source->left = (size + VIDEO_MAX - 1) / VIDEO_MAX;
      source->body = size / source->left;
    }
  source->left--;
  return source->body + (source->left < 2);
}

static size_t
make_packet (Bench *b, Source *source, uint8_t *packet)
{
  struct gcm_context_data ctx;
  uint8_t iv[12];
  unsigned body = next_body (source, b->constant);
  memset (packet, 0, HEADER);
  packet[0] = 0x90;
  packet[1] = body == OPUS_BYTES ? 111 : 96;
  packet[2] = (uint8_t)(source->n >> 8);
  packet[3] = (uint8_t)source->n;
  write32 (packet + 8, 1);
  memcpy (packet + 12, "\xbe\xde\x00\x01", 4);
  memset (packet + HEADER, 0x55, body);
  make_iv (iv, 1, source->n);
  IMB_AES128_GCM_ENC (b->manager, &b->key, &ctx, packet + HEADER, packet + HEADER, body, iv, packet,
                      HEADER, packet + HEADER + body, TAG);
  source->n++;
  return HEADER + body + TAG;
}

static void *
feed (void *data)
{
  Bench *b = data;
  static uint8_t packets[MAX_B][SLOT];
  struct mmsghdr messages[MAX_B] = {0};
  struct iovec pieces[MAX_B];
  Source source = {0};
  int fd = socket (AF_INET6, SOCK_DGRAM, 0);
  stay_on (b->load_core);
  while (!atomic_load (&b->stop))
    {
      if (atomic_load (&b->fed) - atomic_load (&b->taken) > IN_FLIGHT)
        {
          usleep (20);
          continue;
        }
      for (unsigned i = 0; i < MAX_B; i++)
        {
          pieces[i] = (struct iovec){packets[i], make_packet (b, &source, packets[i])};
          messages[i].msg_hdr = (struct msghdr){.msg_name = &b->in_address,
                                                .msg_namelen = sizeof b->in_address,
                                                .msg_iov = &pieces[i],
                                                .msg_iovlen = 1};
        }
      if (sendmmsg (fd, messages, MAX_B, 0) != MAX_B)
        die ("feeding");
      atomic_fetch_add (&b->fed, MAX_B);
    }
  close (fd);
  return NULL;
}

/* A camera's time: a frame every 33 ms, its packets together, and an Opus packet every 20 ms. */
static void *
feed_live (void *data)
{
  Bench *b = data;
  static uint8_t packet[SLOT];
  Source source = {0};
  double next_frame_us = clock_us (CLOCK_MONOTONIC), next_voice_us = next_frame_us;
  int fd = socket (AF_INET6, SOCK_DGRAM, 0);
  stay_on (b->load_core);
  while (!atomic_load (&b->stop))
    {
      double now_us = clock_us (CLOCK_MONOTONIC);
      bool voice = next_voice_us <= next_frame_us;
      double due_us = voice ? next_voice_us : next_frame_us;
      if (now_us < due_us)
        {
          usleep ((unsigned)(due_us - now_us) + 1);
          continue;
        }
      source.audio = voice ? 270 : 0; /* the next packet is Opus, or the next ones are not */
      do
        {
          size_t n = make_packet (b, &source, packet);
          if (sendto (fd, packet, n, 0, (struct sockaddr *)&b->in_address, sizeof b->in_address)
              < 0)
            die ("feeding");
          source.audio = 0;
        }
      while (!voice && source.left > 0);
      next_voice_us += voice ? 20000 : 0;
      next_frame_us += voice ? 0 : 1e6 / 30;
    }
  close (fd);
  return NULL;
}

static void *
drain (void *data)
{
  Bench *b = data;
  static uint8_t bytes[16][2048];
  struct mmsghdr messages[16] = {0};
  struct iovec pieces[16];
  for (unsigned i = 0; i < 16; i++)
    {
      pieces[i] = (struct iovec){bytes[i], sizeof bytes[i]};
      messages[i].msg_hdr = (struct msghdr){.msg_iov = &pieces[i], .msg_iovlen = 1};
    }
  int epoll = epoll_create1 (0);
  struct epoll_event events[64];
  stay_on (b->load_core);
  for (unsigned i = 0; i < b->n_receivers; i++)
    {
      struct epoll_event event = {.events = EPOLLIN, .data.fd = b->receivers[i].socket};
      epoll_ctl (epoll, EPOLL_CTL_ADD, b->receivers[i].socket, &event);
    }
  while (!atomic_load (&b->stop))
    for (int i = epoll_wait (epoll, events, 64, 10); i > 0; i--)
      while (recvmmsg (events[i - 1].data.fd, messages, 16, MSG_DONTWAIT, NULL) == 16)
        ;
  close (epoll);
  return NULL;
}

/* ---- the loop that is measured ---- */

typedef struct
{
  unsigned n;
  uint8_t *clear[MAX_B];
  size_t length[MAX_B]; /* header and body */
} Tick;

static void
receive_tick (Bench *b, Tick *tick)
{
  static uint8_t packets[MAX_B][SLOT];
  struct mmsghdr messages[MAX_B] = {0};
  struct iovec pieces[MAX_B];
  unsigned room = b->live ? MAX_B : b->batch;
  for (unsigned i = 0; i < room; i++)
    {
      pieces[i] = (struct iovec){packets[i], SLOT};
      messages[i].msg_hdr = (struct msghdr){.msg_iov = &pieces[i], .msg_iovlen = 1};
    }
  int n = b->live ? recvmmsg (b->in, messages, MAX_B, MSG_WAITFORONE, NULL) : 0;
  while (n < (int)b->batch && !b->live)
    {
      int got = recvmmsg (b->in, messages + n, b->batch - (unsigned)n, 0, NULL);
      if (got < 0)
        die ("recvmmsg");
      n += got;
    }
  if (n < 0)
    die ("recvmmsg");
  atomic_fetch_add (&b->taken, (unsigned)n);
  tick->n = (unsigned)n;
  for (unsigned i = 0; i < tick->n; i++)
    {
      tick->clear[i] = packets[i];
      tick->length[i] = messages[i].msg_len - TAG;
    }
}

static void
unprotect_tick (Bench *b, Tick *tick, uint64_t *index)
{
  for (unsigned i = 0; i < tick->n; i++)
    {
      struct gcm_context_data ctx;
      uint8_t iv[12], tag[TAG], *p = tick->clear[i];
      size_t body = tick->length[i] - HEADER;
      make_iv (iv, 1, (*index)++);
      IMB_AES128_GCM_DEC (b->manager, &b->key, &ctx, p + HEADER, p + HEADER, body, iv, p, HEADER,
                          tag, TAG);
      b->bad += memcmp (tag, p + HEADER + body, TAG) != 0;
    }
}

/* Video first and the short Opus packets last, since only the last segment may be shorter; one byte
 * more or less is evened out by RTP padding. Returns the groups' ends: each [begin, end) is one GSO
 * message. */
static unsigned
plan_groups (const Bench *b, Tick *tick, unsigned ends[MAX_B])
{
  unsigned groups = 0, video = 0;
  for (unsigned i = 0; i < tick->n; i++)
    if (tick->length[i] > HEADER + OPUS_BYTES)
      {
        uint8_t *packet = tick->clear[i];
        size_t length = tick->length[i];
        tick->clear[i] = tick->clear[video];
        tick->length[i] = tick->length[video];
        tick->clear[video] = packet;
        tick->length[video++] = length;
      }
  for (unsigned i = 0; i < tick->n; i++)
    {
      bool fits = i > 0 && tick->length[i] + 32 >= tick->length[i - 1]
                  && tick->length[i] <= tick->length[i - 1] + 32;
      bool last_short = i > 0 && i + 1 == tick->n && tick->length[i] < tick->length[i - 1];
      if (i > 0 && !fits && !last_short)
        ends[groups++] = i;
    }
  ends[groups++] = tick->n;
  return groups;
}

static size_t
protect_one (Bench *b, Receiver *to, const uint8_t *clear, size_t length, size_t wanted,
             uint8_t *out)
{
  struct gcm_context_data ctx;
  uint8_t iv[12];
  size_t body = length - HEADER, padding = wanted > length ? wanted - length : 0;
  memcpy (out, clear, HEADER);
  out[2] = (uint8_t)(to->index >> 8);
  out[3] = (uint8_t)to->index;
  write32 (out + 8, to->ssrc);
  const uint8_t *in = clear + HEADER;
  if (padding > 0)
    {
      memcpy (out + HEADER, in, body);
      memset (out + HEADER + body, 0, padding);
      body += padding;
      out[HEADER + body - 1] = (uint8_t)padding;
      out[0] |= 0x20;
      in = out + HEADER;
    }
  make_iv (iv, to->ssrc, to->index++);
  IMB_AES128_GCM_ENC (b->manager, &to->key, &ctx, out + HEADER, in, body, iv, out, HEADER,
                      out + HEADER + body, TAG);
  return HEADER + body + TAG;
}

typedef union
{
  struct cmsghdr header;
  char bytes[CMSG_SPACE (sizeof (uint16_t))];
} Control;

#define MAX_MESSAGES 512

typedef struct
{
  struct mmsghdr messages[MAX_MESSAGES];
  struct iovec pieces[MAX_MESSAGES];
  Control controls[MAX_MESSAGES];
  uint8_t bytes[CHUNK_BYTES + 16 * SLOT];
  size_t used;
  unsigned n;
} Chunk;

static void
send_chunk (Bench *b, Chunk *chunk)
{
  unsigned sent = 0;
  while (sent < chunk->n)
    {
      int n = sendmmsg (b->out, chunk->messages + sent, chunk->n - sent, 0);
      if (n < 0 && errno != ENOBUFS)
        die ("sendmmsg");
      sent += n > 0 ? (unsigned)n : 1;
    }
  chunk->n = 0;
  chunk->used = 0;
}

static void
add_message (Chunk *chunk, Receiver *to, size_t begin, size_t segment)
{
  unsigned i = chunk->n++;
  struct msghdr *message = &chunk->messages[i].msg_hdr;
  size_t length = chunk->used - begin;
  chunk->pieces[i] = (struct iovec){chunk->bytes + begin, length};
  *message = (struct msghdr){.msg_name = &to->address,
                             .msg_namelen = sizeof to->address,
                             .msg_iov = &chunk->pieces[i],
                             .msg_iovlen = 1};
  if (length <= segment)
    return;
  message->msg_control = &chunk->controls[i];
  message->msg_controllen = sizeof chunk->controls[i];
  struct cmsghdr *control = CMSG_FIRSTHDR (message);
  control->cmsg_level = SOL_UDP;
  control->cmsg_type = UDP_SEGMENT;
  control->cmsg_len = CMSG_LEN (sizeof (uint16_t));
  uint16_t size = (uint16_t)segment;
  memcpy (CMSG_DATA (control), &size, sizeof size);
}

static void
forward_group (Bench *b, Chunk *chunk, Receiver *to, const Tick *tick, unsigned begin, unsigned end)
{
  size_t from = chunk->used, wanted = 0;
  for (unsigned i = begin; i < end; i++)
    wanted = tick->length[i] > wanted ? tick->length[i] : wanted;
  for (unsigned i = begin; i < end; i++)
    {
      /* The short last one stays short. */
      size_t size = tick->length[i] + 32 < wanted ? tick->length[i] : wanted;
      chunk->used += protect_one (b, to, tick->clear[i], tick->length[i], size,
                                  chunk->bytes + chunk->used);
    }
  add_message (chunk, to, from, wanted + TAG);
  b->forwarded += end - begin;
}

static void
run_loop (Bench *b, double seconds, bool send, double *cpu_us)
{
  static Chunk chunk;
  static uint64_t index; /* the sender's, over all runs of one bench */
  Tick tick;
  unsigned ends[MAX_B];
  if (b->forwarded == 0)
    index = 0;
  double end_us = clock_us (CLOCK_MONOTONIC) + seconds * 1e6;
  double begin_us = clock_us (CLOCK_THREAD_CPUTIME_ID);
  while (clock_us (CLOCK_MONOTONIC) < end_us)
    {
      receive_tick (b, &tick);
      unprotect_tick (b, &tick, &index);
      unsigned groups = plan_groups (b, &tick, ends);
      for (unsigned r = 0; r < b->n_receivers; r++)
        {
          for (unsigned g = 0; g < groups; g++)
            forward_group (b, &chunk, &b->receivers[r], &tick, g ? ends[g - 1] : 0, ends[g]);
          if (chunk.used > CHUNK_BYTES || chunk.n + MAX_B > MAX_MESSAGES || r + 1 == b->n_receivers)
            {
              if (send)
                send_chunk (b, &chunk);
              chunk.n = 0;
              chunk.used = 0;
            }
        }
    }
  *cpu_us = clock_us (CLOCK_THREAD_CPUTIME_ID) - begin_us;
}

/* ---- the network ---- */

static void
write_file (const char *path, const char *text)
{
  int fd = open (path, O_WRONLY);
  if (fd < 0 || write (fd, text, strlen (text)) < 0)
    die (path);
  close (fd);
}

static void
enter_namespace (void)
{
  char map[64];
  unsigned uid = getuid (), gid = getgid ();
  if (unshare (CLONE_NEWNET) == 0)
    return;
  if (unshare (CLONE_NEWUSER | CLONE_NEWNET) < 0)
    die ("a network namespace of our own");
  write_file ("/proc/self/setgroups", "deny");
  snprintf (map, sizeof map, "0 %u 1", uid);
  write_file ("/proc/self/uid_map", map);
  snprintf (map, sizeof map, "0 %u 1", gid);
  write_file ("/proc/self/gid_map", map);
}

static void
configure (const char *name, const char *ip, const char *mask)
{
  struct ifreq request = {0};
  struct sockaddr_in *in = (struct sockaddr_in *)&request.ifr_addr;
  int fd = socket (AF_INET, SOCK_DGRAM, 0);
  snprintf (request.ifr_name, IFNAMSIZ, "%s", name);
  if (ip)
    {
      in->sin_family = AF_INET;
      inet_pton (AF_INET, ip, &in->sin_addr);
      if (ioctl (fd, SIOCSIFADDR, &request) < 0)
        die ("address");
      inet_pton (AF_INET, mask, &in->sin_addr);
      if (ioctl (fd, SIOCSIFNETMASK, &request) < 0)
        die ("netmask");
    }
  if (ioctl (fd, SIOCGIFFLAGS, &request) < 0)
    die ("flags");
  request.ifr_flags |= IFF_UP | IFF_RUNNING;
  if (ioctl (fd, SIOCSIFFLAGS, &request) < 0)
    die ("interface up");
  close (fd);
}

/* A device that takes packets and gives them to nobody. */
static int
open_tun (bool segments)
{
  struct ifreq request = {0};
  int size = sizeof (struct { uint8_t bytes[12]; });
  int fd = open ("/dev/net/tun", O_RDWR);
  snprintf (request.ifr_name, IFNAMSIZ, "floor0");
  request.ifr_flags = IFF_TUN | IFF_NO_PI | IFF_VNET_HDR;
  if (fd < 0 || ioctl (fd, TUNSETIFF, &request) < 0 || ioctl (fd, TUNSETVNETHDRSZ, &size) < 0)
    die ("/dev/net/tun");
  unsigned offload = segments ? TUN_F_CSUM | TUN_F_TSO4 | TUN_F_TSO6 | TUN_F_USO4 | TUN_F_USO6 : 0;
  if (ioctl (fd, TUNSETOFFLOAD, offload) < 0)
    die ("segmentation by the TUN device (Linux 6.2 or newer)");
  configure ("floor0", "10.99.0.1", "255.255.0.0");
  return fd;
}

static int
bind_any (struct sockaddr_in6 *address)
{
  int off = 0, size = 8 << 20;
  socklen_t length = sizeof *address;
  int fd = socket (AF_INET6, SOCK_DGRAM, 0);
  *address = (struct sockaddr_in6){.sin6_family = AF_INET6};
  inet_pton (AF_INET6, "::ffff:127.0.0.1", &address->sin6_addr);
  setsockopt (fd, IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof off);
  setsockopt (fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof size);
  setsockopt (fd, SOL_SOCKET, SO_SNDBUF, &size, sizeof size);
  if (fd < 0 || bind (fd, (struct sockaddr *)address, sizeof *address) < 0
      || getsockname (fd, (struct sockaddr *)address, &length) < 0)
    die ("bind");
  return fd;
}

static void
make_receivers (Bench *b)
{
  uint8_t key[16] = {9};
  b->receivers = aligned_alloc (64, b->n_receivers * sizeof (Receiver));
  memset (b->receivers, 0, b->n_receivers * sizeof (Receiver));
  for (unsigned i = 0; i < b->n_receivers; i++)
    {
      Receiver *to = &b->receivers[i];
      char ip[64];
      memcpy (key + 4, &i, sizeof i);
      IMB_AES128_GCM_PRE (b->manager, key, &to->key);
      to->ssrc = 1000 + i;
      to->socket = -1;
      if (is_loopback (b->mode))
        {
          int gro = b->mode == LOOPBACK_GRO;
          to->socket = bind_any (&to->address);
          setsockopt (to->socket, SOL_UDP, UDP_GRO, &gro, sizeof gro);
          continue;
        }
      snprintf (ip, sizeof ip, "::ffff:10.99.%u.%u", 1 + i / 250, 1 + i % 250);
      to->address = (struct sockaddr_in6){.sin6_family = AF_INET6,
                                          .sin6_port = htons ((uint16_t)(20000 + i))};
      inet_pton (AF_INET6, ip, &to->address.sin6_addr);
    }
}

/* ---- measuring ---- */

typedef struct
{
  Mode mode;
  unsigned n_receivers, batch;
  bool live;
  double us, crypto_us, table_us;
} Row;

static int
compare (const void *a, const void *b)
{
  double x = *(const double *)a, y = *(const double *)b;
  return (x > y) - (x < y);
}

/* The median of ROUNDS rounds: microseconds of CPU for a packet forwarded. */
static double
median_us (Bench *b, double seconds, bool send)
{
  double rounds[ROUNDS], cpu_us;
  run_loop (b, 0.05, send, &cpu_us); /* warm */
  for (unsigned i = 0; i < ROUNDS; i++)
    {
      uint64_t before = b->forwarded;
      run_loop (b, seconds / ROUNDS, send, &cpu_us);
      rounds[i] = cpu_us / (double)(b->forwarded - before);
    }
  qsort (rounds, ROUNDS, sizeof *rounds, compare);
  return rounds[ROUNDS / 2];
}

static void
measure (Bench *b, double seconds, Row *row)
{
  /* DESIGN section 3, "raw C loop": B = 1, 2, 4, 8 */
  static const double table[] = {2.1, 1.2, 0.68, 0.42};
  pthread_t feeder, drainer;
  struct sockaddr_in6 any;
  const bool loopback = is_loopback (b->mode);
  b->in = bind_any (&b->in_address);
  b->out = loopback ? bind_any (&any) : socket (AF_INET6, SOCK_DGRAM, 0);
  b->tun = loopback ? -1 : open_tun (b->mode == CARD);
  make_receivers (b);
  atomic_store (&b->stop, false);
  pthread_create (&feeder, NULL, b->live ? feed_live : feed, b);
  if (loopback)
    pthread_create (&drainer, NULL, drain, b);
  row->us = median_us (b, seconds, true);
  row->crypto_us = median_us (b, seconds / 4, false);
  row->live = b->live;
  row->table_us = table[b->batch == 1 ? 0 : b->batch == 2 ? 1 : b->batch == 4 ? 2 : 3];
  atomic_store (&b->stop, true);
  pthread_join (feeder, NULL);
  if (loopback)
    pthread_join (drainer, NULL);
  for (unsigned i = 0; i < b->n_receivers; i++)
    if (b->receivers[i].socket >= 0)
      close (b->receivers[i].socket);
  free (b->receivers);
  close (b->in);
  close (b->out);
  if (b->tun >= 0)
    close (b->tun);
}

static void
print_row (const Row *row, bool json, bool first)
{
  if (json)
    printf ("%s{\"mode\":\"%s\",\"receivers\":%u,\"batch\":%u,\"us\":%.3f,\"without_send_us\":%.3f,"
            "\"table_us\":%.2f}",
            first ? "" : ",\n", mode_names[row->mode], row->n_receivers, row->live ? 0 : row->batch,
            row->us, row->crypto_us, row->table_us);
  else
    printf ("%-21s %9u %3u %9.3f %13.3f %9.2f %6.2f\n", mode_names[row->mode], row->n_receivers,
            row->live ? 0 : row->batch, row->us, row->crypto_us, row->table_us,
            row->us / row->table_us);
  fflush (stdout);
}

typedef struct
{
  bool json, constant, live, modes[N_MODES];
  unsigned only_receivers;  /* 0 = 10, 100 and 500 */
  int loop_core, load_core; /* -1 = any */
  double seconds;
} Options;

static void
run_one (const Options *options, IMB_MGR *manager, Mode mode, unsigned n_receivers, unsigned batch)
{
  static bool first = true;
  uint8_t key[16] = {7};
  Bench *b = aligned_alloc (64, sizeof *b);
  memset (b, 0, sizeof *b);
  b->manager = manager;
  b->n_receivers = n_receivers;
  b->batch = batch;
  b->mode = mode;
  b->constant = options->constant;
  b->live = options->live;
  b->load_core = options->load_core;
  IMB_AES128_GCM_PRE (manager, key, &b->key);
  Row row = {.mode = mode, .n_receivers = n_receivers, .batch = batch};
  measure (b, options->seconds, &row);
  if (b->bad)
    {
      fprintf (stderr, "floor: %llu packets did not authenticate\n", (unsigned long long)b->bad);
      exit (1);
    }
  print_row (&row, options->json, first);
  first = false;
  free (b);
}

static void
run_all (const Options *options, IMB_MGR *manager)
{
  static const unsigned counts[] = {10, 100, 500}, batches[] = {1, 2, 4, 8};
  const unsigned *asked = options->only_receivers ? &options->only_receivers : counts;
  for (unsigned m = 0; m < N_MODES; m++)
    for (unsigned c = 0; c < (options->only_receivers ? 1 : 3); c++)
      for (unsigned i = 0; i < (options->live ? 1 : 4); i++)
        if (options->modes[m])
          run_one (options, manager, (Mode)m, asked[c], batches[i]);
}

static void
usage (int status)
{
  fprintf (
      status ? stderr : stdout,
      "floor [--json] [--mode loopback|off-loopback|all] [--receivers 1…500: else 10, 100, 500]\n"
      "      [--seconds S] [--sizes chromium|1200] [--live] [--cores LOOP,LOAD]\n"
      "CPU microseconds of one thread for each packet forwarded, by hand-written loop.\n");
  exit (status);
}

static void
parse_mode (Options *options, const char *value)
{
  bool all = strcmp (value, "all") == 0, off = strcmp (value, "off-loopback") == 0;
  options->modes[LOOPBACK] = options->modes[LOOPBACK_GRO] = all || strcmp (value, "loopback") == 0;
  options->modes[CARD] = options->modes[NO_CARD] = all || off;
  if (!options->modes[LOOPBACK] && !off)
    usage (2);
}

static void
parse (int argc, char **argv, Options *options)
{
  *options = (Options){
      .modes = {true, true, true, true}, .loop_core = -1, .load_core = -1, .seconds = 1};
  for (int i = 1; i < argc; i++)
    {
      const char *value = i + 1 < argc ? argv[i + 1] : "";
      if (strcmp (argv[i], "--json") == 0)
        options->json = true;
      else if (strcmp (argv[i], "--live") == 0)
        options->live = true;
      else if (strcmp (argv[i], "--help") == 0)
        usage (0);
      else if (strcmp (argv[i], "--mode") == 0)
        parse_mode (options, value), i++;
      else if (strcmp (argv[i], "--receivers") == 0 && atoi (value) >= 1
               && atoi (value) <= MAX_RECEIVERS)
        options->only_receivers = (unsigned)atoi (value), i++;
      else if (strcmp (argv[i], "--seconds") == 0 && atof (value) > 0)
        options->seconds = atof (value), i++;
      else if (strcmp (argv[i], "--cores") == 0
               && sscanf (value, "%d,%d", &options->loop_core, &options->load_core) == 2)
        i++;
      else if (strcmp (argv[i], "--sizes") == 0)
        options->constant = strcmp (value, "1200") == 0, i++;
      else
        usage (2);
    }
}

int
main (int argc, char **argv)
{
  Options options;
  IMB_ARCH arch = IMB_ARCH_NONE;
  struct rlimit files = {4096, 4096};
  parse (argc, argv, &options);
  IMB_MGR *manager = alloc_mb_mgr (0);
  if (!manager)
    die ("ipsec-mb");
  init_mb_mgr_auto (manager, &arch);
  setrlimit (RLIMIT_NOFILE, &files);
  enter_namespace ();
  configure ("lo", NULL, NULL);
  if (options.json)
    printf ("[");
  else
    printf ("%-21s %9s %3s %9s %13s %9s %6s\n", "mode", "receivers", "B", "us/packet",
            "without send", "design us", "ratio");
  stay_on (options.loop_core);
  run_all (&options, manager);
  if (options.json)
    printf ("]\n");
  free_mb_mgr (manager);
  return 0;
}
