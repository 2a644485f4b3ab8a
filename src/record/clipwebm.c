/* SPDX-License-Identifier: Apache-2.0 */
#include "record/clipparts.h"

#include "base/bytes.h"
#include "record/ebml.h"
#include "record/webm.h"

/* Of a file's beginning: more than any head of ours. */
#define HEAD_MAX (64 * 1024)
/* Of a cluster's beginning: its own head, its time, and the head of its first block. */
#define PEEK 64
#define FRAME_MS 40
#define SOUND_MS 20

typedef struct
{
  guint64 end;
  guint64 blocks_at; /* of the first one */
  gint64 cluster_ms; /* what its blocks' times are from */
  gint64 first_ms;   /* of the first block */
} Cluster;

typedef struct
{
  guint64 at, end; /* of the whole element, in the file */
  guint64 time_at; /* of its 16 bits of time */
  gint64 time_ms;
  gboolean key;
} Block;

typedef struct
{
  gint64 time_ms;
  guint64 at; /* behind the head */
} Cue;

typedef struct
{
  ParlorReader *file;
  GByteArray *head; /* of the file */
  ParlorWebmIndex index;
  GArray *clusters; /* Cluster */
  GArray *cues;     /* Cue */
  guint64 looked;   /* bytes of clusters that were read */
  gint64 last_ms;   /* of the last block that is taken */
} Cutting;

/* ---- what there is -------------------------------------------------------------------------- */

static gint64
cluster_time (const guint8 *bytes, const ParlorEbml *element)
{
  return (gint64)(parlor_ebml_number (bytes, element) & G_MAXINT32);
}

/* A block's own head: one byte of track, 16 bits of time, flags (RFC 9559 section 10.1). */
static gboolean
read_block (const guint8 *bytes, guint64 length, const ParlorEbml *element, gint64 cluster_ms,
            Block *out)
{
  ParlorEbml field, block = *element;
  gboolean key = TRUE;
  if (element->id == PARLOR_EBML_BLOCK_GROUP)
    {
      guint64 end = MIN (length, element->data + element->size);
      block.id = 0;
      for (guint64 at = element->data; parlor_ebml_read (bytes, end, at, &field);
           at = field.data + field.size)
        {
          if (field.id == PARLOR_EBML_BLOCK)
            block = field;
          else if (field.id == PARLOR_EBML_REFERENCE)
            key = FALSE;
          if (!parlor_ebml_is_whole (&field, end))
            break;
        }
    }
  /* A block may claim to go on behind its group: nothing of it is looked for there. */
  if (block.id == 0 || block.size < 4
      || block.data + 4 > MIN (length, element->data + element->size))
    return FALSE;
  if (block.id == PARLOR_EBML_SIMPLE_BLOCK)
    key = (bytes[block.data + 3] & 0x80) != 0;
  *out = (Block){element->at, element->data + element->size, block.data + 1,
                 cluster_ms + (gint16)parlor_get_u16 (bytes + block.data + 1), key};
  return TRUE;
}

/* Up to its first block, by a few bytes; it may have none. */
static gboolean
peek_cluster (Cutting *self, guint64 at, Cluster *out, guint64 *next)
{
  guint8 bytes[PEEK];
  ParlorEbml head, child;
  Block block;
  gsize length = (gsize)MIN (sizeof bytes, self->file->size - at);
  gint64 cluster_ms = -1;
  if (!parlor_clip_read (self->file, at, bytes, length)
      || !parlor_ebml_read (bytes, length, 0, &head)
      || head.size > self->file->size - at - head.data)
    return FALSE;
  *next = at + head.data + head.size;
  if (head.id != PARLOR_EBML_CLUSTER)
    return TRUE;
  *out = (Cluster){.end = *next};
  length = (gsize)MIN (length, head.data + head.size);
  guint64 i = head.data;
  for (; parlor_ebml_read (bytes, length, i, &child); i = child.data + child.size)
    if (child.id == PARLOR_EBML_TIMESTAMP && parlor_ebml_is_whole (&child, length))
      cluster_ms = cluster_time (bytes, &child);
    else if (child.id == PARLOR_EBML_SIMPLE_BLOCK || child.id == PARLOR_EBML_BLOCK_GROUP)
      {
        if (cluster_ms < 0 || !read_block (bytes, length, &child, cluster_ms, &block))
          return FALSE;
        out->cluster_ms = cluster_ms;
        out->first_ms = block.time_ms;
        out->blocks_at = at + i;
        return TRUE;
      }
    else if (!parlor_ebml_is_whole (&child, length))
      return FALSE;
  return i == head.data + head.size;
}

/* All clusters up to the first that begins at `to_ms`. */
static gboolean
find_clusters (Cutting *self, gint64 to_ms)
{
  guint64 at = g_array_index (self->index.clusters, ParlorWebmCluster, 0).offset, next;
  while (at < self->file->size && self->clusters->len < PARLOR_WEBM_CUES_MAX)
    {
      Cluster cluster = {0};
      if (!peek_cluster (self, at, &cluster, &next) || next <= at)
        return FALSE;
      if (cluster.blocks_at != 0 && cluster.first_ms >= to_ms)
        break;
      if (cluster.blocks_at != 0)
        g_array_append_val (self->clusters, cluster);
      at = next;
    }
  return self->clusters->len > 0;
}

static gboolean
open_file (Cutting *self)
{
  self->head = parlor_clip_load (self->file, 0, HEAD_MAX);
  return parlor_webm_scan (self->head->data, self->head->len, &self->index)
         && self->index.clusters->len > 0;
}

/* Of the content of one cluster, from its first block on (transfer full); NULL: it cannot be read,
 * or too much is looked at. */
static GByteArray *
load_cluster (Cutting *self, const Cluster *cluster)
{
  guint64 length = cluster->end - cluster->blocks_at;
  self->looked += length;
  if (self->looked > PARLOR_CLIP_LOOK_MAX)
    return NULL;
  g_autoptr (GByteArray) bytes = parlor_clip_load (self->file, cluster->blocks_at, length);
  return bytes->len == length ? g_steal_pointer (&bytes) : NULL;
}

/* Its blocks by their places in the file (transfer full). */
static GArray *
list_blocks (const Cluster *cluster, const GByteArray *bytes)
{
  GArray *blocks = g_array_new (FALSE, FALSE, sizeof (Block));
  ParlorEbml child;
  Block block;
  for (guint64 at = 0; parlor_ebml_read (bytes->data, bytes->len, at, &child)
                       && parlor_ebml_is_whole (&child, bytes->len);
       at = child.data + child.size)
    if ((child.id == PARLOR_EBML_SIMPLE_BLOCK || child.id == PARLOR_EBML_BLOCK_GROUP)
        && read_block (bytes->data, bytes->len, &child, cluster->cluster_ms, &block))
      {
        block.at += cluster->blocks_at;
        block.end += cluster->blocks_at;
        block.time_at += cluster->blocks_at;
        g_array_append_val (blocks, block);
      }
  return blocks;
}

/* ---- where it begins ------------------------------------------------------------------------ */

static gboolean
last_key (const GArray *blocks, gboolean is_video, gint64 from_ms, Block *out)
{
  gboolean found = FALSE;
  for (guint i = 0; i < blocks->len; i++)
    {
      const Block *block = &g_array_index (blocks, Block, i);
      if (block->time_ms > from_ms && found)
        break;
      if ((block->key || !is_video) && (block->time_ms <= from_ms || !found))
        *out = *block;
      found = found || block->key || !is_video;
    }
  return found;
}

/* The first block of all, and its cluster. */
static gboolean
find_start (Cutting *self, gint64 from_ms, guint *cluster, Block *first)
{
  guint i = self->clusters->len;
  while (i > 1 && g_array_index (self->clusters, Cluster, i - 1).first_ms > from_ms)
    i--;
  while (i-- > 0)
    {
      const Cluster *one = &g_array_index (self->clusters, Cluster, i);
      g_autoptr (GByteArray) bytes = load_cluster (self, one);
      if (bytes == NULL)
        return FALSE;
      g_autoptr (GArray) blocks = list_blocks (one, bytes);
      *cluster = i;
      if (last_key (blocks, self->index.is_video, from_ms, first)
          && (i == 0 || first->time_ms <= from_ms))
        return TRUE;
    }
  return FALSE;
}

/* ---- what is taken -------------------------------------------------------------------------- */

static void
put_cluster_head (ParlorClip *clip, guint64 cluster_ms, guint64 length)
{
  g_autoptr (GByteArray) head = g_byte_array_new (), time = g_byte_array_new ();
  parlor_ebml_put_number (time, PARLOR_EBML_TIMESTAMP, cluster_ms);
  parlor_ebml_put_id (head, PARLOR_EBML_CLUSTER);
  parlor_ebml_put_size (head, time->len + length);
  parlor_clip_put (clip, head->data, head->len);
  parlor_clip_put (clip, time->data, time->len);
}

/* The cluster's blocks from `first` up to before `to_ms` (transfer full). */
static GArray *
choose (const Cluster *cluster, const GByteArray *bytes, const Block *first, gint64 to_ms)
{
  GArray *blocks = list_blocks (cluster, bytes);
  guint n = 0;
  while (n < blocks->len && g_array_index (blocks, Block, n).at < first->at)
    n++;
  g_array_remove_range (blocks, 0, n);
  for (guint i = 0; i < blocks->len; i++)
    if (g_array_index (blocks, Block, i).time_ms >= to_ms)
      g_array_set_size (blocks, i);
  return blocks;
}

/* Blocks whose times are of another cluster's beginning: each is written anew. */
static gboolean
put_moved (ParlorClip *clip, const Cluster *cluster, const GArray *blocks, const GByteArray *bytes)
{
  const Block *first = &g_array_index (blocks, Block, 0);
  const Block *last = &g_array_index (blocks, Block, blocks->len - 1);
  put_cluster_head (clip, 0, last->end - first->at);
  guint begin = clip->memory->len;
  parlor_clip_put (clip, bytes->data + (first->at - cluster->blocks_at), last->end - first->at);
  for (guint i = 0; i < blocks->len; i++)
    {
      const Block *block = &g_array_index (blocks, Block, i);
      gint64 off_ms = block->time_ms - clip->start_ms;
      if (off_ms < G_MININT16 || off_ms > G_MAXINT16)
        return FALSE;
      parlor_put_u16 (clip->memory->data + begin + (block->time_at - first->at), (guint16)off_ms);
    }
  return TRUE;
}

/* One whose blocks may end early. */
static gboolean
put_part (Cutting *self, ParlorClip *clip, const Cluster *cluster, const Block *first, gint64 to_ms)
{
  g_autoptr (GByteArray) bytes = load_cluster (self, cluster);
  if (bytes == NULL)
    return FALSE;
  g_autoptr (GArray) blocks = choose (cluster, bytes, first, to_ms);
  if (blocks->len == 0)
    return TRUE; /* all of it is later */
  const Block *from = &g_array_index (blocks, Block, 0);
  const Block *last = &g_array_index (blocks, Block, blocks->len - 1);
  self->last_ms = MAX (self->last_ms, last->time_ms);
  if (cluster->cluster_ms < clip->start_ms)
    return put_moved (clip, cluster, blocks, bytes);
  put_cluster_head (clip, (guint64)(cluster->cluster_ms - clip->start_ms), last->end - from->at);
  parlor_clip_put_span (clip, from->at, last->end - from->at);
  return TRUE;
}

static void
note_cue (Cutting *self, const ParlorClip *clip, const Cluster *cluster, gint64 time_ms,
          gboolean is_last)
{
  const Cue cue = {time_ms - clip->start_ms, clip->body};
  const Cue *last = self->cues->len > 0 ? &g_array_index (self->cues, Cue, self->cues->len - 1)
                                        : NULL;
  guint8 bytes[PEEK];
  ParlorEbml element;
  Block block;
  gsize length = (gsize)MIN (sizeof bytes, cluster->end - cluster->blocks_at);
  gboolean key = last == NULL
                 || (parlor_clip_read (self->file, cluster->blocks_at, bytes, length)
                     && parlor_ebml_read (bytes, length, 0, &element)
                     && element.id == PARLOR_EBML_SIMPLE_BLOCK
                     && read_block (bytes, length, &element, cluster->cluster_ms, &block)
                     && block.key);
  if (last == NULL
      || (self->index.is_video
              ? key
              : is_last || cue.time_ms >= last->time_ms + PARLOR_EBML_AUDIO_CUE_MS))
    g_array_append_val (self->cues, cue);
}

/* Only the first cluster and the last are cut; what lies between them is taken as it is. */
static gboolean
put_clusters (Cutting *self, ParlorClip *clip, guint start, const Block *first, gint64 to_ms)
{
  for (guint i = start; i < self->clusters->len; i++)
    {
      const Cluster *cluster = &g_array_index (self->clusters, Cluster, i);
      gboolean is_last = i + 1 == self->clusters->len;
      note_cue (self, clip, cluster, i == start ? first->time_ms : cluster->first_ms, is_last);
      if (i == start || is_last)
        {
          if (!put_part (self, clip, cluster, first, to_ms))
            return FALSE;
          continue;
        }
      if (cluster->cluster_ms < clip->start_ms)
        return FALSE;
      put_cluster_head (clip, (guint64)(cluster->cluster_ms - clip->start_ms),
                        cluster->end - cluster->blocks_at);
      parlor_clip_put_span (clip, cluster->blocks_at, cluster->end - cluster->blocks_at);
      self->last_ms = MAX (self->last_ms, cluster->first_ms);
    }
  return clip->body > 0;
}

/* ---- its head ------------------------------------------------------------------------------- */

static GByteArray *
make_cues (const Cutting *self, guint64 body_at)
{
  g_autoptr (GByteArray) cues = g_byte_array_new ();
  GByteArray *out = g_byte_array_new ();
  for (guint i = 0; i < self->cues->len; i++)
    {
      const Cue *cue = &g_array_index (self->cues, Cue, i);
      parlor_ebml_put_cue (cues, self->index.track, cue->time_ms, body_at + cue->at);
    }
  parlor_ebml_put_master (out, PARLOR_EBML_CUES, cues);
  return out;
}

static gboolean
put_head (const Cutting *self, ParlorClip *clip)
{
  const guint8 *bytes = self->head->data;
  ParlorEbml ebml, tracks;
  g_autoptr (GByteArray) info = g_byte_array_new ();
  gint64 step_ms = self->index.is_video ? FRAME_MS : SOUND_MS;
  if (!parlor_ebml_read (bytes, self->head->len, 0, &ebml)
      || !parlor_ebml_read (bytes, self->head->len, self->index.tracks_at, &tracks))
    return FALSE;
  guint tracks_size = (guint)(tracks.data + tracks.size - tracks.at);
  parlor_ebml_put_info (info, bytes, self->index.info_at, self->index.info_size,
                        self->last_ms - clip->start_ms + step_ms);
  /* Every number in them has eight bytes: they are as long wherever the clusters begin. */
  g_autoptr (GByteArray) measure = make_cues (self, 0);
  guint64 body_at = info->len + tracks_size + measure->len;
  g_autoptr (GByteArray) cues = make_cues (self, body_at);
  g_byte_array_append (clip->head, bytes, (guint)(ebml.data + ebml.size));
  parlor_ebml_put_id (clip->head, PARLOR_EBML_SEGMENT);
  parlor_ebml_put_size (clip->head, body_at + clip->body);
  g_byte_array_append (clip->head, info->data, info->len);
  g_byte_array_append (clip->head, bytes + tracks.at, tracks_size);
  g_byte_array_append (clip->head, cues->data, cues->len);
  return TRUE;
}

static gboolean
cut (Cutting *self, ParlorClip *clip, gint64 from_ms, gint64 to_ms)
{
  Block first;
  guint start;
  if (!open_file (self) || !find_clusters (self, to_ms)
      || !find_start (self, from_ms, &start, &first) || first.time_ms >= to_ms)
    return FALSE;
  clip->start_ms = self->last_ms = first.time_ms;
  return first.time_ms >= 0 && put_clusters (self, clip, start, &first, to_ms)
         && put_head (self, clip);
}

gboolean
parlor_clip_fill_webm (ParlorClip *clip, ParlorReader *file, gint64 from_ms, gint64 to_ms)
{
  Cutting self = {.file = file};
  self.clusters = g_array_new (FALSE, FALSE, sizeof (Cluster));
  self.cues = g_array_new (FALSE, FALSE, sizeof (Cue));
  gboolean ok = cut (&self, clip, from_ms, to_ms);
  parlor_webm_index_clear (&self.index);
  g_array_unref (self.clusters);
  g_array_unref (self.cues);
  g_clear_pointer (&self.head, g_byte_array_unref);
  return ok;
}
