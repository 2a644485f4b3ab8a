/* SPDX-License-Identifier: Apache-2.0 */
#include "app/erase.h"

#include "app/pictures.h"
#include "live/events.h"
#include "live/visitors.h"
#include "service/rows.h"

/* Rows of one question; there are as many questions as it takes. */
#define BATCH 5000

typedef struct
{
  ParlorEraseSpec spec;
  ParlorErased erased;
  char customer[PARLOR_ID_SIZE];
  guint step, at; /* which kind of rows, of which conversation or visitor */
} Erasing;

static const struct
{
  const ParlorRecordKind *kind;
  const char *field;
  gboolean of_visitor; /* else of a conversation */
} steps[] = {
    {&parlor_message_kind, "conversation", FALSE}, {&parlor_call_kind, "conversation", FALSE},
    {&parlor_rating_kind, "conversation", FALSE},  {&parlor_comment_kind, "visitor", TRUE},
    {&parlor_touch_kind, "visitor", TRUE},
};

static void ask_next (Erasing *erasing);

static void
finish (gboolean durable, gpointer user_data)
{
  Erasing *erasing = user_data;
  parlor_erased_clear (&erasing->erased);
  g_rc_box_release (erasing->spec.service);
  erasing->spec.done (durable, erasing->spec.done_data);
  g_free (erasing);
}

/* The names go when nothing is left that is found by them. */
static void
forget_names (gboolean durable, gpointer user_data)
{
  Erasing *erasing = user_data;
  ParlorRecordSink *records = erasing->spec.records;
  ParlorService *service = *erasing->spec.service;
  if (durable && service)
    parlor_service_erased (service, erasing->customer);
  if (durable && service && records)
    records->flush (records, finish, erasing);
  else
    finish (durable && service, erasing);
}

static void
flush (gboolean durable, gpointer user_data)
{
  Erasing *erasing = user_data;
  ParlorRecordSink *records = erasing->spec.records;
  if (durable && records)
    records->flush (records, forget_names, erasing);
  else
    forget_names (durable, erasing);
}

static void
go_elsewhere (Erasing *erasing)
{
  const ParlorEraseSpec *spec = &erasing->spec;
  if (spec->elsewhere)
    spec->elsewhere (erasing->customer, flush, erasing, spec->elsewhere_data);
  else
    flush (TRUE, erasing);
}

/* A score is the rep's and names nobody; the words beside it are the customer's. */
static gboolean
is_kept (const ParlorRecordKind *kind)
{
  return kind == &parlor_rating_kind;
}

static void
erase_row (ParlorRecordSink *records, const ParlorRecordKind *kind, gconstpointer row)
{
  if (!is_kept (kind))
    {
      records->remove (records, kind, row);
      return;
    }
  ParlorRatingRow rating = *(const ParlorRatingRow *)row;
  rating.text = NULL;
  records->put (records, kind, &rating);
}

static void
on_rows (const gconstpointer *rows, guint n, const GError *error, gpointer user_data)
{
  Erasing *erasing = user_data;
  ParlorRecordSink *records = erasing->spec.records;
  if (error)
    {
      finish (FALSE, erasing);
      return;
    }
  records->begin (records);
  for (guint i = 0; i < n; i++)
    erase_row (records, steps[erasing->step].kind, rows[i]);
  records->end (records);
  if (n < BATCH || is_kept (steps[erasing->step].kind))
    erasing->at++;
  ask_next (erasing);
}

static void
ask_next (Erasing *erasing)
{
  ParlorRecordSink *records = erasing->spec.records;
  while (records && erasing->step < G_N_ELEMENTS (steps))
    {
      const GPtrArray *ids = steps[erasing->step].of_visitor ? erasing->erased.visitors
                                                             : erasing->erased.conversations;
      if (erasing->at < ids->len)
        {
          ParlorFindTerm term = {.field = steps[erasing->step].field,
                                 .op = PARLOR_FIND_EQUAL,
                                 .text = ids->pdata[erasing->at]};
          ParlorFind find = {
              .kind = steps[erasing->step].kind, .terms = &term, .n_terms = 1, .limit = BATCH};
          records->find (records, &find, on_rows, erasing);
          return;
        }
      erasing->at = 0;
      erasing->step++;
    }
  go_elsewhere (erasing);
}

void
parlor_erase (const ParlorEraseSpec *spec, ParlorCustomer *customer, ParlorMoment now)
{
  Erasing *erasing = g_new0 (Erasing, 1);
  erasing->spec = *spec;
  g_rc_box_acquire (spec->service);
  g_strlcpy (erasing->customer, customer->id, sizeof erasing->customer);
  if (spec->forget_customer)
    spec->forget_customer (customer, spec->forget_data);
  parlor_service_erase (customer, &erasing->erased, now);
  for (guint i = 0; i < erasing->erased.pictures->len; i++)
    parlor_pictures_remove (spec->data_dir, erasing->erased.pictures->pdata[i]);
  for (guint i = 0; spec->forget_visitor && i < erasing->erased.visitors->len; i++)
    spec->forget_visitor (erasing->erased.visitors->pdata[i], spec->forget_data);
  ask_next (erasing);
}
