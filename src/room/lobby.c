/* SPDX-License-Identifier: Apache-2.0 */
#include "room/lobby.h"

struct _ParlorLobby
{
  guint capacity;
  GPtrArray *waiting;
};

ParlorLobby *
parlor_lobby_new (guint capacity)
{
  ParlorLobby *lobby = g_new (ParlorLobby, 1);
  lobby->capacity = MAX (capacity, 1);
  lobby->waiting = g_ptr_array_new ();
  return lobby;
}

void
parlor_lobby_free (ParlorLobby *lobby)
{
  if (lobby == NULL)
    return;
  g_ptr_array_unref (lobby->waiting);
  g_free (lobby);
}

gboolean
parlor_lobby_add (ParlorLobby *lobby, gpointer who)
{
  if (parlor_lobby_position (lobby, who) != 0)
    return TRUE;
  if (lobby->waiting->len >= lobby->capacity)
    return FALSE;
  g_ptr_array_add (lobby->waiting, who);
  return TRUE;
}

gboolean
parlor_lobby_remove (ParlorLobby *lobby, gconstpointer who)
{
  return g_ptr_array_remove (lobby->waiting, (gpointer)who);
}

guint
parlor_lobby_position (const ParlorLobby *lobby, gconstpointer who)
{
  guint i;
  return g_ptr_array_find (lobby->waiting, who, &i) ? i + 1 : 0;
}

gpointer *
parlor_lobby_list (const ParlorLobby *lobby, guint *n)
{
  *n = lobby->waiting->len;
  return lobby->waiting->pdata;
}
