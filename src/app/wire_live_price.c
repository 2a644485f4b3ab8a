/* SPDX-License-Identifier: Apache-2.0 */
/* Price and stock of the moment: the brand's own system is asked when a product is pinned. */
#include "app/wire_live_parts.h"

#include <string.h>

typedef struct
{
  ParlorWireLive *wire;
  char room[PARLOR_ID_SIZE];
  char *brand, *sku;
} Question;

static void
question_free (Question *question)
{
  g_free (question->brand);
  g_free (question->sku);
  g_free (question);
}

static char *
or_known (const ParlorHookAnswer *answer, const char *name, char *known)
{
  const char *text = parlor_datum_text (answer->data, answer->n_data, name);
  return text ? (char *)text : known;
}

/* What the brand's own system says now stands on the shelf; late or wrong, the last known stays. */
static void
take_answer (const Question *question, const ParlorHookAnswer *answer)
{
  ParlorWireLive *wire = question->wire;
  const ParlorProduct *known = parlor_products_find (wire->products, question->brand,
                                                     question->sku);
  if (!known)
    return;
  ParlorProduct now = *known;
  now.title = or_known (answer, "title", known->title);
  now.price = or_known (answer, "price", known->price);
  now.stock = or_known (answer, "stock", known->stock);
  now.url = or_known (answer, "url", known->url);
  now.image = or_known (answer, "image", known->image);
  if (!parlor_products_put (wire->products, &now, wire->spec.clock->wall_ms (wire->spec.clock),
                            NULL)
      || !wire->signal)
    return;
  parlor_signal_shelf (wire->signal, question->brand);
  ParlorLiveRoom *room = parlor_live_find (wire->live, question->room);
  const ParlorPin *pin = room ? parlor_live_current_pin (room) : NULL;
  if (pin && !strcmp (pin->sku, question->sku))
    {
      parlor_live_pin_changed (room);
      parlor_signal_live_event (wire->signal, &(ParlorLiveEvent){.type = PARLOR_LIVE_EVENT_PIN,
                                                                 .room = room,
                                                                 .pin = pin,
                                                                 .room_ms = pin->from_ms});
    }
}

static void
on_resolved (const ParlorHookAnswer *answer, gpointer user_data)
{
  Question *question = user_data;
  if (answer->outcome == PARLOR_HOOK_ANSWERED)
    take_answer (question, answer);
  if (answer->final)
    question_free (question);
}

void
parlor_wire_live_resolve (ParlorWireLive *wire, const ParlorLiveEvent *event)
{
  const ParlorLiveInfo *info = parlor_live_info (event->room);
  ParlorHooks *hooks = wire->spec.hooks;
  if (!hooks || !event->pin)
    return;
  Question *question = g_new0 (Question, 1);
  question->wire = wire;
  g_strlcpy (question->room, info->room, sizeof question->room);
  question->brand = g_strdup (info->brand);
  question->sku = g_strdup (event->pin->sku);
  const ParlorDatum data[] = {PARLOR_DATUM_TEXT ("sku", question->sku),
                              PARLOR_DATUM_TEXT ("room", info->room)};
  hooks->ask (hooks,
              &(ParlorHookQuestion){.hook = PARLOR_HOOK_PRODUCT,
                                    .brand = question->brand,
                                    .data = data,
                                    .n_data = G_N_ELEMENTS (data)},
              on_resolved, question);
}
