/* SPDX-License-Identifier: Apache-2.0 */
#include "load/repeats.h"

#include <string.h>

typedef struct
{
  guint16 seq;
  guint16 length; /* 0 = nothing is kept here */
  guint8 bytes[LOAD_PACKET_MAX];
} Kept;

struct _LoadRepeats
{
  Kept *kept[LOAD_REPEATS_PKTS]; /* owned; NULL = never used */
};

LoadRepeats *
load_repeats_new (void)
{
  return g_new0 (LoadRepeats, 1);
}

void
load_repeats_free (LoadRepeats *self)
{
  for (guint i = 0; self != NULL && i < LOAD_REPEATS_PKTS; i++)
    g_free (self->kept[i]);
  g_free (self);
}

void
load_repeats_keep (LoadRepeats *self, guint16 seq, const guint8 *packet, gsize length)
{
  Kept **kept = &self->kept[seq % LOAD_REPEATS_PKTS];

  if (length > sizeof (*kept)->bytes)
    return;
  if (*kept == NULL)
    *kept = g_new (Kept, 1);
  (*kept)->seq = seq;
  (*kept)->length = (guint16)length;
  memcpy ((*kept)->bytes, packet, length);
}

const guint8 *
load_repeats_find (const LoadRepeats *self, guint16 seq, gsize *length)
{
  const Kept *kept = self->kept[seq % LOAD_REPEATS_PKTS];

  if (kept == NULL || kept->seq != seq || kept->length == 0)
    return NULL;
  *length = kept->length;
  return kept->bytes;
}
