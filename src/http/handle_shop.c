/* SPDX-License-Identifier: Apache-2.0 */
/* The shelf, the way to the shop and back, and the links that lead here: products, handoffs,
 * conversions, entries. The brand is the caller's own, always. */
#include "http/handlers.h"
#include "http/live.h"
#include "http/problem.h"
#include "http/service.h"
#include "live/handoffs.h"
#include "live/products.h"
#include "live/replays.h"
#include "live/visitors.h"
#include "room/room.h"

#include <qrencode.h>
#include <string.h>

#define LIST_MAX 500
#define QR_QUIET 4 /* ISO/IEC 18004: four modules of white around it */

/* What changes and what is told of it are on the disk both or not at all. */
static void
begin (ParlorSite *site)
{
  if (site->spec.records)
    site->spec.records->begin (site->spec.records);
}

static void
end (ParlorSite *site)
{
  if (site->spec.records)
    site->spec.records->end (site->spec.records);
}

static const char *
text (const json_t *json, const char *name)
{
  return json_string_value (json_object_get (json, name));
}

/* ---- products ------------------------------------------------------------------------------- */

static void
shelf_changed (ParlorSite *site, const char *brand)
{
  if (site->spec.shelf_changed)
    site->spec.shelf_changed (brand, site->spec.shelf_data);
}

static json_t *
product_to_json (const ParlorProduct *product)
{
  return json_pack ("{s:s,s:s,s:s,s:s,s:s,s:s,s:I,s:I}", "sku", product->sku, "title",
                    product->title, "image", product->image, "url", product->url, "price",
                    product->price, "stock", product->stock, "position",
                    (json_int_t)product->position, "changed_at", (json_int_t)product->changed_ms);
}

void
parlor_handle_product_list (ParlorSite *site, ParlorHttpRequest *request, ParlorHttpReply *reply)
{
  guint n;
  ParlorPrincipal who;
  parlor_site_principal (site, request, &who);
  g_autofree const ParlorProduct **list = parlor_products_list (site->spec.products, who.brand, &n);
  json_t *array = json_array ();
  for (guint i = 0; i < n; i++)
    json_array_append_new (array, product_to_json (list[i]));
  parlor_http_reply_json (reply, 200, json_pack ("{s:o}", "products", array));
}

/* One product of a body; NULL with an error that says which. */
static const ParlorProduct *
put_product (ParlorSite *site, const char *brand, const json_t *json, GError **error)
{
  ParlorProduct product = {
      .brand = (char *)brand,
      .sku = (char *)text (json, "sku"),
      .title = (char *)text (json, "title"),
      .image = (char *)text (json, "image"),
      .url = (char *)text (json, "url"),
      .price = (char *)text (json, "price"),
      .stock = (char *)text (json, "stock"),
      .position = CLAMP (json_integer_value (json_object_get (json, "position")), 0, G_MAXINT32),
  };
  const ParlorProduct *put = parlor_products_put (site->spec.products, &product,
                                                  parlor_site_wall_ms (site), error);
  if (!put)
    g_prefix_error (error, "%s: ", product.sku ? product.sku : "a product without sku");
  return put;
}

/* A list is taken whole or, from the first bad one on, not at all. */
static void
put_list (ParlorSite *site, const char *brand, const json_t *list, ParlorHttpReply *reply)
{
  gsize n = json_array_size (list);
  if (n > LIST_MAX)
    {
      parlor_http_problem (reply, 413, "too_large", "At most 500 products at a time.");
      return;
    }
  json_t *array = json_array ();
  for (gsize i = 0; i < n; i++)
    {
      g_autoptr (GError) error = NULL;
      const ParlorProduct *put = put_product (site, brand, json_array_get (list, i), &error);
      if (!put)
        {
          json_decref (array);
          parlor_http_problem_from_error (reply, error);
          return;
        }
      json_array_append_new (array, product_to_json (put));
    }
  parlor_http_reply_json (reply, 200, json_pack ("{s:o}", "products", array));
}

void
parlor_handle_product_put (ParlorSite *site, ParlorHttpRequest *request, ParlorHttpReply *reply)
{
  g_autoptr (GError) error = NULL;
  ParlorPrincipal who;
  json_t *json = parlor_http_json_body (request);
  const json_t *list = json_object_get (json, "products");
  parlor_site_principal (site, request, &who);
  const ParlorProduct *put = NULL;
  if (!json || (list && !json_is_array (list)))
    parlor_http_problem (reply, 400, "bad_request",
                         "The body must be a product, or {\"products\":[…]}.");
  else if (list)
    put_list (site, who.brand, list, reply);
  else if (!(put = put_product (site, who.brand, json, &error)))
    parlor_http_problem_from_error (reply, error);
  else
    parlor_http_reply_json (reply, 201, product_to_json (put));
  if (reply->status < 300)
    shelf_changed (site, who.brand);
  json_decref (json);
}

void
parlor_handle_product_remove (ParlorSite *site, ParlorHttpRequest *request, ParlorHttpReply *reply)
{
  ParlorPrincipal who;
  parlor_site_principal (site, request, &who);
  if (parlor_products_remove (site->spec.products, who.brand, request->params[0]))
    {
      reply->status = 204;
      shelf_changed (site, who.brand);
    }
  else
    parlor_http_problem (reply, 404, "not_found", "There is no such product.");
}

/* ---- to the shop ---------------------------------------------------------------------------- */

/* The shop's address with the code in it: the shop's server exchanges it. */
static char *
shop_url (const ParlorProduct *product, const char *code)
{
  gsize before = strcspn (product->url, "#");
  char separator = memchr (product->url, '?', before) ? '&' : '?';
  return g_strdup_printf ("%.*s%chandoff=%s%s", (int)before, product->url, separator, code,
                          product->url + before);
}

char *
parlor_site_mint_handoff_at (ParlorSite *site, const ParlorHttpRequest *request,
                             const ParlorLiveRoom *live, const char *sku, gint64 room_ms,
                             ParlorHttpReply *reply)
{
  g_autoptr (GError) error = NULL;
  char code[PARLOR_TOKEN_SIZE];
  const char *brand = live ? parlor_live_info (live)->brand : NULL;
  const ParlorProduct *product = parlor_products_find (site->spec.products, brand, sku);
  if (!product || !*product->url)
    {
      parlor_http_problem (reply, 404, "not_found", "This product is not sold here.");
      return NULL;
    }
  if (!parlor_site_welcomes (site, request, brand, reply))
    return NULL;
  ParlorHandoff from = {
      .brand = (char *)brand,
      .visitor = (char *)parlor_site_visitor_of (site, request, brand),
      .room = (char *)parlor_live_info (live)->room,
      .sku = product->sku,
      .room_ms = room_ms,
  };
  begin (site);
  const ParlorHandoff *handoff = parlor_handoffs_mint (site->spec.handoffs, &from,
                                                       parlor_site_wall_ms (site), code, &error);
  if (handoff)
    {
      const ParlorDatum data[] = {PARLOR_DATUM_TEXT ("sku", product->sku),
                                  PARLOR_DATUM_TEXT ("visitor", handoff->visitor),
                                  PARLOR_DATUM_TEXT ("handoff", handoff->id)};
      parlor_site_happened (site, "product.clicked", brand, from.room, room_ms, data,
                            G_N_ELEMENTS (data));
    }
  end (site);
  if (!handoff)
    parlor_http_problem_from_error (reply, error);
  return handoff ? shop_url (product, code) : NULL;
}

/* The click itself comes here: the code is made now, and stands in no page. */
char *
parlor_site_mint_handoff (ParlorSite *site, const ParlorHttpRequest *request,
                          ParlorHttpReply *reply)
{
  ParlorRoom *room = parlor_rooms_find (site->spec.rooms, request->params[0]);
  ParlorLiveRoom *live = room ? parlor_live_find (site->spec.live, request->params[0]) : NULL;
  gint64 room_ms = room ? parlor_room_ms (room, site->spec.clock->now_us (site->spec.clock)) : 0;
  return parlor_site_mint_handoff_at (site, request, live, request->params[1], room_ms, reply);
}

void
parlor_site_reply_shop (char *url, ParlorHttpReply *reply)
{
  if (!url)
    return;
  reply->status = 303;
  parlor_http_reply_header (reply, "Location", url);
  parlor_http_reply_header (reply, "Cache-Control", "no-store");
  parlor_http_reply_header (reply, "Referrer-Policy", "no-referrer");
  g_free (url);
}

/* In a tab of its own. */
void
parlor_handle_go (ParlorSite *site, ParlorHttpRequest *request, ParlorHttpReply *reply)
{
  parlor_site_reply_shop (parlor_site_mint_handoff (site, request, reply), reply);
}

void
parlor_handle_handoff_resolve (ParlorSite *site, ParlorHttpRequest *request, ParlorHttpReply *reply)
{
  g_autoptr (GError) error = NULL;
  ParlorPrincipal who;
  json_t *json = parlor_http_json_body (request);
  parlor_site_principal (site, request, &who);
  begin (site);
  const ParlorHandoff *handoff = parlor_handoffs_resolve (
      site->spec.handoffs, who.brand, text (json, "code"), parlor_site_wall_ms (site), &error);
  json_decref (json);
  if (handoff)
    {
      const ParlorDatum data[] = {PARLOR_DATUM_TEXT ("sku", handoff->sku),
                                  PARLOR_DATUM_TEXT ("room", handoff->room),
                                  PARLOR_DATUM_TEXT ("visitor", handoff->visitor)};
      parlor_site_happened (site, "handoff.resolved", handoff->brand, handoff->id, handoff->room_ms,
                            data, G_N_ELEMENTS (data));
    }
  end (site);
  if (!handoff)
    {
      parlor_http_problem_from_error (reply, error);
      return;
    }
  const char *customer = parlor_site_customer_of (site, handoff->brand, handoff->visitor);
  parlor_http_reply_json (reply, 200,
                          json_pack ("{s:s,s:s,s:s,s:I,s:s,s:s,s:I}", "id", handoff->id, "sku",
                                     handoff->sku, "room", handoff->room, "room_ms",
                                     (json_int_t)handoff->room_ms, "visitor", handoff->visitor,
                                     "customer", customer ? customer : "", "clicked_at",
                                     (json_int_t)handoff->made_ms));
}

static json_t *
conversion_to_json (const ParlorConversion *conversion, gboolean again)
{
  return json_pack ("{s:s,s:s,s:s,s:s,s:s,s:s,s:b,s:b}", "order_id", conversion->order_id, "kind",
                    conversion->kind, "handoff", conversion->handoff, "customer",
                    conversion->customer, "value", conversion->value, "currency",
                    conversion->currency, "counted", (int)conversion->counted, "known", again);
}

void
parlor_handle_conversion (ParlorSite *site, ParlorHttpRequest *request, ParlorHttpReply *reply)
{
  g_autoptr (GError) error = NULL;
  gboolean again;
  ParlorPrincipal who;
  json_t *json = parlor_http_json_body (request);
  parlor_site_principal (site, request, &who);
  ParlorConversion said = {
      .brand = who.brand,
      .order_id = (char *)text (json, "order_id"),
      .kind = json_object_get (json, "kind") ? (char *)text (json, "kind") : (char *)"order",
      .handoff = (char *)text (json, "handoff"),
      .customer = (char *)text (json, "customer"),
      .value = (char *)text (json, "value"),
      .currency = (char *)text (json, "currency"),
  };
  begin (site);
  const ParlorConversion *stored = parlor_handoffs_convert (
      site->spec.handoffs, &said, parlor_site_wall_ms (site), &again, &error);
  if (!stored)
    parlor_http_problem_from_error (reply, error);
  else
    parlor_http_reply_json (reply, again ? 200 : 201, conversion_to_json (stored, again));
  if (stored && !again)
    {
      const ParlorDatum data[] = {PARLOR_DATUM_TEXT ("order_id", stored->order_id),
                                  PARLOR_DATUM_TEXT ("kind", stored->kind),
                                  PARLOR_DATUM_TEXT ("handoff", stored->handoff),
                                  PARLOR_DATUM_TEXT ("value", stored->value),
                                  PARLOR_DATUM_TEXT ("currency", stored->currency),
                                  PARLOR_DATUM_FLAG ("counted", stored->counted)};
      parlor_site_happened (site, "conversion.reported", who.brand,
                            *stored->handoff ? stored->handoff : stored->customer, -1, data,
                            G_N_ELEMENTS (data));
    }
  end (site);
  json_decref (json);
}

/* ---- entries -------------------------------------------------------------------------------- */

/* A picture of squares; NULL when the text is too long for a code. */
static char *
qr_svg (const char *url)
{
  QRcode *code = QRcode_encodeString8bit (url, 0, QR_ECLEVEL_M);
  if (!code)
    return NULL;
  int size = code->width + 2 * QR_QUIET;
  GString *svg = g_string_new (NULL);
  g_string_append_printf (svg,
                          "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" "
                          "shape-rendering=\"crispEdges\"><path fill=\"#fff\" d=\"M0 0h%dv%dH0z\"/>"
                          "<path d=\"",
                          size, size, size, size);
  for (int y = 0; y < code->width; y++)
    for (int x = 0; x < code->width; x++)
      if (code->data[y * code->width + x] & 1)
        g_string_append_printf (svg, "M%d %dh1v1h-1z", x + QR_QUIET, y + QR_QUIET);
  g_string_append (svg, "\"/></svg>");
  QRcode_free (code);
  return g_string_free (svg, FALSE);
}

/* The tag of an entry that is for a brand's own site; NULL = a link is what it gets. */
static char *
live_room_tag (ParlorSite *site, const char *base, const ParlorEntry *entry)
{
  gsize size = 0;
  g_autofree char *path = site->spec.web_dir ? g_build_filename (site->spec.web_dir, "embed",
                                                                 "manifest.json", NULL)
                                             : NULL;
  g_autofree char *text = NULL;
  if (!*entry->room || strcmp (entry->channel, "site") || !path
      || !g_file_get_contents (path, &text, &size, NULL))
    return NULL;
  json_t *manifest = json_loadb (text, size, JSON_REJECT_DUPLICATES, NULL);
  const char *script = json_string_value (json_object_get (manifest, "script"));
  const char *integrity = json_string_value (json_object_get (manifest, "integrity"));
  char *tag = script && integrity
                  ? g_strdup_printf ("<script type=\"module\" crossorigin=\"anonymous\" "
                                     "integrity=\"%s\" src=\"%s/embed/%s\" data-room=\"%s\">"
                                     "</script>",
                                     integrity, base, script, entry->room)
                  : NULL;
  json_decref (manifest);
  return tag;
}

/* What the replay or the stream is called to which it leads; "" = to none. Borrowed. */
static const char *
title_of (ParlorSite *site, const ParlorEntry *entry)
{
  const ParlorReplayRow *replay = site->spec.replays && strcmp (entry->channel, "replay") == 0
                                      ? parlor_replays_get (site->spec.replays, entry->state)
                                      : NULL;
  ParlorLiveRoom *live = *entry->room ? parlor_live_find (site->spec.live, entry->room) : NULL;
  if (replay && !strcmp (replay->brand, entry->brand))
    return replay->title;
  return live && !strcmp (parlor_live_info (live)->brand, entry->brand)
             ? parlor_live_info (live)->title
             : "";
}

static json_t *
entry_to_json (ParlorSite *site, const ParlorHttpRequest *request, const ParlorEntry *entry)
{
  g_autofree char *base = parlor_site_base_url (site, request);
  g_autofree char *url = g_strdup_printf ("%s/e/%s", base, entry->id);
  g_autofree char *svg = qr_svg (url);
  g_autofree char *embed = live_room_tag (site, base, entry);
  const char *title = title_of (site, entry);
  if (!embed)
    embed = g_strdup_printf ("<a href=\"%s\" target=\"_blank\" rel=\"noopener\">Live</a>", url);
  return json_pack ("{s:s,s:s,s:s,s:s,s:s,s:s,s:s,s:s,s:s,s:s?,s:s,s:I}", "id", entry->id,
                    "channel", entry->channel, "state", entry->state, "group", entry->rep_group,
                    "room", entry->room, "title", title, "product", entry->product, "rep",
                    entry->rep, "url", url, "qr_svg", svg, "embed", embed, "made_at",
                    (json_int_t)entry->made_ms);
}

void
parlor_handle_entry_create (ParlorSite *site, ParlorHttpRequest *request, ParlorHttpReply *reply)
{
  g_autoptr (GError) error = NULL;
  ParlorPrincipal who;
  json_t *json = parlor_http_json_body (request);
  parlor_site_principal (site, request, &who);
  ParlorEntry entry = {
      .brand = who.brand,
      .channel = (char *)text (json, "channel"),
      .state = (char *)text (json, "state"),
      .rep_group = (char *)text (json, "group"),
      .room = (char *)text (json, "room"),
      .product = (char *)text (json, "product"),
      .rep = (char *)text (json, "rep"),
  };
  const ParlorEntry *made = NULL;
  if (!json)
    parlor_http_problem (reply, 400, "bad_request", "The body must be a JSON object.");
  else if (entry.room && *entry.room
           && !parlor_rooms_find_of (site->spec.rooms, who.brand, entry.room))
    parlor_http_problem (reply, 404, "no_such_room", "There is no open room of that name.");
  else if (!(made = parlor_visitors_add_entry (site->spec.visitors, &entry,
                                               parlor_site_wall_ms (site), &error)))
    parlor_http_problem_from_error (reply, error);
  else
    parlor_http_reply_json (reply, 201, entry_to_json (site, request, made));
  json_decref (json);
}

void
parlor_handle_entry_list (ParlorSite *site, ParlorHttpRequest *request, ParlorHttpReply *reply)
{
  guint n;
  ParlorPrincipal who;
  parlor_site_principal (site, request, &who);
  g_autofree const ParlorEntry **list = parlor_visitors_list_entries (
      site->spec.visitors, who.brand, parlor_http_query (request, "cursor"), 100, &n);
  json_t *array = json_array ();
  for (guint i = 0; i < n; i++)
    json_array_append_new (array, entry_to_json (site, request, list[i]));
  json_t *json = json_pack ("{s:o,s:s?}", "entries", array, "cursor",
                            n == 100 ? list[n - 1]->id : NULL);
  parlor_http_reply_json (reply, 200, json);
}

/* Only our own places, never where a link's maker wants. */
static char *
target_of (ParlorSite *site, const ParlorEntry *entry)
{
  if (*entry->room && parlor_live_find (site->spec.live, entry->room))
    return g_strdup_printf ("/l/%s", entry->room);
  const ParlorServiceSite *service = site->spec.service;
  const ParlorRep *rep = service ? parlor_service_rep_anywhere (service->service, entry->rep)
                                 : NULL;
  if (rep && !rep->departed && !strcmp (rep->brand->id, entry->brand))
    return g_strdup_printf ("/r/%s", rep->id);
  return g_strdup_printf ("/b/%s", entry->brand);
}

void
parlor_handle_entry_open (ParlorSite *site, ParlorHttpRequest *request, ParlorHttpReply *reply)
{
  const ParlorEntry *entry = parlor_visitors_find_entry (site->spec.visitors, request->params[0]);
  if (!entry)
    {
      parlor_http_problem (reply, 404, "not_found", "This link leads nowhere any more.");
      return;
    }
  ParlorTouch touch = {
      .visitor = (char *)parlor_site_meet (site, request, entry->brand, reply)->id,
      .entry = entry->id,
      .inviter = entry->rep,
      .room = entry->room,
      .utm = (char *)parlor_http_query (request, "utm"),
      .at_ms = parlor_site_wall_ms (site),
  };
  ParlorRoom *room = *entry->room ? parlor_rooms_find (site->spec.rooms, entry->room) : NULL;
  touch.room_ms = room ? parlor_room_ms (room, site->spec.clock->now_us (site->spec.clock)) : 0;
  begin (site);
  const ParlorTouch *made = parlor_visitors_touch (site->spec.visitors, &touch);
  const ParlorDatum data[] = {PARLOR_DATUM_TEXT ("visitor", touch.visitor),
                              PARLOR_DATUM_TEXT ("touch", made ? made->id : NULL)};
  parlor_site_happened (site, "entry.impression", entry->brand, entry->id, -1, data,
                        G_N_ELEMENTS (data));
  end (site);
  g_autofree char *target = target_of (site, entry);
  reply->status = 303;
  parlor_http_reply_header (reply, "Location", target);
  parlor_http_reply_header (reply, "Cache-Control", "no-store");
}
