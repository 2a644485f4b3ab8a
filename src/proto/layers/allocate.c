/* SPDX-License-Identifier: Apache-2.0 */
#include "proto/layers/allocate.h"

#define MAX_SLOTS 64
/* The speaker among tiles of one size, not before somebody who fills the page. */
#define SPEAKER_WEIGHT 2

/* One pass over all slots: bounds and what was given out of them. */
typedef struct
{
  ParlorAllocateSlot *slots;
  guint n;
  guint8 order[MAX_SLOTS]; /* by priority */
  guint64 room_bps, used_bps;
} Pass;

static guint
height_of (const ParlorAllocateSlot *slot, guint i)
{
  return slot->layers[i].height > 0 ? slot->layers[i].height : i + 1;
}

static guint64
order_of (const ParlorAllocateSlot *slot, guint i)
{
  return ((guint64)height_of (slot, i) << 8) + slot->layers[i].rank;
}

/* The layer next above (or, for `from` NONE, the lowest) by height that is alive; NONE = there is
 * none. */
static gint
next_above (const ParlorAllocateSlot *slot, gint from)
{
  gint best = PARLOR_ALLOCATE_NONE;

  for (guint i = 0; i < slot->n_layers; i++)
    {
      if (!slot->layers[i].alive
          || (from != PARLOR_ALLOCATE_NONE && order_of (slot, i) <= order_of (slot, (guint)from)))
        continue;
      if (best == PARLOR_ALLOCATE_NONE || order_of (slot, i) < order_of (slot, (guint)best))
        best = (gint)i;
    }
  return best;
}

/* Has it the lines that the page shows? What a tile has already is enough a little longer. */
static gboolean
fills_tile (const ParlorAllocateSlot *slot, gint layer)
{
  guint lines, percent = PARLOR_ALLOCATE_ENOUGH_PERCENT;

  if (layer == PARLOR_ALLOCATE_NONE || slot->wanted_height == 0)
    return FALSE;
  lines = height_of (slot, (guint)layer);
  if (slot->current != PARLOR_ALLOCATE_NONE && height_of (slot, (guint)slot->current) <= lines)
    percent = PARLOR_ALLOCATE_KEPT_PERCENT;
  return (guint64)lines * 100 >= (guint64)slot->wanted_height * percent;
}

static gboolean
has_more_frames_above (const ParlorAllocateSlot *slot, gint layer)
{
  for (guint i = 0; i < slot->n_layers; i++)
    if (slot->layers[i].alive && height_of (slot, i) == height_of (slot, (guint)layer)
        && slot->layers[i].rank > slot->layers[layer].rank)
      return TRUE;
  return FALSE;
}

/* Is there anything to gain above this layer? Not when it fills the tile already, with all frames.
 */
static gboolean
is_enough (const ParlorAllocateSlot *slot, gint layer)
{
  return fills_tile (slot, layer) && !has_more_frames_above (slot, layer);
}

static gboolean
moves (const ParlorAllocateSlot *slot, gint layer)
{
  guint8 fps = slot->layers[layer].fps;

  return fps == 0 || fps >= PARLOR_ALLOCATE_MIN_FPS || !has_more_frames_above (slot, layer);
}

static guint64
bps_of (const ParlorAllocateSlot *slot, gint layer)
{
  return layer == PARLOR_ALLOCATE_NONE ? 0 : slot->layers[layer].bps;
}

/* No bound is the most. */
static guint64
weight_of (const ParlorAllocateSlot *slot)
{
  guint64 lines = slot->wanted_height == 0 ? G_MAXUINT32 : slot->wanted_height;

  return slot->speaker ? lines * SPEAKER_WEIGHT : lines;
}

static gboolean
comes_before (const ParlorAllocateSlot *a, const ParlorAllocateSlot *b)
{
  if (a->screen != b->screen)
    return a->screen;
  return weight_of (a) > weight_of (b);
}

static void
sort_by_priority (Pass *pass)
{
  for (guint i = 0; i < pass->n; i++)
    {
      guint at = i;

      for (; at > 0 && comes_before (&pass->slots[i], &pass->slots[pass->order[at - 1]]); at--)
        pass->order[at] = pass->order[at - 1];
      pass->order[at] = (guint8)i;
    }
}

/* May this step be taken? What is sent already needs to fit; what is new needs some air. */
static gboolean
fits (const Pass *pass, const ParlorAllocateSlot *slot, gint layer, guint64 bound_bps)
{
  guint64 needed_bps = pass->used_bps - bps_of (slot, slot->chosen) + bps_of (slot, layer);
  gboolean has_it = slot->current != PARLOR_ALLOCATE_NONE
                    && order_of (slot, (guint)layer) <= order_of (slot, (guint)slot->current);

  return has_it ? needed_bps <= bound_bps
                : needed_bps * PARLOR_ALLOCATE_RAISE_PERCENT / 100 <= bound_bps;
}

static gboolean
step_up (Pass *pass, ParlorAllocateSlot *slot, guint64 bound_bps)
{
  gint above = next_above (slot, slot->chosen);

  if (above == PARLOR_ALLOCATE_NONE || !fits (pass, slot, above, bound_bps))
    return FALSE;
  pass->used_bps += bps_of (slot, above) - bps_of (slot, slot->chosen);
  slot->chosen = above;
  return TRUE;
}

static void
begin_low (Pass *pass)
{
  for (guint i = 0; i < pass->n; i++)
    pass->slots[i].chosen = PARLOR_ALLOCATE_NONE;
  for (guint i = 0; i < pass->n; i++)
    step_up (pass, &pass->slots[pass->order[i]], pass->room_bps);
}

static void
raise_to_move (Pass *pass)
{
  for (guint i = 0; i < pass->n; i++)
    {
      ParlorAllocateSlot *slot = &pass->slots[pass->order[i]];

      while (slot->chosen != PARLOR_ALLOCATE_NONE && !moves (slot, slot->chosen)
             && step_up (pass, slot, pass->room_bps))
        ;
    }
}

/* Screens, and the first of the cameras: with the fewest frames in which that size is offered. */
static void
raise_first_to_size (Pass *pass)
{
  for (guint i = 0; i < pass->n; i++)
    {
      ParlorAllocateSlot *slot = &pass->slots[pass->order[i]];

      while (slot->chosen != PARLOR_ALLOCATE_NONE && !fills_tile (slot, slot->chosen)
             && step_up (pass, slot, pass->room_bps))
        ;
      if (!slot->screen)
        return;
    }
}

static void
raise_all (Pass *pass, guint64 thrift_bps)
{
  for (guint i = 0; i < pass->n; i++)
    {
      ParlorAllocateSlot *slot = &pass->slots[pass->order[i]];
      guint64 bound_bps = slot->screen ? pass->room_bps : MIN (pass->room_bps, thrift_bps);

      while (slot->chosen != PARLOR_ALLOCATE_NONE && !is_enough (slot, slot->chosen)
             && step_up (pass, slot, bound_bps))
        ;
    }
}

static guint64
choose (Pass *pass, guint64 room_bps, guint32 thrift_bps)
{
  guint64 thrift = thrift_bps == PARLOR_ALLOCATE_NO_BOUND ? G_MAXUINT64 / 128 : thrift_bps;

  pass->room_bps = MIN (room_bps, G_MAXUINT64 / 128);
  pass->used_bps = 0;
  begin_low (pass);
  raise_to_move (pass);
  raise_first_to_size (pass);
  /* A screen is not counted among the crowd. */
  for (guint i = 0; i < pass->n; i++)
    if (pass->slots[i].screen)
      thrift += bps_of (&pass->slots[i], pass->slots[i].chosen);
  raise_all (pass, thrift);
  return pass->used_bps;
}

gboolean
parlor_allocate_is_crowd (guint n_cameras)
{
  return n_cameras > PARLOR_ALLOCATE_CROWD;
}

guint32
parlor_allocate_thrift_bps (guint n_cameras, guint64 sound_bps)
{
  if (!parlor_allocate_is_crowd (n_cameras))
    return PARLOR_ALLOCATE_NO_BOUND;
  return (guint32)(PARLOR_ALLOCATE_CROWD_BPS - MIN (sound_bps, PARLOR_ALLOCATE_CROWD_BPS));
}

guint64
parlor_allocate (ParlorAllocateSlot *slots, guint n, guint64 room_bps, guint32 thrift_bps,
                 guint64 *wanted_bps)
{
  Pass pass = {.slots = slots, .n = n};
  guint64 wanted;

  g_return_val_if_fail (n <= MAX_SLOTS, 0);
  sort_by_priority (&pass);
  wanted = choose (&pass, G_MAXUINT64, thrift_bps);
  for (guint i = 0; i < n; i++)
    slots[i].ideal = slots[i].chosen;
  if (wanted_bps != NULL)
    *wanted_bps = wanted;
  return choose (&pass, room_bps, thrift_bps);
}
