/* SPDX-License-Identifier: Apache-2.0 */
#include "router/foreign.h"

/* Direct-mapped: 8,192 places of 40 bytes, one compare a look. */
#define N_PLACES 8192

struct _ParlorForeign
{
  struct
  {
    ParlorTuple tuple;
    guint16 worker; /* + 1; 0 = empty */
  } places[N_PLACES];
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
parlor_foreign_new (void)
{
  G_STATIC_ASSERT (sizeof (ParlorTuple) % 4 == 0);
  return g_new0 (ParlorForeign, 1);
}

void
parlor_foreign_free (ParlorForeign *self)
{
  g_free (self);
}

void
parlor_foreign_put (ParlorForeign *self, const ParlorTuple *tuple, guint worker)
{
  guint i = parlor_tuple_hash (tuple) % N_PLACES;

  self->places[i].tuple = *tuple;
  self->places[i].worker = (guint16)(worker + 1);
}

gint
parlor_foreign_find (const ParlorForeign *self, const ParlorTuple *tuple)
{
  guint i = parlor_tuple_hash (tuple) % N_PLACES;

  if (self->places[i].worker == 0 || !parlor_tuple_equal (&self->places[i].tuple, tuple))
    return -1;
  return self->places[i].worker - 1;
}
