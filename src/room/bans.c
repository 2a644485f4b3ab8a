/* SPDX-License-Identifier: Apache-2.0 */
#include "room/private.h"

void
parlor_ban_free (ParlorBan *ban)
{
  if (ban == NULL)
    return;
  g_free (ban->identity);
  g_free (ban);
}

static gboolean
hits (const ParlorBan *ban, const char *identity, const ParlorHash *resume,
      const ParlorHash *device)
{
  if (*ban->identity != '\0' && g_strcmp0 (ban->identity, identity) == 0)
    return TRUE;
  return !parlor_hash_is_zero (&ban->token)
         && (parlor_hash_equal (&ban->token, resume) || parlor_hash_equal (&ban->token, device));
}

gboolean
parlor_room_is_banned (const ParlorRoom *room, const ParlorJoin *join)
{
  ParlorHash resume = parlor_hash (join->resume), device = parlor_hash (join->device);
  for (guint i = 0; i < room->bans->len; i++)
    if (hits (room->bans->pdata[i], join->identity, &resume, &device))
      return TRUE;
  return FALSE;
}

void
parlor_room_ban (ParlorRoom *room, const char *identity, const ParlorHash *token)
{
  ParlorBan *ban = g_new (ParlorBan, 1);
  *ban = (ParlorBan){.identity = g_strdup (identity), .token = *token};
  if (room->bans->len >= MAX (parlor_room_limits (room)->bans, 1))
    g_ptr_array_remove_index (room->bans, 0);
  g_ptr_array_add (room->bans, ban);
}
