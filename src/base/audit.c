/* SPDX-License-Identifier: Apache-2.0 */
#include "base/audit.h"

#include <string.h>

#define ID_MAX 64
#define DETAIL_MAX 256

static const ParlorField fields[] = {
    PARLOR_TEXT (ParlorAuditRow, brand),  PARLOR_INT (ParlorAuditRow, seq),
    PARLOR_INT (ParlorAuditRow, at_ms),   PARLOR_TEXT (ParlorAuditRow, actor),
    PARLOR_TEXT (ParlorAuditRow, action), PARLOR_TEXT (ParlorAuditRow, object),
    PARLOR_TEXT (ParlorAuditRow, detail), PARLOR_TEXT (ParlorAuditRow, prev_hash),
    PARLOR_TEXT (ParlorAuditRow, hash),
};

const ParlorRecordKind parlor_audit_kind = {
    .table = "audit",
    .fields = fields,
    .n_fields = G_N_ELEMENTS (fields),
    .n_key = 2,
    .size = sizeof (ParlorAuditRow),
    .append_only = TRUE,
};

static const ParlorField head_fields[] = {
    PARLOR_TEXT (ParlorAuditHead, brand),
    PARLOR_INT (ParlorAuditHead, seq),
    PARLOR_TEXT (ParlorAuditHead, hash),
};

const ParlorRecordKind parlor_audit_head_kind = {
    .table = "audit_heads",
    .fields = head_fields,
    .n_fields = G_N_ELEMENTS (head_fields),
    .n_key = 1,
    .size = sizeof (ParlorAuditHead),
};

struct _ParlorAudit
{
  ParlorRecordSink *sink;
  GHashTable *heads; /* brand → ParlorAuditHead */
};

static void
head_free (gpointer head)
{
  parlor_record_clear (&parlor_audit_head_kind, head);
  g_free (head);
}

ParlorAudit *
parlor_audit_new (ParlorRecordSink *sink)
{
  ParlorAudit *audit = g_new0 (ParlorAudit, 1);
  audit->sink = sink;
  audit->heads = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, head_free);
  return audit;
}

void
parlor_audit_free (ParlorAudit *audit)
{
  if (audit == NULL)
    return;
  g_hash_table_unref (audit->heads);
  g_free (audit);
}

void
parlor_audit_resume (gconstpointer head, gpointer audit)
{
  ParlorAuditHead *copy = g_new (ParlorAuditHead, 1);
  parlor_record_copy (&parlor_audit_head_kind, copy, head);
  g_hash_table_replace (((ParlorAudit *)audit)->heads, copy->brand, copy);
}

static ParlorAuditHead *
head_of (ParlorAudit *audit, const char *brand)
{
  ParlorAuditHead *head = g_hash_table_lookup (audit->heads, brand);
  if (head == NULL)
    {
      head = g_new (ParlorAuditHead, 1);
      *head = (ParlorAuditHead){g_strdup (brand), 0, g_strdup ("")};
      g_hash_table_insert (audit->heads, head->brand, head);
    }
  return head;
}

/* Its length before each text: no two rows spell the same. */
static void
hash_text (GChecksum *sum, const char *text)
{
  gsize length = strlen (text);
  g_autofree char *prefix = g_strdup_printf ("%" G_GSIZE_FORMAT ":", length);
  g_checksum_update (sum, (const guchar *)prefix, (gssize)strlen (prefix));
  g_checksum_update (sum, (const guchar *)text, (gssize)length);
}

static void
hash_row (const ParlorAuditRow *row, char hash[PARLOR_AUDIT_HASH_TEXT])
{
  g_autoptr (GChecksum) sum = g_checksum_new (G_CHECKSUM_SHA256);
  g_autofree char *numbers = g_strdup_printf ("%" G_GINT64_FORMAT " %" G_GINT64_FORMAT, row->seq,
                                              row->at_ms);
  const char *const texts[] = {row->prev_hash, row->brand,  numbers,    row->actor,
                               row->action,    row->object, row->detail};
  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    hash_text (sum, texts[i] != NULL ? texts[i] : "");
  g_strlcpy (hash, g_checksum_get_string (sum), PARLOR_AUDIT_HASH_TEXT);
}

/* At most `max` bytes of it, whole characters, valid UTF-8: as it will be read again. */
static char *
cut (const char *text, gsize max)
{
  if (text == NULL)
    return g_strdup ("");
  g_autofree char *valid = g_utf8_make_valid (text, -1);
  gsize length = strlen (valid);
  if (length > max)
    length = (gsize)(g_utf8_find_prev_char (valid, valid + max + 1) - valid);
  return g_strndup (valid, length);
}

void
parlor_audit_add (ParlorAudit *audit, gint64 at_ms, const char *brand, const char *actor,
                  const char *action, const char *object, const char *detail)
{
  g_autofree char *name = cut (brand, ID_MAX);
  ParlorAuditHead *head = head_of (audit, name);
  char hash[PARLOR_AUDIT_HASH_TEXT];
  ParlorAuditRow row = {
      .brand = name,
      .seq = head->seq + 1,
      .at_ms = at_ms,
      .actor = cut (actor, ID_MAX),
      .action = cut (action, ID_MAX),
      .object = cut (object, ID_MAX),
      .detail = cut (detail, DETAIL_MAX),
      .prev_hash = head->hash,
      .hash = hash,
  };
  hash_row (&row, hash);
  audit->sink->begin (audit->sink);
  audit->sink->put (audit->sink, &parlor_audit_kind, &row);
  g_free (head->hash);
  head->hash = g_strdup (hash);
  head->seq = row.seq;
  audit->sink->put (audit->sink, &parlor_audit_head_kind, head);
  audit->sink->end (audit->sink);
  g_free (row.actor);
  g_free (row.action);
  g_free (row.object);
  g_free (row.detail);
}

void
parlor_audit_head (ParlorAudit *audit, const char *brand, gint64 *seq, const char **hash)
{
  const ParlorAuditHead *head = g_hash_table_lookup (audit->heads, brand);
  *seq = head != NULL ? head->seq : 0;
  *hash = head != NULL ? head->hash : "";
}

ParlorAuditFault
parlor_audit_verify (const gconstpointer *rows, guint n_rows, gint64 *seq,
                     char hash[PARLOR_AUDIT_HASH_TEXT])
{
  for (guint i = 0; i < n_rows; i++)
    {
      const ParlorAuditRow *row = rows[i];
      char own[PARLOR_AUDIT_HASH_TEXT];
      if (row->seq != *seq + 1)
        return PARLOR_AUDIT_GAP;
      if (g_strcmp0 (row->prev_hash, hash) != 0)
        return PARLOR_AUDIT_BROKEN;
      hash_row (row, own);
      if (g_strcmp0 (row->hash, own) != 0)
        return PARLOR_AUDIT_CHANGED;
      *seq = row->seq;
      memcpy (hash, own, PARLOR_AUDIT_HASH_TEXT);
    }
  return PARLOR_AUDIT_WHOLE;
}
