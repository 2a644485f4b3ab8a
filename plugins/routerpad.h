/* SPDX-License-Identifier: Apache-2.0 */
/**
 * The request pads of parlorrouter: tap_%u (one source out) and inject_%u (one source in),
 * application/x-rtp, clear.
 *
 * A tap pad has its own ring and streaming thread (a pad task); an inject pad only copies into its
 * ring and wakes the worker. Neither forwards an event, a query, a flow return or latency into the
 * worker's pipeline. Set what is behind a tap to NULL before the pad is released: its thread is
 * joined then.
 *
 * Pad properties: source (uint64, id of the source, 0 = none), caps (GstCaps of a tap, before it is
 * activated), dropped (uint64, read: packets for which the ring had no room).
 */
#pragma once

#include <gst/gst.h>

#include "tracks.h"

G_BEGIN_DECLS

#define PARLOR_TYPE_ROUTER_PAD (parlor_router_pad_get_type ())
G_DECLARE_FINAL_TYPE (ParlorRouterPad, parlor_router_pad, PARLOR, ROUTER_PAD, GstPad)

/** (transfer floating) NULL: too many tracks. The template says which direction, SRC is a tap. */
GstPad *parlor_router_pad_new (GstPadTemplate *templ, const char *name, ParlorTracks *tracks);

G_END_DECLS
