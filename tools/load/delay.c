/* SPDX-License-Identifier: Apache-2.0 */
#include "load/delay.h"

#include <string.h>

typedef struct
{
  gint64 due_us;
  gsize length;
  guint8 bytes[];
} Datagram;

struct _LoadDelay
{
  gint64 delay_us;
  LoadDelayed out;
  gpointer user_data;
  GQueue under_way; /* owned Datagram, the oldest at the head */
};

LoadDelay *
load_delay_new (gint64 delay_us, LoadDelayed out, gpointer user_data)
{
  LoadDelay *self = g_new0 (LoadDelay, 1);

  self->delay_us = delay_us;
  self->out = out;
  self->user_data = user_data;
  g_queue_init (&self->under_way);
  return self;
}

void
load_delay_free (LoadDelay *self)
{
  if (self == NULL)
    return;
  g_queue_clear_full (&self->under_way, g_free);
  g_free (self);
}

void
load_delay_push (LoadDelay *self, const guint8 *bytes, gsize length, gint64 now_us)
{
  Datagram *datagram = g_malloc (sizeof *datagram + length);

  datagram->due_us = now_us + self->delay_us;
  datagram->length = length;
  memcpy (datagram->bytes, bytes, length);
  g_queue_push_tail (&self->under_way, datagram);
}

void
load_delay_poll (LoadDelay *self, gint64 now_us)
{
  Datagram *datagram;

  while ((datagram = g_queue_peek_head (&self->under_way)) != NULL && datagram->due_us <= now_us)
    {
      g_queue_pop_head (&self->under_way);
      self->out (self->user_data, datagram->bytes, datagram->length, now_us);
      g_free (datagram);
    }
}
