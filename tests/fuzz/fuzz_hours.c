/* SPDX-License-Identifier: Apache-2.0 */
/* Opening hours and names as people send them. */
#include "base/confusable.h"
#include "service/hours.h"

int LLVMFuzzerTestOneInput (const guint8 *data, gsize size);

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  g_autofree char *text = g_strndup ((const char *)data, MIN (size, 400));
  ParlorHours hours;
  gboolean good = parlor_hours_parse (text, &hours);
  gint64 next_ms = parlor_hours_next_open_ms (&hours, G_GINT64_CONSTANT (1700000000000), 480);
  if (good && hours.n && !parlor_hours_is_open (&hours, next_ms, 480))
    g_error ("it opens at a time at which it is not open");
  g_autofree char *skeleton = parlor_confusable_skeleton (text);
  g_autofree char *again = parlor_confusable_skeleton (skeleton);
  if (!g_utf8_validate (skeleton, -1, NULL) || !g_utf8_validate (again, -1, NULL))
    g_error ("a skeleton that is no text");
  return 0;
}
