/* SPDX-License-Identifier: Apache-2.0 */
/**
 * What an interrupted render left of its file: pictures that are encoded, up to its last key frame.
 * Encoding goes on from there with a key frame of its own; what stands before it is muxed again as
 * it is. Any bytes may stand in the file: what is not one picture a tick, from the first on, is
 * nothing. Of one thread, in the process that composes.
 */
#pragma once

#include <gst/gst.h>

G_BEGIN_DECLS

typedef struct _ParlorRemnant ParlorRemnant;

/** `vault_key` nullable (record/safe.h). NULL: there is nothing that is worth going on with. */
ParlorRemnant *parlor_remnant_open (const char *path, const guint8 *vault_key, guint width,
                                    guint height, guint fps);
void parlor_remnant_free (ParlorRemnant *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (ParlorRemnant, parlor_remnant_free)

/** At least 1. */
guint64 parlor_remnant_ticks (const ParlorRemnant *self);
/** Below ticks (); (transfer full), without a time, shared: not to be changed. */
GstBuffer *parlor_remnant_picture (const ParlorRemnant *self, guint64 tick);

G_END_DECLS
