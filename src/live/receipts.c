/* SPDX-License-Identifier: Apache-2.0 */
/* Who has had a broadcast: shown, watched, confirmed. */
#include "live/broadcasts_private.h"
#include "live/private.h"

#include <string.h>

/* How far `here_ms` on the disk may be behind. */
#define HERE_STEP_MS 30000

static void
index_receipt (ParlorBroadcastEntry *entry, ParlorReceipt *receipt)
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
  ParlorBroadcastEntry *entry = g_hash_table_lookup (broadcasts->by_id, row->broadcast);
  if (!entry)
    return;
  ParlorReceipt *copy = g_new0 (ParlorReceipt, 1);
  parlor_record_copy (&parlor_receipt_kind, copy, row);
  g_ptr_array_add (entry->receipts, copy);
  index_receipt (entry, copy);
}

/* ---- what a page said ------------------------------------------------------------------------ */

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
receipt_of (ParlorBroadcastEntry *entry, const ParlorBroadcastPerson *person)
{
  ParlorReceipt *receipt = g_hash_table_lookup (entry->by_who, parlor_broadcast_who (person));
  if (receipt || entry->receipts->len >= PARLOR_BROADCAST_RECEIPTS)
    return receipt;
  receipt = g_new0 (ParlorReceipt, 1);
  receipt->broadcast = g_strdup (entry->row.id);
  receipt->who = g_strdup (parlor_broadcast_who (person));
  receipt->identity = g_strdup (person->identity ? person->identity : "");
  receipt->name = g_strdup (person->name ? person->name : "");
  g_ptr_array_add (entry->receipts, receipt);
  index_receipt (entry, receipt);
  return receipt;
}

static void
set (ParlorBroadcastEntry *entry, gint64 *field, ParlorReceiptKind kind, gint64 wall_ms)
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
  ParlorBroadcastEntry *entry = parlor_broadcasts_entry (broadcasts, brand, id);
  if (!entry || !*parlor_broadcast_who (person) || !parlor_broadcast_is_meant_for (entry, person))
    return parlor_live_refuse (error, PARLOR_ERROR_NOT_FOUND, "There is no such broadcast.");
  if (!parlor_broadcast_stands (&entry->row, wall_ms))
    return parlor_live_refuse (error, PARLOR_ERROR_GONE, "This does not stand any more.");
  ParlorReceipt *receipt = receipt_of (entry, person);
  if (!receipt)
    return parlor_live_refuse (error, PARLOR_ERROR_TOO_MANY, "Too many have had this.");
  gboolean confirms = kind == PARLOR_RECEIPT_CONFIRMED && entry->row.confirm;
  if (confirms ? receipt->confirmed_ms != 0 : receipt->shown_ms != 0)
    return TRUE;
  set (entry, &receipt->shown_ms, PARLOR_RECEIPT_SHOWN, wall_ms);
  if (confirms)
    set (entry, &receipt->confirmed_ms, PARLOR_RECEIPT_CONFIRMED, wall_ms);
  parlor_broadcasts_begin (broadcasts);
  parlor_broadcasts_put (broadcasts, &parlor_receipt_kind, receipt);
  if (confirms)
    parlor_broadcasts_happened (broadcasts, &entry->row, "broadcast.confirmed", person, wall_ms);
  parlor_broadcasts_end (broadcasts);
  return TRUE;
}

/* ---- who watched ---------------------------------------------------------------------------- */

static gboolean
counts_time (const ParlorBroadcastEntry *entry, const char *room, gint64 wall_ms)
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
watch_one (ParlorBroadcasts *broadcasts, ParlorBroadcastEntry *entry,
           const ParlorBroadcastPerson *person, gint64 ms, gint64 wall_ms)
{
  ParlorReceipt *receipt = parlor_broadcast_is_meant_for (entry, person)
                               ? receipt_of (entry, person)
                               : NULL;
  if (!receipt)
    return;
  gint64 before_ms = receipt->here_ms;
  gboolean enough = before_ms < entry->row.watch_ms && before_ms + ms >= entry->row.watch_ms;
  receipt->here_ms += ms;
  if (!enough && receipt->here_ms / HERE_STEP_MS == before_ms / HERE_STEP_MS)
    return;
  parlor_broadcasts_begin (broadcasts);
  if (enough)
    {
      set (entry, &receipt->watched_ms, PARLOR_RECEIPT_WATCHED, wall_ms);
      parlor_broadcasts_happened (broadcasts, &entry->row, "broadcast.watched", person, wall_ms);
    }
  parlor_broadcasts_put (broadcasts, &parlor_receipt_kind, receipt);
  parlor_broadcasts_end (broadcasts);
}

void
parlor_broadcasts_watch (ParlorBroadcasts *broadcasts, const char *room,
                         const ParlorBroadcastPerson *person, gint64 ms, gint64 wall_ms)
{
  for (guint i = 0; *parlor_broadcast_who (person) && i < broadcasts->all->len; i++)
    if (counts_time (broadcasts->all->pdata[i], room, wall_ms))
      watch_one (broadcasts, broadcasts->all->pdata[i], person, ms, wall_ms);
}

/* ---- who had it ----------------------------------------------------------------------------- */

ParlorBroadcastCounts
parlor_broadcasts_counts (const ParlorBroadcasts *broadcasts, const ParlorBroadcast *broadcast)
{
  const ParlorBroadcastEntry *entry = parlor_broadcast_entry_of (broadcast);
  ParlorBroadcastCounts counts = {.expected = g_strv_length (entry->expected)};
  memcpy (counts.of, entry->of, sizeof counts.of);
  return counts;
}

const ParlorReceipt *
parlor_broadcasts_receipt (const ParlorBroadcasts *broadcasts, const ParlorBroadcast *broadcast,
                           const char *who)
{
  const ParlorBroadcastEntry *entry = parlor_broadcast_entry_of (broadcast);
  const ParlorReceipt *receipt = who ? g_hash_table_lookup (entry->by_who, who) : NULL;
  return receipt || !who ? receipt : g_hash_table_lookup (entry->by_token, who);
}

const ParlorReceipt *const *
parlor_broadcasts_receipts (const ParlorBroadcasts *broadcasts, const ParlorBroadcast *broadcast,
                            guint *n)
{
  const ParlorBroadcastEntry *entry = parlor_broadcast_entry_of (broadcast);
  *n = entry->receipts->len;
  return (const ParlorReceipt *const *)entry->receipts->pdata;
}

const char *const *
parlor_broadcasts_expected (const ParlorBroadcasts *broadcasts, const ParlorBroadcast *broadcast,
                            guint *n)
{
  const ParlorBroadcastEntry *entry = parlor_broadcast_entry_of (broadcast);
  *n = g_strv_length (entry->expected);
  return (const char *const *)entry->expected;
}

/* ---- forgetting ----------------------------------------------------------------------------- */

static void
drop_receipt (ParlorBroadcasts *broadcasts, ParlorBroadcastEntry *entry, ParlorReceipt *receipt)
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
drop_expected (ParlorBroadcasts *broadcasts, ParlorBroadcastEntry *entry, const char *name)
{
  if (!parlor_broadcast_wants (entry, name))
    return;
  g_autoptr (GStrvBuilder) rest = g_strv_builder_new ();
  for (guint i = 0; entry->expected[i]; i++)
    if (strcmp (entry->expected[i], name))
      g_strv_builder_add (rest, entry->expected[i]);
  g_free (entry->row.expected);
  parlor_broadcast_take_expected (entry, g_strv_builder_end (rest));
  entry->row.expected = g_strjoinv ("\n", entry->expected);
  entry->moved = TRUE;
  parlor_broadcasts_put (broadcasts, &parlor_broadcast_kind, &entry->row);
}

void
parlor_broadcasts_forget (ParlorBroadcasts *broadcasts, const char *visitor)
{
  parlor_broadcasts_begin (broadcasts);
  for (guint i = 0; i < broadcasts->all->len; i++)
    {
      ParlorBroadcastEntry *entry = broadcasts->all->pdata[i];
      ParlorReceipt *receipt = g_hash_table_lookup (entry->by_who, visitor);
      if (receipt)
        drop_receipt (broadcasts, entry, receipt);
      drop_expected (broadcasts, entry, visitor);
    }
  parlor_broadcasts_end (broadcasts);
}

/* Each browser that showed a token of this name has its own. */
static void
drop_named (ParlorBroadcasts *broadcasts, ParlorBroadcastEntry *entry, const char *name)
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
  parlor_broadcasts_begin (broadcasts);
  for (guint i = 0; i < broadcasts->all->len; i++)
    {
      ParlorBroadcastEntry *entry = broadcasts->all->pdata[i];
      if (strcmp (entry->row.brand, brand))
        continue;
      drop_named (broadcasts, entry, ref);
      drop_named (broadcasts, entry, customer);
      drop_expected (broadcasts, entry, ref);
      drop_expected (broadcasts, entry, customer);
    }
  parlor_broadcasts_end (broadcasts);
}
