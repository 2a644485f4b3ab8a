/* SPDX-License-Identifier: Apache-2.0 */
#include "proto/deflate.h"

#include <string.h>

#include "base/rng.h"

#define AGREED(text) g_assert_true (parlor_deflate_offered (text))
#define NOT_AGREED(text) g_assert_false (parlor_deflate_offered (text))

static void
test_offers (void)
{
  AGREED ("permessage-deflate");
  AGREED ("permessage-deflate; client_max_window_bits");
  AGREED (" PerMessage-Deflate ;client_max_window_bits=15; client_no_context_takeover");
  AGREED ("permessage-deflate; client_max_window_bits=\"9\"");
  AGREED ("permessage-deflate; server_no_context_takeover");
  AGREED ("x-webkit-deflate-frame, permessage-deflate");
  /* The first that can be had is taken (section 7.1.3's example). */
  AGREED ("permessage-deflate; server_max_window_bits=10, permessage-deflate");
  NOT_AGREED (NULL);
  NOT_AGREED ("");
  NOT_AGREED (",;,");
  NOT_AGREED ("deflate");
  NOT_AGREED ("permessage-deflate; server_max_window_bits=10");
  NOT_AGREED ("permessage-deflate; client_max_window_bits=16");
  NOT_AGREED ("permessage-deflate; client_max_window_bits=09");
  NOT_AGREED ("permessage-deflate; client_max_window_bits=");
  NOT_AGREED ("permessage-deflate; client_max_window_bits=\"");
  NOT_AGREED ("permessage-deflate; client_no_context_takeover=1");
  NOT_AGREED ("permessage-deflate; server_no_context_takeover; server_no_context_takeover");
  NOT_AGREED ("permessage-deflate; something");
  NOT_AGREED ("permessage-deflate;");
}

static void
assert_inflates (ParlorDeflate *deflate, const char *bytes, gsize n, const char *text)
{
  const guint8 *out;
  gsize length;
  g_assert_cmpint (parlor_inflate (deflate, (const guint8 *)bytes, n, 64, &out, &length), ==,
                   PARLOR_INFLATE_OK);
  g_assert_cmpmem (out, length, text, strlen (text));
}

/* RFC 7692 section 7.2.3: one block, one that is stored, a final one, two blocks. */
static void
test_vectors (void)
{
  g_autoptr (ParlorDeflate) deflate = parlor_deflate_new ();
  assert_inflates (deflate, "\xf2\x48\xcd\xc9\xc9\x07\x00", 7, "Hello");
  assert_inflates (deflate, "\x00\x05\x00\xfa\xff\x48\x65\x6c\x6c\x6f\x00", 11, "Hello");
  assert_inflates (deflate, "\xf3\x48\xcd\xc9\xc9\x07\x00\x00", 8, "Hello");
  assert_inflates (deflate, "\xf2\x48\x05\x00\x00\x00\xff\xff\xca\xc9\xc9\x07\x00", 13, "Hello");
  assert_inflates (deflate, "\x00", 1, "");
}

static ParlorInflateResult
inflate (ParlorDeflate *deflate, const char *bytes, gsize n, gsize most)
{
  const guint8 *out = NULL;
  gsize length;
  ParlorInflateResult result = parlor_inflate (deflate, (const guint8 *)bytes, n, most, &out,
                                               &length);
  g_assert_true (result == PARLOR_INFLATE_OK || !out);
  return result;
}

static void
test_broken (void)
{
  static const char hello[] = "\xf2\x48\xcd\xc9\xc9\x07\x00";
  static const char final[] = "\xf3\x48\xcd\xc9\xc9\x07\x00\x00";
  g_autoptr (ParlorDeflate) deflate = parlor_deflate_new ();
  for (gsize n = 0; n < 6; n++)
    g_assert_cmpint (inflate (deflate, hello, n, 64), ==, PARLOR_INFLATE_BROKEN);
  for (gsize n = 1; n < 6; n++)
    g_assert_cmpint (inflate (deflate, final, n, 64), ==, PARLOR_INFLATE_BROKEN);
  g_assert_cmpint (inflate (deflate, "\x07", 1, 64), ==, PARLOR_INFLATE_BROKEN);
  /* More behind the final block; a distance before the beginning, which no earlier message gives.
   */
  g_assert_cmpint (inflate (deflate, "\xf3\x48\xcd\xc9\xc9\x07\x00\x01", 8, 64), ==,
                   PARLOR_INFLATE_BROKEN);
  assert_inflates (deflate, hello, 7, "Hello");
  g_assert_cmpint (inflate (deflate, "\xf2\x00\x11\x00\x00", 5, 64), ==, PARLOR_INFLATE_BROKEN);
  assert_inflates (deflate, hello, 7, "Hello");
}

/* What becomes too long is given up at the first byte too many, whatever was allowed before. */
static void
test_bounds (void)
{
  g_autoptr (ParlorDeflate) deflate = parlor_deflate_new ();
  g_autoptr (ParlorDeflate) maker = parlor_deflate_new ();
  static const gsize sizes[] = {200000, 100, 16383, 16384, 16385, 32768, 65536, 1};
  g_autofree char *text = g_strnfill (1 << 20, 'a');
  for (guint i = 0; i < G_N_ELEMENTS (sizes); i++)
    {
      const guint8 *packed, *out;
      gsize n, length, size = MAX (sizes[i], 32);
      g_assert_true (parlor_deflate (maker, (guint8 *)text, size, &packed, &n));
      g_assert_cmpint (parlor_inflate (deflate, packed, n, size, &out, &length), ==,
                       PARLOR_INFLATE_OK);
      g_assert_cmpmem (out, length, text, size);
      g_assert_cmpint (inflate (deflate, (const char *)packed, n, size - 1), ==,
                       PARLOR_INFLATE_TOO_LONG);
      g_assert_cmpint (inflate (deflate, (const char *)packed, n, 0), ==, PARLOR_INFLATE_TOO_LONG);
    }
}

/* Words that return are shorter afterwards; noise is left as it is. */
static void
test_there_and_back (void)
{
  g_autoptr (ParlorDeflate) deflate = parlor_deflate_new ();
  g_autoptr (GByteArray) bytes = g_byte_array_new ();
  ParlorRng rng;
  parlor_rng_init_seeded (&rng, 11);
  for (guint round = 0; round < 200; round++)
    {
      const guint8 *packed, *out;
      gsize n, length;
      guint size = 1 + parlor_rng_below (&rng, 60000), kinds = 1 + parlor_rng_below (&rng, 256);
      g_byte_array_set_size (bytes, size);
      for (guint i = 0; i < size; i++)
        bytes->data[i] = (guint8)parlor_rng_below (&rng, kinds);
      if (!parlor_deflate (deflate, bytes->data, size, &packed, &n))
        {
          g_assert_true (kinds > 200 || size < 16);
          continue;
        }
      g_assert_cmpuint (n, <, size);
      g_assert_cmpint (parlor_inflate (deflate, packed, n, size, &out, &length), ==,
                       PARLOR_INFLATE_OK);
      g_assert_cmpmem (out, length, bytes->data, size);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/proto/deflate/agrees-to-what-it-can-keep", test_offers);
  g_test_add_func ("/proto/deflate/the-rfcs-own-messages", test_vectors);
  g_test_add_func ("/proto/deflate/what-is-not-whole-is-broken", test_broken);
  g_test_add_func ("/proto/deflate/never-more-than-allowed", test_bounds);
  g_test_add_func ("/proto/deflate/there-and-back", test_there_and_back);
  return g_test_run ();
}
