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

/* One table, page after page: a stream of hours has more than one answer of the store holds. A page
 * that is full may end in the middle of an instant: the rows of that instant are asked for alone,
 * by their ids, and what came after it behind them. */
typedef struct
{
  ParlorRecordSink *records; /* and no site: it goes before the store, whose end answers */
  ParlorHttpPending *pending;
  char room[PARLOR_ID_SIZE];
  int utc_offset_min;
  gint64 from_ms;             /* of this page */
  gboolean is_one_instant;    /* this page has the rows of from_ms alone, those behind `after` */
  char after[PARLOR_ID_SIZE]; /* "" = all of them */
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

static void
add_lines (Table *table, const gconstpointer *rows, guint n)
{
  for (guint i = 0; i < n; i++)
    add_line (table, rows[i]);
}

/* How many of a page's rows stand before its last instant, which may have more than the page. */
static guint
n_before_last_instant (const gconstpointer *rows, guint n)
{
  gint64 last_ms = ((const ParlorComment *)rows[n - 1])->room_ms;
  while (n > 0 && ((const ParlorComment *)rows[n - 1])->room_ms == last_ms)
    n--;
  return n;
}

/* Takes the page and says what the next one is of. */
static void
turn_page (Table *table, const gconstpointer *rows, guint n)
{
  if (!table->is_one_instant)
    {
      add_lines (table, rows, n_before_last_instant (rows, n));
      table->from_ms = ((const ParlorComment *)rows[n - 1])->room_ms;
      table->is_one_instant = TRUE;
      table->after[0] = '\0';
      return;
    }
  add_lines (table, rows, n);
  if (n == PAGE)
    g_strlcpy (table->after, ((const ParlorComment *)rows[n - 1])->id, sizeof table->after);
  else
    {
      table->is_one_instant = FALSE;
      table->from_ms++;
    }
}

static void
on_page (const gconstpointer *rows, guint n, const GError *error, gpointer user_data)
{
  Table *table = user_data;
  if (!error && (n == PAGE || table->is_one_instant))
    {
      turn_page (table, rows, n);
      ask_page (table);
      return;
    }
  if (!error)
    add_lines (table, rows, n);
  finish (table, error);
}

static void
ask_page (Table *table)
{
  const ParlorFindTerm terms[] = {
      {.field = "room", .op = PARLOR_FIND_EQUAL, .text = table->room},
      {.field = "room_ms",
       .op = table->is_one_instant ? PARLOR_FIND_EQUAL : PARLOR_FIND_AT_LEAST,
       .number = table->from_ms},
      {.field = "id", .op = PARLOR_FIND_GREATER, .text = table->after},
  };
  const ParlorFind find = {.kind = &parlor_comment_kind,
                           .terms = terms,
                           .n_terms = table->is_one_instant ? 3 : 2,
                           .order_by = table->is_one_instant ? "id" : "room_ms",
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
