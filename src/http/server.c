/* SPDX-License-Identifier: Apache-2.0 */
#include "http/server.h"

#include "http/beat.h"
#include "http/framing.h"
#include "http/listener.h"
#include "http/problem.h"
#include "http/response.h"

#include <fcntl.h>
#include <microhttpd.h>
#include <string.h>
#include <unistd.h>

#define DEFAULT_CONNECTION_LIMIT 4096
#define DEFAULT_TIMEOUT_MS 10000
/* libmicrohttpd's pool of one connection: request line and headers must fit. */
#define CONNECTION_MEMORY_BYTES (24 * 1024)
#define SWEEP_MS 500
#define PENDING_US (5 * G_USEC_PER_SEC)
/* Of a body in chunks, beyond what the address takes: so much is read for the 413 to arrive. */
#define DISCARD_MAX_BYTES (1024 * 1024)
#define DEFAULT_BODIES_BYTES (256 * 1024 * 1024)
/* Where a body may be larger than this, time goes on as long as it comes: 10 MB from a phone take
 * longer than a request's headers may. One step is what must come within the time-out. */
#define PATIENT_LIMIT_BYTES (1024 * 1024)
#define PATIENT_STEP_BYTES (64 * 1024)

struct _ParlorHttpServer
{
  /* constant after new */
  ParlorHttpApp app;
  gboolean trust_proxy;
  gint64 timeout_us;
  gsize bodies_limit;
  guint16 port;

  /* owned */
  struct MHD_Daemon *daemon;
  uv_poll_t *poll;
  uv_timer_t *timer; /* libmicrohttpd's next deadline */
  uv_timer_t *sweep; /* requests that trickle */

  /* state */
  GQueue waiting; /* Connection, by deadline: all have the same time-out */
  GQueue pending; /* ParlorHttpPending, the oldest first */
  guint n_connections;
  gsize body_bytes; /* of large bodies that are held now */
  gboolean running; /* inside MHD_run */
  gboolean again;   /* something was resumed: run once more, whatever MHD_get_timeout says */
};

typedef struct
{
  GList link; /* in waiting while `linked` */
  gboolean linked;
  int fd; /* borrowed from libmicrohttpd */
  gint64 deadline_us;
} Connection;

typedef struct
{
  ParlorHttpRequest request; /* first: parlor_http_defer () comes with it */
  GSList *queried;           /* decoded query parameters that were asked for, owned */
  ParlorHttpServer *server;
  struct MHD_Connection *mhd;
  GByteArray *body; /* nullable */
  gsize limit, taken;
  gboolean is_large; /* its body counts in body_bytes */
  gboolean bad_framing;
  gboolean answered;
  ParlorHttpPending *pending;    /* nullable: somebody answers later */
  ParlorHttpUpgradeFunc upgrade; /* nullable: takes the socket after the 101 */
  gpointer upgrade_data;
  gboolean has_late_reply; /* nothing of a body is kept from here on */
  ParlorHttpReply late_reply;
} Exchange;

/* Outlives its exchange when the server answered in its stead. */
struct _ParlorHttpPending
{
  Exchange *exchange; /* NULL: too late */
  GList link;
  gint64 deadline_us;
};

static gint64
server_now_us (void)
{
  return g_get_monotonic_time ();
}

/* ---- the clock of requests ------------------------------------------------------------------ */

static void
connection_unlink (ParlorHttpServer *server, Connection *connection)
{
  if (connection->linked)
    g_queue_unlink (&server->waiting, &connection->link);
  connection->linked = FALSE;
}

static void
connection_wait (ParlorHttpServer *server, Connection *connection)
{
  connection_unlink (server, connection);
  connection->deadline_us = server_now_us () + server->timeout_us;
  connection->link = (GList){.data = connection};
  g_queue_push_tail_link (&server->waiting, &connection->link);
  connection->linked = TRUE;
}

static void run_again (ParlorHttpServer *server);

static void
resume_with (Exchange *exchange, ParlorHttpReply *reply)
{
  ParlorHttpPending *pending = g_steal_pointer (&exchange->pending);
  g_queue_unlink (&exchange->server->pending, &pending->link);
  pending->exchange = NULL;
  exchange->late_reply = *reply;
  exchange->has_late_reply = TRUE;
  parlor_http_reply_init (reply);
  MHD_resume_connection (exchange->mhd);
  run_again (exchange->server);
}

gboolean
parlor_http_waits (const ParlorHttpPending *pending)
{
  return pending->exchange != NULL;
}

void
parlor_http_answer (ParlorHttpPending *pending, ParlorHttpReply *reply)
{
  if (pending->exchange)
    resume_with (pending->exchange, reply);
  g_free (pending);
}

static void
give_up (Exchange *exchange)
{
  ParlorHttpReply reply;
  parlor_http_reply_init (&reply);
  parlor_http_problem (&reply, 503, "unavailable",
                       "The server could not finish this in time. Try again.");
  parlor_http_reply_header (&reply, "Retry-After", "5");
  resume_with (exchange, &reply);
  parlor_http_reply_clear (&reply);
}

static ParlorHttpPending *
defer (ParlorHttpRequest *request)
{
  Exchange *exchange = (Exchange *)request;
  ParlorHttpPending *pending = g_new0 (ParlorHttpPending, 1);
  pending->exchange = exchange;
  pending->deadline_us = server_now_us () + PENDING_US;
  pending->link.data = pending;
  exchange->pending = pending;
  g_queue_push_tail_link (&exchange->server->pending, &pending->link);
  return pending;
}

static void
sweep_pending (ParlorHttpServer *server, gint64 now_us)
{
  for (GList *link; (link = server->pending.head);)
    {
      ParlorHttpPending *pending = link->data;
      if (pending->deadline_us > now_us)
        break;
      give_up (pending->exchange);
    }
}

/* A shut down socket is an error for libmicrohttpd, which then closes the connection by itself. */
static void
on_sweep (uv_timer_t *timer)
{
  ParlorHttpServer *server = timer->data;
  gint64 now_us = server_now_us ();
  parlor_beat (timer, on_sweep, SWEEP_MS);
  sweep_pending (server, now_us);
  for (GList *link; (link = server->waiting.head);)
    {
      Connection *connection = link->data;
      if (connection->deadline_us > now_us)
        break;
      connection_unlink (server, connection);
      shutdown (connection->fd, SHUT_RDWR);
    }
}

static void
on_notify_connection (void *user_data, struct MHD_Connection *mhd, void **context,
                      enum MHD_ConnectionNotificationCode code)
{
  ParlorHttpServer *server = user_data;
  if (code == MHD_CONNECTION_NOTIFY_STARTED)
    {
      const union MHD_ConnectionInfo *info = MHD_get_connection_info (
          mhd, MHD_CONNECTION_INFO_CONNECTION_FD);
      Connection *connection = g_new0 (Connection, 1);
      connection->fd = info ? info->connect_fd : -1;
      connection_wait (server, connection);
      server->n_connections++;
      *context = connection;
      return;
    }
  Connection *connection = *context;
  connection_unlink (server, connection);
  server->n_connections--;
  g_free (connection);
}

static Connection *
connection_of (struct MHD_Connection *mhd)
{
  const union MHD_ConnectionInfo *info = MHD_get_connection_info (
      mhd, MHD_CONNECTION_INFO_SOCKET_CONTEXT);
  return info ? info->socket_context : NULL;
}

/* ---- requests in ---------------------------------------------------------------------------- */

static enum MHD_Result
take_header (void *user_data, enum MHD_ValueKind kind, const char *name, const char *value)
{
  Exchange *exchange = user_data;
  ParlorHttpRequest *request = &exchange->request;
  if (request->n_headers == PARLOR_HTTP_MAX_HEADERS
      || !parlor_http_is_header (name, value ? value : ""))
    {
      exchange->bad_framing = TRUE;
      return MHD_NO;
    }
  request->headers[request->n_headers++] = (ParlorHttpHeader){name, value ? value : ""};
  return MHD_YES;
}

static const char *
query (const ParlorHttpRequest *request, const char *name)
{
  Exchange *exchange = (Exchange *)request;
  const char *raw = MHD_lookup_connection_value (exchange->mhd, MHD_GET_ARGUMENT_KIND, name);
  if (!raw)
    return NULL;
  g_autofree char *blanks = g_strdelimit (g_strdup (raw), "+", ' ');
  g_autofree char *value = g_uri_unescape_string (blanks, NULL); /* NULL for %00 and a stray % */
  if (!value || !g_utf8_validate (value, -1, NULL))
    return NULL;
  exchange->queried = g_slist_prepend (exchange->queried, g_steal_pointer (&value));
  return exchange->queried->data;
}

static Exchange *
exchange_new (ParlorHttpServer *server, struct MHD_Connection *mhd, const char *path,
              const char *method, const char *version)
{
  Exchange *exchange = g_new0 (Exchange, 1);
  exchange->request.method = method;
  exchange->request.path = path;
  exchange->request.http10 = strcmp (version, "HTTP/1.1") != 0;
  exchange->request.defer = defer;
  exchange->request.query = query;
  exchange->server = server;
  exchange->mhd = mhd;
  MHD_get_connection_values (mhd, MHD_HEADER_KIND, take_header, exchange);
  exchange->bad_framing = exchange->bad_framing
                          || parlor_http_is_ambiguous (&exchange->request, version);
  const union MHD_ConnectionInfo *info = MHD_get_connection_info (
      mhd, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
  parlor_http_take_peer (&exchange->request, info ? info->client_addr : NULL, server->trust_proxy);
  return exchange;
}

static void
drop_body (Exchange *exchange)
{
  if (exchange->body && exchange->is_large)
    exchange->server->body_bytes -= exchange->body->len;
  g_clear_pointer (&exchange->body, g_byte_array_unref);
}

static void
exchange_free (Exchange *exchange)
{
  drop_body (exchange);
  if (exchange->has_late_reply)
    parlor_http_reply_clear (&exchange->late_reply);
  g_slist_free_full (exchange->queried, g_free);
  g_free (exchange);
}

/* ---- replies out ---------------------------------------------------------------------------- */

/* The socket is duplicated and libmicrohttpd's own descriptor closed at once: from here on the
 * connection is the taker's alone. */
static void
on_upgrade (void *user_data, struct MHD_Connection *mhd, void *exchange_pointer, const char *extra,
            size_t extra_length, MHD_socket socket, struct MHD_UpgradeResponseHandle *handle)
{
  const Exchange *exchange = exchange_pointer;
  int fd = fcntl (socket, F_DUPFD_CLOEXEC, 3);
  MHD_upgrade_action (handle, MHD_UPGRADE_ACTION_CLOSE);
  run_again (exchange->server);
  if (fd < 0)
    return;
  fcntl (fd, F_SETFL, fcntl (fd, F_GETFL) | O_NONBLOCK);
  exchange->upgrade (fd, extra, extra_length, &exchange->request, exchange->upgrade_data);
}

static enum MHD_Result
send_reply (struct MHD_Connection *mhd, Exchange *exchange, ParlorHttpReply *reply)
{
  exchange->answered = TRUE;
  exchange->upgrade = reply->upgrade;
  exchange->upgrade_data = reply->upgrade_data;
  if (!reply->status)
    parlor_http_problem (reply, 500, "internal", "The server did not answer this request.");
  struct MHD_Response *response = reply->upgrade
                                      ? MHD_create_response_for_upgrade (on_upgrade, NULL)
                                      : parlor_response_new (reply);
  if (!response)
    return MHD_NO;
  for (guint i = 0; i + 1 < reply->headers->len; i += 2)
    MHD_add_response_header (response, reply->headers->pdata[i], reply->headers->pdata[i + 1]);
  if (reply->close && !reply->upgrade)
    MHD_add_response_header (response, "Connection", "close");
  enum MHD_Result result = MHD_queue_response (mhd, reply->status, response);
  MHD_destroy_response (response);
  return result;
}

static enum MHD_Result
refuse (struct MHD_Connection *mhd, Exchange *exchange, guint status, const char *code,
        const char *detail)
{
  ParlorHttpReply reply;
  parlor_http_reply_init (&reply);
  parlor_http_problem (&reply, status, code, detail);
  reply.close = TRUE;
  enum MHD_Result result = send_reply (mhd, exchange, &reply);
  parlor_http_reply_clear (&reply);
  return result;
}

/* ---- libmicrohttpd's callbacks -------------------------------------------------------------- */

static enum MHD_Result
refuse_body (struct MHD_Connection *mhd, Exchange *exchange)
{
  return refuse (mhd, exchange, 413, "too_large",
                 exchange->limit
                     ? "The body is larger than this address takes."
                     : "This address takes no body: send none, an empty object neither.");
}

/* The answer is known before the body is in: the rest is read and forgotten, since a proxy that is
 * still sending may not look at what comes back. */
static void
answer_after_body (Exchange *exchange, ParlorHttpReply *reply)
{
  drop_body (exchange);
  exchange->late_reply = *reply;
  exchange->has_late_reply = TRUE;
  parlor_http_reply_init (reply);
}

static void
turn_away (Exchange *exchange)
{
  ParlorHttpReply reply;
  parlor_http_reply_init (&reply);
  parlor_http_problem (&reply, 503, "unavailable",
                       "The server is receiving too much at a time. Try again.");
  parlor_http_reply_header (&reply, "Retry-After", "5");
  answer_after_body (exchange, &reply);
  parlor_http_reply_clear (&reply);
}

/* A body in chunks may become as large as it likes. */
static gboolean
announces_more (const ParlorHttpRequest *request, gsize bytes)
{
  const char *length = parlor_http_header (request, "Content-Length");
  return length ? g_ascii_strtoull (length, NULL, 10) > bytes
                : parlor_http_header (request, "Transfer-Encoding") != NULL;
}

/* Who has no right to be heard is not listened to for megabytes. */
static void
judge_large (ParlorHttpServer *server, Exchange *exchange)
{
  ParlorHttpReply reply;
  exchange->is_large = TRUE;
  if (!server->app.admit)
    return;
  exchange->request.admitted = TRUE;
  parlor_http_reply_init (&reply);
  if (!server->app.admit (&exchange->request, &reply, server->app.user_data))
    answer_after_body (exchange, &reply);
  parlor_http_reply_clear (&reply);
}

/* Headers are in: refuse what must not be read further, before a byte of body is kept. */
static enum MHD_Result
begin (ParlorHttpServer *server, struct MHD_Connection *mhd, Exchange *exchange)
{
  if (exchange->bad_framing)
    return refuse (mhd, exchange, 400, "bad_request",
                   "The request's framing is malformed or ambiguous.");
  exchange->limit = server->app.body_limit (&exchange->request, server->app.user_data);
  const char *length = parlor_http_header (&exchange->request, "Content-Length");
  if (length && g_ascii_strtoull (length, NULL, 10) > exchange->limit)
    return refuse_body (mhd, exchange);
  if (exchange->limit > PARLOR_HTTP_SMALL_BODY
      && announces_more (&exchange->request, PARLOR_HTTP_SMALL_BODY))
    judge_large (server, exchange);
  return MHD_YES;
}

static void
keep_body (Exchange *exchange, const char *data, gsize n)
{
  ParlorHttpServer *server = exchange->server;
  if (exchange->is_large && server->body_bytes + n > server->bodies_limit)
    {
      turn_away (exchange);
      return;
    }
  if (exchange->is_large)
    server->body_bytes += n;
  if (!exchange->body)
    exchange->body = g_byte_array_new ();
  g_byte_array_append (exchange->body, (const guint8 *)data, (guint)n);
}

static void
have_patience (Exchange *exchange, gsize n)
{
  Connection *connection = connection_of (exchange->mhd);
  if (connection && exchange->limit > PATIENT_LIMIT_BYTES
      && exchange->taken / PATIENT_STEP_BYTES != (exchange->taken - n) / PATIENT_STEP_BYTES)
    connection_wait (exchange->server, connection);
}

static enum MHD_Result
take_body (struct MHD_Connection *mhd, Exchange *exchange, const char *data, size_t *length)
{
  size_t n = *length;
  *length = 0;
  if (exchange->answered)
    return MHD_YES;
  exchange->taken += n;
  /* Chunked: nothing announced the size, and no reply can be queued in mid-body. */
  if (exchange->taken > exchange->limit)
    {
      drop_body (exchange);
      return exchange->taken - exchange->limit <= DISCARD_MAX_BYTES ? MHD_YES : MHD_NO;
    }
  if (exchange->has_late_reply)
    return MHD_YES;
  keep_body (exchange, data, n);
  have_patience (exchange, n);
  return MHD_YES;
}

static enum MHD_Result
finish (ParlorHttpServer *server, struct MHD_Connection *mhd, Exchange *exchange)
{
  if (exchange->taken > exchange->limit)
    return refuse_body (mhd, exchange);
  ParlorHttpReply reply;
  parlor_http_reply_init (&reply);
  if (exchange->body)
    {
      exchange->request.body = (const char *)exchange->body->data;
      exchange->request.body_length = exchange->body->len;
    }
  Connection *connection = connection_of (mhd);
  if (connection)
    connection_unlink (server, connection);
  server->app.handle (&exchange->request, &reply, server->app.user_data);
  enum MHD_Result result = MHD_YES;
  if (exchange->pending)
    MHD_suspend_connection (mhd);
  else
    {
      result = send_reply (mhd, exchange, &reply);
    }
  parlor_http_reply_clear (&reply);
  return result;
}

static enum MHD_Result
finish_late (struct MHD_Connection *mhd, Exchange *exchange)
{
  return send_reply (mhd, exchange, &exchange->late_reply);
}

static enum MHD_Result
on_request (void *user_data, struct MHD_Connection *mhd, const char *path, const char *method,
            const char *version, const char *data, size_t *length, void **context)
{
  ParlorHttpServer *server = user_data;
  Exchange *exchange = *context;
  if (!exchange)
    {
      *context = exchange = exchange_new (server, mhd, path, method, version);
      return begin (server, mhd, exchange);
    }
  if (*length)
    return take_body (mhd, exchange, data, length);
  if (exchange->answered)
    return MHD_YES;
  if (exchange->has_late_reply)
    return finish_late (mhd, exchange);
  return finish (server, mhd, exchange);
}

static void
on_completed (void *user_data, struct MHD_Connection *mhd, void **context,
              enum MHD_RequestTerminationCode code)
{
  ParlorHttpServer *server = user_data;
  Connection *connection = connection_of (mhd);
  if (*context)
    exchange_free (*context);
  *context = NULL;
  if (connection && code == MHD_REQUEST_TERMINATED_COMPLETED_OK)
    connection_wait (server, connection);
}

/* Paths are decoded by the router, segment by segment: %2F and %00 must not be undone before. */
static size_t
keep_escapes (void *user_data, struct MHD_Connection *mhd, char *text)
{
  return strlen (text);
}

/* ---- the loop ------------------------------------------------------------------------------- */

static void run (ParlorHttpServer *server);

static void
on_timer (uv_timer_t *timer)
{
  run (timer->data);
}

static void
on_poll (uv_poll_t *poll, int status, int events)
{
  run (poll->data);
}

/* A resumed connection is neither in libmicrohttpd's epoll set nor in its MHD_get_timeout. */
static void
run_again (ParlorHttpServer *server)
{
  server->again = TRUE;
  if (!server->running)
    uv_timer_start (server->timer, on_timer, 0, 0);
}

/* The epoll set is edge-triggered inside: what one run left over is told by MHD_get_timeout alone,
 * so the timer is as important as the descriptor. */
static void
run (ParlorHttpServer *server)
{
  MHD_UNSIGNED_LONG_LONG wait_ms;
  server->running = TRUE;
  server->again = FALSE;
  MHD_run (server->daemon);
  server->running = FALSE;
  if (server->again)
    uv_timer_start (server->timer, on_timer, 0, 0);
  else if (MHD_get_timeout (server->daemon, &wait_ms) == MHD_YES)
    uv_timer_start (server->timer, on_timer, wait_ms, 0);
  else
    uv_timer_stop (server->timer);
}

/* ---- begin and end -------------------------------------------------------------------------- */

static struct MHD_Daemon *
start_daemon (ParlorHttpServer *server, const ParlorHttpOptions *options, int fd)
{
  guint limit = options->connection_limit ? options->connection_limit : DEFAULT_CONNECTION_LIMIT;
  return MHD_start_daemon (
      MHD_USE_EPOLL | MHD_ALLOW_UPGRADE, 0, NULL, NULL, on_request, server,
      MHD_OPTION_LISTEN_SOCKET, fd, MHD_OPTION_CONNECTION_LIMIT, limit,
      MHD_OPTION_CONNECTION_TIMEOUT, (unsigned int)MAX (server->timeout_us / G_USEC_PER_SEC, 1),
      MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)CONNECTION_MEMORY_BYTES,
      MHD_OPTION_STRICT_FOR_CLIENT, 1, MHD_OPTION_NOTIFY_COMPLETED, on_completed, server,
      MHD_OPTION_NOTIFY_CONNECTION, on_notify_connection, server, MHD_OPTION_UNESCAPE_CALLBACK,
      keep_escapes, server, MHD_OPTION_END);
}

static void
start_handles (ParlorHttpServer *server, uv_loop_t *loop)
{
  const union MHD_DaemonInfo *info = MHD_get_daemon_info (server->daemon, MHD_DAEMON_INFO_EPOLL_FD);
  server->poll = g_new0 (uv_poll_t, 1);
  server->timer = g_new0 (uv_timer_t, 1);
  server->sweep = g_new0 (uv_timer_t, 1);
  uv_poll_init (loop, server->poll, info->epoll_fd);
  uv_timer_init (loop, server->timer);
  uv_timer_init (loop, server->sweep);
  server->poll->data = server->timer->data = server->sweep->data = server;
  uv_poll_start (server->poll, UV_READABLE, on_poll);
  parlor_beat (server->sweep, on_sweep, SWEEP_MS);
  run (server);
}

ParlorHttpServer *
parlor_http_server_new (uv_loop_t *loop, const ParlorHttpOptions *options, const ParlorHttpApp *app,
                        GError **error)
{
  g_return_val_if_fail (app->handle && app->body_limit, NULL);
  int fd = parlor_listener_open (options->address, options->port, error);
  if (fd < 0)
    return NULL;
  ParlorHttpServer *server = g_new0 (ParlorHttpServer, 1);
  guint timeout_ms = options->request_timeout_ms ? options->request_timeout_ms : DEFAULT_TIMEOUT_MS;
  server->app = *app;
  server->trust_proxy = options->trust_proxy;
  server->timeout_us = (gint64)timeout_ms * 1000;
  server->bodies_limit = options->bodies_bytes ? options->bodies_bytes : DEFAULT_BODIES_BYTES;
  server->port = parlor_listener_port (fd);
  g_queue_init (&server->waiting);
  g_queue_init (&server->pending);
  server->daemon = start_daemon (server, options, fd);
  if (!server->daemon)
    {
      g_set_error (error, G_FILE_ERROR, G_FILE_ERROR_FAILED,
                   "the HTTP server on %s port %u did not start", options->address, options->port);
      close (fd);
      g_free (server);
      return NULL;
    }
  start_handles (server, loop);
  return server;
}

guint16
parlor_http_server_port (const ParlorHttpServer *server)
{
  return server->port;
}

guint
parlor_http_server_connections (const ParlorHttpServer *server)
{
  return server->n_connections;
}

void
parlor_http_server_quiesce (ParlorHttpServer *server)
{
  MHD_socket fd = MHD_quiesce_daemon (server->daemon);
  if (fd != MHD_INVALID_SOCKET)
    close (fd);
  run (server);
}

static void
free_handle (uv_handle_t *handle)
{
  g_free (handle);
}

void
parlor_http_server_free (ParlorHttpServer *server)
{
  if (!server)
    return;
  g_return_if_fail (!server->running);
  /* libmicrohttpd aborts when it is stopped with suspended connections. */
  for (GList *link; (link = server->pending.head);)
    give_up (((ParlorHttpPending *)link->data)->exchange);
  MHD_run (server->daemon);
  uv_poll_stop (server->poll);
  uv_timer_stop (server->timer);
  uv_timer_stop (server->sweep);
  uv_close ((uv_handle_t *)server->poll, free_handle);
  uv_close ((uv_handle_t *)server->timer, free_handle);
  uv_close ((uv_handle_t *)server->sweep, free_handle);
  MHD_stop_daemon (server->daemon);
  g_free (server);
}
