/* SPDX-License-Identifier: Apache-2.0 */
#include "record/manifest.h"

#include "base/jsondepth.h"
#include "base/text.h"
#include "record/journal.h"
#include "record/safe.h"

#include <string.h>

#define DEPTH_MAX 8
/* Files of one recording; what goes beyond is damaged. */
#define FILES_MAX 100000
/* Two files of a track so close together are one to the ear. */
#define GAP_MS 100
/* A new process begins a track with what its tap kept (media/taphistory.h): never more than this.
 */
#define OVERLAP_MAX_MS 15000
/* Before the first report a file's clock is a guess; who says nothing for so long sends none. */
#define NO_REPORT_MS 10000
/* What a click in a page and the last packet before it lie apart. */
#define NEAR_MS 500

struct _ParlorReplay
{
  json_t *begin;
  GHashTable *files; /* n → json_t, owned: "file" with what "clock" and "end" said */
  guint last_file;
  gint64 last_ms;
  json_t *participants; /* id → object */
  json_t *lists;        /* name in the manifest → array */
};

ParlorReplay *
parlor_replay_new (void)
{
  ParlorReplay *self = g_new0 (ParlorReplay, 1);
  self->files = g_hash_table_new_full (NULL, NULL, NULL, (GDestroyNotify)json_decref);
  self->participants = json_object ();
  self->lists = json_pack ("{s:[],s:[],s:[],s:[],s:[],s:[],s:[],s:[]}", "interruptions", "troubles",
                           "pauses", "speakers", "markers", "stills", "chat", "consents");
  self->last_ms = -1;
  return self;
}

void
parlor_replay_free (ParlorReplay *self)
{
  if (self == NULL)
    return;
  json_decref (self->begin);
  json_decref (self->participants);
  json_decref (self->lists);
  g_hash_table_unref (self->files);
  g_free (self);
}

ParlorReplay *
parlor_replay_load (const char *folder, const guint8 *vault_key)
{
  g_autofree char *path = g_build_filename (folder, "journal", NULL);
  g_autoptr (GBytes) bytes = parlor_safe_load (path, vault_key, G_MAXSSIZE, NULL);
  if (bytes == NULL)
    return NULL;
  ParlorReplay *replay = parlor_replay_new ();
  parlor_journal_scan (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes),
                       parlor_replay_entry, replay);
  return replay;
}

static gint64
number (const json_t *entry, const char *name)
{
  return json_integer_value (json_object_get (entry, name));
}

/* ---- entries -------------------------------------------------------------------------------- */

static gboolean
is_name (const char *path)
{
  return parlor_text_file_name (path) && strlen (path) < 64;
}

static json_t *
file_of (const ParlorReplay *self, const json_t *entry)
{
  gint64 n = number (entry, "n");
  return n > 0 && n < FILES_MAX ? g_hash_table_lookup (self->files, GUINT_TO_POINTER ((guint)n))
                                : NULL;
}

static void
on_begin (ParlorReplay *self, json_t *entry)
{
  if (self->begin == NULL)
    self->begin = json_incref (entry);
}

static void
on_file (ParlorReplay *self, json_t *entry)
{
  gint64 n = number (entry, "n");
  if (n <= 0 || n >= FILES_MAX || !is_name (json_string_value (json_object_get (entry, "path"))))
    return;
  json_object_set_new (entry, "clock", json_array ());
  g_hash_table_replace (self->files, GUINT_TO_POINTER ((guint)n), json_incref (entry));
  self->last_file = MAX (self->last_file, (guint)n);
}

/* What the first report says was true from the file's beginning: earlier pieces were guesses. */
static void
on_clock (ParlorReplay *self, json_t *entry)
{
  json_t *file = file_of (self, entry), *clock = json_object_get (file, "clock");
  gboolean by_report = g_strcmp0 (json_string_value (json_object_get (entry, "by")), "report") == 0;
  gint64 room_ms = number (entry, "room_ms"), file_ms = number (entry, "file_ms");
  if (file == NULL || room_ms < 0 || room_ms > G_MAXINT32 * G_GINT64_CONSTANT (1000) || file_ms < 0
      || file_ms > G_MAXINT32)
    return;
  if (by_report && !json_is_true (json_object_get (file, "reported")))
    {
      json_object_set_new (file, "reported", json_true ());
      json_array_clear (clock);
    }
  json_array_append_new (clock, json_pack ("[I,I]", (json_int_t)room_ms, (json_int_t)file_ms));
}

static void
on_end (ParlorReplay *self, json_t *entry)
{
  json_t *file = file_of (self, entry);
  json_object_del (entry, "t");
  if (file != NULL)
    json_object_update (file, entry);
}

static void
on_participant (ParlorReplay *self, json_t *entry)
{
  const char *id = json_string_value (json_object_get (entry, "id"));
  json_object_del (entry, "t");
  if (id != NULL)
    json_object_set (self->participants, id, entry);
}

static json_t *
list (ParlorReplay *self, const char *name)
{
  return json_object_get (self->lists, name);
}

/* Notes have one set of names; a marker's mean something of their own. */
static void
rename_field (json_t *entry, const char *from, const char *to)
{
  json_t *value = json_object_get (entry, from);
  if (value == NULL)
    return;
  json_object_set (entry, to, value);
  json_object_del (entry, from);
}

static void
on_again (ParlorReplay *self, json_t *entry)
{
  const char *reason = json_string_value (json_object_get (entry, "reason"));
  json_array_append_new (list (self, "interruptions"),
                         json_pack ("{s:I,s:I,s:s}", "from_ms",
                                    (json_int_t)number (entry, "from_ms"), "to_ms",
                                    (json_int_t)number (entry, "room_ms"), "reason",
                                    reason != NULL ? reason : "interrupted"));
}

static void
on_trouble (ParlorReplay *self, json_t *entry)
{
  json_object_del (entry, "t");
  rename_field (entry, "room_ms", "to_ms");
  json_array_append (list (self, "troubles"), entry);
}

static void
on_pause (ParlorReplay *self, json_t *entry)
{
  json_t *ms = json_object_get (entry, "room_ms");
  json_array_append_new (list (self, "pauses"),
                         json_pack ("{s:O,s:O}", "from_ms", ms, "to_ms", ms));
}

static void
on_resume (ParlorReplay *self, json_t *entry)
{
  json_t *pauses = list (self, "pauses");
  json_t *last = json_array_get (pauses, json_array_size (pauses) - 1);
  if (last != NULL)
    json_object_set (last, "to_ms", json_object_get (entry, "room_ms"));
}

static void
on_speaker (ParlorReplay *self, json_t *entry)
{
  json_t *who = json_object_get (entry, "participant");
  json_array_append_new (
      list (self, "speakers"),
      json_pack ("[I,O]", (json_int_t)number (entry, "room_ms"), who != NULL ? who : json_null ()));
}

static void
keep (ParlorReplay *self, const char *name, json_t *entry)
{
  json_object_del (entry, "t");
  json_array_append (list (self, name), entry);
}

static void
on_chat (ParlorReplay *self, json_t *entry)
{
  keep (self, "chat", entry);
}

static void
on_consent (ParlorReplay *self, json_t *entry)
{
  keep (self, "consents", entry);
}

static void
on_marker (ParlorReplay *self, json_t *entry)
{
  rename_field (entry, "word", "kind");
  rename_field (entry, "name", "owner");
  rename_field (entry, "participant", "author");
  keep (self, "markers", entry);
}

/* NULL: the marker has none. */
static json_t *
find_still (const ParlorReplay *self, const char *marker, gsize *at)
{
  json_t *stills = json_object_get (self->lists, "stills");
  for (*at = 0; *at < json_array_size (stills); (*at)++)
    {
      json_t *still = json_array_get (stills, *at);
      if (g_strcmp0 (json_string_value (json_object_get (still, "marker")), marker) == 0)
        return still;
    }
  return NULL;
}

/* The last one of a marker counts. */
static void
on_still (ParlorReplay *self, json_t *entry)
{
  gsize at;
  if (find_still (self, json_string_value (json_object_get (entry, "marker")), &at) != NULL)
    json_array_remove (list (self, "stills"), at);
  if (!json_is_true (json_object_get (entry, "removed")))
    keep (self, "stills", entry);
}

static const struct
{
  const char *type;
  void (*take) (ParlorReplay *self, json_t *entry);
} takers[] = {
    {"begin", on_begin},
    {"file", on_file},
    {"clock", on_clock},
    {"end", on_end},
    {"participant", on_participant},
    {"again", on_again},
    {"trouble", on_trouble},
    {"pause", on_pause},
    {"resume", on_resume},
    {"speaker", on_speaker},
    {"chat", on_chat},
    {"consent", on_consent},
    {"marker", on_marker},
    {"still", on_still},
};

gboolean
parlor_replay_entry (const char *text, gsize length, gpointer user_data)
{
  ParlorReplay *self = user_data;
  json_t *entry = parlor_json_is_too_deep (text, length, DEPTH_MAX)
                      ? NULL
                      : json_loadb (text, length, JSON_REJECT_DUPLICATES, NULL);
  const char *type = json_string_value (json_object_get (entry, "t"));
  const json_t *room_ms = json_object_get (entry, "room_ms");
  if (type != NULL && json_is_integer (room_ms))
    self->last_ms = MAX (self->last_ms, json_integer_value (room_ms));
  for (guint i = 0; type != NULL && i < G_N_ELEMENTS (takers); i++)
    if (strcmp (takers[i].type, type) == 0)
      {
        takers[i].take (self, entry);
        break; /* the type may be gone from the entry */
      }
  json_decref (entry);
  return TRUE;
}

/* ---- questions ------------------------------------------------------------------------------ */

guint
parlor_replay_last_file (const ParlorReplay *self)
{
  return self->last_file;
}

gboolean
parlor_replay_has_begin (const ParlorReplay *self)
{
  return self->begin != NULL;
}

gint64
parlor_replay_last_ms (const ParlorReplay *self)
{
  return self->last_ms;
}

GArray *
parlor_replay_unfinished (const ParlorReplay *self)
{
  GArray *list = g_array_new (FALSE, FALSE, sizeof (guint));
  for (guint n = 1; n <= self->last_file; n++)
    {
      json_t *file = g_hash_table_lookup (self->files, GUINT_TO_POINTER (n));
      if (file != NULL && !json_is_true (json_object_get (file, "finished"))
          && !json_is_true (json_object_get (file, "removed")))
        g_array_append_val (list, n);
    }
  return list;
}

const char *
parlor_replay_path (const ParlorReplay *self, guint n)
{
  const json_t *file = g_hash_table_lookup (self->files, GUINT_TO_POINTER (n));
  return json_string_value (json_object_get (file, "path"));
}

/* ---- the manifest --------------------------------------------------------------------------- */

static gint64
to_room (const json_t *clock, gint64 file_ms, gint64 fallback_ms)
{
  const json_t *best = json_array_get (clock, 0);
  for (gsize i = 1; i < json_array_size (clock); i++)
    if (json_integer_value (json_array_get (json_array_get (clock, i), 1)) <= file_ms)
      best = json_array_get (clock, i);
  if (best == NULL)
    return fallback_ms + file_ms;
  return json_integer_value (json_array_get (best, 0)) + file_ms
         - json_integer_value (json_array_get (best, 1));
}

static gint64
to_file (const json_t *clock, gint64 room_ms, gint64 began_ms)
{
  const json_t *best = json_array_get (clock, 0);
  for (gsize i = 1; i < json_array_size (clock); i++)
    if (json_integer_value (json_array_get (json_array_get (clock, i), 0)) <= room_ms)
      best = json_array_get (clock, i);
  if (best == NULL)
    return room_ms - began_ms;
  return json_integer_value (json_array_get (best, 1)) + room_ms
         - json_integer_value (json_array_get (best, 0));
}

static gboolean
is_open (const json_t *file)
{
  return json_object_get (file, "duration_ms") == NULL
         && !json_is_true (json_object_get (file, "removed"));
}

/* Whether the screen's file `n` was written at that instant. *waits: that will be known later. */
static gboolean
holds_instant (const json_t *file, guint n, gint64 room_ms, const ParlorReplayLive *live,
               gint64 *file_ms, gboolean *waits)
{
  const char *source = json_string_value (json_object_get (file, "source"));
  if (source == NULL || strcmp (source, "screen") != 0)
    return FALSE;
  *file_ms = to_file (json_object_get (file, "clock"), room_ms, number (file, "room_ms"));
  if (live == NULL || !is_open (file))
    return *file_ms >= 0 && *file_ms <= number (file, "duration_ms");
  *waits = n <= live->after_n
           || (!json_is_true (json_object_get (file, "reported"))
               && live->until_ms < number (file, "room_ms") + NO_REPORT_MS);
  return *file_ms >= 0;
}

/* The screen's file that was written at that instant; 0 = none. */
static guint
find_screen (const ParlorReplay *self, gint64 room_ms, const ParlorReplayLive *live,
             gint64 *file_ms, gboolean *waits)
{
  for (guint n = self->last_file; n > 0; n--)
    if (holds_instant (g_hash_table_lookup (self->files, GUINT_TO_POINTER (n)), n, room_ms, live,
                       file_ms, waits))
      return n;
  return 0;
}

static gboolean
shows_instant (const json_t *still, guint n, gint64 file_ms)
{
  return n != 0 && number (still, "n") == n && number (still, "file_ms") == file_ms;
}

/* TRUE: it waits. */
static gboolean
look_at_marker (const ParlorReplay *self, const json_t *marker, const ParlorReplayLive *live,
                ParlorReplayStillFunc func, gpointer user_data)
{
  gsize at;
  gboolean waits = FALSE;
  ParlorReplayStill out = {.marker = json_string_value (json_object_get (marker, "id")),
                           .room_ms = number (marker, "room_ms")};
  /* A new version keeps the instant, and so the picture. */
  if (out.marker == NULL || number (marker, "version") > 1)
    return FALSE;
  const json_t *still = find_still (self, out.marker, &at);
  if (live != NULL && (still != NULL || out.room_ms > live->until_ms))
    return still == NULL;
  out.n = find_screen (self, out.room_ms, live, &out.file_ms, &waits);
  const json_t *file = g_hash_table_lookup (self->files, GUINT_TO_POINTER (out.n));
  out.codec = json_string_value (json_object_get (file, "codec"));
  out.path = json_string_value (json_object_get (file, "path"));
  out.is_open = file != NULL && is_open (file);
  out.stale = json_string_value (json_object_get (still, "path"));
  if (out.n == 0 || waits ? out.stale == NULL : shows_instant (still, out.n, out.file_ms))
    return waits && out.n != 0;
  if (out.n == 0 || out.codec != NULL)
    func (&out, user_data);
  return FALSE;
}

guint
parlor_replay_stills (const ParlorReplay *self, const ParlorReplayLive *live,
                      ParlorReplayStillFunc func, gpointer user_data)
{
  gsize i;
  guint waiting = 0;
  json_t *marker;
  json_array_foreach (json_object_get (self->lists, "markers"), i, marker)
      waiting += look_at_marker (self, marker, live, func, user_data) ? 1 : 0;
  return waiting;
}

gboolean
parlor_replay_has_still_file (const ParlorReplay *self, const char *path)
{
  gsize i;
  json_t *still;
  json_array_foreach (
      json_object_get (self->lists, "stills"), i,
      still) if (g_strcmp0 (json_string_value (json_object_get (still, "path")), path)
                 == 0) return TRUE;
  return FALSE;
}

static json_t *
file_line (json_t *file)
{
  static const char *const names[] = {"n",     "path",   "participant", "source", "codec",
                                      "bytes", "sha256", "duration_ms", "clock"};
  json_t *line = json_object (), *clock = json_object_get (file, "clock");
  gint64 began_ms = number (file, "room_ms");
  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    if (json_object_get (file, names[i]) != NULL)
      json_object_set (line, names[i], json_object_get (file, names[i]));
  json_object_set_new (line, "from_ms", json_integer (MAX (to_room (clock, 0, began_ms), 0)));
  json_object_set_new (
      line, "to_ms",
      json_integer (MAX (to_room (clock, number (file, "duration_ms"), began_ms), 0)));
  return line;
}

static gboolean
lies_between (const json_t *spans, gint64 from_ms, gint64 to_ms)
{
  gsize i;
  json_t *span;
  json_array_foreach (spans, i,
                      span) if (number (span, "from_ms") <= to_ms + NEAR_MS
                                && number (span, "to_ms") >= from_ms - NEAR_MS) return TRUE;
  return FALSE;
}

static void
add_gap (const ParlorReplay *self, json_t *gaps, const json_t *before, const json_t *after)
{
  gint64 from_ms = number (before, "to_ms"), to_ms = number (after, "from_ms");
  const char *reason = "off";
  if (to_ms - from_ms < GAP_MS)
    return;
  if (lies_between (json_object_get (self->lists, "interruptions"), from_ms, to_ms))
    reason = "interrupted";
  else if (lies_between (json_object_get (self->lists, "pauses"), from_ms, to_ms))
    reason = "paused";
  else if (lies_between (json_object_get (self->lists, "troubles"), from_ms, to_ms))
    reason = "failed";
  json_array_append_new (gaps, json_pack ("{s:O,s:O,s:I,s:I,s:s}", "participant",
                                          json_object_get (after, "participant"), "source",
                                          json_object_get (after, "source"), "from_ms",
                                          (json_int_t)from_ms, "to_ms", (json_int_t)to_ms, "reason",
                                          reason));
}

/* What two files of a track hold both counts in the later one, which begins with a key frame. */
static void
end_where_next_begins (json_t *before, const json_t *after)
{
  gint64 from_ms = number (before, "from_ms"), next_ms = number (after, "from_ms");
  gint64 overlap_ms = number (before, "to_ms") - next_ms;
  if (overlap_ms > 0 && overlap_ms <= OVERLAP_MAX_MS)
    json_object_set_new (before, "to_ms", json_integer (MAX (from_ms, next_ms)));
}

static char *
track_key (const json_t *line)
{
  return g_strconcat (json_string_value (json_object_get (line, "participant")), "/",
                      json_string_value (json_object_get (line, "source")), NULL);
}

static void
add_files (const ParlorReplay *self, json_t *files, json_t *gaps)
{
  g_autoptr (GHashTable) last = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  for (guint n = 1; n <= self->last_file; n++)
    {
      json_t *file = g_hash_table_lookup (self->files, GUINT_TO_POINTER (n));
      if (file == NULL || json_object_get (file, "sha256") == NULL
          || !json_is_string (json_object_get (file, "participant"))
          || !json_is_string (json_object_get (file, "source")))
        continue;
      json_t *line = file_line (file);
      char *key = track_key (line);
      json_t *before = g_hash_table_lookup (last, key);
      if (before != NULL)
        {
          add_gap (self, gaps, before, line);
          end_where_next_begins (before, line);
        }
      g_hash_table_replace (last, key, line);
      json_array_append_new (files, line);
    }
}

json_t *
parlor_replay_manifest (const ParlorReplay *self)
{
  json_t *manifest = json_pack ("{s:i}", "version", 1), *files = json_array (),
         *gaps = json_array ();
  json_t *people = json_array (), *one;
  gint64 to_ms = self->last_ms;
  const char *id;
  gsize i;
  if (self->begin != NULL)
    json_object_update (manifest, self->begin);
  json_object_del (manifest, "t");
  json_object_set_new (manifest, "from_ms", json_integer (number (self->begin, "room_ms")));
  json_object_del (manifest, "room_ms");
  add_files (self, files, gaps);
  json_array_foreach (files, i, one) to_ms = MAX (to_ms, number (one, "to_ms"));
  json_object_set_new (manifest, "to_ms", json_integer (MAX (to_ms, 0)));
  json_object_foreach (self->participants, id, one) json_array_append (people, one);
  json_object_set_new (manifest, "participants", people);
  json_object_set_new (manifest, "files", files);
  json_object_set_new (manifest, "gaps", gaps);
  json_object_update (manifest, self->lists);
  return manifest;
}
