/* SPDX-License-Identifier: Apache-2.0 */
#include "store/sqlite_run.h"

#include "store/sqlite_open.h"

/* Forms of questions whose statements are kept. */
#define QUESTIONS_MAX 64

struct _ParlorSqliteRunner
{
  sqlite3 *db;
  GHashTable *prepared;  /* ParlorStatement → sqlite3_stmt */
  GHashTable *questions; /* SQL → sqlite3_stmt */
};

static void
finalize (gpointer statement)
{
  sqlite3_finalize (statement);
}

ParlorSqliteRunner *
parlor_sqlite_runner_new (sqlite3 *db)
{
  ParlorSqliteRunner *runner = g_new0 (ParlorSqliteRunner, 1);
  runner->db = db;
  runner->prepared = g_hash_table_new_full (NULL, NULL, NULL, finalize);
  runner->questions = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, finalize);
  return runner;
}

void
parlor_sqlite_runner_free (ParlorSqliteRunner *runner)
{
  if (runner == NULL)
    return;
  g_hash_table_unref (runner->prepared);
  g_hash_table_unref (runner->questions);
  g_free (runner);
}

/* NULL where the table or a column is missing (or memory, or the disk: see the result code). */
static sqlite3_stmt *
prepare (sqlite3 *db, const char *sql)
{
  sqlite3_stmt *statement = NULL;
  sqlite3_prepare_v3 (db, sql, -1, SQLITE_PREPARE_PERSISTENT, &statement, NULL);
  return statement;
}

/* --- writing --- */

/* Values are bound, never pasted: no text of anybody is ever part of a statement. The record
   outlives the step, so nothing is copied. */
static void
bind_field (sqlite3_stmt *statement, int i, const ParlorField *field, gconstpointer record)
{
  gconstpointer at = G_STRUCT_MEMBER_P (record, field->offset);
  switch (field->type)
    {
    case PARLOR_FIELD_TEXT:
      sqlite3_bind_text (statement, i, *(const char *const *)at, -1, SQLITE_STATIC);
      break;
    case PARLOR_FIELD_INT:
      sqlite3_bind_int64 (statement, i, *(const gint64 *)at);
      break;
    case PARLOR_FIELD_REAL:
      sqlite3_bind_double (statement, i, *(const double *)at);
      break;
    case PARLOR_FIELD_FLAG:
      sqlite3_bind_int (statement, i, *(const gboolean *)at != 0);
      break;
    case PARLOR_FIELD_BYTES:
      if (*(GBytes *const *)at != NULL)
        {
          gsize size;
          const void *data = g_bytes_get_data (*(GBytes *const *)at, &size);
          /* NULL data would be an SQL NULL, and empty bytes are not that. */
          sqlite3_bind_blob64 (statement, i, data != NULL ? data : "", size, SQLITE_STATIC);
        }
      break;
    }
}

/* SQLITE_ERROR is a statement that does not fit the tables: a mistake of ours, and one for ever. */
static ParlorRunResult
judge (sqlite3 *db, int result)
{
  switch (result & 0xff)
    {
    case SQLITE_DONE:
      return PARLOR_RUN_DONE;
    case SQLITE_ERROR:
    case SQLITE_CONSTRAINT:
    case SQLITE_MISMATCH:
    case SQLITE_TOOBIG:
      g_message ("store: a write is refused: %s", sqlite3_errmsg (db));
      return PARLOR_RUN_REFUSED;
    default:
      return PARLOR_RUN_FAILED;
    }
}

ParlorRunResult
parlor_sqlite_run (gpointer user_data, const ParlorStatement *statement, gconstpointer record)
{
  ParlorSqliteRunner *runner = user_data;
  sqlite3_stmt *prepared = g_hash_table_lookup (runner->prepared, statement);
  if (prepared == NULL)
    {
      prepared = prepare (runner->db, statement->sql);
      if (prepared == NULL)
        return judge (runner->db, sqlite3_errcode (runner->db));
      g_hash_table_insert (runner->prepared, (gpointer)statement, prepared);
    }
  for (guint i = 0; i < statement->n_fields; i++)
    bind_field (prepared, (int)i + 1, &statement->fields[i], record);
  ParlorRunResult result = judge (runner->db, sqlite3_step (prepared));
  sqlite3_reset (prepared);
  sqlite3_clear_bindings (prepared);
  return result;
}

/* --- reading --- */

/* Texts are borrowed from the row; bytes are owned. */
static void
read_field (sqlite3_stmt *row, int i, const ParlorField *field, gpointer record)
{
  gpointer at = G_STRUCT_MEMBER_P (record, field->offset);
  switch (field->type)
    {
    case PARLOR_FIELD_TEXT:
      *(const char **)at = (const char *)sqlite3_column_text (row, i);
      break;
    case PARLOR_FIELD_INT:
      *(gint64 *)at = sqlite3_column_int64 (row, i);
      break;
    case PARLOR_FIELD_REAL:
      *(double *)at = sqlite3_column_double (row, i);
      break;
    case PARLOR_FIELD_FLAG:
      *(gboolean *)at = sqlite3_column_int (row, i) != 0;
      break;
    case PARLOR_FIELD_BYTES:
      *(GBytes **)at = NULL;
      if (sqlite3_column_type (row, i) != SQLITE_NULL)
        {
          const void *data = sqlite3_column_blob (row, i);
          *(GBytes **)at = g_bytes_new (data, (gsize)sqlite3_column_bytes (row, i));
        }
      break;
    }
}

/* Shows every row; TRUE when it came to the end. */
static gboolean
visit_rows (sqlite3_stmt *row, const ParlorRowShape *shape, ParlorRecordVisit visit,
            gpointer user_data)
{
  gpointer record = g_malloc0 (shape->size);
  int result;
  while ((result = sqlite3_step (row)) == SQLITE_ROW)
    {
      for (guint i = 0; i < shape->n_fields; i++)
        read_field (row, (int)i, &shape->fields[i], record);
      visit (record, user_data);
      parlor_row_release (shape, record);
    }
  g_free (record);
  return result == SQLITE_DONE;
}

static sqlite3_stmt *
question_of (ParlorSqliteRunner *runner, const char *sql)
{
  sqlite3_stmt *statement = g_hash_table_lookup (runner->questions, sql);
  if (statement != NULL)
    return statement;
  if (g_hash_table_size (runner->questions) >= QUESTIONS_MAX)
    g_hash_table_remove_all (runner->questions);
  statement = prepare (runner->db, sql);
  if (statement != NULL)
    g_hash_table_insert (runner->questions, g_strdup (sql), statement);
  return statement;
}

static void
bind_values (sqlite3_stmt *statement, const ParlorSqlQuery *query)
{
  for (guint i = 0; i < query->n_values; i++)
    if (query->values[i].text != NULL)
      sqlite3_bind_text (statement, (int)i + 1, query->values[i].text, -1, SQLITE_STATIC);
    else
      sqlite3_bind_int64 (statement, (int)i + 1, query->values[i].number);
}

gboolean
parlor_sqlite_ask (gpointer user_data, const ParlorSqlQuery *query, const ParlorRowShape *shape,
                   ParlorRecordVisit visit, gpointer visit_data, GError **error)
{
  ParlorSqliteRunner *runner = user_data;
  sqlite3_stmt *statement = question_of (runner, query->sql);
  gboolean answered = FALSE;
  if (statement != NULL)
    {
      bind_values (statement, query);
      answered = visit_rows (statement, shape, visit, visit_data);
    }
  if (!answered)
    parlor_sqlite_set_error (error, runner->db, "cannot answer");
  if (statement != NULL)
    {
      sqlite3_reset (statement);
      sqlite3_clear_bindings (statement);
    }
  return answered;
}
