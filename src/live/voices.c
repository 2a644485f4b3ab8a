/* SPDX-License-Identifier: Apache-2.0 */
/* Who is heard in a live room: rates, mutes and votes, by visitor, else by person. */
#include "live/private.h"

#define VOICES_KEPT 50000

const char *
parlor_voice_key (const char *visitor, const char *person)
{
  return visitor && *visitor ? visitor : person;
}

const char *
parlor_comment_key (const ParlorComment *comment)
{
  return parlor_voice_key (comment->visitor, comment->person);
}

static gboolean
is_unremarkable (gpointer key, gpointer value, gpointer user_data)
{
  const Voice *voice = value;
  return !voice->muted && !voice->shadowed && !voice->poll[0];
}

Voice *
parlor_live_voice_by_key (ParlorLiveRoom *room, const char *key)
{
  Voice *voice = g_hash_table_lookup (room->voices, key);
  if (voice)
    return voice;
  if (g_hash_table_size (room->voices) >= VOICES_KEPT)
    g_hash_table_foreach_remove (room->voices, is_unremarkable, NULL);
  voice = g_new0 (Voice, 1);
  voice->last_comment_us = G_MININT64 / 2;
  g_hash_table_insert (room->voices, g_strdup (key), voice);
  return voice;
}

Voice *
parlor_live_voice (ParlorLiveRoom *room, const ParlorLiveWho *who)
{
  return parlor_live_voice_by_key (room, parlor_voice_key (who->visitor, who->person));
}
