/* SPDX-License-Identifier: Apache-2.0 */
/* How many reps are there and how many customers wait, for the host of a stream: kept up with every
 * change of a rep, so that looking costs as much as the brand's groups and their queues, once a
 * brand and not once a room. */
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

struct _ParlorStaffingLook
{
  ParlorStaffing brand;   /* from_room stays 0 */
  GHashTable *from_rooms; /* owned room → how many, as a pointer */
};

/* The longest waiting stands first, but who was put back may stand behind somebody younger. */
static void
look_through (ParlorStaffingLook *look, const ParlorGroup *group)
{
  ParlorStaffing *brand = &look->brand;
  guint n = 0;
  for (const GList *l = group->queue.head; l && n < PARLOR_STAFFING_LOOKS; l = l->next, n++)
    {
      const ParlorConversation *conversation = l->data;
      gint64 since_ms = conversation->waiting_since_ms;
      const char *room = conversation->room;
      if (room)
        g_hash_table_insert (
            look->from_rooms, g_strdup (room),
            GUINT_TO_POINTER (GPOINTER_TO_UINT (g_hash_table_lookup (look->from_rooms, room)) + 1));
      if (since_ms && (!brand->since_ms || since_ms < brand->since_ms))
        brand->since_ms = since_ms;
    }
  brand->waiting += group->queue.length;
}

ParlorStaffingLook *
parlor_service_look (const ParlorServiceBrand *brand, gint64 wall_ms)
{
  gint64 first_ms = G_MAXINT64;
  if (!brand->groups->len)
    return NULL;
  ParlorStaffingLook *look = g_new0 (ParlorStaffingLook, 1);
  look->brand = (ParlorStaffing){.present = brand->n_here, .free = brand->n_free};
  look->from_rooms = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  for (guint i = 0; i < brand->groups->len; i++)
    {
      const ParlorGroup *group = brand->groups->pdata[i];
      look_through (look, group);
      first_ms = MIN (first_ms,
                      parlor_hours_next_open_ms (&group->hours, wall_ms, group->utc_offset_min));
    }
  look->brand.open_ms = first_ms > wall_ms ? first_ms : 0;
  return look;
}

void
parlor_staffing_look_free (ParlorStaffingLook *look)
{
  if (!look)
    return;
  g_hash_table_unref (look->from_rooms);
  g_free (look);
}

ParlorStaffing
parlor_staffing_of (const ParlorStaffingLook *look, const char *room)
{
  ParlorStaffing now = look->brand;
  now.from_room = GPOINTER_TO_UINT (g_hash_table_lookup (look->from_rooms, room));
  return now;
}
