/* SPDX-License-Identifier: Apache-2.0 */
/* The codecs that Parlor forwards, and the one question that the forwarding path asks about their
 * payloads: what does this packet mean for switching and dropping? Pure; worker thread (the table
 * of names: any thread). Nothing is decoded. */
#pragma once
#include <glib.h>

typedef enum
{
  PARLOR_CODEC_NONE = 0,
  PARLOR_CODEC_OPUS,
  PARLOR_CODEC_RED_OPUS, /* RFC 2198 around Opus: "red", 48000, 2 channels */
  PARLOR_CODEC_PCMU,
  PARLOR_CODEC_PCMA,
  PARLOR_CODEC_G722,
  PARLOR_CODEC_VP8,
  PARLOR_CODEC_VP9,
  PARLOR_CODEC_H264,
  PARLOR_CODEC_AV1,
  PARLOR_CODEC_N
} ParlorCodec;

typedef enum
{
  PARLOR_KIND_NONE = 0,
  PARLOR_KIND_AUDIO,
  PARLOR_KIND_VIDEO,
} ParlorKind;

typedef struct
{
  const char *name; /* as in a=rtpmap, e.g. "opus", "VP8"; "" for NONE */
  guint32 clock_hz; /* RTP clock; 0 for NONE */
  guint8 channels;  /* for a=rtpmap; 0 for video, 1 is not written */
  guint8 kind;      /* ParlorKind */
  gint8 static_pt;  /* RFC 3551 table 4, or -1 */
} ParlorCodecInfo;

/* Never NULL; out of range gives NONE's row. */
const ParlorCodecInfo *parlor_codec_info (ParlorCodec codec);
static inline gboolean
parlor_codec_is_video (ParlorCodec codec)
{
  return codec >= PARLOR_CODEC_VP8 && codec < PARLOR_CODEC_N;
}

/* From a=rtpmap: name in any case, clock, channels (0 = not written = 1). PARLOR_CODEC_NONE = not
 * one of ours; so are rtx, ulpfec, flexfec, CN and telephone-event. "red/48000/2" is RED_OPUS;
 * "red/90000" is NONE. */
ParlorCodec parlor_codec_from_rtpmap (const char *name, guint32 clock_hz, guint channels);

/* One video packet (audio: all zero but begins_frame, ends_frame and key_frame, which are 1).
 * Offsets are from the payload's first byte, 0 = the field is not there (no field stands at 0). */
typedef struct
{
  guint8 valid;        /* 0 = the payload could not be read: forward nothing of it */
  guint8 begins_frame; /* first packet of a frame (of a spatial layer's frame for VP9 and AV1). H264
                          tells only that a NAL unit begins, AV1 an OBU: compare timestamps too */
  guint8 ends_frame;   /* last one, as far as the payload or the marker tells */
  guint8 key_frame; /* the packet begins a frame that can be decoded with nothing before: a switch
                       may begin here */
  guint8 keep_key; /* the packet belongs to a key frame, first or not (where the payload tells; else
                      = key_frame) */
  guint8 temporal; /* temporal layer, 0 = base */
  guint8 spatial;  /* spatial layer inside one RTP stream (VP9, AV1), 0 = base */
  guint8 layer_sync;  /* going up to this temporal layer may begin with this frame */
  guint8 discardable; /* no other frame refers to this one. H264: nothing in this packet is referred
                         to, which of a packet without a slice tells nothing of its frame */
  guint8 has_slice;   /* H264: a slice, or a part of one, is in it */
  guint8 bidirectional;   /* H264: a B slice begins in it; the frame is shown before one that was
                             sent earlier */
  guint8 picture_id_bits; /* 0 = none, 7 or 15 */
  guint16 picture_id;
  guint16 picture_id_offset;
  guint16 tl0_offset;
  guint16 key_idx_offset;
  guint8 tl0_pic_idx;
  guint8 key_idx; /* VP8, 5 bits */
} ParlorFrameInfo;

/* Reads the descriptor of one payload (without RTP padding). An empty payload (padding only) is not
 * valid. AV1 is read from the aggregation header alone: where the dependency descriptor was
 * negotiated, its word counts (rtp/dd.h). */
void parlor_codec_inspect (ParlorCodec codec, const guint8 *payload, gsize size, gboolean marker,
                           ParlorFrameInfo *out);
