/* SPDX-License-Identifier: Apache-2.0 */
#include "hooks/decide.h"

#include "hooks/sign.h"

#include <string.h>

#define QUESTIONS_MAX 1000
#define BREAKER_FAILURES 5
#define BREAKER_WINDOW_US (30 * G_USEC_PER_SEC)
#define BREAKER_OPEN_US (30 * G_USEC_PER_SEC)
#define SKEW_S 600
/* The poster gives up after the question has, so that late is called late. */
#define AFTER_MS 100

/* Of one brand and hook; made with the first question or setting. */
typedef struct
{
  ParlorHookRow *row; /* nullable: none configured */
  gint64 failed_us[BREAKER_FAILURES];
  guint n_failed; /* all that ever were: the ring's next is this modulo its size */
  gint64 open_until_us;
  gboolean trial; /* was open: the next failure opens it again */
} Point;

typedef struct
{
  guint64 id;
  ParlorDecider *decider;
  ParlorHookKind hook;
  char *brand;
  char *text;                   /* the question's JSON */
  char message[PARLOR_ID_SIZE]; /* its webhook-id */
  ParlorHookAnswered answered;
  gpointer user_data;
  gint64 asked_us;
  guint64 post;     /* its POST that runs; 0 = none */
  gpointer receipt; /* that POST's Ticket, owned while it runs */
  gboolean told_late;
  gboolean at_once; /* `outcome` is known: told at the next poll */
  ParlorHookOutcome outcome;
} Question;

struct _ParlorDecider
{
  ParlorHooks parent;
  ParlorDeciderSpec spec;
  GHashTable *points;    /* "brand hook" → Point, owned */
  GHashTable *questions; /* id → Question, owned */
  guint64 last_id;
  guint64 outcomes[PARLOR_N_HOOK_OUTCOMES];
};

typedef struct
{
  ParlorDecider *decider;
  guint64 question;
} Ticket;

static gint64
now (ParlorDecider *decider)
{
  return decider->spec.clock->now_us (decider->spec.clock);
}

static void
question_free (gpointer data)
{
  Question *question = data;
  const ParlorPoster *poster = question->decider->spec.poster;
  if (question->post) /* nobody hears it any more: neither their server nor ours goes on */
    poster->cancel (question->decider->spec.poster, question->post);
  g_free (question->receipt);
  g_free (question->brand);
  g_free (question->text);
  g_free (question);
}

static void
point_free (gpointer data)
{
  Point *point = data;
  parlor_record_free (&parlor_hook_kind, point->row);
  g_free (point);
}

static Point *
point_of (ParlorDecider *decider, const char *brand, const char *hook)
{
  g_autofree char *key = g_strconcat (brand, " ", hook, NULL);
  Point *point = g_hash_table_lookup (decider->points, key);
  if (!point)
    {
      point = g_new0 (Point, 1);
      g_hash_table_insert (decider->points, g_steal_pointer (&key), point);
    }
  return point;
}

static const char *
name_of (const Question *question)
{
  return parlor_hook_info (question->hook)->name;
}

/* ---- breaker -------------------------------------------------------------------------------- */

static void
tell_degraded (ParlorDecider *decider, const Question *question)
{
  const ParlorDatum data[] = {
      PARLOR_DATUM_TEXT ("hook", name_of (question)),
      PARLOR_DATUM_TEXT ("reason", parlor_hook_outcome_name (question->outcome)),
      PARLOR_DATUM_INT ("for_s", BREAKER_OPEN_US / G_USEC_PER_SEC),
  };
  ParlorEvent event = {
      .type = "hook.degraded",
      .brand = question->brand,
      .entity = question->brand,
      .at_ms = decider->spec.clock->wall_ms (decider->spec.clock),
      .room_ms = -1,
      .data = data,
      .n_data = G_N_ELEMENTS (data),
  };
  if (decider->spec.event)
    decider->spec.event (&event, decider->spec.event_data);
}

static void
count_failure (ParlorDecider *decider, const Question *question, gint64 now_us)
{
  Point *point = point_of (decider, question->brand, name_of (question));
  point->failed_us[point->n_failed++ % BREAKER_FAILURES] = now_us;
  gint64 oldest_us = point->failed_us[point->n_failed % BREAKER_FAILURES];
  gboolean many = point->n_failed >= BREAKER_FAILURES && now_us - oldest_us <= BREAKER_WINDOW_US;
  if (point->open_until_us > now_us || (!many && !point->trial))
    return;
  point->open_until_us = now_us + BREAKER_OPEN_US;
  point->trial = TRUE;
  tell_degraded (decider, question);
}

static void
count_success (ParlorDecider *decider, const Question *question)
{
  Point *point = point_of (decider, question->brand, name_of (question));
  point->n_failed = 0;
  point->trial = FALSE;
}

gboolean
parlor_decider_is_open (const ParlorDecider *decider, const char *brand, const char *hook)
{
  g_autofree char *key = g_strconcat (brand, " ", hook, NULL);
  const Point *point = g_hash_table_lookup (decider->points, key);
  return point && point->open_until_us > now ((ParlorDecider *)decider);
}

/* ---- telling -------------------------------------------------------------------------------- */

static ParlorHookAnswer
answer_of (const Question *question, ParlorHookOutcome outcome, gint64 now_us)
{
  const ParlorHookInfo *info = parlor_hook_info (question->hook);
  const Point *point = point_of (question->decider, question->brand, info->name);
  gint64 elapsed_us = now_us - question->asked_us;
  return (ParlorHookAnswer){
      .outcome = outcome,
      .final = TRUE,
      .late = elapsed_us > info->budget_ms * G_GINT64_CONSTANT (1000),
      .fail_closed = outcome != PARLOR_HOOK_ANSWERED && info->may_close && point->row
                     && point->row->fail_closed,
      .elapsed_ms = (guint)(elapsed_us / 1000),
  };
}

/* The last word; the question is gone afterwards. */
static void
finish (Question *question, ParlorHookOutcome outcome, const ParlorHookReply *reply)
{
  ParlorDecider *decider = question->decider;
  gint64 now_us = now (decider);
  ParlorHookAnswer answer = answer_of (question, outcome, now_us);
  if (reply)
    {
      answer.data = reply->data;
      answer.n_data = reply->n_data;
    }
  question->outcome = outcome;
  decider->outcomes[outcome]++;
  if (outcome == PARLOR_HOOK_ANSWERED || outcome == PARLOR_HOOK_NONE)
    count_success (decider, question);
  else if (outcome == PARLOR_HOOK_LATE || outcome == PARLOR_HOOK_FAILED)
    count_failure (decider, question, now_us);
  g_hash_table_steal (decider->questions, &question->id);
  question->answered (&answer, question->user_data);
  question_free (question);
}

static void
tell_late (Question *question)
{
  ParlorHookAnswer answer = answer_of (question, PARLOR_HOOK_LATE, now (question->decider));
  answer.final = FALSE;
  question->told_late = TRUE;
  question->answered (&answer, question->user_data);
}

/* ---- asking --------------------------------------------------------------------------------- */

static void
take_text (Question *question, const char *text, gsize length)
{
  const char *why;
  g_autoptr (ParlorHookReply) reply = parlor_hook_reply_new (question->hook, text, length, &why);
  finish (question, reply ? PARLOR_HOOK_ANSWERED : PARLOR_HOOK_FAILED, reply);
}

static gboolean
is_signed_well (const Question *question, const ParlorHookRow *row, const ParlorPostAnswer *answer)
{
  if (!answer->signature)
    return !row->signed_answers;
  guint64 time_s = 0;
  gint64 now_s = question->decider->spec.clock->wall_ms (question->decider->spec.clock) / 1000;
  return answer->id && !strcmp (answer->id, question->message) && answer->timestamp
         && g_ascii_string_to_unsigned (answer->timestamp, 10, 0, G_MAXINT64 / 2, &time_s, NULL)
         && ABS ((gint64)time_s - now_s) <= SKEW_S
         && parlor_sign_check (row->secrets, answer->id, (gint64)time_s, answer->body,
                               answer->length, answer->signature);
}

static void
on_posted (const ParlorPostAnswer *answer, gpointer user_data)
{
  Ticket *ticket = user_data;
  ParlorDecider *decider = ticket->decider;
  Question *question = g_hash_table_lookup (decider->questions, &ticket->question);
  question->post = 0;
  g_clear_pointer (&question->receipt, g_free);
  const Point *point = point_of (decider, question->brand, name_of (question));
  if (answer->status < 200 || answer->status > 299 || !point->row
      || !is_signed_well (question, point->row, answer))
    finish (question, PARLOR_HOOK_FAILED, NULL);
  else if (answer->status == 204)
    finish (question, PARLOR_HOOK_NONE, NULL); /* it works, and leaves this to us */
  else
    take_text (question, answer->body, answer->length);
}

static void
ask_over_http (Question *question, const ParlorHookRow *row)
{
  ParlorDecider *decider = question->decider;
  gint64 now_s = decider->spec.clock->wall_ms (decider->spec.clock) / 1000;
  gsize length = strlen (question->text);
  g_autofree char *signature = parlor_sign (row->secrets, question->message, now_s, question->text,
                                            length);
  g_autoptr (GBytes) body = g_bytes_new (question->text, length);
  ParlorPost post = {
      .url = row->url,
      .id = question->message,
      .timestamp_s = now_s,
      .signature = signature,
      .body = body,
      .timeout_ms = parlor_hook_info (question->hook)->heard_ms + AFTER_MS,
      .answer_max = PARLOR_HOOK_REPLY_MAX,
  };
  Ticket *ticket = g_new0 (Ticket, 1);
  *ticket = (Ticket){decider, question->id};
  question->receipt = ticket;
  question->post = decider->spec.poster->post (decider->spec.poster, &post, on_posted, ticket);
}

static void
later (Question *question, ParlorHookOutcome outcome)
{
  question->at_once = TRUE;
  question->outcome = outcome;
}

static void
ask_http_or_nobody (Question *question)
{
  Point *point = point_of (question->decider, question->brand, name_of (question));
  if (point->row)
    ask_over_http (question, point->row);
  else
    later (question, PARLOR_HOOK_NONE);
}

static void
on_module (long length, const char *answer, gpointer user_data)
{
  Ticket *ticket = user_data;
  Question *question = g_hash_table_lookup (ticket->decider->questions, &ticket->question);
  g_free (ticket);
  if (!question)
    return;
  if (length > 0)
    take_text (question, answer, (gsize)length);
  else if (length == PARLOR_HOOK_MODULE_PASS)
    ask_http_or_nobody (question);
  else
    finish (question, PARLOR_HOOK_FAILED, NULL);
}

void
parlor_decider_drop_ticket (gpointer ticket)
{
  g_free (ticket);
}

static void
start (Question *question)
{
  ParlorDecider *decider = question->decider;
  const Point *point = point_of (decider, question->brand, name_of (question));
  if (!decider->spec.module && !point->row)
    later (question, PARLOR_HOOK_NONE);
  else if (point->open_until_us > question->asked_us)
    later (question, PARLOR_HOOK_BREAKER);
  else if (g_hash_table_size (decider->questions) > QUESTIONS_MAX)
    later (question, PARLOR_HOOK_FAILED);
  else if (decider->spec.module)
    {
      Ticket *ticket = g_new0 (Ticket, 1);
      *ticket = (Ticket){decider, question->id};
      if (parlor_module_ask (decider->spec.module, name_of (question), question->text,
                             parlor_hook_info (question->hook)->budget_ms, on_module, ticket))
        return;
      g_free (ticket);
      later (question, PARLOR_HOOK_FAILED);
    }
  else
    ask_over_http (question, point->row);
}

/* (transfer full) */
static char *
text_of (const ParlorHookQuestion *spec)
{
  json_t *data = json_object ();
  parlor_data_to_json (spec->data, spec->n_data, FALSE, data);
  parlor_data_to_json (spec->data, spec->n_data, TRUE, data);
  json_t *json = json_pack ("{s:s,s:s,s:o}", "type", parlor_hook_info (spec->hook)->name, "brand",
                            spec->brand, "data", data);
  if (spec->trace)
    json_object_set_new (json, "trace", json_string (spec->trace));
  char *dumped = json_dumps (json, JSON_COMPACT);
  char *text = g_strdup (dumped);
  free (dumped);
  json_decref (json);
  return text;
}

static guint64
ask (ParlorHooks *hooks, const ParlorHookQuestion *spec, ParlorHookAnswered answered,
     gpointer user_data)
{
  ParlorDecider *decider = (ParlorDecider *)hooks;
  g_return_val_if_fail ((guint)spec->hook < PARLOR_N_HOOKS && spec->brand, 0);
  Question *question = g_new0 (Question, 1);
  question->id = ++decider->last_id;
  question->decider = decider;
  question->hook = spec->hook;
  question->brand = g_strdup (spec->brand);
  question->text = text_of (spec);
  question->answered = answered;
  question->user_data = user_data;
  question->asked_us = now (decider);
  parlor_id_make ("ask", &decider->spec.random, question->message);
  g_hash_table_insert (decider->questions, &question->id, question);
  start (question);
  return question->id;
}

static void
cancel (ParlorHooks *hooks, guint64 id)
{
  ParlorDecider *decider = (ParlorDecider *)hooks;
  Question *question = g_hash_table_lookup (decider->questions, &id);
  /* Too late to decide was a failure, though nobody waits for the note any more: else a brand whose
   * viewers are quick would be asked for ever by a system that hangs. */
  if (question && question->told_late && question->hook == PARLOR_HOOK_ROUTE)
    {
      question->outcome = PARLOR_HOOK_LATE;
      count_failure (decider, question, now (decider));
    }
  g_hash_table_remove (decider->questions, &id);
}

static gboolean
has (ParlorHooks *hooks, ParlorHookKind hook, const char *brand)
{
  ParlorDecider *decider = (ParlorDecider *)hooks;
  return decider->spec.module
         || parlor_decider_find (decider, brand, parlor_hook_info (hook)->name) != NULL;
}

/* ---- time ----------------------------------------------------------------------------------- */

static gint64
due_us (const Question *question)
{
  const ParlorHookInfo *info = parlor_hook_info (question->hook);
  if (question->at_once)
    return 0;
  gboolean heard = info->heard_ms > info->budget_ms && question->told_late;
  return question->asked_us + (heard ? info->heard_ms : info->budget_ms) * G_GINT64_CONSTANT (1000);
}

static void
on_due (Question *question)
{
  const ParlorHookInfo *info = parlor_hook_info (question->hook);
  if (question->at_once)
    finish (question, question->outcome, NULL);
  else if (info->heard_ms > info->budget_ms && !question->told_late)
    tell_late (question);
  else
    finish (question, PARLOR_HOOK_LATE, NULL);
}

void
parlor_decider_poll (ParlorDecider *decider, gint64 now_us)
{
  g_autoptr (GArray) due = g_array_new (FALSE, FALSE, sizeof (guint64));
  GHashTableIter iter;
  gpointer value;
  g_hash_table_iter_init (&iter, decider->questions);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    if (due_us (value) <= now_us)
      g_array_append_val (due, ((Question *)value)->id);
  for (guint i = 0; i < due->len; i++)
    {
      Question *question = g_hash_table_lookup (decider->questions,
                                                &g_array_index (due, guint64, i));
      if (question)
        on_due (question);
    }
}

gint64
parlor_decider_next_us (const ParlorDecider *decider)
{
  gint64 next_us = G_MAXINT64;
  GHashTableIter iter;
  gpointer value;
  g_hash_table_iter_init (&iter, decider->questions);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    next_us = MIN (next_us, due_us (value));
  return next_us;
}

/* ---- settings ------------------------------------------------------------------------------- */

void
parlor_decider_load (ParlorDecider *decider, const ParlorHookRow *row)
{
  Point *point = point_of (decider, row->brand, row->hook);
  parlor_record_free (&parlor_hook_kind, point->row);
  *point = (Point){.row = parlor_record_dup (&parlor_hook_kind, row)};
}

void
parlor_decider_put (ParlorDecider *decider, const ParlorHookRow *row)
{
  decider->spec.sink->put (decider->spec.sink, &parlor_hook_kind, row);
  parlor_decider_load (decider, row);
}

void
parlor_decider_remove (ParlorDecider *decider, const char *brand, const char *hook)
{
  Point *point = point_of (decider, brand, hook);
  if (!point->row)
    return;
  decider->spec.sink->remove (decider->spec.sink, &parlor_hook_kind, point->row);
  parlor_record_free (&parlor_hook_kind, point->row);
  *point = (Point){0};
}

const ParlorHookRow *
parlor_decider_find (const ParlorDecider *decider, const char *brand, const char *hook)
{
  g_autofree char *key = g_strconcat (brand, " ", hook, NULL);
  const Point *point = g_hash_table_lookup (decider->points, key);
  return point ? point->row : NULL;
}

void
parlor_decider_stats (const ParlorDecider *decider, ParlorDeciderStats *stats)
{
  memcpy (stats->outcomes, decider->outcomes, sizeof stats->outcomes);
  stats->waiting = g_hash_table_size (decider->questions);
}

ParlorHooks *
parlor_decider_hooks (ParlorDecider *decider)
{
  return &decider->parent;
}

ParlorDecider *
parlor_decider_new (const ParlorDeciderSpec *spec)
{
  ParlorDecider *decider = g_new0 (ParlorDecider, 1);
  decider->parent = (ParlorHooks){ask, cancel, has};
  decider->spec = *spec;
  decider->points = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, point_free);
  decider->questions = g_hash_table_new_full (g_int64_hash, g_int64_equal, NULL, question_free);
  return decider;
}

void
parlor_decider_close (ParlorDecider *decider)
{
  g_hash_table_remove_all (decider->questions);
}

void
parlor_decider_free (ParlorDecider *decider)
{
  if (!decider)
    return;
  g_hash_table_unref (decider->questions);
  g_hash_table_unref (decider->points);
  g_free (decider);
}
