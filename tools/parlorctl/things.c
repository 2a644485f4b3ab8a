/* SPDX-License-Identifier: Apache-2.0 */
/* Reps and recordings, of all brands or of one. */
#include "ctl.h"

#include <stdio.h>
#include <stdlib.h>

static const char *
text (const json_t *object, const char *name)
{
  const char *value = json_string_value (json_object_get (object, name));
  return value ? value : "";
}

static json_int_t
number (const json_t *object, const char *name)
{
  return json_integer_value (json_object_get (object, name));
}

static void
print_rep (const json_t *rep)
{
  printf ("%s  %s  %-9s  %" JSON_INTEGER_FORMAT " chats  %" JSON_INTEGER_FORMAT
          " customers  %s%s\n",
          text (rep, "id"), text (rep, "ref"), text (rep, "presence"), number (rep, "chats"),
          number (rep, "customers"), text (rep, "name"),
          json_is_true (json_object_get (rep, "in_call")) ? "  in a call" : "");
}

static void
print_recording (const json_t *one)
{
  g_autoptr (GDateTime) at = g_date_time_new_from_unix_utc (number (one, "started_at") / 1000);
  g_autofree char *time = g_date_time_format (at, "%Y-%m-%dT%H:%MZ");
  printf ("%s  %s  %-7s  %" JSON_INTEGER_FORMAT " bytes  %s%s%s\n", text (one, "id"), time,
          text (one, "state"), number (one, "bytes"), text (one, "title"),
          *text (one, "hold") ? "  held: " : "", text (one, "hold"));
}

static json_t *
request_of (const char *command)
{
  json_t *request = json_pack ("{s:s}", "cmd", command);
  if (ctl_brand)
    json_object_set_new (request, "brand", json_string (ctl_brand));
  return request;
}

int
ctl_reps (int fd, char **words)
{
  return ctl_list (fd, request_of ("reps"), "reps", print_rep);
}

int
ctl_recordings (int fd, char **words)
{
  return ctl_list (fd, request_of ("recordings"), "recordings", print_recording);
}

/* rep VERB REP, recording VERB RECORDING: the answer is what it is afterwards. */
static int
act (int fd, char **words)
{
  if (!words[1] || !words[2])
    return ctl_fail ("say: %s VERB ID; --help lists the verbs", words[0]);
  json_t *request = json_pack ("{s:s,s:s,s:s,s:s*,s:s*}", "cmd", words[0], "verb", words[1], "id",
                               words[2], "to", ctl_to, "reason", ctl_reason);
  if (ctl_defer_h)
    json_object_set_new (request, "defer_h", json_integer (ctl_defer_h));
  json_t *reply = ctl_ask (fd, request);
  if (!reply)
    return EXIT_FAILURE;
  json_object_del (reply, "ok");
  if (ctl_json)
    {
      json_dumpf (reply, stdout, JSON_INDENT (2));
      printf ("\n");
    }
  else
    ctl_print_reply (reply);
  json_decref (reply);
  return EXIT_SUCCESS;
}

int
ctl_rep (int fd, char **words)
{
  return act (fd, words);
}

int
ctl_recording (int fd, char **words)
{
  return act (fd, words);
}
