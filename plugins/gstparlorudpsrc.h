/* SPDX-License-Identifier: Apache-2.0 */
/**
 * parlorudpsrc: received datagrams as batches (parlor/batch.h), live, without timestamps of its
 * own. A plain GstElement with a task on its pad (decision 0115): nothing here needs a clock,
 * latency, seeking or allocation, which GstBaseSrc looks at for each buffer.
 *
 * It pushes a batch when datagrams are there (recvmmsg, UDP_GRO), and an empty one when the loop is
 * woken or its deadline comes. This is the clock of everything behind it: one streaming thread, no
 * other timer.
 *
 * Properties (all before READY): loop (pointer to ParlorLoop, nullable), fd (int, -1; borrowed;
 * else the loop's), address (string, NULL = all), port (uint, 0 = any free one; read back when
 * READY), gro (boolean, TRUE), reuse-port (boolean, FALSE), gather-us (uint, 2000):
 * how long it waits for more where one datagram goes to many, 0 = never.
 */
#pragma once

#include <gst/gst.h>

G_BEGIN_DECLS

#define PARLOR_TYPE_UDP_SRC (parlor_udp_src_get_type ())
G_DECLARE_FINAL_TYPE (ParlorUdpSrc, parlor_udp_src, PARLOR, UDP_SRC, GstElement)

G_END_DECLS
