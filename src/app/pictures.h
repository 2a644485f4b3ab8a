/* SPDX-License-Identifier: Apache-2.0 */
/**
 * The bytes of people's pictures: one file each in DATA/pictures, those of markers in DATA/stills,
 * named by its id, written whole or not at all, readable by the server alone. What one is called
 * and whose it is stands in the store. Thread: control; a write of 10 MB goes to the page cache.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/** Whether the disk has place for these and for what matters more. */
gboolean parlor_pictures_has_room (const char *data_dir, guint64 bytes);
/** Removes what lies there under ids of this prefix ("upl_": of a conversation, "mk_": of a marker)
   and is not known: left by a write or an erasure that was cut off.
   Returns how many. */
guint parlor_pictures_sweep (const char *data_dir, const char *prefix,
                             gboolean (*is_known) (const char *id, gpointer data),
                             gpointer user_data);
gboolean parlor_pictures_write (const char *data_dir, const char *id, const GByteArray *bytes,
                                GError **error);
/** A file descriptor (transfer full); -1 = there is none. */
int parlor_pictures_open (const char *data_dir, const char *id, guint64 *size);
void parlor_pictures_remove (const char *data_dir, const char *id);

G_END_DECLS
