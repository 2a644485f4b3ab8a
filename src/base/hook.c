/* SPDX-License-Identifier: Apache-2.0 */
#include "base/hook.h"

static const ParlorHookInfo infos[PARLOR_N_HOOKS] = {
    [PARLOR_HOOK_IDENTIFY] = {"viewer.identify", 800, 800, FALSE},
    [PARLOR_HOOK_ROUTE] = {"route.rep", 150, 400, FALSE},
    [PARLOR_HOOK_BIND] = {"bind.allow", 250, 250, TRUE},
    [PARLOR_HOOK_CALL] = {"call.allow", 300, 300, TRUE},
    [PARLOR_HOOK_BOT] = {"bot.reply", 1500, 30000, FALSE},
    [PARLOR_HOOK_PRODUCT] = {"product.resolve", 400, 400, FALSE},
    [PARLOR_HOOK_MATERIAL] = {"material.resolve", 400, 400, FALSE},
    [PARLOR_HOOK_SCREEN] = {"message.screen", 200, 200, TRUE},
    [PARLOR_HOOK_ASSIST] = {"rep.assist", 1500, 10000, FALSE},
};

static const char *const outcomes[PARLOR_N_HOOK_OUTCOMES] = {
    [PARLOR_HOOK_ANSWERED] = "answered", [PARLOR_HOOK_LATE] = "late",
    [PARLOR_HOOK_FAILED] = "failed",     [PARLOR_HOOK_BREAKER] = "breaker",
    [PARLOR_HOOK_NONE] = "none",
};

const ParlorHookInfo *
parlor_hook_info (ParlorHookKind hook)
{
  return (guint)hook < PARLOR_N_HOOKS ? &infos[hook] : NULL;
}

gboolean
parlor_hook_from_name (const char *name, ParlorHookKind *hook)
{
  for (guint i = 0; name && i < PARLOR_N_HOOKS; i++)
    if (g_str_equal (infos[i].name, name))
      {
        *hook = (ParlorHookKind)i;
        return TRUE;
      }
  return FALSE;
}

const char *
parlor_hook_outcome_name (ParlorHookOutcome outcome)
{
  return (guint)outcome < PARLOR_N_HOOK_OUTCOMES ? outcomes[outcome] : NULL;
}
