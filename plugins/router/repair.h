/* SPDX-License-Identifier: Apache-2.0 */
/**
 * Which packet of a slot each transport-wide number was, so that what feedback tells lost is sent
 * again though the request for it was lost, and a lost repeat too, before the receiver would ask a
 * second time (decision 0033). The receiver's share of repeats bounds it. Thread: worker. Private
 * to this folder.
 */
#pragma once

#include "proto/rtcp/twcc.h"
#include "router/state.h"

void parlor_repair_free (ParlorRepair *self);
/** A packet leaves under this transport-wide number; `seq`: the slot's number that it is, or
 * repeats; only of what is a repeat is it looked up which one. Nothing is remembered before the
 * path has lost a packet. */
void parlor_repair_note (ParlorTransport *transport, guint16 number, const ParlorSlot *slot,
                         guint16 seq, gboolean is_repeat);
/** What feedback tells, in any order. */
void parlor_repair_take (ParlorTransport *transport, const ParlorTwccStatus *statuses, guint n,
                         gint64 now_us);
