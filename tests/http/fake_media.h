/* SPDX-License-Identifier: Apache-2.0 */
/* A ParlorMedia in memory: answers every offer that begins with "v=0", refuses one that holds
 * "impossible" as such, accepts nothing of WHIP's that holds "recvonly" or of WHEP's that holds
 * "sendonly", restarts ICE on a fragment that holds "restart". */
#pragma once

#include "room/media.h"

typedef struct
{
  ParlorMedia media; /* first */
  ParlorMediaEventFunc event;
  gpointer event_data;
  guint64 next_endpoint;
  guint n_open;
  guint n_negotiated;
  ParlorEndpointId last_endpoint;
  guint last_senders, last_slots;
} FakeMedia;

void fake_media_init (FakeMedia *fake);
