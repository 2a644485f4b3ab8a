/* SPDX-License-Identifier: Apache-2.0 */
#include "base/confusable.h"

/* Whether one is refused where the other is guarded. */
static gboolean
are_alike (const char *a, const char *b)
{
  g_autoptr (ParlorNameGuard) guard = parlor_name_guard_new ();
  parlor_name_guard_add (guard, a);
  return parlor_name_guard_refuses (guard, b);
}

static void
test_alike (void)
{
  g_assert_true (are_alike ("Lin Mei", "lin mei"));
  g_assert_true (are_alike ("Parlor", "Pаrlоr")); /* Cyrillic а, о */
  g_assert_true (are_alike ("PARLOR", "ｐａｒｌｏｒ"));
  g_assert_true (are_alike ("Olivia", "0l1v1a"));
  g_assert_true (are_alike ("王明", "王 明\xe2\x80\x8b"));
  g_assert_true (are_alike ("日天", "曰天"));
  g_assert_true (are_alike ("Zoe", "Zoë"));
}

static void
test_different (void)
{
  g_assert_false (are_alike ("Lin", "Lina"));
  g_assert_false (are_alike ("王明", "王朋"));
  g_assert_false (are_alike ("", ""));
  g_assert_false (are_alike ("…", "!?"));
  g_assert_false (are_alike ("\xff", "\xff"));
}

static void
test_guard (void)
{
  g_autoptr (ParlorNameGuard) guard = parlor_name_guard_new ();
  parlor_name_guard_add_brand (guard, "Aurora 极光");
  parlor_name_guard_add (guard, "林梅");
  g_assert_true (parlor_name_guard_refuses (guard, "林 梅"));
  g_assert_true (parlor_name_guard_refuses (guard, "✔ Аurora 极光 ✔"));
  g_assert_true (parlor_name_guard_refuses (guard, "在线客服01"));
  g_assert_true (parlor_name_guard_refuses (guard, "OFFICIAL store"));
  g_assert_false (parlor_name_guard_refuses (guard, "小王"));
  g_assert_false (parlor_name_guard_refuses (guard, ""));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/base/confusable/names-that-look-alike-are-alike", test_alike);
  g_test_add_func ("/base/confusable/other-names-are-not", test_different);
  g_test_add_func ("/base/confusable/a-guarded-name-is-refused", test_guard);
  return g_test_run ();
}
