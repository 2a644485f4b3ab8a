/* SPDX-License-Identifier: Apache-2.0 */
/* The routing index: of each group, who is here, by how busy he is, in the order in which their
 * turn comes. Choosing is taking the first who fits. */
#include "service/private.h"

gboolean
customer_blocks (const ParlorCustomer *customer, const ParlorRep *rep)
{
  return customer && customer->blocked && g_ptr_array_find (customer->blocked, rep, NULL);
}

static gboolean
fits (const RouteQuestion *question, const ParlorRep *rep)
{
  guint64 needed = question->skills | question->group->skills;
  return (rep->skills & needed) == needed && !customer_blocks (question->customer, rep)
         && !(question->without && g_ptr_array_find ((GPtrArray *)question->without, rep, NULL));
}

/* Those of a bucket but the last PARLOR_READY_* two can answer; all have a face. */
ParlorRep *
route_next (const RouteQuestion *question)
{
  ParlorGroup *group = question->group;
  guint last = question->answer ? PARLOR_LOADS : PARLOR_READY_BUCKETS;
  for (guint i = 0; i < last; i++)
    for (GList *l = group->ready[i].head; l; l = l->next)
      {
        ParlorRepPlace *place = l->data;
        if (!fits (question, place->rep))
          continue;
        g_queue_unlink (&group->ready[i], l);
        g_queue_push_tail_link (&group->ready[i], l);
        return place->rep;
      }
  return NULL;
}

static int
bucket_of (const ParlorRepPlace *place)
{
  const ParlorRep *rep = place->rep;
  if (!rep_is_present (rep))
    return -1;
  if (rep->presence == PARLOR_PRESENCE_IN_CALL || rep->presence == PARLOR_PRESENCE_WRAP_UP)
    return PARLOR_READY_BUSY;
  if (!rep_has_room (rep))
    return PARLOR_READY_FULL;
  gboolean by_load = place->group->routing != PARLOR_ROUTING_LONGEST_IDLE
                     && place->group->routing != PARLOR_ROUTING_ROUND_ROBIN;
  return by_load ? (int)MIN (rep->n_chats + rep->n_offers, PARLOR_LOADS - 1) : 0;
}

/* Longest idle: whose load changed has just been busy and goes to the end; round robin: only who
 * was chosen goes there. */
void
route_place (ParlorRepPlace *place)
{
  int bucket = bucket_of (place);
  if (bucket == place->bucket && place->group->routing != PARLOR_ROUTING_LONGEST_IDLE)
    return;
  if (place->bucket >= 0)
    g_queue_unlink (&place->group->ready[place->bucket], &place->link);
  place->bucket = bucket;
  if (bucket >= 0)
    g_queue_push_tail_link (&place->group->ready[bucket], &place->link);
}
