/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <glib.h>

#include "proto/sdp/candidate.h"
#include "proto/sdp/error.h"

/* application/trickle-ice-sdpfrag (RFC 8840 section 9) as WHIP and WHEP send it by PATCH (RFC 9725
 * section 4.3): candidates that were found late, or new credentials, which ask for an ICE restart.
 * All m-lines are in one BUNDLE transport, so candidates of any section count for it.
 * Thread: any. */

#define PARLOR_SDP_MAX_FRAGMENT_BYTES (32 * 1024)
#define PARLOR_SDP_MAX_FRAGMENT_CANDIDATES 64

typedef struct
{
  char ufrag[257]; /* empty: not said */
  char pwd[257];   /* empty: not said */
  char mid[65];    /* the first a=mid; empty: none */
  gboolean end_of_candidates;
  gboolean ice_lite;
  guint n_candidates;
  guint n_ignored; /* candidate lines that were not understood, or above the bound */
  ParlorSdpCandidate candidates[PARLOR_SDP_MAX_FRAGMENT_CANDIDATES];
} ParlorSdpFragment;

/* (transfer full) NULL: `error` says why (MALFORMED: 400). `text` need not end in NUL. It is a
 * restart when the ufrag is there and differs from the one in use. About 40 KiB. */
ParlorSdpFragment *parlor_sdp_fragment_parse (const char *text, gsize length, GError **error);
void parlor_sdp_fragment_free (ParlorSdpFragment *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (ParlorSdpFragment, parlor_sdp_fragment_free)

/* The body of the 200 that grants a restart (RFC 9725 section 4.3.3): our new credentials and all
 * our candidates, then end-of-candidates. `mids`: those of the accepted m-lines, in order.
 * (transfer full) */
char *parlor_sdp_fragment_build (const char *ufrag, const char *pwd, const char *const *mids,
                                 guint n_mids, const ParlorSdpCandidate *candidates,
                                 guint n_candidates);
