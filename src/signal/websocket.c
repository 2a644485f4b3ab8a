/* SPDX-License-Identifier: Apache-2.0 */
#include "signal/websocket.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include <wslay/wslay.h>

#define TICK_MS 2500
#define TICKS_PER_PING 2
#define SILENCE_US (10 * G_USEC_PER_SEC)
/* So long a ping must have waited for its answer: who was asked late, because the loop was busy, is
 * not the silent one. */
#define PONG_US (4 * G_USEC_PER_SEC)
#define CLOSE_GRACE_US (2 * G_USEC_PER_SEC)
/* Frames that wait: pongs of a peer that pings and does not read, messages to one that sleeps. */
#define QUEUE_MAX_FRAMES 4096
/* A browser sends one pong in 5 s. */
#define CONTROL_FRAMES_PER_TICK 100
/* Read in one turn of the loop; whoever sends more waits while the others have theirs. */
#define BYTES_PER_TURN (128 * 1024)

struct _ParlorWebSocket
{
  /* constant after new */
  ParlorWebSocketCallbacks callbacks;
  gpointer user_data;
  ParlorWebSocketStats *stats;
  ParlorDeflate *deflate; /* nullable: not agreed on */

  /* owned */
  int fd;
  wslay_event_context_ptr wslay;
  uv_poll_t poll;
  uv_timer_t timer;
  guint8 *extra; /* nullable */
  gsize extra_length, extra_used;

  /* state */
  gint64 heard_us;
  gint64 asked_us;   /* the first ping since then; 0 = none */
  gint64 give_up_us; /* 0 = not closing */
  guint ticks;
  guint control_frames; /* since the last tick */
  gsize turn_bytes;     /* that may still be read in this turn */
  gsize limit;          /* of a message */
  gsize inflated;       /* that deflated messages became since the last tick */
  int events;           /* what the poll waits for */
  guint open_handles;
  gboolean line_failed; /* the socket, not the peer's words, ended the reading */
  gboolean mute;        /* the close frame is out: nothing is written any more */
  gboolean dead;
};

static ParlorWebSocketStats unread_stats; /* counted into when nobody wants them */

/* ---- end ------------------------------------------------------------------------------------ */

static void
on_handle_closed (uv_handle_t *handle)
{
  ParlorWebSocket *socket = handle->data;
  if (--socket->open_handles)
    return;
  socket->callbacks.closed (socket, socket->user_data);
  wslay_event_context_free (socket->wslay);
  g_free (socket->extra);
  g_free (socket);
}

void
parlor_websocket_abort (ParlorWebSocket *socket)
{
  if (socket->dead)
    return;
  socket->dead = TRUE;
  uv_poll_stop (&socket->poll);
  uv_timer_stop (&socket->timer);
  uv_close ((uv_handle_t *)&socket->poll, on_handle_closed);
  uv_close ((uv_handle_t *)&socket->timer, on_handle_closed);
  close (socket->fd);
  socket->fd = -1;
}

/* ---- wslay's callbacks ---------------------------------------------------------------------- */

static ssize_t
take_extra (ParlorWebSocket *socket, guint8 *buffer, size_t length)
{
  gsize n = MIN (length, socket->extra_length - socket->extra_used);
  memcpy (buffer, socket->extra + socket->extra_used, n);
  socket->extra_used += n;
  return (ssize_t)n;
}

static ssize_t
on_recv (wslay_event_context_ptr wslay, uint8_t *buffer, size_t length, int flags, void *user_data)
{
  ParlorWebSocket *socket = user_data;
  if (socket->dead)
    {
      wslay_event_set_error (wslay, WSLAY_ERR_CALLBACK_FAILURE);
      return -1;
    }
  if (socket->extra_used < socket->extra_length)
    return take_extra (socket, buffer, length);
  if (!socket->turn_bytes)
    {
      wslay_event_set_error (wslay, WSLAY_ERR_WOULDBLOCK);
      return -1;
    }
  ssize_t n = recv (socket->fd, buffer, MIN (length, socket->turn_bytes), 0);
  if (n > 0)
    {
      socket->turn_bytes -= (gsize)n;
      return n;
    }
  gboolean later = n < 0 && (errno == EAGAIN || errno == EINTR);
  socket->line_failed = !later;
  wslay_event_set_error (wslay, later ? WSLAY_ERR_WOULDBLOCK : WSLAY_ERR_CALLBACK_FAILURE);
  return -1;
}

static ssize_t
on_send (wslay_event_context_ptr wslay, const uint8_t *data, size_t length, int flags,
         void *user_data)
{
  ParlorWebSocket *socket = user_data;
  ssize_t n = socket->dead ? -1
                           : send (socket->fd, data, length,
                                   MSG_NOSIGNAL | (flags & WSLAY_MSG_MORE ? MSG_MORE : 0));
  if (n >= 0)
    return n;
  gboolean later = !socket->dead && (errno == EAGAIN || errno == EINTR);
  wslay_event_set_error (wslay, later ? WSLAY_ERR_WOULDBLOCK : WSLAY_ERR_CALLBACK_FAILURE);
  return -1;
}

static void
on_frame (wslay_event_context_ptr wslay, const struct wslay_event_on_frame_recv_start_arg *frame,
          void *user_data)
{
  ParlorWebSocket *socket = user_data;
  socket->heard_us = g_get_monotonic_time ();
  socket->asked_us = 0;
  gboolean control = wslay_is_ctrl_frame (frame->opcode);
  /* Empty fragments cost as little to send as pings. */
  gboolean idle = control || (!frame->fin && !frame->payload_length);
  if (idle && ++socket->control_frames > CONTROL_FRAMES_PER_TICK)
    parlor_websocket_close (socket, WSLAY_CODE_PROTOCOL_ERROR, "too many control frames");
}

/* Zeroes are text as well as any. */
static gboolean
is_text (const char *text, gsize length)
{
  const char *end = text;
  while (!g_utf8_validate_len (end, length - (gsize)(end - text), &end))
    if (*end)
      return FALSE;
    else if (++end == text + length)
      return TRUE;
  return TRUE;
}

static void
take_deflated (ParlorWebSocket *socket, const guint8 *data, gsize length)
{
  gsize allowed = PARLOR_WS_INFLATE_TIMES * socket->limit;
  gsize left = allowed - MIN (allowed, socket->inflated);
  const guint8 *text = NULL;
  gsize text_length = 0;
  ParlorInflateResult result = parlor_inflate (socket->deflate, data, length,
                                               MIN (socket->limit, left), &text, &text_length);
  gboolean too_long = result == PARLOR_INFLATE_TOO_LONG;
  if (result == PARLOR_INFLATE_OK && is_text ((const char *)text, text_length))
    {
      socket->inflated += text_length;
      socket->stats->messages_in++;
      socket->callbacks.message (socket, (const char *)text, text_length, socket->user_data);
      return;
    }
  socket->stats->lies++;
  parlor_websocket_close (
      socket, too_long ? WSLAY_CODE_MESSAGE_TOO_BIG : WSLAY_CODE_INVALID_FRAME_PAYLOAD_DATA,
      too_long ? "too long" : "no deflated text");
}

static void
on_message (wslay_event_context_ptr wslay, const struct wslay_event_on_msg_recv_arg *message,
            void *user_data)
{
  ParlorWebSocket *socket = user_data;
  if (socket->dead || socket->give_up_us || wslay_is_ctrl_frame (message->opcode))
    return;
  if (message->opcode != WSLAY_TEXT_FRAME)
    {
      socket->stats->lies++;
      parlor_websocket_close (socket, WSLAY_CODE_UNSUPPORTED_DATA, "text only");
      return;
    }
  if (wslay_get_rsv1 (message->rsv))
    {
      take_deflated (socket, message->msg, message->msg_length);
      return;
    }
  socket->stats->messages_in++;
  socket->callbacks.message (socket, (const char *)message->msg, message->msg_length,
                             socket->user_data);
}

/* ---- the loop ------------------------------------------------------------------------------- */

static void on_poll (uv_poll_t *poll, int status, int events);

static void
wait_for_events (ParlorWebSocket *socket)
{
  int events = (wslay_event_want_read (socket->wslay) ? UV_READABLE : 0)
               | (wslay_event_want_write (socket->wslay) ? UV_WRITABLE : 0);
  if (!events)
    parlor_websocket_abort (socket);
  else if (events != socket->events)
    uv_poll_start (&socket->poll, events, on_poll);
  socket->events = events;
}

static void
flush (ParlorWebSocket *socket)
{
  if (socket->dead || socket->mute)
    return;
  if (wslay_event_send (socket->wslay))
    parlor_websocket_abort (socket);
  else if (wslay_event_get_queued_msg_count (socket->wslay) > QUEUE_MAX_FRAMES)
    {
      socket->stats->slow_readers++;
      parlor_websocket_abort (socket);
    }
  else
    wait_for_events (socket);
}

/* A frame whose header alone is a lie: wslay gives up with a close frame that names no code, so the
 * 1002 is written here, unless messages of ours stand before it. The peer gets the grace to read
 * it. */
static void
refuse_header (ParlorWebSocket *socket)
{
  static const guint8 close_1002[] = {0x88, 0x02, 0x03, 0xea};
  socket->stats->lies++;
  if (wslay_event_get_queued_msg_count (socket->wslay) > 1
      || send (socket->fd, close_1002, sizeof close_1002, MSG_NOSIGNAL) < 0)
    {
      parlor_websocket_abort (socket);
      return;
    }
  shutdown (socket->fd, SHUT_WR);
  uv_poll_stop (&socket->poll);
  socket->mute = TRUE;
  socket->give_up_us = g_get_monotonic_time () + CLOSE_GRACE_US;
}

static void
receive (ParlorWebSocket *socket)
{
  socket->turn_bytes = BYTES_PER_TURN;
  int error = wslay_event_recv (socket->wslay);
  if (error && !socket->dead && !socket->line_failed && !socket->give_up_us)
    {
      refuse_header (socket);
      return;
    }
  /* wslay has queued the close frame of a liar already; it goes out with the flush. */
  if (!socket->dead && !socket->give_up_us && !wslay_event_get_read_enabled (socket->wslay))
    {
      if (!socket->line_failed && !wslay_event_get_close_received (socket->wslay))
        socket->stats->lies++;
      socket->give_up_us = g_get_monotonic_time () + CLOSE_GRACE_US;
    }
  if (error && !socket->dead)
    parlor_websocket_abort (socket);
}

static void
on_poll (uv_poll_t *poll, int status, int events)
{
  ParlorWebSocket *socket = poll->data;
  if (status < 0)
    {
      parlor_websocket_abort (socket);
      return;
    }
  if (events & UV_READABLE)
    receive (socket);
  flush (socket);
}

static void
ping (ParlorWebSocket *socket)
{
  const struct wslay_event_msg message = {.opcode = WSLAY_PING};
  wslay_event_queue_msg (socket->wslay, &message);
  if (!socket->asked_us)
    socket->asked_us = g_get_monotonic_time ();
  flush (socket);
}

static gboolean
is_silent (const ParlorWebSocket *socket, gint64 now_us)
{
  return now_us - socket->heard_us >= SILENCE_US && socket->asked_us
         && now_us - socket->asked_us >= PONG_US;
}

static void
on_tick (uv_timer_t *timer)
{
  ParlorWebSocket *socket = timer->data;
  gint64 now_us = g_get_monotonic_time ();
  socket->control_frames = 0;
  socket->inflated = 0;
  if (socket->give_up_us)
    {
      if (now_us >= socket->give_up_us)
        parlor_websocket_abort (socket);
      return;
    }
  /* Timers run before what has arrived is read: in a busy loop the answer lies there already. */
  if (is_silent (socket, now_us))
    {
      receive (socket);
      flush (socket);
    }
  if (socket->dead)
    return;
  if (is_silent (socket, now_us))
    {
      parlor_websocket_close (socket, 4408, "silent");
      parlor_websocket_abort (socket);
      return;
    }
  if (++socket->ticks % TICKS_PER_PING == 0)
    ping (socket);
  if (!socket->dead)
    socket->callbacks.tick (socket, now_us, socket->user_data);
}

/* What came behind the handshake is not seen by epoll: it is read in the loop's next turn. */
static void
on_first_turn (uv_timer_t *timer)
{
  ParlorWebSocket *socket = timer->data;
  uv_timer_start (timer, on_tick, TICK_MS, TICK_MS);
  receive (socket);
  flush (socket);
}

/* ---- interface ------------------------------------------------------------------------------ */

static void
start_handles (ParlorWebSocket *socket, uv_loop_t *loop)
{
  uv_poll_init (loop, &socket->poll, socket->fd);
  uv_timer_init (loop, &socket->timer);
  socket->poll.data = socket->timer.data = socket;
  socket->open_handles = 2;
  socket->events = UV_READABLE;
  uv_poll_start (&socket->poll, UV_READABLE, on_poll);
  uv_timer_start (&socket->timer, on_first_turn, 0, 0);
}

ParlorWebSocket *
parlor_websocket_new (uv_loop_t *loop, int fd, const void *extra, gsize extra_length,
                      const ParlorWebSocketCallbacks *callbacks, ParlorWebSocketStats *stats,
                      gpointer user_data)
{
  static const struct wslay_event_callbacks wslay_callbacks = {
      .recv_callback = on_recv,
      .send_callback = on_send,
      .on_frame_recv_start_callback = on_frame,
      .on_msg_recv_callback = on_message,
  };
  int on = 1;
  ParlorWebSocket *socket = g_new0 (ParlorWebSocket, 1);
  socket->callbacks = *callbacks;
  socket->user_data = user_data;
  socket->stats = stats ? stats : &unread_stats;
  socket->fd = fd;
  socket->extra = extra_length ? g_memdup2 (extra, extra_length) : NULL;
  socket->extra_length = extra_length;
  socket->heard_us = g_get_monotonic_time ();
  setsockopt (fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  if (wslay_event_context_server_init (&socket->wslay, &wslay_callbacks, socket))
    g_error ("out of memory");
  parlor_websocket_set_limit (socket, PARLOR_WS_MESSAGE_BYTES);
  start_handles (socket, loop);
  return socket;
}

void
parlor_websocket_set_limit (ParlorWebSocket *socket, gsize bytes)
{
  socket->limit = bytes;
  wslay_event_config_set_max_recv_msg_length (socket->wslay, bytes);
}

void
parlor_websocket_set_deflate (ParlorWebSocket *socket, ParlorDeflate *deflate)
{
  socket->deflate = deflate;
  wslay_event_config_set_allowed_rsv_bits (socket->wslay, WSLAY_RSV1_BIT);
}

static void
queue (ParlorWebSocket *socket, const void *payload, gsize length, guint8 rsv)
{
  const struct wslay_event_msg message = {WSLAY_TEXT_FRAME, payload, length};
  if (socket->dead || socket->give_up_us)
    return;
  if (wslay_event_get_queued_msg_length (socket->wslay) > PARLOR_WS_QUEUE_BYTES)
    {
      socket->stats->slow_readers++;
      parlor_websocket_abort (socket);
      return;
    }
  if (wslay_event_queue_msg_ex (socket->wslay, &message, rsv))
    return;
  socket->stats->messages_out++;
  flush (socket);
}

void
parlor_websocket_send (ParlorWebSocket *socket, const char *text, gsize length)
{
  queue (socket, text, length, WSLAY_RSV_NONE);
}

void
parlor_websocket_send_deflated (ParlorWebSocket *socket, const char *text, gsize length)
{
  const guint8 *payload;
  gsize n;
  if (socket->deflate && length >= PARLOR_DEFLATE_WORTH_BYTES
      && parlor_deflate (socket->deflate, (const guint8 *)text, length, &payload, &n))
    queue (socket, payload, n, WSLAY_RSV1_BIT);
  else
    queue (socket, text, length, WSLAY_RSV_NONE);
}

void
parlor_websocket_close (ParlorWebSocket *socket, guint16 code, const char *reason)
{
  if (socket->dead || socket->give_up_us)
    return;
  socket->give_up_us = g_get_monotonic_time () + CLOSE_GRACE_US;
  wslay_event_queue_close (socket->wslay, code, (const uint8_t *)reason, strlen (reason));
  flush (socket);
}
