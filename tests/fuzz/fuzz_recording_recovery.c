/* SPDX-License-Identifier: Apache-2.0 */
#include "record/journal.h"
#include "record/manifest.h"
#include "record/webm.h"

int LLVMFuzzerTestOneInput (const guint8 *data, gsize size);

static void
touch (const guint8 *frame, gsize length, gint64 time_ms, gpointer user_data)
{
  if (length > 0)
    g_assert_cmpuint (frame[0] + frame[length - 1], <=, 510);
}

/* The bytes as a media file, as a journal, and (so that the checksum is no wall) as one entry after
 * another. */
int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  g_auto (ParlorWebmIndex) index = {0};
  g_autoptr (ParlorReplay) replay = parlor_replay_new ();
  gsize used = 0;
  if (size > 65536)
    return 0;
  if (parlor_webm_scan (data, size, &index))
    g_assert_cmpuint (index.whole, <=, size);
  parlor_webm_frames (data, size, 5000, touch, NULL);
  g_autoptr (GByteArray) head = parlor_webm_make_room (data, size, &used);
  if (head != NULL)
    g_assert_cmpuint (head->len, ==, used + PARLOR_WEBM_ROOM);
  g_assert_cmpuint (parlor_journal_scan (data, size, parlor_replay_entry, replay), <=, size);
  for (gsize at = 0; at < size;)
    {
      gsize end = at;
      while (end < size && data[end] != '\n')
        end++;
      parlor_replay_entry ((const char *)data + at, end - at, replay);
      at = end + 1;
    }
  g_autoptr (GArray) unfinished = parlor_replay_unfinished (replay);
  json_t *manifest = parlor_replay_manifest (replay);
  g_assert_true (json_is_object (manifest));
  json_decref (manifest);
  return 0;
}
