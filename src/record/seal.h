/* SPDX-License-Identifier: Apache-2.0 */
/**
 * The server's signature under a manifest: Ed25519 (RFC 8032) over the file's bytes, beside it as
 * `manifest.sig`:
 *
 *     {"alg":"Ed25519","key":"<base64 of the public key>","signature":"<base64>"}
 *
 * Any thread.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct _ParlorSealer ParlorSealer;

/** Reads the secret key at `path`, or makes it (mode 0600). NULL: G_FILE_ERROR. */
ParlorSealer *parlor_sealer_new (const char *path, GError **error);
void parlor_sealer_free (ParlorSealer *sealer);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (ParlorSealer, parlor_sealer_free)

/** The text of manifest.sig (transfer full). */
char *parlor_sealer_sign (const ParlorSealer *sealer, const char *manifest, gsize length);
/** Base64 of the public key: what to tell those who shall verify. Borrowed. */
const char *parlor_sealer_key (const ParlorSealer *sealer);

/** Whether `signature` (the text of manifest.sig) is under `manifest`. `key` NULL: by the key it
 * names, which then is *known_key (transfer full, nullable) for the reader to compare. */
gboolean parlor_seal_verify (const char *manifest, gsize length, const char *signature,
                             const char *key, char **known_key);

G_END_DECLS
