/* SPDX-License-Identifier: Apache-2.0 */
/** The inside of the service domain, for the files of this folder only. */
#pragma once

#include "base/error.h"
#include "base/record.h"
#include "base/text.h"
#include "service/rows.h"
#include "service/service.h"

G_BEGIN_DECLS

#define SECOND_US G_GINT64_CONSTANT (1000000)
#define MINUTE_US (60 * SECOND_US)
#define NEVER_US G_MAXINT64

typedef enum
{
  TIMER_STALE,
  TIMER_WRAP,
  TIMER_OFFER,
  TIMER_CONVERSATION,
  TIMER_CALL,
  TIMER_EXPERT,
  TIMER_TAP,
  TIMER_JOB,
  TIMER_GROUP,
  N_TIMERS,
} TimerKind;

struct _ParlorService
{
  ParlorServiceSpec spec;
  ParlorServiceStats stats;
  GHashTable *brands;               /* id → ParlorServiceBrand, owned */
  GHashTable *groups;               /* id → owned */
  GHashTable *reps;                 /* id → owned */
  GHashTable *customers;            /* id → owned */
  GHashTable *bindings;             /* id → owned */
  GHashTable *conversations;        /* id → owned */
  GHashTable *offers;               /* id → owned: pending ones */
  GHashTable *calls;                /* id → owned: running ones */
  GHashTable *jobs;                 /* id → owned */
  GHashTable *materials;            /* id → owned */
  GHashTable *uploads;              /* id → owned */
  GHashTable *keeps;                /* ParlorHash → Keep (identity.c), both owned */
  GHashTable *taps;                 /* "brand visitor tap" → Tap, owned */
  GHashTable *askings;              /* "brand visitor" → Asking (identify.c), both owned */
  GHashTable *proofs;               /* "brand visitor" → ParlorHash (identify.c), both owned */
  GHashTable *here;                 /* visitor → number of sockets */
  GHashTable *tappers;              /* visitor, address → gint64 credit_us, owned: take_turn () */
  ParlorTimerHeap *heaps[N_TIMERS]; /* by TimerKind */
  gint64 alerts_us;                 /* when alerts are looked at again; NEVER_US = there are none */
  guint left_out;
};

/* ---- service.c: rows, ids, notices ---------------------------------------------------------- */

void service_begin (ParlorService *service);
void service_end (ParlorService *service);
void service_put (ParlorService *service, const ParlorRecordKind *kind, gconstpointer row);
void service_remove (ParlorService *service, const ParlorRecordKind *kind, gconstpointer key);
void service_notice (ParlorService *service, ParlorServiceNotice *notice);
/* `entity` is what it is in order with. */
void service_event (ParlorService *service, const ParlorServiceBrand *brand, const char *type,
                    const char *entity, const ParlorCustomer *customer, const char *trace,
                    gint64 at_ms, gint64 room_ms, const ParlorDatum *data, guint n);
void service_arm (ParlorService *service, TimerKind kind, ParlorTimer *timer, gint64 at_us);
/* FALSE, for a function to return. */
static inline gboolean
service_refuse (GError **error, ParlorErrorCode code, const char *text)
{
  g_set_error_literal (error, PARLOR_ERROR, code, text);
  return FALSE;
}

void put_group (ParlorGroup *group);
void put_rep (ParlorRep *rep);
void put_customer (ParlorCustomer *customer);
void put_binding (ParlorBinding *binding);
void put_conversation (ParlorConversation *conversation);
void put_message (const ParlorMessage *message);
void put_call (const ParlorCall *call);
void put_job (const ParlorJob *job);
void put_rating (const ParlorConversation *conversation);
void put_job_item (const ParlorJob *job, const ParlorJobItem *item);

void replace_text (char **to, const char *text);
/* `text` as a JSON string, with its quotes. */
void append_json (GString *out, const char *text);
char *join_skills (const ParlorServiceBrand *brand, guint64 skills);
gboolean parse_skills (ParlorServiceBrand *brand, const char *text, guint64 *skills);

/* ---- presence.c ------------------------------------------------------------------------------ */

/* After anything of his changed: presence, place in the indexes; tells who is to know. */
void rep_settle (ParlorRep *rep, ParlorMoment now);
gboolean rep_is_present (const ParlorRep *rep);
/* Could be given one more chat. */
gboolean rep_has_room (const ParlorRep *rep);
/* ---- shift.c: when who was there */
void shift_note (ParlorRep *rep, gint64 now_ms);
void rep_offline_due (ParlorRep *rep, ParlorMoment now);
void rep_wrapped_up (ParlorRep *rep, ParlorMoment now);

/* ---- staffing.c ------------------------------------------------------------------------------ */

/* After anything of his changed: the brand's counts of who is there. */
void staffing_note (ParlorRep *rep);

/* ---- route.c --------------------------------------------------------------------------------- */

typedef struct
{
  ParlorGroup *group;
  guint64 skills;
  const ParlorCustomer *customer; /* nullable: whom he removed is left out */
  const GPtrArray *without;       /* nullable: reps who were asked already */
  gboolean answer;                /* needs a free chat; else a face is enough */
} RouteQuestion;

/* The group's next; NULL = nobody. Moves him to the end of those who are as busy as he. */
ParlorRep *route_next (const RouteQuestion *question);
void route_place (ParlorRepPlace *place);
/* Out of the index, until he is placed anew: before his skills or groups change. */
void route_lift (ParlorRepPlace *place);
void route_place_free (gpointer place);
gboolean customer_blocks (const ParlorCustomer *customer, const ParlorRep *rep);

/* ---- tap.c ----------------------------------------------------------------------------------- */

typedef struct _Tap Tap;
/* One of `burst` at once, then one an interval, of each `key`: a visitor, or words that none is. */
gboolean take_turn (ParlorService *service, const char *key, gint64 interval_us, guint burst,
                    gint64 now_us);
void tap_expired (ParlorTimer *timer, ParlorMoment now);
void tap_free (gpointer tap);
/* A rep came: who waits for one of this group gets him. */
void serve_waiting (ParlorGroup *group, ParlorMoment now);

/* ---- identify.c ------------------------------------------------------------------------------ */

void asking_free (gpointer asking);
/* What was asked about this device is not heard any more. */
void identify_forget (ParlorServiceBrand *brand, const char *visitor);
/* Nor is anything about it known any more. */
void identify_erase (ParlorServiceBrand *brand, const char *visitor);
/* After he tapped, where he is anonymous. */
void identify_device (const ParlorCustomer *customer, const char *visitor, const char *room);

/* ---- bindings.c ------------------------------------------------------------------------------ */

ParlorCustomer *customer_new (ParlorServiceBrand *brand, const char *id, const char *visitor,
                              gint64 now_ms);
ParlorBinding *binding_new (ParlorCustomer *customer, ParlorGroup *group, const char *id,
                            gint64 now_ms);
void binding_give (ParlorBinding *binding, ParlorRep *rep); /* nullable: to the group's waiting */
void binding_unlink (ParlorBinding *binding);
/* Whom a tap for this group means: his binding there, else his personal adviser; NULL = nobody. */
ParlorBinding *binding_for (const ParlorCustomer *customer, const ParlorGroup *group);
ParlorConversation *conversation_new (ParlorCustomer *customer, const char *id, gint64 now_ms);
void binding_notice (ParlorBinding *binding);
gboolean binding_is_live (const ParlorBinding *binding);
void binding_event (ParlorBinding *binding, const char *type, gint64 at_ms, gint64 room_ms);

/* ---- queue.c --------------------------------------------------------------------------------- */

void queue_join (ParlorConversation *conversation, ParlorMoment now);
void queue_leave (ParlorConversation *conversation, ParlorMoment now);
/* Offers what waits to whom is free. */
void queue_pump (ParlorGroup *group, ParlorMoment now);
void queue_pump_rep (ParlorRep *rep, ParlorMoment now);
void offer_over (ParlorOffer *offer, ParlorOfferState state, ParlorMoment now);
void offer_timeout (ParlorOffer *offer, ParlorMoment now);
void offers_of_rep_gone (ParlorRep *rep, ParlorMoment now);
void queue_tell (ParlorConversation *conversation, ParlorMoment now);
void queue_patience_over (ParlorConversation *conversation, ParlorMoment now);

/* ---- assist.c -------------------------------------------------------------------------------- */

void assist_ask (ParlorConversation *conversation, const ParlorMessage *message);
/* To the rep who answers now, where there is something. */
void assist_show (ParlorConversation *conversation);
/* What was found is gone, and what was asked is not heard. */
void assist_forget (ParlorConversation *conversation);

gboolean is_link (const char *url);

/* ---- rating.c -------------------------------------------------------------------------------- */

void rating_free (ParlorRating *rating);
/* What was talked is over: the customer is asked; `call` nullable. */
void rating_ask (ParlorConversation *conversation, ParlorRep *rep, const char *call,
                 ParlorMoment now);
/* A rep's first word after a customer's. */
void reply_counted (ParlorServiceBrand *brand, gint64 waited_ms);

/* ---- alerts.c -------------------------------------------------------------------------------- */

void alert_free (gpointer alert);
void alerts_due (ParlorService *service, ParlorMoment now);

/* ---- personal.c ------------------------------------------------------------------------------ */

gboolean rep_is_of (const ParlorRep *rep, const ParlorGroup *group);

/* ---- access.c -------------------------------------------------------------------------------- */

/* The customer has not ended it, nor removed this rep. */
#define ENDED_BY_CUSTOMER "The customer has ended this."
gboolean conversation_is_open_to (const ParlorConversation *conversation, const ParlorRep *rep);

/* ---- talk.c ---------------------------------------------------------------------------------- */

void conversation_set_state (ParlorConversation *conversation, ParlorConversationState state,
                             ParlorMoment now);
void conversation_assign (ParlorConversation *conversation, ParlorRep *rep);
void conversation_occupy (ParlorConversation *conversation, gboolean occupies, ParlorMoment now);
void conversation_notice (ParlorConversation *conversation);
/* What is known of him changed: his reps hear of it, at whichever of their consoles it was not. */
void customer_notice (ParlorCustomer *customer);
void conversation_due (ParlorConversation *conversation, ParlorMoment now);
void conversation_arm (ParlorConversation *conversation, ParlorMoment now);
void conversation_human (ParlorConversation *conversation, ParlorRep *rep, ParlorMoment now);
/* A line of the house: welcome, notices. */
void say_system (ParlorConversation *conversation, const char *kind, const char *text,
                 const char *data, ParlorMoment now);
/* In the name of the brand's bot. */
void say_bot (ParlorConversation *conversation, const char *kind, const char *text,
              const char *data, ParlorMoment now);
void say_welcome (ParlorConversation *conversation, const char *text, ParlorMoment now);
void message_free (gpointer message);
/* Static; NULL = there is no such kind. NULL names "text". */
const char *say_kind (const char *name);
/* Whether it would be said now, and was not yet: nothing is wrong with it but what may be wanted of
   its words. `*text` (transfer full): as it would stand there. */
gboolean say_is_fit (const ParlorSaySpec *spec, char **text);

/* ---- shown.c --------------------------------------------------------------------------------- */

void material_free (gpointer material);
/* The data of a message of this kind: what was sent, as it is now (transfer full). FALSE with
 * error: it may not be sent. NULL data is good where the kind has none of ours. */
gboolean shown_data (const ParlorSaySpec *spec, const char *kind, char **data, GError **error);
/* `edition` nullable; both as in ParlorSaySpec. */
char *material_data (const ParlorMaterial *material, const char *edition, gboolean unconfirmed);
const char *picture_type (const char *name);
void upload_keep (ParlorUpload *upload);
void upload_uncount (const ParlorUpload *upload);

/* ---- saying.c -------------------------------------------------------------------------------- */

/* Nothing that was asked is heard any more, nor is what was to be said. */
void sayings_forget (ParlorConversation *conversation);

/* ---- rules.c --------------------------------------------------------------------------------- */

void rule_free (gpointer rule);
void hit_free (gpointer hit);

/* ---- bot.c ----------------------------------------------------------------------------------- */

/* The bot is to answer what is written now. */
gboolean bot_answers (const ParlorConversation *conversation);
void bot_ask (ParlorConversation *conversation, const ParlorMessage *message, ParlorMoment now);
void bot_hand_over (ParlorConversation *conversation, ParlorMoment now);
/* Nothing that was asked is heard any more. */
void bot_forget (ParlorConversation *conversation);

/* ---- calls.c --------------------------------------------------------------------------------- */

void call_due (ParlorCall *call, ParlorMoment now);
/* Event and notice of a call; `expert` (nullable): of whom the event tells; `also` (nullable): told
 * too, instead of the call's expert. */
void call_tell (ParlorCall *call, const char *type, const ParlorRep *expert, const ParlorRep *also,
                ParlorMoment now);
/* The rep (nullable) is free again after a short while in which he writes his note; an expert who
 * did not come is so at once. */
void call_release (ParlorCall *call, ParlorRep *rep, ParlorMoment now);
/* expert.c: who is asked in from now on; NULL = nobody, and who was is free again. */
void call_expert_is (ParlorCall *call, ParlorRep *rep, ParlorMoment now);
void call_expert_due (ParlorCall *call, ParlorMoment now);
void calls_of_rep_gone (ParlorRep *rep, ParlorMoment now);
void call_free (gpointer call);
/* Nobody waits for the word on a call any more. */
void call_forget (ParlorConversation *conversation);

/* ---- transfer.c ------------------------------------------------------------------------------ */

void job_free (gpointer job);
/* What he was talking about goes on with `to` (nullable); another's is left alone. */
void move_conversation (ParlorConversation *conversation, ParlorRep *from, ParlorRep *to,
                        ParlorMoment now);
void job_settle (ParlorBinding *binding, ParlorOutcome outcome, ParlorMoment now);
void job_due (ParlorJob *job, ParlorMoment now);
/* After a restart: it goes on. */
void job_resume (ParlorJob *job, ParlorMoment now);
/* He wants something now: his turn is first, where a job is to move him. `binding` nullable. */
void job_hurry (ParlorBinding *binding, ParlorMoment now);

G_END_DECLS
