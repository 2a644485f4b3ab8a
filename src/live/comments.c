/* SPDX-License-Identifier: Apache-2.0 */
/* Comments and likes: who may say how much, who hears it, in which order. */
#include "base/text.h"
#include "live/private.h"

#include <string.h>

#define COMMENTS_KEPT 1000
/* Beside those: comments by which somebody was made quiet, so that it can be undone. */
#define QUIET_KEPT PARLOR_QUIET_MAX
/* A person: three at once, then one in two seconds. The room: 30 a second, 200 at once; 500 a
   minute is what is promised. */
#define PERSON_INTERVAL_US (2 * SECOND_US)
#define PERSON_BURST 3
#define ROOM_INTERVAL_US (SECOND_US / 30)
#define ROOM_BURST 200
/* One message to every viewer carries what was said in this time. */
#define BATCH_US (SECOND_US / 5)
#define LIKE_INTERVAL_US (SECOND_US / 10)
#define LIKE_BURST 40
#define LIKES_AT_ONCE 20
#define SLOW_MAX_S 600
/* Comments of a room that wait for the brand's word at a time. */
#define HELD_MAX 64
#define BLOCKED_MAX 200
#define BLOCKED_LENGTH 40

static void
comment_free (gpointer comment)
{
  parlor_record_clear (&parlor_comment_kind, comment);
  g_free (comment);
}

void
parlor_live_comments_init (ParlorLiveRoom *room)
{
  room->comments = g_ptr_array_new_with_free_func (comment_free);
  room->by_client = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  room->untold = g_ptr_array_new ();
  room->voices = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  room->comments_due_us = NEVER_US;
}

void
parlor_live_comments_clear (ParlorLiveRoom *room)
{
  g_ptr_array_unref (room->untold);
  g_hash_table_unref (room->by_client);
  g_ptr_array_unref (room->comments);
  g_hash_table_unref (room->voices);
}

/* ---- saying --------------------------------------------------------------------------------- */

/* `blocked`: folded, one a line. */
static gboolean
has_blocked_word (const char *blocked, const char *text)
{
  if (!*blocked)
    return FALSE;
  g_autofree char *folded = g_utf8_casefold (text, -1);
  g_auto (GStrv) words = g_strsplit (blocked, "\n", -1);
  for (guint i = 0; words[i]; i++)
    if (*words[i] && strstr (folded, words[i]))
      return TRUE;
  return FALSE;
}

static gboolean
may_bear (const ParlorLiveRoom *room, const ParlorLiveWho *who, GError **error)
{
  const ParlorLiveSpec *spec = &room->live->spec;
  if (!spec->is_protected || !spec->is_protected (room->info.brand, who->name, spec->user_data))
    return TRUE;
  return parlor_live_refuse (error, PARLOR_ERROR_CONFLICT,
                             "this name looks like one of the house: choose another");
}

static gboolean
in_time (ParlorLiveRoom *room, const ParlorLiveWho *who, Voice *voice, gint64 now_us,
         GError **error)
{
  if (!who->is_bot && now_us - voice->last_comment_us < room->info.slow_s * SECOND_US)
    return parlor_live_refuse (error, PARLOR_ERROR_TOO_MANY, "slow mode is on: wait a little");
  if ((!who->is_bot
       && !parlor_live_take_credit (&voice->comment_credit_us, PERSON_INTERVAL_US, PERSON_BURST,
                                    now_us))
      || !parlor_live_take_credit (&room->room_credit_us, ROOM_INTERVAL_US, ROOM_BURST, now_us))
    return parlor_live_refuse (error, PARLOR_ERROR_TOO_MANY, "too many comments: wait a little");
  return TRUE;
}

static gboolean
is_wanted (const ParlorLiveRoom *room, const ParlorLiveWho *who, const char *text, gint64 room_ms)
{
  const ParlorLiveSpec *spec = &room->live->spec;
  return !has_blocked_word (room->info.blocked, text)
         && (!spec->may_say
             || spec->may_say (room->info.brand, room->info.room, who->name, text, room_ms,
                               spec->user_data));
}

static gboolean
may_speak (ParlorLiveRoom *room, const ParlorLiveWho *who, Voice *voice, const char *text,
           ParlorLiveNow now, GError **error)
{
  if (who->is_host)
    return TRUE;
  if (voice->muted)
    return parlor_live_refuse (error, PARLOR_ERROR_FORBIDDEN, "the host muted you here");
  if (room->n_held >= HELD_MAX && !who->is_bot)
    return parlor_live_refuse (error, PARLOR_ERROR_TOO_MANY, "too many comments: wait a little");
  return (who->is_bot || may_bear (room, who, error))
         && in_time (room, who, voice, now.now_us, error)
         && (is_wanted (room, who, text, now.room_ms)
             || parlor_live_refuse (error, PARLOR_ERROR_FORBIDDEN,
                                    "the comment has a word that is not wanted here"));
}

static char *
client_place (const char *key, const char *client_id)
{
  return g_strconcat (key, "/", client_id, NULL);
}

static void
forget_comment (ParlorLiveRoom *room, guint i)
{
  ParlorComment *comment = room->comments->pdata[i];
  g_autofree char *place = client_place (parlor_comment_key (comment), comment->client_id);
  room->n_held -= (comment->flags & PARLOR_COMMENT_HELD) != 0;
  g_hash_table_remove (room->by_client, place);
  g_ptr_array_remove (room->untold, comment);
  if (room->top == comment)
    room->top = NULL;
  g_ptr_array_remove_index (room->comments, i);
}

static gboolean
is_quieting (const ParlorLiveRoom *room, guint i)
{
  return (((const ParlorComment *)room->comments->pdata[i])->flags & PARLOR_COMMENT_QUIETS) != 0;
}

/* There is one that made nobody quiet. */
static void
forget_oldest (ParlorLiveRoom *room)
{
  guint i = 0;
  while (is_quieting (room, i))
    i++;
  forget_comment (room, i);
}

/* The oldest who was made quiet: what is forgotten here could not be undone, and would come back
   with a restart. */
static void
let_speak_again (ParlorLiveRoom *room)
{
  guint i = 0;
  while (!is_quieting (room, i))
    i++;
  ParlorComment *comment = room->comments->pdata[i];
  Voice *voice = parlor_live_voice_by_key (room, parlor_comment_key (comment));
  voice->muted &= !(comment->flags & PARLOR_COMMENT_MUTES);
  voice->shadowed &= !(comment->flags & PARLOR_COMMENT_SHADOWS);
  comment->flags &= ~(gint64)PARLOR_COMMENT_QUIETS;
  parlor_live_put (room, &parlor_comment_kind, comment);
}

static void
make_room (ParlorLiveRoom *room)
{
  guint n_quieting = 0;
  for (guint i = 0; i < room->comments->len; i++)
    n_quieting += is_quieting (room, i);
  if (n_quieting > QUIET_KEPT)
    {
      let_speak_again (room);
      n_quieting--;
    }
  while (room->comments->len - n_quieting >= COMMENTS_KEPT)
    forget_oldest (room);
}

/* In the order of their time, of which only what comes back from the store may be late. */
static guint
place_for (const ParlorLiveRoom *room, const ParlorComment *comment)
{
  guint place = room->comments->len;
  while (place > 0
         && ((const ParlorComment *)room->comments->pdata[place - 1])->room_ms > comment->room_ms)
    place--;
  return place;
}

static void
keep (ParlorLiveRoom *room, ParlorComment *comment)
{
  make_room (room);
  g_ptr_array_insert (room->comments, (gint)place_for (room, comment), comment);
  g_hash_table_replace (room->by_client,
                        client_place (parlor_comment_key (comment), comment->client_id), comment);
  if (comment->flags & PARLOR_COMMENT_PINNED)
    room->top = comment;
}

void
parlor_live_load_comment (ParlorLive *live, const ParlorComment *row)
{
  ParlorLiveRoom *room = parlor_live_find (live, row->room);
  if (!room || parlor_live_find_comment (room, row->id))
    return;
  ParlorComment *comment = g_new0 (ParlorComment, 1);
  parlor_record_copy (&parlor_comment_kind, comment, row);
  keep (room, comment);
  parlor_live_quiet_again (room, comment);
}

static ParlorComment *
make_comment (ParlorLiveRoom *room, const ParlorLiveWho *who, const char *client_id, char *text,
              ParlorLiveNow now)
{
  char id[PARLOR_ID_SIZE];
  parlor_id_make ("cmt", &room->live->spec.random, id);
  ParlorComment *comment = g_new0 (ParlorComment, 1);
  *comment = (ParlorComment){
      .id = g_strdup (id),
      .room = g_strdup (room->info.room),
      .client_id = g_strdup (client_id),
      .person = g_strdup (who->person),
      .visitor = g_strdup (who->visitor ? who->visitor : ""),
      .name = g_strdup (who->name),
      .text = text,
      .room_ms = now.room_ms,
      .at_ms = now.wall_ms,
      .flags = (who->is_host ? PARLOR_COMMENT_BY_HOST : 0)
               | (who->is_bot ? PARLOR_COMMENT_BY_BOT : 0),
  };
  return comment;
}

static void
say (ParlorLiveRoom *room, ParlorComment *comment, gint64 now_us)
{
  parlor_live_put (room, &parlor_comment_kind, comment);
  if (comment->flags & PARLOR_COMMENT_SHADOWED)
    return;
  g_ptr_array_add (room->untold, comment);
  room->comments_due_us = MIN (room->comments_due_us, now_us + BATCH_US);
}

/* Hosts and bots are the brand itself. */
static gboolean
is_screened (const ParlorLiveRoom *room, const ParlorLiveWho *who, const ParlorComment *comment)
{
  const ParlorLiveSpec *spec = &room->live->spec;
  return !who->is_host && !who->is_bot && !(comment->flags & PARLOR_COMMENT_SHADOWED)
         && spec->screen && spec->screen (room->info.brand, comment, spec->user_data);
}

/* The brand's word takes its time; the room went on. */
static gboolean
may_still_be_said (const ParlorLiveRoom *room, const Voice *voice, GError **error)
{
  return !parlor_live_is_over (room, error)
         && (!voice->muted
             || parlor_live_refuse (error, PARLOR_ERROR_FORBIDDEN, "the host muted you here"));
}

void
parlor_live_screened (ParlorLive *live, const char *id, const char *comment_id, const char *reason,
                      gint64 now_us)
{
  guint i = 0;
  g_autoptr (GError) error = NULL;
  ParlorLiveRoom *room = parlor_live_find (live, id);
  ParlorComment *comment = room ? parlor_live_find_comment (room, comment_id) : NULL;
  if (!comment || !(comment->flags & PARLOR_COMMENT_HELD))
    return;
  const Voice *voice = parlor_live_voice_by_key (room, parlor_comment_key (comment));
  comment->flags &= ~(gint64)PARLOR_COMMENT_HELD;
  room->n_held--;
  if (voice->shadowed)
    comment->flags |= PARLOR_COMMENT_SHADOWED;
  if (!reason && !may_still_be_said (room, voice, &error))
    reason = error->message;
  if (!reason)
    say (room, comment, now_us);
  parlor_live_emit (room, &(ParlorLiveEvent){.type = PARLOR_LIVE_EVENT_SCREENED,
                                             .room_ms = comment->room_ms,
                                             .person = comment->person,
                                             .comment = comment,
                                             .reason = reason});
  if (reason && g_ptr_array_find (room->comments, comment, &i))
    forget_comment (room, i);
}

const ParlorComment *
parlor_live_comment (ParlorLiveRoom *room, const ParlorLiveWho *who, const char *client_id,
                     const char *text, ParlorLiveNow now, GError **error)
{
  Voice *voice = parlor_live_voice (room, who);
  g_autofree char *place = client_place (parlor_voice_key (who->visitor, who->person), client_id);
  ParlorComment *known = g_hash_table_lookup (room->by_client, place);
  if (known || parlor_live_is_over (room, error))
    return known;
  g_autofree char *line = parlor_text_line (text, PARLOR_COMMENT_MAX, "comment", error);
  if (!line || !may_speak (room, who, voice, line, now, error))
    return NULL;
  ParlorComment *comment = make_comment (room, who, client_id, g_steal_pointer (&line), now);
  voice->last_comment_us = now.now_us;
  if (voice->shadowed)
    comment->flags |= PARLOR_COMMENT_SHADOWED;
  keep (room, comment);
  if (is_screened (room, who, comment))
    {
      comment->flags |= PARLOR_COMMENT_HELD;
      room->n_held++;
    }
  else
    say (room, comment, now.now_us);
  return comment;
}

void
parlor_live_comments_poll (ParlorLiveRoom *room, gint64 now_us)
{
  if (room->comments_due_us > now_us)
    return;
  room->comments_due_us = NEVER_US;
  if (room->untold->len)
    {
      const ParlorComment *last = room->untold->pdata[room->untold->len - 1];
      parlor_live_emit (room, &(ParlorLiveEvent){
                                  .type = PARLOR_LIVE_EVENT_COMMENTS,
                                  .room_ms = last->room_ms,
                                  .comments = (const ParlorComment *const *)room->untold->pdata,
                                  .n_comments = room->untold->len,
                              });
    }
  g_ptr_array_set_size (room->untold, 0);
}

static gboolean
is_public (const ParlorComment *comment)
{
  return !(comment->flags
           & (PARLOR_COMMENT_DELETED | PARLOR_COMMENT_SHADOWED | PARLOR_COMMENT_HELD));
}

struct _ParlorCommentSieve
{
  char *blocked;
  GHashTable *shadowed; /* keys of voices */
};

ParlorCommentSieve *
parlor_comment_sieve_new (const ParlorLiveRoom *room)
{
  ParlorCommentSieve *sieve = g_new0 (ParlorCommentSieve, 1);
  GHashTableIter iter;
  gpointer key, voice;
  sieve->blocked = g_strdup (room->info.blocked);
  sieve->shadowed = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_hash_table_iter_init (&iter, room->voices);
  while (g_hash_table_iter_next (&iter, &key, &voice))
    if (((const Voice *)voice)->shadowed)
      g_hash_table_add (sieve->shadowed, g_strdup (key));
  return sieve;
}

void
parlor_comment_sieve_free (ParlorCommentSieve *sieve)
{
  if (!sieve)
    return;
  g_free (sieve->blocked);
  g_hash_table_unref (sieve->shadowed);
  g_free (sieve);
}

gboolean
parlor_comment_stands (const ParlorCommentSieve *sieve, const ParlorComment *comment)
{
  const char *key = parlor_comment_key (comment);
  return is_public (comment) && !g_hash_table_contains (sieve->shadowed, key)
         && (comment->flags & PARLOR_COMMENT_BY_HOST
             || !has_blocked_word (sieve->blocked, comment->text));
}

const ParlorComment **
parlor_live_comments (const ParlorLiveRoom *room, guint max, guint *n)
{
  const ParlorComment **list = g_new0 (const ParlorComment *, max + 1);
  guint first = room->comments->len;
  for (guint found = 0; first > 0 && found < max; first--)
    found += is_public (room->comments->pdata[first - 1]);
  *n = 0;
  for (guint i = first; i < room->comments->len; i++)
    if (is_public (room->comments->pdata[i]))
      list[(*n)++] = room->comments->pdata[i];
  return list;
}

const ParlorComment *
parlor_live_top_comment (const ParlorLiveRoom *room)
{
  return room->top;
}

/* ---- rules ---------------------------------------------------------------------------------- */

void
parlor_live_forget_visitor (ParlorLiveRoom *room, const char *visitor, ParlorLiveNow now)
{
  gboolean was_quiet = FALSE;
  for (guint i = room->comments->len; i > 0; i--)
    {
      ParlorComment *comment = room->comments->pdata[i - 1];
      if (!*visitor || g_strcmp0 (comment->visitor, visitor) != 0)
        continue;
      was_quiet = was_quiet || (comment->flags & PARLOR_COMMENT_QUIETS) != 0;
      parlor_live_hide_comment (room, comment, now.room_ms);
      forget_comment (room, i - 1);
    }
  if (was_quiet) /* hosts list those by their comments */
    parlor_live_emit (room,
                      &(ParlorLiveEvent){.type = PARLOR_LIVE_EVENT_QUIET, .room_ms = now.room_ms});
}

static void
changed (ParlorLiveRoom *room, ParlorLiveNow now)
{
  parlor_live_save (room);
  parlor_live_emit (room,
                    &(ParlorLiveEvent){.type = PARLOR_LIVE_EVENT_STATE, .room_ms = now.room_ms});
}

void
parlor_live_set_slow (ParlorLiveRoom *room, guint seconds, ParlorLiveNow now)
{
  room->info.slow_s = MIN (seconds, SLOW_MAX_S);
  changed (room, now);
}

void
parlor_live_set_blocked (ParlorLiveRoom *room, const char *const *words, guint n, ParlorLiveNow now)
{
  GString *list = g_string_new (NULL);
  for (guint i = 0; i < MIN (n, BLOCKED_MAX); i++)
    {
      g_autofree char *word = parlor_text_line (words[i], BLOCKED_LENGTH, "word", NULL);
      g_autofree char *folded = word ? g_utf8_casefold (word, -1) : NULL;
      if (folded)
        g_string_append_printf (list, "%s%s", list->len ? "\n" : "", folded);
    }
  g_free (room->info.blocked);
  room->info.blocked = g_string_free (list, FALSE);
  changed (room, now);
}

void
parlor_live_like (ParlorLiveRoom *room, const ParlorLiveWho *who, guint n, ParlorLiveNow now)
{
  Voice *voice = parlor_live_voice (room, who);
  guint counted = 0;
  if (room->info.state == PARLOR_LIVE_ENDED)
    return;
  for (guint i = 0; i < MIN (n, LIKES_AT_ONCE); i++)
    counted += parlor_live_take_credit (&voice->like_credit_us, LIKE_INTERVAL_US, LIKE_BURST,
                                        now.now_us);
  room->info.likes += counted;
  if (counted)
    parlor_live_audience_touch (room, now.now_us);
}
