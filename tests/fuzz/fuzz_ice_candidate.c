/* SPDX-License-Identifier: Apache-2.0 */
/* What is read, written and read again is the same. */
#include <string.h>

#include "proto/sdp/candidate.h"

int LLVMFuzzerTestOneInput (const guint8 *data, gsize size);

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  ParlorSdpCandidate first, second;
  g_autoptr (GString) text = NULL;

  if (!parlor_sdp_candidate_parse ((const char *)data, size, &first))
    return 0;
  text = g_string_new (NULL);
  parlor_sdp_candidate_append (text, &first);
  g_assert_true (parlor_sdp_candidate_parse (text->str, text->len, &second));
  g_assert_cmpstr (first.foundation, ==, second.foundation);
  g_assert_cmpstr (first.address, ==, second.address);
  g_assert_cmpstr (first.ufrag, ==, second.ufrag);
  g_assert_cmpuint (first.priority, ==, second.priority);
  g_assert_cmpuint (first.port, ==, second.port);
  g_assert_cmpuint (first.component, ==, second.component);
  g_assert_cmpint (first.type, ==, second.type);
  g_assert_cmpint (first.tcp, ==, second.tcp);
  return 0;
}
