/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A hook module: it sends customers of the tier "gold" to the first candidate and refuses one word
 * in messages; all else it leaves to others.
 *
 *     cc -shared -fPIC -I include docs/examples/hook_module.c -o hook_module.so
 *     parlord --hook-module ./hook_module.so --hook-module-config "word=spam"
 */
#include "parlor/hook.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct
{
  char word[64];
} Sample;

static int
start (const char *config, void **state)
{
  Sample *sample = calloc (1, sizeof *sample);
  if (!sample || sscanf (config, "word=%63[a-z]", sample->word) != 1)
    {
      free (sample);
      return -1;
    }
  *state = sample;
  return 0;
}

/* A real module would use a JSON library. */
static long
ask (void *state, const char *hook, const char *question, unsigned budget_ms, char *answer,
     size_t size)
{
  const Sample *sample = state;
  if (!strcmp (hook, "message.screen"))
    return snprintf (answer, size, "{\"allow\":%s}",
                     strstr (question, sample->word) ? "false" : "true");
  if (!strcmp (hook, "product.resolve"))
    return PARLOR_HOOK_MODULE_FAILED;
  if (!strcmp (hook, "route.rep") && strstr (question, "\"gold\""))
    return snprintf (answer, size, "{\"note\":\"gold customer\",\"ttl_s\":60}");
  return PARLOR_HOOK_MODULE_PASS;
}

static void
stop (void *state)
{
  free (state);
}

const ParlorHookModule *
parlor_hook_module (void)
{
  static const ParlorHookModule module = {PARLOR_HOOK_MODULE_ABI, "sample", start, ask, stop};
  return &module;
}
