/* SPDX-License-Identifier: Apache-2.0 */
/**
 * What a session publishes: Opus, and VP8 in one layer or three (simulcast by rid, RFC 8853), those
 * with three temporal layers each, without a codec: frames of the right sizes that carry marks; or
 * the frames of a file, which can be decoded. What is asked for again goes by RTX (RFC 4588). One
 * thread.
 *
 * Every payload carries a mark (16 bits of the sender's number, 48 bits of a counter of sound or of
 * pictures, 64 bits of the sender's monotonic time in µs when this packet was written) so that a
 * receiver on the same machine knows whose it is and how long forwarding took. Frames of a file
 * have theirs behind their last byte, where a decoder does not look, sound of a file as padding
 * (RFC 6716 section 3.2.5):
 *
 *      0                   1                   2                   3
 *     +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 *     | config  |s|1|1|0|1|     1     |      16       |   frame …     |
 *     +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 *     |                       mark, 16 bytes …                        |
 *     +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 */
#pragma once

#include "base/rng.h"
#include "load/ivf.h"
#include "load/peer.h"
#include "load/repeats.h"

#define LOAD_MAX_LAYERS 3
#define LOAD_VP8_DESCRIPTOR_BYTES 6
/** Where the mark begins in a payload: behind the VP8 descriptor and key frame header, or behind
 * Opus' first byte. */
#define LOAD_VIDEO_MARK_AT (LOAD_VP8_DESCRIPTOR_BYTES + 10)
#define LOAD_AUDIO_MARK_AT 1
#define LOAD_MARK_BYTES 16
#define LOAD_MARK_NUMBER_SHIFT 48
/** dBov below full, RFC 6464: somebody who talks, and a room where nobody does. */
#define LOAD_LEVEL_LOUD 20
#define LOAD_LEVEL_VOICE 30
#define LOAD_LEVEL_VOICE_LEAST 40
#define LOAD_LEVEL_NOISE 100

typedef struct
{
  char rid; /**< '\0' = none: the only layer */
  guint16 width, height;
  double share; /**< of the video bit rate */
  gboolean off; /**< the server said that nobody watches it */

  /*< private >*/
  guint32 ssrc;
  guint64 index;
  guint picture, tl0, since_key; /* pictures */
  gboolean key_wanted;
  guint64 at;           /* frame of the file */
  guint64 rtx_index;    /* of the next repeat */
  guint32 rtx_ssrc;     /* 0 = repeats were not offered */
  LoadRepeats *repeats; /* owned; nullable likewise */
} LoadLayer;

typedef struct
{
  ParlorPeer *peer; /* borrowed */
  guint32 audio_ssrc;
  char audio_mid, video_mid; /**< '\0' = no MID extension: SSRCs are in the offer */
  guint n_layers;            /**< 0 = sound alone */
  guint number;              /**< written into marks */
  guint8 level;              /**< of its sound, as the extension says it */
  guint n_keys;              /**< key frames sent, over all layers */
  guint64 sent, repeated;    /**< packets, first ones and repeats */
  LoadLayer layers[LOAD_MAX_LAYERS];

  /*< private >*/
  guint32 timestamp_base;
  guint64 audio_index, audio_mark, video_mark;
  guint16 transport_seq;
  gint64 began_us, report_us;
} LoadSender;

/** `ssrc`: of the layers, from first to last. */
void load_sender_init (LoadSender *self, guint32 audio_ssrc, const guint32 *ssrc, guint n_layers,
                       ParlorRng *rng);
void load_sender_clear (LoadSender *self);
/** The layer's packets are kept and repeated under this SSRC when they are asked for. */
void load_sender_offer_rtx (LoadSender *self, guint layer, guint32 rtx_ssrc);

/** One frame in every layer: cut into packets as libwebrtc cuts them (equal parts, the last ones a
 * byte larger), together `frame_bytes`. */
void load_sender_video (LoadSender *self, gsize frame_bytes, gint64 now_us);
/** `file` (nullable: made up): the next packet of it. */
void load_sender_audio (LoadSender *self, const LoadIvf *file, gint64 now_us);
/** The next frame of a file, in the first layer; where a key frame is wanted it goes on at one. */
void load_sender_play (LoadSender *self, const LoadIvf *file, gint64 now_us);
/** A receiver misses these numbers of the layer with that SSRC. */
void load_sender_repeat (LoadSender *self, guint32 ssrc, const guint16 *seqs, guint n);
/** The next frame of this layer is a key frame; an unknown SSRC asks all. */
void load_sender_want_key_frame (LoadSender *self, guint32 ssrc);
/** A sender report a second. */
void load_sender_poll (LoadSender *self, gint64 now_us);
