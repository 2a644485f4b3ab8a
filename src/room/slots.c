/* SPDX-License-Identifier: Apache-2.0 */
#include "room/slots.h"

struct _ParlorSlotTable
{
  guint n;
  ParlorSlot slots[]; /* n */
};

ParlorSlotTable *
parlor_slot_table_new (const ParlorSlotInfo *slots, guint n)
{
  g_return_val_if_fail (n <= PARLOR_MAX_SLOTS, NULL);
  ParlorSlotTable *table = g_malloc0 (sizeof *table + n * sizeof *table->slots);
  table->n = n;
  for (guint i = 0; i < n; i++)
    {
      g_strlcpy (table->slots[i].mid, slots[i].mid, PARLOR_MID_SIZE);
      table->slots[i].kind = slots[i].kind;
      table->slots[i].untold = TRUE;
    }
  return table;
}

void
parlor_slot_table_free (ParlorSlotTable *table)
{
  g_free (table);
}

guint
parlor_slot_table_length (const ParlorSlotTable *table)
{
  return table->n;
}

const ParlorSlot *
parlor_slot_table_get (const ParlorSlotTable *table, guint i)
{
  return i < table->n ? &table->slots[i] : NULL;
}

guint
parlor_slot_table_count (const ParlorSlotTable *table, ParlorSlotKind kind)
{
  guint count = 0;
  for (guint i = 0; i < table->n; i++)
    count += table->slots[i].kind == kind;
  return count;
}

static gboolean
same_source (ParlorSourceRef a, ParlorSourceRef b)
{
  return a.endpoint == b.endpoint && (a.endpoint == 0 || a.kind == b.kind);
}

static void
put (ParlorSlotTable *table, guint i, const ParlorSlotWish *wish, ParlorSlotSelect select,
     gpointer user_data)
{
  ParlorSlot *slot = &table->slots[i];
  gboolean changed = !same_source (slot->source, wish->source);
  if (!changed && slot->height == wish->height)
    return;
  slot->source = wish->source;
  slot->height = wish->height;
  if (changed)
    {
      slot->has_rtp = slot->has_clock = FALSE;
      slot->untold = TRUE;
    }
  select (i, wish->source, wish->height, user_data);
}

/* The slot of this kind that holds the source; table->n = none. */
static guint
holder (const ParlorSlotTable *table, ParlorSlotKind kind, ParlorSourceRef source)
{
  for (guint i = 0; i < table->n; i++)
    if (table->slots[i].kind == kind && same_source (table->slots[i].source, source))
      return i;
  return table->n;
}

/* The first `limit` wishes that say something new; returns how many. */
static guint
distinct (const ParlorSlotWish *wishes, guint n, ParlorSlotWish *out, guint limit)
{
  guint found = 0;
  for (guint i = 0; i < n && found < limit; i++)
    {
      guint j = 0;
      while (j < found && !same_source (out[j].source, wishes[i].source))
        j++;
      if (wishes[i].source.endpoint != 0 && j == found)
        out[found++] = wishes[i];
    }
  return found;
}

void
parlor_slot_table_fit (ParlorSlotTable *table, ParlorSlotKind kind, const ParlorSlotWish *wishes,
                       guint n, ParlorSlotSelect select, gpointer user_data)
{
  static const ParlorSlotWish nothing;
  ParlorSlotWish wanted[PARLOR_MAX_SLOTS];
  gboolean kept[PARLOR_MAX_SLOTS] = {FALSE}, placed[PARLOR_MAX_SLOTS] = {FALSE};
  guint limit = parlor_slot_table_count (table, kind);
  guint n_wanted = distinct (wishes, n, wanted, limit);
  for (guint w = 0; w < n_wanted; w++)
    {
      guint i = holder (table, kind, wanted[w].source);
      if (i == table->n)
        continue;
      kept[i] = placed[w] = TRUE;
      put (table, i, &wanted[w], select, user_data);
    }
  guint w = 0;
  for (guint i = 0; i < table->n; i++)
    {
      if (table->slots[i].kind != kind || kept[i])
        continue;
      while (w < n_wanted && placed[w])
        w++;
      put (table, i, w < n_wanted ? &wanted[w++] : &nothing, select, user_data);
    }
}

gboolean
parlor_slot_table_shown (ParlorSlotTable *table, guint i, ParlorSourceRef source, gboolean has_rtp,
                         guint32 rtp_timestamp)
{
  if (i >= table->n)
    return FALSE;
  ParlorSlot *slot = &table->slots[i];
  if (!same_source (slot->source, source))
    {
      if (slot->kind != PARLOR_SLOT_AUDIO)
        return FALSE;
      slot->source = source;
      slot->has_clock = FALSE;
    }
  else if (slot->has_rtp == has_rtp && slot->rtp_timestamp == rtp_timestamp)
    return FALSE;
  slot->has_rtp = has_rtp;
  slot->rtp_timestamp = rtp_timestamp;
  slot->untold = TRUE;
  return TRUE;
}

void
parlor_slot_table_forget (ParlorSlotTable *table, ParlorEndpointId endpoint)
{
  for (guint i = 0; i < table->n; i++)
    if (table->slots[i].kind == PARLOR_SLOT_AUDIO && table->slots[i].source.endpoint == endpoint)
      {
        table->slots[i].source = (ParlorSourceRef){0};
        table->slots[i].has_rtp = table->slots[i].has_clock = FALSE;
        table->slots[i].untold = TRUE;
      }
}

/* What is heard of a person beside what is seen of him, or the other way round; NULL = nothing. */
static ParlorSlot *
companion (ParlorSlotTable *table, const ParlorSlot *slot)
{
  static const ParlorSourceKind companions[PARLOR_N_SOURCES] = {
      [PARLOR_SOURCE_MICROPHONE] = PARLOR_SOURCE_CAMERA,
      [PARLOR_SOURCE_CAMERA] = PARLOR_SOURCE_MICROPHONE,
      [PARLOR_SOURCE_SCREEN] = PARLOR_SOURCE_SCREEN_AUDIO,
      [PARLOR_SOURCE_SCREEN_AUDIO] = PARLOR_SOURCE_SCREEN};
  const ParlorSourceRef wanted = {slot->source.endpoint, companions[slot->source.kind]};
  for (guint i = 0; i < table->n; i++)
    if (same_source (table->slots[i].source, wanted))
      return &table->slots[i];
  return NULL;
}

static guint
tell_clock (ParlorSlotTable *table, ParlorSlot *slot, guint told[2], guint n)
{
  if (!slot->clock_untold)
    return n;
  slot->clock_untold = FALSE;
  told[n] = (guint)(slot - table->slots);
  return n + 1;
}

guint
parlor_slot_table_clock (ParlorSlotTable *table, guint i, guint32 rtp_timestamp, gint64 capture_us,
                         gboolean always, guint told[2])
{
  if (i >= table->n || table->slots[i].source.endpoint == 0)
    return 0;
  ParlorSlot *slot = &table->slots[i], *other = companion (table, slot);
  slot->has_clock = slot->clock_untold = TRUE;
  slot->clock_rtp = rtp_timestamp;
  slot->clock_us = capture_us;
  if (always)
    return tell_clock (table, slot, told, 0);
  if (other == NULL || !other->has_clock)
    return 0;
  return tell_clock (table, other, told, tell_clock (table, slot, told, 0));
}

guint
parlor_slot_table_take_untold (ParlorSlotTable *table, guint indices[PARLOR_MAX_SLOTS])
{
  guint count = 0;
  for (guint i = 0; i < table->n; i++)
    if (table->slots[i].untold)
      {
        table->slots[i].untold = FALSE;
        indices[count++] = i;
      }
  return count;
}

gboolean
parlor_slot_table_has_untold (const ParlorSlotTable *table)
{
  for (guint i = 0; i < table->n; i++)
    if (table->slots[i].untold)
      return TRUE;
  return FALSE;
}

void
parlor_slot_table_untell (ParlorSlotTable *table)
{
  for (guint i = 0; i < table->n; i++)
    table->slots[i].untold = TRUE;
}

static gboolean
contains (const ParlorEndpointId *list, guint n, ParlorEndpointId endpoint)
{
  for (guint i = 0; i < n; i++)
    if (list[i] == endpoint)
      return TRUE;
  return FALSE;
}

/* How tall the page shows this camera. */
static guint
height_of (const ParlorSlotScene *scene, ParlorEndpointId endpoint)
{
  for (guint i = 0; i < scene->n_tiles; i++)
    if (scene->tiles[i].endpoint == endpoint)
      return scene->tiles[i].height;
  return PARLOR_SLOT_DEFAULT_HEIGHT;
}

static void
wish (const ParlorSlotScene *scene, ParlorEndpointId endpoint, ParlorSlotWish *wishes, guint max,
      guint *n)
{
  if (endpoint == 0 || endpoint == scene->self || *n >= max)
    return;
  for (guint i = 0; i < *n; i++)
    if (wishes[i].source.endpoint == endpoint)
      return;
  wishes[(*n)++] = (ParlorSlotWish){.source = {endpoint, PARLOR_SOURCE_CAMERA},
                                    .height = height_of (scene, endpoint)};
}

guint
parlor_slots_cameras (const ParlorSlotScene *scene, ParlorSlotWish *wishes, guint max)
{
  guint n = 0;
  if (scene->has_view && !scene->visible)
    return 0;
  wish (scene, scene->pinned, wishes, max, &n);
  wish (scene, scene->speaker, wishes, max, &n);
  for (guint i = 0; i < scene->n_tiles; i++)
    wish (scene, scene->tiles[i].endpoint, wishes, max, &n);
  for (guint i = 0; !scene->has_view && n < max && i < scene->n_cameras; i++)
    wish (scene, scene->cameras[i], wishes, max, &n);
  return n;
}

ParlorEndpointId
parlor_slots_screen (const ParlorSlotScene *scene)
{
  if (scene->screen != 0 && scene->screen != scene->self
      && contains (scene->screens, scene->n_screens, scene->screen))
    return scene->screen;
  for (guint i = 0; i < scene->n_screens; i++)
    if (scene->screens[i] != scene->self)
      return scene->screens[i];
  return 0;
}

ParlorSourceRef
parlor_slots_stage (const ParlorStageScene *scene)
{
  if (scene->pinned != 0 && contains (scene->cameras, scene->n_cameras, scene->pinned))
    return (ParlorSourceRef){scene->pinned, PARLOR_SOURCE_CAMERA};
  if (scene->screen != 0)
    return (ParlorSourceRef){scene->screen, PARLOR_SOURCE_SCREEN};
  if (scene->speaker != 0 && contains (scene->cameras, scene->n_cameras, scene->speaker))
    return (ParlorSourceRef){scene->speaker, PARLOR_SOURCE_CAMERA};
  if (scene->n_cameras > 0)
    return (ParlorSourceRef){scene->cameras[0], PARLOR_SOURCE_CAMERA};
  return (ParlorSourceRef){0};
}
