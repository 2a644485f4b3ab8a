/* SPDX-License-Identifier: Apache-2.0 */
#include "live/stagepace.h"

/* Bits as a browser's camera takes for these sizes. */
static const ParlorStageLevel levels[] = {
    {720, 30, 1800000}, {540, 30, 1100000}, {360, 30, 700000},
    {360, 15, 450000},  {240, 15, 250000},  {180, 8, 120000},
};

/* After a change it has so long to show what it does. */
#define SETTLE_US (2 * G_GINT64_CONSTANT (1000000))
/* The next level up takes up to twice as much. */
#define ROOM_PERCENT 45

struct _ParlorStagePace
{
  guint cap_percent;
  guint level;
  gint64 cpu_us, looked_us; /* at the last look */
  gint64 changed_us;
  gint64 calm_us; /* since when there is room; 0 = there is none */
  gint64 up_us;   /* so long it has to last */
  gboolean raised;
};

ParlorStagePace *
parlor_stage_pace_new (guint cap_percent, gint64 now_us)
{
  ParlorStagePace *self = g_new0 (ParlorStagePace, 1);
  self->cap_percent = CLAMP (cap_percent, 10, 400);
  self->looked_us = self->changed_us = now_us;
  self->up_us = PARLOR_STAGE_UP_US;
  return self;
}

void
parlor_stage_pace_free (ParlorStagePace *self)
{
  g_free (self);
}

static gboolean
change (ParlorStagePace *self, guint level, gint64 now_us)
{
  self->raised = level < self->level;
  self->level = level;
  self->changed_us = now_us;
  self->calm_us = 0;
  return TRUE;
}

static gboolean
go_down (ParlorStagePace *self, gint64 now_us)
{
  self->calm_us = 0;
  if (now_us - self->changed_us < SETTLE_US || self->level + 1 >= G_N_ELEMENTS (levels))
    return FALSE;
  if (self->raised && now_us - self->changed_us < PARLOR_STAGE_UP_US)
    self->up_us = MIN (self->up_us * 2, PARLOR_STAGE_UP_MAX_US);
  return change (self, self->level + 1, now_us);
}

static gboolean
go_up (ParlorStagePace *self, gint64 now_us)
{
  if (self->calm_us == 0)
    self->calm_us = now_us;
  return self->level > 0 && now_us - self->calm_us >= self->up_us
         && change (self, self->level - 1, now_us);
}

gboolean
parlor_stage_pace_look (ParlorStagePace *self, gint64 cpu_us, gint64 late_us, gint64 now_us)
{
  gint64 elapsed_us = now_us - self->looked_us;
  if (elapsed_us <= 0)
    return FALSE;
  gint64 percent = (cpu_us - self->cpu_us) * 100 / elapsed_us;
  self->cpu_us = cpu_us;
  self->looked_us = now_us;
  if (percent > self->cap_percent || late_us > PARLOR_STAGE_LATE_US)
    return go_down (self, now_us);
  if (percent * 100 <= (gint64)self->cap_percent * ROOM_PERCENT
      && late_us < PARLOR_STAGE_LATE_US / 2)
    return go_up (self, now_us);
  self->calm_us = 0;
  return FALSE;
}

const ParlorStageLevel *
parlor_stage_pace_level (const ParlorStagePace *self)
{
  return &levels[self->level];
}

void
parlor_stage_level_size (const ParlorStageLevel *level, guint width, guint height, guint *out_width,
                         guint *out_height)
{
  guint side = MIN (width, height);
  guint64 lines = side > level->lines ? level->lines : MAX (side, 2);
  *out_width = (guint)MAX (2, (width * lines / MAX (side, 2)) & ~1u);
  *out_height = (guint)MAX (2, (height * lines / MAX (side, 2)) & ~1u);
}
