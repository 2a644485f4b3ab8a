/* SPDX-License-Identifier: Apache-2.0 */
#include "nat.h"
#include "base/bytes.h"

#define UDP 17
#define UDP_HEAD 8
#define PORTS_MAX 64
/* New ports come from here upwards, far from the kernel's own choice. */
#define FIRST_PORT 10000

typedef struct
{
  guint16 inside, outside;
} Port;

struct _RelayNat
{
  Port ports[PORTS_MAX]; /* a ring: the oldest gives way */
  guint n, next;
  guint16 next_port; /* 0 = no rebind yet */
};

RelayNat *
relay_nat_new (void)
{
  return g_new0 (RelayNat, 1);
}

void
relay_nat_free (RelayNat *self)
{
  g_free (self);
}

void
relay_nat_rebind (RelayNat *self)
{
  self->n = self->next = 0;
  if (self->next_port == 0)
    self->next_port = FIRST_PORT;
}

/* The UDP header of an IPv4 packet that is no fragment; NULL = something else. */
static guint8 *
udp_of (guint8 *packet, gsize size)
{
  if (size < 20 || packet[0] >> 4 != 4 || packet[9] != UDP)
    return NULL;
  if (parlor_get_u16 (packet + 6) & 0x3fff)
    return NULL;
  gsize head = (packet[0] & 15) * 4u;
  return head < 20 || size < head + UDP_HEAD ? NULL : packet + head;
}

/* Replaces a 16-bit field of the UDP header and mends its checksum; 0 is "none". */
static void
set_port (guint8 *udp, guint8 *field, guint16 port)
{
  guint32 sum = parlor_get_u16 (udp + 6);
  if (sum != 0)
    {
      sum = (~sum & 0xffff) + (~parlor_get_u16 (field) & 0xffff) + port;
      sum = (sum & 0xffff) + (sum >> 16);
      sum = (sum & 0xffff) + (sum >> 16);
      sum = ~sum & 0xffff;
      parlor_put_u16 (udp + 6, (guint16)(sum == 0 ? 0xffff : sum));
    }
  parlor_put_u16 (field, port);
}

static const Port *
add (RelayNat *self, guint16 inside)
{
  Port *port = &self->ports[self->next];
  self->next = (self->next + 1) % PORTS_MAX;
  self->n = MIN (self->n + 1, PORTS_MAX);
  *port = (Port){inside, self->next_port == 0 ? inside : self->next_port++};
  return port;
}

void
relay_nat_up (RelayNat *self, guint8 *packet, gsize size)
{
  guint8 *udp = udp_of (packet, size);
  const Port *port = NULL;
  if (udp == NULL)
    return;
  for (guint i = 0; i < self->n; i++)
    if (self->ports[i].inside == parlor_get_u16 (udp))
      port = &self->ports[i];
  if (port == NULL)
    port = add (self, parlor_get_u16 (udp));
  set_port (udp, udp, port->outside);
}

gboolean
relay_nat_down (RelayNat *self, guint8 *packet, gsize size)
{
  guint8 *udp = udp_of (packet, size);
  if (udp == NULL)
    return TRUE;
  for (guint i = 0; i < self->n; i++)
    if (self->ports[i].outside == parlor_get_u16 (udp + 2))
      {
        set_port (udp, udp + 2, self->ports[i].inside);
        return TRUE;
      }
  return FALSE;
}

RelayKind
relay_kind_of (const guint8 *packet, gsize size)
{
  const guint8 *udp = udp_of ((guint8 *)packet, size);
  if (udp == NULL || udp + UDP_HEAD + 1 >= packet + size)
    return RELAY_OTHER;
  if (udp[UDP_HEAD] >= 128 && udp[UDP_HEAD] < 192)
    return RELAY_MEDIA;
  return parlor_get_u16 (udp + UDP_HEAD) == 1 ? RELAY_CHECK : RELAY_OTHER;
}
