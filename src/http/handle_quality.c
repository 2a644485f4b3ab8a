/* SPDX-License-Identifier: Apache-2.0 */
/* GET /v1/rooms/{id}/quality: one file a meeting, of an open room as of one that has ended. */
#include "http/access.h"
#include "http/handlers.h"
#include "http/problem.h"
#include "http/qualityfile.h"

#include <string.h>

/* As many stays as a room keeps (room/quality.c). */
#define MOST_STAYS 4096
/* Files in the making; each may have some ten megabytes. */
#define MOST_AT_ONCE 4

/* Lives on where the site does not: what is being made is answered by the store's end, or by the
   loop's thread. */
struct _ParlorQualityDesk
{
  uv_loop_t *loop;
  guint running;
};

typedef struct
{
  uv_work_t work;
  ParlorQualityDesk *desk; /* owned reference */
  ParlorHttpPending *pending;
  char room[PARLOR_HTTP_PARAM_SIZE];
  gboolean csv, open; /* open: no rows are no reason to call it unknown */
  GPtrArray *rows;    /* owned ParlorQualityRow */
  GString *text;      /* of the thread that makes it */
} Export;

ParlorQualityDesk *
parlor_quality_desk_new (uv_loop_t *loop)
{
  ParlorQualityDesk *desk = g_rc_box_new0 (ParlorQualityDesk);
  desk->loop = loop;
  return desk;
}

void
parlor_quality_desk_free (ParlorQualityDesk *desk)
{
  if (desk)
    g_rc_box_release (desk);
}

static void
row_free (gpointer row)
{
  parlor_record_clear (&parlor_quality_kind, row);
  g_free (row);
}

static void
answer (Export *export, ParlorHttpReply *reply)
{
  parlor_http_answer (export->pending, reply);
  parlor_http_reply_clear (reply);
  g_ptr_array_unref (export->rows);
  if (export->text)
    g_string_free (export->text, TRUE);
  export->desk->running--;
  g_rc_box_release (export->desk);
  g_free (export);
}

static void
answer_problem (Export *export, guint status, const char *code, const char *detail)
{
  ParlorHttpReply reply;
  parlor_http_reply_init (&reply);
  parlor_http_problem (&reply, status, code, detail);
  answer (export, &reply);
}

/* A thread of libuv's. */
static void
on_work (uv_work_t *work)
{
  Export *export = work->data;
  const ParlorQualityRow *const *rows = (const ParlorQualityRow *const *)export->rows->pdata;
  export->text = export->csv ? parlor_quality_to_csv (rows, export->rows->len)
                             : parlor_quality_to_json (export->room, rows, export->rows->len);
}

static void
on_done (uv_work_t *work, int status)
{
  Export *export = work->data;
  ParlorHttpReply reply;
  if (status || !export->text)
    {
      answer_problem (export, 503, "unavailable", "The server is shutting down.");
      return;
    }
  g_autofree char *name = g_strdup_printf ("attachment; filename=\"quality-%s.%s\"", export->room,
                                           export->csv ? "csv" : "json");
  parlor_http_reply_init (&reply);
  reply.status = 200;
  reply.body = g_string_free_to_bytes (g_steal_pointer (&export->text));
  parlor_http_reply_header (&reply, "Content-Type",
                            export->csv ? "text/csv; charset=utf-8" : "application/json");
  parlor_http_reply_header (&reply, "Content-Disposition", name);
  parlor_http_reply_header (&reply, "Cache-Control", "no-store");
  answer (export, &reply);
}

static void
on_rows (const gconstpointer *rows, guint n_rows, const GError *error, gpointer user_data)
{
  Export *export = user_data;
  if (error)
    answer_problem (export, 503, "unavailable", "The record of quality cannot be read now.");
  else if (!n_rows && !export->open)
    answer_problem (export, 404, "no_such_room", "There is no record of a room of that id.");
  else
    {
      for (guint i = 0; i < n_rows; i++)
        {
          ParlorQualityRow *row = g_new0 (ParlorQualityRow, 1);
          parlor_record_copy (&parlor_quality_kind, row, rows[i]);
          g_ptr_array_add (export->rows, row);
        }
      export->work.data = export;
      uv_queue_work (export->desk->loop, &export->work, on_work, on_done);
    }
}

static gboolean
is_csv (const ParlorHttpRequest *request, gboolean *csv)
{
  const char *format = parlor_http_query (request, "format");
  *csv = format && !strcmp (format, "csv");
  return !format || *csv || !strcmp (format, "json");
}

static void
export_room (ParlorSite *site, ParlorHttpRequest *request, const char *brand, const char *id,
             gboolean open, gboolean csv)
{
  Export *export = g_new0 (Export, 1);
  const ParlorFindTerm terms[] = {{"room", PARLOR_FIND_EQUAL, export->room, 0},
                                  {"brand", PARLOR_FIND_EQUAL, brand, 0}};
  const ParlorFind find = {
      &parlor_quality_kind, terms, G_N_ELEMENTS (terms), "from_ms", FALSE, MOST_STAYS};
  g_strlcpy (export->room, id, sizeof export->room);
  export->csv = csv;
  export->open = open;
  export->rows = g_ptr_array_new_with_free_func (row_free);
  export->desk = g_rc_box_acquire (site->quality);
  export->desk->running++;
  export->pending = parlor_http_defer (request);
  site->spec.records->find (site->spec.records, &find, on_rows, export);
}

void
parlor_handle_room_quality (ParlorSite *site, ParlorHttpRequest *request, ParlorHttpReply *reply)
{
  ParlorPrincipal who;
  gboolean csv;
  parlor_site_principal (site, request, &who);
  ParlorRoom *room = *who.brand
                         ? parlor_rooms_find_of (site->spec.rooms, who.brand, request->params[0])
                         : NULL;
  const char *id = room ? parlor_room_info (room)->id : request->params[0];
  if (!*who.brand)
    parlor_http_problem (reply, 401, "unauthorized", "The token was refused.");
  else if (!parlor_site_token_fits (site, request, id, PARLOR_TOKEN_OF_HOST, reply))
    return;
  else if (!is_csv (request, &csv))
    parlor_http_problem (reply, 400, "bad_request", "format is json or csv.");
  else if (!site->spec.records || !site->quality)
    parlor_http_problem (reply, 503, "unavailable", "This server keeps no record of quality.");
  else if (site->quality->running >= MOST_AT_ONCE)
    parlor_http_too_many (reply, G_USEC_PER_SEC,
                          "Others are asking for such files. Wait a little.");
  else
    {
      if (room)
        parlor_room_keep_quality (room, site->spec.clock->now_us (site->spec.clock));
      export_room (site, request, who.brand, id, room != NULL, csv);
    }
}
