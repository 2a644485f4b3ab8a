/* SPDX-License-Identifier: Apache-2.0 */
#include "batchpool.h"

GstBufferPool *
parlor_batch_pool_new (gsize bytes, guint min_buffers)
{
  GstBufferPool *pool = gst_buffer_pool_new ();
  GstStructure *config = gst_buffer_pool_get_config (pool);
  g_autoptr (GstCaps) caps = gst_caps_new_empty_simple (PARLOR_BATCH_CAPS);
  gst_buffer_pool_config_set_params (config, caps, (guint)bytes, min_buffers, 0);
  if (!gst_buffer_pool_set_config (pool, config) || !gst_buffer_pool_set_active (pool, TRUE))
    g_clear_pointer (&pool, gst_object_unref);
  return pool;
}

void
parlor_batch_pool_free (GstBufferPool *pool)
{
  if (pool == NULL)
    return;
  gst_buffer_pool_set_active (pool, FALSE);
  gst_object_unref (pool);
}

GstBuffer *
parlor_batch_pool_acquire (GstBufferPool *pool, guint capacity)
{
  GstBuffer *buffer = NULL;
  ParlorBatchMeta *meta;
  if (gst_buffer_pool_acquire_buffer (pool, &buffer, NULL) != GST_FLOW_OK)
    return NULL;
  meta = parlor_buffer_get_batch_meta (buffer);
  if (meta == NULL)
    meta = parlor_buffer_add_batch_meta (buffer, capacity);
  meta->n_datagrams = 0;
  return buffer;
}
