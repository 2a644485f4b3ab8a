/* SPDX-License-Identifier: Apache-2.0 */
/**
 * One HTTP POST to somebody else's server, and the seam behind which it is done: the real one
 * (poster.c: libcurl on the libuv loop) and a test's.
 *
 * Thread: control.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct
{
  const char *url;
  const char *id;        /**< webhook-id */
  gint64 timestamp_s;    /**< webhook-timestamp */
  const char *signature; /**< webhook-signature */
  GBytes *body;          /**< JSON; a reference is taken */
  guint timeout_ms;      /**< for all of it: name, connection, TLS, answer */
  gsize answer_max;      /**< bytes; a longer answer is a failure. 0 = the body is not wanted */
} ParlorPost;

/** Borrowed for the call. */
typedef struct
{
  guint status; /**< HTTP status; 0 = none came */
  /** NULL = an answer came; else one word, static: "refused" (address or URL, see ssrf.h),
      "name", "connect", "tls", "timeout", "too_large", "protocol", "overload", "closed". */
  const char *failure;
  const char *body; /**< `length` bytes, NUL after them; "" when none */
  gsize length;
  const char *id, *timestamp, *signature; /**< of the answer's headers; nullable */
  guint elapsed_ms;
} ParlorPostAnswer;

typedef void (*ParlorPosted) (const ParlorPostAnswer *answer, gpointer user_data);

typedef struct _ParlorPoster ParlorPoster;
struct _ParlorPoster
{
  /** Copies; the callback comes later, once, never inside the call. Redirects are not followed:
      their status is the answer. Returns a number > 0 for cancel (). */
  guint64 (*post) (ParlorPoster *poster, const ParlorPost *post, ParlorPosted posted,
                   gpointer user_data);
  /** The callback will not come. An id that is over is ignored. */
  void (*cancel) (ParlorPoster *poster, guint64 id);
};

G_END_DECLS
