/* SPDX-License-Identifier: Apache-2.0 */
/* Who a customer is: devices that become his, two that turn out to be one, and one who is to be
 * forgotten. */
#include "service/private.h"

#include <string.h>

#define KEEP_MS (10 * 60 * G_GINT64_CONSTANT (1000))
#define KEEPS_MAX 10000
#define REF_BYTES 128
/* Whoever has one token has as many device keys as he likes; each is a row. */
#define DEVICES_MAX 32

typedef struct
{
  ParlorCustomer *customer;
  gint64 until_ms;
} Keep;

/* ---- devices --------------------------------------------------------------------------------- */

static void
put_device (const ParlorCustomer *customer, const char *visitor)
{
  ParlorDeviceRow row = {
      .brand = customer->brand->id, .visitor = (char *)visitor, .customer = (char *)customer->id};
  service_put (customer->brand->service, &parlor_device_kind, &row);
}

/* Who comes with one of his devices is a stranger from now on; their names (transfer full). */
static GPtrArray *
leave_devices (ParlorCustomer *customer)
{
  GPtrArray *names = g_ptr_array_new_with_free_func (g_free);
  ParlorServiceBrand *brand = customer->brand;
  if (customer->visitor)
    g_ptr_array_add (names, g_strdup (customer->visitor));
  for (guint i = 0; customer->devices && i < customer->devices->len; i++)
    g_ptr_array_add (names, g_strdup (customer->devices->pdata[i]));
  for (guint i = 0; i < names->len; i++)
    if (g_hash_table_lookup (brand->by_visitor, names->pdata[i]) == customer)
      g_hash_table_remove (brand->by_visitor, names->pdata[i]);
  return names;
}

/* Whether the row of this name is his; `customer` nullable. */
static gboolean
has_device (const ParlorCustomer *customer, const char *visitor)
{
  return customer && customer->devices
         && g_ptr_array_find_with_equal_func (customer->devices, visitor, g_str_equal, NULL);
}

/* He has no device any more; their names (transfer full). */
static GPtrArray *
take_devices (ParlorCustomer *customer)
{
  ParlorServiceBrand *brand = customer->brand;
  GPtrArray *names = leave_devices (customer);
  for (guint i = 0; i < names->len; i++)
    {
      ParlorDeviceRow key = {.brand = brand->id, .visitor = names->pdata[i]};
      if (!has_device (g_hash_table_lookup (brand->by_visitor, key.visitor), key.visitor))
        service_remove (brand->service, &parlor_device_kind, &key);
    }
  g_clear_pointer (&customer->devices, g_ptr_array_unref);
  g_clear_pointer (&customer->visitor, g_free);
  return names;
}

static void
take_ref (ParlorCustomer *customer, const char *ref)
{
  ParlorServiceBrand *brand = customer->brand;
  if (customer->ref)
    g_hash_table_remove (brand->by_customer, customer->ref);
  brand->n_anonymous += (customer->ref != NULL) - (ref != NULL);
  replace_text (&customer->ref, ref);
  if (ref)
    g_hash_table_insert (brand->by_customer, customer->ref, customer);
}

static void
forget_taps (ParlorService *service, const ParlorServiceBrand *brand, const char *visitor)
{
  g_autofree char *prefix = g_strconcat (brand->id, " ", visitor, " ", NULL);
  GHashTableIter iter;
  gpointer key;
  g_hash_table_iter_init (&iter, service->taps);
  while (g_hash_table_iter_next (&iter, &key, NULL))
    if (g_str_has_prefix (key, prefix))
      g_hash_table_iter_remove (&iter);
}

/* This one alone is a stranger's from now on, and a tap on it answers nothing of his. How often it
 * may tap is left as it is: else whoever signs in and out would have no limit. */
static void
drop_device (ParlorCustomer *customer, const char *visitor)
{
  ParlorServiceBrand *brand = customer->brand;
  guint at;
  if (g_hash_table_lookup (brand->by_visitor, visitor) == customer)
    {
      g_hash_table_remove (brand->by_visitor, visitor);
      forget_taps (brand->service, brand, visitor);
    }
  if (!g_strcmp0 (customer->visitor, visitor))
    {
      g_clear_pointer (&customer->visitor, g_free);
      put_customer (customer);
    }
  if (customer->devices
      && g_ptr_array_find_with_equal_func (customer->devices, visitor, g_str_equal, &at))
    {
      ParlorDeviceRow key = {.brand = brand->id, .visitor = (char *)visitor};
      if (!has_device (g_hash_table_lookup (brand->by_visitor, visitor), visitor))
        service_remove (brand->service, &parlor_device_kind, &key);
      g_ptr_array_remove_index (customer->devices, at);
    }
}

/* The one that was added or named the longest ago, of those that are not here, makes room. */
static gboolean
make_room (ParlorCustomer *customer, GError **error)
{
  GHashTable *here = customer->brand->service->here;
  guint n = customer->devices ? customer->devices->len : 0;
  if (n + (customer->visitor != NULL) < DEVICES_MAX)
    return TRUE;
  for (guint i = 0; i < n; i++)
    if (!g_hash_table_contains (here, customer->devices->pdata[i]))
      {
        g_autofree char *oldest = g_strdup (customer->devices->pdata[i]);
        drop_device (customer, oldest);
        return TRUE;
      }
  return service_refuse (error, PARLOR_ERROR_TOO_MANY, "He is here on too many devices.");
}

static gboolean
add_device (ParlorCustomer *customer, const char *visitor, GError **error)
{
  guint at;
  if (g_hash_table_lookup (customer->brand->by_visitor, visitor) == customer)
    {
      if (customer->devices
          && g_ptr_array_find_with_equal_func (customer->devices, visitor, g_str_equal, &at))
        g_ptr_array_add (customer->devices, g_ptr_array_steal_index (customer->devices, at));
      return TRUE;
    }
  if (!make_room (customer, error))
    return FALSE;
  if (!customer->devices)
    customer->devices = g_ptr_array_new_with_free_func (g_free);
  char *copy = g_strdup (visitor);
  g_ptr_array_add (customer->devices, copy);
  g_hash_table_replace (customer->brand->by_visitor, copy, customer);
  put_device (customer, visitor);
  return TRUE;
}

/* ---- two that are one ------------------------------------------------------------------------ */

static void
move_binding (ParlorBinding *binding, ParlorCustomer *to, ParlorMoment now)
{
  ParlorConversation *conversation = binding->conversation;
  gboolean second = binding_is_live (binding) && parlor_customer_binding (to, binding->group);
  if (second) /* one of a group is enough; what was said stays */
    parlor_service_unbind (binding, FALSE, now, NULL);
  binding->customer = to;
  binding->next_of_customer = to->bindings;
  to->bindings = binding;
  if (conversation && conversation->customer != to)
    {
      conversation->customer = to;
      put_conversation (conversation);
    }
  put_binding (binding);
}

static void
forget_keeps (ParlorService *service, const ParlorCustomer *customer)
{
  GHashTableIter iter;
  gpointer keep;
  g_hash_table_iter_init (&iter, service->keeps);
  while (g_hash_table_iter_next (&iter, NULL, &keep))
    if (((Keep *)keep)->customer == customer)
      g_hash_table_iter_remove (&iter);
}

/* `from` is no more. */
static void
merge (ParlorCustomer *from, ParlorCustomer *to, ParlorMoment now)
{
  ParlorService *service = to->brand->service;
  ParlorCustomerRow key = {.id = from->id};
  g_autoptr (GPtrArray) devices = take_devices (from);
  ParlorBinding *next;
  for (ParlorBinding *binding = from->bindings; binding; binding = next)
    {
      next = binding->next_of_customer;
      move_binding (binding, to, now);
    }
  for (guint i = 0; i < devices->len; i++)
    add_device (to, devices->pdata[i], NULL); /* one too many is a stranger's */
  for (guint i = 0; from->blocked && i < from->blocked->len; i++)
    {
      if (!to->blocked)
        to->blocked = g_ptr_array_new ();
      if (!customer_blocks (to, from->blocked->pdata[i]))
        g_ptr_array_add (to->blocked, from->blocked->pdata[i]);
    }
  take_ref (from, NULL);
  to->brand->n_anonymous--;
  forget_keeps (service, from);
  service_remove (service, &parlor_customer_kind, &key);
  g_hash_table_remove (service->customers, from->id);
  put_customer (to);
}

static gboolean
is_ref (const char *ref, GError **error)
{
  return (ref && *ref && strlen (ref) <= REF_BYTES && parlor_text_identity (ref))
         || service_refuse (error, PARLOR_ERROR_BAD_REQUEST, "customer_ref is 1 to 128 bytes.");
}

ParlorCustomer *
parlor_service_name_customer (ParlorCustomer *customer, const char *ref, ParlorMoment now,
                              GError **error)
{
  ParlorService *service = customer->brand->service;
  ParlorCustomer *known = ref ? g_hash_table_lookup (customer->brand->by_customer, ref) : NULL;
  if (!is_ref (ref, error))
    return NULL;
  if (known == customer)
    return customer;
  if (customer->ref)
    {
      service_refuse (error, PARLOR_ERROR_CONFLICT, "This customer has another customer_ref.");
      return NULL;
    }
  service_begin (service);
  if (known)
    merge (customer, known, now);
  else
    {
      take_ref (customer, ref);
      put_customer (customer);
    }
  service_end (service);
  return known ? known : customer;
}

/* ---- the brand's own word on who sits there -------------------------------------------------- */

/* Whose the device is now: nobody's, where another person was known on it. */
static ParlorCustomer *
make_way (ParlorServiceBrand *brand, const char *visitor, const char *ref)
{
  ParlorCustomer *own = parlor_service_customer_of (brand, visitor);
  if (!own || !own->ref || !g_strcmp0 (own->ref, ref))
    return own;
  drop_device (own, visitor);
  forget_keeps (brand->service, own);
  return NULL;
}

/* The device is `to`'s from now on, with what `own` (nullable: nobody, or anonymous) did on it. */
static gboolean
settle (ParlorCustomer *own, ParlorCustomer *to, const char *visitor, ParlorMoment now,
        GError **error)
{
  if (own != to && !make_room (to, error))
    return FALSE;
  if (own && own != to)
    merge (own, to, now);
  return add_device (to, visitor, error);
}

gboolean
parlor_service_identify (ParlorServiceBrand *brand, const char *visitor, const char *ref,
                         const char *display, ParlorMoment now, GError **error)
{
  ParlorService *service = brand->service;
  if (!is_ref (ref, error))
    return FALSE;
  gboolean fits = TRUE;
  identify_forget (brand, visitor);
  service_begin (service);
  ParlorCustomer *known = g_hash_table_lookup (brand->by_customer, ref);
  ParlorCustomer *own = make_way (brand, visitor, ref);
  if (known)
    fits = settle (own, known, visitor, now, error);
  else
    {
      known = own ? own : customer_new (brand, NULL, visitor, now.wall_ms);
      take_ref (known, ref);
      put_customer (known);
    }
  if (fits && display && !known->display)
    parlor_service_edit_customer (known, display, NULL, NULL, now, NULL);
  service_end (service);
  return fits;
}

void
parlor_service_sign_out (ParlorServiceBrand *brand, const char *visitor)
{
  ParlorService *service = brand->service;
  ParlorCustomer *own = parlor_service_customer_of (brand, visitor);
  identify_forget (brand, visitor);
  if (!own || !own->ref)
    return;
  service_begin (service);
  drop_device (own, visitor);
  forget_keeps (service, own);
  service_end (service);
}

/* ---- keep this person ------------------------------------------------------------------------ */

gboolean
parlor_service_keep (ParlorCustomer *customer, char token[PARLOR_TOKEN_SIZE], gint64 *until_ms,
                     ParlorMoment now, GError **error)
{
  ParlorService *service = customer->brand->service;
  GHashTableIter iter;
  gpointer value;
  g_hash_table_iter_init (&iter, service->keeps);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    if (((Keep *)value)->until_ms < now.wall_ms || ((Keep *)value)->customer == customer)
      g_hash_table_iter_remove (&iter); /* one at a time */
  if (g_hash_table_size (service->keeps) >= KEEPS_MAX)
    return service_refuse (error, PARLOR_ERROR_TOO_MANY, "Too many at once. Wait a little.");
  parlor_token_make (&service->spec.random, token);
  Keep *keep = g_new0 (Keep, 1);
  *keep = (Keep){customer, now.wall_ms + KEEP_MS};
  *until_ms = keep->until_ms;
  ParlorHash hash = parlor_hash (token);
  g_hash_table_insert (service->keeps, g_memdup2 (&hash, sizeof hash), keep);
  return TRUE;
}

gboolean
parlor_service_redeem (ParlorServiceBrand *brand, const char *token, const char *visitor,
                       gboolean agreed, ParlorMoment now, GError **error)
{
  ParlorService *service = brand->service;
  ParlorHash hash = parlor_hash (token);
  Keep *keep = token && *token ? g_hash_table_lookup (service->keeps, &hash) : NULL;
  if (!keep || keep->until_ms < now.wall_ms || keep->customer->brand != brand)
    return service_refuse (error, PARLOR_ERROR_GONE,
                           "This link was used already, or is older than ten minutes.");
  if (!agreed) /* a link can be somebody else's, sent to read what he writes */
    return service_refuse (error, PARLOR_ERROR_CONFLICT,
                           "Ask him first, and attach again with keep and agreed.");
  identify_forget (brand, visitor);
  ParlorCustomer *customer = keep->customer;
  ParlorCustomer *other = parlor_service_customer_of (brand, visitor);
  service_begin (service);
  gboolean fits = other == customer || make_room (customer, error);
  if (fits && other && other != customer && other->ref) /* he takes nothing along */
    {
      drop_device (other, visitor);
      forget_keeps (service, other);
      other = NULL;
    }
  fits = fits && settle (other, customer, visitor, now, error);
  if (fits)
    g_hash_table_remove (service->keeps, &hash);
  service_end (service);
  return fits;
}

/* ---- to be forgotten ------------------------------------------------------------------------- */

static void
forget_pictures (ParlorConversation *conversation, GPtrArray *pictures)
{
  ParlorService *service = conversation->customer->brand->service;
  GHashTableIter iter;
  gpointer value;
  g_hash_table_iter_init (&iter, service->uploads);
  while (conversation->n_uploads && g_hash_table_iter_next (&iter, NULL, &value))
    if (((ParlorUpload *)value)->conversation == conversation)
      {
        ParlorUploadRow key = {.id = ((ParlorUpload *)value)->id};
        service_remove (service, &parlor_upload_kind, &key);
        g_ptr_array_add (pictures, g_strdup (key.id));
        upload_uncount (value);
        g_hash_table_iter_remove (&iter);
      }
}

/* Ids stay, so that counts and jobs are what they were; nothing that he or anybody wrote does. */
static void
forget_words (ParlorConversation *conversation)
{
  GPtrArray *hits = conversation->customer->brand->hits;
  bot_forget (conversation);
  call_forget (conversation);
  g_clear_pointer (&conversation->recent, g_ptr_array_unref);
  replace_text (&conversation->last_text, NULL);
  replace_text (&conversation->note, NULL);
  replace_text (&conversation->product, NULL);
  replace_text (&conversation->room, NULL);
  replace_text (&conversation->still, NULL);
  conversation->room_ms = -1;
  conversation->waiting_since_ms = 0;
  for (guint i = hits->len; i > 0; i--)
    if (!g_strcmp0 (((ParlorKeywordHit *)hits->pdata[i - 1])->place, conversation->id))
      g_ptr_array_remove_index (hits, i - 1);
  put_conversation (conversation);
}

void
parlor_service_erase (ParlorCustomer *customer, ParlorErased *erased, ParlorMoment now)
{
  ParlorService *service = customer->brand->service;
  erased->conversations = g_ptr_array_new_with_free_func (g_free);
  erased->pictures = g_ptr_array_new_with_free_func (g_free);
  service_begin (service);
  erased->visitors = leave_devices (customer);
  for (guint i = 0; i < erased->visitors->len; i++)
    {
      forget_taps (service, customer->brand, erased->visitors->pdata[i]);
      identify_erase (customer->brand, erased->visitors->pdata[i]);
      g_hash_table_remove (service->tappers, erased->visitors->pdata[i]);
    }
  for (ParlorBinding *binding = customer->bindings; binding; binding = binding->next_of_customer)
    {
      ParlorConversation *conversation = binding->conversation;
      if (binding_is_live (binding))
        parlor_service_unbind (binding, FALSE, now, NULL);
      replace_text (&binding->tap, NULL);
      replace_text (&binding->touch, NULL);
      put_binding (binding);
      if (!conversation)
        continue;
      forget_pictures (conversation, erased->pictures);
      forget_words (conversation);
      assist_forget (conversation);
      if (conversation->rating && conversation->rating->text)
        {
          g_clear_pointer (&conversation->rating->text, g_free);
          put_rating (conversation);
        }
      g_ptr_array_add (erased->conversations, g_strdup (conversation->id));
    }
  take_ref (customer, NULL);
  replace_text (&customer->display, NULL);
  replace_text (&customer->attrs, NULL);
  replace_text (&customer->consents, NULL);
  replace_text (&customer->tags, NULL);
  forget_keeps (service, customer);
  put_customer (customer);
  service_end (service);
}

void
parlor_service_erased (ParlorService *service, const char *id)
{
  ParlorCustomer *customer = g_hash_table_lookup (service->customers, id);
  if (!customer)
    return;
  service_begin (service);
  g_ptr_array_unref (take_devices (customer));
  put_customer (customer);
  service_end (service);
}

void
parlor_erased_clear (ParlorErased *erased)
{
  g_clear_pointer (&erased->conversations, g_ptr_array_unref);
  g_clear_pointer (&erased->pictures, g_ptr_array_unref);
  g_clear_pointer (&erased->visitors, g_ptr_array_unref);
}
