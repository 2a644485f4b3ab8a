/* SPDX-License-Identifier: Apache-2.0 */
/**
 * The HTTP listener: libmicrohttpd run from inside a libuv loop, without a thread of its own.
 *
 * The daemon is in external epoll mode: its epoll descriptor is one uv_poll, its next deadline one
 * uv_timer. Plain TCP only; TLS ends at the proxy in front. After a 101 the socket is duplicated
 * and handed over, and libmicrohttpd forgets the connection (its buffers, its slot in the
 * connection limit, its time-outs).
 *
 * Strangers: a request must be complete 10 s after its connection (or the reply before it) was
 * ready, however slowly it trickles (where a body may be above 1 MiB: 10 s for each 64 KiB of it);
 * bodies are bounded before the first byte is taken; of large ones a byte is kept only where the
 * application admits the request by its headers, and all of them together are bounded too (503
 * beyond); ambiguous framing (two lengths, length and chunks, a space before the colon …, RFC 9112
 * section 6.3 and 11.2) is answered by 400 and the connection ends.
 *
 * Thread: control, all functions.
 */
#pragma once

#include "http/request.h"

#include <uv.h>

G_BEGIN_DECLS

typedef struct _ParlorHttpServer ParlorHttpServer;

/** Up to here a body is small: it is read without asking whether its sender may send it. */
#define PARLOR_HTTP_SMALL_BODY (64 * 1024)

typedef struct
{
  /** Called when the headers are in: how many bytes of body this request may have. */
  gsize (*body_limit) (const ParlorHttpRequest *request, gpointer user_data);
  /** Called when the body is in; fills the reply before it returns. */
  void (*handle) (ParlorHttpRequest *request, ParlorHttpReply *reply, gpointer user_data);
  gpointer user_data;
  /** Nullable. Called when the headers are in of a request that may send more than
      PARLOR_HTTP_SMALL_BODY and announces it (or sends chunks). FALSE: nothing of the body is kept,
      and `reply` is what it gets instead of handle (). */
  gboolean (*admit) (ParlorHttpRequest *request, ParlorHttpReply *reply, gpointer user_data);
} ParlorHttpApp;

typedef struct
{
  const char *address;      /**< numeric; "127.0.0.1", "::1", "0.0.0.0", "::" */
  guint16 port;             /**< 0 = any free one, see parlor_http_server_port () */
  guint connection_limit;   /**< 0 = 4096 */
  guint request_timeout_ms; /**< 0 = 10,000 */
  gsize bodies_bytes;       /**< of large bodies held at a time, all together; 0 = 256 MiB */
  gboolean
      trust_proxy; /**< the peer is a proxy of ours: X-Forwarded-For's last address is the client */
} ParlorHttpOptions;

/**
 * Listens. NULL and a G_IO_ERROR-free GError of domain G_FILE_ERROR when the address cannot be had;
 * the message names address and port and says what to do. `app` is copied; `loop` is borrowed.
 */
ParlorHttpServer *parlor_http_server_new (uv_loop_t *loop, const ParlorHttpOptions *options,
                                          const ParlorHttpApp *app, GError **error);

/** The port it listens on, 1 to 65535. */
guint16 parlor_http_server_port (const ParlorHttpServer *server);

/** No new connections; the ones there are finish. */
void parlor_http_server_quiesce (ParlorHttpServer *server);

/** Open HTTP connections (sockets handed over do not count). */
guint parlor_http_server_connections (const ParlorHttpServer *server);

/**
 * Closes all connections. libuv's handles are closed asynchronously: run the loop once more before
 * uv_loop_close (). NULL is fine. Not from inside a handler.
 */
void parlor_http_server_free (ParlorHttpServer *server);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ParlorHttpServer, parlor_http_server_free)

G_END_DECLS
