/* SPDX-License-Identifier: Apache-2.0 */
/* Why a publisher was asked for a key frame. Pure; any thread. */
#pragma once
#include <glib.h>

typedef enum
{
  PARLOR_KEY_NEWCOMER, /* "newcomer": somebody begins to see it, and nothing that is kept would do
                        */
  PARLOR_KEY_LAYER,    /* "layer": a receiver changes to this layer */
  PARLOR_KEY_RECEIVER, /* "receiver": a receiver asked (PLI or FIR) */
  PARLOR_KEY_LOSS,     /* "loss": a gap on the publisher's own path that repeats did not mend */
  PARLOR_KEY_PATH,     /* "path": what waited for a narrow path to a receiver was thrown away */
  PARLOR_KEY_RESET,    /* "reset": the stream began anew, or was opened again */
  PARLOR_KEY_TAP,      /* "tap": a recording or another tap begins */
  PARLOR_N_KEY_CAUSES,
} ParlorKeyCause;

/* The word above; NULL beyond the last. */
const char *parlor_key_cause_name (ParlorKeyCause cause);
