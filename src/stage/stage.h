/* SPDX-License-Identifier: Apache-2.0 */
/**
 * What main.c hands to the two works of a stage process. Each runs until one of its descriptors
 * ends, and returns what the process says to its parent.
 */
#pragma once

#include "record/rtpin.h"

#include <gst/gst.h>

G_BEGIN_DECLS

#define PARLOR_STAGE_VP8_PT 96
#define PARLOR_STAGE_OPUS_PT 111

typedef struct
{
  int in, out;              /**< a picture's tap, a second encoding's inject */
  ParlorRtpFormats formats; /**< of the tap */
  guint cap_percent;        /**< of one core */
} ParlorStageSecondSpec;

/** One picture in VP8. */
int parlor_stage_run_second (const ParlorStageSecondSpec *spec);

#define PARLOR_STAGE_INPUTS_MAX 16

typedef enum
{
  PARLOR_STAGE_CAMERA,
  PARLOR_STAGE_SCREEN_PICTURE,
  PARLOR_STAGE_SOUND,
} ParlorStageInputKind;

typedef struct
{
  ParlorStageInputKind kind;
  ParlorRtpFormats formats;
} ParlorStageInput;

typedef struct
{
  guint n_inputs; /**< their taps are descriptors 5, 6, … */
  ParlorStageInput inputs[PARLOR_STAGE_INPUTS_MAX];
  guint cap_percent; /**< of one core */
} ParlorStageSceneSpec;

/** All of them in one picture (VP8, to descriptor 3) and one sound (Opus, to 4). */
int parlor_stage_run_scene (const ParlorStageSceneSpec *spec);

G_END_DECLS
