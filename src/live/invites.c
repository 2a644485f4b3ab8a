/* SPDX-License-Identifier: Apache-2.0 */
#include "live/invites.h"

/* A walk over all of a brand's makes place for so many: the walk's price is shared by them. */
#define GO_AT_ONCE (PARLOR_INVITES_OF_BRAND / 64)

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
  GHashTable *brands;   /* brand (owned) → Brand, owned */
};

typedef struct
{
  GPtrArray *rows; /* owns ParlorInvite, the oldest first */
  gboolean mixed;  /* rows were loaded in another order */
} Brand;

static void
invite_free (gpointer row)
{
  if (!row)
    return;
  parlor_record_clear (&parlor_invite_kind, row);
  g_free (row);
}

static void
brand_free (gpointer data)
{
  Brand *brand = data;
  g_ptr_array_unref (brand->rows);
  g_free (brand);
}

ParlorInvites *
parlor_invites_new (ParlorRecordSink *sink, const ParlorRandom *random)
{
  ParlorInvites *invites = g_new0 (ParlorInvites, 1);
  invites->sink = sink;
  invites->random = *random;
  invites->by_id = g_hash_table_new (g_str_hash, g_str_equal);
  invites->by_owner = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  invites->brands = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, brand_free);
  return invites;
}

void
parlor_invites_free (ParlorInvites *invites)
{
  if (!invites)
    return;
  g_hash_table_unref (invites->by_id);
  g_hash_table_unref (invites->by_owner);
  g_hash_table_unref (invites->brands);
  g_free (invites);
}

static void
put (const ParlorInvites *invites, const ParlorInvite *row)
{
  if (invites->sink)
    invites->sink->put (invites->sink, &parlor_invite_kind, row);
}

static Brand *
brand_of (ParlorInvites *invites, const char *id)
{
  Brand *brand = g_hash_table_lookup (invites->brands, id);
  if (brand)
    return brand;
  brand = g_new0 (Brand, 1);
  brand->rows = g_ptr_array_new_with_free_func (invite_free);
  g_hash_table_insert (invites->brands, g_strdup (id), brand);
  return brand;
}

static ParlorInvite *
keep (ParlorInvites *invites, ParlorInvite *row)
{
  GPtrArray *rows = brand_of (invites, row->brand)->rows;
  g_ptr_array_add (rows, row);
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

/* The store has its own order: sorted once, not at each row. */
static GPtrArray *
in_order (Brand *brand)
{
  if (brand->mixed)
    g_ptr_array_sort (brand->rows, by_time);
  brand->mixed = FALSE;
  return brand->rows;
}

void
parlor_invites_load (ParlorInvites *invites, const ParlorInvite *row)
{
  ParlorInvite *copy = g_new0 (ParlorInvite, 1);
  parlor_record_copy (&parlor_invite_kind, copy, row);
  keep (invites, copy);
  brand_of (invites, row->brand)->mixed = TRUE;
}

/* ---- making place ---------------------------------------------------------------------------- */

static void
drop (ParlorInvites *invites, ParlorInvite *row)
{
  g_autofree char *place = g_strconcat (row->room, "/", row->owner, NULL);
  if (invites->sink)
    invites->sink->remove (invites->sink, &parlor_invite_kind, row);
  if (g_hash_table_lookup (invites->by_owner, place) == row)
    g_hash_table_remove (invites->by_owner, place);
  g_hash_table_remove (invites->by_id, row->id);
  invite_free (row);
}

/* The oldest `max`; `idle`: of those alone by which nobody came, whom no chain needs. How many. */
static guint
thin (ParlorInvites *invites, Brand *brand, gboolean idle, guint max)
{
  GPtrArray *rows = in_order (brand);
  guint gone = 0, kept = 0;
  for (guint i = 0; i < rows->len; i++)
    {
      ParlorInvite *row = rows->pdata[i];
      rows->pdata[i] = NULL;
      if (gone < max && (!idle || !row->came))
        {
          drop (invites, row);
          gone++;
        }
      else
        rows->pdata[kept++] = row;
    }
  g_ptr_array_set_size (rows, kept); /* what lies behind is NULL */
  return gone;
}

static Brand *
largest (ParlorInvites *invites)
{
  GHashTableIter iter;
  gpointer value;
  Brand *most = NULL;
  g_hash_table_iter_init (&iter, invites->brands);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    if (!most || ((Brand *)value)->rows->len > most->rows->len)
      most = value;
  return most;
}

static void
make_place (ParlorInvites *invites, Brand *own)
{
  gboolean full = g_hash_table_size (invites->by_id) >= PARLOR_INVITES_MAX;
  Brand *brand = own->rows->len >= PARLOR_INVITES_OF_BRAND ? own : full ? largest (invites) : NULL;
  if (brand && !thin (invites, brand, TRUE, GO_AT_ONCE))
    thin (invites, brand, FALSE, GO_AT_ONCE);
}

/* ---- making and finding ---------------------------------------------------------------------- */

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
  if (known)
    return known;
  make_place (invites, brand_of (invites, brand));
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

guint
parlor_invites_count (const ParlorInvites *invites, const char *brand)
{
  const Brand *known = g_hash_table_lookup (invites->brands, brand);
  return known ? known->rows->len : 0;
}

const ParlorInvite **
parlor_invites_list (ParlorInvites *invites, const char *brand, const char *room, const char *after,
                     guint max, guint *n)
{
  g_autoptr (GPtrArray) list = g_ptr_array_new ();
  gboolean begun = !after || !*after;
  const GPtrArray *rows = in_order (brand_of (invites, brand));
  for (guint i = 0; i < rows->len && list->len < max; i++)
    {
      ParlorInvite *row = rows->pdata[i];
      if (begun && (!room || !g_strcmp0 (row->room, room)))
        g_ptr_array_add (list, row);
      begun = begun || !g_strcmp0 (row->id, after);
    }
  *n = list->len;
  g_ptr_array_add (list, NULL);
  return (const ParlorInvite **)g_ptr_array_free (g_steal_pointer (&list), FALSE);
}

static void
forget_of (ParlorInvites *invites, const GPtrArray *rows, const char *owner)
{
  for (guint i = 0; i < rows->len; i++)
    {
      ParlorInvite *row = rows->pdata[i];
      if (g_strcmp0 (row->owner, owner))
        continue;
      g_autofree char *place = g_strconcat (row->room, "/", owner, NULL);
      g_hash_table_remove (invites->by_owner, place);
      g_free (row->owner);
      row->owner = g_strdup ("");
      put (invites, row);
    }
}

void
parlor_invites_forget (ParlorInvites *invites, const char *owner)
{
  GHashTableIter iter;
  gpointer value;
  g_hash_table_iter_init (&iter, invites->brands);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    forget_of (invites, ((Brand *)value)->rows, owner);
}
