/* SPDX-License-Identifier: Apache-2.0 */
#include "store/sqlite.h"

#include <fcntl.h>
#include <unistd.h>

#include "store/behind.h"
#include "store/sqlite_open.h"
#include "store/sqlite_records.h"
#include "store/sqlite_rows.h"

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
  ParlorSqliteRows *rows;
  ParlorSqliteRecords *records;

  /* The reader's. */
  sqlite3 *reading;
  ParlorSqliteRecords *questions;
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

static gboolean
breaks_a_rule (int result)
{
  return result == SQLITE_CONSTRAINT || result == SQLITE_MISMATCH || result == SQLITE_TOOBIG
         || result == SQLITE_SCHEMA;
}

static int
write_row (Sqlite *self, const ParlorWrite *write)
{
  if (write->type == PARLOR_WRITE_RECORD || write->type == PARLOR_WRITE_REMOVE)
    return parlor_sqlite_records_apply (self->records, write);
  return parlor_sqlite_rows_apply (self->rows, write);
}

static int
write_group (Sqlite *self, const GPtrArray *group)
{
  int result = sqlite3_exec (self->db, "SAVEPOINT unit", NULL, NULL, NULL);
  for (guint i = 0; i < group->len && result == SQLITE_OK; i++)
    result = write_row (self, group->pdata[i]);
  if (breaks_a_rule (result))
    {
      /* The message, before the next call replaces it. */
      g_autofree char *message = g_strdup (sqlite3_errmsg (self->db));
      sqlite3_exec (self->db, "ROLLBACK TO unit; RELEASE unit", NULL, NULL, NULL);
      g_message ("store: %u writes that belong together are refused: %s", group->len, message);
    }
  else if (result == SQLITE_OK)
    result = sqlite3_exec (self->db, "RELEASE unit", NULL, NULL, NULL);
  return result;
}

/* A write that breaks a rule of the schema would break it for ever: it alone is left out. */
static int
write_batch (Sqlite *self, const GQueue *batch, guint *refused)
{
  for (GList *l = batch->head; l != NULL; l = l->next)
    {
      const ParlorWrite *write = l->data;
      gboolean group = write->type == PARLOR_WRITE_GROUP;
      int result = group ? write_group (self, write->group) : write_row (self, write);
      if (breaks_a_rule (result))
        {
          *refused += parlor_write_weight (write);
          if (!group)
            g_message ("store: a write is refused: %s", sqlite3_errmsg (self->db));
        }
      else if (result != SQLITE_OK)
        return result;
    }
  return SQLITE_OK;
}

static gboolean
commit (ParlorBackend *backend, const GQueue *batch, guint *refused)
{
  Sqlite *self = (Sqlite *)backend;
  *refused = 0;
  int result = sqlite3_exec (self->db, "BEGIN IMMEDIATE", NULL, NULL, NULL);
  if (result == SQLITE_OK)
    result = write_batch (self, batch, refused);
  if (result == SQLITE_OK)
    result = sqlite3_exec (self->db, "COMMIT", NULL, NULL, NULL);
  if (result != SQLITE_OK && !sqlite3_get_autocommit (self->db))
    sqlite3_exec (self->db, "ROLLBACK", NULL, NULL, NULL);
  return result == SQLITE_OK;
}

/* --- reading --- */

static gboolean
find (ParlorBackend *backend, const ParlorFind *question, GPtrArray *rows, GError **error)
{
  Sqlite *self = (Sqlite *)backend;
  self->find_until_us = g_get_monotonic_time () + FIND_MAX_US;
  return parlor_sqlite_records_find (self->questions, question, rows, error);
}

static gboolean
load (ParlorBackend *backend, gint64 participants_since_ms, guint chat_limit,
      const ParlorStoreVisitor *visitor, gpointer user_data, GError **error)
{
  Sqlite *self = (Sqlite *)backend;
  sqlite3 *db = parlor_sqlite_open (self->path, self->busy_timeout_ms, error);
  gboolean loaded = db != NULL
                    && parlor_sqlite_rows_load (db, participants_since_ms, chat_limit, visitor,
                                                user_data, error);
  sqlite3_close (db);
  return loaded;
}

static gboolean
load_records (ParlorBackend *backend, const ParlorRecordKind *kind, ParlorRecordVisit visit,
              gpointer user_data, GError **error)
{
  Sqlite *self = (Sqlite *)backend;
  sqlite3 *db = parlor_sqlite_open (self->path, self->busy_timeout_ms, error);
  gboolean loaded = db != NULL && parlor_sqlite_records_load (db, kind, visit, user_data, error);
  sqlite3_close (db);
  return loaded;
}

/* --- opening --- */

static void
free_backend (ParlorBackend *backend)
{
  Sqlite *self = (Sqlite *)backend;
  parlor_sqlite_rows_free (self->rows);
  parlor_sqlite_records_free (self->records);
  parlor_sqlite_records_free (self->questions);
  sqlite3_close (self->reading);
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
  if (self->db == NULL || !parlor_sqlite_migrate (self->db, error)
      || (self->rows = parlor_sqlite_rows_new (self->db, error)) == NULL)
    return FALSE;
  self->records = parlor_sqlite_records_new (self->db);
  sqlite3_busy_handler (self->db, wait_for_lock, self);
  self->reading = parlor_sqlite_open (self->path, self->busy_timeout_ms, error);
  if (self->reading == NULL)
    return FALSE;
  self->questions = parlor_sqlite_records_new (self->reading);
  sqlite3_busy_handler (self->reading, wait_for_lock, self);
  sqlite3_progress_handler (self->reading, PROGRESS_STEPS, find_takes_too_long, self);
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
