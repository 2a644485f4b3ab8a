/* SPDX-License-Identifier: Apache-2.0 */
#include "base/record.h"

#include <string.h>

void
parlor_record_clear (const ParlorRecordKind *kind, gpointer record)
{
  for (guint i = 0; i < kind->n_fields; i++)
    {
      gpointer at = G_STRUCT_MEMBER_P (record, kind->fields[i].offset);
      if (kind->fields[i].type == PARLOR_FIELD_TEXT)
        g_clear_pointer ((char **)at, g_free);
      else if (kind->fields[i].type == PARLOR_FIELD_BYTES)
        g_clear_pointer ((GBytes **)at, g_bytes_unref);
    }
}

void
parlor_record_copy (const ParlorRecordKind *kind, gpointer to, gconstpointer from)
{
  memcpy (to, from, kind->size);
  for (guint i = 0; i < kind->n_fields; i++)
    {
      gpointer at = G_STRUCT_MEMBER_P (to, kind->fields[i].offset);
      if (kind->fields[i].type == PARLOR_FIELD_TEXT)
        *(char **)at = g_strdup (*(char **)at);
      else if (kind->fields[i].type == PARLOR_FIELD_BYTES && *(GBytes **)at)
        g_bytes_ref (*(GBytes **)at);
    }
}

const ParlorField *
parlor_record_field (const ParlorRecordKind *kind, const char *name)
{
  for (guint i = 0; i < kind->n_fields; i++)
    if (!strcmp (kind->fields[i].name, name))
      return &kind->fields[i];
  return NULL;
}
