/* SPDX-License-Identifier: Apache-2.0 */
#include "base/ring.h"
#include <string.h>

static void
test_order (void)
{
  g_autoptr (ParlorRing) ring = parlor_ring_new (256, PARLOR_RING_ONE_PRODUCER);
  char out[64];
  g_assert_true (parlor_ring_is_empty (ring));
  g_assert_cmpint (parlor_ring_pop (ring, out, sizeof out), ==, -1);
  g_assert_true (parlor_ring_push (ring, "one", 3));
  g_assert_true (parlor_ring_push (ring, NULL, 0));
  g_assert_true (parlor_ring_push2 (ring, "th", 2, "ree", 3));
  g_assert_cmpint (parlor_ring_pop (ring, out, sizeof out), ==, 3);
  g_assert_cmpmem (out, 3, "one", 3);
  g_assert_cmpint (parlor_ring_pop (ring, out, sizeof out), ==, 0);
  g_assert_cmpint (parlor_ring_pop (ring, out, 4), ==, -2);
  g_assert_cmpint (parlor_ring_pop (ring, out, 5), ==, 5);
  g_assert_cmpmem (out, 5, "three", 5);
  g_assert_true (parlor_ring_is_empty (ring));
}

static void
test_full (void)
{
  g_autoptr (ParlorRing) ring = parlor_ring_new (64, PARLOR_RING_ONE_PRODUCER);
  guint8 bytes[64] = {0};
  guint pushed = 0;
  while (parlor_ring_push (ring, bytes, 8))
    pushed++;
  g_assert_cmpuint (pushed, ==, 4);
  g_assert_cmpuint (parlor_ring_dropped (ring), ==, 1);
  g_assert_false (parlor_ring_push (ring, bytes, parlor_ring_record_max (ring) + 1));
  g_assert_cmpuint (parlor_ring_dropped (ring), ==, 2);
  g_assert_cmpint (parlor_ring_pop (ring, bytes, sizeof bytes), ==, 8);
  g_assert_true (parlor_ring_push (ring, bytes, 8));
}

/* Wherever the ring stands, an empty one takes the largest record. */
static void
test_largest (void)
{
  for (gsize before = 0; before <= 120; before++)
    {
      g_autoptr (ParlorRing) ring = parlor_ring_new (128, PARLOR_RING_ONE_PRODUCER);
      guint8 bytes[128] = {0};
      for (gsize done = 0; done < before; done += 8)
        {
          g_assert_true (parlor_ring_push (ring, NULL, 0));
          g_assert_cmpint (parlor_ring_pop (ring, bytes, sizeof bytes), ==, 0);
        }
      g_assert_false (parlor_ring_push (ring, bytes, parlor_ring_record_max (ring) + 1));
      g_assert_true (parlor_ring_push (ring, bytes, parlor_ring_record_max (ring)));
      g_assert_cmpint (parlor_ring_pop (ring, bytes, sizeof bytes), ==,
                       (gssize)parlor_ring_record_max (ring));
    }
}

/* Against a queue of copies, over random sizes. */
static void
test_model (void)
{
  g_autoptr (ParlorRing) ring = parlor_ring_new (1024, PARLOR_RING_ONE_PRODUCER);
  g_autoptr (GQueue) model = g_queue_new ();
  g_autoptr (GRand) rand = g_rand_new_with_seed (11);
  guint8 bytes[1024];
  for (guint i = 0; i < 200000; i++)
    {
      gsize size = (gsize)g_rand_int_range (rand, 0, 300);
      if (g_rand_boolean (rand))
        {
          memset (bytes, (int)i, size);
          if (parlor_ring_push (ring, bytes, size))
            g_queue_push_tail (model, g_bytes_new (bytes, size));
        }
      else
        {
          g_autoptr (GBytes) want = g_queue_pop_head (model);
          gssize got = parlor_ring_pop (ring, bytes, sizeof bytes);
          g_assert_cmpint (got, ==, want ? (gssize)g_bytes_get_size (want) : -1);
          if (got > 0)
            g_assert_cmpmem (bytes, (gsize)got, g_bytes_get_data (want, NULL), (gsize)got);
        }
    }
  g_queue_clear_full (model, (GDestroyNotify)g_bytes_unref);
}

#define PER_THREAD 100000

typedef struct
{
  ParlorRing *ring;
  guint32 id;
} Producer;

static gpointer
produce (gpointer data)
{
  Producer *self = data;
  guint32 record[8];
  for (guint32 i = 0; i < PER_THREAD;)
    {
      gsize n = 2 + i % 6;
      for (gsize k = 0; k < n; k++)
        record[k] = k == 0 ? self->id : i;
      if (parlor_ring_push (self->ring, record, n * 4))
        i++;
      else
        g_thread_yield ();
    }
  return NULL;
}

/* Each producer's records come whole, once, and in its order. */
static void
run_threads (ParlorRingFlags flags, guint n_producers)
{
  g_autoptr (ParlorRing) ring = parlor_ring_new (4096, flags);
  Producer producers[4];
  GThread *threads[4];
  guint32 next[4] = {0};
  for (guint i = 0; i < n_producers; i++)
    {
      producers[i] = (Producer){ring, i};
      threads[i] = g_thread_new ("producer", produce, &producers[i]);
    }
  for (guint left = n_producers * PER_THREAD; left > 0;)
    {
      gsize size;
      const guint32 *record = parlor_ring_peek (ring, &size);
      if (!record)
        {
          g_thread_yield ();
          continue;
        }
      g_assert_cmpuint (record[0], <, n_producers);
      guint32 want = next[record[0]]++;
      g_assert_cmpuint (size, ==, (2 + want % 6) * 4);
      for (gsize k = 1; k < size / 4; k++)
        g_assert_cmpuint (record[k], ==, want);
      parlor_ring_consume (ring);
      left--;
    }
  for (guint i = 0; i < n_producers; i++)
    g_thread_join (threads[i]);
  g_assert_true (parlor_ring_is_empty (ring));
}

static void
test_one_producer (void)
{
  run_threads (PARLOR_RING_ONE_PRODUCER, 1);
}

static void
test_many_producers (void)
{
  run_threads (PARLOR_RING_MANY_PRODUCERS, 4);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/base/ring/records-come-out-as-they-went-in", test_order);
  g_test_add_func ("/base/ring/a-full-ring-drops-and-counts", test_full);
  g_test_add_func ("/base/ring/an-empty-ring-takes-the-largest-record-anywhere", test_largest);
  g_test_add_func ("/base/ring/agrees-with-a-queue-on-random-sizes", test_model);
  g_test_add_func ("/base/ring/one-producer-thread-loses-and-mixes-nothing", test_one_producer);
  g_test_add_func ("/base/ring/four-producer-threads-lose-and-mix-nothing", test_many_producers);
  return g_test_run ();
}
