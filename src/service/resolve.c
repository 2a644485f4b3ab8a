/* SPDX-License-Identifier: Apache-2.0 */
/* Before a rep's document goes out the brand's own system is asked how it stands now. */
#include "service/private.h"

#include <string.h>

typedef struct
{
  ParlorConversation *conversation;
  guint64 hook;
  ParlorSaySpec spec; /* its texts are owned */
  ParlorSaid said;
  gpointer user_data;
  GDestroyNotify gone; /* nullable */
} Question;

static ParlorService *
service_of (const ParlorConversation *conversation)
{
  return conversation->customer->brand->service;
}

static void
question_free (gpointer data)
{
  Question *question = data;
  if (question->gone)
    question->gone (question->user_data);
  g_free ((char *)question->spec.client_id);
  g_free ((char *)question->spec.text);
  g_free ((char *)question->spec.shown);
  g_free (question);
}

void
resolve_forget (ParlorConversation *conversation)
{
  ParlorHooks *hooks = service_of (conversation)->spec.hooks;
  for (guint i = 0; conversation->resolving && i < conversation->resolving->len; i++)
    hooks->cancel (hooks, ((Question *)conversation->resolving->pdata[i])->hook);
  g_clear_pointer (&conversation->resolving, g_ptr_array_unref);
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

static const ParlorMessage *
say (const Question *question, const ParlorHookAnswer *answer, ParlorMoment now, GError **error)
{
  ParlorService *service = service_of (question->conversation);
  const ParlorMaterial *known = parlor_service_material (service, question->spec.shown);
  ParlorSaySpec spec = question->spec;
  gboolean told = known && answer->outcome == PARLOR_HOOK_ANSWERED && take (known, answer, now);
  spec.unconfirmed = !told && answer->outcome != PARLOR_HOOK_NONE;
  spec.edition = told ? parlor_datum_text (answer->data, answer->n_data, "version") : NULL;
  if (!spec.rep->departed)
    return parlor_service_say (service, &spec, now, error);
  service_refuse (error, PARLOR_ERROR_CONFLICT, "The rep is departed.");
  return NULL;
}

static void
on_answer (const ParlorHookAnswer *answer, gpointer user_data)
{
  g_autoptr (GError) error = NULL;
  Question *question = user_data;
  ParlorConversation *conversation = question->conversation;
  ParlorService *service = service_of (conversation);
  if (!answer->final)
    return;
  const ParlorMessage *message = say (question, answer, service->spec.now (service->spec.user_data),
                                      &error);
  question->said (message, error, question->user_data);
  g_ptr_array_remove (conversation->resolving, question);
}

gboolean
parlor_service_say_resolved (const ParlorSaySpec *spec, ParlorSaid said, gpointer user_data,
                             GDestroyNotify gone)
{
  ParlorConversation *conversation = spec->conversation;
  const ParlorServiceBrand *brand = conversation->customer->brand;
  ParlorHooks *hooks = brand->service->spec.hooks;
  const ParlorMaterial *material = parlor_service_material (brand->service, spec->shown);
  if (spec->by != PARLOR_BY_REP || g_strcmp0 (spec->kind, "material") || !material
      || material->brand != brand || !hooks || !hooks->has (hooks, PARLOR_HOOK_MATERIAL, brand->id))
    return FALSE;
  const ParlorDatum data[] = {
      PARLOR_DATUM_TEXT ("material", material->id),
      PARLOR_DATUM_TEXT ("conversation", conversation->id),
  };
  ParlorHookQuestion asked = {PARLOR_HOOK_MATERIAL, brand->id, NULL, data, G_N_ELEMENTS (data)};
  Question *question = g_new0 (Question, 1);
  *question = (Question){.conversation = conversation,
                         .spec = *spec,
                         .said = said,
                         .user_data = user_data,
                         .gone = gone};
  question->spec.client_id = g_strdup (spec->client_id);
  question->spec.text = g_strdup (spec->text);
  question->spec.shown = g_strdup (spec->shown);
  question->spec.kind = "material";
  question->spec.data = NULL; /* of a material it is ours */
  if (!conversation->resolving)
    conversation->resolving = g_ptr_array_new_with_free_func (question_free);
  g_ptr_array_add (conversation->resolving, question);
  question->hook = hooks->ask (hooks, &asked, on_answer, question);
  return TRUE;
}
