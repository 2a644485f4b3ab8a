/* SPDX-License-Identifier: Apache-2.0 */
#include "store/pg_migrate.h"

#include <string.h>

#include "base/error.h"
#include "store/migrations.h"

/* Any number that nobody else takes: "Parl". Held to the end of a transaction. */
#define LOCK "SELECT pg_advisory_xact_lock (1348563564);"

typedef struct
{
  char *text;
  gint64 number;
} One;

static const ParlorField text_field[] = {PARLOR_TEXT (One, text)};
static const ParlorField number_field[] = {PARLOR_INT (One, number)};

static gboolean
fail (GError **error, const char *why)
{
  g_set_error (error, PARLOR_ERROR, PARLOR_ERROR_UNAVAILABLE, "database: %s", why);
  return FALSE;
}

static void
take_encoding (gconstpointer row, gpointer is_utf8)
{
  *(gboolean *)is_utf8 = g_strcmp0 (((const One *)row)->text, "UTF8") == 0;
}

static gboolean
check_encoding (ParlorPgConn *conn, GError **error)
{
  ParlorSqlQuery query = {.sql = (char *)"SHOW server_encoding"};
  ParlorRowShape shape = {text_field, 1, sizeof (One)};
  gboolean is_utf8 = FALSE;
  if (!parlor_pg_ask (conn, &query, &shape, take_encoding, &is_utf8, error))
    return FALSE;
  return is_utf8 || fail (error, "its encoding must be UTF8");
}

static void
take_number (gconstpointer row, gpointer applied)
{
  g_hash_table_add (applied, GINT_TO_POINTER ((int)((const One *)row)->number));
}

/* The right to make a schema is not asked for where it is there already. */
static const char make_schema[] =
    "BEGIN;" LOCK "DO $$ BEGIN"
    " IF NOT EXISTS (SELECT FROM pg_namespace WHERE nspname = 'parlor')"
    " THEN CREATE SCHEMA parlor; END IF; END $$;"
    "CREATE TABLE IF NOT EXISTS parlor_migrations (number BIGINT NOT NULL PRIMARY KEY); COMMIT";

/* NULL with an error. */
static GHashTable *
read_list (ParlorPgConn *conn, GError **error)
{
  g_autoptr (GHashTable) applied = g_hash_table_new (NULL, NULL);
  ParlorSqlQuery query = {.sql = (char *)"SELECT number FROM parlor_migrations"};
  ParlorRowShape shape = {number_field, 1, sizeof (One)};
  if (!parlor_pg_ask (conn, &query, &shape, take_number, applied, error))
    return NULL;
  return g_steal_pointer (&applied);
}

static gboolean
is_known (int number)
{
  for (const ParlorMigration *m = parlor_store_migrations; m->number != 0; m++)
    if (m->number == number)
      return TRUE;
  return FALSE;
}

static gboolean
check_newer (GHashTable *applied, GError **error)
{
  GHashTableIter iter;
  gpointer number;
  g_hash_table_iter_init (&iter, applied);
  while (g_hash_table_iter_next (&iter, &number, NULL))
    if (!is_known (GPOINTER_TO_INT (number)))
      return fail (error, "made by a newer version");
  return TRUE;
}

/* Under the lock it is looked again: somebody else may have been first. */
static gboolean
apply (ParlorPgConn *conn, const ParlorMigration *migration, GError **error)
{
  g_autofree char *mark = g_strdup_printf ("INSERT INTO parlor_migrations VALUES (%d); COMMIT",
                                           migration->number);
  if (!parlor_pg_conn_do (conn, "BEGIN;" LOCK, migration->name, error))
    return FALSE;
  g_autoptr (GHashTable) applied = read_list (conn, error);
  if (applied != NULL && g_hash_table_contains (applied, GINT_TO_POINTER (migration->number)))
    return parlor_pg_conn_do (conn, "ROLLBACK", migration->name, error);
  if (applied != NULL && parlor_pg_conn_do (conn, migration->postgres, migration->name, error)
      && parlor_pg_conn_do (conn, mark, migration->name, error))
    return TRUE;
  parlor_pg_conn_do (conn, "ROLLBACK", migration->name, NULL);
  return FALSE;
}

gboolean
parlor_pg_migrate (ParlorPgConn *conn, GError **error)
{
  if (!check_encoding (conn, error)
      || !parlor_pg_conn_do (conn, make_schema, "cannot make the schema", error))
    return FALSE;
  g_autoptr (GHashTable) applied = read_list (conn, error);
  if (applied == NULL || !check_newer (applied, error))
    return FALSE;
  for (const ParlorMigration *m = parlor_store_migrations; m->number != 0; m++)
    if (!g_hash_table_contains (applied, GINT_TO_POINTER (m->number)) && !apply (conn, m, error))
      return FALSE;
  return TRUE;
}
