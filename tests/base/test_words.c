/* SPDX-License-Identifier: Apache-2.0 */
#include "base/words.h"

#include <string.h>

static gboolean
take (guint tag, const char *word, gpointer user_data)
{
  g_string_append_printf (user_data, "%u", tag);
  return TRUE;
}

/* The tags of what is found, one digit each. */
static char *
find (const char *const *words, const char *text)
{
  g_autoptr (ParlorWords) all = parlor_words_new ();
  GString *found = g_string_new (NULL);
  for (guint i = 0; words[i]; i++)
    g_assert_true (parlor_words_add (all, words[i], i));
  parlor_words_build (all);
  parlor_words_find (all, text, take, found);
  return g_string_free (found, FALSE);
}

#define EXPECT(words, text, tags)                                                                  \
  G_STMT_START                                                                                     \
  {                                                                                                \
    g_autofree char *found = find (words, text);                                                   \
    g_assert_cmpstr (found, ==, tags);                                                             \
  }                                                                                                \
  G_STMT_END

static void
test_chinese (void)
{
  const char *const words[] = {"退款", "假货", "微信", NULL};
  EXPECT (words, "我要退款，这是假货！", "01");
  EXPECT (words, "加我微 信", "2");
  EXPECT (words, "加我微​信", "2"); /* an invisible blank between */
  EXPECT (words, "退换货款", "");
}

static void
test_overlap (void)
{
  const char *const words[] = {"白茶", "白茶饼", "茶饼", "饼", NULL};
  EXPECT (words, "一块白茶饼", "0123");
  const char *const again[] = {"啊啊", NULL};
  EXPECT (again, "啊啊啊啊", "000");
}

static void
test_latin (void)
{
  const char *const words[] = {"art", "Free Money", "c++", NULL};
  EXPECT (words, "start smart", "");
  EXPECT (words, "ART is free   money", "01");
  EXPECT (words, "ｆｒｅｅ ｍｏｎｅｙ", "1");
  EXPECT (words, "I write C++.", "2");
}

static void
test_refused (void)
{
  g_autoptr (ParlorWords) words = parlor_words_new ();
  g_autofree char *lng = g_strnfill (PARLOR_WORD_BYTES + 1, 'a');
  g_assert_false (parlor_words_add (words, "", 0));
  g_assert_false (parlor_words_add (words, " \t", 0));
  g_assert_false (parlor_words_add (words, "\xff", 0));
  g_assert_false (parlor_words_add (words, lng, 0));
  parlor_words_build (words);
  GString *found = g_string_new (NULL);
  parlor_words_find (words, "anything", take, found);
  g_assert_cmpuint (found->len, ==, 0);
  g_string_free (found, TRUE);
}

static gboolean
stop (guint tag, const char *word, gpointer user_data)
{
  ++*(guint *)user_data;
  return FALSE;
}

static void
test_stop (void)
{
  g_autoptr (ParlorWords) words = parlor_words_new ();
  guint n = 0;
  parlor_words_add (words, "茶", 0);
  parlor_words_add (words, "茶", 1); /* two rules may have one word */
  parlor_words_build (words);
  parlor_words_find (words, "茶茶茶", stop, &n);
  g_assert_cmpuint (n, ==, 1);
  GString *found = g_string_new (NULL);
  parlor_words_find (words, "茶", take, found);
  g_assert_cmpuint (found->len, ==, 2);
  g_string_free (found, TRUE);
}

/* Against looking for each word by itself. */
static void
test_duel (void)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (7);
  static const char *const letters[] = {"a", "b", "茶", "红", " ", "é"};
  for (guint round = 0; round < 3000; round++)
    {
      g_autoptr (ParlorWords) words = parlor_words_new ();
      g_autoptr (GPtrArray) list = g_ptr_array_new_with_free_func (g_free);
      guint slow = 0;
      for (guint i = 0; i < 6; i++)
        {
          GString *word = g_string_new ("茶"); /* no Latin edge: found anywhere */
          for (gint n = g_rand_int_range (rand, 0, 3); n > 0; n--)
            g_string_append (word, letters[g_rand_int_range (rand, 0, 4)]);
          g_string_append (word, "红");
          parlor_words_add (words, word->str, i);
          g_ptr_array_add (list, g_string_free (word, FALSE));
        }
      parlor_words_build (words);
      GString *text = g_string_new (NULL);
      for (guint i = 0; i < 40; i++)
        g_string_append (text, letters[g_rand_int_range (rand, 0, G_N_ELEMENTS (letters))]);
      g_autofree char *folded = parlor_words_fold (text->str);
      for (guint i = 0; i < list->len; i++)
        for (const char *at = folded; (at = strstr (at, list->pdata[i])); at++)
          slow++;
      GString *found = g_string_new (NULL);
      parlor_words_find (words, text->str, take, found);
      g_assert_cmpuint (found->len, ==, slow);
      g_string_free (found, TRUE);
      g_string_free (text, TRUE);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/base/words/chinese-has-no-blanks", test_chinese);
  g_test_add_func ("/base/words/words-inside-words-are-all-found", test_overlap);
  g_test_add_func ("/base/words/latin-words-are-whole", test_latin);
  g_test_add_func ("/base/words/what-is-no-word-is-refused", test_refused);
  g_test_add_func ("/base/words/one-may-stop", test_stop);
  g_test_add_func ("/base/words/finds-what-a-slow-search-finds", test_duel);
  return g_test_run ();
}
