/* SPDX-License-Identifier: Apache-2.0 */
#include "base/timerheap.h"

/* Four children a node: half the levels of a binary heap, and the four deadlines stand in one cache
 * line. */
#define FANOUT 4
#define FIRST_ROOM 16

/* The deadline stands here too, so that comparing does not touch the owners. */
typedef struct
{
  gint64 deadline_us;
  ParlorTimer *timer;
} Entry;

struct _ParlorTimerHeap
{
  Entry *entries;
  guint n, room;
};

ParlorTimerHeap *
parlor_timer_heap_new (void)
{
  ParlorTimerHeap *self = g_new0 (ParlorTimerHeap, 1);
  self->room = FIRST_ROOM;
  self->entries = g_new (Entry, self->room);
  return self;
}

void
parlor_timer_heap_free (ParlorTimerHeap *self)
{
  if (!self)
    return;
  g_free (self->entries);
  g_free (self);
}

static void
put (ParlorTimerHeap *self, guint at, Entry entry)
{
  self->entries[at] = entry;
  entry.timer->place = at + 1;
}

static void
sift_up (ParlorTimerHeap *self, guint at, Entry entry)
{
  while (at > 0)
    {
      guint parent = (at - 1) / FANOUT;
      if (self->entries[parent].deadline_us <= entry.deadline_us)
        break;
      put (self, at, self->entries[parent]);
      at = parent;
    }
  put (self, at, entry);
}

static guint
nearest_child (const ParlorTimerHeap *self, guint at)
{
  guint first = at * FANOUT + 1;
  guint best = first;
  for (guint child = first + 1; child < MIN (first + FANOUT, self->n); child++)
    if (self->entries[child].deadline_us < self->entries[best].deadline_us)
      best = child;
  return best;
}

static void
sift_down (ParlorTimerHeap *self, guint at, Entry entry)
{
  while (at * FANOUT + 1 < self->n)
    {
      guint child = nearest_child (self, at);
      if (self->entries[child].deadline_us >= entry.deadline_us)
        break;
      put (self, at, self->entries[child]);
      at = child;
    }
  put (self, at, entry);
}

static void
place (ParlorTimerHeap *self, guint at, Entry entry)
{
  if (at > 0 && self->entries[(at - 1) / FANOUT].deadline_us > entry.deadline_us)
    sift_up (self, at, entry);
  else
    sift_down (self, at, entry);
}

static void
append (ParlorTimerHeap *self, Entry entry)
{
  if (self->n == self->room)
    {
      self->room *= 2;
      self->entries = g_renew (Entry, self->entries, self->room);
    }
  self->n++;
  sift_up (self, self->n - 1, entry);
}

void
parlor_timer_heap_set (ParlorTimerHeap *self, ParlorTimer *timer, gint64 deadline_us)
{
  if (deadline_us == G_MAXINT64)
    {
      parlor_timer_heap_cancel (self, timer);
      return;
    }
  Entry entry = {deadline_us, timer};
  timer->deadline_us = deadline_us;
  if (timer->place == 0)
    {
      append (self, entry);
      return;
    }
  g_return_if_fail (timer->place <= self->n && self->entries[timer->place - 1].timer == timer);
  place (self, timer->place - 1, entry);
}

void
parlor_timer_heap_cancel (ParlorTimerHeap *self, ParlorTimer *timer)
{
  if (timer->place == 0)
    return;
  guint at = timer->place - 1;
  g_return_if_fail (at < self->n && self->entries[at].timer == timer);
  timer->place = 0;
  self->n--;
  if (at < self->n)
    place (self, at, self->entries[self->n]);
}

ParlorTimer *
parlor_timer_heap_pop_due (ParlorTimerHeap *self, gint64 now_us)
{
  if (self->n == 0 || self->entries[0].deadline_us > now_us)
    return NULL;
  ParlorTimer *timer = self->entries[0].timer;
  parlor_timer_heap_cancel (self, timer);
  return timer;
}

gint64
parlor_timer_heap_next_us (const ParlorTimerHeap *self)
{
  return self->n ? self->entries[0].deadline_us : G_MAXINT64;
}

guint
parlor_timer_heap_size (const ParlorTimerHeap *self)
{
  return self->n;
}
