/* SPDX-License-Identifier: Apache-2.0 */
/**
 * The outbox: one contiguous arena and a list of messages in it, which become a batch buffer
 * without a copy.
 *
 * The element lends the memory (ParlorRouterOps.send is called with what is there, and begins the
 * next one before it returns); the router reserves room, writes datagrams there and commits them as
 * one message: all of `segment_bytes` but the last, which may be shorter (UDP GSO). Thread: worker.
 * Sizes in bytes.
 */
#pragma once

#include <parlor/batch.h>

#include "base/addr.h"

G_BEGIN_DECLS

/** What an arena and a list must hold at least, so that any one message fits an empty outbox. */
#define PARLOR_OUTBOX_MIN_BYTES (2 * PARLOR_MESSAGE_MAX_BYTES)
#define PARLOR_OUTBOX_MIN_DATAGRAMS 16

struct _ParlorOutbox
{
  guint8 *arena; /**< borrowed from the element's buffer */
  gsize capacity;
  gsize used;
  ParlorDatagram *datagrams; /**< borrowed from the buffer's meta */
  guint n_datagrams, max_datagrams;
  guint n_pkts; /**< datagrams when every message is cut at its segment_bytes */
};
#ifndef PARLOR_OUTBOX_TYPEDEF
#define PARLOR_OUTBOX_TYPEDEF
typedef struct _ParlorOutbox ParlorOutbox;
#endif

/** Begins an empty outbox on borrowed memory. */
static inline void
parlor_outbox_begin (ParlorOutbox *self, guint8 *arena, gsize capacity, ParlorDatagram *datagrams,
                     guint max_datagrams)
{
  *self = (ParlorOutbox){
      .arena = arena, .capacity = capacity, .datagrams = datagrams, .max_datagrams = max_datagrams};
}

/** Where `bytes` more can be written; NULL when they, or one more message, do not fit. */
static inline guint8 *
parlor_outbox_reserve (ParlorOutbox *self, gsize bytes)
{
  if (self->used + bytes > self->capacity || self->n_datagrams == self->max_datagrams)
    return NULL;
  return self->arena + self->used;
}

/** Makes the first `length` reserved bytes a message to tuple's peer, from tuple's local address;
 * segment_bytes 0 = one datagram. */
void parlor_outbox_commit (ParlorOutbox *self, const ParlorTuple *tuple, gsize length,
                           gsize segment_bytes);

/** Makes one datagram the end of the last message, where that is the same peer's and of equal parts
 * so far, none shorter than this. FALSE: it is not, and nothing was done. */
gboolean parlor_outbox_append (ParlorOutbox *self, const ParlorTuple *tuple, const guint8 *bytes,
                               gsize length);

G_END_DECLS
