/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <glib.h>

#include "proto/codec/codec.h"

/* A codec together with what must be equal for a stream to be decodable: the bridge between a
 * publisher's payload types and a subscriber's. Payload types mean nothing outside the peer that
 * offered them; keys mean the same everywhere, compare with ==, and fit a table.
 *
 *   bits 24..31  ParlorCodec
 *   bits  0..23  variant: H264 (RFC 6184 section 8.1): profile << 8 | packetization-mode,
 *                VP9 (RFC 9628): profile-id, AV1: profile, else 0
 *
 * Levels are not in a key: a level is a limit, not a language, and level-asymmetry-allowed lets the
 * two directions differ. */
typedef guint32 ParlorCodecKey;

/* Not a codec that we forward. */
#define PARLOR_CODEC_KEY_NONE ((ParlorCodecKey)0)

/* Profiles of H264 as profile_idc and profile-iop name them (RFC 6184 table 5). */
typedef enum
{
  PARLOR_H264_CONSTRAINED_BASELINE = 1,
  PARLOR_H264_BASELINE,
  PARLOR_H264_MAIN,
  PARLOR_H264_CONSTRAINED_HIGH,
  PARLOR_H264_HIGH,
  PARLOR_H264_HIGH_444, /* High 4:4:4 Predictive */
} ParlorH264Profile;

/* `encoding` as in a=rtpmap, any case; `channels` 0 = not said; `fmtp` (nullable): the parameters
 * without the payload type. PARLOR_CODEC_KEY_NONE for what we do not forward: unknown names, wrong
 * clock or channels, H264 with a profile or packetization-mode that we do not know, VP9 other than
 * profile 0 and 2, AV1 other than profile 0; also for RTX and RED, which are wrappings. */
ParlorCodecKey parlor_codec_key_from_format (const char *encoding, guint32 clock_hz, guint channels,
                                             const char *fmtp);

static inline ParlorCodec
parlor_codec_key_codec (ParlorCodecKey key)
{
  return (ParlorCodec)(key >> 24);
}

static inline guint
parlor_codec_key_variant (ParlorCodecKey key)
{
  return key & 0xffffff;
}

/* TRUE when a receiver that negotiated `receiver` decodes a stream of `source`: equal keys, or H264
 * of a profile that the receiver's contains, with a packetization-mode not above its own. Prefer an
 * equal key where a receiver has several. */
gboolean parlor_codec_key_decodes (ParlorCodecKey receiver, ParlorCodecKey source);

/* "VP8", "H264/constrained-baseline/1", "VP9/2"; "none". Returns `out`. 48 bytes hold all. */
const char *parlor_codec_key_to_string (ParlorCodecKey key, char *out, gsize size);

/* The value of `name` in an fmtp parameter string ("a=1; b=2"); names in any case, blanks aside.
 * FALSE when it is not there, or longer than `size` - 1. */
gboolean parlor_fmtp_get (const char *fmtp, const char *name, char *out, gsize size);
