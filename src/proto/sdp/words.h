/* SPDX-License-Identifier: Apache-2.0 */
/** What attributes are made of (RFC 8866 section 9). Any thread; texts may hold anything. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/** Whether it is a token of 1 to `most` characters. */
gboolean parlor_sdp_is_token (const char *text, gsize most);

/** A decimal number up to `most` at the start of `*text`, which moves behind it. */
gboolean parlor_sdp_take_number (const char **text, guint64 most, guint64 *value);

G_END_DECLS
