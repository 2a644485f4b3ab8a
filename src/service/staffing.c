/* SPDX-License-Identifier: Apache-2.0 */
/* How many reps are there and how many customers wait, for the host of a stream: kept up with every
 * change of a rep, so that looking costs as much as the brand has groups. */
#include "service/private.h"

#include <string.h>

static void
count_as (guint *n, gboolean *was, gboolean is)
{
  *n = *n + (is != FALSE) - (*was != FALSE);
  *was = is;
}

void
staffing_note (ParlorRep *rep)
{
  count_as (&rep->brand->n_here, &rep->counted_here, rep_is_present (rep));
  count_as (&rep->brand->n_free, &rep->counted_free, rep_has_room (rep) && !rep->leaving);
}

/* The longest waiting stands first, but who was put back may stand behind somebody younger. */
static void
look_through (const ParlorGroup *group, const char *room, ParlorStaffing *out)
{
  guint n = 0;
  for (const GList *l = group->queue.head; l && n < PARLOR_STAFFING_LOOKS; l = l->next, n++)
    {
      const ParlorConversation *conversation = l->data;
      gint64 since_ms = conversation->waiting_since_ms;
      out->from_room += !g_strcmp0 (conversation->room, room);
      if (since_ms && (!out->since_ms || since_ms < out->since_ms))
        out->since_ms = since_ms;
    }
  out->waiting += group->queue.length;
}

gboolean
parlor_service_staffing (const ParlorServiceBrand *brand, const char *room, gint64 wall_ms,
                         ParlorStaffing *out)
{
  gint64 first_ms = G_MAXINT64;
  *out = (ParlorStaffing){.present = brand->n_here, .free = brand->n_free};
  for (guint i = 0; i < brand->groups->len; i++)
    {
      const ParlorGroup *group = brand->groups->pdata[i];
      look_through (group, room, out);
      first_ms = MIN (first_ms,
                      parlor_hours_next_open_ms (&group->hours, wall_ms, group->utc_offset_min));
    }
  out->open_ms = brand->groups->len && first_ms > wall_ms ? first_ms : 0;
  return brand->groups->len > 0;
}
