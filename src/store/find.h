/* SPDX-License-Identifier: Apache-2.0 */
/**
 * Questions of base/record.h on their way: copies, and the one meaning that all backends share.
 * Any thread, one owner at a time.
 *
 * A NULL text matches no term but EQUAL to NULL. Texts are compared byte by byte (which is the
 * order of the code points). CONTAINS folds case character by character (parlor_text_fold), without
 * regard to language: what differs in length when folded (ß and SS) is not the same.
 */
#pragma once

#include "base/record.h"

G_BEGIN_DECLS

#define PARLOR_FIND_TERMS_MAX 8
#define PARLOR_FIND_LIMIT_MAX 10000

/** FALSE with PARLOR_ERROR_BAD_REQUEST: a field that the kind does not have, an operation that its
    type does not know, a number out of range. */
gboolean parlor_find_check (const ParlorFind *find, GError **error);

/** A deep copy of a checked question; the kind is borrowed (static). */
ParlorFind *parlor_find_copy (const ParlorFind *find);
void parlor_find_free (ParlorFind *find);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (ParlorFind, parlor_find_free)

/** Whether a record answers a checked question. */
gboolean parlor_find_matches (const ParlorFind *find, gconstpointer record);
/** The order of the answer: by `order_by`, then by key, all of it turned when `descending`. */
int parlor_find_compare (const ParlorFind *find, gconstpointer a, gconstpointer b);
/** By key. */
int parlor_record_compare_keys (const ParlorRecordKind *kind, gconstpointer a, gconstpointer b);

/** Records of one kind that own their fields; g_ptr_array_unref () frees them. */
GPtrArray *parlor_rows_new (const ParlorRecordKind *kind);
/** Adds a deep copy. */
void parlor_rows_add (GPtrArray *rows, const ParlorRecordKind *kind, gconstpointer record);

/** A character as CONTAINS sees it. */
gunichar parlor_text_fold (gunichar c);
/** FALSE: no other character folds as this one does. */
gboolean parlor_text_has_forms (gunichar c);
/** Both valid UTF-8. An empty `needle` is in every text. */
gboolean parlor_text_contains (const char *text, const char *needle);
/** The least text that is greater than every text that starts with `prefix` (transfer full), or
    NULL: there is none. */
char *parlor_text_after (const char *prefix);

G_END_DECLS
