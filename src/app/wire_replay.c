/* SPDX-License-Identifier: Apache-2.0 */
#include "app/wire_replay.h"

#include "app/log.h"
#include "base/error.h"
#include "http/beat.h"

#include <string.h>

#define TICK_MS 1000

static gint64
wall_ms (void)
{
  return g_get_real_time () / 1000;
}

static gboolean
is_ready (const ParlorRecordingRow *recording)
{
  return recording != NULL && strcmp (recording->state, "ready") == 0;
}

/* ---- one that is being made ----------------------------------------------------------------- */

static void
ask (ParlorWireReplay *self, const ParlorReplayRow *row)
{
  g_autoptr (GError) error = NULL;
  const ParlorRenderWish wish = {.layout = "screen_with_speaker",
                                 .exclude = *row->exclude ? row->exclude : NULL,
                                 .cuts = *row->cuts ? row->cuts : NULL,
                                 .from_ms = row->from_ms,
                                 .to_ms = row->to_ms,
                                 .width = row->width,
                                 .height = row->height};
  const ParlorRenderRow *render = parlor_renders_ask (self->renders, row->recording, &wish,
                                                      row->created_by, &error);
  if (render != NULL)
    parlor_replays_begun (self->replays, row->id, render->id, NULL);
  /* Others wait before it: it is asked for again. */
  else if (!g_error_matches (error, PARLOR_ERROR, PARLOR_ERROR_TOO_MANY))
    {
      parlor_log (PARLOR_LOG_WARNING, "replay %s: %s", row->id, error->message);
      parlor_replays_fail (self->replays, row->id, "nothing_there", wall_ms (), NULL);
    }
}

static void
publish (ParlorWireReplay *self, const ParlorReplayRow *row, const ParlorRenderRow *render)
{
  g_autoptr (GError) error = NULL;
  const ParlorEntry wanted = {.brand = row->brand,
                              .channel = (char *)parlor_channel_name (PARLOR_CHANNEL_REPLAY),
                              .state = row->id,
                              .room = row->room};
  const ParlorEntry *entry = parlor_visitors_add_entry (self->visitors, &wanted, wall_ms (),
                                                        &error);
  if (entry == NULL)
    parlor_log (PARLOR_LOG_WARNING, "replay %s has no entry: %s", row->id, error->message);
  parlor_replays_publish (self->replays, row->id, render->clock, render->duration_ms,
                          entry != NULL ? entry->id : "", wall_ms (), NULL);
}

static void
go_on (ParlorWireReplay *self, const ParlorReplayRow *row)
{
  const ParlorRecordingRow *recording = parlor_recordings_get (self->recordings, row->recording);
  const ParlorRenderRow *render = parlor_renders_get (self->renders, row->recording, row->render);
  if (recording == NULL || strcmp (recording->state, "binned") == 0
      || strcmp (recording->state, "deleted") == 0)
    parlor_replays_fail (self->replays, row->id, "recording_gone", wall_ms (), NULL);
  else if (!is_ready (recording))
    return; /* it is being sealed */
  else if (!*row->render)
    ask (self, row);
  else if (render == NULL)
    parlor_replays_fail (self->replays, row->id, "file_gone", wall_ms (), NULL);
  else if (strcmp (render->state, "failed") == 0)
    parlor_replays_fail (self->replays, row->id, render->reason, wall_ms (), NULL);
  else if (strcmp (render->state, "ready") == 0)
    publish (self, row, render);
}

/* ---- those that stand, and those that do not any more --------------------------------------- */

static void
look (ParlorWireReplay *self, const ParlorReplayRow *row)
{
  const char *reason = NULL;
  if (!is_ready (parlor_recordings_get (self->recordings, row->recording)))
    reason = "recording_gone";
  else if (parlor_renders_get (self->renders, row->recording, row->render) == NULL)
    reason = "file_gone";
  else if (!parlor_replay_is_open (row, wall_ms ()))
    reason = "expired";
  if (reason != NULL)
    parlor_replays_withdraw (self->replays, row->id, reason, "", wall_ms (), NULL);
}

/* Its file is nobody's any more, unless the law wants all of the recording kept. */
static void
clean (ParlorWireReplay *self, const ParlorReplayRow *row)
{
  const ParlorRecordingRow *recording = parlor_recordings_get (self->recordings, row->recording);
  if (recording != NULL && recording->hold == NULL
      && parlor_renders_get (self->renders, row->recording, row->render) != NULL)
    parlor_renders_remove (self->renders, row->recording, row->render, "", NULL);
}

static void
each (ParlorWireReplay *self, ParlorReplayState state,
      void (*func) (ParlorWireReplay *self, const ParlorReplayRow *row))
{
  g_autoptr (GPtrArray) rows = parlor_replays_in_state (self->replays, state);
  for (guint i = 0; i < rows->len; i++)
    func (self, rows->pdata[i]);
}

void
parlor_wire_replay_tick (ParlorWireReplay *self)
{
  each (self, PARLOR_REPLAY_PREPARING, go_on);
  each (self, PARLOR_REPLAY_PUBLISHED, look);
  each (self, PARLOR_REPLAY_WITHDRAWN, clean);
}

static void
on_tick (uv_timer_t *timer)
{
  parlor_beat (timer, on_tick, TICK_MS);
  parlor_wire_replay_tick (timer->data);
}

/* ---- making and ending ---------------------------------------------------------------------- */

ParlorWireReplay *
parlor_wire_replay_new (const ParlorWireReplaySpec *spec, GError **error)
{
  ParlorWireReplay *self = g_new0 (ParlorWireReplay, 1);
  self->replays = parlor_replays_new (
      &(ParlorReplaysSpec){.sink = spec->store != NULL ? parlor_store_records (spec->store) : NULL,
                           .random = spec->random,
                           .audit = spec->audit,
                           .happened = spec->happened,
                           .happened_data = spec->happened_data});
  self->recordings = spec->record->recordings;
  self->renders = spec->render->renders;
  self->visitors = spec->live->visitors;
  if (spec->store != NULL
      && !parlor_store_load_records (spec->store, &parlor_replay_kind, parlor_replays_load,
                                     self->replays, error))
    {
      parlor_wire_replay_free (self);
      return NULL;
    }
  self->tick = g_new0 (uv_timer_t, 1);
  self->tick->data = self;
  uv_timer_init (spec->loop, self->tick);
  parlor_beat (self->tick, on_tick, TICK_MS);
  return self;
}

static void
free_timer (uv_handle_t *timer)
{
  g_free (timer);
}

void
parlor_wire_replay_free (ParlorWireReplay *self)
{
  if (self == NULL)
    return;
  if (self->tick != NULL)
    uv_close ((uv_handle_t *)self->tick, free_timer);
  parlor_replays_free (self->replays);
  g_free (self);
}
