/* SPDX-License-Identifier: Apache-2.0 */
#include "live/stagework.h"

typedef struct
{
  ParlorStageJob job;
  guint64 id; /* of the run; 0 = none */
  gint64 first_us, wished_us;
  gint64 started_us;
  gint64 retry_us; /* not before */
  guint ends;      /* in a row */
  gboolean is_full;
} Entry;

struct _ParlorStageWork
{
  guint places;
  GPtrArray *entries; /* owns Entry, in the order of the first wish */
  guint64 last_id;
  guint n_running;
};

ParlorStageWork *
parlor_stage_work_new (guint places)
{
  ParlorStageWork *self = g_new0 (ParlorStageWork, 1);
  self->places = places;
  self->entries = g_ptr_array_new_with_free_func (g_free);
  return self;
}

void
parlor_stage_work_free (ParlorStageWork *self)
{
  if (self == NULL)
    return;
  g_ptr_array_unref (self->entries);
  g_free (self);
}

static gboolean
is_same (const ParlorStageJob *a, const ParlorStageJob *b)
{
  return a->task == b->task && a->endpoint == b->endpoint && a->source == b->source
         && g_strcmp0 (a->room, b->room) == 0;
}

static Entry *
find (const ParlorStageWork *self, const ParlorStageJob *job)
{
  for (guint i = 0; i < self->entries->len; i++)
    if (is_same (&((Entry *)self->entries->pdata[i])->job, job))
      return self->entries->pdata[i];
  return NULL;
}

void
parlor_stage_work_wish (ParlorStageWork *self, const ParlorStageJob *job, gint64 now_us)
{
  Entry *entry = find (self, job);
  if (entry == NULL)
    {
      entry = g_new0 (Entry, 1);
      entry->job = *job;
      entry->first_us = now_us;
      g_ptr_array_add (self->entries, entry);
    }
  entry->wished_us = now_us;
}

static void
stop (ParlorStageWork *self, Entry *entry)
{
  entry->id = 0;
  self->n_running--;
}

static guint
runs_of (const ParlorStageWork *self, const char *room)
{
  guint n = 0;
  for (guint i = 0; i < self->entries->len; i++)
    {
      const Entry *entry = self->entries->pdata[i];
      n += entry->id != 0 && g_strcmp0 (entry->job.room, room) == 0;
    }
  return n;
}

/* Who is wished in this round, may run and does not. */
static gboolean
is_due (const Entry *entry, gint64 now_us)
{
  return entry->id == 0 && entry->wished_us == now_us && now_us >= entry->retry_us;
}

static Entry *
next_due (const ParlorStageWork *self, gint64 now_us)
{
  Entry *best = NULL;
  guint fewest = G_MAXUINT;
  for (guint i = 0; i < self->entries->len; i++)
    {
      Entry *entry = self->entries->pdata[i];
      guint n = is_due (entry, now_us) ? runs_of (self, entry->job.room) : G_MAXUINT;
      if (n < fewest)
        {
          best = entry;
          fewest = n;
        }
    }
  return best;
}

/* One after which nobody asks is forgotten, its ends with it. */
static guint
stop_unwished (ParlorStageWork *self, gint64 now_us, ParlorStageOrder *orders, guint max)
{
  guint n = 0;
  for (guint i = self->entries->len; i-- > 0 && n < max;)
    {
      Entry *entry = self->entries->pdata[i];
      if (now_us - entry->wished_us < PARLOR_STAGE_GRACE_US)
        continue;
      if (entry->id != 0)
        {
          orders[n++] = (ParlorStageOrder){PARLOR_STAGE_STOP, entry->id, entry->job};
          stop (self, entry);
        }
      g_ptr_array_remove_index (self->entries, i);
    }
  return n;
}

static guint
start_due (ParlorStageWork *self, gint64 now_us, ParlorStageOrder *orders, guint max)
{
  guint n = 0;
  Entry *entry;
  while (n < max && self->n_running < self->places && (entry = next_due (self, now_us)) != NULL)
    {
      entry->id = ++self->last_id;
      entry->started_us = now_us;
      self->n_running++;
      orders[n++] = (ParlorStageOrder){PARLOR_STAGE_START, entry->id, entry->job};
    }
  return n;
}

guint
parlor_stage_work_decide (ParlorStageWork *self, gint64 now_us, ParlorStageOrder *orders, guint max)
{
  guint n = stop_unwished (self, now_us, orders, max);
  n += start_due (self, now_us, orders + n, max - n);
  for (guint i = 0; i < self->entries->len; i++)
    {
      Entry *entry = self->entries->pdata[i];
      entry->is_full = is_due (entry, now_us) && self->n_running >= self->places;
    }
  return n;
}

void
parlor_stage_work_ended (ParlorStageWork *self, guint64 id, gint64 now_us)
{
  for (guint i = 0; id != 0 && i < self->entries->len; i++)
    {
      Entry *entry = self->entries->pdata[i];
      if (entry->id != id)
        continue;
      if (now_us - entry->started_us >= PARLOR_STAGE_GOOD_US)
        entry->ends = 0;
      gint64 wait_us = PARLOR_STAGE_RETRY_US << MIN (entry->ends, 10);
      entry->retry_us = now_us + MIN (wait_us, PARLOR_STAGE_RETRY_MAX_US);
      entry->ends++;
      stop (self, entry);
      return;
    }
}

ParlorStageState
parlor_stage_work_state (const ParlorStageWork *self, const ParlorStageJob *job)
{
  const Entry *entry = find (self, job);
  if (entry == NULL)
    return PARLOR_STAGE_IDLE;
  if (entry->is_full)
    return PARLOR_STAGE_FULL;
  if (entry->id == 0 && entry->ends >= PARLOR_STAGE_FAILS)
    return PARLOR_STAGE_FAILING;
  return PARLOR_STAGE_RUNNING;
}

gboolean
parlor_stage_work_has_place (const ParlorStageWork *self)
{
  return self->n_running < self->places;
}

guint
parlor_stage_work_running (const ParlorStageWork *self)
{
  return self->n_running;
}

guint
parlor_stage_work_waiting (const ParlorStageWork *self)
{
  guint n = 0;
  for (guint i = 0; i < self->entries->len; i++)
    n += ((const Entry *)self->entries->pdata[i])->is_full;
  return n;
}
