/* SPDX-License-Identifier: Apache-2.0 */
#include "service/states.h"

#include "base/error.h"

#include <string.h>

#define MAX_STATES 9
#define TO(state) (1u << (state))

typedef struct
{
  const char *what;
  guint n;
  struct
  {
    const char *name;
    guint next; /* bits */
  } states[MAX_STATES];
} Machine;

static const Machine machines[PARLOR_N_MACHINES] = {
    [PARLOR_MACHINE_CONVERSATION] =
        {"conversation",
         5,
         {{"new", TO (PARLOR_CONVERSATION_BOT) | TO (PARLOR_CONVERSATION_QUEUED)
                      | TO (PARLOR_CONVERSATION_HUMAN)},
          {"bot", TO (PARLOR_CONVERSATION_QUEUED) | TO (PARLOR_CONVERSATION_HUMAN)
                      | TO (PARLOR_CONVERSATION_ENDED)},
          {"queued", TO (PARLOR_CONVERSATION_HUMAN) | TO (PARLOR_CONVERSATION_BOT)
                         | TO (PARLOR_CONVERSATION_ENDED)},
          /* To itself: a transfer. */
          {"human", TO (PARLOR_CONVERSATION_HUMAN) | TO (PARLOR_CONVERSATION_QUEUED)
                        | TO (PARLOR_CONVERSATION_ENDED)},
          {"ended", TO (PARLOR_CONVERSATION_NEW) | TO (PARLOR_CONVERSATION_HUMAN)}}},
    [PARLOR_MACHINE_BINDING] =
        {"binding",
         9,
         {{"proposed", TO (PARLOR_BINDING_ACTIVE) | TO (PARLOR_BINDING_WAITING)
                           | TO (PARLOR_BINDING_DECLINED) | TO (PARLOR_BINDING_EXPIRED)},
          {"active", TO (PARLOR_BINDING_TRANSFERRING) | TO (PARLOR_BINDING_ENDED)},
          {"waiting", TO (PARLOR_BINDING_ACTIVE) | TO (PARLOR_BINDING_ENDED)},
          {"declined", 0},
          {"expired", 0},
          {"transferring", TO (PARLOR_BINDING_ACTIVE) | TO (PARLOR_BINDING_REFUSED)
                               | TO (PARLOR_BINDING_LIMIT) | TO (PARLOR_BINDING_ENDED)},
          {"refused", TO (PARLOR_BINDING_ENDED)},
          {"limit", TO (PARLOR_BINDING_ENDED)},
          {"ended", 0}}},
    [PARLOR_MACHINE_PRESENCE] =
        {"rep",
         7,
         {{"offline", TO (PARLOR_PRESENCE_AVAILABLE) | TO (PARLOR_PRESENCE_FULL)
                          | TO (PARLOR_PRESENCE_SUSPENDED) | TO (PARLOR_PRESENCE_DEPARTED)},
          {"available", TO (PARLOR_PRESENCE_OFFLINE) | TO (PARLOR_PRESENCE_FULL)
                            | TO (PARLOR_PRESENCE_IN_CALL) | TO (PARLOR_PRESENCE_SUSPENDED)
                            | TO (PARLOR_PRESENCE_DEPARTED)},
          {"full", TO (PARLOR_PRESENCE_OFFLINE) | TO (PARLOR_PRESENCE_AVAILABLE)
                       | TO (PARLOR_PRESENCE_IN_CALL) | TO (PARLOR_PRESENCE_SUSPENDED)
                       | TO (PARLOR_PRESENCE_DEPARTED)},
          {"in_call", TO (PARLOR_PRESENCE_OFFLINE) | TO (PARLOR_PRESENCE_WRAP_UP)
                          | TO (PARLOR_PRESENCE_DEPARTED)},
          {"wrap_up", TO (PARLOR_PRESENCE_OFFLINE) | TO (PARLOR_PRESENCE_AVAILABLE)
                          | TO (PARLOR_PRESENCE_FULL) | TO (PARLOR_PRESENCE_SUSPENDED)
                          | TO (PARLOR_PRESENCE_DEPARTED)},
          {"suspended", TO (PARLOR_PRESENCE_OFFLINE) | TO (PARLOR_PRESENCE_AVAILABLE)
                            | TO (PARLOR_PRESENCE_FULL) | TO (PARLOR_PRESENCE_DEPARTED)},
          {"departed", 0}}},
    [PARLOR_MACHINE_OFFER] = {"offer",
                              5,
                              {{"pending", TO (PARLOR_OFFER_ACCEPTED) | TO (PARLOR_OFFER_REJECTED)
                                               | TO (PARLOR_OFFER_TIMEOUT)
                                               | TO (PARLOR_OFFER_RESCINDED)},
                               {"accepted", 0},
                               {"rejected", 0},
                               {"timeout", 0},
                               {"rescinded", 0}}},
    [PARLOR_MACHINE_CALL] =
        {"call",
         8,
         {{"ringing", TO (PARLOR_CALL_CONNECTING) | TO (PARLOR_CALL_DECLINED)
                          | TO (PARLOR_CALL_MISSED) | TO (PARLOR_CALL_CANCELLED)},
          {"connecting", TO (PARLOR_CALL_ACTIVE) | TO (PARLOR_CALL_HELD) | TO (PARLOR_CALL_ENDED)},
          {"active", TO (PARLOR_CALL_HELD) | TO (PARLOR_CALL_ENDED)},
          {"held", TO (PARLOR_CALL_ACTIVE) | TO (PARLOR_CALL_ENDED)},
          {"ended", 0},
          {"declined", 0},
          {"missed", 0},
          {"cancelled", 0}}},
    [PARLOR_MACHINE_OUTCOME] =
        {"customer of the job",
         6,
         {{"todo", TO (PARLOR_OUTCOME_DONE) | TO (PARLOR_OUTCOME_WAITING)
                       | TO (PARLOR_OUTCOME_REFUSED) | TO (PARLOR_OUTCOME_LIMIT)},
          {"done", TO (PARLOR_OUTCOME_UNDONE)},
          {"waiting", TO (PARLOR_OUTCOME_DONE) | TO (PARLOR_OUTCOME_REFUSED)},
          {"refused", 0},
          {"limit", 0},
          {"undone", 0}}},
};

guint
parlor_state_count (ParlorMachine machine)
{
  return machines[machine].n;
}

const char *
parlor_state_name (ParlorMachine machine, guint state)
{
  return state < machines[machine].n ? machines[machine].states[state].name : "unknown";
}

int
parlor_state_parse (ParlorMachine machine, const char *name)
{
  for (guint i = 0; name && i < machines[machine].n; i++)
    if (!strcmp (machines[machine].states[i].name, name))
      return (int)i;
  return -1;
}

gboolean
parlor_state_may (ParlorMachine machine, guint from, guint to)
{
  return from < machines[machine].n && to < machines[machine].n
         && (machines[machine].states[from].next & TO (to)) != 0;
}

gboolean
parlor_state_check (ParlorMachine machine, guint from, guint to, GError **error)
{
  if (parlor_state_may (machine, from, to))
    return TRUE;
  g_set_error (error, PARLOR_ERROR, PARLOR_ERROR_CONFLICT, "The %s is %s.", machines[machine].what,
               parlor_state_name (machine, from));
  return FALSE;
}
