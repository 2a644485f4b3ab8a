/* SPDX-License-Identifier: Apache-2.0 */
/**
 * A copy of every recording in an S3-compatible store, made by a thread of its own. The files go as
 * they lie on the disk (enciphered ones stay so). Of what is still recorded the parts of large
 * files go while they grow (record/awayparts.h), and each file when it is finished; journal and
 * manifest when it is sealed.
 *
 * What is there stands in each folder in the file PARLOR_AWAY_NAME, a line for each file: name,
 * size, time of its last change in ns, sha256; a size of -1 stands there before the file is sent
 * and means that the store may have something. Where that cannot be written (a full disk), nothing
 * is sent. A file counts as being there when the store took it with its signed sha256 and answered
 * with the MD5 or the sha256 of what it has. No answer, 5xx, 429, 408 end the look: it is made
 * again after 1 s up to 60 s. What is refused or not proved is tried again by itself, after 2 s up
 * to an hour, and the rest goes on; eight refusals in a row end the look too. All this for ever,
 * also after a restart.
 *
 * Of an erased recording the objects are deleted, the key's first; until they are, the list of them
 * is kept. The object of a removed render is deleted too, and that of what was removed with a
 * person (record/redact.h); that of any other file that is missing stays: it may be the last copy.
 *
 * Requests are signed by libcurl (AWS Signature Version 4), path style: URL/ID/NAME.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define PARLOR_AWAY_NAME "away"
/** Names of renders begin so (record/composer.h): their objects go when the file has gone. */
#define PARLOR_AWAY_RENDER "render-"

typedef struct
{
  const char *folder;      /**< of the recordings */
  const char *url;         /**< "https://host/bucket" or with a prefix behind it */
  const char *region;      /**< NULL = us-east-1 */
  const char *credentials; /**< file with ACCESS_KEY:SECRET_KEY in its first line */
  gint64 part_bytes;       /**< of an upload in parts; 0 = PARLOR_AWAY_PART_BYTES */
} ParlorAwaySpec;

typedef struct
{
  guint64 uploaded, deleted, failures; /**< files; tries that failed */
  guint64 parts;                       /**< of files that are sent in parts */
  guint64 released;                    /**< local files that went */
  guint64 waiting;                     /**< files and deletions that were due at the last look */
} ParlorAwayStats;

typedef struct _ParlorAway ParlorAway;

/** Strings are copied. NULL: G_FILE_ERROR (the credentials), INVAL (the URL). */
ParlorAway *parlor_away_new (const ParlorAwaySpec *spec, GError **error);
/** A transfer under way is broken off; it is made again next time. NULL is ignored. */
void parlor_away_free (ParlorAway *self);

/** The local files of a sealed recording go, but for its journal, manifest, signature, key and
 * renders: each when the store has it as it lies here, which is asked once more. One that was
 * brought back within the last hour stays. Any thread; soon, and again after a failure when it is
 * asked again. */
void parlor_away_release (ParlorAway *self, const char *recording);
/** Its local files stay, whatever was released: somebody reads them. When this returns none of them
 * goes any more. Any thread. */
void parlor_away_hold (ParlorAway *self, const char *recording);
/** These are held from now on (ids), and no others. Any thread. */
void parlor_away_hold_only (ParlorAway *self, const GPtrArray *recordings);

/* Any thread, and each waits for the store: nothing for the control thread, but for size (). */

/** Bytes of a file as it lies there; -1: it is not there, or it was erased with a person. */
gint64 parlor_away_size (const ParlorAway *self, const char *recording, const char *name);
/** The file lies here again, with its sum. FALSE: the store is away, or has another file. */
gboolean parlor_away_bring (const ParlorAway *self, const char *recording, const char *name);
/** A part of it, to the same place in `fd`. Its sum is not known. */
gboolean parlor_away_read (const ParlorAway *self, const char *recording, const char *name, int fd,
                           gint64 from, gint64 length);

/** Names of what the recording is made of and does not lie here but there; owned texts. */
GPtrArray *parlor_away_missing (const ParlorAway *self, const char *recording);
/** What is under way is broken off, by any thread; nothing but free () may follow. */
void parlor_away_quit (ParlorAway *self);

/** Before the recording's files are removed, by any thread: its objects are to be deleted. `path`:
 * where its files lie, by a name that the sender does not know (record/removal.h). */
void parlor_away_forget (const char *folder, const char *recording, const char *path);
/** Any thread. */
void parlor_away_stats (ParlorAway *self, ParlorAwayStats *out);

G_END_DECLS
