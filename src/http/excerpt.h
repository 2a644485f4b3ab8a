/* SPDX-License-Identifier: Apache-2.0 */
/** What the holder of a link may know of a manifest: what lies within its part of the room's clock,
 * and of people their names alone. Pure JSON. Thread: any. */
#pragma once

#include <glib.h>
#include <jansson.h>

G_BEGIN_DECLS

/** (transfer full). `to_ms` 0 = the whole. `manifest` NULL gives an empty one. */
json_t *parlor_excerpt (const json_t *manifest, gint64 from_ms, gint64 to_ms);

/** Whether this `files` entry has anything within the part; NULL has not. */
gboolean parlor_excerpt_has_file (const json_t *file, gint64 from_ms, gint64 to_ms);
/** The same of the marker of that id. */
gboolean parlor_excerpt_has_marker (const json_t *manifest, const char *marker, gint64 from_ms,
                                    gint64 to_ms);
/** A file's own time at an instant of the room's clock, 0 or more, by its `clock`. */
gint64 parlor_excerpt_file_ms (const json_t *file, gint64 room_ms);

G_END_DECLS
