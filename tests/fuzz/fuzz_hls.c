/* SPDX-License-Identifier: Apache-2.0 */
/* What a stranger asks of a playlist, and what a process that decodes strangers' pictures writes.
 * The input: a query's two values and a file's name, a line each, then the process's bytes. */
#include "live/playlist.h"
#include "record/hlswire.h"

#include <string.h>

int LLVMFuzzerTestOneInput (const guint8 *data, gsize size);

static void
on_message (const ParlorHlsHead *head, GBytes *bytes, gpointer user_data)
{
  if (head->type == PARLOR_HLS_INIT)
    parlor_playlist_begin (user_data, bytes);
  else
    parlor_playlist_add (user_data, bytes, head->duration_us, head->independent,
                         head->at_us / 1000);
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  g_autofree char *text = g_strndup ((const char *)data, size);
  g_auto (GStrv) lines = g_strsplit (text, "\n", 4);
  gboolean whole = g_strv_length (lines) == 4;
  gsize used = whole ? strlen (lines[0]) + strlen (lines[1]) + strlen (lines[2]) + 3 : 0;
  g_autoptr (ParlorPlaylist) playlist = parlor_playlist_new ();
  g_autoptr (ParlorHlsReader) reader = parlor_hls_reader_new (on_message, playlist);
  g_autoptr (GBytes) file = NULL;
  ParlorPlaylistPoint point;
  parlor_hls_reader_push (reader, data + used, size - used);
  if (whole && parlor_playlist_parse (lines[0], lines[1], &point))
    parlor_playlist_judge (playlist, point);
  if (whole)
    parlor_playlist_file (playlist, lines[2], &file);
  g_autofree char *written = parlor_playlist_write (playlist);
  return 0;
}
