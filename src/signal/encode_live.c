/* SPDX-License-Identifier: Apache-2.0 */
#include "signal/encode_live.h"

#include <string.h>

/* So many comments a late joiner sees. */
#define HISTORY 50
#define LINK_HOSTS_MAX 20
/* So long after its end a poll's result is told to who comes. */
#define RESULT_MS 15000
/* What one message may tell; a longer catalogue is pinned by its sku. */
#define SHELF_MAX 100

/* jansson gives NULL for text that is not UTF-8; the domain lets none in, this keeps the field. */
static json_t *
text (const char *value)
{
  json_t *json = json_string (value ? value : "");
  return json ? json : json_string ("");
}

json_t *
parlor_encode_product (const ParlorProduct *product)
{
  if (!product)
    return json_null ();
  /* Never the shop's address: buying goes through a handoff, made at the click. */
  return json_pack ("{s:o,s:o,s:o,s:o,s:o,s:b}", "sku", text (product->sku), "title",
                    text (product->title), "image", text (product->image), "price",
                    text (product->price), "stock", text (product->stock), "can_buy",
                    *product->url != '\0');
}

static json_t *
pin (const ParlorPin *pin, const char *brand, const ParlorProducts *products)
{
  if (!pin)
    return json_null ();
  const ParlorProduct *product = parlor_products_find (products, brand, pin->sku);
  return json_pack ("{s:o,s:o,s:o,s:I,s:o}", "id", text (pin->id), "sku", text (pin->sku), "note",
                    text (pin->note), "from_ms", (json_int_t)pin->from_ms, "product",
                    parlor_encode_product (product));
}

json_t *
parlor_encode_comment (const ParlorComment *comment)
{
  if (!comment)
    return json_null ();
  return json_pack ("{s:o,s:o,s:o,s:o,s:o,s:I,s:I,s:b,s:b}", "id", text (comment->id), "client_id",
                    text (comment->client_id), "participant", text (comment->person), "name",
                    text (comment->name), "text", text (comment->text), "room_ms",
                    (json_int_t)comment->room_ms, "at", (json_int_t)comment->at_ms, "host",
                    (comment->flags & PARLOR_COMMENT_BY_HOST) != 0, "bot",
                    (comment->flags & PARLOR_COMMENT_BY_BOT) != 0);
}

static json_t *
comments (const ParlorComment *const *list, guint n)
{
  json_t *json = json_array ();
  for (guint i = 0; i < n; i++)
    json_array_append_new (json, parlor_encode_comment (list[i]));
  return json;
}

static json_t *
lines (const char *value)
{
  json_t *json = json_array ();
  g_auto (GStrv) list = g_strsplit (value, "\n", -1);
  for (guint i = 0; list[i]; i++)
    if (*list[i])
      json_array_append_new (json, text (list[i]));
  return json;
}

static json_t *
poll_options (const ParlorPoll *poll)
{
  json_t *json = json_array ();
  g_auto (GStrv) options = g_strsplit (poll->options, "\n", -1);
  g_auto (GStrv) votes = g_strsplit (poll->votes, " ", -1);
  for (guint i = 0; options[i] && votes[i]; i++)
    json_array_append_new (json, json_pack ("{s:o,s:I}", "text", text (options[i]), "votes",
                                            (json_int_t)g_ascii_strtoll (votes[i], NULL, 10)));
  return json;
}

static json_t *
poll (const ParlorPoll *poll)
{
  if (!poll)
    return json_null ();
  return json_pack ("{s:o,s:o,s:o,s:b}", "id", text (poll->id), "question", text (poll->question),
                    "options", poll_options (poll), "open", poll->to_ms < 0);
}

static json_t *
guests (const ParlorLiveRoom *room)
{
  guint n;
  const ParlorStageGuest *const *list = parlor_live_guests (room, &n);
  json_t *json = json_array ();
  for (guint i = 0; i < n; i++)
    json_array_append_new (json,
                           json_pack ("{s:o,s:o,s:b,s:b}", "participant", text (list[i]->person),
                                      "name", text (list[i]->name), "on_stage", list[i]->on_stage,
                                      "invited", list[i]->invited));
  return json;
}

static json_t *
quiet (const ParlorLiveRoom *room)
{
  guint n;
  g_autofree const ParlorComment **list = parlor_live_quiet (room, &n);
  json_t *json = json_array ();
  for (guint i = 0; i < n; i++)
    json_array_append_new (json,
                           json_pack ("{s:o,s:o,s:b,s:b}", "comment", text (list[i]->id), "name",
                                      text (list[i]->name), "muted",
                                      (list[i]->flags & PARLOR_COMMENT_MUTES) != 0, "shadowed",
                                      (list[i]->flags & PARLOR_COMMENT_SHADOWS) != 0));
  return json;
}

static json_t *
info (const ParlorLiveRoom *room)
{
  const ParlorLiveInfo *live = parlor_live_info (room);
  return json_pack ("{s:o,s:o,s:o,s:s,s:o,s:o,s:o,s:o,s:I,s:I,s:I,s:I,s:I}", "room",
                    text (live->room), "brand", text (live->brand), "group", text (live->rep_group),
                    "state", parlor_live_state_name ((ParlorLiveState)live->state), "title",
                    text (live->title), "summary", text (live->summary), "image",
                    text (live->image), "host", text (live->host), "scheduled_at",
                    (json_int_t)live->scheduled_ms, "live_at", (json_int_t)live->live_ms,
                    "ended_at", (json_int_t)live->ended_ms, "epoch", (json_int_t)live->epoch,
                    "slow_s", (json_int_t)live->slow_s);
}

/* Hosts of the shop's addresses: all else in a comment stays text. */
static json_t *
link_hosts (const ParlorLiveRoom *room, const ParlorProducts *products)
{
  guint n;
  g_autofree const ParlorProduct **list = parlor_products_list (products,
                                                                parlor_live_info (room)->brand, &n);
  g_autoptr (GHashTable) seen = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  json_t *json = json_array ();
  for (guint i = 0; i < n && json_array_size (json) < LINK_HOSTS_MAX; i++)
    {
      const char *at = strstr (list[i]->url, "://");
      if (!at)
        continue;
      g_autofree char *host = g_strndup (at + 3, strcspn (at + 3, "/?#"));
      if (g_hash_table_add (seen, g_strdup (host)))
        json_array_append_new (json, text (host));
    }
  return json;
}

static json_t *
shelf (const char *brand, const ParlorProducts *products)
{
  guint n;
  g_autofree const ParlorProduct **list = parlor_products_list (products, brand, &n);
  json_t *json = json_array ();
  for (guint i = 0; i < MIN (n, SHELF_MAX); i++)
    json_array_append_new (json, parlor_encode_product (list[i]));
  return json;
}

json_t *
parlor_encode_shelf (const char *brand, const ParlorProducts *products)
{
  return json_pack ("{s:s,s:o}", "t", "shelf", "shelf", shelf (brand, products));
}

/* What came out is told to a late viewer for a while, to hosts until they ask the next one. */
static const ParlorPoll *
poll_for (const ParlorLiveRoom *room, gboolean for_host, gint64 room_ms)
{
  const ParlorPoll *last = parlor_live_poll_of (room);
  gboolean stale = last && last->to_ms >= 0 && room_ms - last->to_ms > RESULT_MS;
  return stale && !for_host ? NULL : last;
}

json_t *
parlor_encode_live (ParlorLiveRoom *room, const ParlorProducts *products, gboolean for_host,
                    gint64 room_ms)
{
  guint n;
  g_autofree const ParlorComment **last = parlor_live_comments (room, HISTORY, &n);
  ParlorLiveEvent now = parlor_live_audience (room);
  const char *brand = parlor_live_info (room)->brand;
  json_t *json = json_pack (
      "{s:s,s:o,s:I,s:I,s:I,s:o,s:o,s:o,s:o,s:o}", "t", "live", "live", info (room), "room_ms",
      (json_int_t)room_ms, "viewers", (json_int_t)now.viewers, "likes", (json_int_t)now.likes,
      "pin", pin (parlor_live_current_pin (room), brand, products), "comments", comments (last, n),
      "top", parlor_encode_comment (parlor_live_top_comment (room)), "poll",
      poll (poll_for (room, for_host, room_ms)), "link_hosts", link_hosts (room, products));
  json_object_set_new (json, "shelf", shelf (brand, products));
  if (for_host)
    {
      json_object_set_new (json, "guests", guests (room));
      json_object_set_new (json, "quiet", quiet (room));
      json_object_set_new (json, "blocked", lines (parlor_live_info (room)->blocked));
    }
  return json;
}

json_t *
parlor_encode_live_event (const ParlorLiveEvent *event, const ParlorProducts *products)
{
  const char *brand = parlor_live_info (event->room)->brand;
  switch (event->type)
    {
    case PARLOR_LIVE_EVENT_STATE:
      return json_pack ("{s:s,s:o,s:I}", "t", "live_state", "live", info (event->room), "room_ms",
                        (json_int_t)event->room_ms);
    case PARLOR_LIVE_EVENT_PIN:
      return json_pack ("{s:s,s:o,s:I}", "t", "pinned", "pin", pin (event->pin, brand, products),
                        "room_ms", (json_int_t)event->room_ms);
    case PARLOR_LIVE_EVENT_COMMENTS:
      return json_pack ("{s:s,s:o}", "t", "comments", "comments",
                        comments (event->comments, event->n_comments));
    case PARLOR_LIVE_EVENT_GONE:
      return json_pack ("{s:s,s:o}", "t", "comment_gone", "comment", text (event->comment->id));
    case PARLOR_LIVE_EVENT_TOP:
      return json_pack ("{s:s,s:o}", "t", "comment_top", "comment",
                        parlor_encode_comment (event->comment));
    case PARLOR_LIVE_EVENT_AUDIENCE:
      return json_pack ("{s:s,s:I,s:I}", "t", "audience", "viewers", (json_int_t)event->viewers,
                        "likes", (json_int_t)event->likes);
    case PARLOR_LIVE_EVENT_POLL:
      return json_pack ("{s:s,s:o,s:I}", "t", "poll", "poll", poll (event->poll), "room_ms",
                        (json_int_t)event->room_ms);
    case PARLOR_LIVE_EVENT_GUESTS:
      return json_pack ("{s:s,s:o}", "t", "guests", "guests", guests (event->room));
    case PARLOR_LIVE_EVENT_QUIET:
      return json_pack ("{s:s,s:o}", "t", "quiet", "quiet", quiet (event->room));
    case PARLOR_LIVE_EVENT_INVITED:
      return json_pack ("{s:s,s:b,s:b}", "t", "stage", "on", 0, "invited", 1);
    case PARLOR_LIVE_EVENT_OFF_STAGE:
      return json_pack ("{s:s,s:b}", "t", "stage", "on", 0);
    case PARLOR_LIVE_EVENT_ADMITTED:
    case PARLOR_LIVE_EVENT_SCREENED:
      break;
    }
  return NULL;
}
