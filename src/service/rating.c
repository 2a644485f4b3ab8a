/* SPDX-License-Identifier: Apache-2.0 */
/* What customers think of a talk, and how long they waited for its first word. */
#include "service/private.h"

#include <stdlib.h>
#include <string.h>

#define ASKED_MS (7 * 24 * 3600 * G_GINT64_CONSTANT (1000))
#define CHANGE_MS (5 * 60 * G_GINT64_CONSTANT (1000))
#define TEXT_MAX 500

void
rating_free (ParlorRating *rating)
{
  if (!rating)
    return;
  g_free (rating->subject);
  g_free (rating->call);
  g_free (rating->text);
  g_free (rating);
}

void
rating_ask (ParlorConversation *conversation, ParlorRep *rep, const char *call, ParlorMoment now)
{
  ParlorRating *rating = g_new0 (ParlorRating, 1);
  rating->subject = call ? g_strdup (call)
                         : g_strdup_printf ("%s:%" G_GINT64_FORMAT, conversation->id,
                                            conversation->seq);
  rating->call = g_strdup (call);
  rating->rep = rep;
  rating->asked_ms = now.wall_ms;
  rating_free (conversation->rating);
  conversation->rating = rating;
  put_rating (conversation);
  conversation_notice (conversation);
}

gint64
parlor_rating_until_ms (const ParlorRating *rating)
{
  return !rating ? 0 : rating->score ? rating->at_ms + CHANGE_MS : rating->asked_ms + ASKED_MS;
}

static gboolean
may_rate (const ParlorRating *rating, guint score, gint64 now_ms, GError **error)
{
  if (!score || score > PARLOR_RATING_MAX)
    return service_refuse (error, PARLOR_ERROR_BAD_REQUEST, "score is 1 to 5.");
  if (rating && now_ms < parlor_rating_until_ms (rating))
    return TRUE;
  return rating && rating->score
             ? service_refuse (error, PARLOR_ERROR_CONFLICT, "You have said it already.")
             : service_refuse (error, PARLOR_ERROR_GONE, "Nothing is asked any more.");
}

static void
rating_event (const ParlorConversation *conversation, gboolean again, ParlorMoment now)
{
  const ParlorRating *rating = conversation->rating;
  ParlorServiceBrand *brand = conversation->customer->brand;
  const ParlorDatum data[] = {
      PARLOR_DATUM_TEXT ("conversation", conversation->id),
      PARLOR_DATUM_TEXT ("call", rating->call),
      PARLOR_DATUM_TEXT ("rep", rating->rep->id),
      PARLOR_DATUM_INT ("score", rating->score),
      PARLOR_DATUM_FLAG ("changed", again),
      PARLOR_DATUM_CONTENT ("text", rating->text),
  };
  service_event (brand->service, brand, "conversation.rated", conversation->id,
                 conversation->customer, NULL, now.wall_ms, -1, data, G_N_ELEMENTS (data));
}

gboolean
parlor_service_rate (ParlorConversation *conversation, guint score, const char *text,
                     ParlorMoment now, GError **error)
{
  ParlorRating *rating = conversation->rating;
  ParlorService *service = conversation->customer->brand->service;
  g_autofree char *words = NULL;
  if (!may_rate (rating, score, now.wall_ms, error))
    return FALSE;
  if (text && *text && !(words = parlor_text_block (text, TEXT_MAX, "text", error)))
    return FALSE;
  gboolean again = rating->score != 0;
  if (again && rating->score == score && !g_strcmp0 (rating->text, words))
    return TRUE;
  service_begin (service);
  rating->rep->rated_n += again ? 0 : 1;
  rating->rep->rated_sum += score - rating->score;
  rating->score = score;
  rating->at_ms = again ? rating->at_ms : now.wall_ms;
  replace_text (&rating->text, words);
  put_rating (conversation);
  rating_event (conversation, again, now);
  conversation_notice (conversation);
  service_end (service);
  return TRUE;
}

/* ---- first words ----------------------------------------------------------------------------- */

void
reply_counted (ParlorServiceBrand *brand, gint64 waited_ms)
{
  brand->replies_ms[brand->n_replies++ % PARLOR_REPLIES] = (guint32)CLAMP (waited_ms, 0,
                                                                           G_MAXUINT32);
}

static int
by_size (const void *a, const void *b)
{
  guint32 x = *(const guint32 *)a, y = *(const guint32 *)b;
  return x < y ? -1 : x > y;
}

void
parlor_service_first_reply (const ParlorServiceBrand *brand, gint64 *p50_ms, gint64 *p90_ms)
{
  guint32 sorted[PARLOR_REPLIES];
  guint n = MIN (brand->n_replies, PARLOR_REPLIES);
  memcpy (sorted, brand->replies_ms, n * sizeof *sorted);
  qsort (sorted, n, sizeof *sorted, by_size);
  *p50_ms = n ? sorted[n / 2] : 0;
  *p90_ms = n ? sorted[n * 9 / 10] : 0;
}
