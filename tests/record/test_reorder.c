/* SPDX-License-Identifier: Apache-2.0 */
#include "record/reorder.h"

static void
push (ParlorReorder *reorder, guint16 seq, gint64 now_us)
{
  parlor_reorder_push (reorder, seq, (const guint8 *)&seq, sizeof seq, now_us, now_us);
}

/* -1 = nothing yet. */
static gint
pop (ParlorReorder *reorder, gint64 now_us, guint *lost)
{
  g_autoptr (GBytes) bytes = parlor_reorder_pop (reorder, now_us, lost, NULL);
  return bytes != NULL ? *(const guint16 *)g_bytes_get_data (bytes, NULL) : -1;
}

static void
test_order (void)
{
  g_autoptr (ParlorReorder) reorder = parlor_reorder_new ();
  guint lost;
  push (reorder, 65534, 0);
  g_assert_cmpint (pop (reorder, 0, &lost), ==, 65534);
  push (reorder, 0, 1);
  push (reorder, 1, 2);
  g_assert_cmpint (pop (reorder, 3, &lost), ==, -1);
  push (reorder, 65535, 4);
  g_assert_cmpint (pop (reorder, 4, &lost), ==, 65535);
  g_assert_cmpint (pop (reorder, 4, &lost), ==, 0);
  g_assert_cmpint (pop (reorder, 4, &lost), ==, 1);
  g_assert_cmpuint (lost, ==, 0);
  g_assert_cmpint (pop (reorder, 4, &lost), ==, -1);
}

static void
test_patience (void)
{
  g_autoptr (ParlorReorder) reorder = parlor_reorder_new ();
  guint lost;
  push (reorder, 10, 0);
  g_assert_cmpint (pop (reorder, 0, &lost), ==, 10);
  push (reorder, 13, 100);
  g_assert_cmpint (pop (reorder, 100 + PARLOR_REORDER_WAIT_US - 1, &lost), ==, -1);
  g_assert_cmpint (parlor_reorder_next_us (reorder), ==, 100 + PARLOR_REORDER_WAIT_US);
  g_assert_cmpint (pop (reorder, 100 + PARLOR_REORDER_WAIT_US, &lost), ==, 13);
  g_assert_cmpuint (lost, ==, 2);
  push (reorder, 11, 200 + PARLOR_REORDER_WAIT_US);
  g_assert_cmpint (pop (reorder, G_MAXINT32, &lost), ==, -1);
}

static void
test_twice (void)
{
  g_autoptr (ParlorReorder) reorder = parlor_reorder_new ();
  guint lost;
  push (reorder, 1, 0);
  push (reorder, 1, 0);
  g_assert_cmpint (pop (reorder, 0, &lost), ==, 1);
  push (reorder, 1, 0);
  g_assert_cmpint (pop (reorder, 0, &lost), ==, -1);
}

static void
test_jump (void)
{
  g_autoptr (ParlorReorder) reorder = parlor_reorder_new ();
  guint lost;
  push (reorder, 5, 0);
  g_assert_cmpint (pop (reorder, 0, &lost), ==, 5);
  push (reorder, 7, 1);
  push (reorder, 30000, 2);
  g_assert_cmpint (pop (reorder, 2, &lost), ==, 30000);
  push (reorder, 30001, 2);
  g_assert_cmpint (pop (reorder, 2, &lost), ==, 30001);
}

static void
test_flush (void)
{
  g_autoptr (ParlorReorder) reorder = parlor_reorder_new ();
  guint lost;
  push (reorder, 1, 0);
  push (reorder, 3, 0);
  push (reorder, 6, 0);
  parlor_reorder_flush (reorder);
  g_assert_cmpint (pop (reorder, 0, &lost), ==, 1);
  g_assert_cmpint (pop (reorder, 0, &lost), ==, 3);
  g_assert_cmpint (pop (reorder, 0, &lost), ==, 6);
  g_assert_cmpint (pop (reorder, 0, &lost), ==, -1);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/record/reorder/comes-out-in-order-over-the-wrap", test_order);
  g_test_add_func ("/record/reorder/a-gap-is-waited-for-and-then-given-up", test_patience);
  g_test_add_func ("/record/reorder/nothing-comes-out-twice", test_twice);
  g_test_add_func ("/record/reorder/a-jump-begins-anew", test_jump);
  g_test_add_func ("/record/reorder/a-flush-gives-all-that-waits", test_flush);
  return g_test_run ();
}
