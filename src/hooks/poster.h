/* SPDX-License-Identifier: Apache-2.0 */
/**
 * The real ParlorPoster: libcurl's multi interface on the libuv loop.
 *
 * The host name is resolved once (on libuv's thread pool), every address is judged (ssrf.h), and
 * libcurl is told to connect to the judged ones alone; a second look at the very address of each
 * socket is taken when it is opened. Judged addresses are kept for 30 s. No redirect is followed,
 * no proxy of the environment used, no other protocol than HTTP and HTTPS; certificates are
 * checked. Connections are kept and used again.
 *
 * Thread: control.
 */
#pragma once

#include "hooks/post.h"
#include "hooks/ssrf.h"

#include <uv.h>

G_BEGIN_DECLS

typedef struct
{
  uv_loop_t *loop;          /**< borrowed */
  const ParlorNet *allowed; /**< borrowed: networks that may be called all the same */
  guint n_allowed;
  gboolean plain;    /**< http:// may be called */
  guint max_running; /**< at once; 0 = 256. More answer "overload" */
  guint per_host;    /**< connections to one host and port; 0 = 16 */
} ParlorPosterSpec;

/** NULL when libcurl cannot be started. */
ParlorPoster *parlor_poster_new (const ParlorPosterSpec *spec);

/** What runs is answered "closed". Run the loop once more before it is closed; NULL is fine. */
void parlor_poster_free (ParlorPoster *poster);

G_END_DECLS
