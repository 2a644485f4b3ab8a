/* SPDX-License-Identifier: Apache-2.0 */
#include "base/text.h"

#include <string.h>

#include "base/error.h"

static void
test_trimmed (void)
{
  static const char *const fits[][2] = {{"  Lin\t", "Lin"},
                                        {"林 小姐", "林 小姐"},
                                        {"O'Brien; DROP TABLE", "O'Brien; DROP TABLE"},
                                        {"👩‍👩‍👧", "👩‍👩‍👧"}};
  for (guint i = 0; i < G_N_ELEMENTS (fits); i++)
    {
      g_autofree char *line = parlor_text_line (fits[i][0], PARLOR_NAME_MAX, "name", NULL);
      g_assert_cmpstr (line, ==, fits[i][1]);
    }
}

static void
test_refused (void)
{
  static const char *const unfit[] = {NULL,
                                      "",
                                      "  ",
                                      "a\nb",
                                      "a\x01",
                                      "a\xff",
                                      "evil\xe2\x80\xaetxt",
                                      "\xe2\x81\xa6x",
                                      "a\xe2\x80\xa8z"};
  for (guint i = 0; i < G_N_ELEMENTS (unfit); i++)
    {
      g_autoptr (GError) error = NULL;
      g_assert_null (parlor_text_line (unfit[i], PARLOR_NAME_MAX, "name", &error));
      g_assert_error (error, PARLOR_ERROR, PARLOR_ERROR_BAD_REQUEST);
      g_assert_nonnull (strstr (error->message, "name"));
    }
}

static void
test_length (void)
{
  g_autoptr (GString) text = g_string_new (NULL);
  for (guint i = 0; i < PARLOR_NAME_MAX; i++)
    g_string_append (text, "林");
  g_autofree char *fit = parlor_text_line (text->str, PARLOR_NAME_MAX, "name", NULL);
  g_assert_cmpstr (fit, ==, text->str);
  g_string_append (text, "x");
  g_assert_null (parlor_text_line (text->str, PARLOR_NAME_MAX, "name", NULL));
}

static void
test_block (void)
{
  g_autofree char *block = parlor_text_block (" one\n\ttwo \n", 100, "text", NULL);
  g_assert_cmpstr (block, ==, "one\n\ttwo");
  g_assert_null (parlor_text_block ("one\rtwo", 100, "text", NULL));
}

static void
test_identity (void)
{
  g_assert_true (parlor_text_identity ("user:42@example.org"));
  g_assert_false (parlor_text_identity (NULL));
  g_assert_false (parlor_text_identity (""));
  g_assert_false (parlor_text_identity ("a\nb"));
  g_autofree char *longest = g_strnfill (PARLOR_IDENTITY_MAX, 'x');
  g_autofree char *longer = g_strnfill (PARLOR_IDENTITY_MAX + 1, 'x');
  g_assert_true (parlor_text_identity (longest));
  g_assert_false (parlor_text_identity (longer));
}

static void
test_file_name (void)
{
  const char *const none[] = {NULL, "", ".", "..", ".key", "a/b", "/a", "a\n", "a\x7f"};
  for (guint i = 0; i < G_N_ELEMENTS (none); i++)
    g_assert_false (parlor_text_file_name (none[i]));
  g_assert_true (parlor_text_file_name ("0001-camera.webm"));
  g_assert_true (parlor_text_file_name ("a..b"));
}

static void
test_emoji (void)
{
  g_assert_cmpstr (parlor_text_emoji ("❤️"), ==, "❤️");
  g_assert_null (parlor_text_emoji ("💩"));
  g_assert_null (parlor_text_emoji (NULL));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/base/text/a-line-is-trimmed-and-otherwise-as-written", test_trimmed);
  g_test_add_func ("/base/text/control-and-direction-characters-are-refused", test_refused);
  g_test_add_func ("/base/text/length-counts-characters-not-bytes", test_length);
  g_test_add_func ("/base/text/chat-may-have-lines", test_block);
  g_test_add_func ("/base/text/an-identity-is-neither-empty-nor-long-nor-odd", test_identity);
  g_test_add_func ("/base/text/a-file-name-leads-nowhere-else", test_file_name);
  g_test_add_func ("/base/text/six-emoji-and-no-other", test_emoji);
  return g_test_run ();
}
