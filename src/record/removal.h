/* SPDX-License-Identifier: Apache-2.0 */
/**
 * A recording's folder goes for ever. It is put aside first, in one step: who knows it by its name
 * (the sender to the object store, who brings a file back, a composer) finds and makes nothing
 * there any more, while gigabytes are unlinked. What the store has of it is left as a list for its
 * sender (record/away.h).
 *
 * Any thread; each of these waits for the disk. After a crash it is gone on with by rest ().
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/** In the recordings' folder: what was put aside and is not gone yet. */
#define PARLOR_REMOVAL_FOLDER ".removed"

/** `folder`: of the recordings. One that is not there is none to be removed. */
void parlor_removal (const char *folder, const char *recording);
/** Of all that were put aside. */
void parlor_removal_rest (const char *folder);

G_END_DECLS
