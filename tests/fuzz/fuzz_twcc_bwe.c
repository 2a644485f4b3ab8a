/* SPDX-License-Identifier: Apache-2.0 */
/* A sequence of operations, four bytes each, and lies in the feedback; the bounds must hold. */
#include <math.h>
#include "base/bytes.h"
#include "proto/bwe/bwe.h"

#define MIN_BPS 40000
#define MAX_BPS 3000000
#define OPERATIONS_MAX 3000

int LLVMFuzzerTestOneInput (const guint8 *data, gsize size);

typedef struct
{
  ParlorBwe *bwe;
  gint64 now_us;
  guint16 seq;
  guint8 cluster, count;
} World;

static ParlorTwccStatus statuses[PARLOR_TWCC_MAX_STATUSES];

static void
check (World *world)
{
  ParlorBweView view;

  parlor_bwe_view (world->bwe, &view);
  g_assert_cmpuint (view.target_bps, >=, MIN_BPS);
  g_assert_cmpuint (view.target_bps, <=, MAX_BPS);
  g_assert_cmpuint (view.delay_bps, >=, MIN_BPS);
  g_assert_cmpuint (view.delay_bps, <=, MAX_BPS);
  g_assert_true (view.loss >= 0 && view.loss <= 1); /* false for NaN */
  g_assert_cmpint (view.rtt_us, >=, 0);
  g_assert_cmpint (view.queue_us, >=, 0);
  g_assert_cmpstr (parlor_bwe_state_name (view.state), !=, "unknown");
}

static void
feedback (World *world, guint16 at, guint8 shape, guint8 n)
{
  gint64 reference_us = (gint64)at * 64000 * (shape & 1 ? 256 : 1);
  ParlorTwccFeedback told = {
      .base_seq = (guint16)(world->seq - (shape & 2 ? n : at)),
      .n_statuses = (guint16)(shape & 4 ? n * 16 + 1 : n / 8 + 1),
      .feedback_count = shape & 8 ? n : world->count++,
      .reference_us = shape & 16 ? reference_us : world->now_us / 64000 * 64000,
  };

  for (guint i = 0; i < told.n_statuses; i++)
    statuses[i] = (ParlorTwccStatus){
        .seq = (guint16)(told.base_seq + i),
        .received = (shape & 32) != 0 || ((i * n) & 8) != 0,
        .arrival_us = told.reference_us + (gint64)i * (gint16)(n << 8 | at) / (shape & 64 ? 1 : 64),
    };
  parlor_bwe_on_feedback (world->bwe, &told, statuses, world->now_us);
}

static void
take_probe (World *world)
{
  ParlorBweProbe probe;

  if (!parlor_bwe_take_probe (world->bwe, &probe, world->now_us))
    return;
  g_assert_cmpuint (probe.cluster, >, 0);
  g_assert_cmpuint (probe.bps, <=, MAX_BPS);
  g_assert_cmpuint (probe.packets, >=, 5);
  g_assert_cmpuint (probe.packets, <, 64);
  g_assert_cmpuint (probe.bytes, <, 1 << 20);
  world->cluster = probe.cluster;
}

static void
operate (World *world, const guint8 *op)
{
  guint16 value = parlor_get_u16 (op + 1);

  switch (op[0] & 7)
    {
    case 0:
    case 1:
      for (guint i = 0; i <= op[3] >> 3; i++)
        parlor_bwe_on_sent (world->bwe, world->seq++, value & 2047, op[3] & 3,
                            op[0] & 8 ? world->cluster : 0, world->now_us += op[0] << 4);
      break;
    case 2:
      feedback (world, value, op[0] >> 3 | op[3] << 5, op[3]);
      break;
    case 3:
      world->now_us += (gint64)value << (op[3] & 15);
      parlor_bwe_poll (world->bwe, world->now_us);
      g_assert_cmpint (parlor_bwe_next_us (world->bwe), >, world->now_us);
      break;
    case 4:
      parlor_bwe_set_wanted (world->bwe, (guint32)value << (op[3] & 15), world->now_us);
      break;
    case 5:
      parlor_bwe_on_receiver_report (world->bwe, op[3], (gint64)value << (op[0] >> 3),
                                     world->now_us);
      parlor_bwe_on_remb (world->bwe, (guint64)value << (op[3] & 31), world->now_us);
      break;
    case 6:
      world->seq += op[0] & 8 ? value : op[3];
      if (op[0] == 0xfe)
        parlor_bwe_route_changed (world->bwe, world->now_us - value);
      break;
    default:
      take_probe (world);
    }
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  ParlorBweConfig config = {.min_bps = MIN_BPS, .max_bps = MAX_BPS};
  World world = {0};

  if (size < 1)
    return 0;
  config.transport_cc = data[0] != 0;
  world.bwe = parlor_bwe_new (&config, 0);
  for (guint n = 0; n < OPERATIONS_MAX && size >= 4; n++, data += 4, size -= 4)
    {
      operate (&world, data);
      check (&world);
    }
  parlor_bwe_free (world.bwe);
  return 0;
}
