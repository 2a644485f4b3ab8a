/* SPDX-License-Identifier: Apache-2.0 */
/* What the router costs a packet, without a kernel: real SRTP, real numbers, virtual time. One
 * camera of 2.5 Mbit/s to 10, 100 and 500 receivers, each of which sends transport-wide feedback 20
 * times a second. Prints nanoseconds and allocations by stage. The least of many rounds counts, so
 * that it may be run on a busy machine.
 *
 * The receivers here read the transport-wide numbers, which are in the clear, and decrypt nothing:
 * the caches stay the router's own. */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "../plugins/routerbench.h"
#include "base/bytes.h"
#include "base/time.h"
#include "proto/demux.h"
#include "proto/rtp/ext.h"
#include "proto/rtp/header.h"
#include "router/state.h"

#define FRAME_MS 33
#define FRAMES_A_ROUND 30
#define ARENA_BYTES (4 * PARLOR_MESSAGE_MAX_BYTES)
#define N_DATAGRAMS 256

typedef enum
{
  MEDIA_IN,
  FEEDBACK_IN,
  FLUSH,
  N_STAGES,
} Stage;

typedef struct
{
  guint64 ns, n, allocations;
} Cost;

typedef struct
{
  Bench *bench;
  Cost costs[N_STAGES];
  Cost sending; /* what happens inside a flush and is not the router's */
  guint64 forwarded, messages;
} Run;

static Run run;
static guint64 n_allocations;
static gboolean is_cold, is_counting;

/* --- counting -------------------------------------------------------------------------------- */

#ifndef __SANITIZE_ADDRESS__
/* The program's own malloc is everybody's: glib's too. */
extern void *__libc_malloc (size_t size);
extern void *__libc_calloc (size_t n, size_t size);
extern void *__libc_realloc (void *old, size_t size);

void *
malloc (size_t size)
{
  n_allocations++;
  return __libc_malloc (size);
}

void *
calloc (size_t n, size_t size)
{
  n_allocations++;
  return __libc_calloc (n, size);
}

void *
realloc (void *old, size_t size)
{
  n_allocations++;
  return __libc_realloc (old, size);
}
#endif

static guint64
clock_ns (void)
{
  struct timespec now;
  clock_gettime (CLOCK_MONOTONIC, &now);
  return (guint64)now.tv_sec * 1000000000 + (guint64)now.tv_nsec;
}

static Cost
begin (void)
{
  return (Cost){.ns = clock_ns (), .allocations = n_allocations};
}

static void
add (Cost *cost, const Cost *since)
{
  cost->ns += clock_ns () - since->ns;
  cost->allocations += n_allocations - since->allocations;
  cost->n++;
}

/* Others used the core since the last packet: the second-level cache holds nothing of ours. */
static void
forget_caches (void)
{
  static guint8 others[8 * 1024 * 1024];
  if (!is_cold)
    return;
  for (gsize i = 0; i < sizeof others; i += 64)
    others[i]++;
}

/* Linked with --wrap: the harness calls the router through these. */
void __real_parlor_router_receive (ParlorRouter *self, guint8 *bytes, gsize length,
                                   const ParlorTuple *tuple, gint64 arrival_us, gint64 now_us);
void __wrap_parlor_router_receive (ParlorRouter *self, guint8 *bytes, gsize length,
                                   const ParlorTuple *tuple, gint64 arrival_us, gint64 now_us);
void __real_parlor_router_flush (ParlorRouter *self, gint64 now_us);
void __wrap_parlor_router_flush (ParlorRouter *self, gint64 now_us);

/* Named so that callgrind counts what happens inside them alone (instructions.py): not connecting,
 * and nothing of the harness. */
static void __attribute__ ((noinline, noclone))
counted_receive (ParlorRouter *self, guint8 *bytes, gsize length, const ParlorTuple *tuple,
                 gint64 arrival_us, gint64 now_us)
{
  __real_parlor_router_receive (self, bytes, length, tuple, arrival_us, now_us);
  __asm__ volatile("");
}

static void __attribute__ ((noinline, noclone)) counted_flush (ParlorRouter *self, gint64 now_us)
{
  __real_parlor_router_flush (self, now_us);
  __asm__ volatile("");
}

void
__wrap_parlor_router_receive (ParlorRouter *self, guint8 *bytes, gsize length,
                              const ParlorTuple *tuple, gint64 arrival_us, gint64 now_us)
{
  Stage stage = parlor_demux (bytes, length) == PARLOR_PACKET_RTP ? MEDIA_IN : FEEDBACK_IN;
  Cost since = begin ();
  (is_counting ? counted_receive : __real_parlor_router_receive) (self, bytes, length, tuple,
                                                                  arrival_us, now_us);
  add (&run.costs[stage], &since);
}

void
__wrap_parlor_router_flush (ParlorRouter *self, gint64 now_us)
{
  Cost since;
  if (self->dirty_layers->len > 0)
    forget_caches ();
  since = begin ();
  (is_counting ? counted_flush : __real_parlor_router_flush) (self, now_us);
  add (&run.costs[FLUSH], &since);
}

/* --- receivers ------------------------------------------------------------------------------- */

static void
take_packet (BenchPeer *peer, const guint8 *packet, gsize length)
{
  ParlorRtpExtMap map = {0};
  ParlorRtpHeader header;
  ParlorRtpExtList list;
  const guint8 *value;
  guint size;
  if (parlor_demux (packet, length) != PARLOR_PACKET_RTP
      || parlor_rtp_parse (packet, length, &header) != PARLOR_RTP_OK)
    return;
  parlor_rtp_ext_map_set (&map, PARLOR_EXT_TRANSPORT_CC, 3);
  parlor_rtp_ext_parse (packet, &header, &map, &list);
  value = parlor_rtp_ext_find (packet, &list, PARLOR_EXT_TRANSPORT_CC, &size);
  if (value != NULL)
    parlor_twcc_receiver_push (peer->twcc, parlor_get_u16 (value), peer->bench->now_us);
  run.forwarded++;
}

static void
take_all (Bench *bench, const ParlorOutbox *outbox)
{
  for (guint i = 0; i < outbox->n_datagrams; i++)
    {
      const ParlorDatagram *datagram = &outbox->datagrams[i];
      BenchPeer *peer = &bench->peers[g_ntohs (datagram->peer.sin6_port) - 10000];
      gsize step = datagram->segment_bytes > 0 ? datagram->segment_bytes : datagram->length;
      for (gsize at = 0; at < datagram->length; at += step)
        take_packet (peer, outbox->arena + datagram->offset + at,
                     MIN (step, datagram->length - at));
      run.messages++;
    }
}

/* In the midst of what is counted, and not a part of it. */
static void __attribute__ ((noinline, noclone))
uncounted_take_all (Bench *bench, const ParlorOutbox *outbox)
{
  take_all (bench, outbox);
  __asm__ volatile("");
}

/* Instead of the harness' own: nothing is decrypted. */
static void
send_out (gpointer user_data, ParlorOutbox *outbox)
{
  Cost since = begin ();
  (is_counting ? uncounted_take_all : take_all) (user_data, outbox);
  parlor_outbox_begin (outbox, outbox->arena, ARENA_BYTES, outbox->datagrams, N_DATAGRAMS);
  add (&run.sending, &since);
}

/* --- rounds ---------------------------------------------------------------------------------- */

static void
connect_all (Bench *bench, guint n_receivers)
{
  BenchPeer *publisher = bench_add_peer (bench, 1);
  bench_run (bench, 200 * PARLOR_US_PER_MS);
  bench_add_video (publisher, 7, 70);
  for (guint i = 0; i < n_receivers; i++)
    {
      BenchPeer *peer = bench_add_peer (bench, 1);
      bench_run (bench, 60 * PARLOR_US_PER_MS);
      bench->n_events = 0;
      bench_add_video_slot (peer, 0, 5000, 5001);
      parlor_router_select (bench->router, peer->id, 0, 7, 0, bench->now_us);
    }
  bench_run (bench, 200 * PARLOR_US_PER_MS);
}

static void
film (Bench *bench, BenchCamera *camera)
{
  for (guint i = 0; i < FRAMES_A_ROUND; i++)
    {
      bench_film (&bench->peers[0], camera);
      bench_run (bench, FRAME_MS * PARLOR_US_PER_MS);
      bench->n_events = 0;
    }
}

typedef struct
{
  double in_ns, feedback_ns, out_ns, all_ns, allocations, messages;
} Figures;

static Figures
measure_round (Bench *bench, BenchCamera *camera)
{
  run = (Run){.bench = bench};
  film (bench, camera);
  const Cost *c = run.costs;
  double forwarded = (double)run.forwarded, flush = (double)c[FLUSH].ns - (double)run.sending.ns;
  guint64 allocations = c[MEDIA_IN].allocations + c[FEEDBACK_IN].allocations + c[FLUSH].allocations
                        - run.sending.allocations;
  return (Figures){.in_ns = (double)c[MEDIA_IN].ns / (double)MAX (c[MEDIA_IN].n, 1),
                   .feedback_ns = (double)c[FEEDBACK_IN].ns / (double)MAX (c[FEEDBACK_IN].n, 1),
                   .out_ns = flush / forwarded,
                   .all_ns = (flush + (double)c[MEDIA_IN].ns + (double)c[FEEDBACK_IN].ns)
                             / forwarded,
                   .allocations = (double)allocations / forwarded,
                   .messages = (double)run.messages / forwarded};
}

static void
keep_least (Figures *least, const Figures *now)
{
  least->in_ns = MIN (least->in_ns, now->in_ns);
  least->feedback_ns = MIN (least->feedback_ns, now->feedback_ns);
  least->out_ns = MIN (least->out_ns, now->out_ns);
  least->all_ns = MIN (least->all_ns, now->all_ns);
  least->allocations = MIN (least->allocations, now->allocations);
  least->messages = MIN (least->messages, now->messages);
}

static void
measure (guint n_receivers, guint64 bps, gboolean cold, guint n_rounds)
{
  g_autoptr (Bench) bench = bench_new ();
  BenchCamera camera = {.ssrc = 70, .bps = bps, .height = 720, .n_temporal = 1};
  Figures least;
  connect_all (bench, n_receivers);
  bench->router->ops.send = send_out;
  is_cold = FALSE;
  film (bench, &camera);
  film (bench, &camera);
  is_cold = cold;
  is_counting = TRUE;
  least = measure_round (bench, &camera);
  for (guint i = 1; i < n_rounds; i++)
    {
      Figures now = measure_round (bench, &camera);
      keep_least (&least, &now);
    }
  is_counting = FALSE;
  printf ("%9u %-6s %12.0f %14.0f %14.0f %10.0f %10.4f %9.2f\n", n_receivers,
          cold ? "cold" : "warm", least.in_ns, least.feedback_ns, least.out_ns, least.all_ns,
          least.allocations, least.messages);
  fflush (stdout);
}

int
main (int argc, char **argv)
{
  static const guint counts[] = {10, 100, 500};
  /* Ten packets a frame; three, which is what pacing and gathering leave together; one, as a voice.
   */
  static const guint64 rates_bps[] = {2500000, 1000000, 90000};
  guint asked = argc > 1 ? (guint)atoi (argv[1]) : 0;
  guint n_rounds = argc > 2 ? (guint)atoi (argv[2]) : 20;
  guint64 bps = argc > 3 ? (guint64)atoll (argv[3]) : 0;
  if (argc > 1 && (asked < 1 || asked >= BENCH_MAX_PEERS))
    {
      fprintf (stderr, "bench-router [RECEIVERS (1…%d) [ROUNDS [BITS A SECOND]]]\n",
               BENCH_MAX_PEERS - 1);
      return 2;
    }
  printf ("receivers caches  in ns/packet feedback ns/each out ns/packet all ns/pkt allocations "
          " messages\n");
  if (bps > 0)
    {
      measure (asked, bps, FALSE, n_rounds);
      return 0;
    }
  for (guint i = 0; i < (asked > 0 ? 1 : G_N_ELEMENTS (counts)); i++)
    for (guint rate = 0; rate < G_N_ELEMENTS (rates_bps); rate++)
      for (guint cold = 0; cold < 2; cold++)
        measure (asked > 0 ? asked : counts[i], rates_bps[rate], cold, n_rounds);
  return 0;
}
