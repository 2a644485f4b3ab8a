/* SPDX-License-Identifier: Apache-2.0 */
/**
 * Fragmented MP4 as CMAF has it (ISO/IEC 14496-12, 23000-19): an initialization section and, part
 * by part, `moof` and `mdat`. One picture track (H.264, ISO/IEC 14496-15, or VP9, "VP Codec ISO
 * Media File Format Binding") and one sound track (Opus, "Encapsulation of Opus in ISOBMFF", or
 * AAC-LC of 48 kHz, ISO/IEC 14496-14).
 *
 * Pure. Any thread.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define PARLOR_CMAF_VIDEO_SCALE 90000
#define PARLOR_CMAF_AUDIO_SCALE 48000
#define PARLOR_CMAF_VIDEO_TRACK 1
#define PARLOR_CMAF_AUDIO_TRACK 2

typedef enum
{
  PARLOR_CMAF_OPUS,
  PARLOR_CMAF_AAC, /**< raw access units of 1,024 samples */
} ParlorCmafSound;

typedef struct
{
  GBytes *avcc; /**< AVCDecoderConfigurationRecord; NULL = VP9 profile 0, 8 bits, 4:2:0 */
  guint width, height;
  guint channels; /**< of the sound, 1 or 2 */
  ParlorCmafSound sound;
} ParlorCmafTracks;

/** `ftyp` and `moov` (transfer full). */
GBytes *parlor_cmaf_init (const ParlorCmafTracks *tracks);

typedef struct
{
  GBytes *data;       /**< borrowed */
  guint32 duration;   /**< in the track's scale */
  gint32 composition; /**< presentation − decoding time */
  gboolean key;
} ParlorCmafSample;

/** Samples of one track, the first of which is decoded at `time`. */
typedef struct
{
  guint64 time;
  const ParlorCmafSample *samples;
  guint n;
} ParlorCmafRun;

/** One part (transfer full). A run without samples is left out; at least one has some. */
GBytes *parlor_cmaf_part (guint32 sequence, const ParlorCmafRun *video, const ParlorCmafRun *audio);

G_END_DECLS
