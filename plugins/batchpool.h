/* SPDX-License-Identifier: Apache-2.0 */
/**
 * A stock of batch buffers: GstBuffers of one size with a pooled ParlorBatchMeta. The pool keeps a
 * reference of its own to each, and hands out again what nobody else refers to: nothing has to be
 * called when a buffer comes back, and its bytes never have to be mapped. GStreamer's own ways of
 * doing the same are code that a worker with few receivers finds out of its caches at each wake-up
 * (decision 0115).
 *
 * Thread: the functions belong to one; buffers may be unreffed by any, and may outlive the pool.
 */
#pragma once

#include <parlor/batch.h>

G_BEGIN_DECLS

typedef struct _ParlorBatchPool ParlorBatchPool;

/** A batch as its maker has it. */
typedef struct
{
  GstBuffer *buffer;     /**< not writable for GStreamer: the pool refers to it too */
  ParlorBatchMeta *meta; /**< the buffer's, with n_datagrams 0 */
  guint8 *bytes; /**< where offset 0 lies; the maker's to write until the buffer is given on */
} ParlorBatch;

/** Of buffers of `bytes`; who keeps buffers bounds their number himself. */
ParlorBatchPool *parlor_batch_pool_new (gsize bytes);
/** NULL is ignored; buffers that are out live on. */
void parlor_batch_pool_free (ParlorBatchPool *pool);
/** out->buffer (transfer full), with room for `capacity` datagrams, the same number each time.
 * FALSE: memory ran out, *out is as it was. */
gboolean parlor_batch_pool_acquire (ParlorBatchPool *pool, guint capacity, ParlorBatch *out);

G_END_DECLS
