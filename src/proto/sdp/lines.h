/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <gst/sdp/gstsdpmessage.h>

#include "proto/sdp/error.h"

/* Inside of proto/sdp: what stands before and beside GstSDPMessage. GStreamer's parser takes nearly
 * anything and forgets where it stood; this checks the grammar of lines first (RFC 8866 section 9),
 * within bounds, and remembers the line number of each attribute for messages. */

#define PARLOR_SDP_MAX_LINES 16384
/* Below the 8 KiB at which GStreamer would cut a value in silence. */
#define PARLOR_SDP_MAX_LINE_BYTES 4096

typedef struct
{
  GstSDPMessage *message;
  GArray *attribute_lines; /* guint: line of each a=, the session's first, then by m-line */
  GArray *media_lines;     /* guint: line of each m= */
  GArray *media_first;     /* guint: index into attribute_lines of each m-line's first a= */
} ParlorSdpText;

/* (transfer full) NULL and `error` (MALFORMED) when it is not SDP or beyond a bound. */
ParlorSdpText *parlor_sdp_text_parse (const char *sdp, gsize length, GError **error);
void parlor_sdp_text_free (ParlorSdpText *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (ParlorSdpText, parlor_sdp_text_free)

/* Line of the session's a= number `index`, or of one m-line's. */
guint parlor_sdp_text_session_line (const ParlorSdpText *self, guint index);
guint parlor_sdp_text_media_line (const ParlorSdpText *self, guint media, guint index);

/* Sets `error` to "line N: …" (N > 0) and returns FALSE. Text of the offer goes in as
 * parlor_sdp_quote gives it. */
gboolean parlor_sdp_fail (GError **error, ParlorSdpError code, guint line, const char *format, ...)
    G_GNUC_PRINTF (4, 5);

/* "…" around at most 40 bytes, printable ASCII alone, for messages. Returns `out`. */
#define PARLOR_SDP_QUOTE_BYTES 48
const char *parlor_sdp_quote (const char *text, char out[PARLOR_SDP_QUOTE_BYTES]);
