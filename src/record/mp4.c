/* SPDX-License-Identifier: Apache-2.0 */
#include "record/mp4.h"

#include "base/bytes.h"
#include "proto/codec/h264sps.h"
#include "record/boxes.h"
#include "record/safe.h"
#include "record/webm.h"

#include <errno.h>

#define BOX(a, b, c, d) ((guint32)(a) << 24 | (guint32)(b) << 16 | (guint32)(c) << 8 | (guint32)(d))
#define BOX_HEADER 8
#define SIDX_HEAD 32
#define SIDX_ENTRY 12
#define NOT_KEY                                                                                    \
  0x01010000 /* ISO/IEC 14496-12 section 8.8.3.1: depends on others, is no sync sample */
#define IS_KEY 0x02000000
#define FRAMES_MAX 1000000

gboolean
parlor_mp4_config_size (const guint8 *avcc, gsize size, ParlorMp4Size *out)
{
  if (size < 8 || (avcc[5] & 31) == 0)
    return FALSE;
  gsize length = parlor_get_u16 (avcc + 6);
  return length <= size - 8 && parlor_h264_size (avcc + 8, length, &out->width, &out->height);
}

/* ---- writing -------------------------------------------------------------------------------- */

static void
put_tkhd (GByteArray *out, const ParlorMp4Size *picture)
{
  guint at = parlor_box_begin_full (out, "tkhd", 0, 3);
  parlor_box_put_zeros (out, 8);
  parlor_box_put32 (out, 1);
  parlor_box_put_zeros (out, 8 + 16);
  parlor_box_put_matrix (out);
  parlor_box_put32 (out, picture->width << 16);
  parlor_box_put32 (out, picture->height << 16);
  parlor_box_end (out, at);
}

static void
put_sample_entry (GByteArray *out, const guint8 *avcc, gsize size, const ParlorMp4Size *picture)
{
  guint stsd = parlor_box_begin_full (out, "stsd", 0, 0);
  parlor_box_put32 (out, 1);
  guint entry = parlor_box_begin (out, "avc1");
  parlor_box_put_picture_fields (out, picture->width, picture->height);
  guint config = parlor_box_begin (out, "avcC");
  g_byte_array_append (out, avcc, (guint)size);
  parlor_box_end (out, config);
  parlor_box_end (out, entry);
  parlor_box_end (out, stsd);
}

/* The tables that fragments leave empty. */
static void
put_empty_tables (GByteArray *out)
{
  static const char *const types[] = {"stts", "stsc", "stco"};
  for (guint i = 0; i < G_N_ELEMENTS (types); i++)
    {
      guint at = parlor_box_begin_full (out, types[i], 0, 0);
      parlor_box_put32 (out, 0);
      parlor_box_end (out, at);
    }
  guint stsz = parlor_box_begin_full (out, "stsz", 0, 0);
  parlor_box_put_zeros (out, 8);
  parlor_box_end (out, stsz);
}

static void
put_minf (GByteArray *out, const guint8 *avcc, gsize size, const ParlorMp4Size *picture)
{
  guint minf = parlor_box_begin (out, "minf");
  guint vmhd = parlor_box_begin_full (out, "vmhd", 0, 1);
  parlor_box_put_zeros (out, 8);
  parlor_box_end (out, vmhd);
  parlor_box_put_dinf (out);
  guint stbl = parlor_box_begin (out, "stbl");
  put_sample_entry (out, avcc, size, picture);
  put_empty_tables (out);
  parlor_box_end (out, stbl);
  parlor_box_end (out, minf);
}

static void
put_trak (GByteArray *out, const guint8 *avcc, gsize size, const ParlorMp4Size *picture)
{
  guint trak = parlor_box_begin (out, "trak");
  put_tkhd (out, picture);
  guint mdia = parlor_box_begin (out, "mdia");
  parlor_box_put_mdhd (out, PARLOR_MP4_SCALE);
  guint hdlr = parlor_box_begin_full (out, "hdlr", 0, 0);
  parlor_box_put32 (out, 0);
  parlor_box_put (out, "vide", 4);
  parlor_box_put_zeros (out, 13);
  parlor_box_end (out, hdlr);
  put_minf (out, avcc, size, picture);
  parlor_box_end (out, mdia);
  parlor_box_end (out, trak);
}

static void
put_free (GByteArray *out, guint size)
{
  guint at = parlor_box_begin (out, "free");
  parlor_box_put_zeros (out, size - BOX_HEADER);
  parlor_box_end (out, at);
}

GByteArray *
parlor_mp4_head (const guint8 *avcc, gsize size, const ParlorMp4Size *picture)
{
  GByteArray *out = g_byte_array_new ();
  guint ftyp = parlor_box_begin (out, "ftyp");
  parlor_box_put (out, "iso5", 4);
  parlor_box_put32 (out, 1);
  parlor_box_put (out, "iso5", 4);
  parlor_box_put (out, "iso6", 4);
  parlor_box_put (out, "avc1", 4);
  parlor_box_end (out, ftyp);
  guint moov = parlor_box_begin (out, "moov");
  parlor_box_put_mvhd (out, PARLOR_MP4_SCALE, 2);
  put_trak (out, avcc, size, picture);
  guint mvex = parlor_box_begin (out, "mvex");
  guint trex = parlor_box_begin_full (out, "trex", 0, 0);
  parlor_box_put32 (out, 1);
  parlor_box_put32 (out, 1);
  parlor_box_put_zeros (out, 12);
  parlor_box_end (out, trex);
  parlor_box_end (out, mvex);
  parlor_box_end (out, moov);
  put_free (out, PARLOR_MP4_ROOM);
  return out;
}

GByteArray *
parlor_mp4_fragment (const ParlorMp4Picture *picture, gsize size)
{
  GByteArray *out = g_byte_array_sized_new (128);
  guint moof = parlor_box_begin (out, "moof");
  guint mfhd = parlor_box_begin_full (out, "mfhd", 0, 0);
  parlor_box_put32 (out, picture->sequence);
  parlor_box_end (out, mfhd);
  guint traf = parlor_box_begin (out, "traf");
  guint tfhd = parlor_box_begin_full (out, "tfhd", 0, 0x20000); /* data after this moof */
  parlor_box_put32 (out, 1);
  parlor_box_end (out, tfhd);
  guint tfdt = parlor_box_begin_full (out, "tfdt", 1, 0);
  parlor_box_put64 (out, picture->decoded);
  parlor_box_end (out, tfdt);
  /* Of the one sample: where its data begin, duration, size, flags, offset. */
  guint trun = parlor_box_begin_full (out, "trun", 1, 0xf01);
  parlor_box_put32 (out, 1);
  guint data_at = out->len;
  parlor_box_put32 (out, 0);
  parlor_box_put32 (out, picture->duration);
  parlor_box_put32 (out, (guint32)size);
  parlor_box_put32 (out, picture->key ? IS_KEY : NOT_KEY);
  parlor_box_put32 (out, (guint32)picture->offset);
  parlor_box_end (out, trun);
  parlor_box_end (out, traf);
  parlor_box_end (out, moof);
  parlor_put_u32 (out->data + data_at, out->len + BOX_HEADER);
  parlor_box_put32 (out, (guint32)(size + BOX_HEADER));
  parlor_box_put (out, "mdat", 4);
  return out;
}

/* ---- reading -------------------------------------------------------------------------------- */

typedef struct
{
  guint32 type;
  guint64 at, data, end;
} Box;

static gboolean
read_box (const guint8 *bytes, guint64 length, guint64 at, Box *out)
{
  if (at > length || length - at < BOX_HEADER)
    return FALSE;
  guint32 size = parlor_get_u32 (bytes + at);
  *out = (Box){parlor_get_u32 (bytes + at + 4), at, at + BOX_HEADER, at + size};
  return size >= BOX_HEADER && size <= length - at;
}

/* The first box of this type in `outer`. */
static gboolean
find_box (const guint8 *bytes, const Box *outer, guint64 skip, guint32 type, Box *out)
{
  for (guint64 at = outer->data + skip; read_box (bytes, outer->end, at, out); at = out->end)
    if (out->type == type)
      return TRUE;
  return FALSE;
}

typedef struct
{
  Box moov, room;   /* room.at 0 = there is none */
  guint64 media_at; /* of the first moof */
  guint64 whole;    /* bytes that can be read */
  gboolean finished;
  GArray *frames;     /* ParlorWebmFrame */
  GArray *times;      /* guint64, decoded, of each frame */
  guint64 last_shown; /* in PARLOR_MP4_SCALE */
} Scan;

/* What its head says of the picture; the data box is not looked at. */
static gboolean
read_moof (const guint8 *bytes, const Box *moof, ParlorMp4Fragment *out)
{
  Box traf, tfdt, trun;
  if (!find_box (bytes, moof, 0, BOX ('t', 'r', 'a', 'f'), &traf)
      || !find_box (bytes, &traf, 0, BOX ('t', 'f', 'd', 't'), &tfdt)
      || !find_box (bytes, &traf, 0, BOX ('t', 'r', 'u', 'n'), &trun) || tfdt.end - tfdt.data != 12
      || trun.end - trun.data != 28)
    return FALSE;
  gint64 offset = (gint32)parlor_get_u32 (bytes + trun.data + 24);
  *out = (ParlorMp4Fragment){.moof = moof->end - moof->at,
                             .time_at = tfdt.data + 4 - moof->at,
                             .decoded = parlor_get_u64 (bytes + tfdt.data + 4),
                             .key = (parlor_get_u32 (bytes + trun.data + 20) & 0x10000) == 0};
  if (out->decoded > (guint64)G_MAXINT32 * PARLOR_MP4_SCALE)
    return FALSE;
  out->shown = MAX ((gint64)out->decoded + offset, 0);
  return TRUE;
}

gboolean
parlor_mp4_read_fragment (const guint8 *bytes, gsize length, guint64 rest, ParlorMp4Fragment *out)
{
  Box moof;
  if (!read_box (bytes, length, 0, &moof) || moof.type != BOX ('m', 'o', 'o', 'f')
      || length - moof.end < BOX_HEADER || !read_moof (bytes, &moof, out))
    return FALSE;
  guint32 size = parlor_get_u32 (bytes + moof.end);
  out->size = out->moof + size;
  return parlor_get_u32 (bytes + moof.end + 4) == BOX ('m', 'd', 'a', 't') && size >= BOX_HEADER
         && out->size <= rest;
}

static gboolean
read_fragment (const guint8 *bytes, const Box *moof, const Box *mdat, Scan *scan)
{
  ParlorMp4Fragment fragment;
  if (scan->frames->len >= FRAMES_MAX || mdat->end - mdat->data > G_MAXUINT32
      || !read_moof (bytes, moof, &fragment))
    return FALSE;
  ParlorWebmFrame frame = {fragment.shown * 1000 / PARLOR_MP4_SCALE, mdat->data,
                           (guint32)(mdat->end - mdat->data), fragment.key};
  g_array_append_val (scan->frames, frame);
  g_array_append_val (scan->times, fragment.decoded);
  scan->last_shown = MAX (scan->last_shown, (guint64)fragment.shown);
  return TRUE;
}

static void
scan_clear (Scan *scan)
{
  g_clear_pointer (&scan->frames, g_array_unref);
  g_clear_pointer (&scan->times, g_array_unref);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Scan, scan_clear)

static void
note_head (const Box *box, Scan *scan)
{
  if (box->type == BOX ('m', 'o', 'o', 'v') && scan->moov.at == 0)
    scan->moov = *box;
  else if (box->type == BOX ('f', 'r', 'e', 'e') && scan->moov.at != 0 && scan->room.at == 0)
    scan->room = *box;
  else if (box->type == BOX ('s', 'i', 'd', 'x'))
    scan->finished = TRUE;
}

static gboolean
scan_file (const guint8 *bytes, gsize length, Scan *scan)
{
  Box box, mdat;
  guint64 at = 0;
  scan->frames = g_array_new (FALSE, FALSE, sizeof (ParlorWebmFrame));
  scan->times = g_array_new (FALSE, FALSE, sizeof (guint64));
  while (read_box (bytes, length, at, &box) && box.type != BOX ('m', 'o', 'o', 'f'))
    {
      if (at == 0 && box.type != BOX ('f', 't', 'y', 'p'))
        return FALSE;
      note_head (&box, scan);
      at = box.end;
    }
  scan->media_at = scan->whole = at;
  while (read_box (bytes, length, at, &box) && box.type == BOX ('m', 'o', 'o', 'f')
         && read_box (bytes, length, box.end, &mdat) && mdat.type == BOX ('m', 'd', 'a', 't')
         && read_fragment (bytes, &box, &mdat, scan))
    scan->whole = at = mdat.end;
  return scan->moov.at != 0;
}

const guint8 *
parlor_mp4_config (const guint8 *bytes, gsize length, gsize *size)
{
  static const guint32 path[] = {BOX ('t', 'r', 'a', 'k'), BOX ('m', 'd', 'i', 'a'),
                                 BOX ('m', 'i', 'n', 'f'), BOX ('s', 't', 'b', 'l'),
                                 BOX ('s', 't', 's', 'd'), BOX ('a', 'v', 'c', '1'),
                                 BOX ('a', 'v', 'c', 'C')};
  g_auto (Scan) scan = {0};
  Box box;
  if (bytes == NULL || !scan_file (bytes, length, &scan))
    return NULL;
  box = scan.moov;
  for (guint i = 0; i < G_N_ELEMENTS (path); i++)
    {
      /* What stands before the boxes: of stsd a count, of avc1 the picture's fields. */
      guint64 skip = box.type == BOX ('s', 't', 's', 'd')   ? 8
                     : box.type == BOX ('a', 'v', 'c', '1') ? 78
                                                            : 0;
      Box outer = box;
      if (skip > outer.end - outer.data || !find_box (bytes, &outer, skip, path[i], &box))
        return NULL;
    }
  *size = box.end - box.data;
  return bytes + box.data;
}

GArray *
parlor_mp4_list (const guint8 *bytes, gsize length)
{
  g_auto (Scan) scan = {0};
  if (bytes == NULL || !scan_file (bytes, length, &scan))
    return NULL;
  return g_steal_pointer (&scan.frames);
}

/* ---- finishing ------------------------------------------------------------------------------ */

/* Of frame `i`: where its moof begins. */
static guint64
fragment_at (const Scan *scan, guint i)
{
  if (i == 0)
    return scan->media_at;
  const ParlorWebmFrame *before = &g_array_index (scan->frames, ParlorWebmFrame, i - 1);
  return before->offset + before->size;
}

static guint64
time_at (const Scan *scan, guint i, guint64 last_duration)
{
  guint n = scan->times->len;
  return i < n ? g_array_index (scan->times, guint64, i)
               : g_array_index (scan->times, guint64, n - 1) + last_duration;
}

/* Pieces that begin with key frames, as many as there is room for: their first frames. */
static GArray *
choose_pieces (const Scan *scan, guint most)
{
  GArray *pieces = g_array_new (FALSE, FALSE, sizeof (guint));
  guint n = scan->frames->len, least = n / most + 1, last = 0;
  for (guint i = 0; i < n && pieces->len < most; i++)
    if (i == 0 || (g_array_index (scan->frames, ParlorWebmFrame, i).key && i - last >= least))
      {
        g_array_append_val (pieces, i);
        last = i;
      }
  return pieces;
}

/* ISO/IEC 14496-12 section 8.16.3, and what is left of the room. */
static GByteArray *
make_index (const Scan *scan, guint64 last_duration)
{
  guint room = (guint)(scan->room.end - scan->room.at);
  guint most = MIN ((room - SIDX_HEAD - BOX_HEADER) / SIDX_ENTRY, G_MAXUINT16);
  g_autoptr (GArray) pieces = choose_pieces (scan, most);
  GByteArray *out = g_byte_array_new ();
  guint sidx = parlor_box_begin_full (out, "sidx", 0, 0);
  guint rest = room - SIDX_HEAD - SIDX_ENTRY * pieces->len;
  parlor_box_put32 (out, 1);
  parlor_box_put32 (out, PARLOR_MP4_SCALE);
  parlor_box_put32 (out, (guint32)time_at (scan, 0, 0));
  parlor_box_put32 (out, rest); /* from here to the first fragment */
  parlor_box_put16 (out, 0);
  parlor_box_put16 (out, (guint16)pieces->len);
  for (guint i = 0; i < pieces->len; i++)
    {
      guint from = g_array_index (pieces, guint, i);
      guint to = i + 1 < pieces->len ? g_array_index (pieces, guint, i + 1) : scan->frames->len;
      parlor_box_put32 (out,
                        (guint32)(fragment_at (scan, to) - fragment_at (scan, from)) & G_MAXINT32);
      parlor_box_put32 (
          out, (guint32)(time_at (scan, to, last_duration) - time_at (scan, from, last_duration)));
      parlor_box_put32 (out, 0x90000000); /* begins with a key frame */
    }
  parlor_box_end (out, sidx);
  put_free (out, rest);
  return out;
}

/* TRUE also for one that is finished already. FALSE: errno. */
static gboolean
finish_file (const char *path, const guint8 *vault_key, const Scan *scan, guint64 last_duration)
{
  g_autoptr (ParlorSafeFile) file = parlor_safe_open (path, vault_key, TRUE, NULL);
  if (file == NULL)
    return FALSE;
  if (!scan->finished && scan->room.at != 0
      && scan->room.end - scan->room.at >= SIDX_HEAD + SIDX_ENTRY + BOX_HEADER)
    {
      g_autoptr (GByteArray) index = make_index (scan, last_duration);
      if (!parlor_safe_truncate (file, scan->whole)
          || !parlor_safe_write (file, scan->room.at, index->data, index->len))
        return FALSE;
    }
  return parlor_safe_finish (file);
}

gint64
parlor_mp4_finish (const char *path, const guint8 *vault_key, GError **error)
{
  g_auto (Scan) scan = {0};
  g_autoptr (GBytes) text = parlor_safe_map (path, vault_key, error);
  gsize length = 0;
  const guint8 *bytes = text != NULL ? g_bytes_get_data (text, &length) : NULL;
  if (text == NULL)
    return -1;
  if (bytes == NULL || !scan_file (bytes, length, &scan) || scan.frames->len == 0)
    return 0;
  guint n = scan.frames->len;
  guint64 average = n > 1 ? (time_at (&scan, n - 1, 0) - time_at (&scan, 0, 0)) / (n - 1)
                          : PARLOR_MP4_SCALE / 30;
  gint64 duration_ms = MAX ((gint64)((scan.last_shown + average) * 1000 / PARLOR_MP4_SCALE), 1);
  if ((vault_key == NULL && scan.finished) || finish_file (path, vault_key, &scan, average))
    return duration_ms;
  g_set_error (error, G_FILE_ERROR, g_file_error_from_errno (errno), "%s: %s", path,
               g_strerror (errno));
  return -1;
}
