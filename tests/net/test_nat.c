/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>
#include "base/bytes.h"
#include "nat.h"

#define PACKET_SIZE 48

static guint32
sum_of (const guint8 *bytes, gsize size)
{
  guint32 sum = 0;
  for (gsize i = 0; i + 1 < size; i += 2)
    sum += parlor_get_u16 (bytes + i);
  return sum;
}

/* The plain way, over the pseudo header and all: 0xffff when it is right. */
static guint16
checksum_of (const guint8 *packet)
{
  guint32 sum = sum_of (packet + 12, 8) + 17 + (PACKET_SIZE - 20)
                + sum_of (packet + 20, PACKET_SIZE - 20);
  while (sum >> 16)
    sum = (sum & 0xffff) + (sum >> 16);
  return (guint16)sum;
}

static void
make (guint8 *packet, guint16 from, guint16 to, guint8 first)
{
  memset (packet, 0, PACKET_SIZE);
  packet[0] = 0x45;
  packet[9] = 17;
  parlor_put_u32 (packet + 12, 0x0a4d0102);
  parlor_put_u32 (packet + 16, 0x0a4d0001);
  parlor_put_u16 (packet + 20, from);
  parlor_put_u16 (packet + 22, to);
  parlor_put_u16 (packet + 24, PACKET_SIZE - 20);
  packet[28] = first;
  packet[29] = 1;
  parlor_put_u16 (packet + 26, (guint16)~checksum_of (packet));
  g_assert_cmphex (checksum_of (packet), ==, 0xffff);
}

static guint16
leaves_from (RelayNat *nat, guint16 port)
{
  guint8 packet[PACKET_SIZE];
  make (packet, port, 7900, 0);
  relay_nat_up (nat, packet, sizeof packet);
  g_assert_cmphex (checksum_of (packet), ==, 0xffff);
  g_assert_cmpuint (parlor_get_u16 (packet + 22), ==, 7900);
  return parlor_get_u16 (packet + 20);
}

/* The port inside that gets what comes to this one; 0 = lost. */
static guint16
comes_to (RelayNat *nat, guint16 port)
{
  guint8 packet[PACKET_SIZE];
  make (packet, 7900, port, 0);
  if (!relay_nat_down (nat, packet, sizeof packet))
    return 0;
  g_assert_cmphex (checksum_of (packet), ==, 0xffff);
  return parlor_get_u16 (packet + 22);
}

static void
test_ports_stay_before_the_first_rebind (void)
{
  g_autoptr (RelayNat) nat = relay_nat_new ();
  g_assert_cmpuint (comes_to (nat, 40000), ==, 0);
  g_assert_cmpuint (leaves_from (nat, 40000), ==, 40000);
  g_assert_cmpuint (comes_to (nat, 40000), ==, 40000);
}

static void
test_a_rebind_gives_new_ports_and_forgets_the_old (void)
{
  g_autoptr (RelayNat) nat = relay_nat_new ();
  leaves_from (nat, 40000);
  relay_nat_rebind (nat);
  g_assert_cmpuint (comes_to (nat, 40000), ==, 0);
  guint16 first = leaves_from (nat, 40000), second = leaves_from (nat, 40001);
  g_assert_cmpuint (first, !=, 40000);
  g_assert_cmpuint (first, !=, second);
  g_assert_cmpuint (leaves_from (nat, 40000), ==, first);
  g_assert_cmpuint (comes_to (nat, first), ==, 40000);
  g_assert_cmpuint (comes_to (nat, second), ==, 40001);
  relay_nat_rebind (nat);
  g_assert_cmpuint (leaves_from (nat, 40000), !=, first);
  g_assert_cmpuint (comes_to (nat, first), ==, 0);
}

static void
test_many_ports_make_the_oldest_give_way (void)
{
  g_autoptr (RelayNat) nat = relay_nat_new ();
  for (guint16 port = 30000; port < 30065; port++)
    leaves_from (nat, port);
  g_assert_cmpuint (comes_to (nat, 30000), ==, 0);
  g_assert_cmpuint (comes_to (nat, 30064), ==, 30064);
}

static void
test_other_packets_pass_untouched (void)
{
  g_autoptr (RelayNat) nat = relay_nat_new ();
  guint8 packet[PACKET_SIZE], copy[PACKET_SIZE];
  relay_nat_rebind (nat);
  for (guint kind = 0; kind < 4; kind++)
    {
      make (packet, 40000, 40001, 0);
      packet[9] = kind == 0 ? 6 : 17;
      packet[0] = kind == 1 ? 0x65 : kind == 2 ? 0x4f : 0x45;
      packet[6] = kind == 3 ? 0x20 : 0;
      memcpy (copy, packet, sizeof copy);
      relay_nat_up (nat, packet, sizeof packet);
      g_assert_true (relay_nat_down (nat, packet, sizeof packet));
      g_assert_cmpmem (copy, sizeof copy, packet, sizeof packet);
    }
  for (gsize size = 0; size < 28; size++)
    g_assert_true (relay_nat_down (nat, packet, size));
}

static void
test_checks_and_media_are_told_apart (void)
{
  guint8 packet[PACKET_SIZE];
  make (packet, 1, 2, 0);
  g_assert_cmpint (relay_kind_of (packet, sizeof packet), ==, RELAY_CHECK);
  make (packet, 1, 2, 1);
  g_assert_cmpint (relay_kind_of (packet, sizeof packet), ==, RELAY_OTHER);
  make (packet, 1, 2, 0x90);
  g_assert_cmpint (relay_kind_of (packet, sizeof packet), ==, RELAY_MEDIA);
  make (packet, 1, 2, 22);
  g_assert_cmpint (relay_kind_of (packet, sizeof packet), ==, RELAY_OTHER);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/net/nat/ports-stay-before-the-first-rebind",
                   test_ports_stay_before_the_first_rebind);
  g_test_add_func ("/net/nat/a-rebind-gives-new-ports-and-forgets-the-old",
                   test_a_rebind_gives_new_ports_and_forgets_the_old);
  g_test_add_func ("/net/nat/many-ports-make-the-oldest-give-way",
                   test_many_ports_make_the_oldest_give_way);
  g_test_add_func ("/net/nat/other-packets-pass-untouched", test_other_packets_pass_untouched);
  g_test_add_func ("/net/nat/checks-and-media-are-told-apart",
                   test_checks_and_media_are_told_apart);
  return g_test_run ();
}
