/* SPDX-License-Identifier: Apache-2.0 */
/**
 * Names that look like other names. The attack: somebody in the comments calls himself like the
 * brand or its adviser. A name is folded to its *skeleton* in the manner of UTS #39 section 4:
 * compatibility forms, case, marks, blanks, punctuation and invisible characters go, and letters
 * that look alike (Cyrillic, Greek, full width, digits that stand for letters, look-alike Han)
 * become one. The table holds the letters people are deceived with, not all of Unicode's
 * confusables.
 *
 * Pure; a ParlorNameGuard belongs to one thread.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/** The skeleton (transfer full); "" when nothing is left or `text` is not UTF-8. */
char *parlor_confusable_skeleton (const char *text);

/** The names of one brand that nobody else may bear: its own and those of its reps. */
typedef struct _ParlorNameGuard ParlorNameGuard;

ParlorNameGuard *parlor_name_guard_new (void);
void parlor_name_guard_free (ParlorNameGuard *guard);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (ParlorNameGuard, parlor_name_guard_free)

/** The brand's own name: also refused as a part of a longer one (at least 2 characters). */
void parlor_name_guard_add_brand (ParlorNameGuard *guard, const char *name);
/** A rep's name. Who goes is not taken out: the guard is made anew. */
void parlor_name_guard_add (ParlorNameGuard *guard, const char *name);

/** TRUE: this display name is (or looks like) a protected one, or says that its bearer speaks for
 * the house ("official", 客服, 官方 …). Holds at most `name`'s length of work. */
gboolean parlor_name_guard_refuses (const ParlorNameGuard *guard, const char *name);

G_END_DECLS
