/* SPDX-License-Identifier: Apache-2.0 */
#include "router/allocation.h"

#include "base/time.h"
#include "proto/layers/allocate.h"
#include "router/audioroom.h"
#include "router/estimate.h"
#include "router/internal.h"
#include "router/layered.h"
#include "router/slot.h"
#include "router/source.h"

/* A raise that did not last so long was one too many: the next is put off, each time twice as long.
 */
#define RAISE_HELD_US (8 * PARLOR_US_PER_SEC)
#define RAISE_WAIT_MIN_US PARLOR_US_PER_SEC
#define RAISE_WAIT_MAX_US (30 * PARLOR_US_PER_SEC)
/* What repeats may take of the estimate, at most: beyond it they are bounded by their own budget.
 */
#define REPEATS_MAX 0.3

/* Rates of layers tremble. */
#define AIR_BPS (50 * 1000)
/* Of the room, what a screen that moves leaves to nobody else. */
#define SCREEN_PERCENT 85

/* Of a larger layer fewer frames than this are worth less than a smaller one with all of them. */
#define LARGE_MIN_FPS 12

/* Something that a slot may be given. */
typedef struct
{
  ParlorLayer *layer; /* NULL = nothing */
  guint height;
  guint8 spatial, temporal;
} Choice;

/* One receiver's choice in the making. */
typedef struct
{
  ParlorAllocateSlot slots[PARLOR_ROUTER_MAX_SLOTS];
  ParlorSlot *of[PARLOR_ROUTER_MAX_SLOTS];
  Choice choices[PARLOR_ROUTER_MAX_SLOTS][PARLOR_ALLOCATE_MAX_LAYERS];
  guint n;
} Table;

static void
add_choice (Table *table, const Choice *choice, guint32 bps, guint8 fps)
{
  ParlorAllocateSlot *row = &table->slots[table->n];
  const ParlorSlot *slot = table->of[table->n];
  guint i = row->n_layers;

  if (i == PARLOR_ALLOCATE_MAX_LAYERS)
    return;
  row->n_layers++;
  row->layers[i] = (ParlorAllocateLayer){
      .bps = bps, .height = choice->height, .rank = choice->temporal, .fps = fps, .alive = TRUE};
  table->choices[table->n][i] = *choice;
  if (slot->target == choice->layer && slot->max_temporal == choice->temporal
      && slot->max_spatial == choice->spatial)
    row->current = (gint)i;
}

static void
add_layer (Table *table, ParlorLayer *layer, guint8 temporal)
{
  const Choice choice = {
      .layer = layer, .height = parlor_layer_height (layer), .temporal = temporal};

  add_choice (table, &choice, parlor_layer_temporal_bps (layer, temporal),
              parlor_layer_fps (layer, temporal));
}

static guint8
top_temporal (const ParlorLayered *layered, guint8 spatial)
{
  guint8 top = 0;

  for (guint t = 0; t < parlor_layered_n_targets (layered); t++)
    {
      ParlorLayeredTarget target = parlor_layered_target (layered, t);

      if (target.spatial == spatial && target.active)
        top = MAX (top, target.temporal);
    }
  return top;
}

/* Of a stream with several layers each of its decode targets, as layers of a simulcast would be. */
static void
add_targets (Table *table, ParlorLayer *layer, gboolean crowd)
{
  for (guint t = 0; t < parlor_layered_n_targets (layer->layered); t++)
    {
      ParlorLayeredTarget target = parlor_layered_target (layer->layered, t);
      gboolean all = target.temporal == top_temporal (layer->layered, target.spatial);
      guint8 fps = (guint8)MIN ((target.mfps + 500) / 1000, G_MAXUINT8);
      const Choice choice = {.layer = layer,
                             .height = target.height,
                             .spatial = target.spatial,
                             .temporal = all ? PARLOR_TEMPORAL_ALL : target.temporal};

      if (target.active && (all || target.spatial == 0 || (crowd && fps >= LARGE_MIN_FPS)))
        add_choice (table, &choice, target.bps, fps);
    }
}

/* The room's dominant speaker comes from the same transport as this camera. */
static gboolean
is_speakers (const ParlorSource *source, ParlorTransportId speaker)
{
  return speaker != 0 && source->config.transport == speaker;
}

static ParlorTransportId
find_speaker (const ParlorTransport *self)
{
  const ParlorSource *voice = self->room != NULL ? parlor_audio_room_dominant (self->room) : NULL;

  return voice != NULL ? voice->config.transport : 0;
}

/* Of a crowd, larger layers are offered with fewer frames too. Else only the lowest one is: above
   it a smaller picture is better. */
static void
add_temporals (Table *table, ParlorLayer *layer, gboolean lowest, gboolean crowd)
{
  guint8 top = parlor_layer_top_temporal (layer);

  for (guint8 t = 0; t < top && (lowest || crowd); t++)
    if (lowest || parlor_layer_fps (layer, t) >= LARGE_MIN_FPS)
      add_layer (table, layer, t);
}

static void
add_slot (Table *table, ParlorSlot *slot, ParlorTransportId speaker, gboolean crowd, gint64 now_us)
{
  ParlorSource *source = slot->source;
  ParlorAllocateSlot *row = &table->slots[table->n];
  ParlorLayer *offered[PARLOR_ROUTER_MAX_LAYERS], *lowest = NULL;
  guint n = 0;

  *row = (ParlorAllocateSlot){.screen = slot->config.screen,
                              .speaker = is_speakers (source, speaker),
                              .wanted_height = slot->height,
                              .current = PARLOR_ALLOCATE_NONE};
  table->of[table->n] = slot;
  for (guint i = 0; i < source->n_layers; i++)
    {
      ParlorLayer *layer = &source->layers[i];

      if (source->n_layers > 1 && !parlor_layer_arrives (layer, now_us)
          && !parlor_layer_may_come (layer, now_us))
        continue;
      offered[n++] = layer;
      if (lowest == NULL || parlor_layer_height (layer) < parlor_layer_height (lowest))
        lowest = layer;
    }
  for (guint i = 0; i < n; i++)
    {
      if (offered[i]->layered != NULL && parlor_layered_n_targets (offered[i]->layered) > 0)
        {
          add_targets (table, offered[i], crowd);
          continue;
        }
      add_layer (table, offered[i], PARLOR_TEMPORAL_ALL);
      add_temporals (table, offered[i], offered[i] == lowest, crowd);
    }
  table->n++;
}

/* A camera slot that is full counts, whether its layer comes or not. */
static guint
count_cameras (const ParlorTransport *self)
{
  guint n = 0;

  for (guint i = 0; i < self->n_slots; i++)
    n += self->slots[i] != NULL && !self->slots[i]->config.audio && !self->slots[i]->config.screen
         && self->slots[i]->source != NULL;
  return n;
}

static void
fill_table (Table *table, const ParlorTransport *self, guint n_cameras, gint64 now_us)
{
  ParlorTransportId speaker = find_speaker (self);
  gboolean crowd = parlor_allocate_is_crowd (n_cameras);

  table->n = 0;
  for (guint i = 0; i < self->n_slots; i++)
    if (self->slots[i] != NULL && !self->slots[i]->config.audio && self->slots[i]->source != NULL)
      add_slot (table, self->slots[i], speaker, crowd, now_us);
}

static guint64
sound_bps (const ParlorTransport *self)
{
  guint64 bps = 0;

  for (guint i = 0; i < self->n_slots; i++)
    if (self->slots[i] != NULL && self->slots[i]->config.audio && self->slots[i]->source != NULL)
      bps += self->slots[i]->source->layers[0].bps;
  return bps;
}

/* What pictures may take. Nobody is paused before the path has shown a bound. */
static guint64
room_bps (ParlorTransport *self, guint64 sound, gboolean *bounded)
{
  ParlorBweView view = {.target_bps = PARLOR_ESTIMATE_START_BPS};

  *bounded = FALSE;
  if (self->bwe != NULL)
    {
      parlor_bwe_view (self->bwe, &view);
      *bounded = view.overuses > 0 || view.state == PARLOR_BWE_OVERUSE || view.remb_bps > 0
                 || view.state == PARLOR_BWE_LOSS_LIMITED;
    }
  self->allocated_bps = view.target_bps;
  if (view.target_bps <= sound)
    return 0;
  return (guint64)((double)(view.target_bps - sound) * (1 - MIN (view.loss, REPEATS_MAX)));
}

/* The estimate that would let everything be chosen: what is looked for must be worth finding. */
static guint64
needed_bps (const ParlorTransport *self, guint64 wanted, guint64 sound)
{
  ParlorBweView view = {0};

  if (self->bwe != NULL)
    parlor_bwe_view (self->bwe, &view);
  return sound
         + (guint64)(((double)wanted * PARLOR_ALLOCATE_RAISE_PERCENT / 100.0 + AIR_BPS)
                     / (1 - MIN (view.loss, REPEATS_MAX)));
}

static guint64
order_of (const Choice *choice)
{
  return choice->layer == NULL ? 0 : ((guint64)choice->height << 8) + choice->temporal;
}

static Choice
choice_of (const ParlorSlot *slot)
{
  return (Choice){.layer = slot->target,
                  .height = slot->target_height,
                  .spatial = slot->max_spatial,
                  .temporal = slot->max_temporal};
}

static void
put_off_raises (ParlorSlot *slot, gint64 now_us)
{
  gboolean too_early = slot->raised_us > 0 && now_us - slot->raised_us < RAISE_HELD_US;

  slot->raise_wait_us = too_early
                            ? CLAMP (2 * slot->raise_wait_us, RAISE_WAIT_MIN_US, RAISE_WAIT_MAX_US)
                            : RAISE_WAIT_MIN_US;
  slot->raise_us = now_us + slot->raise_wait_us;
}

/* short_of_room: the path takes less than the page shows. FALSE: a raise that has to wait. A
 * smaller tile, or a layer that its publisher left out, says nothing of the path. */
static gboolean
note_change (ParlorSlot *slot, const Choice *choice, gboolean bounded, gboolean short_of_room,
             gint64 now_us)
{
  const Choice present = choice_of (slot);
  guint64 before = order_of (&present), after = order_of (choice);

  if (after == before)
    return TRUE;
  if (after > before && now_us < slot->raise_us && (slot->target != NULL || bounded))
    {
      slot->transport->allocate_us = MIN (slot->transport->allocate_us, slot->raise_us);
      return FALSE;
    }
  if (after < before && bounded && short_of_room)
    put_off_raises (slot, now_us);
  else if (after > before)
    slot->raised_us = now_us;
  return TRUE;
}

static void
set_target (ParlorSlot *slot, const Choice *choice, gboolean at_once, gint64 now_us)
{
  ParlorLayer *before = slot->target, *layer = choice->layer;
  /* What it has now does not fit. */
  gboolean stops = layer == NULL || (at_once && slot->layer != NULL && slot->layer != layer);

  slot->target = layer;
  slot->target_height = choice->height;
  slot->max_spatial = choice->spatial;
  slot->max_temporal = choice->temporal;
  if (stops)
    slot->layer = NULL;
  if (layer == NULL || (layer == before && !stops))
    return;
  if (slot->layer == NULL)
    parlor_slot_begin (slot, now_us);
  else if (layer != slot->layer)
    parlor_layer_want_key_frame (layer, PARLOR_LAYER_PLI_PATIENT_US, PARLOR_KEY_LAYER);
}

static gboolean
is_overused (const ParlorTransport *self)
{
  ParlorBweView view;

  if (self->bwe == NULL)
    return FALSE;
  parlor_bwe_view (self->bwe, &view);
  return view.state == PARLOR_BWE_OVERUSE;
}

/* A screen in one size is still most of the time, and a turned page comes at once: what it takes
   then is spread by the pacer, and is no reason to look at anything else in its place. */
static void
leave_to_pacer (ParlorAllocateSlot *row, guint64 room)
{
  if (row->screen && row->n_layers == 1)
    row->layers[0].bps = (guint32)MIN (row->layers[0].bps, room * SCREEN_PERCENT / 100);
}

static gint
lowest_of (const Table *table, guint n)
{
  gint lowest = PARLOR_ALLOCATE_NONE;

  for (guint i = 0; i < table->slots[n].n_layers; i++)
    if (lowest == PARLOR_ALLOCATE_NONE
        || order_of (&table->choices[n][i]) < order_of (&table->choices[n][lowest]))
      lowest = (gint)i;
  return lowest;
}

/* A shared screen, and a picture that is the only one, are not paused: they come as a still now and
   then (decision 0030). */
static gboolean
is_kept (const Table *table, guint n)
{
  return table->slots[n].screen || table->n == 1;
}

static void
take_choice (Table *table, guint n, gboolean bounded, gboolean overused, gint64 now_us)
{
  ParlorSlot *slot = table->of[n];
  gint chosen = table->slots[n].chosen;
  Choice choice = {0};

  if (chosen == PARLOR_ALLOCATE_NONE && (!bounded || is_kept (table, n)))
    {
      chosen = lowest_of (table, n);
      slot->transport->overfull |= bounded && chosen != PARLOR_ALLOCATE_NONE;
    }
  if (chosen != PARLOR_ALLOCATE_NONE)
    choice = table->choices[n][chosen];
  if (note_change (slot, &choice, bounded, chosen != table->slots[n].ideal, now_us))
    set_target (slot, &choice, overused, now_us);
}

/* A slot that only waits until a raise may be tried again counts too: the path made it wait. */
static void
count_limited (ParlorTransport *self, const Table *table, gboolean bounded)
{
  ParlorRouterCounters *counters = &self->router->counters;
  guint8 n_reduced = 0, n_paused = 0;

  for (guint i = 0; bounded && i < table->n; i++)
    {
      const ParlorSlot *slot = table->of[i];
      const Choice present = choice_of (slot);
      gint ideal = table->slots[i].ideal;

      if (ideal == PARLOR_ALLOCATE_NONE)
        continue;
      if (slot->target == NULL)
        n_paused++;
      else if (order_of (&present) < order_of (&table->choices[i][ideal]))
        n_reduced++;
    }
  counters->slots_reduced += (guint32)n_reduced - self->n_reduced;
  counters->slots_paused += (guint32)n_paused - self->n_paused;
  self->n_reduced = n_reduced;
  self->n_paused = n_paused;
}

void
parlor_allocation_run (ParlorTransport *self, gint64 now_us)
{
  guint64 sound = sound_bps (self), wanted, room;
  gboolean bounded, overused = is_overused (self);
  guint n_cameras = count_cameras (self);
  Table table;

  self->allocate_us = PARLOR_NEVER_US;
  self->overfull = FALSE;
  fill_table (&table, self, n_cameras, now_us);
  room = room_bps (self, sound, &bounded);
  for (guint i = 0; i < table.n; i++)
    leave_to_pacer (&table.slots[i], room);
  parlor_allocate (table.slots, table.n, room, parlor_allocate_thrift_bps (n_cameras, sound),
                   &wanted);
  for (guint i = 0; i < table.n; i++)
    take_choice (&table, i, bounded, overused, now_us);
  count_limited (self, &table, bounded);
  parlor_estimate_set_wanted (self, needed_bps (self, wanted, sound), now_us);
}

void
parlor_allocation_mark (ParlorTransport *self)
{
  self->allocate_us = 0;
  parlor_router_mark_transport (self->router, self);
}
