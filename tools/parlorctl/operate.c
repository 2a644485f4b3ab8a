/* SPDX-License-Identifier: Apache-2.0 */
/* What an operator looks at: rooms, participants, events; and draining. */
#include "ctl.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define FOLLOW_US 500000

static const char *
text (const json_t *object, const char *name)
{
  const char *value = json_string_value (json_object_get (object, name));
  return value ? value : "";
}

static void
print_json (const json_t *json)
{
  json_dumpf (json, stdout, JSON_INDENT (2));
  printf ("\n");
}

int
ctl_list (int fd, json_t *request, const char *name, void (*print) (const json_t *one))
{
  json_t *reply = ctl_ask (fd, request);
  json_t *all = json_object_get (reply, name), *one;
  gsize i;
  if (!reply)
    return EXIT_FAILURE;
  if (ctl_json)
    print_json (all);
  else
    json_array_foreach (all, i, one) print (one);
  json_decref (reply);
  return EXIT_SUCCESS;
}

static void
print_room (const json_t *room)
{
  const json_t *people = json_object_get (room, "participants");
  json_t *one, *track;
  gsize i, k;
  printf ("%s  %s  %s\n", text (room, "id"), text (room, "code"), text (room, "title"));
  json_array_foreach (people, i, one)
  {
    printf ("    %s  %s ", text (one, "identity"), text (one, "role"));
    json_array_foreach (json_object_get (one, "tracks"), k, track)
        printf (" %s", json_string_value (track));
    printf ("\n");
  }
}

int
ctl_rooms (int fd, char **words)
{
  return ctl_list (fd, json_pack ("{s:s}", "cmd", "rooms"), "rooms", print_room);
}

static void
print_participant (const json_t *one)
{
  gsize i;
  json_t *track;
  printf ("%s  %s  %s  %s  %s%s", text (one, "id"), text (one, "identity"), text (one, "role"),
          text (one, "kind"), text (one, "state"),
          json_is_true (json_object_get (one, "waiting")) ? "  waiting" : "");
  json_array_foreach (json_object_get (one, "tracks"), i, track)
      printf ("  %s%s", text (track, "source"),
              json_is_true (json_object_get (track, "muted")) ? "(muted)" : "");
  printf ("\n");
}

int
ctl_participants (int fd, char **words)
{
  if (!words[1])
    return ctl_fail ("say: participants ROOM");
  return ctl_list (fd, json_pack ("{s:s,s:s}", "cmd", "participants", "room", words[1]),
                   "participants", print_participant);
}

/* In the terminal a line an event; with --json one JSON object a line, for `jq`. */
static void
print_event (const json_t *event)
{
  if (ctl_json)
    {
      json_dumpf (event, stdout, JSON_COMPACT);
      printf ("\n");
      return;
    }
  gint64 at_ms = json_integer_value (json_object_get (event, "at"));
  g_autoptr (GDateTime) at = g_date_time_new_from_unix_utc (at_ms / 1000);
  g_autofree char *time = g_date_time_format (at, "%Y-%m-%dT%H:%M:%S");
  char *data = json_dumps (json_object_get (event, "data"), JSON_COMPACT);
  printf ("%s.%03dZ  %s  %s  %s  %s  %s\n", time, (int)(at_ms % 1000), text (event, "id"),
          text (event, "brand"), text (event, "type"), text (event, "entity"), data);
  free (data);
}

static json_t *
ask_events (int fd)
{
  json_t *request = json_pack ("{s:s}", "cmd", "events");
  if (ctl_after)
    json_object_set_new (request, "after", json_string (ctl_after));
  return ctl_ask (fd, request);
}

/* FALSE: the reason was printed. */
static gboolean
print_events (int fd)
{
  json_t *reply = ask_events (fd), *one;
  gsize i;
  if (!reply)
    return FALSE;
  json_array_foreach (json_object_get (reply, "events"), i, one)
  {
    print_event (one);
    g_free (ctl_after);
    ctl_after = g_strdup (text (one, "id"));
  }
  fflush (stdout);
  json_decref (reply);
  return TRUE;
}

int
ctl_events (int fd, char **words)
{
  gboolean good = print_events (fd);
  while (good && ctl_follow && !ferror (stdout))
    {
      g_usleep (FOLLOW_US);
      int next = ctl_connect ();
      good = next >= 0 && print_events (next);
      if (next >= 0)
        close (next);
    }
  return good ? EXIT_SUCCESS : EXIT_FAILURE;
}

int
ctl_drain (int fd, char **words)
{
  json_t *reply = ctl_ask (
      fd, json_pack ("{s:s,s:b,s:b}", "cmd", "drain", "on", !ctl_off, "end", ctl_end && !ctl_off));
  if (!reply)
    return EXIT_FAILURE;
  json_object_del (reply, "ok");
  if (ctl_json)
    print_json (reply);
  else
    printf ("%s; %d rooms, %d participants\n",
            json_is_true (json_object_get (reply, "draining")) ? "draining" : "not draining",
            (int)json_integer_value (json_object_get (reply, "rooms")),
            (int)json_integer_value (json_object_get (reply, "participants")));
  json_decref (reply);
  return EXIT_SUCCESS;
}
