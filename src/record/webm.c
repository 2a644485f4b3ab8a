/* SPDX-License-Identifier: Apache-2.0 */
#include "record/webm.h"

#include "base/bytes.h"
#include "record/ebml.h"
#include "record/safe.h"

#include <errno.h>
#include <string.h>

/* ---- reading -------------------------------------------------------------------------------- */

static void
read_tracks (const guint8 *bytes, const ParlorEbml *tracks, ParlorWebmIndex *index)
{
  guint64 end = tracks->data + tracks->size;
  ParlorEbml entry, field;
  if (!parlor_ebml_read (bytes, end, tracks->data, &entry) || entry.id != PARLOR_EBML_TRACK_ENTRY
      || !parlor_ebml_is_whole (&entry, end))
    return;
  end = entry.data + entry.size;
  for (guint64 at = entry.data;
       parlor_ebml_read (bytes, end, at, &field) && parlor_ebml_is_whole (&field, end);
       at = field.data + field.size)
    if (field.id == PARLOR_EBML_TRACK_NUMBER)
      index->track = parlor_ebml_number (bytes, &field);
    else if (field.id == PARLOR_EBML_TRACK_TYPE)
      index->is_video = parlor_ebml_number (bytes, &field) == 1;
}

/* A Block's content: track number (one byte for ours), 16-bit time, flags; section 10.1. */
static void
note_block (ParlorWebmIndex *index, const guint8 *bytes, const ParlorEbml *block, gint64 cluster_ms,
            gboolean key, gboolean is_first)
{
  ParlorWebmCluster *cluster = &g_array_index (index->clusters, ParlorWebmCluster,
                                               index->clusters->len - 1);
  if (block->size < 4)
    return;
  gint64 time_ms = cluster_ms + (gint16)parlor_get_u16 (bytes + block->data + 1);
  if (block->id == PARLOR_EBML_SIMPLE_BLOCK)
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
note_group (ParlorWebmIndex *index, const guint8 *bytes, const ParlorEbml *group, gint64 cluster_ms,
            gboolean is_first)
{
  guint64 end = group->data + group->size;
  ParlorEbml field, block = {0};
  gboolean key = TRUE;
  for (guint64 at = group->data;
       parlor_ebml_read (bytes, end, at, &field) && parlor_ebml_is_whole (&field, end);
       at = field.data + field.size)
    if (field.id == PARLOR_EBML_BLOCK)
      block = field;
    else if (field.id == PARLOR_EBML_REFERENCE)
      key = FALSE;
  if (block.id == PARLOR_EBML_BLOCK)
    note_block (index, bytes, &block, cluster_ms, key, is_first);
}

/* Returns where the cluster ends: at the next element of the segment's level, or where it is torn.
 */
static guint64
read_cluster (const guint8 *bytes, guint64 length, const ParlorEbml *cluster,
              ParlorWebmIndex *index)
{
  ParlorWebmCluster entry = {.offset = cluster->at};
  guint64 end = cluster->size == PARLOR_EBML_UNKNOWN_SIZE
                    ? length
                    : MIN (length, cluster->data + cluster->size);
  guint64 at = cluster->data, n_before = index->n_blocks;
  gint64 cluster_ms = 0;
  ParlorEbml child;
  if (cluster->size == PARLOR_EBML_UNKNOWN_SIZE && cluster->data - cluster->at == 12)
    entry.size_at = cluster->at + 4;
  g_array_append_val (index->clusters, entry);
  for (; parlor_ebml_read (bytes, end, at, &child) && child.id < 0x10000000
         && parlor_ebml_is_whole (&child, end);
       at = child.data + child.size)
    {
      gboolean is_first = index->n_blocks == n_before;
      if (child.id == PARLOR_EBML_TIMESTAMP)
        cluster_ms = (gint64)(parlor_ebml_number (bytes, &child) & G_MAXINT64) % G_MAXINT32;
      else if (child.id == PARLOR_EBML_SIMPLE_BLOCK)
        note_block (index, bytes, &child, cluster_ms, FALSE, is_first);
      else if (child.id == PARLOR_EBML_BLOCK_GROUP)
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
  ParlorEbml ebml, segment;
  if (!parlor_ebml_read (bytes, length, 0, &ebml) || ebml.id != PARLOR_EBML_HEAD
      || !parlor_ebml_is_whole (&ebml, length)
      || !parlor_ebml_read (bytes, length, ebml.data + ebml.size, &segment)
      || segment.id != PARLOR_EBML_SEGMENT)
    return FALSE;
  index->segment_at = segment.data;
  return TRUE;
}

/* Where the next child of the segment begins; 0 = this one is torn. */
static guint64
read_child (const guint8 *bytes, gsize length, const ParlorEbml *child, ParlorWebmIndex *index)
{
  if (child->id == PARLOR_EBML_CLUSTER)
    {
      guint64 end = index->clusters->len < PARLOR_WEBM_CUES_MAX
                        ? read_cluster (bytes, length, child, index)
                        : 0;
      if (end != 0)
        index->whole = end; /* a torn cluster is whole up to its last block */
      return end;
    }
  if (child->size == PARLOR_EBML_UNKNOWN_SIZE || !parlor_ebml_is_whole (child, length))
    return 0;
  if (child->id == PARLOR_EBML_VOID && index->room_at == 0 && child->at == index->segment_at)
    index->room_at = child->at;
  else if (child->id == PARLOR_EBML_INFO && index->info_at == 0)
    {
      index->info_at = child->at;
      index->info_size = child->data + child->size - child->at;
    }
  else if (child->id == PARLOR_EBML_TRACKS)
    {
      index->tracks_at = child->at;
      read_tracks (bytes, child, index);
    }
  else if (child->id == PARLOR_EBML_SEEK_HEAD)
    index->is_finished = TRUE;
  return child->data + child->size;
}

gboolean
parlor_webm_scan (const guint8 *bytes, gsize length, ParlorWebmIndex *index)
{
  ParlorEbml child;
  parlor_webm_index_clear (index);
  *index = (ParlorWebmIndex){.first_ms = -1, .last_ms = -1};
  index->clusters = g_array_new (FALSE, TRUE, sizeof (ParlorWebmCluster));
  if (!read_head (bytes, length, index))
    return FALSE;
  index->whole = index->segment_at;
  for (guint64 at = index->whole; parlor_ebml_read (bytes, length, at, &child);)
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
note_frame (FrameWalk *walk, const ParlorEbml *block, gint64 time_ms, gboolean key)
{
  ParlorWebmFrame frame = {time_ms, block->data + 4, (guint32)MIN (block->size - 4, G_MAXUINT32),
                           key};
  g_array_append_val (walk->list, frame);
}

/* FALSE: it is later than what is wanted. */
static gboolean
give_frame (FrameWalk *walk, const ParlorEbml *block, gboolean key)
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
give_group (FrameWalk *walk, const ParlorEbml *group)
{
  guint64 end = group->data + group->size;
  ParlorEbml field, block = {0};
  gboolean key = TRUE;
  for (guint64 at = group->data;
       parlor_ebml_read (walk->bytes, end, at, &field) && parlor_ebml_is_whole (&field, end);
       at = field.data + field.size)
    if (field.id == PARLOR_EBML_BLOCK)
      block = field;
    else if (field.id == PARLOR_EBML_REFERENCE)
      key = FALSE;
  return block.id != PARLOR_EBML_BLOCK || give_frame (walk, &block, key);
}

/* FALSE: what is wanted was given. */
static gboolean
give_cluster (FrameWalk *walk, const ParlorWebmCluster *cluster, gsize length)
{
  ParlorEbml head, child;
  gboolean more = parlor_ebml_read (walk->bytes, length, cluster->offset, &head);
  guint64 end = more ? MIN (length, head.data + cluster->size) : 0;
  walk->cluster_ms = 0;
  for (guint64 at = head.data; more && parlor_ebml_read (walk->bytes, end, at, &child)
                               && parlor_ebml_is_whole (&child, end);
       at = child.data + child.size)
    if (child.id == PARLOR_EBML_TIMESTAMP)
      walk->cluster_ms = (gint64)(parlor_ebml_number (walk->bytes, &child) & G_MAXINT32);
    else if (child.id == PARLOR_EBML_SIMPLE_BLOCK)
      more = give_frame (walk, &child,
                         child.size >= 4 && (walk->bytes[child.data + 3] & 0x80) != 0);
    else if (child.id == PARLOR_EBML_BLOCK_GROUP)
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

GByteArray *
parlor_webm_make_room (const guint8 *head, gsize length, gsize *used)
{
  g_auto (ParlorWebmIndex) index = {0};
  ParlorEbml child = {0};
  guint64 at;
  if (!read_head (head, length, &index))
    return NULL;
  for (at = index.segment_at;
       parlor_ebml_read (head, length, at, &child) && child.id != PARLOR_EBML_CLUSTER;
       at = child.data + child.size)
    if (child.size == PARLOR_EBML_UNKNOWN_SIZE || !parlor_ebml_is_whole (&child, length))
      return NULL;
  if (child.id != PARLOR_EBML_CLUSTER || child.at != at)
    return NULL;
  GByteArray *out = g_byte_array_new ();
  g_byte_array_append (out, head, (guint)index.segment_at);
  parlor_ebml_put_void (out, PARLOR_WEBM_ROOM);
  g_byte_array_append (out, head + index.segment_at, (guint)(at - index.segment_at));
  *used = at;
  return out;
}

static void
put_seek (GByteArray *out, guint64 id, guint64 position)
{
  g_autoptr (GByteArray) seek = g_byte_array_new ();
  parlor_ebml_put_id (seek, 0x53ab);
  g_byte_array_append (seek, &(guint8){0x84}, 1);
  parlor_ebml_put_id (seek, id);
  parlor_ebml_put_number (seek, 0x53ac, position);
  parlor_ebml_put_master (out, 0x4dbb, seek);
}

static void
put_cues (GByteArray *out, const ParlorWebmIndex *index)
{
  g_autoptr (GByteArray) cues = g_byte_array_new ();
  gint64 next_ms = 0;
  for (guint i = 0; i < index->clusters->len; i++)
    {
      const ParlorWebmCluster *cluster = &g_array_index (index->clusters, ParlorWebmCluster, i);
      gboolean close = !index->is_video && cluster->time_ms < next_ms;
      /* The last one has a cue: in sound with a single one Chromium and ffmpeg seek nowhere. */
      if (!cluster->key || cluster->size == 0 || (close && i + 1 < index->clusters->len))
        continue;
      next_ms = cluster->time_ms + PARLOR_EBML_AUDIO_CUE_MS;
      parlor_ebml_put_cue (cues, index->track, cluster->time_ms,
                           cluster->offset - index->segment_at);
    }
  parlor_ebml_put_master (out, PARLOR_EBML_CUES, cues);
}

/* SeekHead and Info with a duration, PARLOR_WEBM_ROOM bytes long; NULL = they do not fit. */
static GByteArray *
make_head (const ParlorWebmIndex *index, const guint8 *bytes, guint64 cues_at, gint64 duration_ms)
{
  g_autoptr (GByteArray) out = g_byte_array_new (), seeks = g_byte_array_new ();
  put_seek (seeks, PARLOR_EBML_TRACKS, index->tracks_at - index->segment_at);
  put_seek (seeks, PARLOR_EBML_CUES, cues_at - index->segment_at);
  parlor_ebml_put_master (out, PARLOR_EBML_SEEK_HEAD, seeks);
  parlor_ebml_put_info (out, bytes, index->info_at, index->info_size, duration_ms);
  if (out->len + 9 > PARLOR_WEBM_ROOM)
    return NULL;
  parlor_ebml_put_void (out, PARLOR_WEBM_ROOM - out->len);
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
  parlor_ebml_put_size (out, size);
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
  parlor_ebml_put_void (gone, index->info_size);
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
