/* SPDX-License-Identifier: Apache-2.0 */
/**
 * The journal of a recording: what happened, in the order in which it happened, on the disk before
 * anybody relies on it. Entries are only appended; a crash can tear the last one, which the
 * checksum shows and the next opening cuts off.
 *
 *    0                   1                   2                   3
 *    0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 *   +---------------------------------------------------------------+
 *   |                      LENGTH of the text                       |
 *   +---------------------------------------------------------------+
 *   |              CRC-32 (IEEE 802.3) of the text                  |
 *   +---------------------------------------------------------------+
 *   |  text: one JSON object without its end of line                |
 *   +- - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - -+
 *
 * Any thread; append () and sync () lock.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define PARLOR_JOURNAL_ENTRY_MAX (256 * 1024)
/** So long the one who has it is waited for. */
#define PARLOR_JOURNAL_LOCK_US (5 * G_USEC_PER_SEC)

/** `text` is not terminated. FALSE ends the scan. */
typedef gboolean (*ParlorJournalFunc) (const char *text, gsize length, gpointer user_data);

/** Calls `func` for each whole entry. Returns how many bytes from the start are whole. Any bytes
 * may be given. */
gsize parlor_journal_scan (const guint8 *bytes, gsize length, ParlorJournalFunc func,
                           gpointer user_data);

guint32 parlor_crc32 (const guint8 *bytes, gsize length);

typedef struct _ParlorJournal ParlorJournal;

/** `vault_key` as in record/safe.h, NULL = in the clear. Opens or makes `path`, locks it (waits for
 * whoever has it), cuts off a torn end, and calls `func` (nullable) for what stands there. NULL:
 * G_FILE_ERROR. */
ParlorJournal *parlor_journal_open (const char *path, const guint8 *vault_key,
                                    ParlorJournalFunc func, gpointer user_data, GError **error);
void parlor_journal_free (ParlorJournal *journal);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (ParlorJournal, parlor_journal_free)

/** FALSE: it is not written (disk full, read-only, I/O error; errno says which) and the journal is
 * as before. */
gboolean parlor_journal_append (ParlorJournal *journal, const char *text, gsize length);
/** fdatasync () when something was appended since the last one. */
gboolean parlor_journal_sync (ParlorJournal *journal);

G_END_DECLS
