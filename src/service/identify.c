/* SPDX-License-Identifier: Apache-2.0 */
/* The brand's own system says who somebody is (`viewer.identify`): by a token of its own making he
 * is that customer; by his device alone he is nobody's, and only what helps his rep is taken. */
#include "service/private.h"

#include <string.h>

#define TOKEN_BYTES 4096
#define PROOFS_MAX 100000
#define ASK_INTERVAL_US (10 * G_USEC_PER_SEC)
#define ASK_BURST 5
/* Devices cost nothing to make up; many people may come from one address. */
#define ADDRESS_INTERVAL_US (1 * G_USEC_PER_SEC)
#define ADDRESS_BURST 60

typedef struct
{
  ParlorServiceBrand *brand;
  char *visitor;
  gboolean proven;  /* a token was shown … */
  ParlorHash token; /* … this one's */
  guint64 hook;
} Asking;

void
asking_free (gpointer data)
{
  Asking *asking = data;
  ParlorHooks *hooks = asking->brand->service->spec.hooks;
  if (asking->hook)
    hooks->cancel (hooks, asking->hook);
  g_free (asking->visitor);
  g_free (asking);
}

static char *
key_of (const ParlorServiceBrand *brand, const char *visitor)
{
  return g_strjoin (" ", brand->id, visitor, NULL);
}

void
identify_forget (ParlorServiceBrand *brand, const char *visitor)
{
  g_autofree char *key = key_of (brand, visitor);
  g_hash_table_remove (brand->service->askings, key);
  g_hash_table_remove (brand->service->proofs, key);
}

static char *
turn_of (const ParlorServiceBrand *brand, const char *visitor)
{
  return g_strjoin (" ", "asks", brand->id, visitor, NULL);
}

void
identify_erase (ParlorServiceBrand *brand, const char *visitor)
{
  g_autofree char *turn = turn_of (brand, visitor);
  identify_forget (brand, visitor);
  g_hash_table_remove (brand->service->tappers, turn);
}

/* Every new token is a question to the brand's system, and anybody can make tokens up. */
static gboolean
may_ask (ParlorServiceBrand *brand, const char *visitor, const char *address)
{
  ParlorService *service = brand->service;
  gint64 now_us = service->spec.now (service->spec.user_data).us;
  g_autofree char *turn = turn_of (brand, visitor);
  g_autofree char *from = g_strjoin (" ", "asks from", address, NULL);
  return take_turn (service, turn, ASK_INTERVAL_US, ASK_BURST, now_us)
         && (!address || take_turn (service, from, ADDRESS_INTERVAL_US, ADDRESS_BURST, now_us));
}

/* Many tabs of his come at the same time. */
static gboolean
is_being_asked (const ParlorServiceBrand *brand, const char *visitor, const char *token)
{
  g_autofree char *key = key_of (brand, visitor);
  const Asking *asking = g_hash_table_lookup (brand->service->askings, key);
  ParlorHash hash = parlor_hash (token);
  return asking && asking->proven && parlor_hash_equal (&asking->token, &hash);
}

/* By this very token he is here already: a line that comes back costs no question. In memory alone.
 */
static gboolean
is_proven (ParlorServiceBrand *brand, const char *visitor, const char *token)
{
  const ParlorCustomer *own = parlor_service_customer_of (brand, visitor);
  g_autofree char *key = key_of (brand, visitor);
  ParlorHash hash = parlor_hash (token);
  const ParlorHash *proof = g_hash_table_lookup (brand->service->proofs, key);
  return own && own->ref && proof && parlor_hash_equal (proof, &hash);
}

static void
keep_proof (const ParlorServiceBrand *brand, const char *visitor, const ParlorHash *token)
{
  GHashTable *proofs = brand->service->proofs;
  if (g_hash_table_size (proofs) >= PROOFS_MAX)
    g_hash_table_remove_all (proofs); /* they are asked about again */
  g_hash_table_replace (proofs, key_of (brand, visitor), g_memdup2 (token, sizeof *token));
}

/* He is, or was, somebody else there than he was: his pages see what is his. */
static void
tell (ParlorServiceBrand *brand, const char *visitor, gboolean other)
{
  ParlorServiceNotice notice = {
      .type = PARLOR_NOTICE_IDENTIFIED, .brand = brand, .visitor = visitor, .other = other};
  service_notice (brand->service, &notice);
}

static void
take_attrs (ParlorCustomer *customer, const ParlorHookAnswer *answer, ParlorMoment now)
{
  const ParlorDatum *attrs = parlor_datum_find (answer->data, answer->n_data, "attrs",
                                                PARLOR_DATUM_IS_JSON);
  if (attrs && g_strcmp0 (attrs->text, customer->attrs))
    parlor_service_edit_customer (customer, NULL, attrs->text, NULL, now, NULL);
}

/* Kept as short as the token's own way (`identity` of an attach): the same customer, the same
 * rules. */
static void
take_proven (ParlorServiceBrand *brand, const char *visitor, const ParlorHash *token,
             const ParlorHookAnswer *answer, ParlorMoment now)
{
  ParlorCustomer *before = parlor_service_customer_of (brand, visitor);
  gboolean was_named = before && before->ref;
  const char *ref = parlor_datum_text (answer->data, answer->n_data, "customer_ref");
  const char *display = parlor_datum_text (answer->data, answer->n_data, "display");
  service_begin (brand->service);
  if (parlor_service_identify (brand, visitor, ref, display, now, NULL))
    {
      take_attrs (parlor_service_customer_of (brand, visitor), answer, now);
      keep_proof (brand, visitor, token);
    }
  service_end (brand->service);
  /* Compared alone: a customer who was merged is no more. */
  gboolean changed = parlor_service_customer_of (brand, visitor) != before;
  if (changed || !was_named)
    tell (brand, visitor, changed && was_named);
}

/* His `customer_ref` is not taken: who has the device's key alone would read what was written
 * elsewhere (LIVE section 1). */
static void
take_claimed (ParlorServiceBrand *brand, const char *visitor, const ParlorHookAnswer *answer,
              ParlorMoment now)
{
  ParlorCustomer *customer = parlor_service_customer_of (brand, visitor);
  const char *display = parlor_datum_text (answer->data, answer->n_data, "display");
  if (!customer || customer->ref)
    return;
  service_begin (brand->service);
  if (display && !customer->display)
    parlor_service_edit_customer (customer, display, NULL, NULL, now, NULL);
  take_attrs (customer, answer, now);
  service_end (brand->service);
}

static void
on_answer (const ParlorHookAnswer *answer, gpointer user_data)
{
  Asking *asking = user_data;
  ParlorServiceBrand *brand = asking->brand;
  ParlorMoment now = brand->service->spec.now (brand->service->spec.user_data);
  g_autofree char *visitor = g_strdup (asking->visitor);
  gboolean proven = asking->proven;
  ParlorHash token = asking->token;
  if (!answer->final)
    return;
  asking->hook = 0;
  identify_forget (brand, visitor);
  if (answer->outcome != PARLOR_HOOK_ANSWERED)
    return; /* he stays who he is */
  if (proven)
    take_proven (brand, visitor, &token, answer, now);
  else
    take_claimed (brand, visitor, answer, now);
}

static gboolean
ask (ParlorServiceBrand *brand, const char *visitor, const char *token, const char *room)
{
  ParlorHooks *hooks = brand->service->spec.hooks;
  if (!hooks || !hooks->has (hooks, PARLOR_HOOK_IDENTIFY, brand->id))
    return FALSE;
  const ParlorDatum data[] = {
      PARLOR_DATUM_TEXT ("visitor", visitor),
      PARLOR_DATUM_TEXT ("token", token),
      PARLOR_DATUM_TEXT ("room", room),
  };
  ParlorHookQuestion question = {PARLOR_HOOK_IDENTIFY, brand->id, NULL, data, G_N_ELEMENTS (data)};
  Asking *asking = g_new0 (Asking, 1);
  *asking = (Asking){.brand = brand, .visitor = g_strdup (visitor), .proven = token != NULL};
  if (token)
    asking->token = parlor_hash (token);
  g_hash_table_replace (brand->service->askings, key_of (brand, visitor), asking);
  asking->hook = hooks->ask (hooks, &question, on_answer, asking);
  return TRUE;
}

gboolean
parlor_service_ask_identity (ParlorServiceBrand *brand, const char *visitor, const char *token,
                             const char *room, const char *address)
{
  ParlorHooks *hooks = brand->service->spec.hooks;
  if (!*token || strlen (token) > TOKEN_BYTES || !hooks
      || !hooks->has (hooks, PARLOR_HOOK_IDENTIFY, brand->id))
    return FALSE;
  if (is_proven (brand, visitor, token))
    return TRUE;
  gboolean may = may_ask (brand, visitor, address);
  if (!may && is_being_asked (brand, visitor, token))
    return TRUE;
  parlor_service_sign_out (brand, visitor);
  return !may || ask (brand, visitor, token, room);
}

void
identify_device (const ParlorCustomer *customer, const char *visitor, const char *room)
{
  g_autofree char *key = key_of (customer->brand, visitor);
  if (!customer->ref && !g_hash_table_contains (customer->brand->service->askings, key))
    ask (customer->brand, visitor, NULL, room);
}
