/* SPDX-License-Identifier: Apache-2.0 */
#include "router/lane.h"

#define FIRST_SIZE 16

static gboolean
grow (ParlorSendLane *self)
{
  guint size = self->size > 0 ? self->size * 2 : FIRST_SIZE;
  ParlorSendItem *items;

  if (size > PARLOR_LANE_MAX)
    return FALSE;
  items = g_new (ParlorSendItem, size);
  for (guint i = self->head; i != self->tail; i++)
    items[i & (size - 1)] = *parlor_send_lane_at (self, i);
  g_free (self->items);
  self->items = items;
  self->size = size;
  return TRUE;
}

gboolean
parlor_send_lane_push (ParlorSendLane *self, const ParlorSendItem *item)
{
  if (parlor_send_lane_length (self) == self->size && !grow (self))
    return FALSE;
  *parlor_send_lane_at (self, self->tail++) = *item;
  self->bytes += item->bytes;
  return TRUE;
}

ParlorSendItem *
parlor_send_lane_pop (ParlorSendLane *self)
{
  ParlorSendItem *item = parlor_send_lane_at (self, self->head++);

  self->bytes -= item->bytes;
  /* An empty ring begins anew: the same few cache lines again and again, of each of many receivers.
   */
  if (self->head == self->tail)
    self->head = self->tail = 0;
  return item;
}

void
parlor_send_lane_filter (ParlorSendLane *self,
                         gboolean (*goes) (ParlorSendItem *item, gpointer user_data),
                         gpointer user_data)
{
  guint kept = self->head;

  for (guint i = self->head; i != self->tail; i++)
    {
      ParlorSendItem item = *parlor_send_lane_at (self, i);

      if (goes (&item, user_data))
        self->bytes -= item.bytes;
      else
        *parlor_send_lane_at (self, kept++) = item;
    }
  self->tail = kept;
}

void
parlor_send_lane_clear (ParlorSendLane *self)
{
  g_free (self->items);
  *self = (ParlorSendLane){0};
}
