/* SPDX-License-Identifier: Apache-2.0 */
/**
 * Keeps an encoder within the processor's share (live/stagepace.h): sizes, pictures a second and
 * bits between what makes pictures and what encodes them. Nothing is freed before the process ends.
 */
#pragma once

#include <gst/gst.h>

G_BEGIN_DECLS

/** What stands between pictures and packets: pictures are let go at its head when the encoder is
 * behind. printf's arguments: none. */
#define PARLOR_STAGE_ENCODER                                                                       \
  "queue name=waits leaky=downstream max-size-buffers=2 max-size-bytes=0 max-size-time=0 ! "       \
  "videoscale n-threads=1 ! capsfilter name=size ! videoconvert n-threads=1 ! "                    \
  "video/x-raw,format=I420 ! vp8enc name=encoder deadline=1 cpu-used=-8 threads=1 end-usage=cbr "  \
  "lag-in-frames=0 keyframe-max-dist=600 min-quantizer=4 max-quantizer=56 buffer-size=1000 "       \
  "buffer-initial-size=500 buffer-optimal-size=600 ! rtpvp8pay pt=96 mtu=1180 "                    \
  "picture-id-mode=15-bit timestamp-offset=0 ! appsink name=out sync=false max-buffers=200 "

typedef struct _ParlorStageSqueeze ParlorStageSqueeze;

/** `pipeline` has PARLOR_STAGE_ENCODER in it and does not run yet. */
ParlorStageSqueeze *parlor_stage_squeeze_new (GstElement *pipeline, guint cap_percent);
/** Often; `late_us`: how late pictures come out. */
void parlor_stage_squeeze_look (ParlorStageSqueeze *self, gint64 late_us, gint64 now_us);

/** Of the pipeline, borrowed: it lives as long as the process. */
gpointer parlor_stage_find (GstElement *pipeline, const char *name);
/** Whether something in the pipeline has given up; said on standard error. */
gboolean parlor_stage_has_failed (GstElement *pipeline);

G_END_DECLS
