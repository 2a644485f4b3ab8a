/* SPDX-License-Identifier: Apache-2.0 */
/**
 * Batch buffers: many datagrams in one GstBuffer.
 *
 * parlorudpsrc, parlorrouter and parlorudpsink pass these, so that a GStreamer buffer's cost is
 * paid once per wake-up and not once per packet. The buffer has one GstMemory, contiguous;
 * ParlorBatchMeta lists what lies in it. An *empty* batch (n_datagrams 0) is legal: the source
 * sends one when a deadline or a command is due without traffic.
 *
 * Received: a datagram is one UDP datagram, or a GRO group: `length` bytes of which every
 * `segment_bytes` is one datagram (the last may be shorter). To send: a datagram is one message to
 * one peer; with segment_bytes > 0 and < length it is a GSO super-datagram.
 *
 * Thread: the worker's streaming thread. Sizes in bytes, times in microseconds of CLOCK_MONOTONIC.
 */
#pragma once

#include <gst/gst.h>
#include <netinet/in.h>

G_BEGIN_DECLS

/** Most datagrams of one batch, most bytes of one message (UDP over IPv4 less headers), most
 * segments the kernel takes in one (UDP_MAX_SEGMENTS). */
#define PARLOR_BATCH_MAX_DATAGRAMS 1024
#define PARLOR_MESSAGE_MAX_BYTES 65507
#define PARLOR_GSO_MAX_SEGMENTS 64

typedef struct
{
  guint32 offset;        /**< from the start of the buffer's memory */
  guint32 length;        /**< whole message */
  guint16 segment_bytes; /**< 0 = one datagram */
  guint16 reserved;
  gint32 local_ifindex; /**< interface it came in by, 0 = unknown */
  struct sockaddr_in6
      peer;              /**< IPv4 as v4-mapped IPv6 (RFC 4291 2.5.5.2): the socket is dual-stack */
  struct in6_addr local; /**< address it came to, and the source address of what is sent; all zero =
                            the kernel chooses */
  gint64 arrival_us;     /**< kernel's receive time; 0 on what is sent */
} ParlorDatagram;

typedef struct
{
  GstMeta meta;
  guint n_datagrams;
  guint capacity;
  ParlorDatagram *datagrams; /**< capacity entries, owned by the meta; survives in a pool */
  guint8
      *bytes; /**< where offset 0 lies, of a buffer that nobody can change; NULL: map the buffer */
} ParlorBatchMeta;

GType parlor_batch_meta_api_get_type (void);
const GstMetaInfo *parlor_batch_meta_get_info (void);
#define parlor_buffer_get_batch_meta(b)                                                            \
  ((ParlorBatchMeta *)gst_buffer_get_meta ((b), parlor_batch_meta_api_get_type ()))

/** Adds a meta with room for `capacity` datagrams (1 to PARLOR_BATCH_MAX_DATAGRAMS); it is pooled
 * with the buffer. */
ParlorBatchMeta *parlor_buffer_add_batch_meta (GstBuffer *buffer, guint capacity);

/** Caps of the three elements' pads. */
#define PARLOR_BATCH_CAPS "application/x-parlor-batch"

G_END_DECLS
