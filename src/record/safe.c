/* SPDX-License-Identifier: Apache-2.0 */
#include "record/safe.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

struct _ParlorSafeFile
{
  int fd;
  ParlorVault *vault; /* NULL = plain */
  guint64 size;       /* of the text */
  gboolean is_finished;
  guint64 tail; /* number of the block whose text is below; 0 = none */
  gsize tail_length;
  guint8 text[PARLOR_VAULT_TEXT];
};

/* ---- bytes ---------------------------------------------------------------------------------- */

static gboolean
put_bytes (int fd, const guint8 *bytes, gsize length, guint64 at)
{
  for (gsize done = 0; done < length;)
    {
      ssize_t n = pwrite (fd, bytes + done, length - done, (off_t)(at + done));
      if (n < 0 && errno == EINTR)
        continue;
      if (n <= 0)
        {
          errno = n == 0 ? ENOSPC : errno;
          return FALSE;
        }
      done += (gsize)n;
    }
  return TRUE;
}

/* -1 = errno; fewer only at the end. */
static gssize
get_bytes (int fd, guint8 *out, gsize length, guint64 at)
{
  gsize done = 0;
  while (done < length)
    {
      ssize_t n = pread (fd, out + done, length - done, (off_t)(at + done));
      if (n < 0 && errno == EINTR)
        continue;
      if (n < 0)
        return -1;
      if (n == 0)
        break;
      done += (gsize)n;
    }
  return (gssize)done;
}

void
parlor_safe_random (guint8 *out, gsize length)
{
  for (gsize done = 0; done < length;)
    {
      ssize_t n = getrandom (out + done, length - done, 0);
      g_assert (n > 0 || errno == EINTR); /* a number used twice would give the key away */
      done += n > 0 ? (gsize)n : 0;
    }
}

/* ---- blocks --------------------------------------------------------------------------------- */

static gboolean
write_head (ParlorSafeFile *self, guint64 size)
{
  guint8 nonce[PARLOR_VAULT_NONCE], block[PARLOR_VAULT_BLOCK];
  parlor_safe_random (nonce, sizeof nonce);
  parlor_vault_seal_head (self->vault, size, nonce, block);
  return put_bytes (self->fd, block, sizeof block, 0);
}

static gboolean
write_block (ParlorSafeFile *self, guint64 number, const guint8 *text, gsize length)
{
  guint8 nonce[PARLOR_VAULT_NONCE], block[PARLOR_VAULT_BLOCK];
  parlor_safe_random (nonce, sizeof nonce);
  parlor_vault_seal (self->vault, number, text, length, nonce, block);
  return put_bytes (self->fd, block, sizeof block, number * PARLOR_VAULT_BLOCK);
}

/* Its text is in self->text then. FALSE: errno. */
static gboolean
load_block (ParlorSafeFile *self, guint64 number)
{
  guint8 block[PARLOR_VAULT_BLOCK];
  if (self->tail == number)
    return TRUE;
  self->tail = 0;
  gssize n = get_bytes (self->fd, block, sizeof block, number * PARLOR_VAULT_BLOCK);
  gssize length = n == sizeof block ? parlor_vault_open (self->vault, number, block, self->text)
                                    : -1;
  if (length < 0)
    {
      errno = n < 0 ? errno : EBADMSG;
      return FALSE;
    }
  self->tail = number;
  self->tail_length = (gsize)length;
  return TRUE;
}

static gsize
length_of_block (const ParlorSafeFile *self, guint64 number)
{
  guint64 before = (number - 1) * PARLOR_VAULT_TEXT;
  return (gsize)MIN (self->size - MIN (before, self->size), PARLOR_VAULT_TEXT);
}

/* What can be believed of a file that nobody finished: all blocks to the last that opens. */
static void
measure (ParlorSafeFile *self, guint64 bytes)
{
  guint64 number = bytes / PARLOR_VAULT_BLOCK;
  number = number > 0 ? number - 1 : 0;
  while (number > 0 && !load_block (self, number))
    number--;
  self->size = number > 0 ? (number - 1) * PARLOR_VAULT_TEXT + self->tail_length : 0;
}

/* ---- opening -------------------------------------------------------------------------------- */

static ParlorSafeFile *
fail (ParlorSafeFile *self, const char *path, int why, GError **error)
{
  g_set_error (error, G_FILE_ERROR, g_file_error_from_errno (why), "%s: %s", path,
               g_strerror (why));
  parlor_safe_close (self);
  errno = why;
  return NULL;
}

/* 0, or errno. */
static int
begin_vault (ParlorSafeFile *self, const guint8 *key)
{
  guint8 id[PARLOR_VAULT_ID];
  if (key == NULL)
    return 0;
  parlor_safe_random (id, sizeof id);
  self->vault = parlor_vault_new (key, id);
  return write_head (self, PARLOR_VAULT_OPEN) ? 0 : errno;
}

/* 0, or errno. */
static int
open_vault (ParlorSafeFile *self, const guint8 *key, guint64 bytes)
{
  guint8 block[PARLOR_VAULT_BLOCK], id[PARLOR_VAULT_ID];
  guint64 size;
  gssize n = get_bytes (self->fd, block, sizeof block, 0);
  if (n < 0)
    return errno;
  self->size = bytes;
  if (!parlor_vault_probe (block, (gsize)n, id))
    return 0;
  if (key == NULL)
    return EPERM;
  self->vault = parlor_vault_new (key, id);
  if (!parlor_vault_open_head (self->vault, block, &size))
    return EPERM;
  self->is_finished = size != PARLOR_VAULT_OPEN;
  self->size = size;
  if (!self->is_finished)
    measure (self, bytes);
  else if (bytes / PARLOR_VAULT_BLOCK
           != 1 + size / PARLOR_VAULT_TEXT + (size % PARLOR_VAULT_TEXT != 0))
    return EINVAL;
  return 0;
}

static ParlorSafeFile *
adopt (int fd, const guint8 *key, const char *path, GError **error)
{
  ParlorSafeFile *self = g_new0 (ParlorSafeFile, 1);
  struct stat info;
  self->fd = fd;
  int why = fd < 0 || fstat (fd, &info) < 0 ? errno : open_vault (self, key, (guint64)info.st_size);
  return why == 0 ? self : fail (self, path, why, error);
}

ParlorSafeFile *
parlor_safe_open (const char *path, const guint8 *key, gboolean writable, GError **error)
{
  return adopt (open (path, (writable ? O_RDWR : O_RDONLY) | O_CLOEXEC), key, path, error);
}

ParlorSafeFile *
parlor_safe_open_fd (int fd, const guint8 *key, GError **error)
{
  return adopt (fd, key, "a file", error);
}

ParlorSafeFile *
parlor_safe_create (const char *path, const guint8 *key, GError **error)
{
  ParlorSafeFile *self = g_new0 (ParlorSafeFile, 1);
  self->fd = open (path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, PARLOR_SAFE_MODE);
  int why = self->fd < 0 ? errno : begin_vault (self, key);
  if (why != 0 && self->fd >= 0)
    unlink (path);
  return why == 0 ? self : fail (self, path, why, error);
}

ParlorSafeFile *
parlor_safe_append_fd (int fd, const guint8 *key, GError **error)
{
  ParlorSafeFile *self = adopt (fd, key, "a file", error);
  gboolean is_new = self != NULL && self->vault == NULL && key != NULL
                    && self->size < PARLOR_VAULT_BLOCK;
  if (!is_new)
    return self;
  /* Less than a head: it was torn before anything was written behind it. */
  int why = ftruncate (self->fd, 0) < 0 ? errno : begin_vault (self, key);
  self->size = 0;
  return why == 0 ? self : fail (self, "a file", why, error);
}

void
parlor_safe_close (ParlorSafeFile *self)
{
  if (self == NULL)
    return;
  if (self->fd >= 0)
    close (self->fd);
  parlor_vault_free (self->vault);
  g_free (self);
}

guint64
parlor_safe_size (const ParlorSafeFile *self)
{
  return self->size;
}

int
parlor_safe_fd (const ParlorSafeFile *self)
{
  return self->fd;
}

/* ---- reading and writing -------------------------------------------------------------------- */

gssize
parlor_safe_read (ParlorSafeFile *self, guint64 at, guint8 *out, gsize length)
{
  gsize done = 0;
  if (self->vault == NULL)
    return get_bytes (self->fd, out, length, at);
  length = at < self->size ? (gsize)MIN (length, self->size - at) : 0;
  while (done < length)
    {
      guint64 number = (at + done) / PARLOR_VAULT_TEXT + 1;
      gsize from = (gsize)((at + done) % PARLOR_VAULT_TEXT);
      if (!load_block (self, number))
        return -1;
      if (self->tail_length < length_of_block (self, number))
        {
          errno = EBADMSG; /* an older one than the head speaks of */
          return -1;
        }
      gsize n = MIN (length - done, length_of_block (self, number) - from);
      memcpy (out + done, self->text + from, n);
      done += n;
    }
  return (gssize)done;
}

/* One block's part. FALSE: errno; the block on the disk is the old one or torn. */
static gboolean
write_part (ParlorSafeFile *self, guint64 at, const guint8 *bytes, gsize length)
{
  guint64 number = at / PARLOR_VAULT_TEXT + 1;
  gsize from = (gsize)(at % PARLOR_VAULT_TEXT), old = length_of_block (self, number);
  if (old > 0 && !load_block (self, number))
    return FALSE;
  self->tail = 0; /* until it stands on the disk */
  memcpy (self->text + from, bytes, length);
  gsize new = MAX (old, from + length);
  if (!write_block (self, number, self->text, new))
    return FALSE;
  self->tail = number;
  self->tail_length = new;
  self->size = MAX (self->size, at + length);
  return TRUE;
}

static gboolean
write_vault (ParlorSafeFile *self, guint64 at, const guint8 *bytes, gsize length)
{
  if (self->is_finished && !write_head (self, PARLOR_VAULT_OPEN))
    return FALSE;
  self->is_finished = FALSE;
  for (gsize done = 0; done < length;)
    {
      gsize n = MIN (length - done, PARLOR_VAULT_TEXT - (at + done) % PARLOR_VAULT_TEXT);
      if (!write_part (self, at + done, bytes + done, n))
        return FALSE;
      done += n;
    }
  return TRUE;
}

gboolean
parlor_safe_write (ParlorSafeFile *self, guint64 at, const guint8 *bytes, gsize length)
{
  guint64 size = self->size;
  g_return_val_if_fail (at <= size, FALSE);
  gboolean ok = self->vault != NULL ? write_vault (self, at, bytes, length)
                                    : put_bytes (self->fd, bytes, length, at);
  if (ok)
    {
      self->size = MAX (size, at + length);
      return TRUE;
    }
  int why = errno;
  parlor_safe_truncate (self, size); /* if even that fails, recovery leaves the torn end out */
  self->size = size;
  errno = why;
  return FALSE;
}

gboolean
parlor_safe_truncate (ParlorSafeFile *self, guint64 size)
{
  guint64 number = size / PARLOR_VAULT_TEXT + 1;
  gsize length = (gsize)(size % PARLOR_VAULT_TEXT);
  gboolean ok = TRUE;
  if (self->vault == NULL)
    ok = ftruncate (self->fd, (off_t)size) == 0;
  else
    {
      if (self->is_finished)
        ok = write_head (self, PARLOR_VAULT_OPEN);
      self->is_finished = FALSE;
      /* A part of a block keeps its text and gets a new length. */
      if (ok && length > 0)
        ok = load_block (self, number) && write_block (self, number, self->text, length);
      self->tail = 0;
      ok = ok && ftruncate (self->fd, (off_t)((number + (length > 0)) * PARLOR_VAULT_BLOCK)) == 0;
    }
  if (ok)
    self->size = MIN (self->size, size);
  return ok;
}

gboolean
parlor_safe_finish (ParlorSafeFile *self)
{
  /* The text before the head that vouches for it. */
  if (self->vault != NULL && !self->is_finished)
    {
      guint64 n = self->size / PARLOR_VAULT_TEXT + (self->size % PARLOR_VAULT_TEXT != 0);
      if (ftruncate (self->fd, (off_t)((1 + n) * PARLOR_VAULT_BLOCK)) < 0
          || fdatasync (self->fd) < 0 || !write_head (self, self->size))
        return FALSE;
      self->is_finished = TRUE;
    }
  return fdatasync (self->fd) == 0;
}

/* ---- whole files ---------------------------------------------------------------------------- */

GBytes *
parlor_safe_load (const char *path, const guint8 *key, gsize max, GError **error)
{
  ParlorSafeFile *self = parlor_safe_open (path, key, FALSE, error);
  if (self == NULL)
    return NULL;
  if (self->size > max)
    return (GBytes *)fail (self, path, ENOMEM, error);
  gsize length = (gsize)self->size;
  guint8 *bytes = g_try_malloc (MAX (length, 1));
  if (bytes == NULL)
    return (GBytes *)fail (self, path, ENOMEM, error);
  gssize n = parlor_safe_read (self, 0, bytes, length);
  if (n < 0 || (gsize)n != length)
    {
      g_free (bytes);
      return (GBytes *)fail (self, path, n < 0 ? errno : EIO, error);
    }
  parlor_safe_close (self);
  return g_bytes_new_take (bytes, length);
}

GBytes *
parlor_safe_map (const char *path, const guint8 *key, GError **error)
{
  if (key != NULL)
    return parlor_safe_load (path, key, PARLOR_SAFE_WHOLE_MAX, error);
  g_autoptr (GMappedFile) map = g_mapped_file_new (path, FALSE, error);
  return map != NULL ? g_mapped_file_get_bytes (map) : NULL;
}

static GMutex whole_lock;

void
parlor_safe_begin_whole (const guint8 *key)
{
  if (key != NULL)
    g_mutex_lock (&whole_lock);
}

void
parlor_safe_end_whole (const guint8 *key)
{
  if (key != NULL)
    g_mutex_unlock (&whole_lock);
}

gboolean
parlor_safe_store (const char *path, const guint8 *key, const void *bytes, gsize length,
                   GError **error)
{
  g_autofree char *beside = g_strconcat (path, ".new", NULL);
  unlink (beside); /* of a process that died here */
  ParlorSafeFile *self = parlor_safe_create (beside, key, error);
  if (self == NULL)
    return FALSE;
  gboolean ok = parlor_safe_write (self, 0, bytes, length) && parlor_safe_finish (self)
                && rename (beside, path) == 0;
  if (!ok)
    {
      int why = errno;
      unlink (beside);
      fail (self, path, why, error);
      return FALSE;
    }
  parlor_safe_close (self);
  return TRUE;
}

/* ---- for readers ---------------------------------------------------------------------------- */

typedef struct
{
  ParlorReader reader; /* first */
  ParlorSafeFile *file;
} SafeReader;

static gssize
reader_read (ParlorReader *reader, guint64 at, guint8 *out, gsize length)
{
  return parlor_safe_read (((SafeReader *)reader)->file, at, out, length);
}

static void
reader_free (ParlorReader *reader)
{
  parlor_safe_close (((SafeReader *)reader)->file);
  g_free (reader);
}

ParlorReader *
parlor_safe_reader (ParlorSafeFile *file)
{
  SafeReader *self = g_new0 (SafeReader, 1);
  *self = (SafeReader){{file->size, reader_read, reader_free}, file};
  return &self->reader;
}
