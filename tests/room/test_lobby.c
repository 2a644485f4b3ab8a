/* SPDX-License-Identifier: Apache-2.0 */
#include "room/lobby.h"

static void
test_bounded (void)
{
  g_autoptr (ParlorLobby) lobby = parlor_lobby_new (2);
  int a, b, c;
  g_assert_true (parlor_lobby_add (lobby, &a));
  g_assert_true (parlor_lobby_add (lobby, &b));
  g_assert_true (parlor_lobby_add (lobby, &b));
  g_assert_false (parlor_lobby_add (lobby, &c));
  g_assert_cmpuint (parlor_lobby_position (lobby, &b), ==, 2);
  g_assert_true (parlor_lobby_remove (lobby, &a));
  g_assert_false (parlor_lobby_remove (lobby, &a));
  g_assert_cmpuint (parlor_lobby_position (lobby, &b), ==, 1);
  g_assert_true (parlor_lobby_add (lobby, &c));
  guint n;
  gpointer *list = parlor_lobby_list (lobby, &n);
  g_assert_true (n == 2 && list[0] == &b && list[1] == &c);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/room/lobby/waits-in-order-and-no-more-than-its-bound", test_bounded);
  return g_test_run ();
}
