/* SPDX-License-Identifier: Apache-2.0 */
/* Every kind of record against its table: a domain adds a line to `kinds`. */
#include <glib/gstdio.h>
#include <sqlite3.h>
#include <string.h>

#include "base/audit.h"
#include "brand/records.h"
#include "live/bots.h"
#include "live/broadcasts.h"
#include "live/events.h"
#include "live/hours.h"
#include "live/invites.h"
#include "live/handoffs.h"
#include "live/products.h"
#include "live/replays.h"
#include "live/visitors.h"
#include "room/qualitylog.h"
#include "room/recording_rows.h"
#include "room/erasures.h"
#include "room/renders.h"
#include "room/passes.h"
#include "room/schedules.h"
#include "room/settings.h"
#include "room/shares.h"
#include "service/funnel.h"
#include "service/rows.h"
#include "hooks/rows.h"
#include "pg_server.h"
#include "store/postgres.h"
#include "store/sqlite.h"

/* clang-format off: one kind a line, each domain its own block. */
static const ParlorRecordKind *const kinds[] = {
    &parlor_audit_kind,
    &parlor_audit_head_kind,
    &parlor_quality_kind,
    /* brand */
    &parlor_brand_kind,
    &parlor_user_kind,
    &parlor_api_key_kind,
    &parlor_signin_kind,
    /* live */
    &parlor_product_kind,
    &parlor_visitor_kind,
    &parlor_entry_kind,
    &parlor_touch_kind,
    &parlor_handoff_kind,
    &parlor_conversion_kind,
    &parlor_live_kind,
    &parlor_pin_kind,
    &parlor_comment_kind,
    &parlor_poll_kind,
    &parlor_broadcast_kind,
    &parlor_receipt_kind,
    &parlor_invite_kind,
    &parlor_bot_kind,
    &parlor_live_hour_kind,
    &parlor_replay_kind,
    /* service */
    &parlor_group_kind,
    &parlor_rep_kind,
    &parlor_customer_kind,
    &parlor_device_kind,
    &parlor_binding_kind,
    &parlor_conversation_kind,
    &parlor_message_kind,
    &parlor_call_kind,
    &parlor_job_kind,
    &parlor_job_item_kind,
    &parlor_service_audit_kind,
    &parlor_rule_kind,
    &parlor_material_kind,
    &parlor_upload_kind,
    &parlor_rating_kind,
    &parlor_alert_kind,
    &parlor_shift_kind,
    &parlor_fact_kind,
    /* record */
    &parlor_recording_kind,
    &parlor_consent_kind,
    &parlor_marker_kind,
    &parlor_share_kind,
    &parlor_room_rule_kind,
    &parlor_transcript_kind,
    &parlor_render_kind,
    &parlor_erasure_kind,
    &parlor_schedule_kind,
    &parlor_pass_kind,
    &parlor_room_settings_kind,
    /* hooks */
    &parlor_event_kind,
    &parlor_event_head_kind,
    &parlor_webhook_kind,
    &parlor_webhook_position_kind,
    &parlor_delivery_kind,
    &parlor_hook_kind,
    NULL,
};
/* clang-format on */

static const char *
column_type (ParlorFieldType type)
{
  static const char *const types[] = {
      [PARLOR_FIELD_TEXT] = "TEXT",    [PARLOR_FIELD_INT] = "INTEGER", [PARLOR_FIELD_REAL] = "REAL",
      [PARLOR_FIELD_FLAG] = "INTEGER", [PARLOR_FIELD_BYTES] = "BLOB",
  };
  return types[type];
}

/* A column: cid, name, type, notnull, dflt_value, pk (its place in the key, from 1). */
static void
check_column (const ParlorRecordKind *kind, sqlite3_stmt *row, guint *matched)
{
  const char *name = (const char *)sqlite3_column_text (row, 1);
  const ParlorField *field = parlor_record_field (kind, name);
  gboolean may_be_left_out = !sqlite3_column_int (row, 3)
                             || sqlite3_column_type (row, 4) != SQLITE_NULL;
  if (field == NULL)
    {
      if (!may_be_left_out)
        g_error ("%s.%s must be written and is not described", kind->table, name);
      return;
    }
  (*matched)++;
  guint place = (guint)(field - kind->fields);
  if (strcmp ((const char *)sqlite3_column_text (row, 2), column_type (field->type)) != 0)
    g_error ("%s.%s is of another type than described", kind->table, name);
  if ((guint)sqlite3_column_int (row, 5) != (place < kind->n_key ? place + 1 : 0))
    g_error ("%s.%s: the table's key is not the described one", kind->table, name);
  if (!sqlite3_column_int (row, 3) && place < kind->n_key)
    g_error ("%s.%s: a field of a key must be NOT NULL", kind->table, name);
}

static void
check_kind (sqlite3 *db, const ParlorRecordKind *kind)
{
  g_autofree char *sql = g_strdup_printf ("PRAGMA table_info(\"%s\")", kind->table);
  sqlite3_stmt *row = NULL;
  guint matched = 0;
  g_assert_cmpint (sqlite3_prepare_v2 (db, sql, -1, &row, NULL), ==, SQLITE_OK);
  while (sqlite3_step (row) == SQLITE_ROW)
    check_column (kind, row, &matched);
  sqlite3_finalize (row);
  if (matched != kind->n_fields)
    g_error ("%s: %u of %u fields have a column", kind->table, matched, kind->n_fields);
  g_assert_cmpuint (kind->n_fields, <=, 32);
  g_assert_true (kind->n_key >= 1 && kind->n_key <= 4);
}

static void
test_kinds (void)
{
  g_autofree char *folder = g_dir_make_tmp ("parlor-kinds-XXXXXX", NULL);
  g_autofree char *path = g_build_filename (folder, "parlor.db", NULL);
  g_autoptr (GError) error = NULL;
  ParlorStore *store = parlor_store_sqlite_new (&(ParlorStoreSqliteSpec){.path = path}, &error);
  g_assert_no_error (error);
  store->ops->close (store, 5000);
  sqlite3 *db = NULL;
  g_assert_cmpint (sqlite3_open (path, &db), ==, SQLITE_OK);
  for (guint i = 0; kinds[i] != NULL; i++)
    check_kind (db, kinds[i]);
  sqlite3_close (db);
  g_assert_cmpint (g_unlink (path), ==, 0);
  g_assert_cmpint (g_rmdir (folder), ==, 0);
}

static void
ignore_row (gconstpointer record, gpointer user_data)
{
}

/* The names are quoted and known there too. */
static void
test_postgres (void)
{
  PgServer *server = pg_server_new (FALSE);
  g_autofree char *url = pg_server_make_database (server);
  g_autoptr (GError) error = NULL;
  ParlorStore *store = parlor_store_postgres_new (&(ParlorStorePostgresSpec){.url = url}, &error);
  g_assert_no_error (error);
  for (guint i = 0; kinds[i] != NULL; i++)
    {
      parlor_store_load_records (store, kinds[i], ignore_row, NULL, &error);
      g_assert_no_error (error);
    }
  store->ops->close (store, 5000);
  pg_server_free (server);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/store/kinds/every-field-has-its-column", test_kinds);
  g_test_add_func ("/store/kinds/postgresql-knows-every-field", test_postgres);
  return g_test_run ();
}
