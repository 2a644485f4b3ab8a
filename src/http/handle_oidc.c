/* SPDX-License-Identifier: Apache-2.0 */
/* Signing in by the brand's own provider: OpenID Connect's authorization code flow with PKCE (RFC
 * 7636). What is under way is kept here for ten minutes under its `state`, which a cookie binds to
 * the browser that began (else somebody could be signed in as somebody else). Each brand has a
 * callback of its own: at one for all, a brand's issuer could send the browser on to another
 * brand's provider and be handed the code that comes back (RFC 9700, 4.4: mix-up). */
#include "base/tally.h"
#include "http/fetch.h"
#include "http/idtoken.h"
#include "http/problem.h"
#include "http/signin.h"

#include <openssl/crypto.h>
#include <string.h>

#define FLOW_US (G_GINT64_CONSTANT (600) * G_USEC_PER_SEC)
#define CONFIG_US (G_GINT64_CONSTANT (3600) * G_USEC_PER_SEC)
#define MAX_FLOWS 10000
#define MAX_FLOWS_OF_ONE 100 /* of one address: people behind one router, who all went away */
#define COOKIE "__Host-parlor-oidc"

typedef struct
{
  char state[PARLOR_TOKEN_SIZE];
  char nonce[PARLOR_TOKEN_SIZE];
  char *verifier;
  char *brand;
  char *peer;
  ParlorTally *tally; /* borrowed; it counts the flow while the table has it, NULL after */
  gint64 until_us;
} Flow;

typedef struct
{
  ParlorOidcConfig *config;
  gint64 until_us;
} Known;

struct _ParlorOidc
{
  ParlorFetcher *fetcher;
  GHashTable *flows; /* state (inside) → owned Flow */
  ParlorTally *of_address;
  GHashTable *known; /* owned issuer → owned Known */
};

/* One request that waits for the provider. */
typedef struct
{
  ParlorSite *site;
  ParlorHttpPending *pending;
  char *brand;
  char *peer;
  char *base; /* address of this server */
  Flow *flow; /* of a callback; else NULL */
  char *code;
} Trip;

/* ---- begin and end -------------------------------------------------------------------------- */

static void
flow_uncount (Flow *flow)
{
  if (flow->tally)
    parlor_tally_give (flow->tally, flow->peer);
  flow->tally = NULL;
}

static void
flow_free (gpointer data)
{
  Flow *flow = data;
  flow_uncount (flow);
  g_free (flow->peer);
  g_free (flow->verifier);
  g_free (flow->brand);
  g_free (flow);
}

static void
known_free (gpointer data)
{
  parlor_oidc_config_free (((Known *)data)->config);
  g_free (data);
}

ParlorOidc *
parlor_oidc_new (const ParlorSiteSpec *spec)
{
  ParlorOidc *oidc = g_new0 (ParlorOidc, 1);
  ParlorFetcherSpec fetcher = {spec->loop, spec->may_call, spec->may_call_data};
  oidc->fetcher = parlor_fetcher_new (&fetcher);
  oidc->flows = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, flow_free);
  oidc->of_address = parlor_tally_new (MAX_FLOWS_OF_ONE);
  oidc->known = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, known_free);
  return oidc;
}

void
parlor_oidc_free (ParlorOidc *oidc)
{
  if (!oidc)
    return;
  parlor_fetcher_free (oidc->fetcher);
  g_hash_table_unref (oidc->flows);
  parlor_tally_free (oidc->of_address);
  g_hash_table_unref (oidc->known);
  g_free (oidc);
}

static gboolean
is_late (gpointer key, gpointer value, gpointer time_us)
{
  return ((Flow *)value)->until_us <= *(gint64 *)time_us;
}

static gboolean
has_room (const ParlorOidc *oidc, const char *peer)
{
  return g_hash_table_size (oidc->flows) < MAX_FLOWS
         && parlor_tally_has_room (oidc->of_address, peer);
}

/* NULL: too many are under way, of this address or of all. */
static Flow *
flow_new (ParlorSite *site, const char *brand, const char *peer)
{
  ParlorOidc *oidc = site->oidc;
  ParlorRandom *random = &site->spec.random;
  char half[PARLOR_TOKEN_SIZE], other[PARLOR_TOKEN_SIZE];
  gint64 time_us = parlor_site_now_us (site);
  if (!has_room (oidc, peer))
    g_hash_table_foreach_remove (oidc->flows, is_late, &time_us);
  if (!has_room (oidc, peer))
    return NULL;
  Flow *flow = g_new0 (Flow, 1);
  parlor_token_make (random, flow->state);
  parlor_token_make (random, flow->nonce);
  parlor_token_make (random, half);
  parlor_token_make (random, other);
  flow->verifier = g_strconcat (half, other, NULL); /* 52 characters; RFC 7636 wants 43 to 128 */
  flow->brand = g_strdup (brand);
  flow->peer = g_strdup (peer);
  flow->until_us = time_us + FLOW_US;
  if (parlor_tally_take (oidc->of_address, peer))
    flow->tally = oidc->of_address;
  g_hash_table_insert (oidc->flows, flow->state, flow);
  return flow;
}

static void
trip_free (Trip *trip)
{
  if (trip->flow)
    flow_free (trip->flow);
  g_free (trip->brand);
  g_free (trip->peer);
  g_free (trip->base);
  g_free (trip->code);
  g_free (trip);
}

static void
redirect (ParlorHttpReply *reply, const char *location)
{
  reply->status = 302;
  parlor_http_reply_header (reply, "Location", location);
  parlor_http_reply_header (reply, "Cache-Control", "no-store");
}

/* Back to the page that says that it failed; why is nobody's business out there. */
static void
fail (const Trip *trip, ParlorHttpReply *reply)
{
  const ParlorBrand *brand = parlor_brands_get (trip->site->spec.brands, trip->brand);
  g_autofree char *where = g_strdup_printf ("/signin?brand=%s&failed=1", brand ? brand->slug : "");
  redirect (reply, where);
}

static void
trip_end (Trip *trip, ParlorHttpReply *reply)
{
  parlor_http_answer (trip->pending, reply);
  parlor_http_reply_clear (reply);
  trip_free (trip);
}

/* ---- what the provider says of itself ------------------------------------------------------- */

static const ParlorOidcConfig *
find_config (ParlorSite *site, const char *issuer)
{
  const Known *known = g_hash_table_lookup (site->oidc->known, issuer);
  return known && known->until_us > parlor_site_now_us (site) ? known->config : NULL;
}

static const ParlorOidcConfig *
learn_config (ParlorSite *site, const char *issuer, const char *body)
{
  ParlorOidcConfig *config = parlor_oidc_config_parse (body, issuer);
  if (!config)
    return NULL;
  Known *known = g_new0 (Known, 1);
  known->config = config;
  known->until_us = parlor_site_now_us (site) + CONFIG_US;
  g_hash_table_replace (site->oidc->known, g_strdup (issuer), known);
  return config;
}

/* ---- away ----------------------------------------------------------------------------------- */

/* Where the brand's provider sends the browser back, as a value of a query or form. */
static char *
callback_of (const Trip *trip)
{
  g_autofree char *url = g_strconcat (trip->base, "/v1/signin/callback/", trip->brand, NULL);
  return g_uri_escape_string (url, NULL, FALSE);
}

static char *
challenge_of (const char *verifier)
{
  guint8 digest[32];
  gsize size = sizeof digest;
  g_autoptr (GChecksum) sum = g_checksum_new (G_CHECKSUM_SHA256);
  g_checksum_update (sum, (const guchar *)verifier, -1);
  g_checksum_get_digest (sum, digest, &size);
  char *text = g_base64_encode (digest, size);
  g_strdelimit (text, "+", '-');
  g_strdelimit (text, "/", '_');
  text[strcspn (text, "=")] = 0;
  return text;
}

static void
send_away (const Trip *trip, const ParlorBrand *brand, const ParlorOidcConfig *config,
           ParlorHttpReply *reply)
{
  Flow *flow = flow_new (trip->site, brand->id, trip->peer);
  if (!flow)
    {
      parlor_http_too_many (reply, G_USEC_PER_SEC, "Too many sign in at once. Wait a little.");
      return;
    }
  g_autofree char *challenge = challenge_of (flow->verifier);
  g_autofree char *client = g_uri_escape_string (brand->oidc_client, NULL, FALSE);
  g_autofree char *callback = callback_of (trip);
  g_autofree char *url = g_strdup_printf (
      "%s%cresponse_type=code&scope=openid%%20email%%20profile&client_id=%s"
      "&redirect_uri=%s&state=%s&nonce=%s"
      "&code_challenge=%s&code_challenge_method=S256",
      config->authorization, strchr (config->authorization, '?') ? '&' : '?', client, callback,
      flow->state, flow->nonce, challenge);
  g_autofree char *cookie = g_strdup_printf (
      COOKIE "=%s; Path=/; Max-Age=600; HttpOnly; Secure; SameSite=Lax", flow->state);
  redirect (reply, url);
  parlor_http_reply_header (reply, "Set-Cookie", cookie);
}

static void
on_discovered (guint status, const char *body, gboolean gone, gpointer user_data)
{
  Trip *trip = user_data;
  ParlorHttpReply reply;
  parlor_http_reply_init (&reply);
  if (!gone)
    {
      const ParlorBrand *brand = parlor_brands_get (trip->site->spec.brands, trip->brand);
      const ParlorOidcConfig *config = NULL;
      if (status == 200 && brand && brand->oidc_issuer && brand->oidc_client)
        config = learn_config (trip->site, brand->oidc_issuer, body);
      if (config)
        send_away (trip, brand, config, &reply);
      else
        fail (trip, &reply);
    }
  trip_end (trip, &reply);
}

void
parlor_handle_oidc_start (ParlorSite *site, ParlorHttpRequest *request, ParlorHttpReply *reply)
{
  const char *name = parlor_http_query (request, "brand");
  ParlorBrands *brands = site->spec.brands;
  const ParlorBrand *brand = name && *name                       ? parlor_brands_find (brands, name)
                             : parlor_brands_count (brands) == 1 ? parlor_brands_first (brands)
                                                                 : NULL;
  if (!brand || !brand->oidc_issuer || !brand->oidc_client)
    {
      parlor_http_problem (reply, 404, "not_found", "This brand has no provider to sign in by.");
      return;
    }
  Trip *trip = g_new0 (Trip, 1);
  trip->site = site;
  trip->brand = g_strdup (brand->id);
  trip->peer = g_strdup (request->peer);
  trip->base = parlor_site_base_url (site, request);
  const ParlorOidcConfig *config = find_config (site, brand->oidc_issuer);
  g_autofree char *issuer = g_strdup (brand->oidc_issuer);
  gsize n = strlen (issuer);
  issuer[n && issuer[n - 1] == '/' ? n - 1 : n] = 0;
  g_autofree char *url = g_strconcat (issuer, "/.well-known/openid-configuration", NULL);
  if (config)
    send_away (trip, brand, config, reply);
  else if (parlor_fetch (site->oidc->fetcher, url, NULL, NULL, NULL, on_discovered, trip))
    {
      trip->pending = parlor_http_defer (request);
      return;
    }
  else
    parlor_http_too_many (reply, G_USEC_PER_SEC, "Too many sign in at once. Wait a little.");
  trip_free (trip);
}

/* ---- and back ------------------------------------------------------------------------------- */

/* The subject is the person for ever; the first time his verified address must be a login that an
 * admin has made. Nobody is made by a provider. */
static const ParlorUser *
person_of (ParlorSite *site, const char *brand, const ParlorIdToken *token)
{
  ParlorBrands *brands = site->spec.brands;
  const ParlorUser *user = parlor_users_find_subject (brands, brand, token->subject);
  if (user || !token->email)
    return user;
  user = parlor_users_find (brands, brand, token->email);
  return user && parlor_users_bind_subject (brands, user, token->subject, NULL) ? user : NULL;
}

static void
let_in (const Trip *trip, const char *body, ParlorHttpReply *reply)
{
  ParlorSite *site = trip->site;
  const ParlorBrand *brand = parlor_brands_get (site->spec.brands, trip->brand);
  g_autoptr (ParlorIdToken) token = NULL;
  if (brand && !brand->closed_ms && brand->oidc_issuer && brand->oidc_client)
    token = parlor_id_token_parse (body, brand->oidc_issuer, brand->oidc_client, trip->flow->nonce,
                                   parlor_site_wall_ms (site) / 1000);
  const ParlorUser *user = token ? person_of (site, brand->id, token) : NULL;
  if (user && !user->disabled_ms)
    parlor_signin_welcome (site, user, PARLOR_BRAND_EVERY_ROLE, reply);
  if (reply->status != 200)
    {
      parlor_signin_failed (site, trip->brand, user);
      fail (trip, reply);
      return;
    }
  g_clear_pointer (&reply->body, g_bytes_unref);
  redirect (reply, "/admin");
  parlor_http_reply_header (reply, "Set-Cookie",
                            COOKIE "=; Path=/; Max-Age=0; HttpOnly; Secure; SameSite=Lax");
}

static void
on_token (guint status, const char *body, gboolean gone, gpointer user_data)
{
  Trip *trip = user_data;
  ParlorHttpReply reply;
  parlor_http_reply_init (&reply);
  if (!gone && status == 200)
    let_in (trip, body, &reply);
  else if (!gone)
    {
      parlor_signin_failed (trip->site, trip->brand, NULL);
      fail (trip, &reply);
    }
  trip_end (trip, &reply);
}

static gboolean
ask_for_token (Trip *trip)
{
  const ParlorBrand *brand = parlor_brands_get (trip->site->spec.brands, trip->brand);
  const ParlorOidcConfig *config = brand && brand->oidc_issuer && brand->oidc_client
                                       ? find_config (trip->site, brand->oidc_issuer)
                                       : NULL;
  if (!config)
    return FALSE;
  g_autofree char *code = g_uri_escape_string (trip->code, NULL, FALSE);
  g_autofree char *callback = callback_of (trip);
  g_autofree char *client = g_uri_escape_string (brand->oidc_client, NULL, FALSE);
  g_autofree char *form = g_strdup_printf (
      "grant_type=authorization_code&code=%s&redirect_uri=%s&code_verifier=%s&client_id=%s", code,
      callback, trip->flow->verifier, client);
  const char *user = brand->oidc_secret ? brand->oidc_client : NULL;
  return parlor_fetch (trip->site->oidc->fetcher, config->token, form, user, brand->oidc_secret,
                       on_token, trip);
}

/* The flow of this browser's state and of the brand whose callback it is, taken: it is good once.
 */
static Flow *
take_flow (ParlorSite *site, const ParlorHttpRequest *request)
{
  const char *state = parlor_http_query (request, "state");
  g_autofree char *own = parlor_site_cookie (request, COOKIE);
  Flow *flow = state ? g_hash_table_lookup (site->oidc->flows, state) : NULL;
  if (!flow || !own || strlen (own) != strlen (flow->state)
      || CRYPTO_memcmp (own, flow->state, strlen (own)))
    return NULL;
  g_hash_table_steal (site->oidc->flows, flow->state);
  flow_uncount (flow);
  if (flow->until_us > parlor_site_now_us (site) && !strcmp (flow->brand, request->params[0]))
    return flow;
  flow_free (flow);
  return NULL;
}

void
parlor_handle_oidc_callback (ParlorSite *site, ParlorHttpRequest *request, ParlorHttpReply *reply)
{
  const char *code = parlor_http_query (request, "code");
  Trip *trip = g_new0 (Trip, 1);
  trip->site = site;
  trip->flow = take_flow (site, request);
  trip->brand = g_strdup (request->params[0]);
  trip->base = parlor_site_base_url (site, request);
  trip->code = g_strdup (code);
  if (trip->flow && code && *code && strlen (code) <= 2048 && ask_for_token (trip))
    {
      trip->pending = parlor_http_defer (request);
      return;
    }
  fail (trip, reply);
  trip_free (trip);
}
