/* SPDX-License-Identifier: Apache-2.0 */
/* What a host does with a comment, and with who said it. */
#include "live/private.h"

#include <string.h>

gboolean
parlor_moderation_from_name (const char *name, ParlorModeration *moderation)
{
  static const char *const names[PARLOR_N_MODERATIONS] = {
      [PARLOR_MODERATE_DELETE] = "delete",     [PARLOR_MODERATE_PIN] = "pin",
      [PARLOR_MODERATE_UNPIN] = "unpin",       [PARLOR_MODERATE_MUTE] = "mute",
      [PARLOR_MODERATE_UNMUTE] = "unmute",     [PARLOR_MODERATE_SHADOW] = "shadow",
      [PARLOR_MODERATE_UNSHADOW] = "unshadow",
  };
  for (guint i = 0; i < PARLOR_N_MODERATIONS; i++)
    if (g_strcmp0 (name, names[i]) == 0)
      {
        *moderation = i;
        return TRUE;
      }
  return FALSE;
}

ParlorComment *
parlor_live_find_comment (const ParlorLiveRoom *room, const char *id)
{
  for (guint i = room->comments->len; i-- > 0;)
    {
      ParlorComment *comment = room->comments->pdata[i];
      if (g_strcmp0 (comment->id, id) == 0)
        return comment;
    }
  return NULL;
}

static void
set_top (ParlorLiveRoom *room, ParlorComment *comment, gint64 room_ms)
{
  if (room->top == comment)
    return;
  if (room->top)
    {
      room->top->flags &= ~(gint64)PARLOR_COMMENT_PINNED;
      parlor_live_put (room, &parlor_comment_kind, room->top);
    }
  if (comment)
    comment->flags |= PARLOR_COMMENT_PINNED;
  room->top = comment;
  parlor_live_emit (
      room,
      &(ParlorLiveEvent){.type = PARLOR_LIVE_EVENT_TOP, .comment = comment, .room_ms = room_ms});
}

void
parlor_live_hide_comment (ParlorLiveRoom *room, ParlorComment *comment, gint64 room_ms)
{
  if (room->top == comment)
    set_top (room, NULL, room_ms);
  comment->flags |= PARLOR_COMMENT_DELETED;
  g_ptr_array_remove (room->untold, comment);
  parlor_live_emit (
      room,
      &(ParlorLiveEvent){.type = PARLOR_LIVE_EVENT_GONE, .comment = comment, .room_ms = room_ms});
}

/* ---- who was made quiet --------------------------------------------------------------------- */

void
parlor_live_quiet_again (ParlorLiveRoom *room, const ParlorComment *comment)
{
  if (!(comment->flags & PARLOR_COMMENT_QUIETS))
    return;
  Voice *voice = parlor_live_voice_by_key (room, parlor_comment_key (comment));
  voice->muted |= (comment->flags & PARLOR_COMMENT_MUTES) != 0;
  voice->shadowed |= (comment->flags & PARLOR_COMMENT_SHADOWS) != 0;
  /* A host may have come in before what is kept was read. */
  parlor_live_emit (room, &(ParlorLiveEvent){.type = PARLOR_LIVE_EVENT_QUIET});
}

const ParlorComment **
parlor_live_quiet (const ParlorLiveRoom *room, guint *n)
{
  const ParlorComment **list = g_new0 (const ParlorComment *, room->comments->len + 1);
  *n = 0;
  for (guint i = 0; i < room->comments->len; i++)
    {
      const ParlorComment *comment = room->comments->pdata[i];
      if (comment->flags & PARLOR_COMMENT_QUIETS)
        list[(*n)++] = comment;
    }
  return list;
}

/* It stands on the comment by which it was done, so that a restart does not undo it; by any other
 * of the same voice it can be undone. */
static void
set_quiet (ParlorLiveRoom *room, ParlorComment *comment, gint64 flag, gboolean on,
           ParlorLiveNow now)
{
  const char *key = parlor_comment_key (comment);
  Voice *voice = parlor_live_voice_by_key (room, key);
  for (guint i = 0; i < room->comments->len; i++)
    {
      ParlorComment *other = room->comments->pdata[i];
      if (other == comment || !(other->flags & flag) || strcmp (parlor_comment_key (other), key))
        continue;
      other->flags &= ~flag;
      parlor_live_put (room, &parlor_comment_kind, other);
    }
  comment->flags = on ? comment->flags | flag : comment->flags & ~flag;
  if (flag == PARLOR_COMMENT_MUTES)
    voice->muted = on;
  else
    voice->shadowed = on;
  parlor_live_emit (room,
                    &(ParlorLiveEvent){.type = PARLOR_LIVE_EVENT_QUIET, .room_ms = now.room_ms});
}

/* ---- a host's hand --------------------------------------------------------------------------- */

static void
apply (ParlorLiveRoom *room, ParlorModeration what, ParlorComment *comment, ParlorLiveNow now)
{
  switch (what)
    {
    case PARLOR_MODERATE_DELETE:
      parlor_live_hide_comment (room, comment, now.room_ms);
      break;
    case PARLOR_MODERATE_PIN:
    case PARLOR_MODERATE_UNPIN:
      set_top (room, what == PARLOR_MODERATE_PIN ? comment : NULL, now.room_ms);
      break;
    case PARLOR_MODERATE_MUTE:
    case PARLOR_MODERATE_UNMUTE:
      set_quiet (room, comment, PARLOR_COMMENT_MUTES, what == PARLOR_MODERATE_MUTE, now);
      break;
    case PARLOR_MODERATE_SHADOW:
    case PARLOR_MODERATE_UNSHADOW:
      set_quiet (room, comment, PARLOR_COMMENT_SHADOWS, what == PARLOR_MODERATE_SHADOW, now);
      break;
    case PARLOR_N_MODERATIONS:
      break;
    }
}

gboolean
parlor_live_moderate (ParlorLiveRoom *room, ParlorModeration what, const char *id,
                      ParlorLiveNow now, GError **error)
{
  ParlorComment *comment = parlor_live_find_comment (room, id);
  if (!comment || comment->flags & PARLOR_COMMENT_HELD)
    return parlor_live_refuse (error, PARLOR_ERROR_NOT_FOUND, "there is no such comment");
  parlor_live_begin (room);
  apply (room, what, comment, now);
  parlor_live_put (room, &parlor_comment_kind, comment);
  parlor_live_end (room);
  return TRUE;
}
