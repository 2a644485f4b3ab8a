/* SPDX-License-Identifier: Apache-2.0 */
/* How large the pictures of an H.264 stream are, from its sequence parameter set (ITU-T H.264
 * section 7.3.2.1.1), which browsers send with each key frame. Pure; worker thread. */
#pragma once
#include <glib.h>

/* Lines after cropping, of a payload that brings a set: a single NAL unit 7, or a STAP-A with one
 * in it. 0 = there is none, it cannot be read, or it tells of less than 16 or more than 16384 lines
 * before cropping. */
guint parlor_h264_height (const guint8 *payload, gsize size);
/* Both, of one NAL unit. FALSE: it is no set, or as above. */
gboolean parlor_h264_size (const guint8 *nal, gsize size, guint *width, guint *height);
