/* SPDX-License-Identifier: Apache-2.0 */
#include "proto/layers/svc.h"
#include <string.h>

enum
{
  UNKNOWN, /* not seen: it may still come */
  FORWARDED,
  LEFT_OUT,
};

void
parlor_svc_init (ParlorSvc *self)
{
  *self = (ParlorSvc){.target = PARLOR_SVC_NO_TARGET,
                      .told = PARLOR_SVC_NO_TARGET,
                      .spatial = G_MAXUINT8,
                      .temporal = G_MAXUINT8};
}

void
parlor_svc_want (ParlorSvc *self, guint spatial, guint temporal)
{
  if (self->spatial == spatial && self->temporal == temporal)
    return;
  self->spatial = (guint8)MIN (spatial, G_MAXUINT8);
  self->temporal = (guint8)MIN (temporal, G_MAXUINT8);
  self->blocked = 0;
}

void
parlor_svc_set_active (ParlorSvc *self, guint32 active_targets)
{
  self->active = active_targets;
  self->has_active = TRUE;
}

/* --- what became of frames ------------------------------------------------------------------- */

static guint
fate_of (const ParlorSvc *self, gint64 frame)
{
  guint at = (guint)(frame % PARLOR_SVC_FRAMES);
  if (frame <= self->highest - PARLOR_SVC_FRAMES || frame > self->highest)
    return UNKNOWN;
  return (self->fates[at / 4] >> (at % 4 * 2)) & 3;
}

static void
set_fate (ParlorSvc *self, gint64 frame, guint fate)
{
  guint at = (guint)(frame % PARLOR_SVC_FRAMES);
  self->fates[at / 4] = (guint8)((self->fates[at / 4] & ~(3u << (at % 4 * 2)))
                                 | fate << (at % 4 * 2));
}

/* The frame number without wrap, and the window moved on to it. The first is far from zero. */
static gint64
arrive (ParlorSvc *self, guint16 number)
{
  gint64 frame = self->highest == 0 ? number + 0x10000
                                    : self->highest + (gint16)(guint16)(number - self->highest);
  if (self->highest == 0 || frame - self->highest >= PARLOR_SVC_FRAMES)
    {
      memset (self->fates, 0, sizeof self->fates);
      self->highest = frame;
    }
  while (self->highest < frame)
    set_fate (self, ++self->highest, UNKNOWN);
  return frame;
}

typedef enum
{
  REFERENCES_THERE,
  REFERENCES_OPEN, /* some were not seen yet */
  REFERENCES_GONE, /* some were left out: it cannot be decoded */
} References;

static References
references_of (const ParlorSvc *self, const ParlorDd *dd, gint64 frame)
{
  References result = REFERENCES_THERE;
  for (guint i = 0; i < dd->frame.n_fdiffs; i++)
    switch (fate_of (self, frame - dd->frame.fdiffs[i]))
      {
      case LEFT_OUT:
        return REFERENCES_GONE;
      case UNKNOWN:
        result = REFERENCES_OPEN;
        break;
      default:
        break;
      }
  return result;
}

/* --- which target ---------------------------------------------------------------------------- */

static gboolean
is_active (const ParlorSvc *self, guint target)
{
  return !self->has_active || ((self->active >> target) & 1) != 0;
}

/* A better picture counts more than more of them a second. */
static guint
rank_of (const ParlorDdStructure *s, guint target)
{
  return s->target_spatial[target] * 8u + s->target_temporal[target];
}

static gboolean
is_wished (const ParlorSvc *self, const ParlorDdStructure *s, guint target)
{
  return is_active (self, target) && s->target_spatial[target] <= self->spatial
         && s->target_temporal[target] <= self->temporal;
}

static gint
wanted_target (const ParlorSvc *self, const ParlorDdStructure *s)
{
  gint best = PARLOR_SVC_NO_TARGET;
  for (guint t = 0; t < s->n_targets; t++)
    if (is_wished (self, s, t) && (best < 0 || rank_of (s, t) > rank_of (s, (guint)best)))
      best = (gint)t;
  return best;
}

/* All frames of `inner` belong to `outer` too: its references have all been forwarded. */
static gboolean
is_within (const ParlorDdStructure *s, guint inner, guint outer)
{
  for (guint i = 0; i < s->n_templates; i++)
    if (s->templates[i].dtis[inner] != PARLOR_DTI_NOT_PRESENT
        && s->templates[i].dtis[outer] == PARLOR_DTI_NOT_PRESENT)
      return FALSE;
  return TRUE;
}

static void
go_over (ParlorSvc *self, gint target, ParlorSvcOut *out)
{
  out->switched = target != self->target;
  self->target = (gint8)target;
  self->blocked = 0;
}

/* With a key frame anything may begin. */
static void
begin_with_key_frame (ParlorSvc *self, const ParlorDdStructure *s, ParlorSvcOut *out)
{
  gint wanted = wanted_target (self, s);
  self->told = PARLOR_SVC_NO_TARGET;
  if (wanted >= 0)
    go_over (self, wanted, out);
}

/* On the way up each step counts: with the frames of a picture the next layer comes into reach. */
static gint
step_up (const ParlorSvc *self, const ParlorDdStructure *s, const ParlorDd *dd, gint wanted)
{
  gint best = dd->frame.dtis[wanted] == PARLOR_DTI_SWITCH ? wanted : PARLOR_SVC_NO_TARGET;
  for (guint t = 0; t < s->n_targets; t++)
    if (is_wished (self, s, t) && dd->frame.dtis[t] == PARLOR_DTI_SWITCH
        && rank_of (s, t) > rank_of (s, (guint)self->target)
        && (best < 0 || rank_of (s, t) > rank_of (s, (guint)best)))
      best = (gint)t;
  return best;
}

static void
look_for_change (ParlorSvc *self, const ParlorDdStructure *s, const ParlorDd *dd, gint64 frame,
                 gboolean new_picture, ParlorSvcOut *out)
{
  gint wanted = wanted_target (self, s), step;
  if (wanted < 0 || wanted == self->target)
    return;
  if (is_within (s, (guint)wanted, (guint)self->target))
    {
      if (new_picture)
        go_over (self, wanted, out);
      return;
    }
  step = step_up (self, s, dd, wanted);
  if (!dd->first_in_frame || step < 0)
    return;
  if (references_of (self, dd, frame) == REFERENCES_THERE)
    go_over (self, step, out);
  else
    self->blocked++;
}

/* --- packets --------------------------------------------------------------------------------- */

static void
take_active (ParlorSvc *self, const ParlorDd *dd)
{
  if (!dd->has_active)
    return;
  self->active = dd->active_targets;
  self->has_active = TRUE;
}

/* A new picture, not a late packet of an old one. */
static gboolean
begins_picture (ParlorSvc *self, guint32 timestamp)
{
  if (self->has_picture && (gint32)(timestamp - self->timestamp) <= 0)
    return FALSE;
  self->has_picture = TRUE;
  self->timestamp = timestamp;
  return TRUE;
}

static guint
decide (ParlorSvc *self, const ParlorDd *dd, gint64 frame)
{
  if (self->target < 0 || dd->frame.dtis[self->target] == PARLOR_DTI_NOT_PRESENT)
    return LEFT_OUT;
  return references_of (self, dd, frame) == REFERENCES_GONE ? LEFT_OUT : FORWARDED;
}

/* What the receiver is to be told of: the targets that have no more than its own. */
static void
tell_active (ParlorSvc *self, const ParlorDdStructure *s, const ParlorDd *dd, ParlorSvcOut *out)
{
  for (guint t = 0; t < s->n_targets; t++)
    if (is_active (self, t) && is_within (s, t, (guint)self->target))
      out->active_targets |= 1u << t;
  out->tell_active = dd->has_structure || dd->has_active || self->told != self->target;
  /* All packets of the first frame say it: each of them may be the one that is lost. */
  if (dd->last_in_frame)
    self->told = self->target;
}

void
parlor_svc_packet (ParlorSvc *self, const ParlorDdStructure *structure, const ParlorDd *dd,
                   guint32 timestamp, gboolean marker, ParlorSvcOut *out)
{
  gint64 frame = arrive (self, dd->frame_number);
  gboolean new_picture = begins_picture (self, timestamp);
  guint fate = fate_of (self, frame);

  *out = (ParlorSvcOut){0};
  take_active (self, dd);
  if (self->target >= structure->n_targets)
    self->target = PARLOR_SVC_NO_TARGET;
  if (fate == UNKNOWN && dd->key_frame)
    begin_with_key_frame (self, structure, out);
  else if (fate == UNKNOWN && self->target >= 0)
    look_for_change (self, structure, dd, frame, new_picture, out);
  if (fate == UNKNOWN && frame > self->highest - PARLOR_SVC_FRAMES)
    set_fate (self, frame, fate = decide (self, dd, frame));
  out->forward = fate == FORWARDED && self->target >= 0;
  if (!out->forward)
    return;
  out->marker = marker
                || (dd->last_in_frame
                    && dd->frame.spatial == structure->target_spatial[self->target]);
  tell_active (self, structure, dd, out);
}

gboolean
parlor_svc_layers (const ParlorSvc *self, const ParlorDdStructure *structure, guint *spatial,
                   guint *temporal)
{
  if (self->target < 0 || self->target >= structure->n_targets)
    return FALSE;
  *spatial = structure->target_spatial[self->target];
  *temporal = structure->target_temporal[self->target];
  return TRUE;
}

gboolean
parlor_svc_needs_key_frame (const ParlorSvc *self)
{
  return self->blocked >= PARLOR_SVC_TRIES;
}
