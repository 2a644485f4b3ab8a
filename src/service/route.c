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

/* ---- skills ---------------------------------------------------------------------------------- */

static GQueue *
skilled (const ParlorGroup *group, guint bucket, guint bit)
{
  return group->skilled ? &group->skilled[bucket * PARLOR_SKILLS + bit] : NULL;
}

/* Who has this skill stands in a queue of his own kind as well, in the same order: whoever is moved
 * is moved to the end of all of them. */
static void
push_skills (ParlorRepPlace *place)
{
  guint n = 0;
  ParlorGroup *group = place->group;
  place->skills = place->rep->skills;
  if (!place->skills)
    return;
  if (!group->skilled)
    group->skilled = g_new0 (GQueue, PARLOR_READY_BUCKETS * PARLOR_SKILLS);
  place->skilled = g_new0 (GList, (gsize)__builtin_popcountll (place->skills));
  for (guint bit = 0; bit < PARLOR_SKILLS; bit++)
    if (place->skills >> bit & 1)
      {
        place->skilled[n].data = place;
        g_queue_push_tail_link (skilled (group, (guint)place->bucket, bit), &place->skilled[n++]);
      }
}

static void
lift_skills (ParlorRepPlace *place)
{
  guint n = 0;
  for (guint bit = 0; bit < PARLOR_SKILLS; bit++)
    if (place->skills >> bit & 1)
      g_queue_unlink (skilled (place->group, (guint)place->bucket, bit), &place->skilled[n++]);
  g_clear_pointer (&place->skilled, g_free);
  place->skills = 0;
}

static void
push (ParlorRepPlace *place, int bucket)
{
  place->bucket = bucket;
  g_queue_push_tail_link (&place->group->ready[bucket], &place->link);
  push_skills (place);
}

void
route_lift (ParlorRepPlace *place)
{
  if (place->bucket < 0)
    return;
  g_queue_unlink (&place->group->ready[place->bucket], &place->link);
  lift_skills (place);
  place->bucket = -1;
}

void
route_place_free (gpointer data)
{
  ParlorRepPlace *place = data;
  g_free (place->skilled);
  g_free (place);
}

/* ---- who is next ----------------------------------------------------------------------------- */

/* The shortest list in which everybody stands who can be meant. */
static GList *
candidates (const RouteQuestion *question, guint bucket)
{
  const ParlorGroup *group = question->group;
  guint64 needed = question->skills | group->skills;
  const GQueue *least = &group->ready[bucket];
  for (guint bit = 0; bit < PARLOR_SKILLS; bit++)
    if (needed >> bit & 1)
      {
        const GQueue *of_skill = skilled (group, bucket, bit);
        if (!of_skill)
          return NULL;
        if (of_skill->length < least->length)
          least = of_skill;
      }
  return least->head;
}

/* Those of a bucket but the last PARLOR_READY_* two can answer; all have a face. */
ParlorRep *
route_next (const RouteQuestion *question)
{
  guint last = question->answer ? PARLOR_LOADS : PARLOR_READY_BUCKETS;
  for (guint i = 0; i < last; i++)
    for (GList *l = candidates (question, i); l; l = l->next)
      {
        ParlorRepPlace *place = l->data;
        if (!fits (question, place->rep))
          continue;
        route_lift (place);
        push (place, (int)i);
        return place->rep;
      }
  return NULL;
}

static int
bucket_of (const ParlorRepPlace *place)
{
  const ParlorRep *rep = place->rep;
  if (!rep_is_present (rep) || rep->leaving)
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
  route_lift (place);
  if (bucket >= 0)
    push (place, bucket);
}
