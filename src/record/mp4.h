/* SPDX-License-Identifier: Apache-2.0 */
/**
 * One H.264 track as fragmented MP4 (ISO/IEC 14496-12, 14496-15): what a recording holds where WebM
 * cannot. Each picture is a fragment of its own, so that the file is valid as far as it goes at any
 * moment; once it is whole, or was cut off by a crash, an index is put into room that was left
 * free.
 *
 *     ftyp │ moov │ free of PARLOR_MP4_ROOM bytes │ moof mdat │ moof mdat …
 *                   becomes sidx, free
 *
 * Finishing moves no media byte. A picture is decoded in the order of the packets; where one is
 * shown before an earlier one (B-frames) its offset is negative.
 *
 * Pure but for finish (). Any thread. Bytes may be anybody's: a reason comes back, nothing else.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define PARLOR_MP4_SCALE 90000
#define PARLOR_MP4_ROOM 16384

typedef struct
{
  guint width, height;
} ParlorMp4Size;

/** Of the first parameter set in an AVCDecoderConfigurationRecord (ISO/IEC 14496-15). FALSE: there
 * is none. */
gboolean parlor_mp4_config_size (const guint8 *avcc, gsize size, ParlorMp4Size *out);

/** What comes before the first picture (transfer full). */
GByteArray *parlor_mp4_head (const guint8 *avcc, gsize size, const ParlorMp4Size *picture);

typedef struct
{
  guint32 sequence; /**< from 1 */
  guint64 decoded;  /**< in PARLOR_MP4_SCALE; larger than that of the picture before */
  gint32 offset;    /**< shown − decoded */
  guint32 duration; /**< a guess: the next picture's time counts */
  gboolean key;
} ParlorMp4Picture;

/** One fragment's head, up to `size` bytes of NAL units with their lengths (transfer full). */
GByteArray *parlor_mp4_fragment (const ParlorMp4Picture *picture, gsize size);

/** What a fragment's head says. */
typedef struct
{
  gsize moof;      /**< bytes of the head, up to the box with the data */
  gsize size;      /**< of both */
  gsize time_at;   /**< of `decoded` in the head: eight bytes */
  guint64 decoded; /**< in PARLOR_MP4_SCALE, as the next one */
  gint64 shown;    /**< >= 0 */
  gboolean key;
} ParlorMp4Fragment;
/** `bytes` begin with a fragment, `length` of them reach at least behind its head and the next
 * box's; `rest`: so many does the file have from there on. FALSE: no fragment of ours, or a torn
 * one. */
gboolean parlor_mp4_read_fragment (const guint8 *bytes, gsize length, guint64 rest,
                                   ParlorMp4Fragment *out);

/** Where the record lies in a file; NULL: it is no file of ours. */
const guint8 *parlor_mp4_config (const guint8 *bytes, gsize length, gsize *size);
/** All pictures in their order as ParlorWebmFrame (record/webm.h; transfer full); NULL: no file of
 * ours. A torn end is left out. */
GArray *parlor_mp4_list (const guint8 *bytes, gsize length);

/** As parlor_webm_finish_safe (). */
gint64 parlor_mp4_finish (const char *path, const guint8 *vault_key, GError **error);

G_END_DECLS
