/* SPDX-License-Identifier: Apache-2.0 */
/* How many things of each client address there are now, with a cap: sockets, rooms that nobody
 * opened. Bounded by the things themselves: an address of which nothing is left is forgotten. An
 * IPv6 address stands for its /64, which is what one subscriber has (RFC 6177). Pure; one thread at
 * a time. */
#pragma once
#include <glib.h>

typedef struct _ParlorTally ParlorTally;

/* cap: how many of one address, at least 1. */
ParlorTally *parlor_tally_new (guint cap);
void parlor_tally_free (ParlorTally *tally);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (ParlorTally, parlor_tally_free)

/* One more of this address (any text; copied). FALSE: it has its fill, nothing is counted. */
gboolean parlor_tally_take (ParlorTally *tally, const char *address);
/* Is there room for one more? */
gboolean parlor_tally_has_room (const ParlorTally *tally, const char *address);
/* One less; once for each take that was TRUE. */
void parlor_tally_give (ParlorTally *tally, const char *address);

/* Addresses of which there is something. */
guint parlor_tally_addresses (const ParlorTally *tally);
