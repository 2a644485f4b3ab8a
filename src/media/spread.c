/* SPDX-License-Identifier: Apache-2.0 */
/* Rooms and the workers that they are on. A room lives on one worker as long as that has few of its
 * people; then it grows over to the next, which gets a mirror of each source (decisions/0042). An
 * endpoint stays where it began: SRTP state does not move. */
#include "media/plane_internal.h"

static gboolean
is_on (const ParlorMediaRoom *room, guint worker)
{
  return ((room->workers >> worker) & 1) != 0;
}

/* --- sources and mirrors
 * -------------------------------------------------------------------------------- */

static void
add_mirror (const ParlorMediaEndpoint *owner, const ParlorMediaSource *source, guint worker)
{
  ParlorWorkerSet *workers = owner->plane->workers;
  parlor_command_add_mirror (parlor_worker_set_get (workers, worker), source->config);
  parlor_command_set_relay (owner->worker, source->id, worker, TRUE);
  if (!source->is_open)
    parlor_command_open_source (parlor_worker_set_get (workers, worker), source->id, FALSE);
}

static void
remove_mirror (const ParlorMediaEndpoint *owner, const ParlorMediaSource *source, guint worker)
{
  parlor_command_set_relay (owner->worker, source->id, worker, FALSE);
  parlor_command_remove_source (parlor_worker_set_get (owner->plane->workers, worker), source->id);
}

/* For each source whose worker is another one. */
static void
for_each_foreign (const ParlorMediaRoom *room, guint worker,
                  void (*func) (const ParlorMediaEndpoint *, const ParlorMediaSource *, guint))
{
  for (guint i = 0; i < room->endpoints->len; i++)
    {
      const ParlorMediaEndpoint *endpoint = room->endpoints->pdata[i];
      for (guint kind = 0; kind < PARLOR_N_SOURCES && endpoint->worker_index != worker; kind++)
        for (const ParlorMediaSource *source = &endpoint->sources[kind];
             source != NULL && source->id != 0; source = source->second)
          func (endpoint, source, worker);
    }
}

void
parlor_media_room_add_source (ParlorMediaEndpoint *endpoint, const ParlorMediaSource *source)
{
  parlor_command_add_source (endpoint->worker, &source->config->source);
  for (guint i = 0; i < parlor_worker_set_get_size (endpoint->plane->workers); i++)
    if (i != endpoint->worker_index && is_on (endpoint->room, i))
      add_mirror (endpoint, source, i);
}

void
parlor_media_room_remove_source (ParlorMediaEndpoint *endpoint, ParlorSourceId source)
{
  ParlorWorkerSet *workers = endpoint->plane->workers;
  for (guint i = 0; i < parlor_worker_set_get_size (workers); i++)
    if (i == endpoint->worker_index || is_on (endpoint->room, i))
      parlor_command_remove_source (parlor_worker_set_get (workers, i), source);
}

void
parlor_media_room_open_source (ParlorMediaEndpoint *endpoint, ParlorSourceId source, gboolean open)
{
  ParlorWorkerSet *workers = endpoint->plane->workers;
  for (guint i = 0; i < parlor_worker_set_get_size (workers); i++)
    if (i == endpoint->worker_index || is_on (endpoint->room, i))
      parlor_command_open_source (parlor_worker_set_get (workers, i), source, open);
}

/* --- places
 * --------------------------------------------------------------------------------------------- */

/* Where the fewest people are, of all rooms, without those of `taken`; a room that is empty yet
 * counts as one. G_MAXUINT: all are taken. */
static guint
find_free (const ParlorMediaPlane *plane, guint64 taken)
{
  guint best = G_MAXUINT;
  for (guint i = 0; i < parlor_worker_set_get_size (plane->workers); i++)
    if (((taken >> i) & 1) == 0 && (best == G_MAXUINT || plane->load[i] < plane->load[best]))
      best = i;
  return best;
}

/* Of the room's workers the one with the fewest of its people. */
static guint
find_emptiest (const ParlorMediaRoom *room)
{
  guint best = room->home;
  for (guint i = 0; i < PARLOR_WORKERS_MAX; i++)
    if (is_on (room, i) && room->n_on[i] < room->n_on[best])
      best = i;
  return best;
}

static guint
choose_worker (const ParlorMediaPlane *plane, ParlorMediaRoom *room)
{
  guint worker = find_emptiest (room);
  guint next = find_free (plane, room->workers);
  if (room->n_on[worker] < plane->spread_from || next == G_MAXUINT)
    return worker;
  room->workers |= G_GUINT64_CONSTANT (1) << next;
  for_each_foreign (room, next, add_mirror);
  return next;
}

static ParlorMediaRoom *
make_room (ParlorMediaPlane *plane, const char *name)
{
  ParlorMediaRoom *room = g_new0 (ParlorMediaRoom, 1);
  room->home = find_free (plane, 0);
  room->workers = G_GUINT64_CONSTANT (1) << room->home;
  room->name = g_strdup (name);
  room->id = parlor_media_plane_next_id (plane);
  room->endpoints = g_ptr_array_new ();
  plane->load[room->home]++;
  g_hash_table_insert (plane->rooms, room->name, room);
  g_hash_table_insert (plane->rooms_by_id, &room->id, room);
  return room;
}

ParlorMediaRoom *
parlor_media_room_enter (ParlorMediaPlane *plane, const char *name, ParlorMediaEndpoint *endpoint)
{
  ParlorMediaRoom *room = g_hash_table_lookup (plane->rooms, name);
  if (room == NULL)
    room = make_room (plane, name);
  endpoint->worker_index = choose_worker (plane, room);
  endpoint->worker = parlor_worker_set_get (plane->workers, endpoint->worker_index);
  room->n_on[endpoint->worker_index]++;
  plane->load[endpoint->worker_index]++;
  g_ptr_array_add (room->endpoints, endpoint);
  return room;
}

static void
free_room (ParlorMediaPlane *plane, ParlorMediaRoom *room)
{
  plane->load[room->home]--;
  g_hash_table_remove (plane->rooms_by_id, &room->id);
  g_hash_table_steal (plane->rooms, room->name);
  g_ptr_array_unref (room->endpoints);
  g_free (room->name);
  g_free (room);
}

void
parlor_media_room_leave (ParlorMediaEndpoint *endpoint)
{
  ParlorMediaRoom *room = endpoint->room;
  guint worker = endpoint->worker_index;
  g_ptr_array_remove (room->endpoints, endpoint);
  room->n_on[worker]--;
  endpoint->plane->load[worker]--;
  if (room->endpoints->len == 0)
    {
      free_room (endpoint->plane, room);
      return;
    }
  if (room->n_on[worker] > 0 || worker == room->home)
    return;
  room->workers &= ~(G_GUINT64_CONSTANT (1) << worker);
  for_each_foreign (room, worker, remove_mirror);
}
