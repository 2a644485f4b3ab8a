/* SPDX-License-Identifier: Apache-2.0 */
/**
 * parlorudpsink: batches (parlor/batch.h) to the kernel by sendmmsg, grouped by UDP_SEGMENT; see
 * udpsend.h for what it does when the kernel will not take them. A plain GstElement (decision
 * 0115): no clock, no preroll, never waits, never fails the flow for a message's sake.
 *
 * Properties (before READY): loop (pointer to ParlorLoop, nullable: its socket is used), fd (int,
 * -1: borrowed socket when there is no loop). Read: packets (uint64), failed (uint64), blocked
 * (uint64): datagrams that the kernel took, refused, had no room for.
 */
#pragma once

#include <gst/gst.h>

G_BEGIN_DECLS

#define PARLOR_TYPE_UDP_SINK (parlor_udp_sink_get_type ())
G_DECLARE_FINAL_TYPE (ParlorUdpSink, parlor_udp_sink, PARLOR, UDP_SINK, GstElement)

G_END_DECLS
