/* SPDX-License-Identifier: Apache-2.0 */
#include "store/sqlite_records.h"

#include "store/sql.h"
#include "store/sqlite_open.h"

/* Forms of questions whose statements are kept. */
#define QUESTIONS_MAX 64

typedef struct
{
  sqlite3_stmt *put;
  sqlite3_stmt *remove;
} Statements;

struct _ParlorSqliteRecords
{
  sqlite3 *db;
  GHashTable *kinds;     /* ParlorRecordKind → Statements */
  GHashTable *questions; /* SQL → sqlite3_stmt */
};

static void
statements_free (gpointer data)
{
  Statements *statements = data;
  sqlite3_finalize (statements->put);
  sqlite3_finalize (statements->remove);
  g_free (statements);
}

static void
finalize (gpointer statement)
{
  sqlite3_finalize (statement);
}

ParlorSqliteRecords *
parlor_sqlite_records_new (sqlite3 *db)
{
  ParlorSqliteRecords *records = g_new0 (ParlorSqliteRecords, 1);
  records->db = db;
  records->kinds = g_hash_table_new_full (NULL, NULL, NULL, statements_free);
  records->questions = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, finalize);
  return records;
}

void
parlor_sqlite_records_free (ParlorSqliteRecords *records)
{
  if (records == NULL)
    return;
  g_hash_table_unref (records->kinds);
  g_hash_table_unref (records->questions);
  g_free (records);
}

/* NULL where the table or a column is missing (or memory, or the disk: see the result code). */
static sqlite3_stmt *
prepare (sqlite3 *db, char *sql)
{
  sqlite3_stmt *statement = NULL;
  sqlite3_prepare_v3 (db, sql, -1, SQLITE_PREPARE_PERSISTENT, &statement, NULL);
  g_free (sql);
  return statement;
}

static Statements *
statements_of (ParlorSqliteRecords *records, const ParlorRecordKind *kind)
{
  Statements *statements = g_hash_table_lookup (records->kinds, kind);
  if (statements == NULL)
    {
      statements = g_new0 (Statements, 1);
      g_hash_table_insert (records->kinds, (gpointer)kind, statements);
    }
  return statements;
}

/* The record outlives the step, so nothing is copied. */
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

/* A statement that does not compile is a mistake of ours, and would be one for ever. */
static int
prepare_result (sqlite3 *db)
{
  int result = sqlite3_errcode (db) & 0xff;
  return result == SQLITE_ERROR ? SQLITE_SCHEMA : result;
}

int
parlor_sqlite_records_apply (ParlorSqliteRecords *records, const ParlorWrite *write)
{
  const ParlorRecordKind *kind = write->record.kind;
  Statements *statements = statements_of (records, kind);
  gboolean put = write->type == PARLOR_WRITE_RECORD;
  sqlite3_stmt **statement = put ? &statements->put : &statements->remove;
  if (*statement == NULL)
    *statement = prepare (records->db, put ? parlor_sql_put (kind) : parlor_sql_remove (kind));
  if (*statement == NULL)
    return prepare_result (records->db);
  guint n = put ? kind->n_fields : kind->n_key;
  for (guint i = 0; i < n; i++)
    bind_field (*statement, (int)i + 1, &kind->fields[i], write->record.data);
  int result = sqlite3_step (*statement);
  sqlite3_reset (*statement);
  sqlite3_clear_bindings (*statement);
  return result == SQLITE_DONE ? SQLITE_OK : result & 0xff;
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

static void
release_bytes (const ParlorRecordKind *kind, gpointer record)
{
  for (guint i = 0; i < kind->n_fields; i++)
    if (kind->fields[i].type == PARLOR_FIELD_BYTES)
      g_clear_pointer (&G_STRUCT_MEMBER (GBytes *, record, kind->fields[i].offset), g_bytes_unref);
}

/* Shows every row; TRUE when it came to the end. */
static gboolean
visit_rows (sqlite3_stmt *row, const ParlorRecordKind *kind, ParlorRecordVisit visit,
            gpointer user_data)
{
  g_autofree gpointer record = g_malloc0 (kind->size);
  int result;
  while ((result = sqlite3_step (row)) == SQLITE_ROW)
    {
      for (guint i = 0; i < kind->n_fields; i++)
        read_field (row, (int)i, &kind->fields[i], record);
      visit (record, user_data);
      release_bytes (kind, record);
    }
  return result == SQLITE_DONE;
}

gboolean
parlor_sqlite_records_load (sqlite3 *db, const ParlorRecordKind *kind, ParlorRecordVisit visit,
                            gpointer user_data, GError **error)
{
  sqlite3_stmt *statement = prepare (db, parlor_sql_load (kind));
  gboolean loaded = statement != NULL && visit_rows (statement, kind, visit, user_data);
  if (!loaded)
    parlor_sqlite_set_error (error, db, "cannot read");
  sqlite3_finalize (statement);
  return loaded;
}

typedef struct
{
  const ParlorRecordKind *kind;
  GPtrArray *rows;
} Answer;

static void
add_row (gconstpointer record, gpointer user_data)
{
  const Answer *answer = user_data;
  parlor_rows_add (answer->rows, answer->kind, record);
}

static sqlite3_stmt *
question_of (ParlorSqliteRecords *records, const char *sql)
{
  sqlite3_stmt *statement = g_hash_table_lookup (records->questions, sql);
  if (statement != NULL)
    return statement;
  if (g_hash_table_size (records->questions) >= QUESTIONS_MAX)
    g_hash_table_remove_all (records->questions);
  statement = prepare (records->db, g_strdup (sql));
  if (statement != NULL)
    g_hash_table_insert (records->questions, g_strdup (sql), statement);
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
parlor_sqlite_records_find (ParlorSqliteRecords *records, const ParlorFind *find, GPtrArray *rows,
                            GError **error)
{
  g_autoptr (ParlorSqlQuery) query = parlor_sql_query_new (find, PARLOR_SQL_SQLITE);
  sqlite3_stmt *statement = question_of (records, query->sql);
  gboolean found = FALSE;
  if (statement != NULL)
    {
      Answer answer = {find->kind, rows};
      bind_values (statement, query);
      found = visit_rows (statement, find->kind, add_row, &answer);
    }
  if (!found)
    parlor_sqlite_set_error (error, records->db, "cannot answer");
  if (statement != NULL)
    {
      sqlite3_reset (statement);
      sqlite3_clear_bindings (statement);
    }
  return found;
}
