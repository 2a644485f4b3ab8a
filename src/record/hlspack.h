/* SPDX-License-Identifier: Apache-2.0 */
/**
 * Frames in, parts of a live playlist out: cuts at PARLOR_PLAYLIST_PART_MS and at key frames, keeps
 * picture and sound on one clock, and fills missing sound with silence (a player stops where one of
 * its tracks has a hole).
 *
 * Pure: time comes in with the frames, in microseconds of one clock. One thread.
 */
#pragma once

#include "record/cmaf.h"

G_BEGIN_DECLS

typedef struct _ParlorHlsPack ParlorHlsPack;

typedef struct
{
  /** What comes from now on needs this; borrowed. */
  void (*init) (GBytes *init, gpointer user_data);
  /** A part that begins at `at_us`; borrowed. */
  void (*part) (GBytes *part, gint64 at_us, gint64 duration_us, gboolean independent,
                gpointer user_data);
  gpointer user_data;
} ParlorHlsPackOut;

/** `sound`: of which make the packets of parlor_hls_pack_audio () are. */
ParlorHlsPack *parlor_hls_pack_new (const ParlorHlsPackOut *out, ParlorCmafSound sound);
void parlor_hls_pack_free (ParlorHlsPack *pack);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (ParlorHlsPack, parlor_hls_pack_free)

/** Size, or the codec's configuration (`avcc` NULL = VP9). The same again changes nothing; another
    begins a new initialization with the next key frame. */
void parlor_hls_pack_format (ParlorHlsPack *pack, GBytes *avcc, guint width, guint height);
/** A picture, in decoding order. Its duration is known with the next one: parts come out one frame
    late. Nothing comes out before the first format and key frame. */
void parlor_hls_pack_video (ParlorHlsPack *pack, GBytes *frame, gint64 at_us, gboolean key);
/** An Opus packet (RFC 6716 section 3.1 tells how long it is; another is dropped), or an access
   unit of AAC-LC, two channels at 48 kHz. */
void parlor_hls_pack_audio (ParlorHlsPack *pack, GBytes *packet, gint64 at_us);

/** Samples at 48 kHz of an Opus packet; 0 = it is none (RFC 6716 sections 3.1, 3.2). */
guint parlor_opus_samples (const guint8 *packet, gsize size);

G_END_DECLS
