/* SPDX-License-Identifier: Apache-2.0 */
/* A part of a file of anybody: six bytes say of which kind and from when to when, the rest is the
 * file. What is promised of a part can be read, and of WebM is a WebM file. */
#include "record/clip.h"

#include "base/bytes.h"
#include "record/webm.h"

#include <string.h>

#define SAID 6

int LLVMFuzzerTestOneInput (const guint8 *data, gsize size);

typedef struct
{
  ParlorReader reader; /* first */
  const guint8 *bytes;
} Memory;

static gssize
memory_read (ParlorReader *reader, guint64 at, guint8 *out, gsize length)
{
  g_assert_cmpuint (at, <=, reader->size);
  gsize n = (gsize)MIN (length, reader->size - at);
  memcpy (out, ((Memory *)reader)->bytes + at, n);
  return (gssize)n;
}

static void
memory_free (ParlorReader *reader)
{
}

static void
read_all (ParlorClip *clip, ParlorReader *file, gboolean is_mp4)
{
  g_auto (ParlorWebmIndex) index = {0};
  ParlorReader *part = parlor_clip_reader (clip, file);
  g_autoptr (GByteArray) bytes = g_byte_array_new ();
  g_byte_array_set_size (bytes, (guint)part->size);
  g_assert_cmpint (part->read (part, 0, bytes->data, bytes->len), ==, bytes->len);
  g_assert_true (is_mp4 || parlor_webm_scan (bytes->data, bytes->len, &index));
  part->free (part);
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  if (size <= SAID || size > 65536)
    return 0;
  Memory memory = {{size - SAID, memory_read, memory_free}, data + SAID};
  gboolean is_mp4 = data[0] & 1;
  gint64 from_ms = parlor_get_u16 (data + 1), to_ms = from_ms + parlor_get_u16 (data + 3);
  g_autoptr (ParlorClip)
      clip = parlor_clip_new (&memory.reader, is_mp4, from_ms, data[5] & 1 ? G_MAXINT64 : to_ms);
  if (clip == NULL)
    return 0;
  g_assert_cmpint (parlor_clip_start_ms (clip), >=, 0);
  read_all (clip, &memory.reader, is_mp4);
  return 0;
}
