/* SPDX-License-Identifier: Apache-2.0 */
/* Groups packets that left together, so that delays are compared between groups and not between
 * packets of one group. Part of bwe.h; worker thread. goog_cc's InterArrivalDelta
 * (draft-ietf-rmcat-gcc-02 section 5.2): a group is what left within 5 ms, which is also what one
 * send of this server holds, and what arrived at once though it left apart (a radio link that lets
 * go of what it held back). */
#pragma once
#include <glib.h>

typedef struct
{
  gint64 first_sent_us, last_sent_us;
  gint64 first_arrival_us, last_arrival_us;
  guint packets; /* 0 = no group */
} ParlorBweGroup;

typedef struct
{
  ParlorBweGroup current, previous;
  guint n_reordered;
} ParlorBweBurst;

/* Between the last two whole groups. */
typedef struct
{
  gint64 sent_us;
  gint64 arrival_us;
} ParlorBweDelta;

void parlor_bwe_burst_init (ParlorBweBurst *self);
/* In order of arrival. TRUE: a group became whole, and `delta` was written. A packet that left
 * before its group began came late by another way and is left out. */
gboolean parlor_bwe_burst_push (ParlorBweBurst *self, gint64 sent_us, gint64 arrival_us,
                                ParlorBweDelta *delta);
