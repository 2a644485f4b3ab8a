/* SPDX-License-Identifier: Apache-2.0 */
#include "batchpool.h"

#define BYTES 4096

static void
test_comes_back (void)
{
  ParlorBatchPool *pool = parlor_batch_pool_new (BYTES);
  GstBuffer *first = parlor_batch_pool_acquire (pool, 7);
  ParlorBatchMeta *meta = parlor_buffer_get_batch_meta (first);
  GstMapInfo map;
  g_assert_cmpuint (meta->capacity, ==, 7);
  meta->n_datagrams = 3;
  gst_buffer_set_flags (first, GST_BUFFER_FLAG_DISCONT);
  gst_buffer_unref (first);
  GstBuffer *second = parlor_batch_pool_acquire (pool, 7);
  g_assert_true (second == first);
  g_assert_cmpuint (parlor_buffer_get_batch_meta (second)->n_datagrams, ==, 0);
  g_assert_false (GST_BUFFER_FLAG_IS_SET (second, GST_BUFFER_FLAG_DISCONT));
  g_assert_true (gst_buffer_map (second, &map, GST_MAP_READWRITE));
  g_assert_cmpuint (map.size, ==, BYTES);
  gst_buffer_unmap (second, &map);
  gst_buffer_unref (second);
  parlor_batch_pool_free (pool);
}

static void
test_many_are_out (void)
{
  ParlorBatchPool *pool = parlor_batch_pool_new (BYTES);
  GstBuffer *out[20];
  for (guint round = 0; round < 2; round++)
    {
      for (guint i = 0; i < G_N_ELEMENTS (out); i++)
        {
          out[i] = parlor_batch_pool_acquire (pool, 1);
          for (guint j = 0; j < i; j++)
            g_assert_true (out[i] != out[j]);
        }
      for (guint i = 0; i < G_N_ELEMENTS (out); i++)
        gst_buffer_unref (out[i]);
    }
  parlor_batch_pool_free (pool);
}

static void
test_outlives_the_pool (void)
{
  ParlorBatchPool *pool = parlor_batch_pool_new (BYTES);
  GstBuffer *buffer = parlor_batch_pool_acquire (pool, 1);
  GstMapInfo map;
  parlor_batch_pool_free (pool);
  g_assert_true (gst_buffer_map (buffer, &map, GST_MAP_WRITE));
  memset (map.data, 1, map.size);
  gst_buffer_unmap (buffer, &map);
  gst_buffer_unref (buffer);
}

/* A copy shares the memory, and goes on to share it. */
static void
test_memory_that_a_copy_shares (void)
{
  ParlorBatchPool *pool = parlor_batch_pool_new (BYTES);
  GstBuffer *buffer = parlor_batch_pool_acquire (pool, 1), *copy, *next;
  guint8 first = 0;
  gst_buffer_memset (buffer, 0, 0x5a, BYTES);
  copy = gst_buffer_copy (buffer);
  gst_buffer_unref (buffer);
  next = parlor_batch_pool_acquire (pool, 1);
  gst_buffer_memset (next, 0, 0xa5, BYTES);
  g_assert_cmpuint (gst_buffer_extract (copy, 0, &first, 1), ==, 1);
  g_assert_cmpuint (first, ==, 0x5a);
  gst_buffer_unref (copy);
  gst_buffer_unref (next);
  parlor_batch_pool_free (pool);
}

int
main (int argc, char **argv)
{
  gst_init (&argc, &argv);
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/elements/batchpool/a-buffer-comes-back-empty", test_comes_back);
  g_test_add_func ("/elements/batchpool/many-may-be-out", test_many_are_out);
  g_test_add_func ("/elements/batchpool/a-buffer-may-outlive-the-pool", test_outlives_the_pool);
  g_test_add_func ("/elements/batchpool/memory-that-a-copy-shares-is-not-reused",
                   test_memory_that_a_copy_shares);
  return g_test_run ();
}
