/* SPDX-License-Identifier: Apache-2.0 */
/**
 * The things of the service domain as others see them: brands with groups and reps, customers,
 * bindings, conversations, messages, offers, calls, jobs. They belong to the ParlorService; outside
 * of this folder they are **read only** and borrowed until the next call that changes something.
 *
 * Thread: control.
 */
#pragma once

#include "base/ids.h"
#include "base/principal.h"
#include "base/timerheap.h"
#include "service/hours.h"
#include "service/states.h"

G_BEGIN_DECLS

/** Now, on both clocks: deadlines run on `us` (monotonic), people are told `wall_ms`. */
typedef struct
{
  gint64 us;
  gint64 wall_ms;
} ParlorMoment;

typedef struct _ParlorService ParlorService;
typedef struct _ParlorServiceBrand ParlorServiceBrand;
typedef struct _ParlorGroup ParlorGroup;
typedef struct _ParlorRep ParlorRep;
typedef struct _ParlorCustomer ParlorCustomer;
typedef struct _ParlorBinding ParlorBinding;
typedef struct _ParlorConversation ParlorConversation;
typedef struct _ParlorCall ParlorCall;
typedef struct _ParlorJob ParlorJob;

typedef enum
{
  PARLOR_ROUTING_LEAST_ACTIVE,
  PARLOR_ROUTING_LONGEST_IDLE,
  PARLOR_ROUTING_ROUND_ROBIN,
  PARLOR_ROUTING_STICKY,  /**< his rep or nobody: who has none gets the least active */
  PARLOR_ROUTING_INVITER, /**< who invited, else the least active */
  PARLOR_ROUTING_MANUAL,  /**< nobody is chosen: reps and supervisors take from the queue */
  PARLOR_N_ROUTINGS,
} ParlorRouting;

/** When a first-time customer is asked before he is bound. */
typedef enum
{
  PARLOR_CONFIRM_FIRST,
  PARLOR_CONFIRM_NEVER,
  PARLOR_CONFIRM_ALWAYS,
} ParlorConfirm;

#define PARLOR_REPLIES 512

/** Since the start. */
typedef struct
{
  guint64 taps, bound, undone, offers, accepted, rejected, timeouts, messages, calls, rescued;
  guint64 taps_refused; /**< by the rate */
  guint queued;         /**< conversations that wait for an answer now */
  guint present;        /**< reps with an open socket */
} ParlorServiceStats;

struct _ParlorServiceBrand
{
  ParlorService *service;
  char id[PARLOR_ID_TEXT];
  char *name;
  ParlorConfirm confirm;
  gint64 silence_ms;                  /**< without a word a conversation ends after it */
  GPtrArray *groups;                  /**< ParlorGroup; the first is the default */
  GPtrArray *reps;                    /**< ParlorRep, departed ones too */
  GHashTable *by_ref;                 /**< rep's ref → ParlorRep */
  GHashTable *by_user;                /**< "usr_…" → ParlorRep */
  GHashTable *by_visitor;             /**< → ParlorCustomer */
  GHashTable *by_customer;            /**< customer_ref → ParlorCustomer */
  GPtrArray *skills;                  /**< names; the index is the bit */
  GPtrArray *materials;               /**< ParlorMaterial, borrowed */
  GPtrArray *rules;                   /**< ParlorRule */
  GPtrArray *alerts;                  /**< ParlorAlert */
  GPtrArray *hits;                    /**< ParlorKeywordHit, the last 100, oldest first */
  gpointer words;                     /**< rules.c */
  gpointer guard;                     /**< bindings.c; NULL = names changed since */
  guint32 replies_ms[PARLOR_REPLIES]; /**< how long customers waited for a rep's first word … */
  guint n_replies;      /**< … all that ever were: the next is this modulo the size */
  guint n_anonymous;    /**< customers whom the brand has not named itself */
  guint n_here, n_free; /**< staffing.c: reps who are there; of them, who could take one more */
  gint64 upload_bytes;  /**< of all pictures in its conversations */
  /** Its own: taps, bound, messages and calls alone. */
  ParlorServiceStats stats;
};

/** Words that a brand wants to hear of, or does not want said. */
typedef struct
{
  char id[PARLOR_ID_SIZE]; /**< "rul_…" */
  char *name;
  char **words;
  gboolean block;          /**< it is not said; else the board alone is told */
  gboolean chat, comments; /**< where */
} ParlorRule;

/** What was said, and where. The board shows them; nothing of the text is kept here. */
typedef struct
{
  char *rule, *word;
  char *place; /**< "cnv_…" or "rm_…" */
  char *by;    /**< "customer", "rep", or the name in the comments */
  gboolean blocked;
  gint64 at_ms;
} ParlorKeywordHit;

typedef enum
{
  PARLOR_ALERT_QUEUE_WAIT, /**< somebody waits for a first word for longer than `limit_s` */
  PARLOR_ALERT_NO_REP,     /**< it is open and nobody is here for `limit_s` */
  PARLOR_N_ALERTS,
} ParlorAlertKind;

/** When the brand is to be told that nobody is served. */
typedef struct
{
  char id[PARLOR_ID_SIZE]; /**< "alr_…" */
  ParlorServiceBrand *brand;
  char *name;
  ParlorAlertKind kind;
  ParlorGroup *group; /**< NULL = any */
  char *room;         /**< "rm_…" in which it is said; NULL = in all that are live */
  char *say;          /**< what is said there in a bot's name; NULL = nothing */
  guint limit_s;
  gboolean active;
  gint64 raised_ms; /**< wall clock; 0 = it is not */
  gint64 value_s;   /**< how long somebody waits, or nobody was here, when it was looked at last */
  const ParlorGroup *worst;      /**< where; NULL = nowhere */
  gint64 bad_us;                 /**< since when nobody is here; 0 = somebody is */
  gint64 calm_us, rest_until_us; /**< alerts.c */
} ParlorAlert;

/** A document of the brand that reps send: the newest version, or none any more. */
typedef struct
{
  char id[PARLOR_ID_SIZE]; /**< "mat_…" */
  const ParlorServiceBrand *brand;
  char *title, *url;
  gint64 version; /**< 1, 2, 3 … */
  gint64 changed_ms;
  gboolean withdrawn;
} ParlorMaterial;

/** A picture that somebody sent into a conversation. */
typedef struct
{
  char id[PARLOR_ID_SIZE]; /**< "upl_…": who knows it may see it */
  ParlorConversation *conversation;
  const char *type; /**< static: image/jpeg, image/png, image/webp */
  guint width, height;
  gint64 bytes, at_ms;
  gboolean said; /**< it stands in a message; one that was there at the start counts as said */
} ParlorUpload;

/** A rep in a group: his place in the group's routing index. */
typedef struct
{
  ParlorRep *rep;
  ParlorGroup *group;
  GList link;     /**< in group->ready[bucket] */
  int bucket;     /**< -1 = not there */
  guint64 skills; /**< as he stands in the index */
  GList *skilled; /**< a link for each of them, owned; NULL = none */
} ParlorRepPlace;

#define PARLOR_LOADS 16
#define PARLOR_READY_FULL PARLOR_LOADS       /**< here, but no answer to be had now */
#define PARLOR_READY_BUSY (PARLOR_LOADS + 1) /**< in a call or after one */
#define PARLOR_READY_BUCKETS (PARLOR_LOADS + 2)
#define PARLOR_SKILLS 64 /**< of a brand at most */

struct _ParlorGroup
{
  char id[PARLOR_ID_SIZE];
  ParlorServiceBrand *brand;
  char *name;
  ParlorRouting routing;
  guint64 skills; /**< what the group's questions need */
  char *hours_text;
  ParlorHours hours;
  int utc_offset_min;
  ParlorGroup *overflow; /**< nullable */
  char *overflow_id;     /**< its id while rows are loaded and it has not come yet; else NULL */
  guint place;           /**< among the brand's groups: the first is everybody's */
  char *welcome;         /**< nullable */
  guint offer_timeout_s;
  guint max_customers;                /**< bindings a rep may have; 0 = any number */
  GQueue ready[PARLOR_READY_BUCKETS]; /**< of ParlorRepPlace links */
  /** The same by skill, [bucket * PARLOR_SKILLS + bit]; NULL = nobody was ever here with one. */
  GQueue *skilled;
  GQueue queue;      /**< of ParlorConversation links, the longest waiting first */
  GQueue waiting;    /**< of ParlorBinding links without a rep */
  ParlorTimer timer; /**< more of `waiting` can be served */
  gint64 last_served_us;
  double service_us; /**< mean time between two that leave the queue; 0 = unknown */
};

struct _ParlorRep
{
  char id[PARLOR_ID_SIZE];
  ParlorServiceBrand *brand;
  char *ref, *user, *name, *title, *photo;
  char *card; /**< JWS (ES256) in compact form; NULL = unsigned: no tick */
  gint64 verified_ms, card_until_ms;
  GPtrArray *places; /**< ParlorRepPlace, owned */
  guint64 skills;
  guint max_chats;
  gboolean departed, suspended;
  ParlorJob
      *leaving; /**< nullable, borrowed: his departure that is not due yet; he gets nobody new */
  gint64 created_ms;

  ParlorPresence presence;
  guint n_sockets;
  gboolean stale;                      /**< the last socket went less than 10 s ago */
  gboolean counted_here, counted_free; /**< staffing.c */
  gint64 present_since_ms;
  ParlorTimer stale_timer, wrap_timer;
  guint n_chats;  /**< conversations that take capacity */
  guint n_offers; /**< pending */
  ParlorCall *call;
  char shift[PARLOR_ID_SIZE]; /**< the stretch of presence that goes on; "" = he is offline */
  gint64 shift_from_ms;
  ParlorPresence shift_presence;
  guint rated_n, rated_sum; /**< what customers gave him: how many, together */
  GQueue bindings;          /**< of ParlorBinding links */
  GQueue conversations;     /**< of ParlorConversation.by_assignee links */
};

struct _ParlorCustomer
{
  char id[PARLOR_ID_SIZE];
  ParlorServiceBrand *brand;
  char *visitor;                           /**< "vis_…" of the device he was bound on */
  GPtrArray *devices;                      /**< nullable: further visitors, owned texts */
  char *ref;                               /**< nullable: the brand's own */
  char *display, *attrs, *consents, *tags; /**< nullable; attrs is JSON that nobody looks into */
  gint64 created_ms;
  ParlorBinding *bindings; /**< the newest first */
  GPtrArray *blocked;      /**< nullable: ParlorRep whom he removed: never routed to again */
};

struct _ParlorBinding
{
  char id[PARLOR_ID_SIZE];
  ParlorCustomer *customer;
  ParlorGroup *group;
  ParlorRep *rep; /**< NULL while waiting */
  ParlorConversation *conversation;
  ParlorBindingState state;
  char *tap, *touch; /**< nullable */
  gint64 created_ms, ended_ms;
  const char *ended_by; /**< static: customer, rep, brand; NULL */
  ParlorRep *undo_rep;  /**< who it was before a transfer; NULL */
  gint64 undo_until_ms;
  ParlorJob *job;          /**< that is to move him, or asks him; NULL */
  gint64 personal_ms;      /**< since when this rep is his personal adviser; 0 = a hotline's */
  ParlorRep *upgrade_rep;  /**< who offers himself as that; NULL = nobody asks */
  gint64 upgrade_until_ms; /**< of the offer; without one: nobody asks again before */
  ParlorBinding *next_of_customer;
  GList link; /**< in rep->bindings or group->waiting */
  gboolean linked;
};

typedef enum
{
  PARLOR_BY_CUSTOMER,
  PARLOR_BY_REP,
  PARLOR_BY_SYSTEM,
  PARLOR_BY_BOT,
} ParlorAuthor;

/** "customer" "rep" "system" "bot"; static. */
const char *parlor_author_name (ParlorAuthor author);

typedef struct
{
  char id[PARLOR_ID_SIZE];
  ParlorConversation *conversation;
  gint64 seq; /**< 1, 2, 3 … in the conversation */
  ParlorAuthor by;
  char *author; /**< "rep_…", "cus_…", "" */
  char *name;   /**< as it is shown; "" of a customer without one */
  char *client_id;
  char *kind; /**< text image product material card upgrade call system */
  char *text;
  char *data; /**< JSON or NULL: sku, material id, url … */
  gint64 at_ms;
  gint64 stream_ms; /**< -1 = not in a room */
} ParlorMessage;

typedef struct
{
  char id[PARLOR_ID_SIZE];
  ParlorConversation *conversation; /**< the one that is offered */
  ParlorRep *rep;
  ParlorOfferState state;
  gint64 made_ms, until_ms;
  ParlorTimer timer;
} ParlorOffer;

#define PARLOR_RATING_MAX 5

/** What a customer is asked at the end of a call or a conversation, and what he said. */
typedef struct
{
  char *subject; /**< as the row's */
  char *call;    /**< "call_…"; NULL = the conversation */
  char *text;    /**< nullable: his words */
  ParlorRep *rep;
  guint score; /**< 1..5; 0 = nothing said */
  gint64 asked_ms, at_ms;
} ParlorRating;

/** A help that the brand's system gives to the rep who answers, and to nobody else. It is in memory
    alone: no row, no event and no customer's frame has it. Texts NULL = none. */
typedef struct
{
  char id[PARLOR_ID_SIZE]; /**< "ast_…" */
  char *title, *text, *url, *sku, *material;
  gint64 at_ms;
} ParlorAssist;

struct _ParlorConversation
{
  char id[PARLOR_ID_SIZE];
  ParlorCustomer *customer;
  ParlorBinding *binding;
  ParlorConversationState state;
  ParlorRep *assignee; /**< who answers now; often the binding's rep */
  gint64 seq, created_ms, ended_ms, last_ms;
  char *last_text; /**< the beginning of the last message */
  ParlorAuthor last_by;
  gint64 read_by_rep, read_by_customer; /**< seq */
  gint64 waiting_since_ms;              /**< the customer's first unanswered word; 0 = none */
  char *note, *product, *room;
  char *still; /**< "upl_…": the stream's picture at the tap; NULL = none */
  gint64 room_ms;

  gboolean occupies;     /**< takes one of the assignee's chats */
  gboolean queued;       /**< stands in group->queue */
  gboolean others_may;   /**< his own rep did not answer in time */
  ParlorGroup *asked_of; /**< the group in whose queue it stands */
  ParlorOffer *offer;    /**< pending; NULL */
  GPtrArray *tried;      /**< nullable: reps who let an offer pass */
  GPtrArray *recent;     /**< nullable: ParlorMessage, the last ones, for client_id */
  ParlorTimer timer;     /**< turn, end, own rep's patience: what state means it */
  ParlorCall *call;      /**< running; NULL */
  GPtrArray *asked_bot;  /**< nullable: questions to the brand's bot that are open */
  GPtrArray *sayings;    /**< nullable: what the brand's system is asked about before it is said */
  gboolean answered;     /**< a rep wrote since it began, or began anew */
  ParlorRating *rating;  /**< nullable: the last that he was asked for */
  GPtrArray *assist;     /**< nullable: ParlorAssist, oldest first, the last 8 */
  guint64 assist_hook;   /**< question for such that is open */
  guint64 call_hook;     /**< question that is open whether it may ring … */
  gpointer call_ring;    /**< … and who rang: calls.c; NULL */
  guint n_uploads;
  gint64 upload_bytes;   /**< of these */
  gint64 call_credit_us; /**< how often it may ring: calls.c */
  GList link;            /**< in group->queue */
  GList by_assignee;
};

struct _ParlorCall
{
  char id[PARLOR_ID_SIZE];
  ParlorConversation *conversation;
  ParlorRep *rep;    /**< who talks with the customer */
  ParlorRep *expert; /**< nullable: whom he asked in; the call goes on without him */
  gboolean expert_here;
  gboolean expert_came; /**< he was here once */
  ParlorCallState state;
  gboolean by_rep; /**< who rang */
  gboolean video;
  gboolean lost_rep, lost_customer;
  char *room; /**< "rm_…", of kind consult */
  gint64 started_ms, answered_ms, ended_ms;
  gint64 lost_us;         /**< HELD: since when, monotonic */
  gint64 max_ms;          /**< how long the brand lets it last; 0 = any time */
  gboolean may_record;    /**< the brand's leave; both are asked all the same */
  const char *end_reason; /**< static; NULL */
  guint rescues;
  ParlorTimer timer, expert_timer;
};

typedef struct
{
  ParlorBinding *binding;
  ParlorOutcome outcome;
} ParlorJobItem;

struct _ParlorJob
{
  char id[PARLOR_ID_SIZE];
  ParlorServiceBrand *brand;
  const char *kind; /**< static: transfer, departure */
  ParlorRep *from;
  ParlorRep *to;                  /**< nullable */
  ParlorGroup *to_group;          /**< nullable */
  char *notice;                   /**< nullable: what customers are told */
  gint64 created_ms, finished_ms; /**< finished 0 = some are still to be moved */
  gint64 due_ms;     /**< a departure that begins then; 0 = it began when it was said */
  GArray *items;     /**< ParlorJobItem */
  guint next;        /**< of items: the first that was not looked at yet */
  ParlorTimer timer; /**< the next step's */
};

G_END_DECLS
