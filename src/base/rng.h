/* SPDX-License-Identifier: Apache-2.0 */
/* Random bytes as a value that is passed in, so that tests repeat themselves. Pure but for the
 * system source, which asks the kernel (getrandom) each time. One thread per generator. A seeded
 * generator is for tests and simulations only: what it makes can be foreseen. */
#pragma once
#include <glib.h>

typedef struct
{
  guint64 state[4]; /* private; all zero = the system source */
} ParlorRng;

/* The kernel's source. (A zeroed struct is the same.) */
void parlor_rng_init_system (ParlorRng *self);
/* The same seed gives the same bytes on every machine and in every version. */
void parlor_rng_init_seeded (ParlorRng *self, guint64 seed);

/* The system source cannot fail but by a broken kernel; then the program ends, since nothing is
 * safe without it. */
void parlor_rng_fill (ParlorRng *self, gpointer out, gsize size);
guint32 parlor_rng_u32 (ParlorRng *self);
guint64 parlor_rng_u64 (ParlorRng *self);
/* 0 to limit - 1, each as likely as the other. limit 0 gives 0. */
guint32 parlor_rng_below (ParlorRng *self, guint32 limit);
