/* SPDX-License-Identifier: Apache-2.0 */
#include "record/reorder.h"

struct _ParlorReorder
{
  GBytes *packets[PARLOR_REORDER_SLOTS]; /* by seq % SLOTS */
  gint64 arrivals_us[PARLOR_REORDER_SLOTS];
  guint16 next; /* number that comes out next */
  gboolean is_begun;
  guint n;           /* that wait */
  gint64 waiting_us; /* since when the first place is empty */
  gboolean is_flushing;
};

ParlorReorder *
parlor_reorder_new (void)
{
  return g_new0 (ParlorReorder, 1);
}

void
parlor_reorder_free (ParlorReorder *self)
{
  if (self == NULL)
    return;
  for (guint i = 0; i < PARLOR_REORDER_SLOTS; i++)
    g_bytes_unref (self->packets[i]);
  g_free (self);
}

static GBytes **
place (ParlorReorder *self, guint16 seq)
{
  return &self->packets[seq % PARLOR_REORDER_SLOTS];
}

/* A jump: what waited belongs to another numbering. */
static void
begin_anew (ParlorReorder *self, guint16 seq)
{
  for (guint i = 0; i < PARLOR_REORDER_SLOTS; i++)
    g_clear_pointer (&self->packets[i], g_bytes_unref);
  self->n = 0;
  self->next = seq;
  self->is_begun = TRUE;
}

void
parlor_reorder_push (ParlorReorder *self, guint16 seq, const guint8 *packet, gsize length,
                     gint64 arrival_us, gint64 now_us)
{
  gint ahead = (gint16)(seq - self->next);
  if (!self->is_begun || ahead >= PARLOR_REORDER_SLOTS || ahead < -PARLOR_REORDER_SLOTS)
    begin_anew (self, seq);
  else if (ahead < 0 || *place (self, seq) != NULL)
    return;
  if (self->n++ == 0)
    self->waiting_us = now_us;
  *place (self, seq) = g_bytes_new (packet, length);
  self->arrivals_us[seq % PARLOR_REORDER_SLOTS] = arrival_us;
}

GBytes *
parlor_reorder_pop (ParlorReorder *self, gint64 now_us, guint *lost, gint64 *arrival_us)
{
  *lost = 0;
  if (self->n == 0 || (*place (self, self->next) == NULL && now_us < parlor_reorder_next_us (self)))
    return NULL;
  for (; *place (self, self->next) == NULL; self->next++)
    (*lost)++;
  self->n--;
  self->waiting_us = now_us;
  if (arrival_us != NULL)
    *arrival_us = self->arrivals_us[self->next % PARLOR_REORDER_SLOTS];
  return g_steal_pointer (place (self, self->next++));
}

gint64
parlor_reorder_next_us (const ParlorReorder *self)
{
  if (self->n == 0)
    return G_MAXINT64;
  return self->is_flushing ? G_MININT64 : self->waiting_us + PARLOR_REORDER_WAIT_US;
}

void
parlor_reorder_flush (ParlorReorder *self)
{
  self->is_flushing = TRUE;
}
