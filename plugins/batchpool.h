/* SPDX-License-Identifier: Apache-2.0 */
/**
 * A pool of batch buffers: GstBuffers of one size with a pooled ParlorBatchMeta.
 * Thread: any for the functions, as GstBufferPool; a buffer belongs to who holds it.
 */
#pragma once

#include <parlor/batch.h>

G_BEGIN_DECLS

/** An active pool without upper bound (who keeps buffers bounds himself); NULL = no memory. */
GstBufferPool *parlor_batch_pool_new (gsize bytes, guint min_buffers);
/** Deactivates and gives up the reference; NULL is ignored. */
void parlor_batch_pool_free (GstBufferPool *pool);
/** An empty batch with room for `capacity` datagrams; NULL only when the pool is inactive or memory
 * ran out. */
GstBuffer *parlor_batch_pool_acquire (GstBufferPool *pool, guint capacity);

G_END_DECLS
