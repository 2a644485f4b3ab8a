/* SPDX-License-Identifier: Apache-2.0 */
/* Bytes on a WebSocket: every message that comes out is bounded UTF-8, and the socket always ends.
 * The first byte says how many of the others come behind the handshake, and by its upper bit that
 * messages may be deflated. */
#include "signal/websocket.h"

#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput (const guint8 *data, gsize size);

typedef struct
{
  gboolean closed;
} State;

static void
on_message (ParlorWebSocket *socket, const char *text, gsize length, gpointer user_data)
{
  State *state = user_data;
  g_assert_false (state->closed);
  g_assert_cmpuint (length, <=, PARLOR_WS_MESSAGE_BYTES);
  g_assert_true (g_utf8_validate_len (text, length, NULL) || memchr (text, 0, length));
  parlor_websocket_send (socket, text, length);
}

static void
on_tick (ParlorWebSocket *socket, gint64 now_us, gpointer user_data)
{
}

static void
on_closed (ParlorWebSocket *socket, gpointer user_data)
{
  State *state = user_data;
  g_assert_false (state->closed);
  state->closed = TRUE;
}

static void
drain (int fd)
{
  char buffer[65536];
  while (recv (fd, buffer, sizeof buffer, MSG_DONTWAIT) > 0)
    ;
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  static const ParlorWebSocketCallbacks callbacks = {on_message, on_tick, on_closed};
  static ParlorDeflate *deflate;
  State state = {FALSE};
  uv_loop_t loop;
  int fds[2];
  if (size < 1 || size > 100000)
    return 0;
  gsize extra = MIN (data[0] & 0x7f, size - 1);
  g_assert_cmpint (socketpair (AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, fds), ==, 0);
  uv_loop_init (&loop);
  ParlorWebSocket *socket = parlor_websocket_new (&loop, fds[0], data + 1, extra, &callbacks, NULL,
                                                  &state);
  if (data[0] & 0x80)
    {
      deflate = deflate ? deflate : parlor_deflate_new ();
      parlor_websocket_set_deflate (socket, deflate);
    }
  for (gsize at = 1 + extra; at < size && !state.closed;)
    {
      ssize_t n = send (fds[1], data + at, size - at, MSG_NOSIGNAL | MSG_DONTWAIT);
      uv_run (&loop, UV_RUN_NOWAIT);
      drain (fds[1]);
      if (n <= 0)
        break;
      at += (gsize)n;
    }
  for (int i = 0; i < 4 && !state.closed; i++)
    {
      uv_run (&loop, UV_RUN_NOWAIT);
      drain (fds[1]);
    }
  if (!state.closed)
    parlor_websocket_abort (socket);
  close (fds[1]);
  uv_run (&loop, UV_RUN_DEFAULT);
  g_assert_true (state.closed);
  g_assert_cmpint (uv_loop_close (&loop), ==, 0);
  return 0;
}
