/* SPDX-License-Identifier: Apache-2.0 */
#include "app/wire_brand.h"

#include "app/log.h"
#include "base/error.h"
#include "brand/keys.h"
#include "brand/signins.h"
#include "brand/users.h"
#include "hooks/ssrf.h"
#include "http/beat.h"

#include <string.h>

#define POLL_MS 500
/* A person reads it off a terminal: longer than what a program makes for a program. */
#define OPERATOR_LINK_MS (15 * 60 * G_GINT64_CONSTANT (1000))

struct _ParlorWireBrand
{
  ParlorWireBrandSpec spec;
  ParlorBrands *brands;
  ParlorSignal *signal; /* borrowed, nullable: both or none */
  ParlorSite *site;
  GArray *allowed; /* ParlorNet; constant after new */
  uv_timer_t poll, recheck;
};

static gint64
wall_ms (const ParlorWireBrand *wire)
{
  return wire->spec.clock->wall_ms (wire->spec.clock);
}

/* ---- begin and end -------------------------------------------------------------------------- */

static void
on_recheck (uv_timer_t *timer)
{
  ParlorWireBrand *wire = timer->data;
  if (!wire->signal)
    return;
  parlor_signal_recheck (wire->signal);
  parlor_site_recheck (wire->site);
}

/* Told from inside a change, perhaps by a socket's own message: the look comes after it. */
void
parlor_wire_brand_recheck (gpointer user_data)
{
  ParlorWireBrand *wire = user_data;
  if (!uv_is_closing ((uv_handle_t *)&wire->recheck))
    uv_timer_start (&wire->recheck, on_recheck, 0, 0);
}

static void
on_poll (uv_timer_t *timer)
{
  ParlorWireBrand *wire = timer->data;
  parlor_beat (timer, on_poll, POLL_MS);
  parlor_brands_poll (wire->brands, wall_ms (wire));
}

typedef struct
{
  ParlorWireBrand *wire;
  const ParlorRecordKind *kind;
} Loading;

/* What the demo left in this folder opens nothing on a server that is none. */
static void
on_row (gconstpointer row, gpointer user_data)
{
  const Loading *loading = user_data;
  guint place = loading->kind == &parlor_brand_kind ? 0 : 1;
  const char *brand = G_STRUCT_MEMBER (char *, row, loading->kind->fields[place].offset);
  if (!loading->wire->spec.config->demo && !strcmp (brand, PARLOR_DEMO_BRAND))
    return;
  if (!parlor_brands_take_row (loading->wire->brands, loading->kind, row))
    parlor_log (PARLOR_LOG_WARNING, "a row of %s is of no brand that is there",
                loading->kind->table);
}

static gboolean
load (ParlorWireBrand *wire, GError **error)
{
  guint n;
  const ParlorRecordKind *const *kinds = parlor_brand_kinds (&n);
  for (guint i = 0; i < n; i++)
    {
      Loading loading = {wire, kinds[i]};
      if (!parlor_store_load_records (wire->spec.store, kinds[i], on_row, &loading, error))
        return FALSE;
    }
  return TRUE;
}

ParlorWireBrand *
parlor_wire_brand_new (const ParlorWireBrandSpec *spec, GError **error)
{
  ParlorWireBrand *wire = g_new0 (ParlorWireBrand, 1);
  wire->spec = *spec;
  ParlorBrandsSpec brands = {.random = spec->random,
                             .sink = parlor_store_records (spec->store),
                             .revoked = parlor_wire_brand_recheck,
                             .user_data = wire};
  wire->brands = parlor_brands_new (&brands);
  wire->allowed = g_array_new (FALSE, FALSE, sizeof (ParlorNet));
  for (guint i = 0; spec->config->hook_allow && spec->config->hook_allow[i]; i++)
    {
      ParlorNet net;
      if (parlor_net_parse (spec->config->hook_allow[i], &net))
        g_array_append_val (wire->allowed, net);
    }
  uv_timer_init (spec->loop, &wire->poll);
  uv_timer_init (spec->loop, &wire->recheck);
  wire->poll.data = wire->recheck.data = wire;
  parlor_beat (&wire->poll, on_poll, POLL_MS);
  if (!load (wire, error))
    {
      parlor_wire_brand_stop (wire);
      uv_run (spec->loop, UV_RUN_NOWAIT);
      parlor_wire_brand_free (wire);
      return NULL;
    }
  if (spec->config->demo)
    parlor_brands_add_fixed (wire->brands, PARLOR_DEMO_BRAND, "demo", "Demo", wall_ms (wire));
  else if (spec->config->keys->len)
    parlor_brands_add_fixed (wire->brands, PARLOR_CONFIG_BRAND, "config", "Parlor", wall_ms (wire));
  return wire;
}

void
parlor_wire_brand_stop (ParlorWireBrand *wire)
{
  if (!wire || uv_is_closing ((uv_handle_t *)&wire->poll))
    return;
  wire->signal = NULL;
  uv_close ((uv_handle_t *)&wire->poll, NULL);
  uv_close ((uv_handle_t *)&wire->recheck, NULL);
}

void
parlor_wire_brand_free (ParlorWireBrand *wire)
{
  if (!wire)
    return;
  parlor_brands_free (wire->brands);
  g_array_unref (wire->allowed);
  g_free (wire);
}

gboolean
parlor_wire_brand_may_call (const struct sockaddr *address, gpointer user_data)
{
  const ParlorWireBrand *wire = user_data;
  for (guint i = 0; i < wire->allowed->len; i++)
    if (parlor_net_holds (&g_array_index (wire->allowed, ParlorNet, i), address))
      return TRUE;
  return !parlor_ssrf_judge (address);
}

ParlorBrands *
parlor_wire_brand_get (ParlorWireBrand *wire)
{
  return wire->brands;
}

void
parlor_wire_brand_watch (ParlorWireBrand *wire, ParlorSignal *signal, ParlorSite *site)
{
  wire->signal = signal;
  wire->site = site;
}

/* ---- the operator's commands ---------------------------------------------------------------- */

static const char *
string (const json_t *request, const char *name)
{
  return json_string_value (json_object_get (request, name));
}

static json_t *
refuse (GError **error, ParlorErrorCode code, const char *message)
{
  g_set_error_literal (error, PARLOR_ERROR, code, message);
  return NULL;
}

static char *
base_url (const ParlorWireBrand *wire)
{
  const ParlorConfig *config = wire->spec.config;
  if (!config->public_url)
    return g_strdup_printf ("http://127.0.0.1:%" G_GINT64_FORMAT, config->http_port);
  gsize n = strlen (config->public_url);
  while (n && config->public_url[n - 1] == '/')
    n--;
  return g_strndup (config->public_url, n);
}

static char *
link_for (ParlorWireBrand *wire, const ParlorUser *user, GError **error)
{
  char secret[PARLOR_TOKEN_SIZE];
  if (!parlor_links_add (wire->brands, user, PARLOR_BRAND_EVERY_ROLE, OPERATOR_LINK_MS,
                         wall_ms (wire), secret, error))
    return NULL;
  g_autofree char *base = base_url (wire);
  return g_strconcat (base, "/signin#link=", secret, NULL);
}

/* The one named; without a name the only one. */
static const ParlorBrand *
brand_of (ParlorWireBrand *wire, const json_t *request, GError **error)
{
  const char *name = string (request, "brand");
  const ParlorBrand *brand = name ? parlor_brands_find (wire->brands, name)
                             : parlor_brands_count (wire->brands) == 1
                                 ? parlor_brands_first (wire->brands)
                                 : NULL;
  if (!brand)
    refuse (error, PARLOR_ERROR_NOT_FOUND,
            name ? "There is no such brand." : "Say which brand: --brand SLUG.");
  return brand;
}

static json_t *
key_json (const ParlorApiKey *key, gboolean secret)
{
  json_t *json = json_pack ("{s:s,s:s,s:s,s:I,s:I,s:I,s:I}", "id", key->id, "name", key->name,
                            "scopes", key->scopes, "created_at", (json_int_t)key->created_ms,
                            "last_used_at", (json_int_t)key->used_ms, "expires_at",
                            (json_int_t)key->expires_ms, "revoked_at", (json_int_t)key->revoked_ms);
  if (secret)
    json_object_set_new (json, "secret", json_string (key->secret));
  return json;
}

static json_t *
user_json (const ParlorUser *user)
{
  return json_pack ("{s:s,s:s,s:s,s:s,s:b}", "id", user->id, "login", user->login, "name",
                    user->name, "roles", user->roles, "disabled", user->disabled_ms != 0);
}

static json_t *
brand_json (const ParlorBrand *brand)
{
  return json_pack ("{s:s,s:s,s:s,s:s,s:s,s:b}", "id", brand->id, "slug", brand->slug, "name",
                    brand->name, "origins", brand->origins, "may_start", brand->may_start, "closed",
                    brand->closed_ms != 0);
}

static gboolean
has_people (const ParlorWireBrand *wire, const char *brand)
{
  g_autoptr (GPtrArray) users = parlor_users_list (wire->brands, brand);
  return users->len > 0;
}

/* The first brand may be there without anybody: that of the config file's keys. */
static const ParlorBrand *
first_brand (ParlorWireBrand *wire, const json_t *request, GError **error)
{
  const ParlorBrand *first = parlor_brands_first (wire->brands);
  const char *slug = string (request, "brand"), *name = string (request, "name");
  if (first && (has_people (wire, first->id) || parlor_brands_count (wire->brands) > 1))
    {
      refuse (error, PARLOR_ERROR_CONFLICT,
              "This server is set up already: use parlorctl brand, user and key.");
      return NULL;
    }
  if (first)
    return first;
  return parlor_brands_add (wire->brands, slug, name ? name : slug, wall_ms (wire), error);
}

static json_t *
on_setup (ParlorWireBrand *wire, const json_t *request, GError **error)
{
  ParlorUserChange owner = {.login = string (request, "login"), .roles = PARLOR_BRAND_OWNER};
  if (!owner.login || !string (request, "brand"))
    return refuse (error, PARLOR_ERROR_BAD_REQUEST,
                   "Setup needs --brand SLUG and --login NAME of its owner.");
  const ParlorBrand *brand = first_brand (wire, request, error);
  const ParlorUser *user = brand ? parlor_users_add (wire->brands, brand->id, &owner,
                                                     wall_ms (wire), error)
                                 : NULL;
  const ParlorApiKey *key = user ? parlor_keys_add (wire->brands, brand->id, "first key",
                                                    PARLOR_EVERY_SCOPE, wall_ms (wire), error)
                                 : NULL;
  g_autofree char *link = key ? link_for (wire, user, error) : NULL;
  if (!link)
    return NULL;
  parlor_log (PARLOR_LOG_INFO, "set up: the first brand, its owner and an API key were made");
  return json_pack ("{s:b,s:o,s:o,s:o,s:s}", "ok", TRUE, "brand", brand_json (brand), "user",
                    user_json (user), "key", key_json (key, TRUE), "link", link);
}

static json_t *
on_brand (ParlorWireBrand *wire, const json_t *request, GError **error)
{
  const char *verb = string (request, "verb");
  const ParlorBrand *brand = NULL;
  if (!g_strcmp0 (verb, "list"))
    {
      g_autoptr (GPtrArray) list = parlor_brands_list (wire->brands);
      json_t *array = json_array ();
      for (guint i = 0; i < list->len; i++)
        json_array_append_new (array, brand_json (list->pdata[i]));
      return json_pack ("{s:b,s:o}", "ok", TRUE, "brands", array);
    }
  if (!g_strcmp0 (verb, "add"))
    brand = parlor_brands_add (wire->brands, string (request, "brand"), string (request, "name"),
                               wall_ms (wire), error);
  else if (!g_strcmp0 (verb, "set") && (brand = brand_of (wire, request, error)))
    {
      ParlorBrandChange change = {.name = string (request, "name"),
                                  .origins = string (request, "origins"),
                                  .may_start = string (request, "may_start"),
                                  .oidc_issuer = string (request, "oidc_issuer"),
                                  .oidc_client = string (request, "oidc_client"),
                                  .oidc_secret = string (request, "oidc_secret"),
                                  .retention_days = -1};
      if (!parlor_brands_change (wire->brands, brand->id, &change, error))
        return NULL;
    }
  else if (!g_strcmp0 (verb, "close") && (brand = brand_of (wire, request, error)))
    {
      if (!parlor_brands_close (wire->brands, brand->id, wall_ms (wire), error))
        return NULL;
    }
  else if (!*error)
    return refuse (error, PARLOR_ERROR_BAD_REQUEST, "Say brand list, add, set or close.");
  return brand ? json_pack ("{s:b,s:o}", "ok", TRUE, "brand", brand_json (brand)) : NULL;
}

static json_t *
list_keys (ParlorWireBrand *wire, const ParlorBrand *brand)
{
  g_autoptr (GPtrArray) list = parlor_keys_list (wire->brands, brand->id);
  json_t *array = json_array ();
  for (guint i = 0; i < list->len; i++)
    json_array_append_new (array, key_json (list->pdata[i], FALSE));
  return json_pack ("{s:b,s:o}", "ok", TRUE, "keys", array);
}

static json_t *
on_key (ParlorWireBrand *wire, const json_t *request, GError **error)
{
  const char *verb = string (request, "verb"), *id = string (request, "id");
  const char *name = string (request, "name");
  const ParlorBrand *brand = brand_of (wire, request, error);
  const ParlorApiKey *key = NULL;
  gint64 overlap_ms = json_integer_value (json_object_get (request, "overlap")) * 1000;
  guint scopes = PARLOR_EVERY_SCOPE;
  if (!brand)
    return NULL;
  if (!g_strcmp0 (verb, "list"))
    return list_keys (wire, brand);
  if (string (request, "scopes") && !parlor_scopes_parse (string (request, "scopes"), &scopes))
    return refuse (error, PARLOR_ERROR_BAD_REQUEST, "A scope is unknown.");
  if (!g_strcmp0 (verb, "add"))
    key = parlor_keys_add (wire->brands, brand->id, name ? name : "key", scopes, wall_ms (wire),
                           error);
  else if (!g_strcmp0 (verb, "rotate"))
    key = parlor_keys_rotate (wire->brands, brand->id, id, overlap_ms, wall_ms (wire), error);
  else if (!g_strcmp0 (verb, "revoke"))
    return parlor_keys_revoke (wire->brands, brand->id, id, wall_ms (wire), error)
               ? json_pack ("{s:b}", "ok", TRUE)
               : NULL;
  else
    return refuse (error, PARLOR_ERROR_BAD_REQUEST, "Say key list, add, rotate or revoke.");
  return key ? json_pack ("{s:b,s:o}", "ok", TRUE, "key", key_json (key, TRUE)) : NULL;
}

static json_t *
list_users (ParlorWireBrand *wire, const ParlorBrand *brand)
{
  g_autoptr (GPtrArray) list = parlor_users_list (wire->brands, brand->id);
  json_t *array = json_array ();
  for (guint i = 0; i < list->len; i++)
    json_array_append_new (array, user_json (list->pdata[i]));
  return json_pack ("{s:b,s:o}", "ok", TRUE, "users", array);
}

static const ParlorUser *
add_user (ParlorWireBrand *wire, const ParlorBrand *brand, const json_t *request, GError **error)
{
  guint roles = 0;
  ParlorUserChange change = {.login = string (request, "login"), .name = string (request, "name")};
  if (!parlor_brand_roles_parse (string (request, "role"), &roles))
    {
      refuse (error, PARLOR_ERROR_BAD_REQUEST, "A role is unknown.");
      return NULL;
    }
  change.roles = roles;
  return parlor_users_add (wire->brands, brand->id, &change, wall_ms (wire), error);
}

static json_t *
user_link (ParlorWireBrand *wire, const ParlorUser *user, GError **error)
{
  g_autofree char *link = link_for (wire, user, error);
  return link ? json_pack ("{s:b,s:o,s:s}", "ok", TRUE, "user", user_json (user), "link", link)
              : NULL;
}

static json_t *
on_user (ParlorWireBrand *wire, const json_t *request, GError **error)
{
  const char *verb = string (request, "verb");
  const ParlorBrand *brand = brand_of (wire, request, error);
  if (!brand)
    return NULL;
  if (!g_strcmp0 (verb, "list"))
    return list_users (wire, brand);
  if (!g_strcmp0 (verb, "add"))
    {
      const ParlorUser *made = add_user (wire, brand, request, error);
      return made ? user_link (wire, made, error) : NULL;
    }
  const ParlorUser *user = parlor_users_find (wire->brands, brand->id, string (request, "login"));
  gboolean disable = !g_strcmp0 (verb, "disable");
  if (!user)
    return refuse (error, PARLOR_ERROR_NOT_FOUND, "There is nobody of this login.");
  if (!g_strcmp0 (verb, "link"))
    return user_link (wire, user, error);
  if (!disable && g_strcmp0 (verb, "enable"))
    return refuse (error, PARLOR_ERROR_BAD_REQUEST, "Say user list, add, link, disable or enable.");
  return parlor_users_disable (wire->brands, brand->id, user->id, disable, wall_ms (wire), error)
             ? json_pack ("{s:b,s:o}", "ok", TRUE, "user", user_json (user))
             : NULL;
}

static void
audit (ParlorWireBrand *wire, const json_t *request, const json_t *reply)
{
  const char *verb = string (request, "verb");
  const json_t *thing = json_object_get (reply, "key");
  if (!thing)
    thing = json_object_get (reply, "user");
  /* The one that was made, changed or closed, else the one named. */
  const char *made = string (json_object_get (reply, "brand"), "id");
  const ParlorBrand *brand = made ? parlor_brands_get (wire->brands, made)
                                  : brand_of (wire, request, NULL);
  const char *object = thing ? string (thing, "id") : string (request, "id");
  g_autofree char *action = g_strdup_printf ("operator.%s%s%s", string (request, "cmd"),
                                             verb ? "_" : "", verb ? verb : "");
  if (wire->spec.audit && brand && g_strcmp0 (verb, "list"))
    parlor_audit_add (wire->spec.audit, wall_ms (wire), brand->id, "operator", action,
                      object ? object : brand->id, NULL);
}

/* The change and its line of the audit log are on the disk both or not at all. */
static json_t *
run_audited (ParlorWireBrand *wire, const json_t *request,
             json_t *(*run) (ParlorWireBrand *wire, const json_t *request, GError **error),
             GError **error)
{
  ParlorRecordSink *sink = parlor_store_records (wire->spec.store);
  sink->begin (sink);
  json_t *reply = run (wire, request, error);
  if (reply)
    audit (wire, request, reply);
  sink->end (sink);
  return reply;
}

json_t *
parlor_wire_brand_control (const char *command, const json_t *request, gpointer user_data,
                           GError **error)
{
  static const struct
  {
    const char *name;
    json_t *(*run) (ParlorWireBrand *wire, const json_t *request, GError **error);
  } commands[] = {{"setup", on_setup}, {"brand", on_brand}, {"key", on_key}, {"user", on_user}};
  for (guint i = 0; i < G_N_ELEMENTS (commands); i++)
    if (!g_strcmp0 (command, commands[i].name))
      return run_audited (user_data, request, commands[i].run, error);
  return NULL;
}
