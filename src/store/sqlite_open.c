/* SPDX-License-Identifier: Apache-2.0 */
#include "store/sqlite_open.h"

#include "room/error.h"
#include "store/migrations.h"

/* "Parl": marks the file as ours (https://www.sqlite.org/pragma.html#pragma_application_id). */
#define APPLICATION_ID 0x5061726c

void
parlor_sqlite_set_error (GError **error, sqlite3 *db, const char *what)
{
  g_set_error (error, PARLOR_ERROR, PARLOR_ERROR_UNAVAILABLE, "database: %s: %s", what,
               db != NULL ? sqlite3_errmsg (db) : "out of memory");
}

static gboolean
run (sqlite3 *db, const char *sql, const char *what, GError **error)
{
  if (sqlite3_exec (db, sql, NULL, NULL, NULL) == SQLITE_OK)
    return TRUE;
  parlor_sqlite_set_error (error, db, what);
  return FALSE;
}

/* -1 with an error. */
static gint64
read_number (sqlite3 *db, const char *sql, GError **error)
{
  gint64 value = -1;
  sqlite3_stmt *statement = NULL;
  if (sqlite3_prepare_v2 (db, sql, -1, &statement, NULL) == SQLITE_OK
      && sqlite3_step (statement) == SQLITE_ROW)
    value = sqlite3_column_int64 (statement, 0);
  else
    parlor_sqlite_set_error (error, db, "cannot read");
  sqlite3_finalize (statement);
  return value;
}

/* A file with tables of another program must not be touched. */
static gboolean
check_ours (sqlite3 *db, GError **error)
{
  gint64 id = read_number (db, "PRAGMA application_id", error);
  gint64 tables = id >= 0 ? read_number (db, "SELECT count(*) FROM sqlite_master", error) : -1;
  if (tables < 0)
    return FALSE;
  if (id == APPLICATION_ID || (id == 0 && tables == 0))
    return TRUE;
  g_set_error_literal (error, PARLOR_ERROR, PARLOR_ERROR_UNAVAILABLE,
                       "database: the file belongs to another program");
  return FALSE;
}

sqlite3 *
parlor_sqlite_open (const char *path, guint busy_timeout_ms, GError **error)
{
  sqlite3 *db = NULL;
  int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX;
  if (sqlite3_open_v2 (path, &db, flags, NULL) != SQLITE_OK)
    parlor_sqlite_set_error (error, db, "cannot open");
  else
    {
      sqlite3_busy_timeout (db, (int)busy_timeout_ms);
      if (check_ours (db, error)
          && run (db,
                  "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON;",
                  "cannot prepare", error))
        return db;
    }
  sqlite3_close (db);
  return NULL;
}

static gboolean
apply (sqlite3 *db, guint version, const char *sql, GError **error)
{
  g_autofree char *what = g_strdup_printf ("migration %u", version);
  g_autofree char *mark = g_strdup_printf ("PRAGMA application_id = %d; PRAGMA user_version = %u;"
                                           "COMMIT",
                                           APPLICATION_ID, version);
  if (run (db, "BEGIN IMMEDIATE", what, error))
    {
      if (run (db, sql, what, error) && run (db, mark, what, error))
        return TRUE;
      sqlite3_exec (db, "ROLLBACK", NULL, NULL, NULL);
    }
  return FALSE;
}

gboolean
parlor_sqlite_migrate (sqlite3 *db, GError **error)
{
  guint known = 0;
  while (parlor_store_migrations[known] != NULL)
    known++;
  gint64 version = read_number (db, "PRAGMA user_version", error);
  if (version < 0)
    return FALSE;
  if (version > known)
    {
      g_set_error (error, PARLOR_ERROR, PARLOR_ERROR_UNAVAILABLE,
                   "database: made by a newer version (%d, this one knows %u)", (int)version,
                   known);
      return FALSE;
    }
  for (guint i = (guint)version; i < known; i++)
    if (!apply (db, i + 1, parlor_store_migrations[i], error))
      return FALSE;
  return TRUE;
}
