/* SPDX-License-Identifier: Apache-2.0 */
#include "router/foreign.h"

#include "base/time.h"

/* 4,096 sets of 8 places of 56 bytes: with 8,000 tuples one in 3,000 finds its set full. */
#define N_SETS 4096
#define N_WAYS 8
/* A talk says something every 20 ms. */
#define IN_USE_US PARLOR_US_PER_SEC

typedef struct
{
  ParlorTuple tuple;
  guint16 worker; /* + 1; 0 = empty */
  gint64 used_us; /* when it was looked for */
} Place;

struct _ParlorForeign
{
  Place sets[N_SETS][N_WAYS];
  guint64 key; /* so that nobody can say whose tuples share a set */
};

guint
parlor_tuple_hash (gconstpointer tuple)
{
  const guint8 *bytes = tuple;
  guint64 hash = 0x9e3779b97f4a7c15u;

  for (guint i = 0; i < sizeof (ParlorTuple); i += 4)
    {
      guint32 word;

      memcpy (&word, bytes + i, 4);
      hash = (hash ^ word) * 0xff51afd7ed558ccdu;
      hash ^= hash >> 32;
    }
  return (guint)hash;
}

gboolean
parlor_tuple_equal_func (gconstpointer a, gconstpointer b)
{
  return parlor_tuple_equal (a, b);
}

ParlorForeign *
parlor_foreign_new (guint64 key)
{
  ParlorForeign *self = g_new0 (ParlorForeign, 1);

  G_STATIC_ASSERT (sizeof (ParlorTuple) % 4 == 0);
  self->key = key | 1;
  return self;
}

void
parlor_foreign_free (ParlorForeign *self)
{
  g_free (self);
}

static Place *
set_of (ParlorForeign *self, const ParlorTuple *tuple)
{
  return self->sets[((parlor_tuple_hash (tuple) * self->key) >> 32) % N_SETS];
}

/* Its own place, else the one that was idle longest. */
static Place *
place_for (ParlorForeign *self, const ParlorTuple *tuple)
{
  Place *set = set_of (self, tuple), *best = &set[0];

  for (guint i = 0; i < N_WAYS; i++)
    {
      if (set[i].worker != 0 && parlor_tuple_equal (&set[i].tuple, tuple))
        return &set[i];
      if (best->worker != 0 && (set[i].worker == 0 || set[i].used_us < best->used_us))
        best = &set[i];
    }
  return best;
}

void
parlor_foreign_put (ParlorForeign *self, const ParlorTuple *tuple, guint worker, gint64 now_us)
{
  Place *place = place_for (self, tuple);

  if (place->worker != 0 && now_us - place->used_us < IN_USE_US)
    return;
  *place = (Place){*tuple, (guint16)(worker + 1), now_us - IN_USE_US};
}

static Place *
find_place (ParlorForeign *self, const ParlorTuple *tuple)
{
  Place *set = set_of (self, tuple);

  for (guint i = 0; i < N_WAYS; i++)
    if (set[i].worker != 0 && parlor_tuple_equal (&set[i].tuple, tuple))
      return &set[i];
  return NULL;
}

gint
parlor_foreign_find (ParlorForeign *self, const ParlorTuple *tuple, gint64 now_us)
{
  Place *place = find_place (self, tuple);

  if (place == NULL)
    return -1;
  place->used_us = now_us;
  return place->worker - 1;
}

gboolean
parlor_foreign_holds (ParlorForeign *self, const ParlorTuple *tuple, gint64 now_us)
{
  const Place *place = find_place (self, tuple);

  return place != NULL && now_us - place->used_us < IN_USE_US;
}
