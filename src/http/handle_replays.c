/* SPDX-License-Identifier: Apache-2.0 */
/* Replays of live rooms: a host publishes and withdraws; whoever has the link sees. */
#include "http/access.h"
#include "http/handlers.h"
#include "http/live.h"
#include "http/problem.h"
#include "http/range.h"
#include "http/recording_files.h"
#include "live/products.h"
#include "live/replays.h"
#include "room/recording.h"

#include <string.h>

/* What is watched lying is as good as what is watched upright; a phone's picture is upright. */
#define LONG_SIDE 1280
#define SHORT_SIDE 720
#define COMMENTS_MAX 10000
#define SHOWN_MAX 50

static const char *
text (const json_t *json, const char *name)
{
  return json_string_value (json_object_get (json, name));
}

/* ---- whose ---------------------------------------------------------------------------------- */

/* NULL: the reply says why not. */
static ParlorLiveRoom *
find_own (ParlorSite *site, ParlorHttpRequest *request, ParlorPrincipal *who,
          ParlorHttpReply *reply)
{
  ParlorLiveRoom *live = parlor_site_find_stream (site, request, who, reply);
  if (!live || site->spec.replays)
    return live;
  parlor_http_problem (reply, 404, "no_such_room", "This server publishes no replays.");
  return NULL;
}

/* ---- what a host sees ----------------------------------------------------------------------- */

static char *
url_of (ParlorSite *site, const ParlorHttpRequest *request, const ParlorReplayRow *row)
{
  g_autofree char *base = parlor_site_base_url (site, request);
  return g_strdup_printf ("%s/p/%s", base, row->id);
}

static json_t *
instant (gint64 ms)
{
  return ms >= 0 ? json_integer (ms) : json_null ();
}

static json_t *
drops_of (const ParlorReplayRow *row)
{
  json_t *list = json_array ();
  g_auto (GStrv) lines = g_strsplit (row->cuts, "\n", -1);
  for (guint i = 0; lines[i]; i++)
    {
      char *rest = NULL;
      gint64 from_ms = g_ascii_strtoll (lines[i], &rest, 10);
      gint64 to_ms = g_ascii_strtoll (rest, NULL, 10);
      if (to_ms > from_ms)
        json_array_append_new (list, json_pack ("{s:I,s:I}", "from_ms", (json_int_t)from_ms,
                                                "to_ms", (json_int_t)to_ms));
    }
  return list;
}

/* 0 to 1; what waits for its turn has not begun. */
static double
progress_of (ParlorSite *site, const ParlorReplayRow *row)
{
  gint64 done_ms = 0, all_ms = 0;
  if (parlor_replay_state (row) == PARLOR_REPLAY_PUBLISHED)
    return 1;
  if (site->spec.renders && *row->render)
    parlor_renders_progress (site->spec.renders, row->render, &done_ms, &all_ms);
  return all_ms > 0 ? (double)done_ms / (double)all_ms : 0;
}

static json_t *
own_to_json (ParlorSite *site, const ParlorHttpRequest *request, const ParlorReplayRow *row)
{
  g_autofree char *url = url_of (site, request, row);
  guint before = site->spec.renders && *row->render
                     ? parlor_renders_before (site->spec.renders, row->render)
                     : 0;
  return json_pack (
      "{s:s,s:s,s:s,s:s,s:s,s:s,s:s,s:o,s:o,s:o,s:I,s:f,s:i,s:I,s:I,s:I,s:I}", "id", row->id,
      "room", row->room, "recording", row->recording, "state", row->state, "reason", row->reason,
      "title", row->title, "url", url, "from_ms", instant (row->from_ms), "to_ms",
      instant (row->to_ms), "drop", drops_of (row), "duration_ms", (json_int_t)row->duration_ms,
      "progress", progress_of (site, row), "before", (int)before, "created_at",
      (json_int_t)row->created_ms, "published_at", (json_int_t)row->published_ms, "withdrawn_at",
      (json_int_t)row->withdrawn_ms, "expires_at", (json_int_t)row->expires_ms);
}

/* Of this stream, the newest first; of those in the bin nothing is made. */
static GPtrArray *
recordings_of (ParlorSite *site, const ParlorLiveInfo *info)
{
  gboolean more;
  const ParlorRecordingQuery query = {.brand = info->brand, .room = info->room, .limit = 50};
  return site->spec.recordings ? parlor_recordings_list (site->spec.recordings, &query, &more)
                               : g_ptr_array_new ();
}

/* While the stream was on air, on its own clock: what was rehearsed is nobody's business. -1: it
 * is not known. */
static void
aired (const ParlorLiveInfo *info, const ParlorRecordingRow *row, gint64 *from_ms, gint64 *to_ms)
{
  gint64 began_ms = row->started_ms - row->from_ms;
  *from_ms = info->live_ms > 0 ? MAX (info->live_ms - began_ms, row->from_ms) : -1;
  *to_ms = info->ended_ms > 0 ? MAX (info->ended_ms - began_ms, *from_ms + 1) : -1;
}

static json_t *
recording_to_json (const ParlorLiveInfo *info, const ParlorRecordingRow *row)
{
  gint64 from_ms, to_ms;
  aired (info, row, &from_ms, &to_ms);
  return json_pack ("{s:s,s:s,s:I,s:I,s:I,s:o,s:o}", "id", row->id, "state", row->state, "from_ms",
                    (json_int_t)row->from_ms, "to_ms", (json_int_t)row->to_ms, "started_at",
                    (json_int_t)row->started_ms, "aired_from_ms", instant (from_ms), "aired_to_ms",
                    instant (to_ms));
}

void
parlor_handle_replay_list (ParlorSite *site, ParlorHttpRequest *request, ParlorHttpReply *reply)
{
  ParlorPrincipal who;
  ParlorLiveRoom *live = find_own (site, request, &who, reply);
  if (!live)
    return;
  const ParlorLiveInfo *info = parlor_live_info (live);
  g_autoptr (GPtrArray) rows = parlor_replays_of_room (site->spec.replays, info->room);
  g_autoptr (GPtrArray) recordings = recordings_of (site, info);
  json_t *list = json_array (), *recorded = json_array ();
  for (guint i = 0; i < rows->len; i++)
    json_array_append_new (list, own_to_json (site, request, rows->pdata[i]));
  for (guint i = 0; i < recordings->len; i++)
    json_array_append_new (recorded, recording_to_json (info, recordings->pdata[i]));
  parlor_http_reply_json (reply, 200,
                          json_pack ("{s:o,s:o}", "replays", list, "recordings", recorded));
}

/* ---- publishing ----------------------------------------------------------------------------- */

typedef struct
{
  ParlorReplayCut cuts[PARLOR_REPLAY_CUTS_MAX];
  GString *exclude;
  ParlorReplaySpec spec;
} Wish;

/* FALSE: there is something that is no instant. */
static gboolean
read_instant (const json_t *json, const char *name, gint64 fallback, gint64 *out)
{
  const json_t *value = json_object_get (json, name);
  *out = json_is_integer (value) ? json_integer_value (value) : fallback;
  return !value || json_is_null (value) || (json_is_integer (value) && *out >= 0);
}

static gboolean
read_cuts (const json_t *list, Wish *wish)
{
  gsize i;
  json_t *one;
  if (list && (!json_is_array (list) || json_array_size (list) > PARLOR_REPLAY_CUTS_MAX))
    return FALSE;
  json_array_foreach (list, i, one)
  {
    if (!read_instant (one, "from_ms", -1, &wish->cuts[i].from_ms)
        || !read_instant (one, "to_ms", -1, &wish->cuts[i].to_ms))
      return FALSE;
    wish->spec.n_cuts++;
  }
  wish->spec.cuts = wish->cuts;
  return TRUE;
}

static gboolean
read_exclude (const json_t *list, Wish *wish)
{
  gsize i;
  json_t *one;
  if (list && !json_is_array (list))
    return FALSE;
  json_array_foreach (list, i, one)
  {
    const char *id = json_string_value (one);
    if (!id || !*id || strchr (id, '\n'))
      return FALSE;
    g_string_append_printf (wish->exclude, "%s%s", wish->exclude->len ? "\n" : "", id);
  }
  wish->spec.exclude = wish->exclude->str;
  return TRUE;
}

/* What is not said is the whole of what was on air. */
static gboolean
read_wish (const json_t *json, const ParlorLiveInfo *info, const ParlorRecordingRow *row,
           Wish *wish)
{
  ParlorReplaySpec *spec = &wish->spec;
  gint64 from_ms, to_ms;
  gboolean upright = json_is_true (json_object_get (json, "portrait"));
  aired (info, row, &from_ms, &to_ms);
  spec->title = text (json, "title") ? text (json, "title") : info->title;
  spec->width = upright ? SHORT_SIDE : LONG_SIDE;
  spec->height = upright ? LONG_SIDE : SHORT_SIDE;
  return read_instant (json, "from_ms", from_ms, &spec->from_ms)
         && read_instant (json, "to_ms", to_ms, &spec->to_ms)
         && read_instant (json, "expires_at", 0, &spec->expires_ms)
         && read_cuts (json_object_get (json, "drop"), wish)
         && read_exclude (json_object_get (json, "exclude"), wish);
}

/* The one that is named, else the newest; NULL: there is none. */
static const ParlorRecordingRow *
choose_recording (ParlorSite *site, const ParlorLiveInfo *info, const char *id)
{
  g_autoptr (GPtrArray) rows = recordings_of (site, info);
  for (guint i = 0; i < rows->len; i++)
    if (!id || !strcmp (((const ParlorRecordingRow *)rows->pdata[i])->id, id))
      return rows->pdata[i];
  return NULL;
}

/* One that still runs ends with the stream; of one that goes on with it nothing is made yet. FALSE:
 * the reply says so. */
static gboolean
is_over (ParlorSite *site, const ParlorLiveInfo *info, const ParlorRecordingRow *row,
         ParlorHttpReply *reply)
{
  gboolean runs = !strcmp (row->state, "on") || !strcmp (row->state, "paused");
  ParlorRoom *room = parlor_rooms_find (site->spec.rooms, info->room);
  if (runs && info->state != PARLOR_LIVE_ENDED)
    {
      parlor_http_problem (reply, 409, "not_over", "The stream is still being recorded: end it.");
      return FALSE;
    }
  if (runs && room)
    parlor_room_record (room, NULL, PARLOR_RECORD_STOP, site->spec.clock->now_us (site->spec.clock),
                        NULL);
  return TRUE;
}

static void
create (ParlorSite *site, ParlorHttpRequest *request, const json_t *json,
        const ParlorLiveInfo *info, const ParlorRecordingRow *row, const char *actor,
        ParlorHttpReply *reply)
{
  g_autoptr (GError) error = NULL;
  Wish wish = {
      .exclude = g_string_new (NULL),
      .spec = {
          .brand = info->brand, .room = info->room, .recording = row->id, .created_by = actor}};
  const ParlorReplayRow *made = NULL;
  if (!read_wish (json, info, row, &wish))
    parlor_http_problem (reply, 400, "bad_request",
                         "from_ms, to_ms and expires_at are numbers, drop is a list of {from_ms, "
                         "to_ms}, exclude one of ids or identities.");
  else if ((made = parlor_replays_add (site->spec.replays, &wish.spec, parlor_site_wall_ms (site),
                                       &error)))
    parlor_http_reply_json (reply, 202, own_to_json (site, request, made));
  else
    parlor_http_problem_from_error (reply, error);
  g_string_free (wish.exclude, TRUE);
}

void
parlor_handle_replay_create (ParlorSite *site, ParlorHttpRequest *request, ParlorHttpReply *reply)
{
  ParlorPrincipal who;
  ParlorLiveRoom *live = find_own (site, request, &who, reply);
  if (!live)
    return;
  const ParlorLiveInfo *info = parlor_live_info (live);
  json_t *json = parlor_http_json_body (request);
  const ParlorRecordingRow *row = choose_recording (site, info, text (json, "recording"));
  if (!site->spec.renders)
    parlor_http_problem (reply, 503, "unavailable", "This server makes no files of recordings.");
  else if (!row || !info->live_ms)
    parlor_http_problem (reply, 409, "not_recorded",
                         row ? "This stream was never on air." : "Nothing of it was recorded.");
  else
    {
      g_autofree char *id = g_strdup (row->id); /* its row is another one when it was stopped */
      if (is_over (site, info, row, reply))
        create (site, request, json, info, parlor_recordings_get (site->spec.recordings, id),
                who.subject, reply);
    }
  json_decref (json);
}

void
parlor_handle_replay_withdraw (ParlorSite *site, ParlorHttpRequest *request, ParlorHttpReply *reply)
{
  g_autoptr (GError) error = NULL;
  ParlorPrincipal who;
  ParlorLiveRoom *live = find_own (site, request, &who, reply);
  const ParlorReplayRow *row = live ? parlor_replays_get (site->spec.replays, request->params[1])
                                    : NULL;
  if (!live)
    return;
  if (!row || strcmp (row->room, parlor_live_info (live)->room) != 0)
    parlor_http_problem (reply, 404, "no_such_replay", "The stream has no replay of that id.");
  else if (parlor_replays_withdraw (site->spec.replays, row->id, "host", who.subject,
                                    parlor_site_wall_ms (site), &error))
    reply->status = 204;
  else
    parlor_http_problem_from_error (reply, error);
}

/* ---- what anybody may see ------------------------------------------------------------------- */

/* Its recording, where both may be seen now; NULL = not. */
static const ParlorRecordingRow *
recording_of (ParlorSite *site, const ParlorReplayRow *row)
{
  const ParlorRecordingRow *recording = site->spec.recordings ? parlor_recordings_get (
                                            site->spec.recordings, row->recording)
                                                              : NULL;
  return recording && !strcmp (recording->state, "ready")
                 && parlor_replay_is_open (row, parlor_site_wall_ms (site))
             ? recording
             : NULL;
}

/* The film that stands; NULL: it is being made again, without somebody. */
static const ParlorRenderRow *
film_of (ParlorSite *site, const ParlorReplayRow *row)
{
  const ParlorRenderRow *render = site->spec.renders ? parlor_renders_get (
                                      site->spec.renders, row->recording, row->render)
                                                     : NULL;
  return render && render->sha256 && !strcmp (render->state, "ready") ? render : NULL;
}

static const ParlorReplayRow *
known (ParlorSite *site, const ParlorHttpRequest *request)
{
  return site->spec.replays ? parlor_replays_get (site->spec.replays, request->params[0]) : NULL;
}

/* NULL: the reply says why not, and nothing else of it. */
static const ParlorReplayRow *
find_open (ParlorSite *site, const ParlorHttpRequest *request, ParlorHttpReply *reply)
{
  const ParlorReplayRow *row = known (site, request);
  ParlorReplayState state = row ? parlor_replay_state (row) : PARLOR_REPLAY_FAILED;
  if (!row || state == PARLOR_REPLAY_FAILED)
    parlor_http_problem (reply, 404, "no_such_replay", "There is no replay at this address.");
  else if (state == PARLOR_REPLAY_PREPARING)
    parlor_http_problem (reply, 409, "not_ready", "This replay is being made.");
  else if (!recording_of (site, row))
    parlor_http_problem (reply, 410, "withdrawn", "This replay was withdrawn.");
  else if (!film_of (site, row))
    parlor_http_problem (reply, 409, "not_ready", "This replay is being made again.");
  else if (parlor_site_welcomes (site, request, row->brand, reply))
    return row;
  return NULL;
}

static json_t *
product_to_json (const ParlorProduct *product)
{
  return product ? json_pack ("{s:s,s:s,s:s,s:s,s:s,s:b}", "sku", product->sku, "title",
                              product->title, "image", product->image, "price", product->price,
                              "stock", product->stock, "can_buy", *product->url != '\0')
                 : json_null ();
}

/* A pin of which something is in the file: `at_ms` is where it begins there. NULL = nothing is. */
static json_t *
pin_to_json (ParlorSite *site, const ParlorReplayRow *row, const GArray *parts,
             const ParlorPin *pin)
{
  gint64 first_ms = parlor_replay_first_kept (parts, pin->from_ms, pin->to_ms);
  const ParlorProduct *now = parlor_products_find (site->spec.products, row->brand, pin->sku);
  if (first_ms < 0)
    return NULL;
  const char *title = *pin->title ? pin->title : now ? now->title : pin->sku;
  return json_pack ("{s:s,s:s,s:s,s:s,s:s,s:I,s:o,s:I,s:o}", "id", pin->id, "sku", pin->sku, "note",
                    pin->note, "title", title, "price", pin->price, "from_ms",
                    (json_int_t)pin->from_ms, "to_ms", instant (pin->to_ms), "at_ms",
                    (json_int_t)parlor_replay_to_file (parts, first_ms), "product",
                    product_to_json (now));
}

static json_t *
parts_to_json (const GArray *parts)
{
  json_t *list = json_array ();
  for (guint i = 0; i < parts->len; i++)
    {
      const ParlorReplayPart *part = &g_array_index (parts, ParlorReplayPart, i);
      json_array_append_new (list, json_pack ("{s:I,s:I,s:I}", "from_ms", (json_int_t)part->from_ms,
                                              "to_ms", (json_int_t)part->to_ms, "file_ms",
                                              (json_int_t)part->file_ms));
    }
  return list;
}

static json_t *
pins_to_json (ParlorSite *site, const ParlorReplayRow *row, const GArray *parts)
{
  guint n = 0;
  const ParlorLiveRoom *live = parlor_live_find (site->spec.live, row->room);
  const ParlorPin *const *pins = live ? parlor_live_pins (live, &n) : NULL;
  json_t *list = json_array ();
  for (guint i = 0; i < n; i++)
    {
      json_t *pin = pin_to_json (site, row, parts, pins[i]);
      if (pin)
        json_array_append_new (list, pin);
    }
  return list;
}

/* What a list and the page's head say of it. */
static json_t *
card_to_json (ParlorSite *site, const ParlorHttpRequest *request, const ParlorReplayRow *row)
{
  const ParlorLiveRoom *live = parlor_live_find (site->spec.live, row->room);
  const ParlorLiveInfo *info = live ? parlor_live_info (live) : NULL;
  g_autofree char *url = url_of (site, request, row);
  return json_pack (
      "{s:s,s:s,s:s,s:s,s:s,s:s,s:s,s:I,s:I,s:I}", "id", row->id, "brand", row->brand, "title",
      row->title, "summary", info ? info->summary : "", "host", info ? info->host : "", "image",
      info ? info->image : "", "url", url, "duration_ms", (json_int_t)row->duration_ms, "live_at",
      (json_int_t)(info ? info->live_ms : 0), "published_at", (json_int_t)row->published_ms);
}

void
parlor_handle_replay_get (ParlorSite *site, ParlorHttpRequest *request, ParlorHttpReply *reply)
{
  const ParlorReplayRow *row = find_open (site, request, reply);
  if (!row)
    return;
  g_autoptr (GArray) parts = parlor_replay_parts (row->clock);
  g_autofree char *media = g_strdup_printf ("/v1/replays/%s/media", row->id);
  json_t *json = card_to_json (site, request, row);
  json_object_set_new (json, "room", json_string (row->room));
  json_object_set_new (json, "entry", json_string (row->entry));
  json_object_set_new (json, "media", json_string (media));
  json_object_set_new (json, "width", json_integer (row->width));
  json_object_set_new (json, "height", json_integer (row->height));
  json_object_set_new (json, "expires_at", json_integer (row->expires_ms));
  json_object_set_new (json, "parts", parts_to_json (parts));
  json_object_set_new (json, "pins", pins_to_json (site, row, parts));
  parlor_http_reply_json (reply, 200, json);
}

void
parlor_handle_replay_shown (ParlorSite *site, ParlorHttpRequest *request, ParlorHttpReply *reply)
{
  json_t *list = json_array ();
  if (!parlor_site_welcomes (site, request, request->params[0], reply))
    {
      json_decref (list);
      return;
    }
  g_autoptr (GPtrArray) rows = site->spec.replays
                                   ? parlor_replays_shown (site->spec.replays, request->params[0],
                                                           parlor_site_wall_ms (site))
                                   : g_ptr_array_new ();
  for (guint i = 0; i < rows->len && json_array_size (list) < SHOWN_MAX; i++)
    if (recording_of (site, rows->pdata[i]))
      json_array_append_new (list, card_to_json (site, request, rows->pdata[i]));
  parlor_http_reply_json (reply, 200, json_pack ("{s:o}", "replays", list));
}

/* ---- what was said -------------------------------------------------------------------------- */

/* The site goes before the store, whose end answers: nothing of it is needed here. */
typedef struct
{
  ParlorHttpPending *pending;
  ParlorCommentSieve *sieve;
  GArray *parts;
} Ask;

static json_t *
comment_to_json (const ParlorComment *comment)
{
  return json_pack ("{s:s,s:s,s:s,s:s,s:I,s:I,s:b}", "id", comment->id, "participant",
                    comment->person, "name", comment->name, "text", comment->text, "room_ms",
                    (json_int_t)comment->room_ms, "at", (json_int_t)comment->at_ms, "host",
                    (comment->flags & PARLOR_COMMENT_BY_HOST) != 0);
}

static void
on_comments (const gconstpointer *rows, guint n, const GError *error, gpointer user_data)
{
  Ask *ask = user_data;
  ParlorHttpReply reply;
  json_t *list = json_array ();
  for (guint i = 0; i < n; i++)
    {
      const ParlorComment *comment = rows[i];
      if (parlor_comment_stands (ask->sieve, comment)
          && parlor_replay_to_file (ask->parts, comment->room_ms) >= 0)
        json_array_append_new (list, comment_to_json (comment));
    }
  parlor_http_reply_init (&reply);
  if (error)
    parlor_http_problem (&reply, 503, "unavailable", "What was said cannot be read now.");
  else
    parlor_http_reply_json (&reply, 200, json_pack ("{s:O}", "comments", list));
  parlor_http_answer (ask->pending, &reply);
  parlor_http_reply_clear (&reply);
  json_decref (list);
  parlor_comment_sieve_free (ask->sieve);
  g_array_unref (ask->parts);
  g_free (ask);
}

void
parlor_handle_replay_comments (ParlorSite *site, ParlorHttpRequest *request, ParlorHttpReply *reply)
{
  const ParlorReplayRow *row = find_open (site, request, reply);
  const ParlorLiveRoom *live = row ? parlor_live_find (site->spec.live, row->room) : NULL;
  ParlorRecordSink *sink = site->spec.records;
  if (!row)
    return;
  g_autoptr (GArray) parts = parlor_replay_parts (row->clock);
  if (!sink || !live || parts->len == 0)
    {
      parlor_http_reply_json (reply, 200, json_pack ("{s:[]}", "comments"));
      return;
    }
  gint64 to_ms = g_array_index (parts, ParlorReplayPart, parts->len - 1).to_ms;
  const ParlorFindTerm terms[] = {
      {.field = "room", .op = PARLOR_FIND_EQUAL, .text = row->room},
      {.field = "room_ms",
       .op = PARLOR_FIND_AT_LEAST,
       .number = g_array_index (parts, ParlorReplayPart, 0).from_ms},
      {.field = "room_ms", .op = PARLOR_FIND_LESS, .number = to_ms},
  };
  const ParlorFind find = {.kind = &parlor_comment_kind,
                           .terms = terms,
                           .n_terms = G_N_ELEMENTS (terms),
                           .order_by = "room_ms",
                           .limit = COMMENTS_MAX};
  Ask *ask = g_new0 (Ask, 1);
  *ask = (Ask){.pending = parlor_http_defer (request),
               .sieve = parlor_comment_sieve_new (live),
               .parts = g_steal_pointer (&parts)};
  sink->find (sink, &find, on_comments, ask);
}

/* ---- the film ------------------------------------------------------------------------------- */

/* Asks before each piece: who got the address, or began to read, before the replay was withdrawn
 * gets no more of it. */
typedef struct
{
  ParlorReader reader; /* first */
  ParlorReader *inner; /* owned */
  ParlorSite *site;    /* outlives the server's connections */
  char id[PARLOR_ID_SIZE];
  char *etag; /* owned; of the film that was asked for */
} Gate;

static gssize
gate_read (ParlorReader *reader, guint64 at, guint8 *out, gsize length)
{
  Gate *gate = (Gate *)reader;
  const ParlorReplayRow *row = parlor_replays_get (gate->site->spec.replays, gate->id);
  const ParlorRenderRow *film = row && recording_of (gate->site, row) ? film_of (gate->site, row)
                                                                      : NULL;
  return film && strstr (gate->etag, film->sha256)
             ? gate->inner->read (gate->inner, at, out, length)
             : -1;
}

static void
gate_free (ParlorReader *reader)
{
  Gate *gate = (Gate *)reader;
  gate->inner->free (gate->inner);
  g_free (gate->etag);
  g_free (gate);
}

void
parlor_handle_replay_media (ParlorSite *site, ParlorHttpRequest *request, ParlorHttpReply *reply)
{
  const ParlorReplayRow *row = find_open (site, request, reply);
  if (!row)
    return;
  g_autofree char *name = g_strconcat ("render-", row->render, ".webm", NULL);
  ParlorReader *inner = parlor_site_read_recorded (site, recording_of (site, row), name);
  if (!inner)
    {
      parlor_http_problem (reply, 503, "unavailable", "The film cannot be read now.");
      return;
    }
  Gate *gate = g_new0 (Gate, 1);
  *gate = (Gate){.reader = {inner->size, gate_read, gate_free},
                 .inner = inner,
                 .site = site,
                 .etag = g_strdup_printf ("\"%s\"", film_of (site, row)->sha256)};
  g_strlcpy (gate->id, row->id, sizeof gate->id);
  parlor_http_reply_reader (request, reply, &gate->reader, "video/webm", gate->etag);
}

/* The instant that the page shows comes with the click. */
void
parlor_handle_replay_go (ParlorSite *site, ParlorHttpRequest *request, ParlorHttpReply *reply)
{
  const ParlorReplayRow *row = find_open (site, request, reply);
  const char *at = parlor_http_query (request, "room_ms");
  gint64 room_ms = 0;
  if (!row)
    return;
  if (!at || !g_ascii_string_to_signed (at, 10, 0, G_MAXINT64 / 2, &room_ms, NULL))
    room_ms = 0;
  parlor_site_reply_shop (
      parlor_site_mint_handoff_at (site, request, parlor_live_find (site->spec.live, row->room),
                                   request->params[1], room_ms, reply),
      reply);
}

/* ---- the page ------------------------------------------------------------------------------- */

static void
append_preview (ParlorSite *site, const ParlorHttpRequest *request, const ParlorReplayRow *row,
                GString *out)
{
  const ParlorLiveRoom *live = parlor_live_find (site->spec.live, row->room);
  const char *picture = live ? parlor_live_info (live)->image : "";
  g_autofree char *base = parlor_site_base_url (site, request);
  g_autofree char *url = url_of (site, request, row);
  g_autofree char *image = *picture == '/' ? g_strconcat (base, picture, NULL) : g_strdup (picture);
  g_string_append (out, "<meta property=\"og:type\" content=\"video.other\">");
  parlor_site_append_meta (out, "title", row->title);
  parlor_site_append_meta (out, "description", live ? parlor_live_info (live)->summary : "");
  parlor_site_append_meta (out, "image", image);
  parlor_site_append_meta (out, "url", url);
}

/* The page itself says in words what cannot be seen, to a messenger nothing of it is told. */
void
parlor_handle_replay_page (ParlorSite *site, ParlorHttpRequest *request, ParlorHttpReply *reply)
{
  const ParlorReplayRow *row = known (site, request);
  gboolean open = row && recording_of (site, row);
  g_autoptr (GString) preview = g_string_new (NULL);
  if (open)
    append_preview (site, request, row, preview);
  else
    g_string_append (preview, "<meta name=\"robots\" content=\"noindex\">");
  parlor_site_reply_page (site, request, "replay.html", preview->str, reply);
  if (reply->status != 200)
    return;
  if (open)
    parlor_site_meet (site, request, row->brand, reply);
  else if (!row || parlor_replay_state (row) == PARLOR_REPLAY_FAILED)
    reply->status = 404;
  else if (parlor_replay_state (row) != PARLOR_REPLAY_PREPARING)
    reply->status = 410;
}
