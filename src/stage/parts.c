/* SPDX-License-Identifier: Apache-2.0 */
/* What both works are made of. */
#include "stage/parts.h"

#include <stdio.h>
#include <stdlib.h>

const char *const *
parlor_stage_elements (void)
{
  static const char *const names[] = {"appsrc",       "appsink",         "rtph264depay",
                                      "h264parse",    "openh264dec",     "rtpvp9depay",
                                      "vp9dec",       "rtpvp8depay",     "vp8dec",
                                      "queue",        "videoscale",      "videoconvert",
                                      "vp8enc",       "rtpvp8pay",       "capsfilter",
                                      "compositor",   "audiomixer",      "videotestsrc",
                                      "audiotestsrc", "rtpjitterbuffer", "rtpopusdepay",
                                      "opusdec",      "audioconvert",    "audioresample",
                                      "opusenc",      "rtpopuspay",      NULL};
  return names;
}

const char *
parlor_stage_decoder (ParlorCodec codec)
{
  switch (codec)
    {
    case PARLOR_CODEC_H264:
      return "rtph264depay ! h264parse ! openh264dec name=decoder";
    case PARLOR_CODEC_VP9:
      return "rtpvp9depay ! vp9dec threads=1";
    case PARLOR_CODEC_VP8:
      return "rtpvp8depay ! vp8dec threads=1";
    default:
      return NULL;
    }
}

GstCaps *
parlor_stage_caps (ParlorCodec codec, guint8 pt)
{
  const ParlorCodecInfo *info = parlor_codec_info (codec);
  g_autofree char *name = g_ascii_strup (info->name, -1);
  return gst_caps_new_simple ("application/x-rtp", "media", G_TYPE_STRING,
                              parlor_codec_is_video (codec) ? "video" : "audio", "clock-rate",
                              G_TYPE_INT, (int)info->clock_hz, "encoding-name", G_TYPE_STRING, name,
                              "payload", G_TYPE_INT, (int)pt, NULL);
}

int
parlor_stage_fail (const char *why)
{
  fprintf (stderr, "parlor-stage: %s\n", why);
  return EXIT_FAILURE;
}
