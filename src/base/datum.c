/* SPDX-License-Identifier: Apache-2.0 */
#include "base/datum.h"

#include <string.h>

const ParlorDatum *
parlor_datum_find (const ParlorDatum *data, guint n, const char *name, ParlorDatumType type)
{
  for (guint i = 0; i < n; i++)
    if (data[i].type == type && !strcmp (data[i].name, name))
      return &data[i];
  return NULL;
}

const char *
parlor_datum_text (const ParlorDatum *data, guint n, const char *name)
{
  const ParlorDatum *datum = parlor_datum_find (data, n, name, PARLOR_DATUM_IS_TEXT);
  return datum ? datum->text : NULL;
}

gint64
parlor_datum_int (const ParlorDatum *data, guint n, const char *name, gint64 otherwise)
{
  const ParlorDatum *datum = parlor_datum_find (data, n, name, PARLOR_DATUM_IS_INT);
  return datum ? datum->number : otherwise;
}

gboolean
parlor_datum_flag (const ParlorDatum *data, guint n, const char *name, gboolean otherwise)
{
  const ParlorDatum *datum = parlor_datum_find (data, n, name, PARLOR_DATUM_IS_FLAG);
  return datum ? datum->number != 0 : otherwise;
}
