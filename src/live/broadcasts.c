/* SPDX-License-Identifier: Apache-2.0 */
#include "live/broadcasts_private.h"

#include "base/text.h"
#include "live/private.h"

#include <string.h>

#define TITLE_MAX 80
#define URL_BYTES 2000
#define ID_BYTES 128
#define KEPT_MS (90 * 24 * 3600 * G_GINT64_CONSTANT (1000))

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

static void
receipt_free (gpointer row)
{
  parlor_record_clear (&parlor_receipt_kind, row);
  g_free (row);
}

static void
entry_free (gpointer data)
{
  ParlorBroadcastEntry *entry = data;
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

void
parlor_broadcasts_put (const ParlorBroadcasts *broadcasts, const ParlorRecordKind *kind,
                       gconstpointer row)
{
  ParlorRecordSink *sink = broadcasts->spec.sink;
  if (sink)
    sink->put (sink, kind, row);
}

void
parlor_broadcasts_happened (const ParlorBroadcasts *broadcasts, const ParlorBroadcast *row,
                            const char *type, const ParlorBroadcastPerson *person, gint64 wall_ms)
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

void
parlor_broadcasts_begin (const ParlorBroadcasts *broadcasts)
{
  if (broadcasts->spec.sink)
    broadcasts->spec.sink->begin (broadcasts->spec.sink);
}

void
parlor_broadcasts_end (const ParlorBroadcasts *broadcasts)
{
  if (broadcasts->spec.sink)
    broadcasts->spec.sink->end (broadcasts->spec.sink);
}

/* ---- keeping -------------------------------------------------------------------------------- */

/* Takes `lines`. */
void
parlor_broadcast_take_expected (ParlorBroadcastEntry *entry, char **lines)
{
  g_hash_table_remove_all (entry->wanted);
  g_strfreev (entry->expected);
  entry->expected = lines;
  for (guint i = 0; lines[i]; i++)
    g_hash_table_add (entry->wanted, lines[i]);
}

static ParlorBroadcastEntry *
keep (ParlorBroadcasts *broadcasts, const ParlorBroadcast *row)
{
  ParlorBroadcastEntry *entry = g_new0 (ParlorBroadcastEntry, 1);
  parlor_record_copy (&parlor_broadcast_kind, &entry->row, row);
  entry->wanted = g_hash_table_new (g_str_hash, g_str_equal);
  parlor_broadcast_take_expected (entry, g_strsplit (row->expected, "\n", -1));
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
  const ParlorBroadcastEntry *left = *(ParlorBroadcastEntry *const *)a,
                             *right = *(ParlorBroadcastEntry *const *)b;
  return (left->row.made_ms > right->row.made_ms) - (left->row.made_ms < right->row.made_ms);
}

void
parlor_broadcasts_load (ParlorBroadcasts *broadcasts, const ParlorBroadcast *row)
{
  keep (broadcasts, row);
  g_ptr_array_sort (broadcasts->all, by_time);
}

/* ---- making --------------------------------------------------------------------------------- */

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
static ParlorBroadcastEntry *
find_same (const ParlorBroadcasts *broadcasts, const ParlorBroadcast *row, gint64 wall_ms,
           guint *standing)
{
  *standing = 0;
  for (guint i = 0; i < broadcasts->all->len; i++)
    {
      ParlorBroadcastEntry *entry = broadcasts->all->pdata[i];
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
    return parlor_live_refuse (error, PARLOR_ERROR_BAD_REQUEST, why), NULL;
  ParlorBroadcastEntry *entry = find_same (broadcasts, &full, wall_ms, &standing);
  if (entry)
    return &entry->row;
  if (standing >= PARLOR_BROADCASTS_STANDING)
    return parlor_live_refuse (error, PARLOR_ERROR_TOO_MANY,
                               "Twenty broadcasts stand. Withdraw one."),
           NULL;
  parlor_id_make ("bc", &broadcasts->spec.random, id);
  full.id = id;
  full.made_ms = wall_ms;
  entry = keep (broadcasts, &full);
  parlor_broadcasts_begin (broadcasts);
  parlor_broadcasts_put (broadcasts, &parlor_broadcast_kind, &entry->row);
  parlor_broadcasts_happened (broadcasts, &entry->row, "broadcast.made", NULL, wall_ms);
  parlor_broadcasts_end (broadcasts);
  broadcasts->spec.tell (&entry->row, PARLOR_BROADCAST_MADE, broadcasts->spec.user_data);
  return &entry->row;
}

ParlorBroadcastEntry *
parlor_broadcasts_entry (const ParlorBroadcasts *broadcasts, const char *brand, const char *id)
{
  ParlorBroadcastEntry *entry = id ? g_hash_table_lookup (broadcasts->by_id, id) : NULL;
  return entry && !g_strcmp0 (entry->row.brand, brand) ? entry : NULL;
}

const ParlorBroadcast *
parlor_broadcasts_find (const ParlorBroadcasts *broadcasts, const char *brand, const char *id)
{
  ParlorBroadcastEntry *entry = parlor_broadcasts_entry (broadcasts, brand, id);
  return entry ? &entry->row : NULL;
}

static void
tell_over (ParlorBroadcasts *broadcasts, ParlorBroadcastEntry *entry)
{
  entry->over = TRUE;
  broadcasts->spec.tell (&entry->row, PARLOR_BROADCAST_OVER, broadcasts->spec.user_data);
}

gboolean
parlor_broadcasts_withdraw (ParlorBroadcasts *broadcasts, const char *brand, const char *id,
                            gint64 wall_ms)
{
  ParlorBroadcastEntry *entry = parlor_broadcasts_entry (broadcasts, brand, id);
  if (!entry || !parlor_broadcast_stands (&entry->row, wall_ms))
    return FALSE;
  entry->row.withdrawn_ms = wall_ms;
  parlor_broadcasts_begin (broadcasts);
  parlor_broadcasts_put (broadcasts, &parlor_broadcast_kind, &entry->row);
  parlor_broadcasts_happened (broadcasts, &entry->row, "broadcast.withdrawn", NULL, wall_ms);
  parlor_broadcasts_end (broadcasts);
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
      ParlorBroadcastEntry *entry = broadcasts->all->pdata[i];
      if (!g_strcmp0 (entry->row.brand, brand) && (!room || !strcmp (entry->row.room, room)))
        g_ptr_array_add (list, &entry->row);
    }
  *n = list->len;
  g_ptr_array_add (list, NULL);
  return (const ParlorBroadcast **)g_ptr_array_free (g_steal_pointer (&list), FALSE);
}

/* ---- who ------------------------------------------------------------------------------------ */

const char *
parlor_broadcast_who (const ParlorBroadcastPerson *person)
{
  const char *visitor = or_empty (person->visitor);
  return *visitor ? visitor : or_empty (person->identity);
}

gboolean
parlor_broadcast_wants (const ParlorBroadcastEntry *entry, const char *name)
{
  return name && *name && g_hash_table_contains (entry->wanted, name);
}

gboolean
parlor_broadcast_is_meant_for (const ParlorBroadcastEntry *entry,
                               const ParlorBroadcastPerson *person)
{
  return !entry->row.closed || parlor_broadcast_wants (entry, person->customer)
         || parlor_broadcast_wants (entry, person->customer_ref)
         || parlor_broadcast_wants (entry, person->identity)
         || parlor_broadcast_wants (entry, person->visitor);
}

ParlorBroadcastEntry *
parlor_broadcast_entry_of (const ParlorBroadcast *broadcast)
{
  return (ParlorBroadcastEntry *)broadcast; /* its first member */
}

gboolean
parlor_broadcasts_is_for (const ParlorBroadcasts *broadcasts, const ParlorBroadcast *broadcast,
                          const ParlorBroadcastPerson *person)
{
  return parlor_broadcast_is_meant_for (parlor_broadcast_entry_of (broadcast), person);
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
is_due (const ParlorBroadcastEntry *entry, const ParlorBroadcastPerson *person)
{
  const ParlorReceipt *receipt = g_hash_table_lookup (entry->by_who, parlor_broadcast_who (person));
  return parlor_broadcast_is_meant_for (entry, person)
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
      ParlorBroadcastEntry *entry = broadcasts->all->pdata[i];
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

/* ---- going ---------------------------------------------------------------------------------- */

static void
drop (ParlorBroadcasts *broadcasts, ParlorBroadcastEntry *entry)
{
  ParlorRecordSink *sink = broadcasts->spec.sink;
  parlor_broadcasts_begin (broadcasts);
  for (guint i = 0; sink && i < entry->receipts->len; i++)
    sink->remove (sink, &parlor_receipt_kind, entry->receipts->pdata[i]);
  if (sink)
    sink->remove (sink, &parlor_broadcast_kind, &entry->row);
  parlor_broadcasts_end (broadcasts);
  g_hash_table_remove (broadcasts->by_id, entry->row.id);
  g_ptr_array_remove (broadcasts->all, entry);
}

void
parlor_broadcasts_poll (ParlorBroadcasts *broadcasts, gint64 wall_ms)
{
  for (guint i = broadcasts->all->len; i-- > 0;)
    {
      ParlorBroadcastEntry *entry = broadcasts->all->pdata[i];
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
