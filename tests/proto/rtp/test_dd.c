/* SPDX-License-Identifier: Apache-2.0 */
#include "proto/rtp/dd.h"
#include <string.h>

/* The first packet of a key frame with three spatial and three temporal layers, as Chromium sends
 * it, and packets behind it. */
static const char capture[] =
    "c1017280081485214eafffaaaa863cf0430c10c302afc0aaa0063c00430010c002a000a80006000040001d954926e0"
    "82b04a"
    "0941b820ac1282503157f974000ca864330e222222eca8655304224230eca877530077004200ef008601df010d";

static gsize
from_hex (const char *hex, guint8 *out)
{
  gsize n = strlen (hex) / 2;
  for (gsize i = 0; i < n; i++)
    out[i] = (guint8)(g_ascii_xdigit_value (hex[2 * i]) << 4
                      | g_ascii_xdigit_value (hex[2 * i + 1]));
  return n;
}

static ParlorDdResult
parse_hex (const char *hex, ParlorDdStructure *structure, ParlorDd *dd)
{
  guint8 bytes[128];
  gsize size = from_hex (hex, bytes);
  g_autofree guint8 *copy = g_memdup2 (bytes, size);
  return parlor_dd_parse (copy, size, structure, dd);
}

static void
test_capture (void)
{
  ParlorDdStructure s = {0};
  ParlorDd dd;
  g_assert_cmpint (parse_hex (capture, &s, &dd), ==, PARLOR_DD_OK);
  g_assert_true (dd.first_in_frame && dd.last_in_frame && dd.has_structure && dd.key_frame
                 && dd.has_active);
  g_assert_cmpuint (dd.frame_number, ==, 0x0172);
  g_assert_cmpuint (dd.active_targets, ==, 0x1ff);
  g_assert_cmpuint (dd.frame.spatial, ==, 0);
  g_assert_cmpuint (dd.frame.temporal, ==, 0);
  g_assert_cmpuint (dd.frame.n_fdiffs, ==, 0);
  g_assert_cmpuint (s.n_targets, ==, 9);
  g_assert_cmpuint (s.n_chains, ==, 3);
  g_assert_cmpuint (s.n_spatial, ==, 3);
  g_assert_cmpuint (s.n_temporal, ==, 3);
  g_assert_cmpuint (s.n_resolutions, ==, 3);
  g_assert_cmpuint (s.width[0], ==, 120);
  g_assert_cmpuint (s.width[2], ==, 480);
  g_assert_cmpuint (s.height[2], ==, 270);
  for (guint dt = 0; dt < 9; dt++)
    {
      g_assert_cmpuint (s.target_spatial[dt], ==, dt / 3);
      g_assert_cmpuint (s.target_temporal[dt], ==, dt % 3);
      g_assert_cmpuint (s.protected_by[dt], ==, dt / 3);
      g_assert_cmpuint (s.templates[0].dtis[dt], !=, PARLOR_DTI_NOT_PRESENT);
    }
  g_assert_cmpuint (dd.width, ==, s.width[0]);
}

static void
test_following (void)
{
  ParlorDdStructure s = {0};
  ParlorDd dd;
  g_assert_cmpint (parse_hex ("860173", &s, &dd), ==, PARLOR_DD_NO_STRUCTURE);
  g_assert_cmpuint (dd.frame_number, ==, 0x0173);
  g_assert_true (dd.first_in_frame && !dd.last_in_frame && !dd.key_frame);
  g_assert_cmpint (parse_hex (capture, &s, &dd), ==, PARLOR_DD_OK);
  g_assert_cmpint (parse_hex ("86017340fc", &s, &dd), ==, PARLOR_DD_OK);
  g_assert_true (dd.first_in_frame && !dd.last_in_frame && !dd.has_structure && dd.has_active);
  g_assert_cmpuint (dd.active_targets, ==, 0x3f);
  g_assert_cmpuint (dd.template_index, ==, (6 + 64 - s.id_offset) % 64);
  g_assert_cmpint (parse_hex ("460173", &s, &dd), ==, PARLOR_DD_OK);
  g_assert_true (!dd.first_in_frame && dd.last_in_frame && !dd.has_active);
  g_assert_cmpint (parse_hex ("8b0174", &s, &dd), ==, PARLOR_DD_OK);
  g_assert_cmpint (parse_hex ("c30175", &s, &dd), ==, PARLOR_DD_OK);
  g_assert_cmpuint (dd.width, ==, s.width[dd.frame.spatial]);
}

/* Custom values, A.8.3.3: DTIs of 9 targets, one diff of 4 and one of 12 bits, three chains. */
static void
test_own_values (void)
{
  ParlorDdStructure s = {0};
  ParlorDd dd, plain;
  g_assert_cmpint (parse_hex (capture, &s, &dd), ==, PARLOR_DD_OK);
  g_assert_cmpint (parse_hex ("c20173", &s, &plain), ==, PARLOR_DD_OK);
  /* flags 00111, DTIs 00 01 10 11 00 01 10 11 00, 01 0101, 11 0000 0001 0000, 00, chains 7 8 9,
   * padding */
  static const char bits[] = "00111"
                             "000110110001101100"
                             "010101"
                             "11000000010000"
                             "00"
                             "00000111"
                             "00001000"
                             "00001001";
  guint8 bytes[16] = {0xc2, 0x01, 0x73};
  for (guint i = 0; bits[i]; i++)
    bytes[3 + i / 8] |= (guint8)((bits[i] - '0') << (7 - i % 8));
  g_assert_cmpint (parlor_dd_parse (bytes, 3 + (strlen (bits) + 7) / 8, &s, &dd), ==, PARLOR_DD_OK);
  for (guint dt = 0; dt < 9; dt++)
    g_assert_cmpuint (dd.frame.dtis[dt], ==, dt % 4);
  g_assert_cmpuint (dd.frame.n_fdiffs, ==, 2);
  g_assert_cmpuint (dd.frame.fdiffs[0], ==, 6);
  g_assert_cmpuint (dd.frame.fdiffs[1], ==, 17);
  for (guint chain = 0; chain < 3; chain++)
    g_assert_cmpuint (dd.frame.chain_diffs[chain], ==, 7 + chain);
  g_assert_cmpuint (dd.frame.spatial, ==, plain.frame.spatial);
  g_assert_cmpint (parlor_dd_parse (bytes, 6, &s, &dd), ==, PARLOR_DD_SHORT);
}

/* Written anew with other active targets it says the same but for them. */
static void
test_write (void)
{
  static const char *const hex[] = {capture, "86017340fc", "460173", "c3017500"};
  ParlorDdStructure s = {0}, again_s = {0};
  for (guint i = 0; i < G_N_ELEMENTS (hex); i++)
    {
      guint8 bytes[128], out[128 + PARLOR_DD_WRITE_MORE];
      gsize size = from_hex (hex[i], bytes);
      ParlorDd dd, again;
      g_assert_cmpint (parlor_dd_parse (bytes, size, &s, &dd), ==, PARLOR_DD_OK);
      gsize n = parlor_dd_write (out, sizeof out, bytes, &dd, s.n_targets, 0x15);
      g_assert_cmpuint (n, >, 3);
      g_assert_cmpuint (n, <=, size + PARLOR_DD_WRITE_MORE);
      g_assert_cmpuint (parlor_dd_write (out, n - 1, bytes, &dd, s.n_targets, 0x15), ==, 0);
      g_autofree guint8 *copy = g_memdup2 (out, n);
      g_assert_cmpint (parlor_dd_parse (copy, n, &again_s, &again), ==, PARLOR_DD_OK);
      g_assert_cmpmem (&s, sizeof s, &again_s, sizeof again_s);
      g_assert_true (again.has_active);
      g_assert_cmphex (again.active_targets, ==, 0x15);
      g_assert_cmpuint (again.frame_number, ==, dd.frame_number);
      g_assert_cmpuint (again.template_index, ==, dd.template_index);
      g_assert_cmpmem (&again.frame, sizeof again.frame, &dd.frame, sizeof dd.frame);
      g_assert_true (again.first_in_frame == dd.first_in_frame
                     && again.last_in_frame == dd.last_in_frame && again.key_frame == dd.key_frame);
    }
}

static void
test_bad_template (void)
{
  ParlorDdStructure s = {0};
  ParlorDd dd;
  g_assert_cmpint (parse_hex (capture, &s, &dd), ==, PARLOR_DD_OK);
  guint8 bytes[3] = {(guint8)(0xc0 | ((s.id_offset + s.n_templates) % 64)), 1, 2};
  g_assert_cmpint (parlor_dd_parse (bytes, 3, &s, &dd), ==, PARLOR_DD_BAD_TEMPLATE);
  bytes[0]--;
  g_assert_cmpint (parlor_dd_parse (bytes, 3, &s, &dd), ==, PARLOR_DD_OK);
}

/* Every cut of the capture is refused, and the structure that held before still holds. Its last
 * byte may be padding. */
static void
test_truncated (void)
{
  guint8 bytes[128];
  gsize size = from_hex (capture, bytes);
  ParlorDdStructure s = {0};
  ParlorDd dd;
  g_assert_cmpint (parlor_dd_parse (bytes, size, &s, &dd), ==, PARLOR_DD_OK);
  ParlorDdStructure before = s;
  for (gsize n = 4; n + 1 < size; n++)
    {
      g_autofree guint8 *copy = g_memdup2 (bytes, n);
      g_assert_cmpint (parlor_dd_parse (copy, n, &s, &dd), ==, PARLOR_DD_SHORT);
      g_assert_cmpmem (&s, sizeof s, &before, sizeof before);
      g_assert_false (dd.key_frame || dd.has_structure);
    }
}

/* A structure whose templates never end, and one with a fifth spatial layer. */
static void
test_bad_structure (void)
{
  guint8 bytes[64] = {0xc0, 0, 1, 0x80};
  ParlorDdStructure s = {0};
  ParlorDd dd;
  g_assert_cmpint (parlor_dd_parse (bytes, sizeof bytes, &s, &dd), ==, PARLOR_DD_BAD_STRUCTURE);
  memset (bytes + 5, 0xaa, 8);
  g_assert_cmpint (parlor_dd_parse (bytes, sizeof bytes, &s, &dd), ==, PARLOR_DD_BAD_STRUCTURE);
  g_assert_false (s.valid);
}

static void
test_lies (void)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (4);
  ParlorDdStructure s = {0};
  ParlorDd dd;
  guint counts[5] = {0};
  for (guint round = 0; round < 200000; round++)
    {
      gsize size = (gsize)g_rand_int_range (rand, 0, 65);
      g_autofree guint8 *bytes = g_malloc (size + 1);
      for (gsize i = 0; i < size; i++)
        bytes[i] = (guint8)(round % 2 ? g_rand_int (rand) : g_rand_int (rand) & g_rand_int (rand));
      g_autofree guint8 *copy = g_memdup2 (bytes, size);
      if (round % 50 == 0)
        g_assert_cmpint (parse_hex (capture, &s, &dd), ==, PARLOR_DD_OK);
      counts[parlor_dd_parse (copy, size, &s, &dd)]++;
      g_assert_cmpuint (dd.template_index, <, MAX (s.n_templates, 1));
      g_assert_cmpuint (dd.frame.spatial, <, 4);
      g_assert_cmpuint (dd.frame.temporal, <, 8);
      for (guint dt = 0; dt < s.n_targets && s.n_chains; dt++)
        g_assert_cmpuint (s.protected_by[dt], <, s.n_chains);
    }
  for (guint i = 0; i < G_N_ELEMENTS (counts); i++)
    g_assert_true (counts[i] > 0 || i == PARLOR_DD_NO_STRUCTURE);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/proto/rtp/dd/a-key-frame-of-chromium", test_capture);
  g_test_add_func ("/proto/rtp/dd/later-packets-name-a-template", test_following);
  g_test_add_func ("/proto/rtp/dd/a-frame-may-have-its-own-values", test_own_values);
  g_test_add_func ("/proto/rtp/dd/a-template-that-is-not-there-is-refused", test_bad_template);
  g_test_add_func ("/proto/rtp/dd/every-cut-is-refused-and-changes-nothing", test_truncated);
  g_test_add_func ("/proto/rtp/dd/impossible-structures-are-refused", test_bad_structure);
  g_test_add_func ("/proto/rtp/dd/lies-up-to-64-bytes-stay-inside", test_lies);
  g_test_add_func ("/proto/rtp/dd/other-active-targets-and-all-else-the-same", test_write);
  return g_test_run ();
}
