/* SPDX-License-Identifier: Apache-2.0 */
#include "live/invites.h"

static const ParlorField invite_fields[] = {
    PARLOR_TEXT (ParlorInvite, id),     PARLOR_TEXT (ParlorInvite, brand),
    PARLOR_TEXT (ParlorInvite, room),   PARLOR_TEXT (ParlorInvite, owner),
    PARLOR_TEXT (ParlorInvite, parent), PARLOR_INT (ParlorInvite, depth),
    PARLOR_INT (ParlorInvite, opened),  PARLOR_INT (ParlorInvite, came),
    PARLOR_INT (ParlorInvite, made_ms),
};

const ParlorRecordKind parlor_invite_kind = {
    .table = "invites",
    .fields = invite_fields,
    .n_fields = G_N_ELEMENTS (invite_fields),
    .n_key = 1,
    .size = sizeof (ParlorInvite),
};

struct _ParlorInvites
{
  ParlorRecordSink *sink; /* borrowed, nullable */
  ParlorRandom random;
  GHashTable *by_id;    /* id → ParlorInvite, borrowed */
  GHashTable *by_owner; /* "room/owner" (owned) → ParlorInvite, borrowed */
  GPtrArray *in_order;  /* owns ParlorInvite, the oldest first */
};

static void
invite_free (gpointer row)
{
  parlor_record_clear (&parlor_invite_kind, row);
  g_free (row);
}

ParlorInvites *
parlor_invites_new (ParlorRecordSink *sink, const ParlorRandom *random)
{
  ParlorInvites *invites = g_new0 (ParlorInvites, 1);
  invites->sink = sink;
  invites->random = *random;
  invites->by_id = g_hash_table_new (g_str_hash, g_str_equal);
  invites->by_owner = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  invites->in_order = g_ptr_array_new_with_free_func (invite_free);
  return invites;
}

void
parlor_invites_free (ParlorInvites *invites)
{
  if (!invites)
    return;
  g_hash_table_unref (invites->by_id);
  g_hash_table_unref (invites->by_owner);
  g_ptr_array_unref (invites->in_order);
  g_free (invites);
}

static void
put (const ParlorInvites *invites, const ParlorInvite *row)
{
  if (invites->sink)
    invites->sink->put (invites->sink, &parlor_invite_kind, row);
}

static ParlorInvite *
keep (ParlorInvites *invites, ParlorInvite *row)
{
  g_ptr_array_add (invites->in_order, row);
  g_hash_table_replace (invites->by_id, row->id, row);
  if (*row->owner)
    g_hash_table_replace (invites->by_owner, g_strconcat (row->room, "/", row->owner, NULL), row);
  return row;
}

static gint
by_time (gconstpointer a, gconstpointer b)
{
  const ParlorInvite *left = *(ParlorInvite *const *)a, *right = *(ParlorInvite *const *)b;
  return (left->made_ms > right->made_ms) - (left->made_ms < right->made_ms);
}

void
parlor_invites_load (ParlorInvites *invites, const ParlorInvite *row)
{
  ParlorInvite *copy = g_new0 (ParlorInvite, 1);
  guint n = invites->in_order->len;
  parlor_record_copy (&parlor_invite_kind, copy, row);
  keep (invites, copy);
  if (n && ((ParlorInvite *)invites->in_order->pdata[n - 1])->made_ms > copy->made_ms)
    g_ptr_array_sort (invites->in_order, by_time);
}

const ParlorInvite *
parlor_invites_find (const ParlorInvites *invites, const char *id)
{
  return id ? g_hash_table_lookup (invites->by_id, id) : NULL;
}

const ParlorInvite *
parlor_invites_make (ParlorInvites *invites, const char *brand, const char *room, const char *owner,
                     const char *parent, gint64 wall_ms)
{
  char id[PARLOR_ID_SIZE];
  g_autofree char *place = g_strconcat (room, "/", owner, NULL);
  const ParlorInvite *known = g_hash_table_lookup (invites->by_owner, place);
  if (known || invites->in_order->len >= PARLOR_INVITES_MAX)
    return known;
  const ParlorInvite *above = parlor_invites_find (invites, parent);
  parlor_id_make ("inv", &invites->random, id);
  ParlorInvite *row = g_new0 (ParlorInvite, 1);
  *row = (ParlorInvite){
      .id = g_strdup (id),
      .brand = g_strdup (brand),
      .room = g_strdup (room),
      .owner = g_strdup (owner),
      .parent = g_strdup (parent ? parent : ""),
      .depth = above               ? above->depth + 1
               : parent && *parent ? 1
                                   : 0,
      .made_ms = wall_ms,
  };
  put (invites, row);
  return keep (invites, row);
}

void
parlor_invites_open (ParlorInvites *invites, const char *id, gboolean new_one)
{
  ParlorInvite *row = (ParlorInvite *)parlor_invites_find (invites, id);
  if (!row)
    return;
  row->opened++;
  row->came += new_one;
  put (invites, row);
}

guint
parlor_invites_chain (const ParlorInvites *invites, const char *id,
                      const ParlorInvite *chain[PARLOR_INVITE_CHAIN])
{
  guint n = 0;
  const ParlorInvite *at = parlor_invites_find (invites, id);
  for (; at && n < PARLOR_INVITE_CHAIN; at = parlor_invites_find (invites, at->parent))
    chain[n++] = at;
  return n;
}

const ParlorInvite **
parlor_invites_list (const ParlorInvites *invites, const char *brand, const char *room,
                     const char *after, guint max, guint *n)
{
  g_autoptr (GPtrArray) list = g_ptr_array_new ();
  gboolean begun = !after || !*after;
  for (guint i = 0; i < invites->in_order->len && list->len < max; i++)
    {
      ParlorInvite *row = invites->in_order->pdata[i];
      if (begun && !g_strcmp0 (row->brand, brand) && (!room || !g_strcmp0 (row->room, room)))
        g_ptr_array_add (list, row);
      begun = begun || !g_strcmp0 (row->id, after);
    }
  *n = list->len;
  g_ptr_array_add (list, NULL);
  return (const ParlorInvite **)g_ptr_array_free (g_steal_pointer (&list), FALSE);
}

void
parlor_invites_forget (ParlorInvites *invites, const char *owner)
{
  for (guint i = 0; i < invites->in_order->len; i++)
    {
      ParlorInvite *row = invites->in_order->pdata[i];
      if (g_strcmp0 (row->owner, owner))
        continue;
      g_autofree char *place = g_strconcat (row->room, "/", owner, NULL);
      g_hash_table_remove (invites->by_owner, place);
      g_free (row->owner);
      row->owner = g_strdup ("");
      put (invites, row);
    }
}
