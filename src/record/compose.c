/* SPDX-License-Identifier: Apache-2.0 */
#include "record/compose.h"

#include "record/mixdown.h"
#include "record/voice.h"

#include <errno.h>
#include <unistd.h>

/* Without pictures a tick is what Opus calls a frame. */
#define AUDIO_ONLY_FPS 50
#define ASK_US (100 * 1000)

typedef struct
{
  const ParlorPlan *plan;
  const ParlorComposeSpec *spec;
  ParlorReelSource source; /* the spec's, which tells */
  GError *unread;          /* of a file; owned */
  ParlorMixdown *mixdown;
  ParlorTile **tiles;   /* of each lane; NULL = it is sound */
  ParlorVoice **voices; /* of each lane; NULL = it is a picture */
  const ParlorPlanScene *scene;
  gint16 *samples;
  guint fps;
  guint64 coded; /* ticks whose pictures were encoded before */
  gint64 asked_us;
  gint64 at_ms;      /* the room's clock at this tick */
  gint64 at_samples; /* the same in samples, without rounding */
  ParlorComposeStats *stats;
} Composing;

static const ParlorPlanLane *
lane_at (const Composing *self, guint i)
{
  return self->plan->lanes->pdata[i];
}

static guint
open_lanes (Composing *self)
{
  guint n = 0;
  self->tiles = g_new0 (ParlorTile *, self->plan->lanes->len + 1);
  self->voices = g_new0 (ParlorVoice *, self->plan->lanes->len + 1);
  for (guint i = 0; i < self->plan->lanes->len; i++)
    if (lane_at (self, i)->is_audio)
      {
        self->voices[i] = parlor_voice_new (lane_at (self, i), &self->source);
        n++;
      }
    else
      self->tiles[i] = parlor_tile_new (lane_at (self, i), &self->source, self->spec->names);
  return n;
}

static void
close_lanes (Composing *self)
{
  for (guint i = 0; i < self->plan->lanes->len; i++)
    {
      if (self->tiles[i] != NULL)
        parlor_tile_add_stats (self->tiles[i], &self->stats->tiles);
      if (self->voices[i] != NULL)
        self->stats->voices_us += parlor_voice_decode_us (self->voices[i]);
      parlor_tile_free (self->tiles[i]);
      parlor_voice_free (self->voices[i]);
    }
  g_free (self->tiles);
  g_free (self->voices);
}

static guint
most_tiles (const ParlorPlan *plan)
{
  guint most = 0;
  for (guint i = 0; i < plan->scenes->len; i++)
    most = MAX (most, g_array_index (plan->scenes, ParlorPlanScene, i).n_tiles);
  return most;
}

static gboolean
is_shown (const ParlorPlanScene *scene, guint lane)
{
  for (guint i = 0; i < scene->n_tiles; i++)
    if (scene->tiles[i].lane == lane)
      return TRUE;
  return FALSE;
}

static gboolean
set_scene (Composing *self)
{
  const ParlorPlanScene *scene = parlor_plan_scene (self->plan, self->at_ms);
  if (scene == NULL || scene == self->scene)
    return scene != NULL;
  self->scene = scene;
  for (guint i = 0; i < self->plan->lanes->len; i++)
    if (self->tiles[i] != NULL && !is_shown (scene, i))
      parlor_tile_rest (self->tiles[i]);
  return parlor_mixdown_scene (self->mixdown, scene);
}

static gboolean
give_pictures (Composing *self)
{
  GstBuffer *pictures[PARLOR_LAYOUT_TILES_MAX];
  if (self->stats->ticks < self->coded)
    return parlor_mixdown_coded (self->mixdown,
                                 parlor_remnant_picture (self->spec->remnant, self->stats->ticks));
  if (!set_scene (self))
    return FALSE;
  for (guint i = 0; i < self->scene->n_tiles; i++)
    {
      const ParlorPlanTile *tile = &self->scene->tiles[i];
      /* The middle of the tick: what is shown is at most half a frame off, not a whole one late. */
      pictures[i] = parlor_tile_at (self->tiles[tile->lane], self->at_ms + 500 / (gint64)self->fps,
                                    tile->place.width, tile->place.height);
    }
  return parlor_mixdown_pictures (self->mixdown, pictures);
}

static gboolean
give_sounds (Composing *self)
{
  guint n = parlor_mixdown_samples (self->mixdown), voice = 0;
  for (guint i = 0; i < self->plan->lanes->len; i++)
    {
      if (self->voices[i] == NULL)
        continue;
      gboolean loud = parlor_voice_read (self->voices[i], self->at_samples, self->samples, n);
      if (!parlor_mixdown_sound (self->mixdown, voice++, loud ? self->samples : NULL))
        return FALSE;
    }
  /* A mixer wants somebody, even if nobody said anything. */
  return voice > 0 || parlor_mixdown_sound (self->mixdown, 0, NULL);
}

static gboolean
goes_on (gpointer user_data)
{
  Composing *self = user_data;
  gint64 now_us = g_get_monotonic_time ();
  if (self->spec->goes_on == NULL || now_us - self->asked_us < ASK_US)
    return TRUE;
  self->asked_us = now_us;
  return self->spec->goes_on ((gint64)(self->stats->ticks * 1000 / self->fps),
                              parlor_plan_duration_ms (self->plan), self->spec->user_data);
}

static void
refused (GError **error)
{
  if (*error == NULL)
    g_set_error_literal (error, GST_STREAM_ERROR, GST_STREAM_ERROR_FAILED,
                         "the pipeline takes nothing any more");
}

static gboolean
give_tick (Composing *self, GError **error)
{
  gboolean ok = give_sounds (self) && (self->spec->audio_only || give_pictures (self));
  if (self->unread != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&self->unread));
      return FALSE;
    }
  if (!parlor_mixdown_tick (self->mixdown, error) || !ok)
    {
      refused (error);
      return FALSE;
    }
  self->stats->ticks++;
  return TRUE;
}

static gboolean
give_span (Composing *self, const ParlorPlanSpan *span, GError **error)
{
  guint64 n = parlor_compose_ticks (span, self->fps);
  guint samples = parlor_mixdown_samples (self->mixdown);
  for (guint64 tick = 0; tick < n; tick++)
    {
      self->at_ms = span->from_ms + (gint64)(tick * 1000 / self->fps);
      self->at_samples = span->from_ms * (PARLOR_VOICE_HZ / 1000) + (gint64)(tick * samples);
      if (!goes_on (self) || !give_tick (self, error))
        return FALSE;
    }
  return TRUE;
}

static gboolean
give_all (Composing *self, GError **error)
{
  for (guint i = 0; i < self->plan->spans->len; i++)
    if (!give_span (self, &g_array_index (self->plan->spans, ParlorPlanSpan, i), error))
      return FALSE;
  return parlor_mixdown_end (self->mixdown, goes_on, self, error);
}

guint
parlor_compose_fps (gboolean audio_only)
{
  return audio_only ? AUDIO_ONLY_FPS : PARLOR_MIXDOWN_FPS;
}

guint64
parlor_compose_ticks (const ParlorPlanSpan *span, guint fps)
{
  return (guint64)(span->to_ms - span->from_ms) * fps / 1000;
}

static guint64
coded_ticks (const Composing *self)
{
  guint64 all = 0, coded = self->spec->remnant != NULL && !self->spec->audio_only
                               ? parlor_remnant_ticks (self->spec->remnant)
                               : 0;
  for (guint i = 0; i < self->plan->spans->len; i++)
    all += parlor_compose_ticks (&g_array_index (self->plan->spans, ParlorPlanSpan, i), self->fps);
  return coded < all ? coded : 0;
}

static gboolean
is_lane_there (const char *folder, const ParlorPlanLane *lane, GError **error)
{
  for (guint i = 0; i < lane->files->len; i++)
    {
      const ParlorPlanFile *file = lane->files->pdata[i];
      g_autofree char *path = g_build_filename (folder, file->path, NULL);
      if (access (path, R_OK) == 0)
        continue;
      g_set_error (error, G_FILE_ERROR, g_file_error_from_errno (errno), "%s: %s", file->path,
                   g_strerror (errno));
      return FALSE;
    }
  return TRUE;
}

/* Nobody should hear after an hour that something was missing from the first. */
static gboolean
is_all_there (const ParlorPlan *plan, const char *folder, GError **error)
{
  for (guint i = 0; i < plan->lanes->len; i++)
    if (!is_lane_there (folder, plan->lanes->pdata[i], error))
      return FALSE;
  return TRUE;
}

gboolean
parlor_compose (const ParlorPlan *plan, const ParlorComposeSpec *spec, ParlorComposeStats *stats,
                GError **error)
{
  g_autoptr (GError) why = NULL;
  Composing self = {.plan = plan, .spec = spec, .stats = stats};
  self.source = spec->source;
  self.source.error = &self.unread;
  self.fps = parlor_compose_fps (spec->audio_only);
  *stats = (ParlorComposeStats){0};
  if (!is_all_there (plan, spec->source.folder, error))
    return FALSE;
  self.coded = coded_ticks (&self);
  ParlorMixdownSpec mixdown = {.path = spec->out,
                               .vault_key = spec->source.vault_key,
                               .width = spec->audio_only ? 0 : spec->width,
                               .height = spec->audio_only ? 0 : spec->height,
                               .fps = self.fps,
                               .n_tiles = most_tiles (plan),
                               .n_voices = open_lanes (&self),
                               .coded = self.coded};
  self.mixdown = parlor_mixdown_new (&mixdown, &why);
  if (self.mixdown != NULL)
    self.samples = g_new (gint16,
                          (gsize)parlor_mixdown_samples (self.mixdown) * PARLOR_VOICE_CHANNELS);
  gboolean ok = self.mixdown != NULL && give_all (&self, &why);
  stats->duration_ms = (gint64)(stats->ticks * 1000 / self.fps);
  parlor_mixdown_free (self.mixdown);
  close_lanes (&self);
  g_free (self.samples);
  g_clear_error (&self.unread);
  if (why != NULL)
    g_propagate_error (error, g_steal_pointer (&why));
  return ok;
}
