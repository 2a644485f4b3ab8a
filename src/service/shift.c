/* SPDX-License-Identifier: Apache-2.0 */
/* When who was there: a row for each stretch of a presence. */
#include "service/private.h"

static void
put_shift (const ParlorRep *rep, ParlorPresence presence, gint64 to_ms)
{
  ParlorShiftRow row = {
      .id = (char *)rep->shift,
      .brand = rep->brand->id,
      .rep = (char *)rep->id,
      .presence = (char *)parlor_state_name (PARLOR_MACHINE_PRESENCE, presence),
      .from_ms = rep->shift_from_ms,
      .to_ms = to_ms,
  };
  service_put (rep->brand->service, &parlor_shift_kind, &row);
}

static void
close_shift (ParlorRep *rep, gint64 now_ms)
{
  if (!*rep->shift)
    return;
  put_shift (rep, rep->shift_presence, MAX (now_ms, rep->shift_from_ms));
  *rep->shift = '\0';
}

void
shift_note (ParlorRep *rep, gint64 now_ms)
{
  close_shift (rep, now_ms);
  if (rep->presence == PARLOR_PRESENCE_OFFLINE || rep->presence == PARLOR_PRESENCE_DEPARTED)
    return;
  parlor_id_make ("shf", &rep->brand->service->spec.random, rep->shift);
  rep->shift_from_ms = now_ms;
  rep->shift_presence = rep->presence;
  put_shift (rep, rep->presence, 0);
}

void
parlor_service_end_shifts (ParlorService *service, gint64 now_ms)
{
  GHashTableIter iter;
  gpointer rep;
  service_begin (service);
  g_hash_table_iter_init (&iter, service->reps);
  while (g_hash_table_iter_next (&iter, NULL, &rep))
    close_shift (rep, now_ms);
  service_end (service);
}
