/* SPDX-License-Identifier: Apache-2.0 */
/**
 * One WebSocket (RFC 6455) on a socket whose handshake is done, in the libuv loop, framing by
 * wslay.
 *
 * Text only: a binary message closes with 1003, a frame that breaks the protocol with 1002, text
 * that is not UTF-8 with 1007, one longer than the limit with 1009. A ping goes out every 5 s; a
 * peer from whom no frame came for 10 s is closed (4408). What a slow reader does not take is
 * bounded: beyond it the socket is closed, memory never grows. Floods of control frames close with
 * 1002. Where the handshake agreed on it messages may come deflated (RFC 7692): one that is not
 * whole closes with 1007, one that becomes longer than the limit, or than what a socket may make of
 * few bytes, with 1009.
 *
 * Thread: control. No callback comes from inside _new () or _send ().
 */
#pragma once

#include "proto/deflate.h"

#include <glib.h>
#include <uv.h>

G_BEGIN_DECLS

typedef struct _ParlorWebSocket ParlorWebSocket;

#define PARLOR_WS_MESSAGE_BYTES (64 * 1024)
/** A message is refused, and the socket closed, when so much is waiting already. */
#define PARLOR_WS_QUEUE_BYTES (1024 * 1024)
/** So many times its limit a socket's deflated messages may become in 2.5 s: a hundred bytes cost
    us what otherwise 64 KiB do. */
#define PARLOR_WS_INFLATE_TIMES 4

typedef struct
{
  /** A whole text message, valid UTF-8, not terminated; borrowed. */
  void (*message) (ParlorWebSocket *socket, const char *text, gsize length, gpointer user_data);
  /** Every 2.5 s, for whoever has a deadline of his own. */
  void (*tick) (ParlorWebSocket *socket, gint64 now_us, gpointer user_data);
  /** Once, and the last: the socket frees itself after it. */
  void (*closed) (ParlorWebSocket *socket, gpointer user_data);
} ParlorWebSocketCallbacks;

typedef struct
{
  guint64 messages_in, messages_out;
  guint64 slow_readers; /**< closed because they did not read */
  guint64 lies;         /**< closed for breaking the protocol */
} ParlorWebSocketStats;

/**
 * Owns `fd` from now on. `extra` is what came behind the handshake in the same read. `stats`
 * (borrowed, nullable) is counted into.
 */
ParlorWebSocket *parlor_websocket_new (uv_loop_t *loop, int fd, const void *extra,
                                       gsize extra_length,
                                       const ParlorWebSocketCallbacks *callbacks,
                                       ParlorWebSocketStats *stats, gpointer user_data);

/** The handshake agreed on PARLOR_DEFLATE_AGREED; before the first turn of the loop. `deflate`
    (borrowed) is for all sockets, and outlives them. */
void parlor_websocket_set_deflate (ParlorWebSocket *socket, ParlorDeflate *deflate);

/** Longest message taken from now on, bytes; deflated ones as they were before. */
void parlor_websocket_set_limit (ParlorWebSocket *socket, gsize bytes);

/** Queues a text message (copied). Dropped when the socket is closing. */
void parlor_websocket_send (ParlorWebSocket *socket, const char *text, gsize length);

/** The same, deflated where that was agreed on and saves packets. Not for what goes to many, which
    costs each one anew, nor for what holds a secret beside words of somebody else: its length would
    tell of the secret. */
void parlor_websocket_send_deflated (ParlorWebSocket *socket, const char *text, gsize length);

/** What was queued goes out first, then the close frame; the peer has 2 s to answer it. */
void parlor_websocket_close (ParlorWebSocket *socket, guint16 code, const char *reason);

/** At once, without a word. closed () comes in the next turn of the loop. */
void parlor_websocket_abort (ParlorWebSocket *socket);

G_END_DECLS
