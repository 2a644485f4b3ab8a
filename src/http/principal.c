/* SPDX-License-Identifier: Apache-2.0 */
/* Who asks: by what the request brings. A cookie counts only for pages of this very host, and for
 * what changes something only with the token that the page has to read and send (a foreign page can
 * make a browser send the cookie, but neither read the token nor set the header). */
#include "brand/signins.h"
#include "http/problem.h"
#include "http/site.h"

#include <openssl/crypto.h>
#include <string.h>

#define CSRF_LENGTH 32

/* RFC 7617. */
static gboolean
key_principal (ParlorSite *site, const char *value, ParlorPrincipal *out)
{
  if (g_ascii_strncasecmp (value, "Basic ", 6))
    return FALSE;
  gsize size = 0;
  g_autofree guchar *bytes = g_base64_decode (value + 6, &size);
  g_autofree char *text = g_strndup ((const char *)bytes, size);
  char *colon = strchr (text, ':');
  if (!colon)
    return FALSE;
  *colon = 0;
  return parlor_keyring_prove (site->spec.keyring, text, colon + 1, parlor_site_wall_ms (site),
                               out);
}

/* ---- the cookie ----------------------------------------------------------------------------- */

char *
parlor_site_cookie (const ParlorHttpRequest *request, const char *name)
{
  const char *value = parlor_http_header (request, "Cookie");
  gsize n = strlen (name);
  while (value && *value)
    {
      value += strspn (value, " ;");
      gsize length = strcspn (value, ";");
      if (length > n && value[n] == '=' && !strncmp (value, name, n))
        return g_strndup (value + n + 1, length - n - 1);
      value += length;
    }
  return NULL;
}

char *
parlor_site_csrf (const char *secret)
{
  g_autofree char *text = g_strconcat ("csrf\n", secret, NULL);
  g_autofree char *hex = g_compute_checksum_for_string (G_CHECKSUM_SHA256, text, -1);
  return g_strndup (hex, CSRF_LENGTH);
}

static gboolean
changes_nothing (const ParlorHttpRequest *request)
{
  return !strcmp (request->method, "GET") || !strcmp (request->method, "HEAD");
}

static gboolean
has_csrf (const ParlorHttpRequest *request, const char *secret)
{
  const char *said = parlor_http_header (request, "X-Parlor-CSRF");
  g_autofree char *token = parlor_site_csrf (secret);
  return said && strlen (said) == CSRF_LENGTH && !CRYPTO_memcmp (said, token, CSRF_LENGTH);
}

static gboolean
user_principal (ParlorSite *site, const ParlorHttpRequest *request, ParlorPrincipal *out)
{
  g_autofree char *secret = parlor_site_cookie (request, PARLOR_SITE_COOKIE);
  if (!secret || !parlor_cors_is_own (&site->cors, request))
    return FALSE;
  if (!changes_nothing (request) && !has_csrf (request, secret))
    return FALSE;
  const ParlorSignin *signin = parlor_signins_use (site->spec.brands, secret,
                                                   parlor_site_wall_ms (site));
  if (signin)
    parlor_signins_principal (site->spec.brands, signin, out);
  return out->caller != PARLOR_CALLER_STRANGER;
}

gboolean
parlor_site_origin_fits (ParlorSite *site, const ParlorHttpRequest *request, const char *brand_id)
{
  const char *origin = parlor_http_header (request, "Origin");
  const ParlorBrand *brand = parlor_brands_get (site->spec.brands, brand_id);
  return !origin || parlor_cors_allows (&site->cors, request)
         || (brand && parlor_brand_has_origin (brand, origin));
}

gboolean
parlor_site_welcomes (ParlorSite *site, const ParlorHttpRequest *request, const char *brand,
                      ParlorHttpReply *reply)
{
  if (parlor_site_origin_fits (site, request, brand))
    return TRUE;
  parlor_http_problem (reply, 403, "origin_refused",
                       "This page's origin is not one of the brand's origins.");
  return FALSE;
}

const char *
parlor_site_foreign (const ParlorSite *site, const ParlorHttpRequest *request)
{
  return parlor_cors_is_own (&site->cors, request) ? NULL : parlor_http_header (request, "Origin");
}

/* ---- all of them ---------------------------------------------------------------------------- */

static gboolean
find_out (ParlorSite *site, const ParlorHttpRequest *request, ParlorPrincipal *out)
{
  const char *authorization = parlor_http_header (request, "Authorization");
  if (parlor_http_bearer (request))
    {
      g_autoptr (ParlorClaims) claims = parlor_site_claims (site, request, NULL);
      if (claims)
        parlor_claims_principal (claims, out);
      return claims != NULL;
    }
  if (authorization)
    return key_principal (site, authorization, out);
  if (user_principal (site, request, out))
    return TRUE;
  if (!parlor_site_trusts (site, request))
    return FALSE;
  *out = (ParlorPrincipal){.caller = PARLOR_CALLER_USER,
                           .brand = PARLOR_DEMO_BRAND,
                           .subject = "usr_demo",
                           .roles = PARLOR_BRAND_EVERY_ROLE};
  return TRUE;
}

gboolean
parlor_site_principal (ParlorSite *site, const ParlorHttpRequest *request, ParlorPrincipal *out)
{
  *out = (ParlorPrincipal){.caller = PARLOR_CALLER_STRANGER};
  if (find_out (site, request, out) && parlor_site_origin_fits (site, request, out->brand))
    return TRUE;
  *out = (ParlorPrincipal){.caller = PARLOR_CALLER_STRANGER};
  return FALSE;
}

gboolean
parlor_site_allows_origin (ParlorSite *site, const ParlorHttpRequest *request)
{
  const char *origin = parlor_http_header (request, "Origin");
  if (parlor_cors_allows (&site->cors, request))
    return TRUE;
  if (!origin || !parlor_cors_is_host (&site->cors, request))
    return FALSE;
  g_autoptr (GPtrArray) list = parlor_brands_list (site->spec.brands);
  for (guint i = 0; i < list->len; i++)
    {
      const ParlorBrand *brand = list->pdata[i];
      if (!brand->closed_ms && parlor_brand_has_origin (brand, origin))
        return TRUE;
    }
  return FALSE;
}

gboolean
parlor_site_anyone_may_start (ParlorSite *site)
{
  const char *home = parlor_keyring_home (site->spec.keyring);
  const ParlorBrand *brand = parlor_brands_get (site->spec.brands, home);
  return site->spec.anyone_may_start || (brand && !strcmp (brand->may_start, "anyone"));
}
