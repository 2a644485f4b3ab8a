/* SPDX-License-Identifier: Apache-2.0 */
#include "store/statement.h"

#include "store/room_rows.h"

typedef struct
{
  ParlorStatement put;
  ParlorStatement remove;
} Pair;

struct _ParlorStatements
{
  GHashTable *kinds; /* ParlorRecordKind → Pair */
};

static void
pair_free (gpointer data)
{
  Pair *pair = data;
  g_free ((char *)pair->put.sql);
  g_free ((char *)pair->remove.sql);
  g_free (pair);
}

ParlorStatements *
parlor_statements_new (void)
{
  ParlorStatements *statements = g_new0 (ParlorStatements, 1);
  statements->kinds = g_hash_table_new_full (NULL, NULL, NULL, pair_free);
  return statements;
}

void
parlor_statements_free (ParlorStatements *statements)
{
  if (statements == NULL)
    return;
  g_hash_table_unref (statements->kinds);
  g_free (statements);
}

static const Pair *
pair_of (ParlorStatements *statements, const ParlorRecordKind *kind)
{
  Pair *pair = g_hash_table_lookup (statements->kinds, kind);
  if (pair == NULL)
    {
      pair = g_new (Pair, 1);
      pair->put = (ParlorStatement){parlor_sql_put (kind), kind->fields, kind->n_fields};
      pair->remove = (ParlorStatement){parlor_sql_remove (kind), kind->fields, kind->n_key};
      g_hash_table_insert (statements->kinds, (gpointer)kind, pair);
    }
  return pair;
}

ParlorRunResult
parlor_statements_run (ParlorStatements *statements, const ParlorWrite *write, ParlorRun run,
                       gpointer runner)
{
  if (write->type != PARLOR_WRITE_RECORD && write->type != PARLOR_WRITE_REMOVE)
    return parlor_room_rows_run (write, run, runner);
  const Pair *pair = pair_of (statements, write->record.kind);
  return run (runner, write->type == PARLOR_WRITE_RECORD ? &pair->put : &pair->remove,
              write->record.data);
}

void
parlor_row_release (const ParlorRowShape *shape, gpointer record)
{
  for (guint i = 0; i < shape->n_fields; i++)
    if (shape->fields[i].type == PARLOR_FIELD_BYTES)
      g_clear_pointer (&G_STRUCT_MEMBER (GBytes *, record, shape->fields[i].offset), g_bytes_unref);
}

gboolean
parlor_ask_all (const ParlorRecordKind *kind, ParlorAsk ask, gpointer asker,
                ParlorRecordVisit visit, gpointer user_data, GError **error)
{
  g_autofree char *sql = parlor_sql_load (kind);
  ParlorSqlQuery query = {.sql = sql};
  ParlorRowShape shape = {kind->fields, kind->n_fields, kind->size};
  return ask (asker, &query, &shape, visit, user_data, error);
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

gboolean
parlor_ask_find (const ParlorFind *find, ParlorSqlDialect dialect, ParlorAsk ask, gpointer asker,
                 GPtrArray *rows, GError **error)
{
  g_autoptr (ParlorSqlQuery) query = parlor_sql_query_new (find, dialect);
  ParlorRowShape shape = {find->kind->fields, find->kind->n_fields, find->kind->size};
  Answer answer = {find->kind, rows};
  return ask (asker, query, &shape, add_row, &answer, error);
}
