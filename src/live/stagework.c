/* SPDX-License-Identifier: Apache-2.0 */
#include "live/stagework.h"

typedef struct
{
  ParlorStageJob job;
  guint64 id; /* of the run; 0 = none */
  gint64 first_us, wished_us;
  ParlorStageNeed need; /* of the last round in which it was wished */
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
parlor_stage_work_wish (ParlorStageWork *self, const ParlorStageJob *job, ParlorStageNeed need,
                        gint64 now_us)
{
  Entry *entry = find (self, job);
  if (entry == NULL)
    {
      entry = g_new0 (Entry, 1);
      entry->job = *job;
      entry->first_us = now_us;
      g_ptr_array_add (self->entries, entry);
    }
  entry->need = entry->wished_us == now_us ? MAX (entry->need, need) : need;
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

/* Whether that one is to be started rather than the other; who waits longest stands first. */
static gboolean
goes_before (const ParlorStageWork *self, const Entry *entry, const Entry *other)
{
  if (entry->need != other->need)
    return entry->need > other->need;
  return runs_of (self, entry->job.room) < runs_of (self, other->job.room);
}

static Entry *
next_due (const ParlorStageWork *self, gint64 now_us)
{
  Entry *best = NULL;
  for (guint i = 0; i < self->entries->len; i++)
    {
      Entry *entry = self->entries->pdata[i];
      if (is_due (entry, now_us) && (best == NULL || goes_before (self, entry, best)))
        best = entry;
    }
  return best;
}

/* A run that gives up its place to something needed, NULL = there is none: the youngest of those
 * that only make a picture nicer. */
static Entry *
next_to_yield (const ParlorStageWork *self)
{
  Entry *best = NULL;
  for (guint i = 0; i < self->entries->len; i++)
    {
      Entry *entry = self->entries->pdata[i];
      if (entry->id != 0 && entry->need == PARLOR_STAGE_NICER
          && (best == NULL || entry->id > best->id))
        best = entry;
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
yield_to_needed (ParlorStageWork *self, gint64 now_us, ParlorStageOrder *orders, guint max)
{
  guint n = 0;
  for (guint i = 0; i < self->entries->len; i++)
    {
      const Entry *entry = self->entries->pdata[i];
      n += entry->need == PARLOR_STAGE_NEEDED && is_due (entry, now_us);
    }
  guint free_places = self->places - MIN (self->n_running, self->places), yielded = 0;
  Entry *loser;
  while (yielded < max && n > free_places + yielded && (loser = next_to_yield (self)) != NULL)
    {
      orders[yielded++] = (ParlorStageOrder){PARLOR_STAGE_STOP, loser->id, loser->job};
      stop (self, loser);
    }
  return yielded;
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
  n += yield_to_needed (self, now_us, orders + n, max - n);
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
  return self->n_running < self->places || next_to_yield (self) != NULL;
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
