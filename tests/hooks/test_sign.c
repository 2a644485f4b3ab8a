/* SPDX-License-Identifier: Apache-2.0 */
#include "hooks/sign.h"

#include <string.h>

/* The specification's own example (standard-webhooks, its reference libraries' tests). */
#define SECRET "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
#define ID "msg_p5jXN8AQM9LWM0D4loKWxJek"
#define BODY "{\"test\": 2432232314}"
#define SIGNATURE "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
#define TIME 1614265330

static void
the_reference_vector (void)
{
  g_autofree char *header = parlor_sign (SECRET, ID, TIME, BODY, strlen (BODY));
  g_assert_cmpstr (header, ==, SIGNATURE);
  g_assert_true (parlor_sign_check (SECRET, ID, TIME, BODY, strlen (BODY), SIGNATURE));
}

static void
every_part_is_signed (void)
{
  g_assert_false (parlor_sign_check (SECRET, ID "x", TIME, BODY, strlen (BODY), SIGNATURE));
  g_assert_false (parlor_sign_check (SECRET, ID, TIME + 1, BODY, strlen (BODY), SIGNATURE));
  g_assert_false (parlor_sign_check (SECRET, ID, TIME, BODY, strlen (BODY) - 1, SIGNATURE));
  g_assert_false (parlor_sign_check (SECRET, ID, TIME, BODY, strlen (BODY), ""));
  g_assert_false (parlor_sign_check (SECRET, ID, TIME, BODY, strlen (BODY), "v1,"));
  g_assert_false (parlor_sign_check ("", ID, TIME, BODY, strlen (BODY), ""));
}

static void
several_secrets_sign_side_by_side (void)
{
  const char *two = SECRET " whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";
  g_autofree char *header = parlor_sign (two, ID, TIME, BODY, strlen (BODY));
  g_assert_nonnull (strstr (header, SIGNATURE " v1,"));
  g_assert_true (parlor_sign_check (SECRET, ID, TIME, BODY, strlen (BODY), header));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/hooks/sign/the-reference-vector", the_reference_vector);
  g_test_add_func ("/hooks/sign/every-part-is-signed", every_part_is_signed);
  g_test_add_func ("/hooks/sign/several-secrets-sign-side-by-side",
                   several_secrets_sign_side_by_side);
  return g_test_run ();
}
