/* SPDX-License-Identifier: Apache-2.0 */
#include "proto/layers/allocate.h"

#define MAX_SLOTS 64

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

/* Is there anything to gain above this layer? Not when it fills the tile already, with all frames.
 */
static gboolean
is_enough (const ParlorAllocateSlot *slot, gint layer)
{
  if (layer == PARLOR_ALLOCATE_NONE || slot->wanted_height == 0
      || height_of (slot, (guint)layer) < slot->wanted_height)
    return FALSE;
  for (guint i = 0; i < slot->n_layers; i++)
    if (height_of (slot, i) == height_of (slot, (guint)layer)
        && slot->layers[i].rank > slot->layers[layer].rank)
      return FALSE;
  return TRUE;
}

static guint64
bps_of (const ParlorAllocateSlot *slot, gint layer)
{
  return layer == PARLOR_ALLOCATE_NONE ? 0 : slot->layers[layer].bps;
}

static gboolean
comes_before (const ParlorAllocateSlot *a, const ParlorAllocateSlot *b)
{
  if (a->screen != b->screen)
    return a->screen;
  return (a->wanted_height - 1u) > (b->wanted_height - 1u); /* 0, no bound, is the most */
}

static void
sort_by_priority (ParlorAllocateSlot *slots, guint n, guint8 *order)
{
  for (guint i = 0; i < n; i++)
    {
      guint at = i;

      for (; at > 0 && comes_before (&slots[i], &slots[order[at - 1]]); at--)
        order[at] = order[at - 1];
      order[at] = (guint8)i;
    }
}

/* What the slot would have with all the room there is. */
static gint
ideal (const ParlorAllocateSlot *slot)
{
  gint layer = next_above (slot, PARLOR_ALLOCATE_NONE), above;

  while (!is_enough (slot, layer) && (above = next_above (slot, layer)) != PARLOR_ALLOCATE_NONE)
    layer = above;
  return layer;
}

/* May this step be taken? What is sent already needs to fit; what is new needs some air. */
static gboolean
fits (const ParlorAllocateSlot *slot, gint layer, guint64 used_bps, guint64 room_bps)
{
  guint64 needed_bps = used_bps - bps_of (slot, slot->chosen) + bps_of (slot, layer);
  gboolean has_it = slot->current != PARLOR_ALLOCATE_NONE
                    && order_of (slot, (guint)layer) <= order_of (slot, (guint)slot->current);

  return has_it ? needed_bps <= room_bps
                : needed_bps * PARLOR_ALLOCATE_RAISE_PERCENT / 100 <= room_bps;
}

guint64
parlor_allocate (ParlorAllocateSlot *slots, guint n, guint64 room_bps, guint64 *wanted_bps)
{
  guint8 order[MAX_SLOTS];
  guint64 used_bps = 0, wanted = 0;

  g_return_val_if_fail (n <= MAX_SLOTS, 0);
  sort_by_priority (slots, n, order);
  for (guint i = 0; i < n; i++)
    {
      ParlorAllocateSlot *slot = &slots[order[i]];
      gint lowest = next_above (slot, PARLOR_ALLOCATE_NONE);

      slot->chosen = PARLOR_ALLOCATE_NONE;
      slot->ideal = ideal (slot);
      wanted += bps_of (slot, slot->ideal);
      if (lowest != PARLOR_ALLOCATE_NONE && fits (slot, lowest, used_bps, room_bps))
        slot->chosen = lowest;
      used_bps += bps_of (slot, slot->chosen);
    }
  for (guint i = 0; i < n; i++)
    {
      ParlorAllocateSlot *slot = &slots[order[i]];
      gint above;

      while (slot->chosen != PARLOR_ALLOCATE_NONE && !is_enough (slot, slot->chosen)
             && (above = next_above (slot, slot->chosen)) != PARLOR_ALLOCATE_NONE
             && fits (slot, above, used_bps, room_bps))
        {
          used_bps += bps_of (slot, above) - bps_of (slot, slot->chosen);
          slot->chosen = above;
        }
    }
  if (wanted_bps != NULL)
    *wanted_bps = wanted;
  return used_bps;
}
