/* SPDX-License-Identifier: Apache-2.0 */
/**
 * Elements of EBML (RFC 8794) as WebM files have them (RFC 9559): read out of anybody's bytes, and
 * written with sizes of eight bytes everywhere, so that they can be written over. Any thread; the
 * array is the caller's.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* RFC 9559 section 5, RFC 8794 section 11.3. */
#define PARLOR_EBML_HEAD 0x1a45dfa3
#define PARLOR_EBML_SEGMENT 0x18538067
#define PARLOR_EBML_SEEK_HEAD 0x114d9b74
#define PARLOR_EBML_INFO 0x1549a966
#define PARLOR_EBML_TRACKS 0x1654ae6b
#define PARLOR_EBML_CLUSTER 0x1f43b675
#define PARLOR_EBML_CUES 0x1c53bb6b
#define PARLOR_EBML_VOID 0xec
#define PARLOR_EBML_DURATION 0x4489
#define PARLOR_EBML_TRACK_ENTRY 0xae
#define PARLOR_EBML_TRACK_NUMBER 0xd7
#define PARLOR_EBML_TRACK_TYPE 0x83
#define PARLOR_EBML_TIMESTAMP 0xe7
#define PARLOR_EBML_SIMPLE_BLOCK 0xa3
#define PARLOR_EBML_BLOCK_GROUP 0xa0
#define PARLOR_EBML_BLOCK 0xa1
#define PARLOR_EBML_REFERENCE 0xfb
#define PARLOR_EBML_UNKNOWN_SIZE G_MAXUINT64
/** One cue in so many ms is enough where every block could be one. */
#define PARLOR_EBML_AUDIO_CUE_MS 2000

typedef struct
{
  guint64 id, size; /**< of the content; may be PARLOR_EBML_UNKNOWN_SIZE */
  guint64 at, data; /**< where it begins, and its content */
} ParlorEbml;

/** FALSE: no element's head lies whole at `at`. Its content may reach beyond `length`. */
gboolean parlor_ebml_read (const guint8 *bytes, guint64 length, guint64 at, ParlorEbml *out);
/** Its content ends within `length`, which it begins within. */
gboolean parlor_ebml_is_whole (const ParlorEbml *element, guint64 length);
/** An unsigned integer of up to eight bytes; the element is whole. */
guint64 parlor_ebml_number (const guint8 *bytes, const ParlorEbml *element);

void parlor_ebml_put_id (GByteArray *out, guint64 id);
/** Eight bytes. */
void parlor_ebml_put_size (GByteArray *out, guint64 size);
/** An integer, or the bits of a double, in eight bytes. */
void parlor_ebml_put_number (GByteArray *out, guint64 id, guint64 value);
void parlor_ebml_put_master (GByteArray *out, guint64 id, const GByteArray *content);
/** `size` bytes in all, 9 or more. */
void parlor_ebml_put_void (GByteArray *out, guint64 size);
/** One CuePoint (RFC 9559 section 5.1.5.1); `position` from the segment's content on. */
void parlor_ebml_put_cue (GByteArray *out, guint64 track, gint64 time_ms, guint64 position);
/** The Info element of `bytes` (whole) with this duration instead of its own. */
void parlor_ebml_put_info (GByteArray *out, const guint8 *bytes, guint64 info_at, guint64 info_size,
                           gint64 duration_ms);

G_END_DECLS
