/* SPDX-License-Identifier: Apache-2.0 */
#include "live/bots.h"

#include "base/text.h"

#include <string.h>

#define NAME_MAX_CHARS 40

static const ParlorField bot_fields[] = {
    PARLOR_TEXT (ParlorBot, id),        PARLOR_TEXT (ParlorBot, brand),
    PARLOR_TEXT (ParlorBot, name),      PARLOR_TEXT (ParlorBot, room),
    PARLOR_TEXT (ParlorBot, key_hash),  PARLOR_INT (ParlorBot, made_ms),
    PARLOR_INT (ParlorBot, revoked_ms),
};

const ParlorRecordKind parlor_bot_kind = {
    .table = "live_bots",
    .fields = bot_fields,
    .n_fields = G_N_ELEMENTS (bot_fields),
    .n_key = 1,
    .size = sizeof (ParlorBot),
};

typedef struct
{
  ParlorBot row;
  gint64 said_us[PARLOR_BOT_POSTS]; /* a ring: when it said its last twenty; 0 = not yet */
  guint next;                       /* of the ring, the oldest */
} Entry;

struct _ParlorBots
{
  ParlorRecordSink *sink; /* borrowed, nullable */
  ParlorRandom random;
  GHashTable *by_id;   /* → Entry, borrowed */
  GPtrArray *in_order; /* owns Entry, the oldest first; revoked ones leave it */
};

static void
entry_free (gpointer data)
{
  Entry *entry = data;
  parlor_record_clear (&parlor_bot_kind, &entry->row);
  g_free (entry);
}

ParlorBots *
parlor_bots_new (ParlorRecordSink *sink, const ParlorRandom *random)
{
  ParlorBots *bots = g_new0 (ParlorBots, 1);
  bots->sink = sink;
  bots->random = *random;
  bots->by_id = g_hash_table_new (g_str_hash, g_str_equal);
  bots->in_order = g_ptr_array_new_with_free_func (entry_free);
  return bots;
}

void
parlor_bots_free (ParlorBots *bots)
{
  if (!bots)
    return;
  g_hash_table_unref (bots->by_id);
  g_ptr_array_unref (bots->in_order);
  g_free (bots);
}

static void
put (const ParlorBots *bots, const ParlorBot *row)
{
  if (bots->sink)
    bots->sink->put (bots->sink, &parlor_bot_kind, row);
}

static Entry *
keep (ParlorBots *bots, const ParlorBot *row)
{
  Entry *entry = g_new0 (Entry, 1);
  parlor_record_copy (&parlor_bot_kind, &entry->row, row);
  g_ptr_array_add (bots->in_order, entry);
  g_hash_table_replace (bots->by_id, entry->row.id, entry);
  return entry;
}

void
parlor_bots_load (ParlorBots *bots, const ParlorBot *row)
{
  if (!row->revoked_ms)
    keep (bots, row);
}

const ParlorBot **
parlor_bots_list (const ParlorBots *bots, const char *brand, guint *n)
{
  g_autoptr (GPtrArray) list = g_ptr_array_new ();
  for (guint i = 0; i < bots->in_order->len; i++)
    {
      Entry *entry = bots->in_order->pdata[i];
      if (!g_strcmp0 (entry->row.brand, brand))
        g_ptr_array_add (list, &entry->row);
    }
  *n = list->len;
  g_ptr_array_add (list, NULL);
  return (const ParlorBot **)g_ptr_array_free (g_steal_pointer (&list), FALSE);
}

static char *
hash_of (const char *secret)
{
  return g_compute_checksum_for_string (G_CHECKSUM_SHA256, secret, -1);
}

const ParlorBot *
parlor_bots_make (ParlorBots *bots, const char *brand, const char *name, const char *room,
                  gint64 wall_ms, char token[PARLOR_BOT_TOKEN_SIZE], GError **error)
{
  guint n;
  char id[PARLOR_ID_SIZE], secret[PARLOR_TOKEN_SIZE];
  g_autofree char *line = parlor_text_line (name ? name : "", NAME_MAX_CHARS, "name", error);
  g_autofree const ParlorBot **others = parlor_bots_list (bots, brand, &n);
  if (!line)
    return NULL;
  if (n >= PARLOR_BOTS_OF_BRAND)
    {
      g_set_error_literal (error, PARLOR_ERROR, PARLOR_ERROR_TOO_MANY,
                           "A brand has at most 20 bots. Revoke one.");
      return NULL;
    }
  parlor_id_make ("bot", &bots->random, id);
  parlor_token_make (&bots->random, secret);
  g_snprintf (token, PARLOR_BOT_TOKEN_SIZE, "%s.%s", id, secret);
  g_autofree char *hash = hash_of (secret);
  ParlorBot row = {
      .id = id,
      .brand = (char *)brand,
      .name = line,
      .room = (char *)(room ? room : ""),
      .key_hash = hash,
      .made_ms = wall_ms,
  };
  put (bots, &row);
  return &keep (bots, &row)->row;
}

gboolean
parlor_bots_revoke (ParlorBots *bots, const char *brand, const char *id, gint64 wall_ms)
{
  Entry *entry = id ? g_hash_table_lookup (bots->by_id, id) : NULL;
  if (!entry || g_strcmp0 (entry->row.brand, brand))
    return FALSE;
  entry->row.revoked_ms = wall_ms;
  put (bots, &entry->row);
  g_hash_table_remove (bots->by_id, entry->row.id);
  g_ptr_array_remove (bots->in_order, entry);
  return TRUE;
}

const ParlorBot *
parlor_bots_recognise (const ParlorBots *bots, const char *token)
{
  const char *dot = token ? strchr (token, '.') : NULL;
  if (!dot || dot - token >= PARLOR_ID_SIZE)
    return NULL;
  g_autofree char *id = g_strndup (token, (gsize)(dot - token));
  Entry *entry = g_hash_table_lookup (bots->by_id, id);
  g_autofree char *hash = entry ? hash_of (dot + 1) : NULL;
  return entry && !strcmp (hash, entry->row.key_hash) ? &entry->row : NULL;
}

gint64
parlor_bots_take (ParlorBots *bots, const ParlorBot *bot, gint64 now_us)
{
  Entry *entry = g_hash_table_lookup (bots->by_id, bot->id);
  gint64 oldest_us = entry ? entry->said_us[entry->next] : 0;
  if (!entry)
    return PARLOR_BOT_WINDOW_US;
  if (oldest_us && now_us - oldest_us < PARLOR_BOT_WINDOW_US)
    return oldest_us + PARLOR_BOT_WINDOW_US - now_us;
  entry->said_us[entry->next] = now_us;
  entry->next = (entry->next + 1) % PARLOR_BOT_POSTS;
  return 0;
}
