/* SPDX-License-Identifier: Apache-2.0 */
#include "http/excerpt.h"

#include <string.h>

typedef struct
{
  gint64 from_ms, to_ms; /* of the room's clock */
  json_t *people;        /* ids of who is in it */
} Part;

static gint64
number (const json_t *object, const char *name)
{
  return json_integer_value (json_object_get (object, name));
}

static gboolean
is_inside (const json_t *entry, const Part *part)
{
  gint64 ms = number (entry, "room_ms");
  return ms >= part->from_ms && ms < part->to_ms;
}

static gboolean
overlaps (const json_t *entry, const Part *part)
{
  return number (entry, "from_ms") < part->to_ms && number (entry, "to_ms") > part->from_ms;
}

static void
note_person (const Part *part, const json_t *id)
{
  if (json_is_string (id))
    json_object_set_new (part->people, json_string_value (id), json_true ());
}

/* A copy with these members alone; `members` ends with NULL. */
static json_t *
members_of (const json_t *entry, const char *const *members)
{
  json_t *copy = json_object ();
  for (guint i = 0; members[i] != NULL; i++)
    {
      json_t *value = json_object_get (entry, members[i]);
      if (value != NULL)
        json_object_set (copy, members[i], value);
    }
  return copy;
}

typedef gboolean (*Fits) (const json_t *entry, const Part *part);

static json_t *
those_of (const json_t *manifest, const char *list, Fits fits, const char *const *members,
          const Part *part)
{
  json_t *out = json_array (), *entry;
  gsize i;
  json_array_foreach (json_object_get (manifest, list), i, entry) if (fits (entry, part))
  {
    note_person (part, json_object_get (entry, "participant"));
    json_array_append_new (out, members_of (entry, members));
  }
  return out;
}

static json_t *
speakers_of (const json_t *manifest, const Part *part)
{
  json_t *out = json_array (), *entry, *before = NULL;
  gsize i;
  json_array_foreach (json_object_get (manifest, "speakers"), i, entry)
  {
    gint64 ms = json_integer_value (json_array_get (entry, 0));
    if (ms < part->from_ms)
      before = entry;
    else if (ms < part->to_ms)
      {
        note_person (part, json_array_get (entry, 1));
        json_array_append (out, entry);
      }
  }
  if (before != NULL)
    {
      json_t *who = json_array_get (before, 1);
      note_person (part, who);
      json_array_insert_new (
          out, 0, json_pack ("[I,O]", (json_int_t)part->from_ms, who != NULL ? who : json_null ()));
    }
  return out;
}

static json_t *
stills_of (const json_t *manifest, const Part *part)
{
  static const char *const members[] = {"marker", "sha256", NULL};
  json_t *out = json_array (), *still;
  gsize i;
  json_array_foreach (json_object_get (manifest, "stills"), i, still)
  {
    const char *marker = json_string_value (json_object_get (still, "marker"));
    if (parlor_excerpt_has_marker (manifest, marker, part->from_ms, part->to_ms))
      json_array_append_new (out, members_of (still, members));
  }
  return out;
}

static json_t *
people_of (const json_t *manifest, const Part *part)
{
  static const char *const members[] = {"id", "name", NULL};
  json_t *out = json_array (), *one;
  gsize i;
  json_array_foreach (json_object_get (manifest, "participants"), i, one)
  {
    const char *id = json_string_value (json_object_get (one, "id"));
    if (id != NULL && json_object_get (part->people, id) != NULL)
      json_array_append_new (out, members_of (one, members));
  }
  return out;
}

json_t *
parlor_excerpt (const json_t *manifest, gint64 from_ms, gint64 to_ms)
{
  static const char *const file[] = {"n",       "participant", "source",      "codec",
                                     "from_ms", "to_ms",       "duration_ms", "bytes",
                                     "sha256",  "clock",       NULL};
  static const char *const gap[] = {"participant", "source", "from_ms", "to_ms", "reason", NULL};
  static const char *const interruption[] = {"from_ms", "to_ms", "reason", NULL};
  static const char *const marker[] = {"id", "version", "kind", "text", "owner", "room_ms", NULL};
  static const char *const chat[] = {"id", "participant", "name", "text", "room_ms", NULL};
  Part part = {number (manifest, "from_ms"), number (manifest, "to_ms"), json_object ()};
  json_t *out = json_object ();
  if (to_ms != 0)
    {
      part.from_ms = MAX (part.from_ms, from_ms);
      part.to_ms = MIN (part.to_ms, to_ms);
    }
  json_object_set_new (out, "from_ms", json_integer (part.from_ms));
  json_object_set_new (out, "to_ms", json_integer (MAX (part.to_ms, part.from_ms)));
  json_object_set_new (out, "files", those_of (manifest, "files", overlaps, file, &part));
  json_object_set_new (out, "gaps", those_of (manifest, "gaps", overlaps, gap, &part));
  json_object_set_new (out, "interruptions",
                       those_of (manifest, "interruptions", overlaps, interruption, &part));
  json_object_set_new (out, "speakers", speakers_of (manifest, &part));
  json_object_set_new (out, "markers", those_of (manifest, "markers", is_inside, marker, &part));
  json_object_set_new (out, "stills", stills_of (manifest, &part));
  json_object_set_new (out, "chat", those_of (manifest, "chat", is_inside, chat, &part));
  json_object_set_new (out, "participants", people_of (manifest, &part));
  json_decref (part.people);
  return out;
}

gboolean
parlor_excerpt_has_file (const json_t *file, gint64 from_ms, gint64 to_ms)
{
  const Part part = {from_ms, to_ms, NULL};
  return file != NULL && (to_ms == 0 || overlaps (file, &part));
}

/* By the last piece of its clock that begins by then, reckoned back before the first: as the player
 * does it. */
gint64
parlor_excerpt_file_ms (const json_t *file, gint64 room_ms)
{
  gint64 from_ms = number (file, "from_ms"), file_ms = 0;
  gsize i;
  json_t *piece;
  json_array_foreach (json_object_get (file, "clock"), i, piece)
  {
    gint64 at_ms = json_integer_value (json_array_get (piece, 0));
    if (i > 0 && at_ms > room_ms)
      break;
    from_ms = at_ms;
    file_ms = json_integer_value (json_array_get (piece, 1));
  }
  return MAX (file_ms + room_ms - from_ms, 0);
}

gboolean
parlor_excerpt_has_marker (const json_t *manifest, const char *marker, gint64 from_ms, gint64 to_ms)
{
  const Part part = {from_ms, to_ms != 0 ? to_ms : G_MAXINT64, NULL};
  gboolean found = FALSE;
  gsize i;
  json_t *entry;
  json_array_foreach (json_object_get (manifest, "markers"), i, entry)
      found |= marker != NULL
               && g_strcmp0 (json_string_value (json_object_get (entry, "id")), marker) == 0
               && is_inside (entry, &part);
  return found;
}
