/* SPDX-License-Identifier: Apache-2.0 */
/* Redundant audio (RFC 2198): older frames travel again in front of the newest one. Pure; worker
 * thread.
 *
 * Each redundant block has a head of four bytes, the primary (last) of one; then the data in the
 * same order. |1| block PT:7 |  timestamp offset:14  | block length:10 |   …   |0| block PT:7 |
 */
#pragma once
#include <glib.h>

/* More are malformed: Chromium sends at most 9 redundant blocks. */
#define PARLOR_RED_BLOCKS_MAX 12
#define PARLOR_RED_OFFSET_MAX 0x3fff
#define PARLOR_RED_LENGTH_MAX 0x3ff

typedef struct
{
  guint8 count; /* at least 1; the last one is the primary */
  struct
  {
    guint16 ts_offset; /* units of the RTP clock before the packet's timestamp; 0 for the primary */
    guint16 offset;    /* of the data, from the payload's first byte */
    guint16 size;      /* 0 is possible */
    guint8 pt;
  } blocks[PARLOR_RED_BLOCKS_MAX];
} ParlorRed;

/* FALSE = malformed. payload is without RTP padding. */
gboolean parlor_red_parse (const guint8 *payload, gsize size, ParlorRed *out);

/* The primary's data, for a receiver without RED; (transfer none), lies in payload. */
static inline const guint8 *
parlor_red_primary (const guint8 *payload, const ParlorRed *red, gsize *size, guint8 *pt)
{
  *size = red->blocks[red->count - 1].size;
  *pt = red->blocks[red->count - 1].pt;
  return payload + red->blocks[red->count - 1].offset;
}
