/* SPDX-License-Identifier: Apache-2.0 */
/* A replay window (RFC 3711 section 3.3.2) over 64-bit indices, and a bounded set of them by SSRC.
 * Not for other folders. */
#pragma once
#include "secure/srtp.h"

typedef struct
{
  guint32 ssrc;
  guint64 highest;
  guint64 bits[PARLOR_SRTP_WINDOW / 64]; /* circular: index modulo PARLOR_SRTP_WINDOW */
} ParlorSrtpWindow;

typedef struct
{
  ParlorSrtpWindow *windows[PARLOR_SRTP_MAX_SSRCS];
  guint n, last; /* last: where the search begins */
} ParlorSrtpWindows;

void parlor_srtp_windows_clear (ParlorSrtpWindows *windows);

/* NULL = nothing authentic came with this SSRC so far. */
ParlorSrtpWindow *parlor_srtp_windows_find (ParlorSrtpWindows *windows, guint32 ssrc);

/* Was this index seen, or is it too old to know? */
gboolean parlor_srtp_window_is_replay (const ParlorSrtpWindow *window, guint64 index);

/* Remembers an authentic index. window NULL: makes a place for ssrc; FALSE when there is none left.
 */
gboolean parlor_srtp_windows_accept (ParlorSrtpWindows *windows, ParlorSrtpWindow *window,
                                     guint32 ssrc, guint64 index);
