/* SPDX-License-Identifier: Apache-2.0 */
#include "record/clips.h"

/* Of the loop's four threads, which passwords need too. */
#define THREADS 2

typedef struct
{
  ParlorClip *clip; /* NULL: there is none, which took as long to find out */
  guint64 used;
} Kept;

typedef struct
{
  void (*done) (gpointer done_data);
  gpointer done_data;
} Waiting;

/* One that another thread finds out. */
typedef struct
{
  uv_work_t work; /* first */
  ParlorClips *clips;
  ParlorReader *file; /* owned; of that thread */
  char *key;
  gboolean is_mp4;
  gint64 from_ms, to_ms;
  ParlorClip *clip; /* NULL: there is none */
  GArray *waiting;  /* Waiting, owned */
} Finding;

struct _ParlorClips
{
  uv_loop_t *loop;     /* borrowed */
  GHashTable *finding; /* its own key → Finding, borrowed */
  GQueue waiting;      /* of those, who waits for a thread */
  guint running;
  gboolean is_ending;
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
parlor_clips_new (uv_loop_t *loop)
{
  ParlorClips *self = g_new0 (ParlorClips, 1);
  self->loop = loop;
  self->finding = g_hash_table_new (g_str_hash, g_str_equal);
  self->by_name = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, kept_free);
  return self;
}

void
parlor_clips_free (ParlorClips *self)
{
  if (self == NULL)
    return;
  g_hash_table_unref (self->finding);
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

/* Takes `clip`, NULL: there is none. */
static Kept *
keep (ParlorClips *self, const char *key, ParlorClip *clip)
{
  Kept *kept = g_new0 (Kept, 1);
  kept->clip = clip;
  kept->used = ++self->turn;
  self->bytes += cost_of (kept);
  g_hash_table_insert (self->by_name, g_strdup (key), kept);
  while (g_hash_table_size (self->by_name) > 1
         && (g_hash_table_size (self->by_name) > PARLOR_CLIPS_MAX
             || self->bytes > PARLOR_CLIPS_BYTES_MAX))
    forget_oldest (self);
  return kept;
}

/* NULL: it is not known. */
static Kept *
look_up (ParlorClips *self, const char *key)
{
  Kept *kept = g_hash_table_lookup (self->by_name, key);
  if (kept != NULL)
    kept->used = ++self->turn;
  return kept;
}

static char *
make_key (const char *name, gint64 from_ms, gint64 to_ms)
{
  return g_strdup_printf ("%s\n%" G_GINT64_FORMAT "\n%" G_GINT64_FORMAT, name, from_ms, to_ms);
}

/* ---- by another thread ---------------------------------------------------------------------- */

static void
find_out (uv_work_t *work)
{
  Finding *finding = (Finding *)work;
  finding->clip = parlor_clip_new (finding->file, finding->is_mp4, finding->from_ms,
                                   finding->to_ms);
  finding->file->free (g_steal_pointer (&finding->file));
}

static void found_out (uv_work_t *work, int status);

static void
begin_next (ParlorClips *self)
{
  Finding *finding;
  while (self->running < THREADS && (finding = g_queue_pop_head (&self->waiting)) != NULL)
    {
      self->running++;
      uv_queue_work (self->loop, &finding->work, find_out, found_out);
    }
}

static void
found_out (uv_work_t *work, int status)
{
  Finding *finding = (Finding *)work;
  ParlorClips *self = finding->clips;
  self->running--;
  g_hash_table_remove (self->finding, finding->key);
  begin_next (self);
  if (look_up (self, finding->key) == NULL)
    keep (self, finding->key, finding->clip);
  else
    parlor_clip_unref (finding->clip); /* somebody could not wait */
  for (guint i = 0; i < finding->waiting->len; i++)
    {
      const Waiting *one = &g_array_index (finding->waiting, Waiting, i);
      one->done (one->done_data);
    }
  g_array_unref (finding->waiting);
  g_free (finding->key);
  g_free (finding);
}

/* Takes `file` and `key`. */
static Finding *
begin (ParlorClips *self, ParlorReader *file, char *key, gboolean is_mp4, gint64 from_ms,
       gint64 to_ms)
{
  Finding *finding = g_new0 (Finding, 1);
  *finding = (Finding){.clips = self,
                       .file = file,
                       .key = key,
                       .is_mp4 = is_mp4,
                       .from_ms = from_ms,
                       .to_ms = to_ms,
                       .waiting = g_array_new (FALSE, FALSE, sizeof (Waiting))};
  g_hash_table_insert (self->finding, key, finding);
  g_queue_push_tail (&self->waiting, finding);
  begin_next (self);
  return finding;
}

ParlorClipState
parlor_clips_prepare (ParlorReader *file, const char *name, gboolean is_mp4, gint64 from_ms,
                      gint64 to_ms, void (*done) (gpointer done_data), gpointer done_data,
                      gpointer user_data)
{
  ParlorClips *self = user_data;
  const Waiting waiting = {done, done_data};
  g_autofree char *key = make_key (name, from_ms, to_ms);
  Finding *finding = g_hash_table_lookup (self->finding, key);
  gboolean known = look_up (self, key) != NULL;
  gboolean full = self->is_ending || g_hash_table_size (self->finding) >= PARLOR_CLIPS_WAITING_MAX;
  if (known || finding != NULL || full)
    file->free (file);
  else
    finding = begin (self, file, g_steal_pointer (&key), is_mp4, from_ms, to_ms);
  if (known || finding == NULL)
    return known ? PARLOR_CLIP_KNOWN : PARLOR_CLIP_BUSY;
  g_array_append_val (finding->waiting, waiting);
  return PARLOR_CLIP_COMES;
}

void
parlor_clips_quit (ParlorClips *self)
{
  self->is_ending = TRUE;
  while (g_hash_table_size (self->finding) > 0)
    uv_run (self->loop, UV_RUN_ONCE);
}

/* ---- at once -------------------------------------------------------------------------------- */

ParlorReader *
parlor_clips_read (ParlorReader *file, const char *name, gboolean is_mp4, gint64 from_ms,
                   gint64 to_ms, gint64 *start_ms, gpointer user_data)
{
  ParlorClips *self = user_data;
  g_autofree char *key = make_key (name, from_ms, to_ms);
  const Kept *kept = look_up (self, key);
  if (kept == NULL)
    kept = keep (self, key, parlor_clip_new (file, is_mp4, from_ms, to_ms));
  if (kept->clip == NULL)
    {
      file->free (file);
      return NULL;
    }
  *start_ms = parlor_clip_start_ms (kept->clip);
  return parlor_clip_reader (kept->clip, file);
}
