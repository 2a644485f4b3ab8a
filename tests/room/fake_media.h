/* SPDX-License-Identifier: Apache-2.0 */
/** A media plane that only writes down what it is told, one line a call, and fails the test when it
   is told something of an endpoint that is not open. */
#pragma once

#include "room/media.h"

typedef struct
{
  ParlorMedia parent;
  GString *log; /* "open 1 lin hears", "select 1/2 = 3 camera 360", "close 1", … */
  ParlorEndpointId last;
  GHashTable *open; /* ids */
  ParlorMediaEventFunc event;
  gpointer event_data;
  gboolean refuse_open;      /* the node is full */
  gboolean refuse_negotiate; /* the offer is impossible */
  gboolean restarted;        /* the next answer is an ICE restart */
  ParlorMediaOffer offer;    /* the last one, its arrays copied into the next two */
  ParlorSenderMap senders[PARLOR_N_SOURCES];
} FakeMedia;

void fake_media_init (FakeMedia *media);
void fake_media_clear (FakeMedia *media);
/** Hands an event to whoever registered. */
void fake_media_say (FakeMedia *media, const ParlorMediaEvent *event);
