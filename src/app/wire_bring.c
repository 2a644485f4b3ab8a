/* SPDX-License-Identifier: Apache-2.0 */
#include "app/wire_bring.h"

#include "record/safe.h"

#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

/* Of the loop's four threads, which passwords need too. */
#define WORKERS 2
/* Of each kind. */
#define WAITING_MAX 1000
/* What is missing of a recording is counted again. */
#define LOOK_US (10 * G_USEC_PER_SEC)

struct _ParlorWireBring
{
  uv_loop_t *loop;
  const ParlorWireRecord *record;
  GQueue parts, files; /* Job, owned: waiting */
  GHashTable *wholes;  /* "recording/name" → Job, borrowed: waiting or at work */
  GHashTable *looks;   /* recording → Look, both owned: what is not here yet */
  guint working, working_files;
  gboolean is_ending;
};

typedef struct
{
  gint64 next_us;
  guint coming; /* files of it that are waited for */
} Look;

typedef struct
{
  ParlorBrought func;
  gpointer data;
} Waiter;

typedef struct
{
  ParlorWireBring *owner;
  uv_work_t work;
  char *key, *recording, *name;
  gboolean is_part, is_vault, ok;
  gint64 from, length, size;
  int fd; /* of a part */
  GArray *waiters;
} Job;

static void
job_free (Job *job)
{
  if (job->fd >= 0)
    close (job->fd);
  g_array_unref (job->waiters);
  g_free (job->key);
  g_free (job->recording);
  g_free (job->name);
  g_free (job);
}

/* Each takes a descriptor of its own; there is one of a part. */
static void
answer (Job *job)
{
  for (guint i = 0; i < job->waiters->len; i++)
    {
      const Waiter *waiter = &g_array_index (job->waiters, Waiter, i);
      waiter->func (job->ok, job->is_part && job->ok ? g_steal_fd (&job->fd) : -1, waiter->data);
    }
}

/* ---- in a thread ----------------------------------------------------------------------------- */

static gboolean
read_span (const Job *job, gint64 from, gint64 to)
{
  to = MIN (to, job->size);
  return from >= to
         || parlor_away_read (job->owner->record->away, job->recording, job->name, job->fd, from,
                              to - from);
}

/* A file with holes: what is asked for is in its place, and what it needs to be opened. */
static void
bring_part (Job *job)
{
  gint64 first = 1 + job->from / PARLOR_VAULT_TEXT;
  gint64 last = 1 + (job->from + job->length - 1) / PARLOR_VAULT_TEXT;
  job->fd = memfd_create ("brought", MFD_CLOEXEC);
  if (job->fd < 0 || ftruncate (job->fd, job->size) < 0)
    return;
  job->ok = job->is_vault ? read_span (job, 0, PARLOR_VAULT_BLOCK)
                                && read_span (job, first * PARLOR_VAULT_BLOCK,
                                              (last + 1) * PARLOR_VAULT_BLOCK)
                          : read_span (job, job->from, job->from + job->length);
}

static void
work (uv_work_t *work_)
{
  Job *job = work_->data;
  if (job->is_part)
    bring_part (job);
  else
    job->ok = parlor_away_bring (job->owner->record->away, job->recording, job->name);
}

/* ---- turns ----------------------------------------------------------------------------------- */

static void start_next (ParlorWireBring *self);

static void
file_came (ParlorWireBring *self, const Job *job)
{
  Look *look = g_hash_table_lookup (self->looks, job->recording);
  self->working_files--;
  g_hash_table_remove (self->wholes, job->key);
  if (look != NULL && look->coming > 0)
    look->coming--;
  /* A store that is away is not asked again every second. */
  if (look != NULL && !job->ok)
    look->next_us = g_get_monotonic_time () + LOOK_US;
  else if (look != NULL && look->coming == 0)
    look->next_us = MIN (look->next_us, g_get_monotonic_time ());
}

static void
after (uv_work_t *work_, int status)
{
  Job *job = work_->data;
  ParlorWireBring *self = job->owner;
  self->working--;
  if (!job->is_part)
    file_came (self, job);
  answer (job);
  job_free (job);
  start_next (self);
}

/* A file takes as long as it takes: one worker is always for those who look. */
static Job *
pop (ParlorWireBring *self)
{
  Job *job = g_queue_pop_head (&self->parts);
  return job == NULL && self->working_files < WORKERS - 1 ? g_queue_pop_head (&self->files) : job;
}

static void
start_next (ParlorWireBring *self)
{
  Job *job;
  while (!self->is_ending && self->working < WORKERS && (job = pop (self)) != NULL)
    {
      self->working++;
      self->working_files += !job->is_part;
      job->work.data = job;
      uv_queue_work (self->loop, &job->work, work, after);
    }
}

static Job *
job_new (ParlorWireBring *self, const char *recording, const char *name)
{
  Job *job = g_new0 (Job, 1);
  job->owner = self;
  job->fd = -1;
  job->recording = g_strdup (recording);
  job->name = g_strdup (name);
  job->key = g_strconcat (recording, "/", name, NULL);
  job->waiters = g_array_new (FALSE, FALSE, sizeof (Waiter));
  return job;
}

static void
add_waiter (Job *job, ParlorBrought func, gpointer data)
{
  const Waiter waiter = {func, data};
  if (func != NULL)
    g_array_append_val (job->waiters, waiter);
}

/* FALSE: too many wait. */
static gboolean
bring_whole (ParlorWireBring *self, const char *recording, const char *name, ParlorBrought done,
             gpointer done_data)
{
  g_autofree char *key = g_strconcat (recording, "/", name, NULL);
  Job *job = g_hash_table_lookup (self->wholes, key);
  gboolean is_waiting = job != NULL && g_queue_remove (&self->files, job);
  if (job == NULL && g_queue_get_length (&self->files) >= WAITING_MAX)
    return FALSE;
  if (job == NULL)
    {
      job = job_new (self, recording, name);
      g_hash_table_insert (self->wholes, job->key, job);
      is_waiting = TRUE;
    }
  add_waiter (job, done, done_data);
  /* Those that somebody waits for go before those of a render. */
  if (is_waiting && job->waiters->len > 0)
    g_queue_push_head (&self->files, job);
  else if (is_waiting)
    g_queue_push_tail (&self->files, job);
  return TRUE;
}

static void
bring_part_of (ParlorWireBring *self, const char *recording, const char *name, gint64 from,
               gint64 length, gint64 size, ParlorBrought done, gpointer done_data)
{
  g_autofree char *key = g_build_filename (self->record->folder, recording, PARLOR_KEY_NAME, NULL);
  Job *job = job_new (self, recording, name);
  job->is_part = TRUE;
  job->is_vault = g_file_test (key, G_FILE_TEST_EXISTS);
  job->from = from;
  job->length = length;
  job->size = size;
  add_waiter (job, done, done_data);
  g_queue_push_head (&self->parts, job);
}

ParlorBring
parlor_wire_bring_ask (const char *recording, const char *name, gint64 from, gint64 length,
                       ParlorBrought done, gpointer done_data, gpointer user_data)
{
  ParlorWireBring *self = user_data;
  gint64 size = self != NULL ? parlor_away_size (self->record->away, recording, name) : -1;
  if (size < 0)
    return PARLOR_BRING_NOWHERE;
  if (length >= 0 && g_queue_get_length (&self->parts) >= WAITING_MAX)
    return PARLOR_BRING_BUSY;
  if (!bring_whole (self, recording, name, length < 0 ? done : NULL, done_data) && length < 0)
    return PARLOR_BRING_BUSY;
  if (length >= 0)
    bring_part_of (self, recording, name, from, length, size, done, done_data);
  start_next (self);
  return PARLOR_BRING_COMES;
}

static gboolean
is_old (gpointer recording, gpointer look, gpointer now_us)
{
  return ((const Look *)look)->next_us + LOOK_US < *(const gint64 *)now_us;
}

/* The list of a long recording takes a while to read, and this is asked every second. */
static Look *
look_at (ParlorWireBring *self, const char *recording, gint64 now_us)
{
  g_hash_table_foreach_remove (self->looks, is_old, &now_us);
  Look *look = g_hash_table_lookup (self->looks, recording);
  if (look != NULL && now_us < look->next_us)
    return NULL;
  look = g_new0 (Look, 1);
  look->next_us = now_us + LOOK_US;
  g_hash_table_replace (self->looks, g_strdup (recording), look);
  return look;
}

gboolean
parlor_wire_bring_is_here (const char *recording, gpointer user_data)
{
  ParlorWireBring *self = user_data;
  if (self == NULL)
    return TRUE;
  parlor_away_hold (self->record->away, recording);
  Look *look = look_at (self, recording, g_get_monotonic_time ());
  if (look == NULL)
    return FALSE;
  g_autoptr (GPtrArray) missing = parlor_away_missing (self->record->away, recording);
  for (guint i = 0; i < missing->len; i++)
    look->coming += bring_whole (self, recording, missing->pdata[i], NULL, NULL);
  if (missing->len == 0)
    g_hash_table_remove (self->looks, recording);
  start_next (self);
  return missing->len == 0;
}

/* ---- its life -------------------------------------------------------------------------------- */

ParlorWireBring *
parlor_wire_bring_new (uv_loop_t *loop, const ParlorWireRecord *record)
{
  ParlorWireBring *self = g_new0 (ParlorWireBring, 1);
  self->loop = loop;
  self->record = record;
  self->wholes = g_hash_table_new (g_str_hash, g_str_equal);
  self->looks = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  g_queue_init (&self->parts);
  g_queue_init (&self->files);
  return self;
}

static void
give_up (ParlorWireBring *self, GQueue *waiting)
{
  Job *job;
  while ((job = g_queue_pop_head (waiting)) != NULL)
    {
      if (!job->is_part)
        g_hash_table_remove (self->wholes, job->key);
      answer (job);
      job_free (job);
    }
}

void
parlor_wire_bring_free (ParlorWireBring *self)
{
  if (self == NULL)
    return;
  self->is_ending = TRUE;
  parlor_away_quit (self->record->away);
  give_up (self, &self->parts);
  give_up (self, &self->files);
  while (self->working > 0)
    uv_run (self->loop, UV_RUN_ONCE);
  g_hash_table_unref (self->wholes);
  g_hash_table_unref (self->looks);
  g_free (self);
}
