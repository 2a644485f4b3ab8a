/* SPDX-License-Identifier: Apache-2.0 */
/**
 * AV1 from RTP packets to what a WebM file holds: temporal units of OBUs that each say their size
 * (AV1 RTP specification 1.0.0 section 4; AV1 bitstream specification sections 5.3 to 5.5; "AV1 in
 * Matroska"). Temporal delimiters, tile lists and padding are left out, as both demand.
 *
 * Pure; of one thread. Remote bytes: what makes no sense costs the unit it is in, and all until the
 * next key frame.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/** A larger unit is somebody's mischief: 4K key frames have a fifth of it. */
#define PARLOR_AV1_UNIT_MAX (8 * 1024 * 1024)

typedef struct
{
  guint width, height;
  guint8 profile, level, tier;
  guint8 high_bitdepth, twelve_bit, monochrome, subsampling_x, subsampling_y, chroma_position;
} ParlorAv1Sequence;

/** `payload`: of an OBU_SEQUENCE_HEADER. FALSE: it ends too early, or is none. */
gboolean parlor_av1_sequence_parse (const guint8 *payload, gsize size, ParlorAv1Sequence *out);

typedef enum
{
  PARLOR_AV1_MORE,    /**< the unit goes on in the next packet, or there is none */
  PARLOR_AV1_UNIT,    /**< one is whole */
  PARLOR_AV1_DAMAGED, /**< nothing comes out until the next key frame: ask for one */
} ParlorAv1Result;

typedef struct _ParlorAv1Depay ParlorAv1Depay;

ParlorAv1Depay *parlor_av1_depay_new (void);
void parlor_av1_depay_free (ParlorAv1Depay *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (ParlorAv1Depay, parlor_av1_depay_free)

/** One packet's payload, in order. `lost`: there are missing ones before it. */
ParlorAv1Result parlor_av1_depay_push (ParlorAv1Depay *self, const guint8 *payload, gsize size,
                                       guint32 timestamp, gboolean marker, gboolean lost);
/** After UNIT, until the next push; `*key`: it can be decoded by itself. */
const guint8 *parlor_av1_depay_unit (const ParlorAv1Depay *self, gsize *size, gboolean *key);
/** Of the last key frame; NULL = none yet. Until the next push. */
const ParlorAv1Sequence *parlor_av1_depay_sequence (const ParlorAv1Depay *self);
/** AV1CodecConfigurationRecord of it (transfer full). */
GByteArray *parlor_av1_depay_config (const ParlorAv1Depay *self);

G_END_DECLS
