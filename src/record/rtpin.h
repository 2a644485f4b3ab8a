/* SPDX-License-Identifier: Apache-2.0 */
/**
 * What the processes behind taps share: which payload type is which codec, and sound out of its
 * redundancy. Pure.
 */
#pragma once

#include "proto/codec/codec.h"

G_BEGIN_DECLS

/** By payload type; PARLOR_CODEC_NONE = not told of. */
typedef struct
{
  ParlorCodec of[128];
} ParlorRtpFormats;

/** Reads "96=VP8/90000,111=opus/48000" (room/media.h, tap_codecs ()); what is not understood is
 * left out. */
void parlor_rtp_formats_read (ParlorRtpFormats *self, const char *text);
/** The first payload type of this codec; 0 = none. */
guint8 parlor_rtp_formats_find (const ParlorRtpFormats *self, ParlorCodec codec);

/**
 * RFC 2198: what is left when only the newest block stays, as if it had come by itself as `pt`. In
 * place. The new length; 0 = malformed.
 */
gsize parlor_rtp_unwrap_red (guint8 *packet, gsize length, guint8 pt);

G_END_DECLS
