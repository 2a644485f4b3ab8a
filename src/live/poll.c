/* SPDX-License-Identifier: Apache-2.0 */
/* Polls: one at a time, one vote a visitor. */
#include "base/text.h"
#include "live/private.h"

#include <string.h>

#define QUESTION_MAX 120
#define OPTION_MAX 60

void
parlor_poll_free (ParlorPoll *poll)
{
  if (!poll)
    return;
  parlor_record_clear (&parlor_poll_kind, poll);
  g_free (poll);
}

void
parlor_live_load_poll (ParlorLive *live, const ParlorPoll *row)
{
  ParlorLiveRoom *room = parlor_live_find (live, row->room);
  if (!room || (room->poll && room->poll->from_ms > row->from_ms))
    return;
  parlor_poll_free (room->poll);
  room->poll = g_new0 (ParlorPoll, 1);
  parlor_record_copy (&parlor_poll_kind, room->poll, row);
}

const ParlorPoll *
parlor_live_poll_of (const ParlorLiveRoom *room)
{
  return room->poll;
}

void
parlor_live_poll_tell (ParlorLiveRoom *room, gint64 room_ms)
{
  room->poll_untold = FALSE;
  if (room->poll)
    parlor_live_emit (
        room,
        &(ParlorLiveEvent){.type = PARLOR_LIVE_EVENT_POLL, .poll = room->poll, .room_ms = room_ms});
}

/* The options as lines and as many zeros; NULL with an error. */
static char *
join_options (const char *const *options, guint n, char **votes, GError **error)
{
  g_autoptr (GString) lines = g_string_new (NULL);
  g_autoptr (GString) zeros = g_string_new (NULL);
  for (guint i = 0; i < n; i++)
    {
      g_autofree char *line = parlor_text_line (options[i], OPTION_MAX, "option", error);
      if (!line)
        return NULL;
      g_string_append_printf (lines, "%s%s", i ? "\n" : "", line);
      g_string_append (zeros, i ? " 0" : "0");
    }
  *votes = g_strdup (zeros->str);
  return g_strdup (lines->str);
}

gboolean
parlor_live_ask (ParlorLiveRoom *room, const char *question, const char *const *options, guint n,
                 ParlorLiveNow now, GError **error)
{
  char id[PARLOR_ID_SIZE];
  g_autofree char *votes = NULL;
  if (parlor_live_is_over (room, error))
    return FALSE;
  if (n < 2 || n > PARLOR_POLL_OPTIONS)
    return parlor_live_refuse (error, PARLOR_ERROR_BAD_REQUEST, "a poll has 2 to 6 options");
  g_autofree char *line = parlor_text_line (question, QUESTION_MAX, "question", error);
  g_autofree char *lines = line ? join_options (options, n, &votes, error) : NULL;
  if (!lines)
    return FALSE;
  parlor_live_close_poll (room, now);
  parlor_poll_free (room->poll);
  parlor_id_make ("pol", &room->live->spec.random, id);
  room->poll = g_new0 (ParlorPoll, 1);
  *room->poll = (ParlorPoll){
      .id = g_strdup (id),
      .room = g_strdup (room->info.room),
      .question = g_steal_pointer (&line),
      .options = g_steal_pointer (&lines),
      .votes = g_steal_pointer (&votes),
      .from_ms = now.room_ms,
      .to_ms = -1,
  };
  parlor_live_put (room, &parlor_poll_kind, room->poll);
  parlor_live_poll_tell (room, now.room_ms);
  return TRUE;
}

gboolean
parlor_live_close_poll (ParlorLiveRoom *room, ParlorLiveNow now)
{
  if (!room->poll || room->poll->to_ms >= 0)
    return FALSE;
  room->poll->to_ms = MAX (now.room_ms, room->poll->from_ms);
  parlor_live_put (room, &parlor_poll_kind, room->poll);
  parlor_live_poll_tell (room, now.room_ms);
  return TRUE;
}

/* FALSE: there is no such option. */
static gboolean
count_vote (ParlorPoll *poll, guint option)
{
  g_auto (GStrv) votes = g_strsplit (poll->votes, " ", PARLOR_POLL_OPTIONS + 1);
  if (option >= g_strv_length (votes))
    return FALSE;
  char *more = g_strdup_printf ("%" G_GINT64_FORMAT, g_ascii_strtoll (votes[option], NULL, 10) + 1);
  g_free (votes[option]);
  votes[option] = more;
  g_free (poll->votes);
  poll->votes = g_strjoinv (" ", votes);
  return TRUE;
}

gboolean
parlor_live_vote (ParlorLiveRoom *room, const ParlorLiveWho *who, const char *poll, guint option,
                  ParlorLiveNow now, GError **error)
{
  Voice *voice = parlor_live_voice (room, who);
  if (!room->poll || g_strcmp0 (room->poll->id, poll) || room->poll->to_ms >= 0)
    return parlor_live_refuse (error, PARLOR_ERROR_CONFLICT, "this poll is closed");
  if (!strcmp (voice->poll, room->poll->id))
    return parlor_live_refuse (error, PARLOR_ERROR_CONFLICT, "you have voted already");
  if (!count_vote (room->poll, option))
    return parlor_live_refuse (error, PARLOR_ERROR_BAD_REQUEST, "there is no such option");
  g_strlcpy (voice->poll, room->poll->id, sizeof voice->poll);
  parlor_live_put (room, &parlor_poll_kind, room->poll);
  room->poll_untold = TRUE;
  parlor_live_audience_touch (room, now.now_us);
  return TRUE;
}
