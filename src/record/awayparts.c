/* SPDX-License-Identifier: Apache-2.0 */
#include "record/awayparts.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <string.h>

/* RFC-less, but all stores have it. */
#define PARTS_MAX 10000

typedef struct
{
  gint64 size; /* 0 = it was not sent */
  char md5[33], sha256[65];
} Part;

typedef struct
{
  char *id;      /* at the store; owned */
  GArray *parts; /* Part, number n at n - 1 */
} Upload;

struct _ParlorAwayParts
{
  char *path;
  GHashTable *uploads; /* owned name → Upload, owned */
};

static void
upload_free (gpointer data)
{
  Upload *upload = data;
  g_free (upload->id);
  g_array_unref (upload->parts);
  g_free (upload);
}

static Upload *
add_upload (ParlorAwayParts *self, const char *name, const char *id)
{
  Upload *upload = g_new0 (Upload, 1);
  upload->id = g_strdup (id);
  upload->parts = g_array_new (FALSE, TRUE, sizeof (Part));
  g_hash_table_replace (self->uploads, g_strdup (name), upload);
  return upload;
}

static Part *
part_of (const Upload *upload, guint n)
{
  if (upload->parts->len < n)
    g_array_set_size (upload->parts, n);
  return &g_array_index (upload->parts, Part, n - 1);
}

/* ---- the list ------------------------------------------------------------------------------- */

static void
read_line (ParlorAwayParts *self, const char *line)
{
  g_auto (GStrv) words = g_strsplit (line, "\t", -1);
  if (g_strv_length (words) != 6 || strlen (words[4]) > 32 || strlen (words[5]) > 64)
    return;
  Upload *upload = g_hash_table_lookup (self->uploads, words[0]);
  gint64 n = g_ascii_strtoll (words[2], NULL, 10), size = g_ascii_strtoll (words[3], NULL, 10);
  if (upload == NULL)
    upload = add_upload (self, words[0], words[1]);
  if (n < 1 || n > PARTS_MAX || size <= 0 || strlen (words[4]) != 32)
    return;
  Part *part = part_of (upload, (guint)n);
  part->size = size;
  g_strlcpy (part->md5, words[4], sizeof part->md5);
  g_strlcpy (part->sha256, words[5], sizeof part->sha256);
}

char **
parlor_away_lines (const char *path)
{
  g_autoptr (GBytes) bytes = parlor_safe_load (path, NULL, PARLOR_AWAY_LIST_MAX, NULL);
  gsize length = bytes != NULL ? g_bytes_get_size (bytes) : 0;
  g_autofree char *text = length > 0 ? g_strndup (g_bytes_get_data (bytes, NULL), length) : NULL;
  return g_strsplit (text != NULL ? text : "", "\n", -1);
}

ParlorAwayParts *
parlor_away_parts_load (const char *path)
{
  ParlorAwayParts *self = g_new0 (ParlorAwayParts, 1);
  self->path = g_strdup (path);
  self->uploads = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, upload_free);
  g_auto (GStrv) lines = parlor_away_lines (path);
  for (guint i = 0; lines[i] != NULL; i++)
    read_line (self, lines[i]);
  return self;
}

void
parlor_away_parts_free (ParlorAwayParts *self)
{
  if (self == NULL)
    return;
  g_hash_table_unref (self->uploads);
  g_free (self->path);
  g_free (self);
}

gboolean
parlor_away_parts_is_empty (const ParlorAwayParts *self)
{
  return g_hash_table_size (self->uploads) == 0;
}

gboolean
parlor_away_parts_has (const ParlorAwayParts *self, const char *name)
{
  return g_hash_table_contains (self->uploads, name);
}

static void
write_upload (GString *text, const char *name, const Upload *upload)
{
  g_string_append_printf (text, "%s\t%s\t0\t0\t-\t-\n", name, upload->id);
  for (guint i = 0; i < upload->parts->len; i++)
    {
      const Part *part = &g_array_index (upload->parts, Part, i);
      if (part->size > 0)
        g_string_append_printf (text, "%s\t%s\t%u\t%" G_GINT64_FORMAT "\t%s\t%s\n", name,
                                upload->id, i + 1, part->size, part->md5, part->sha256);
    }
}

static gboolean
write_list (const ParlorAwayParts *self)
{
  g_autoptr (GString) text = g_string_new (NULL);
  GHashTableIter iter;
  gpointer name, upload;
  if (parlor_away_parts_is_empty (self))
    return g_unlink (self->path) == 0 || errno == ENOENT;
  g_hash_table_iter_init (&iter, self->uploads);
  while (g_hash_table_iter_next (&iter, &name, &upload))
    write_upload (text, name, upload);
  return g_file_set_contents_full (self->path, text->str, (gssize)text->len,
                                   G_FILE_SET_CONTENTS_CONSISTENT | G_FILE_SET_CONTENTS_DURABLE,
                                   0600, NULL);
}

/* ---- sending -------------------------------------------------------------------------------- */

/* Whole parts of a file that grows, but for the last one: its end may be written again. */
static guint
whole_parts (gint64 size, gint64 part_bytes)
{
  gint64 n = size / part_bytes - 1;
  return n > 0 ? (guint)MIN (n, PARTS_MAX - 1) : 0;
}

gboolean
parlor_away_parts_is_due (const ParlorAwayParts *self, const char *name, gint64 size,
                          gint64 part_bytes)
{
  const Upload *upload = g_hash_table_lookup (self->uploads, name);
  guint n = whole_parts (size, part_bytes);
  for (guint i = 0; i < n; i++)
    if (upload == NULL || i >= upload->parts->len
        || g_array_index (upload->parts, Part, i).size == 0)
      return TRUE;
  return FALSE;
}

/* What the store does not know any more is begun anew. */
static ParlorS3Answer
forget_missing (ParlorAwayParts *self, const char *name, ParlorS3Answer answer)
{
  if (answer != PARLOR_S3_MISSING)
    return answer;
  g_hash_table_remove (self->uploads, name);
  write_list (self);
  return PARLOR_S3_REFUSED;
}

static ParlorS3Answer
begin (ParlorAwayParts *self, const ParlorAwayFile *file, Upload **out)
{
  g_autofree char *id = NULL;
  *out = g_hash_table_lookup (self->uploads, file->name);
  if (*out != NULL)
    return PARLOR_S3_TAKEN;
  /* Can it be written down at all? Else the store would keep what nobody knows of. */
  if (!write_list (self))
    return PARLOR_S3_DISK;
  ParlorS3Answer answer = parlor_s3_begin (file->s3, file->key, &id);
  if (answer != PARLOR_S3_TAKEN)
    return answer;
  *out = add_upload (self, file->name, id);
  if (write_list (self))
    return PARLOR_S3_TAKEN;
  parlor_s3_abort (file->s3, file->key, id);
  g_hash_table_remove (self->uploads, file->name);
  return PARLOR_S3_DISK;
}

static ParlorS3Answer
send_part (ParlorAwayParts *self, const ParlorAwayFile *file, const Upload *upload, guint n,
           gint64 length, guint64 *sent)
{
  ParlorS3Sums sums;
  gint64 from = (gint64)(n - 1) * file->part_bytes;
  Part *part = part_of (upload, n);
  if (!parlor_s3_sum (file->fd, from, length, &sums))
    return PARLOR_S3_REFUSED;
  if (part->size == length && strcmp (part->sha256, sums.sha256_text) == 0)
    return PARLOR_S3_TAKEN;
  ParlorS3Answer answer = parlor_s3_part (file->s3, file->key, upload->id, n, file->fd, from,
                                          length, &sums);
  if (answer != PARLOR_S3_TAKEN)
    return answer;
  part->size = length;
  g_strlcpy (part->md5, sums.md5_text, sizeof part->md5);
  g_strlcpy (part->sha256, sums.sha256_text, sizeof part->sha256);
  if (sent != NULL)
    (*sent)++;
  return write_list (self) ? PARLOR_S3_TAKEN : PARLOR_S3_DISK;
}

ParlorS3Answer
parlor_away_parts_grow (ParlorAwayParts *self, const ParlorAwayFile *file, guint64 *sent)
{
  Upload *upload;
  guint n = whole_parts (file->size, file->part_bytes);
  ParlorS3Answer answer = begin (self, file, &upload);
  for (guint i = 1; i <= n && answer == PARLOR_S3_TAKEN; i++)
    if (part_of (upload, i)->size == 0)
      answer = send_part (self, file, upload, i, file->part_bytes, sent);
  return forget_missing (self, file->name, answer);
}

static ParlorS3Answer
complete (ParlorAwayParts *self, const ParlorAwayFile *file, const Upload *upload, guint n)
{
  g_autofree const char **md5 = g_new0 (const char *, n);
  for (guint i = 0; i < n; i++)
    md5[i] = g_array_index (upload->parts, Part, i).md5;
  ParlorS3Answer answer = parlor_s3_complete (file->s3, file->key, upload->id, md5, n, file->size);
  if (answer != PARLOR_S3_TAKEN)
    return answer;
  g_hash_table_remove (self->uploads, file->name);
  return write_list (self) ? PARLOR_S3_TAKEN : PARLOR_S3_DISK;
}

ParlorS3Answer
parlor_away_parts_finish (ParlorAwayParts *self, const ParlorAwayFile *file, guint64 *sent)
{
  Upload *upload;
  gint64 n = (file->size + file->part_bytes - 1) / file->part_bytes;
  if (n < 1 || n > PARTS_MAX)
    return PARLOR_S3_REFUSED;
  ParlorS3Answer answer = begin (self, file, &upload);
  for (gint64 i = 1; i <= n && answer == PARLOR_S3_TAKEN; i++)
    answer = send_part (self, file, upload, (guint)i,
                        MIN (file->part_bytes, file->size - (i - 1) * file->part_bytes), sent);
  if (answer == PARLOR_S3_TAKEN)
    answer = complete (self, file, upload, (guint)n);
  return forget_missing (self, file->name, answer);
}

ParlorS3Answer
parlor_away_parts_abort (ParlorAwayParts *self, ParlorS3 *s3, const char *top,
                         gboolean (*is_gone) (const char *name, gpointer user_data),
                         gpointer user_data)
{
  ParlorS3Answer worst = PARLOR_S3_TAKEN;
  GHashTableIter iter;
  gpointer name, upload;
  guint n = g_hash_table_size (self->uploads);
  g_hash_table_iter_init (&iter, self->uploads);
  while (worst != PARLOR_S3_DOWN && g_hash_table_iter_next (&iter, &name, &upload))
    {
      g_autofree char *key = g_strconcat (top, "/", name, NULL);
      if (!is_gone (name, user_data))
        continue;
      ParlorS3Answer answer = parlor_s3_abort (s3, key, ((const Upload *)upload)->id);
      if (answer == PARLOR_S3_TAKEN)
        g_hash_table_iter_remove (&iter);
      else
        worst = answer;
    }
  if (g_hash_table_size (self->uploads) < n)
    write_list (self);
  return worst;
}
