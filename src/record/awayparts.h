/* SPDX-License-Identifier: Apache-2.0 */
/**
 * Uploads in parts of a recording's files, while they grow too: what was taken stands in the folder
 * in the file PARLOR_AWAY_PARTS_NAME, a line for each part: name, the upload's name at the store,
 * number, bytes, MD5, SHA-256; a number of 0 = it was begun. A restart goes on with the next part.
 * When a file is finished its head is another one: parts whose sums are not those of the file any
 * more are sent again before all are put together.
 *
 * One thread.
 */
#pragma once

#include "record/s3.h"
#include "record/safe.h"

G_BEGIN_DECLS

#define PARLOR_AWAY_PARTS_NAME "away.parts"
/** Above what stores demand of all but the last (5 MiB). */
#define PARLOR_AWAY_PART_BYTES (G_GINT64_CONSTANT (8) << 20)

/** So much is read of a list in a recording's folder, as of its manifest, which names the same
 * files. What is larger is read as if it were not there: who goes by it looks at its size first. */
#define PARLOR_AWAY_LIST_MAX PARLOR_SAFE_MANIFEST_MAX
/** Its lines (transfer full); none of one that cannot be read. */
char **parlor_away_lines (const char *path);

typedef struct _ParlorAwayParts ParlorAwayParts;

/** Reads the list at `path`, if there is one; never NULL. */
ParlorAwayParts *parlor_away_parts_load (const char *path);
void parlor_away_parts_free (ParlorAwayParts *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (ParlorAwayParts, parlor_away_parts_free)
gboolean parlor_away_parts_is_empty (const ParlorAwayParts *self);
gboolean parlor_away_parts_has (const ParlorAwayParts *self, const char *name);

typedef struct
{
  ParlorS3 *s3;
  const char *key;  /**< at the store */
  const char *name; /**< in the folder */
  int fd;
  gint64 size, part_bytes;
} ParlorAwayFile;

/** There is something to be sent of a file that still grows. */
gboolean parlor_away_parts_is_due (const ParlorAwayParts *self, const char *name, gint64 size,
                                   gint64 part_bytes);
/** Sends what is whole of a file that still grows; `*sent` (nullable) grows with each part. DISK:
 * the list cannot be written, nothing was sent. */
ParlorS3Answer parlor_away_parts_grow (ParlorAwayParts *self, const ParlorAwayFile *file,
                                       guint64 *sent);
/** Sends what is missing of a file that does not change any more and puts the parts together. */
ParlorS3Answer parlor_away_parts_finish (ParlorAwayParts *self, const ParlorAwayFile *file,
                                         guint64 *sent);
/** Gives up the uploads of files for which `is_gone` says so; `top` with a slash is put before the
 * name for the store's key. DOWN: the store is away, the rest is as before. */
ParlorS3Answer parlor_away_parts_abort (ParlorAwayParts *self, ParlorS3 *s3, const char *top,
                                        gboolean (*is_gone) (const char *name, gpointer user_data),
                                        gpointer user_data);

G_END_DECLS
