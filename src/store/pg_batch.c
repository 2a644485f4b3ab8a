/* SPDX-License-Identifier: Apache-2.0 */
#include "store/pg_batch.h"

#include <string.h>

#define VALUES_MAX 32

struct _ParlorPgWriter
{
  ParlorPgConn *conn;
  ParlorStatements *statements;
  GHashTable *prepared; /* ParlorStatement → its name on this connection */
  guint generation;     /* of the connection that `prepared` is of */

  /* Of the batch being written. */
  GHashTable *skipped; /* ParlorWrite that broke a rule */
  const ParlorWrite *unit;
  GPtrArray *sent; /* the ParlorWrite of each command in the pipeline, NULL = BEGIN and COMMIT */
};

ParlorPgWriter *
parlor_pg_writer_new (ParlorPgConn *conn)
{
  ParlorPgWriter *writer = g_new0 (ParlorPgWriter, 1);
  writer->conn = conn;
  writer->statements = parlor_statements_new ();
  writer->prepared = g_hash_table_new_full (NULL, NULL, NULL, g_free);
  writer->skipped = g_hash_table_new (NULL, NULL);
  writer->sent = g_ptr_array_new ();
  return writer;
}

void
parlor_pg_writer_free (ParlorPgWriter *writer)
{
  if (writer == NULL)
    return;
  parlor_statements_free (writer->statements);
  g_hash_table_unref (writer->prepared);
  g_hash_table_unref (writer->skipped);
  g_ptr_array_unref (writer->sent);
  g_free (writer);
}

/* By the class of the SQLSTATE (PostgreSQL's manual, appendix A): values, integrity, what the
   schema does not have, limits of a row. Rights are the operator's: he may give them. */
static ParlorRunResult
judge (const PGresult *result)
{
  static const char *const classes[] = {"22", "23", "42", "54"};
  const char *state = PQresultErrorField (result, PG_DIAG_SQLSTATE);
  for (guint i = 0; state != NULL && i < G_N_ELEMENTS (classes); i++)
    if (g_str_has_prefix (state, classes[i]) && strcmp (state, "42501") != 0)
      {
        g_message ("store: a write is refused: %s",
                   PQresultErrorField (result, PG_DIAG_MESSAGE_PRIMARY));
        return PARLOR_RUN_REFUSED;
      }
  return PARLOR_RUN_FAILED;
}

/* --- preparing --- */

/* ParlorRun that sends nothing but makes sure that the statement is known to the server. */
static ParlorRunResult
make_known (gpointer data, const ParlorStatement *statement, gconstpointer record)
{
  ParlorPgWriter *writer = data;
  PGconn *pq = parlor_pg_conn_pq (writer->conn);
  if (g_hash_table_contains (writer->prepared, statement))
    return PARLOR_RUN_DONE;
  char *name = g_strdup_printf ("w%u", g_hash_table_size (writer->prepared));
  ParlorRunResult outcome = pq != NULL && PQsendPrepare (pq, name, statement->sql, 0, NULL)
                                ? PARLOR_RUN_DONE
                                : PARLOR_RUN_FAILED;
  PGresult *result;
  while (outcome != PARLOR_RUN_FAILED && (result = parlor_pg_conn_next (writer->conn)) != NULL)
    {
      if (PQresultStatus (result) != PGRES_COMMAND_OK)
        outcome = judge (result);
      PQclear (result);
    }
  if (parlor_pg_conn_pq (writer->conn) == NULL)
    outcome = PARLOR_RUN_FAILED;
  if (outcome == PARLOR_RUN_DONE)
    g_hash_table_insert (writer->prepared, (gpointer)statement, name);
  else
    g_free (name);
  return outcome;
}

/* Runs a write, or all of a group until the first that is not done. */
static ParlorRunResult
run_unit (ParlorPgWriter *writer, const ParlorWrite *unit, ParlorRun run)
{
  ParlorRunResult result = PARLOR_RUN_DONE;
  writer->unit = unit;
  if (unit->type != PARLOR_WRITE_GROUP)
    return parlor_statements_run (writer->statements, unit, run, writer);
  for (guint i = 0; i < unit->group->len && result == PARLOR_RUN_DONE; i++)
    result = parlor_statements_run (writer->statements, unit->group->pdata[i], run, writer);
  return result;
}

static gboolean
prepare_all (ParlorPgWriter *writer, const GQueue *batch)
{
  if (writer->generation != parlor_pg_conn_generation (writer->conn))
    g_hash_table_remove_all (writer->prepared);
  writer->generation = parlor_pg_conn_generation (writer->conn);
  for (GList *l = batch->head; l != NULL; l = l->next)
    {
      ParlorRunResult result = run_unit (writer, l->data, make_known);
      if (result == PARLOR_RUN_FAILED)
        return FALSE;
      if (result == PARLOR_RUN_REFUSED)
        g_hash_table_add (writer->skipped, l->data);
    }
  return TRUE;
}

/* --- sending --- */

typedef struct
{
  const char *values[VALUES_MAX];
  int lengths[VALUES_MAX];
  int formats[VALUES_MAX];
  char numbers[VALUES_MAX][G_ASCII_DTOSTR_BUF_SIZE];
} Parameters;

static void
set_bytes (Parameters *p, guint i, GBytes *bytes)
{
  gsize size;
  if (bytes == NULL)
    return;
  const char *data = g_bytes_get_data (bytes, &size);
  p->values[i] = data != NULL ? data : "";
  p->lengths[i] = (int)size;
  p->formats[i] = 1;
}

static void
set_parameter (Parameters *p, guint i, const ParlorField *field, gconstpointer record)
{
  gconstpointer at = G_STRUCT_MEMBER_P (record, field->offset);
  char *number = p->numbers[i];
  p->values[i] = number;
  p->formats[i] = 0;
  switch (field->type)
    {
    case PARLOR_FIELD_TEXT:
      p->values[i] = *(const char *const *)at;
      break;
    case PARLOR_FIELD_INT:
      g_snprintf (number, sizeof p->numbers[i], "%" G_GINT64_FORMAT, *(const gint64 *)at);
      break;
    case PARLOR_FIELD_REAL:
      g_ascii_dtostr (number, sizeof p->numbers[i], *(const double *)at);
      break;
    case PARLOR_FIELD_FLAG:
      p->values[i] = *(const gboolean *)at ? "1" : "0";
      break;
    case PARLOR_FIELD_BYTES:
      p->values[i] = NULL;
      set_bytes (p, i, *(GBytes *const *)at);
      break;
    }
}

/* ParlorRun that puts the statement into the pipeline; libpq copies the values. */
static ParlorRunResult
send_statement (gpointer data, const ParlorStatement *statement, gconstpointer record)
{
  ParlorPgWriter *writer = data;
  Parameters p;
  for (guint i = 0; i < statement->n_fields; i++)
    set_parameter (&p, i, &statement->fields[i], record);
  if (!PQsendQueryPrepared (parlor_pg_conn_pq (writer->conn),
                            g_hash_table_lookup (writer->prepared, statement),
                            (int)statement->n_fields, p.values, p.lengths, p.formats, 0))
    return PARLOR_RUN_FAILED;
  g_ptr_array_add (writer->sent, (gpointer)writer->unit);
  return PARLOR_RUN_DONE;
}

static gboolean
send_word (ParlorPgWriter *writer, const char *sql)
{
  g_ptr_array_add (writer->sent, NULL);
  return PQsendQueryParams (parlor_pg_conn_pq (writer->conn), sql, 0, NULL, NULL, NULL, NULL, 0);
}

static gboolean
send_batch (ParlorPgWriter *writer, const GQueue *batch)
{
  PGconn *pq = parlor_pg_conn_pq (writer->conn);
  g_ptr_array_set_size (writer->sent, 0);
  gboolean good = PQenterPipelineMode (pq) && send_word (writer, "BEGIN");
  for (GList *l = batch->head; good && l != NULL; l = l->next)
    if (!g_hash_table_contains (writer->skipped, l->data))
      good = run_unit (writer, l->data, send_statement) == PARLOR_RUN_DONE;
  return good && send_word (writer, "COMMIT") && PQpipelineSync (pq);
}

/* --- receiving --- */

/* Takes all results; the first that is wrong decides, what comes after it was not done. */
static ParlorRunResult
receive_batch (ParlorPgWriter *writer)
{
  ParlorRunResult outcome = PARLOR_RUN_DONE;
  for (guint i = 0; i < writer->sent->len; i++)
    {
      PGresult *result = parlor_pg_conn_next (writer->conn);
      if (result == NULL)
        return PARLOR_RUN_FAILED;
      if (outcome == PARLOR_RUN_DONE && PQresultStatus (result) != PGRES_COMMAND_OK)
        {
          outcome = writer->sent->pdata[i] != NULL ? judge (result) : PARLOR_RUN_FAILED;
          if (outcome == PARLOR_RUN_REFUSED)
            g_hash_table_add (writer->skipped, writer->sent->pdata[i]);
        }
      PQclear (result);
      PQclear (parlor_pg_conn_next (writer->conn)); /* NULL: the end of this command */
    }
  PGresult *sync = parlor_pg_conn_next (writer->conn);
  gboolean ended = sync != NULL && PQresultStatus (sync) == PGRES_PIPELINE_SYNC;
  PQclear (sync);
  if (!ended || !PQexitPipelineMode (parlor_pg_conn_pq (writer->conn)))
    return PARLOR_RUN_FAILED;
  return outcome;
}

static ParlorRunResult
try_batch (ParlorPgWriter *writer, const GQueue *batch)
{
  ParlorRunResult outcome = send_batch (writer, batch) ? receive_batch (writer) : PARLOR_RUN_FAILED;
  if (outcome == PARLOR_RUN_REFUSED
      && !parlor_pg_conn_do (writer->conn, "ROLLBACK", "cannot roll back", NULL))
    outcome = PARLOR_RUN_FAILED;
  return outcome;
}

gboolean
parlor_pg_writer_commit (ParlorPgWriter *writer, const GQueue *batch, guint *refused)
{
  g_hash_table_remove_all (writer->skipped);
  *refused = 0;
  if (!parlor_pg_conn_open (writer->conn, NULL))
    return FALSE;
  ParlorRunResult outcome = prepare_all (writer, batch) ? PARLOR_RUN_REFUSED : PARLOR_RUN_FAILED;
  while (outcome == PARLOR_RUN_REFUSED)
    outcome = try_batch (writer, batch);
  if (outcome == PARLOR_RUN_FAILED)
    {
      /* Whatever state it is in: a new one knows of nothing half done. */
      parlor_pg_conn_drop (writer->conn);
      return FALSE;
    }
  GHashTableIter iter;
  gpointer write;
  g_hash_table_iter_init (&iter, writer->skipped);
  while (g_hash_table_iter_next (&iter, &write, NULL))
    *refused += parlor_write_weight (write);
  return TRUE;
}
