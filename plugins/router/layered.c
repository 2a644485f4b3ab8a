/* SPDX-License-Identifier: Apache-2.0 */
#include "router/layered.h"

/* Averages of about a second and of four (source.c). */
#define RATE_SHARE 4
#define FRAMES_SHARE 16

typedef struct
{
  ParlorDd dd;
  guint16 seq;
  gboolean there;
} Entry;

struct _ParlorLayered
{
  ParlorDdStructure structure;
  Entry *entries; /* owned */
  guint mask;
  guint32 active; /* targets that the sender still sends */
  guint64 tick_bytes[PARLOR_DD_TARGETS_MAX];
  guint32 tick_frames[PARLOR_DD_TARGETS_MAX];
  guint32 bps[PARLOR_DD_TARGETS_MAX], mfps[PARLOR_DD_TARGETS_MAX];
  ParlorGop
      *gops[PARLOR_LAYERED_SPATIALS]; /* owned; by spatial layer; made with its first packet */
};

ParlorLayered *
parlor_layered_new (guint slots)
{
  ParlorLayered *self = g_new0 (ParlorLayered, 1);

  self->entries = g_new0 (Entry, slots);
  self->mask = slots - 1;
  self->active = G_MAXUINT32;
  return self;
}

void
parlor_layered_free (ParlorLayered *self)
{
  if (self == NULL)
    return;
  for (guint i = 0; i < G_N_ELEMENTS (self->gops); i++)
    parlor_gop_free (self->gops[i]);
  g_free (self->entries);
  g_free (self);
}

/* Each frame counts for all targets that it is part of, and as a picture for those whose best layer
 * it is. */
static void
count (ParlorLayered *self, const ParlorDd *dd, gsize length)
{
  for (guint t = 0; t < self->structure.n_targets; t++)
    {
      if (dd->frame.dtis[t] == PARLOR_DTI_NOT_PRESENT)
        continue;
      self->tick_bytes[t] += length;
      self->tick_frames[t] += dd->last_in_frame
                              && dd->frame.spatial == self->structure.target_spatial[t];
    }
}

/* Another structure is another stream: what was measured is not of it. */
static void
note_structure (ParlorLayered *self, guint n_targets_before)
{
  self->active = G_MAXUINT32;
  if (self->structure.n_targets == n_targets_before)
    return;
  memset (self->bps, 0, sizeof self->bps);
  memset (self->mfps, 0, sizeof self->mfps);
}

gboolean
parlor_layered_read (ParlorLayered *self, const guint8 *packet, gsize length,
                     ParlorPacketInfo *info)
{
  Entry *entry = &self->entries[info->header.seq & self->mask];
  guint n_targets = self->structure.n_targets, size;
  const guint8 *data = parlor_rtp_ext_find (packet, &info->extensions,
                                            PARLOR_EXT_DEPENDENCY_DESCRIPTOR, &size);

  entry->seq = info->header.seq;
  entry->there = data != NULL
                 && parlor_dd_parse (data, size, &self->structure, &entry->dd) == PARLOR_DD_OK;
  info->frame.key_frame = entry->there && entry->dd.key_frame;
  if (!entry->there)
    return FALSE;
  if (entry->dd.has_structure)
    note_structure (self, n_targets);
  if (entry->dd.has_active)
    self->active = entry->dd.active_targets;
  info->frame.temporal = entry->dd.frame.temporal;
  info->frame.spatial = entry->dd.frame.spatial;
  info->frame.begins_frame = entry->dd.first_in_frame;
  count (self, &entry->dd, length);
  return TRUE;
}

const ParlorDd *
parlor_layered_find (const ParlorLayered *self, guint16 seq)
{
  const Entry *entry = &self->entries[seq & self->mask];

  return entry->there && entry->seq == seq ? &entry->dd : NULL;
}

const ParlorDd *
parlor_layered_look (const ParlorLayered *self, const guint8 *packet, const ParlorPacketInfo *info,
                     ParlorDd *room)
{
  const ParlorDd *dd = parlor_layered_find (self, info->header.seq);
  ParlorDdStructure structure;
  const guint8 *data;
  guint size;

  if (dd != NULL)
    return dd;
  data = parlor_rtp_ext_find (packet, &info->extensions, PARLOR_EXT_DEPENDENCY_DESCRIPTOR, &size);
  structure = self->structure; /* a key frame's own would be put in its place */
  return data != NULL && parlor_dd_parse (data, size, &structure, room) == PARLOR_DD_OK ? room
                                                                                        : NULL;
}

const ParlorDdStructure *
parlor_layered_structure (const ParlorLayered *self)
{
  return &self->structure;
}

static guint32
average (guint32 before, guint64 now, guint share)
{
  guint64 next = before == 0 ? now : ((guint64)before * (share - 1) + now) / share;

  return (guint32)MIN (next, G_MAXUINT32);
}

void
parlor_layered_tick (ParlorLayered *self, gint64 span_us)
{
  for (guint t = 0; t < self->structure.n_targets && span_us > 0; t++)
    {
      guint64 bytes = self->tick_bytes[t], frames = self->tick_frames[t];

      self->tick_bytes[t] = self->tick_frames[t] = 0;
      if (bytes == 0)
        continue;
      self->bps[t] = average (self->bps[t], bytes * 8 * PARLOR_US_PER_SEC / (guint64)span_us,
                              RATE_SHARE);
      self->mfps[t] = average (self->mfps[t], frames * 1000 * PARLOR_US_PER_SEC / (guint64)span_us,
                               FRAMES_SHARE);
    }
}

guint
parlor_layered_n_targets (const ParlorLayered *self)
{
  return self->structure.valid ? self->structure.n_targets : 0;
}

ParlorLayeredTarget
parlor_layered_target (const ParlorLayered *self, guint target)
{
  const ParlorDdStructure *s = &self->structure;
  guint8 spatial = s->target_spatial[target];
  guint16 height = spatial < s->n_resolutions ? s->height[spatial] : 0;

  return (ParlorLayeredTarget){.spatial = spatial,
                               .temporal = s->target_temporal[target],
                               .height = height > 0 ? height : spatial + 1,
                               .bps = self->bps[target],
                               .mfps = self->mfps[target],
                               .active = ((self->active >> target) & 1) != 0};
}

guint32
parlor_layered_active (const ParlorLayered *self)
{
  return self->active;
}

/* --- what is kept for newcomers -------------------------------------------------------------- */

/* Who gets all up to this spatial layer, and of it the fewest frames. -1 = there is none. */
static gint
base_target (const ParlorDdStructure *s, guint spatial)
{
  for (guint t = 0; t < s->n_targets; t++)
    if (s->target_spatial[t] == spatial && s->target_temporal[t] == 0)
      return (gint)t;
  return -1;
}

/* Of the target with all frames: the rate that is to be caught up with. */
static guint32
spatial_bps (const ParlorLayered *self, guint spatial)
{
  guint32 bps = 0;

  for (guint t = 0; t < self->structure.n_targets; t++)
    if (self->structure.target_spatial[t] == spatial)
      bps = MAX (bps, self->bps[t]);
  return bps;
}

static gboolean
keep_for (ParlorLayered *self, guint spatial, const ParlorDd *dd, const guint8 *packet,
          gsize length, const ParlorPacketInfo *info, guint32 small_bps)
{
  gint target = base_target (&self->structure, spatial);
  ParlorGop **gop = &self->gops[spatial];
  ParlorGopPart part = {.small = spatial_bps (self, spatial) < small_bps};

  if (dd != NULL && target >= 0)
    {
      part.kept = dd->frame.dtis[target] != PARLOR_DTI_NOT_PRESENT;
      part.ends = dd->last_in_frame && dd->frame.spatial == spatial;
    }
  /* Nothing begins for who does not get the key frame with the structure. */
  if (info->frame.key_frame && !part.kept)
    {
      if (*gop != NULL)
        parlor_gop_clear (*gop);
      return FALSE;
    }
  if (*gop == NULL && part.kept)
    *gop = parlor_gop_new ();
  return *gop != NULL && parlor_gop_put (*gop, packet, length, info, &part);
}

gboolean
parlor_layered_keep (ParlorLayered *self, const guint8 *packet, gsize length,
                     const ParlorPacketInfo *info, guint32 small_bps)
{
  const ParlorDd *dd = parlor_layered_find (self, info->header.seq);
  gboolean begins = FALSE;

  /* What cannot be read may be of anything: it stays missing. */
  if (dd == NULL && info->header.payload_size > 0)
    return FALSE;
  for (guint spatial = 0; spatial < G_N_ELEMENTS (self->gops); spatial++)
    begins |= keep_for (self, spatial, dd, packet, length, info, small_bps);
  return begins;
}

const ParlorGop *
parlor_layered_gop (const ParlorLayered *self, guint spatial)
{
  return spatial < G_N_ELEMENTS (self->gops) ? self->gops[spatial] : NULL;
}

void
parlor_layered_forget (ParlorLayered *self)
{
  for (guint i = 0; i < G_N_ELEMENTS (self->gops); i++)
    if (self->gops[i] != NULL)
      parlor_gop_clear (self->gops[i]);
}

const guint8 *
parlor_layered_find_kept (const ParlorLayered *self, guint16 seq, const ParlorPacketInfo **info)
{
  const guint8 *packet = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (self->gops) && packet == NULL; i++)
    if (self->gops[i] != NULL)
      packet = parlor_gop_find (self->gops[i], seq, info);
  return packet;
}
