/* SPDX-License-Identifier: Apache-2.0 */
/* The media plane's numbers under the names of the contract (DESIGN section 7). */
#include <string.h>

#include "media/plane_internal.h"

typedef struct
{
  ParlorMediaMetricFunc func;
  gpointer user_data;
} Sink;

static void
say (const Sink *sink, const char *name, double value)
{
  sink->func (sink->user_data, name, NULL, NULL, value);
}

static void
add_words (gpointer to, gconstpointer from, gsize size)
{
  for (gsize i = 0; i < size / sizeof (guint64); i++)
    ((guint64 *)to)[i] += ((const guint64 *)from)[i];
}

/* The router's last members are 32-bit gauges: they are added apart. */
static void
add_router (ParlorRouterCounters *to, const ParlorRouterCounters *from)
{
  add_words (to, from, G_STRUCT_OFFSET (ParlorRouterCounters, transports));
  to->transports += from->transports;
  to->connected += from->connected;
  to->sources += from->sources;
  to->slots_reduced += from->slots_reduced;
  to->slots_paused += from->slots_paused;
}

static void
say_worker (const Sink *sink, guint index, const ParlorWorkerCounters *counters)
{
  char label[8];
  g_snprintf (label, sizeof label, "%u", index);
  sink->func (sink->user_data, "parlor_worker_cpu_seconds_total", "worker", label,
              counters->cpu_us / 1e6);
}

static void
say_router (const Sink *sink, const ParlorRouterCounters *counters)
{
  say (sink, "parlor_packets_received_total", counters->received_pkts);
  say (sink, "parlor_packets_relayed_total", counters->relayed_pkts);
  say (sink, "parlor_packets_forwarded_total", counters->forwarded_pkts);
  say (sink, "parlor_packets_retransmitted_total", counters->retransmitted_pkts);
  say (sink, "parlor_packets_redundant_total", counters->redundant_pkts);
  say (sink, "parlor_packets_recovered_total", counters->recovered_pkts);
  say (sink, "parlor_probe_packets_total", counters->probe_pkts);
  say (sink, "parlor_rtcp_packets_total", counters->rtcp_pkts);
  say (sink, "parlor_stun_packets_total", counters->stun_pkts);
  for (guint i = 0; i < PARLOR_N_KEY_CAUSES; i++)
    sink->func (sink->user_data, "parlor_key_frame_requests_total", "cause",
                parlor_key_cause_name (i), counters->key_frame_requests[i]);
  say (sink, "parlor_replays_total", counters->replays);
  say (sink, "parlor_nacks_sent_total", counters->nacks_sent);
  say (sink, "parlor_nacks_answered_total", counters->nacks_answered);
  say (sink, "parlor_packets_repaired_total", counters->repaired_pkts);
  say (sink, "parlor_transports", counters->transports);
  say (sink, "parlor_transports_connected", counters->connected);
  say (sink, "parlor_sources", counters->sources);
  say (sink, "parlor_slots_reduced", counters->slots_reduced);
  say (sink, "parlor_slots_paused", counters->slots_paused);
}

static void
say_refusals (const Sink *sink, const ParlorRouterCounters *counters)
{
  for (guint i = 0; i < PARLOR_ROUTER_N_REFUSALS; i++)
    sink->func (sink->user_data, "parlor_nacks_refused_total", "reason", parlor_refusal_name (i),
                counters->nacks_refused[i]);
}

static void
say_drops (const Sink *sink, const ParlorWorkerCounters *sum)
{
  for (guint i = 0; i < PARLOR_N_DROPS; i++)
    {
      guint64 n = sum->router.dropped[i] + (i == PARLOR_DROP_RING ? sum->hand_overs_dropped : 0);
      sink->func (sink->user_data, "parlor_packets_dropped_total", "reason",
                  parlor_drop_reason_name (i), n);
    }
}

static void
say_dtls_failures (const Sink *sink, const ParlorRouterCounters *counters)
{
  for (guint i = PARLOR_DTLS_OK + 1; i < PARLOR_ROUTER_N_DTLS_FAILURES; i++)
    sink->func (sink->user_data, "parlor_dtls_failures_total", "reason",
                parlor_dtls_failure_name (i), counters->dtls_failed[i]);
}

static void
say_loop (const Sink *sink, const ParlorWorkerCounters *sum)
{
  say (sink, "parlor_socket_overflow_total", sum->loop.socket_overflow);
  say (sink, "parlor_datagrams_received_total", sum->loop.datagrams_in);
  say (sink, "parlor_datagrams_sent_total", sum->loop.datagrams_out);
  say (sink, "parlor_udp_messages_received_total", sum->loop.messages_in);
  say (sink, "parlor_udp_messages_sent_total", sum->loop.messages_out);
  say (sink, "parlor_bytes_received_total", sum->loop.bytes_in);
  say (sink, "parlor_bytes_sent_total", sum->loop.bytes_out);
  say (sink, "parlor_datagrams_truncated_total", sum->loop.truncated);
  say (sink, "parlor_send_blocked_total", sum->loop.send_blocked);
  say (sink, "parlor_send_failed_total", sum->loop.send_failed);
  say (sink, "parlor_gso_refused_total", sum->loop.gso_refused);
  say (sink, "parlor_worker_wakeups_total", sum->loop.wakeups);
  say (sink, "parlor_hand_overs_total", sum->hand_overs);
  say (sink, "parlor_media_events_dropped_total", sum->events_dropped);
}

static void
say_tcp (const Sink *sink, const ParlorTcpFront *tcp)
{
  ParlorTcpCounters counters;
  if (tcp == NULL)
    return;
  parlor_tcp_front_get_counters (tcp, &counters);
  say (sink, "parlor_tcp_connections", counters.open);
  say (sink, "parlor_tcp_accepted_total", counters.accepted);
  for (guint i = 0; i < PARLOR_N_TCP_ENDS; i++)
    sink->func (sink->user_data, "parlor_tcp_closed_total", "reason", parlor_tcp_end_name (i),
                counters.ends[i]);
  say (sink, "parlor_tcp_packets_received_total", counters.packets_in);
  say (sink, "parlor_tcp_packets_sent_total", counters.packets_out);
  say (sink, "parlor_tcp_packets_refused_total", counters.dropped_in);
  say (sink, "parlor_tcp_packets_late_total", counters.dropped_out);
}

void
parlor_media_plane_foreach_metric (ParlorMediaPlane *self, ParlorMediaMetricFunc func,
                                   gpointer user_data)
{
  const Sink sink = {func, user_data};
  ParlorWorkerCounters sum = {0};
  for (guint i = 0; i < parlor_worker_set_get_size (self->workers); i++)
    {
      ParlorWorkerCounters counters;
      parlor_worker_get_counters (parlor_worker_set_get (self->workers, i), &counters);
      say_worker (&sink, i, &counters);
      add_router (&sum.router, &counters.router);
      add_words (&sum.loop, &counters.loop, sizeof sum.loop);
      sum.hand_overs += counters.hand_overs;
      sum.hand_overs_dropped += counters.hand_overs_dropped;
      sum.events_dropped += counters.events_dropped;
    }
  say_router (&sink, &sum.router);
  say_refusals (&sink, &sum.router);
  say_drops (&sink, &sum);
  say_dtls_failures (&sink, &sum.router);
  say_loop (&sink, &sum);
  say_tcp (&sink, self->tcp);
  say (&sink, "parlor_endpoints", g_hash_table_size (self->endpoints));
}
