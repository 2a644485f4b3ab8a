/* SPDX-License-Identifier: Apache-2.0 */
#include "live/private.h"

#include "base/text.h"

#include <string.h>

#define SUMMARY_MAX 500
#define IMAGE_BYTES 2000

static const char *const state_names[PARLOR_N_LIVE_STATES] = {
    [PARLOR_LIVE_SCHEDULED] = "scheduled",
    [PARLOR_LIVE_ON] = "live",
    [PARLOR_LIVE_PAUSED] = "paused",
    [PARLOR_LIVE_ENDED] = "ended",
};

const char *
parlor_live_state_name (ParlorLiveState state)
{
  return (guint)state < PARLOR_N_LIVE_STATES ? state_names[state] : NULL;
}

gboolean
parlor_live_state_from_name (const char *name, ParlorLiveState *state)
{
  for (guint i = 0; i < PARLOR_N_LIVE_STATES; i++)
    if (g_strcmp0 (name, state_names[i]) == 0)
      {
        *state = i;
        return TRUE;
      }
  return FALSE;
}

/* ---- the registry --------------------------------------------------------------------------- */

static void
room_free (gpointer data)
{
  ParlorLiveRoom *room = data;
  parlor_record_clear (&parlor_live_kind, &room->info);
  g_ptr_array_unref (room->pins);
  parlor_live_comments_clear (room);
  parlor_poll_free (room->poll);
  g_ptr_array_unref (room->guests);
  g_free (room);
}

ParlorLive *
parlor_live_new (const ParlorLiveSpec *spec)
{
  ParlorLive *live = g_new0 (ParlorLive, 1);
  live->spec = *spec;
  live->by_room = g_hash_table_new (g_str_hash, g_str_equal);
  live->rooms = g_ptr_array_new_with_free_func (room_free);
  return live;
}

gboolean
parlor_live_is_protected (const ParlorLive *live, const char *brand, const char *name)
{
  const ParlorLiveSpec *spec = &live->spec;
  return spec->is_protected && spec->is_protected (brand, name, spec->user_data);
}

void
parlor_live_free (ParlorLive *live)
{
  if (!live)
    return;
  g_hash_table_unref (live->by_room);
  g_ptr_array_unref (live->rooms);
  g_free (live);
}

ParlorLiveRoom **
parlor_live_list (ParlorLive *live, const char *brand, guint *n)
{
  ParlorLiveRoom **list = g_new0 (ParlorLiveRoom *, live->rooms->len + 1);
  *n = 0;
  for (guint i = live->rooms->len; i-- > 0;)
    {
      ParlorLiveRoom *room = live->rooms->pdata[i];
      if (!brand || !strcmp (room->info.brand, brand))
        list[(*n)++] = room;
    }
  return list;
}

const ParlorLiveInfo *
parlor_live_info (const ParlorLiveRoom *room)
{
  return &room->info;
}

/* ---- making --------------------------------------------------------------------------------- */

static ParlorLiveRoom *
add (ParlorLive *live, ParlorLiveInfo *info)
{
  ParlorLiveRoom *room = g_new0 (ParlorLiveRoom, 1);
  room->live = live;
  room->info = *info;
  room->pins = g_ptr_array_new_with_free_func (parlor_pin_free);
  room->guests = g_ptr_array_new_with_free_func (parlor_guest_free);
  room->audience_due_us = NEVER_US;
  parlor_live_comments_init (room);
  g_ptr_array_add (live->rooms, room);
  g_hash_table_replace (live->by_room, room->info.room, room);
  return room;
}

void
parlor_live_load_room (ParlorLive *live, const ParlorLiveInfo *row)
{
  ParlorLiveInfo info;
  parlor_record_copy (&parlor_live_kind, &info, row);
  info.epoch++;
  ParlorLiveRoom *room = add (live, &info);
  room->told_likes = info.likes;
  parlor_live_save (room);
}

static char *
optional (const char *text, guint max, const char *what, GError **error)
{
  return text && *text ? parlor_text_block (text, max, what, error) : g_strdup ("");
}

static gboolean
is_fit_image (const char *image, GError **error)
{
  gboolean fits = !image || !*image
                  || (strlen (image) <= IMAGE_BYTES && g_utf8_validate (image, -1, NULL)
                      && (g_str_has_prefix (image, "https://") || image[0] == '/'));
  return fits
         || parlor_live_refuse (error, PARLOR_ERROR_BAD_REQUEST,
                                "image must be an https:// address or a path on this server");
}

ParlorLiveRoom *
parlor_live_open (ParlorLive *live, const ParlorLiveInfo *info, ParlorLiveNow now, GError **error)
{
  g_return_val_if_fail (info->room && info->brand, NULL);
  if (parlor_live_find (live, info->room))
    {
      parlor_live_refuse (error, PARLOR_ERROR_CONFLICT, "this room is a live room already");
      return NULL;
    }
  ParlorLiveInfo row = {
      .title = optional (info->title, PARLOR_TITLE_MAX, "title", error),
      .state = PARLOR_LIVE_SCHEDULED,
      .scheduled_ms = MAX (info->scheduled_ms, 0),
      .made_ms = now.wall_ms,
      .epoch = 1,
  };
  gboolean fits = row.title
                  && (row.summary = optional (info->summary, SUMMARY_MAX, "summary", error))
                  && (row.host = optional (info->host, PARLOR_NAME_MAX, "host", error))
                  && is_fit_image (info->image, error);
  if (!fits)
    {
      parlor_record_clear (&parlor_live_kind, &row);
      return NULL;
    }
  row.room = g_strdup (info->room);
  row.brand = g_strdup (info->brand);
  row.image = g_strdup (info->image ? info->image : "");
  row.blocked = g_strdup ("");
  row.rep_group = g_strdup (info->rep_group ? info->rep_group : "");
  ParlorLiveRoom *room = add (live, &row);
  parlor_live_save (room);
  return room;
}

static void
replace (char **place, char **text)
{
  g_free (*place);
  *place = g_steal_pointer (text);
}

gboolean
parlor_live_edit (ParlorLiveRoom *room, const ParlorLiveEdit *edit, ParlorLiveNow now,
                  GError **error)
{
  g_autofree char *title = optional (edit->title, PARLOR_TITLE_MAX, "title", error);
  g_autofree char *summary = title ? optional (edit->summary, SUMMARY_MAX, "summary", error) : NULL;
  g_autofree char *host = summary ? optional (edit->host, PARLOR_NAME_MAX, "host", error) : NULL;
  g_autofree char *image = g_strdup (edit->image), *rep_group = g_strdup (edit->rep_group);
  if (!host || !is_fit_image (image, error))
    return FALSE;
  if (edit->scheduled_ms >= 0 && room->info.state != PARLOR_LIVE_SCHEDULED)
    return parlor_live_refuse (error, PARLOR_ERROR_CONFLICT, "this stream has begun");
  if (edit->title)
    replace (&room->info.title, &title);
  if (edit->summary)
    replace (&room->info.summary, &summary);
  if (edit->host)
    replace (&room->info.host, &host);
  if (edit->image)
    replace (&room->info.image, &image);
  if (edit->rep_group)
    replace (&room->info.rep_group, &rep_group);
  if (edit->scheduled_ms >= 0)
    room->info.scheduled_ms = edit->scheduled_ms;
  parlor_live_save (room);
  parlor_live_emit (room,
                    &(ParlorLiveEvent){.type = PARLOR_LIVE_EVENT_STATE, .room_ms = now.room_ms});
  return TRUE;
}

/* ---- the state ------------------------------------------------------------------------------ */

static const gboolean may_become[PARLOR_N_LIVE_STATES][PARLOR_N_LIVE_STATES] = {
    [PARLOR_LIVE_SCHEDULED] = {[PARLOR_LIVE_ON] = TRUE, [PARLOR_LIVE_ENDED] = TRUE},
    [PARLOR_LIVE_ON] = {[PARLOR_LIVE_PAUSED] = TRUE, [PARLOR_LIVE_ENDED] = TRUE},
    [PARLOR_LIVE_PAUSED] = {[PARLOR_LIVE_ON] = TRUE, [PARLOR_LIVE_ENDED] = TRUE},
};

static void
stamp (ParlorLiveRoom *room, ParlorLiveState state, ParlorLiveNow now)
{
  room->info.state = state;
  if (state == PARLOR_LIVE_ON && !room->info.live_ms)
    room->info.live_ms = now.wall_ms;
  if (state == PARLOR_LIVE_ENDED)
    room->info.ended_ms = now.wall_ms;
}

gboolean
parlor_live_set_state (ParlorLiveRoom *room, ParlorLiveState state, ParlorLiveNow now,
                       GError **error)
{
  ParlorLiveState before = (ParlorLiveState)room->info.state;
  g_return_val_if_fail ((guint)state < PARLOR_N_LIVE_STATES, FALSE);
  if (state == before)
    return TRUE;
  if (!may_become[before][state])
    {
      g_set_error (error, PARLOR_ERROR, PARLOR_ERROR_CONFLICT,
                   "the stream is %s, it cannot become %s", state_names[before],
                   state_names[state]);
      return FALSE;
    }
  parlor_live_begin (room);
  if (state == PARLOR_LIVE_ENDED)
    {
      parlor_live_unpin (room, now);
      parlor_live_close_poll (room, now);
      parlor_live_clear_stage (room, now);
    }
  stamp (room, state, now);
  parlor_live_save (room);
  if (state != PARLOR_LIVE_PAUSED && before != PARLOR_LIVE_PAUSED)
    parlor_live_happened (room, state == PARLOR_LIVE_ON ? "room.live" : "room.ended", now, NULL, 0);
  else if (state == PARLOR_LIVE_ENDED)
    parlor_live_happened (room, "room.ended", now, NULL, 0);
  parlor_live_end (room);
  parlor_live_emit (room,
                    &(ParlorLiveEvent){.type = PARLOR_LIVE_EVENT_STATE, .room_ms = now.room_ms});
  return TRUE;
}

/* ---- deadlines ------------------------------------------------------------------------------ */

gint64
parlor_live_next_us (const ParlorLive *live)
{
  gint64 next_us = NEVER_US;
  for (guint i = 0; i < live->rooms->len; i++)
    {
      const ParlorLiveRoom *room = live->rooms->pdata[i];
      next_us = MIN (next_us, MIN (room->comments_due_us, room->audience_due_us));
    }
  return next_us;
}

void
parlor_live_poll (ParlorLive *live, gint64 now_us)
{
  for (guint i = 0; i < live->rooms->len; i++)
    {
      ParlorLiveRoom *room = live->rooms->pdata[i];
      gint64 room_ms;
      parlor_live_comments_poll (room, now_us);
      /* How a poll stands goes out on the audience's beat. */
      if (parlor_live_audience_poll (room, now_us, &room_ms) && room->poll_untold)
        parlor_live_poll_tell (room, room_ms);
    }
}
