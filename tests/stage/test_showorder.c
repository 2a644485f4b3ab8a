/* SPDX-License-Identifier: Apache-2.0 */
#include "stage/showorder.h"

#define FRAME G_GINT64_CONSTANT (33000000)

/* As a pyramid is sent: the order of showing of what goes in, one after the other. */
static const int sent[] = {0, 4, 2, 1, 3, 8, 6, 5, 7, 12, 10, 9, 11};

/* A decoder with a delay of two pictures. `stamp`: of the i-th that goes in. */
static void
play (ParlorShowOrder *order, gint64 (*stamp) (guint i), gint64 out[G_N_ELEMENTS (sent)])
{
  guint n = G_N_ELEMENTS (sent);
  for (guint i = 0; i < n + 2; i++)
    {
      if (i < n)
        parlor_show_order_in (order, stamp (i));
      if (i >= 2)
        out[i - 2] = parlor_show_order_out (order, stamp (i - 2));
    }
}

static gint64
shown_at (guint i)
{
  return (100 + sent[i]) * FRAME;
}

static gint64
decoded_at (guint i)
{
  return (100 + (gint64)i) * FRAME;
}

static void
test_shown (void)
{
  ParlorShowOrder order = {0};
  gint64 out[G_N_ELEMENTS (sent)];
  play (&order, shown_at, out);
  for (guint i = 0; i < G_N_ELEMENTS (sent); i++)
    g_assert_cmpint (out[i], ==, (100 + (gint64)i) * FRAME);
}

static void
test_decoded (void)
{
  ParlorShowOrder order = {0};
  gint64 out[G_N_ELEMENTS (sent)];
  play (&order, decoded_at, out);
  for (guint i = 0; i < G_N_ELEMENTS (sent); i++)
    g_assert_cmpint (out[i], ==, decoded_at (i));
}

/* The decoder makes nothing of one of ten: the others are not late for ever. */
static void
test_lost (void)
{
  ParlorShowOrder order = {0};
  for (gint64 i = 0; i < 1000; i++)
    {
      gint64 time_ns = (i ^ 1) * FRAME; /* each pair the other way round */
      parlor_show_order_in (&order, time_ns);
      if (i % 10 == 9)
        continue;
      gint64 got = parlor_show_order_out (&order, time_ns);
      g_assert_cmpint (ABS (got - time_ns), <=, 8 * FRAME);
    }
  g_assert_cmpuint (order.n, <, PARLOR_SHOW_ORDER_MAX);
}

static void
test_anew (void)
{
  ParlorShowOrder order = {0};
  parlor_show_order_in (&order, 5000 * FRAME);
  parlor_show_order_in (&order, 4999 * FRAME);
  parlor_show_order_in (&order, 0);
  g_assert_cmpint (parlor_show_order_out (&order, 0), ==, 0);
  g_assert_cmpuint (order.n, ==, 0);
  g_assert_cmpint (parlor_show_order_out (&order, 77), ==, 77); /* more came out than went in */
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/stage/showorder/stamps-of-showing-come-out-in-order", test_shown);
  g_test_add_func ("/stage/showorder/stamps-of-decoding-stay-as-they-are", test_decoded);
  g_test_add_func ("/stage/showorder/lost-pictures-delay-nobody-for-ever", test_lost);
  g_test_add_func ("/stage/showorder/another-stream-begins-anew", test_anew);
  return g_test_run ();
}
