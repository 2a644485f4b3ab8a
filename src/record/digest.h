/* SPDX-License-Identifier: Apache-2.0 */
/** SHA-256 (FIPS 180-4) of files, as the manifest names them. Any thread. */
#pragma once

#include "record/safe.h"

G_BEGIN_DECLS

#define PARLOR_SHA256_TEXT 65

/** In lower-case hex. */
void parlor_sha256_text (const void *bytes, gsize length, char out[PARLOR_SHA256_TEXT]);
/** Of the text of a file that may be enciphered (record/safe.h). */
gboolean parlor_sha256_safe (const char *path, const guint8 *vault_key,
                             char out[PARLOR_SHA256_TEXT], gint64 *size, GError **error);

G_END_DECLS
