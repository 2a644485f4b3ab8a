/* SPDX-License-Identifier: Apache-2.0 */
#include "live/broadcasts.h"

#include "base/text.h"

#include <string.h>

#define TITLE_MAX 80
#define URL_BYTES 2000
#define ID_BYTES 128
#define KEPT_MS (90 * 24 * 3600 * G_GINT64_CONSTANT (1000))
/* How far `here_ms` on the disk may be behind. */
#define HERE_STEP_MS 30000

static const ParlorField broadcast_fields[] = {
    PARLOR_TEXT (ParlorBroadcast, id),       PARLOR_TEXT (ParlorBroadcast, brand),
    PARLOR_TEXT (ParlorBroadcast, room),     PARLOR_TEXT (ParlorBroadcast, client_id),
    PARLOR_TEXT (ParlorBroadcast, title),    PARLOR_TEXT (ParlorBroadcast, text),
    PARLOR_TEXT (ParlorBroadcast, url),      PARLOR_TEXT (ParlorBroadcast, maker),
    PARLOR_TEXT (ParlorBroadcast, expected), PARLOR_INT (ParlorBroadcast, closed),
    PARLOR_INT (ParlorBroadcast, confirm),   PARLOR_INT (ParlorBroadcast, watch_ms),
    PARLOR_INT (ParlorBroadcast, room_ms),   PARLOR_INT (ParlorBroadcast, made_ms),
    PARLOR_INT (ParlorBroadcast, until_ms),  PARLOR_INT (ParlorBroadcast, withdrawn_ms),
};

const ParlorRecordKind parlor_broadcast_kind = {
    .table = "broadcasts",
    .fields = broadcast_fields,
    .n_fields = G_N_ELEMENTS (broadcast_fields),
    .n_key = 1,
    .size = sizeof (ParlorBroadcast),
};

static const ParlorField receipt_fields[] = {
    PARLOR_TEXT (ParlorReceipt, broadcast),   PARLOR_TEXT (ParlorReceipt, who),
    PARLOR_TEXT (ParlorReceipt, identity),    PARLOR_TEXT (ParlorReceipt, name),
    PARLOR_INT (ParlorReceipt, shown_ms),     PARLOR_INT (ParlorReceipt, watched_ms),
    PARLOR_INT (ParlorReceipt, confirmed_ms), PARLOR_INT (ParlorReceipt, here_ms),
};

const ParlorRecordKind parlor_receipt_kind = {
    .table = "broadcast_receipts",
    .fields = receipt_fields,
    .n_fields = G_N_ELEMENTS (receipt_fields),
    .n_key = 2,
    .size = sizeof (ParlorReceipt),
};

typedef struct
{
  ParlorBroadcast row;
  char **expected;      /* lines of the row's */
  GHashTable *wanted;   /* set of them, borrowed */
  GPtrArray *receipts;  /* owns ParlorReceipt, in the order they came */
  GHashTable *by_who;   /* who → ParlorReceipt, borrowed */
  GHashTable *by_token; /* identity → ParlorReceipt, borrowed */
  guint of[PARLOR_N_RECEIPTS];
  gboolean over;  /* was told */
  gboolean moved; /* its counts changed since they were told */
} Entry;

struct _ParlorBroadcasts
{
  ParlorBroadcastsSpec spec;
  GHashTable *by_id; /* → Entry, borrowed */
  GPtrArray *all;    /* owns Entry, the oldest first */
};

static void
receipt_free (gpointer row)
{
  parlor_record_clear (&parlor_receipt_kind, row);
  g_free (row);
}

static void
entry_free (gpointer data)
{
  Entry *entry = data;
  g_hash_table_unref (entry->by_who);
  g_hash_table_unref (entry->by_token);
  g_hash_table_unref (entry->wanted);
  g_ptr_array_unref (entry->receipts);
  g_strfreev (entry->expected);
  parlor_record_clear (&parlor_broadcast_kind, &entry->row);
  g_free (entry);
}

ParlorBroadcasts *
parlor_broadcasts_new (const ParlorBroadcastsSpec *spec)
{
  ParlorBroadcasts *broadcasts = g_new0 (ParlorBroadcasts, 1);
  broadcasts->spec = *spec;
  broadcasts->by_id = g_hash_table_new (g_str_hash, g_str_equal);
  broadcasts->all = g_ptr_array_new_with_free_func (entry_free);
  return broadcasts;
}

void
parlor_broadcasts_free (ParlorBroadcasts *broadcasts)
{
  if (!broadcasts)
    return;
  g_hash_table_unref (broadcasts->by_id);
  g_ptr_array_unref (broadcasts->all);
  g_free (broadcasts);
}

static void
put (const ParlorBroadcasts *broadcasts, const ParlorRecordKind *kind, gconstpointer row)
{
  ParlorRecordSink *sink = broadcasts->spec.sink;
  if (sink)
    sink->put (sink, kind, row);
}

static void
happened (const ParlorBroadcasts *broadcasts, const ParlorBroadcast *row, const char *type,
          const ParlorBroadcastPerson *person, gint64 wall_ms)
{
  const ParlorBroadcastsSpec *spec = &broadcasts->spec;
  const ParlorDatum data[] = {
      PARLOR_DATUM_TEXT ("broadcast", row->id),
      PARLOR_DATUM_TEXT ("room", *row->room ? row->room : NULL),
      PARLOR_DATUM_TEXT ("visitor", person ? person->visitor : NULL),
      PARLOR_DATUM_TEXT ("identity", person ? person->identity : NULL),
      PARLOR_DATUM_TEXT ("customer", person ? person->customer : NULL),
  };
  if (spec->happened)
    spec->happened (&(ParlorEvent){.type = type,
                                   .brand = row->brand,
                                   .entity = *row->room ? row->room : row->id,
                                   .at_ms = wall_ms,
                                   .room_ms = -1,
                                   .trace = row->id,
                                   .customer = person ? person->customer : NULL,
                                   .data = data,
                                   .n_data = person ? G_N_ELEMENTS (data) : 2},
                    spec->user_data);
}

static void
begin (const ParlorBroadcasts *broadcasts)
{
  if (broadcasts->spec.sink)
    broadcasts->spec.sink->begin (broadcasts->spec.sink);
}

static void
end (const ParlorBroadcasts *broadcasts)
{
  if (broadcasts->spec.sink)
    broadcasts->spec.sink->end (broadcasts->spec.sink);
}

/* ---- keeping -------------------------------------------------------------------------------- */

/* Takes `lines`. */
static void
take_expected (Entry *entry, char **lines)
{
  g_hash_table_remove_all (entry->wanted);
  g_strfreev (entry->expected);
  entry->expected = lines;
  for (guint i = 0; lines[i]; i++)
    g_hash_table_add (entry->wanted, lines[i]);
}

static Entry *
keep (ParlorBroadcasts *broadcasts, const ParlorBroadcast *row)
{
  Entry *entry = g_new0 (Entry, 1);
  parlor_record_copy (&parlor_broadcast_kind, &entry->row, row);
  entry->wanted = g_hash_table_new (g_str_hash, g_str_equal);
  take_expected (entry, g_strsplit (row->expected, "\n", -1));
  entry->receipts = g_ptr_array_new_with_free_func (receipt_free);
  entry->by_who = g_hash_table_new (g_str_hash, g_str_equal);
  entry->by_token = g_hash_table_new (g_str_hash, g_str_equal);
  g_hash_table_replace (broadcasts->by_id, entry->row.id, entry);
  g_ptr_array_add (broadcasts->all, entry);
  return entry;
}

static gint
by_time (gconstpointer a, gconstpointer b)
{
  const Entry *left = *(Entry *const *)a, *right = *(Entry *const *)b;
  return (left->row.made_ms > right->row.made_ms) - (left->row.made_ms < right->row.made_ms);
}

void
parlor_broadcasts_load (ParlorBroadcasts *broadcasts, const ParlorBroadcast *row)
{
  keep (broadcasts, row);
  g_ptr_array_sort (broadcasts->all, by_time);
}

static void
index_receipt (Entry *entry, ParlorReceipt *receipt)
{
  g_hash_table_replace (entry->by_who, receipt->who, receipt);
  if (*receipt->identity)
    g_hash_table_replace (entry->by_token, receipt->identity, receipt);
  for (guint i = 0; i < PARLOR_N_RECEIPTS; i++)
    entry->of[i] += parlor_receipt_ms (receipt, i) != 0;
}

void
parlor_broadcasts_load_receipt (ParlorBroadcasts *broadcasts, const ParlorReceipt *row)
{
  Entry *entry = g_hash_table_lookup (broadcasts->by_id, row->broadcast);
  if (!entry)
    return;
  ParlorReceipt *copy = g_new0 (ParlorReceipt, 1);
  parlor_record_copy (&parlor_receipt_kind, copy, row);
  g_ptr_array_add (entry->receipts, copy);
  index_receipt (entry, copy);
}

/* ---- making --------------------------------------------------------------------------------- */

static gboolean
refuse (GError **error, ParlorErrorCode code, const char *message)
{
  g_set_error_literal (error, PARLOR_ERROR, code, message);
  return FALSE;
}

static const char *
or_empty (const char *text)
{
  return text ? text : "";
}

static gboolean
is_line (const char *text, gsize max)
{
  if (strlen (text) > max || !g_utf8_validate (text, -1, NULL))
    return FALSE;
  for (; *text; text++)
    if (g_ascii_iscntrl (*text))
      return FALSE;
  return TRUE;
}

static gboolean
is_link (const char *url)
{
  return !*url
         || (g_str_has_prefix (url, "https://") && is_line (url, URL_BYTES)
             && !strpbrk (url, " \"<>\\"));
}

/* Of `expected`: lines, each a name. */
static const char *
judge_expected (const char *expected)
{
  g_auto (GStrv) lines = g_strsplit (expected, "\n", PARLOR_BROADCAST_EXPECTED + 2);
  if (g_strv_length (lines) > PARLOR_BROADCAST_EXPECTED)
    return "expected lists at most 10,000 people.";
  for (guint i = 0; *expected && lines[i]; i++)
    if (!*lines[i] || !is_line (lines[i], ID_BYTES))
      return "expected is a list of customers, their references or identities.";
  return NULL;
}

static const char *
judge (const ParlorBroadcast *row, gint64 wall_ms)
{
  g_autofree char *text = parlor_text_block (row->text, PARLOR_BROADCAST_TEXT, "text", NULL);
  g_autofree char *title = parlor_text_line (row->title, TITLE_MAX, "title", NULL);
  if (!text)
    return "text must have 1 to 500 characters.";
  if (*row->title && !title)
    return "title must be one line of at most 80 characters.";
  if (!is_link (row->url))
    return "url must begin with https://";
  if (row->until_ms <= wall_ms || row->until_ms - wall_ms > PARLOR_BROADCAST_LIFE_MAX_MS)
    return "life_s must be between 1 second and 30 days.";
  if (!is_line (row->client_id, ID_BYTES))
    return "client_id must be one line of at most 128 bytes.";
  if (row->watch_ms < 0 || (row->watch_ms && !*row->room))
    return "watch_s needs a room, whose time is counted.";
  if (row->closed && !*row->expected)
    return "closed needs expected: who may see it.";
  return judge_expected (row->expected);
}

static ParlorBroadcast
without_nulls (const ParlorBroadcast *row)
{
  ParlorBroadcast full = *row;
  full.room = (char *)or_empty (row->room);
  full.client_id = (char *)or_empty (row->client_id);
  full.title = (char *)or_empty (row->title);
  full.text = (char *)or_empty (row->text);
  full.url = (char *)or_empty (row->url);
  full.maker = (char *)or_empty (row->maker);
  full.expected = (char *)or_empty (row->expected);
  full.withdrawn_ms = 0;
  return full;
}

gboolean
parlor_broadcast_stands (const ParlorBroadcast *broadcast, gint64 wall_ms)
{
  return !broadcast->withdrawn_ms && wall_ms < broadcast->until_ms;
}

/* The same word of the same maker; `standing` counts the brand's. */
static Entry *
find_same (const ParlorBroadcasts *broadcasts, const ParlorBroadcast *row, gint64 wall_ms,
           guint *standing)
{
  *standing = 0;
  for (guint i = 0; i < broadcasts->all->len; i++)
    {
      Entry *entry = broadcasts->all->pdata[i];
      if (strcmp (entry->row.brand, row->brand))
        continue;
      if (*row->client_id && !strcmp (entry->row.client_id, row->client_id))
        return entry;
      *standing += parlor_broadcast_stands (&entry->row, wall_ms);
    }
  return NULL;
}

const ParlorBroadcast *
parlor_broadcasts_send (ParlorBroadcasts *broadcasts, const ParlorBroadcast *row, gint64 wall_ms,
                        GError **error)
{
  char id[PARLOR_ID_SIZE];
  guint standing;
  ParlorBroadcast full = without_nulls (row);
  const char *why = judge (&full, wall_ms);
  if (why)
    return refuse (error, PARLOR_ERROR_BAD_REQUEST, why), NULL;
  Entry *entry = find_same (broadcasts, &full, wall_ms, &standing);
  if (entry)
    return &entry->row;
  if (standing >= PARLOR_BROADCASTS_STANDING)
    return refuse (error, PARLOR_ERROR_TOO_MANY, "Twenty broadcasts stand. Withdraw one."), NULL;
  parlor_id_make ("bc", &broadcasts->spec.random, id);
  full.id = id;
  full.made_ms = wall_ms;
  entry = keep (broadcasts, &full);
  begin (broadcasts);
  put (broadcasts, &parlor_broadcast_kind, &entry->row);
  happened (broadcasts, &entry->row, "broadcast.made", NULL, wall_ms);
  end (broadcasts);
  broadcasts->spec.tell (&entry->row, PARLOR_BROADCAST_MADE, broadcasts->spec.user_data);
  return &entry->row;
}

static Entry *
find (const ParlorBroadcasts *broadcasts, const char *brand, const char *id)
{
  Entry *entry = id ? g_hash_table_lookup (broadcasts->by_id, id) : NULL;
  return entry && !g_strcmp0 (entry->row.brand, brand) ? entry : NULL;
}

const ParlorBroadcast *
parlor_broadcasts_find (const ParlorBroadcasts *broadcasts, const char *brand, const char *id)
{
  Entry *entry = find (broadcasts, brand, id);
  return entry ? &entry->row : NULL;
}

static void
tell_over (ParlorBroadcasts *broadcasts, Entry *entry)
{
  entry->over = TRUE;
  broadcasts->spec.tell (&entry->row, PARLOR_BROADCAST_OVER, broadcasts->spec.user_data);
}

gboolean
parlor_broadcasts_withdraw (ParlorBroadcasts *broadcasts, const char *brand, const char *id,
                            gint64 wall_ms)
{
  Entry *entry = find (broadcasts, brand, id);
  if (!entry || !parlor_broadcast_stands (&entry->row, wall_ms))
    return FALSE;
  entry->row.withdrawn_ms = wall_ms;
  begin (broadcasts);
  put (broadcasts, &parlor_broadcast_kind, &entry->row);
  happened (broadcasts, &entry->row, "broadcast.withdrawn", NULL, wall_ms);
  end (broadcasts);
  tell_over (broadcasts, entry);
  return TRUE;
}

const ParlorBroadcast **
parlor_broadcasts_list (const ParlorBroadcasts *broadcasts, const char *brand, const char *room,
                        guint *n)
{
  g_autoptr (GPtrArray) list = g_ptr_array_new ();
  for (guint i = broadcasts->all->len; i-- > 0;)
    {
      Entry *entry = broadcasts->all->pdata[i];
      if (!g_strcmp0 (entry->row.brand, brand) && (!room || !strcmp (entry->row.room, room)))
        g_ptr_array_add (list, &entry->row);
    }
  *n = list->len;
  g_ptr_array_add (list, NULL);
  return (const ParlorBroadcast **)g_ptr_array_free (g_steal_pointer (&list), FALSE);
}

/* ---- who ------------------------------------------------------------------------------------ */

static const char *
who_is (const ParlorBroadcastPerson *person)
{
  const char *visitor = or_empty (person->visitor);
  return *visitor ? visitor : or_empty (person->identity);
}

static gboolean
wants (const Entry *entry, const char *name)
{
  return name && *name && g_hash_table_contains (entry->wanted, name);
}

static gboolean
is_for (const Entry *entry, const ParlorBroadcastPerson *person)
{
  return !entry->row.closed || wants (entry, person->customer)
         || wants (entry, person->customer_ref) || wants (entry, person->identity)
         || wants (entry, person->visitor);
}

static Entry *
entry_of (const ParlorBroadcast *broadcast)
{
  return (Entry *)broadcast; /* its first member */
}

gboolean
parlor_broadcasts_is_for (const ParlorBroadcasts *broadcasts, const ParlorBroadcast *broadcast,
                          const ParlorBroadcastPerson *person)
{
  return is_for (entry_of (broadcast), person);
}

gint64
parlor_receipt_ms (const ParlorReceipt *receipt, ParlorReceiptKind kind)
{
  if (!receipt)
    return 0;
  return kind == PARLOR_RECEIPT_SHOWN     ? receipt->shown_ms
         : kind == PARLOR_RECEIPT_WATCHED ? receipt->watched_ms
                                          : receipt->confirmed_ms;
}

static gboolean
is_due (const Entry *entry, const ParlorBroadcastPerson *person)
{
  const ParlorReceipt *receipt = g_hash_table_lookup (entry->by_who, who_is (person));
  return is_for (entry, person)
         && !parlor_receipt_ms (receipt, entry->row.confirm ? PARLOR_RECEIPT_CONFIRMED
                                                            : PARLOR_RECEIPT_SHOWN);
}

const ParlorBroadcast **
parlor_broadcasts_due (const ParlorBroadcasts *broadcasts, const char *brand, const char *room,
                       const ParlorBroadcastPerson *person, gint64 wall_ms, guint *n)
{
  g_autoptr (GPtrArray) list = g_ptr_array_new ();
  for (guint i = 0; i < broadcasts->all->len; i++)
    {
      Entry *entry = broadcasts->all->pdata[i];
      const ParlorBroadcast *row = &entry->row;
      if (!entry->over && !g_strcmp0 (row->brand, brand)
          && (!*row->room || !g_strcmp0 (row->room, room)) && parlor_broadcast_stands (row, wall_ms)
          && is_due (entry, person))
        g_ptr_array_add (list, entry);
    }
  *n = list->len;
  g_ptr_array_add (list, NULL);
  return (const ParlorBroadcast **)g_ptr_array_free (g_steal_pointer (&list), FALSE);
}

/* ---- receipts ------------------------------------------------------------------------------- */

static const char *const receipt_names[PARLOR_N_RECEIPTS] = {
    [PARLOR_RECEIPT_SHOWN] = "shown",
    [PARLOR_RECEIPT_WATCHED] = "watched",
    [PARLOR_RECEIPT_CONFIRMED] = "confirmed",
};

gboolean
parlor_receipt_from_name (const char *name, ParlorReceiptKind *kind)
{
  for (guint i = 0; i < PARLOR_N_RECEIPTS; i++)
    if (!g_strcmp0 (name, receipt_names[i]))
      {
        *kind = i;
        return TRUE;
      }
  return FALSE;
}

/* His receipt, made where there is none; NULL = there are too many. */
static ParlorReceipt *
receipt_of (Entry *entry, const ParlorBroadcastPerson *person)
{
  ParlorReceipt *receipt = g_hash_table_lookup (entry->by_who, who_is (person));
  if (receipt || entry->receipts->len >= PARLOR_BROADCAST_RECEIPTS)
    return receipt;
  receipt = g_new0 (ParlorReceipt, 1);
  receipt->broadcast = g_strdup (entry->row.id);
  receipt->who = g_strdup (who_is (person));
  receipt->identity = g_strdup (or_empty (person->identity));
  receipt->name = g_strdup (or_empty (person->name));
  g_ptr_array_add (entry->receipts, receipt);
  index_receipt (entry, receipt);
  return receipt;
}

static void
set (Entry *entry, gint64 *field, ParlorReceiptKind kind, gint64 wall_ms)
{
  if (*field)
    return;
  *field = wall_ms;
  entry->of[kind]++;
  entry->moved = TRUE;
}

gboolean
parlor_broadcasts_acknowledge (ParlorBroadcasts *broadcasts, const char *brand, const char *id,
                               const ParlorBroadcastPerson *person, ParlorReceiptKind kind,
                               gint64 wall_ms, GError **error)
{
  Entry *entry = find (broadcasts, brand, id);
  if (!entry || !*who_is (person) || !is_for (entry, person))
    return refuse (error, PARLOR_ERROR_NOT_FOUND, "There is no such broadcast.");
  if (!parlor_broadcast_stands (&entry->row, wall_ms))
    return refuse (error, PARLOR_ERROR_GONE, "This does not stand any more.");
  ParlorReceipt *receipt = receipt_of (entry, person);
  if (!receipt)
    return refuse (error, PARLOR_ERROR_TOO_MANY, "Too many have had this.");
  gboolean confirms = kind == PARLOR_RECEIPT_CONFIRMED && entry->row.confirm;
  if (confirms ? receipt->confirmed_ms != 0 : receipt->shown_ms != 0)
    return TRUE;
  set (entry, &receipt->shown_ms, PARLOR_RECEIPT_SHOWN, wall_ms);
  if (confirms)
    set (entry, &receipt->confirmed_ms, PARLOR_RECEIPT_CONFIRMED, wall_ms);
  begin (broadcasts);
  put (broadcasts, &parlor_receipt_kind, receipt);
  if (confirms)
    happened (broadcasts, &entry->row, "broadcast.confirmed", person, wall_ms);
  end (broadcasts);
  return TRUE;
}

static gboolean
counts_time (const Entry *entry, const char *room, gint64 wall_ms)
{
  return entry->row.watch_ms && !strcmp (entry->row.room, room)
         && parlor_broadcast_stands (&entry->row, wall_ms);
}

gboolean
parlor_broadcasts_are_watched (const ParlorBroadcasts *broadcasts, const char *room, gint64 wall_ms)
{
  for (guint i = 0; i < broadcasts->all->len; i++)
    if (counts_time (broadcasts->all->pdata[i], room, wall_ms))
      return TRUE;
  return FALSE;
}

static void
watch_one (ParlorBroadcasts *broadcasts, Entry *entry, const ParlorBroadcastPerson *person,
           gint64 ms, gint64 wall_ms)
{
  ParlorReceipt *receipt = is_for (entry, person) ? receipt_of (entry, person) : NULL;
  if (!receipt)
    return;
  gint64 before_ms = receipt->here_ms;
  gboolean enough = before_ms < entry->row.watch_ms && before_ms + ms >= entry->row.watch_ms;
  receipt->here_ms += ms;
  if (!enough && receipt->here_ms / HERE_STEP_MS == before_ms / HERE_STEP_MS)
    return;
  begin (broadcasts);
  if (enough)
    {
      set (entry, &receipt->watched_ms, PARLOR_RECEIPT_WATCHED, wall_ms);
      happened (broadcasts, &entry->row, "broadcast.watched", person, wall_ms);
    }
  put (broadcasts, &parlor_receipt_kind, receipt);
  end (broadcasts);
}

void
parlor_broadcasts_watch (ParlorBroadcasts *broadcasts, const char *room,
                         const ParlorBroadcastPerson *person, gint64 ms, gint64 wall_ms)
{
  for (guint i = 0; *who_is (person) && i < broadcasts->all->len; i++)
    if (counts_time (broadcasts->all->pdata[i], room, wall_ms))
      watch_one (broadcasts, broadcasts->all->pdata[i], person, ms, wall_ms);
}

ParlorBroadcastCounts
parlor_broadcasts_counts (const ParlorBroadcasts *broadcasts, const ParlorBroadcast *broadcast)
{
  const Entry *entry = entry_of (broadcast);
  ParlorBroadcastCounts counts = {.expected = g_strv_length (entry->expected)};
  memcpy (counts.of, entry->of, sizeof counts.of);
  return counts;
}

const ParlorReceipt *
parlor_broadcasts_receipt (const ParlorBroadcasts *broadcasts, const ParlorBroadcast *broadcast,
                           const char *who)
{
  const Entry *entry = entry_of (broadcast);
  const ParlorReceipt *receipt = who ? g_hash_table_lookup (entry->by_who, who) : NULL;
  return receipt || !who ? receipt : g_hash_table_lookup (entry->by_token, who);
}

const ParlorReceipt *const *
parlor_broadcasts_receipts (const ParlorBroadcasts *broadcasts, const ParlorBroadcast *broadcast,
                            guint *n)
{
  const Entry *entry = entry_of (broadcast);
  *n = entry->receipts->len;
  return (const ParlorReceipt *const *)entry->receipts->pdata;
}

const char *const *
parlor_broadcasts_expected (const ParlorBroadcasts *broadcasts, const ParlorBroadcast *broadcast,
                            guint *n)
{
  const Entry *entry = entry_of (broadcast);
  *n = g_strv_length (entry->expected);
  return (const char *const *)entry->expected;
}

/* ---- going ---------------------------------------------------------------------------------- */

static void
drop_receipt (ParlorBroadcasts *broadcasts, Entry *entry, ParlorReceipt *receipt)
{
  ParlorRecordSink *sink = broadcasts->spec.sink;
  for (guint i = 0; i < PARLOR_N_RECEIPTS; i++)
    entry->of[i] -= parlor_receipt_ms (receipt, i) != 0;
  if (sink)
    sink->remove (sink, &parlor_receipt_kind, receipt);
  if (g_hash_table_lookup (entry->by_token, receipt->identity) == receipt)
    g_hash_table_remove (entry->by_token, receipt->identity);
  g_hash_table_remove (entry->by_who, receipt->who);
  g_ptr_array_remove (entry->receipts, receipt);
}

/* Off the list of those who must have it. */
static void
drop_expected (ParlorBroadcasts *broadcasts, Entry *entry, const char *name)
{
  if (!wants (entry, name))
    return;
  g_autoptr (GStrvBuilder) rest = g_strv_builder_new ();
  for (guint i = 0; entry->expected[i]; i++)
    if (strcmp (entry->expected[i], name))
      g_strv_builder_add (rest, entry->expected[i]);
  g_free (entry->row.expected);
  take_expected (entry, g_strv_builder_end (rest));
  entry->row.expected = g_strjoinv ("\n", entry->expected);
  entry->moved = TRUE;
  put (broadcasts, &parlor_broadcast_kind, &entry->row);
}

void
parlor_broadcasts_forget (ParlorBroadcasts *broadcasts, const char *visitor)
{
  begin (broadcasts);
  for (guint i = 0; i < broadcasts->all->len; i++)
    {
      Entry *entry = broadcasts->all->pdata[i];
      ParlorReceipt *receipt = g_hash_table_lookup (entry->by_who, visitor);
      if (receipt)
        drop_receipt (broadcasts, entry, receipt);
      drop_expected (broadcasts, entry, visitor);
    }
  end (broadcasts);
}

/* Each browser that showed a token of this name has its own. */
static void
drop_named (ParlorBroadcasts *broadcasts, Entry *entry, const char *name)
{
  for (guint i = name && *name ? entry->receipts->len : 0; i-- > 0;)
    {
      ParlorReceipt *receipt = entry->receipts->pdata[i];
      if (!strcmp (receipt->identity, name) || !strcmp (receipt->who, name))
        drop_receipt (broadcasts, entry, receipt);
    }
}

void
parlor_broadcasts_forget_customer (ParlorBroadcasts *broadcasts, const char *brand,
                                   const char *customer, const char *ref)
{
  begin (broadcasts);
  for (guint i = 0; i < broadcasts->all->len; i++)
    {
      Entry *entry = broadcasts->all->pdata[i];
      if (strcmp (entry->row.brand, brand))
        continue;
      drop_named (broadcasts, entry, ref);
      drop_named (broadcasts, entry, customer);
      drop_expected (broadcasts, entry, ref);
      drop_expected (broadcasts, entry, customer);
    }
  end (broadcasts);
}

static void
drop (ParlorBroadcasts *broadcasts, Entry *entry)
{
  ParlorRecordSink *sink = broadcasts->spec.sink;
  begin (broadcasts);
  for (guint i = 0; sink && i < entry->receipts->len; i++)
    sink->remove (sink, &parlor_receipt_kind, entry->receipts->pdata[i]);
  if (sink)
    sink->remove (sink, &parlor_broadcast_kind, &entry->row);
  end (broadcasts);
  g_hash_table_remove (broadcasts->by_id, entry->row.id);
  g_ptr_array_remove (broadcasts->all, entry);
}

void
parlor_broadcasts_poll (ParlorBroadcasts *broadcasts, gint64 wall_ms)
{
  for (guint i = broadcasts->all->len; i-- > 0;)
    {
      Entry *entry = broadcasts->all->pdata[i];
      if (entry->moved)
        broadcasts->spec.tell (&entry->row, PARLOR_BROADCAST_COUNTED, broadcasts->spec.user_data);
      entry->moved = FALSE;
      if (!entry->over && !parlor_broadcast_stands (&entry->row, wall_ms))
        tell_over (broadcasts, entry);
      if (wall_ms - MIN (entry->row.until_ms, entry->row.made_ms + PARLOR_BROADCAST_LIFE_MAX_MS)
          > KEPT_MS)
        drop (broadcasts, entry);
    }
}
