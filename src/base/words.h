/* SPDX-License-Identifier: Apache-2.0 */
/**
 * Many words looked for in one pass over a text (Aho and Corasick, 1975), in any script: Chinese
 * has no blanks between its words, so a word is found wherever it stands; a word that begins or
 * ends with a Latin letter or a digit is found only where no further one follows there ("art" is
 * not in "start").
 *
 * Before that both are folded: compatibility forms and case (full width), invisible characters go,
 * and so do blanks between two characters that are not ASCII (微 信).
 *
 * Time: about the length of the text. Memory: 24 bytes a byte of the words. Pure; a ParlorWords
 * belongs to one thread.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define PARLOR_WORD_BYTES 120 /**< of one word, folded */

typedef struct _ParlorWords ParlorWords;

ParlorWords *parlor_words_new (void);
void parlor_words_free (ParlorWords *words);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (ParlorWords, parlor_words_free)

/** FALSE: nothing is left of it when it is folded, it is too long, or no UTF-8. `tag` comes back
    with what is found. Not after build (). */
gboolean parlor_words_add (ParlorWords *words, const char *word, guint tag);
/** After the last add (), before the first find (). */
void parlor_words_build (ParlorWords *words);

/** `word` as it was folded. FALSE ends the search. */
typedef gboolean (*ParlorWordFound) (guint tag, const char *word, gpointer user_data);

/** Calls `found` for every place, in the order of their ends; text that is no UTF-8 has none. */
void parlor_words_find (const ParlorWords *words, const char *text, ParlorWordFound found,
                        gpointer user_data);

/** As both are compared (transfer full); NULL = no UTF-8. */
char *parlor_words_fold (const char *text);

G_END_DECLS
