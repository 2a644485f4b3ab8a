/* SPDX-License-Identifier: Apache-2.0 */
/**
 * The service domain: a viewer adds a named person without leaving the stream, and that person is
 * still there next week. *Bind always, queue only answers, never swap the face.*
 *
 * What comes in are functions below; what people are to be told goes out as a ParlorServiceNotice
 * (to pages), what the brand's systems are told as a ParlorEvent (base/event.h). Rows are put to a
 * ParlorRecordSink; everything of one call is one transaction. Nothing here knows rooms or visitors
 * but by id.
 *
 * Errors are PARLOR_ERROR with a sentence for a person; the state machines answer CONFLICT and name
 * the current state. Ids of another brand are NOT_FOUND. Text NULL = absent.
 *
 * Thread: control. Callbacks come inside the calls and must not call back into the service.
 */
#pragma once

#include "base/audit.h"
#include "base/event.h"
#include "base/hook.h"
#include "service/model.h"

G_BEGIN_DECLS

typedef struct _ParlorRecordSink ParlorRecordSink;

typedef enum
{
  PARLOR_NOTICE_CARD,         /**< tap, binding nullable, rep nullable, known */
  PARLOR_NOTICE_BOUND,        /**< tap, binding */
  PARLOR_NOTICE_BINDING,      /**< binding changed: transferred, ended */
  PARLOR_NOTICE_CONVERSATION, /**< conversation changed */
  PARLOR_NOTICE_QUEUE,        /**< conversation; position, estimate_s, open_ms */
  PARLOR_NOTICE_MESSAGE,      /**< message */
  PARLOR_NOTICE_TYPING,       /**< conversation, by */
  PARLOR_NOTICE_READ,         /**< conversation, by */
  PARLOR_NOTICE_OFFER,        /**< offer: pending, or what became of it */
  PARLOR_NOTICE_PRESENCE,     /**< rep */
  PARLOR_NOTICE_CALL,         /**< call */
  PARLOR_NOTICE_TAP_REFUSED,  /**< tap, text */
  PARLOR_NOTICE_CALL_REFUSED, /**< conversation, text nullable: to who rang */
  PARLOR_NOTICE_ASSIST,       /**< conversation: its cards; to the rep who answers alone */
  PARLOR_NOTICE_IDENTIFIED,   /**< visitor: who sits there is known now; other */
} ParlorNoticeType;

/** One thing to be told. Everything borrowed for the call. It goes to all sockets of `to_rep` and
    of all devices of `to_customer`, or of `visitor`; each may be NULL. */
typedef struct
{
  ParlorNoticeType type;
  const ParlorServiceBrand *brand;
  const ParlorRep *to_rep, *to_rep_too;
  const ParlorCustomer *to_customer;
  const char *visitor;

  const char *tap;
  gboolean known; /**< CARD: he has this person already, nothing is asked */
  gboolean other; /**< IDENTIFIED: another known person sat there before */
  const ParlorRep *rep;
  const ParlorGroup *group;
  const ParlorBinding *binding;
  const ParlorConversation *conversation;
  const ParlorMessage *message;
  const ParlorOffer *offer;
  const ParlorCall *call;
  ParlorAuthor by;
  guint position;     /**< QUEUE: 1 = next */
  guint estimate_s;   /**< QUEUE: within a factor of two of what comes; 0 = unknown */
  gint64 open_ms;     /**< CARD, QUEUE: wall clock at which the group opens; 0 = it is open */
  guint reps_present; /**< CARD, QUEUE: of the group */
  const char *text;   /**< what a hook or an error says; NULL */
} ParlorServiceNotice;

typedef void (*ParlorServiceNoticeFunc) (const ParlorServiceNotice *notice, gpointer user_data);

typedef struct
{
  ParlorRandom random;
  ParlorRecordSink *records; /**< borrowed, nullable: nothing survives */
  ParlorHooks *hooks;        /**< borrowed, nullable: the built-in answers */
  /** Borrowed, nullable: the brand's chain, in which a supervisor's reading and moving is a line.
   */
  ParlorAudit *audit;
  ParlorServiceNoticeFunc notice;
  ParlorEventFunc event; /**< nullable */
  /** A room of kind consult for a call of this brand (transfer full id), NULL = cannot now.
      `may_record`: the rep may have it recorded, if both say yes. Nullable: nobody rings. */
  char *(*make_room) (const char *brand, gboolean may_record, gpointer user_data);
  /** A call is over, whatever became of it: nobody needs its room any more. Nullable. */
  void (*call_ended) (const ParlorCall *call, gpointer user_data);
  /** Whether this user ("usr_…") was given groups to oversee, and this one ("grp_…") among them;
      `*given` FALSE = none were. Nullable: nobody was. */
  gboolean (*oversees) (const char *brand, const char *user, const char *group, gboolean *given,
                        gpointer user_data);
  /** What is kept of a product that somebody says, JSON (transfer full): as it stands on the shelf;
      of one that does not, its sku and title alone. NULL: `data` (JSON, nullable) has no sku.
      Nullable: it is kept as it was said. */
  char *(*product) (const char *brand, const char *data, gpointer user_data);
  /** An alert was raised, or is over. Nullable. */
  void (*alert) (const ParlorAlert *alert, gboolean raised, gpointer user_data);
  gpointer user_data;
  /** The time, for what comes by hook answers; never NULL. */
  ParlorMoment (*now) (gpointer user_data);
} ParlorServiceSpec;

ParlorService *parlor_service_new (const ParlorServiceSpec *spec);
void parlor_service_free (ParlorService *service);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (ParlorService, parlor_service_free)

/** Runs what is due; call it when next_us () has come, or oftener. */
void parlor_service_poll (ParlorService *service, ParlorMoment now);
/** The nearest deadline (monotonic); G_MAXINT64 = none. */
gint64 parlor_service_next_us (const ParlorService *service);

/** Of all brands together; a brand's own stand in it. */
const ParlorServiceStats *parlor_service_stats (const ParlorService *service);

/* ---- who is there: brands, groups, reps (directory.c) --------------------------------------- */

/** Makes the brand known or changes its name; brands themselves are kept elsewhere. */
ParlorServiceBrand *parlor_service_add_brand (ParlorService *service, const char *id,
                                              const char *name, ParlorConfirm confirm);
ParlorServiceBrand *parlor_service_brand (ParlorService *service, const char *id); /**< or NULL */
/** After how many hours without a word conversations end, those that are open too; 48 until said.
 */
void parlor_service_set_silence (ParlorServiceBrand *brand, guint hours, ParlorMoment now);

typedef struct
{
  const char *id;       /**< NULL = a new one */
  const char *name;     /**< 1..64 characters; NULL = as it was */
  const char *routing;  /**< least_active (default) … manual */
  const char *skills;   /**< comma separated */
  const char *hours;    /**< hours.h */
  const char *overflow; /**< id */
  const char *welcome;  /**< <= 500 characters */
  int utc_offset_min;
  guint offer_timeout_s; /**< 0 = 30 */
  guint max_customers;
} ParlorGroupSpec;

ParlorGroup *parlor_service_put_group (ParlorService *service, ParlorServiceBrand *brand,
                                       const ParlorGroupSpec *spec, GError **error);
/** NULL: none of that id in that brand. */
ParlorGroup *parlor_service_group (ParlorServiceBrand *brand, const char *id);
const char *parlor_routing_name (ParlorRouting routing);

typedef struct
{
  const char *ref;    /**< the brand's own name of this person; the same ref = the same rep */
  const char *name;   /**< 1..64 characters */
  const char *title;  /**< <= 64 characters */
  const char *photo;  /**< https or a path of ours; <= 500 bytes */
  const char *user;   /**< "usr_…" who signs in as this rep */
  const char *groups; /**< ids, comma separated */
  const char *skills; /**< comma separated, <= 64 different ones in a brand */
  const char *card;   /**< a signed card, already checked; NULL = as it was */
  gint64 verified_ms, card_until_ms;
  guint max_chats; /**< 0 = 6; at most 15 */
} ParlorRepSpec;

ParlorRep *parlor_service_put_rep (ParlorService *service, ParlorServiceBrand *brand,
                                   const ParlorRepSpec *spec, ParlorMoment now, GError **error);
/** By id or ref; NULL. */
ParlorRep *parlor_service_rep (ParlorServiceBrand *brand, const char *id);
/** By id alone, of whatever brand; NULL = there is none. */
const ParlorRep *parlor_service_rep_anywhere (ParlorService *service, const char *id);
ParlorRep *parlor_service_rep_of_user (ParlorServiceBrand *brand, const char *user);
/** A new signed card (the app's key signed it). */
void parlor_service_set_card (ParlorRep *rep, const char *card, gint64 verified_ms,
                              gint64 until_ms);

/** A socket of this rep opened or closed; presence is per rep, 10 s after the last it is offline.
 */
void parlor_service_rep_connected (ParlorRep *rep, ParlorMoment now);
void parlor_service_rep_disconnected (ParlorRep *rep, ParlorMoment now);
void parlor_service_rep_suspend (ParlorRep *rep, gboolean suspended, ParlorMoment now);
/** The server goes down now: stretches of presence (ParlorShiftRow) that go on end with it. */
void parlor_service_end_shifts (ParlorService *service, gint64 now_ms);
/** Reps of the group who are there (not suspended, not stale). */
guint parlor_service_present (const ParlorGroup *group);

/** How a brand is staffed at a moment: what whoever stands before its viewers is to know. */
typedef struct
{
  guint present;   /**< reps who are there, as parlor_service_present () of all groups */
  guint free;      /**< of them, those who could take one more conversation */
  guint waiting;   /**< conversations whose words nobody has answered yet: those in queues */
  guint from_room; /**< of the first PARLOR_STAFFING_LOOKS of each queue, those that began in the
                        room asked about */
  gint64 since_ms; /**< wall clock since which the first of them waits; 0 = nobody does */
  gint64 open_ms;  /**< wall clock at which the first group opens; 0 = one is open now */
} ParlorStaffing;

#define PARLOR_STAFFING_LOOKS 1000

/** One walk through a brand's queues, for all of its rooms: what stands now, not kept up. NULL: the
    brand has no group, so that nobody can be asked at all. (transfer full) */
typedef struct _ParlorStaffingLook ParlorStaffingLook;
ParlorStaffingLook *parlor_service_look (const ParlorServiceBrand *brand, gint64 wall_ms);
void parlor_staffing_look_free (ParlorStaffingLook *look);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (ParlorStaffingLook, parlor_staffing_look_free)
/** `room`: "rm_…". */
ParlorStaffing parlor_staffing_of (const ParlorStaffingLook *look, const char *room);

/** A page of this visitor opened or closed its socket: an answer to somebody who is not here raises
    `message.waiting`. */
void parlor_service_visitor_connected (ParlorService *service, const char *visitor);
void parlor_service_visitor_disconnected (ParlorService *service, const char *visitor);
gboolean parlor_customer_is_here (const ParlorCustomer *customer);

/* ---- what is shown (shown.c) ---------------------------------------------------------------- */

typedef struct
{
  const char *id;    /**< NULL = a new one */
  const char *title; /**< 1..200 characters; NULL = as it was */
  const char *url;   /**< https, <= 2,000 bytes; NULL = as it was; another one is a new version */
  int withdrawn;     /**< 1, 0, -1 = as it was */
} ParlorMaterialSpec;

const ParlorMaterial *parlor_service_put_material (ParlorServiceBrand *brand,
                                                   const ParlorMaterialSpec *spec, ParlorMoment now,
                                                   GError **error);
/** Of any brand: a link in a conversation names no brand. NULL: none of that id. */
const ParlorMaterial *parlor_service_material (ParlorService *service, const char *id);

/** A picture was taken in for this conversation (the app has its bytes). TOO_MANY: 100 of them, or
    100 MB of the customer's, or 20 GB of the brand's. */
const ParlorUpload *parlor_service_put_upload (ParlorConversation *conversation, const char *type,
                                               guint width, guint height, gint64 bytes,
                                               ParlorMoment now, GError **error);
/** It could not be kept after all. */
void parlor_service_drop_upload (ParlorService *service, const char *id);
/** Those that stand in no message an hour later are forgotten; their ids, whose files the app
   removes (transfer full). */
GPtrArray *parlor_service_sweep_uploads (ParlorService *service, ParlorMoment now);
guint parlor_service_n_uploads (const ParlorService *service);
const ParlorUpload *parlor_service_upload (ParlorService *service, const char *id); /**< or NULL */

/* ---- keyword rules (rules.c) ---------------------------------------------------------------- */

typedef struct
{
  const char *id;           /**< NULL = a new one; of a rule that is there: it is changed */
  const char *name;         /**< 1..64 characters */
  const char *const *words; /**< base/words.h; at most 2,000 of all rules of a brand */
  gboolean block, chat, comments;
} ParlorRuleSpec;

const ParlorRule *parlor_service_put_rule (ParlorServiceBrand *brand, const ParlorRuleSpec *spec,
                                           GError **error);
/** NULL: none of that id. */
const ParlorRule *parlor_service_rule (const ParlorServiceBrand *brand, const char *id);
/** FALSE: none of that id. */
gboolean parlor_service_remove_rule (ParlorServiceBrand *brand, const char *id);

typedef struct
{
  gboolean comment;               /**< of a live room; else chat */
  const char *place;              /**< the room's or the conversation's id */
  const char *by;                 /**< as in ParlorKeywordHit */
  const char *text;               /**< not NULL */
  const ParlorCustomer *customer; /**< nullable: whom an erasure is about */
  gint64 room_ms;                 /**< -1 = none */
} ParlorJudged;

/** FALSE: it is not to be said. A hit is noted for the board and told as `keyword.hit`. What is
   said in conversations is judged by parlor_service_say () itself. */
gboolean parlor_service_judge (ParlorServiceBrand *brand, const ParlorJudged *said,
                               ParlorMoment now);

/* ---- the tap (tap.c) ------------------------------------------------------------------------ */

typedef struct
{
  const char *brand;
  const char *visitor; /**< "vis_…" */
  const char *tap; /**< "tap_…", 8..64 bytes, made by the page: the same one = the same answer */
  const char *address; /**< numeric, where it came from; NULL = not counted by address */
  const char *touch;   /**< nullable, the ledger's id */
  const char *entry, *inviter, *group, *room, *product; /**< nullable */
  gint64 room_ms;                                       /**< -1 = none */
} ParlorTapSpec;

/** A card follows as a notice, at once or when the hook has answered (150 ms at most).
    TOO_MANY: more than 3 a minute of this visitor, or 60 of this address. */
gboolean parlor_service_tap (ParlorService *service, const ParlorTapSpec *spec, ParlorMoment now,
                             GError **error);
/** The visitor said yes to the card of his tap; BOUND follows as a notice. The same twice = the
    same answer. GONE: the card was shown more than 120 s ago. */
gboolean parlor_service_bind (ParlorService *service, const char *brand, const char *visitor,
                              const char *tap, ParlorMoment now, GError **error);
/** He said no. */
gboolean parlor_service_decline (ParlorService *service, const char *brand, const char *visitor,
                                 const char *tap, GError **error);
/** Ended by the customer: his call is over, nobody is assigned, and no rep writes or rings in it.
    `block`: never routed to that rep again. */
gboolean parlor_service_unbind (ParlorBinding *binding, gboolean block, ParlorMoment now,
                                GError **error);
/** A page that can have no cookie keeps a key of its own, of which only the hash is a name. FALSE:
    it has less than 128 bits. NULL = none. */
gboolean parlor_service_visitor_of_device (const char *device, char out[PARLOR_ID_TEXT]);
ParlorCustomer *parlor_service_customer_of (ParlorServiceBrand *brand, const char *visitor);
ParlorCustomer *parlor_service_customer (ParlorService *service, const char *brand, const char *id);
ParlorBinding *parlor_service_binding (ParlorService *service, const char *brand, const char *id);
/** The live binding (active, waiting, transferring) of a customer with a group; NULL. */
ParlorBinding *parlor_customer_binding (const ParlorCustomer *customer, const ParlorGroup *group);
/** NULL fields stay; attrs <= 4 KB of JSON, tags and display checked for length. */
gboolean parlor_service_edit_customer (ParlorCustomer *customer, const char *display,
                                       const char *attrs, const char *tags, ParlorMoment now,
                                       GError **error);

/* ---- who a customer is (identity.c) --------------------------------------------------------- */

/** The brand says who this is. Where it has a customer of that ref already, the two are one from
    now on: devices and conversations are his, and `customer` is no more. The one that is left;
    NULL: BAD_REQUEST, CONFLICT (he has another ref). */
ParlorCustomer *parlor_service_name_customer (ParlorCustomer *customer, const char *ref,
                                              ParlorMoment now, GError **error);
/** The brand's own sign-in says who sits at this device (LIVE section 1, decision 0090): it is that
    customer's from now on, and he reads what he had elsewhere. What an anonymous person did on it
    goes with him; another known person leaves it, and takes nothing of his along. `display`
    (nullable) is his name where he has none. A customer has 32 devices: for one more, that which
   was named the longest ago leaves him; TOO_MANY: all are here now. BAD_REQUEST. */
gboolean parlor_service_identify (ParlorServiceBrand *brand, const char *visitor, const char *ref,
                                  const char *display, ParlorMoment now, GError **error);
/** The same by a token of the brand's own making, which only its `viewer.identify` understands: it
   is asked (800 ms), and IDENTIFIED follows where it knows him. Until then, and where it is late,
   fails or does not know him, he is anonymous: a known person leaves the device as by sign_out,
   unless this very token has proved him there since the start. A newer word about this device
   (this, identify, sign_out, redeem, erase) makes it moot. Of one device five questions at once,
   then one in 10 s, of one `address` (nullable) 60, then one a second: beyond that nobody is asked,
   and he is anonymous, or waits for this token's open question. FALSE: there is nobody to be asked,
   or the token has no 1 to 4,096 bytes. */
gboolean parlor_service_ask_identity (ParlorServiceBrand *brand, const char *visitor,
                                      const char *token, const char *room, const char *address);
/** The device is nobody's from now on. One who never said who he is stays: he has nothing else. */
void parlor_service_sign_out (ParlorServiceBrand *brand, const char *visitor);
/** *Keep this person*: a token for one further device, once, within ten minutes. An older one of
    his ends. Kept in memory alone, as a hash. */
gboolean parlor_service_keep (ParlorCustomer *customer, char token[PARLOR_TOKEN_SIZE],
                              gint64 *until_ms, ParlorMoment now, GError **error);
/** The visitor who shows it is that customer from now on, with what he had here; a customer of
    another ref leaves this device, and takes nothing along. Whoever made the link reads all that,
   so he must have `agreed` to it on his own page: CONFLICT where he has not, and the token holds.
   GONE; TOO_MANY as above, and the token holds. */
gboolean parlor_service_redeem (ParlorServiceBrand *brand, const char *token, const char *visitor,
                                gboolean agreed, ParlorMoment now, GError **error);

/** What lies elsewhere and is to be removed too; texts owned. */
typedef struct
{
  GPtrArray *conversations; /**< ids: their messages and calls in the store */
  GPtrArray *pictures;      /**< ids: files */
  GPtrArray *visitors;      /**< ids: touches and comments */
} ParlorErased;

/** Everything that is known of him goes; his ids stay, naming nobody. Which devices were his stays
    on the disk until parlor_service_erased (): by them a second try finds what the first left. */
void parlor_service_erase (ParlorCustomer *customer, ParlorErased *erased, ParlorMoment now);
/** What lay elsewhere is gone from the disk: the names of his devices ("cus_…") go too. */
void parlor_service_erased (ParlorService *service, const char *customer);
void parlor_erased_clear (ParlorErased *erased);

/* ---- talking (talk.c, queue.c) -------------------------------------------------------------- */

typedef struct
{
  ParlorConversation *conversation;
  ParlorAuthor by;
  const ParlorRep *rep;  /**< BY_REP */
  const char *client_id; /**< 1..64 bytes: the same twice = one message */
  const char *kind;      /**< NULL = text */
  const char *text;      /**< 1..4000 characters where the kind is text */
  const char *data;      /**< JSON, <= 2 KB; not of an image or a material */
  const char *shown;     /**< kind image: an upload's id; kind material: a material's */
  gint64 stream_ms;      /**< -1 */
  const char *edition;   /**< nullable; of a material: what the brand's system calls this version */
  gboolean unconfirmed; /**< of a material: it was asked and did not say; the last known goes out */
} ParlorSaySpec;

/** The message (the old one when it is said twice), valid until the next call; NULL with error. */
const ParlorMessage *parlor_service_say (ParlorService *service, const ParlorSaySpec *spec,
                                         ParlorMoment now, GError **error);
/** A message or an error, both borrowed. */
typedef void (*ParlorSaid) (const ParlorMessage *message, const GError *error, gpointer user_data);
/** FALSE: there is nobody to be asked, say it; with error (TOO_MANY: 64 of this author wait here)
   it is not to be said. TRUE: the brand's systems are asked first, about four at once, and
   `said` is called once: `message.screen` about the words of a customer or a rep (200 ms at most;
    FORBIDDEN with its reason where they are not to be shown), `material.resolve` about a rep's
    document (400 ms; then it is said as it stands now, or as it was known). What its author said
    before goes before it. `gone` (nullable) has `user_data` after that, or alone where the
    conversation is no more. The spec is copied, its rep is borrowed. */
gboolean parlor_service_say_asked (const ParlorSaySpec *spec, ParlorSaid said, gpointer user_data,
                                   GDestroyNotify gone, GError **error);
void parlor_service_typing (ParlorConversation *conversation, ParlorAuthor by);
/** Everything up to `seq` was seen. */
void parlor_service_read (ParlorConversation *conversation, ParlorAuthor by, gint64 seq,
                          ParlorMoment now);
ParlorConversation *parlor_service_conversation (ParlorService *service, const char *brand,
                                                 const char *id);
/** Moves by hand: {to, expect}. `expect` -1 = whatever it is; another state is a CONFLICT. */
gboolean parlor_service_set_state (ParlorConversation *conversation, ParlorConversationState to,
                                   int expect, ParlorMoment now, GError **error);
/** A supervisor gives it to a rep; his face is shown, the binding stays. */
gboolean parlor_service_assign (ParlorConversation *conversation, ParlorRep *rep, ParlorMoment now,
                                GError **error);
void parlor_service_note (ParlorConversation *conversation, const char *note);
/** What the stream showed when he tapped: a picture that was taken in for this conversation and
    stands in no message; the one before goes. NOT_FOUND, CONFLICT. */
gboolean parlor_service_still (ParlorConversation *conversation, const char *upload,
                               GError **error);
/** Whether this rep serves in it now: it is his, offered to him, or waits in a queue of his. */
gboolean parlor_service_is_reps (const ParlorConversation *conversation, const ParlorRep *rep);
/** What he asks about now. */
void parlor_service_about (ParlorConversation *conversation, const char *product);

/** The rep's word on an offer: pending only. CONFLICT names what became of it. */
gboolean parlor_service_accept (ParlorRep *rep, const char *offer, ParlorMoment now,
                                GError **error);
gboolean parlor_service_reject (ParlorRep *rep, const char *offer, ParlorMoment now,
                                GError **error);
/** Place in the queue from 1, 0 = not queued; the estimate in seconds, 0 = unknown. */
guint parlor_service_position (const ParlorConversation *conversation, guint *estimate_s);

/* ---- the brand's bot (bot.c) ---------------------------------------------------------------- */

/* Where the brand has `bot.reply`, a conversation's first word goes to it (state BOT). What it does
 * not know, a thumb down, no answer within its budget, a dead or a broken bot: a human's queue at
 * once; so does parlor_service_want_human (), which is there all the time. */

/** 「转人工」: into the queue from NEW, BOT or ENDED; TRUE and nothing else where a human has it.
 */
gboolean parlor_service_want_human (ParlorConversation *conversation, ParlorMoment now,
                                    GError **error);
/** What the customer thinks of one of the bot's messages (of the last 64). A thumb down is a wish
    for a human. NOT_FOUND: that is no message of the bot. */
gboolean parlor_service_feedback (ParlorConversation *conversation, const char *message,
                                  gboolean good, ParlorMoment now, GError **error);

/* ---- help for the rep (assist.c) ------------------------------------------------------------- */

/* Cards that only the rep who answers sees. They come by parlor_service_assist (), or by the
 * brand's `rep.assist`, which is asked for each of the customer's words while a rep has him or he
 * waits for one; none, late or broken: there are no cards, and nothing else changes. */

/** Adds `n` cards of PARLOR_N_ASSIST_TEXTS texts each ("" = none), at most
    PARLOR_ASSIST_CARDS_MAX; the last 8 of a conversation are kept until it ends. BAD_REQUEST: a
    card that says nothing, is too long, or names no material of this brand; CONFLICT: no rep can
    have this conversation now. */
gboolean parlor_service_assist (ParlorConversation *conversation, const char *const *texts, guint n,
                                ParlorMoment now, GError **error);

/* ---- alerts (alerts.c) ----------------------------------------------------------------------- */

/* Looked at once a second. Raised once (`alert.raised`), over once (`alert.cleared`): a queue's
 * when nobody waits for half its limit any more, the other when somebody is here, each for ten
 * seconds; then it rests for a minute. What was raised before a restart is still raised. */

typedef struct
{
  const char *id;                 /**< NULL = a new one; of one that is there: it is changed */
  const char *name;               /**< 1..64 characters */
  const char *kind;               /**< "queue_wait", "no_rep" */
  const char *group, *room, *say; /**< nullable; say <= 200 characters */
  guint limit_s;                  /**< 10..86,400 */
  gboolean active;
} ParlorAlertSpec;

const ParlorAlert *parlor_service_put_alert (ParlorServiceBrand *brand, const ParlorAlertSpec *spec,
                                             GError **error);
const ParlorAlert *parlor_service_alert (const ParlorServiceBrand *brand, const char *id);
/** FALSE: none of that id. One that is raised is over. */
gboolean parlor_service_remove_alert (ParlorServiceBrand *brand, const char *id, ParlorMoment now);
/** "queue_wait", "no_rep"; static. */
const char *parlor_alert_kind_name (ParlorAlertKind kind);

/* ---- ratings (rating.c) ---------------------------------------------------------------------- */

/** The customer's word on what he was asked for last (conversation->rating): 1..5 stars, `text`
    (nullable) of at most 500 characters. Once; within five minutes it may be changed. GONE: he was
    asked nothing, or a week ago; CONFLICT: said, and too long ago; BAD_REQUEST. */
gboolean parlor_service_rate (ParlorConversation *conversation, guint score, const char *text,
                              ParlorMoment now, GError **error);
/** Until when he may say it, or say it otherwise (wall clock); 0 = he is asked nothing. */
gint64 parlor_rating_until_ms (const ParlorRating *rating);
/** How long customers waited for a rep's first word, of the last PARLOR_REPLIES: the median and the
    value that one in ten was above; 0 = nobody was answered since the start. */
void parlor_service_first_reply (const ParlorServiceBrand *brand, gint64 *p50_ms, gint64 *p90_ms);

/* ---- calls (calls.c) ------------------------------------------------------------------------ */

/** How ringing went: `call` borrowed, or NULL and `error` (FORBIDDEN: the brand's word). */
typedef void (*ParlorRung) (const ParlorCall *call, const GError *error, gpointer user_data);

/** Rings, after the brand's `call.allow` where it has one, in a room of parlor_service's make_room.
    FALSE: not now (may_call), `rung` is not called. TRUE: `rung` (nullable) is called once, perhaps
    inside; a refusal of later is also told to who rang as CALL_REFUSED. */
gboolean parlor_service_ring (ParlorConversation *conversation, gboolean by_rep, gboolean video,
                              ParlorRung rung, gpointer user_data, ParlorMoment now,
                              GError **error);

/** Whether it may ring now: ask before a room is made for it. CONFLICT: a call runs, the rep is
    away, or the customer has ended this. TOO_MANY: more than six calls a minute. */
gboolean parlor_service_may_call (const ParlorConversation *conversation, ParlorMoment now,
                                  GError **error);
/** Rings the other side for 30 s; judged as above. `room`: a room of kind consult that the app
 * made. */
ParlorCall *parlor_service_call (ParlorConversation *conversation, gboolean by_rep, gboolean video,
                                 const char *room, ParlorMoment now, GError **error);
/** The running call whose room this is; NULL. */
ParlorCall *parlor_service_call_of_room (ParlorService *service, const char *room);
/** Whether who has this identity may be in its room. FALSE: a rep of the brand (by id or ref) who
    was sent away, gave it to another, was replaced or departed: his token outlives his part in it.
 */
gboolean parlor_service_call_admits (const ParlorCall *call, const char *identity);
ParlorCall *parlor_service_find_call (ParlorService *service, const char *brand, const char *id);
gboolean parlor_service_call_answer (ParlorCall *call, gboolean yes, ParlorMoment now,
                                     GError **error);
/** Hangs up, or takes back what rings. */
gboolean parlor_service_call_end (ParlorCall *call, ParlorAuthor by, ParlorMoment now,
                                  GError **error);
/** Media says who is in the call's room now. */
void parlor_service_call_peers (ParlorCall *call, gboolean rep_here, gboolean customer_here,
                                ParlorMoment now);
/** Another rep takes the customer's call over. Who was asked in and is there has it at once, and
    nothing of it stops; anybody else is looked at by the customer first, as in a rescue. */
gboolean parlor_service_call_take (ParlorCall *call, ParlorRep *rep, ParlorMoment now,
                                   GError **error);

/* ---- an expert in a call (expert.c) ---------------------------------------------------------- */

/** Asks a colleague in: he is told (CALL), has 30 s to come, and is in a call meanwhile. CONFLICT:
    the call does not run, somebody was asked already, or he cannot come now. */
gboolean parlor_service_call_invite (ParlorCall *call, ParlorRep *rep, ParlorMoment now,
                                     GError **error);
/** He declines, leaves, or is sent away; CONFLICT: nobody was asked in. */
gboolean parlor_service_call_dismiss (ParlorCall *call, ParlorMoment now, GError **error);
/** Media says whether he is in the call's room now; nothing where nobody was asked in. */
void parlor_service_call_expert_here (ParlorCall *call, gboolean here, ParlorMoment now);

/* ---- moving on (transfer.c) ----------------------------------------------------------------- */

typedef struct
{
  ParlorRep *from;
  ParlorRep *to;         /**< or */
  ParlorGroup *to_group; /**< each to the rep whom the group's routing names */
  ParlorBinding *const *only;
  guint n_only; /**< 0 = all of `from` */
  const char *notice;
  gboolean
      departure;   /**< `from` leaves for good: his sockets are to be closed, his calls rescued */
  gint64 defer_ms; /**< of a departure: begins so much later, at most 720 h; till then he keeps his
                      customers and gets no new ones */
} ParlorTransferSpec;

/** In short turns, a transaction each; the job tells what became of each. A departure of somebody
    whose departure is to come is that one, by what is said now. */
ParlorJob *parlor_service_transfer (ParlorService *service, const ParlorTransferSpec *spec,
                                    ParlorMoment now, GError **error);
/** His departure that is not due yet is off; CONFLICT: there is none. */
gboolean parlor_service_stay (ParlorRep *rep, ParlorMoment now, GError **error);
ParlorJob *parlor_service_job (ParlorService *service, const char *brand, const char *id);
/** The customer takes a transfer back (24 h, the old rep is still there) … */
gboolean parlor_service_undo (ParlorBinding *binding, ParlorMoment now, GError **error);
/** … or says yes or no where he was asked. */
gboolean parlor_service_answer_transfer (ParlorBinding *binding, gboolean yes, ParlorMoment now,
                                         GError **error);

/* ---- the personal adviser (personal.c) ------------------------------------------------------ */

/* A hotline's binding and a personal one are the same thing with a mark: the same conversation goes
 * on, and whoever the binding named before is its rep no more. A tap for any group that this rep
 * serves, and for the brand's first, means him from then on. */

/** The rep who answers offers himself. The same rep again while it is open: TRUE and nothing else.
    CONFLICT: he does not answer there, he is it already, or the customer said no within a day. */
gboolean parlor_service_offer_upgrade (ParlorConversation *conversation, ParlorRep *rep,
                                       ParlorMoment now, GError **error);
/** The customer's word. GONE: nobody asks (any more). CONFLICT: that rep has left, was removed by
    him, or has as many customers as the group allows. */
gboolean parlor_service_answer_upgrade (ParlorBinding *binding, gboolean yes, ParlorMoment now,
                                        GError **error);
/** Who offers himself, while the offer is open; NULL. */
const ParlorRep *parlor_binding_upgrade (const ParlorBinding *binding, gint64 now_ms);

/* ---- who may (access.c) --------------------------------------------------------------------- */

typedef enum
{
  PARLOR_MAY_READ,
  PARLOR_MAY_WRITE,
  PARLOR_MAY_MOVE, /**< assign, transfer, end for others */
} ParlorServiceRight;

/**
 * A rep: his live bindings' conversations and those he is assigned or offered; what a customer has
 * ended is nobody's (CONFLICT to whom it was, when he would write). A supervisor, admin,
 * owner: of the brand, with a reason (1..200 characters) where it is not his own; each such reading
 * stands in the audit and in the history. A key: the brand's. A viewer: his own by device.
 * FORBIDDEN, or NOT_FOUND where he may not even know that it is there.
 */
/** A supervisor's groups: those that he was given (users.groups), else those of the rep that he is
    himself. Owners, admins and keys oversee all. */
gboolean parlor_service_oversees (const ParlorGroup *group, const ParlorPrincipal *principal);

gboolean parlor_service_may (ParlorConversation *conversation, const ParlorPrincipal *principal,
                             ParlorServiceRight right, const char *reason, ParlorMoment now,
                             GError **error);

G_END_DECLS
