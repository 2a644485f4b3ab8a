/* SPDX-License-Identifier: Apache-2.0 */
/**
 * Live rooms' structs to the JSON of docs/protocol.md, "Live rooms". All results are transfer full.
 *
 * Thread: control.
 */
#pragma once

#include "live/live.h"
#include "live/products.h"

#include <jansson.h>

G_BEGIN_DECLS

/** Everything somebody who comes must know: `live`. Hosts get the guests and the blocked words too.
    `products` looks up what is pinned. */
json_t *parlor_encode_live (ParlorLiveRoom *room, const ParlorProducts *products, gboolean for_host,
                            gint64 room_ms);
/** A comment, as in `comments`. */
json_t *parlor_encode_comment (const ParlorComment *comment);
/** The message for an event; NULL for ADMITTED, which needs a token. */
json_t *parlor_encode_live_event (const ParlorLiveEvent *event, const ParlorProducts *products);
/** The shelf of a brand: the first hundred products. */
json_t *parlor_encode_shelf (const char *brand, const ParlorProducts *products);
/** What the page may show of a product; NULL becomes null. */
json_t *parlor_encode_product (const ParlorProduct *product);

G_END_DECLS
