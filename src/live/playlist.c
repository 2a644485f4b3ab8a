/* SPDX-License-Identifier: Apache-2.0 */
#include "live/playlist.h"

#include <string.h>

/* Parts are listed for so many segments back from the end; three target durations or more are
 * asked for (section 4.4.4.9). */
#define SEGMENTS_WITH_PARTS 4
/* A request may name the segment after the next one (section 6.2.5.2). */
#define AHEAD 2
#define NUMBER_MAX G_GINT64_CONSTANT (0x7fffffff)

typedef struct
{
  GBytes *data; /* owned */
  gint64 duration_us;
  gboolean independent;
} Part;

typedef struct
{
  gint64 msn;
  GPtrArray *parts; /* owns Part */
  gint64 duration_us;
  gint64 date_ms; /* of its first part */
  guint init;     /* number of its initialization section */
  gboolean whole; /* no more part comes */
  gsize bytes;
  GBytes *joined; /* owned; its parts are pieces of it. NULL = nobody asked for the whole */
} Segment;

struct _ParlorPlaylist
{
  GQueue segments;   /* owns Segment; the last one may not be whole */
  GHashTable *inits; /* number → owned GBytes */
  guint n_inits;
  gint64 next_msn;
  gint64 gone_discontinuities; /* of segments that were dropped */
  gsize bytes;
  gboolean ended;
  GBytes *text; /* as last written; NULL = something came since */
};

static void
part_free (gpointer data)
{
  Part *part = data;
  g_bytes_unref (part->data);
  g_free (part);
}

static void
segment_free (gpointer data)
{
  Segment *segment = data;
  g_ptr_array_unref (segment->parts);
  g_clear_pointer (&segment->joined, g_bytes_unref);
  g_free (segment);
}

static void
free_bytes (gpointer data)
{
  g_bytes_unref (data);
}

ParlorPlaylist *
parlor_playlist_new (void)
{
  ParlorPlaylist *playlist = g_new0 (ParlorPlaylist, 1);
  g_queue_init (&playlist->segments);
  playlist->inits = g_hash_table_new_full (NULL, NULL, NULL, free_bytes);
  return playlist;
}

void
parlor_playlist_free (ParlorPlaylist *playlist)
{
  if (!playlist)
    return;
  g_queue_clear_full (&playlist->segments, segment_free);
  g_hash_table_unref (playlist->inits);
  g_clear_pointer (&playlist->text, g_bytes_unref);
  g_free (playlist);
}

/* ---- what comes ----------------------------------------------------------------------------- */

static Segment *
last (const ParlorPlaylist *playlist)
{
  return g_queue_peek_tail ((GQueue *)&playlist->segments);
}

static void
drop_oldest (ParlorPlaylist *playlist)
{
  Segment *oldest = g_queue_pop_head (&playlist->segments);
  const Segment *next = g_queue_peek_head (&playlist->segments);
  playlist->bytes -= oldest->bytes;
  if (next && next->init != oldest->init)
    {
      playlist->gone_discontinuities++;
      g_hash_table_remove (playlist->inits, GUINT_TO_POINTER (oldest->init));
    }
  segment_free (oldest);
}

static void
close_segment (ParlorPlaylist *playlist)
{
  Segment *segment = last (playlist);
  if (segment)
    segment->whole = TRUE;
}

static Segment *
open_segment (ParlorPlaylist *playlist, gint64 date_ms)
{
  close_segment (playlist);
  Segment *segment = g_new0 (Segment, 1);
  *segment = (Segment){.msn = playlist->next_msn++,
                       .parts = g_ptr_array_new_with_free_func (part_free),
                       .date_ms = date_ms,
                       .init = playlist->n_inits - 1};
  g_queue_push_tail (&playlist->segments, segment);
  return segment;
}

void
parlor_playlist_begin (ParlorPlaylist *playlist, GBytes *init)
{
  /* One that nothing came of is forgotten: numbers of those that are listed have no gap. */
  const Segment *segment = last (playlist);
  if (playlist->n_inits && (!segment || segment->init != playlist->n_inits - 1))
    g_hash_table_remove (playlist->inits, GUINT_TO_POINTER (playlist->n_inits - 1));
  close_segment (playlist);
  g_clear_pointer (&playlist->text, g_bytes_unref);
  g_hash_table_insert (playlist->inits, GUINT_TO_POINTER (playlist->n_inits++), g_bytes_ref (init));
}

static gboolean
ends_before (const ParlorPlaylist *playlist, const Segment *segment, const Part *next)
{
  if (!segment || segment->whole || segment->init != playlist->n_inits - 1)
    return TRUE;
  if (segment->duration_us + next->duration_us > PARLOR_PLAYLIST_TARGET_MS * 1000)
    return TRUE;
  return next->independent && segment->duration_us >= PARLOR_PLAYLIST_SEGMENT_MS * 1000;
}

void
parlor_playlist_add (ParlorPlaylist *playlist, GBytes *data, gint64 duration_us,
                     gboolean independent, gint64 date_ms)
{
  if (!playlist->n_inits || playlist->ended || duration_us <= 0
      || duration_us > PARLOR_PLAYLIST_TARGET_MS * 1000)
    return;
  g_clear_pointer (&playlist->text, g_bytes_unref);
  Part *part = g_new (Part, 1);
  *part = (Part){g_bytes_ref (data), duration_us, independent};
  Segment *segment = last (playlist);
  if (ends_before (playlist, segment, part))
    segment = open_segment (playlist, date_ms);
  g_ptr_array_add (segment->parts, part);
  segment->duration_us += duration_us;
  segment->bytes += g_bytes_get_size (data);
  playlist->bytes += g_bytes_get_size (data);
  while (
      g_queue_get_length (&playlist->segments) > PARLOR_PLAYLIST_SEGMENTS + 1
      || (playlist->bytes > PARLOR_PLAYLIST_BYTES && g_queue_get_length (&playlist->segments) > 1))
    drop_oldest (playlist);
}

void
parlor_playlist_end (ParlorPlaylist *playlist)
{
  close_segment (playlist);
  g_clear_pointer (&playlist->text, g_bytes_unref);
  playlist->ended = TRUE;
}

gboolean
parlor_playlist_is_ready (const ParlorPlaylist *playlist)
{
  return last (playlist) != NULL;
}

/* ---- writing -------------------------------------------------------------------------------- */

static void
append_seconds (GString *out, gint64 us)
{
  g_string_append_printf (out, "%" G_GINT64_FORMAT ".%05d", us / G_USEC_PER_SEC,
                          (int)(us % G_USEC_PER_SEC / 10));
}

/* ISO 8601 with milliseconds. */
static void
append_date (GString *out, gint64 ms)
{
  g_autoptr (GDateTime) time = g_date_time_new_from_unix_utc (ms / 1000);
  g_autofree char *text = time ? g_date_time_format (time, "%Y-%m-%dT%H:%M:%S") : NULL;
  if (text)
    g_string_append_printf (out, "#EXT-X-PROGRAM-DATE-TIME:%s.%03dZ\n", text, (int)(ms % 1000));
}

static void
append_parts (GString *out, const Segment *segment)
{
  for (guint i = 0; i < segment->parts->len; i++)
    {
      const Part *part = segment->parts->pdata[i];
      g_string_append (out, "#EXT-X-PART:DURATION=");
      append_seconds (out, part->duration_us);
      g_string_append_printf (out, ",URI=\"%" G_GINT64_FORMAT ".%u.m4s\"%s\n", segment->msn, i,
                              part->independent ? ",INDEPENDENT=YES" : "");
    }
}

static void
append_segment (GString *out, const Segment *segment, const Segment *before, gboolean with_parts)
{
  if (!before || before->init != segment->init)
    g_string_append_printf (out, "%s#EXT-X-MAP:URI=\"init-%u.mp4\"\n",
                            before ? "#EXT-X-DISCONTINUITY\n" : "", segment->init);
  append_date (out, segment->date_ms);
  if (with_parts)
    append_parts (out, segment);
  if (!segment->whole)
    return;
  g_string_append (out, "#EXTINF:");
  append_seconds (out, segment->duration_us);
  g_string_append_printf (out, ",\n%" G_GINT64_FORMAT ".m4s\n", segment->msn);
}

/* The part that comes next, as far as can be known: where the segment is long enough, the next key
 * frame begins another. */
static void
append_hint (GString *out, const Segment *segment)
{
  gboolean next = segment->whole || segment->duration_us >= PARLOR_PLAYLIST_SEGMENT_MS * 1000;
  g_string_append_printf (out,
                          "#EXT-X-PRELOAD-HINT:TYPE=PART,URI=\"%" G_GINT64_FORMAT ".%u.m4s\"\n",
                          segment->msn + next, next ? 0 : segment->parts->len);
}

char *
parlor_playlist_write (const ParlorPlaylist *playlist)
{
  GString *out = g_string_new ("#EXTM3U\n#EXT-X-VERSION:9\n");
  const Segment *first = g_queue_peek_head ((GQueue *)&playlist->segments), *before = NULL;
  guint left = g_queue_get_length ((GQueue *)&playlist->segments);
  g_string_append_printf (out,
                          "#EXT-X-TARGETDURATION:%d\n"
                          "#EXT-X-SERVER-CONTROL:CAN-BLOCK-RELOAD=YES,PART-HOLD-BACK=%.1f\n"
                          "#EXT-X-PART-INF:PART-TARGET=%.1f\n"
                          "#EXT-X-MEDIA-SEQUENCE:%" G_GINT64_FORMAT "\n"
                          "#EXT-X-DISCONTINUITY-SEQUENCE:%" G_GINT64_FORMAT "\n",
                          PARLOR_PLAYLIST_TARGET_MS / 1000, 3 * PARLOR_PLAYLIST_PART_MS / 1000.0,
                          PARLOR_PLAYLIST_PART_MS / 1000.0, first ? first->msn : 0,
                          playlist->gone_discontinuities);
  for (const GList *at = playlist->segments.head; at; at = at->next)
    {
      append_segment (out, at->data, before, left-- <= SEGMENTS_WITH_PARTS);
      before = at->data;
    }
  if (playlist->ended)
    g_string_append (out, "#EXT-X-ENDLIST\n");
  else if (before)
    append_hint (out, before);
  return g_string_free (out, FALSE);
}

GBytes *
parlor_playlist_text (ParlorPlaylist *playlist)
{
  if (!playlist->text)
    {
      char *text = parlor_playlist_write (playlist);
      playlist->text = g_bytes_new_take (text, strlen (text));
    }
  return g_bytes_ref (playlist->text);
}

/* ---- asking --------------------------------------------------------------------------------- */

/* Decimal digits alone, at most NUMBER_MAX; `*end` is what follows. -1 = none. */
static gint64
number_of (const char *text, const char **end)
{
  gint64 value = 0;
  const char *at = text;
  for (; g_ascii_isdigit (*at); at++)
    {
      value = value * 10 + (*at - '0');
      if (value > NUMBER_MAX)
        return -1;
    }
  *end = at;
  return at == text ? -1 : value;
}

gboolean
parlor_playlist_parse (const char *msn, const char *part, ParlorPlaylistPoint *point)
{
  const char *end = "";
  *point = (ParlorPlaylistPoint){-1, -1};
  if (!msn)
    return !part;
  point->msn = number_of (msn, &end);
  if (point->msn < 0 || *end)
    return FALSE;
  if (!part)
    return TRUE;
  point->part = number_of (part, &end);
  return point->part >= 0 && !*end;
}

ParlorPlaylistVerdict
parlor_playlist_judge (const ParlorPlaylist *playlist, ParlorPlaylistPoint point)
{
  const Segment *segment = last (playlist);
  if (!segment)
    return playlist->ended ? PARLOR_PLAYLIST_NEVER : PARLOR_PLAYLIST_LATER;
  if (point.msn < segment->msn || playlist->ended)
    return PARLOR_PLAYLIST_HERE;
  if (point.msn > segment->msn + AHEAD)
    return PARLOR_PLAYLIST_NEVER;
  if (point.msn > segment->msn)
    return PARLOR_PLAYLIST_LATER;
  /* A part beyond its segment's last is the first of the next segment. */
  gboolean here = point.part < 0 ? segment->whole : point.part < (gint64)segment->parts->len;
  return here ? PARLOR_PLAYLIST_HERE : PARLOR_PLAYLIST_LATER;
}

static Segment *
find (const ParlorPlaylist *playlist, gint64 msn)
{
  for (const GList *at = playlist->segments.head; at; at = at->next)
    if (((const Segment *)at->data)->msn == msn)
      return at->data;
  return NULL;
}

static GBytes *
copy_parts (const Segment *segment)
{
  GByteArray *all = g_byte_array_sized_new ((guint)segment->bytes);
  for (guint i = 0; i < segment->parts->len; i++)
    {
      gsize size;
      const guint8 *data = g_bytes_get_data (((const Part *)segment->parts->pdata[i])->data, &size);
      g_byte_array_append (all, data, (guint)size);
    }
  return g_byte_array_free_to_bytes (all);
}

/* Once, however many ask. The parts become pieces of the whole, so that nothing is held twice. */
static GBytes *
join (Segment *segment)
{
  gsize at = 0;
  if (segment->joined)
    return g_bytes_ref (segment->joined);
  segment->joined = copy_parts (segment);
  for (guint i = 0; i < segment->parts->len; i++)
    {
      Part *part = segment->parts->pdata[i];
      gsize size = g_bytes_get_size (part->data);
      g_bytes_unref (part->data);
      part->data = g_bytes_new_from_bytes (segment->joined, at, size);
      at += size;
    }
  return g_bytes_ref (segment->joined);
}

static ParlorPlaylistVerdict
take_part (const ParlorPlaylist *playlist, gint64 msn, gint64 index, GBytes **file)
{
  const Segment *segment = find (playlist, msn);
  if (segment && segment->whole && index == (gint64)segment->parts->len)
    {
      segment = find (playlist, ++msn);
      index = 0;
    }
  if (segment && index < (gint64)segment->parts->len)
    {
      *file = g_bytes_ref (((const Part *)segment->parts->pdata[index])->data);
      return PARLOR_PLAYLIST_HERE;
    }
  gboolean next = segment ? !segment->whole && index == (gint64)segment->parts->len
                          : msn == playlist->next_msn && index == 0;
  return next && !playlist->ended ? PARLOR_PLAYLIST_LATER : PARLOR_PLAYLIST_GONE;
}

static ParlorPlaylistVerdict
take_segment (const ParlorPlaylist *playlist, gint64 msn, GBytes **file)
{
  Segment *segment = find (playlist, msn);
  if (!segment || !segment->whole)
    return PARLOR_PLAYLIST_GONE;
  *file = join (segment);
  return PARLOR_PLAYLIST_HERE;
}

ParlorPlaylistVerdict
parlor_playlist_file (const ParlorPlaylist *playlist, const char *name, GBytes **file)
{
  const char *end = "";
  gboolean is_init = g_str_has_prefix (name, "init-");
  gint64 first = number_of (is_init ? name + strlen ("init-") : name, &end);
  *file = NULL;
  if (first < 0)
    return PARLOR_PLAYLIST_GONE;
  if (is_init)
    {
      GBytes *init = strcmp (end, ".mp4")
                         ? NULL
                         : g_hash_table_lookup (playlist->inits, GUINT_TO_POINTER ((guint)first));
      *file = init ? g_bytes_ref (init) : NULL;
      return init ? PARLOR_PLAYLIST_HERE : PARLOR_PLAYLIST_GONE;
    }
  if (!strcmp (end, ".m4s"))
    return take_segment (playlist, first, file);
  gint64 index = *end == '.' ? number_of (end + 1, &end) : -1;
  return index >= 0 && !strcmp (end, ".m4s") ? take_part (playlist, first, index, file)
                                             : PARLOR_PLAYLIST_GONE;
}
