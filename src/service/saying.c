/* SPDX-License-Identifier: Apache-2.0 */
/* Before something is said the brand's own systems are asked: whether the words may be shown
 * (`message.screen`), and how a rep's document stands now (`material.resolve`). What one person
 * says keeps its order, whichever answer comes first. */
#include "service/private.h"

#include <string.h>

#define REFUSED "This is not to be said here."
/* Of one author in one conversation: a burst of his is neither the brand's system's burden nor what
 * makes it late for everybody. */
#define ASKED_MAX 4
#define WAITING_MAX 64

typedef struct
{
  ParlorConversation *conversation;
  char *words;              /* nullable: asked about when its turn comes */
  gboolean resolves;        /* … and so is its document */
  guint64 screen, material; /* questions that are open; 0 = none */
  gboolean refused;         /* the brand's word on it */
  char *reason;             /* nullable: its own sentence */
  ParlorSaySpec spec;       /* its texts are owned */
  ParlorSaid said;
  gpointer user_data;
  GDestroyNotify gone; /* nullable */
} Saying;

static ParlorService *
service_of (const ParlorConversation *conversation)
{
  return conversation->customer->brand->service;
}

static void
saying_free (gpointer data)
{
  Saying *saying = data;
  if (saying->gone)
    saying->gone (saying->user_data);
  g_free ((char *)saying->spec.client_id);
  g_free ((char *)saying->spec.text);
  g_free ((char *)saying->spec.data);
  g_free ((char *)saying->spec.shown);
  g_free ((char *)saying->spec.edition);
  g_free (saying->words);
  g_free (saying->reason);
  g_free (saying);
}

void
sayings_forget (ParlorConversation *conversation)
{
  ParlorHooks *hooks = service_of (conversation)->spec.hooks;
  for (guint i = 0; conversation->sayings && i < conversation->sayings->len; i++)
    {
      const Saying *saying = conversation->sayings->pdata[i];
      if (saying->screen)
        hooks->cancel (hooks, saying->screen);
      if (saying->material)
        hooks->cancel (hooks, saying->material);
    }
  g_clear_pointer (&conversation->sayings, g_ptr_array_unref);
}

static gboolean
is_asked (const Saying *saying)
{
  return saying->screen || saying->material;
}

static gboolean
is_to_ask (const Saying *saying)
{
  return saying->words || saying->resolves;
}

static void go_on (ParlorConversation *conversation);

/* ---- what was asked is known ----------------------------------------------------------------- */

static const ParlorMessage *
say (const Saying *saying, ParlorMoment now, GError **error)
{
  const ParlorSaySpec *spec = &saying->spec;
  gboolean departed = spec->by == PARLOR_BY_REP && spec->rep->departed;
  if (!departed && !saying->refused)
    return parlor_service_say (service_of (saying->conversation), spec, now, error);
  if (departed)
    service_refuse (error, PARLOR_ERROR_CONFLICT, "The rep is departed.");
  else
    service_refuse (error, PARLOR_ERROR_FORBIDDEN, saying->reason ? saying->reason : REFUSED);
  return NULL;
}

/* The first whose turn it is: nothing is asked any more, nor about what its author said before. */
static Saying *
next_to_say (const ParlorConversation *conversation)
{
  gboolean waits[PARLOR_BY_BOT + 1] = {FALSE};
  for (guint i = 0; conversation->sayings && i < conversation->sayings->len; i++)
    {
      Saying *saying = conversation->sayings->pdata[i];
      if (!is_to_ask (saying) && !is_asked (saying) && !waits[saying->spec.by])
        return saying;
      waits[saying->spec.by] = TRUE;
    }
  return NULL;
}

static void
say_what_may (ParlorConversation *conversation)
{
  Saying *saying;
  ParlorService *service = service_of (conversation);
  while ((saying = next_to_say (conversation)))
    {
      g_autoptr (GError) error = NULL;
      const ParlorMessage *message = say (saying, service->spec.now (service->spec.user_data),
                                          &error);
      saying->said (message, error, saying->user_data);
      g_ptr_array_remove (conversation->sayings, saying);
    }
}

static void
on_screened (const ParlorHookAnswer *answer, gpointer user_data)
{
  Saying *saying = user_data;
  gboolean answered = answer->outcome == PARLOR_HOOK_ANSWERED;
  if (!answer->final)
    return;
  saying->screen = 0;
  saying->refused = answered ? !parlor_datum_flag (answer->data, answer->n_data, "allow", TRUE)
                             : answer->fail_closed;
  const char *reason = parlor_datum_text (answer->data, answer->n_data, "reason");
  replace_text (&saying->reason, saying->refused ? reason : NULL);
  go_on (saying->conversation);
}

/* FALSE: the answer is none. */
static gboolean
take (const ParlorMaterial *known, const ParlorHookAnswer *answer, ParlorMoment now)
{
  const ParlorDatum *withdrawn = parlor_datum_find (answer->data, answer->n_data, "withdrawn",
                                                    PARLOR_DATUM_IS_FLAG);
  ParlorMaterialSpec spec = {
      .id = known->id,
      .title = parlor_datum_text (answer->data, answer->n_data, "title"),
      .url = parlor_datum_text (answer->data, answer->n_data, "url"),
      .withdrawn = withdrawn ? withdrawn->number != 0 : -1,
  };
  gboolean same = (!spec.title || !strcmp (spec.title, known->title))
                  && (!spec.url || !strcmp (spec.url, known->url))
                  && (spec.withdrawn < 0 || spec.withdrawn == known->withdrawn);
  return same || parlor_service_put_material ((ParlorServiceBrand *)known->brand, &spec, now, NULL);
}

static void
on_resolved (const ParlorHookAnswer *answer, gpointer user_data)
{
  Saying *saying = user_data;
  ParlorService *service = service_of (saying->conversation);
  const ParlorMaterial *known = parlor_service_material (service, saying->spec.shown);
  if (!answer->final)
    return;
  gboolean told = known && answer->outcome == PARLOR_HOOK_ANSWERED
                  && take (known, answer, service->spec.now (service->spec.user_data));
  saying->material = 0;
  saying->spec.unconfirmed = !told && answer->outcome != PARLOR_HOOK_NONE;
  saying->spec.edition = told ? g_strdup (
                             parlor_datum_text (answer->data, answer->n_data, "version"))
                              : NULL;
  go_on (saying->conversation);
}

/* ---- asking ---------------------------------------------------------------------------------- */

static gboolean
has (const ParlorServiceBrand *brand, ParlorHookKind hook)
{
  ParlorHooks *hooks = brand->service->spec.hooks;
  return hooks && hooks->has (hooks, hook, brand->id);
}

static guint64
ask_screen (Saying *saying, const char *text)
{
  const ParlorConversation *conversation = saying->conversation;
  const ParlorCustomer *customer = conversation->customer;
  const ParlorSaySpec *spec = &saying->spec;
  ParlorHooks *hooks = service_of (conversation)->spec.hooks;
  const ParlorDatum data[] = {
      PARLOR_DATUM_TEXT ("conversation", conversation->id),
      PARLOR_DATUM_TEXT ("customer", customer->id),
      PARLOR_DATUM_TEXT ("customer_ref", customer->ref),
      PARLOR_DATUM_TEXT ("by", spec->by == PARLOR_BY_REP ? spec->rep->id : customer->id),
      PARLOR_DATUM_TEXT ("role", parlor_author_name (spec->by)),
      PARLOR_DATUM_TEXT ("text", text),
  };
  ParlorHookQuestion question = {PARLOR_HOOK_SCREEN, customer->brand->id, NULL, data,
                                 G_N_ELEMENTS (data)};
  return hooks->ask (hooks, &question, on_screened, saying);
}

static guint64
ask_material (Saying *saying, const ParlorMaterial *material)
{
  ParlorHooks *hooks = service_of (saying->conversation)->spec.hooks;
  const ParlorDatum data[] = {
      PARLOR_DATUM_TEXT ("material", material->id),
      PARLOR_DATUM_TEXT ("conversation", saying->conversation->id),
  };
  ParlorHookQuestion question = {PARLOR_HOOK_MATERIAL, material->brand->id, NULL, data,
                                 G_N_ELEMENTS (data)};
  return hooks->ask (hooks, &question, on_resolved, saying);
}

/* Nothing, where what happened meanwhile has made it moot. */
static void
ask_about (Saying *saying)
{
  g_autofree char *text = NULL;
  gboolean fit = saying->resolves || say_is_fit (&saying->spec, &text);
  const ParlorMaterial *material = saying->resolves ? parlor_service_material (
                                       service_of (saying->conversation), saying->spec.shown)
                                                    : NULL;
  g_autofree char *words = g_steal_pointer (&saying->words);
  saying->resolves = FALSE;
  if (words && fit)
    saying->screen = ask_screen (saying, words);
  if (material)
    saying->material = ask_material (saying, material);
}

static void
ask_whose_turn_it_is (ParlorConversation *conversation)
{
  guint asked[PARLOR_BY_BOT + 1] = {0};
  for (guint i = 0; conversation->sayings && i < conversation->sayings->len; i++)
    asked[((Saying *)conversation->sayings->pdata[i])->spec.by] += is_asked (
        conversation->sayings->pdata[i]);
  for (guint i = 0; conversation->sayings && i < conversation->sayings->len; i++)
    {
      Saying *saying = conversation->sayings->pdata[i];
      if (!is_to_ask (saying) || asked[saying->spec.by] >= ASKED_MAX)
        continue;
      ask_about (saying);
      asked[saying->spec.by] += is_asked (saying);
    }
}

static void
go_on (ParlorConversation *conversation)
{
  ask_whose_turn_it_is (conversation);
  say_what_may (conversation);
}

/* How many are before it. */
static guint
line_of (const ParlorSaySpec *spec)
{
  const GPtrArray *sayings = spec->conversation->sayings;
  guint n = 0;
  for (guint i = 0; sayings && i < sayings->len; i++)
    n += ((const Saying *)sayings->pdata[i])->spec.by == spec->by;
  return n;
}

static Saying *
saying_new (const ParlorSaySpec *spec, ParlorSaid said, gpointer user_data, GDestroyNotify gone)
{
  ParlorConversation *conversation = spec->conversation;
  Saying *saying = g_new0 (Saying, 1);
  *saying = (Saying){.conversation = conversation,
                     .spec = *spec,
                     .said = said,
                     .user_data = user_data,
                     .gone = gone};
  saying->spec.client_id = g_strdup (spec->client_id);
  saying->spec.kind = say_kind (spec->kind);
  saying->spec.text = g_strdup (spec->text);
  saying->spec.data = g_strdup (spec->data);
  saying->spec.shown = g_strdup (spec->shown);
  saying->spec.edition = g_strdup (spec->edition);
  if (!conversation->sayings)
    conversation->sayings = g_ptr_array_new_with_free_func (saying_free);
  g_ptr_array_add (conversation->sayings, saying);
  return saying;
}

gboolean
parlor_service_say_asked (const ParlorSaySpec *spec, ParlorSaid said, gpointer user_data,
                          GDestroyNotify gone, GError **error)
{
  const ParlorServiceBrand *brand = spec->conversation->customer->brand;
  const ParlorMaterial *material = parlor_service_material (brand->service, spec->shown);
  gboolean resolve = spec->by == PARLOR_BY_REP && !g_strcmp0 (spec->kind, "material") && material
                     && material->brand == brand && has (brand, PARLOR_HOOK_MATERIAL);
  g_autofree char *text = NULL;
  if (!resolve && !say_is_fit (spec, &text))
    return FALSE; /* what is wrong with it is told at once */
  const char *words = resolve ? spec->text : text;
  gboolean screen = words && *words && has (brand, PARLOR_HOOK_SCREEN);
  guint line = line_of (spec);
  if (!resolve && !screen && !line)
    return FALSE;
  if (line >= WAITING_MAX)
    return service_refuse (error, PARLOR_ERROR_TOO_MANY, "Too many at once. Wait a little.");
  Saying *saying = saying_new (spec, said, user_data, gone);
  saying->words = screen ? g_strdup (words) : NULL;
  saying->resolves = resolve;
  ask_whose_turn_it_is (spec->conversation);
  return TRUE;
}
