/* SPDX-License-Identifier: Apache-2.0 */
/**
 * A stock of batch buffers: GstBuffers of one size with a pooled ParlorBatchMeta, which come back
 * when their last reference goes. A GstBufferPool does more, and a worker with few receivers pays
 * for that at each wake-up. Thread: any for the functions; a buffer belongs to who holds it, and
 * may outlive the pool.
 */
#pragma once

#include <parlor/batch.h>

G_BEGIN_DECLS

typedef struct _ParlorBatchPool ParlorBatchPool;

/** Of buffers of `bytes`; who keeps buffers bounds their number himself. */
ParlorBatchPool *parlor_batch_pool_new (gsize bytes);
/** NULL is ignored; buffers that are out are freed when they come back. */
void parlor_batch_pool_free (ParlorBatchPool *pool);
/** (transfer full): an empty batch with room for `capacity` datagrams, the same number each time.
 * NULL: memory ran out. */
GstBuffer *parlor_batch_pool_acquire (ParlorBatchPool *pool, guint capacity);

G_END_DECLS
