/* SPDX-License-Identifier: Apache-2.0 */
#include "router/withhold.h"

/* A stream that had a B-frame has more of them: groups of pictures of OBS and of cameras are
   shorter. */
#define B_FRAMES_US (10 * PARLOR_US_PER_SEC)
/* What the beginning of a stream gives before its first B-frame is known is less. */
#define KEPT_MANY 8

G_STATIC_ASSERT ((PARLOR_LAYER_PICTURES & (PARLOR_LAYER_PICTURES - 1)) == 0);

gboolean
parlor_layer_has_b_frames (const ParlorLayer *layer, gint64 now_us)
{
  return layer->b_frame_us != 0 && now_us - layer->b_frame_us < B_FRAMES_US;
}

gboolean
parlor_layer_keeps_b_frames (const ParlorLayer *layer, gint64 now_us)
{
  return layer->n_kept >= KEPT_MANY && now_us - layer->kept_us < B_FRAMES_US;
}

static void
count_kept (ParlorLayer *layer, gint64 now_us)
{
  if (now_us - layer->kept_us >= B_FRAMES_US)
    layer->n_kept = 0;
  layer->n_kept = MIN (layer->n_kept + 1, KEPT_MANY);
  layer->kept_us = now_us;
}

/* The newest first: it is nearly always that one. A place that was never used stands for an
   undecided picture at 0, which is true. */
static ParlorPicture *
find_picture (ParlorLayer *layer, guint32 timestamp)
{
  ParlorPicture *picture;

  for (guint i = 0; i < PARLOR_LAYER_PICTURES; i++)
    {
      picture = &layer->pictures[(layer->last_picture - i) % PARLOR_LAYER_PICTURES];
      if (picture->timestamp == timestamp)
        return picture;
    }
  layer->last_picture = (layer->last_picture + 1) % PARLOR_LAYER_PICTURES;
  picture = &layer->pictures[layer->last_picture];
  *picture = (ParlorPicture){.timestamp = timestamp};
  return picture;
}

/* What goes in front of a picture without being referred to (delimiter, SEI) may be in front of a
   B-frame: no decoder needs it, so it waits for nothing and stays out. What ends one without a
   slice (filler of encoders with a constant rate) has the marker, and goes the way of its picture.
 */
static ParlorPictureFate
decide (ParlorPictureFate fate, const ParlorFrameInfo *frame, gboolean marker, gboolean b_frames)
{
  if (frame->has_slice && !frame->discardable)
    return PARLOR_PICTURE_KEPT;
  if (fate != PARLOR_PICTURE_UNDECIDED)
    return fate;
  if (!frame->discardable || !b_frames)
    return PARLOR_PICTURE_KEPT;
  if (frame->has_slice)
    return PARLOR_PICTURE_WITHHELD;
  return marker ? PARLOR_PICTURE_KEPT : PARLOR_PICTURE_UNDECIDED;
}

gboolean
parlor_layer_withholds (ParlorLayer *layer, const ParlorPacketInfo *info, gint64 now_us)
{
  ParlorPicture *picture;

  if (info->header.payload_size == 0) /* padding has the timestamp of any picture */
    return FALSE;
  if (info->frame.bidirectional)
    layer->b_frame_us = now_us;
  picture = find_picture (layer, info->header.timestamp);
  picture->fate = decide (picture->fate, &info->frame, info->header.marker != 0,
                          parlor_layer_has_b_frames (layer, now_us));
  if (info->frame.bidirectional && picture->fate == PARLOR_PICTURE_KEPT)
    count_kept (layer, now_us);
  return picture->fate != PARLOR_PICTURE_KEPT;
}
