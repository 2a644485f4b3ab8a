/* SPDX-License-Identifier: Apache-2.0 */
#include "live/replays.h"

#include "base/text.h"

#include <string.h>

static const ParlorField replay_fields[] = {
    PARLOR_TEXT (ParlorReplayRow, id),          PARLOR_TEXT (ParlorReplayRow, brand),
    PARLOR_TEXT (ParlorReplayRow, room),        PARLOR_TEXT (ParlorReplayRow, recording),
    PARLOR_TEXT (ParlorReplayRow, render),      PARLOR_TEXT (ParlorReplayRow, entry),
    PARLOR_TEXT (ParlorReplayRow, title),       PARLOR_TEXT (ParlorReplayRow, state),
    PARLOR_TEXT (ParlorReplayRow, reason),      PARLOR_TEXT (ParlorReplayRow, created_by),
    PARLOR_TEXT (ParlorReplayRow, exclude),     PARLOR_TEXT (ParlorReplayRow, cuts),
    PARLOR_TEXT (ParlorReplayRow, clock),       PARLOR_INT (ParlorReplayRow, from_ms),
    PARLOR_INT (ParlorReplayRow, to_ms),        PARLOR_INT (ParlorReplayRow, width),
    PARLOR_INT (ParlorReplayRow, height),       PARLOR_INT (ParlorReplayRow, duration_ms),
    PARLOR_INT (ParlorReplayRow, created_ms),   PARLOR_INT (ParlorReplayRow, published_ms),
    PARLOR_INT (ParlorReplayRow, withdrawn_ms), PARLOR_INT (ParlorReplayRow, expires_ms),
};
const ParlorRecordKind parlor_replay_kind = {.table = "replays",
                                             .fields = replay_fields,
                                             .n_fields = G_N_ELEMENTS (replay_fields),
                                             .n_key = 1,
                                             .size = sizeof (ParlorReplayRow)};

struct _ParlorReplays
{
  ParlorReplaysSpec spec;
  GHashTable *by_id; /* borrowed id → row */
  GPtrArray *rows;   /* ParlorReplayRow, owned, the oldest first */
};

static const char *const state_names[PARLOR_N_REPLAY_STATES] = {
    [PARLOR_REPLAY_PREPARING] = "preparing",
    [PARLOR_REPLAY_PUBLISHED] = "published",
    [PARLOR_REPLAY_FAILED] = "failed",
    [PARLOR_REPLAY_WITHDRAWN] = "withdrawn",
};

static const gboolean may_become[PARLOR_N_REPLAY_STATES][PARLOR_N_REPLAY_STATES] = {
    [PARLOR_REPLAY_PREPARING] = {[PARLOR_REPLAY_PUBLISHED] = TRUE,
                                 [PARLOR_REPLAY_FAILED] = TRUE,
                                 [PARLOR_REPLAY_WITHDRAWN] = TRUE},
    [PARLOR_REPLAY_PUBLISHED] = {[PARLOR_REPLAY_WITHDRAWN] = TRUE},
    [PARLOR_REPLAY_FAILED] = {[PARLOR_REPLAY_WITHDRAWN] = TRUE},
};

ParlorReplayState
parlor_replay_state (const ParlorReplayRow *row)
{
  guint state = 0;
  while (state < PARLOR_N_REPLAY_STATES - 1 && strcmp (row->state, state_names[state]) != 0)
    state++;
  return (ParlorReplayState)state;
}

gboolean
parlor_replay_is_open (const ParlorReplayRow *row, gint64 wall_ms)
{
  return parlor_replay_state (row) == PARLOR_REPLAY_PUBLISHED
         && (row->expires_ms == 0 || wall_ms < row->expires_ms);
}

/* ---- the rows ------------------------------------------------------------------------------- */

static void
row_free (gpointer row)
{
  parlor_record_clear (&parlor_replay_kind, row);
  g_free (row);
}

ParlorReplays *
parlor_replays_new (const ParlorReplaysSpec *spec)
{
  ParlorReplays *self = g_new0 (ParlorReplays, 1);
  self->spec = *spec;
  self->by_id = g_hash_table_new (g_str_hash, g_str_equal);
  self->rows = g_ptr_array_new_with_free_func (row_free);
  return self;
}

void
parlor_replays_free (ParlorReplays *self)
{
  if (self == NULL)
    return;
  g_hash_table_unref (self->by_id);
  g_ptr_array_unref (self->rows);
  g_free (self);
}

static void
keep (ParlorReplays *self, ParlorReplayRow *row)
{
  guint at = self->rows->len;
  while (at > 0 && ((ParlorReplayRow *)self->rows->pdata[at - 1])->created_ms > row->created_ms)
    at--;
  g_ptr_array_insert (self->rows, (gint)at, row);
  g_hash_table_insert (self->by_id, row->id, row);
}

void
parlor_replays_load (gconstpointer from, gpointer self)
{
  ParlorReplayRow *row = g_new0 (ParlorReplayRow, 1);
  parlor_record_copy (&parlor_replay_kind, row, from);
  keep (self, row);
}

const ParlorReplayRow *
parlor_replays_get (const ParlorReplays *self, const char *id)
{
  return id != NULL ? g_hash_table_lookup (self->by_id, id) : NULL;
}

GPtrArray *
parlor_replays_of_room (const ParlorReplays *self, const char *room)
{
  GPtrArray *found = g_ptr_array_new ();
  for (guint i = self->rows->len; i-- > 0;)
    {
      ParlorReplayRow *row = self->rows->pdata[i];
      if (strcmp (row->room, room) == 0)
        g_ptr_array_add (found, row);
    }
  return found;
}

GPtrArray *
parlor_replays_shown (const ParlorReplays *self, const char *brand, gint64 wall_ms)
{
  GPtrArray *found = g_ptr_array_new ();
  for (guint i = self->rows->len; i-- > 0;)
    {
      ParlorReplayRow *row = self->rows->pdata[i];
      if (strcmp (row->brand, brand) == 0 && parlor_replay_is_open (row, wall_ms))
        g_ptr_array_add (found, row);
    }
  return found;
}

guint
parlor_replays_of_recording (const ParlorReplays *self, const char *recording)
{
  guint n = 0;
  for (guint i = 0; i < self->rows->len; i++)
    {
      const ParlorReplayRow *row = self->rows->pdata[i];
      n += strcmp (row->recording, recording) == 0
           && parlor_replay_state (row) == PARLOR_REPLAY_PUBLISHED;
    }
  return n;
}

GPtrArray *
parlor_replays_in_state (const ParlorReplays *self, ParlorReplayState state)
{
  GPtrArray *found = g_ptr_array_new ();
  for (guint i = 0; i < self->rows->len; i++)
    if (parlor_replay_state (self->rows->pdata[i]) == state)
      g_ptr_array_add (found, self->rows->pdata[i]);
  return found;
}

/* ---- what is kept and told ------------------------------------------------------------------ */

static void
tell (const ParlorReplays *self, const ParlorReplayRow *row, const char *type, gint64 wall_ms)
{
  const ParlorDatum data[] = {
      PARLOR_DATUM_TEXT ("replay", row->id),           PARLOR_DATUM_TEXT ("room", row->room),
      PARLOR_DATUM_TEXT ("recording", row->recording), PARLOR_DATUM_TEXT ("entry", row->entry),
      PARLOR_DATUM_TEXT ("reason", row->reason),
  };
  if (self->spec.happened != NULL)
    self->spec.happened (&(ParlorEvent){.type = type,
                                        .brand = row->brand,
                                        .entity = row->room,
                                        .at_ms = wall_ms,
                                        .room_ms = -1,
                                        .data = data,
                                        .n_data = G_N_ELEMENTS (data)},
                         self->spec.happened_data);
}

/* The row, its audit line and its event are one transaction. `action` nullable; `told`: it is an
 * event too. */
static void
put (const ParlorReplays *self, const ParlorReplayRow *row, const char *action, gboolean told,
     const char *actor, gint64 wall_ms)
{
  ParlorRecordSink *sink = self->spec.sink;
  if (sink != NULL)
    sink->begin (sink);
  if (sink != NULL)
    sink->put (sink, &parlor_replay_kind, row);
  if (action != NULL && self->spec.audit != NULL)
    parlor_audit_add (self->spec.audit, wall_ms, row->brand, actor, action, row->id,
                      *row->reason ? row->reason : row->recording);
  if (told)
    tell (self, row, action, wall_ms);
  if (sink != NULL)
    sink->end (sink);
}

static gboolean
refuse (GError **error, ParlorErrorCode code, const char *text)
{
  g_set_error_literal (error, PARLOR_ERROR, code, text);
  return FALSE;
}

static void
set_text (char **place, const char *text)
{
  char *copy = g_strdup (text != NULL ? text : "");
  g_free (*place);
  *place = copy;
}

/* ---- making --------------------------------------------------------------------------------- */

static gint
by_start (gconstpointer a, gconstpointer b)
{
  const ParlorReplayCut *one = a, *other = b;
  return (one->from_ms > other->from_ms) - (one->from_ms < other->from_ms);
}

static void
append_cut (GString *text, const ParlorReplayCut *cut)
{
  g_string_append_printf (text, "%s%" G_GINT64_FORMAT " %" G_GINT64_FORMAT,
                          text->len > 0 ? "\n" : "", cut->from_ms, cut->to_ms);
}

/* In order, and what touches is one (transfer full). */
static char *
join_cuts (const ParlorReplaySpec *spec)
{
  g_autoptr (GArray) cuts = g_array_new (FALSE, FALSE, sizeof (ParlorReplayCut));
  GString *text = g_string_new (NULL);
  ParlorReplayCut open = {-1, -1};
  if (spec->n_cuts > 0)
    g_array_append_vals (cuts, spec->cuts, spec->n_cuts);
  g_array_sort (cuts, by_start);
  for (guint i = 0; i < cuts->len; i++)
    {
      const ParlorReplayCut *cut = &g_array_index (cuts, ParlorReplayCut, i);
      if (open.to_ms >= cut->from_ms)
        open.to_ms = MAX (open.to_ms, cut->to_ms);
      else
        {
          if (open.to_ms >= 0)
            append_cut (text, &open);
          open = *cut;
        }
    }
  if (open.to_ms >= 0)
    append_cut (text, &open);
  return g_string_free (text, FALSE);
}

static gboolean
judge (const ParlorReplaySpec *spec, gint64 wall_ms, GError **error)
{
  if (spec->from_ms < -1 || spec->to_ms < -1
      || (spec->to_ms >= 0 && spec->to_ms <= MAX (spec->from_ms, 0)))
    return refuse (error, PARLOR_ERROR_BAD_REQUEST,
                   "from_ms and to_ms are instants of the stream's clock, the first before the "
                   "second");
  if (spec->n_cuts > PARLOR_REPLAY_CUTS_MAX)
    return refuse (error, PARLOR_ERROR_BAD_REQUEST, "at most 50 parts are dropped");
  for (guint i = 0; i < spec->n_cuts; i++)
    if (spec->cuts[i].from_ms < 0 || spec->cuts[i].to_ms <= spec->cuts[i].from_ms)
      return refuse (error, PARLOR_ERROR_BAD_REQUEST,
                     "a part that is dropped has a from_ms before its to_ms");
  if (spec->expires_ms < 0 || (spec->expires_ms > 0 && spec->expires_ms <= wall_ms))
    return refuse (error, PARLOR_ERROR_BAD_REQUEST, "expires_at must lie ahead");
  if (spec->exclude != NULL && strlen (spec->exclude) > PARLOR_REPLAY_EXCLUDE_MAX)
    return refuse (error, PARLOR_ERROR_BAD_REQUEST, "exclude names too many people");
  return TRUE;
}

static gboolean
has_room (const ParlorReplays *self, const ParlorReplaySpec *spec, GError **error)
{
  guint in_room = 0, in_brand = 0;
  for (guint i = 0; i < self->rows->len; i++)
    {
      const ParlorReplayRow *row = self->rows->pdata[i];
      in_brand += strcmp (row->brand, spec->brand) == 0;
      in_room += strcmp (row->room, spec->room) == 0
                 && parlor_replay_state (row) != PARLOR_REPLAY_WITHDRAWN;
    }
  if (in_room >= PARLOR_REPLAYS_OF_ROOM_MAX)
    return refuse (error, PARLOR_ERROR_TOO_MANY,
                   "this stream has as many replays as it may have: withdraw one");
  if (in_brand >= PARLOR_REPLAYS_OF_BRAND_MAX)
    return refuse (error, PARLOR_ERROR_TOO_MANY, "the brand has too many replays");
  return TRUE;
}

const ParlorReplayRow *
parlor_replays_add (ParlorReplays *self, const ParlorReplaySpec *spec, gint64 wall_ms,
                    GError **error)
{
  char id[PARLOR_ID_SIZE];
  if (!judge (spec, wall_ms, error) || !has_room (self, spec, error))
    return NULL;
  char *title = parlor_text_line (spec->title, PARLOR_TITLE_MAX, "title", error);
  if (title == NULL)
    return NULL;
  parlor_id_make ("rpl", &self->spec.random, id);
  ParlorReplayRow *row = g_new0 (ParlorReplayRow, 1);
  *row = (ParlorReplayRow){.id = g_strdup (id),
                           .brand = g_strdup (spec->brand),
                           .room = g_strdup (spec->room),
                           .recording = g_strdup (spec->recording),
                           .render = g_strdup (""),
                           .entry = g_strdup (""),
                           .title = title,
                           .state = g_strdup (state_names[PARLOR_REPLAY_PREPARING]),
                           .reason = g_strdup (""),
                           .created_by = g_strdup (spec->created_by),
                           .exclude = g_strdup (spec->exclude != NULL ? spec->exclude : ""),
                           .cuts = join_cuts (spec),
                           .clock = g_strdup (""),
                           .from_ms = spec->from_ms,
                           .to_ms = spec->to_ms,
                           .width = spec->width,
                           .height = spec->height,
                           .created_ms = wall_ms,
                           .expires_ms = spec->expires_ms};
  keep (self, row);
  put (self, row, "replay.asked", FALSE, row->created_by, wall_ms);
  return row;
}

/* ---- its life ------------------------------------------------------------------------------- */

/* NULL: there is none, or it cannot become that. */
static ParlorReplayRow *
move (ParlorReplays *self, const char *id, ParlorReplayState to, GError **error)
{
  ParlorReplayRow *row = id != NULL ? g_hash_table_lookup (self->by_id, id) : NULL;
  if (row == NULL)
    {
      refuse (error, PARLOR_ERROR_NOT_FOUND, "there is no replay of that id");
      return NULL;
    }
  if (!may_become[parlor_replay_state (row)][to])
    {
      g_set_error (error, PARLOR_ERROR, PARLOR_ERROR_CONFLICT,
                   "the replay is %s, it cannot become %s", row->state, state_names[to]);
      return NULL;
    }
  set_text (&row->state, state_names[to]);
  return row;
}

gboolean
parlor_replays_begun (ParlorReplays *self, const char *id, const char *render, GError **error)
{
  ParlorReplayRow *row = id != NULL ? g_hash_table_lookup (self->by_id, id) : NULL;
  if (row == NULL)
    return refuse (error, PARLOR_ERROR_NOT_FOUND, "there is no replay of that id");
  if (parlor_replay_state (row) != PARLOR_REPLAY_PREPARING)
    {
      g_set_error (error, PARLOR_ERROR, PARLOR_ERROR_CONFLICT, "the replay is %s", row->state);
      return FALSE;
    }
  set_text (&row->render, render);
  put (self, row, NULL, FALSE, "", 0);
  return TRUE;
}

gboolean
parlor_replays_publish (ParlorReplays *self, const char *id, const char *clock, gint64 duration_ms,
                        const char *entry, gint64 wall_ms, GError **error)
{
  ParlorReplayRow *row = move (self, id, PARLOR_REPLAY_PUBLISHED, error);
  if (row == NULL)
    return FALSE;
  set_text (&row->clock, clock);
  set_text (&row->entry, entry);
  row->duration_ms = duration_ms;
  row->published_ms = wall_ms;
  put (self, row, "replay.published", TRUE, row->created_by, wall_ms);
  return TRUE;
}

gboolean
parlor_replays_fail (ParlorReplays *self, const char *id, const char *reason, gint64 wall_ms,
                     GError **error)
{
  ParlorReplayRow *row = move (self, id, PARLOR_REPLAY_FAILED, error);
  if (row == NULL)
    return FALSE;
  set_text (&row->reason, reason);
  put (self, row, "replay.failed", TRUE, "", wall_ms);
  return TRUE;
}

gboolean
parlor_replays_withdraw (ParlorReplays *self, const char *id, const char *reason, const char *actor,
                         gint64 wall_ms, GError **error)
{
  const ParlorReplayRow *known = parlor_replays_get (self, id);
  if (known != NULL && parlor_replay_state (known) == PARLOR_REPLAY_WITHDRAWN)
    return TRUE;
  gboolean was_public = known != NULL && parlor_replay_state (known) == PARLOR_REPLAY_PUBLISHED;
  ParlorReplayRow *row = move (self, id, PARLOR_REPLAY_WITHDRAWN, error);
  if (row == NULL)
    return FALSE;
  set_text (&row->reason, reason);
  row->withdrawn_ms = wall_ms;
  put (self, row, "replay.withdrawn", was_public, actor, wall_ms);
  return TRUE;
}

/* ---- the clock ------------------------------------------------------------------------------ */

GArray *
parlor_replay_parts (const char *clock)
{
  GArray *parts = g_array_new (FALSE, FALSE, sizeof (ParlorReplayPart));
  g_auto (GStrv) lines = g_strsplit (clock != NULL ? clock : "", "\n", -1);
  for (guint i = 0; lines[i] != NULL; i++)
    {
      ParlorReplayPart part;
      char *rest = NULL;
      part.from_ms = g_ascii_strtoll (lines[i], &rest, 10);
      part.to_ms = g_ascii_strtoll (rest, &rest, 10);
      part.file_ms = g_ascii_strtoll (rest, NULL, 10);
      if (part.from_ms >= 0 && part.to_ms > part.from_ms && part.file_ms >= 0)
        g_array_append_val (parts, part);
    }
  return parts;
}

gint64
parlor_replay_to_file (const GArray *parts, gint64 room_ms)
{
  for (guint i = 0; i < parts->len; i++)
    {
      const ParlorReplayPart *part = &g_array_index (parts, ParlorReplayPart, i);
      if (part->from_ms <= room_ms && room_ms < part->to_ms)
        return part->file_ms + room_ms - part->from_ms;
    }
  return -1;
}

gint64
parlor_replay_first_kept (const GArray *parts, gint64 from_ms, gint64 to_ms)
{
  for (guint i = 0; i < parts->len; i++)
    {
      const ParlorReplayPart *part = &g_array_index (parts, ParlorReplayPart, i);
      gint64 at_ms = MAX (part->from_ms, from_ms);
      if (at_ms < part->to_ms && (to_ms < 0 || at_ms < to_ms))
        return at_ms;
    }
  return -1;
}
