/* SPDX-License-Identifier: Apache-2.0 */
#include "record/journal.h"

#include "base/bytes.h"

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
  int fd;
  gint64 size; /* whole entries */
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
take_old (ParlorJournal *self, const char *path, ParlorJournalFunc func, gpointer user_data)
{
  g_autofree char *bytes = NULL;
  gsize length = 0;
  if (!g_file_get_contents (path, &bytes, &length, NULL))
    return FALSE;
  self->size = (gint64)parlor_journal_scan ((const guint8 *)bytes, length, func, user_data);
  return (gsize)self->size == length || ftruncate (self->fd, self->size) == 0;
}

ParlorJournal *
parlor_journal_open (const char *path, ParlorJournalFunc func, gpointer user_data, GError **error)
{
  ParlorJournal *self = g_new0 (ParlorJournal, 1);
  g_mutex_init (&self->lock);
  self->fd = open (path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (self->fd >= 0 && lock_file (self->fd) && take_old (self, path, func, user_data))
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
  if (self->fd >= 0)
    close (self->fd);
  g_mutex_clear (&self->lock);
  g_free (self);
}

static gboolean
write_at_end (ParlorJournal *self, const guint8 *bytes, gsize length)
{
  for (gsize done = 0; done < length;)
    {
      ssize_t n = pwrite (self->fd, bytes + done, length - done, self->size + (off_t)done);
      if (n < 0 && errno == EINTR)
        continue;
      if (n <= 0)
        {
          int why = n == 0 ? ENOSPC : errno;
          if (ftruncate (self->fd, self->size) < 0)
            errno = why; /* the torn entry is cut off by the next one or by the next opening */
          errno = why;
          return FALSE;
        }
      done += (gsize)n;
    }
  self->size += (gint64)length;
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
  return !is_dirty || fdatasync (self->fd) == 0;
}
