/* SPDX-License-Identifier: Apache-2.0 */
/**
 * Requests to an S3-compatible store, one after the other: signed by libcurl (AWS Signature
 * Version 4), path style, URL/KEY; keys are of [A-Za-z0-9._/-]. What was sent counts as being there
 * when the store's answer is whole and names the right sum of it.
 *
 * One thread an object.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct
{
  const char *url;         /**< "https://host/bucket" or with a prefix behind it */
  const char *region;      /**< NULL = us-east-1 */
  const char *credentials; /**< file with ACCESS_KEY:SECRET_KEY in its first line */
  guint slow_s;            /**< for so long an answer may be slower than 1 KiB/s; 0 = 60 */
  /** Asked during a transfer; TRUE breaks it off. */
  gboolean (*ends) (gpointer user_data);
  gpointer user_data;
} ParlorS3Spec;

typedef enum
{
  PARLOR_S3_TAKEN,
  PARLOR_S3_REFUSED, /**< this one (4xx, or it is not what was sent); another may be taken */
  PARLOR_S3_MISSING, /**< 404: there is no such object, or no such upload */
  PARLOR_S3_DOWN,    /**< no answer, a broken one, 5xx, 429, 408 */
  PARLOR_S3_DISK,    /**< what came cannot be written here; errno says why */
} ParlorS3Answer;

typedef struct
{
  guint8 sha256[32], md5[16];
  char sha256_text[65], md5_text[33];
} ParlorS3Sums;

typedef struct _ParlorS3 ParlorS3;

/** Strings are copied. NULL: G_FILE_ERROR (the credentials), INVAL (the URL). */
ParlorS3 *parlor_s3_new (const ParlorS3Spec *spec, GError **error);
/** Another one for another thread, with the same `ends`. */
ParlorS3 *parlor_s3_dup (const ParlorS3 *self);
/** NULL is ignored. */
void parlor_s3_free (ParlorS3 *self);

/** Of a part of a file; FALSE: it cannot be read, or is shorter. */
gboolean parlor_s3_sum (int fd, gint64 from, gint64 length, ParlorS3Sums *out);

ParlorS3Answer parlor_s3_put (ParlorS3 *self, const char *key, int fd, gint64 size,
                              const ParlorS3Sums *sums);
/** TAKEN also where there was none. */
ParlorS3Answer parlor_s3_delete (ParlorS3 *self, const char *key);
/** Writes the object to `fd`, `size` bytes at most; REFUSED: its SHA-256 is not `sha256`. */
ParlorS3Answer parlor_s3_get (ParlorS3 *self, const char *key, int fd, gint64 size,
                              const char *sha256);

/** Bytes `from` on, `length` of them, to the same place in `fd`. No sum is known of a part: who
 * needs one has it inside (record/safe.h), or takes the whole. */
ParlorS3Answer parlor_s3_get_part (ParlorS3 *self, const char *key, int fd, gint64 from,
                                   gint64 length);
/** REFUSED: it has another size. */
ParlorS3Answer parlor_s3_has (ParlorS3 *self, const char *key, gint64 size);

/** Longest name that a store may give to an upload in parts. */
#define PARLOR_S3_UPLOAD_MAX 512

/** Begins an upload in parts; `*upload` (transfer full) is its name, of one line. */
ParlorS3Answer parlor_s3_begin (ParlorS3 *self, const char *key, char **upload);
/** `n` from 1. */
ParlorS3Answer parlor_s3_part (ParlorS3 *self, const char *key, const char *upload, guint n, int fd,
                               gint64 from, gint64 length, const ParlorS3Sums *sums);
/** Puts `n` parts together; `md5`: n texts of 32 digits. Proved by the ETag that the parts' sums
 * make, where the store has another kind of ETag by the object's size. */
ParlorS3Answer parlor_s3_complete (ParlorS3 *self, const char *key, const char *upload,
                                   const char *const *md5, guint n, gint64 size);
/** TAKEN also where there was none. */
ParlorS3Answer parlor_s3_abort (ParlorS3 *self, const char *key, const char *upload);

/** The text between <name> and </name> in an answer of any bytes (transfer full), entities as they
 * stand; NULL: none, or longer than `max`. */
char *parlor_s3_element (const char *xml, gsize length, const char *name, gsize max);

G_END_DECLS
