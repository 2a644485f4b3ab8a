/* SPDX-License-Identifier: Apache-2.0 */
#include "store/pg_conn.h"

#include <poll.h>
#include <string.h>

#include "base/error.h"

#define CONNECT_MS 5000
#define BACKOFF_MIN_MS 100
#define BACKOFF_MAX_MS 1000
/* Between two looks at whether the store is closing. */
#define STEP_MS 100

/* Ours alone: another program's tables are never seen. What a server calls durable is raised to
   what we promise, never lowered. */
#define SESSION                                                                                    \
  "SET client_min_messages = warning; SET search_path = parlor; SET bytea_output = hex;"           \
  "SET statement_timeout = %u;"                                                                    \
  "SELECT set_config ('synchronous_commit', 'on', false)"                                          \
  " WHERE current_setting ('synchronous_commit') = 'off'"

struct _ParlorPgConn
{
  char *url;
  ParlorBackend *backend;
  guint answer_ms;
  PGconn *pq;
  guint generation;
  guint backoff_ms;
  gint64 next_try_us;
};

ParlorPgConn *
parlor_pg_conn_new (const char *url, ParlorBackend *backend, guint answer_ms)
{
  ParlorPgConn *conn = g_new0 (ParlorPgConn, 1);
  conn->url = g_strdup (url);
  conn->backend = backend;
  conn->answer_ms = answer_ms;
  return conn;
}

void
parlor_pg_conn_free (ParlorPgConn *conn)
{
  if (conn == NULL)
    return;
  parlor_pg_conn_drop (conn);
  g_free (conn->url);
  g_free (conn);
}

void
parlor_pg_conn_drop (ParlorPgConn *conn)
{
  PQfinish (conn->pq);
  conn->pq = NULL;
}

PGconn *
parlor_pg_conn_pq (ParlorPgConn *conn)
{
  return conn->pq;
}

guint
parlor_pg_conn_generation (ParlorPgConn *conn)
{
  return conn->generation;
}

/* One line of it: the server's details may quote values. */
void
parlor_pg_set_error (GError **error, ParlorPgConn *conn, const PGresult *result, const char *what)
{
  const char *message = result != NULL ? PQresultErrorField (result, PG_DIAG_MESSAGE_PRIMARY)
                                       : PQerrorMessage (conn->pq);
  g_auto (GStrv) lines = g_strsplit (message != NULL ? message : "", "\n", 2);
  g_set_error (error, PARLOR_ERROR, PARLOR_ERROR_UNAVAILABLE, "database: %s: %s", what,
               lines[0] != NULL && lines[0][0] != '\0' ? lines[0] : "it does not answer");
}

/* FALSE = time is up. */
static gboolean
wait_io (ParlorPgConn *conn, gboolean to_write, gint64 until_us)
{
  struct pollfd fd = {PQsocket (conn->pq), to_write ? POLLIN | POLLOUT : POLLIN, 0};
  while (g_get_monotonic_time () < until_us && !parlor_backend_must_stop (conn->backend))
    if (poll (&fd, 1, STEP_MS) > 0)
      return TRUE;
  return FALSE;
}

/* --- connecting --- */

static gboolean
handshake (ParlorPgConn *conn, GError **error)
{
  gint64 until_us = g_get_monotonic_time () + CONNECT_MS * G_GINT64_CONSTANT (1000);
  PostgresPollingStatusType state = PGRES_POLLING_WRITING;
  while (state != PGRES_POLLING_OK && state != PGRES_POLLING_FAILED)
    {
      struct pollfd fd = {PQsocket (conn->pq), state == PGRES_POLLING_READING ? POLLIN : POLLOUT,
                          0};
      if (g_get_monotonic_time () >= until_us || parlor_backend_must_stop (conn->backend))
        break;
      if (poll (&fd, 1, STEP_MS) > 0)
        state = PQconnectPoll (conn->pq);
    }
  if (state == PGRES_POLLING_OK)
    return TRUE;
  parlor_pg_set_error (error, conn, NULL, "cannot connect");
  return FALSE;
}

static void
ignore_notice (void *data, const char *message)
{
}

static gboolean
try_open (ParlorPgConn *conn, GError **error)
{
  const char *const names[] = {"dbname", "client_encoding", "application_name", NULL};
  const char *const values[] = {conn->url, "UTF8", "parlord", NULL};
  conn->pq = PQconnectStartParams (names, values, 1);
  conn->generation++;
  if (conn->pq == NULL || PQstatus (conn->pq) == CONNECTION_BAD)
    {
      /* libpq's message quotes the option, which may be part of a password. */
      g_set_error_literal (error, PARLOR_ERROR, PARLOR_ERROR_UNAVAILABLE,
                           "database: an option in its URL is wrong");
      return FALSE;
    }
  if (!handshake (conn, error))
    return FALSE;
  PQsetnonblocking (conn->pq, 1);
  PQsetNoticeProcessor (conn->pq, ignore_notice, NULL);
  g_autofree char *session = g_strdup_printf (SESSION, conn->answer_ms);
  return parlor_pg_conn_do (conn, session, "cannot begin a session", error);
}

gboolean
parlor_pg_conn_open (ParlorPgConn *conn, GError **error)
{
  gint64 now_us = g_get_monotonic_time ();
  if (conn->pq != NULL && PQstatus (conn->pq) == CONNECTION_OK)
    return TRUE;
  parlor_pg_conn_drop (conn);
  if (now_us < conn->next_try_us)
    {
      g_set_error_literal (error, PARLOR_ERROR, PARLOR_ERROR_UNAVAILABLE, "database: away");
      return FALSE;
    }
  if (try_open (conn, error))
    {
      conn->backoff_ms = 0;
      return TRUE;
    }
  parlor_pg_conn_drop (conn);
  conn->backoff_ms = CLAMP (2 * conn->backoff_ms, BACKOFF_MIN_MS, BACKOFF_MAX_MS);
  conn->next_try_us = g_get_monotonic_time () + conn->backoff_ms * G_GINT64_CONSTANT (1000);
  return FALSE;
}

/* --- asking --- */

PGresult *
parlor_pg_conn_next (ParlorPgConn *conn)
{
  gint64 until_us = g_get_monotonic_time () + conn->answer_ms * G_GINT64_CONSTANT (1000);
  while (conn->pq != NULL)
    {
      int unsent = PQflush (conn->pq);
      if (unsent >= 0 && !PQisBusy (conn->pq))
        return PQgetResult (conn->pq);
      if (unsent < 0 || !wait_io (conn, unsent > 0, until_us) || !PQconsumeInput (conn->pq))
        parlor_pg_conn_drop (conn);
    }
  return NULL;
}

static gboolean
is_good (const PGresult *result)
{
  ExecStatusType status = PQresultStatus (result);
  return status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK || status == PGRES_SINGLE_TUPLE;
}

gboolean
parlor_pg_conn_do (ParlorPgConn *conn, const char *sql, const char *what, GError **error)
{
  gboolean good = conn->pq != NULL && PQsendQuery (conn->pq, sql);
  PGresult *result;
  while (conn->pq != NULL && (result = parlor_pg_conn_next (conn)) != NULL)
    {
      if (good && !is_good (result))
        {
          parlor_pg_set_error (error, conn, result, what);
          good = FALSE;
        }
      PQclear (result);
    }
  if (conn->pq != NULL)
    return good;
  if (good)
    parlor_pg_set_error (error, conn, NULL, what);
  return FALSE;
}

/* Texts are borrowed from the result; bytes are owned. */
static void
read_field (const PGresult *row, int at_row, int i, const ParlorField *field, gpointer record)
{
  gpointer at = G_STRUCT_MEMBER_P (record, field->offset);
  const char *text = PQgetisnull (row, at_row, i) ? NULL : PQgetvalue (row, at_row, i);
  switch (field->type)
    {
    case PARLOR_FIELD_TEXT:
      *(const char **)at = text;
      break;
    case PARLOR_FIELD_INT:
      *(gint64 *)at = text != NULL ? g_ascii_strtoll (text, NULL, 10) : 0;
      break;
    case PARLOR_FIELD_REAL:
      *(double *)at = text != NULL ? g_ascii_strtod (text, NULL) : 0;
      break;
    case PARLOR_FIELD_FLAG:
      *(gboolean *)at = text != NULL && strcmp (text, "0") != 0;
      break;
    case PARLOR_FIELD_BYTES:
      *(GBytes **)at = NULL;
      if (text != NULL)
        {
          size_t size;
          unsigned char *data = PQunescapeBytea ((const unsigned char *)text, &size);
          *(GBytes **)at = g_bytes_new_with_free_func (data, size, PQfreemem, data);
        }
      break;
    }
}

static gboolean
send_query (ParlorPgConn *conn, const ParlorSqlQuery *query)
{
  const char *values[G_N_ELEMENTS (query->values)];
  char numbers[G_N_ELEMENTS (query->values)][24];
  for (guint i = 0; i < query->n_values; i++)
    {
      g_snprintf (numbers[i], sizeof numbers[i], "%" G_GINT64_FORMAT, query->values[i].number);
      values[i] = query->values[i].text != NULL ? query->values[i].text : numbers[i];
    }
  return PQsendQueryParams (conn->pq, query->sql, (int)query->n_values, NULL, values, NULL, NULL, 0)
         && PQsetSingleRowMode (conn->pq);
}

static void
visit_result (const PGresult *result, const ParlorRowShape *shape, gpointer record,
              ParlorRecordVisit visit, gpointer user_data)
{
  for (int row = 0; row < PQntuples (result); row++)
    {
      for (guint i = 0; i < shape->n_fields; i++)
        read_field (result, row, (int)i, &shape->fields[i], record);
      visit (record, user_data);
      parlor_row_release (shape, record);
    }
}

gboolean
parlor_pg_ask (gpointer user_data, const ParlorSqlQuery *query, const ParlorRowShape *shape,
               ParlorRecordVisit visit, gpointer visit_data, GError **error)
{
  ParlorPgConn *conn = user_data;
  gpointer record = g_malloc0 (shape->size);
  gboolean good = send_query (conn, query), failed = !good;
  PGresult *result;
  while (conn->pq != NULL && (result = parlor_pg_conn_next (conn)) != NULL)
    {
      good = is_good (result);
      if (good)
        visit_result (result, shape, record, visit, visit_data);
      else if (!failed)
        parlor_pg_set_error (error, conn, result, "cannot answer");
      failed |= !good;
      PQclear (result);
    }
  g_free (record);
  if (conn->pq != NULL && !failed)
    return TRUE;
  if (error != NULL && *error == NULL)
    parlor_pg_set_error (error, conn, NULL, "cannot answer");
  return FALSE;
}
