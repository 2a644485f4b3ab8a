/* SPDX-License-Identifier: Apache-2.0 */
/**
 * What every SQL database has to be able to do, told apart from what is done: run a statement with
 * the fields of a struct, show the rows of a query as structs. Rooms and records are both written
 * and read by these two, so a database knows neither.
 */
#pragma once

#include "store/sql.h"
#include "store/write.h"

G_BEGIN_DECLS

typedef struct
{
  const char *sql; /**< $1, $2, … are the fields in order */
  const ParlorField *fields;
  guint n_fields;
} ParlorStatement;

typedef enum
{
  PARLOR_RUN_DONE,
  PARLOR_RUN_REFUSED, /**< it breaks a rule of the schema, and would for ever */
  PARLOR_RUN_FAILED,  /**< later it may work */
} ParlorRunResult;

/** `statement` stays valid as long as its ParlorStatements: what is prepared may be kept by its
    address. */
typedef ParlorRunResult (*ParlorRun) (gpointer runner, const ParlorStatement *statement,
                                      gconstpointer record);

/** The shape of the rows of a query: its columns are the fields in order. */
typedef struct
{
  const ParlorField *fields;
  guint n_fields;
  gsize size;
} ParlorRowShape;

/** Frees the bytes of a row (its texts are borrowed), which are NULL then. */
void parlor_row_release (const ParlorRowShape *shape, gpointer record);

/** Shows every row, texts borrowed for the call. FALSE with PARLOR_ERROR_UNAVAILABLE. */
typedef gboolean (*ParlorAsk) (gpointer asker, const ParlorSqlQuery *query,
                               const ParlorRowShape *shape, ParlorRecordVisit visit,
                               gpointer user_data, GError **error);

/** The statements of the kinds met so far; of one thread. */
typedef struct _ParlorStatements ParlorStatements;

ParlorStatements *parlor_statements_new (void);
void parlor_statements_free (ParlorStatements *statements);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (ParlorStatements, parlor_statements_free)

/** Runs what a write of a row takes; not for groups. Nothing for flushes and questions. Stops at
    the first statement that is not done, and gives its result. */
ParlorRunResult parlor_statements_run (ParlorStatements *statements, const ParlorWrite *write,
                                       ParlorRun run, gpointer runner);

/** All rows of a kind, by key. */
gboolean parlor_ask_all (const ParlorRecordKind *kind, ParlorAsk ask, gpointer asker,
                         ParlorRecordVisit visit, gpointer user_data, GError **error);
/** What answers to a checked question; `rows` as of parlor_rows_new (). */
gboolean parlor_ask_find (const ParlorFind *find, ParlorSqlDialect dialect, ParlorAsk ask,
                          gpointer asker, GPtrArray *rows, GError **error);

G_END_DECLS
