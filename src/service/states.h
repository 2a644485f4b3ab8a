/* SPDX-License-Identifier: Apache-2.0 */
/**
 * The state machines of the service domain as tables: who may move from where to where. Any other
 * move is PARLOR_ERROR_CONFLICT, whose message names the current state. Names are those of the
 * wire and of the store.
 *
 * Pure, any thread.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef enum
{
  PARLOR_CONVERSATION_NEW, /**< bound, nobody has written since */
  PARLOR_CONVERSATION_BOT,
  PARLOR_CONVERSATION_QUEUED, /**< the customer waits for a person's answer */
  PARLOR_CONVERSATION_HUMAN,
  PARLOR_CONVERSATION_ENDED,
} ParlorConversationState;

typedef enum
{
  PARLOR_BINDING_PROPOSED, /**< a card was shown; 120 s */
  PARLOR_BINDING_ACTIVE,
  PARLOR_BINDING_WAITING, /**< for the group's next rep */
  PARLOR_BINDING_DECLINED,
  PARLOR_BINDING_EXPIRED,
  PARLOR_BINDING_TRANSFERRING, /**< the old rep has left and the customer is asked */
  PARLOR_BINDING_REFUSED,
  PARLOR_BINDING_LIMIT, /**< the new rep could take no more customers */
  PARLOR_BINDING_ENDED,
} ParlorBindingState;

/** Of a rep, not of a tab. `stale` is not a state: it is the last 10 s before offline. */
typedef enum
{
  PARLOR_PRESENCE_OFFLINE,
  PARLOR_PRESENCE_AVAILABLE,
  PARLOR_PRESENCE_FULL,
  PARLOR_PRESENCE_IN_CALL,
  PARLOR_PRESENCE_WRAP_UP,
  PARLOR_PRESENCE_SUSPENDED, /**< by hand: here, and takes nothing new */
  PARLOR_PRESENCE_DEPARTED,  /**< for good */
} ParlorPresence;

typedef enum
{
  PARLOR_OFFER_PENDING,
  PARLOR_OFFER_ACCEPTED,
  PARLOR_OFFER_REJECTED,
  PARLOR_OFFER_TIMEOUT,
  PARLOR_OFFER_RESCINDED,
} ParlorOfferState;

typedef enum
{
  PARLOR_CALL_RINGING, /**< 30 s */
  PARLOR_CALL_CONNECTING,
  PARLOR_CALL_ACTIVE,
  PARLOR_CALL_HELD, /**< a peer is lost, <= 120 s */
  PARLOR_CALL_ENDED,
  PARLOR_CALL_DECLINED,
  PARLOR_CALL_MISSED,
  PARLOR_CALL_CANCELLED,
} ParlorCallState;

/** What became of one customer of a transfer or departure. */
typedef enum
{
  PARLOR_OUTCOME_TODO,
  PARLOR_OUTCOME_DONE,
  PARLOR_OUTCOME_WAITING, /**< the customer is asked, or the group's next rep is waited for */
  PARLOR_OUTCOME_REFUSED,
  PARLOR_OUTCOME_LIMIT,
  PARLOR_OUTCOME_UNDONE, /**< was done, and taken back within 24 h */
} ParlorOutcome;

typedef enum
{
  PARLOR_MACHINE_CONVERSATION,
  PARLOR_MACHINE_BINDING,
  PARLOR_MACHINE_PRESENCE,
  PARLOR_MACHINE_OFFER,
  PARLOR_MACHINE_CALL,
  PARLOR_MACHINE_OUTCOME,
  PARLOR_N_MACHINES,
} ParlorMachine;

/** "queued", …; static. Out of range: "unknown". */
const char *parlor_state_name (ParlorMachine machine, guint state);
/** The state of this name; -1 = there is none. `name` may be NULL. */
int parlor_state_parse (ParlorMachine machine, const char *name);
/** How many states the machine has. */
guint parlor_state_count (ParlorMachine machine);
/** Whether the table has this move; staying where one is is no move. */
gboolean parlor_state_may (ParlorMachine machine, guint from, guint to);
/** TRUE and nothing else: the caller sets the state. FALSE: PARLOR_ERROR_CONFLICT. */
gboolean parlor_state_check (ParlorMachine machine, guint from, guint to, GError **error);

G_END_DECLS
