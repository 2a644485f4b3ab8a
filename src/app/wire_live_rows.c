/* SPDX-License-Identifier: Apache-2.0 */
/* What the store kept of live rooms: most of it before the first request, the rest when it comes.
 */
#include "app/wire_live_parts.h"

#include "app/log.h"

#define COMMENTS_BACK 100
#define TOUCHES_BACK 10000

/* ---- before the first request ---------------------------------------------------------------- */

static void
see_product (gconstpointer row, gpointer wire)
{
  parlor_products_load (((ParlorWireLive *)wire)->products, row);
}

static void
see_visitor (gconstpointer row, gpointer wire)
{
  parlor_visitors_load_visitor (((ParlorWireLive *)wire)->visitors, row);
}

static void
see_entry (gconstpointer row, gpointer wire)
{
  parlor_visitors_load_entry (((ParlorWireLive *)wire)->visitors, row);
}

static void
see_handoff (gconstpointer row, gpointer wire)
{
  parlor_handoffs_load (((ParlorWireLive *)wire)->handoffs, row);
}

static void
see_conversion (gconstpointer row, gpointer wire)
{
  parlor_handoffs_load_conversion (((ParlorWireLive *)wire)->handoffs, row);
}

static void
see_room (gconstpointer row, gpointer wire)
{
  parlor_live_load_room (((ParlorWireLive *)wire)->live, row);
}

static void
see_pin (gconstpointer row, gpointer wire)
{
  parlor_live_load_pin (((ParlorWireLive *)wire)->live, row);
}

static void
see_poll (gconstpointer row, gpointer wire)
{
  parlor_live_load_poll (((ParlorWireLive *)wire)->live, row);
}

gboolean
parlor_wire_live_load (ParlorWireLive *wire, GError **error)
{
  static const struct
  {
    const ParlorRecordKind *kind;
    ParlorRecordVisit see;
  } rows[] = {
      {&parlor_product_kind, see_product},
      {&parlor_visitor_kind, see_visitor},
      {&parlor_entry_kind, see_entry},
      {&parlor_handoff_kind, see_handoff},
      {&parlor_conversion_kind, see_conversion},
      {&parlor_live_kind, see_room},
      {&parlor_pin_kind, see_pin},
      {&parlor_poll_kind, see_poll},
  };
  for (guint i = 0; wire->spec.store && i < G_N_ELEMENTS (rows); i++)
    if (!parlor_store_load_records (wire->spec.store, rows[i].kind, rows[i].see, wire, error))
      return FALSE;
  return TRUE;
}

/* ---- when it comes --------------------------------------------------------------------------- */

/* The way back of questions that are open: the last answer frees it. Answers come in the loop's
   first turns, or when the store is closed and the wire has gone before it. */
typedef struct
{
  ParlorWireLive *wire; /* NULL = gone */
  guint n_open;
} Asked;

static ParlorWireLive *
take_back (Asked *asked)
{
  ParlorWireLive *wire = asked->wire;
  if (--asked->n_open)
    return wire;
  if (wire)
    wire->asked = NULL;
  g_free (asked);
  return wire;
}

/* Found newest first, loaded oldest first. */
static void
found_comments (const gconstpointer *rows, guint n, const GError *error, gpointer user_data)
{
  ParlorWireLive *wire = take_back (user_data);
  if (!wire)
    return;
  if (error)
    parlor_log (PARLOR_LOG_WARNING, "comments of before cannot be read: %s", error->message);
  for (guint i = error ? 0 : n; i-- > 0;)
    parlor_live_load_comment (wire->live, rows[i]);
}

static void
found_touches (const gconstpointer *rows, guint n, const GError *error, gpointer user_data)
{
  ParlorWireLive *wire = take_back (user_data);
  if (!wire)
    return;
  if (error)
    parlor_log (PARLOR_LOG_WARNING, "touches of before cannot be read: %s", error->message);
  for (guint i = error ? 0 : n; i-- > 0;)
    parlor_visitors_load_touch (wire->visitors, rows[i]);
}

static void
ask (ParlorWireLive *wire, const ParlorFind *find, ParlorFound found)
{
  ParlorRecordSink *sink = parlor_store_records (wire->spec.store);
  if (!wire->asked)
    wire->asked = g_new0 (Asked, 1);
  Asked *asked = wire->asked;
  asked->wire = wire;
  asked->n_open++;
  sink->find (sink, find, found, asked);
}

void
parlor_wire_live_load_rest (ParlorWireLive *wire)
{
  guint n;
  if (!wire->spec.store)
    return;
  g_autofree ParlorLiveRoom **rooms = parlor_live_list (wire->live, NULL, &n);
  for (guint i = 0; i < n; i++)
    {
      const ParlorLiveInfo *info = parlor_live_info (rooms[i]);
      const ParlorFindTerm terms[] = {
          {.field = "room", .op = PARLOR_FIND_EQUAL, .text = info->room},
          {.field = "flags", .op = PARLOR_FIND_AT_LEAST, .number = PARLOR_COMMENT_MUTES}};
      ParlorFind find = {.kind = &parlor_comment_kind,
                         .terms = terms,
                         .n_terms = 1,
                         .order_by = "room_ms",
                         .descending = TRUE,
                         .limit = COMMENTS_BACK};
      if (info->state == PARLOR_LIVE_ENDED)
        continue;
      ask (wire, &find, found_comments);
      find.n_terms = G_N_ELEMENTS (terms); /* and those that made somebody quiet */
      find.limit = PARLOR_QUIET_MAX;
      ask (wire, &find, found_comments);
    }
  ParlorFind touches = {
      .kind = &parlor_touch_kind, .order_by = "at_ms", .descending = TRUE, .limit = TOUCHES_BACK};
  ask (wire, &touches, found_touches);
}

void
parlor_wire_live_forget_rest (ParlorWireLive *wire)
{
  Asked *asked = wire->asked;
  if (asked)
    asked->wire = NULL;
}
