/* SPDX-License-Identifier: Apache-2.0 */
/* How far a supervisor reaches over REST, and what moves when customers are given away. */
#include "world.h"

#include "brand/users.h"
#include "http/handlers.h"
#include "http/service.h"

#include <sodium.h>
#include <string.h>

#define JSON "Content-Type: application/json\r\n"
#define PASSWORD "correct horse battery"

typedef struct
{
  World *world;
  ParlorService *service;
  ParlorServiceBrand *brand;
  ParlorServiceSite site;
  char *headers; /* of a supervisor who is signed in */
} Fixture;

static void
fill (guint8 *out, gsize size, gpointer user_data)
{
  for (gsize i = 0; i < size; i++)
    out[i] = (guint8)g_random_int_range (0, 256);
}

static ParlorMoment
now_of (gpointer user_data)
{
  return (ParlorMoment){g_get_monotonic_time (), g_get_real_time () / 1000};
}

static void
on_notice (const ParlorServiceNotice *notice, gpointer user_data)
{
}

static ParlorServiceBrand *
brand_of (const char *id, gpointer user_data)
{
  return parlor_service_brand (((Fixture *)user_data)->service, id);
}

static json_t *
rep_json (const ParlorRep *rep)
{
  return json_pack ("{s:s}", "id", rep->id);
}

static void
add_group (Fixture *f, const char *name, const char *user)
{
  ParlorGroupSpec spec = {.name = name};
  ParlorGroup *group = parlor_service_put_group (f->service, f->brand, &spec, NULL);
  ParlorRepSpec rep = {.ref = name, .name = name, .groups = group->id};
  parlor_service_put_rep (f->service, f->brand, &rep, now_of (NULL), NULL);
  rep = (ParlorRepSpec){.ref = "boss", .name = "Boss", .groups = group->id, .user = user};
  if (user)
    parlor_service_put_rep (f->service, f->brand, &rep, now_of (NULL), NULL);
}

/* Signs a new supervisor in; his id. */
static char *
add_supervisor (Fixture *f)
{
  char hash[crypto_pwhash_STRBYTES];
  g_assert_cmpint (sodium_init (), >=, 0);
  g_assert_cmpint (crypto_pwhash_str (hash, PASSWORD, strlen (PASSWORD), crypto_pwhash_OPSLIMIT_MIN,
                                      crypto_pwhash_MEMLIMIT_MIN),
                   ==, 0);
  const ParlorBrand *brand = parlor_brands_add (f->world->brands, "shop", "Shop", 1, NULL);
  ParlorUserChange change = {.login = "boss", .roles = PARLOR_BRAND_SUPERVISOR, .password = hash};
  const ParlorUser *user = parlor_users_add (f->world->brands, brand->id, &change, 1, NULL);
  f->brand = parlor_service_add_brand (f->service, brand->id, "Shop", PARLOR_CONFIRM_FIRST);
  g_autoptr (Answer)
      in = world_ask (f->world, "POST", "/v1/signin", JSON,
                      "{\"brand\":\"shop\",\"login\":\"boss\",\"password\":\"" PASSWORD "\"}");
  g_assert_cmpuint (in->status, ==, 200);
  g_autofree char *set = answer_header (in, "Set-Cookie");
  json_t *json = answer_json (in);
  set[strcspn (set, ";")] = 0;
  f->headers = g_strdup_printf ("Cookie: %s\r\nX-Parlor-CSRF: %s\r\n" JSON, set,
                                member (json, "csrf"));
  json_decref (json);
  return g_strdup (user->id);
}

static void
set_up (Fixture *f, gconstpointer data)
{
  ParlorServiceSpec spec = {.random = {fill, NULL}, .notice = on_notice, .now = now_of};
  f->world = world_new (&(WorldSpec){.strict = TRUE});
  f->service = parlor_service_new (&spec);
  f->site = (ParlorServiceSite){
      .service = f->service, .brand = brand_of, .rep = rep_json, .user_data = f};
  f->world->site->spec.service = &f->site;
  g_autofree char *user = add_supervisor (f);
  add_group (f, "near", user);
  add_group (f, "far", NULL);
}

static void
tear_down (Fixture *f, gconstpointer data)
{
  world_free (f->world);
  parlor_service_free (f->service);
  g_free (f->headers);
}

static void
expect (Fixture *f, const char *path, const char *body, guint status)
{
  g_autoptr (Answer) answer = world_ask (f->world, "POST", path, f->headers, body);
  if (answer->status != status)
    g_error ("%s %s answered %u %s", path, body, answer->status, answer->body);
}

static void
test_reach (Fixture *f, gconstpointer data)
{
  expect (f, "/v1/reps/near/suspend", "{\"on\":true}", 200);
  expect (f, "/v1/reps/far/suspend", "{\"on\":true}", 404);
  expect (f, "/v1/bindings/transfer", "{\"from\":\"near\",\"to\":\"boss\"}", 202);
  expect (f, "/v1/bindings/transfer", "{\"from\":\"far\",\"to\":\"near\"}", 404);
  expect (f, "/v1/bindings/transfer", "{\"from\":\"near\",\"to\":\"far\"}", 404);
}

static void
test_customers (Fixture *f, gconstpointer data)
{
  static const char *const wrong[] = {"\"cus_1\"", "{}", "null", "true"};
  for (guint i = 0; i < G_N_ELEMENTS (wrong); i++)
    {
      g_autofree char *body = g_strdup_printf (
          "{\"from\":\"near\",\"to\":\"boss\",\"customers\":%s}", wrong[i]);
      expect (f, "/v1/bindings/transfer", body, 400);
    }
  expect (f, "/v1/bindings/transfer", "{\"from\":\"near\",\"to\":\"boss\",\"customers\":[]}", 422);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(name, func) g_test_add ("/http/service/" name, Fixture, NULL, set_up, func, tear_down)
  ADD ("a-supervisor-reaches-his-own-groups", test_reach);
  ADD ("only-no-list-at-all-is-everybody", test_customers);
  return g_test_run ();
}
