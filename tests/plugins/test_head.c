/* SPDX-License-Identifier: Apache-2.0 */
#include "router/head.h"
#include "router/state.h"

#define N_SHAPES 5
#define N_PACKETS 40
#define ROUNDS 20000

typedef struct
{
  guint8 bytes[64];
  ParlorPacketInfo info;
} Packet;

static void
make_shapes (GRand *rand, ParlorHeadShape *shapes)
{
  for (guint i = 0; i < N_SHAPES; i++)
    {
      guint8 ids[PARLOR_EXT_COUNT] = {0};
      char mid[16];

      for (guint ext = 1; ext < PARLOR_EXT_COUNT; ext++)
        ids[ext] = (guint8)(g_rand_boolean (rand) ? ext % 15 : 0);
      g_snprintf (mid, sizeof mid, "v%u", i / 2);
      parlor_head_shape_init (&shapes[i], ids, mid, i == 0 ? 0 : (guint)strlen (mid));
    }
  shapes[N_SHAPES - 1] = shapes[1]; /* two receivers who are alike but for one id */
  shapes[N_SHAPES - 1].ids[PARLOR_EXT_TRANSPORT_CC] ^= 1;
}

/* Numbers from a few, so that two packets often have one in common. */
static void
make_packet (GRand *rand, const ParlorRtpExtMap *map, Packet *packet)
{
  guint8 *bytes = packet->bytes;
  guint words = (guint)g_rand_int_range (rand, 0, 4);

  for (guint i = 0; i < sizeof packet->bytes; i++)
    bytes[i] = (guint8)g_rand_int_range (rand, 0, 256);
  bytes[0] = 0x90;
  parlor_rtp_set_seq (bytes, (guint16)(g_rand_int_range (rand, 0, 2) * 16));
  parlor_rtp_set_timestamp (bytes, (guint32)g_rand_int_range (rand, 0, 2));
  parlor_put_u32 (bytes + 12, 0xbede0000 | words);
  for (guint i = 0; i < words; i++)
    bytes[16 + 4 * i] = (guint8)(g_rand_int_range (rand, 1, 15) << 4 | 2);
  g_assert_cmpint (parlor_rtp_parse (bytes, sizeof packet->bytes, &packet->info.header), ==,
                   PARLOR_RTP_OK);
  parlor_rtp_ext_parse (bytes, &packet->info.header, map, &packet->info.extensions);
}

/* What is copied from another receiver's head is what would have been written. The layer's number
 * tells packets apart that have all else in common. */
static void
test_duel (void)
{
  static const ParlorHeadDescriptor none, some = {.bytes = {1, 2, 3, 4}, .size = 4};
  g_autoptr (GRand) rand = g_rand_new_with_seed (11);
  static Packet packets[N_PACKETS];
  static ParlorLayer layers[N_PACKETS];
  ParlorHeadShape shapes[N_SHAPES];
  ParlorRtpExtMap map = {0};
  ParlorHeads heads = {0};
  guint n_equal = 0;

  for (guint ext = 1; ext < PARLOR_EXT_COUNT; ext++)
    parlor_rtp_ext_map_set (&map, (ParlorRtpExt)ext, ext % 15);
  make_shapes (rand, shapes);
  for (guint i = 0; i < N_PACKETS; i++)
    {
      make_packet (rand, &map, &packets[i]);
      layers[i].number = 1 + i;
    }
  for (guint round = 0; round < ROUNDS; round++)
    {
      guint8 kept[PARLOR_RTP_HEADER_MAX], fresh[PARLOR_RTP_HEADER_MAX];
      ParlorRtpExtLayout kept_layout, fresh_layout;
      guint i = (guint)g_rand_int_range (rand, 0, 4) == 0
                    ? (guint)g_rand_int_range (rand, 0, N_PACKETS)
                    : round / 100 % N_PACKETS;
      const ParlorHeadShape *shape = &shapes[g_rand_int_range (rand, 0, N_SHAPES)];
      const ParlorHeadDescriptor *dd = g_rand_int_range (rand, 0, 8) == 0 ? &some : &none;
      const ParlorHead *head = &heads.kept[packets[i].info.header.seq % PARLOR_HEADS_KEPT];

      n_equal += head->layer == layers[i].number && dd == &none
                 && memcmp (&head->shape, shape, sizeof *shape) == 0;
      g_assert_true (parlor_heads_write (&heads, shape, &layers[i], packets[i].bytes,
                                         &packets[i].info, dd, kept, &kept_layout));
      g_assert_true (parlor_heads_write (&heads, shape, NULL, packets[i].bytes, &packets[i].info,
                                         dd, fresh, &fresh_layout));
      g_assert_cmpuint (kept_layout.abs_send_time_offset, ==, fresh_layout.abs_send_time_offset);
      g_assert_cmpuint (kept_layout.twcc_offset, ==, fresh_layout.twcc_offset);
      g_assert_cmpmem (kept, kept_layout.header_size, fresh, fresh_layout.header_size);
    }
  g_assert_cmpuint (n_equal, >, ROUNDS / 20); /* or nothing was tried */
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/head/a-copied-head-is-what-would-have-been-written", test_duel);
  return g_test_run ();
}
