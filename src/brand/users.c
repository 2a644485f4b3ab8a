/* SPDX-License-Identifier: Apache-2.0 */
#include "brand/users.h"

#include "base/error.h"
#include "base/text.h"
#include "brand/private.h"

#include <string.h>

#define LOGIN_MAX_BYTES 254   /* an address, RFC 5321 section 4.5.3.1.3 */
#define SUBJECT_MAX_BYTES 255 /* OpenID Connect Core 1.0, section 2 */

void
parlor_users_adopt (ParlorBrands *brands, ParlorUser *user)
{
  g_hash_table_replace (brands->users, user->id, user);
  g_hash_table_replace (brands->by_login, parlor_brand_pair (user->brand, user->login), user);
  if (user->subject != NULL)
    g_hash_table_replace (brands->by_subject, parlor_brand_pair (user->brand, user->subject), user);
}

const ParlorUser *
parlor_users_get (const ParlorBrands *brands, const char *brand, const char *id)
{
  const ParlorUser *user = id != NULL ? g_hash_table_lookup (brands->users, id) : NULL;
  return user != NULL && g_strcmp0 (user->brand, brand) == 0 ? user : NULL;
}

const ParlorUser *
parlor_users_find (const ParlorBrands *brands, const char *brand, const char *login)
{
  if (brand == NULL || login == NULL || !g_utf8_validate (login, -1, NULL))
    return NULL;
  g_autofree char *lower = g_utf8_strdown (login, -1);
  g_autofree char *pair = parlor_brand_pair (brand, lower);
  return g_hash_table_lookup (brands->by_login, pair);
}

const ParlorUser *
parlor_users_find_subject (const ParlorBrands *brands, const char *brand, const char *subject)
{
  g_autofree char *pair = parlor_brand_pair (brand, subject);
  return g_hash_table_lookup (brands->by_subject, pair);
}

static gint
compare_users (gconstpointer a, gconstpointer b)
{
  return strcmp ((*(ParlorUser *const *)a)->login, (*(ParlorUser *const *)b)->login);
}

GPtrArray *
parlor_users_list (const ParlorBrands *brands, const char *brand)
{
  GPtrArray *list = g_ptr_array_new ();
  GHashTableIter iter;
  gpointer row;
  g_hash_table_iter_init (&iter, brands->users);
  while (g_hash_table_iter_next (&iter, NULL, &row))
    if (strcmp (((ParlorUser *)row)->brand, brand) == 0)
      g_ptr_array_add (list, row);
  g_ptr_array_sort (list, compare_users);
  return list;
}

/* ---- making and changing -------------------------------------------------------------------- */

/* The login as it is kept (transfer full); NULL: unfit. */
static char *
take_login (const char *text, GError **error)
{
  gsize n = text != NULL ? strlen (text) : 0;
  if (n == 0 || n > LOGIN_MAX_BYTES || !parlor_text_identity (text)
      || strpbrk (text, " \t") != NULL)
    {
      parlor_brand_refuse (error, PARLOR_ERROR_BAD_REQUEST,
                           "A login has 1 to 128 characters and no blanks.");
      return NULL;
    }
  return g_utf8_strdown (text, -1);
}

static gboolean
is_words (const char *list)
{
  return list == NULL
         || (strlen (list) <= 2000
             && strspn (list, "abcdefghijklmnopqrstuvwxyz0123456789_ ") == strlen (list));
}

/* What is free of the row: name and lists. *name (transfer full) is NULL when it stays. */
static gboolean
check_change (const ParlorUserChange *change, char **name, GError **error)
{
  *name = NULL;
  if (change->roles != -1 && (change->roles & ~(gint64)PARLOR_BRAND_EVERY_ROLE) != 0)
    return parlor_brand_refuse (error, PARLOR_ERROR_BAD_REQUEST, "A role is unknown.");
  if (!is_words (change->groups) || !is_words (change->rep))
    return parlor_brand_refuse (error, PARLOR_ERROR_BAD_REQUEST, "Groups and rep are ids.");
  if (change->name == NULL || *change->name == '\0')
    return TRUE;
  return (*name = parlor_text_line (change->name, PARLOR_NAME_MAX, "name", error)) != NULL;
}

static ParlorUser *
user_new (ParlorBrands *brands, const char *brand, const char *login, const char *name,
          const ParlorUserChange *change, gint64 wall_ms)
{
  char id[PARLOR_ID_SIZE];
  ParlorUser *user = g_new0 (ParlorUser, 1);
  parlor_id_make ("usr", &brands->spec.random, id);
  *user = (ParlorUser){
      .id = g_strdup (id),
      .brand = g_strdup (brand),
      .login = g_strdup (login),
      .name = g_strdup (name != NULL ? name : login),
      .roles = parlor_brand_roles_format ((guint)change->roles),
      .groups = g_strdup (change->groups != NULL ? change->groups : ""),
      .created_ms = wall_ms,
  };
  parlor_brand_set (&user->rep, change->rep, TRUE);
  parlor_brand_set (&user->password, change->password, TRUE);
  parlor_users_adopt (brands, user);
  parlor_brands_put (brands, &parlor_user_kind, user);
  return user;
}

static guint
count_users (const ParlorBrands *brands, const char *brand)
{
  g_autoptr (GPtrArray) list = parlor_users_list (brands, brand);
  return list->len;
}

const ParlorUser *
parlor_users_add (ParlorBrands *brands, const char *brand, const ParlorUserChange *change,
                  gint64 wall_ms, GError **error)
{
  g_autofree char *name = NULL;
  g_autofree char *login = take_login (change->login, error);
  if (login == NULL || !check_change (change, &name, error))
    return NULL;
  if (change->roles <= 0)
    parlor_brand_refuse (error, PARLOR_ERROR_BAD_REQUEST, "A person needs at least one role.");
  else if (parlor_brands_open (brands, brand) == NULL)
    parlor_brand_refuse (error, PARLOR_ERROR_NOT_FOUND, "There is no such brand.");
  else if (parlor_users_find (brands, brand, login) != NULL)
    parlor_brand_refuse (error, PARLOR_ERROR_CONFLICT, "There is somebody of this login already.");
  else if (count_users (brands, brand) >= PARLOR_MAX_USERS)
    parlor_brand_refuse (error, PARLOR_ERROR_TOO_MANY, "This brand has too many people.");
  else
    return user_new (brands, brand, login, name, change, wall_ms);
  return NULL;
}

static gboolean
is_owner (const ParlorUser *user)
{
  return user->disabled_ms == 0 && (parlor_user_roles (user) & PARLOR_BRAND_OWNER) != 0;
}

static gboolean
is_last_owner (const ParlorBrands *brands, const ParlorUser *user)
{
  g_autoptr (GPtrArray) list = parlor_users_list (brands, user->brand);
  guint owners = 0;
  for (guint i = 0; i < list->len; i++)
    owners += is_owner (list->pdata[i]);
  return is_owner (user) && owners == 1;
}

static gboolean
take_new_login (ParlorBrands *brands, ParlorUser *user, const char *text, GError **error)
{
  g_autofree char *login = take_login (text, error);
  if (login == NULL)
    return FALSE;
  const ParlorUser *other = parlor_users_find (brands, user->brand, login);
  if (other != NULL && other != user)
    return parlor_brand_refuse (error, PARLOR_ERROR_CONFLICT,
                                "There is somebody of this login already.");
  g_autofree char *pair = parlor_brand_pair (user->brand, user->login);
  g_hash_table_remove (brands->by_login, pair);
  parlor_brand_set (&user->login, login, FALSE);
  g_hash_table_replace (brands->by_login, parlor_brand_pair (user->brand, login), user);
  return TRUE;
}

gboolean
parlor_users_change (ParlorBrands *brands, const char *brand, const char *id,
                     const ParlorUserChange *change, gint64 wall_ms, GError **error)
{
  ParlorUser *user = (ParlorUser *)parlor_users_get (brands, brand, id);
  g_autofree char *name = NULL;
  if (user == NULL)
    return parlor_brand_refuse (error, PARLOR_ERROR_NOT_FOUND, "There is no such person.");
  if (!check_change (change, &name, error))
    return FALSE;
  if (change->roles != -1 && !(change->roles & PARLOR_BRAND_OWNER) && is_last_owner (brands, user))
    return parlor_brand_refuse (error, PARLOR_ERROR_CONFLICT,
                                "This is the last owner: make another one first.");
  if (change->login != NULL && !take_new_login (brands, user, change->login, error))
    return FALSE;
  parlor_brand_set (&user->name, name, FALSE);
  parlor_brand_set (&user->groups, change->groups, FALSE);
  parlor_brand_set (&user->rep, change->rep, TRUE);
  parlor_brand_set (&user->password, change->password, TRUE);
  gboolean other_roles = change->roles != -1 && (guint)change->roles != parlor_user_roles (user);
  if (other_roles)
    {
      g_free (user->roles);
      user->roles = parlor_brand_roles_format ((guint)change->roles);
    }
  parlor_brands_put (brands, &parlor_user_kind, user);
  if (other_roles || change->password != NULL)
    parlor_signins_end_of (brands, user->id, NULL);
  return TRUE;
}

gboolean
parlor_users_disable (ParlorBrands *brands, const char *brand, const char *id, gboolean disabled,
                      gint64 wall_ms, GError **error)
{
  ParlorUser *user = (ParlorUser *)parlor_users_get (brands, brand, id);
  if (user == NULL)
    return parlor_brand_refuse (error, PARLOR_ERROR_NOT_FOUND, "There is no such person.");
  if (disabled && is_last_owner (brands, user))
    return parlor_brand_refuse (error, PARLOR_ERROR_CONFLICT,
                                "This is the last owner: make another one first.");
  user->disabled_ms = disabled ? wall_ms : 0;
  parlor_brands_put (brands, &parlor_user_kind, user);
  if (disabled)
    parlor_signins_end_of (brands, user->id, NULL);
  return TRUE;
}

gboolean
parlor_users_bind_subject (ParlorBrands *brands, const ParlorUser *user, const char *subject,
                           GError **error)
{
  ParlorUser *own = (ParlorUser *)user;
  gsize n = subject != NULL ? strlen (subject) : 0;
  if (n == 0 || n > SUBJECT_MAX_BYTES || strchr (subject, '\n') != NULL)
    return parlor_brand_refuse (error, PARLOR_ERROR_BAD_REQUEST, "The subject is unfit.");
  if (user->subject != NULL && strcmp (user->subject, subject) == 0)
    return TRUE;
  if (user->subject != NULL || parlor_users_find_subject (brands, user->brand, subject) != NULL)
    return parlor_brand_refuse (error, PARLOR_ERROR_CONFLICT,
                                "This person signed in as another subject before.");
  own->subject = g_strdup (subject);
  g_hash_table_replace (brands->by_subject, parlor_brand_pair (user->brand, subject), own);
  parlor_brands_put (brands, &parlor_user_kind, own);
  return TRUE;
}
