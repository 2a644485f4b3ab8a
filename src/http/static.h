/* SPDX-License-Identifier: Apache-2.0 */
/**
 * The pages: files below one folder, opened so that no path leaves it (no "..", no symbolic link
 * anywhere below the folder: openat2 RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS, Linux 5.6).
 *
 * `embed/…` is for pages of other origins; a number in its name makes it immutable too.
 * `/` and any path without a dot in its last segment ("/m", "/signin") is a page: NAME.html if
 * there is one, else index.html. `/assets/…` with a hash in the name is immutable, everything else
 * is revalidated by its ETag. A `.gz` beside the file goes to who accepts gzip.
 *
 * Thread: control.
 */
#pragma once

#include "http/request.h"

G_BEGIN_DECLS

typedef struct _ParlorStatic ParlorStatic;

/** NULL when the folder cannot be opened (errno tells). */
ParlorStatic *parlor_static_new (const char *folder);
void parlor_static_free (ParlorStatic *files);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (ParlorStatic, parlor_static_free)

/** FALSE and an untouched reply when there is no such file. Methods GET and HEAD only. */
gboolean parlor_static_serve (ParlorStatic *files, const ParlorHttpRequest *request,
                              ParlorHttpReply *reply);

/** The same of one file below the folder, whatever the request's path is. */
gboolean parlor_static_serve_file (ParlorStatic *files, const char *path,
                                   const ParlorHttpRequest *request, ParlorHttpReply *reply);

/** The headers every page and asset carries: CSP, Permissions-Policy, nosniff, Referrer-Policy. */
void parlor_static_secure (const ParlorHttpRequest *request, ParlorHttpReply *reply);

/** The same for a page that shows products: pictures may come from any https address. `ancestors`:
    which origins may have it in a frame, as CSP writes it; NULL = none. */
void parlor_static_secure_page (const ParlorHttpRequest *request, const char *ancestors,
                                ParlorHttpReply *reply);

G_END_DECLS
