/* SPDX-License-Identifier: Apache-2.0 */
/* The pin: what is shown over the stream now, and the chapters it leaves behind. */
#include "base/text.h"
#include "live/private.h"
#include "live/products.h"

#include <string.h>

#define NOTE_MAX 200

void
parlor_pin_free (gpointer pin)
{
  parlor_record_clear (&parlor_pin_kind, pin);
  g_free (pin);
}

void
parlor_live_load_pin (ParlorLive *live, const ParlorPin *row)
{
  ParlorLiveRoom *room = parlor_live_find (live, row->room);
  if (!room)
    return;
  ParlorPin *pin = g_new0 (ParlorPin, 1);
  parlor_record_copy (&parlor_pin_kind, pin, row);
  g_ptr_array_add (room->pins, pin);
}

static ParlorPin *
current (const ParlorLiveRoom *room)
{
  ParlorPin *last = room->pins->len ? room->pins->pdata[room->pins->len - 1] : NULL;
  return last && last->to_ms < 0 ? last : NULL;
}

const ParlorPin *
parlor_live_current_pin (const ParlorLiveRoom *room)
{
  return current (room);
}

const ParlorPin *const *
parlor_live_pins (const ParlorLiveRoom *room, guint *n)
{
  *n = room->pins->len;
  return (const ParlorPin *const *)room->pins->pdata;
}

static void
tell (ParlorLiveRoom *room, const ParlorPin *pin, ParlorLiveNow now)
{
  parlor_live_emit (
      room, &(ParlorLiveEvent){.type = PARLOR_LIVE_EVENT_PIN, .pin = pin, .room_ms = now.room_ms});
}

static void
take_down (ParlorLiveRoom *room, ParlorPin *pin, ParlorLiveNow now)
{
  const ParlorDatum data[] = {PARLOR_DATUM_TEXT ("pin", pin->id),
                              PARLOR_DATUM_TEXT ("sku", pin->sku)};
  pin->to_ms = MAX (now.room_ms, pin->from_ms);
  parlor_live_put (room, &parlor_pin_kind, pin);
  parlor_live_happened (room, "product.unpinned", now, data, G_N_ELEMENTS (data));
}

static void
describe (const ParlorLiveRoom *room, ParlorPin *pin)
{
  const ParlorProducts *products = room->live->spec.products;
  const ParlorProduct *product = products
                                     ? parlor_products_find (products, room->info.brand, pin->sku)
                                     : NULL;
  g_free (pin->title);
  g_free (pin->price);
  pin->title = g_strdup (product ? product->title : "");
  pin->price = g_strdup (product ? product->price : "");
}

void
parlor_live_pin_changed (ParlorLiveRoom *room)
{
  ParlorPin *pin = current (room);
  if (!pin)
    return;
  describe (room, pin);
  parlor_live_put (room, &parlor_pin_kind, pin);
}

static ParlorPin *
put_up (ParlorLiveRoom *room, const char *sku, char *note, ParlorLiveNow now)
{
  char id[PARLOR_ID_SIZE];
  parlor_id_make ("pin", &room->live->spec.random, id);
  ParlorPin *pin = g_new0 (ParlorPin, 1);
  *pin = (ParlorPin){
      .id = g_strdup (id),
      .room = g_strdup (room->info.room),
      .sku = g_strdup (sku),
      .note = note,
      .from_ms = now.room_ms,
      .to_ms = -1,
      .at_ms = now.wall_ms,
  };
  const ParlorDatum data[] = {PARLOR_DATUM_TEXT ("pin", id), PARLOR_DATUM_TEXT ("sku", sku)};
  describe (room, pin);
  g_ptr_array_add (room->pins, pin);
  parlor_live_put (room, &parlor_pin_kind, pin);
  parlor_live_happened (room, "product.pinned", now, data, G_N_ELEMENTS (data));
  return pin;
}

gboolean
parlor_live_pin (ParlorLiveRoom *room, const char *sku, const char *note, ParlorLiveNow now,
                 GError **error)
{
  if (parlor_live_is_over (room, error))
    return FALSE;
  char *text = note && *note ? parlor_text_line (note, NOTE_MAX, "note", error) : g_strdup ("");
  if (!text)
    return FALSE;
  ParlorPin *pin = current (room);
  parlor_live_begin (room);
  if (pin && !strcmp (pin->sku, sku))
    {
      g_free (pin->note);
      pin->note = text;
      parlor_live_put (room, &parlor_pin_kind, pin);
    }
  else
    {
      if (pin)
        take_down (room, pin, now);
      pin = put_up (room, sku, text, now);
    }
  parlor_live_end (room);
  tell (room, pin, now);
  return TRUE;
}

gboolean
parlor_live_unpin (ParlorLiveRoom *room, ParlorLiveNow now)
{
  ParlorPin *pin = current (room);
  if (!pin)
    return FALSE;
  parlor_live_begin (room);
  take_down (room, pin, now);
  parlor_live_end (room);
  tell (room, NULL, now);
  return TRUE;
}
