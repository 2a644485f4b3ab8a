/* SPDX-License-Identifier: Apache-2.0 */
#include "room/passes.h"

#include "base/text.h"

#include <string.h>

static const ParlorField fields[] = {
    PARLOR_TEXT (ParlorPassRow, id),         PARLOR_TEXT (ParlorPassRow, brand),
    PARLOR_TEXT (ParlorPassRow, room),       PARLOR_TEXT (ParlorPassRow, role),
    PARLOR_TEXT (ParlorPassRow, name),       PARLOR_TEXT (ParlorPassRow, company),
    PARLOR_TEXT (ParlorPassRow, contact),    PARLOR_TEXT (ParlorPassRow, made_by),
    PARLOR_TEXT (ParlorPassRow, device),     PARLOR_INT (ParlorPassRow, version),
    PARLOR_INT (ParlorPassRow, created_ms),  PARLOR_INT (ParlorPassRow, sent_ms),
    PARLOR_INT (ParlorPassRow, used_ms),     PARLOR_INT (ParlorPassRow, uses),
    PARLOR_INT (ParlorPassRow, declined_ms), PARLOR_INT (ParlorPassRow, revoked_ms),
};

const ParlorRecordKind parlor_pass_kind = {.table = "passes",
                                           .fields = fields,
                                           .n_fields = G_N_ELEMENTS (fields),
                                           .n_key = 1,
                                           .size = sizeof (ParlorPassRow)};

struct _ParlorPasses
{
  ParlorRecordSink *sink;
  const ParlorRandom *random;
  GHashTable *by_id; /* borrowed id → owned ParlorPassRow */
  GHashTable *by_home; /* owned "rm_…" or "br_…" → GPtrArray of borrowed rows, the oldest first */
};

static void
row_free (gpointer row)
{
  parlor_record_clear (&parlor_pass_kind, row);
  g_free (row);
}

ParlorPasses *
parlor_passes_new (ParlorRecordSink *sink, const ParlorRandom *random)
{
  ParlorPasses *self = g_new0 (ParlorPasses, 1);
  self->sink = sink;
  self->random = random;
  self->by_id = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, row_free);
  self->by_home = g_hash_table_new_full (g_str_hash, g_str_equal, g_free,
                                         (GDestroyNotify)g_ptr_array_unref);
  return self;
}

void
parlor_passes_free (ParlorPasses *self)
{
  if (self == NULL)
    return;
  g_hash_table_unref (self->by_home);
  g_hash_table_unref (self->by_id);
  g_free (self);
}

gboolean
parlor_pass_is_partner (const ParlorPassRow *row)
{
  return row->room[0] == '\0';
}

static const char *
home_of (const ParlorPassRow *row)
{
  return parlor_pass_is_partner (row) ? row->brand : row->room;
}

static const ParlorPassRow *
take_in (ParlorPasses *self, gconstpointer row)
{
  ParlorPassRow *copy = g_new0 (ParlorPassRow, 1);
  parlor_record_copy (&parlor_pass_kind, copy, row);
  GPtrArray *list = g_hash_table_lookup (self->by_home, home_of (copy));
  if (list == NULL)
    {
      list = g_ptr_array_new ();
      g_hash_table_insert (self->by_home, g_strdup (home_of (copy)), list);
    }
  g_ptr_array_add (list, copy);
  g_hash_table_insert (self->by_id, copy->id, copy);
  return copy;
}

void
parlor_passes_load (gconstpointer row, gpointer self)
{
  if (parlor_passes_get (self, ((const ParlorPassRow *)row)->id) == NULL)
    take_in (self, row);
}

static void
put (ParlorPasses *self, const ParlorPassRow *row)
{
  if (self->sink != NULL)
    self->sink->put (self->sink, &parlor_pass_kind, row);
}

/* ---- making --------------------------------------------------------------------------------- */

static gboolean
refuse (GError **error, ParlorErrorCode code, const char *text)
{
  g_set_error_literal (error, PARLOR_ERROR, code, text);
  return FALSE;
}

/* The fit line in `out`, "" where nothing was said (and nothing is needed). */
static gboolean
take_line (const char *text, guint max, const char *what, gboolean needed, char **out,
           GError **error)
{
  gboolean says = text != NULL && text[0] != '\0';
  *out = says || needed ? parlor_text_line (text != NULL ? text : "", max, what, error)
                        : g_strdup ("");
  return *out != NULL;
}

typedef struct
{
  char *name, *company, *contact;
} Lines;

static void
lines_clear (Lines *lines)
{
  g_free (lines->name);
  g_free (lines->company);
  g_free (lines->contact);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Lines, lines_clear)

static gboolean
take_lines (const ParlorPassSpec *spec, Lines *out, GError **error)
{
  gboolean partner = spec->room == NULL;
  gboolean fits = partner || spec->role == PARLOR_ROLE_GUEST || spec->role == PARLOR_ROLE_MEMBER
                  || spec->role == PARLOR_ROLE_HOST;
  return take_line (spec->name, PARLOR_NAME_MAX, "name", !partner, &out->name, error)
         && take_line (partner ? spec->company : "", PARLOR_PASS_COMPANY_MAX, "company", partner,
                       &out->company, error)
         && take_line (spec->contact, PARLOR_PASS_CONTACT_MAX, "contact", FALSE, &out->contact,
                       error)
         && (fits
             || refuse (error, PARLOR_ERROR_BAD_REQUEST,
                        "an invitation's role is guest, member or host"));
}

gboolean
parlor_passes_check (const ParlorPassSpec *spec, GError **error)
{
  g_auto (Lines) lines = {NULL};
  return take_lines (spec, &lines, error);
}

static gboolean
is_full (const ParlorPasses *self, const ParlorPassSpec *spec)
{
  const GPtrArray *list = g_hash_table_lookup (self->by_home,
                                               spec->room != NULL ? spec->room : spec->brand);
  guint max = spec->room != NULL ? PARLOR_PASSES_OF_ROOM_MAX : PARLOR_PASSES_OF_BRAND_MAX;
  return list != NULL && list->len >= max;
}

const ParlorPassRow *
parlor_passes_add (ParlorPasses *self, const ParlorPassSpec *spec, gint64 wall_ms, GError **error)
{
  char id[PARLOR_ID_SIZE];
  g_auto (Lines) lines = {NULL};
  gboolean partner = spec->room == NULL;
  if (!take_lines (spec, &lines, error))
    return NULL;
  if (is_full (self, spec))
    {
      refuse (error, PARLOR_ERROR_TOO_MANY, "there are too many of them");
      return NULL;
    }
  parlor_id_make (partner ? "prt" : "inv", self->random, id);
  const ParlorPassRow row = {
      .id = id,
      .brand = (char *)spec->brand,
      .room = partner ? "" : (char *)spec->room,
      .role = (char *)parlor_role_name (partner ? PARLOR_ROLE_PARTNER : spec->role),
      .name = lines.name,
      .company = lines.company,
      .contact = lines.contact,
      .made_by = (char *)spec->made_by,
      .device = "",
      .version = 1,
      .created_ms = wall_ms,
      .sent_ms = wall_ms};
  put (self, &row);
  return take_in (self, &row);
}

/* ---- looking -------------------------------------------------------------------------------- */

const ParlorPassRow *
parlor_passes_get (const ParlorPasses *self, const char *id)
{
  return id != NULL ? g_hash_table_lookup (self->by_id, id) : NULL;
}

static GPtrArray *
list_of (const ParlorPasses *self, const char *home)
{
  GPtrArray *rows = g_ptr_array_new ();
  const GPtrArray *list = g_hash_table_lookup (self->by_home, home);
  for (guint i = 0; list != NULL && i < list->len; i++)
    g_ptr_array_add (rows, list->pdata[i]);
  return rows;
}

GPtrArray *
parlor_passes_of_room (const ParlorPasses *self, const char *room)
{
  return list_of (self, room);
}

GPtrArray *
parlor_passes_partners (const ParlorPasses *self, const char *brand)
{
  return list_of (self, brand);
}

const char *
parlor_pass_state (const ParlorPassRow *row)
{
  return row->revoked_ms != 0 ? "revoked" : row->used_ms != 0 ? "used" : "open";
}

char *
parlor_pass_sending (const ParlorPassRow *row)
{
  return g_strdup_printf ("%s.%" G_GINT64_FORMAT, row->id, row->version);
}

gboolean
parlor_passes_stands (const ParlorPasses *self, const char *sending)
{
  g_autofree char *id = g_strndup (sending, strcspn (sending, "."));
  const ParlorPassRow *row = parlor_passes_get (self, id);
  g_autofree char *last = row != NULL ? parlor_pass_sending (row) : NULL;
  return row != NULL && row->revoked_ms == 0 && strcmp (last, sending) == 0;
}

/* ---- changing ------------------------------------------------------------------------------- */

static ParlorPassRow *
find (ParlorPasses *self, const char *id, GError **error)
{
  ParlorPassRow *row = (ParlorPassRow *)parlor_passes_get (self, id);
  if (row == NULL)
    refuse (error, PARLOR_ERROR_NOT_FOUND, "there is none of that id");
  return row;
}

static void
set_device (ParlorPassRow *row, char *device)
{
  g_free (row->device);
  row->device = device;
}

gboolean
parlor_passes_send_again (ParlorPasses *self, const char *id, gint64 wall_ms, GError **error)
{
  ParlorPassRow *row = find (self, id, error);
  if (row == NULL)
    return FALSE;
  row->version++;
  row->sent_ms = wall_ms;
  row->used_ms = row->declined_ms = row->revoked_ms = 0;
  set_device (row, g_strdup (""));
  put (self, row);
  return TRUE;
}

gboolean
parlor_passes_revoke (ParlorPasses *self, const char *id, gint64 wall_ms, GError **error)
{
  ParlorPassRow *row = find (self, id, error);
  if (row != NULL && row->revoked_ms == 0)
    {
      row->revoked_ms = wall_ms;
      put (self, row);
    }
  return row != NULL;
}

void
parlor_passes_decline (ParlorPasses *self, const char *id, gint64 wall_ms)
{
  ParlorPassRow *row = find (self, id, NULL);
  if (row == NULL)
    return;
  row->declined_ms = wall_ms;
  put (self, row);
}

void
parlor_passes_forget_room (ParlorPasses *self, const char *room)
{
  GPtrArray *list = g_hash_table_lookup (self->by_home, room);
  for (guint i = 0; list != NULL && i < list->len; i++)
    {
      const ParlorPassRow *row = list->pdata[i];
      if (self->sink != NULL)
        self->sink->remove (self->sink, &parlor_pass_kind, row);
      g_hash_table_remove (self->by_id, row->id);
    }
  g_hash_table_remove (self->by_home, room);
}

ParlorPassResult
parlor_passes_use (ParlorPasses *self, const char *id, const char *device, gint64 wall_ms)
{
  ParlorPassRow *row = (ParlorPassRow *)parlor_passes_get (self, id);
  if (row == NULL || row->revoked_ms != 0)
    return PARLOR_PASS_REVOKED;
  g_autofree char *hash = device != NULL && device[0] != '\0'
                              ? g_compute_checksum_for_string (G_CHECKSUM_SHA256, device, -1)
                              : g_strdup ("");
  gboolean known = row->device[0] != '\0' && strcmp (row->device, hash) == 0;
  if (!parlor_pass_is_partner (row))
    {
      if (row->used_ms != 0 && !known)
        return PARLOR_PASS_USED;
      set_device (row, g_steal_pointer (&hash));
    }
  row->used_ms = wall_ms;
  row->uses++;
  put (self, row);
  return PARLOR_PASS_GOOD;
}

void
parlor_pass_secret (const ParlorPassRow *row, const char *key, char out[PARLOR_SHARE_SECRET_SIZE])
{
  g_autofree char *text = g_strdup_printf ("pass\n%s\n%" G_GINT64_FORMAT, row->id, row->version);
  parlor_share_sign (key, text, out);
}
