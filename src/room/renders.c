/* SPDX-License-Identifier: Apache-2.0 */
#include "room/renders.h"

#include "base/error.h"

#include <string.h>

#define SIDE_MIN 180
#define HEIGHT_MAX 1080 /* where it alone is said */
#define SIDE_MAX 1280
#define EXCLUDE_MAX 8192

static const ParlorField ParlorRenderRow_fields[] = {
    PARLOR_TEXT (ParlorRenderRow, id),         PARLOR_TEXT (ParlorRenderRow, brand),
    PARLOR_TEXT (ParlorRenderRow, recording),  PARLOR_TEXT (ParlorRenderRow, requested_by),
    PARLOR_TEXT (ParlorRenderRow, state),      PARLOR_TEXT (ParlorRenderRow, layout),
    PARLOR_TEXT (ParlorRenderRow, exclude),    PARLOR_TEXT (ParlorRenderRow, people),
    PARLOR_INT (ParlorRenderRow, from_ms),     PARLOR_INT (ParlorRenderRow, to_ms),
    PARLOR_INT (ParlorRenderRow, height),      PARLOR_FLAG (ParlorRenderRow, names),
    PARLOR_INT (ParlorRenderRow, created_ms),  PARLOR_INT (ParlorRenderRow, finished_ms),
    PARLOR_INT (ParlorRenderRow, attempts),    PARLOR_INT (ParlorRenderRow, bytes),
    PARLOR_INT (ParlorRenderRow, duration_ms), PARLOR_TEXT (ParlorRenderRow, sha256),
    PARLOR_TEXT (ParlorRenderRow, reason),     PARLOR_INT (ParlorRenderRow, width),
    PARLOR_TEXT (ParlorRenderRow, cuts),       PARLOR_TEXT (ParlorRenderRow, clock),
};
const ParlorRecordKind parlor_render_kind = {.table = "recording_renders",
                                             .fields = ParlorRenderRow_fields,
                                             .n_fields = G_N_ELEMENTS (ParlorRenderRow_fields),
                                             .n_key = 1,
                                             .size = sizeof (ParlorRenderRow)};

static const char *const layouts[] = {"speaker", "grid", "screen_with_speaker", "audio_only", NULL};

typedef struct
{
  ParlorRenderRow row;
  gint64 done_ms, all_ms;
} Item;

struct _ParlorRenders
{
  ParlorRendersSpec spec;
  GPtrArray *items;      /* Item, owned, the oldest first */
  GHashTable *held_back; /* owned id of a recording → how often */
};

static void
item_free (gpointer data)
{
  Item *item = data;
  parlor_record_clear (&parlor_render_kind, &item->row);
  g_free (item);
}

static ParlorRecordSink *
sink_of (const ParlorRenders *self)
{
  return parlor_recordings_sink (self->spec.recordings);
}

static Item *
find (const ParlorRenders *self, const char *id)
{
  for (guint i = 0; i < self->items->len; i++)
    {
      Item *item = self->items->pdata[i];
      if (g_strcmp0 (item->row.id, id) == 0)
        return item;
    }
  return NULL;
}

static void
set_text (char **place, const char *text)
{
  char *copy = g_strdup (text);
  g_free (*place);
  *place = copy;
}

static gboolean
is_in (const Item *item, const char *state)
{
  return strcmp (item->row.state, state) == 0;
}

/* ---- what is kept and told ------------------------------------------------------------------ */

static void
put (const ParlorRenders *self, const Item *item)
{
  ParlorRecordSink *sink = sink_of (self);
  if (sink != NULL)
    sink->put (sink, &parlor_render_kind, &item->row);
}

static void
begin (const ParlorRenders *self)
{
  ParlorRecordSink *sink = sink_of (self);
  if (sink != NULL)
    sink->begin (sink);
}

static void
end (const ParlorRenders *self)
{
  ParlorRecordSink *sink = sink_of (self);
  if (sink != NULL)
    sink->end (sink);
}

static void
note (const ParlorRenders *self, const Item *item, const char *action, const char *actor)
{
  if (self->spec.audit != NULL)
    parlor_audit_add (self->spec.audit, self->spec.wall_ms (), item->row.brand, actor, action,
                      item->row.recording, item->row.id);
}

static void
tell (const ParlorRenders *self, const Item *item, const char *type)
{
  const ParlorRecordingRow *recording = parlor_recordings_get (self->spec.recordings,
                                                               item->row.recording);
  if (self->spec.happened == NULL || recording == NULL)
    return;
  const ParlorDatum data[] = {
      PARLOR_DATUM_TEXT ("recording", item->row.recording),
      PARLOR_DATUM_TEXT ("room", recording->room),
      PARLOR_DATUM_TEXT ("render", item->row.id),
      PARLOR_DATUM_TEXT ("layout", item->row.layout),
      PARLOR_DATUM_TEXT ("reason", item->row.reason),
  };
  ParlorEvent event = {.type = type,
                       .brand = item->row.brand,
                       .entity = recording->room,
                       .at_ms = self->spec.wall_ms (),
                       .room_ms = -1,
                       .data = data,
                       .n_data = G_N_ELEMENTS (data)};
  self->spec.happened (&event, self->spec.happened_data);
}

/* ---- turns ---------------------------------------------------------------------------------- */

static gboolean
start (ParlorRenders *self, Item *item)
{
  const ParlorRenderRow *row = &item->row;
  ParlorComposerJob job = {.id = row->id,
                           .recording = row->recording,
                           .layout = row->layout,
                           .exclude = row->exclude,
                           .from_ms = row->from_ms,
                           .to_ms = row->to_ms,
                           .cuts = row->cuts,
                           .width = row->width > 0 ? (guint)row->width
                                                   : (guint)(row->height * 16 / 9) & ~1u,
                           .height = (guint)row->height,
                           .names = row->names};
  set_text (&item->row.state, "running");
  item->row.attempts++;
  item->done_ms = item->all_ms = 0;
  put (self, item);
  return self->spec.composer->ops->start (self->spec.composer, &job);
}

static void
finish (ParlorRenders *self, Item *item, const char *state, const char *reason)
{
  gboolean ready = strcmp (state, "ready") == 0;
  set_text (&item->row.state, state);
  set_text (&item->row.reason, reason);
  item->row.finished_ms = self->spec.wall_ms ();
  begin (self);
  put (self, item);
  note (self, item, ready ? "recording.rendered" : "recording.render_failed", "");
  tell (self, item, ready ? "recording.rendered" : "recording.render_failed");
  end (self);
}

static void
on_done (ParlorRenders *self, Item *item, const ParlorComposerEvent *event)
{
  set_text (&item->row.sha256, event->sha256);
  set_text (&item->row.people, event->people);
  set_text (&item->row.clock, event->clock);
  item->row.bytes = event->bytes;
  item->row.duration_ms = event->duration_ms;
  finish (self, item, "ready", NULL);
}

/* A decoder that a damaged file brings down does so again. */
static void
on_died (ParlorRenders *self, Item *item)
{
  if (item->row.attempts >= PARLOR_RENDER_ATTEMPTS)
    {
      self->spec.composer->ops->remove (self->spec.composer, item->row.recording, item->row.id);
      finish (self, item, "failed", "composer");
    }
  else
    {
      set_text (&item->row.state, "queued");
      put (self, item);
    }
}

/* What does not start is tried again at the next tick. */
static void
start_next (ParlorRenders *self)
{
  guint running = parlor_renders_in_state (self, "running");
  for (guint i = 0; i < self->items->len && running < self->spec.at_once; i++)
    {
      Item *item = self->items->pdata[i];
      if (self->spec.composer == NULL || !is_in (item, "queued")
          || g_hash_table_contains (self->held_back, item->row.recording)
          || (self->spec.is_here != NULL
              && !self->spec.is_here (item->row.recording, self->spec.here_data)))
        continue;
      if (!start (self, item))
        {
          on_died (self, item);
          return;
        }
      running++;
    }
}

static void
on_event (const ParlorComposerEvent *event, gpointer user_data)
{
  ParlorRenders *self = user_data;
  Item *item = find (self, event->id);
  if (item == NULL || !is_in (item, "running"))
    return;
  switch (event->type)
    {
    case PARLOR_COMPOSER_PROGRESS:
      item->done_ms = event->done_ms;
      item->all_ms = event->all_ms;
      break;
    case PARLOR_COMPOSER_DONE:
      on_done (self, item, event);
      break;
    case PARLOR_COMPOSER_FAILED:
      finish (self, item, "failed", event->reason);
      break;
    case PARLOR_COMPOSER_DIED:
      on_died (self, item);
      break;
    }
  if (event->type != PARLOR_COMPOSER_PROGRESS)
    start_next (self);
}

/* ---- its life ------------------------------------------------------------------------------- */

ParlorRenders *
parlor_renders_new (const ParlorRendersSpec *spec)
{
  ParlorRenders *self = g_new0 (ParlorRenders, 1);
  self->spec = *spec;
  self->spec.at_once = MAX (spec->at_once, 1);
  self->items = g_ptr_array_new_with_free_func (item_free);
  self->held_back = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  if (spec->composer != NULL)
    spec->composer->ops->set_event_func (spec->composer, on_event, self);
  return self;
}

void
parlor_renders_free (ParlorRenders *self)
{
  if (self == NULL)
    return;
  if (self->spec.composer != NULL)
    self->spec.composer->ops->set_event_func (self->spec.composer, NULL, NULL);
  g_ptr_array_unref (self->items);
  g_hash_table_unref (self->held_back);
  g_free (self);
}

static gint
by_age (gconstpointer a, gconstpointer b)
{
  const Item *one = *(gpointer const *)a, *other = *(gpointer const *)b;
  if (one->row.created_ms != other->row.created_ms)
    return one->row.created_ms < other->row.created_ms ? -1 : 1;
  return strcmp (one->row.id, other->row.id);
}

/* The server ended while it ran: that was not the render's fault. */
static void
run_again (Item *item)
{
  if (!is_in (item, "running"))
    return;
  set_text (&item->row.state, "queued");
  item->row.attempts = MAX (item->row.attempts - 1, 0);
}

void
parlor_renders_load (gconstpointer row, gpointer user_data)
{
  ParlorRenders *self = user_data;
  Item *item = g_new0 (Item, 1);
  parlor_record_copy (&parlor_render_kind, &item->row, row);
  run_again (item);
  g_ptr_array_add (self->items, item);
  g_ptr_array_sort (self->items, by_age);
}

static void
drop (ParlorRenders *self, Item *item)
{
  ParlorRecordSink *sink = sink_of (self);
  ParlorComposer *composer = self->spec.composer;
  if (composer != NULL && is_in (item, "running"))
    composer->ops->cancel (composer, item->row.id);
  else if (composer != NULL)
    composer->ops->remove (composer, item->row.recording, item->row.id);
  if (sink != NULL)
    sink->remove (sink, &parlor_render_kind, &item->row);
  g_ptr_array_remove (self->items, item);
}

void
parlor_renders_tick (ParlorRenders *self)
{
  for (guint i = self->items->len; i-- > 0;)
    {
      Item *item = self->items->pdata[i];
      const ParlorRecordingRow *row = parlor_recordings_get (self->spec.recordings,
                                                             item->row.recording);
      if (row == NULL || strcmp (row->state, "deleted") == 0)
        drop (self, item);
    }
  start_next (self);
}

/* ---- wishes --------------------------------------------------------------------------------- */

static gboolean
refuse (GError **error, ParlorErrorCode code, const char *text)
{
  g_set_error_literal (error, PARLOR_ERROR, code, text);
  return FALSE;
}

static gboolean
is_side (gint64 n, gint64 max)
{
  return n >= SIDE_MIN && n <= max && n % 2 == 0;
}

static gboolean
judge_wish (const ParlorRenderWish *wish, GError **error)
{
  if (wish->layout == NULL || !g_strv_contains (layouts, wish->layout))
    return refuse (error, PARLOR_ERROR_BAD_REQUEST,
                   "layout is speaker, grid, screen_with_speaker or audio_only");
  if (!is_side (wish->height, wish->width != 0 ? SIDE_MAX : HEIGHT_MAX)
      || (wish->width != 0 && !is_side (wish->width, SIDE_MAX)))
    return refuse (error, PARLOR_ERROR_BAD_REQUEST, "height is an even number from 180 to 1080");
  if (wish->from_ms < -1 || wish->to_ms < -1
      || (wish->to_ms >= 0 && wish->to_ms <= MAX (wish->from_ms, 0)))
    return refuse (
        error, PARLOR_ERROR_BAD_REQUEST,
        "from_ms and to_ms are instants of the room's clock, the first before the second");
  if (wish->exclude != NULL && strlen (wish->exclude) > EXCLUDE_MAX)
    return refuse (error, PARLOR_ERROR_BAD_REQUEST, "exclude names too many people");
  return TRUE;
}

static gboolean
judge_recording (const ParlorRenders *self, const ParlorRecordingRow *row,
                 const ParlorRenderWish *wish, GError **error)
{
  g_autoptr (GPtrArray) others = NULL;
  if (row == NULL || strcmp (row->state, "deleted") == 0)
    return refuse (error, PARLOR_ERROR_NOT_FOUND, "there is no recording of that id");
  if (strcmp (row->state, "ready") != 0)
    return refuse (error, PARLOR_ERROR_CONFLICT,
                   "only a recording that is ready, and not in the bin, is rendered");
  if ((wish->from_ms >= 0 && wish->from_ms >= row->to_ms)
      || (wish->to_ms >= 0 && wish->to_ms <= row->from_ms))
    return refuse (error, PARLOR_ERROR_BAD_REQUEST,
                   "nothing of the recording lies between from_ms and to_ms");
  others = parlor_renders_of (self, row->id);
  if (others->len >= PARLOR_RENDERS_OF_RECORDING_MAX)
    return refuse (error, PARLOR_ERROR_TOO_MANY,
                   "this recording has as many renders as it may have: remove one");
  if (parlor_renders_in_state (self, "queued") >= PARLOR_RENDERS_WAITING_MAX)
    return refuse (error, PARLOR_ERROR_TOO_MANY, "too many renders wait for their turn");
  return TRUE;
}

const ParlorRenderRow *
parlor_renders_ask (ParlorRenders *self, const char *recording, const ParlorRenderWish *wish,
                    const char *actor, GError **error)
{
  const ParlorRecordingRow *row = parlor_recordings_get (self->spec.recordings, recording);
  char id[PARLOR_ID_SIZE];
  if (!judge_wish (wish, error) || !judge_recording (self, row, wish, error))
    return NULL;
  parlor_id_make ("rnd", &self->spec.random, id);
  Item *item = g_new0 (Item, 1);
  item->row = (ParlorRenderRow){.id = g_strdup (id),
                                .brand = g_strdup (row->brand),
                                .recording = g_strdup (row->id),
                                .requested_by = g_strdup (actor),
                                .state = g_strdup ("queued"),
                                .layout = g_strdup (wish->layout),
                                .exclude = g_strdup (wish->exclude),
                                .from_ms = wish->from_ms,
                                .to_ms = wish->to_ms,
                                .height = wish->height,
                                .width = wish->width,
                                .cuts = g_strdup (wish->cuts),
                                .names = wish->names,
                                .created_ms = self->spec.wall_ms ()};
  g_ptr_array_add (self->items, item);
  begin (self);
  put (self, item);
  note (self, item, "recording.render_asked", actor);
  end (self);
  start_next (self);
  return &item->row;
}

gboolean
parlor_renders_remove (ParlorRenders *self, const char *recording, const char *id,
                       const char *actor, GError **error)
{
  Item *item = find (self, id);
  if (item == NULL || g_strcmp0 (item->row.recording, recording) != 0)
    return refuse (error, PARLOR_ERROR_NOT_FOUND, "the recording has no render of that id");
  begin (self);
  note (self, item, "recording.render_removed", actor);
  drop (self, item);
  end (self);
  start_next (self);
  return TRUE;
}

/* ---- questions ------------------------------------------------------------------------------ */

const ParlorRenderRow *
parlor_renders_get (const ParlorRenders *self, const char *recording, const char *id)
{
  const Item *item = find (self, id);
  return item != NULL && g_strcmp0 (item->row.recording, recording) == 0 ? &item->row : NULL;
}

void
parlor_renders_progress (const ParlorRenders *self, const char *id, gint64 *done_ms, gint64 *all_ms)
{
  const Item *item = find (self, id);
  gboolean runs = item != NULL && is_in (item, "running");
  *done_ms = runs ? item->done_ms : 0;
  *all_ms = runs ? item->all_ms : 0;
}

GPtrArray *
parlor_renders_of (const ParlorRenders *self, const char *recording)
{
  GPtrArray *rows = g_ptr_array_new ();
  for (guint i = 0; i < self->items->len; i++)
    {
      Item *item = self->items->pdata[i];
      if (strcmp (item->row.recording, recording) == 0)
        g_ptr_array_add (rows, &item->row);
    }
  return rows;
}

guint
parlor_renders_before (const ParlorRenders *self, const char *id)
{
  guint n = 0;
  for (guint i = 0; i < self->items->len; i++)
    {
      const Item *item = self->items->pdata[i];
      if (strcmp (item->row.id, id) == 0)
        return is_in (item, "queued") ? n : 0;
      n += is_in (item, "queued") || is_in (item, "running") ? 1 : 0;
    }
  return 0;
}

guint
parlor_renders_in_state (const ParlorRenders *self, const char *state)
{
  guint n = 0;
  for (guint i = 0; i < self->items->len; i++)
    n += is_in (self->items->pdata[i], state) ? 1 : 0;
  return n;
}

GPtrArray *
parlor_renders_wanted (const ParlorRenders *self)
{
  GPtrArray *ids = g_ptr_array_new ();
  for (guint i = 0; i < self->items->len; i++)
    {
      const Item *item = self->items->pdata[i];
      if ((is_in (item, "queued") || is_in (item, "running"))
          && !g_ptr_array_find_with_equal_func (ids, item->row.recording, g_str_equal, NULL))
        g_ptr_array_add (ids, item->row.recording);
    }
  return ids;
}

/* ---- a person goes -------------------------------------------------------------------------- */

static gboolean
has_line (const char *text, const char *const *ids)
{
  g_auto (GStrv) lines = g_strsplit (text != NULL ? text : "", "\n", -1);
  for (guint i = 0; lines[i] != NULL; i++)
    if (lines[i][0] != '\0' && g_strv_contains (ids, lines[i]))
      return TRUE;
  return FALSE;
}

/* Of what runs nobody has said yet who is in it. */
static gboolean
shows (const Item *item, const char *const *ids)
{
  return is_in (item, "running") || (is_in (item, "ready") && has_line (item->row.people, ids));
}

GPtrArray *
parlor_renders_with (const ParlorRenders *self, const char *recording, const char *const *ids)
{
  GPtrArray *rows = g_ptr_array_new ();
  for (guint i = 0; i < self->items->len; i++)
    {
      Item *item = self->items->pdata[i];
      if (strcmp (item->row.recording, recording) == 0 && shows (item, ids))
        g_ptr_array_add (rows, &item->row);
    }
  return rows;
}

static void
forget_excluded (Item *item, const char *const *ids, const char *identity)
{
  g_autoptr (GString) left = g_string_new (NULL);
  g_auto (GStrv) lines = g_strsplit (item->row.exclude != NULL ? item->row.exclude : "", "\n", -1);
  for (guint i = 0; lines[i] != NULL; i++)
    if (g_strcmp0 (lines[i], identity) != 0 && !g_strv_contains (ids, lines[i]))
      g_string_append_printf (left, "%s%s", left->len > 0 ? "\n" : "", lines[i]);
  set_text (&item->row.exclude, left->len > 0 ? left->str : NULL);
}

/* What was made is removed, and waits for its turn as if it had just been asked for. */
static void
make_again (ParlorRenders *self, Item *item)
{
  ParlorComposer *composer = self->spec.composer;
  if (composer != NULL && is_in (item, "running"))
    composer->ops->cancel (composer, item->row.id);
  else if (composer != NULL)
    composer->ops->remove (composer, item->row.recording, item->row.id);
  set_text (&item->row.state, "queued");
  set_text (&item->row.sha256, NULL);
  set_text (&item->row.people, NULL);
  set_text (&item->row.clock, NULL);
  item->row.attempts = item->row.bytes = item->row.duration_ms = item->row.finished_ms = 0;
}

/* What an interrupted one has come to by now may show him, and nobody has said who is in it. */
static void
begin_anew (const ParlorRenders *self, const Item *item)
{
  ParlorComposer *composer = self->spec.composer;
  if (composer != NULL)
    composer->ops->remove (composer, item->row.recording, item->row.id);
}

guint
parlor_renders_forget (ParlorRenders *self, const char *recording, const char *const *ids,
                       const char *identity, gboolean again, const char *actor)
{
  guint n = 0;
  begin (self);
  for (guint i = self->items->len; i-- > 0;)
    {
      Item *item = self->items->pdata[i];
      if (strcmp (item->row.recording, recording) != 0)
        continue;
      gboolean his = shows (item, ids), runs = is_in (item, "running");
      if (his && !again && !runs)
        {
          note (self, item, "recording.render_removed", actor);
          drop (self, item);
          n++;
          continue;
        }
      /* Of one in the making nothing was given out yet. */
      if (his)
        make_again (self, item);
      else if (!is_in (item, "ready"))
        begin_anew (self, item);
      n += his;
      forget_excluded (item, ids, identity);
      put (self, item);
    }
  end (self);
  return n;
}

void
parlor_renders_hold_back (ParlorRenders *self, const char *recording, gboolean held)
{
  guint n = GPOINTER_TO_UINT (g_hash_table_lookup (self->held_back, recording));
  n = held ? n + 1 : n > 0 ? n - 1 : 0;
  if (n > 0)
    g_hash_table_replace (self->held_back, g_strdup (recording), GUINT_TO_POINTER (n));
  else
    g_hash_table_remove (self->held_back, recording);
}
