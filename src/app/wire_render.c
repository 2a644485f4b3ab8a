/* SPDX-License-Identifier: Apache-2.0 */
#include "app/wire_render.h"

#include "app/wire_bring.h"
#include "http/beat.h"

#define TICK_MS 1000

static gint64
wall_ms (void)
{
  return g_get_real_time () / 1000;
}

/* Beside this program, in the build tree and where it is installed. */
static char *
find_program (void)
{
  g_autofree char *self = g_file_read_link ("/proc/self/exe", NULL);
  g_autofree char *folder = g_path_get_dirname (self != NULL ? self : "/usr/bin/parlord");
  return g_build_filename (folder, "parlor-composer", NULL);
}

/* Of these no local file goes, however long it takes. One that is begun in between is held by the
 * question whether its files are here. */
static void
hold_wanted (const ParlorWireRender *self)
{
  g_autoptr (GPtrArray) wanted = parlor_renders_wanted (self->renders);
  if (self->away != NULL)
    parlor_away_hold_only (self->away, wanted);
}

static void
on_tick (uv_timer_t *timer)
{
  ParlorWireRender *self = timer->data;
  parlor_beat (timer, on_tick, TICK_MS);
  hold_wanted (self);
  parlor_renders_tick (self->renders);
}

static void
start_ticking (ParlorWireRender *self, uv_loop_t *loop)
{
  self->tick = g_new0 (uv_timer_t, 1);
  self->tick->data = self;
  uv_timer_init (loop, self->tick);
  parlor_beat (self->tick, on_tick, TICK_MS);
}

ParlorWireRender *
parlor_wire_render_new (const ParlorWireRenderSpec *spec, GError **error)
{
  g_autofree char *program = find_program ();
  ParlorWireRender *self = g_new0 (ParlorWireRender, 1);
  self->composers = parlor_composers_new (&(ParlorComposerSpec){.loop = spec->loop,
                                                                .program = program,
                                                                .folder = spec->record->folder,
                                                                .keeper = spec->record->keeper});
  ParlorRendersSpec renders = {.recordings = spec->record->recordings,
                               .composer = parlor_composers_get (self->composers),
                               .random = spec->random,
                               .audit = spec->audit,
                               .happened = spec->happened,
                               .happened_data = spec->happened_data,
                               .wall_ms = wall_ms,
                               .is_here = parlor_wire_bring_is_here,
                               .here_data = spec->record->bring};
  self->away = spec->record->away;
  self->renders = parlor_renders_new (&renders);
  if (spec->store == NULL
      || parlor_store_load_records (spec->store, &parlor_render_kind, parlor_renders_load,
                                    self->renders, error))
    {
      start_ticking (self, spec->loop);
      return self;
    }
  parlor_wire_render_free (self);
  return NULL;
}

void
parlor_wire_render_metrics (const ParlorWireRender *self, ParlorMetricsPage *page)
{
  parlor_metrics_add (page, "parlor_composer_starts_total", NULL, NULL,
                      (double)parlor_composers_starts (self->composers));
  parlor_metrics_add (page, "parlor_composers_running", NULL, NULL,
                      parlor_composers_running (self->composers));
  parlor_metrics_add (page, "parlor_composer_pid", NULL, NULL,
                      parlor_composers_pid (self->composers));
  parlor_metrics_add (page, "parlor_renders_waiting", NULL, NULL,
                      parlor_renders_in_state (self->renders, "queued"));
}

static void
free_timer (uv_handle_t *timer)
{
  g_free (timer);
}

void
parlor_wire_render_stop (ParlorWireRender *self)
{
  if (self != NULL && self->tick != NULL)
    uv_close ((uv_handle_t *)g_steal_pointer (&self->tick), free_timer);
}

void
parlor_wire_render_free (ParlorWireRender *self)
{
  if (self == NULL)
    return;
  parlor_wire_render_stop (self);
  parlor_renders_free (self->renders);
  parlor_composers_free (self->composers);
  g_free (self);
}
