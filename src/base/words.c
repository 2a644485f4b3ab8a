/* SPDX-License-Identifier: Apache-2.0 */
#include "base/words.h"

#include <string.h>

/* A node of the tree of all words; indexes into `nodes`, 0 = none (the root is nobody's child). */
typedef struct
{
  guint32 child, sibling; /* the first child; the next of the same parent */
  guint32 fail;           /* the longest proper suffix that is in the tree too */
  guint32 output;         /* the nearest node on the way of `fail` where a word ends */
  guint32 word;           /* index + 1 into `words`; 0 = none ends here */
  guint8 byte;
} Node;

typedef struct
{
  char *text;
  guint length, tag;
  guint32 same; /* index + 1 of another word of the same text; 0 = none */
} Word;

struct _ParlorWords
{
  GArray *nodes; /* Node; the first is the root */
  GArray *words; /* Word */
};

static void
word_clear (gpointer word)
{
  g_free (((Word *)word)->text);
}

ParlorWords *
parlor_words_new (void)
{
  ParlorWords *words = g_new0 (ParlorWords, 1);
  Node root = {0};
  words->nodes = g_array_new (FALSE, FALSE, sizeof (Node));
  words->words = g_array_new (FALSE, FALSE, sizeof (Word));
  g_array_set_clear_func (words->words, word_clear);
  g_array_append_val (words->nodes, root);
  return words;
}

void
parlor_words_free (ParlorWords *words)
{
  if (!words)
    return;
  g_array_unref (words->nodes);
  g_array_unref (words->words);
  g_free (words);
}

/* ---- folding --------------------------------------------------------------------------------- */

static gboolean
is_invisible (gunichar c)
{
  return g_unichar_type (c) == G_UNICODE_FORMAT || (c >= 0xfe00 && c <= 0xfe0f);
}

char *
parlor_words_fold (const char *text)
{
  if (!g_utf8_validate (text, -1, NULL))
    return NULL;
  g_autofree char *plain = g_utf8_normalize (text, -1, G_NORMALIZE_ALL_COMPOSE);
  g_autofree char *folded = g_utf8_casefold (plain, -1);
  GString *out = g_string_sized_new (strlen (folded));
  gboolean blank = FALSE, wide = FALSE; /* a blank is held back; what stands before it */
  for (const char *p = folded; *p; p = g_utf8_next_char (p))
    {
      gunichar c = g_utf8_get_char (p);
      if (is_invisible (c))
        continue;
      if (g_unichar_isspace (c))
        {
          blank = out->len > 0;
          continue;
        }
      if (blank && !(wide && c >= 0x80))
        g_string_append_c (out, ' ');
      blank = FALSE;
      wide = c >= 0x80;
      g_string_append_unichar (out, c);
    }
  return g_string_free (out, FALSE);
}

/* ---- building -------------------------------------------------------------------------------- */

static Node *
node (const ParlorWords *words, guint32 at)
{
  return &g_array_index (words->nodes, Node, at);
}

static guint32
child_of (const ParlorWords *words, guint32 at, guint8 byte)
{
  guint32 child = node (words, at)->child;
  while (child && node (words, child)->byte != byte)
    child = node (words, child)->sibling;
  return child;
}

static guint32
make_child (ParlorWords *words, guint32 at, guint8 byte)
{
  Node made = {.byte = byte, .sibling = node (words, at)->child};
  node (words, at)->child = words->nodes->len;
  g_array_append_val (words->nodes, made);
  return words->nodes->len - 1;
}

gboolean
parlor_words_add (ParlorWords *words, const char *text, guint tag)
{
  g_autofree char *folded = parlor_words_fold (text);
  gsize length = folded ? strlen (folded) : 0;
  guint32 at = 0;
  if (!length || length > PARLOR_WORD_BYTES)
    return FALSE;
  for (gsize i = 0; i < length; i++)
    {
      guint32 child = child_of (words, at, (guint8)folded[i]);
      at = child ? child : make_child (words, at, (guint8)folded[i]);
    }
  Word word = {g_steal_pointer (&folded), (guint)length, tag, node (words, at)->word};
  g_array_append_val (words->words, word);
  node (words, at)->word = words->words->len;
  return TRUE;
}

static guint32
step (const ParlorWords *words, guint32 at, guint8 byte)
{
  guint32 next;
  while (!(next = child_of (words, at, byte)) && at)
    at = node (words, at)->fail;
  return next;
}

void
parlor_words_build (ParlorWords *words)
{
  guint32 at = 0;
  g_autoptr (GArray) queue = g_array_sized_new (FALSE, FALSE, sizeof at, words->nodes->len);
  g_array_append_val (queue, at);
  for (guint i = 0; i < queue->len; i++)
    {
      guint32 parent = g_array_index (queue, guint32, i);
      for (guint32 child = node (words, parent)->child; child; child = node (words, child)->sibling)
        {
          Node *it = node (words, child);
          it->fail = parent ? step (words, node (words, parent)->fail, it->byte) : 0;
          it->output = node (words, it->fail)->word ? it->fail : node (words, it->fail)->output;
          g_array_append_val (queue, child);
        }
    }
}

/* ---- finding --------------------------------------------------------------------------------- */

static gboolean
is_whole (const Word *word, const char *text, gsize end)
{
  gsize begin = end - word->length;
  if (begin && g_ascii_isalnum (word->text[0]) && g_ascii_isalnum (text[begin - 1]))
    return FALSE;
  return !g_ascii_isalnum (word->text[word->length - 1]) || !g_ascii_isalnum (text[end]);
}

/* FALSE: the caller has heard enough. */
static gboolean
tell (const ParlorWords *words, guint32 at, const char *text, gsize end, ParlorWordFound found,
      gpointer user_data)
{
  if (!node (words, at)->word)
    at = node (words, at)->output;
  for (; at; at = node (words, at)->output)
    for (guint32 i = node (words, at)->word; i; i = g_array_index (words->words, Word, i - 1).same)
      {
        const Word *word = &g_array_index (words->words, Word, i - 1);
        if (is_whole (word, text, end) && !found (word->tag, word->text, user_data))
          return FALSE;
      }
  return TRUE;
}

void
parlor_words_find (const ParlorWords *words, const char *text, ParlorWordFound found,
                   gpointer user_data)
{
  g_autofree char *folded = words->words->len ? parlor_words_fold (text) : NULL;
  guint32 at = 0;
  for (gsize i = 0; folded && folded[i]; i++)
    {
      at = step (words, at, (guint8)folded[i]);
      if (at && !tell (words, at, folded, i + 1, found, user_data))
        return;
    }
}
