/* SPDX-License-Identifier: Apache-2.0 */
/** How clips of the two formats are put together: for record/clip*.c alone. */
#pragma once

#include "record/clip.h"

G_BEGIN_DECLS

/** So much of a file is looked at to find the key frame before an instant, or one cluster. */
#define PARLOR_CLIP_LOOK_MAX ((guint64)64 << 20)
/** A quarter of an hour has that many pictures. */
#define PARLOR_CLIP_FRAMES_MAX 60000

/** A run of bytes behind the head: of the file, or of `memory`. */
typedef struct
{
  guint64 at;   /**< behind the head */
  guint64 from; /**< of the file, or of memory */
  guint64 length;
  gboolean in_memory;
} ParlorClipSpan;

struct _ParlorClip
{
  guint refs;
  GByteArray *head, *memory; /* owned */
  GArray *spans;             /* ParlorClipSpan, owned: one behind the other */
  guint64 body;              /* bytes of all of them */
  guint64 file_size;
  gint64 start_ms;
};

/** All of it, or FALSE. */
gboolean parlor_clip_read (ParlorReader *file, guint64 at, guint8 *out, gsize length);
/** What a file has there, `max` bytes at most (transfer full). */
GByteArray *parlor_clip_load (ParlorReader *file, guint64 at, guint64 max);
/** Behind what is there. */
void parlor_clip_put (ParlorClip *self, const void *bytes, gsize length);
void parlor_clip_put_span (ParlorClip *self, guint64 from, guint64 length);

/** Fill an empty one. FALSE: see parlor_clip_new (). */
gboolean parlor_clip_fill_webm (ParlorClip *self, ParlorReader *file, gint64 from_ms, gint64 to_ms);
gboolean parlor_clip_fill_mp4 (ParlorClip *self, ParlorReader *file, gint64 from_ms, gint64 to_ms);

G_END_DECLS
