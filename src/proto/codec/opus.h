/* SPDX-License-Identifier: Apache-2.0 */
/* The Opus table of contents byte (RFC 6716 section 3.1): how long a packet plays, and whether it
 * is a DTX remnant. Pure; worker thread. */
#pragma once
#include <glib.h>

typedef struct
{
  guint8 config; /* 0 to 31 */
  guint8 stereo;
  guint8 frames;   /* 0 to 48 */
  guint32 samples; /* duration in units of 48 kHz, at most 5760 (120 ms) */
  guint8 dtx;      /* at most one byte of frame: silence that is not sent */
} ParlorOpus;

/* FALSE = empty, or more than 120 ms (RFC 6716 requirement R5). */
gboolean parlor_opus_parse (const guint8 *payload, gsize size, ParlorOpus *out);
