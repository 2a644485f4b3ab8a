/* SPDX-License-Identifier: Apache-2.0 */
/* The dependency descriptor header extension (AV1 RTP specification 1.0.0, appendix A; sent for
 * AV1, and by Chromium for VP8, VP9 and H.264 too). Pure; worker thread.
 *
 * The first packet of a key frame carries the *template structure*; other frames name one of its
 * templates and say what differs. A source keeps one ParlorDdStructure, and each packet is read
 * with it. */
#pragma once
#include <glib.h>

#define PARLOR_DD_TEMPLATES_MAX 64
#define PARLOR_DD_TARGETS_MAX 32
#define PARLOR_DD_FDIFFS_MAX 8
#define PARLOR_DD_CHAINS_MAX 32

typedef enum
{
  PARLOR_DTI_NOT_PRESENT = 0, /* the frame is not part of the decode target */
  PARLOR_DTI_DISCARDABLE = 1,
  PARLOR_DTI_SWITCH = 2, /* going up to the target may begin here */
  PARLOR_DTI_REQUIRED = 3,
} ParlorDti;

typedef struct
{
  guint8 spatial, temporal;
  guint8 n_fdiffs;
  guint16 fdiffs[PARLOR_DD_FDIFFS_MAX];     /* frame number minus that of a frame referred to: 1 to
                                               4096; of more, the first ones */
  guint8 dtis[PARLOR_DD_TARGETS_MAX];       /* ParlorDti by decode target */
  guint8 chain_diffs[PARLOR_DD_CHAINS_MAX]; /* frame number minus that of the chain's last frame; 0
                                               = none */
} ParlorDdTemplate;

/* All zero = none seen. */
typedef struct
{
  guint8 valid;
  guint8 id_offset; /* template id of templates[0] */
  guint8 n_templates;
  guint8 n_targets;
  guint8 n_chains;
  guint8 n_resolutions;                       /* 0 = not told, else one for each spatial layer */
  guint8 n_spatial, n_temporal;               /* 1 + the highest id in the templates */
  guint8 protected_by[PARLOR_DD_TARGETS_MAX]; /* chain by decode target; of use when n_chains > 0 */
  guint16 width[4], height[4];                /* by spatial layer */
  guint8 target_spatial[PARLOR_DD_TARGETS_MAX],
      target_temporal[PARLOR_DD_TARGETS_MAX]; /* highest layer of each target */
  ParlorDdTemplate templates[PARLOR_DD_TEMPLATES_MAX];
} ParlorDdStructure;

typedef struct
{
  guint8 first_in_frame, last_in_frame;
  guint8 has_structure;  /* a new structure came with it: key frame */
  guint8 key_frame;      /* first packet of a frame with a structure */
  guint8 template_index; /* into the structure's templates */
  guint8 has_active;     /* active_targets was sent (or a new structure makes all of them active) */
  guint8 has_own_dtis, has_own_fdiffs, has_own_chains;
  guint16 frame_number;
  guint32 active_targets; /* bit t = decode target t; valid when has_active */
  guint16 width, height;  /* of the frame; 0 = not told */
  ParlorDdTemplate frame; /* the template with the frame's own values in their places */
  guint16 structure_end, own_start, own_end; /* bits of the descriptor, for parlor_dd_write */
} ParlorDd;

typedef enum
{
  PARLOR_DD_OK = 0,
  PARLOR_DD_SHORT,         /* truncated */
  PARLOR_DD_NO_STRUCTURE,  /* needs a structure, and none was seen: ask for a key frame */
  PARLOR_DD_BAD_TEMPLATE,  /* names a template that is not in the structure */
  PARLOR_DD_BAD_STRUCTURE, /* impossible counts, layers or chains; the old structure is kept */
} ParlorDdResult;

/* Reads one descriptor. structure (in and out) is replaced when the packet brings a new one and all
 * of it is sound. On another result than OK, out holds only first_in_frame, last_in_frame and
 * frame_number (zero if SHORT within the first 3 bytes). */
ParlorDdResult parlor_dd_parse (const guint8 *data, gsize size, ParlorDdStructure *structure,
                                ParlorDd *out);

/* A descriptor with another set of active targets, all else as it was: for a receiver that does not
 * get all of them. data and dd as they were given to and by parlor_dd_parse (result OK), n_targets
 * of the structure that it was read with. Returns the size: at most that of data and
 * PARLOR_DD_WRITE_MORE, 0 = no room. */
#define PARLOR_DD_WRITE_MORE 6
gsize parlor_dd_write (guint8 *out, gsize room, const guint8 *data, const ParlorDd *dd,
                       guint n_targets, guint32 active_targets);
