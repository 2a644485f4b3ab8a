/* SPDX-License-Identifier: Apache-2.0 */
/**
 * One HTTP request as handlers see it, and the reply they fill. Plain data, no library shows
 * through, so that handlers are tested without a socket.
 *
 * Thread: control. Everything in a request is borrowed for the duration of the handler.
 */
#pragma once

#include "base/reader.h"
#include <glib.h>
#include <jansson.h>

G_BEGIN_DECLS

#define PARLOR_HTTP_MAX_HEADERS 64
#define PARLOR_HTTP_MAX_PARAMS 4
#define PARLOR_HTTP_PARAM_SIZE 129

typedef struct
{
  const char *name;  /**< as sent; compare without case */
  const char *value; /**< never NULL */
} ParlorHttpHeader;

/** A reply that comes later; see parlor_http_defer (). */
typedef struct _ParlorHttpPending ParlorHttpPending;

typedef struct _ParlorHttpRequest ParlorHttpRequest;
struct _ParlorHttpRequest
{
  const char *method;
  const char *path; /**< as sent, still percent-encoded, without the query */
  ParlorHttpHeader headers[PARLOR_HTTP_MAX_HEADERS];
  guint n_headers;
  const char *body; /**< body_length bytes, not terminated; NULL when there is none */
  gsize body_length;
  char peer[64];     /**< the client's numeric address, or what a trusted proxy says it is */
  gboolean http10;   /**< the client speaks HTTP/1.0: no 101 can be sent */
  gboolean loopback; /**< the TCP peer itself is 127.0.0.0/8 or ::1 */
  gboolean
      admitted; /**< it was judged before its body came: whoever counts requests has counted it */
  char params[PARLOR_HTTP_MAX_PARAMS]
             [PARLOR_HTTP_PARAM_SIZE]; /**< the path's {…}, decoded, set by the router */
  ParlorHttpPending *(*defer) (ParlorHttpRequest *request); /**< of the server */
  /** Of the server, nullable; see parlor_http_query (). */
  const char *(*query) (const ParlorHttpRequest *request, const char *name);
};

/** Takes the connection over after a 101; `fd` is owned by the callee, the rest is borrowed. */
typedef void (*ParlorHttpUpgradeFunc) (int fd, const void *extra, gsize extra_length,
                                       const ParlorHttpRequest *request, gpointer user_data);

typedef struct
{
  guint status;                  /**< 0 until a handler sets it; the server then answers 500 */
  GBytes *body;                  /**< owned, nullable */
  int file;                      /**< owned file descriptor to send instead of body; -1 = none */
  ParlorReader *reader;          /**< owned, in place of file; nullable */
  guint64 file_length;           /**< bytes of `file` to send */
  guint64 file_offset;           /**< where in `file` they begin */
  GPtrArray *headers;            /**< owned strings: name, value, name, value … */
  gboolean close;                /**< the connection ends after this reply */
  ParlorHttpUpgradeFunc upgrade; /**< with status 101 only */
  gpointer upgrade_data;         /**< borrowed; must outlive the connection's hand-over */
} ParlorHttpReply;

void parlor_http_reply_init (ParlorHttpReply *reply);
/** Frees what the reply owns, closes `file`. */
void parlor_http_reply_clear (ParlorHttpReply *reply);

/**
 * Called by a handler that cannot answer yet: it returns with an untouched reply, and later
 * somebody calls parlor_http_answer () once. Whoever takes longer than 5 s finds that the server
 * has answered 503 by itself; the pending is to be answered all the same (its memory goes then).
 */
static inline ParlorHttpPending *
parlor_http_defer (ParlorHttpRequest *request)
{
  return request->defer (request);
}

/** The first query parameter of that name, decoded: valid UTF-8 without a NUL; NULL = there is
   none. Secrets never come this way. */
static inline const char *
parlor_http_query (const ParlorHttpRequest *request, const char *name)
{
  return request->query ? request->query (request, name) : NULL;
}

/** FALSE: nobody waits for it any more. Its time is over, or the server is gone, and with it what
 * its handlers stood on. */
gboolean parlor_http_waits (const ParlorHttpPending *pending);

/** Moves what the reply holds (it is as after init afterwards, still to be cleared) and frees
 * `pending`. */
void parlor_http_answer (ParlorHttpPending *pending, ParlorHttpReply *reply);

/** The value of the first header of that name (any case), or NULL. */
const char *parlor_http_header (const ParlorHttpRequest *request, const char *name);

/** Whether messages of the WebSocket that is asked for may be deflated (proto/deflate.h). */
gboolean parlor_http_deflates (const ParlorHttpRequest *request);

/**
 * Appends a header. A name or value with a control character (CR and LF above all) is refused: the
 * header is left out and FALSE comes back.
 */
gboolean parlor_http_reply_header (ParlorHttpReply *reply, const char *name, const char *value);

/** Status and a body that is copied; `type` is the Content-Type, NULL = none. */
void parlor_http_reply_text (ParlorHttpReply *reply, guint status, const char *type,
                             const char *text);

/** Status and a JSON body; `json` is taken (transfer full). Cache-Control is no-store. */
void parlor_http_reply_json (ParlorHttpReply *reply, guint status, json_t *json);

/** Whether the Content-Type is `type`, parameters aside ("application/json; charset=utf-8" is). */
gboolean parlor_http_is_type (const ParlorHttpRequest *request, const char *type);

/**
 * The bearer token of Authorization, or NULL. `*malformed` (nullable) tells an Authorization header
 * of another shape.
 */
const char *parlor_http_bearer (const ParlorHttpRequest *request);

/**
 * The body as a JSON object; NULL when it is not one, has a member twice, nests deeper than 32 or
 * holds a NUL. Free with json_decref ().
 */
json_t *parlor_http_json_body (const ParlorHttpRequest *request);

/**
 * Why parlor_http_json_body () gives NULL for a body, as a sentence with line and column where it
 * is no JSON (transfer full); NULL when it is a JSON object, or empty.
 */
char *parlor_http_json_why (const ParlorHttpRequest *request);

/** One segment of a path, percent-decoded into `out` (size bytes with the terminator). FALSE when
   it is too long, not UTF-8, or hides a slash, a NUL or another control character. */
gboolean parlor_path_decode (const char *segment, gsize length, char *out, gsize size);

/** Whether the path has the pattern's parts; what stands at "{name}" is decoded into params. */
gboolean parlor_http_path_matches (const char *pattern, ParlorHttpRequest *request);

G_END_DECLS
