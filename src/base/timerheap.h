/* SPDX-License-Identifier: Apache-2.0 */
/* Many deadlines, the nearest one always at hand: a 4-ary heap of timers that live inside their
 * owners. Pure; one thread. Setting, moving, cancelling and popping cost O(log n); nothing is
 * allocated but the heap's own array, which grows by doubling and never shrinks. Timers with the
 * same deadline come in no particular order. */
#pragma once
#include <glib.h>

/* Part of an owner's struct; all zero = idle. Owned by the owner, who cancels it before it goes
 * away. */
typedef struct
{
  gint64 deadline_us; /* valid while armed; read only */
  guint place;        /* private: index in the heap + 1; 0 = idle */
} ParlorTimer;

/* From a timer to the struct of Type that has it as its member. */
#define PARLOR_TIMER_OWNER(timer, Type, member)                                                    \
  ((Type *)((guint8 *)(timer)-G_STRUCT_OFFSET (Type, member)))

typedef struct _ParlorTimerHeap ParlorTimerHeap;

ParlorTimerHeap *parlor_timer_heap_new (void);
/* Armed timers are only forgotten: their owners must not use them with a heap again before zeroing
 * them. NULL is fine. */
void parlor_timer_heap_free (ParlorTimerHeap *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (ParlorTimerHeap, parlor_timer_heap_free)

/* Arms the timer, or moves it if it was armed in this heap. G_MAXINT64 = cancel. */
void parlor_timer_heap_set (ParlorTimerHeap *self, ParlorTimer *timer, gint64 deadline_us);
/* An idle timer is fine. */
void parlor_timer_heap_cancel (ParlorTimerHeap *self, ParlorTimer *timer);
/* (nullable) (transfer none): one timer with deadline <= now_us, idle from now on; NULL = none is
 * due. A caller's loop that sets timers to now_us or earlier again would not end: set them later
 * than now_us. */
ParlorTimer *parlor_timer_heap_pop_due (ParlorTimerHeap *self, gint64 now_us);
/* The nearest deadline, G_MAXINT64 = none. */
gint64 parlor_timer_heap_next_us (const ParlorTimerHeap *self);
guint parlor_timer_heap_size (const ParlorTimerHeap *self);

static inline gboolean
parlor_timer_is_armed (const ParlorTimer *timer)
{
  return timer->place != 0;
}
