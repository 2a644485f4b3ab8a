/* SPDX-License-Identifier: Apache-2.0 */
#include "record/journal.h"

#include "base/bytes.h"
#include "record/safe.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#define HEADER_BYTES 8

struct _ParlorJournal
{
  GMutex lock;
  ParlorSafeFile *file;
  guint64 size; /* whole entries */
  gboolean is_dirty;
};

guint32
parlor_crc32 (const guint8 *bytes, gsize length)
{
  guint32 crc = 0xffffffffu;
  for (gsize i = 0; i < length; i++)
    {
      crc ^= bytes[i];
      for (guint bit = 0; bit < 8; bit++)
        crc = (crc >> 1) ^ (0xedb88320u & (0u - (crc & 1)));
    }
  return ~crc;
}

gsize
parlor_journal_scan (const guint8 *bytes, gsize length, ParlorJournalFunc func, gpointer user_data)
{
  gsize at = 0;
  while (length - at >= HEADER_BYTES)
    {
      gsize size = parlor_get_u32 (bytes + at);
      const guint8 *text = bytes + at + HEADER_BYTES;
      if (size == 0 || size > PARLOR_JOURNAL_ENTRY_MAX || size > length - at - HEADER_BYTES
          || parlor_crc32 (text, size) != parlor_get_u32 (bytes + at + 4))
        break;
      at += HEADER_BYTES + size;
      if (func != NULL && !func ((const char *)text, size, user_data))
        break;
    }
  return at;
}

/* A process that ends may still write its last entries. */
static gboolean
lock_file (int fd)
{
  gint64 until_us = g_get_monotonic_time () + PARLOR_JOURNAL_LOCK_US;
  while (flock (fd, LOCK_EX | LOCK_NB) < 0)
    {
      if (errno != EWOULDBLOCK || g_get_monotonic_time () > until_us)
        return FALSE;
      g_usleep (5000);
    }
  return TRUE;
}

static gboolean
take_old (ParlorJournal *self, ParlorJournalFunc func, gpointer user_data)
{
  gsize length = (gsize)parlor_safe_size (self->file);
  g_autofree guint8 *bytes = g_malloc (MAX (length, 1));
  gssize n = parlor_safe_read (self->file, 0, bytes, length);
  if (n < 0)
    return FALSE;
  self->size = parlor_journal_scan (bytes, (gsize)n, func, user_data);
  return self->size == length || parlor_safe_truncate (self->file, self->size);
}

/* The lock comes before the first look: who writes may still change the end. */
static ParlorSafeFile *
open_locked (const char *path, const guint8 *vault_key, GError **error)
{
  int fd = open (path, O_RDWR | O_CREAT | O_CLOEXEC, PARLOR_SAFE_MODE);
  if (fd < 0 || !lock_file (fd))
    {
      int why = errno;
      g_set_error (error, G_FILE_ERROR, g_file_error_from_errno (why), "%s: %s", path,
                   g_strerror (why));
      if (fd >= 0)
        close (fd);
      return NULL;
    }
  return parlor_safe_append_fd (fd, vault_key, error);
}

ParlorJournal *
parlor_journal_open (const char *path, const guint8 *vault_key, ParlorJournalFunc func,
                     gpointer user_data, GError **error)
{
  ParlorSafeFile *file = open_locked (path, vault_key, error);
  if (file == NULL)
    return NULL;
  ParlorJournal *self = g_new0 (ParlorJournal, 1);
  g_mutex_init (&self->lock);
  self->file = file;
  if (take_old (self, func, user_data))
    return self;
  int why = errno;
  g_set_error (error, G_FILE_ERROR, g_file_error_from_errno (why), "%s: %s", path,
               g_strerror (why));
  parlor_journal_free (self);
  return NULL;
}

void
parlor_journal_free (ParlorJournal *self)
{
  if (self == NULL)
    return;
  parlor_journal_sync (self);
  parlor_safe_close (self->file);
  g_mutex_clear (&self->lock);
  g_free (self);
}

static gboolean
write_at_end (ParlorJournal *self, const guint8 *bytes, gsize length)
{
  if (!parlor_safe_write (self->file, self->size, bytes, length))
    return FALSE;
  self->size += length;
  self->is_dirty = TRUE;
  return TRUE;
}

gboolean
parlor_journal_append (ParlorJournal *self, const char *text, gsize length)
{
  if (length == 0 || length > PARLOR_JOURNAL_ENTRY_MAX)
    {
      errno = EMSGSIZE;
      return FALSE;
    }
  g_autofree guint8 *entry = g_malloc (HEADER_BYTES + length);
  parlor_put_u32 (entry, (guint32)length);
  parlor_put_u32 (entry + 4, parlor_crc32 ((const guint8 *)text, length));
  memcpy (entry + HEADER_BYTES, text, length);
  g_mutex_lock (&self->lock);
  gboolean ok = write_at_end (self, entry, HEADER_BYTES + length);
  int why = errno;
  g_mutex_unlock (&self->lock);
  errno = why;
  return ok;
}

gboolean
parlor_journal_sync (ParlorJournal *self)
{
  g_mutex_lock (&self->lock);
  gboolean is_dirty = self->is_dirty;
  self->is_dirty = FALSE;
  g_mutex_unlock (&self->lock);
  return !is_dirty || fdatasync (parlor_safe_fd (self->file)) == 0;
}
