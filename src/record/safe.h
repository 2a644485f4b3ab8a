/* SPDX-License-Identifier: Apache-2.0 */
/**
 * A file of a recording, in the clear or in blocks of AES-256-GCM (secure/vault.h), read and
 * written as if it were in the clear. Without a key a new file is plain; whoever has a key reads
 * plain files too.
 *
 * One thread an object; a file that is being written may be opened by others to be read, and shows
 * them what was whole when it was opened.
 */
#pragma once

#include <glib.h>

#include "base/reader.h"
#include "secure/vault.h"

G_BEGIN_DECLS

/** Of a recording's files and folder: the umask says whether the group has them too. It does if
 * parlor-recorder is a user of its own, whose group parlord is in (docs/operate.md). */
#define PARLOR_SAFE_MODE 0660
#define PARLOR_SAFE_FOLDER_MODE 0770

typedef struct _ParlorSafeFile ParlorSafeFile;

/** A new file. `key` has PARLOR_VAULT_KEY bytes, NULL = in the clear. NULL: G_FILE_ERROR, EXIST
 * included. */
ParlorSafeFile *parlor_safe_create (const char *path, const guint8 *key, GError **error);
/** As above of an open file, empty or one that is gone on with. Owns `fd` in every outcome. */
ParlorSafeFile *parlor_safe_append_fd (int fd, const guint8 *key, GError **error);
/** What a crash tore at the end is left out. NULL: G_FILE_ERROR; it is enciphered and the key is
 * missing or another: PERM; it was cut short or its head was changed: INVAL. */
ParlorSafeFile *parlor_safe_open (const char *path, const guint8 *key, gboolean writable,
                                  GError **error);
/** Owns `fd` in every outcome. */
ParlorSafeFile *parlor_safe_open_fd (int fd, const guint8 *key, GError **error);
void parlor_safe_close (ParlorSafeFile *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (ParlorSafeFile, parlor_safe_close)

/** Bytes of text. */
guint64 parlor_safe_size (const ParlorSafeFile *self);
/** Borrowed; for locks and fdatasync (). */
int parlor_safe_fd (const ParlorSafeFile *self);
/** Fewer only at the end. -1: errno, EBADMSG = a block was changed. */
gssize parlor_safe_read (ParlorSafeFile *self, guint64 at, guint8 *out, gsize length);
/** `at` <= size. All of it or nothing: FALSE, errno says why, and the file is as before. */
gboolean parlor_safe_write (ParlorSafeFile *self, guint64 at, const guint8 *bytes, gsize length);
gboolean parlor_safe_truncate (ParlorSafeFile *self, guint64 size);
/** The size is fixed in the head, all goes to the disk. FALSE: errno. */
gboolean parlor_safe_finish (ParlorSafeFile *self);

/** The whole text. NULL as open (); NOMEM: larger than `max`, or than what memory is left. */
GBytes *parlor_safe_load (const char *path, const guint8 *key, gsize max, GError **error);
/** So much of a manifest is read, some 200,000 files: who writes it may have been taken over. */
#define PARLOR_SAFE_MANIFEST_MAX ((gsize)64 << 20)
/** Half of what the recorder may have. */
#define PARLOR_SAFE_WHOLE_MAX ((gsize)512 << 20)
/** Without a key the file is mapped, of whatever size; with one as load () up to the bound above.
 */
GBytes *parlor_safe_map (const char *path, const guint8 *key, GError **error);
/** Around the life of a large map (): enciphered ones are held one at a time in the process. Does
 * nothing without a key. Not recursive. */
void parlor_safe_begin_whole (const guint8 *key);
void parlor_safe_end_whole (const guint8 *key);
/** Written beside its place, to the disk, and put there whole. */
gboolean parlor_safe_store (const char *path, const guint8 *key, const void *bytes, gsize length,
                            GError **error);

/** The kernel's; for keys and numbers used once. Comes back with all of it. */
void parlor_safe_random (guint8 *out, gsize length);

/** For who only reads; owns `file`. */
ParlorReader *parlor_safe_reader (ParlorSafeFile *file);

G_END_DECLS
