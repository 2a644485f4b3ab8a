/* SPDX-License-Identifier: Apache-2.0 */
/* What a brand's system answers to a question: the first byte chooses the hook. */
#include "hooks/json.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput (const guint8 *data, size_t size);

static void
must (gboolean holds)
{
  if (!holds)
    abort ();
}

static void
check_text (const char *text, gsize limit)
{
  must (text != NULL && strlen (text) <= limit && g_utf8_validate (text, -1, NULL));
}

static void
check (const ParlorDatum *datum, gboolean cards)
{
  switch (datum->type)
    {
    case PARLOR_DATUM_IS_TEXT:
      check_text (datum->text, 4000 * 4);
      break;
    case PARLOR_DATUM_IS_TEXTS:
      for (guint i = 0; datum->texts[i]; i++)
        {
          must (i < (cards ? PARLOR_ASSIST_CARDS_MAX * PARLOR_N_ASSIST_TEXTS : 20));
          check_text (datum->texts[i], cards ? 1000 * 4 : 64 * 4);
        }
      break;
    case PARLOR_DATUM_IS_JSON:
      check_text (datum->text, 4096);
      break;
    case PARLOR_DATUM_IS_INT:
      must (datum->number >= 0 && datum->number <= 86400);
      break;
    case PARLOR_DATUM_IS_FLAG:
      must (datum->number == 0 || datum->number == 1);
      break;
    case PARLOR_DATUM_IS_REAL:
      abort ();
    }
}

int
LLVMFuzzerTestOneInput (const guint8 *data, size_t size)
{
  const char *why = NULL;
  if (!size)
    return 0;
  g_autoptr (ParlorHookReply) reply = parlor_hook_reply_new (
      data[0] % PARLOR_N_HOOKS, (const char *)data + 1, size - 1, &why);
  must ((reply == NULL) == (why != NULL));
  if (!reply)
    return 0;
  must (reply->n_data <= 8);
  for (guint i = 0; i < reply->n_data; i++)
    check (&reply->data[i], data[0] % PARLOR_N_HOOKS == PARLOR_HOOK_ASSIST);
  json_t *object = json_object ();
  parlor_data_to_json (reply->data, reply->n_data, FALSE, object);
  must (json_object_size (object) == reply->n_data);
  json_decref (object);
  return 0;
}
