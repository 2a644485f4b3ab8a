/* SPDX-License-Identifier: Apache-2.0 */
/* The AV1 aggregation header and OBU elements (AV1 RTP specification 1.0.0, section 4.4). Pure;
 * worker thread.
 *
 *   |Z|Y| W |N|-|-|-|   Z: first element continues one, Y: last one goes on, W: count (0 = each has
 * a length), N: a new coded video sequence begins
 */
#pragma once
#include <glib.h>

typedef struct
{
  guint8 continues; /* Z */
  guint8 goes_on;   /* Y */
  guint8
      new_sequence; /* N: first packet of a coded video sequence, which begins with a key frame */
  guint8 n_elements;
  guint8 has_sequence_header; /* an OBU_SEQUENCE_HEADER begins in it */
  guint8 has_temporal_delimiter;
  guint8 tid, sid; /* of the first OBU with an extension header; 0 without one */
} ParlorAv1;

/* FALSE = empty, a length runs over the end, Z together with N, or an empty element. */
gboolean parlor_av1_parse (const guint8 *payload, gsize size, ParlorAv1 *out);
