/* SPDX-License-Identifier: Apache-2.0 */
/* Signing in and out: by password, by a one-time link; the own session; links for others. */
#include "base/audit.h"
#include "base/error.h"
#include "http/live.h"
#include "http/problem.h"
#include "http/signin.h"

#include <string.h>

#define MAX_KEYS 10000

/* ---- begin and end -------------------------------------------------------------------------- */

ParlorDoor *
parlor_door_new (uv_loop_t *loop)
{
  ParlorDoor *door = g_new0 (ParlorDoor, 1);
  door->passwords = parlor_passwords_new (loop);
  door->by_address = parlor_rate_limit_new (20, 10, MAX_KEYS);
  door->by_account = parlor_rate_limit_new (10, 5, MAX_KEYS);
  return door;
}

void
parlor_door_free (ParlorDoor *door)
{
  if (!door)
    return;
  parlor_passwords_free (door->passwords);
  parlor_rate_limit_free (door->by_address);
  parlor_rate_limit_free (door->by_account);
  g_free (door);
}

static void
audit (ParlorSite *site, const char *brand, const char *actor, const char *action,
       const char *object)
{
  if (site->spec.audit && brand)
    parlor_audit_add (site->spec.audit, parlor_site_wall_ms (site), brand, actor, action, object,
                      NULL);
}

/* ---- JSON ----------------------------------------------------------------------------------- */

json_t *
parlor_words_json (const char *list)
{
  g_auto (GStrv) words = g_strsplit (list ? list : "", " ", -1);
  json_t *array = json_array ();
  for (guint i = 0; words[i]; i++)
    if (*words[i])
      json_array_append_new (array, json_string (words[i]));
  return array;
}

char *
parlor_json_words (const json_t *array)
{
  GString *list = g_string_new (NULL);
  json_t *item;
  gsize i;
  gboolean good = json_is_array (array);
  json_array_foreach (array, i, item)
  {
    const char *word = json_string_value (item);
    good = good && word && *word && !strpbrk (word, " \t\r\n") && list->len < 8192;
    if (good)
      g_string_append_printf (list, "%s%s", list->len ? " " : "", word);
  }
  return g_string_free (list, !good);
}

json_t *
parlor_user_to_json (const ParlorUser *user)
{
  return json_pack (
      "{s:s,s:s,s:s,s:s,s:o,s:o,s:s?,s:b,s:b,s:I,s:I,s:b}", "id", user->id, "brand", user->brand,
      "login", user->login, "name", user->name, "roles", parlor_words_json (user->roles), "groups",
      parlor_words_json (user->groups), "rep", user->rep, "has_password", user->password != NULL,
      "has_oidc", user->subject != NULL, "created_at", (json_int_t)user->created_ms,
      "last_signin_at", (json_int_t)user->seen_ms, "disabled", user->disabled_ms != 0);
}

/* ---- answers that wait for the disk --------------------------------------------------------- */

typedef struct
{
  ParlorHttpPending *pending;
  guint status;
  json_t *json;
} Kept;

static void
on_kept (gboolean durable, gpointer user_data)
{
  Kept *kept = user_data;
  ParlorHttpReply reply;
  parlor_http_reply_init (&reply);
  if (!durable)
    parlor_http_problem (&reply, 503, "unavailable",
                         "The server cannot store this now. Try again.");
  else if (kept->json)
    parlor_http_reply_json (&reply, kept->status, kept->json);
  else
    reply.status = kept->status;
  if (!durable)
    json_decref (kept->json);
  parlor_http_answer (kept->pending, &reply);
  parlor_http_reply_clear (&reply);
  g_free (kept);
}

void
parlor_answer_when_kept (ParlorSite *site, ParlorHttpRequest *request, ParlorHttpReply *reply,
                         guint status, json_t *json)
{
  ParlorRecordSink *sink = site->spec.records;
  if (!sink)
    {
      if (json)
        parlor_http_reply_json (reply, status, json);
      reply->status = status;
      return;
    }
  Kept *kept = g_new0 (Kept, 1);
  *kept = (Kept){parlor_http_defer (request), status, json};
  sink->flush (sink, on_kept, kept);
}

/* ---- in ------------------------------------------------------------------------------------- */

static void
set_cookie (ParlorHttpReply *reply, const char *secret, gint64 lasts_ms)
{
  g_autofree char *cookie = g_strdup_printf (PARLOR_SITE_COOKIE
                                             "=%s; Path=/; Max-Age=%" G_GINT64_FORMAT
                                             "; HttpOnly; Secure; SameSite=Lax",
                                             secret, lasts_ms / 1000);
  parlor_http_reply_header (reply, "Set-Cookie", cookie);
}

static json_t *
session_json (ParlorSite *site, const ParlorUser *user, const ParlorSignin *signin,
              const char *secret)
{
  g_autofree char *csrf = parlor_site_csrf (secret);
  const ParlorBrand *brand = parlor_brands_get (site->spec.brands, user->brand);
  return json_pack ("{s:o,s:o,s:{s:s,s:s,s:s},s:s,s:I}", "user", parlor_user_to_json (user),
                    "roles", parlor_words_json (signin->roles), "brand", "id", brand->id, "slug",
                    brand->slug, "name", brand->name, "csrf", csrf, "expires_at",
                    (json_int_t)signin->expires_ms);
}

void
parlor_signin_welcome (ParlorSite *site, const ParlorUser *user, guint roles,
                       ParlorHttpReply *reply)
{
  char secret[PARLOR_TOKEN_SIZE];
  g_autoptr (GError) error = NULL;
  const ParlorSignin *signin = parlor_signins_add (site->spec.brands, user, roles,
                                                   parlor_site_wall_ms (site), secret, &error);
  if (!signin)
    {
      parlor_http_problem_from_error (reply, error);
      return;
    }
  audit (site, user->brand, user->id, "signin.succeeded", signin->id);
  parlor_http_reply_json (reply, 200, session_json (site, user, signin, secret));
  set_cookie (reply, secret, PARLOR_SIGNIN_LASTS_MS);
}

void
parlor_signin_failed (ParlorSite *site, const char *brand, const ParlorUser *user)
{
  audit (site, brand, "", "signin.failed", user ? user->id : "");
}

typedef struct
{
  ParlorSite *site;
  ParlorHttpPending *pending;
  char *brand, *login, *peer;
} Attempt;

static void
attempt_free (Attempt *attempt)
{
  g_free (attempt->brand);
  g_free (attempt->login);
  g_free (attempt->peer);
  g_free (attempt);
}

static char *
account_key (const char *brand, const char *login)
{
  g_autofree char *lower = g_utf8_strdown (login, -1);
  return g_strconcat (brand ? brand : "", "\n", lower, NULL);
}

/* Unknown brand, unknown person, disabled, no password, wrong password: one answer. */
static void
refuse_signin (ParlorSite *site, const Attempt *attempt, ParlorHttpReply *reply)
{
  g_autofree char *account = account_key (attempt->brand, attempt->login);
  parlor_rate_limit_take (site->door->by_address, attempt->peer, parlor_site_now_us (site));
  parlor_rate_limit_take (site->door->by_account, account, parlor_site_now_us (site));
  parlor_signin_failed (site, attempt->brand,
                        parlor_users_find (site->spec.brands, attempt->brand, attempt->login));
  parlor_http_problem (reply, 401, "signin_failed", "Login or password is wrong.");
}

static void
on_password_checked (ParlorPasswordResult result, const char *hash, gpointer user_data)
{
  Attempt *attempt = user_data;
  ParlorHttpReply reply;
  parlor_http_reply_init (&reply);
  if (result != PARLOR_PASSWORD_GONE)
    {
      ParlorSite *site = attempt->site;
      const ParlorUser *user = parlor_users_find (site->spec.brands, attempt->brand,
                                                  attempt->login);
      if (result == PARLOR_PASSWORD_GOOD && user && !user->disabled_ms)
        parlor_signin_welcome (site, user, PARLOR_BRAND_EVERY_ROLE, &reply);
      else
        refuse_signin (site, attempt, &reply);
    }
  parlor_http_answer (attempt->pending, &reply);
  parlor_http_reply_clear (&reply);
  attempt_free (attempt);
}

static const ParlorBrand *
brand_named (ParlorSite *site, const char *name)
{
  ParlorBrands *brands = site->spec.brands;
  if (name && *name)
    return parlor_brands_find (brands, name);
  return parlor_brands_count (brands) == 1 ? parlor_brands_first (brands) : NULL;
}

static gboolean
must_wait (ParlorSite *site, const char *peer, const char *account, ParlorHttpReply *reply)
{
  gint64 address_us = parlor_rate_limit_wait (site->door->by_address, peer,
                                              parlor_site_now_us (site));
  gint64 account_us = account ? parlor_rate_limit_wait (site->door->by_account, account,
                                                        parlor_site_now_us (site))
                              : 0;
  if (address_us || account_us)
    parlor_http_too_many (reply, MAX (address_us, account_us),
                          "Too many attempts failed. Wait a little.");
  return address_us || account_us;
}

static void
try_password (ParlorSite *site, ParlorHttpRequest *request, ParlorHttpReply *reply,
              const char *brand_name, const char *login, const char *password)
{
  const ParlorBrand *brand = brand_named (site, brand_name);
  g_autofree char *account = account_key (brand ? brand->id : NULL, login);
  if (must_wait (site, request->peer, account, reply))
    return;
  const ParlorUser *user = brand ? parlor_users_find (site->spec.brands, brand->id, login) : NULL;
  Attempt *attempt = g_new0 (Attempt, 1);
  *attempt = (Attempt){.site = site,
                       .brand = g_strdup (brand ? brand->id : NULL),
                       .login = g_strdup (login),
                       .peer = g_strdup (request->peer)};
  if (!parlor_passwords_check (site->door->passwords, user ? user->password : NULL, password,
                               on_password_checked, attempt))
    {
      attempt_free (attempt);
      parlor_http_too_many (reply, G_USEC_PER_SEC, "Too many sign in at once. Wait a little.");
      return;
    }
  attempt->pending = parlor_http_defer (request);
}

void
parlor_handle_signin (ParlorSite *site, ParlorHttpRequest *request, ParlorHttpReply *reply)
{
  json_t *json = parlor_http_json_body (request);
  const char *login = json_string_value (json_object_get (json, "login"));
  const char *password = json_string_value (json_object_get (json, "password"));
  const char *link = json_string_value (json_object_get (json, "link"));
  guint roles = 0;
  if (!parlor_cors_is_own (&site->cors, request))
    parlor_http_problem (reply, 403, "origin_refused", "Sign in on this host's own page.");
  else if (link && must_wait (site, request->peer, NULL, reply))
    ;
  else if (link)
    {
      const ParlorUser *user = parlor_links_take (site->spec.brands, link,
                                                  parlor_site_wall_ms (site), &roles);
      if (user)
        parlor_signin_welcome (site, user, roles, reply);
      else
        {
          /* Nobody knows whose link it was: the brand that was asked for, or the only one. */
          const ParlorBrand *brand = brand_named (
              site, json_string_value (json_object_get (json, "brand")));
          parlor_rate_limit_take (site->door->by_address, request->peer, parlor_site_now_us (site));
          parlor_signin_failed (site, brand ? brand->id : NULL, NULL);
          parlor_http_problem (reply, 401, "signin_failed", "This link was used or is too old.");
        }
    }
  else if (!login || !password || strlen (password) > PARLOR_PASSWORD_MAX || strlen (login) > 254)
    parlor_http_problem (reply, 400, "bad_request",
                         "The body must be {\"login\":\"…\",\"password\":\"…\"} or "
                         "{\"link\":\"…\"}.");
  else
    try_password (site, request, reply, json_string_value (json_object_get (json, "brand")), login,
                  password);
  json_decref (json);
}

/* What the page at /signin can offer. */
void
parlor_handle_signin_ways (ParlorSite *site, ParlorHttpRequest *request, ParlorHttpReply *reply)
{
  const ParlorBrand *brand = brand_named (site, parlor_http_query (request, "brand"));
  parlor_http_reply_json (reply, 200,
                          json_pack ("{s:b,s:s?,s:b,s:b}", "needs_brand", brand == NULL, "brand",
                                     brand ? brand->name : NULL, "oidc",
                                     brand && brand->oidc_issuer, "ready",
                                     parlor_brands_count (site->spec.brands) > 0));
}

/* ---- the own session ------------------------------------------------------------------------ */

/* The person who asks; NULL: not a signed-in one, the reply is filled. */
static const ParlorUser *
own_user (ParlorSite *site, const ParlorHttpRequest *request, ParlorPrincipal *who,
          ParlorHttpReply *reply)
{
  const ParlorUser *user = NULL;
  if (parlor_site_principal (site, request, who) && who->caller == PARLOR_CALLER_USER)
    user = parlor_users_get (site->spec.brands, who->brand, who->subject);
  if (!user)
    parlor_http_problem (reply, 401, "unauthorized", "Sign in first.");
  return user;
}

void
parlor_handle_session_get (ParlorSite *site, ParlorHttpRequest *request, ParlorHttpReply *reply)
{
  ParlorPrincipal who;
  gint64 wall_ms = parlor_site_wall_ms (site);
  g_autofree char *secret = parlor_site_cookie (request, PARLOR_SITE_COOKIE);
  const ParlorSignin *signin = secret ? parlor_signins_use (site->spec.brands, secret, wall_ms)
                                      : NULL;
  if (!signin && parlor_site_trusts (site, request))
    {
      parlor_http_reply_json (reply, 200,
                              json_pack ("{s:{s:s,s:s,s:s},s:o,s:{s:s,s:s,s:s},s:s,s:b}", "user",
                                         "id", "usr_demo", "login", "demo", "name", "Demo", "roles",
                                         parlor_words_json ("owner"), "brand", "id",
                                         PARLOR_DEMO_BRAND, "slug", "demo", "name", "Demo", "csrf",
                                         "", "demo", TRUE));
      return;
    }
  const ParlorUser *user = own_user (site, request, &who, reply);
  if (user && signin)
    parlor_http_reply_json (reply, 200, session_json (site, user, signin, secret));
  else if (user)
    parlor_http_problem (reply, 401, "unauthorized", "Sign in first.");
}

void
parlor_handle_session_end (ParlorSite *site, ParlorHttpRequest *request, ParlorHttpReply *reply)
{
  ParlorPrincipal who;
  const ParlorUser *user = own_user (site, request, &who, reply);
  if (!user)
    return;
  parlor_signins_end (site->spec.brands, who.by);
  reply->status = 204;
  set_cookie (reply, "", 0);
}

/* ---- a new password ------------------------------------------------------------------------- */

typedef struct
{
  ParlorSite *site;
  ParlorHttpPending *pending;
  ParlorPrincipal who;
  char *next; /* nullable: it was made */
} Change;

static void
change_end (Change *change, ParlorHttpReply *reply)
{
  parlor_http_answer (change->pending, reply);
  if (change->next)
    memset (change->next, 0, strlen (change->next));
  g_free (change->next);
  g_free (change);
}

static void
on_password_made (ParlorPasswordResult result, const char *hash, gpointer user_data)
{
  Change *change = user_data;
  ParlorHttpReply reply;
  g_autoptr (GError) error = NULL;
  parlor_http_reply_init (&reply);
  if (result == PARLOR_PASSWORD_GOOD)
    {
      ParlorSite *site = change->site;
      ParlorUserChange password = {.roles = -1, .password = hash};
      if (parlor_users_change (site->spec.brands, change->who.brand, change->who.subject, &password,
                               parlor_site_wall_ms (site), &error))
        parlor_signin_welcome (
            site, parlor_users_get (site->spec.brands, change->who.brand, change->who.subject),
            change->who.roles, &reply);
      else
        parlor_http_problem_from_error (&reply, error);
    }
  change_end (change, &reply);
  parlor_http_reply_clear (&reply);
}

static void
on_old_password (ParlorPasswordResult result, const char *hash, gpointer user_data)
{
  Change *change = user_data;
  ParlorHttpReply reply;
  if (result == PARLOR_PASSWORD_GOOD
      && parlor_passwords_make (change->site->door->passwords, change->next, on_password_made,
                                change))
    return;
  parlor_http_reply_init (&reply);
  if (result == PARLOR_PASSWORD_WRONG)
    parlor_http_problem (&reply, 403, "wrong_password", "The old password is wrong.");
  else if (result == PARLOR_PASSWORD_GOOD)
    parlor_http_too_many (&reply, G_USEC_PER_SEC, "Too many sign in at once. Wait a little.");
  change_end (change, &reply);
  parlor_http_reply_clear (&reply);
}

/* Whoever has none yet (he came by a link) sets one; whoever has one says it. Nobody who is signed
 * in with a part of his roles: a password gives them all. */
void
parlor_handle_session_password (ParlorSite *site, ParlorHttpRequest *request,
                                ParlorHttpReply *reply)
{
  ParlorPrincipal who;
  const ParlorUser *user = own_user (site, request, &who, reply);
  if (!user)
    return;
  if (parlor_user_roles (user) & ~who.roles)
    {
      parlor_http_problem (reply, 403, "forbidden",
                           "This sign-in is for a part of your roles; it sets no password.");
      return;
    }
  json_t *json = parlor_http_json_body (request);
  const char *old = json_string_value (json_object_get (json, "old"));
  const char *next = json_string_value (json_object_get (json, "new"));
  const char *why = parlor_password_problem (next);
  if (why || (old && strlen (old) > PARLOR_PASSWORD_MAX))
    parlor_http_problem (reply, 422, "weak_password", why ? why : "The old password is wrong.");
  else
    {
      Change *change = g_new0 (Change, 1);
      *change = (Change){.site = site, .who = who, .next = g_strdup (next)};
      ParlorPasswords *passwords = site->door->passwords;
      gboolean begun = user->password
                           ? parlor_passwords_check (passwords, user->password, old ? old : "",
                                                     on_old_password, change)
                           : parlor_passwords_make (passwords, next, on_password_made, change);
      if (begun)
        change->pending = parlor_http_defer (request);
      else
        {
          g_free (change->next);
          g_free (change);
          parlor_http_too_many (reply, G_USEC_PER_SEC, "Too many sign in at once. Wait a little.");
        }
    }
  json_decref (json);
}

/* ---- links for others ----------------------------------------------------------------------- */

char *
parlor_signin_link (ParlorSite *site, const ParlorHttpRequest *request, const ParlorUser *user,
                    guint roles, gint64 lasts_ms, GError **error)
{
  char secret[PARLOR_TOKEN_SIZE];
  if (!parlor_links_add (site->spec.brands, user, roles, lasts_ms, parlor_site_wall_ms (site),
                         secret, error))
    return NULL;
  g_autofree char *base = parlor_site_base_url (site, request);
  return g_strconcat (base, "/signin#link=", secret, NULL);
}

/* The link tells the page which console it is for: that opens at once. */
static char *
with_role (const char *url, const json_t *json)
{
  g_auto (GStrv) parts = g_strsplit (url, "#", 2);
  const char *role = json_string_value (json_object_get (json, "role"));
  return g_strdup_printf ("%s?as=%s#%s", parts[0], role, parts[1]);
}

/* The brand's own name for a person is his login here; whom it names first is made. */
static const ParlorUser *
find_or_make (ParlorSite *site, const ParlorPrincipal *who, const char *ref, const char *name,
              guint role, GError **error)
{
  ParlorBrands *brands = site->spec.brands;
  const ParlorUser *user = parlor_users_find (brands, who->brand, ref);
  ParlorUserChange change = {.login = ref, .name = name, .roles = role};
  return user ? user
              : parlor_users_add (brands, who->brand, &change, parlor_site_wall_ms (site), error);
}

static void
refuse_stranger (const ParlorPrincipal *who, ParlorHttpReply *reply)
{
  gboolean known = who->caller == PARLOR_CALLER_USER;
  parlor_http_problem (reply, known ? 403 : 401, known ? "forbidden" : "unauthorized",
                       known ? "You may not do this here."
                             : "This needs an API key: Authorization: Basic base64(key:secret).");
  if (!known)
    parlor_http_reply_header (reply, "WWW-Authenticate", "Basic realm=\"parlor\"");
}

void
parlor_handle_sessions_post (ParlorSite *site, ParlorHttpRequest *request, ParlorHttpReply *reply)
{
  ParlorPrincipal who;
  g_autoptr (GError) error = NULL;
  json_t *json = parlor_http_json_body (request);
  const char *ref = json_string_value (json_object_get (json, "ref"));
  const char *name = json_string_value (json_object_get (json, "name"));
  guint role = parlor_brand_role_from_name (json_string_value (json_object_get (json, "role")));
  parlor_site_principal (site, request, &who);
  if (!g_strcmp0 (json_string_value (json_object_get (json, "role")), "visitor"))
    parlor_site_open_session (site, request, json, reply);
  else if (who.caller != PARLOR_CALLER_KEY
           && !parlor_principal_is_any (&who, PARLOR_BRAND_OWNER | PARLOR_BRAND_ADMIN))
    refuse_stranger (&who, reply);
  else if (who.caller == PARLOR_CALLER_KEY && !(who.scopes & PARLOR_SCOPE_SESSIONS))
    parlor_http_problem (reply, 403, "forbidden", "This key has not the scope \"sessions\".");
  else if (!ref || !role)
    parlor_http_problem (reply, 400, "bad_request",
                         "The body must be {\"role\":\"rep\",\"ref\":\"…\"}.");
  /* A key that may open consoles must not open the one where keys are made, unless it may do that
   * anyway. */
  else if (role & (PARLOR_BRAND_OWNER | PARLOR_BRAND_ADMIN)
           && !parlor_brand_may_grant (who.roles & ~(guint)PARLOR_BRAND_OWNER, role))
    parlor_http_problem (reply, 403, "forbidden", "A link cannot be for this role.");
  else
    {
      const ParlorUser *user = find_or_make (site, &who, ref, name, role, &error);
      g_autofree char *url = user ? parlor_signin_link (site, request, user, role,
                                                        PARLOR_LINK_LASTS_MS, &error)
                                  : NULL;
      g_autofree char *door = url ? with_role (url, json) : NULL;
      if (door)
        parlor_answer_when_kept (site, request, reply, 201,
                                 json_pack ("{s:s,s:s,s:I}", "url", door, "user", user->id,
                                            "expires_in", (json_int_t)60));
      else
        parlor_http_problem_from_error (reply, error);
    }
  json_decref (json);
}
