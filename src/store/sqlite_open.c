/* SPDX-License-Identifier: Apache-2.0 */
#include "store/sqlite_open.h"

#include "base/error.h"
#include "store/find.h"
#include "store/migrations.h"

/* PRAGMA user_version: how applied migrations are remembered. 1 = nothing but the first was; 2 =
   the table parlor_migrations lists them. */
#define FORMAT 2
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

/* SQL function parlor_contains (text, needle). */
static void
contains (sqlite3_context *context, int n, sqlite3_value **values)
{
  const char *text = (const char *)sqlite3_value_text (values[0]);
  const char *needle = (const char *)sqlite3_value_text (values[1]);
  if (text != NULL && needle != NULL)
    sqlite3_result_int (context, parlor_text_contains (text, needle));
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

/* Keys are random, so a batch of rows touches as many pages: a cache of 64 MB and a checkpoint each
   64 MB of log (docs/decisions/0040) instead of 2 and 4. */
static const char pragmas[] = "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;"
                              "PRAGMA foreign_keys = ON; PRAGMA cache_size = -65536;"
                              "PRAGMA wal_autocheckpoint = 16000";

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
      /* A quoted name that no column has is an error, not a text. */
      sqlite3_db_config (db, SQLITE_DBCONFIG_DQS_DML, 0, NULL);
      sqlite3_create_function (db, "parlor_contains", 2, SQLITE_UTF8 | SQLITE_DETERMINISTIC, NULL,
                               contains, NULL, NULL);
      if (check_ours (db, error) && run (db, pragmas, "cannot prepare", error))
        return db;
    }
  sqlite3_close (db);
  return NULL;
}

static gboolean
refuse_newer (const char *what, gint64 number, GError **error)
{
  g_set_error (error, PARLOR_ERROR, PARLOR_ERROR_UNAVAILABLE,
               "database: made by a newer version (%s %d is not known here)", what, (int)number);
  return FALSE;
}

/* Makes the list of what was applied; a file of before the list has the first alone. */
static gboolean
make_list (sqlite3 *db, gint64 format, GError **error)
{
  g_autofree char *sql = g_strdup_printf (
      "BEGIN IMMEDIATE;"
      "CREATE TABLE IF NOT EXISTS parlor_migrations (number INTEGER NOT NULL PRIMARY KEY) STRICT;"
      "%s PRAGMA application_id = %d; PRAGMA user_version = %d; COMMIT",
      format == 1 ? "INSERT INTO parlor_migrations VALUES (1);" : "", APPLICATION_ID, FORMAT);
  if (format == FORMAT || run (db, sql, "list of migrations", error))
    return TRUE;
  sqlite3_exec (db, "ROLLBACK", NULL, NULL, NULL);
  return FALSE;
}

static gboolean
is_known (gint64 number)
{
  for (const ParlorMigration *m = parlor_store_migrations; m->number != 0; m++)
    if (m->number == number)
      return TRUE;
  return FALSE;
}

/* NULL with an error. */
static GHashTable *
read_list (sqlite3 *db, GError **error)
{
  g_autoptr (GHashTable) applied = g_hash_table_new (NULL, NULL);
  sqlite3_stmt *statement = NULL;
  sqlite3_prepare_v2 (db, "SELECT number FROM parlor_migrations", -1, &statement, NULL);
  int result;
  while ((result = sqlite3_step (statement)) == SQLITE_ROW)
    g_hash_table_add (applied, GINT_TO_POINTER (sqlite3_column_int (statement, 0)));
  if (result != SQLITE_DONE)
    parlor_sqlite_set_error (error, db, "cannot read");
  sqlite3_finalize (statement);
  return result == SQLITE_DONE ? g_steal_pointer (&applied) : NULL;
}

static gboolean
apply (sqlite3 *db, const ParlorMigration *migration, GError **error)
{
  g_autofree char *mark = g_strdup_printf ("INSERT INTO parlor_migrations VALUES (%d); COMMIT",
                                           migration->number);
  if (run (db, "BEGIN IMMEDIATE", migration->name, error))
    {
      if (run (db, migration->sqlite, migration->name, error)
          && run (db, mark, migration->name, error))
        return TRUE;
      sqlite3_exec (db, "ROLLBACK", NULL, NULL, NULL);
    }
  return FALSE;
}

gboolean
parlor_sqlite_migrate (sqlite3 *db, GError **error)
{
  gint64 format = read_number (db, "PRAGMA user_version", error);
  if (format < 0)
    return FALSE;
  if (format > FORMAT)
    return refuse_newer ("format", format, error);
  if (!make_list (db, format, error))
    return FALSE;
  g_autoptr (GHashTable) applied = read_list (db, error);
  if (applied == NULL)
    return FALSE;
  GHashTableIter iter;
  gpointer number;
  g_hash_table_iter_init (&iter, applied);
  while (g_hash_table_iter_next (&iter, &number, NULL))
    if (!is_known (GPOINTER_TO_INT (number)))
      return refuse_newer ("migration", GPOINTER_TO_INT (number), error);
  for (const ParlorMigration *m = parlor_store_migrations; m->number != 0; m++)
    if (!g_hash_table_contains (applied, GINT_TO_POINTER (m->number)) && !apply (db, m, error))
      return FALSE;
  return TRUE;
}
