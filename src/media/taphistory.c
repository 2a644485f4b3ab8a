/* SPDX-License-Identifier: Apache-2.0 */
#include "media/taphistory.h"

#include <string.h>

#define REPORT_MAX 64

typedef struct
{
  gint64 arrival_us;
  gsize length;
  gboolean begins;
  guint8 bytes[];
} Packet;

struct _ParlorTapHistory
{
  GPtrArray *packets; /* a ring would save the move of pointers, which a second of packets is not */
  guint first;        /* before it: given free */
  gsize bytes;
  gboolean is_held;
  guint8 report[REPORT_MAX];
  gsize report_length;
  gint64 report_us;
};

ParlorTapHistory *
parlor_tap_history_new (void)
{
  ParlorTapHistory *self = g_new0 (ParlorTapHistory, 1);
  self->packets = g_ptr_array_new ();
  return self;
}

void
parlor_tap_history_clear (ParlorTapHistory *self)
{
  for (guint i = self->first; i < self->packets->len; i++)
    g_free (self->packets->pdata[i]);
  g_ptr_array_set_size (self->packets, 0);
  self->first = 0;
  self->bytes = self->report_length = 0;
}

void
parlor_tap_history_free (ParlorTapHistory *self)
{
  if (self == NULL)
    return;
  parlor_tap_history_clear (self);
  g_ptr_array_unref (self->packets);
  g_free (self);
}

guint
parlor_tap_history_length (const ParlorTapHistory *self)
{
  return self->packets->len - self->first;
}

static Packet *
packet_at (const ParlorTapHistory *self, guint i)
{
  return self->packets->pdata[self->first + i];
}

static void
drop_oldest (ParlorTapHistory *self, guint n)
{
  for (guint i = 0; i < n; i++)
    {
      Packet *packet = packet_at (self, i);
      self->bytes -= packet->length;
      g_free (packet);
    }
  self->first += n;
  if (self->first * 2 > self->packets->len)
    {
      g_ptr_array_remove_range (self->packets, 0, self->first);
      self->first = 0;
    }
}

/* The next packet after the oldest with which a decoder can begin; 0 = none. */
static guint
next_beginning (const ParlorTapHistory *self)
{
  for (guint i = 1; i < parlor_tap_history_length (self); i++)
    if (packet_at (self, i)->begins)
      return i;
  return 0;
}

static gboolean
is_too_much (const ParlorTapHistory *self, gint64 now_us)
{
  return self->bytes > PARLOR_TAP_HISTORY_BYTES
         || now_us - packet_at (self, 0)->arrival_us > PARLOR_TAP_HELD_US;
}

static void
trim (ParlorTapHistory *self, gint64 now_us)
{
  while (parlor_tap_history_length (self) > 0)
    {
      guint next = next_beginning (self);
      gboolean old = next > 0 && !self->is_held
                     && now_us - packet_at (self, next)->arrival_us >= PARLOR_TAP_HISTORY_US;
      if (!old && !is_too_much (self, now_us))
        return;
      /* A picture without a key frame for so long: nothing to begin with is left. */
      drop_oldest (self, next > 0 ? next : parlor_tap_history_length (self));
    }
}

void
parlor_tap_history_push (ParlorTapHistory *self, const guint8 *packet, gsize length,
                         gint64 arrival_us, gboolean begins)
{
  if (!begins && parlor_tap_history_length (self) == 0)
    return;
  Packet *copy = g_malloc (sizeof *copy + length);
  copy->arrival_us = arrival_us;
  copy->length = length;
  copy->begins = begins;
  memcpy (copy->bytes, packet, length);
  g_ptr_array_add (self->packets, copy);
  self->bytes += length;
  if (begins || is_too_much (self, arrival_us))
    trim (self, arrival_us);
}

void
parlor_tap_history_push_report (ParlorTapHistory *self, const guint8 *report, gsize length,
                                gint64 arrival_us)
{
  if (length > REPORT_MAX)
    return;
  memcpy (self->report, report, length);
  self->report_length = length;
  self->report_us = arrival_us;
}

void
parlor_tap_history_set_held (ParlorTapHistory *self, gboolean held)
{
  self->is_held = held;
}

ParlorTapPacket
parlor_tap_history_get (ParlorTapHistory *self, guint i)
{
  g_return_val_if_fail (i < parlor_tap_history_length (self), (ParlorTapPacket){0});
  const Packet *packet = packet_at (self, i);
  return (ParlorTapPacket){packet->arrival_us, packet->length, packet->bytes};
}

ParlorTapPacket
parlor_tap_history_report (const ParlorTapHistory *self)
{
  return (ParlorTapPacket){self->report_us, self->report_length, self->report};
}
