/* SPDX-License-Identifier: Apache-2.0 */
/**
 * Who waits at the door, in the order of coming. Items are borrowed pointers (participants).
 * Bounded. Pure; control thread.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct _ParlorLobby ParlorLobby;

/** At most `capacity` wait at a time (>= 1). */
ParlorLobby *parlor_lobby_new (guint capacity);
void parlor_lobby_free (ParlorLobby *lobby);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (ParlorLobby, parlor_lobby_free)

/** FALSE when it is full. Twice the same changes nothing and gives TRUE. */
gboolean parlor_lobby_add (ParlorLobby *lobby, gpointer who);
/** FALSE when it was not there. */
gboolean parlor_lobby_remove (ParlorLobby *lobby, gconstpointer who);
/** 1 = next; 0 = does not wait. */
guint parlor_lobby_position (const ParlorLobby *lobby, gconstpointer who);
/** In order; borrowed until the next change. */
gpointer *parlor_lobby_list (const ParlorLobby *lobby, guint *n);

G_END_DECLS
