/* SPDX-License-Identifier: Apache-2.0 */
/* What was said in a live room: the last of it, or all of it as a table. */
#include "http/access.h"
#include "http/csv.h"
#include "http/handlers.h"
#include "http/live.h"
#include "http/problem.h"

#include <string.h>

#define LAST 1000
#define PAGE 10000

/* ---- the last ------------------------------------------------------------------------------- */

static void
answer_last (const ParlorLiveRoom *live, ParlorHttpReply *reply)
{
  guint n;
  g_autofree const ParlorComment **list = parlor_live_comments (live, LAST, &n);
  json_t *array = json_array ();
  for (guint i = 0; i < n; i++)
    json_array_append_new (
        array, json_pack ("{s:s,s:s,s:s,s:s,s:I,s:I,s:b}", "id", list[i]->id, "name", list[i]->name,
                          "text", list[i]->text, "visitor", list[i]->visitor, "room_ms",
                          (json_int_t)list[i]->room_ms, "at", (json_int_t)list[i]->at_ms, "bot",
                          (list[i]->flags & PARLOR_COMMENT_BY_BOT) != 0));
  parlor_http_reply_json (reply, 200, json_pack ("{s:o}", "comments", array));
}

/* ---- a table -------------------------------------------------------------------------------- */

/* One table, page after page: a stream of hours has more than one answer of the store holds. */
typedef struct
{
  ParlorRecordSink *records; /* and no site: it goes before the store, whose end answers */
  ParlorHttpPending *pending;
  char room[PARLOR_ID_SIZE];
  int utc_offset_min;
  gint64 from_ms;   /* of this page */
  GHashTable *told; /* ids of rows of that very instant that stand in the table */
  GString *csv;
} Table;

static void ask_page (Table *table);

static void
finish (Table *table, const GError *error)
{
  ParlorHttpReply reply;
  parlor_http_reply_init (&reply);
  if (error)
    parlor_http_problem (&reply, 503, "unavailable", "What was said cannot be read now.");
  else
    {
      g_autofree char *name = g_strdup_printf ("comments-%s.csv", table->room);
      parlor_csv_reply (&reply, g_steal_pointer (&table->csv), name);
    }
  parlor_http_answer (table->pending, &reply);
  parlor_http_reply_clear (&reply);
  if (table->csv)
    g_string_free (table->csv, TRUE);
  g_hash_table_unref (table->told);
  g_free (table);
}

static const char *
state_of (const ParlorComment *comment)
{
  return comment->flags & PARLOR_COMMENT_DELETED    ? "deleted"
         : comment->flags & PARLOR_COMMENT_SHADOWED ? "shadowed"
                                                    : "";
}

static const char *
voice_of (const ParlorComment *comment)
{
  return comment->flags & PARLOR_COMMENT_BY_HOST  ? "host"
         : comment->flags & PARLOR_COMMENT_BY_BOT ? "bot"
                                                  : "viewer";
}

static void
add_line (Table *table, const ParlorComment *comment)
{
  parlor_csv_number (table->csv, comment->room_ms);
  parlor_csv_moment (table->csv, comment->at_ms, table->utc_offset_min);
  parlor_csv_text (table->csv, voice_of (comment));
  parlor_csv_text (table->csv, comment->name);
  parlor_csv_text (table->csv, comment->text);
  parlor_csv_text (table->csv, state_of (comment));
  parlor_csv_text (table->csv, comment->visitor);
  parlor_csv_text (table->csv, comment->id);
  parlor_csv_end_line (table->csv);
}

/* Whether it was not in the table yet. */
static gboolean
add_comment (Table *table, const ParlorComment *comment)
{
  if (g_hash_table_contains (table->told, comment->id))
    return FALSE;
  if (comment->room_ms != table->from_ms)
    g_hash_table_remove_all (table->told);
  table->from_ms = comment->room_ms;
  g_hash_table_add (table->told, g_strdup (comment->id));
  add_line (table, comment);
  return TRUE;
}

static void
on_page (const gconstpointer *rows, guint n, const GError *error, gpointer user_data)
{
  Table *table = user_data;
  gboolean fresh = FALSE;
  for (guint i = 0; !error && i < n; i++)
    fresh |= add_comment (table, rows[i]);
  if (error || n < PAGE || !fresh)
    finish (table, error);
  else
    ask_page (table);
}

static void
ask_page (Table *table)
{
  const ParlorFindTerm terms[] = {
      {.field = "room", .op = PARLOR_FIND_EQUAL, .text = table->room},
      {.field = "room_ms", .op = PARLOR_FIND_AT_LEAST, .number = table->from_ms}};
  const ParlorFind find = {.kind = &parlor_comment_kind,
                           .terms = terms,
                           .n_terms = G_N_ELEMENTS (terms),
                           .order_by = "room_ms",
                           .limit = PAGE};
  table->records->find (table->records, &find, on_page, table);
}

static Table *
table_new (ParlorSite *site, ParlorHttpRequest *request, const char *room, gint64 offset_min)
{
  static const char *const heads[] = {"room_ms", "at",    "by",      "name",
                                      "text",    "state", "visitor", "id"};
  Table *table = g_new0 (Table, 1);
  table->records = site->spec.records;
  table->told = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  table->csv = parlor_csv_new ();
  table->utc_offset_min = (int)offset_min;
  table->pending = parlor_http_defer (request);
  g_strlcpy (table->room, room, sizeof table->room);
  for (guint i = 0; i < G_N_ELEMENTS (heads); i++)
    parlor_csv_text (table->csv, heads[i]);
  parlor_csv_end_line (table->csv);
  return table;
}

/* ---- either one ----------------------------------------------------------------------------- */

void
parlor_handle_comment_list (ParlorSite *site, ParlorHttpRequest *request, ParlorHttpReply *reply)
{
  const char *format = parlor_http_query (request, "format");
  const char *zone = parlor_http_query (request, "utc_offset_min");
  gboolean csv = !g_strcmp0 (format, "csv");
  gint64 offset_min = 0;
  ParlorPrincipal who;
  /* What was said in a stream that is over can be had still. */
  ParlorLiveRoom *live = parlor_site_find_stream (site, request, &who, reply);
  if (!live)
    return;
  if ((format && !csv && strcmp (format, "json"))
      || (zone && !g_ascii_string_to_signed (zone, 10, -840, 840, &offset_min, NULL)))
    parlor_http_problem (reply, 400, "bad_request",
                         "format is json or csv, utc_offset_min minutes.");
  else if (!csv)
    answer_last (live, reply);
  else if (!site->spec.records)
    parlor_http_problem (reply, 503, "unavailable", "There is no store.");
  else
    ask_page (table_new (site, request, parlor_live_info (live)->room, offset_min));
}
