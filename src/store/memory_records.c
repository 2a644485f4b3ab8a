/* SPDX-License-Identifier: Apache-2.0 */
#include "store/memory_records.h"

struct _ParlorMemoryRecords
{
  GHashTable *tables; /* name → GTree: record → the ParlorWrite that holds it */
};

static void
free_tree (gpointer tree)
{
  g_tree_unref (tree);
}

ParlorMemoryRecords *
parlor_memory_records_new (void)
{
  ParlorMemoryRecords *records = g_new0 (ParlorMemoryRecords, 1);
  records->tables = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, free_tree);
  return records;
}

void
parlor_memory_records_free (ParlorMemoryRecords *records)
{
  if (records == NULL)
    return;
  g_hash_table_unref (records->tables);
  g_free (records);
}

static int
compare (gconstpointer a, gconstpointer b, gpointer kind)
{
  return parlor_record_compare_keys (kind, a, b);
}

static GTree *
table_of (ParlorMemoryRecords *records, const ParlorRecordKind *kind)
{
  GTree *table = g_hash_table_lookup (records->tables, kind->table);
  if (table == NULL)
    {
      table = g_tree_new_full (compare, (gpointer)kind, NULL, (GDestroyNotify)parlor_write_free);
      g_hash_table_insert (records->tables, (gpointer)kind->table, table);
    }
  return table;
}

void
parlor_memory_records_apply (ParlorMemoryRecords *records, ParlorWrite *write)
{
  GTree *table = table_of (records, write->record.kind);
  gboolean there = g_tree_lookup (table, write->record.data) != NULL;
  if (write->type == PARLOR_WRITE_RECORD && !(there && write->record.kind->append_only))
    {
      g_tree_replace (table, write->record.data, write);
      return;
    }
  if (write->type == PARLOR_WRITE_REMOVE)
    g_tree_remove (table, write->record.data);
  parlor_write_free (write);
}

typedef struct
{
  const ParlorRecordKind *kind;
  const ParlorFind *find; /* NULL = all */
  GPtrArray *rows;
} Search;

static gboolean
look_at (gpointer record, gpointer write, gpointer user_data)
{
  const Search *search = user_data;
  if (search->find == NULL || parlor_find_matches (search->find, record))
    parlor_rows_add (search->rows, search->kind, record);
  return FALSE;
}

static GPtrArray *
search_table (ParlorMemoryRecords *records, const ParlorRecordKind *kind, const ParlorFind *find)
{
  Search search = {kind, find, parlor_rows_new (kind)};
  g_tree_foreach (table_of (records, kind), look_at, &search);
  return search.rows;
}

static int
compare_answers (gconstpointer a, gconstpointer b, gpointer find)
{
  return parlor_find_compare (find, *(const gconstpointer *)a, *(const gconstpointer *)b);
}

GPtrArray *
parlor_memory_records_find (ParlorMemoryRecords *records, const ParlorFind *find)
{
  GPtrArray *rows = search_table (records, find->kind, find);
  g_ptr_array_sort_with_data (rows, compare_answers, (gpointer)find);
  if (rows->len > find->limit)
    g_ptr_array_set_size (rows, (int)find->limit);
  return rows;
}

GPtrArray *
parlor_memory_records_all (ParlorMemoryRecords *records, const ParlorRecordKind *kind)
{
  return search_table (records, kind, NULL);
}
