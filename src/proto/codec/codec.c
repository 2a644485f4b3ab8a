/* SPDX-License-Identifier: Apache-2.0 */
#include "proto/codec/codec.h"
#include "proto/codec/av1.h"
#include "proto/codec/h264.h"
#include "proto/codec/vp8.h"
#include "proto/codec/vp9.h"
#include <string.h>

static const ParlorCodecInfo infos[PARLOR_CODEC_N] = {
    [PARLOR_CODEC_NONE] = {"", 0, 0, PARLOR_KIND_NONE, -1},
    [PARLOR_CODEC_OPUS] = {"opus", 48000, 2, PARLOR_KIND_AUDIO, -1},
    [PARLOR_CODEC_RED_OPUS] = {"red", 48000, 2, PARLOR_KIND_AUDIO, -1},
    [PARLOR_CODEC_PCMU] = {"PCMU", 8000, 1, PARLOR_KIND_AUDIO, 0},
    [PARLOR_CODEC_PCMA] = {"PCMA", 8000, 1, PARLOR_KIND_AUDIO, 8},
    /* 8000 though it samples at 16000: RFC 3551 section 4.5.2. */
    [PARLOR_CODEC_G722] = {"G722", 8000, 1, PARLOR_KIND_AUDIO, 9},
    [PARLOR_CODEC_VP8] = {"VP8", 90000, 0, PARLOR_KIND_VIDEO, -1},
    [PARLOR_CODEC_VP9] = {"VP9", 90000, 0, PARLOR_KIND_VIDEO, -1},
    [PARLOR_CODEC_H264] = {"H264", 90000, 0, PARLOR_KIND_VIDEO, -1},
    [PARLOR_CODEC_AV1] = {"AV1", 90000, 0, PARLOR_KIND_VIDEO, -1},
};

const ParlorCodecInfo *
parlor_codec_info (ParlorCodec codec)
{
  return &infos[(guint)codec < PARLOR_CODEC_N ? codec : PARLOR_CODEC_NONE];
}

ParlorCodec
parlor_codec_from_rtpmap (const char *name, guint32 clock_hz, guint channels)
{
  for (guint codec = PARLOR_CODEC_NONE + 1; name && codec < PARLOR_CODEC_N; codec++)
    {
      const ParlorCodecInfo *info = &infos[codec];
      if (g_ascii_strcasecmp (name, info->name) == 0 && clock_hz == info->clock_hz
          && MAX (channels, 1) == MAX (info->channels, 1))
        return (ParlorCodec)codec;
    }
  return PARLOR_CODEC_NONE;
}

static void
inspect_vp8 (const guint8 *payload, gsize size, gboolean marker, ParlorFrameInfo *out)
{
  ParlorVp8 vp8;
  if (!parlor_vp8_parse (payload, size, &vp8))
    return;
  out->valid = 1;
  out->begins_frame = vp8.start;
  out->ends_frame = marker != 0;
  out->key_frame = out->keep_key = vp8.key_frame;
  out->temporal = vp8.tid;
  out->layer_sync = vp8.layer_sync;
  out->discardable = vp8.non_reference;
  out->picture_id_bits = vp8.picture_id_bits;
  out->picture_id = vp8.picture_id;
  out->picture_id_offset = vp8.picture_id_offset;
  out->tl0_offset = vp8.tl0_offset;
  out->tl0_pic_idx = vp8.tl0_pic_idx;
  out->key_idx_offset = vp8.has_key_idx ? vp8.tid_offset : 0;
  out->key_idx = vp8.key_idx;
}

static void
inspect_vp9 (const guint8 *payload, gsize size, gboolean marker, ParlorFrameInfo *out)
{
  ParlorVp9 vp9;
  if (!parlor_vp9_parse (payload, size, &vp9))
    return;
  out->valid = 1;
  out->begins_frame = vp9.begin;
  out->ends_frame = vp9.end || marker;
  out->key_frame = vp9.key_frame;
  out->keep_key = !vp9.inter_picture;
  out->temporal = vp9.tid;
  out->spatial = vp9.sid;
  out->layer_sync = vp9.up_switch;
  out->picture_id_bits = vp9.picture_id_bits;
  out->picture_id = vp9.picture_id;
  out->picture_id_offset = vp9.picture_id_offset;
  out->tl0_offset = vp9.tl0_offset;
  out->tl0_pic_idx = vp9.tl0_pic_idx;
}

static void
inspect_h264 (const guint8 *payload, gsize size, gboolean marker, ParlorFrameInfo *out)
{
  ParlorH264 h264;
  if (!parlor_h264_parse (payload, size, &h264))
    return;
  out->valid = 1;
  out->begins_frame = h264.begins_nal;
  out->ends_frame = marker != 0;
  out->key_frame = h264.key_frame;
  out->keep_key = h264.key_part;
  out->discardable = h264.ref_idc == 0 && !h264.key_part;
  out->has_slice = h264.has_slice;
  out->bidirectional = h264.has_b;
}

static void
inspect_av1 (const guint8 *payload, gsize size, gboolean marker, ParlorFrameInfo *out)
{
  ParlorAv1 av1;
  if (!parlor_av1_parse (payload, size, &av1))
    return;
  out->valid = 1;
  out->begins_frame = !av1.continues;
  out->ends_frame = marker != 0;
  out->key_frame = out->keep_key = av1.new_sequence;
  out->temporal = av1.tid;
  out->spatial = av1.sid;
}

void
parlor_codec_inspect (ParlorCodec codec, const guint8 *payload, gsize size, gboolean marker,
                      ParlorFrameInfo *out)
{
  memset (out, 0, sizeof *out);
  if (size == 0)
    return;
  switch (codec)
    {
    case PARLOR_CODEC_VP8:
      inspect_vp8 (payload, size, marker, out);
      break;
    case PARLOR_CODEC_VP9:
      inspect_vp9 (payload, size, marker, out);
      break;
    case PARLOR_CODEC_H264:
      inspect_h264 (payload, size, marker, out);
      break;
    case PARLOR_CODEC_AV1:
      inspect_av1 (payload, size, marker, out);
      break;
    default:
      out->valid = out->begins_frame = out->ends_frame = out->key_frame = out->keep_key =
          codec != PARLOR_CODEC_NONE;
      break;
    }
}
