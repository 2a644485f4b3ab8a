/* SPDX-License-Identifier: Apache-2.0 */
#include "proto/rtp/red.h"
#include <string.h>

/* RFC 2198 section 4's layout with one redundant block of 3 bytes, 960 units old. */
static const guint8 one[] = {0x80 | 111, 0x0f, 0x00, 0x03, 111, 'o', 'l', 'd', 'n', 'e', 'w', '!'};

static void
check_block (const guint8 *payload, const ParlorRed *red, guint i, guint pt, guint ts_offset,
             const char *text)
{
  g_assert_cmpuint (red->blocks[i].pt, ==, pt);
  g_assert_cmpuint (red->blocks[i].ts_offset, ==, ts_offset);
  g_assert_cmpmem (payload + red->blocks[i].offset, red->blocks[i].size, text, strlen (text));
}

static void
test_parse (void)
{
  ParlorRed red;
  gsize size;
  guint8 pt;
  g_assert_true (parlor_red_parse (one, sizeof one, &red));
  g_assert_cmpuint (red.count, ==, 2);
  check_block (one, &red, 0, 111, 960, "old");
  check_block (one, &red, 1, 111, 0, "new!");
  const guint8 *primary = parlor_red_primary (one, &red, &size, &pt);
  g_assert_cmpmem (primary, size, "new!", 4);
  g_assert_cmpuint (pt, ==, 111);
}

static void
test_truncated (void)
{
  for (gsize size = 0; size < sizeof one; size++)
    {
      g_autofree guint8 *payload = g_memdup2 (one, size);
      ParlorRed red;
      g_assert_cmpint (parlor_red_parse (payload, size, &red), ==, size >= 8);
    }
}

/* Any number of heads, any length in them, any size up to 64. */
static void
test_lies (void)
{
  for (gsize size = 0; size <= 64; size++)
    for (guint heads = 0; heads <= PARLOR_RED_BLOCKS_MAX; heads++)
      for (guint claim = 0; claim < 70; claim++)
        {
          guint8 model[128] = {0};
          for (guint i = 0; i < heads; i++)
            {
              model[i * 4] = 0x80;
              model[i * 4 + 3] = (guint8)claim;
            }
          g_autofree guint8 *payload = g_memdup2 (model, size);
          ParlorRed red;
          gboolean want = heads < PARLOR_RED_BLOCKS_MAX && size >= heads * 4 + 1 + heads * claim;
          g_assert_cmpint (parlor_red_parse (payload, size, &red), ==, want);
        }
}

/* No datagram is so long, and offsets have 16 bits. */
static void
test_too_long (void)
{
  g_autofree guint8 *payload = g_malloc0 (G_MAXUINT16 + 1);
  ParlorRed red;
  payload[0] = 111;
  g_assert_true (parlor_red_parse (payload, G_MAXUINT16, &red));
  g_assert_false (parlor_red_parse (payload, G_MAXUINT16 + 1, &red));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/proto/rtp/red/blocks-and-primary", test_parse);
  g_test_add_func ("/proto/rtp/red/truncation-is-refused", test_truncated);
  g_test_add_func ("/proto/rtp/red/lies-up-to-64-bytes-are-refused", test_lies);
  g_test_add_func ("/proto/rtp/red/what-is-longer-than-offsets-is-refused", test_too_long);
  return g_test_run ();
}
