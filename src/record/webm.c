/* SPDX-License-Identifier: Apache-2.0 */
#include "record/webm.h"

#include "base/bytes.h"
#include "record/safe.h"

#include <errno.h>
#include <string.h>

/* RFC 9559 section 5, RFC 8794 section 11.3. */
#define ID_EBML 0x1a45dfa3
#define ID_SEGMENT 0x18538067
#define ID_SEEK_HEAD 0x114d9b74
#define ID_INFO 0x1549a966
#define ID_TRACKS 0x1654ae6b
#define ID_CLUSTER 0x1f43b675
#define ID_CUES 0x1c53bb6b
#define ID_VOID 0xec
#define ID_DURATION 0x4489
#define ID_TRACK_ENTRY 0xae
#define ID_TRACK_NUMBER 0xd7
#define ID_TRACK_TYPE 0x83
#define ID_TIMESTAMP 0xe7
#define ID_SIMPLE_BLOCK 0xa3
#define ID_BLOCK_GROUP 0xa0
#define ID_BLOCK 0xa1
#define ID_REFERENCE 0xfb
#define UNKNOWN_SIZE G_MAXUINT64
/* One cue in so many ms is enough where every block could be one. */
#define AUDIO_CUE_MS 2000

typedef struct
{
  guint64 id, size; /* size UNKNOWN_SIZE */
  guint64 at, data; /* of the element, of its content */
} Element;

/* ---- reading -------------------------------------------------------------------------------- */

static gboolean
read_element (const guint8 *bytes, guint64 length, guint64 at, Element *out)
{
  guint id_size, size_size;
  if (at >= length || bytes[at] < 0x10)
    return FALSE;
  id_size = (guint)__builtin_clz ((guint)bytes[at] << 24) + 1;
  if (length - at <= id_size || bytes[at + id_size] == 0)
    return FALSE;
  size_size = (guint)__builtin_clz ((guint)bytes[at + id_size] << 24) + 1;
  if (length - at < id_size + size_size)
    return FALSE;
  *out = (Element){.at = at, .data = at + id_size + size_size};
  for (guint i = 0; i < id_size; i++)
    out->id = out->id << 8 | bytes[at + i];
  out->size = bytes[at + id_size] & (0xffu >> size_size);
  for (guint i = 1; i < size_size; i++)
    out->size = out->size << 8 | bytes[at + id_size + i];
  if (out->size == (G_GUINT64_CONSTANT (1) << (7 * size_size)) - 1)
    out->size = UNKNOWN_SIZE;
  return TRUE;
}

static gboolean
is_whole (const Element *element, guint64 length)
{
  return element->size <= length - element->data;
}

static guint64
read_number (const guint8 *bytes, const Element *element)
{
  guint64 value = 0;
  for (guint64 i = 0; i < MIN (element->size, 8); i++)
    value = value << 8 | bytes[element->data + i];
  return value;
}

static void
read_tracks (const guint8 *bytes, const Element *tracks, ParlorWebmIndex *index)
{
  guint64 end = tracks->data + tracks->size;
  Element entry, field;
  if (!read_element (bytes, end, tracks->data, &entry) || entry.id != ID_TRACK_ENTRY
      || !is_whole (&entry, end))
    return;
  end = entry.data + entry.size;
  for (guint64 at = entry.data; read_element (bytes, end, at, &field) && is_whole (&field, end);
       at = field.data + field.size)
    if (field.id == ID_TRACK_NUMBER)
      index->track = read_number (bytes, &field);
    else if (field.id == ID_TRACK_TYPE)
      index->is_video = read_number (bytes, &field) == 1;
}

/* A Block's content: track number (one byte for ours), 16-bit time, flags; section 10.1. */
static void
note_block (ParlorWebmIndex *index, const guint8 *bytes, const Element *block, gint64 cluster_ms,
            gboolean key, gboolean is_first)
{
  ParlorWebmCluster *cluster = &g_array_index (index->clusters, ParlorWebmCluster,
                                               index->clusters->len - 1);
  if (block->size < 4)
    return;
  gint64 time_ms = cluster_ms + (gint16)parlor_get_u16 (bytes + block->data + 1);
  if (block->id == ID_SIMPLE_BLOCK)
    key = (bytes[block->data + 3] & 0x80) != 0;
  if (is_first)
    {
      cluster->key = key || !index->is_video;
      cluster->time_ms = time_ms;
    }
  if (index->n_blocks++ == 0)
    index->first_ms = time_ms;
  index->last_ms = MAX (index->last_ms, time_ms);
}

static void
note_group (ParlorWebmIndex *index, const guint8 *bytes, const Element *group, gint64 cluster_ms,
            gboolean is_first)
{
  guint64 end = group->data + group->size;
  Element field, block = {0};
  gboolean key = TRUE;
  for (guint64 at = group->data; read_element (bytes, end, at, &field) && is_whole (&field, end);
       at = field.data + field.size)
    if (field.id == ID_BLOCK)
      block = field;
    else if (field.id == ID_REFERENCE)
      key = FALSE;
  if (block.id == ID_BLOCK)
    note_block (index, bytes, &block, cluster_ms, key, is_first);
}

/* Returns where the cluster ends: at the next element of the segment's level, or where it is torn.
 */
static guint64
read_cluster (const guint8 *bytes, guint64 length, const Element *cluster, ParlorWebmIndex *index)
{
  ParlorWebmCluster entry = {.offset = cluster->at};
  guint64 end = cluster->size == UNKNOWN_SIZE ? length
                                              : MIN (length, cluster->data + cluster->size);
  guint64 at = cluster->data, n_before = index->n_blocks;
  gint64 cluster_ms = 0;
  Element child;
  if (cluster->size == UNKNOWN_SIZE && cluster->data - cluster->at == 12)
    entry.size_at = cluster->at + 4;
  g_array_append_val (index->clusters, entry);
  for (; read_element (bytes, end, at, &child) && child.id < 0x10000000 && is_whole (&child, end);
       at = child.data + child.size)
    {
      gboolean is_first = index->n_blocks == n_before;
      if (child.id == ID_TIMESTAMP)
        cluster_ms = (gint64)(read_number (bytes, &child) & G_MAXINT64) % G_MAXINT32;
      else if (child.id == ID_SIMPLE_BLOCK)
        note_block (index, bytes, &child, cluster_ms, FALSE, is_first);
      else if (child.id == ID_BLOCK_GROUP)
        note_group (index, bytes, &child, cluster_ms, is_first);
    }
  g_array_index (index->clusters, ParlorWebmCluster, index->clusters->len - 1).size =
      at - cluster->data;
  return at;
}

void
parlor_webm_index_clear (ParlorWebmIndex *index)
{
  g_clear_pointer (&index->clusters, g_array_unref);
}

static gboolean
read_head (const guint8 *bytes, gsize length, ParlorWebmIndex *index)
{
  Element ebml, segment;
  if (!read_element (bytes, length, 0, &ebml) || ebml.id != ID_EBML || !is_whole (&ebml, length)
      || !read_element (bytes, length, ebml.data + ebml.size, &segment) || segment.id != ID_SEGMENT)
    return FALSE;
  index->segment_at = segment.data;
  return TRUE;
}

/* Where the next child of the segment begins; 0 = this one is torn. */
static guint64
read_child (const guint8 *bytes, gsize length, const Element *child, ParlorWebmIndex *index)
{
  if (child->id == ID_CLUSTER)
    {
      guint64 end = index->clusters->len < PARLOR_WEBM_CUES_MAX
                        ? read_cluster (bytes, length, child, index)
                        : 0;
      if (end != 0)
        index->whole = end; /* a torn cluster is whole up to its last block */
      return end;
    }
  if (child->size == UNKNOWN_SIZE || !is_whole (child, length))
    return 0;
  if (child->id == ID_VOID && index->room_at == 0 && child->at == index->segment_at)
    index->room_at = child->at;
  else if (child->id == ID_INFO && index->info_at == 0)
    {
      index->info_at = child->at;
      index->info_size = child->data + child->size - child->at;
    }
  else if (child->id == ID_TRACKS)
    {
      index->tracks_at = child->at;
      read_tracks (bytes, child, index);
    }
  else if (child->id == ID_SEEK_HEAD)
    index->is_finished = TRUE;
  return child->data + child->size;
}

gboolean
parlor_webm_scan (const guint8 *bytes, gsize length, ParlorWebmIndex *index)
{
  Element child;
  parlor_webm_index_clear (index);
  *index = (ParlorWebmIndex){.first_ms = -1, .last_ms = -1};
  index->clusters = g_array_new (FALSE, TRUE, sizeof (ParlorWebmCluster));
  if (!read_head (bytes, length, index))
    return FALSE;
  index->whole = index->segment_at;
  for (guint64 at = index->whole; read_element (bytes, length, at, &child);)
    {
      guint64 next = read_child (bytes, length, &child, index);
      if (next <= at)
        break;
      index->whole = at = next;
    }
  if (index->n_blocks > 1)
    index->frame_ms = (index->last_ms - index->first_ms) / (gint64)(index->n_blocks - 1);
  return index->info_at != 0 && index->tracks_at != 0;
}

/* ---- frames --------------------------------------------------------------------------------- */

typedef struct
{
  const guint8 *bytes;
  gint64 cluster_ms, until_ms;
  ParlorWebmFrameFunc func; /* NULL: into list */
  gpointer user_data;
  GArray *list;
  guint n, track; /* of that track alone; 0 = there is one */
} FrameWalk;

static void
note_frame (FrameWalk *walk, const Element *block, gint64 time_ms, gboolean key)
{
  ParlorWebmFrame frame = {time_ms, block->data + 4, (guint32)MIN (block->size - 4, G_MAXUINT32),
                           key};
  g_array_append_val (walk->list, frame);
}

/* FALSE: it is later than what is wanted. */
static gboolean
give_frame (FrameWalk *walk, const Element *block, gboolean key)
{
  if (block->size < 4 || (walk->track != 0 && walk->bytes[block->data] != (0x80 | walk->track)))
    return TRUE;
  gint64 time_ms = walk->cluster_ms + (gint16)parlor_get_u16 (walk->bytes + block->data + 1);
  if (time_ms > walk->until_ms && walk->n > 0)
    return FALSE;
  if (walk->func != NULL)
    walk->func (walk->bytes + block->data + 4, block->size - 4, time_ms, walk->user_data);
  else
    note_frame (walk, block, time_ms, key);
  walk->n++;
  return TRUE;
}

static gboolean
give_group (FrameWalk *walk, const Element *group)
{
  guint64 end = group->data + group->size;
  Element field, block = {0};
  gboolean key = TRUE;
  for (guint64 at = group->data;
       read_element (walk->bytes, end, at, &field) && is_whole (&field, end);
       at = field.data + field.size)
    if (field.id == ID_BLOCK)
      block = field;
    else if (field.id == ID_REFERENCE)
      key = FALSE;
  return block.id != ID_BLOCK || give_frame (walk, &block, key);
}

/* FALSE: what is wanted was given. */
static gboolean
give_cluster (FrameWalk *walk, const ParlorWebmCluster *cluster, gsize length)
{
  Element head, child;
  gboolean more = read_element (walk->bytes, length, cluster->offset, &head);
  guint64 end = more ? MIN (length, head.data + cluster->size) : 0;
  walk->cluster_ms = 0;
  for (guint64 at = head.data;
       more && read_element (walk->bytes, end, at, &child) && is_whole (&child, end);
       at = child.data + child.size)
    if (child.id == ID_TIMESTAMP)
      walk->cluster_ms = (gint64)(read_number (walk->bytes, &child) & G_MAXINT32);
    else if (child.id == ID_SIMPLE_BLOCK)
      more = give_frame (walk, &child,
                         child.size >= 4 && (walk->bytes[child.data + 3] & 0x80) != 0);
    else if (child.id == ID_BLOCK_GROUP)
      more = give_group (walk, &child);
  return more;
}

gboolean
parlor_webm_frames (const guint8 *bytes, gsize length, gint64 until_ms, ParlorWebmFrameFunc func,
                    gpointer user_data)
{
  g_auto (ParlorWebmIndex) index = {0};
  FrameWalk walk = {.bytes = bytes, .until_ms = until_ms, .func = func, .user_data = user_data};
  guint first = 0;
  if (bytes == NULL || !parlor_webm_scan (bytes, length, &index))
    return FALSE;
  for (guint i = 0; i < index.clusters->len; i++)
    {
      const ParlorWebmCluster *cluster = &g_array_index (index.clusters, ParlorWebmCluster, i);
      if (cluster->key && cluster->time_ms <= until_ms)
        first = i;
    }
  for (guint i = first; i < index.clusters->len; i++)
    if (!give_cluster (&walk, &g_array_index (index.clusters, ParlorWebmCluster, i), index.whole))
      break;
  return walk.n > 0;
}

GArray *
parlor_webm_list_track (const guint8 *bytes, gsize length, guint track)
{
  g_auto (ParlorWebmIndex) index = {0};
  FrameWalk walk = {.bytes = bytes, .until_ms = G_MAXINT64, .track = track};
  if (bytes == NULL || !parlor_webm_scan (bytes, length, &index))
    return NULL;
  walk.list = g_array_new (FALSE, FALSE, sizeof (ParlorWebmFrame));
  for (guint i = 0; i < index.clusters->len; i++)
    give_cluster (&walk, &g_array_index (index.clusters, ParlorWebmCluster, i), index.whole);
  return walk.list;
}

GArray *
parlor_webm_list (const guint8 *bytes, gsize length)
{
  return parlor_webm_list_track (bytes, length, 0);
}

/* ---- writing -------------------------------------------------------------------------------- */

static void
put_id (GByteArray *out, guint64 id)
{
  for (gint shift = 24; shift >= 0; shift -= 8)
    if (id >> shift != 0)
      g_byte_array_append (out, &(guint8){(guint8)(id >> shift)}, 1);
}

/* Sizes of eight bytes everywhere: they can be patched. */
static void
put_size (GByteArray *out, guint64 size)
{
  guint8 bytes[8];
  parlor_put_u32 (bytes, (guint32)(size >> 32) | 0x01000000);
  parlor_put_u32 (bytes + 4, (guint32)size);
  g_byte_array_append (out, bytes, 8);
}

static void
put_number (GByteArray *out, guint64 id, guint64 value)
{
  guint8 bytes[8];
  put_id (out, id);
  g_byte_array_append (out, &(guint8){0x88}, 1);
  parlor_put_u32 (bytes, (guint32)(value >> 32));
  parlor_put_u32 (bytes + 4, (guint32)value);
  g_byte_array_append (out, bytes, 8);
}

static void
put_master (GByteArray *out, guint64 id, const GByteArray *content)
{
  put_id (out, id);
  put_size (out, content->len);
  g_byte_array_append (out, content->data, content->len);
}

/* `size` bytes in all, 9 or more. */
static void
put_void (GByteArray *out, guint64 size)
{
  put_id (out, ID_VOID);
  put_size (out, size - 9);
  guint at = out->len;
  g_byte_array_set_size (out, at + (guint)(size - 9));
  memset (out->data + at, 0, size - 9);
}

GByteArray *
parlor_webm_make_room (const guint8 *head, gsize length, gsize *used)
{
  g_auto (ParlorWebmIndex) index = {0};
  Element child = {0};
  guint64 at;
  if (!read_head (head, length, &index))
    return NULL;
  for (at = index.segment_at; read_element (head, length, at, &child) && child.id != ID_CLUSTER;
       at = child.data + child.size)
    if (child.size == UNKNOWN_SIZE || !is_whole (&child, length))
      return NULL;
  if (child.id != ID_CLUSTER || child.at != at)
    return NULL;
  GByteArray *out = g_byte_array_new ();
  g_byte_array_append (out, head, (guint)index.segment_at);
  put_void (out, PARLOR_WEBM_ROOM);
  g_byte_array_append (out, head + index.segment_at, (guint)(at - index.segment_at));
  *used = at;
  return out;
}

static void
put_seek (GByteArray *out, guint64 id, guint64 position)
{
  g_autoptr (GByteArray) seek = g_byte_array_new ();
  put_id (seek, 0x53ab);
  g_byte_array_append (seek, &(guint8){0x84}, 1);
  put_id (seek, id);
  put_number (seek, 0x53ac, position);
  put_master (out, 0x4dbb, seek);
}

static void
put_cues (GByteArray *out, const ParlorWebmIndex *index)
{
  g_autoptr (GByteArray) cues = g_byte_array_new ();
  gint64 next_ms = 0;
  for (guint i = 0; i < index->clusters->len; i++)
    {
      const ParlorWebmCluster *cluster = &g_array_index (index->clusters, ParlorWebmCluster, i);
      g_autoptr (GByteArray) point = g_byte_array_new (), place = g_byte_array_new ();
      if (!cluster->key || cluster->size == 0 || (!index->is_video && cluster->time_ms < next_ms))
        continue;
      next_ms = cluster->time_ms + AUDIO_CUE_MS;
      put_number (place, 0xf7, index->track);
      put_number (place, 0xf1, cluster->offset - index->segment_at);
      put_number (point, 0xb3, (guint64)MAX (cluster->time_ms, 0));
      put_master (point, 0xb7, place);
      put_master (cues, 0xbb, point);
    }
  put_master (out, ID_CUES, cues);
}

/* SeekHead and Info with a duration, PARLOR_WEBM_ROOM bytes long; NULL = they do not fit. */
static GByteArray *
make_head (const ParlorWebmIndex *index, const guint8 *bytes, guint64 cues_at, gint64 duration_ms)
{
  g_autoptr (GByteArray) out = g_byte_array_new (), seeks = g_byte_array_new (),
                         info = g_byte_array_new ();
  Element old = {0}, field;
  union
  {
    double ms;
    guint64 bits;
  } duration = {.ms = (double)duration_ms};
  put_seek (seeks, ID_TRACKS, index->tracks_at - index->segment_at);
  put_seek (seeks, ID_CUES, cues_at - index->segment_at);
  put_master (out, ID_SEEK_HEAD, seeks);
  read_element (bytes, index->whole, index->info_at, &old);
  for (guint64 at = old.data, end = index->info_at + index->info_size;
       read_element (bytes, end, at, &field) && is_whole (&field, end);
       at = field.data + field.size)
    if (field.id != ID_DURATION)
      g_byte_array_append (info, bytes + field.at, (guint)(field.data + field.size - field.at));
  put_number (info, ID_DURATION, duration.bits);
  put_master (out, ID_INFO, info);
  if (out->len + 9 > PARLOR_WEBM_ROOM)
    return NULL;
  put_void (out, PARLOR_WEBM_ROOM - out->len);
  return g_steal_pointer (&out);
}

static gboolean
write_at (ParlorSafeFile *file, const GByteArray *what, guint64 at)
{
  return parlor_safe_write (file, at, what->data, what->len);
}

static gboolean
write_size (ParlorSafeFile *file, guint64 at, guint64 size)
{
  g_autoptr (GByteArray) out = g_byte_array_new ();
  put_size (out, size);
  return write_at (file, out, at);
}

/* The cues first and the head last: until that is written the file is as unfinished as before. */
static gboolean
write_index (ParlorSafeFile *file, const ParlorWebmIndex *index, const guint8 *bytes,
             gint64 duration_ms)
{
  g_autoptr (GByteArray) cues = g_byte_array_new (), gone = g_byte_array_new ();
  g_autoptr (GByteArray) head = make_head (index, bytes, index->whole, duration_ms);
  put_cues (cues, index);
  put_void (gone, index->info_size);
  if (head == NULL || !parlor_safe_truncate (file, index->whole)
      || !write_at (file, cues, index->whole))
    return FALSE;
  for (guint i = 0; i < index->clusters->len; i++)
    {
      const ParlorWebmCluster *cluster = &g_array_index (index->clusters, ParlorWebmCluster, i);
      if (cluster->size_at != 0 && !write_size (file, cluster->size_at, cluster->size))
        return FALSE;
    }
  return write_size (file, index->segment_at - 8, index->whole + cues->len - index->segment_at)
         && write_at (file, head, index->room_at) && write_at (file, gone, index->info_at);
}

/* TRUE also for one that is finished already. FALSE: errno. */
static gboolean
finish_file (const char *path, const guint8 *vault_key, const ParlorWebmIndex *index,
             const guint8 *bytes, gint64 duration_ms)
{
  g_autoptr (ParlorSafeFile) file = parlor_safe_open (path, vault_key, TRUE, NULL);
  if (file == NULL)
    return FALSE;
  if (!index->is_finished && index->room_at != 0 && !write_index (file, index, bytes, duration_ms))
    return FALSE;
  return parlor_safe_finish (file);
}

gint64
parlor_webm_finish_safe (const char *path, const guint8 *vault_key, GError **error)
{
  g_auto (ParlorWebmIndex) index = {0};
  g_autoptr (GBytes) text = parlor_safe_map (path, vault_key, error);
  gsize length = 0;
  const guint8 *bytes = text != NULL ? g_bytes_get_data (text, &length) : NULL;
  if (text == NULL)
    return -1;
  if (bytes == NULL || !parlor_webm_scan (bytes, length, &index) || index.n_blocks == 0)
    return 0;
  gint64 duration_ms = index.last_ms + MAX (index.frame_ms, 1);
  if (vault_key == NULL && (index.is_finished || index.room_at == 0))
    return duration_ms;
  if (finish_file (path, vault_key, &index, bytes, duration_ms))
    return duration_ms;
  g_set_error (error, G_FILE_ERROR, g_file_error_from_errno (errno), "%s: %s", path,
               g_strerror (errno));
  return -1;
}

gint64
parlor_webm_finish (const char *path, GError **error)
{
  return parlor_webm_finish_safe (path, NULL, error);
}
