/* SPDX-License-Identifier: Apache-2.0 */
#include "room/erasures.h"

#include "base/error.h"

#include <string.h>

#define LIST_MAX 100
/* What failed or is held is looked at again after so many ticks. */
#define PATIENCE_TICKS 15
/* One tick is left to the other erasures. */
#define TURN_TICKS 2

static const ParlorField ParlorErasureRow_fields[] = {
    PARLOR_TEXT (ParlorErasureRow, id),           PARLOR_TEXT (ParlorErasureRow, brand),
    PARLOR_TEXT (ParlorErasureRow, requested_by), PARLOR_TEXT (ParlorErasureRow, state),
    PARLOR_TEXT (ParlorErasureRow, identity),     PARLOR_TEXT (ParlorErasureRow, recording),
    PARLOR_TEXT (ParlorErasureRow, participant),  PARLOR_TEXT (ParlorErasureRow, todo),
    PARLOR_TEXT (ParlorErasureRow, reason),       PARLOR_FLAG (ParlorErasureRow, again),
    PARLOR_INT (ParlorErasureRow, created_ms),    PARLOR_INT (ParlorErasureRow, finished_ms),
    PARLOR_INT (ParlorErasureRow, recordings),    PARLOR_INT (ParlorErasureRow, files),
    PARLOR_INT (ParlorErasureRow, stills),        PARLOR_INT (ParlorErasureRow, chat),
    PARLOR_INT (ParlorErasureRow, markers),       PARLOR_INT (ParlorErasureRow, renders),
    PARLOR_INT (ParlorErasureRow, bytes),
};
const ParlorRecordKind parlor_erasure_kind = {.table = "erasures",
                                              .fields = ParlorErasureRow_fields,
                                              .n_fields = G_N_ELEMENTS (ParlorErasureRow_fields),
                                              .n_key = 1,
                                              .size = sizeof (ParlorErasureRow)};

typedef struct
{
  ParlorErasureRow row;
  GPtrArray *wanted; /* owned ids of recordings */
  GPtrArray *parts;  /* owned ParlorErasurePart with texts of its own */
  guint patience;    /* ticks until it is tried again */
  guint failures;    /* of this round through `wanted` */
} Item;

struct _ParlorErasures
{
  ParlorErasuresSpec spec;
  GPtrArray *items; /* Item, owned, the oldest first */
  char *busy;       /* id of the erasure a job of which is under way; NULL = none */
};

static void
part_free (gpointer data)
{
  ParlorErasurePart *part = data;
  g_free ((char *)part->erasure);
  g_free ((char *)part->recording);
  g_free ((char *)part->ids);
  g_free (part);
}

static void
item_free (gpointer data)
{
  Item *item = data;
  parlor_record_clear (&parlor_erasure_kind, &item->row);
  g_ptr_array_unref (item->wanted);
  g_ptr_array_unref (item->parts);
  g_free (item);
}

static Item *
item_new (void)
{
  Item *item = g_new0 (Item, 1);
  item->wanted = g_ptr_array_new_with_free_func (g_free);
  item->parts = g_ptr_array_new_with_free_func (part_free);
  return item;
}

static Item *
find (const ParlorErasures *self, const char *id)
{
  for (guint i = 0; i < self->items->len; i++)
    if (g_strcmp0 (((Item *)self->items->pdata[i])->row.id, id) == 0)
      return self->items->pdata[i];
  return NULL;
}

static Item *
find_own (const ParlorErasures *self, const char *brand, const char *id, GError **error)
{
  Item *item = find (self, id);
  if (item != NULL && strcmp (item->row.brand, brand) == 0)
    return item;
  g_set_error_literal (error, PARLOR_ERROR, PARLOR_ERROR_NOT_FOUND,
                       "there is no erasure of that id");
  return NULL;
}

static gboolean
is_in (const Item *item, const char *state)
{
  return strcmp (item->row.state, state) == 0;
}

static gboolean
is_started (const Item *item)
{
  return is_in (item, "running") || is_in (item, "held");
}

static void
set_text (char **place, const char *text)
{
  char *copy = g_strdup (text);
  g_free (*place);
  *place = copy;
}

/* ---- its life ------------------------------------------------------------------------------- */

ParlorErasures *
parlor_erasures_new (const ParlorErasuresSpec *spec)
{
  ParlorErasures *self = g_new0 (ParlorErasures, 1);
  self->spec = *spec;
  self->items = g_ptr_array_new_with_free_func (item_free);
  return self;
}

void
parlor_erasures_free (ParlorErasures *self)
{
  if (self == NULL)
    return;
  g_ptr_array_unref (self->items);
  g_free (self->busy);
  g_free (self);
}

static void
hold_renders_back (const ParlorErasures *self, const char *recording, gboolean held)
{
  if (self->spec.renders != NULL)
    parlor_renders_hold_back (self->spec.renders, recording, held);
}

static gint
by_age (gconstpointer a, gconstpointer b)
{
  const Item *one = *(gpointer const *)a, *other = *(gpointer const *)b;
  if (one->row.created_ms != other->row.created_ms)
    return one->row.created_ms < other->row.created_ms ? -1 : 1;
  return strcmp (one->row.id, other->row.id);
}

void
parlor_erasures_load (gconstpointer row, gpointer user_data)
{
  ParlorErasures *self = user_data;
  Item *item = item_new ();
  parlor_record_copy (&parlor_erasure_kind, &item->row, row);
  g_auto (GStrv) left = g_strsplit (item->row.todo != NULL ? item->row.todo : "", "\n", -1);
  for (guint i = 0; left[i] != NULL; i++)
    {
      g_ptr_array_add (item->wanted, g_strdup (left[i]));
      hold_renders_back (self, left[i], TRUE);
    }
  g_ptr_array_add (self->items, item);
  g_ptr_array_sort (self->items, by_age);
}

static void
put (ParlorErasures *self, Item *item)
{
  ParlorRecordSink *sink = parlor_recordings_sink (self->spec.recordings);
  g_autoptr (GString) left = g_string_new (NULL);
  for (guint i = 0; i < item->wanted->len; i++)
    g_string_append_printf (left, "%s%s", i > 0 ? "\n" : "", (char *)item->wanted->pdata[i]);
  set_text (&item->row.todo, left->len > 0 ? left->str : NULL);
  if (sink != NULL)
    sink->put (sink, &parlor_erasure_kind, &item->row);
}

static void
begin (const ParlorErasures *self)
{
  ParlorRecordSink *sink = parlor_recordings_sink (self->spec.recordings);
  if (sink != NULL)
    sink->begin (sink);
}

static void
end (const ParlorErasures *self)
{
  ParlorRecordSink *sink = parlor_recordings_sink (self->spec.recordings);
  if (sink != NULL)
    sink->end (sink);
}

/* ---- jobs ----------------------------------------------------------------------------------- */

static void
give_job (ParlorErasures *self, const Item *item, const char *recording,
          void (*func) (const ParlorErasureJob *job, gpointer user_data))
{
  ParlorErasureJob job = {.erasure = item->row.id,
                          .brand = item->row.brand,
                          .recording = recording,
                          .identity = item->row.identity,
                          .participant = item->row.participant,
                          .at_ms = self->spec.wall_ms ()};
  if (func == NULL)
    return;
  set_text (&self->busy, item->row.id);
  func (&job, self->spec.user_data);
}

static const ParlorErasurePart *
part_of (const Item *item, const char *recording)
{
  for (guint i = 0; i < item->parts->len; i++)
    if (strcmp (((ParlorErasurePart *)item->parts->pdata[i])->recording, recording) == 0)
      return item->parts->pdata[i];
  return NULL;
}

static void
sum_up (Item *item)
{
  ParlorErasureRow *row = &item->row;
  row->files = row->stills = row->chat = row->markers = row->bytes = 0;
  for (guint i = 0; i < item->parts->len; i++)
    {
      const ParlorErasurePart *part = item->parts->pdata[i];
      row->files += part->files;
      row->stills += part->stills;
      row->chat += part->chat;
      row->markers += part->markers;
      row->bytes += part->bytes;
    }
}

static GStrv
lines (const char *text)
{
  return g_strsplit (text != NULL ? text : "", "\n", -1);
}

static guint
count_renders (const ParlorErasures *self, const ParlorErasurePart *part)
{
  g_auto (GStrv) ids = lines (part->ids);
  if (self->spec.renders == NULL)
    return 0;
  g_autoptr (GPtrArray)
      rows = parlor_renders_with (self->spec.renders, part->recording, (const char *const *)ids);
  return rows->len;
}

static void
look_at_next (ParlorErasures *self, Item *item)
{
  for (guint i = 0; i < item->wanted->len; i++)
    if (part_of (item, item->wanted->pdata[i]) == NULL)
      {
        give_job (self, item, item->wanted->pdata[i], self->spec.look);
        return;
      }
  item->row.renders = 0;
  for (guint i = 0; i < item->parts->len; i++)
    item->row.renders += count_renders (self, item->parts->pdata[i]);
  set_text (&item->row.state, "planned");
}

/* Before anything goes: no render that shows him may be begun any more. */
static void
forget_renders (ParlorErasures *self, Item *item, const ParlorErasurePart *part)
{
  g_auto (GStrv) ids = lines (part->ids);
  if (self->spec.renders != NULL)
    item->row.renders += parlor_renders_forget (self->spec.renders, part->recording,
                                                (const char *const *)ids, item->row.identity,
                                                item->row.again, item->row.requested_by);
}

static void
keep_part (Item *item, const ParlorErasurePart *part)
{
  const ParlorErasurePart *old = part_of (item, part->recording);
  ParlorErasurePart *copy = g_memdup2 (part, sizeof *part);
  copy->erasure = g_strdup (part->erasure);
  copy->recording = g_strdup (part->recording);
  copy->ids = g_strdup (part->ids);
  copy->identity = NULL;
  if (old != NULL)
    g_ptr_array_remove (item->parts, (gpointer)old);
  g_ptr_array_add (item->parts, copy);
}

/* Nobody could look at it yet. */
static void
keep_unknown (Item *item, const char *recording)
{
  keep_part (item, &(ParlorErasurePart){.erasure = item->row.id, .recording = recording});
}

/* Once he is out of the manifest nothing else tells whose door and name go from the row. It is on
 * the disk when the job's own changes of rows are. */
static void
keep_identity (ParlorErasures *self, Item *item, const char *identity)
{
  if (item->row.identity != NULL || identity == NULL || !is_started (item))
    return;
  set_text (&item->row.identity, identity);
  put (self, item);
}

static gboolean
remove_wanted (Item *item, const char *recording)
{
  for (guint i = 0; i < item->wanted->len; i++)
    if (strcmp (item->wanted->pdata[i], recording) == 0)
      return g_ptr_array_remove_index (item->wanted, i) != NULL;
  return FALSE;
}

/* One of so many that not all are known by their doors: when he is not in it nothing is to do. */
static void
drop_other (ParlorErasures *self, Item *item, const ParlorErasurePart *part)
{
  const ParlorRecordingRow *row = parlor_recordings_get (self->spec.recordings, part->recording);
  gboolean is_his = item->row.identity == NULL || row == NULL
                    || parlor_recording_has_door (row, "identity", item->row.identity);
  if (is_his || !part->is_known || (part->ids != NULL && part->ids[0] != '\0'))
    return;
  if (remove_wanted (item, part->recording))
    item->row.recordings--;
}

/* He asked it himself, of what could not be looked at then. */
static gboolean
is_uncounted (const ParlorErasureRow *row)
{
  return parlor_erasure_is_own (row) && row->files + row->stills + row->chat + row->markers == 0;
}

void
parlor_erasures_looked (ParlorErasures *self, const ParlorErasurePart *part)
{
  Item *item = find (self, part->erasure);
  gboolean plans = item != NULL && is_in (item, "looking");
  if (plans && g_strcmp0 (self->busy, part->erasure) == 0)
    g_clear_pointer (&self->busy, g_free);
  if (item == NULL)
    {
      g_clear_pointer (&self->busy, g_free); /* it was forgotten meanwhile */
      return;
    }
  keep_identity (self, item, part->identity);
  /* Of one that goes on after a crash only a rest is found: what was counted stands. */
  const ParlorErasurePart *old = part_of (item, part->recording);
  gboolean is_first = old != NULL ? !old->is_known : is_uncounted (&item->row);
  gboolean is_new = is_first && part->is_known;
  if (old == NULL || !old->is_known)
    keep_part (item, part);
  if (plans || is_new)
    sum_up (item);
  if (!plans && is_new)
    put (self, item);
  if (plans)
    drop_other (self, item, part);
  if (!plans && part->is_known)
    forget_renders (self, item, part);
}

static void
note (const ParlorErasures *self, const Item *item, const char *action, const char *object)
{
  if (self->spec.audit != NULL)
    parlor_audit_add (self->spec.audit, self->spec.wall_ms (), item->row.brand,
                      item->row.requested_by, action, object, item->row.id);
}

static void
tell (const ParlorErasures *self, const Item *item, const ParlorRecordingRow *row)
{
  const ParlorDatum data[] = {
      PARLOR_DATUM_TEXT ("recording", row->id), PARLOR_DATUM_TEXT ("room", row->room),
      PARLOR_DATUM_TEXT ("erasure", item->row.id), PARLOR_DATUM_TEXT ("sha256", row->sha256)};
  ParlorEvent event = {.type = "recording.person_erased",
                       .brand = item->row.brand,
                       .entity = row->room,
                       .at_ms = self->spec.wall_ms (),
                       .room_ms = -1,
                       .data = data,
                       .n_data = G_N_ELEMENTS (data)};
  if (self->spec.happened != NULL)
    self->spec.happened (&event, self->spec.happened_data);
}

static char *
without_door (const ParlorRecordingRow *row, const char *identity)
{
  char door[PARLOR_RECORDING_DOOR_SIZE];
  g_autoptr (GString) left = g_string_new (NULL);
  g_auto (GStrv) doors = lines (row->doors);
  parlor_recording_door (row->id, "identity", identity, door);
  for (guint i = 0; doors[i] != NULL; i++)
    if (doors[i][0] != '\0' && strcmp (doors[i], "+") != 0 && strcmp (doors[i], door) != 0)
      g_string_append_printf (left, "%s%s", left->len > 0 ? "\n" : "", doors[i]);
  /* They get shorter: that there were more is not seen by their length then. */
  if (parlor_recording_has_more_doors (row))
    g_string_append (left, left->len > 0 ? "\n+" : "+");
  return left->len > 0 ? g_strdup (left->str) : NULL;
}

static void
change_row (ParlorErasures *self, Item *item, const char *recording, const ParlorErasureDone *done)
{
  const ParlorRecordingRow *old = parlor_recordings_get (self->spec.recordings, recording);
  ParlorRecordingRow row = {0};
  if (old == NULL || strcmp (old->state, "deleted") == 0)
    return;
  parlor_record_copy (&parlor_recording_kind, &row, old);
  set_text (&row.sha256, done->sha256);
  set_text (&row.people, done->people);
  set_text (&row.words, done->words);
  row.files = done->files;
  row.bytes = done->bytes;
  if (done->identity != NULL)
    {
      g_autofree char *doors = without_door (&row, done->identity);
      set_text (&row.doors, doors);
      if (g_strcmp0 (row.started_by, done->identity) == 0)
        set_text (&row.started_by, "");
    }
  parlor_recordings_put (self->spec.recordings, &row);
  note (self, item, "recording.person_erased", row.id);
  tell (self, item, &row);
  parlor_record_clear (&parlor_recording_kind, &row);
}

static void
drop_wanted (ParlorErasures *self, Item *item, const char *recording)
{
  g_autofree char *kept = g_strdup (recording);
  for (guint i = item->wanted->len; i-- > 0;)
    if (strcmp (item->wanted->pdata[i], kept) == 0)
      g_ptr_array_remove_index (item->wanted, i);
  hold_renders_back (self, kept, FALSE);
}

static void
finish_if_done (ParlorErasures *self, Item *item)
{
  if (item->wanted->len > 0)
    return;
  if (self->spec.removed != NULL && parlor_erasure_is_own (&item->row))
    self->spec.removed (&item->row, self->spec.user_data);
  set_text (&item->row.state, "done");
  set_text (&item->row.reason, NULL);
  set_text (&item->row.identity, NULL);
  set_text (&item->row.participant, NULL);
  g_ptr_array_set_size (item->parts, 0);
  item->row.finished_ms = self->spec.wall_ms ();
  note (self, item, "erasure.done", item->row.id);
}

/* One that fails, for ever maybe, waits behind the others; when all had their turn all wait. */
static void
put_off (Item *item, const char *recording)
{
  for (guint i = 0; i < item->wanted->len; i++)
    if (strcmp (item->wanted->pdata[i], recording) == 0)
      {
        g_ptr_array_add (item->wanted, g_ptr_array_steal_index (item->wanted, i));
        break;
      }
  gboolean is_round = ++item->failures >= item->wanted->len;
  item->patience = is_round ? PATIENCE_TICKS : TURN_TICKS;
  if (is_round)
    item->failures = 0;
}

void
parlor_erasures_erased (ParlorErasures *self, const char *id, const char *recording,
                        const ParlorErasureDone *done, const char *reason)
{
  Item *item = find (self, id);
  g_clear_pointer (&self->busy, g_free);
  if (item == NULL)
    return;
  begin (self);
  if (done != NULL)
    {
      change_row (self, item, recording, done);
      drop_wanted (self, item, recording);
      set_text (&item->row.state, "running");
      set_text (&item->row.reason, NULL);
      finish_if_done (self, item);
    }
  else
    {
      set_text (&item->row.reason, reason);
      put_off (item, recording);
    }
  put (self, item);
  end (self);
}

/* ---- turns ---------------------------------------------------------------------------------- */

static const char *
hold_of (const ParlorErasures *self, const char *recording)
{
  const ParlorRecordingRow *row = parlor_recordings_get (self->spec.recordings, recording);
  return row != NULL ? row->hold : NULL;
}

static gboolean
is_rows (const char *recording)
{
  return g_strcmp0 (recording, PARLOR_ERASURE_ROWS) == 0;
}

static gboolean
is_gone (const ParlorErasures *self, const char *recording)
{
  if (is_rows (recording))
    return FALSE;
  const ParlorRecordingRow *row = parlor_recordings_get (self->spec.recordings, recording);
  return row == NULL || strcmp (row->state, "deleted") == 0;
}

static gboolean
is_sealed (const ParlorErasures *self, const char *recording)
{
  const ParlorRecordingRow *row = parlor_recordings_get (self->spec.recordings, recording);
  if (is_rows (recording))
    return TRUE;
  return row != NULL && (strcmp (row->state, "ready") == 0 || strcmp (row->state, "binned") == 0);
}

static void
drop_gone (ParlorErasures *self, Item *item)
{
  guint n = item->wanted->len;
  for (guint i = n; i-- > 0;)
    if (is_gone (self, item->wanted->pdata[i]))
      drop_wanted (self, item, item->wanted->pdata[i]);
  if (item->wanted->len == n && n > 0)
    return;
  begin (self);
  finish_if_done (self, item);
  put (self, item);
  end (self);
}

/* `reason` NULL: it waits for no hold any more. */
static void
set_held (ParlorErasures *self, Item *item, const char *reason)
{
  if (is_in (item, "held") == (reason != NULL))
    return;
  set_text (&item->row.state, reason != NULL ? "held" : "running");
  set_text (&item->row.reason, reason);
  put (self, item);
}

/* One after the other; what is held does not hold up the rest. */
static void
go_on (ParlorErasures *self, Item *item)
{
  const char *hold = NULL;
  for (guint i = 0; i < item->wanted->len; i++)
    {
      const char *recording = item->wanted->pdata[i], *reason = hold_of (self, recording);
      if (reason != NULL)
        hold = reason;
      else if (is_sealed (self, recording))
        {
          give_job (self, item, recording, self->spec.erase);
          return;
        }
    }
  set_held (self, item, hold);
}

static gboolean
is_stale (const ParlorErasures *self, const Item *item)
{
  return !is_started (item) && !is_in (item, "done") && g_strcmp0 (self->busy, item->row.id) != 0
         && item->row.created_ms + PARLOR_ERASURE_PLAN_MS < self->spec.wall_ms ();
}

void
parlor_erasures_tick (ParlorErasures *self)
{
  for (guint i = self->items->len; i-- > 0;)
    {
      Item *item = self->items->pdata[i];
      if (is_stale (self, item))
        g_ptr_array_remove_index (self->items, i);
      else if (is_started (item) && g_strcmp0 (self->busy, item->row.id) != 0)
        drop_gone (self, item);
      if (self->items->len > i && self->items->pdata[i] == item && item->patience > 0)
        item->patience--;
    }
  for (guint i = 0; i < self->items->len && self->busy == NULL; i++)
    {
      Item *item = self->items->pdata[i];
      if (is_in (item, "looking"))
        look_at_next (self, item);
      else if (is_started (item) && item->patience == 0)
        go_on (self, item);
    }
}

/* ---- wishes --------------------------------------------------------------------------------- */

static gboolean
refuse (GError **error, ParlorErrorCode code, const char *text)
{
  g_set_error_literal (error, PARLOR_ERROR, code, text);
  return FALSE;
}

static gboolean
judge (const ParlorErasures *self, const ParlorErasureWish *wish, GError **error)
{
  guint n = 0;
  gboolean one = wish->recording != NULL && wish->participant != NULL;
  gboolean all = wish->identity != NULL && wish->identity[0] != '\0';
  if (one == all || (all && (wish->recording != NULL || wish->participant != NULL)))
    return refuse (error, PARLOR_ERROR_BAD_REQUEST,
                   "name an identity, or a recording and a participant of it");
  for (guint i = 0; i < self->items->len; i++)
    n += is_in (self->items->pdata[i], "looking") || is_in (self->items->pdata[i], "planned");
  return n < PARLOR_ERASURES_PLANNED_MAX
         || refuse (error, PARLOR_ERROR_TOO_MANY, "too many erasures are planned and not started");
}

static gboolean
find_recordings (const ParlorErasures *self, const ParlorErasureWish *wish, GPtrArray *wanted)
{
  const ParlorRecordingRow *one = parlor_recordings_get (self->spec.recordings, wish->recording);
  if (wish->recording != NULL)
    {
      if (one != NULL && strcmp (one->brand, wish->brand) == 0 && !is_gone (self, one->id))
        g_ptr_array_add (wanted, g_strdup (one->id));
      return wanted->len > 0;
    }
  g_autoptr (GPtrArray) rows = parlor_recordings_with_door (self->spec.recordings, wish->brand,
                                                            "identity", wish->identity);
  for (guint i = 0; i < rows->len; i++)
    g_ptr_array_add (wanted, g_strdup (((const ParlorRecordingRow *)rows->pdata[i])->id));
  return wanted->len > 0;
}

/* Owned by the object; NULL: NOT_FOUND. */
static Item *
add_item (ParlorErasures *self, const ParlorErasureWish *wish, const char *actor, GError **error)
{
  char id[PARLOR_ID_SIZE];
  Item *item = item_new ();
  gboolean recorded = find_recordings (self, wish, item->wanted);
  if (!recorded && wish->recording == NULL)
    g_ptr_array_add (item->wanted, g_strdup (PARLOR_ERASURE_ROWS));
  else if (!recorded)
    {
      item_free (item);
      refuse (error, PARLOR_ERROR_NOT_FOUND, "there is no such recording");
      return NULL;
    }
  parlor_id_make ("era", &self->spec.random, id);
  item->row = (ParlorErasureRow){.id = g_strdup (id),
                                 .brand = g_strdup (wish->brand),
                                 .requested_by = g_strdup (actor),
                                 .state = g_strdup ("looking"),
                                 .identity = g_strdup (wish->identity),
                                 .recording = g_strdup (wish->recording),
                                 .participant = g_strdup (wish->participant),
                                 .again = wish->again,
                                 .created_ms = self->spec.wall_ms (),
                                 .recordings = recorded ? item->wanted->len : 0};
  g_ptr_array_add (self->items, item);
  return item;
}

const ParlorErasureRow *
parlor_erasures_plan (ParlorErasures *self, const ParlorErasureWish *wish, const char *actor,
                      GError **error)
{
  Item *item = judge (self, wish, error) ? add_item (self, wish, actor, error) : NULL;
  if (item == NULL)
    return NULL;
  parlor_erasures_tick (self);
  return &item->row;
}

/* What he came into since it was planned goes too, though nobody could look at it yet. */
static void
find_newer (const ParlorErasures *self, Item *item)
{
  const ParlorErasureRow *row = &item->row;
  const ParlorErasureWish wish = {.brand = row->brand, .identity = row->identity};
  g_autoptr (GPtrArray) found = g_ptr_array_new_with_free_func (g_free);
  if (row->recording != NULL)
    return;
  find_recordings (self, &wish, found);
  for (guint i = 0; i < found->len; i++)
    {
      if (part_of (item, found->pdata[i]) != NULL)
        continue;
      keep_unknown (item, found->pdata[i]);
      g_ptr_array_add (item->wanted, g_strdup (found->pdata[i]));
      item->row.recordings++;
    }
}

static void
set_going (ParlorErasures *self, Item *item, const char *action)
{
  set_text (&item->row.state, "running");
  item->row.renders = 0;
  for (guint i = 0; i < item->wanted->len; i++)
    hold_renders_back (self, item->wanted->pdata[i], TRUE);
  begin (self);
  put (self, item);
  note (self, item, action, item->row.id);
  end (self);
  if (self->spec.withdraw != NULL)
    self->spec.withdraw (&item->row, self->spec.user_data);
}

gboolean
parlor_erasures_start (ParlorErasures *self, const char *brand, const char *id, const char *actor,
                       GError **error)
{
  Item *item = find_own (self, brand, id, error);
  if (item == NULL)
    return FALSE;
  if (!is_in (item, "planned"))
    {
      g_set_error (error, PARLOR_ERROR, PARLOR_ERROR_CONFLICT, "the erasure is %s",
                   item->row.state);
      return FALSE;
    }
  find_newer (self, item);
  for (guint i = 0; i < item->wanted->len; i++)
    {
      const char *hold = hold_of (self, item->wanted->pdata[i]);
      if (hold == NULL)
        continue;
      g_set_error (error, PARLOR_ERROR, PARLOR_ERROR_CONFLICT, "%s is under legal hold: %s",
                   (char *)item->wanted->pdata[i], hold);
      return FALSE;
    }
  set_text (&item->row.requested_by, actor);
  set_going (self, item, "erasure.started");
  parlor_erasures_tick (self);
  return TRUE;
}

/* ---- his own wish --------------------------------------------------------------------------- */

gboolean
parlor_erasure_is_own (const ParlorErasureRow *row)
{
  return g_str_has_prefix (row->requested_by, "pt_");
}

static Item *
find_own_wish (const ParlorErasures *self, const ParlorErasureWish *wish)
{
  for (guint i = 0; i < self->items->len; i++)
    {
      Item *item = self->items->pdata[i];
      const ParlorErasureRow *row = &item->row;
      gboolean his = g_strcmp0 (row->participant, wish->participant) == 0
                     || (wish->identity != NULL && g_strcmp0 (row->identity, wish->identity) == 0);
      if (is_started (item) && his && g_strcmp0 (row->recording, wish->recording) == 0)
        return item;
    }
  return NULL;
}

const ParlorErasureRow *
parlor_erasures_ask (ParlorErasures *self, const ParlorErasureWish *wish, GError **error)
{
  g_return_val_if_fail (wish->recording != NULL, NULL);
  Item *item = find_own_wish (self, wish);
  if (item != NULL)
    return &item->row;
  item = add_item (self, wish, wish->participant, error);
  if (item == NULL)
    return NULL;
  keep_unknown (item, wish->recording);
  set_going (self, item, "erasure.asked");
  set_held (self, item, hold_of (self, wish->recording));
  parlor_erasures_tick (self);
  return &item->row;
}

gboolean
parlor_erasures_forget (ParlorErasures *self, const char *brand, const char *id, GError **error)
{
  Item *item = find_own (self, brand, id, error);
  if (item == NULL)
    return FALSE;
  if (!is_in (item, "looking") && !is_in (item, "planned"))
    {
      g_set_error (error, PARLOR_ERROR, PARLOR_ERROR_CONFLICT, "the erasure is %s",
                   item->row.state);
      return FALSE;
    }
  g_ptr_array_remove (self->items, item);
  return TRUE;
}

const ParlorErasureRow *
parlor_erasures_get (const ParlorErasures *self, const char *brand, const char *id)
{
  const Item *item = find (self, id);
  return item != NULL && strcmp (item->row.brand, brand) == 0 ? &item->row : NULL;
}

GPtrArray *
parlor_erasures_of (const ParlorErasures *self, const char *brand)
{
  GPtrArray *rows = g_ptr_array_new ();
  for (guint i = self->items->len; i-- > 0 && rows->len < LIST_MAX;)
    {
      Item *item = self->items->pdata[i];
      if (strcmp (item->row.brand, brand) == 0)
        g_ptr_array_add (rows, &item->row);
    }
  return rows;
}

const GPtrArray *
parlor_erasures_parts (const ParlorErasures *self, const char *id)
{
  const Item *item = find (self, id);
  return item != NULL ? item->parts : NULL;
}
