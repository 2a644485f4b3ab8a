/* SPDX-License-Identifier: Apache-2.0 */
#include "ice/lite.h"

#include <stun/usages/ice.h>

#include "base/warm.h"
#include "ice/stun_private.h"

/* A tuple whose first check nominates, with a lower priority, waits for this silence of the
 * selected. */
#define AGGRESSIVE_SILENCE_US G_GINT64_CONSTANT (1000000)
/* A plain check from elsewhere moves the path when the selected tuple was silent for so long:
 * longer than the 2.5 s between libwebrtc's checks on a pair, and media fills that gap. */
#define MOVE_SILENCE_US G_GINT64_CONSTANT (3000000)
/* The same for a check with newer credentials than the selected tuple ever had: the peer restarted,
 * because it misses us as a rule. libwebrtc nominates a pair that it has just found to work 0.9 s
 * after its first three checks (decision 0112); sound or feedback, if there is any, comes ten times
 * in half a second. */
#define RESTART_SILENCE_US G_GINT64_CONSTANT (500000)
/* Who has nothing to say checks each 4 to 6 s (RFC 7675 section 5.1): his address stays his from
 * one check to the next. */
#define HOLD_US G_GINT64_CONSTANT (7000000)
#define MAX_RETIRED 8
#define NEVER G_MAXINT64
#define NEVER_HELD (-HOLD_US)

/* One pair of credentials: [0] is the newest, [1] the one before a restart. */
typedef struct
{
  gboolean alive;
  guint number; /* counts restarts: 1, 2, ... */
  ParlorIceCredentials local;
  char remote_ufrag[PARLOR_ICE_UFRAG_SIZE]; /* "" = any */
  gint64 retire_us;
} Generation;

typedef struct
{
  ParlorTuple tuple;
  gint64 heard_us;
  gint64 held_us; /* when it was last heard as a path of this peer's; NEVER_HELD = it has left */
  guint32 priority;
  guint generation; /* of its last check */
  gboolean plain;   /* it was checked without a nomination before */
} Candidate;

struct _ParlorIceLite
{
  Generation generations[2];
  gboolean newest_nominated;
  Candidate candidates[PARLOR_ICE_MAX_TUPLES];
  guint n_candidates;
  gint selected; /* index, -1 = none */
  guint selected_generation;
  gboolean expiry_seen; /* handle_timeout saw consent run out: no deadline until it is renewed */
  char retired[MAX_RETIRED][PARLOR_ICE_UFRAG_LENGTH + 1];
  guint n_retired;
};

static void
generation_set (Generation *gen, guint number, const ParlorIceCredentials *local,
                const char *remote_ufrag)
{
  gen->alive = TRUE;
  gen->number = number;
  gen->local = *local;
  gen->retire_us = NEVER;
  g_strlcpy (gen->remote_ufrag, remote_ufrag ? remote_ufrag : "", sizeof gen->remote_ufrag);
}

ParlorIceLite *
parlor_ice_lite_new (const ParlorIceCredentials *local, const char *remote_ufrag)
{
  g_return_val_if_fail (!remote_ufrag || parlor_ice_ufrag_valid (remote_ufrag), NULL);
  ParlorIceLite *self = g_new0 (ParlorIceLite, 1);
  generation_set (&self->generations[0], 1, local, remote_ufrag);
  self->selected = -1;
  return self;
}

void
parlor_ice_lite_free (ParlorIceLite *lite)
{
  g_free (lite);
}

static void
retire (ParlorIceLite *self, Generation *gen)
{
  if (!gen->alive)
    return;
  gen->alive = FALSE;
  gen->retire_us = NEVER;
  if (self->n_retired < MAX_RETIRED)
    memcpy (self->retired[self->n_retired++], gen->local.ufrag, sizeof gen->local.ufrag);
}

void
parlor_ice_lite_restart (ParlorIceLite *lite, const ParlorIceCredentials *local,
                         const char *remote_ufrag)
{
  g_return_if_fail (!remote_ufrag || parlor_ice_ufrag_valid (remote_ufrag));
  g_return_if_fail (lite->n_retired < MAX_RETIRED);
  Generation *gens = lite->generations;
  guint number = gens[0].number + 1;
  /* Keep the pair that media runs on: the newest if the peer took it, else the one before. */
  if (gens[1].alive && !lite->newest_nominated)
    retire (lite, &gens[0]);
  else
    {
      retire (lite, &gens[1]);
      gens[1] = gens[0];
    }
  generation_set (&gens[0], number, local, remote_ufrag);
  lite->newest_nominated = FALSE;
}

gboolean
parlor_ice_lite_pop_retired (ParlorIceLite *lite, char ufrag[PARLOR_ICE_UFRAG_LENGTH + 1])
{
  if (lite->n_retired == 0)
    return FALSE;
  memcpy (ufrag, lite->retired[--lite->n_retired], PARLOR_ICE_UFRAG_LENGTH + 1);
  return TRUE;
}

/* ---- is the check ours, and true? ---- */

static Generation *
find_generation (ParlorIceLite *self, const char *username, gsize length)
{
  for (guint i = 0; i < G_N_ELEMENTS (self->generations); i++)
    {
      Generation *gen = &self->generations[i];
      gsize n = PARLOR_ICE_UFRAG_LENGTH, remote = strlen (gen->remote_ufrag);
      if (!gen->alive || length <= n || username[n] != ':'
          || memcmp (username, gen->local.ufrag, n))
        continue;
      if (remote == 0
          || (length == n + 1 + remote && !memcmp (username + n + 1, gen->remote_ufrag, remote)))
        return gen;
    }
  return NULL;
}

static bool
give_password (StunAgent *agent, StunMessage *message, uint8_t *username, uint16_t username_length,
               uint8_t **password, size_t *password_length, void *user_data)
{
  Generation *gen = user_data;
  *password = (uint8_t *)gen->local.pwd;
  *password_length = PARLOR_ICE_PWD_LENGTH;
  return true;
}

/* OK here means authentic and understood; the roles are looked at later. */
static ParlorIceVerdict
authenticate (ParlorIceLite *self, StunAgent *agent, const guint8 *bytes, gsize length,
              StunMessage *request, Generation **generation)
{
  const char *username;
  gsize username_length;
  if (!parlor_stun_header_valid (bytes, length))
    return PARLOR_ICE_NOT_STUN;
  if (parlor_stun_type (bytes) != PARLOR_STUN_BINDING_REQUEST)
    return PARLOR_ICE_NOT_A_REQUEST;
  if (!parlor_stun_find_username (bytes, length, &username, &username_length)
      || !(*generation = find_generation (self, username, username_length)))
    return PARLOR_ICE_UNKNOWN_UFRAG;
  switch (stun_agent_validate (agent, request, bytes, length, give_password, *generation))
    {
    case STUN_VALIDATION_SUCCESS:
      return PARLOR_ICE_OK;
    case STUN_VALIDATION_UNKNOWN_REQUEST_ATTRIBUTE:
      return PARLOR_ICE_UNKNOWN_ATTRIBUTE;
    case STUN_VALIDATION_NOT_STUN:
    case STUN_VALIDATION_INCOMPLETE_STUN:
      return PARLOR_ICE_NOT_STUN;
    default:
      return PARLOR_ICE_BAD_INTEGRITY;
    }
}

/* RFC 8445 section 7.3.1.1: the peer of a lite agent is controlling, always. Section 7.1.1:
 * PRIORITY and a role are in every check. */
static ParlorIceVerdict
check_request (const StunMessage *request)
{
  guint64 tie_breaker;
  if (stun_message_find64 (request, STUN_ATTRIBUTE_ICE_CONTROLLED, &tie_breaker)
      == STUN_MESSAGE_RETURN_SUCCESS)
    return PARLOR_ICE_ROLE_CONFLICT;
  if (stun_message_find64 (request, STUN_ATTRIBUTE_ICE_CONTROLLING, &tie_breaker)
          != STUN_MESSAGE_RETURN_SUCCESS
      || stun_usage_ice_conncheck_priority (request) == 0)
    return PARLOR_ICE_BAD_REQUEST;
  return PARLOR_ICE_OK;
}

/* ---- replies ---- */

static gsize
error_reply (StunAgent *agent, const StunMessage *request, guint8 *reply, StunError error)
{
  StunMessage message;
  if (!stun_agent_init_error (agent, &message, reply, PARLOR_ICE_REPLY_MAX, request, error))
    return 0;
  return stun_agent_finish_message (agent, &message, NULL, 0);
}

/* Without the USERNAME that libnice's own replies have: RFC 8489 section 9.1.3.1 wants none, and
 * the reply is never larger than the check. */
static gsize
success_reply (StunAgent *agent, const StunMessage *request, const ParlorAddr *from, guint8 *reply)
{
  StunMessage message;
  struct sockaddr_storage address;
  socklen_t address_length = parlor_addr_to_native (from, &address);
  if (!stun_agent_init_response (agent, &message, reply, PARLOR_ICE_REPLY_MAX, request)
      || stun_message_append_xor_addr (&message, STUN_ATTRIBUTE_XOR_MAPPED_ADDRESS, &address,
                                       address_length)
             != STUN_MESSAGE_RETURN_SUCCESS)
    return 0;
  return stun_agent_finish_message (agent, &message, NULL, 0);
}

static gsize
make_reply (StunAgent *agent, const StunMessage *request, ParlorIceVerdict verdict,
            const ParlorAddr *from, guint8 *reply)
{
  StunMessage message;
  switch (verdict)
    {
    case PARLOR_ICE_OK:
      return success_reply (agent, request, from, reply);
    case PARLOR_ICE_ROLE_CONFLICT:
      return error_reply (agent, request, reply, STUN_ERROR_ROLE_CONFLICT);
    case PARLOR_ICE_BAD_REQUEST:
      return error_reply (agent, request, reply, STUN_ERROR_BAD_REQUEST);
    case PARLOR_ICE_UNKNOWN_ATTRIBUTE:
      return stun_agent_build_unknown_attributes_error (agent, &message, reply,
                                                        PARLOR_ICE_REPLY_MAX, request);
    default:
      return 0;
    }
}

/* ---- tuples ---- */

static gint
find_candidate (const ParlorIceLite *self, const ParlorTuple *tuple)
{
  for (guint i = 0; i < self->n_candidates; i++)
    if (parlor_tuple_equal (&self->candidates[i].tuple, tuple))
      return (gint)i;
  return -1;
}

static gint
stalest_unselected (const ParlorIceLite *self)
{
  gint oldest = self->selected == 0 ? 1 : 0;
  for (gint i = 0; i < (gint)self->n_candidates; i++)
    if (i != self->selected && self->candidates[i].heard_us < self->candidates[oldest].heard_us)
      oldest = i;
  return oldest;
}

static gint
add_candidate (ParlorIceLite *self, const ParlorTuple *tuple, ParlorIceResult *result)
{
  gint at;
  if (self->n_candidates < PARLOR_ICE_MAX_TUPLES)
    at = (gint)self->n_candidates++;
  else
    {
      at = stalest_unselected (self);
      result->tuple_evicted = TRUE;
      result->evicted = self->candidates[at].tuple;
    }
  self->candidates[at] = (Candidate){.tuple = *tuple};
  result->tuple_added = TRUE;
  return at;
}

static gboolean
should_select (const ParlorIceLite *self, gint at, guint32 priority, guint generation,
               gint64 now_us)
{
  if (self->selected < 0 || generation > self->selected_generation)
    return TRUE;
  if (generation < self->selected_generation)
    return FALSE;
  const Candidate *selected = &self->candidates[self->selected];
  return self->candidates[at].plain || priority >= selected->priority
         || now_us - selected->heard_us >= AGGRESSIVE_SILENCE_US;
}

/* A peer that moved (its NAT bound it anew) may check its pair without nominating it again. */
static gboolean
should_move (const ParlorIceLite *self, gint at, guint generation, gint64 now_us)
{
  const Candidate *selected = self->selected >= 0 ? &self->candidates[self->selected] : NULL;
  if (!selected || at == self->selected || generation < self->selected_generation)
    return FALSE;
  return now_us - selected->heard_us
         >= (generation > selected->generation ? RESTART_SILENCE_US : MOVE_SILENCE_US);
}

/* The address it leaves is anybody's: a NAT that binds two peers anew may give each the other's. */
static void
move (ParlorIceLite *self, gint at, ParlorIceResult *result)
{
  if (self->selected >= 0)
    self->candidates[self->selected].held_us = NEVER_HELD;
  self->selected = at;
  result->selected_changed = TRUE;
}

static void
nominate (ParlorIceLite *self, gint at, const Generation *gen, gint64 now_us,
          ParlorIceResult *result)
{
  if (at != self->selected && should_select (self, at, result->priority, gen->number, now_us))
    move (self, at, result);
  if (at == self->selected)
    self->selected_generation = MAX (self->selected_generation, gen->number);
  if (gen == &self->generations[0] && !self->newest_nominated)
    {
      self->newest_nominated = TRUE;
      if (self->generations[1].alive)
        self->generations[1].retire_us = now_us + PARLOR_ICE_RETIRE_US;
    }
}

static void
accept_check (ParlorIceLite *self, const ParlorTuple *tuple, const Generation *gen, gint64 now_us,
              ParlorIceResult *result)
{
  gint at = find_candidate (self, tuple);
  if (at < 0)
    at = add_candidate (self, tuple, result);
  if (result->nominated)
    nominate (self, at, gen, now_us, result);
  else if (should_move (self, at, gen->number, now_us))
    move (self, at, result);
  Candidate *candidate = &self->candidates[at];
  candidate->heard_us = candidate->held_us = now_us;
  candidate->priority = result->priority;
  candidate->generation = gen->number;
  candidate->plain = candidate->plain || !result->nominated;
  if (at == self->selected)
    self->expiry_seen = FALSE;
}

ParlorIceVerdict
parlor_ice_lite_handle (ParlorIceLite *lite, ParlorStunAgent *agent, const guint8 *bytes,
                        gsize length, const ParlorTuple *tuple, gint64 now_us, guint8 *reply,
                        ParlorIceResult *result)
{
  StunMessage request;
  Generation *gen = NULL;
  ParlorIceVerdict verdict = authenticate (lite, &agent->agent, bytes, length, &request, &gen);
  if (verdict == PARLOR_ICE_OK)
    verdict = check_request (&request);
  *result = (ParlorIceResult){.verdict = verdict,
                              .authenticated = verdict <= PARLOR_ICE_BAD_REQUEST};
  if (!result->authenticated)
    return verdict;
  result->reply_length = make_reply (&agent->agent, &request, verdict, &tuple->peer, reply);
  if (verdict == PARLOR_ICE_OK)
    {
      result->priority = stun_usage_ice_conncheck_priority (&request);
      result->nominated = stun_usage_ice_conncheck_use_candidate (&request);
      accept_check (lite, tuple, gen, now_us, result);
    }
  return verdict;
}

void
parlor_ice_lite_warm (const ParlorIceLite *lite)
{
  parlor_warm (lite->candidates, sizeof lite->candidates[0]);
  parlor_warm (&lite->n_candidates, 1);
}

void
parlor_ice_lite_heard (ParlorIceLite *lite, const ParlorTuple *tuple, gint64 now_us)
{
  gint at = find_candidate (lite, tuple);
  if (at < 0 || now_us - lite->candidates[at].heard_us >= PARLOR_ICE_CONSENT_US)
    return;
  lite->candidates[at].heard_us = MAX (lite->candidates[at].heard_us, now_us);
  /* What comes late by the path that it has left does not take that back. */
  if (at == lite->selected || lite->candidates[at].held_us != NEVER_HELD)
    lite->candidates[at].held_us = MAX (lite->candidates[at].held_us, now_us);
}

gboolean
parlor_ice_lite_holds (const ParlorIceLite *lite, const ParlorTuple *tuple, gint64 now_us)
{
  gint at = find_candidate (lite, tuple);
  return at >= 0 && lite->candidates[at].held_us != NEVER_HELD
         && now_us - lite->candidates[at].held_us < HOLD_US;
}

/* ---- what follows from the checks ---- */

static const Candidate *
best_candidate (const ParlorIceLite *self)
{
  const Candidate *best = NULL;
  if (self->selected >= 0)
    return &self->candidates[self->selected];
  for (guint i = 0; i < self->n_candidates; i++)
    if (!best || self->candidates[i].heard_us >= best->heard_us)
      best = &self->candidates[i];
  return best;
}

ParlorIceState
parlor_ice_lite_state (const ParlorIceLite *lite, gint64 now_us)
{
  const Candidate *best = best_candidate (lite);
  if (!best)
    return PARLOR_ICE_NEW;
  if (now_us - best->heard_us >= PARLOR_ICE_CONSENT_US)
    return PARLOR_ICE_EXPIRED;
  return lite->selected >= 0 ? PARLOR_ICE_CONNECTED : PARLOR_ICE_VALIDATED;
}

const ParlorTuple *
parlor_ice_lite_selected (const ParlorIceLite *lite, gint64 now_us)
{
  const Candidate *best = best_candidate (lite);
  return best && now_us - best->heard_us < PARLOR_ICE_CONSENT_US ? &best->tuple : NULL;
}

gboolean
parlor_ice_lite_is_validated (const ParlorIceLite *lite, const ParlorTuple *tuple)
{
  return find_candidate (lite, tuple) >= 0;
}

guint
parlor_ice_lite_tuples (const ParlorIceLite *lite, ParlorTuple out[PARLOR_ICE_MAX_TUPLES])
{
  for (guint i = 0; i < lite->n_candidates; i++)
    out[i] = lite->candidates[i].tuple;
  return lite->n_candidates;
}

gint64
parlor_ice_lite_next_us (const ParlorIceLite *lite)
{
  const Candidate *best = best_candidate (lite);
  gint64 next = lite->generations[1].alive ? lite->generations[1].retire_us : NEVER;
  if (best && !lite->expiry_seen)
    next = MIN (next, best->heard_us + PARLOR_ICE_CONSENT_US);
  return next;
}

void
parlor_ice_lite_handle_timeout (ParlorIceLite *lite, gint64 now_us)
{
  const Candidate *best = best_candidate (lite);
  if (lite->generations[1].alive && now_us >= lite->generations[1].retire_us)
    retire (lite, &lite->generations[1]);
  if (best && now_us - best->heard_us >= PARLOR_ICE_CONSENT_US)
    lite->expiry_seen = TRUE;
}
