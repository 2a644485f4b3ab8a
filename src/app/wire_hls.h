/* SPDX-License-Identifier: Apache-2.0 */
/**
 * Joins HLS with rooms: what is on stage, and which date a picture gets.
 *
 * Control thread.
 */
#pragma once

#include "http/metrics.h"
#include "live/live.h"
#include "record/hlsorigin.h"
#include "room/rooms.h"

G_BEGIN_DECLS

typedef struct _ParlorWireHls ParlorWireHls;

/** All borrowed, to outlive the object. */
ParlorWireHls *parlor_wire_hls_new (uv_loop_t *loop, ParlorMedia *media, ParlorRooms *rooms,
                                    ParlorLive *live);
/** For ParlorSiteSpec. */
ParlorHls *parlor_wire_hls_get (ParlorWireHls *self);
/** Whether somebody watches this room by HLS. */
gboolean parlor_wire_hls_is_asked (const ParlorWireHls *self, const char *room);
void parlor_wire_hls_metrics (const ParlorWireHls *self, ParlorMetricsPage *page);
/** Before the loop is closed, which then runs once more. NULL is ignored. */
void parlor_wire_hls_free (ParlorWireHls *self);

G_END_DECLS
