/* SPDX-License-Identifier: Apache-2.0 */
/**
 * The media plane of this node: implements the seam "room/media.h" over the workers.
 *
 * Thread: control. Nothing here waits for a worker, but _new () (until the pipelines run) and _free
 * () (until their threads are joined). The app polls parlor_media_plane_get_fd () for reading and
 * calls parlor_media_plane_dispatch (), which delivers the ParlorMediaEvents. gst_init () must have
 * been called, with the registry of the app's choice.
 */
#pragma once

#include "room/media.h"

G_BEGIN_DECLS

#define PARLOR_MEDIA_ERROR (parlor_media_error_quark ())
GQuark parlor_media_error_quark (void);

typedef enum
{
  PARLOR_MEDIA_ERROR_PORT_TAKEN, /**< another socket has the UDP port */
  PARLOR_MEDIA_ERROR_BIND,       /**< no such address, no right, no descriptor */
  PARLOR_MEDIA_ERROR_PIPELINE,   /**< GStreamer would not start it */
  PARLOR_MEDIA_ERROR_CRYPTO,     /**< no certificate, or the backend asked for is not there */
  PARLOR_MEDIA_ERROR_ADDRESS,    /**< an announced address is not an IP address */
} ParlorMediaError;

/** All zero is a good configuration but for udp_port, which is then any free one. */
typedef struct
{
  guint n_workers;             /**< 0 = one a core; at most 36 */
  guint n_dtls_threads;        /**< 0 = one a core */
  guint16 udp_port;            /**< 0 = any free one, see parlor_media_plane_get_port () */
  guint16 tcp_port;            /**< 0 = none: no candidates of TCP (tcpfront.h) */
  const char *bind_address;    /**< nullable: all addresses, both families */
  const char *const *announce; /**< nullable, NULL-terminated: IP addresses that are said first in
                                  candidates (1:1 NAT) */
  const char *crypto;          /**< nullable = "auto"; names of secure/srtp.h */
  gboolean no_gso, no_gro;     /**< without the kernel's UDP segmentation and reassembly */
  gint gather_us; /**< µs that a busy worker waits for company (docs/decisions/0110), to 20,000; 0
                     = 2,000, -1 = never */
  guint max_endpoints; /**< 0 = 10,000 */
  guint spread_from;   /**< so many people of one room on a worker: who comes then is put on the
                          next one (docs/decisions/0042); 0 = 250 */
} ParlorMediaPlaneConfig;

typedef struct _ParlorMediaPlane ParlorMediaPlane;

/** NULL and PARLOR_MEDIA_ERROR_* with one line that says what to do. Strings of config are borrowed
 * for the call. */
ParlorMediaPlane *parlor_media_plane_new (const ParlorMediaPlaneConfig *config, GError **error);
/** Closes every endpoint, joins all threads. NULL is ignored. */
void parlor_media_plane_free (ParlorMediaPlane *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (ParlorMediaPlane, parlor_media_plane_free)

/** Borrowed; lives as long as the plane. */
ParlorMedia *parlor_media_plane_get_media (ParlorMediaPlane *self);
int parlor_media_plane_get_fd (const ParlorMediaPlane *self);
void parlor_media_plane_dispatch (ParlorMediaPlane *self);
guint16 parlor_media_plane_get_port (const ParlorMediaPlane *self);
/** Smallest receive buffer of the sockets in bytes: below 4 MiB the operator is to be warned
 * (net.core.rmem_max). */
gsize parlor_media_plane_get_receive_buffer_bytes (const ParlorMediaPlane *self);

/** One number of /metrics: called for each, names as DESIGN's contract says, e.g.
   "parlor_packets_dropped_total", "reason", "auth". label and value are NULL where there is none.
 */
typedef void (*ParlorMediaMetricFunc) (gpointer user_data, const char *name, const char *label,
                                       const char *label_value, double value);
void parlor_media_plane_foreach_metric (ParlorMediaPlane *self, ParlorMediaMetricFunc func,
                                        gpointer user_data);

G_END_DECLS
