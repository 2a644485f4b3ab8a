/* SPDX-License-Identifier: Apache-2.0 */
#include "http/token.h"

#include "base/error.h"
#include "base/text.h"
#include "brand/keys.h"

#include <jansson.h>
#include <jwt.h>
#include <openssl/crypto.h>
#include <string.h>

/* 64 characters. */
#define COMPANY_MAX_BYTES 256

typedef struct
{
  char *id;
  char *brand;
  char *secret;
} Key;

struct _ParlorKeyring
{
  ParlorAuth auth;              /* first: parlor_keyring_auth () hands this out */
  GPtrArray *keys;              /* owned Key, of the config file */
  ParlorBrands *brands;         /* borrowed, nullable: the keys that people made */
  ParlorPassStands pass_stands; /* nullable: no pass holds */
  gpointer pass_data;
};

/* A key that holds, wherever it came from; borrowed. */
typedef struct
{
  const char *id, *brand, *secret;
  guint scopes, roles;
} Found;

static void
key_free (gpointer data)
{
  Key *key = data;
  OPENSSL_cleanse (key->secret, strlen (key->secret));
  g_free (key->secret);
  g_free (key->id);
  g_free (key->brand);
  g_free (key);
}

static const Key *
find_configured (const ParlorKeyring *keyring, const char *id)
{
  for (guint i = 0; id && i < keyring->keys->len; i++)
    {
      const Key *key = keyring->keys->pdata[i];
      if (!strcmp (key->id, id))
        return key;
    }
  return NULL;
}

static gboolean
find_key (const ParlorKeyring *keyring, const char *id, gint64 wall_ms, Found *found)
{
  const Key *configured = find_configured (keyring, id);
  const ParlorApiKey *made = NULL;
  if (configured)
    *found = (Found){configured->id, configured->brand, configured->secret, PARLOR_EVERY_SCOPE,
                     PARLOR_BRAND_EVERY_ROLE};
  else if (keyring->brands && (made = parlor_keys_find (keyring->brands, id, wall_ms)))
    *found = (Found){made->id, made->brand, made->secret, parlor_key_scopes (made),
                     parlor_scopes_roles (parlor_key_scopes (made))};
  return configured || made;
}

/* Tokens are also signed by the server itself, for a brand: `iss` is then the brand's id. */
static gboolean
find_signer (const ParlorKeyring *keyring, const char *id, gint64 wall_ms, Found *found)
{
  if (find_key (keyring, id, wall_ms, found))
    return (found->scopes & PARLOR_SCOPE_TOKENS) != 0;
  const ParlorBrand *brand = keyring->brands ? parlor_brands_get (keyring->brands, id) : NULL;
  if (!brand || brand->closed_ms)
    return FALSE;
  *found = (Found){brand->id, brand->id, brand->secret, PARLOR_SCOPE_TOKENS, 0};
  return TRUE;
}

/* ---- verifying ------------------------------------------------------------------------------ */

static ParlorClaims *
refuse (GError **error, const char *why)
{
  g_set_error (error, PARLOR_ERROR, PARLOR_ERROR_UNAUTHORIZED, "The token was refused: %s.", why);
  return NULL;
}

/* base64url without padding (RFC 7515 appendix C); strict, since GLib's decoder skips what it does
 * not know. */
static guchar *
decode_base64url (const char *text, gsize length, gsize *out_length)
{
  if (length % 4 == 1)
    return NULL;
  GString *base64 = g_string_sized_new (length + 4);
  for (gsize i = 0; i < length; i++)
    {
      char c = text[i];
      if (!g_ascii_isalnum (c) && c != '-' && c != '_')
        {
          g_string_free (base64, TRUE);
          return NULL;
        }
      g_string_append_c (base64, c == '-' ? '+' : c == '_' ? '/' : c);
    }
  while (base64->len % 4)
    g_string_append_c (base64, '=');
  guchar *bytes = g_base64_decode (base64->str, out_length);
  g_string_free (base64, TRUE);
  return bytes;
}

/* A claims set nests two deep at most: anything deeper is refused before jansson recurses. */
static gboolean
nests_little (const guchar *text, gsize length)
{
  guint open = 0;
  for (gsize i = 0; i < length; i++)
    if (text[i] == '{' || text[i] == '[')
      open++;
  return open <= 16;
}

static json_t *
decode_part (const char *text, gsize length)
{
  gsize size = 0;
  g_autofree guchar *bytes = decode_base64url (text, length, &size);
  if (!bytes || !nests_little (bytes, size))
    return NULL;
  json_t *json = json_loadb ((const char *)bytes, size, JSON_REJECT_DUPLICATES, NULL);
  if (json && !json_is_object (json))
    {
      json_decref (json);
      json = NULL;
    }
  return json;
}

static const char *
string_member (const json_t *object, const char *name)
{
  return json_string_value (json_object_get (object, name));
}

static gboolean
is_pinned_header (const json_t *header)
{
  const char *alg = string_member (header, "alg");
  return alg && !strcmp (alg, "HS256") && !json_object_get (header, "crit");
}

/* libjwt checks the signature, never with a NULL key, and must agree about the algorithm. */
static gboolean
is_signed_by (const char *token, const Found *key)
{
  jwt_t *jwt = NULL;
  gboolean good = !jwt_decode (&jwt, token, (const unsigned char *)key->secret,
                               (int)strlen (key->secret))
                  && jwt_get_alg (jwt) == JWT_ALG_HS256;
  jwt_free (jwt);
  return good;
}

static gboolean
get_seconds (const json_t *payload, const char *name, gint64 *seconds)
{
  const json_t *value = json_object_get (payload, name);
  if (!json_is_number (value))
    return FALSE;
  double number = json_number_value (value);
  if (!(number >= 0 && number < 1e11))
    return FALSE;
  *seconds = (gint64)number;
  return TRUE;
}

static const char *
check_time (const json_t *payload, gint64 wall_ms, gint64 *expires_ms)
{
  gint64 exp = 0, nbf = 0, now = wall_ms / 1000;
  if (!get_seconds (payload, "exp", &exp))
    return "it has no exp";
  if (now >= exp + PARLOR_JWT_LEEWAY_SEC)
    return "it has expired";
  if (json_object_get (payload, "nbf") && !get_seconds (payload, "nbf", &nbf))
    return "its nbf is no time";
  if (nbf > now + PARLOR_JWT_LEEWAY_SEC)
    return "it is not valid yet";
  *expires_ms = exp * 1000;
  return NULL;
}

static const char *
take_publish (const json_t *payload, ParlorClaims *claims)
{
  const json_t *publish = json_object_get (payload, "publish");
  const json_t *item;
  gsize i;
  if (!publish)
    {
      claims->granted |= parlor_role_rights (claims->role) & PARLOR_RIGHTS_PUBLISH;
      return NULL;
    }
  if (!json_is_array (publish))
    return "publish is not a list";
  json_array_foreach (publish, i, item)
  {
    ParlorRights right = parlor_right_from_publish (json_string_value (item));
    if (right == PARLOR_RIGHT_NONE)
      return "publish names something unknown";
    claims->granted |= right;
  }
  return NULL;
}

static const char *
take_flag (const json_t *payload, const char *name, gboolean absent, ParlorRights right,
           ParlorClaims *claims)
{
  const json_t *value = json_object_get (payload, name);
  if (value && !json_is_boolean (value))
    return "subscribe and record are booleans";
  if (value ? json_is_true (value) : absent)
    claims->granted |= right;
  return NULL;
}

static const char *
take_text (const json_t *payload, const char *name, char **text)
{
  const json_t *value = json_object_get (payload, name);
  if (value && !json_is_string (value))
    return "room and name are strings";
  *text = value ? g_strdup (json_string_value (value)) : NULL;
  return NULL;
}

static const char *
take_role (const json_t *payload, ParlorClaims *claims)
{
  const json_t *role = json_object_get (payload, "role");
  claims->role = PARLOR_ROLE_VIEWER;
  if (role && !parlor_role_from_name (json_string_value (role), &claims->role))
    return "its role is unknown";
  return NULL;
}

static gboolean
pass_stands (const ParlorKeyring *keyring, const char *pass)
{
  return keyring->pass_stands && keyring->pass_stands (pass, keyring->pass_data);
}

/* A partner is one of some company; nobody else has one. */
static const char *
take_pass (const json_t *payload, ParlorClaims *claims)
{
  const char *why = take_text (payload, "company", &claims->company);
  if (!why)
    why = take_text (payload, "pass", &claims->pass);
  if (!why && (claims->role == PARLOR_ROLE_PARTNER) != (claims->company && *claims->company))
    why = "a partner has a company, and only a partner";
  if (!why && claims->company && strlen (claims->company) > COMPANY_MAX_BYTES)
    why = "its company is too long";
  return why;
}

static const char *
take_claims (const json_t *payload, const Found *key, ParlorClaims *claims)
{
  const char *why;
  const char *identity = string_member (payload, "sub");
  if (!parlor_text_identity (identity))
    return "sub must be an identity of 1 to 128 characters";
  claims->identity = g_strdup (identity);
  claims->issuer = g_strdup (key->id);
  claims->brand = g_strdup (key->brand);
  claims->guest = json_is_true (json_object_get (payload, "guest"));
  claims->named = json_is_true (json_object_get (payload, "named"));
  if ((why = take_text (payload, "room", &claims->room))
      || (why = take_text (payload, "name", &claims->name)) || (why = take_role (payload, claims))
      || (why = take_pass (payload, claims)) || (why = take_publish (payload, claims))
      || (why = take_flag (payload, "subscribe", TRUE, PARLOR_RIGHT_SUBSCRIBE, claims))
      || (why = take_flag (payload, "record", FALSE, PARLOR_RIGHT_RECORD, claims)))
    return why;
  return NULL;
}

static gboolean
split (const char *token, const char **payload, const char **signature)
{
  const char *first = strchr (token, '.');
  const char *second = first ? strchr (first + 1, '.') : NULL;
  if (!second || strchr (second + 1, '.') || !second[1])
    return FALSE;
  *payload = first + 1;
  *signature = second + 1;
  return TRUE;
}

static ParlorClaims *
verify (ParlorAuth *auth, const char *token, gint64 wall_ms, GError **error)
{
  const ParlorKeyring *keyring = (const ParlorKeyring *)auth;
  const char *payload_text, *signature;
  if (!token || strnlen (token, PARLOR_JWT_MAX_BYTES + 1) > PARLOR_JWT_MAX_BYTES
      || !split (token, &payload_text, &signature))
    return refuse (error, "it is not a signed token");
  json_t *header = decode_part (token, (gsize)(payload_text - token) - 1);
  json_t *payload = decode_part (payload_text, (gsize)(signature - payload_text) - 1);
  ParlorClaims *claims = g_new0 (ParlorClaims, 1);
  Found key;
  gboolean known = payload && find_signer (keyring, string_member (payload, "iss"), wall_ms, &key);
  const char *why = NULL;
  if (!header || !payload)
    why = "it does not parse";
  else if (!is_pinned_header (header))
    why = "its algorithm is not HS256";
  else if (!known || !is_signed_by (token, &key))
    why = "unknown key or wrong signature";
  else if (!(why = check_time (payload, wall_ms, &claims->expires_ms))
           && !(why = take_claims (payload, &key, claims)) && claims->pass
           && !pass_stands (keyring, claims->pass))
    why = "it was taken back";
  json_decref (header);
  json_decref (payload);
  if (!why)
    return claims;
  parlor_claims_free (claims);
  return refuse (error, why);
}

static gboolean
stands (ParlorAuth *auth, const ParlorPrincipal *principal, gint64 wall_ms)
{
  /* The room itself ends a token's time, and says so. */
  if (principal->caller != PARLOR_CALLER_TOKEN && principal->expires_ms
      && wall_ms >= principal->expires_ms)
    return FALSE;
  const ParlorKeyring *keyring = (const ParlorKeyring *)auth;
  if (g_str_has_prefix (principal->by, "inv_") || g_str_has_prefix (principal->by, "prt_"))
    return pass_stands (keyring, principal->by);
  return !*principal->by || find_configured (keyring, principal->by)
         || (keyring->brands && parlor_brands_stands (keyring->brands, principal, wall_ms));
}

/* ---- signing -------------------------------------------------------------------------------- */

static json_t *
publish_list (ParlorRights granted)
{
  json_t *list = json_array ();
  if (granted & PARLOR_RIGHT_PUBLISH_MICROPHONE)
    json_array_append_new (list, json_string ("mic"));
  if (granted & PARLOR_RIGHT_PUBLISH_CAMERA)
    json_array_append_new (list, json_string ("camera"));
  if (granted & PARLOR_RIGHT_PUBLISH_SCREEN)
    json_array_append_new (list, json_string ("screen"));
  return list;
}

static char *
claims_to_json (const ParlorClaims *claims, const char *issuer)
{
  json_t *json = json_pack (
      "{s:s,s:s,s:I,s:s,s:o,s:b,s:b}", "iss", issuer, "sub", claims->identity, "exp",
      (json_int_t)(claims->expires_ms / 1000), "role", parlor_role_name (claims->role), "publish",
      publish_list (claims->granted), "subscribe", !!(claims->granted & PARLOR_RIGHT_SUBSCRIBE),
      "record", !!(claims->granted & PARLOR_RIGHT_RECORD));
  if (claims->room)
    json_object_set_new (json, "room", json_string (claims->room));
  if (claims->name)
    json_object_set_new (json, "name", json_string (claims->name));
  if (claims->company)
    json_object_set_new (json, "company", json_string (claims->company));
  if (claims->pass)
    json_object_set_new (json, "pass", json_string (claims->pass));
  if (claims->guest)
    json_object_set_new (json, "guest", json_true ());
  if (claims->named)
    json_object_set_new (json, "named", json_true ());
  char *text = json_dumps (json, JSON_COMPACT);
  json_decref (json);
  return text;
}

char *
parlor_keyring_sign (const ParlorKeyring *keyring, const ParlorClaims *claims, GError **error)
{
  Found key;
  const char *issuer = claims->issuer ? claims->issuer
                                      : parlor_keyring_signer (keyring, claims->brand);
  gboolean known = find_signer (keyring, issuer, 0, &key);
  jwt_t *jwt = NULL;
  if (!known || jwt_new (&jwt))
    {
      g_set_error (error, PARLOR_ERROR, PARLOR_ERROR_NOT_FOUND,
                   "There is no API key to sign with.");
      return NULL;
    }
  char *json = claims_to_json (claims, key.id);
  jwt_add_grants_json (jwt, json);
  jwt_set_alg (jwt, JWT_ALG_HS256, (const unsigned char *)key.secret, (int)strlen (key.secret));
  char *encoded = jwt_encode_str (jwt);
  char *token = g_strdup (encoded);
  free (encoded);
  jwt_free (jwt);
  free (json);
  return token;
}

/* ---- panels --------------------------------------------------------------------------------- */

/* A key of their own, made of the brand's: as a token for a room such a one is nothing, and whoever
 * holds an API key cannot make one. */
static char *
panel_key (const ParlorKeyring *keyring, const char *brand, gint64 wall_ms)
{
  Found key;
  const char *signer = parlor_keyring_signer (keyring, brand);
  if (!signer || !find_signer (keyring, signer, wall_ms, &key))
    return NULL;
  return g_compute_hmac_for_string (G_CHECKSUM_SHA256, (const guchar *)key.secret,
                                    strlen (key.secret), "parlor panel 1", -1);
}

static char *
sign_panel (ParlorAuth *auth, const ParlorPanelClaims *claims)
{
  jwt_t *jwt = NULL;
  g_autofree char *key = panel_key ((const ParlorKeyring *)auth, claims->brand, claims->at_ms);
  if (!key || jwt_new (&jwt))
    return NULL;
  json_t *json = json_pack ("{s:s,s:s,s:s,s:s,s:s,s:s,s:s,s:I,s:I}", "iss", claims->brand, "aud",
                            claims->origin, "sub", claims->participant, "room", claims->room,
                            "kind", claims->kind, "name", claims->name, "role", claims->role, "iat",
                            (json_int_t)(claims->at_ms / 1000), "exp",
                            (json_int_t)(claims->expires_ms / 1000));
  char *text = json_dumps (json, JSON_COMPACT);
  jwt_add_grants_json (jwt, text);
  jwt_set_alg (jwt, JWT_ALG_HS256, (const unsigned char *)key, (int)strlen (key));
  char *encoded = jwt_encode_str (jwt);
  char *token = g_strdup (encoded);
  free (encoded);
  free (text);
  json_decref (json);
  jwt_free (jwt);
  return token;
}

static gboolean
take_panel (const json_t *payload, gint64 wall_ms, ParlorPanelClaims *claims)
{
  claims->brand = g_strdup (string_member (payload, "iss"));
  claims->origin = g_strdup (string_member (payload, "aud"));
  claims->participant = g_strdup (string_member (payload, "sub"));
  claims->room = g_strdup (string_member (payload, "room"));
  claims->kind = g_strdup (string_member (payload, "kind"));
  claims->name = g_strdup (string_member (payload, "name"));
  claims->role = g_strdup (string_member (payload, "role"));
  return claims->brand && claims->origin && claims->participant && claims->room && claims->kind
         && !check_time (payload, wall_ms, &claims->expires_ms) && claims->expires_ms > wall_ms;
}

gboolean
parlor_keyring_read_panel (const ParlorKeyring *keyring, const char *token, gint64 wall_ms,
                           ParlorPanelClaims *claims)
{
  const char *payload_text, *signature;
  *claims = (ParlorPanelClaims){0};
  if (!token || strnlen (token, PARLOR_JWT_MAX_BYTES + 1) > PARLOR_JWT_MAX_BYTES
      || !split (token, &payload_text, &signature))
    return FALSE;
  json_t *header = decode_part (token, (gsize)(payload_text - token) - 1);
  json_t *payload = decode_part (payload_text, (gsize)(signature - payload_text) - 1);
  const char *brand = payload ? string_member (payload, "iss") : NULL;
  g_autofree char *key = header && brand && is_pinned_header (header)
                             ? panel_key (keyring, brand, wall_ms)
                             : NULL;
  gboolean good = key && is_signed_by (token, &(Found){.secret = key})
                  && take_panel (payload, wall_ms, claims);
  json_decref (header);
  json_decref (payload);
  if (!good)
    parlor_panel_claims_clear (claims);
  return good;
}

/* ---- keys ----------------------------------------------------------------------------------- */

ParlorKeyring *
parlor_keyring_new (void)
{
  ParlorKeyring *keyring = g_new0 (ParlorKeyring, 1);
  keyring->auth = (ParlorAuth){verify, stands, sign_panel};
  keyring->keys = g_ptr_array_new_with_free_func (key_free);
  return keyring;
}

void
parlor_keyring_free (ParlorKeyring *keyring)
{
  if (!keyring)
    return;
  g_ptr_array_unref (keyring->keys);
  g_free (keyring);
}

gboolean
parlor_keyring_add (ParlorKeyring *keyring, const char *id, const char *secret, GError **error)
{
  return parlor_keyring_add_of (keyring, PARLOR_DEMO_BRAND, id, secret, error);
}

gboolean
parlor_keyring_add_of (ParlorKeyring *keyring, const char *brand, const char *id,
                       const char *secret, GError **error)
{
  const char *why = NULL;
  if (!id || !*id || strlen (id) >= PARLOR_ID_TEXT
      || strspn (id, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-")
             != strlen (id))
    why = "an API key's id has 1 to 39 letters, digits, - and _";
  else if (!secret || strlen (secret) < PARLOR_SECRET_MIN_BYTES)
    why = "an API key's secret needs at least 32 characters";
  else if (find_configured (keyring, id))
    why = "this API key is there twice";
  if (why)
    {
      g_set_error_literal (error, PARLOR_ERROR, PARLOR_ERROR_BAD_REQUEST, why);
      return FALSE;
    }
  Key *key = g_new0 (Key, 1);
  key->id = g_strdup (id);
  key->brand = g_strdup (brand);
  key->secret = g_strdup (secret);
  g_ptr_array_add (keyring->keys, key);
  return TRUE;
}

void
parlor_keyring_set_brands (ParlorKeyring *keyring, ParlorBrands *brands)
{
  keyring->brands = brands;
}

void
parlor_keyring_set_passes (ParlorKeyring *keyring, ParlorPassStands holds, gpointer user_data)
{
  keyring->pass_stands = holds;
  keyring->pass_data = user_data;
}

guint
parlor_keyring_count (const ParlorKeyring *keyring)
{
  return keyring->keys->len;
}

const char *
parlor_keyring_signer (const ParlorKeyring *keyring, const char *brand)
{
  const ParlorBrand *row = keyring->brands ? parlor_brands_get (keyring->brands, brand) : NULL;
  if (row && !row->closed_ms)
    return row->id;
  for (guint i = 0; brand && i < keyring->keys->len; i++)
    {
      const Key *key = keyring->keys->pdata[i];
      if (!strcmp (key->brand, brand))
        return key->id;
    }
  return NULL;
}

const char *
parlor_keyring_home (const ParlorKeyring *keyring)
{
  const ParlorBrand *first = NULL;
  if (keyring->keys->len)
    return ((const Key *)keyring->keys->pdata[0])->brand;
  first = keyring->brands ? parlor_brands_first (keyring->brands) : NULL;
  return first ? first->id : NULL;
}

static gboolean
is_secret (const char *secret, const char *said)
{
  gsize length = strlen (secret);
  return strlen (said) == length && !CRYPTO_memcmp (secret, said, length);
}

gboolean
parlor_keyring_prove (ParlorKeyring *keyring, const char *id, const char *secret, gint64 wall_ms,
                      ParlorPrincipal *who)
{
  Found key;
  *who = (ParlorPrincipal){.caller = PARLOR_CALLER_STRANGER};
  if (!find_key (keyring, id, wall_ms, &key) || !is_secret (key.secret, secret))
    return FALSE;
  *who = (ParlorPrincipal){.caller = PARLOR_CALLER_KEY, .roles = key.roles, .scopes = key.scopes};
  g_strlcpy (who->brand, key.brand, sizeof who->brand);
  g_strlcpy (who->subject, key.id, sizeof who->subject);
  g_strlcpy (who->by, key.id, sizeof who->by);
  if (keyring->brands)
    parlor_keys_used (keyring->brands, id, wall_ms);
  return TRUE;
}

ParlorAuth *
parlor_keyring_auth (ParlorKeyring *keyring)
{
  return &keyring->auth;
}
