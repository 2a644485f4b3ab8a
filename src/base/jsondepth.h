/* SPDX-License-Identifier: Apache-2.0 */
/* How deep a JSON text nests, before a parser that recurses (jansson) sees it. Pure, any thread. */
#pragma once
#include <glib.h>

/* Whether brackets and braces, those inside strings left out, nest deeper than max_depth. The text
 * need not be good JSON. */
gboolean parlor_json_is_too_deep (const char *text, gsize length, guint max_depth);
