/* SPDX-License-Identifier: Apache-2.0 */
#include "store/find.h"

static void
test_folding (void)
{
  g_assert_cmpuint (parlor_text_fold ('A'), ==, 'a');
  g_assert_cmpuint (parlor_text_fold (0x3a3), ==, parlor_text_fold (0x3c2)); /* Σ, final ς */
  g_assert_cmpuint (parlor_text_fold (0x212a), ==, 'k');                     /* the Kelvin sign */
  g_assert_cmpuint (parlor_text_fold (0x95f4), ==, 0x95f4);                  /* 间 */
}

/* What is said to have no other forms is searched byte by byte. */
static void
test_forms (void)
{
  for (gunichar c = 1; c <= 0x10ffff; c++)
    {
      gunichar folded = parlor_text_fold (c);
      g_assert_cmpuint (parlor_text_fold (folded), ==, folded);
      if (folded == c)
        continue;
      g_assert_cmpuint (c, <, 0x1ffff);
      g_assert_true (parlor_text_has_forms (folded));
      g_assert_true (parlor_text_has_forms (c));
    }
}

static void
test_after (void)
{
  g_autofree char *next = parlor_text_after ("ab");
  g_assert_cmpstr (next, ==, "ac");
  g_autofree char *over = parlor_text_after ("a\U0010ffff\U0010ffff");
  g_assert_cmpstr (over, ==, "b");
  g_autofree char *gap = parlor_text_after ("\xed\x9f\xbf"); /* before the surrogates */
  g_assert_cmpstr (gap, ==, "\xee\x80\x80");
  g_assert_null (parlor_text_after ("\U0010ffff"));
  g_assert_null (parlor_text_after (""));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/store/find/case-is-folded-by-character", test_folding);
  g_test_add_func ("/store/find/what-has-other-forms-says-so", test_forms);
  g_test_add_func ("/store/find/after-a-prefix-comes-the-next-character", test_after);
  return g_test_run ();
}
