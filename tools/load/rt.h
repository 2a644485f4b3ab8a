/* SPDX-License-Identifier: Apache-2.0 */
/**
 * A person in a room by Parlor's own protocol (docs/protocol.md): joins, offers, says what his page
 * shows, and stays. Joining is blocking; afterwards poll () reads what the server says. One thread.
 */
#pragma once

#include "load/place.h"

typedef struct _LoadRt LoadRt;

/** The server wants these layers of the camera, `rids` of them ("qhf"), others off. */
typedef void (*LoadRtLayers) (gpointer user_data, const char *rids);

/** NULL: `error` says what the server said. `answer` is filled. place->speaker_large: his page
 * shows who speaks on 1280 x 720, beside tiles of a grid; else all are tiles. */
LoadRt *load_rt_join (const LoadPlace *place, const LoadOffer *own, LoadAnswer *answer,
                      GError **error);
/** What takes this seat again (place->resume); valid until free. */
const char *load_rt_resume (const LoadRt *self);
/** Leaves. */
void load_rt_free (LoadRt *self);

/** Reads and answers what is there. FALSE: the server has hung up. */
gboolean load_rt_poll (LoadRt *self, LoadRtLayers layers, gpointer user_data);
