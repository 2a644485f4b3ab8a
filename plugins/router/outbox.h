/* SPDX-License-Identifier: Apache-2.0 */
/**
 * The outbox: one contiguous arena and a list of messages in it, which become a batch buffer without a copy.
 *
 * The element lends the memory (begin), the router appends messages, ops.send () takes what is there and begins the next. A message is opened for a
 * peer, datagrams are added at its end, and it is closed; datagrams of one message have one size but for the last, which may be smaller (UDP GSO).
 * Thread: worker. Sizes in bytes.
 */
#pragma once

#include <parlor/batch.h>

#include "base/addr.h"

G_BEGIN_DECLS

struct _ParlorOutbox
{
  guint8 *arena;      /**< borrowed from the element's buffer */
  gsize capacity;     /**< at least 2 × PARLOR_MESSAGE_MAX_BYTES */
  gsize used;
  guint n_datagrams, max_datagrams;
  ParlorDatagram *datagrams; /**< borrowed from the buffer's meta */
};

G_END_DECLS
