/* SPDX-License-Identifier: Apache-2.0 */
/* A network in virtual time: an agenda of events and links that delay, jitter, lose and queue. All
 * from one seed; nothing here knows a clock. */
#pragma once
#include <glib.h>
#include "base/rng.h"

#define SIM_RTCP_MAX 1200

typedef struct _SimWorld SimWorld;
typedef struct _SimLink SimLink;
typedef struct _SimPacket SimPacket;

typedef void (*SimEvent) (SimWorld *world, gpointer owner, SimPacket *packet);

/* One packet on its way. Owned by the agenda until the handler is called, then by the handler. */
struct _SimPacket
{
  guint bytes;
  guint32 number;
  guint8 cluster;
  gboolean padding;
  guint8 rtcp[SIM_RTCP_MAX]; /* on the way back: the real bytes */
  gsize rtcp_size;
};

struct _SimWorld
{
  gint64 now_us;
  ParlorRng rng;
  GArray *agenda; /* a binary heap */
  guint64 n_entered;
};

typedef struct
{
  gint64 at_ms;
  guint kbps; /* 0 in an outage list: it ends */
} SimStep;

#define SIM_STEPS_MAX 12

/* What a link is. Zero = nothing of it. */
typedef struct
{
  SimStep rate[SIM_STEPS_MAX]; /* the first at 0; no rate at all = infinitely fast */
  guint queue_ms;              /* drop-tail, in time at the first rate */
  guint delay_ms;
  guint jitter_ms;      /* standard deviation; keeps the order */
  guint loss_permille;  /* each for itself */
  guint burst_permille; /* in bursts of burst_pkts on average (Gilbert) */
  gint64 loss_from_ms;  /* before it nothing is lost */
  guint burst_pkts;
  struct
  {
    gint64 from_ms, to_ms;
  } outage;
} SimLinkConfig;

struct _SimLink
{
  SimLinkConfig config;
  gint64 busy_until_us, last_out_us;
  gint64 queued_bytes, queue_max_bytes;
  GQueue departures; /* of what is queued */
  gboolean in_burst;
  gint64 dropped, lost, passed;
};

void sim_world_init (SimWorld *self, guint64 seed);
void sim_world_clear (SimWorld *self);
/* `packet` may be NULL. What is due at one time happens in the order it was entered. */
void sim_world_at (SimWorld *self, gint64 at_us, SimEvent event, gpointer owner, SimPacket *packet);
void sim_world_run (SimWorld *self, gint64 until_us);
/* 0..1, and about normal with standard deviation 1. */
double sim_world_chance (SimWorld *self);
double sim_world_normal (SimWorld *self);

void sim_link_init (SimLink *self, const SimLinkConfig *config);
void sim_link_clear (SimLink *self);
/* Takes the packet; the handler is called when it comes out, if it does. */
void sim_link_send (SimWorld *world, SimLink *self, SimPacket *packet, SimEvent arrive,
                    gpointer owner);
/* How long a packet that came now would wait. */
gint64 sim_link_queue_us (const SimLink *self, gint64 now_us);
/* What the link could carry in a span of time. */
double sim_link_capacity_bits (const SimLink *self, gint64 from_us, gint64 to_us);
