/* SPDX-License-Identifier: Apache-2.0 */
/* REST of a brand: the brand itself, its people, its keys. The router has looked at the role; here
 * everything is asked for under the caller's own brand, so that an id of another is an unknown one.
 */
#include "base/error.h"
#include "http/problem.h"
#include "http/service.h"
#include "http/signin.h"

#include <string.h>

/* An admin hands it to a person by whatever way they have: not 60 s. */
#define INVITATION_MS (24 * 3600 * G_GINT64_CONSTANT (1000))

typedef struct
{
  ParlorSite *site;
  ParlorBrands *brands;
  ParlorHttpRequest *request;
  ParlorHttpReply *reply;
  ParlorPrincipal who;
  gint64 wall_ms;
  json_t *body; /* owned, nullable */
  GError *error;
} Ask;

static void
ask_begin (Ask *ask, ParlorSite *site, ParlorHttpRequest *request, ParlorHttpReply *reply)
{
  *ask = (Ask){.site = site,
               .brands = site->spec.brands,
               .request = request,
               .reply = reply,
               .wall_ms = parlor_site_wall_ms (site)};
  parlor_site_principal (site, request, &ask->who);
  ask->body = parlor_http_json_body (request);
}

static void
ask_end (Ask *ask)
{
  if (ask->error)
    parlor_http_problem_from_error (ask->reply, ask->error);
  g_clear_error (&ask->error);
  json_decref (ask->body);
}

static void
refuse (Ask *ask, ParlorErrorCode code, const char *message)
{
  g_set_error_literal (&ask->error, PARLOR_ERROR, code, message);
}

static void
answer (Ask *ask, guint status, json_t *json)
{
  parlor_answer_when_kept (ask->site, ask->request, ask->reply, status, json);
}

static const char *
text (const Ask *ask, const char *name)
{
  return json_string_value (json_object_get (ask->body, name));
}

/* A list member: NULL = not said; an error is set where it is no list of words. */
static char *
words (Ask *ask, const char *name)
{
  const json_t *value = json_object_get (ask->body, name);
  char *list = value ? parlor_json_words (value) : NULL;
  if (value && !list)
    refuse (ask, PARLOR_ERROR_BAD_REQUEST, "A list is an array of strings without blanks.");
  return list;
}

/* ---- the brand ------------------------------------------------------------------------------ */

static json_t *
brand_to_json (const ParlorBrand *brand)
{
  return json_pack (
      "{s:s,s:s,s:s,s:o,s:o,s:s,s:s,s:s,s:s,s:I,s:I,s:s?,s:s?,s:b,s:I}", "id", brand->id, "slug",
      brand->slug, "name", brand->name, "origins", parlor_words_json (brand->origins), "domains",
      parlor_words_json (brand->domains), "hours", brand->hours, "confirm", brand->confirm,
      "may_start", brand->may_start, "consent", brand->consent, "retention_days",
      (json_int_t)brand->retention_days, "silence_h", (json_int_t)brand->silence_h, "oidc_issuer",
      brand->oidc_issuer, "oidc_client", brand->oidc_client, "has_oidc_secret",
      brand->oidc_secret != NULL, "created_at", (json_int_t)brand->created_ms);
}

void
parlor_handle_brand_list (ParlorSite *site, ParlorHttpRequest *request, ParlorHttpReply *reply)
{
  Ask ask;
  ask_begin (&ask, site, request, reply);
  const ParlorBrand *brand = parlor_brands_get (ask.brands, ask.who.brand);
  json_t *list = json_array ();
  if (brand)
    json_array_append_new (list, brand_to_json (brand));
  parlor_http_reply_json (reply, 200, json_pack ("{s:o}", "brands", list));
  ask_end (&ask);
}

/* 0 = not said; what is none of an hour's number is refused as -1. */
static gint64
silence_of (const json_t *body)
{
  const json_t *hours = json_object_get (body, "silence_h");
  if (!hours)
    return 0;
  return json_integer_value (hours) > 0 ? json_integer_value (hours) : -1;
}

void
parlor_handle_brand_patch (ParlorSite *site, ParlorHttpRequest *request, ParlorHttpReply *reply)
{
  Ask ask;
  ask_begin (&ask, site, request, reply);
  const json_t *days = json_object_get (ask.body, "retention_days");
  g_autofree char *origins = words (&ask, "origins");
  g_autofree char *domains = ask.error ? NULL : words (&ask, "domains");
  ParlorBrandChange change = {
      .name = text (&ask, "name"),
      .origins = origins,
      .domains = domains,
      .hours = text (&ask, "hours"),
      .confirm = text (&ask, "confirm"),
      .may_start = text (&ask, "may_start"),
      .consent = text (&ask, "consent"),
      .oidc_issuer = text (&ask, "oidc_issuer"),
      .oidc_client = text (&ask, "oidc_client"),
      .oidc_secret = text (&ask, "oidc_secret"),
      .retention_days = json_is_integer (days) ? json_integer_value (days) : -1,
      .silence_h = silence_of (ask.body),
  };
  if (!ask.body)
    refuse (&ask, PARLOR_ERROR_BAD_REQUEST, "The body must be a JSON object.");
  else if (strcmp (request->params[0], ask.who.brand))
    refuse (&ask, PARLOR_ERROR_NOT_FOUND, "There is no such brand.");
  if (!ask.error && parlor_brands_change (ask.brands, ask.who.brand, &change, &ask.error))
    {
      const ParlorServiceSite *service = site->spec.service;
      if (service) /* what goes on there goes on by the new ways from now on */
        service->brand (ask.who.brand, service->user_data);
      if (site->spec.recordings && change.retention_days >= 0)
        parlor_recordings_reckon (site->spec.recordings, ask.wall_ms);
      answer (&ask, 200, brand_to_json (parlor_brands_get (ask.brands, ask.who.brand)));
    }
  ask_end (&ask);
}

/* ---- people --------------------------------------------------------------------------------- */

/* Roles of the body as a mask; -1 = not said. FALSE: the error is set. */
static gboolean
take_roles (Ask *ask, gint64 *roles)
{
  guint mask = 0;
  *roles = -1;
  g_autofree char *list = words (ask, "roles");
  if (!list)
    return !ask->error;
  if (!parlor_brand_roles_parse (list, &mask))
    refuse (ask, PARLOR_ERROR_BAD_REQUEST, "A role is unknown.");
  else if (!parlor_brand_may_grant (ask->who.roles, mask))
    refuse (ask, PARLOR_ERROR_FORBIDDEN, "Only an owner makes owners.");
  *roles = mask;
  return !ask->error;
}

void
parlor_handle_user_list (ParlorSite *site, ParlorHttpRequest *request, ParlorHttpReply *reply)
{
  Ask ask;
  ask_begin (&ask, site, request, reply);
  g_autoptr (GPtrArray) users = parlor_users_list (ask.brands, ask.who.brand);
  json_t *list = json_array ();
  for (guint i = 0; i < users->len; i++)
    json_array_append_new (list, parlor_user_to_json (users->pdata[i]));
  parlor_http_reply_json (reply, 200, json_pack ("{s:o}", "users", list));
  ask_end (&ask);
}

/* The new person gets a link: nobody knows a password for him. */
void
parlor_handle_user_post (ParlorSite *site, ParlorHttpRequest *request, ParlorHttpReply *reply)
{
  Ask ask;
  ParlorUserChange change = {.roles = -1};
  ask_begin (&ask, site, request, reply);
  g_autofree char *groups = words (&ask, "groups");
  if (!ask.error && take_roles (&ask, &change.roles))
    {
      change.login = text (&ask, "login");
      change.name = text (&ask, "name");
      change.rep = text (&ask, "rep");
      change.groups = groups;
      const ParlorUser *user = parlor_users_add (ask.brands, ask.who.brand, &change, ask.wall_ms,
                                                 &ask.error);
      g_autofree char *link = user ? parlor_signin_link (site, request, user,
                                                         PARLOR_BRAND_EVERY_ROLE, INVITATION_MS,
                                                         &ask.error)
                                   : NULL;
      if (link)
        {
          json_t *json = parlor_user_to_json (user);
          json_object_set_new (json, "link", json_string (link));
          answer (&ask, 201, json);
        }
    }
  ask_end (&ask);
}

/* The one in the path, if the caller may touch him: an owner only by an owner. */
static const ParlorUser *
find_user (Ask *ask)
{
  const ParlorUser *user = parlor_users_get (ask->brands, ask->who.brand, ask->request->params[0]);
  if (!user)
    refuse (ask, PARLOR_ERROR_NOT_FOUND, "There is no such person.");
  else if (!parlor_brand_may_grant (ask->who.roles, parlor_user_roles (user)))
    {
      refuse (ask, PARLOR_ERROR_FORBIDDEN, "Only an owner changes an owner.");
      return NULL;
    }
  return user;
}

void
parlor_handle_user_patch (ParlorSite *site, ParlorHttpRequest *request, ParlorHttpReply *reply)
{
  Ask ask;
  ParlorUserChange change = {.roles = -1};
  ask_begin (&ask, site, request, reply);
  const json_t *disabled = json_object_get (ask.body, "disabled");
  g_autofree char *groups = words (&ask, "groups");
  const ParlorUser *user = ask.error ? NULL : find_user (&ask);
  if (!ask.body && !ask.error)
    refuse (&ask, PARLOR_ERROR_BAD_REQUEST, "The body must be a JSON object.");
  if (!ask.error && take_roles (&ask, &change.roles))
    {
      g_autofree char *id = g_strdup (user->id);
      change.name = text (&ask, "name");
      change.login = text (&ask, "login");
      change.rep = text (&ask, "rep");
      change.groups = groups;
      gboolean good = parlor_users_change (ask.brands, ask.who.brand, id, &change, ask.wall_ms,
                                           &ask.error);
      if (good && json_is_boolean (disabled))
        good = parlor_users_disable (ask.brands, ask.who.brand, id, json_is_true (disabled),
                                     ask.wall_ms, &ask.error);
      if (good)
        answer (&ask, 200, parlor_user_to_json (parlor_users_get (ask.brands, ask.who.brand, id)));
    }
  ask_end (&ask);
}

void
parlor_handle_user_link (ParlorSite *site, ParlorHttpRequest *request, ParlorHttpReply *reply)
{
  Ask ask;
  ask_begin (&ask, site, request, reply);
  const ParlorUser *user = find_user (&ask);
  g_autofree char *link = user ? parlor_signin_link (site, request, user, PARLOR_BRAND_EVERY_ROLE,
                                                     INVITATION_MS, &ask.error)
                               : NULL;
  if (link)
    parlor_http_reply_json (reply, 201, json_pack ("{s:s}", "link", link));
  ask_end (&ask);
}

/* ---- keys ----------------------------------------------------------------------------------- */

static const char *
state_of (const ParlorApiKey *key, gint64 wall_ms)
{
  return key->revoked_ms                                 ? "revoked"
         : key->expires_ms && key->expires_ms <= wall_ms ? "expired"
         : key->expires_ms                               ? "expiring"
                                                         : "active";
}

static json_t *
key_to_json (const ParlorApiKey *key, gint64 wall_ms, gboolean secret)
{
  json_t *json = json_pack ("{s:s,s:s,s:o,s:s,s:I,s:I,s:I,s:I}", "id", key->id, "name", key->name,
                            "scopes", parlor_words_json (key->scopes), "state",
                            state_of (key, wall_ms), "created_at", (json_int_t)key->created_ms,
                            "last_used_at", (json_int_t)key->used_ms, "expires_at",
                            (json_int_t)key->expires_ms, "revoked_at", (json_int_t)key->revoked_ms);
  if (secret)
    json_object_set_new (json, "secret", json_string (key->secret));
  return json;
}

void
parlor_handle_key_list (ParlorSite *site, ParlorHttpRequest *request, ParlorHttpReply *reply)
{
  Ask ask;
  ask_begin (&ask, site, request, reply);
  g_autoptr (GPtrArray) keys = parlor_keys_list (ask.brands, ask.who.brand);
  json_t *list = json_array ();
  for (guint i = 0; i < keys->len; i++)
    json_array_append_new (list, key_to_json (keys->pdata[i], ask.wall_ms, FALSE));
  parlor_http_reply_json (reply, 200, json_pack ("{s:o}", "keys", list));
  ask_end (&ask);
}

/* The only time that the secret is shown. */
void
parlor_handle_key_post (ParlorSite *site, ParlorHttpRequest *request, ParlorHttpReply *reply)
{
  Ask ask;
  guint scopes = 0;
  ask_begin (&ask, site, request, reply);
  g_autofree char *list = words (&ask, "scopes");
  if (!ask.error && !parlor_scopes_parse (list, &scopes))
    refuse (&ask, PARLOR_ERROR_BAD_REQUEST, "A scope is unknown.");
  else if (!ask.error && ask.who.caller == PARLOR_CALLER_KEY && scopes & ~ask.who.scopes)
    refuse (&ask, PARLOR_ERROR_FORBIDDEN, "A key makes no key that may do more than itself.");
  if (!ask.error)
    {
      const char *name = text (&ask, "name");
      const ParlorApiKey *key = parlor_keys_add (ask.brands, ask.who.brand, name ? name : "",
                                                 scopes, ask.wall_ms, &ask.error);
      if (key)
        answer (&ask, 201, key_to_json (key, ask.wall_ms, TRUE));
    }
  ask_end (&ask);
}

static gboolean
may_touch_key (Ask *ask)
{
  const ParlorApiKey *key = parlor_keys_get (ask->brands, ask->who.brand, ask->request->params[0]);
  if (!key)
    refuse (ask, PARLOR_ERROR_NOT_FOUND, "There is no such key.");
  else if (ask->who.caller == PARLOR_CALLER_KEY && parlor_key_scopes (key) & ~ask->who.scopes)
    refuse (ask, PARLOR_ERROR_FORBIDDEN, "This key may do more than the one that asks.");
  return !ask->error;
}

void
parlor_handle_key_rotate (ParlorSite *site, ParlorHttpRequest *request, ParlorHttpReply *reply)
{
  Ask ask;
  ask_begin (&ask, site, request, reply);
  gint64 overlap_sec = json_integer_value (json_object_get (ask.body, "overlap_sec"));
  if (!ask.body || overlap_sec < 0 || overlap_sec > PARLOR_KEY_OVERLAP_MAX_MS / 1000)
    refuse (&ask, PARLOR_ERROR_BAD_REQUEST, "overlap_sec is 0 to 2592000.");
  else if (may_touch_key (&ask))
    {
      const ParlorApiKey *key = parlor_keys_rotate (ask.brands, ask.who.brand, request->params[0],
                                                    overlap_sec * 1000, ask.wall_ms, &ask.error);
      if (key)
        answer (&ask, 201, key_to_json (key, ask.wall_ms, TRUE));
    }
  ask_end (&ask);
}

void
parlor_handle_key_revoke (ParlorSite *site, ParlorHttpRequest *request, ParlorHttpReply *reply)
{
  Ask ask;
  ask_begin (&ask, site, request, reply);
  if (may_touch_key (&ask)
      && parlor_keys_revoke (ask.brands, ask.who.brand, request->params[0], ask.wall_ms,
                             &ask.error))
    answer (&ask, 204, NULL);
  ask_end (&ask);
}
