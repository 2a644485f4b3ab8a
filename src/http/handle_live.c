/* SPDX-License-Identifier: Apache-2.0 */
/* Live rooms over HTTP: states and pins for a brand's own systems, what a page may know before it
 * enters, the calendar, and the pages whose links have a preview. */
#include "http/access.h"
#include "http/handlers.h"
#include "http/live.h"
#include "http/problem.h"
#include "http/service.h"
#include "live/products.h"

#include <string.h>

#define VISITORS_MAX 8
#define COOKIE_DAYS 30
#define KEPT_BYTES 512 /* of one value in the address, escaped */
#define COOKIE_NAME "parlor_v_"
#define HOUR_MS (3600 * G_GINT64_CONSTANT (1000))

static ParlorLiveNow
now_of (ParlorSite *site, const ParlorRoom *room)
{
  ParlorClock *clock = site->spec.clock;
  gint64 now_us = clock->now_us (clock);
  return (ParlorLiveNow){now_us, clock->wall_ms (clock), parlor_room_ms (room, now_us)};
}

/* ---- whose browser -------------------------------------------------------------------------- */

/* RFC 6265 section 5.4: "a=b; c=d". (Transfer full.) */
static char *
cookie (const ParlorHttpRequest *request, const char *name)
{
  const char *header = parlor_http_header (request, "Cookie");
  gsize length = strlen (name);
  while (header && *header)
    {
      header += strspn (header, "; ");
      if (!strncmp (header, name, length) && header[length] == '=')
        return g_strndup (header + length + 1, strcspn (header + length + 1, ";"));
      header += strcspn (header, ";");
    }
  return NULL;
}

static char *
cookie_of (const ParlorHttpRequest *request, const char *brand)
{
  g_autofree char *name = g_strconcat (COOKIE_NAME, brand, NULL);
  return cookie (request, name);
}

const char *
parlor_site_visitor_of (ParlorSite *site, const ParlorHttpRequest *request, const char *brand)
{
  const char *origin = parlor_site_foreign (site, request);
  if (!site->spec.visitors || !brand)
    return NULL;
  g_autofree char *key = origin ? g_strdup (parlor_http_bearer (request))
                                : cookie_of (request, brand);
  const ParlorVisitor *visitor = parlor_visitors_recognise_at (
      site->spec.visitors, brand, origin, key, site->spec.clock->wall_ms (site->spec.clock));
  return visitor ? visitor->id : NULL;
}

char *
parlor_site_visitors (ParlorSite *site, const ParlorHttpRequest *request)
{
  GString *out = g_string_new (NULL);
  const char *at = parlor_http_header (request, "Cookie");
  if (parlor_site_foreign (site, request))
    at = NULL;
  for (guint n = 0; n < VISITORS_MAX && at && (at = strstr (at, COOKIE_NAME)); n++)
    {
      at += strlen (COOKIE_NAME);
      g_autofree char *brand = g_strndup (at, strcspn (at, "=; "));
      const char *visitor = parlor_site_visitor_of (site, request, brand);
      if (visitor)
        g_string_append_printf (out, "%s%s=%s", out->len ? " " : "", brand, visitor);
    }
  return g_string_free (out, FALSE);
}

const ParlorVisitor *
parlor_site_meet_at (ParlorSite *site, const ParlorHttpRequest *request, const char *brand,
                     const char *origin, const char *key, char fresh[PARLOR_TOKEN_SIZE])
{
  ParlorVisitors *visitors = site->spec.visitors;
  gint64 wall_ms = site->spec.clock->wall_ms (site->spec.clock);
  if (!parlor_visitors_recognise_at (visitors, brand, origin, key, wall_ms)
      && parlor_rate_limit_take (site->new_visitors, request->peer,
                                 site->spec.clock->now_us (site->spec.clock)))
    return parlor_visitors_pass (visitors, brand, origin, wall_ms, fresh);
  return parlor_visitors_meet_at (visitors, brand, origin, key, wall_ms, fresh);
}

const ParlorVisitor *
parlor_site_meet (ParlorSite *site, const ParlorHttpRequest *request, const char *brand,
                  ParlorHttpReply *reply)
{
  char fresh[PARLOR_TOKEN_SIZE];
  g_autofree char *key = cookie_of (request, brand);
  g_autofree char *base = parlor_site_base_url (site, request);
  const ParlorVisitor *visitor = parlor_site_meet_at (site, request, brand, NULL, key, fresh);
  /* Said again at each visit: 30 days from the last one. */
  g_autofree char *value = g_strdup_printf ("%s%s=%s; Path=/; Max-Age=%d; HttpOnly; SameSite=Lax%s",
                                            COOKIE_NAME, brand, *fresh ? fresh : key,
                                            COOKIE_DAYS * 24 * 3600,
                                            g_str_has_prefix (base, "https:") ? "; Secure" : "");
  parlor_http_reply_header (reply, "Set-Cookie", value);
  return visitor;
}

void
parlor_site_happened (ParlorSite *site, const char *type, const char *brand, const char *entity,
                      gint64 room_ms, const ParlorDatum *data, guint n)
{
  if (site->spec.happened)
    site->spec.happened (&(ParlorEvent){.type = type,
                                        .brand = brand,
                                        .entity = entity,
                                        .at_ms = site->spec.clock->wall_ms (site->spec.clock),
                                        .room_ms = room_ms,
                                        .data = data,
                                        .n_data = n},
                         site->spec.happened_data);
}

/* ---- making --------------------------------------------------------------------------------- */

static const char *
text (const json_t *json, const char *name)
{
  return json_string_value (json_object_get (json, name));
}

/* A group of this brand's reps: "" = none is said. FALSE sets the error. */
static gboolean
is_fit_group (ParlorSite *site, const char *brand_id, const json_t *value, GError **error)
{
  const char *id = json_string_value (value);
  const ParlorServiceSite *service = site->spec.service;
  ParlorServiceBrand *brand = id && *id && service ? service->brand (brand_id, service->user_data)
                                                   : NULL;
  if (!value || (id && (!*id || (brand && parlor_service_group (brand, id)))))
    return TRUE;
  g_set_error_literal (error, PARLOR_ERROR, PARLOR_ERROR_BAD_REQUEST,
                       "group must be the id of a group of this brand's, or \"\".");
  return FALSE;
}

gboolean
parlor_site_open_live (ParlorSite *site, ParlorRoom *room, const json_t *json, GError **error)
{
  const ParlorRoomInfo *info = parlor_room_info (room);
  ParlorLiveInfo live = {
      .room = (char *)info->id,
      .brand = (char *)info->brand,
      .title = (char *)info->title,
      .summary = (char *)text (json, "summary"),
      .image = (char *)text (json, "image"),
      .host = (char *)text (json, "host"),
      .rep_group = (char *)text (json, "group"),
      .scheduled_ms = json_integer_value (json_object_get (json, "scheduled_at")),
  };
  if (!is_fit_group (site, info->brand, json_object_get (json, "group"), error)
      || !parlor_live_open (site->spec.live, &live, now_of (site, room), error))
    return FALSE;
  parlor_room_set_stage (room, PARLOR_STAGE_CLOSED);
  return TRUE;
}

gboolean
parlor_site_change_live (ParlorSite *site, ParlorRoom *room, const json_t *json, GError **error)
{
  static const char *const names[] = {"summary", "image", "host"};
  const json_t *when = json_object_get (json, "scheduled_at");
  ParlorLiveRoom *live = parlor_live_find (site->spec.live, parlor_room_info (room)->id);
  ParlorLiveEdit edit = {.summary = text (json, "summary"),
                         .image = text (json, "image"),
                         .host = text (json, "host"),
                         .rep_group = text (json, "group"),
                         .scheduled_ms = when ? json_integer_value (when) : -1};
  gboolean fits = !when || (json_is_integer (when) && edit.scheduled_ms >= 0);
  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    fits = fits && (!json_object_get (json, names[i]) || text (json, names[i]));
  if (!fits)
    {
      g_set_error_literal (
          error, PARLOR_ERROR, PARLOR_ERROR_BAD_REQUEST,
          "a live room's change is {title?, policy?, summary?, image?, host?, group?, "
          "scheduled_at?}");
      return FALSE;
    }
  if (!is_fit_group (site, parlor_room_info (room)->brand, json_object_get (json, "group"), error))
    return FALSE;
  gboolean says = edit.summary || edit.image || edit.host || edit.rep_group || when;
  return !says || parlor_live_edit (live, &edit, now_of (site, room), error);
}

static json_t *
live_to_json (ParlorSite *site, const ParlorHttpRequest *request, const ParlorLiveRoom *live)
{
  const ParlorLiveInfo *info = parlor_live_info (live);
  g_autofree char *base = parlor_site_base_url (site, request);
  g_autofree char *url = g_strdup_printf ("%s/l/%s", base, info->room);
  ParlorRoom *room = parlor_rooms_find (site->spec.rooms, info->room);
  return json_pack ("{s:s,s:s,s:s,s:s,s:s,s:s,s:s,s:s,s:I,s:I,s:I,s:I,s:I,s:I,s:s}", "room",
                    info->room, "brand", info->brand, "group", info->rep_group, "state",
                    parlor_live_state_name ((ParlorLiveState)info->state), "title", info->title,
                    "summary", info->summary, "image", info->image, "host", info->host,
                    "scheduled_at", (json_int_t)info->scheduled_ms, "live_at",
                    (json_int_t)info->live_ms, "ended_at", (json_int_t)info->ended_ms, "viewers",
                    (json_int_t)parlor_live_audience (live).viewers, "peak", (json_int_t)info->peak,
                    "room_ms", (json_int_t)(room ? now_of (site, room).room_ms : 0), "url", url);
}

/* ---- states and pins ------------------------------------------------------------------------ */

void
parlor_handle_live_state (ParlorSite *site, ParlorHttpRequest *request, ParlorHttpReply *reply)
{
  g_autoptr (GError) error = NULL;
  ParlorRoom *room;
  ParlorLiveState state;
  ParlorLiveRoom *live = parlor_site_find_live (site, request, PARLOR_TOKEN_OF_HOST, &room, reply);
  if (!live)
    return;
  json_t *json = parlor_http_json_body (request);
  if (!parlor_live_state_from_name (text (json, "to"), &state))
    parlor_http_problem (reply, 400, "bad_request",
                         "The body must be {\"to\":\"live|paused|ended\"}.");
  else if (!parlor_live_set_state (live, state, now_of (site, room), &error))
    parlor_http_problem_from_error (reply, error);
  else
    parlor_http_reply_json (reply, 200, live_to_json (site, request, live));
  json_decref (json);
}

static json_t *
pin_to_json (const ParlorPin *pin)
{
  return json_pack (
      "{s:s,s:s,s:s,s:s,s:s,s:I,s:o,s:I}", "id", pin->id, "sku", pin->sku, "note", pin->note,
      "title", pin->title, "price", pin->price, "from_ms", (json_int_t)pin->from_ms, "to_ms",
      pin->to_ms < 0 ? json_null () : json_integer (pin->to_ms), "at", (json_int_t)pin->at_ms);
}

void
parlor_handle_pin (ParlorSite *site, ParlorHttpRequest *request, ParlorHttpReply *reply)
{
  g_autoptr (GError) error = NULL;
  ParlorRoom *room;
  ParlorLiveRoom *live = parlor_site_find_live (site, request, PARLOR_TOKEN_OF_HOST, &room, reply);
  if (!live)
    return;
  json_t *json = parlor_http_json_body (request);
  const char *sku = text (json, "sku");
  if (!parlor_products_find (site->spec.products, parlor_live_info (live)->brand, sku))
    parlor_http_problem (reply, sku ? 404 : 400, sku ? "not_found" : "bad_request",
                         sku ? "There is no such product." : "The body must be {\"sku\":\"…\"}.");
  else if (!parlor_live_pin (live, sku, text (json, "note"), now_of (site, room), &error))
    parlor_http_problem_from_error (reply, error);
  else
    parlor_http_reply_json (reply, 201, pin_to_json (parlor_live_current_pin (live)));
  json_decref (json);
}

void
parlor_handle_unpin (ParlorSite *site, ParlorHttpRequest *request, ParlorHttpReply *reply)
{
  ParlorRoom *room;
  ParlorLiveRoom *live = parlor_site_find_live (site, request, PARLOR_TOKEN_OF_HOST, &room, reply);
  if (!live)
    return;
  if (parlor_live_unpin (live, now_of (site, room)))
    reply->status = 204;
  else
    parlor_http_problem (reply, 404, "not_found", "Nothing is pinned.");
}

void
parlor_handle_pin_list (ParlorSite *site, ParlorHttpRequest *request, ParlorHttpReply *reply)
{
  guint n;
  ParlorRoom *room;
  ParlorLiveRoom *live = parlor_site_find_live (site, request, PARLOR_TOKEN_OF_ANYBODY, &room,
                                                reply);
  if (!live)
    return;
  const ParlorPin *const *pins = parlor_live_pins (live, &n);
  json_t *list = json_array ();
  for (guint i = 0; i < n; i++)
    json_array_append_new (list, pin_to_json (pins[i]));
  parlor_http_reply_json (reply, 200, json_pack ("{s:o}", "pins", list));
}

/* ---- what anybody may know ------------------------------------------------------------------ */

static ParlorLiveRoom *
find_public (ParlorSite *site, ParlorHttpRequest *request, ParlorHttpReply *reply)
{
  ParlorLiveRoom *live = parlor_live_find (site->spec.live, request->params[0]);
  if (!live)
    parlor_http_problem (reply, 404, "no_such_room", "There is no stream at this address.");
  else if (!parlor_site_welcomes (site, request, parlor_live_info (live)->brand, reply))
    return NULL;
  return live;
}

void
parlor_handle_live_get (ParlorSite *site, ParlorHttpRequest *request, ParlorHttpReply *reply)
{
  ParlorLiveRoom *live = find_public (site, request, reply);
  if (live)
    parlor_http_reply_json (reply, 200, live_to_json (site, request, live));
}

/* On air first, then what comes, the soonest first; what ended is left to the replays. */
static gint
by_interest (gconstpointer a, gconstpointer b)
{
  const ParlorLiveInfo *left = parlor_live_info (*(ParlorLiveRoom *const *)a);
  const ParlorLiveInfo *right = parlor_live_info (*(ParlorLiveRoom *const *)b);
  gboolean left_on = left->state != PARLOR_LIVE_SCHEDULED;
  gboolean right_on = right->state != PARLOR_LIVE_SCHEDULED;
  if (left_on != right_on)
    return left_on ? -1 : 1;
  return (left->scheduled_ms > right->scheduled_ms) - (left->scheduled_ms < right->scheduled_ms);
}

void
parlor_handle_live_list (ParlorSite *site, ParlorHttpRequest *request, ParlorHttpReply *reply)
{
  guint n;
  if (!parlor_site_welcomes (site, request, request->params[0], reply))
    return;
  g_autofree ParlorLiveRoom **rooms = parlor_live_list (site->spec.live, request->params[0], &n);
  g_autoptr (GPtrArray) shown = g_ptr_array_new ();
  for (guint i = 0; i < n; i++)
    if (parlor_live_info (rooms[i])->state != PARLOR_LIVE_ENDED)
      g_ptr_array_add (shown, rooms[i]);
  g_ptr_array_sort (shown, by_interest);
  json_t *list = json_array ();
  for (guint i = 0; i < MIN (shown->len, 50); i++)
    json_array_append_new (list, live_to_json (site, request, shown->pdata[i]));
  parlor_http_reply_json (reply, 200, json_pack ("{s:o}", "rooms", list));
}

/* RFC 5545 section 3.3.11. */
static void
append_ics_text (GString *out, const char *name, const char *value)
{
  g_string_append_printf (out, "%s:", name);
  for (; *value; value++)
    {
      if (strchr ("\\;,", *value))
        g_string_append_c (out, '\\');
      if (*value == '\n')
        g_string_append (out, "\\n");
      else if ((guchar)*value >= ' ')
        g_string_append_c (out, *value);
    }
  g_string_append (out, "\r\n");
}

static void
append_ics_time (GString *out, const char *name, gint64 ms)
{
  g_autoptr (GDateTime) time = g_date_time_new_from_unix_utc (ms / 1000);
  g_autofree char *value = time ? g_date_time_format (time, "%Y%m%dT%H%M%SZ") : NULL;
  g_string_append_printf (out, "%s:%s\r\n", name, value ? value : "19700101T000000Z");
}

void
parlor_handle_calendar (ParlorSite *site, ParlorHttpRequest *request, ParlorHttpReply *reply)
{
  if (!site->spec.live || !parlor_live_find (site->spec.live, request->params[0]))
    {
      parlor_handle_meeting_calendar (site, request, reply);
      return;
    }
  ParlorLiveRoom *live = find_public (site, request, reply);
  if (!live)
    return;
  const ParlorLiveInfo *info = parlor_live_info (live);
  g_autofree char *base = parlor_site_base_url (site, request);
  g_autofree char *url = g_strdup_printf ("%s/l/%s", base, info->room);
  g_autofree char *uid = g_strconcat (info->room, "@parlor", NULL);
  g_autoptr (GString) ics = g_string_new (
      "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//Parlor//Live//EN\r\nBEGIN:VEVENT\r\n");
  gint64 begin_ms = info->scheduled_ms ? info->scheduled_ms : info->made_ms;
  append_ics_text (ics, "UID", uid);
  append_ics_time (ics, "DTSTAMP", info->made_ms);
  append_ics_time (ics, "DTSTART", begin_ms);
  append_ics_time (ics, "DTEND", begin_ms + HOUR_MS);
  append_ics_text (ics, "SUMMARY", *info->title ? info->title : "Live");
  append_ics_text (ics, "DESCRIPTION", info->summary);
  g_string_append_printf (ics, "URL:%s\r\n", url);
  g_string_append (ics, "BEGIN:VALARM\r\nACTION:DISPLAY\r\nDESCRIPTION:Live\r\nTRIGGER:-PT10M\r\n"
                        "END:VALARM\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n");
  parlor_http_reply_text (reply, 200, "text/calendar; charset=utf-8", ics->str);
  parlor_http_reply_header (reply, "Content-Disposition", "attachment; filename=\"live.ics\"");
  parlor_http_reply_header (reply, "Cache-Control", "no-cache");
}

/* ---- pages with a preview ------------------------------------------------------------------- */

void
parlor_site_append_meta (GString *out, const char *property, const char *value)
{
  g_autofree char *escaped = g_markup_escape_text (value, -1);
  if (*value)
    g_string_append_printf (out, "<meta property=\"og:%s\" content=\"%s\">", property, escaped);
}

/* The page as it was built, with what a messenger shows of its link. */
void
parlor_site_reply_page (ParlorSite *site, const ParlorHttpRequest *request, const char *name,
                        const char *preview, ParlorHttpReply *reply)
{
  g_autofree char *path = site->spec.web_dir ? g_build_filename (site->spec.web_dir, name, NULL)
                                             : NULL;
  g_autofree char *page = NULL;
  if (!path || !g_file_get_contents (path, &page, NULL, NULL))
    {
      parlor_http_problem (reply, 404, "not_found", "The pages are not built.");
      return;
    }
  const char *end = strstr (page, "</head>");
  g_autofree char *whole = end ? g_strdup_printf ("%.*s%s%s", (int)(end - page), page, preview, end)
                               : g_strdup (page);
  parlor_http_reply_text (reply, 200, "text/html; charset=utf-8", whole);
  parlor_http_reply_header (reply, "Cache-Control", "no-cache");
  parlor_static_secure_page (request, NULL, reply);
}

void
parlor_handle_live_page (ParlorSite *site, ParlorHttpRequest *request, ParlorHttpReply *reply)
{
  if (!parlor_live_find (site->spec.live, request->params[0]))
    {
      /* Whoever follows an old link is a person: the page says in words that nothing is here. */
      parlor_site_reply_page (site, request, "live.html",
                              "<meta name=\"robots\" content=\"noindex\">", reply);
      if (reply->status == 200)
        reply->status = 404;
      return;
    }
  ParlorLiveRoom *live = find_public (site, request, reply);
  if (!live)
    return;
  const ParlorLiveInfo *info = parlor_live_info (live);
  g_autofree char *base = parlor_site_base_url (site, request);
  g_autofree char *url = g_strdup_printf ("%s/l/%s", base, info->room);
  g_autofree char *image = *info->image == '/' ? g_strconcat (base, info->image, NULL)
                                               : g_strdup (info->image);
  g_autoptr (GString)
      preview = g_string_new ("<meta property=\"og:type\" content=\"video.other\">");
  parlor_site_append_meta (preview, "title", *info->title ? info->title : "Live");
  parlor_site_append_meta (preview, "description", info->summary);
  parlor_site_append_meta (preview, "image", image);
  parlor_site_append_meta (preview, "url", url);
  parlor_site_reply_page (site, request, "live.html", preview->str, reply);
  if (reply->status == 200)
    parlor_site_meet (site, request, info->brand, reply);
}

/* By what link he came stays with him. */
static char *
brand_target (const ParlorHttpRequest *request, const ParlorBrand *brand)
{
  static const char *const kept[] = {"e", "utm"};
  GString *target = g_string_new ("/b/");
  g_string_append (target, brand->id);
  char before = '?';
  for (guint i = 0; i < G_N_ELEMENTS (kept); i++)
    {
      const char *value = parlor_http_query (request, kept[i]);
      g_autofree char *escaped = value ? g_uri_escape_string (value, NULL, FALSE) : NULL;
      if (escaped && strlen (escaped) <= KEPT_BYTES)
        {
          g_string_append_printf (target, "%c%s=%s", before, kept[i], escaped);
          before = '&';
        }
    }
  return g_string_free (target, FALSE);
}

/* People write a brand's short name; the page goes by the id. */
void
parlor_handle_brand_page (ParlorSite *site, ParlorHttpRequest *request, ParlorHttpReply *reply)
{
  const char *name = g_str_has_prefix (request->path, "/b/") ? request->params[0] : NULL;
  const ParlorBrand *brand = name && site->spec.brands
                                 ? parlor_brands_find (site->spec.brands, name)
                                 : NULL;
  if (!brand || !strcmp (brand->id, name))
    {
      parlor_site_reply_page (site, request, "brand.html", "", reply);
      return;
    }
  g_autofree char *target = brand_target (request, brand);
  reply->status = 303;
  parlor_http_reply_header (reply, "Location", target);
  parlor_http_reply_header (reply, "Cache-Control", "no-store");
}
