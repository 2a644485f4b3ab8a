/* SPDX-License-Identifier: Apache-2.0 */
/* What uses the network: a media flow (source, pacer, ParlorBwe; at the other end a
 * ParlorTwccReceiver whose real RTCP bytes come back), and a TCP flow beside it. */
#pragma once
#include "net.h"
#include "proto/bwe/bwe.h"

#define SIM_LAYERS_MAX 4
/* One sample each 10 ms. */
#define SIM_SAMPLE_US 10000

typedef enum
{
  SIM_ELASTIC = 1, /* an encoder that follows the target */
  SIM_LAYERED,     /* the best layer that fits, as a forwarding server has it */
  SIM_TCP,         /* Reno */
  SIM_CUBIC,       /* RFC 9438 */
} SimMediaKind;

typedef struct
{
  SimMediaKind kind;
  SimStep wanted[3]; /* kbit/s; the first at 0 */
  guint layers_kbps[SIM_LAYERS_MAX];
  guint start_kbps; /* of the estimator; 0 = its default */
  guint max_kbps;
  gint64 begin_ms;
  gint64 farther_ms;   /* its round trip is so much longer than the links' */
  gboolean no_padding; /* cannot probe but by its own media */
  gboolean reverse;    /* against the others: its media take the way back, its feedback the other */
  struct
  {
    gint64 from_ms, to_ms;
  } pause; /* it sends nothing, sound neither */
  /* A TCP flow of short answers: so much each, from and to, and so long nothing between them on
   * average (exponential). Zero = one that never ends. */
  guint answer_kb[2];
  guint rest_ms;
} SimMedia;

typedef struct _SimFlow SimFlow;

/* `there` and `back` are borrowed. */
SimFlow *sim_flow_new (SimWorld *world, const SimMedia *media, SimLink *there, SimLink *back);
void sim_flow_free (SimFlow *self);
/* Called by the runner each SIM_SAMPLE_US: what is so now, and the bytes that arrived since. */
void sim_flow_sample (SimFlow *self, guint32 *target_kbps, guint32 *arrived_bytes);
const ParlorBwe *sim_flow_bwe (const SimFlow *self);
