/* SPDX-License-Identifier: Apache-2.0 */
#include "store/postgres.h"

#include <string.h>

#include "base/error.h"
#include "store/behind.h"
#include "store/pg_batch.h"
#include "store/pg_migrate.h"
#include "store/room_rows.h"

#define WAIT_MS 10000
#define ANSWER_MS 10000
/* At start: an index over millions of rows takes a while, and so may the first of them. */
#define MIGRATE_MS 600000
#define LOAD_MS 60000

typedef struct
{
  ParlorBackend parent;
  char *url;
  ParlorPgConn *writing; /* the writer's */
  ParlorPgWriter *writer;
  ParlorPgConn *reading; /* the reader's */
} Postgres;

static gboolean
commit (ParlorBackend *backend, const GQueue *batch, guint *refused)
{
  return parlor_pg_writer_commit (((Postgres *)backend)->writer, batch, refused);
}

/* A connection that broke while nobody used it is noticed only now: the second try has a new one.
 */
static gboolean
find (ParlorBackend *backend, const ParlorFind *question, GPtrArray *rows, GError **error)
{
  ParlorPgConn *conn = ((Postgres *)backend)->reading;
  for (guint tries = 0; tries < 2; tries++)
    {
      g_clear_error (error);
      g_ptr_array_set_size (rows, 0);
      if (!parlor_pg_conn_open (conn, error))
        return FALSE;
      if (parlor_ask_find (question, PARLOR_SQL_POSTGRES, parlor_pg_ask, conn, rows, error))
        return TRUE;
      PGconn *pq = parlor_pg_conn_pq (conn);
      if (pq != NULL && PQstatus (pq) == CONNECTION_OK)
        return FALSE;
    }
  return FALSE;
}

/* Loading has a connection of its own. NULL with an error. */
static ParlorPgConn *
open_loader (Postgres *self, GError **error)
{
  g_autoptr (ParlorPgConn) conn = parlor_pg_conn_new (self->url, &self->parent, LOAD_MS);
  return parlor_pg_conn_open (conn, error) ? g_steal_pointer (&conn) : NULL;
}

static gboolean
load (ParlorBackend *backend, gint64 participants_since_ms, guint chat_limit,
      const ParlorStoreVisitor *visitor, gpointer user_data, GError **error)
{
  g_autoptr (ParlorPgConn) conn = open_loader ((Postgres *)backend, error);
  return conn != NULL
         && parlor_room_rows_load (parlor_pg_ask, conn, participants_since_ms, chat_limit, visitor,
                                   user_data, error);
}

static gboolean
load_records (ParlorBackend *backend, const ParlorRecordKind *kind, ParlorRecordVisit visit,
              gpointer user_data, GError **error)
{
  g_autoptr (ParlorPgConn) conn = open_loader ((Postgres *)backend, error);
  return conn != NULL && parlor_ask_all (kind, parlor_pg_ask, conn, visit, user_data, error);
}

static void
free_backend (ParlorBackend *backend)
{
  Postgres *self = (Postgres *)backend;
  parlor_pg_writer_free (self->writer);
  parlor_pg_conn_free (self->writing);
  parlor_pg_conn_free (self->reading);
  g_free (self->url);
  g_free (self);
}

static const ParlorBackendOps ops = {
    .commit = commit,
    .find = find,
    .load = load,
    .load_records = load_records,
    .free = free_backend,
};

/* libpq's own message of a malformed URL quotes it, with the password. */
static gboolean
check_url (const char *url, GError **error)
{
  PQconninfoOption *options = PQconninfoParse (url, NULL);
  gboolean good = options != NULL
                  && (g_str_has_prefix (url, "postgres://")
                      || g_str_has_prefix (url, "postgresql://"));
  PQconninfoFree (options);
  if (!good)
    g_set_error_literal (error, PARLOR_ERROR, PARLOR_ERROR_UNAVAILABLE,
                         "database: not a URL of the form postgres://USER:PASSWORD@HOST/DATABASE");
  return good;
}

/* A machine that starts may have its database up a little later. */
static gboolean
wait_for_server (ParlorPgConn *conn, guint wait_ms, GError **error)
{
  gint64 until_us = g_get_monotonic_time () + wait_ms * G_GINT64_CONSTANT (1000);
  g_autoptr (GError) last = NULL, again = NULL;
  while (!parlor_pg_conn_open (conn, &again))
    {
      /* "away" says less than why it is. */
      if (last == NULL)
        last = g_steal_pointer (&again);
      g_clear_error (&again);
      if (g_get_monotonic_time () >= until_us)
        {
          g_propagate_error (error, g_steal_pointer (&last));
          return FALSE;
        }
      g_usleep (50000);
    }
  return TRUE;
}

ParlorStore *
parlor_store_postgres_new (const ParlorStorePostgresSpec *spec, GError **error)
{
  if (!check_url (spec->url, error))
    return NULL;
  Postgres *self = g_new0 (Postgres, 1);
  self->parent.ops = &ops;
  self->url = g_strdup (spec->url);
  guint answer_ms = spec->answer_ms != 0 ? spec->answer_ms : ANSWER_MS;
  self->writing = parlor_pg_conn_new (self->url, &self->parent, answer_ms);
  self->reading = parlor_pg_conn_new (self->url, &self->parent, answer_ms);
  self->writer = parlor_pg_writer_new (self->writing);
  g_autoptr (ParlorPgConn) first = parlor_pg_conn_new (self->url, &self->parent, MIGRATE_MS);
  if (!wait_for_server (first, spec->wait_ms != 0 ? spec->wait_ms : WAIT_MS, error)
      || !parlor_pg_migrate (first, error))
    {
      free_backend (&self->parent);
      return NULL;
    }
  return parlor_behind_new (&self->parent, spec->queue_max);
}
