/* SPDX-License-Identifier: Apache-2.0 */
/* What a supervisor takes away: the funnel and who was there when, as JSON or for a spreadsheet. */
#include "http/csv.h"
#include "http/problem.h"
#include "http/reps_call.h"
#include "service/funnel.h"
#include "service/rows.h"

#include <string.h>

#define PAGE 2000
#define FACTS_MAX 1000000
#define SHIFTS_MAX 10000
#define DAY_MS (24 * 3600 * G_GINT64_CONSTANT (1000))
/* The longest stretch of one presence that is looked for before `from`. */
#define STRETCH_MS (7 * DAY_MS)

typedef struct
{
  ParlorHttpPending *pending;
  ParlorRecordSink *records;
  gboolean csv;
  gint64 from_ms, to_ms;
  int utc_offset_min;

  char brand[PARLOR_ID_TEXT];
  GHashTable *reps; /* id → name or ref, owned: those whom he oversees; NULL = he manages all */

  /* funnel */
  ParlorFunnel *funnel;
  guint bys, looked; /* how many facts were looked at */

  /* shifts */
  gint64 now_ms;
} Export;

static void
export_free (Export *export)
{
  parlor_funnel_free (export->funnel);
  if (export->reps)
    g_hash_table_unref (export->reps);
  g_free (export);
}

static void
answer (Export *export, ParlorHttpReply *reply)
{
  parlor_http_answer (export->pending, reply);
  parlor_http_reply_clear (reply);
  export_free (export);
}

static void
answer_away (Export *export)
{
  ParlorHttpReply reply;
  parlor_http_reply_init (&reply);
  parlor_http_problem (&reply, 503, "unavailable", "The store is away. Try again.");
  answer (export, &reply);
}

static gboolean
take_number (ParlorHttpRequest *request, const char *name, gint64 least, gint64 most, gint64 *value)
{
  const char *text = parlor_http_query (request, name);
  return !text || g_ascii_string_to_signed (text, 10, least, most, value, NULL);
}

/* from, to (by default the last seven days), format, utc_offset_min. NULL: the reply is filled. */
static Export *
export_new (RepsCall *call, ParlorSite *site, ParlorHttpRequest *request, ParlorHttpReply *reply)
{
  gint64 now_ms = reps_now (site).wall_ms, from_ms = now_ms - 7 * DAY_MS, to_ms = now_ms + 1;
  gint64 offset_min = 0;
  const char *format = parlor_http_query (request, "format");
  gboolean csv = !g_strcmp0 (format, "csv");
  gboolean good = take_number (request, "from", 0, G_MAXINT64 / 2000, &from_ms)
                  && take_number (request, "to", 0, G_MAXINT64 / 2000, &to_ms)
                  && take_number (request, "utc_offset_min", -840, 840, &offset_min);
  if (!good || from_ms >= to_ms || (format && !csv && strcmp (format, "json") != 0))
    parlor_http_problem (reply, 400, "bad_request",
                         "from and to are milliseconds since 1970, utc_offset_min minutes, format "
                         "json or csv.");
  else if (!call->site->records)
    parlor_http_problem (reply, 503, "unavailable", "There is no store.");
  else
    {
      Export *export = g_new0 (Export, 1);
      *export = (Export){.records = call->site->records,
                         .csv = csv,
                         .from_ms = from_ms,
                         .to_ms = to_ms,
                         .now_ms = now_ms,
                         .utc_offset_min = (int)offset_min};
      g_strlcpy (export->brand, call->brand->id, sizeof export->brand);
      return export;
    }
  return NULL;
}

/* Whom he oversees. Pseudonymous unless names=true: the brand's own ref stands where the name
 * would. */
static GHashTable *
overseen (RepsCall *call, gboolean names)
{
  GHashTable *reps = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  for (guint i = 0; i < call->brand->reps->len; i++)
    {
      const ParlorRep *rep = call->brand->reps->pdata[i];
      const char *said = names ? rep->name : rep->ref;
      if (reps_may_see_rep (call, rep))
        g_hash_table_insert (reps, g_strdup (rep->id), g_strdup (said ? said : ""));
    }
  return reps;
}

/* ---- the funnel ------------------------------------------------------------------------------ */

static json_t *
revenue_json (const ParlorFunnelLine *line)
{
  json_t *json = json_object ();
  GHashTableIter iter;
  gpointer currency, sum;
  g_hash_table_iter_init (&iter, line->revenue);
  while (g_hash_table_iter_next (&iter, &currency, &sum))
    {
      g_autofree char *money = parlor_funnel_money (*(gint64 *)sum);
      json_object_set_new (json, currency, json_string (money));
    }
  return json;
}

static json_t *
line_json (const Export *export, const ParlorFunnelLine *line)
{
  json_t *counts = json_object ();
  for (guint i = 0; i < PARLOR_N_FUNNEL_STAGES; i++)
    json_object_set_new (counts, parlor_funnel_stage_name ((ParlorFunnelStage)i),
                         json_integer ((json_int_t)line->counts[i]));
  json_t *json = json_pack ("{s:o,s:I,s:o,s:I}", "counts", counts, "visitors",
                            (json_int_t)line->visitors, "revenue", revenue_json (line), "unsummed",
                            (json_int_t)line->unsummed);
  for (guint i = 0; i < PARLOR_N_BYS; i++)
    if (export->bys >> i & 1)
      json_object_set_new (json, parlor_funnel_by_name ((ParlorFunnelBy)i),
                           line->keys[i] ? json_string (line->keys[i]) : json_null ());
  return json;
}

static void
funnel_json (const Export *export, const GPtrArray *lines, ParlorHttpReply *reply)
{
  json_t *list = json_array (), *stages = json_array ();
  for (guint i = 0; i < PARLOR_N_FUNNEL_STAGES; i++)
    json_array_append_new (stages, json_string (parlor_funnel_stage_name ((ParlorFunnelStage)i)));
  for (guint i = 0; i < lines->len; i++)
    json_array_append_new (list, line_json (export, lines->pdata[i]));
  parlor_http_reply_json (reply, 200,
                          json_pack ("{s:I,s:I,s:o,s:o,s:b}", "from", (json_int_t) export->from_ms,
                                     "to", (json_int_t) export->to_ms, "stages", stages, "lines",
                                     list, "truncated", export->looked >= FACTS_MAX));
}

static void
funnel_csv (const Export *export, const GPtrArray *lines, ParlorHttpReply *reply)
{
  GString *csv = parlor_csv_new ();
  for (guint i = 0; i < PARLOR_N_BYS; i++)
    if (export->bys >> i & 1)
      parlor_csv_text (csv, parlor_funnel_by_name ((ParlorFunnelBy)i));
  for (guint i = 0; i < PARLOR_N_FUNNEL_STAGES; i++)
    parlor_csv_text (csv, parlor_funnel_stage_name ((ParlorFunnelStage)i));
  parlor_csv_text (csv, "visitors");
  parlor_csv_text (csv, "revenue");
  parlor_csv_end_line (csv);
  for (guint at = 0; at < lines->len; at++)
    {
      const ParlorFunnelLine *line = lines->pdata[at];
      json_t *revenue = revenue_json (line);
      GString *money = g_string_new (NULL);
      const char *currency;
      json_t *sum;
      json_object_foreach (revenue, currency, sum) g_string_append_printf (
          money, "%s%s %s", money->len ? "; " : "", json_string_value (sum), currency);
      for (guint i = 0; i < PARLOR_N_BYS; i++)
        if (export->bys >> i & 1)
          parlor_csv_text (csv, line->keys[i]);
      for (guint i = 0; i < PARLOR_N_FUNNEL_STAGES; i++)
        parlor_csv_number (csv, (gint64)line->counts[i]);
      parlor_csv_number (csv, (gint64)line->visitors);
      parlor_csv_text (csv, money->str);
      parlor_csv_end_line (csv);
      g_string_free (money, TRUE);
      json_decref (revenue);
    }
  parlor_csv_reply (reply, csv, "funnel.csv");
}

static void
funnel_done (Export *export)
{
  ParlorHttpReply reply;
  g_autoptr (GPtrArray) lines = parlor_funnel_lines (export->funnel);
  parlor_http_reply_init (&reply);
  if (export->csv)
    funnel_csv (export, lines, &reply);
  else
    funnel_json (export, lines, &reply);
  answer (export, &reply);
}

/* Of a rep whom he does not oversee, or led here by one. */
static gboolean
is_anothers (const Export *export, const ParlorFactRow *fact)
{
  const char *rep = fact->rep && *fact->rep ? fact->rep : fact->inviter;
  return export->reps && rep && g_str_has_prefix (rep, "rep_")
         && !g_hash_table_contains (export->reps, rep);
}

static void ask_facts (Export *export, gint64 after);

static void
on_facts (const gconstpointer *rows, guint n, const GError *error, gpointer user_data)
{
  Export *export = user_data;
  if (error)
    {
      answer_away (export);
      return;
    }
  for (guint i = 0; i < n; i++)
    export->looked += is_anothers (export, rows[i]) || parlor_funnel_add (export->funnel, rows[i]);
  if (n < PAGE || export->looked >= FACTS_MAX)
    funnel_done (export);
  else
    ask_facts (export, ((const ParlorFactRow *)rows[n - 1])->seq);
}

/* Page by page, so that the thread of everybody's requests is never held up for long. */
static void
ask_facts (Export *export, gint64 after)
{
  ParlorFindTerm terms[] = {
      {.field = "brand", .op = PARLOR_FIND_EQUAL, .text = export->brand},
      {.field = "seq", .op = PARLOR_FIND_GREATER, .number = after},
      {.field = "seq", .op = PARLOR_FIND_LESS, .number = export->to_ms * 1000},
  };
  ParlorFind find = {.kind = &parlor_fact_kind,
                     .terms = terms,
                     .n_terms = G_N_ELEMENTS (terms),
                     .order_by = "seq",
                     .limit = PAGE};
  export->records->find (export->records, &find, on_facts, export);
}

/* "room,day" → bits; FALSE: there is none of that name. */
static gboolean
take_bys (const char *text, guint *bys)
{
  g_auto (GStrv) names = g_strsplit (text ? text : "", ",", PARLOR_N_BYS + 1);
  for (guint at = 0; names[at]; at++)
    {
      guint i = 0;
      while (i < PARLOR_N_BYS && strcmp (parlor_funnel_by_name ((ParlorFunnelBy)i), names[at]) != 0)
        i++;
      if (i == PARLOR_N_BYS)
        return FALSE;
      *bys |= 1u << i;
    }
  return TRUE;
}

void
parlor_handle_funnel (ParlorSite *site, ParlorHttpRequest *request, ParlorHttpReply *reply)
{
  g_auto (RepsCall) call = {0};
  guint bys = 0;
  if (!reps_begin (site, request, reply, &call))
    return;
  if (!take_bys (parlor_http_query (request, "group_by"), &bys))
    {
      parlor_http_problem (reply, 400, "bad_request",
                           "group_by: channel, entry, state, room, inviter, product, rep, day.");
      return;
    }
  Export *export = export_new (&call, site, request, reply);
  if (!export)
    return;
  export->bys = bys;
  export->reps = reps_manages (&call) ? NULL : overseen (&call, FALSE);
  export->funnel = parlor_funnel_new (bys, export->utc_offset_min);
  export->pending = parlor_http_defer (request);
  ask_facts (export, export->from_ms * 1000 - 1);
}

/* ---- who was there when ---------------------------------------------------------------------- */

/* What of a stretch lies within; FALSE = nothing. */
static gboolean
clip (const Export *export, const ParlorShiftRow *row, gint64 *from_ms, gint64 *to_ms)
{
  gint64 end_ms = row->to_ms ? row->to_ms : export->now_ms;
  *from_ms = MAX (row->from_ms, export->from_ms);
  *to_ms = MIN (end_ms, export->to_ms);
  return *from_ms <= *to_ms && row->rep && g_hash_table_contains (export->reps, row->rep);
}

static void
shifts_json (const Export *export, const gconstpointer *rows, guint n, ParlorHttpReply *reply)
{
  json_t *list = json_array ();
  gint64 from_ms, to_ms;
  for (guint i = 0; i < n; i++)
    {
      const ParlorShiftRow *row = rows[i];
      if (clip (export, row, &from_ms, &to_ms))
        json_array_append_new (
            list, json_pack ("{s:s,s:s,s:s,s:I,s:I,s:I,s:b,s:b}", "rep", row->rep, "name",
                             g_hash_table_lookup (export->reps, row->rep), "presence",
                             row->presence, "from", (json_int_t)from_ms, "to", (json_int_t)to_ms,
                             "seconds", (json_int_t)((to_ms - from_ms) / 1000), "open",
                             row->to_ms == 0, "cut", row->cut));
    }
  parlor_http_reply_json (reply, 200,
                          json_pack ("{s:I,s:I,s:o,s:b}", "from", (json_int_t) export->from_ms,
                                     "to", (json_int_t) export->to_ms, "shifts", list, "truncated",
                                     n == SHIFTS_MAX));
}

static void
shifts_csv (const Export *export, const gconstpointer *rows, guint n, ParlorHttpReply *reply)
{
  static const char *const names[] = {"rep", "name", "presence", "from", "to", "seconds", "note"};
  GString *csv = parlor_csv_new ();
  gint64 from_ms, to_ms;
  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    parlor_csv_text (csv, names[i]);
  parlor_csv_end_line (csv);
  for (guint i = 0; i < n; i++)
    {
      const ParlorShiftRow *row = rows[i];
      if (!clip (export, row, &from_ms, &to_ms))
        continue;
      parlor_csv_text (csv, row->rep);
      parlor_csv_text (csv, g_hash_table_lookup (export->reps, row->rep));
      parlor_csv_text (csv, row->presence);
      parlor_csv_moment (csv, from_ms, export->utc_offset_min);
      parlor_csv_moment (csv, to_ms, export->utc_offset_min);
      parlor_csv_number (csv, (to_ms - from_ms) / 1000);
      parlor_csv_text (csv, row->cut ? "cut" : row->to_ms ? NULL : "open");
      parlor_csv_end_line (csv);
    }
  parlor_csv_reply (reply, csv, "shifts.csv");
}

static void
on_shifts (const gconstpointer *rows, guint n, const GError *error, gpointer user_data)
{
  Export *export = user_data;
  ParlorHttpReply reply;
  if (error)
    {
      answer_away (export);
      return;
    }
  parlor_http_reply_init (&reply);
  if (export->csv)
    shifts_csv (export, rows, n, &reply);
  else
    shifts_json (export, rows, n, &reply);
  answer (export, &reply);
}

void
parlor_handle_shift_export (ParlorSite *site, ParlorHttpRequest *request, ParlorHttpReply *reply)
{
  g_auto (RepsCall) call = {0};
  Export *export = reps_begin (site, request, reply, &call)
                       ? export_new (&call, site, request, reply)
                       : NULL;
  if (!export)
    return;
  ParlorFindTerm terms[] = {
      {.field = "brand", .op = PARLOR_FIND_EQUAL, .text = export->brand},
      {.field = "from_ms", .op = PARLOR_FIND_AT_LEAST, .number = export->from_ms - STRETCH_MS},
      {.field = "from_ms", .op = PARLOR_FIND_LESS, .number = export->to_ms},
  };
  ParlorFind find = {.kind = &parlor_shift_kind,
                     .terms = terms,
                     .n_terms = G_N_ELEMENTS (terms),
                     .order_by = "from_ms",
                     .limit = SHIFTS_MAX};
  export->reps = overseen (&call, !g_strcmp0 (parlor_http_query (request, "names"), "true"));
  export->pending = parlor_http_defer (request);
  export->records->find (export->records, &find, on_shifts, export);
}
