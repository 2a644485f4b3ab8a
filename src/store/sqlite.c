/* SPDX-License-Identifier: Apache-2.0 */
#include "store/sqlite.h"

#include <fcntl.h>
#include <unistd.h>

#include "store/behind.h"
#include "store/sqlite_open.h"
#include "store/room_rows.h"
#include "store/sqlite_run.h"

#define BUSY_TIMEOUT_MS 2000
/* A question that takes longer is given up: it would keep others waiting. */
#define FIND_MAX_US (10 * G_USEC_PER_SEC)
/* Instructions of SQLite's machine between two looks at the clock: some 100 µs. */
#define PROGRESS_STEPS 10000

typedef struct
{
  ParlorBackend parent;
  char *path;
  guint busy_timeout_ms;

  /* The writer's. */
  sqlite3 *db;
  ParlorSqliteRunner *writing;
  ParlorStatements *statements;

  /* The reader's. */
  sqlite3 *reading_db;
  ParlorSqliteRunner *reading;
  gint64 find_until_us;
} Sqlite;

/* SQLite's busy handler: ends the wait when the store must be closed. */
static int
wait_for_lock (void *data, int tries)
{
  Sqlite *self = data;
  const guint step_ms = 5;
  if ((guint)tries * step_ms >= self->busy_timeout_ms || parlor_backend_must_stop (&self->parent))
    return 0;
  g_usleep (step_ms * 1000);
  return 1;
}

/* SQLite's progress handler of the reader. */
static int
find_takes_too_long (void *data)
{
  Sqlite *self = data;
  return g_get_monotonic_time () >= self->find_until_us || parlor_backend_must_stop (&self->parent);
}

/* --- writing --- */

static ParlorRunResult
write_row (Sqlite *self, const ParlorWrite *write)
{
  return parlor_statements_run (self->statements, write, parlor_sqlite_run, self->writing);
}

static ParlorRunResult
step (Sqlite *self, const char *sql)
{
  return sqlite3_exec (self->db, sql, NULL, NULL, NULL) == SQLITE_OK ? PARLOR_RUN_DONE
                                                                     : PARLOR_RUN_FAILED;
}

static ParlorRunResult
write_group (Sqlite *self, const GPtrArray *group)
{
  ParlorRunResult result = step (self, "SAVEPOINT unit");
  for (guint i = 0; i < group->len && result == PARLOR_RUN_DONE; i++)
    result = write_row (self, group->pdata[i]);
  if (result == PARLOR_RUN_REFUSED && step (self, "ROLLBACK TO unit") == PARLOR_RUN_FAILED)
    result = PARLOR_RUN_FAILED;
  if (result != PARLOR_RUN_FAILED && step (self, "RELEASE unit") == PARLOR_RUN_FAILED)
    result = PARLOR_RUN_FAILED;
  return result;
}

/* What breaks a rule of the schema would break it for ever: it alone is left out. */
static ParlorRunResult
write_batch (Sqlite *self, const GQueue *batch, guint *refused)
{
  ParlorRunResult result = PARLOR_RUN_DONE;
  for (GList *l = batch->head; l != NULL && result != PARLOR_RUN_FAILED; l = l->next)
    {
      const ParlorWrite *write = l->data;
      result = write->type == PARLOR_WRITE_GROUP ? write_group (self, write->group)
                                                 : write_row (self, write);
      if (result == PARLOR_RUN_REFUSED)
        *refused += parlor_write_weight (write);
    }
  return result == PARLOR_RUN_FAILED ? PARLOR_RUN_FAILED : PARLOR_RUN_DONE;
}

static gboolean
commit (ParlorBackend *backend, const GQueue *batch, guint *refused)
{
  Sqlite *self = (Sqlite *)backend;
  *refused = 0;
  ParlorRunResult result = step (self, "BEGIN IMMEDIATE");
  if (result == PARLOR_RUN_DONE)
    result = write_batch (self, batch, refused);
  if (result == PARLOR_RUN_DONE)
    result = step (self, "COMMIT");
  if (result != PARLOR_RUN_DONE && !sqlite3_get_autocommit (self->db))
    step (self, "ROLLBACK");
  return result == PARLOR_RUN_DONE;
}

/* --- reading --- */

static gboolean
find (ParlorBackend *backend, const ParlorFind *question, GPtrArray *rows, GError **error)
{
  Sqlite *self = (Sqlite *)backend;
  self->find_until_us = g_get_monotonic_time () + FIND_MAX_US;
  return parlor_ask_find (question, PARLOR_SQL_SQLITE, parlor_sqlite_ask, self->reading, rows,
                          error);
}

/* Loading has a connection of its own, so that what it shows may be put at once. */
static ParlorSqliteRunner *
open_loader (Sqlite *self, sqlite3 **db, GError **error)
{
  *db = parlor_sqlite_open (self->path, self->busy_timeout_ms, error);
  return *db != NULL ? parlor_sqlite_runner_new (*db) : NULL;
}

static gboolean
load (ParlorBackend *backend, gint64 participants_since_ms, guint chat_limit,
      const ParlorStoreVisitor *visitor, gpointer user_data, GError **error)
{
  sqlite3 *db;
  ParlorSqliteRunner *loader = open_loader ((Sqlite *)backend, &db, error);
  gboolean loaded = loader != NULL
                    && parlor_room_rows_load (parlor_sqlite_ask, loader, participants_since_ms,
                                              chat_limit, visitor, user_data, error);
  parlor_sqlite_runner_free (loader);
  sqlite3_close (db);
  return loaded;
}

static gboolean
load_records (ParlorBackend *backend, const ParlorRecordKind *kind, ParlorRecordVisit visit,
              gpointer user_data, GError **error)
{
  sqlite3 *db;
  ParlorSqliteRunner *loader = open_loader ((Sqlite *)backend, &db, error);
  gboolean loaded = loader != NULL
                    && parlor_ask_all (kind, parlor_sqlite_ask, loader, visit, user_data, error);
  parlor_sqlite_runner_free (loader);
  sqlite3_close (db);
  return loaded;
}

/* --- opening --- */

static void
free_backend (ParlorBackend *backend)
{
  Sqlite *self = (Sqlite *)backend;
  parlor_sqlite_runner_free (self->writing);
  parlor_sqlite_runner_free (self->reading);
  parlor_statements_free (self->statements);
  sqlite3_close (self->reading_db);
  sqlite3_close (self->db);
  g_free (self->path);
  g_free (self);
}

static const ParlorBackendOps ops = {
    .commit = commit,
    .find = find,
    .load = load,
    .load_records = load_records,
    .free = free_backend,
};

/* What people said is nobody's business on this machine. Only a new file: closing another
   descriptor of an open database would let go of its locks
   (https://www.sqlite.org/howtocorrupt.html section 2.2). */
static void
create_private (const char *path)
{
  int fd = open (path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (fd >= 0)
    close (fd);
}

static gboolean
open_connections (Sqlite *self, GError **error)
{
  self->db = parlor_sqlite_open (self->path, self->busy_timeout_ms, error);
  if (self->db == NULL || !parlor_sqlite_migrate (self->db, error))
    return FALSE;
  self->reading_db = parlor_sqlite_open (self->path, self->busy_timeout_ms, error);
  if (self->reading_db == NULL)
    return FALSE;
  self->writing = parlor_sqlite_runner_new (self->db);
  self->reading = parlor_sqlite_runner_new (self->reading_db);
  self->statements = parlor_statements_new ();
  sqlite3_busy_handler (self->db, wait_for_lock, self);
  sqlite3_busy_handler (self->reading_db, wait_for_lock, self);
  sqlite3_progress_handler (self->reading_db, PROGRESS_STEPS, find_takes_too_long, self);
  return TRUE;
}

ParlorStore *
parlor_store_sqlite_new (const ParlorStoreSqliteSpec *spec, GError **error)
{
  Sqlite *self = g_new0 (Sqlite, 1);
  self->parent.ops = &ops;
  self->path = g_strdup (spec->path);
  self->busy_timeout_ms = spec->busy_timeout_ms != 0 ? spec->busy_timeout_ms : BUSY_TIMEOUT_MS;
  create_private (spec->path);
  if (!open_connections (self, error))
    {
      free_backend (&self->parent);
      return NULL;
    }
  return parlor_behind_new (&self->parent, spec->queue_max);
}
