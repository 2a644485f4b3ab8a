/* SPDX-License-Identifier: Apache-2.0 */
#include "room/shares.h"

#include "base/text.h"

#include <string.h>

static const char *const audience_names[] = {"organisation", "attendees", "anyone"};

const char *
parlor_share_audience_name (ParlorShareAudience audience)
{
  return (guint)audience < G_N_ELEMENTS (audience_names) ? audience_names[audience] : NULL;
}

gboolean
parlor_share_audience_from_name (const char *name, ParlorShareAudience *audience)
{
  for (guint i = 0; name != NULL && i < G_N_ELEMENTS (audience_names); i++)
    if (strcmp (audience_names[i], name) == 0)
      {
        *audience = i;
        return TRUE;
      }
  return FALSE;
}

static const ParlorField share_fields[] = {
    PARLOR_TEXT (ParlorShareRow, id),        PARLOR_TEXT (ParlorShareRow, brand),
    PARLOR_TEXT (ParlorShareRow, recording), PARLOR_TEXT (ParlorShareRow, audience),
    PARLOR_TEXT (ParlorShareRow, note),      PARLOR_TEXT (ParlorShareRow, created_by),
    PARLOR_INT (ParlorShareRow, from_ms),    PARLOR_INT (ParlorShareRow, to_ms),
    PARLOR_INT (ParlorShareRow, created_ms), PARLOR_INT (ParlorShareRow, expires_ms),
    PARLOR_INT (ParlorShareRow, revoked_ms), PARLOR_INT (ParlorShareRow, views),
    PARLOR_INT (ParlorShareRow, viewed_ms),  PARLOR_FLAG (ParlorShareRow, watermark),
};

const ParlorRecordKind parlor_share_kind = {.table = "recording_shares",
                                            .fields = share_fields,
                                            .n_fields = G_N_ELEMENTS (share_fields),
                                            .n_key = 1,
                                            .size = sizeof (ParlorShareRow)};

struct _ParlorShares
{
  ParlorRecordSink *sink;
  const ParlorRandom *random;
  GHashTable *by_id;        /* borrowed id → owned ParlorShareRow */
  GHashTable *by_recording; /* owned id → GPtrArray of borrowed rows, the oldest first */
};

static void
row_free (gpointer row)
{
  parlor_record_clear (&parlor_share_kind, row);
  g_free (row);
}

ParlorShares *
parlor_shares_new (ParlorRecordSink *sink, const ParlorRandom *random)
{
  ParlorShares *self = g_new0 (ParlorShares, 1);
  self->sink = sink;
  self->random = random;
  self->by_id = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, row_free);
  self->by_recording = g_hash_table_new_full (g_str_hash, g_str_equal, g_free,
                                              (GDestroyNotify)g_ptr_array_unref);
  return self;
}

void
parlor_shares_free (ParlorShares *self)
{
  if (self == NULL)
    return;
  g_hash_table_unref (self->by_recording);
  g_hash_table_unref (self->by_id);
  g_free (self);
}

static const ParlorShareRow *
take_in (ParlorShares *self, gconstpointer row)
{
  ParlorShareRow *copy = g_new0 (ParlorShareRow, 1);
  parlor_record_copy (&parlor_share_kind, copy, row);
  GPtrArray *list = g_hash_table_lookup (self->by_recording, copy->recording);
  if (list == NULL)
    {
      list = g_ptr_array_new ();
      g_hash_table_insert (self->by_recording, g_strdup (copy->recording), list);
    }
  g_ptr_array_add (list, copy);
  g_hash_table_insert (self->by_id, copy->id, copy);
  return copy;
}

void
parlor_shares_load (gconstpointer row, gpointer self)
{
  if (parlor_shares_get (self, ((const ParlorShareRow *)row)->id) == NULL)
    take_in (self, row);
}

static void
put (ParlorShares *self, const ParlorShareRow *row)
{
  if (self->sink != NULL)
    self->sink->put (self->sink, &parlor_share_kind, row);
}

static void
drop (ParlorShares *self, ParlorShareRow *row)
{
  GPtrArray *list = g_hash_table_lookup (self->by_recording, row->recording);
  if (self->sink != NULL)
    self->sink->remove (self->sink, &parlor_share_kind, row);
  g_ptr_array_remove (list, row);
  if (list->len == 0)
    g_hash_table_remove (self->by_recording, row->recording);
  g_hash_table_remove (self->by_id, row->id);
}

static const ParlorShareRow *
refuse (GError **error, ParlorErrorCode code, const char *text)
{
  g_set_error_literal (error, PARLOR_ERROR, code, text);
  return NULL;
}

const ParlorShareRow *
parlor_shares_add (ParlorShares *self, const ParlorShareSpec *spec, gint64 wall_ms, GError **error)
{
  char id[PARLOR_ID_SIZE];
  g_autofree char *note = NULL;
  const GPtrArray *list = g_hash_table_lookup (self->by_recording, spec->recording);
  gboolean says = spec->note != NULL && spec->note[0] != '\0';
  if (spec->expires_ms <= wall_ms || spec->expires_ms - wall_ms > PARLOR_SHARE_LONGEST_MS)
    return refuse (error, PARLOR_ERROR_BAD_REQUEST, "a link ends within a year from now");
  if ((spec->from_ms != 0 || spec->to_ms != 0)
      && (spec->from_ms < 0 || spec->to_ms <= spec->from_ms))
    return refuse (error, PARLOR_ERROR_BAD_REQUEST, "a clip ends after it begins");
  if (says && (note = parlor_text_line (spec->note, PARLOR_SHARE_NOTE_MAX, "note", error)) == NULL)
    return NULL;
  if ((list != NULL && list->len >= PARLOR_SHARES_OF_RECORDING_MAX)
      || g_hash_table_size (self->by_id) >= PARLOR_SHARES_MAX)
    return refuse (error, PARLOR_ERROR_TOO_MANY, "there are too many links to this recording");
  parlor_id_make ("shr", self->random, id);
  const ParlorShareRow row = {.id = id,
                              .brand = (char *)spec->brand,
                              .recording = (char *)spec->recording,
                              .audience = (char *)parlor_share_audience_name (spec->audience),
                              .note = note != NULL ? note : "",
                              .created_by = (char *)spec->created_by,
                              .from_ms = spec->from_ms,
                              .to_ms = spec->to_ms,
                              .created_ms = wall_ms,
                              .expires_ms = spec->expires_ms,
                              .watermark = !!spec->watermark};
  put (self, &row);
  return take_in (self, &row);
}

const ParlorShareRow *
parlor_shares_get (const ParlorShares *self, const char *id)
{
  return id != NULL ? g_hash_table_lookup (self->by_id, id) : NULL;
}

GPtrArray *
parlor_shares_of (const ParlorShares *self, const char *recording)
{
  GPtrArray *rows = g_ptr_array_new ();
  const GPtrArray *list = g_hash_table_lookup (self->by_recording, recording);
  for (guint i = list != NULL ? list->len : 0; i-- > 0;)
    g_ptr_array_add (rows, list->pdata[i]);
  return rows;
}

gboolean
parlor_shares_revoke (ParlorShares *self, const char *id, gint64 wall_ms, GError **error)
{
  ParlorShareRow *row = g_hash_table_lookup (self->by_id, id);
  if (row == NULL)
    {
      refuse (error, PARLOR_ERROR_NOT_FOUND, "there is no link of that id");
      return FALSE;
    }
  if (row->revoked_ms == 0)
    {
      row->revoked_ms = wall_ms;
      put (self, row);
    }
  return TRUE;
}

void
parlor_shares_viewed (ParlorShares *self, const char *id, gint64 wall_ms)
{
  ParlorShareRow *row = g_hash_table_lookup (self->by_id, id);
  if (row == NULL)
    return;
  row->views++;
  row->viewed_ms = wall_ms;
  put (self, row);
}

void
parlor_shares_forget (ParlorShares *self, const char *recording)
{
  g_autoptr (GPtrArray) rows = parlor_shares_of (self, recording);
  for (guint i = 0; i < rows->len; i++)
    drop (self, rows->pdata[i]);
}

void
parlor_shares_poll (ParlorShares *self, gint64 wall_ms)
{
  g_autoptr (GPtrArray) old = g_ptr_array_new ();
  GHashTableIter iter;
  gpointer value;
  g_hash_table_iter_init (&iter, self->by_id);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    {
      const ParlorShareRow *row = value;
      gint64 ended_ms = row->revoked_ms != 0 ? row->revoked_ms : row->expires_ms;
      if (wall_ms - ended_ms > PARLOR_SHARE_KEPT_MS)
        g_ptr_array_add (old, value);
    }
  for (guint i = 0; i < old->len; i++)
    drop (self, old->pdata[i]);
}

const char *
parlor_share_shut (const ParlorShareRow *share, gint64 wall_ms)
{
  return share->revoked_ms != 0 ? "revoked" : wall_ms >= share->expires_ms ? "expired" : NULL;
}

/* ---- secrets -------------------------------------------------------------------------------- */

void
parlor_share_sign (const char *key, const char *text, char out[PARLOR_SHARE_SECRET_SIZE])
{
  g_autofree char *hex = g_compute_hmac_for_string (G_CHECKSUM_SHA256, (const guchar *)key,
                                                    strlen (key), text, -1);
  g_strlcpy (out, hex, PARLOR_SHARE_SECRET_SIZE);
}

void
parlor_share_secret (const ParlorShareRow *share, const char *key,
                     char out[PARLOR_SHARE_SECRET_SIZE])
{
  g_autofree char *text = g_strconcat ("share\n", share->id, NULL);
  parlor_share_sign (key, text, out);
}

gboolean
parlor_share_secret_equal (const char *a, const char *b)
{
  guint differs = 0;
  if (strlen (a) != PARLOR_SHARE_SECRET_SIZE - 1 || strlen (b) != PARLOR_SHARE_SECRET_SIZE - 1)
    return FALSE;
  for (guint i = 0; i < PARLOR_SHARE_SECRET_SIZE - 1; i++)
    differs |= (guchar)a[i] ^ (guchar)b[i];
  return differs == 0;
}
