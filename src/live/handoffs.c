/* SPDX-License-Identifier: Apache-2.0 */
#include "live/handoffs.h"

#include <string.h>

#define ORDER_BYTES 128
#define VALUE_BYTES 20
#define ID_BYTES 64

static const ParlorField handoff_fields[] = {
    PARLOR_TEXT (ParlorHandoff, id),         PARLOR_TEXT (ParlorHandoff, brand),
    PARLOR_TEXT (ParlorHandoff, code_hash),  PARLOR_TEXT (ParlorHandoff, visitor),
    PARLOR_TEXT (ParlorHandoff, room),       PARLOR_TEXT (ParlorHandoff, sku),
    PARLOR_INT (ParlorHandoff, room_ms),     PARLOR_INT (ParlorHandoff, made_ms),
    PARLOR_INT (ParlorHandoff, resolved_ms),
};

const ParlorRecordKind parlor_handoff_kind = {
    .table = "handoffs",
    .fields = handoff_fields,
    .n_fields = G_N_ELEMENTS (handoff_fields),
    .n_key = 1,
    .size = sizeof (ParlorHandoff),
};

static const ParlorField conversion_fields[] = {
    PARLOR_TEXT (ParlorConversion, brand),    PARLOR_TEXT (ParlorConversion, order_id),
    PARLOR_TEXT (ParlorConversion, kind),     PARLOR_TEXT (ParlorConversion, handoff),
    PARLOR_TEXT (ParlorConversion, customer), PARLOR_TEXT (ParlorConversion, value),
    PARLOR_TEXT (ParlorConversion, currency), PARLOR_INT (ParlorConversion, counted),
    PARLOR_INT (ParlorConversion, at_ms),
};

const ParlorRecordKind parlor_conversion_kind = {
    .table = "conversions",
    .fields = conversion_fields,
    .n_fields = G_N_ELEMENTS (conversion_fields),
    .n_key = 3,
    .size = sizeof (ParlorConversion),
    .append_only = TRUE,
};

struct _ParlorHandoffs
{
  ParlorRecordSink *sink; /* borrowed, nullable */
  ParlorRandom random;
  GHashTable *by_id;       /* id → ParlorHandoff, owned */
  GHashTable *by_code;     /* hash in the row → ParlorHandoff */
  GHashTable *waiting;     /* brand (owned) → how many are not resolved */
  GHashTable *conversions; /* "brand/kind/order" (owned) → ParlorConversion, owned */
};

static void
handoff_free (gpointer row)
{
  parlor_record_clear (&parlor_handoff_kind, row);
  g_free (row);
}

static void
conversion_free (gpointer row)
{
  parlor_record_clear (&parlor_conversion_kind, row);
  g_free (row);
}

ParlorHandoffs *
parlor_handoffs_new (ParlorRecordSink *sink, const ParlorRandom *random)
{
  ParlorHandoffs *handoffs = g_new0 (ParlorHandoffs, 1);
  handoffs->sink = sink;
  handoffs->random = *random;
  handoffs->by_id = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, handoff_free);
  handoffs->by_code = g_hash_table_new (g_str_hash, g_str_equal);
  handoffs->waiting = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  handoffs->conversions = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, conversion_free);
  return handoffs;
}

void
parlor_handoffs_free (ParlorHandoffs *handoffs)
{
  if (!handoffs)
    return;
  g_hash_table_unref (handoffs->by_code);
  g_hash_table_unref (handoffs->by_id);
  g_hash_table_unref (handoffs->waiting);
  g_hash_table_unref (handoffs->conversions);
  g_free (handoffs);
}

static void
fail (GError **error, ParlorErrorCode code, const char *message)
{
  g_set_error_literal (error, PARLOR_ERROR, code, message);
}

static char *
hash_text (const char *code)
{
  return g_compute_checksum_for_string (G_CHECKSUM_SHA256, code, -1);
}

static char *
text_or_empty (const char *text)
{
  return g_strdup (text ? text : "");
}

static void
put (ParlorHandoffs *handoffs, const ParlorRecordKind *kind, gconstpointer row)
{
  if (handoffs->sink)
    handoffs->sink->put (handoffs->sink, kind, row);
}

/* ---- codes ---------------------------------------------------------------------------------- */

static guint
count_waiting (const ParlorHandoffs *handoffs, const char *brand)
{
  return GPOINTER_TO_UINT (g_hash_table_lookup (handoffs->waiting, brand));
}

static void
set_waiting (ParlorHandoffs *handoffs, const char *brand, guint n)
{
  if (n)
    g_hash_table_replace (handoffs->waiting, g_strdup (brand), GUINT_TO_POINTER (n));
  else
    g_hash_table_remove (handoffs->waiting, brand);
}

static ParlorHandoff *
keep (ParlorHandoffs *handoffs, ParlorHandoff *row)
{
  if (!row->resolved_ms)
    set_waiting (handoffs, row->brand, count_waiting (handoffs, row->brand) + 1);
  g_hash_table_replace (handoffs->by_id, row->id, row);
  g_hash_table_replace (handoffs->by_code, row->code_hash, row);
  return row;
}

void
parlor_handoffs_load (ParlorHandoffs *handoffs, const ParlorHandoff *row)
{
  ParlorHandoff *copy = g_new0 (ParlorHandoff, 1);
  parlor_record_copy (&parlor_handoff_kind, copy, row);
  keep (handoffs, copy);
}

const ParlorHandoff *
parlor_handoffs_mint (ParlorHandoffs *handoffs, const ParlorHandoff *from, gint64 wall_ms,
                      char code[PARLOR_TOKEN_SIZE], GError **error)
{
  char id[PARLOR_ID_SIZE];
  g_return_val_if_fail (from->brand != NULL, NULL);
  if (count_waiting (handoffs, from->brand) >= PARLOR_HANDOFFS_WAITING_MAX)
    parlor_handoffs_sweep (handoffs, wall_ms, PARLOR_HANDOFFS_WAITING_MAX / 10);
  if (count_waiting (handoffs, from->brand) >= PARLOR_HANDOFFS_WAITING_MAX)
    {
      fail (error, PARLOR_ERROR_TOO_MANY, "too many handoffs are open; try again later");
      return NULL;
    }
  parlor_id_make ("hnd", &handoffs->random, id);
  parlor_token_make (&handoffs->random, code);
  ParlorHandoff *row = g_new0 (ParlorHandoff, 1);
  *row = (ParlorHandoff){
      .id = g_strdup (id),
      .brand = g_strdup (from->brand),
      .code_hash = hash_text (code),
      .visitor = text_or_empty (from->visitor),
      .room = text_or_empty (from->room),
      .sku = text_or_empty (from->sku),
      .room_ms = from->room_ms,
      .made_ms = wall_ms,
  };
  put (handoffs, &parlor_handoff_kind, row);
  return keep (handoffs, row);
}

const ParlorHandoff *
parlor_handoffs_resolve (ParlorHandoffs *handoffs, const char *brand, const char *code,
                         gint64 wall_ms, GError **error)
{
  g_autofree char *hash = hash_text (code ? code : "");
  ParlorHandoff *row = g_hash_table_lookup (handoffs->by_code, hash);
  if (!row || g_strcmp0 (row->brand, brand) != 0)
    {
      fail (error, PARLOR_ERROR_NOT_FOUND, "there is no such handoff code");
      return NULL;
    }
  if (row->resolved_ms || wall_ms - row->made_ms >= PARLOR_HANDOFF_VALID_MS)
    {
      fail (error, PARLOR_ERROR_GONE,
            row->resolved_ms ? "this handoff code was used before"
                             : "this handoff code is older than 5 minutes");
      return NULL;
    }
  row->resolved_ms = wall_ms;
  set_waiting (handoffs, brand, count_waiting (handoffs, brand) - 1);
  put (handoffs, &parlor_handoff_kind, row);
  return row;
}

const ParlorHandoff *
parlor_handoffs_find (const ParlorHandoffs *handoffs, const char *brand, const char *id)
{
  const ParlorHandoff *row = id ? g_hash_table_lookup (handoffs->by_id, id) : NULL;
  return row && g_strcmp0 (row->brand, brand) == 0 ? row : NULL;
}

guint
parlor_handoffs_sweep (ParlorHandoffs *handoffs, gint64 wall_ms, guint max)
{
  GHashTableIter iter;
  gpointer value;
  guint n = 0;
  g_hash_table_iter_init (&iter, handoffs->by_id);
  while (n < max && g_hash_table_iter_next (&iter, NULL, &value))
    {
      ParlorHandoff *row = value;
      gint64 keep_ms = row->resolved_ms ? PARLOR_CONVERSION_WINDOW_MS : PARLOR_HANDOFF_VALID_MS;
      if (wall_ms - row->made_ms < keep_ms)
        continue;
      if (!row->resolved_ms)
        set_waiting (handoffs, row->brand, count_waiting (handoffs, row->brand) - 1);
      if (handoffs->sink)
        handoffs->sink->remove (handoffs->sink, &parlor_handoff_kind, row);
      g_hash_table_remove (handoffs->by_code, row->code_hash);
      g_hash_table_iter_remove (&iter);
      n++;
    }
  return n;
}

/* ---- conversions ---------------------------------------------------------------------------- */

static char *
place_of (const char *brand, const char *kind, const char *order_id)
{
  return g_strconcat (brand, "/", kind, "/", order_id, NULL);
}

static const ParlorConversion *
keep_conversion (ParlorHandoffs *handoffs, ParlorConversion *row)
{
  g_hash_table_replace (handoffs->conversions, place_of (row->brand, row->kind, row->order_id),
                        row);
  return row;
}

void
parlor_handoffs_load_conversion (ParlorHandoffs *handoffs, const ParlorConversion *row)
{
  ParlorConversion *copy = g_new0 (ParlorConversion, 1);
  parlor_record_copy (&parlor_conversion_kind, copy, row);
  keep_conversion (handoffs, copy);
}

/* "1299", "1299.00"; no sign: a refund says so by its kind. */
static gboolean
is_value (const char *text)
{
  gsize whole = text ? strspn (text, "0123456789") : 0;
  if (!whole || strlen (text) > VALUE_BYTES)
    return FALSE;
  if (!text[whole])
    return TRUE;
  gsize part = text[whole] == '.' ? strspn (text + whole + 1, "0123456789") : 0;
  return part && !text[whole + 1 + part];
}

static gboolean
is_currency (const char *text)
{
  return text && strlen (text) == 3 && g_ascii_isupper (text[0]) && g_ascii_isupper (text[1])
         && g_ascii_isupper (text[2]);
}

static gboolean
is_order (const char *text)
{
  gsize n = text ? strlen (text) : 0;
  for (gsize i = 0; i < n; i++)
    if (!g_ascii_isgraph (text[i]))
      return FALSE;
  return n && n <= ORDER_BYTES;
}

static const char *
judge (const ParlorConversion *conversion)
{
  gboolean named = conversion->handoff && *conversion->handoff;
  if (!is_order (conversion->order_id))
    return "order_id must have 1 to 128 visible ASCII characters";
  if (g_strcmp0 (conversion->kind, "order") && g_strcmp0 (conversion->kind, "refund"))
    return "kind must be order or refund";
  if (!is_value (conversion->value))
    return "value must be a decimal number in a string, like \"1299.00\"";
  if (!is_currency (conversion->currency))
    return "currency must be an ISO 4217 code, like CNY";
  if (!named && (!conversion->customer || !*conversion->customer))
    return "handoff or customer must be named";
  if (conversion->customer && strlen (conversion->customer) > ID_BYTES)
    return "customer is an id";
  return NULL;
}

/* The click's time; -1 with an error. Without a handoff: now, the report is the only witness. */
static gint64
click_of (const ParlorHandoffs *handoffs, const ParlorConversion *conversion, gint64 wall_ms,
          GError **error)
{
  if (!conversion->handoff || !*conversion->handoff)
    return wall_ms;
  const ParlorHandoff *handoff = parlor_handoffs_find (handoffs, conversion->brand,
                                                       conversion->handoff);
  if (!handoff)
    fail (error, PARLOR_ERROR_NOT_FOUND, "there is no such handoff, or its window is over");
  else if (!handoff->resolved_ms)
    fail (error, PARLOR_ERROR_CONFLICT, "this handoff was never resolved");
  else
    return handoff->made_ms;
  return -1;
}

static gboolean
refund_fits (const ParlorHandoffs *handoffs, const ParlorConversion *conversion, GError **error)
{
  if (strcmp (conversion->kind, "refund"))
    return TRUE;
  g_autofree char *order = place_of (conversion->brand, "order", conversion->order_id);
  if (g_hash_table_contains (handoffs->conversions, order))
    return TRUE;
  fail (error, PARLOR_ERROR_CONFLICT, "the order of this refund was not reported");
  return FALSE;
}

const ParlorConversion *
parlor_handoffs_convert (ParlorHandoffs *handoffs, const ParlorConversion *conversion,
                         gint64 wall_ms, gboolean *again, GError **error)
{
  const char *why = judge (conversion);
  *again = FALSE;
  if (why)
    {
      fail (error, PARLOR_ERROR_BAD_REQUEST, why);
      return NULL;
    }
  g_autofree char *place = place_of (conversion->brand, conversion->kind, conversion->order_id);
  const ParlorConversion *known = g_hash_table_lookup (handoffs->conversions, place);
  *again = known != NULL;
  if (known)
    return known;
  gint64 click_ms = click_of (handoffs, conversion, wall_ms, error);
  if (click_ms < 0 || !refund_fits (handoffs, conversion, error))
    return NULL;
  ParlorConversion *row = g_new0 (ParlorConversion, 1);
  *row = (ParlorConversion){
      .brand = g_strdup (conversion->brand),
      .order_id = g_strdup (conversion->order_id),
      .kind = g_strdup (conversion->kind),
      .handoff = text_or_empty (conversion->handoff),
      .customer = text_or_empty (conversion->customer),
      .value = g_strdup (conversion->value),
      .currency = g_strdup (conversion->currency),
      .counted = wall_ms - click_ms < PARLOR_CONVERSION_WINDOW_MS,
      .at_ms = wall_ms,
  };
  put (handoffs, &parlor_conversion_kind, row);
  return keep_conversion (handoffs, row);
}
