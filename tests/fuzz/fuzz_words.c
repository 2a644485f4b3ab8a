/* SPDX-License-Identifier: Apache-2.0 */
/* Keyword rules: the first line is a word, the rest is what somebody says. */
#include "base/words.h"

#include <string.h>

int LLVMFuzzerTestOneInput (const guint8 *data, gsize size);

static gboolean
count (guint tag, const char *word, gpointer user_data)
{
  ++*(guint *)user_data;
  return TRUE;
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  g_autofree char *input = g_strndup (size ? (const char *)data : "", MIN (size, 4000));
  g_auto (GStrv) parts = g_strsplit (input, "\n", 2);
  g_autoptr (ParlorWords) words = parlor_words_new ();
  gboolean good = parts[0] && parlor_words_add (words, parts[0], 0);
  guint n = 0, slow = 0;
  parlor_words_build (words);
  if (!parts[0] || !parts[1])
    return 0;
  parlor_words_find (words, parts[1], count, &n);
  g_autofree char *word = good ? parlor_words_fold (parts[0]) : NULL;
  g_autofree char *text = parlor_words_fold (parts[1]);
  gboolean edges = word && (g_ascii_isalnum (word[0]) || g_ascii_isalnum (word[strlen (word) - 1]));
  for (const char *at = text; word && at && (at = strstr (at, word)); at++)
    slow++;
  if (edges ? n > slow : n != slow)
    g_error ("found %u times, a slow search %u", n, slow);
  return 0;
}
