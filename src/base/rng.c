/* SPDX-License-Identifier: Apache-2.0 */
#include "base/rng.h"
#include <errno.h>
#include <string.h>
#include <sys/random.h>

void
parlor_rng_init_system (ParlorRng *self)
{
  memset (self, 0, sizeof *self);
}

/* SplitMix64 (Steele, Lea, Flood 2014), as the authors of xoshiro advise for filling its state from
 * one word. */
static guint64
split_mix (guint64 *state)
{
  guint64 z = (*state += G_GUINT64_CONSTANT (0x9e3779b97f4a7c15));
  z = (z ^ (z >> 30)) * G_GUINT64_CONSTANT (0xbf58476d1ce4e5b9);
  z = (z ^ (z >> 27)) * G_GUINT64_CONSTANT (0x94d049bb133111eb);
  return z ^ (z >> 31);
}

void
parlor_rng_init_seeded (ParlorRng *self, guint64 seed)
{
  for (guint i = 0; i < G_N_ELEMENTS (self->state); i++)
    self->state[i] = split_mix (&seed);
}

static guint64
rotate (guint64 x, int k)
{
  return x << k | x >> (64 - k);
}

/* xoshiro256** (Blackman, Vigna 2018). */
static guint64
seeded_next (guint64 *s)
{
  guint64 result = rotate (s[1] * 5, 7) * 9;
  guint64 t = s[1] << 17;
  s[2] ^= s[0];
  s[3] ^= s[1];
  s[1] ^= s[2];
  s[0] ^= s[3];
  s[2] ^= t;
  s[3] = rotate (s[3], 45);
  return result;
}

static void
fill_from_system (guint8 *out, gsize size)
{
  while (size > 0)
    {
      gssize got = getrandom (out, size, 0);
      if (got < 0 && errno != EINTR)
        g_error ("getrandom: %s", g_strerror (errno));
      if (got > 0)
        {
          out += got;
          size -= (gsize)got;
        }
    }
}

static gboolean
is_system (const ParlorRng *self)
{
  return (self->state[0] | self->state[1] | self->state[2] | self->state[3]) == 0;
}

void
parlor_rng_fill (ParlorRng *self, gpointer out, gsize size)
{
  guint8 *to = out;
  if (is_system (self))
    {
      fill_from_system (to, size);
      return;
    }
  while (size > 0)
    {
      guint64 word = GUINT64_TO_LE (seeded_next (self->state));
      gsize n = MIN (size, sizeof word);
      memcpy (to, &word, n);
      to += n;
      size -= n;
    }
}

guint64
parlor_rng_u64 (ParlorRng *self)
{
  guint64 value;
  if (!is_system (self))
    return seeded_next (self->state);
  fill_from_system ((guint8 *)&value, sizeof value);
  return value;
}

guint32
parlor_rng_u32 (ParlorRng *self)
{
  return (guint32)(parlor_rng_u64 (self) >> 32);
}

/* Lemire 2019: multiply, and throw away the few values that would make some answers likelier. */
guint32
parlor_rng_below (ParlorRng *self, guint32 limit)
{
  if (limit == 0)
    return 0;
  guint32 unfair = (0u - limit) % limit;
  guint64 product;
  do
    product = (guint64)parlor_rng_u32 (self) * limit;
  while ((guint32)product < unfair);
  return (guint32)(product >> 32);
}
