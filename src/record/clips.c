/* SPDX-License-Identifier: Apache-2.0 */
#include "record/clips.h"

typedef struct
{
  ParlorClip *clip; /* NULL: there is none, which took as long to find out */
  guint64 used;
} Kept;

struct _ParlorClips
{
  GHashTable *by_name; /* owned text → Kept, owned */
  gsize bytes;
  guint64 turn;
};

static void
kept_free (gpointer data)
{
  Kept *kept = data;
  parlor_clip_unref (kept->clip);
  g_free (kept);
}

static gsize
cost_of (const Kept *kept)
{
  return kept->clip != NULL ? parlor_clip_cost (kept->clip) : 0;
}

ParlorClips *
parlor_clips_new (void)
{
  ParlorClips *self = g_new0 (ParlorClips, 1);
  self->by_name = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, kept_free);
  return self;
}

void
parlor_clips_free (ParlorClips *self)
{
  if (self == NULL)
    return;
  g_hash_table_unref (self->by_name);
  g_free (self);
}

guint
parlor_clips_count (const ParlorClips *self)
{
  return g_hash_table_size (self->by_name);
}

static void
forget_oldest (ParlorClips *self)
{
  GHashTableIter iter;
  gpointer name, value, oldest = NULL;
  guint64 used = G_MAXUINT64;
  g_hash_table_iter_init (&iter, self->by_name);
  while (g_hash_table_iter_next (&iter, &name, &value))
    if (((Kept *)value)->used < used)
      {
        used = ((Kept *)value)->used;
        oldest = name;
      }
  const Kept *kept = g_hash_table_lookup (self->by_name, oldest);
  self->bytes -= cost_of (kept);
  g_hash_table_remove (self->by_name, oldest);
}

/* Borrowed; NULL: there is no such clip. */
static ParlorClip *
find (ParlorClips *self, const char *key, ParlorReader *file, gboolean is_mp4, gint64 from_ms,
      gint64 to_ms)
{
  Kept *kept = g_hash_table_lookup (self->by_name, key);
  if (kept == NULL)
    {
      kept = g_new0 (Kept, 1);
      kept->clip = parlor_clip_new (file, is_mp4, from_ms, to_ms);
      self->bytes += cost_of (kept);
      g_hash_table_insert (self->by_name, g_strdup (key), kept);
    }
  kept->used = ++self->turn;
  while (g_hash_table_size (self->by_name) > 1
         && (g_hash_table_size (self->by_name) > PARLOR_CLIPS_MAX
             || self->bytes > PARLOR_CLIPS_BYTES_MAX))
    forget_oldest (self);
  return kept->clip;
}

ParlorReader *
parlor_clips_read (ParlorReader *file, const char *name, gboolean is_mp4, gint64 from_ms,
                   gint64 to_ms, gint64 *start_ms, gpointer user_data)
{
  ParlorClips *self = user_data;
  g_autofree char *key = g_strdup_printf ("%s\n%" G_GINT64_FORMAT "\n%" G_GINT64_FORMAT, name,
                                          from_ms, to_ms);
  ParlorClip *clip = find (self, key, file, is_mp4, from_ms, to_ms);
  if (clip == NULL)
    {
      file->free (file);
      return NULL;
    }
  *start_ms = parlor_clip_start_ms (clip);
  return parlor_clip_reader (clip, file);
}
