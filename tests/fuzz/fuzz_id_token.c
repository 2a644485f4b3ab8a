/* SPDX-License-Identifier: Apache-2.0 */
/* What a sign-in provider answers: the raw bytes as an answer, as the claims of a well-formed one,
 * as the provider's configuration; and the same bytes as a browser's cookies. */
#include "http/idtoken.h"
#include "http/site.h"

#include <string.h>

#define NOW_S G_GINT64_CONSTANT (1700000000)

static void
check_token (const char *answer)
{
  g_autoptr (ParlorIdToken) token = parlor_id_token_parse (answer, "https://i", "c", "n", NOW_S);
  if (!token)
    return;
  g_assert_cmpuint (strlen (token->subject), >, 0);
  g_assert_cmpuint (strlen (token->subject), <=, 255);
  g_assert_true (!token->email || strlen (token->email) <= 254);
}

static void
check_config (const char *answer)
{
  g_autoptr (ParlorOidcConfig) config = parlor_oidc_config_parse (answer, "https://i");
  if (!config)
    return;
  g_assert_true (g_str_has_prefix (config->token, "https://")
                 || g_str_has_prefix (config->token, "http://127.0.0.1:"));
  g_assert_null (strpbrk (config->authorization, "\r\n"));
}

static void
check_cookie (const char *value)
{
  ParlorHttpRequest request = {.headers = {{"Cookie", value}}, .n_headers = 1};
  g_autofree char *found = parlor_site_cookie (&request, "__Host-parlor");
  g_assert_true (!found || (!strchr (found, ';') && strlen (found) < strlen (value)));
}

int LLVMFuzzerTestOneInput (const guint8 *data, gsize size);

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  g_autofree char *text = g_strndup ((const char *)data, size);
  check_token (text);
  check_config (text);
  check_cookie (text);
  g_autofree char *claims = g_base64_encode (data, size);
  g_strdelimit (claims, "+", '-');
  g_strdelimit (claims, "/", '_');
  claims[strcspn (claims, "=")] = 0;
  g_autofree char *answer = g_strdup_printf ("{\"id_token\":\"e30.%s.x\"}", claims);
  check_token (answer);
  return 0;
}
