/* SPDX-License-Identifier: Apache-2.0 */
#include "proto/codec/opus.h"
#include <string.h>

#define SAMPLES_MAX 5760

/* RFC 6716 table 2: SILK 10, 20, 40, 60 ms; hybrid 10, 20; CELT 2.5, 5, 10, 20. */
static guint32
frame_samples (guint8 config)
{
  static const guint16 silk[4] = {480, 960, 1920, 2880};
  if (config < 12)
    return silk[config & 3];
  if (config < 16)
    return config & 1 ? 960 : 480;
  return 120u << (config & 3);
}

gboolean
parlor_opus_parse (const guint8 *payload, gsize size, ParlorOpus *out)
{
  memset (out, 0, sizeof *out);
  if (size == 0)
    return FALSE;
  guint8 code = payload[0] & 3;
  out->config = payload[0] >> 3;
  out->stereo = (payload[0] >> 2) & 1;
  if (code == 3 && size < 2)
    return FALSE;
  out->frames = code == 0 ? 1 : code == 3 ? payload[1] & 0x3f : 2;
  out->samples = out->frames * frame_samples (out->config);
  out->dtx = code == 0 && size <= 2;
  return out->frames > 0 && out->samples <= SAMPLES_MAX;
}
