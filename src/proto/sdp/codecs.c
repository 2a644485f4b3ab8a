/* SPDX-License-Identifier: Apache-2.0 */
#include "proto/sdp/codecs.h"

#include <string.h>

static ParlorCodecKey
make_key (ParlorCodec codec, guint variant)
{
  return (ParlorCodecKey)codec << 24 | variant;
}

/* --- fmtp ---------------------------------------------------------------------------------- */

static gboolean
is_blank (char c)
{
  return c == ' ' || c == '\t';
}

/* Cuts the blanks at both ends of `text` and returns what is left of `length`. */
static gsize
trim (const char **text, gsize length)
{
  while (length > 0 && is_blank ((*text)[0]))
    {
      (*text)++;
      length--;
    }
  while (length > 0 && is_blank ((*text)[length - 1]))
    length--;
  return length;
}

gboolean
parlor_fmtp_get (const char *fmtp, const char *name, char *out, gsize size)
{
  gsize name_length = strlen (name);

  while (fmtp != NULL && *fmtp != '\0')
    {
      gsize length = strcspn (fmtp, ";");
      const char *next = fmtp + length + (fmtp[length] == ';');
      const char *equals = memchr (fmtp, '=', length);

      if (equals != NULL)
        {
          const char *key = fmtp, *value = equals + 1;
          gsize key_length = trim (&key, (gsize)(equals - fmtp));
          gsize value_length = trim (&value, length - (gsize)(value - fmtp));

          if (key_length == name_length && g_ascii_strncasecmp (key, name, name_length) == 0)
            {
              if (value_length >= size)
                return FALSE;
              memcpy (out, value, value_length);
              out[value_length] = '\0';
              return TRUE;
            }
        }
      fmtp = next;
    }
  return FALSE;
}

/* A small decimal parameter; `fallback` when it is not there, G_MAXUINT when it is not a number. */
static guint
fmtp_number (const char *fmtp, const char *name, guint fallback)
{
  char text[8];
  guint64 value;

  if (!parlor_fmtp_get (fmtp, name, text, sizeof text))
    return fallback;
  return g_ascii_string_to_unsigned (text, 10, 0, 9999, &value, NULL) ? (guint)value : G_MAXUINT;
}

/* --- H264 ---------------------------------------------------------------------------------- */

/* RFC 6184 table 5. An x in the bit pattern is a bit outside of the mask. */
static const struct
{
  guint8 profile_idc;
  guint8 iop_mask;
  guint8 iop_value;
  ParlorH264Profile profile;
} h264_profiles[] = {
    {0x42, 0x4f, 0x40, PARLOR_H264_CONSTRAINED_BASELINE},
    {0x4d, 0x8f, 0x80, PARLOR_H264_CONSTRAINED_BASELINE},
    {0x58, 0xcf, 0xc0, PARLOR_H264_CONSTRAINED_BASELINE},
    {0x42, 0x4f, 0x00, PARLOR_H264_BASELINE},
    {0x58, 0xcf, 0x80, PARLOR_H264_BASELINE},
    {0x4d, 0xaf, 0x00, PARLOR_H264_MAIN},
    {0x64, 0xff, 0x0c, PARLOR_H264_CONSTRAINED_HIGH},
    {0x64, 0xff, 0x00, PARLOR_H264_HIGH},
    {0xf4, 0xff, 0x00, PARLOR_H264_HIGH_444},
};

/* 0: unknown. Without profile-level-id, what every WebRTC endpoint must have (RFC 7742
 * section 6.2): constrained baseline. */
static guint
h264_profile (const char *fmtp)
{
  char text[16];
  guint64 value;

  if (!parlor_fmtp_get (fmtp, "profile-level-id", text, sizeof text))
    return PARLOR_H264_CONSTRAINED_BASELINE;
  if (strlen (text) != 6 || !g_ascii_string_to_unsigned (text, 16, 0, 0xffffff, &value, NULL))
    return 0;
  for (guint i = 0; i < G_N_ELEMENTS (h264_profiles); i++)
    if (h264_profiles[i].profile_idc == value >> 16
        && (value >> 8 & h264_profiles[i].iop_mask) == h264_profiles[i].iop_value)
      return h264_profiles[i].profile;
  return 0;
}

static ParlorCodecKey
h264_key (const char *fmtp)
{
  guint profile = h264_profile (fmtp);
  guint mode = fmtp_number (fmtp, "packetization-mode", 0);

  /* Mode 2 interleaves: nobody's encoder or decoder in browsers does. */
  if (profile == 0 || mode > 1)
    return PARLOR_CODEC_KEY_NONE;
  return make_key (PARLOR_CODEC_H264, profile << 8 | mode);
}

/* --- Keys ---------------------------------------------------------------------------------- */

static ParlorCodecKey
vp9_key (const char *fmtp)
{
  guint profile = fmtp_number (fmtp, "profile-id", 0);

  return profile == 0 || profile == 2 ? make_key (PARLOR_CODEC_VP9, profile)
                                      : PARLOR_CODEC_KEY_NONE;
}

static ParlorCodecKey
av1_key (const char *fmtp)
{
  return fmtp_number (fmtp, "profile", 0) == 0 ? make_key (PARLOR_CODEC_AV1, 0)
                                               : PARLOR_CODEC_KEY_NONE;
}

ParlorCodecKey
parlor_codec_key_from_format (const char *encoding, guint32 clock_hz, guint channels,
                              const char *fmtp)
{
  ParlorCodec codec = parlor_codec_from_rtpmap (encoding, clock_hz, channels);

  switch (codec)
    {
    case PARLOR_CODEC_NONE:
    case PARLOR_CODEC_RED_OPUS:
      return PARLOR_CODEC_KEY_NONE;
    case PARLOR_CODEC_H264:
      return h264_key (fmtp);
    case PARLOR_CODEC_VP9:
      return vp9_key (fmtp);
    case PARLOR_CODEC_AV1:
      return av1_key (fmtp);
    default:
      return make_key (codec, 0);
    }
}

/* Which H264 profiles a decoder of the index takes, as bits of 1 << profile. Baseline stands with
 * constrained baseline: what the two differ in (FMO, ASO, redundant slices) no WebRTC encoder
 * uses, while several announce themselves without the constraint bit. */
#define BASELINES (1u << PARLOR_H264_CONSTRAINED_BASELINE | 1u << PARLOR_H264_BASELINE)
#define HIGHS                                                                                      \
  (BASELINES | 1u << PARLOR_H264_MAIN | 1u << PARLOR_H264_CONSTRAINED_HIGH | 1u << PARLOR_H264_HIGH)
static const guint32 h264_contains[] = {
    [PARLOR_H264_CONSTRAINED_BASELINE] = BASELINES,
    [PARLOR_H264_BASELINE] = BASELINES,
    [PARLOR_H264_MAIN] = BASELINES | 1u << PARLOR_H264_MAIN,
    [PARLOR_H264_CONSTRAINED_HIGH] = BASELINES | 1u << PARLOR_H264_CONSTRAINED_HIGH,
    [PARLOR_H264_HIGH] = HIGHS,
    [PARLOR_H264_HIGH_444] = HIGHS | 1u << PARLOR_H264_HIGH_444,
};

gboolean
parlor_codec_key_decodes (ParlorCodecKey receiver, ParlorCodecKey source)
{
  guint decoder = parlor_codec_key_variant (receiver) >> 8;
  guint stream = parlor_codec_key_variant (source) >> 8;

  if (receiver == PARLOR_CODEC_KEY_NONE || source == PARLOR_CODEC_KEY_NONE)
    return FALSE;
  if (receiver == source)
    return TRUE;
  if (parlor_codec_key_codec (receiver) != PARLOR_CODEC_H264
      || parlor_codec_key_codec (source) != PARLOR_CODEC_H264)
    return FALSE;
  return decoder < G_N_ELEMENTS (h264_contains) && stream < 32
         && (h264_contains[decoder] >> stream & 1) != 0 && (source & 0xff) <= (receiver & 0xff);
}

const char *
parlor_codec_key_to_string (ParlorCodecKey key, char *out, gsize size)
{
  static const char *const profiles[] = {
      "?", "constrained-baseline", "baseline", "main", "constrained-high", "high", "high-444"};
  ParlorCodec codec = parlor_codec_key_codec (key);
  guint variant = parlor_codec_key_variant (key);
  const char *name = key != PARLOR_CODEC_KEY_NONE ? parlor_codec_info (codec)->name : "none";

  if (codec == PARLOR_CODEC_H264)
    g_snprintf (out, size, "%s/%s/%u", name,
                profiles[variant >> 8 < G_N_ELEMENTS (profiles) ? variant >> 8 : 0],
                variant & 0xff);
  else if (codec == PARLOR_CODEC_VP9)
    g_snprintf (out, size, "%s/%u", name, variant);
  else
    g_snprintf (out, size, "%s", name);
  return out;
}
