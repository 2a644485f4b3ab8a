/* SPDX-License-Identifier: Apache-2.0 */
/** Which events there are, as docs/hooks.md lists them: a test compares both. Pure, any thread. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/** Whether one may subscribe to it: an event ("room.created"), a family ("room.*") or "*". */
gboolean parlor_types_known (const char *type);

/** Event `n` of the list (transfer full); NULL after the last. */
char *parlor_types_nth (guint n);

G_END_DECLS
