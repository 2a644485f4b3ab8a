/* SPDX-License-Identifier: Apache-2.0 */
/** What both works of a stage process are made of: decoders, caps, and the word at its end. */
#pragma once

#include "proto/codec/codec.h"

#include <gst/gst.h>

G_BEGIN_DECLS

/** The elements of both works, NULL at the end: a plugin loads with its first element, and after
 * the sandbox has closed nothing can be loaded any more. */
const char *const *parlor_stage_elements (void);
/** "depay ! decode" for what a tap brings; NULL = it is not decoded here. */
const char *parlor_stage_decoder (ParlorCodec codec);
/** Caps of a tap's packets (transfer full). */
GstCaps *parlor_stage_caps (ParlorCodec codec, guint8 pt);
/** A line on standard error, and EXIT_FAILURE. */
int parlor_stage_fail (const char *why);

G_END_DECLS
