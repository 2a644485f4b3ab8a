/* SPDX-License-Identifier: Apache-2.0 */
#include "router/repair.h"

#include "router/slot.h"

/* A second at 10 Mbit/s; 6 KiB, where there is loss. */
#define REMEMBERED 1024

typedef struct
{
  guint16 number, seq;
  guint8 slot;    /* its index and 1; 0 = none */
  guint8 repeats; /* which sending of the packet this was; 0 = the first */
} Sent;

struct _ParlorRepair
{
  Sent sent[REMEMBERED];
};

void
parlor_repair_free (ParlorRepair *self)
{
  g_free (self);
}

void
parlor_repair_note (ParlorTransport *transport, guint16 number, const ParlorSlot *slot, guint16 seq,
                    gboolean is_repeat)
{
  if (transport->repair != NULL)
    transport->repair->sent[number % REMEMBERED] = (Sent){
        number, seq, (guint8)(slot->config.index + 1),
        is_repeat ? parlor_slot_repeats (slot, seq) : 0};
}

/* Each is told once: what is told again was mended, or is asked for by its receiver. */
static void
take_lost (ParlorTransport *transport, guint16 number, gint64 now_us)
{
  Sent *sent = &transport->repair->sent[number % REMEMBERED];
  ParlorSlot *slot;

  if (sent->slot == 0 || sent->number != number)
    return;
  slot = transport->slots[sent->slot - 1];
  sent->slot = 0;
  if (slot != NULL)
    parlor_slot_lost (slot, sent->seq, sent->repeats, now_us);
}

void
parlor_repair_take (ParlorTransport *transport, const ParlorTwccStatus *statuses, guint n,
                    gint64 now_us)
{
  for (guint i = 0; i < n; i++)
    if (!statuses[i].received && transport->repair == NULL)
      transport->repair = g_new0 (ParlorRepair, 1);
    else if (!statuses[i].received)
      take_lost (transport, statuses[i].seq, now_us);
}
