/* SPDX-License-Identifier: Apache-2.0 */
#include "http/idtoken.h"

#include "base/jsondepth.h"
#include "http/fetch.h"

#include <jansson.h>
#include <string.h>

#define DEPTH_MAX 16
#define LEEWAY_SEC 60
#define SUBJECT_MAX_BYTES 255
#define EMAIL_MAX_BYTES 254

static json_t *
parse_object (const char *text, gsize length)
{
  if (!text || parlor_json_is_too_deep (text, length, DEPTH_MAX))
    return NULL;
  json_t *json = json_loadb (text, length, JSON_REJECT_DUPLICATES, NULL);
  if (json_is_object (json))
    return json;
  json_decref (json);
  return NULL;
}

static const char *
string (const json_t *json, const char *name)
{
  return json_string_value (json_object_get (json, name));
}

static gboolean
is_endpoint (const char *url)
{
  return url && strlen (url) <= 1000 && !strpbrk (url, " \"<>\r\n#")
         && (g_str_has_prefix (url, "https://") || parlor_fetch_is_loopback (url));
}

void
parlor_oidc_config_free (ParlorOidcConfig *config)
{
  if (!config)
    return;
  g_free (config->authorization);
  g_free (config->token);
  g_free (config);
}

ParlorOidcConfig *
parlor_oidc_config_parse (const char *text, const char *issuer)
{
  json_t *json = parse_object (text, text ? strlen (text) : 0);
  const char *said = string (json, "issuer");
  const char *authorization = string (json, "authorization_endpoint");
  const char *token = string (json, "token_endpoint");
  ParlorOidcConfig *config = NULL;
  if (said && !strcmp (said, issuer) && is_endpoint (authorization) && is_endpoint (token))
    {
      config = g_new0 (ParlorOidcConfig, 1);
      config->authorization = g_strdup (authorization);
      config->token = g_strdup (token);
    }
  json_decref (json);
  return config;
}

void
parlor_id_token_free (ParlorIdToken *token)
{
  if (!token)
    return;
  g_free (token->subject);
  g_free (token->email);
  g_free (token);
}

/* The claims of header.claims.signature. */
static json_t *
claims_of (const char *token)
{
  const char *begin = token ? strchr (token, '.') : NULL;
  const char *end = begin ? strchr (begin + 1, '.') : NULL;
  gsize size = 0;
  if (!end)
    return NULL;
  g_autofree char *part = g_strndup (begin + 1, (gsize)(end - begin) - 1);
  if (strspn (part, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_")
      != strlen (part))
    return NULL;
  g_strdelimit (part, "-", '+');
  g_strdelimit (part, "_", '/');
  g_autofree char *padded = g_strconcat (part, &"==="[3 - (4 - strlen (part) % 4) % 4], NULL);
  g_autofree guchar *bytes = g_base64_decode (padded, &size);
  return parse_object ((const char *)bytes, size);
}

static gboolean
is_for (const json_t *claims, const char *client)
{
  const json_t *aud = json_object_get (claims, "aud");
  const char *party = string (claims, "azp");
  json_t *item;
  gsize i;
  gboolean named = json_is_string (aud) && !strcmp (json_string_value (aud), client);
  json_array_foreach (aud, i, item)
      named = named || (json_is_string (item) && !strcmp (json_string_value (item), client));
  gboolean several = json_array_size (aud) > 1;
  return named && (party ? !strcmp (party, client) : !several);
}

static gboolean
is_good (const json_t *claims, const char *issuer, const char *client, const char *nonce,
         gint64 wall_s)
{
  const char *said = string (claims, "iss"), *again = string (claims, "nonce");
  const char *subject = string (claims, "sub");
  const json_t *exp = json_object_get (claims, "exp");
  return said && !strcmp (said, issuer) && again && !strcmp (again, nonce)
         && is_for (claims, client) && json_is_integer (exp)
         && json_integer_value (exp) > wall_s - LEEWAY_SEC && subject && *subject
         && strlen (subject) <= SUBJECT_MAX_BYTES;
}

ParlorIdToken *
parlor_id_token_parse (const char *answer, const char *issuer, const char *client,
                       const char *nonce, gint64 wall_s)
{
  json_t *json = parse_object (answer, answer ? strlen (answer) : 0);
  json_t *claims = claims_of (string (json, "id_token"));
  const char *email = string (claims, "email");
  ParlorIdToken *token = NULL;
  if (claims && is_good (claims, issuer, client, nonce, wall_s))
    {
      token = g_new0 (ParlorIdToken, 1);
      token->subject = g_strdup (string (claims, "sub"));
      if (email && strlen (email) <= EMAIL_MAX_BYTES
          && json_is_true (json_object_get (claims, "email_verified")))
        token->email = g_strdup (email);
    }
  json_decref (claims);
  json_decref (json);
  return token;
}
