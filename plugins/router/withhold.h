/* SPDX-License-Identifier: Apache-2.0 */
/**
 * Which pictures of an H.264 stream with B-frames no receiver gets (decisions/0092). It goes by
 * pictures, that is by timestamps, never by packets: of a picture either all is given that it needs
 * and its end, or nothing, since browsers wait for the end of what has begun until the next key
 * frame. Thread: worker. Private to this folder.
 */
#pragma once

#include "router/state.h"

/** It is H.264 and had B-frames in the last seconds; those that nothing refers to are withheld. */
gboolean parlor_layer_has_b_frames (const ParlorLayer *layer, gint64 now_us);
/** B-frames are among them that cannot be left out, since others refer to them (a pyramid), or
 * since parameter sets go with each: pictures go back in what receivers get. A few at the beginning
 * are none yet. */
gboolean parlor_layer_keeps_b_frames (const ParlorLayer *layer, gint64 now_us);
/** TRUE: no receiver gets this packet. Once for every packet of an H.264 layer, in the order in
 * which they come; `info` has its header and frame. Late ones keep to what was decided for their
 * picture, as long as it is among the newest PARLOR_LAYER_PICTURES. */
gboolean parlor_layer_withholds (ParlorLayer *layer, const ParlorPacketInfo *info, gint64 now_us);
