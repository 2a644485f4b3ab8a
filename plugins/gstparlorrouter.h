/* SPDX-License-Identifier: Apache-2.0 */
/**
 * parlorrouter: the shell over the router's core (router/router.h). Batches of received datagrams
 * in, batches of messages to send out.
 *
 * For each batch, empty ones too: the loop's drain hook, taps and injects, then each datagram (GRO
 * groups taken apart), then one flush. What the router writes goes straight into a pooled batch
 * buffer.
 *
 * Property (before READY): loop (pointer to ParlorLoop, required; its router configuration makes
 * the router). Request pads: tap_%u, inject_%u, see routerpad.h.
 */
#pragma once

#include <gst/gst.h>

G_BEGIN_DECLS

#define PARLOR_TYPE_ROUTER_ELEMENT (parlor_router_element_get_type ())
G_DECLARE_FINAL_TYPE (ParlorRouterElement, parlor_router_element, PARLOR, ROUTER_ELEMENT,
                      GstElement)

G_END_DECLS
