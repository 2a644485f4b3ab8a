/* SPDX-License-Identifier: Apache-2.0 */
#include "room/hands.h"

static void
test_order (void)
{
  g_autoptr (ParlorHands) hands = parlor_hands_new ();
  int a, b, c;
  g_assert_true (parlor_hands_set (hands, &b, TRUE));
  g_assert_true (parlor_hands_set (hands, &a, TRUE));
  g_assert_true (parlor_hands_set (hands, &c, TRUE));
  g_assert_false (parlor_hands_set (hands, &b, TRUE));
  g_assert_cmpuint (parlor_hands_order (hands, &a), ==, 2);
  g_assert_true (parlor_hands_set (hands, &b, FALSE));
  g_assert_false (parlor_hands_set (hands, &b, FALSE));
  guint n;
  gpointer *list = parlor_hands_list (hands, &n);
  g_assert_cmpuint (n, ==, 2);
  g_assert_true (list[0] == &a && list[1] == &c);
  g_assert_cmpuint (parlor_hands_order (hands, &b), ==, 0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/room/hands/stand-in-the-order-of-raising", test_order);
  return g_test_run ();
}
