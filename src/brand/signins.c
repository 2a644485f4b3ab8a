/* SPDX-License-Identifier: Apache-2.0 */
#include "brand/signins.h"

#include "base/error.h"
#include "brand/private.h"

#include <string.h>

#define USED_STEP_MS 60000
#define POLL_STEP_MS 10000

typedef struct
{
  ParlorHash hash;
  char person[PARLOR_ID_SIZE];
  guint roles;
  gint64 expires_ms;
} Link;

static char *
hex_of (const char *secret)
{
  static const char digits[] = "0123456789abcdef";
  ParlorHash hash = parlor_hash (secret);
  char *hex = g_malloc0 (2 * PARLOR_HASH_SIZE + 1);
  for (guint i = 0; i < PARLOR_HASH_SIZE; i++)
    {
      hex[2 * i] = digits[hash.bytes[i] >> 4];
      hex[2 * i + 1] = digits[hash.bytes[i] & 15];
    }
  return hex;
}

/* ---- the table ------------------------------------------------------------------------------ */

static GPtrArray *
list_of (ParlorBrands *brands, const char *person)
{
  GPtrArray *list = g_hash_table_lookup (brands->of_person, person);
  if (list == NULL)
    {
      list = g_ptr_array_new ();
      g_hash_table_insert (brands->of_person, g_strdup (person), list);
    }
  return list;
}

void
parlor_signins_adopt (ParlorBrands *brands, ParlorSignin *signin)
{
  g_hash_table_replace (brands->signins, signin->id, signin);
  g_hash_table_replace (brands->by_hash, signin->hash, signin);
  g_ptr_array_add (list_of (brands, signin->person), signin);
}

static void
drop (ParlorBrands *brands, ParlorSignin *signin)
{
  GPtrArray *list = list_of (brands, signin->person);
  g_ptr_array_remove (list, signin);
  if (list->len == 0)
    g_hash_table_remove (brands->of_person, signin->person);
  g_hash_table_remove (brands->by_hash, signin->hash);
  parlor_brands_remove (brands, &parlor_signin_kind, signin);
  g_hash_table_remove (brands->signins, signin->id);
}

static gboolean
lasts (const ParlorSignin *signin, gint64 wall_ms)
{
  return wall_ms < signin->expires_ms && wall_ms - signin->used_ms < PARLOR_SIGNIN_IDLE_MS;
}

static const ParlorUser *
person_of (const ParlorBrands *brands, const char *id)
{
  const ParlorUser *user = g_hash_table_lookup (brands->users, id);
  gboolean let_in = user != NULL && user->disabled_ms == 0
                    && parlor_brands_open (brands, user->brand) != NULL;
  return let_in ? user : NULL;
}

/* ---- sign-ins ------------------------------------------------------------------------------- */

static ParlorSignin *
signin_new (ParlorBrands *brands, const ParlorUser *user, guint roles, const char *secret,
            gint64 wall_ms)
{
  char id[PARLOR_ID_SIZE];
  ParlorSignin *signin = g_new0 (ParlorSignin, 1);
  parlor_id_make ("ses", &brands->spec.random, id);
  *signin = (ParlorSignin){
      .id = g_strdup (id),
      .brand = g_strdup (user->brand),
      .person = g_strdup (user->id),
      .hash = hex_of (secret),
      .roles = parlor_brand_roles_format (roles),
      .created_ms = wall_ms,
      .used_ms = wall_ms,
      .expires_ms = wall_ms + PARLOR_SIGNIN_LASTS_MS,
  };
  return signin;
}

const ParlorSignin *
parlor_signins_add (ParlorBrands *brands, const ParlorUser *user, guint roles, gint64 wall_ms,
                    char secret[PARLOR_TOKEN_SIZE], GError **error)
{
  guint given = roles & parlor_user_roles (user);
  if (person_of (brands, user->id) == NULL || given == 0)
    {
      parlor_brand_refuse (error, PARLOR_ERROR_FORBIDDEN, "This person is not let in.");
      return NULL;
    }
  parlor_token_make (&brands->spec.random, secret);
  ParlorSignin *signin = signin_new (brands, user, given, secret, wall_ms);
  parlor_brands_begin (brands);
  if (list_of (brands, user->id)->len >= PARLOR_MAX_SIGNINS)
    parlor_signins_end (brands, ((ParlorSignin *)list_of (brands, user->id)->pdata[0])->id);
  parlor_signins_adopt (brands, signin);
  parlor_brands_put (brands, &parlor_signin_kind, signin);
  ((ParlorUser *)user)->seen_ms = wall_ms;
  parlor_brands_put (brands, &parlor_user_kind, user);
  parlor_brands_end (brands);
  return signin;
}

const ParlorSignin *
parlor_signins_use (ParlorBrands *brands, const char *secret, gint64 wall_ms)
{
  if (secret == NULL || strlen (secret) >= PARLOR_TOKEN_SIZE)
    return NULL;
  g_autofree char *hash = hex_of (secret);
  ParlorSignin *signin = g_hash_table_lookup (brands->by_hash, hash);
  if (signin == NULL || !lasts (signin, wall_ms) || person_of (brands, signin->person) == NULL)
    return NULL;
  if (wall_ms - signin->used_ms >= USED_STEP_MS)
    {
      signin->used_ms = wall_ms;
      parlor_brands_put (brands, &parlor_signin_kind, signin);
    }
  return signin;
}

void
parlor_signins_principal (const ParlorBrands *brands, const ParlorSignin *signin,
                          ParlorPrincipal *out)
{
  const ParlorUser *user = person_of (brands, signin->person);
  guint roles = 0;
  *out = (ParlorPrincipal){.caller = PARLOR_CALLER_STRANGER};
  if (user == NULL || !parlor_brand_roles_parse (signin->roles, &roles))
    return;
  out->caller = PARLOR_CALLER_USER;
  out->roles = roles & parlor_user_roles (user);
  out->expires_ms = signin->expires_ms;
  g_strlcpy (out->brand, user->brand, sizeof out->brand);
  g_strlcpy (out->subject, user->id, sizeof out->subject);
  g_strlcpy (out->rep, user->rep != NULL ? user->rep : "", sizeof out->rep);
  g_strlcpy (out->by, signin->id, sizeof out->by);
}

void
parlor_signins_end (ParlorBrands *brands, const char *id)
{
  ParlorSignin *signin = g_hash_table_lookup (brands->signins, id);
  if (signin == NULL)
    return;
  drop (brands, signin);
  parlor_brands_revoked (brands);
}

static void
end_links_of (ParlorBrands *brands, const char *user)
{
  GHashTableIter iter;
  gpointer link;
  g_hash_table_iter_init (&iter, brands->links);
  while (g_hash_table_iter_next (&iter, NULL, &link))
    if (strcmp (((Link *)link)->person, user) == 0)
      g_hash_table_iter_remove (&iter);
}

void
parlor_signins_end_of (ParlorBrands *brands, const char *user, const char *except)
{
  g_autoptr (GPtrArray) list = parlor_signins_of (brands, user);
  parlor_brands_begin (brands);
  for (guint i = 0; i < list->len; i++)
    if (g_strcmp0 (((ParlorSignin *)list->pdata[i])->id, except) != 0)
      drop (brands, list->pdata[i]);
  parlor_brands_end (brands);
  end_links_of (brands, user);
  parlor_brands_revoked (brands);
}

GPtrArray *
parlor_signins_of (const ParlorBrands *brands, const char *user)
{
  const GPtrArray *own = g_hash_table_lookup (brands->of_person, user);
  GPtrArray *list = g_ptr_array_new ();
  for (guint i = own != NULL ? own->len : 0; i > 0; i--)
    g_ptr_array_add (list, own->pdata[i - 1]);
  return list;
}

/* ---- links ---------------------------------------------------------------------------------- */

gboolean
parlor_links_add (ParlorBrands *brands, const ParlorUser *user, guint roles, gint64 lasts_ms,
                  gint64 wall_ms, char secret[PARLOR_TOKEN_SIZE], GError **error)
{
  if (person_of (brands, user->id) == NULL || (roles & parlor_user_roles (user)) == 0)
    return parlor_brand_refuse (error, PARLOR_ERROR_FORBIDDEN, "This person is not let in.");
  if (g_hash_table_size (brands->links) >= PARLOR_MAX_LINKS)
    return parlor_brand_refuse (error, PARLOR_ERROR_TOO_MANY, "Too many links wait to be used.");
  Link *link = g_new0 (Link, 1);
  parlor_token_make (&brands->spec.random, secret);
  link->hash = parlor_hash (secret);
  link->roles = roles;
  link->expires_ms = wall_ms + lasts_ms;
  g_strlcpy (link->person, user->id, sizeof link->person);
  g_hash_table_replace (brands->links, &link->hash, link);
  return TRUE;
}

const ParlorUser *
parlor_links_take (ParlorBrands *brands, const char *secret, gint64 wall_ms, guint *roles)
{
  ParlorHash hash = parlor_hash (secret);
  const Link *link = g_hash_table_lookup (brands->links, &hash);
  if (link == NULL)
    return NULL;
  const ParlorUser *user = wall_ms < link->expires_ms ? person_of (brands, link->person) : NULL;
  *roles = link->roles;
  g_hash_table_remove (brands->links, &hash);
  return user;
}

/* ---- time ----------------------------------------------------------------------------------- */

void
parlor_signins_poll (ParlorBrands *brands, gint64 wall_ms)
{
  g_autoptr (GPtrArray) ended = g_ptr_array_new ();
  GHashTableIter iter;
  gpointer row;
  /* Nothing is let in late by this: whoever is looked up is judged by the time. */
  if (brands->polled_ms / POLL_STEP_MS == wall_ms / POLL_STEP_MS)
    return;
  g_hash_table_iter_init (&iter, brands->signins);
  while (g_hash_table_iter_next (&iter, NULL, &row))
    if (!lasts (row, wall_ms))
      g_ptr_array_add (ended, row);
  for (guint i = 0; i < ended->len; i++)
    drop (brands, ended->pdata[i]);
  g_hash_table_iter_init (&iter, brands->links);
  while (g_hash_table_iter_next (&iter, NULL, &row))
    if (wall_ms >= ((Link *)row)->expires_ms)
      g_hash_table_iter_remove (&iter);
}
