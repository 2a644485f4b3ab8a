/* SPDX-License-Identifier: Apache-2.0 */
/**
 * SQL of a kind of record, made from its description alone: names come from static tables, values
 * are always parameters ($1, $2, … in the order of appearance, which SQLite and PostgreSQL both
 * know). Any thread.
 */
#pragma once

#include "store/find.h"

G_BEGIN_DECLS

typedef enum
{
  PARLOR_SQL_SQLITE,
  PARLOR_SQL_POSTGRES,
} ParlorSqlDialect;

/** Upsert by key, or insert unless the key is there; parameters are the fields in order. */
char *parlor_sql_put (const ParlorRecordKind *kind);
/** Parameters are the key fields in order. */
char *parlor_sql_remove (const ParlorRecordKind *kind);
/** All rows in the order of the key; columns are the fields in order. */
char *parlor_sql_load (const ParlorRecordKind *kind);

typedef struct
{
  char *text; /**< NULL = a number */
  gint64 number;
} ParlorSqlValue;

typedef struct
{
  char *sql; /**< columns are the fields in order */
  guint n_values;
  ParlorSqlValue values[2 * PARLOR_FIND_TERMS_MAX + 1];
} ParlorSqlQuery;

/** From a checked question. */
ParlorSqlQuery *parlor_sql_query_new (const ParlorFind *find, ParlorSqlDialect dialect);
void parlor_sql_query_free (ParlorSqlQuery *query);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (ParlorSqlQuery, parlor_sql_query_free)

G_END_DECLS
