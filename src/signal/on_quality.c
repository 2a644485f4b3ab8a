/* SPDX-License-Identifier: Apache-2.0 */
/* What pages report of what they see, and how it is for each person of the room, for its hosts. */
#include "room/room.h"
#include "signal/encode.h"
#include "signal/handlers.h"

#define STATS_INTERVAL_US (5 * G_USEC_PER_SEC)
/* In a large room those for whom it is worst; the message stays small. */
#define MOST_PEOPLE 100

typedef struct
{
  const ParlorParticipant *who;
  ParlorQualityNow now;
} Person;

static int
worst_first (gconstpointer a, gconstpointer b)
{
  const Person *x = a, *y = b;
  double x_loss = MAX (x->now.media.loss_up, x->now.media.loss_down);
  double y_loss = MAX (y->now.media.loss_up, y->now.media.loss_down);
  if (x->now.level != y->now.level)
    return x->now.level < y->now.level ? -1 : 1;
  return x_loss == y_loss ? 0 : x_loss > y_loss ? -1 : 1;
}

static json_t *
encode (const Person *person)
{
  const ParlorMediaQuality *media = &person->now.media;
  return json_pack ("{s:s,s:i,s:f,s:f,s:i,s:i,s:i,s:I,s:I,s:I,s:i,s:i,s:I,s:I,s:i,s:b}",
                    "participant", parlor_participant_info (person->who)->id, "level",
                    (int)person->now.level, "loss_up", media->loss_up, "loss_down",
                    media->loss_down, "rtt_ms", (int)media->rtt_ms, "jitter_up_ms",
                    (int)media->jitter_up_ms, "jitter_down_ms", (int)media->jitter_down_ms,
                    "up_bps", (json_int_t)media->up_bps, "down_bps", (json_int_t)media->down_bps,
                    "estimate_bps", (json_int_t)media->estimate_down_bps, "height_up",
                    (int)media->height_up, "height_down", (int)media->height_down, "freezes",
                    (json_int_t)person->now.freezes, "freeze_ms", (json_int_t)person->now.freeze_ms,
                    "fps_up", (int)media->fps_up, "b_frames", (int)media->b_frames);
}

PARLOR_MESSAGE_HANDLER (parlor_on_room_quality)
{
  const ParlorRoom *room = parlor_participant_room (session->participant);
  g_autoptr (GArray) people = g_array_new (FALSE, FALSE, sizeof (Person));
  json_t *list = json_array ();
  for (guint i = 0; i < parlor_room_n_participants (room); i++)
    {
      Person person = {.who = parlor_room_participant (room, i)};
      if (!parlor_participant_info (person.who)->audience
          && parlor_participant_quality (person.who, now_us, &person.now))
        g_array_append_val (people, person);
    }
  g_array_sort (people, worst_first);
  for (guint i = 0; i < MIN (people->len, MOST_PEOPLE); i++)
    json_array_append_new (list, encode (&g_array_index (people, Person, i)));
  json_t *json = json_pack ("{s:s,s:o}", "t", "room_quality", "people", list);
  if (session->request_id)
    json_object_set (json, "id", session->request_id);
  parlor_session_send (session, json);
  return TRUE;
}

static guint32
count (const json_t *message, const char *name)
{
  return (guint32)json_number_value (json_object_get (message, name));
}

/* More often than agreed is dropped without a word; the totals of the next say it all the same. */
PARLOR_MESSAGE_HANDLER (parlor_on_stats)
{
  ParlorPageTotals totals = {
      .frames = count (message, "frames"),
      .freezes = count (message, "freezes"),
      .freeze_ms = count (message, "freeze_ms"),
      .concealed = (guint64)json_number_value (json_object_get (message, "concealed")),
  };
  if (session->stats_us != G_MININT64 && now_us - session->stats_us < STATS_INTERVAL_US * 9 / 10)
    return TRUE;
  session->stats_us = now_us;
  parlor_participant_report_page (session->participant, &totals, now_us);
  return TRUE;
}
