/* SPDX-License-Identifier: Apache-2.0 */
#include "batchpool.h"

#define BYTES 4096

static ParlorBatch
acquire (ParlorBatchPool *pool, guint capacity)
{
  ParlorBatch batch;
  g_assert_true (parlor_batch_pool_acquire (pool, capacity, &batch));
  g_assert_true (batch.meta == parlor_buffer_get_batch_meta (batch.buffer));
  g_assert_cmpuint (batch.meta->n_datagrams, ==, 0);
  g_assert_cmpuint (batch.meta->capacity, ==, capacity);
  return batch;
}

/* What others read of it is what its maker wrote. */
static void
assert_reads (GstBuffer *buffer, guint8 value)
{
  GstMapInfo map;
  g_assert_true (gst_buffer_map (buffer, &map, GST_MAP_READ));
  g_assert_cmpuint (map.size, ==, BYTES);
  for (gsize i = 0; i < map.size; i++)
    g_assert_cmpuint (map.data[i], ==, value);
  gst_buffer_unmap (buffer, &map);
}

static void
test_comes_back (void)
{
  ParlorBatchPool *pool = parlor_batch_pool_new (BYTES);
  ParlorBatch first = acquire (pool, 7), second;
  g_assert_true (first.meta->bytes == first.bytes);
  first.meta->n_datagrams = 3;
  memset (first.bytes, 0x5a, BYTES);
  assert_reads (first.buffer, 0x5a);
  gst_buffer_unref (first.buffer);
  second = acquire (pool, 7);
  g_assert_true (second.buffer == first.buffer);
  g_assert_true (second.bytes == first.bytes);
  gst_buffer_unref (second.buffer);
  parlor_batch_pool_free (pool);
}

/* While it is out its memory can be changed by nobody, so that its bytes stay where they are. */
static void
test_is_not_writable (void)
{
  ParlorBatchPool *pool = parlor_batch_pool_new (BYTES);
  ParlorBatch batch = acquire (pool, 1);
  g_assert_false (gst_buffer_is_writable (batch.buffer));
  gst_buffer_unref (batch.buffer);
  parlor_batch_pool_free (pool);
}

static void
test_many_are_out (void)
{
  ParlorBatchPool *pool = parlor_batch_pool_new (BYTES);
  ParlorBatch out[20];
  for (guint round = 0; round < 2; round++)
    {
      for (guint i = 0; i < G_N_ELEMENTS (out); i++)
        {
          out[i] = acquire (pool, 1);
          memset (out[i].bytes, (int)i, BYTES);
          /* What may be changed is mapped anew by whoever reads it. */
          g_assert_true (out[i].meta->bytes == NULL || !gst_buffer_is_writable (out[i].buffer));
          for (guint j = 0; j < i; j++)
            g_assert_true (out[i].buffer != out[j].buffer);
        }
      for (guint i = 0; i < G_N_ELEMENTS (out); i++)
        {
          assert_reads (out[i].buffer, (guint8)i);
          gst_buffer_unref (out[i].buffer);
        }
    }
  parlor_batch_pool_free (pool);
}

static void
test_outlives_the_pool (void)
{
  ParlorBatchPool *pool = parlor_batch_pool_new (BYTES);
  ParlorBatch batch = acquire (pool, 1);
  parlor_batch_pool_free (pool);
  memset (batch.bytes, 1, BYTES);
  assert_reads (batch.buffer, 1);
  gst_buffer_unref (batch.buffer);
}

/* A copy shares the memory, and goes on to share it. */
static void
test_memory_that_a_copy_shares (void)
{
  ParlorBatchPool *pool = parlor_batch_pool_new (BYTES);
  ParlorBatch batch = acquire (pool, 1), next;
  GstBuffer *copy;
  memset (batch.bytes, 0x5a, BYTES);
  copy = gst_buffer_copy (batch.buffer);
  g_assert_null (parlor_buffer_get_batch_meta (copy)->bytes);
  gst_buffer_unref (batch.buffer);
  next = acquire (pool, 1);
  memset (next.bytes, 0xa5, BYTES);
  assert_reads (copy, 0x5a);
  gst_buffer_unref (copy);
  gst_buffer_unref (next.buffer);
  parlor_batch_pool_free (pool);
}

int
main (int argc, char **argv)
{
  gst_init (&argc, &argv);
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/elements/batchpool/a-buffer-comes-back-empty", test_comes_back);
  g_test_add_func ("/elements/batchpool/nobody-can-change-its-memory", test_is_not_writable);
  g_test_add_func ("/elements/batchpool/many-may-be-out", test_many_are_out);
  g_test_add_func ("/elements/batchpool/a-buffer-may-outlive-the-pool", test_outlives_the_pool);
  g_test_add_func ("/elements/batchpool/memory-that-a-copy-shares-is-not-reused",
                   test_memory_that_a_copy_shares);
  return g_test_run ();
}
