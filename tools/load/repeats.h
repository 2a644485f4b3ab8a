/* SPDX-License-Identifier: Apache-2.0 */
/** The last packets of a stream that is sent, for whoever asks for one again. One thread. */
#pragma once

#include <glib.h>

/** No packet of the load is larger. */
#define LOAD_PACKET_MAX 1400
/** Half a second of 2.5 Mbit/s. */
#define LOAD_REPEATS_PKTS 128

typedef struct _LoadRepeats LoadRepeats;

LoadRepeats *load_repeats_new (void);
/** NULL is ignored. */
void load_repeats_free (LoadRepeats *self);
/** Copies a clear packet; the oldest goes. */
void load_repeats_keep (LoadRepeats *self, guint16 seq, const guint8 *packet, gsize length);
/** (nullable) (transfer none) The packet of that number, until the next keep (). */
const guint8 *load_repeats_find (const LoadRepeats *self, guint16 seq, gsize *length);
