/* SPDX-License-Identifier: Apache-2.0 */
#include "app/pictures.h"

#include <errno.h>
#include <fcntl.h>
#include <gio/gio.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#define LEFT_BYTES (2 * G_GUINT64_CONSTANT (1024) * 1024 * 1024)

/* Those of markers lie apart: they are looked through every minute, and those of conversations are
 * many. `id`: one, or the prefix of all. */
static char *
folder_of (const char *data_dir, const char *id)
{
  return g_build_filename (data_dir, g_str_has_prefix (id, "mk_") ? "stills" : "pictures", NULL);
}

/* Ids come from addresses too: letters, digits and one underscore name a file of this folder. */
static char *
path_of (const char *data_dir, const char *id)
{
  const char *rest = strchr (id, '_');
  if ((!g_str_has_prefix (id, "upl_") && !g_str_has_prefix (id, "mk_"))
      || strspn (rest + 1, "abcdefghijklmnopqrstuvwxyz0123456789") != strlen (rest + 1))
    return NULL;
  g_autofree char *folder = folder_of (data_dir, id);
  return g_build_filename (folder, id, NULL);
}

/* The database and the recordings go before pictures: these leave 2 GiB, of a small disk a tenth.
 */
gboolean
parlor_pictures_has_room (const char *data_dir, guint64 bytes)
{
  struct statvfs disk;
  if (statvfs (data_dir, &disk) != 0)
    return FALSE;
  guint64 left = (guint64)disk.f_bavail * disk.f_frsize;
  guint64 all = (guint64)disk.f_blocks * disk.f_frsize;
  return left >= bytes + MIN (LEFT_BYTES, all / 10);
}

guint
parlor_pictures_sweep (const char *data_dir, const char *prefix,
                       gboolean (*is_known) (const char *id, gpointer data), gpointer user_data)
{
  g_autofree char *folder = folder_of (data_dir, prefix);
  g_autoptr (GDir) files = g_dir_open (folder, 0, NULL);
  const char *name;
  guint n = 0;
  while (files && (name = g_dir_read_name (files)))
    {
      g_autofree char *path = g_build_filename (folder, name, NULL);
      if (g_str_has_prefix (name, prefix) && !is_known (name, user_data))
        n += g_unlink (path) == 0;
    }
  return n;
}

gboolean
parlor_pictures_write (const char *data_dir, const char *id, const GByteArray *bytes,
                       GError **error)
{
  g_autofree char *folder = folder_of (data_dir, id);
  g_autofree char *path = path_of (data_dir, id);
  if (path && g_mkdir_with_parents (folder, 0700) == 0)
    return g_file_set_contents_full (path, (const char *)bytes->data, (gssize)bytes->len,
                                     G_FILE_SET_CONTENTS_CONSISTENT, 0600, error);
  g_set_error (error, G_IO_ERROR, G_IO_ERROR_FAILED, "%s cannot be made: %s", folder,
               g_strerror (errno));
  return FALSE;
}

int
parlor_pictures_open (const char *data_dir, const char *id, guint64 *size)
{
  struct stat info;
  g_autofree char *path = path_of (data_dir, id);
  int fd = path ? open (path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW) : -1;
  if (fd >= 0 && fstat (fd, &info) == 0)
    {
      *size = (guint64)info.st_size;
      return fd;
    }
  if (fd >= 0)
    close (fd);
  return -1;
}

void
parlor_pictures_remove (const char *data_dir, const char *id)
{
  g_autofree char *path = path_of (data_dir, id);
  if (path)
    (void)g_unlink (path);
}
