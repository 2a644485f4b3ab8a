/* SPDX-License-Identifier: Apache-2.0 */
#include "live/visitors.h"

#include <string.h>

#define STATE_BYTES 64
#define UTM_BYTES 512
#define ID_BYTES 64
/* How far `seen_ms` may be behind: a visit a minute is not a write a minute. */
#define SEEN_STEP_MS (3600 * G_GINT64_CONSTANT (1000))
/* At the cap so many of a brand, in so many brands, are looked at for one who may go. */
#define LOOK_AT 64
#define BRANDS_LOOKED_AT 4

static const ParlorField visitor_fields[] = {
    PARLOR_TEXT (ParlorVisitor, id),       PARLOR_TEXT (ParlorVisitor, brand),
    PARLOR_TEXT (ParlorVisitor, key_hash), PARLOR_TEXT (ParlorVisitor, customer),
    PARLOR_INT (ParlorVisitor, made_ms),   PARLOR_INT (ParlorVisitor, seen_ms),
};

const ParlorRecordKind parlor_visitor_kind = {
    .table = "visitors",
    .fields = visitor_fields,
    .n_fields = G_N_ELEMENTS (visitor_fields),
    .n_key = 1,
    .size = sizeof (ParlorVisitor),
};

static const ParlorField entry_fields[] = {
    PARLOR_TEXT (ParlorEntry, id),        PARLOR_TEXT (ParlorEntry, brand),
    PARLOR_TEXT (ParlorEntry, channel),   PARLOR_TEXT (ParlorEntry, state),
    PARLOR_TEXT (ParlorEntry, rep_group), PARLOR_TEXT (ParlorEntry, room),
    PARLOR_TEXT (ParlorEntry, product),   PARLOR_TEXT (ParlorEntry, rep),
    PARLOR_INT (ParlorEntry, made_ms),
};

const ParlorRecordKind parlor_entry_kind = {
    .table = "entries",
    .fields = entry_fields,
    .n_fields = G_N_ELEMENTS (entry_fields),
    .n_key = 1,
    .size = sizeof (ParlorEntry),
};

static const ParlorField touch_fields[] = {
    PARLOR_TEXT (ParlorTouch, id),      PARLOR_TEXT (ParlorTouch, brand),
    PARLOR_TEXT (ParlorTouch, visitor), PARLOR_TEXT (ParlorTouch, entry),
    PARLOR_TEXT (ParlorTouch, inviter), PARLOR_TEXT (ParlorTouch, utm),
    PARLOR_TEXT (ParlorTouch, room),    PARLOR_INT (ParlorTouch, room_ms),
    PARLOR_INT (ParlorTouch, at_ms),
};

const ParlorRecordKind parlor_touch_kind = {
    .table = "touches",
    .fields = touch_fields,
    .n_fields = G_N_ELEMENTS (touch_fields),
    .n_key = 1,
    .size = sizeof (ParlorTouch),
    .append_only = TRUE,
};

/* Stands for its row: that is its first member. */
typedef struct
{
  ParlorVisitor row;
  GList link; /* in its brand's list */
} Kept;

typedef struct
{
  GQueue kept;    /* Kept, who was not seen for longest first */
  gboolean mixed; /* rows were loaded in another order */
  guint looked;   /* in which search of the visitors' */
} Brand;

struct _ParlorVisitors
{
  ParlorRecordSink *sink; /* borrowed, nullable */
  ParlorRandom random;
  GHashTable *by_id;      /* id → ParlorVisitor, owned */
  GHashTable *by_key;     /* "brand/hash" (owned) → ParlorVisitor */
  GHashTable *entries;    /* id → ParlorEntry, owned by entry_list */
  GPtrArray *in_order;    /* owns ParlorEntry, the oldest first */
  GHashTable *n_entries;  /* brand (owned) → how many */
  ParlorVisitor *passing; /* the last one who came at the cap, owned; in no table */
  GHashTable *brands;     /* id (owned) → Brand, owned */
  ParlorVisitorNeeded needed;
  gpointer needed_data;
  guint search;        /* number of the last one */
  GHashTable *touches; /* visitor's id (in the touch) → his newest ParlorTouch, owned */
};

static void
visitor_free (gpointer row)
{
  parlor_record_clear (&parlor_visitor_kind, row);
  g_free (row);
}

static void
entry_free (gpointer row)
{
  parlor_record_clear (&parlor_entry_kind, row);
  g_free (row);
}

static void
touch_free (gpointer row)
{
  parlor_record_clear (&parlor_touch_kind, row);
  g_free (row);
}

ParlorVisitors *
parlor_visitors_new (ParlorRecordSink *sink, const ParlorRandom *random)
{
  ParlorVisitors *visitors = g_new0 (ParlorVisitors, 1);
  visitors->sink = sink;
  visitors->random = *random;
  visitors->by_id = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, visitor_free);
  visitors->by_key = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  visitors->entries = g_hash_table_new (g_str_hash, g_str_equal);
  visitors->n_entries = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  visitors->in_order = g_ptr_array_new_with_free_func (entry_free);
  visitors->brands = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  visitors->touches = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, touch_free);
  return visitors;
}

void
parlor_visitors_free (ParlorVisitors *visitors)
{
  if (!visitors)
    return;
  g_hash_table_unref (visitors->touches);
  g_hash_table_unref (visitors->entries);
  g_hash_table_unref (visitors->n_entries);
  g_clear_pointer (&visitors->passing, visitor_free);
  g_ptr_array_unref (visitors->in_order);
  g_hash_table_unref (visitors->by_key);
  g_hash_table_unref (visitors->by_id);
  g_hash_table_unref (visitors->brands);
  g_free (visitors);
}

static void
put (ParlorVisitors *visitors, const ParlorRecordKind *kind, gconstpointer row)
{
  if (visitors->sink)
    visitors->sink->put (visitors->sink, kind, row);
}

/* ---- visitors ------------------------------------------------------------------------------- */

/* With the origin in it, a key that another site's page shows is nobody's. */
static char *
hash_key (const char *origin, const char *key)
{
  g_autofree char *both = origin ? g_strconcat (origin, "\n", key, NULL) : g_strdup (key);
  return g_compute_checksum_for_string (G_CHECKSUM_SHA256, both, -1);
}

static char *
place_of (const char *brand, const char *key_hash)
{
  return g_strconcat (brand, "/", key_hash, NULL);
}

static Brand *
brand_of (ParlorVisitors *visitors, const char *id)
{
  Brand *brand = g_hash_table_lookup (visitors->brands, id);
  if (brand)
    return brand;
  brand = g_new0 (Brand, 1);
  g_queue_init (&brand->kept);
  g_hash_table_insert (visitors->brands, g_strdup (id), brand);
  return brand;
}

/* Takes the row. */
static ParlorVisitor *
keep_visitor (ParlorVisitors *visitors, ParlorVisitor *row)
{
  Kept *kept = (Kept *)row;
  kept->link.data = kept;
  g_queue_push_tail_link (&brand_of (visitors, row->brand)->kept, &kept->link);
  g_hash_table_replace (visitors->by_id, row->id, row);
  g_hash_table_replace (visitors->by_key, place_of (row->brand, row->key_hash), row);
  return row;
}

void
parlor_visitors_load_visitor (ParlorVisitors *visitors, const ParlorVisitor *row)
{
  ParlorVisitor *copy = (ParlorVisitor *)g_new0 (Kept, 1);
  parlor_record_copy (&parlor_visitor_kind, copy, row);
  keep_visitor (visitors, copy);
  brand_of (visitors, row->brand)->mixed = TRUE;
}

const ParlorVisitor *
parlor_visitors_recognise_at (const ParlorVisitors *visitors, const char *brand, const char *origin,
                              const char *key, gint64 wall_ms)
{
  if (!brand || !key || !*key || strlen (key) >= PARLOR_TOKEN_SIZE)
    return NULL;
  g_autofree char *hash = hash_key (origin, key);
  g_autofree char *place = place_of (brand, hash);
  const ParlorVisitor *known = g_hash_table_lookup (visitors->by_key, place);
  return known && wall_ms - known->seen_ms < PARLOR_VISITOR_IDLE_MS ? known : NULL;
}

/* Strangers must not fill memory and disk: at the cap he has an id for this request, and that is
   all. Takes the row. */
static ParlorVisitor *
let_pass (ParlorVisitors *visitors, ParlorVisitor *row)
{
  g_clear_pointer (&visitors->passing, visitor_free);
  return visitors->passing = row;
}

static ParlorVisitor *
make_row (ParlorVisitors *visitors, const char *brand, const char *origin, gint64 wall_ms,
          char key[PARLOR_TOKEN_SIZE])
{
  char id[PARLOR_ID_SIZE];
  parlor_id_make ("vis", &visitors->random, id);
  parlor_token_make (&visitors->random, key);
  ParlorVisitor *row = (ParlorVisitor *)g_new0 (Kept, 1);
  *row = (ParlorVisitor){
      .id = g_strdup (id),
      .brand = g_strdup (brand),
      .key_hash = hash_key (origin, key),
      .customer = g_strdup (""),
      .made_ms = wall_ms,
      .seen_ms = wall_ms,
  };
  return row;
}

const ParlorVisitor *
parlor_visitors_pass (ParlorVisitors *visitors, const char *brand, const char *origin,
                      gint64 wall_ms, char fresh_key[PARLOR_TOKEN_SIZE])
{
  return let_pass (visitors, make_row (visitors, brand, origin, wall_ms, fresh_key));
}

static void
forget (ParlorVisitors *visitors, ParlorVisitor *row)
{
  g_autofree char *place = place_of (row->brand, row->key_hash);
  if (visitors->sink)
    visitors->sink->remove (visitors->sink, &parlor_visitor_kind, row);
  g_queue_unlink (&brand_of (visitors, row->brand)->kept, &((Kept *)row)->link);
  g_hash_table_remove (visitors->by_key, place);
  g_hash_table_remove (visitors->touches, row->id);
  g_hash_table_remove (visitors->by_id, row->id);
}

/* ---- at the cap ------------------------------------------------------------------------------ */

void
parlor_visitors_set_needed (ParlorVisitors *visitors, ParlorVisitorNeeded needed,
                            gpointer user_data)
{
  visitors->needed = needed;
  visitors->needed_data = user_data;
}

static gint
by_seen (gconstpointer a, gconstpointer b, gpointer user_data)
{
  const ParlorVisitor *left = a, *right = b;
  return (left->seen_ms > right->seen_ms) - (left->seen_ms < right->seen_ms);
}

/* The one with most visitors that was not looked at in this search. */
static Brand *
largest (ParlorVisitors *visitors)
{
  GHashTableIter iter;
  gpointer value;
  Brand *most = NULL;
  g_hash_table_iter_init (&iter, visitors->brands);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    {
      Brand *brand = value;
      if (brand->looked != visitors->search && brand->kept.length
          && (!most || brand->kept.length > most->kept.length))
        most = brand;
    }
  return most;
}

/* Who is needed goes behind all others, so that the next search begins after him. */
static gboolean
drop_idle (ParlorVisitors *visitors, Brand *brand)
{
  if (brand->mixed)
    g_queue_sort (&brand->kept, by_seen, NULL);
  brand->mixed = FALSE;
  for (guint i = MIN (LOOK_AT, brand->kept.length); i > 0; i--)
    {
      GList *oldest = g_queue_peek_head_link (&brand->kept);
      ParlorVisitor *row = oldest->data;
      if (!*row->customer && !visitors->needed (row->brand, row->id, visitors->needed_data))
        {
          forget (visitors, row);
          return TRUE;
        }
      g_queue_unlink (&brand->kept, oldest);
      g_queue_push_tail_link (&brand->kept, oldest);
    }
  return FALSE;
}

static gboolean
make_place (ParlorVisitors *visitors)
{
  Brand *brand;
  visitors->search++;
  for (guint i = 0; visitors->needed && i < BRANDS_LOOKED_AT && (brand = largest (visitors)); i++)
    {
      brand->looked = visitors->search;
      if (drop_idle (visitors, brand))
        return TRUE;
    }
  return FALSE;
}

static const ParlorVisitor *
make_visitor (ParlorVisitors *visitors, const char *brand, const char *origin, gint64 wall_ms,
              char key[PARLOR_TOKEN_SIZE])
{
  ParlorVisitor *row = make_row (visitors, brand, origin, wall_ms, key);
  if (g_hash_table_size (visitors->by_id) >= PARLOR_VISITORS_MAX && !make_place (visitors))
    return let_pass (visitors, row);
  put (visitors, &parlor_visitor_kind, row);
  return keep_visitor (visitors, row);
}

const ParlorVisitor *
parlor_visitors_meet_at (ParlorVisitors *visitors, const char *brand, const char *origin,
                         const char *key, gint64 wall_ms, char fresh_key[PARLOR_TOKEN_SIZE])
{
  ParlorVisitor *known = (ParlorVisitor *)parlor_visitors_recognise_at (visitors, brand, origin,
                                                                        key, wall_ms);
  *fresh_key = '\0';
  if (!known)
    return make_visitor (visitors, brand, origin, wall_ms, fresh_key);
  if (wall_ms - known->seen_ms >= SEEN_STEP_MS)
    {
      GQueue *kept = &brand_of (visitors, brand)->kept;
      g_queue_unlink (kept, &((Kept *)known)->link);
      g_queue_push_tail_link (kept, &((Kept *)known)->link);
      known->seen_ms = wall_ms;
      put (visitors, &parlor_visitor_kind, known);
    }
  return known;
}

const ParlorVisitor *
parlor_visitors_find (const ParlorVisitors *visitors, const char *id)
{
  return id ? g_hash_table_lookup (visitors->by_id, id) : NULL;
}

guint
parlor_visitors_count (const ParlorVisitors *visitors)
{
  return g_hash_table_size (visitors->by_id);
}

void
parlor_visitors_forget (ParlorVisitors *visitors, const char *id)
{
  ParlorVisitor *known = (ParlorVisitor *)parlor_visitors_find (visitors, id);
  if (known)
    forget (visitors, known);
}

guint
parlor_visitors_sweep (ParlorVisitors *visitors, gint64 wall_ms, guint max)
{
  g_autoptr (GPtrArray) idle = g_ptr_array_new ();
  GHashTableIter iter;
  gpointer value;
  g_hash_table_iter_init (&iter, visitors->by_id);
  while (idle->len < max && g_hash_table_iter_next (&iter, NULL, &value))
    if (wall_ms - ((ParlorVisitor *)value)->seen_ms >= PARLOR_VISITOR_IDLE_MS)
      g_ptr_array_add (idle, value);
  for (guint i = 0; i < idle->len; i++)
    forget (visitors, idle->pdata[i]);
  return idle->len;
}

/* ---- entries -------------------------------------------------------------------------------- */

static const char *const channel_names[PARLOR_N_CHANNELS] = {
    [PARLOR_CHANNEL_LIVE] = "live",     [PARLOR_CHANNEL_HOME] = "home",
    [PARLOR_CHANNEL_REPLAY] = "replay", [PARLOR_CHANNEL_CARD] = "card",
    [PARLOR_CHANNEL_QR] = "qr",         [PARLOR_CHANNEL_SITE] = "site",
};

const char *
parlor_channel_name (ParlorChannel channel)
{
  return (guint)channel < PARLOR_N_CHANNELS ? channel_names[channel] : NULL;
}

gboolean
parlor_channel_from_name (const char *name, ParlorChannel *channel)
{
  for (guint i = 0; i < PARLOR_N_CHANNELS; i++)
    if (g_strcmp0 (name, channel_names[i]) == 0)
      {
        *channel = i;
        return TRUE;
      }
  return FALSE;
}

static guint
count_entries (const ParlorVisitors *visitors, const char *brand)
{
  return GPOINTER_TO_UINT (g_hash_table_lookup (visitors->n_entries, brand));
}

static ParlorEntry *
keep_entry (ParlorVisitors *visitors, ParlorEntry *row)
{
  g_hash_table_replace (visitors->n_entries, g_strdup (row->brand),
                        GUINT_TO_POINTER (count_entries (visitors, row->brand) + 1));
  g_ptr_array_add (visitors->in_order, row);
  g_hash_table_replace (visitors->entries, row->id, row);
  return row;
}

void
parlor_visitors_load_entry (ParlorVisitors *visitors, const ParlorEntry *row)
{
  ParlorEntry *copy = g_new0 (ParlorEntry, 1);
  parlor_record_copy (&parlor_entry_kind, copy, row);
  keep_entry (visitors, copy);
}

/* Short text of one line; NULL is "". */
static gboolean
fits (const char *text, gsize max)
{
  if (!text)
    return TRUE;
  if (strlen (text) > max || !g_utf8_validate (text, -1, NULL))
    return FALSE;
  for (; *text; text++)
    if (g_ascii_iscntrl (*text))
      return FALSE;
  return TRUE;
}

static const char *
judge_entry (const ParlorVisitors *visitors, const ParlorEntry *entry)
{
  ParlorChannel channel;
  if (!parlor_channel_from_name (entry->channel, &channel))
    return "channel must be live, home, replay, card, qr or site";
  if (!fits (entry->state, STATE_BYTES))
    return "state must be one line of at most 64 bytes";
  if (!fits (entry->rep_group, ID_BYTES) || !fits (entry->room, ID_BYTES)
      || !fits (entry->product, ID_BYTES) || !fits (entry->rep, ID_BYTES))
    return "group, room, product and rep are ids";
  return NULL;
}

static char *
text_or_empty (const char *text)
{
  return g_strdup (text ? text : "");
}

const ParlorEntry *
parlor_visitors_add_entry (ParlorVisitors *visitors, const ParlorEntry *entry, gint64 wall_ms,
                           GError **error)
{
  char id[PARLOR_ID_SIZE];
  const char *why = judge_entry (visitors, entry);
  if (why || count_entries (visitors, entry->brand) >= PARLOR_ENTRIES_MAX)
    {
      g_set_error_literal (error, PARLOR_ERROR,
                           why ? PARLOR_ERROR_BAD_REQUEST : PARLOR_ERROR_TOO_MANY,
                           why ? why : "there are too many entries");
      return NULL;
    }
  parlor_id_make ("ent", &visitors->random, id);
  ParlorEntry *row = g_new0 (ParlorEntry, 1);
  *row = (ParlorEntry){
      .id = g_strdup (id),
      .brand = g_strdup (entry->brand),
      .channel = g_strdup (entry->channel),
      .state = text_or_empty (entry->state),
      .rep_group = text_or_empty (entry->rep_group),
      .room = text_or_empty (entry->room),
      .product = text_or_empty (entry->product),
      .rep = text_or_empty (entry->rep),
      .made_ms = wall_ms,
  };
  put (visitors, &parlor_entry_kind, row);
  return keep_entry (visitors, row);
}

const ParlorEntry *
parlor_visitors_find_entry (const ParlorVisitors *visitors, const char *id)
{
  return id ? g_hash_table_lookup (visitors->entries, id) : NULL;
}

const ParlorEntry **
parlor_visitors_list_entries (const ParlorVisitors *visitors, const char *brand, const char *after,
                              guint max, guint *n)
{
  g_autoptr (GPtrArray) list = g_ptr_array_new ();
  gboolean begun = !after || !*after;
  for (guint i = 0; i < visitors->in_order->len && list->len < max; i++)
    {
      ParlorEntry *entry = visitors->in_order->pdata[i];
      if (begun && g_strcmp0 (entry->brand, brand) == 0)
        g_ptr_array_add (list, entry);
      begun = begun || g_strcmp0 (entry->id, after) == 0;
    }
  *n = list->len;
  g_ptr_array_add (list, NULL);
  return (const ParlorEntry **)g_ptr_array_free (g_steal_pointer (&list), FALSE);
}

/* ---- touches -------------------------------------------------------------------------------- */

static const ParlorTouch *
keep_touch (ParlorVisitors *visitors, ParlorTouch *row)
{
  const ParlorTouch *known = g_hash_table_lookup (visitors->touches, row->visitor);
  if (known && known->at_ms > row->at_ms)
    {
      touch_free (row);
      return known;
    }
  g_hash_table_replace (visitors->touches, row->visitor, row);
  return row;
}

void
parlor_visitors_load_touch (ParlorVisitors *visitors, const ParlorTouch *row)
{
  ParlorTouch *copy = g_new0 (ParlorTouch, 1);
  parlor_record_copy (&parlor_touch_kind, copy, row);
  keep_touch (visitors, copy);
}

/* At most `max` bytes, whole characters, without control characters (transfer full). */
static char *
cut (const char *text, gsize max)
{
  g_autofree char *valid = g_utf8_make_valid (text ? text : "", -1);
  gsize n = MIN (strlen (valid), max);
  while (n && (valid[n] & 0xc0) == 0x80)
    n--;
  for (gsize i = 0; i < n; i++)
    if (g_ascii_iscntrl (valid[i]))
      valid[i] = ' ';
  return g_strndup (valid, n);
}

const ParlorTouch *
parlor_visitors_touch (ParlorVisitors *visitors, const ParlorTouch *touch)
{
  char id[PARLOR_ID_SIZE];
  const ParlorVisitor *visitor = parlor_visitors_find (visitors, touch->visitor);
  if (!visitor)
    return NULL;
  parlor_id_make ("tch", &visitors->random, id);
  ParlorTouch *row = g_new0 (ParlorTouch, 1);
  *row = (ParlorTouch){
      .id = g_strdup (id),
      .brand = g_strdup (visitor->brand),
      .visitor = g_strdup (visitor->id),
      .entry = cut (touch->entry, ID_BYTES),
      .inviter = cut (touch->inviter, ID_BYTES),
      .utm = cut (touch->utm, UTM_BYTES),
      .room = cut (touch->room, ID_BYTES),
      .room_ms = touch->room_ms,
      .at_ms = touch->at_ms,
  };
  put (visitors, &parlor_touch_kind, row);
  return keep_touch (visitors, row);
}

const ParlorTouch *
parlor_visitors_last_touch (const ParlorVisitors *visitors, const char *visitor)
{
  return visitor ? g_hash_table_lookup (visitors->touches, visitor) : NULL;
}
