/* SPDX-License-Identifier: Apache-2.0 */
/**
 * The same sessions on Janus' videoroom plugin, for side-by-side measurements: its HTTP API, rooms
 * and ids as strings (videoroom `string_ids`), Janus ICE-lite so that the load is controlling.
 * Rooms are made by the first who publishes. Blocking; one thread.
 */
#pragma once

#include "load/sdp.h"

/** `location` of the answer is the Janus session's URL. */
gboolean load_janus_publish (const char *url, const char *room, const char *identity,
                             const LoadOffer *own, LoadAnswer *answer, GError **error);
/** Janus offers and is answered. */
gboolean load_janus_watch (const char *url, const char *room, const char *feed,
                           const LoadOffer *own, LoadAnswer *answer, GError **error);
void load_janus_leave (const char *location);
