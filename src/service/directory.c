/* SPDX-License-Identifier: Apache-2.0 */
/* Who is there: brands, their groups and their reps. */
#include "base/confusable.h"
#include "service/private.h"

#include <string.h>

#define OFFER_TIMEOUT_S 30
#define HOUR_MS (3600 * G_GINT64_CONSTANT (1000))
#define SILENCE_H 48
#define MAX_CHATS 6
#define MAX_SKILLS PARLOR_SKILLS
#define PHOTO_BYTES 500
#define WELCOME_MAX 500

/* ---- brands ---------------------------------------------------------------------------------- */

static ParlorServiceBrand *
brand_new (ParlorService *service, const char *id)
{
  ParlorServiceBrand *brand = g_new0 (ParlorServiceBrand, 1);
  brand->service = service;
  g_strlcpy (brand->id, id, sizeof brand->id);
  brand->groups = g_ptr_array_new ();
  brand->reps = g_ptr_array_new ();
  brand->skills = g_ptr_array_new_with_free_func (g_free);
  brand->materials = g_ptr_array_new ();
  brand->rules = g_ptr_array_new_with_free_func (rule_free);
  brand->hits = g_ptr_array_new_with_free_func (hit_free);
  brand->alerts = g_ptr_array_new_with_free_func (alert_free);
  brand->by_ref = g_hash_table_new (g_str_hash, g_str_equal);
  brand->by_user = g_hash_table_new (g_str_hash, g_str_equal);
  brand->by_visitor = g_hash_table_new (g_str_hash, g_str_equal);
  brand->by_customer = g_hash_table_new (g_str_hash, g_str_equal);
  brand->silence_ms = SILENCE_H * HOUR_MS;
  g_hash_table_insert (service->brands, brand->id, brand);
  return brand;
}

void
parlor_service_set_silence (ParlorServiceBrand *brand, guint hours, ParlorMoment now)
{
  GHashTableIter iter;
  gpointer value;
  if (brand->silence_ms == hours * HOUR_MS)
    return;
  brand->silence_ms = hours * HOUR_MS;
  g_hash_table_iter_init (&iter, brand->service->conversations);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    if (((ParlorConversation *)value)->customer->brand == brand)
      conversation_arm (value, now);
}

ParlorServiceBrand *
parlor_service_add_brand (ParlorService *service, const char *id, const char *name,
                          ParlorConfirm confirm)
{
  ParlorServiceBrand *brand = parlor_service_brand (service, id);
  if (!brand)
    brand = brand_new (service, id);
  if (name || !brand->name)
    {
      g_clear_pointer (&brand->guard, parlor_name_guard_free);
      g_free (brand->name);
      brand->name = g_strdup (name ? name : "");
    }
  brand->confirm = confirm;
  return brand;
}

/* ---- skills ---------------------------------------------------------------------------------- */

/* The bit of a skill, making it when it is new; -1 = the brand has too many. */
static int
skill_bit (ParlorServiceBrand *brand, const char *name)
{
  for (guint i = 0; i < brand->skills->len; i++)
    if (!strcmp (brand->skills->pdata[i], name))
      return (int)i;
  if (brand->skills->len == MAX_SKILLS)
    return -1;
  g_ptr_array_add (brand->skills, g_strdup (name));
  return (int)brand->skills->len - 1;
}

gboolean
parse_skills (ParlorServiceBrand *brand, const char *text, guint64 *skills)
{
  g_auto (GStrv) names = g_strsplit (text ? text : "", ",", MAX_SKILLS + 1);
  *skills = 0;
  for (guint i = 0; names[i]; i++)
    {
      if (!*g_strstrip (names[i]))
        continue;
      int bit = skill_bit (brand, names[i]);
      if (bit < 0)
        return FALSE;
      *skills |= G_GUINT64_CONSTANT (1) << bit;
    }
  return TRUE;
}

char *
join_skills (const ParlorServiceBrand *brand, guint64 skills)
{
  GString *text = g_string_new (NULL);
  for (guint i = 0; i < brand->skills->len; i++)
    if (skills >> i & 1)
      g_string_append_printf (text, "%s%s", text->len ? "," : "",
                              (const char *)brand->skills->pdata[i]);
  return g_string_free (text, FALSE);
}

/* ---- groups ---------------------------------------------------------------------------------- */

static const char *const routings[PARLOR_N_ROUTINGS] = {
    "least_active", "longest_idle", "round_robin", "sticky", "inviter", "manual"};

const char *
parlor_routing_name (ParlorRouting routing)
{
  return routings[routing];
}

static gboolean
parse_routing (const char *name, ParlorRouting *routing)
{
  for (guint i = 0; name && i < PARLOR_N_ROUTINGS; i++)
    if (!strcmp (routings[i], name))
      {
        *routing = i;
        return TRUE;
      }
  return !name;
}

ParlorGroup *
parlor_service_group (ParlorServiceBrand *brand, const char *id)
{
  ParlorGroup *group = id ? g_hash_table_lookup (brand->service->groups, id) : NULL;
  return group && group->brand == brand ? group : NULL;
}

static ParlorGroup *
group_new (ParlorServiceBrand *brand, const char *id)
{
  ParlorGroup *group = g_new0 (ParlorGroup, 1);
  group->brand = brand;
  group->offer_timeout_s = OFFER_TIMEOUT_S;
  if (id)
    g_strlcpy (group->id, id, sizeof group->id);
  else
    parlor_id_make ("grp", &brand->service->spec.random, group->id);
  group->place = brand->groups->len;
  g_ptr_array_add (brand->groups, group);
  g_hash_table_insert (brand->service->groups, group->id, group);
  return group;
}

/* Everything is judged before anything changes. */
static gboolean
check_group (ParlorServiceBrand *brand, const ParlorGroupSpec *spec, char **name, guint64 *skills,
             GError **error)
{
  ParlorHours hours;
  ParlorRouting routing;
  if (spec->name && !(*name = parlor_text_line (spec->name, PARLOR_NAME_MAX, "name", error)))
    return FALSE;
  if (!parse_routing (spec->routing, &routing))
    return service_refuse (error, PARLOR_ERROR_BAD_REQUEST, "There is no routing of that name.");
  if (!parlor_hours_parse (spec->hours, &hours))
    return service_refuse (error, PARLOR_ERROR_BAD_REQUEST,
                           "hours are like \"1-5 09:00-18:00, 6 10:00-16:00\".");
  if (!parse_skills (brand, spec->skills, skills))
    return service_refuse (error, PARLOR_ERROR_TOO_MANY, "A brand has at most 64 skills.");
  if (spec->overflow && *spec->overflow && !parlor_service_group (brand, spec->overflow))
    return service_refuse (error, PARLOR_ERROR_NOT_FOUND, "overflow: there is no such group.");
  if (spec->welcome && g_utf8_strlen (spec->welcome, -1) > WELCOME_MAX)
    return service_refuse (error, PARLOR_ERROR_BAD_REQUEST, "welcome has at most 500 characters.");
  if (ABS (spec->utc_offset_min) > 14 * 60 || spec->offer_timeout_s > 600)
    return service_refuse (error, PARLOR_ERROR_BAD_REQUEST,
                           "utc_offset_min or offer_timeout_s is out of range.");
  return TRUE;
}

ParlorGroup *
parlor_service_put_group (ParlorService *service, ParlorServiceBrand *brand,
                          const ParlorGroupSpec *spec, GError **error)
{
  g_autofree char *name = NULL;
  guint64 skills = 0;
  if (!check_group (brand, spec, &name, &skills, error))
    return NULL;
  ParlorGroup *group = parlor_service_group (brand, spec->id);
  if (!group && spec->id && g_hash_table_contains (service->groups, spec->id))
    {
      service_refuse (error, PARLOR_ERROR_NOT_FOUND, "There is no such group.");
      return NULL;
    }
  if (!group)
    group = group_new (brand, spec->id);
  if (name)
    replace_text (&group->name, name);
  if (!group->name)
    group->name = g_strdup ("");
  if (spec->routing)
    parse_routing (spec->routing, &group->routing);
  if (spec->hours)
    {
      replace_text (&group->hours_text, spec->hours);
      parlor_hours_parse (spec->hours, &group->hours);
    }
  if (spec->skills)
    group->skills = skills;
  if (spec->overflow)
    group->overflow = parlor_service_group (brand, spec->overflow);
  if (spec->welcome)
    replace_text (&group->welcome, spec->welcome);
  group->utc_offset_min = spec->utc_offset_min;
  if (spec->offer_timeout_s)
    group->offer_timeout_s = spec->offer_timeout_s;
  group->max_customers = spec->max_customers;
  put_group (group);
  return group;
}

guint
parlor_service_present (const ParlorGroup *group)
{
  guint n = 0;
  for (guint i = 0; i < PARLOR_READY_BUCKETS; i++)
    n += group->ready[i].length;
  return n;
}

/* ---- reps ------------------------------------------------------------------------------------ */

ParlorRep *
parlor_service_rep (ParlorServiceBrand *brand, const char *id)
{
  ParlorRep *rep = id ? g_hash_table_lookup (brand->service->reps, id) : NULL;
  if (rep && rep->brand == brand)
    return rep;
  return id ? g_hash_table_lookup (brand->by_ref, id) : NULL;
}

const ParlorRep *
parlor_service_rep_anywhere (ParlorService *service, const char *id)
{
  return id ? g_hash_table_lookup (service->reps, id) : NULL;
}

ParlorRep *
parlor_service_rep_of_user (ParlorServiceBrand *brand, const char *user)
{
  return user && *user ? g_hash_table_lookup (brand->by_user, user) : NULL;
}

static gboolean
check_groups (ParlorServiceBrand *brand, const char *groups, GPtrArray *out, GError **error)
{
  g_auto (GStrv) ids = g_strsplit (groups ? groups : "", ",", 64);
  for (guint i = 0; ids[i]; i++)
    {
      if (!*g_strstrip (ids[i]))
        continue;
      ParlorGroup *group = parlor_service_group (brand, ids[i]);
      if (!group)
        return service_refuse (error, PARLOR_ERROR_NOT_FOUND, "groups: there is no such group.");
      if (!g_ptr_array_find (out, group, NULL))
        g_ptr_array_add (out, group);
    }
  return TRUE;
}

static gboolean
is_photo (const char *photo)
{
  return !photo || !*photo
         || (strlen (photo) <= PHOTO_BYTES && !strpbrk (photo, "\"'<>\\ \n")
             && (g_str_has_prefix (photo, "https://") || (photo[0] == '/' && photo[1] != '/')));
}

static void
set_places (ParlorRep *rep, const GPtrArray *groups)
{
  for (guint i = 0; i < rep->places->len; i++)
    route_lift (rep->places->pdata[i]);
  g_ptr_array_set_size (rep->places, 0);
  for (guint i = 0; i < groups->len; i++)
    {
      ParlorRepPlace *place = g_new0 (ParlorRepPlace, 1);
      *place = (ParlorRepPlace){.rep = rep, .group = groups->pdata[i], .bucket = -1};
      place->link.data = place;
      g_ptr_array_add (rep->places, place);
    }
}

static ParlorRep *
rep_new (ParlorServiceBrand *brand, const char *ref, gint64 now_ms)
{
  ParlorRep *rep = g_new0 (ParlorRep, 1);
  rep->brand = brand;
  rep->ref = g_strdup (ref);
  rep->max_chats = MAX_CHATS;
  rep->created_ms = now_ms;
  rep->places = g_ptr_array_new_with_free_func (route_place_free);
  parlor_id_make ("rep", &brand->service->spec.random, rep->id);
  g_hash_table_insert (brand->by_ref, rep->ref, rep);
  g_hash_table_insert (brand->service->reps, rep->id, rep);
  g_ptr_array_add (brand->reps, rep);
  return rep;
}

static void
set_user (ParlorRep *rep, const char *user)
{
  if (rep->user)
    g_hash_table_remove (rep->brand->by_user, rep->user);
  replace_text (&rep->user, user);
  if (rep->user)
    g_hash_table_insert (rep->brand->by_user, rep->user, rep);
}

static gboolean
check_rep (ParlorServiceBrand *brand, const ParlorRepSpec *spec, guint64 *skills, GPtrArray *groups,
           GError **error)
{
  if (!spec->ref || !parlor_text_identity (spec->ref))
    return service_refuse (error, PARLOR_ERROR_BAD_REQUEST, "ref must be 1 to 128 characters.");
  if (!is_photo (spec->photo))
    return service_refuse (error, PARLOR_ERROR_BAD_REQUEST,
                           "photo is an https address or a path of this server.");
  if (spec->max_chats >= PARLOR_LOADS)
    return service_refuse (error, PARLOR_ERROR_BAD_REQUEST, "capacity.chat is at most 15.");
  if (!parse_skills (brand, spec->skills, skills))
    return service_refuse (error, PARLOR_ERROR_TOO_MANY, "A brand has at most 64 skills.");
  return check_groups (brand, spec->groups, groups, error);
}

static void
set_rep (ParlorRep *rep, const ParlorRepSpec *spec, guint64 skills, const GPtrArray *groups)
{
  if (spec->photo)
    replace_text (&rep->photo, spec->photo);
  if (spec->user)
    set_user (rep, spec->user);
  for (guint i = 0; spec->skills && i < rep->places->len; i++)
    route_lift (rep->places->pdata[i]);
  if (spec->skills)
    rep->skills = skills;
  if (spec->groups)
    set_places (rep, groups);
  if (spec->max_chats)
    rep->max_chats = spec->max_chats;
  if (spec->card)
    parlor_service_set_card (rep, spec->card, spec->verified_ms, spec->card_until_ms);
}

ParlorRep *
parlor_service_put_rep (ParlorService *service, ParlorServiceBrand *brand,
                        const ParlorRepSpec *spec, ParlorMoment now, GError **error)
{
  g_autofree char *name = NULL, *title = NULL;
  g_autoptr (GPtrArray) groups = g_ptr_array_new ();
  guint64 skills = 0;
  if (!check_rep (brand, spec, &skills, groups, error))
    return NULL;
  ParlorRep *rep = g_hash_table_lookup (brand->by_ref, spec->ref);
  if ((spec->name || !rep)
      && !(name = parlor_text_line (spec->name, PARLOR_NAME_MAX, "name", error)))
    return NULL;
  if (spec->title && *spec->title
      && !(title = parlor_text_line (spec->title, PARLOR_NAME_MAX, "title", error)))
    return NULL;
  if (rep && rep->departed)
    {
      service_refuse (error, PARLOR_ERROR_CONFLICT, "The rep is departed.");
      return NULL;
    }
  if (!rep)
    rep = rep_new (brand, spec->ref, now.wall_ms);
  if (name)
    {
      replace_text (&rep->name, name);
      g_clear_pointer (&brand->guard, parlor_name_guard_free);
    }
  if (spec->title)
    replace_text (&rep->title, title);
  set_rep (rep, spec, skills, groups);
  put_rep (rep);
  rep_settle (rep, now);
  return rep;
}

void
parlor_service_set_card (ParlorRep *rep, const char *card, gint64 verified_ms, gint64 until_ms)
{
  replace_text (&rep->card, card);
  rep->verified_ms = verified_ms;
  rep->card_until_ms = until_ms;
  put_rep (rep);
}
