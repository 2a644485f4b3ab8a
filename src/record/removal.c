/* SPDX-License-Identifier: Apache-2.0 */
#include "record/removal.h"

#include "record/away.h"
#include "record/keeper.h"

#include <errno.h>
#include <glib/gstdio.h>

/* One after the other: what rest () finds is nobody's. */
static GMutex lock;

static void
unlink_all (const char *path)
{
  g_autoptr (GDir) dir = g_dir_open (path, 0, NULL);
  const char *name;
  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *file = g_build_filename (path, name, NULL);
      g_unlink (file);
    }
}

/* `path`: where it lies now. */
static void
finish (const char *folder, const char *recording, const char *path)
{
  g_autofree char *key = g_build_filename (path, PARLOR_KEY_NAME, NULL);
  g_unlink (key); /* first: without it the rest is noise */
  parlor_away_forget (folder, recording, path);
  unlink_all (path);
  if (g_rmdir (path) < 0 && errno != ENOENT)
    g_warning ("%s is not gone: %s", path, g_strerror (errno));
}

void
parlor_removal (const char *folder, const char *recording)
{
  g_autofree char *from = g_build_filename (folder, recording, NULL);
  g_autofree char *aside = g_build_filename (folder, PARLOR_REMOVAL_FOLDER, NULL);
  g_autofree char *to = g_build_filename (aside, recording, NULL);
  g_mutex_lock (&lock);
  g_mkdir_with_parents (aside, 0700);
  /* On a disk that takes no new name it goes where it is. */
  finish (folder, recording, g_rename (from, to) == 0 ? to : from);
  g_mutex_unlock (&lock);
}

void
parlor_removal_rest (const char *folder)
{
  g_autofree char *aside = g_build_filename (folder, PARLOR_REMOVAL_FOLDER, NULL);
  const char *recording;
  g_mutex_lock (&lock);
  g_autoptr (GDir) dir = g_dir_open (aside, 0, NULL);
  while (dir != NULL && (recording = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *path = g_build_filename (aside, recording, NULL);
      finish (folder, recording, path);
    }
  g_mutex_unlock (&lock);
}
