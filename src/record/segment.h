/* SPDX-License-Identifier: Apache-2.0 */
/**
 * One file of one track: RTP packets in order go through stock elements (depayloader, muxer) in the
 * caller's thread, and what the muxer says is written at once, frame by frame, so that a crash
 * loses no more than the frame under way. Nothing is decoded.
 *
 * One thread at a time.
 */
#pragma once

#include "proto/codec/codec.h"

#include <gst/gst.h>

G_BEGIN_DECLS

typedef struct _ParlorSegment ParlorSegment;

/** Whether tracks of this codec can be written. */
gboolean parlor_segment_can_write (ParlorCodec codec);
/** Of the file's name: "webm", "mp4". Static. */
const char *parlor_segment_suffix (ParlorCodec codec);
/** Loads what parlor_segment_new () needs, so that nothing is opened later. FALSE: a plugin is
 * missing; `*missing` (static) says which. */
gboolean parlor_segment_preload (const char **missing);

/** Makes the file, which must not be there; `vault_key` (nullable) as in record/safe.h. NULL:
 * G_FILE_ERROR, or GST_CORE_ERROR when an element is missing. */
ParlorSegment *parlor_segment_new (const char *path, const guint8 *vault_key, ParlorCodec codec,
                                   guint clock_hz, GError **error);
/** Closes the file as it is; see parlor_webm_finish (). */
void parlor_segment_free (ParlorSegment *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (ParlorSegment, parlor_segment_free)

/** `file_us`: presentation time in the file, >= 0. `lost`: packets before this one are missing.
 * FALSE: nothing more can be written; errno says why (0 = the muxer refused). */
gboolean parlor_segment_push (ParlorSegment *self, GBytes *packet, gint64 file_us, gboolean lost);
/** The depayloader cannot go on without a key frame; cleared by the call. */
gboolean parlor_segment_take_key_frame_wish (ParlorSegment *self);
/** What comes now does not fit in this file any more: begin another with the next key frame. */
gboolean parlor_segment_is_over (const ParlorSegment *self);
guint64 parlor_segment_bytes (const ParlorSegment *self);
/** For fdatasync () by another thread; borrowed. */
int parlor_segment_fd (const ParlorSegment *self);

G_END_DECLS
