/* SPDX-License-Identifier: Apache-2.0 */
#include "record/plan.h"

#include "base/text.h"

#include <string.h>

/* A page that was reloaded, a recorder that was started again: the tile stays where it is. */
#define BRIDGE_MS 3000
#define FILES_MAX 100000
#define SPEAKERS_MAX 200000

typedef struct
{
  char *id, *identity, *name, *company;
  gboolean left_out;
  gint64 from_ms, to_ms; /* of all that was written of him; from > to: nothing was */
  gint camera;           /* his lane, -1 = none yet */
} Person;

typedef struct
{
  const ParlorPlanSpec *spec;
  ParlorPlan *plan;
  GPtrArray *people; /* Person, in the order of their coming */
  GHashTable *by_id; /* borrowed id → Person */
  GHashTable *lanes; /* "pt_…/camera" → index + 1 */
  const json_t *speakers;
  gsize speaker; /* how many of them are past */
} Making;

static const char *
text (const json_t *json, const char *name)
{
  const char *value = json_string_value (json_object_get (json, name));
  return value != NULL ? value : "";
}

static gint64
number (const json_t *json, const char *name)
{
  return json_integer_value (json_object_get (json, name));
}

/* ---- clocks --------------------------------------------------------------------------------- */

static const ParlorPlanPiece *
piece (const ParlorPlanFile *file, guint i)
{
  return &g_array_index (file->clock, ParlorPlanPiece, i);
}

gint64
parlor_plan_to_room (const ParlorPlanFile *file, gint64 file_ms)
{
  guint best = 0;
  for (guint i = 1; i < file->clock->len && piece (file, i)->file_ms <= file_ms; i++)
    best = i;
  return piece (file, best)->room_ms + file_ms - piece (file, best)->file_ms;
}

gint64
parlor_plan_to_file (const ParlorPlanFile *file, gint64 room_ms)
{
  guint best = 0;
  for (guint i = 1; i < file->clock->len && piece (file, i)->room_ms <= room_ms; i++)
    best = i;
  return piece (file, best)->file_ms + room_ms - piece (file, best)->room_ms;
}

static void
file_free (gpointer data)
{
  ParlorPlanFile *file = data;
  g_array_unref (file->clock);
  g_free (file->path);
  g_free (file->codec);
  g_free (file);
}

static gboolean
is_time (gint64 ms)
{
  return ms >= 0 && ms <= G_MAXINT32 * G_GINT64_CONSTANT (1000);
}

static ParlorPlanFile *
read_file (const json_t *json)
{
  ParlorPlanFile *file = g_new0 (ParlorPlanFile, 1);
  gsize i;
  json_t *pair;
  *file = (ParlorPlanFile){.path = g_strdup (text (json, "path")),
                           .codec = g_strdup (text (json, "codec")),
                           .from_ms = number (json, "from_ms"),
                           .to_ms = number (json, "to_ms"),
                           .clock = g_array_new (FALSE, FALSE, sizeof (ParlorPlanPiece))};
  json_array_foreach (json_object_get (json, "clock"), i, pair)
  {
    ParlorPlanPiece one = {json_integer_value (json_array_get (pair, 0)),
                           json_integer_value (json_array_get (pair, 1))};
    if (is_time (one.room_ms) && is_time (one.file_ms))
      g_array_append_val (file->clock, one);
  }
  if (file->clock->len == 0)
    g_array_append_val (file->clock, ((ParlorPlanPiece){file->from_ms, 0}));
  if (parlor_text_file_name (file->path) && is_time (file->from_ms) && is_time (file->to_ms)
      && file->to_ms > file->from_ms)
    return file;
  file_free (file);
  return NULL;
}

/* ---- people --------------------------------------------------------------------------------- */

static void
person_free (gpointer data)
{
  Person *person = data;
  g_free (person->id);
  g_free (person->identity);
  g_free (person->name);
  g_free (person->company);
  g_free (person);
}

static gboolean
is_excluded (const Making *self, const Person *person)
{
  const char *const *list = self->spec->excluded;
  return list != NULL
         && (g_strv_contains (list, person->id)
             || (person->identity[0] != '\0' && g_strv_contains (list, person->identity)));
}

/* Whoever comes again is another participant and the same person: his last word counts for all. */
static gboolean
has_withdrawn (const Making *self, const Person *person, const json_t *consents)
{
  gboolean refused = FALSE;
  gsize i;
  json_t *one;
  json_array_foreach (consents, i, one)
  {
    const Person *who = g_hash_table_lookup (self->by_id, text (one, "participant"));
    if (who == person
        || (who != NULL && person->identity[0] != '\0'
            && strcmp (who->identity, person->identity) == 0))
      refused = strcmp (text (one, "word"), "refused") == 0;
  }
  return refused;
}

static void
read_people (Making *self, const json_t *manifest)
{
  gsize i;
  json_t *one;
  json_array_foreach (json_object_get (manifest, "participants"), i, one)
  {
    if (self->people->len >= PARLOR_PLAN_LANES_MAX
        || g_hash_table_contains (self->by_id, text (one, "id")))
      continue;
    Person *person = g_new0 (Person, 1);
    *person = (Person){.id = g_strdup (text (one, "id")),
                       .identity = g_strdup (text (one, "identity")),
                       .name = g_strdup (text (one, "name")),
                       .company = g_strdup (text (one, "company")),
                       .from_ms = G_MAXINT64,
                       .to_ms = -1,
                       .camera = -1};
    g_ptr_array_add (self->people, person);
    g_hash_table_insert (self->by_id, person->id, person);
  }
  for (i = 0; i < self->people->len; i++)
    {
      Person *person = self->people->pdata[i];
      person->left_out = is_excluded (self, person)
                         || has_withdrawn (self, person, json_object_get (manifest, "consents"));
    }
}

/* Whether something of these two is kept. */
static gboolean
is_kept (const ParlorPlan *plan, gint64 from_ms, gint64 to_ms)
{
  for (guint i = 0; i < plan->spans->len; i++)
    {
      const ParlorPlanSpan *span = &g_array_index (plan->spans, ParlorPlanSpan, i);
      if (to_ms > span->from_ms && from_ms < span->to_ms)
        return TRUE;
    }
  return FALSE;
}

/* ---- lanes ---------------------------------------------------------------------------------- */

static void
lane_free (gpointer data)
{
  ParlorPlanLane *lane = data;
  g_ptr_array_unref (lane->files);
  g_free (lane->participant);
  g_free (lane->name);
  g_free (lane->company);
  g_free (lane);
}

static gint
add_lane (Making *self, const Person *person, gboolean is_audio, gboolean is_screen)
{
  GPtrArray *lanes = self->plan->lanes;
  if (lanes->len >= PARLOR_PLAN_LANES_MAX)
    return -1;
  ParlorPlanLane *lane = g_new0 (ParlorPlanLane, 1);
  *lane = (ParlorPlanLane){.participant = g_strdup (person->id),
                           .name = g_strdup (person->name),
                           .company = g_strdup (person->company),
                           .is_audio = is_audio,
                           .is_screen = is_screen,
                           .files = g_ptr_array_new_with_free_func (file_free)};
  g_ptr_array_add (lanes, lane);
  return (gint)lanes->len - 1;
}

static ParlorPlanLane *
lane_at (const Making *self, gint i)
{
  return i >= 0 ? self->plan->lanes->pdata[i] : NULL;
}

static ParlorPlanLane *
lane_of (Making *self, Person *person, const char *source)
{
  gboolean is_screen = g_str_has_prefix (source, "screen");
  gboolean is_audio = strcmp (source, "microphone") == 0 || strcmp (source, "screen_audio") == 0;
  if (!is_audio && !is_screen && person->camera >= 0)
    return lane_at (self, person->camera);
  g_autofree char *key = g_strconcat (person->id, "/", source, NULL);
  gint known = GPOINTER_TO_INT (g_hash_table_lookup (self->lanes, key));
  if (known > 0)
    return lane_at (self, known - 1);
  gint lane = add_lane (self, person, is_audio, is_screen);
  if (lane >= 0)
    g_hash_table_insert (self->lanes, g_steal_pointer (&key), GINT_TO_POINTER (lane + 1));
  if (!is_audio && !is_screen)
    person->camera = lane;
  return lane_at (self, lane);
}

static gint
by_start (gconstpointer a, gconstpointer b)
{
  const ParlorPlanFile *one = *(gpointer const *)a, *other = *(gpointer const *)b;
  return (one->from_ms > other->from_ms) - (one->from_ms < other->from_ms);
}

static void
take_file (Making *self, const json_t *json)
{
  static const char *const sources[] = {"microphone", "camera", "screen", "screen_audio", NULL};
  const char *source = text (json, "source");
  Person *person = g_hash_table_lookup (self->by_id, text (json, "participant"));
  ParlorPlanFile *file = person != NULL && !person->left_out && g_strv_contains (sources, source)
                             ? read_file (json)
                             : NULL;
  if (file == NULL)
    return;
  person->from_ms = MIN (person->from_ms, file->from_ms);
  person->to_ms = MAX (person->to_ms, file->to_ms);
  ParlorPlanLane *lane = lane_of (self, person, source);
  if (lane != NULL && lane->files->len < FILES_MAX)
    g_ptr_array_add (lane->files, file);
  else
    file_free (file);
}

static void
read_lanes (Making *self, const json_t *manifest)
{
  gsize i;
  json_t *one;
  json_array_foreach (json_object_get (manifest, "files"), i, one) take_file (self, one);
  for (i = 0; i < self->plan->lanes->len; i++)
    g_ptr_array_sort (lane_at (self, (gint)i)->files, by_start);
  for (i = 0; i < self->people->len; i++)
    {
      Person *person = self->people->pdata[i];
      if (!is_kept (self->plan, person->from_ms, person->to_ms))
        continue;
      g_ptr_array_add (self->plan->people, g_strdup (person->id));
      if (person->camera < 0)
        person->camera = add_lane (self, person, FALSE, FALSE);
    }
}

/* ---- scenes --------------------------------------------------------------------------------- */

static gboolean
is_here (const Person *person, gint64 at_ms)
{
  return person->camera >= 0 && person->from_ms <= at_ms && at_ms < person->to_ms;
}

/* Until when a file is shown: a short gap before the next one is bridged. */
static gint64
shown_until (const ParlorPlanLane *lane, guint i)
{
  const ParlorPlanFile *file = lane->files->pdata[i];
  if (i + 1 == lane->files->len)
    return file->to_ms;
  const ParlorPlanFile *next = lane->files->pdata[i + 1];
  return next->from_ms - file->to_ms < BRIDGE_MS ? next->from_ms : file->to_ms;
}

/* Since when it has been shown at that instant; -1 = it is not. */
static gint64
shown_since (const ParlorPlanLane *lane, gint64 at_ms)
{
  for (guint i = 0; i < lane->files->len; i++)
    {
      const ParlorPlanFile *file = lane->files->pdata[i];
      if (file->from_ms <= at_ms && at_ms < shown_until (lane, i))
        return file->from_ms;
    }
  return -1;
}

/* Who spoke last of those who are there; else the first with a camera, else the first. */
static const Person *
speaker_at (Making *self, gint64 at_ms)
{
  const Person *best = NULL;
  while (self->speaker < json_array_size (self->speakers) && self->speaker < SPEAKERS_MAX
         && json_integer_value (json_array_get (json_array_get (self->speakers, self->speaker), 0))
                <= at_ms)
    self->speaker++;
  for (gsize i = self->speaker; i-- > 0 && best == NULL;)
    {
      const char *id = json_string_value (json_array_get (json_array_get (self->speakers, i), 1));
      const Person *person = id != NULL ? g_hash_table_lookup (self->by_id, id) : NULL;
      if (person != NULL && is_here (person, at_ms))
        best = person;
      if (self->speaker - i > 1000)
        break;
    }
  for (guint i = 0; i < self->people->len; i++)
    {
      const Person *person = self->people->pdata[i];
      if (best == NULL && is_here (person, at_ms) && lane_at (self, person->camera)->files->len > 0)
        best = person;
    }
  for (guint i = 0; i < self->people->len && best == NULL; i++)
    if (is_here (self->people->pdata[i], at_ms))
      best = self->people->pdata[i];
  return best;
}

/* The screen that was shared last; -1 = none is. */
static gint
screen_at (const Making *self, gint64 at_ms)
{
  gint best = -1;
  gint64 since_ms = -1;
  for (guint i = 0; i < self->plan->lanes->len; i++)
    {
      const ParlorPlanLane *lane = self->plan->lanes->pdata[i];
      gint64 ms = lane->is_screen && !lane->is_audio ? shown_since (lane, at_ms) : -1;
      if (ms > since_ms)
        {
          since_ms = ms;
          best = (gint)i;
        }
    }
  return best;
}

static void
fill_grid (Making *self, gint64 at_ms, ParlorPlanScene *scene)
{
  const Person *speaker = speaker_at (self, at_ms);
  ParlorRect places[PARLOR_LAYOUT_TILES_MAX];
  gboolean has_speaker = FALSE;
  for (guint i = 0; i < self->plan->lanes->len && scene->n_tiles < PARLOR_LAYOUT_TILES_MAX; i++)
    {
      const ParlorPlanLane *lane = self->plan->lanes->pdata[i];
      if (lane->is_screen && !lane->is_audio && shown_since (lane, at_ms) >= 0)
        scene->tiles[scene->n_tiles++].lane = i;
    }
  for (guint i = 0; i < self->people->len; i++)
    {
      const Person *person = self->people->pdata[i];
      if (!is_here (person, at_ms) || scene->n_tiles == PARLOR_LAYOUT_TILES_MAX)
        continue;
      scene->tiles[scene->n_tiles++].lane = (guint)person->camera;
      has_speaker = has_speaker || person == speaker;
    }
  if (scene->n_tiles == PARLOR_LAYOUT_TILES_MAX && speaker != NULL && !has_speaker)
    scene->tiles[scene->n_tiles - 1].lane = (guint)speaker->camera;
  if (scene->n_tiles > 0)
    parlor_layout_grid (self->spec->width, self->spec->height, scene->n_tiles, places);
  for (guint i = 0; i < scene->n_tiles; i++)
    scene->tiles[i].place = places[i];
}

static void
fill_speaker (Making *self, gint64 at_ms, gint screen, ParlorPlanScene *scene)
{
  const Person *speaker = speaker_at (self, at_ms);
  ParlorRect places[2];
  gboolean both = screen >= 0 && speaker != NULL;
  parlor_layout_beside (self->spec->width, self->spec->height, both ? 1 : 0, places);
  if (screen >= 0)
    scene->tiles[scene->n_tiles++] = (ParlorPlanTile){(guint)screen, places[0]};
  if (speaker != NULL)
    scene->tiles[scene->n_tiles++] = (ParlorPlanTile){(guint)speaker->camera, places[both ? 1 : 0]};
}

static void
add_scene (Making *self, gint64 at_ms)
{
  GArray *scenes = self->plan->scenes;
  ParlorPlanScene scene = {.from_ms = at_ms};
  ParlorLayout layout = self->spec->layout;
  if (layout == PARLOR_LAYOUT_GRID)
    fill_grid (self, at_ms, &scene);
  else if (layout != PARLOR_LAYOUT_AUDIO_ONLY)
    fill_speaker (self, at_ms,
                  layout == PARLOR_LAYOUT_SCREEN_WITH_SPEAKER ? screen_at (self, at_ms) : -1,
                  &scene);
  const ParlorPlanScene *last = scenes->len > 0
                                    ? &g_array_index (scenes, ParlorPlanScene, scenes->len - 1)
                                    : NULL;
  if (last == NULL || last->n_tiles != scene.n_tiles
      || memcmp (last->tiles, scene.tiles, scene.n_tiles * sizeof scene.tiles[0]) != 0)
    g_array_append_val (scenes, scene);
}

static void
add_time (const Making *self, GArray *times, gint64 ms)
{
  if (ms > self->plan->from_ms && ms < self->plan->to_ms)
    g_array_append_val (times, ms);
}

static gint
by_time (gconstpointer a, gconstpointer b)
{
  gint64 one = *(const gint64 *)a, other = *(const gint64 *)b;
  return (one > other) - (one < other);
}

/* All instants at which the picture may become another. */
static GArray *
list_times (const Making *self)
{
  GArray *times = g_array_new (FALSE, FALSE, sizeof (gint64));
  gsize i;
  json_t *pair;
  for (i = 0; i < self->people->len; i++)
    {
      const Person *person = self->people->pdata[i];
      add_time (self, times, person->from_ms);
      add_time (self, times, person->to_ms);
    }
  for (i = 0; i < self->plan->lanes->len; i++)
    {
      const ParlorPlanLane *lane = self->plan->lanes->pdata[i];
      for (guint j = 0; lane->is_screen && j < lane->files->len; j++)
        {
          const ParlorPlanFile *file = lane->files->pdata[j];
          add_time (self, times, file->from_ms);
          add_time (self, times, file->to_ms);
        }
    }
  json_array_foreach (self->speakers, i, pair) if (i < SPEAKERS_MAX)
      add_time (self, times, json_integer_value (json_array_get (pair, 0)));
  g_array_sort (times, by_time);
  return times;
}

static void
make_scenes (Making *self)
{
  g_autoptr (GArray) times = list_times (self);
  add_scene (self, self->plan->from_ms);
  for (guint i = 0; i < times->len; i++)
    add_scene (self, g_array_index (times, gint64, i));
}

/* ---- all of it ------------------------------------------------------------------------------ */

static gboolean
find_span (const json_t *manifest, const ParlorPlanSpec *spec, ParlorPlanSpan *span)
{
  *span = (ParlorPlanSpan){number (manifest, "from_ms"), number (manifest, "to_ms")};
  if (spec->from_ms >= 0)
    span->from_ms = MAX (span->from_ms, spec->from_ms);
  if (spec->to_ms >= 0)
    span->to_ms = MIN (span->to_ms, spec->to_ms);
  return is_time (span->from_ms) && is_time (span->to_ms) && span->to_ms > span->from_ms;
}

static gint
by_cut (gconstpointer a, gconstpointer b)
{
  const ParlorPlanSpan *one = a, *other = b;
  return (one->from_ms > other->from_ms) - (one->from_ms < other->from_ms);
}

static void
add_span (ParlorPlan *plan, gint64 from_ms, gint64 to_ms)
{
  if (to_ms - from_ms >= PARLOR_PLAN_SPAN_MIN_MS)
    g_array_append_val (plan->spans, ((ParlorPlanSpan){from_ms, to_ms}));
}

static void
set_spans (ParlorPlan *plan, const ParlorPlanSpec *spec)
{
  g_autoptr (GArray) cuts = g_array_new (FALSE, FALSE, sizeof (ParlorPlanSpan));
  gint64 at_ms = plan->from_ms;
  if (spec->n_cuts > 0)
    g_array_append_vals (cuts, spec->cuts, MIN (spec->n_cuts, PARLOR_PLAN_CUTS_MAX));
  g_array_sort (cuts, by_cut);
  for (guint i = 0; i < cuts->len; i++)
    {
      const ParlorPlanSpan *cut = &g_array_index (cuts, ParlorPlanSpan, i);
      add_span (plan, at_ms, MIN (cut->from_ms, plan->to_ms));
      at_ms = MAX (at_ms, cut->to_ms);
    }
  add_span (plan, at_ms, plan->to_ms);
}

gint64
parlor_plan_duration_ms (const ParlorPlan *plan)
{
  gint64 sum_ms = 0;
  for (guint i = 0; i < plan->spans->len; i++)
    {
      const ParlorPlanSpan *span = &g_array_index (plan->spans, ParlorPlanSpan, i);
      sum_ms += span->to_ms - span->from_ms;
    }
  return sum_ms;
}

ParlorPlan *
parlor_plan_new (const json_t *manifest, const ParlorPlanSpec *spec)
{
  ParlorPlanSpan span;
  if (!find_span (manifest, spec, &span))
    return NULL;
  g_autoptr (ParlorPlan) plan = g_new0 (ParlorPlan, 1);
  plan->lanes = g_ptr_array_new_with_free_func (lane_free);
  plan->scenes = g_array_new (FALSE, TRUE, sizeof (ParlorPlanScene));
  plan->people = g_ptr_array_new_with_free_func (g_free);
  plan->spans = g_array_new (FALSE, FALSE, sizeof (ParlorPlanSpan));
  plan->from_ms = span.from_ms;
  plan->to_ms = span.to_ms;
  set_spans (plan, spec);
  g_autoptr (GPtrArray) people = g_ptr_array_new_with_free_func (person_free);
  g_autoptr (GHashTable) by_id = g_hash_table_new (g_str_hash, g_str_equal);
  g_autoptr (GHashTable) lanes = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  Making making = {.spec = spec,
                   .plan = plan,
                   .people = people,
                   .by_id = by_id,
                   .lanes = lanes,
                   .speakers = json_object_get (manifest, "speakers")};
  read_people (&making, manifest);
  read_lanes (&making, manifest);
  make_scenes (&making);
  if (plan->spans->len == 0)
    g_clear_pointer (&plan, parlor_plan_free);
  return g_steal_pointer (&plan);
}

void
parlor_plan_free (ParlorPlan *plan)
{
  if (plan == NULL)
    return;
  g_ptr_array_unref (plan->lanes);
  g_array_unref (plan->scenes);
  g_array_unref (plan->spans);
  g_ptr_array_unref (plan->people);
  g_free (plan);
}

const ParlorPlanScene *
parlor_plan_scene (const ParlorPlan *plan, gint64 room_ms)
{
  guint low = 0, high = plan->scenes->len;
  while (high - low > 1)
    {
      guint middle = (low + high) / 2;
      if (g_array_index (plan->scenes, ParlorPlanScene, middle).from_ms <= room_ms)
        low = middle;
      else
        high = middle;
    }
  return &g_array_index (plan->scenes, ParlorPlanScene, low);
}
