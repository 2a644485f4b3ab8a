/* SPDX-License-Identifier: Apache-2.0 */
#include "media/steer.h"

#include <string.h>

#include "base/time.h"

#define TOGETHER_US (300 * G_GINT64_CONSTANT (1000))
#define BETWEEN_US (2 * PARLOR_US_PER_SEC)
#define STANDS_US (30 * PARLOR_US_PER_SEC)
#define OLD_US (600 * PARLOR_US_PER_SEC)

struct _ParlorSteer
{
  guint n_workers, max, n;
  ParlorUdpSteer steers[PARLOR_UDP_SORT_MAX]; /* by rising key */
  gint64 learnt_us[PARLOR_UDP_SORT_MAX];
  gint64 since_us; /* of the first change that was not told; -1 = none */
  gint64 told_us;  /* -1 = never */
};

ParlorSteer *
parlor_steer_new (guint n_workers)
{
  ParlorSteer *self = g_new0 (ParlorSteer, 1);
  self->n_workers = n_workers;
  self->max = PARLOR_UDP_SORT_MAX;
  self->since_us = self->told_us = -1;
  return self;
}

void
parlor_steer_free (ParlorSteer *self)
{
  g_free (self);
}

/* Where it is, or belongs. */
static guint
place_of (const ParlorSteer *self, guint32 key)
{
  guint low = 0, high = self->n;
  while (low < high)
    {
      guint middle = (low + high) / 2;
      if (self->steers[middle].key < key)
        low = middle + 1;
      else
        high = middle;
    }
  return low;
}

static void
remove_at (ParlorSteer *self, guint at)
{
  self->n--;
  memmove (&self->steers[at], &self->steers[at + 1], (self->n - at) * sizeof self->steers[0]);
  memmove (&self->learnt_us[at], &self->learnt_us[at + 1],
           (self->n - at) * sizeof self->learnt_us[0]);
}

static void
insert (ParlorSteer *self, guint32 key, guint worker, gint64 now_us)
{
  guint at = place_of (self, key);
  memmove (&self->steers[at + 1], &self->steers[at], (self->n - at) * sizeof self->steers[0]);
  memmove (&self->learnt_us[at + 1], &self->learnt_us[at],
           (self->n - at) * sizeof self->learnt_us[0]);
  self->steers[at] = (ParlorUdpSteer){key, worker};
  self->learnt_us[at] = now_us;
  self->n++;
}

static gboolean
make_room (ParlorSteer *self, gint64 now_us)
{
  guint oldest = 0;
  if (self->n < self->max)
    return TRUE;
  for (guint i = 1; i < self->n; i++)
    if (self->learnt_us[i] < self->learnt_us[oldest])
      oldest = i;
  if (self->max == 0 || now_us - self->learnt_us[oldest] < OLD_US)
    return FALSE;
  remove_at (self, oldest);
  return TRUE;
}

static void
note_change (ParlorSteer *self, gint64 now_us)
{
  if (self->since_us < 0)
    self->since_us = now_us;
}

void
parlor_steer_learn (ParlorSteer *self, guint32 key, guint worker, gint64 now_us)
{
  guint at = place_of (self, key);
  gboolean is_known = at < self->n && self->steers[at].key == key;
  if (is_known && (self->steers[at].worker == worker || now_us - self->learnt_us[at] < STANDS_US))
    return;
  if (is_known)
    remove_at (self, at);
  else if (parlor_udp_sort_hash (key, self->n_workers) == worker || !make_room (self, now_us))
    return;
  /* Who comes back to where the hash leads keeps a place, so that two with one key cannot take
     turns at making the kernel learn. */
  insert (self, key, worker, now_us);
  note_change (self, now_us);
}

gboolean
parlor_steer_is_due (const ParlorSteer *self, gint64 now_us)
{
  return self->since_us >= 0 && now_us - self->since_us >= TOGETHER_US
         && (self->told_us < 0 || now_us - self->told_us >= BETWEEN_US);
}

const ParlorUdpSteer *
parlor_steer_tell (ParlorSteer *self, guint *n, gint64 now_us)
{
  self->since_us = -1;
  self->told_us = now_us;
  *n = self->n;
  return self->steers;
}

/* Every other one, whoever it is. */
void
parlor_steer_refused (ParlorSteer *self)
{
  guint n = 0;
  for (guint i = 0; i < self->n; i += 2)
    {
      self->steers[n] = self->steers[i];
      self->learnt_us[n++] = self->learnt_us[i];
    }
  self->max = self->n = self->n / 2;
  note_change (self, self->told_us);
}
