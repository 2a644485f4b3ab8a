/* SPDX-License-Identifier: Apache-2.0 */
#include "live/playlist.h"

#include <string.h>

#define DAY_MS (24 * 3600 * G_GINT64_CONSTANT (1000))

static void
begin (ParlorPlaylist *playlist)
{
  g_autoptr (GBytes) init = g_bytes_new_static ("init", 4);
  parlor_playlist_begin (playlist, init);
}

/* `n` parts of 400 ms; each fifth begins with a key frame: segments of 2 s. */
static void
add (ParlorPlaylist *playlist, guint from, guint n)
{
  for (guint i = from; i < from + n; i++)
    {
      g_autofree char *text = g_strdup_printf ("<%u>", i);
      g_autoptr (GBytes) part = g_bytes_new (text, strlen (text));
      parlor_playlist_add (playlist, part, 400000, i % 5 == 0, DAY_MS + 400 * (gint64)i);
    }
}

static gboolean
has (const ParlorPlaylist *playlist, const char *line)
{
  g_autofree char *text = parlor_playlist_write (playlist);
  return strstr (text, line) != NULL;
}

static char *
file (const ParlorPlaylist *playlist, const char *name)
{
  g_autoptr (GBytes) bytes = NULL;
  gsize size = 0;
  if (parlor_playlist_file (playlist, name, &bytes) != PARLOR_PLAYLIST_HERE)
    return NULL;
  const char *data = g_bytes_get_data (bytes, &size);
  return g_strndup (data, size);
}

static ParlorPlaylistVerdict
judge (const ParlorPlaylist *playlist, gint64 msn, gint64 part)
{
  return parlor_playlist_judge (playlist, (ParlorPlaylistPoint){msn, part});
}

static void
test_text (void)
{
  g_autoptr (ParlorPlaylist) playlist = parlor_playlist_new ();
  g_assert_false (parlor_playlist_is_ready (playlist));
  begin (playlist);
  add (playlist, 0, 7);
  g_autofree char *text = parlor_playlist_write (playlist);
  g_assert_cmpstr (text, ==,
                   "#EXTM3U\n#EXT-X-VERSION:9\n#EXT-X-TARGETDURATION:4\n"
                   "#EXT-X-SERVER-CONTROL:CAN-BLOCK-RELOAD=YES,PART-HOLD-BACK=1.2\n"
                   "#EXT-X-PART-INF:PART-TARGET=0.4\n#EXT-X-MEDIA-SEQUENCE:0\n"
                   "#EXT-X-DISCONTINUITY-SEQUENCE:0\n#EXT-X-MAP:URI=\"init-0.mp4\"\n"
                   "#EXT-X-PROGRAM-DATE-TIME:1970-01-02T00:00:00.000Z\n"
                   "#EXT-X-PART:DURATION=0.40000,URI=\"0.0.m4s\",INDEPENDENT=YES\n"
                   "#EXT-X-PART:DURATION=0.40000,URI=\"0.1.m4s\"\n"
                   "#EXT-X-PART:DURATION=0.40000,URI=\"0.2.m4s\"\n"
                   "#EXT-X-PART:DURATION=0.40000,URI=\"0.3.m4s\"\n"
                   "#EXT-X-PART:DURATION=0.40000,URI=\"0.4.m4s\"\n"
                   "#EXTINF:2.00000,\n0.m4s\n"
                   "#EXT-X-PROGRAM-DATE-TIME:1970-01-02T00:00:02.000Z\n"
                   "#EXT-X-PART:DURATION=0.40000,URI=\"1.0.m4s\",INDEPENDENT=YES\n"
                   "#EXT-X-PART:DURATION=0.40000,URI=\"1.1.m4s\"\n"
                   "#EXT-X-PRELOAD-HINT:TYPE=PART,URI=\"1.2.m4s\"\n");
}

static void
test_blocking (void)
{
  g_autoptr (ParlorPlaylist) playlist = parlor_playlist_new ();
  g_assert_cmpint (judge (playlist, 0, 0), ==, PARLOR_PLAYLIST_LATER);
  begin (playlist);
  add (playlist, 0, 7);
  g_assert_cmpint (judge (playlist, 0, -1), ==, PARLOR_PLAYLIST_HERE);
  g_assert_cmpint (judge (playlist, 1, 1), ==, PARLOR_PLAYLIST_HERE);
  g_assert_cmpint (judge (playlist, 1, 2), ==, PARLOR_PLAYLIST_LATER);
  g_assert_cmpint (judge (playlist, 1, -1), ==, PARLOR_PLAYLIST_LATER);
  g_assert_cmpint (judge (playlist, 3, 0), ==, PARLOR_PLAYLIST_LATER);
  g_assert_cmpint (judge (playlist, 4, 0), ==, PARLOR_PLAYLIST_NEVER);
  /* Part 9 that segment 1 then does not have: the next segment's first answers it. */
  g_assert_cmpint (judge (playlist, 1, 9), ==, PARLOR_PLAYLIST_LATER);
  add (playlist, 7, 4);
  g_assert_cmpint (judge (playlist, 1, 9), ==, PARLOR_PLAYLIST_HERE);
  parlor_playlist_end (playlist);
  g_assert_true (has (playlist, "#EXT-X-ENDLIST"));
  g_assert_false (has (playlist, "PRELOAD-HINT"));
  g_assert_cmpint (judge (playlist, 2, 5), ==, PARLOR_PLAYLIST_HERE);
}

static void
test_files (void)
{
  g_autoptr (ParlorPlaylist) playlist = parlor_playlist_new ();
  GBytes *none;
  begin (playlist);
  add (playlist, 0, 6);
  g_autofree char *part = file (playlist, "0.1.m4s"), *segment = file (playlist, "0.m4s");
  g_autofree char *init = file (playlist, "init-0.mp4"), *next = file (playlist, "0.5.m4s");
  g_assert_cmpstr (part, ==, "<1>");
  g_assert_cmpstr (segment, ==, "<0><1><2><3><4>");
  g_assert_cmpstr (init, ==, "init");
  g_assert_cmpstr (next, ==, "<5>"); /* hinted before the key frame came */
  g_assert_cmpint (parlor_playlist_file (playlist, "1.1.m4s", &none), ==, PARLOR_PLAYLIST_LATER);
  g_assert_cmpint (parlor_playlist_file (playlist, "2.0.m4s", &none), ==, PARLOR_PLAYLIST_LATER);
  static const char *const gone[] = {
      "1.m4s",   "1.2.m4s",    "3.0.m4s",  "init-1.mp4",
      "0.7.m4s", "x",          "",         ".m4s",
      "0..m4s",  "0.0.m4sx",   "-1.0.m4s", "init-.mp4",
      "0.0",     "init-0.m4s", "0.-1.m4s", "99999999999999999999.0.m4s"};
  for (guint i = 0; i < G_N_ELEMENTS (gone); i++)
    g_assert_cmpint (parlor_playlist_file (playlist, gone[i], &none), ==, PARLOR_PLAYLIST_GONE);
}

static void
test_window (void)
{
  g_autoptr (ParlorPlaylist) playlist = parlor_playlist_new ();
  begin (playlist);
  add (playlist, 0, 5 * 12 + 1);
  g_assert_true (has (playlist, "#EXT-X-MEDIA-SEQUENCE:4\n"));
  g_assert_false (has (playlist, "URI=\"8.0.m4s\""));
  g_assert_true (has (playlist, "URI=\"9.0.m4s\""));
  g_assert_cmpint (judge (playlist, 0, 0), ==, PARLOR_PLAYLIST_HERE);
}

static void
test_discontinuity (void)
{
  g_autoptr (ParlorPlaylist) playlist = parlor_playlist_new ();
  begin (playlist);
  add (playlist, 0, 3);
  begin (playlist); /* nothing came of this one */
  begin (playlist);
  add (playlist, 5, 3);
  g_assert_true (has (playlist, "#EXT-X-DISCONTINUITY\n#EXT-X-MAP:URI=\"init-2.mp4\""));
  add (playlist, 10, 5 * 9);
  g_assert_true (has (playlist, "#EXT-X-DISCONTINUITY-SEQUENCE:1\n"));
  g_autofree char *old = file (playlist, "init-0.mp4");
  g_assert_null (old);
}

/* A publisher whose key frames are rare: no segment is longer than was said. */
static void
test_long (void)
{
  g_autoptr (ParlorPlaylist) playlist = parlor_playlist_new ();
  g_autoptr (GBytes) part = g_bytes_new_static ("x", 1);
  begin (playlist);
  for (guint i = 0; i < 25; i++)
    parlor_playlist_add (playlist, part, 400000, i == 0, 0);
  g_assert_true (has (playlist, "#EXTINF:4.00000,\n0.m4s"));
  g_assert_true (has (playlist, "#EXTINF:4.00000,\n1.m4s"));
}

static const guint8 *
address_of (const ParlorPlaylist *playlist, const char *name)
{
  g_autoptr (GBytes) bytes = NULL;
  g_assert_cmpint (parlor_playlist_file (playlist, name, &bytes), ==, PARLOR_PLAYLIST_HERE);
  return g_bytes_get_data (bytes, NULL);
}

static void
test_one_copy (void)
{
  g_autoptr (ParlorPlaylist) playlist = parlor_playlist_new ();
  begin (playlist);
  add (playlist, 0, 6);
  g_autoptr (GBytes) first = parlor_playlist_text (playlist);
  g_autoptr (GBytes) second = parlor_playlist_text (playlist);
  g_assert_true (first == second);
  const guint8 *whole = address_of (playlist, "0.m4s");
  g_assert_true (address_of (playlist, "0.m4s") == whole);
  g_assert_true (address_of (playlist, "0.0.m4s") == whole);
  g_assert_true (address_of (playlist, "0.2.m4s") == whole + strlen ("<0><1>"));
  g_autofree char *part = file (playlist, "0.2.m4s");
  g_assert_cmpstr (part, ==, "<2>");
  /* What is written is written anew when something came, and with a segment go its pieces. */
  add (playlist, 6, 1);
  g_autoptr (GBytes) third = parlor_playlist_text (playlist);
  g_autofree char *text = parlor_playlist_write (playlist);
  g_assert_false (third == first);
  g_assert_cmpmem (g_bytes_get_data (third, NULL), g_bytes_get_size (third), text, strlen (text));
  begin (playlist);
  add (playlist, 10, 1);
  g_autoptr (GBytes) fourth = parlor_playlist_text (playlist);
  parlor_playlist_end (playlist);
  g_autoptr (GBytes) fifth = parlor_playlist_text (playlist);
  g_assert_false (g_bytes_equal (third, fourth));
  g_assert_false (g_bytes_equal (fourth, fifth));
}

static void
test_query (void)
{
  ParlorPlaylistPoint point;
  g_assert_true (parlor_playlist_parse (NULL, NULL, &point));
  g_assert_cmpint (point.msn, ==, -1);
  g_assert_true (parlor_playlist_parse ("12", "3", &point));
  g_assert_cmpint (point.msn, ==, 12);
  g_assert_cmpint (point.part, ==, 3);
  g_assert_false (parlor_playlist_parse (NULL, "3", &point));
  g_assert_false (parlor_playlist_parse ("-1", NULL, &point));
  g_assert_false (parlor_playlist_parse ("1x", NULL, &point));
  g_assert_false (parlor_playlist_parse ("1", "", &point));
  g_assert_false (parlor_playlist_parse ("4294967296", NULL, &point));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/live/playlist/the-text-is-as-the-draft-writes-it", test_text);
  g_test_add_func ("/live/playlist/a-reload-waits-for-what-it-names", test_blocking);
  g_test_add_func ("/live/playlist/files-are-found-by-their-names", test_files);
  g_test_add_func ("/live/playlist/the-window-moves-on", test_window);
  g_test_add_func ("/live/playlist/another-beginning-is-a-discontinuity", test_discontinuity);
  g_test_add_func ("/live/playlist/no-segment-is-longer-than-the-target", test_long);
  g_test_add_func ("/live/playlist/all-who-ask-share-one-copy", test_one_copy);
  g_test_add_func ("/live/playlist/a-query-of-another-shape-is-refused", test_query);
  return g_test_run ();
}
