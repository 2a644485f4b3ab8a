/* SPDX-License-Identifier: Apache-2.0 */
/**
 * What people may write: names, titles, chat. Lengths are in characters (code points), not bytes.
 * Text is data: it is never escaped here, whoever shows it shows it as text. Pure, any thread.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define PARLOR_NAME_MAX 64
#define PARLOR_TITLE_MAX 200
#define PARLOR_IDENTITY_MAX 128
#define PARLOR_CLIENT_ID_MAX 64

/**
 * One line: trimmed, 1 to `max` characters of valid UTF-8, no control characters and none that turn
 * the direction of what follows (U+202A..E, U+2066..9) or end a line (U+2028/9).
 * Returns the trimmed copy (transfer full), or NULL with PARLOR_ERROR_BAD_REQUEST that names
 * `what`.
 */
char *parlor_text_line (const char *text, guint max, const char *what, GError **error);

/** Chat: like a line, but line feeds and tabs may stand inside. */
char *parlor_text_block (const char *text, guint max, const char *what, GError **error);

/** An identity: 1 to 128 characters, no control characters; neither trimmed nor changed. */
gboolean parlor_text_identity (const char *identity);

/** A file's name in a folder of ours and nothing else, whoever wrote it down: not empty, begins
 * with no dot, no slash, no control character. NULL is none. */
gboolean parlor_text_file_name (const char *name);

/** One of the six of docs/protocol.md; returns the static string, NULL = none of them. */
const char *parlor_text_emoji (const char *emoji);

G_END_DECLS
