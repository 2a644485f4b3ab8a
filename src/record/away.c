/* SPDX-License-Identifier: Apache-2.0 */
#include "record/away.h"

#include "record/awayparts.h"
#include "record/keeper.h"
#include "record/redact.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define LOOK_US (2 * G_USEC_PER_SEC)
#define PATIENCE_MIN_US (1 * G_USEC_PER_SEC)
#define PATIENCE_MAX_US (60 * G_USEC_PER_SEC)
/* What is refused by itself (one object is locked, one file never proved) must not hold up the
 * rest.
 */
#define REFUSED_MAX_US (G_GINT64_CONSTANT (3600) * G_USEC_PER_SEC)
/* So many of one kind in a look, and none taken between them: nothing is taken. */
#define REFUSALS_MAX 8
#define GONE_FOLDER ".gone"
#define GONE_PARTS ".parts"
/* What was brought back stays for so long. */
#define FRESH_SECONDS 3600
/* Stands in the folder when its files went for the first time. */
#define RELEASED_NAME "released"
/* A file that nobody wrote to for so long is finished, or its sender is silent. */
#define QUIET_US (30 * G_USEC_PER_SEC)

struct _ParlorAway
{
  char *folder;
  GThread *thread;
  GMutex lock;
  GCond cond;
  gboolean is_ending;    /* under the lock, with the next one */
  ParlorAwayStats stats; /* waiting: of the look under way */
  GHashTable *released;  /* ids, owned: local files of these go */
  GHashTable *held;      /* ids, owned: but not of these */
  ParlorS3 *s3;          /* the thread's, with what follows */
  guint64 due;
  gboolean failed; /* nothing is taken */
  gint64 patience_us;
  GHashTable *refused;   /* "recording/name" → Refused, both owned */
  GHashTable *oversized; /* paths of lists, owned: told of */
  gboolean is_over;      /* no more is asked in this look: it only counts */
  guint refusals;
  gint64 part_bytes;
  guint64 parts; /* sent; taken into the stats at the look's end */
};

typedef struct
{
  gint64 next_us, wait_us;
} Refused;

/* ---- what is on the disk and there ---------------------------------------------------------- */

typedef struct
{
  gint64 size, mtime_ns;
  char sha256[65];
} Stamp;

/* name → Stamp, owned. */
static GHashTable *
read_list (const char *path)
{
  GHashTable *list = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  g_auto (GStrv) lines = parlor_away_lines (path);
  for (guint i = 0; lines[i] != NULL; i++)
    {
      g_auto (GStrv) words = g_strsplit (lines[i], "\t", -1);
      if (g_strv_length (words) != 4)
        continue;
      Stamp *stamp = g_new0 (Stamp, 1);
      stamp->size = g_ascii_strtoll (words[1], NULL, 10);
      stamp->mtime_ns = g_ascii_strtoll (words[2], NULL, 10);
      g_strlcpy (stamp->sha256, words[3], sizeof stamp->sha256);
      g_hash_table_replace (list, g_strdup (words[0]), stamp);
    }
  return list;
}

static gboolean
write_list (const char *path, GHashTable *list)
{
  g_autoptr (GString) text = g_string_new (NULL);
  GHashTableIter iter;
  gpointer name, value;
  g_hash_table_iter_init (&iter, list);
  while (g_hash_table_iter_next (&iter, &name, &value))
    {
      const Stamp *stamp = value;
      g_string_append_printf (text, "%s\t%" G_GINT64_FORMAT "\t%" G_GINT64_FORMAT "\t%s\n",
                              (char *)name, stamp->size, stamp->mtime_ns, stamp->sha256);
    }
  return g_file_set_contents_full (path, text->str, (gssize)text->len,
                                   G_FILE_SET_CONTENTS_CONSISTENT | G_FILE_SET_CONTENTS_DURABLE,
                                   0600, NULL);
}

static gboolean
stamp_of (const char *path, Stamp *out)
{
  struct stat info;
  if (lstat (path, &info) < 0 || !S_ISREG (info.st_mode))
    return FALSE;
  *out = (Stamp){.size = info.st_size,
                 .mtime_ns = info.st_mtim.tv_sec * G_GINT64_CONSTANT (1000000000)
                             + info.st_mtim.tv_nsec};
  return TRUE;
}

static gboolean
ends (gpointer user_data)
{
  ParlorAway *self = user_data;
  g_mutex_lock (&self->lock);
  gboolean is_ending = self->is_ending;
  g_mutex_unlock (&self->lock);
  return is_ending;
}

/* A list that is too large to be one is not gone by: what it told would be sent again, or stay
 * there for ever. It is left as it is, counts as something that waits, and is told of once. */
static gboolean
is_readable (ParlorAway *self, const char *folder, const char *name)
{
  g_autofree char *path = g_build_filename (folder, name, NULL);
  struct stat info;
  if (lstat (path, &info) < 0 || info.st_size <= (goffset)PARLOR_AWAY_LIST_MAX)
    return TRUE;
  if (!g_hash_table_contains (self->oversized, path))
    g_warning ("%s is larger than 64 MiB: what it is about is left as it is", path);
  g_hash_table_add (self->oversized, g_steal_pointer (&path));
  self->due++;
  return FALSE;
}

/* ---- a look --------------------------------------------------------------------------------- */

static void
add_one (ParlorAway *self, guint64 *what)
{
  g_mutex_lock (&self->lock);
  (*what)++;
  g_mutex_unlock (&self->lock);
}

/* The look ends, the next one is later. */
static void
be_patient (ParlorAway *self)
{
  if (!self->failed && !ends (self))
    g_warning ("the object store takes nothing; it is tried again");
  self->failed = self->is_over = TRUE;
  self->patience_us = MIN (self->patience_us * 2, PATIENCE_MAX_US);
}

static void
take_refusal (ParlorAway *self, const char *key)
{
  Refused *refused = g_hash_table_lookup (self->refused, key);
  if (refused == NULL)
    {
      refused = g_new0 (Refused, 1);
      refused->wait_us = PATIENCE_MIN_US;
      g_hash_table_insert (self->refused, g_strdup (key), refused);
      g_warning ("the object store refuses %s; it is tried again", key);
    }
  refused->wait_us = MIN (refused->wait_us * 2, REFUSED_MAX_US);
  refused->next_us = g_get_monotonic_time () + refused->wait_us;
  self->refusals++;
}

static void
count (ParlorAway *self, const char *key, ParlorS3Answer answer, guint64 *what)
{
  add_one (self, answer == PARLOR_S3_TAKEN ? what : &self->stats.failures);
  if (answer == PARLOR_S3_DOWN)
    be_patient (self);
  else if (answer != PARLOR_S3_TAKEN)
    take_refusal (self, key);
  else
    {
      if (self->failed)
        g_message ("the object store takes files again");
      self->failed = FALSE;
      self->patience_us = PATIENCE_MIN_US;
      self->refusals = 0;
      g_hash_table_remove (self->refused, key);
    }
}

/* This one may be asked for now. */
static gboolean
is_its_turn (const ParlorAway *self, const char *key)
{
  const Refused *refused = g_hash_table_lookup (self->refused, key);
  return !self->is_over && self->refusals < REFUSALS_MAX
         && (refused == NULL || g_get_monotonic_time () >= refused->next_us);
}

static gboolean
is_old (gpointer key, gpointer value, gpointer now_us)
{
  return ((const Refused *)value)->next_us + REFUSED_MAX_US < *(const gint64 *)now_us;
}

/* Keys of the alphabet that needs no escaping; ours are. */
static gboolean
is_plain (const char *name)
{
  return name[0] != '.' && strcmp (name, PARLOR_AWAY_NAME) != 0
         && strcmp (name, PARLOR_ERASED_NAME) != 0 && strcmp (name, PARLOR_AWAY_PARTS_NAME) != 0
         && strcmp (name, RELEASED_NAME) != 0
         && strspn (name, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-")
                == strlen (name)
         && !g_str_has_suffix (name, ".new") && !g_str_has_suffix (name, ".part");
}

static gboolean
is_sealed (const char *folder)
{
  g_autofree char *seal = g_build_filename (folder, "manifest.sig", NULL);
  return g_file_test (seal, G_FILE_TEST_EXISTS);
}

/* It was not erased. */
static gboolean
is_alive (const char *folder)
{
  g_autofree char *journal = g_build_filename (folder, "journal", NULL);
  return is_sealed (folder) || g_file_test (journal, G_FILE_TEST_EXISTS);
}

/* What is written down is what is told of the object from now on: all later looks go by it. */
static gboolean
note (const ParlorAway *self, GHashTable *list, const char *folder, const char *name,
      const Stamp *stamp)
{
  g_autofree char *state = g_build_filename (folder, PARLOR_AWAY_NAME, NULL);
  g_hash_table_replace (list, g_strdup (name), g_memdup2 (stamp, sizeof *stamp));
  gboolean ok = write_list (state, list);
  if (!ok && !self->failed && is_alive (folder))
    g_warning ("%s cannot be written: nothing is copied to the object store", state);
  return ok;
}

/* No file has this size: who finds it in the list sends the file, or deletes what may be there. */
static const Stamp intent = {.size = -1, .sha256 = "-"};

/* Whole, or in parts. `*sums`: of the whole. */
static ParlorS3Answer
send_whole (ParlorAway *self, ParlorAwayParts *parts, const ParlorAwayFile *file,
            ParlorS3Sums *sums)
{
  if (!parlor_s3_sum (file->fd, 0, file->size, sums))
    return PARLOR_S3_REFUSED;
  if (file->size > 2 * file->part_bytes || parlor_away_parts_has (parts, file->name))
    return parlor_away_parts_finish (parts, file, &self->parts);
  return parlor_s3_put (self->s3, file->key, file->fd, file->size, sums);
}

static void
send_file (ParlorAway *self, const char *folder, const char *recording, const char *name,
           GHashTable *list, ParlorAwayParts *parts)
{
  g_autofree char *path = g_build_filename (folder, name, NULL);
  g_autofree char *key = g_strconcat (recording, "/", name, NULL);
  Stamp now, *there = g_hash_table_lookup (list, name);
  ParlorS3Sums sums;
  if (!stamp_of (path, &now)
      || (there != NULL && there->size == now.size && there->mtime_ns == now.mtime_ns))
    return;
  self->due++;
  int fd = is_its_turn (self, key) ? open (path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW) : -1;
  if (fd < 0)
    return;
  /* On a full disk nothing is sent of which nobody would know that it is there. */
  ParlorAwayFile file = {self->s3, key, name, fd, now.size, self->part_bytes};
  ParlorS3Answer answer = PARLOR_S3_DOWN;
  if (note (self, list, folder, name, &intent))
    answer = send_whole (self, parts, &file, &sums);
  close (fd);
  if (answer == PARLOR_S3_TAKEN)
    {
      g_strlcpy (now.sha256, sums.sha256_text, sizeof now.sha256);
      answer = note (self, list, folder, name, &now) ? PARLOR_S3_TAKEN : PARLOR_S3_DOWN;
    }
  if (answer != PARLOR_S3_TAKEN && !is_alive (folder))
    {
      /* The recording was erased meanwhile, and the list cannot be written where it lay. */
      parlor_s3_delete (self->s3, key);
      return;
    }
  if (answer == PARLOR_S3_DISK)
    answer = PARLOR_S3_DOWN;
  if (answer != PARLOR_S3_TAKEN) /* what stands on the disk is the intent, at most */
    g_hash_table_replace (list, g_strdup (name), g_memdup2 (&intent, sizeof intent));
  count (self, key, answer, &self->stats.uploaded);
  self->due -= answer == PARLOR_S3_TAKEN;
}

/* What is whole of a file that still grows. */
static void
send_growth (ParlorAway *self, const char *folder, const char *recording, const char *name,
             gint64 size, ParlorAwayParts *parts)
{
  g_autofree char *path = g_build_filename (folder, name, NULL);
  g_autofree char *key = g_strconcat (recording, "/", name, NULL);
  if (!parlor_away_parts_is_due (parts, name, size, self->part_bytes))
    return;
  self->due++;
  int fd = is_its_turn (self, key) ? open (path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW) : -1;
  if (fd < 0)
    return;
  ParlorAwayFile file = {self->s3, key, name, fd, size, self->part_bytes};
  guint64 ignored = 0;
  ParlorS3Answer answer = parlor_away_parts_grow (parts, &file, &self->parts);
  close (fd);
  count (self, key, answer == PARLOR_S3_DISK ? PARLOR_S3_DOWN : answer, &ignored);
  self->due -= answer == PARLOR_S3_TAKEN;
}

/* TRUE: it is gone. */
static gboolean
delete_one (ParlorAway *self, const char *recording, const char *name)
{
  g_autofree char *key = g_strconcat (recording, "/", name, NULL);
  if (!is_its_turn (self, key))
    return FALSE;
  ParlorS3Answer answer = parlor_s3_delete (self->s3, key);
  count (self, key, answer, &self->stats.deleted);
  return answer == PARLOR_S3_TAKEN;
}

/* Names that were removed with a person, a line each; (transfer full). */
static char **
erased_names (const char *folder)
{
  g_autofree char *path = g_build_filename (folder, PARLOR_ERASED_NAME, NULL);
  return parlor_away_lines (path);
}

/* A render, and what was a person's, is removed while its recording stays. That any other is
 * missing is a loss, and its copy is what is left. */
static void
delete_removed (ParlorAway *self, const char *folder, const char *recording, GHashTable *list)
{
  g_autofree char *state = g_build_filename (folder, PARLOR_AWAY_NAME, NULL);
  g_auto (GStrv) erased = erased_names (folder);
  GHashTableIter iter;
  gpointer name;
  guint gone = 0;
  g_hash_table_iter_init (&iter, list);
  while (!ends (self) && g_hash_table_iter_next (&iter, &name, NULL))
    {
      g_autofree char *path = g_build_filename (folder, name, NULL);
      struct stat info;
      gboolean may_go = g_str_has_prefix (name, PARLOR_AWAY_RENDER)
                        || g_strv_contains ((const char *const *)erased, name);
      if (!may_go || lstat (path, &info) == 0 || errno != ENOENT)
        continue;
      gboolean ok = delete_one (self, recording, name);
      self->due += !ok;
      gone += ok;
      if (ok)
        g_hash_table_iter_remove (&iter);
    }
  if (gone > 0 && !write_list (state, list) && is_sealed (folder))
    be_patient (self);
}

/* A file of one that runs: its parts while it grows; all of it when it has been quiet for a while.
 * Should it change after that, it is sent again. */
static void
send_of_running (ParlorAway *self, const char *folder, const char *recording, const char *name,
                 GHashTable *list, ParlorAwayParts *parts)
{
  g_autofree char *path = g_build_filename (folder, name, NULL);
  gboolean is_key = strcmp (name, PARLOR_KEY_NAME) == 0;
  Stamp now;
  if ((!is_key && !g_str_has_suffix (name, ".webm") && !g_str_has_suffix (name, ".mp4"))
      || !stamp_of (path, &now))
    return;
  if (is_key || now.mtime_ns / 1000 + QUIET_US < g_get_real_time ())
    send_file (self, folder, recording, name, list, parts);
  else
    send_growth (self, folder, recording, name, now.size, parts);
}

static gboolean
is_missing (const char *name, gpointer folder)
{
  g_autofree char *path = g_build_filename (folder, name, NULL);
  struct stat info;
  return lstat (path, &info) < 0 && errno == ENOENT;
}

/* ---- the local files go, and come back ------------------------------------------------------ */

/* What the portal, the search and an erasure need. */
static gboolean
stays_here (const char *name)
{
  static const char *const names[] = {"journal", "manifest.json", "manifest.sig", PARLOR_KEY_NAME,
                                      NULL};
  return !is_plain (name) || g_str_has_prefix (name, PARLOR_AWAY_RENDER)
         || g_strv_contains (names, name);
}

/* Brought back for somebody who looks at it. */
static gboolean
is_fresh (const char *path)
{
  struct stat info;
  return lstat (path, &info) == 0
         && (info.st_ctim.tv_sec + FRESH_SECONDS) * G_USEC_PER_SEC > g_get_real_time ();
}

/* And nobody holds it. */
static gboolean
is_released (ParlorAway *self, const char *recording)
{
  g_mutex_lock (&self->lock);
  gboolean is = g_hash_table_contains (self->released, recording)
                && !g_hash_table_contains (self->held, recording);
  g_mutex_unlock (&self->lock);
  return is;
}

/* Whoever holds the recording may open the file as soon as he is told so: nothing lies between the
 * look and the deed. What is open is freed when it is closed, which takes as long as it takes. */
static gboolean
unlink_unless_held (ParlorAway *self, const char *recording, const char *path, gboolean *held)
{
  int fd = open (path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
  g_mutex_lock (&self->lock);
  *held = g_hash_table_contains (self->held, recording);
  gboolean gone = !*held && g_unlink (path) == 0;
  g_mutex_unlock (&self->lock);
  if (fd >= 0)
    close (fd);
  return gone;
}

/* TRUE: it is gone, or stays for good reason. */
static gboolean
release_file (ParlorAway *self, const char *folder, const char *recording, const char *name,
              GHashTable *list, gboolean was_away)
{
  g_autofree char *path = g_build_filename (folder, name, NULL);
  g_autofree char *key = g_strconcat (recording, "/", name, NULL);
  const Stamp *there = g_hash_table_lookup (list, name);
  gboolean held = FALSE;
  Stamp now;
  if (!stamp_of (path, &now) || (was_away && is_fresh (path)))
    return TRUE;
  if (there == NULL || there->size != now.size || there->mtime_ns != now.mtime_ns
      || !is_its_turn (self, key))
    return FALSE;
  ParlorS3Answer answer = parlor_s3_has (self->s3, key, now.size);
  gboolean ok = answer == PARLOR_S3_TAKEN && unlink_unless_held (self, recording, path, &held);
  if (held)
    return FALSE;
  count (self, key, ok || answer != PARLOR_S3_TAKEN ? answer : PARLOR_S3_DOWN,
         &self->stats.released);
  return ok;
}

/* Nothing goes before all of it is there: a half of a recording is none. */
static void
release_files (ParlorAway *self, const char *folder, const char *recording, GHashTable *list)
{
  g_autofree char *mark = g_build_filename (folder, RELEASED_NAME, NULL);
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  gboolean was_away = g_file_test (mark, G_FILE_TEST_EXISTS), all = TRUE;
  const char *name;
  while (dir != NULL && !ends (self) && is_released (self, recording)
         && (name = g_dir_read_name (dir)) != NULL)
    if (!stays_here (name))
      all = release_file (self, folder, recording, name, list, was_away) && all;
  if (!all || ends (self) || !is_released (self, recording))
    return;
  if (!was_away)
    g_file_set_contents (mark, "", 0, NULL);
  g_mutex_lock (&self->lock);
  g_hash_table_remove (self->released, recording);
  g_mutex_unlock (&self->lock);
}

void
parlor_away_release (ParlorAway *self, const char *recording)
{
  g_mutex_lock (&self->lock);
  g_hash_table_add (self->released, g_strdup (recording));
  g_mutex_unlock (&self->lock);
}

void
parlor_away_hold (ParlorAway *self, const char *recording)
{
  g_mutex_lock (&self->lock);
  g_hash_table_add (self->held, g_strdup (recording));
  g_mutex_unlock (&self->lock);
}

void
parlor_away_hold_only (ParlorAway *self, const GPtrArray *recordings)
{
  g_mutex_lock (&self->lock);
  g_hash_table_remove_all (self->held);
  for (guint i = 0; i < recordings->len; i++)
    g_hash_table_add (self->held, g_strdup (recordings->pdata[i]));
  g_mutex_unlock (&self->lock);
}

/* name → Stamp, owned: all that is there, but for what went with a person. */
static GHashTable *
read_there (const ParlorAway *self, const char *recording)
{
  g_autofree char *folder = g_build_filename (self->folder, recording, NULL);
  g_autofree char *state = g_build_filename (folder, PARLOR_AWAY_NAME, NULL);
  GHashTable *list = read_list (state);
  g_auto (GStrv) erased = erased_names (folder);
  GHashTableIter iter;
  gpointer name, stamp;
  for (guint i = 0; erased[i] != NULL; i++)
    g_hash_table_remove (list, erased[i]);
  g_hash_table_iter_init (&iter, list);
  while (g_hash_table_iter_next (&iter, &name, &stamp))
    if (((const Stamp *)stamp)->size < 0 || !is_plain (name))
      g_hash_table_iter_remove (&iter);
  return list;
}

static gboolean
stamp_there (const ParlorAway *self, const char *recording, const char *name, Stamp *out)
{
  g_autoptr (GHashTable) list = read_there (self, recording);
  const Stamp *stamp = g_hash_table_lookup (list, name);
  if (stamp != NULL)
    *out = *stamp;
  return stamp != NULL;
}

gint64
parlor_away_size (const ParlorAway *self, const char *recording, const char *name)
{
  Stamp stamp;
  return stamp_there (self, recording, name, &stamp) ? stamp.size : -1;
}

GPtrArray *
parlor_away_missing (const ParlorAway *self, const char *recording)
{
  GPtrArray *names = g_ptr_array_new_with_free_func (g_free);
  g_autofree char *folder = g_build_filename (self->folder, recording, NULL);
  g_autoptr (GHashTable) list = read_there (self, recording);
  GHashTableIter iter;
  gpointer name;
  g_hash_table_iter_init (&iter, list);
  while (g_hash_table_iter_next (&iter, &name, NULL))
    if (!g_str_has_prefix (name, PARLOR_AWAY_RENDER) && is_missing (name, folder))
      g_ptr_array_add (names, g_strdup (name));
  return names;
}

/* Its time is what it was when it was sent: it is the same file. */
static gboolean
put_back (int fd, const Stamp *stamp, const char *part, const char *path)
{
  const struct timespec when = {stamp->mtime_ns / 1000000000, stamp->mtime_ns % 1000000000};
  const struct timespec times[2] = {when, when};
  return fsync (fd) == 0 && futimens (fd, times) == 0 && rename (part, path) == 0;
}

gboolean
parlor_away_bring (const ParlorAway *self, const char *recording, const char *name)
{
  g_autofree char *folder = g_build_filename (self->folder, recording, NULL);
  g_autofree char *path = g_build_filename (folder, name, NULL);
  g_autofree char *part = g_strconcat (path, ".part", NULL);
  g_autofree char *key = g_strconcat (recording, "/", name, NULL);
  Stamp stamp, again;
  if (g_file_test (path, G_FILE_TEST_EXISTS))
    return TRUE;
  if (!stamp_there (self, recording, name, &stamp))
    return FALSE;
  g_unlink (part); /* of a process that died here */
  int fd = open (part, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (fd < 0)
    return FALSE;
  ParlorS3 *s3 = parlor_s3_dup (self->s3);
  gboolean ok = parlor_s3_get (s3, key, fd, stamp.size, stamp.sha256) == PARLOR_S3_TAKEN
                && put_back (fd, &stamp, part, path);
  parlor_s3_free (s3);
  close (fd);
  if (!ok)
    g_unlink (part);
  /* It may have been erased while it came. */
  if (ok && !stamp_there (self, recording, name, &again))
    g_unlink (path);
  return ok;
}

gboolean
parlor_away_read (const ParlorAway *self, const char *recording, const char *name, int fd,
                  gint64 from, gint64 length)
{
  g_autofree char *key = g_strconcat (recording, "/", name, NULL);
  ParlorS3 *s3 = parlor_s3_dup (self->s3);
  gboolean ok = parlor_s3_get_part (s3, key, fd, from, length) == PARLOR_S3_TAKEN;
  parlor_s3_free (s3);
  return ok;
}

static void
look_at_recording (ParlorAway *self, const char *recording)
{
  g_autofree char *folder = g_build_filename (self->folder, recording, NULL);
  g_autofree char *state = g_build_filename (folder, PARLOR_AWAY_NAME, NULL);
  g_autofree char *open_parts = g_build_filename (folder, PARLOR_AWAY_PARTS_NAME, NULL);
  g_autoptr (GDir) dir = is_alive (folder) ? g_dir_open (folder, 0, NULL) : NULL;
  gboolean sealed = is_sealed (folder);
  const char *name;
  if (dir == NULL || !is_readable (self, folder, PARLOR_AWAY_NAME)
      || !is_readable (self, folder, PARLOR_AWAY_PARTS_NAME)
      || !is_readable (self, folder, PARLOR_ERASED_NAME))
    return;
  g_autoptr (GHashTable) list = read_list (state);
  g_autoptr (ParlorAwayParts) parts = parlor_away_parts_load (open_parts);
  while (!ends (self) && (name = g_dir_read_name (dir)) != NULL)
    if (is_plain (name) && sealed)
      send_file (self, folder, recording, name, list, parts);
    else if (is_plain (name))
      send_of_running (self, folder, recording, name, list, parts);
  if (!self->is_over
      && parlor_away_parts_abort (parts, self->s3, recording, is_missing, folder) == PARLOR_S3_DOWN)
    be_patient (self);
  if (sealed)
    delete_removed (self, folder, recording, list);
  if (sealed && !self->is_over && is_released (self, recording))
    release_files (self, folder, recording, list);
}

static void
look_at_gone (ParlorAway *self, const char *folder, const char *recording)
{
  g_autofree char *path = g_build_filename (folder, recording, NULL);
  g_autoptr (GHashTable) list = read_list (path);
  guint n = g_hash_table_size (list);
  GHashTableIter iter;
  gpointer name;
  if (g_hash_table_contains (list, PARLOR_KEY_NAME)
      && delete_one (self, recording, PARLOR_KEY_NAME)) /* without it the rest is noise */
    g_hash_table_remove (list, PARLOR_KEY_NAME);
  g_hash_table_iter_init (&iter, list);
  while (!ends (self) && g_hash_table_iter_next (&iter, &name, NULL))
    if (delete_one (self, recording, name))
      g_hash_table_iter_remove (&iter);
  guint left = g_hash_table_size (list);
  self->due += left;
  if (left == 0)
    g_unlink (path);
  else if (left < n)
    write_list (path, list); /* where it fails they are deleted once more */
}

static gboolean
is_any (const char *name, gpointer user_data)
{
  return TRUE;
}

/* Uploads that an erased recording left. */
static void
look_at_gone_parts (ParlorAway *self, const char *folder, const char *name)
{
  g_autofree char *path = g_build_filename (folder, name, NULL);
  g_autofree char *recording = g_strndup (name, strlen (name) - strlen (GONE_PARTS));
  g_autoptr (ParlorAwayParts) parts = parlor_away_parts_load (path);
  if (self->is_over)
    self->due++;
  else if (parlor_away_parts_abort (parts, self->s3, recording, is_any, NULL) == PARLOR_S3_DOWN)
    be_patient (self);
  if (parlor_away_parts_is_empty (parts))
    g_unlink (path);
}

static void
look (ParlorAway *self)
{
  g_autofree char *gone = g_build_filename (self->folder, GONE_FOLDER, NULL);
  g_autoptr (GDir) dead = g_dir_open (gone, 0, NULL), dir = g_dir_open (self->folder, 0, NULL);
  const char *name;
  gint64 now_us = g_get_monotonic_time ();
  g_hash_table_foreach_remove (self->refused, is_old, &now_us);
  self->due = self->refusals = 0;
  self->is_over = FALSE;
  while (dead != NULL && !ends (self) && (name = g_dir_read_name (dead)) != NULL)
    if (!is_readable (self, gone, name))
      continue;
    else if (g_str_has_suffix (name, GONE_PARTS))
      look_at_gone_parts (self, gone, name);
    else
      look_at_gone (self, gone, name);
  /* A store that deletes nothing may take files. */
  self->refusals = 0;
  while (dir != NULL && !ends (self) && (name = g_dir_read_name (dir)) != NULL)
    if (is_plain (name))
      look_at_recording (self, name);
  if (self->refusals >= REFUSALS_MAX)
    be_patient (self);
  g_mutex_lock (&self->lock);
  self->stats.waiting = self->due;
  self->stats.parts = self->parts;
  g_mutex_unlock (&self->lock);
}

static gpointer
away_thread (gpointer user_data)
{
  ParlorAway *self = user_data;
  while (!ends (self))
    {
      look (self);
      gint64 until_us = g_get_monotonic_time () + (self->failed ? self->patience_us : LOOK_US);
      g_mutex_lock (&self->lock);
      while (!self->is_ending && g_cond_wait_until (&self->cond, &self->lock, until_us))
        continue;
      g_mutex_unlock (&self->lock);
    }
  return NULL;
}

/* ---- its life ------------------------------------------------------------------------------- */

ParlorAway *
parlor_away_new (const ParlorAwaySpec *spec, GError **error)
{
  ParlorAway *self = g_new0 (ParlorAway, 1);
  ParlorS3Spec s3 = {.url = spec->url,
                     .region = spec->region,
                     .credentials = spec->credentials,
                     .ends = ends,
                     .user_data = self};
  self->s3 = parlor_s3_new (&s3, error);
  if (self->s3 == NULL)
    {
      g_free (self);
      return NULL;
    }
  self->folder = g_strdup (spec->folder);
  self->part_bytes = spec->part_bytes > 0 ? spec->part_bytes : PARLOR_AWAY_PART_BYTES;
  self->patience_us = PATIENCE_MIN_US;
  g_mutex_init (&self->lock);
  g_cond_init (&self->cond);
  self->refused = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  self->oversized = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  self->released = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  self->held = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  self->thread = g_thread_new ("away", away_thread, self);
  return self;
}

void
parlor_away_quit (ParlorAway *self)
{
  g_mutex_lock (&self->lock);
  self->is_ending = TRUE;
  g_cond_signal (&self->cond);
  g_mutex_unlock (&self->lock);
}

void
parlor_away_free (ParlorAway *self)
{
  if (self == NULL)
    return;
  parlor_away_quit (self);
  g_thread_join (self->thread);
  parlor_s3_free (self->s3);
  g_hash_table_unref (self->refused);
  g_hash_table_unref (self->oversized);
  g_hash_table_unref (self->released);
  g_hash_table_unref (self->held);
  g_mutex_clear (&self->lock);
  g_cond_clear (&self->cond);
  g_free (self->folder);
  g_free (self);
}

static void
move_list (const char *folder, const char *recording, const char *from, const char *suffix)
{
  g_autofree char *gone = g_build_filename (folder, GONE_FOLDER, NULL);
  g_autofree char *to = g_strconcat (gone, "/", recording, suffix, NULL);
  if (!g_file_test (from, G_FILE_TEST_EXISTS))
    return;
  g_mkdir_with_parents (gone, 0700);
  if (g_rename (from, to) < 0)
    g_warning ("what the object store has of %s stays there: %s", recording, g_strerror (errno));
}

void
parlor_away_forget (const char *folder, const char *recording, const char *path)
{
  g_autofree char *list = g_build_filename (path, PARLOR_AWAY_NAME, NULL);
  g_autofree char *parts = g_build_filename (path, PARLOR_AWAY_PARTS_NAME, NULL);
  move_list (folder, recording, list, "");
  move_list (folder, recording, parts, GONE_PARTS);
}

void
parlor_away_stats (ParlorAway *self, ParlorAwayStats *out)
{
  g_mutex_lock (&self->lock);
  *out = self->stats;
  g_mutex_unlock (&self->lock);
}
