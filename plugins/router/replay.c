/* SPDX-License-Identifier: Apache-2.0 */
#include "router/replay.h"

#include "base/time.h"
#include "router/gop.h"
#include "router/layered.h"
#include "router/sender.h"
#include "router/slot.h"
#include "router/source.h"

/* Longer than this a newcomer shall not see the past run by: rather a still, and a key frame. */
#define REPLAY_MAX_US (700 * PARLOR_US_PER_MS)
/* Of its timestamps, a packet: 1 ms, as little as keeps frames apart. */
#define REPLAY_STEP 90

/* A group of pictures that is kept. */
typedef struct
{
  ParlorLayer *layer;
  const ParlorGop *gop;
  guint height;
  guint8 spatial; /* of a stream with several layers */
} Kept;

typedef struct
{
  Kept all[PARLOR_ROUTER_MAX_LAYERS * PARLOR_LAYERED_SPATIALS];
  guint n;
} KeptList;

static guint
wished_height (const ParlorSlot *slot)
{
  return slot->target->layered != NULL ? slot->target_height : parlor_layer_height (slot->target);
}

static guint
spatial_height (const ParlorLayered *layered, guint spatial)
{
  for (guint t = 0; t < parlor_layered_n_targets (layered); t++)
    {
      ParlorLayeredTarget target = parlor_layered_target (layered, t);

      if (target.spatial == spatial)
        return target.height;
    }
  return 0;
}

static void
add (KeptList *list, ParlorLayer *layer, const ParlorGop *gop, guint height, guint8 spatial)
{
  if (gop != NULL && parlor_gop_kind (gop) != PARLOR_GOP_NONE)
    list->all[list->n++] = (Kept){layer, gop, height, spatial};
}

/* Up to the wished size. */
static void
list_kept (const ParlorSlot *slot, KeptList *list)
{
  guint wished = wished_height (slot);

  list->n = 0;
  for (guint i = 0; i < slot->source->n_layers; i++)
    {
      ParlorLayer *layer = &slot->source->layers[i];

      if (layer->layered == NULL && parlor_layer_height (layer) <= wished)
        add (list, layer, layer->gop, parlor_layer_height (layer), 0);
      for (guint8 spatial = 0; layer->layered != NULL && spatial < PARLOR_LAYERED_SPATIALS;
           spatial++)
        if (spatial_height (layer->layered, spatial) <= wished)
          add (list, layer, parlor_layered_gop (layer->layered, spatial),
               spatial_height (layer->layered, spatial), spatial);
    }
}

static void
push (ParlorSlot *slot, const Kept *kept, ParlorSendItem *item, const ParlorPacketInfo *info)
{
  ParlorDd room;
  const ParlorPacketInfo *same;
  const guint8 *packet;

  if (kept->layer->layered != NULL)
    {
      packet = parlor_gop_find (kept->gop, info->header.seq, &same);
      parlor_slot_choose_layers (slot, kept->layer, info,
                                 parlor_layered_look (kept->layer->layered, packet, info, &room),
                                 item);
    }
  /* What is between two that are sent is left out when they leave. */
  if (!item->left_out)
    parlor_sender_push (slot->transport, item);
}

/* Who has seen later pictures does not go back: then only the next key frame helps.
   The past runs by as fast as the pacer lets it; its timestamps are squeezed to a moment before the
   newest picture's, so that what comes live is on time (decision 0031). */
static gboolean
play (ParlorSlot *slot, const Kept *kept, ParlorGopKind kind, gint64 now_us)
{
  gsize bytes;
  guint n = parlor_gop_length (kept->gop, kind, &bytes);
  const ParlorPacketInfo *first = parlor_gop_info (kept->gop, 0),
                         *last = parlor_gop_info (kept->gop, n - 1);
  guint32 span = last->header.timestamp - first->header.timestamp;
  /* With what waits already: a page full of people begins in one moment. */
  gint64 takes_us = parlor_sender_waiting_us (slot->transport)
                    + (gint64)bytes * 8 * PARLOR_US_PER_SEC / MAX (slot->transport->pace_bps, 1);
  guint32 squeezed = MIN (n * REPLAY_STEP, span);

  if (takes_us > REPLAY_MAX_US || parlor_sender_room (slot->transport) < n
      || slot->codec_pts[first->codec] == PARLOR_ROUTER_NO_PT || first->arrival_us < slot->seen_us)
    return FALSE;
  slot->replay_source_rtp = last->header.timestamp - squeezed;
  slot->replay_us = now_us;
  parlor_slot_take_layer (slot, kept->layer,
                          kept->layer->top_temporal > 0 ? 0 : slot->max_temporal);
  for (guint i = 0; i < n; i++)
    {
      const ParlorPacketInfo *info = parlor_gop_info (kept->gop, i);
      guint64 since = info->header.timestamp - first->header.timestamp;
      ParlorSendItem item = {.slot = slot,
                             .layer = kept->layer,
                             .source_seq = info->header.seq,
                             .timestamp = span > 0 ? (guint32)(since * squeezed / span) : 0,
                             .bytes = info->header.payload_offset + info->header.payload_size,
                             .codec = info->codec,
                             .spatial = kept->spatial,
                             .begins = i == 0,
                             .replay = TRUE};

      push (slot, kept, &item, info);
    }
  /* What its sender has switched off since may have been told in frames that are not kept. */
  if (kept->layer->layered != NULL && slot->svc != NULL)
    parlor_svc_set_active (slot->svc, parlor_layered_active (kept->layer->layered));
  slot->joins = TRUE;
  slot->transport->router->counters.replays++;
  return TRUE;
}

/* (nullable) The largest that is smaller than `below` lines and can be gone on with. */
static const Kept *
largest_whole (const KeptList *list, guint below, gint64 now_us)
{
  const Kept *best = NULL;

  for (guint i = 0; i < list->n; i++)
    {
      const Kept *kept = &list->all[i];

      if (kept->height < below && parlor_layer_arrives (kept->layer, now_us)
          && parlor_gop_kind (kept->gop) == PARLOR_GOP_WHOLE
          && (best == NULL || kept->height > best->height))
        best = kept;
    }
  return best;
}

/* Where one is too much, the one below is less. */
static const Kept *
play_whole (ParlorSlot *slot, const KeptList *list, gint64 now_us)
{
  const Kept *kept = largest_whole (list, G_MAXUINT, now_us);

  while (kept != NULL && !play (slot, kept, PARLOR_GOP_WHOLE, now_us))
    kept = largest_whole (list, kept->height, now_us);
  return kept;
}

static gboolean
play_still (ParlorSlot *slot, const KeptList *list, gint64 now_us)
{
  const Kept *wished = NULL;

  for (guint i = 0; i < list->n; i++)
    if (list->all[i].layer == slot->target
        && (wished == NULL || list->all[i].height > wished->height))
      wished = &list->all[i];
  if (wished == NULL || !play (slot, wished, PARLOR_GOP_STILL, now_us))
    return FALSE;
  slot->layer = NULL; /* what follows needs what was not sent */
  slot->joins = FALSE;
  return TRUE;
}

ParlorReplayShown
parlor_replay_begin (ParlorSlot *slot, gint64 now_us)
{
  KeptList list;
  const Kept *kept;

  list_kept (slot, &list);
  kept = play_whole (slot, &list, now_us);
  if (kept != NULL)
    return kept->layer == slot->target && kept->height >= wished_height (slot) ? PARLOR_REPLAY_ALL
                                                                               : PARLOR_REPLAY_LESS;
  return play_still (slot, &list, now_us) ? PARLOR_REPLAY_LESS : PARLOR_REPLAY_NOTHING;
}

gboolean
parlor_replay_is_something_kept (const ParlorSlot *slot)
{
  KeptList list;

  list_kept (slot, &list);
  return list.n > 0;
}
