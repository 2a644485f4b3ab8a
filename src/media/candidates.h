/* SPDX-License-Identifier: Apache-2.0 */
/**
 * The addresses at which peers find the media port, as host candidates: announced ones first, then
 * each interface's, loopback last (Firefox with its stock preferences sends nothing there).
 * Link-local ones are left out: they mean nothing without an interface. Thread: control.
 */
#pragma once

#include "proto/sdp/candidate.h"

G_BEGIN_DECLS

#define PARLOR_MAX_CANDIDATES 32

typedef struct
{
  guint n;
  ParlorSdpCandidate candidates[PARLOR_MAX_CANDIDATES];
  gboolean is_loopback_alone; /**< no other machine can come in */
} ParlorCandidates;

/** announce: nullable, NULL-terminated. bind_address: nullable; where it is one address, that one
 * stands for the interfaces'. */
void parlor_candidates_collect (ParlorCandidates *self, const char *const *announce,
                                const char *bind_address, guint16 port);
/** The same addresses once more as passive TCP candidates (tcpfront.h) of that port. */
void parlor_candidates_add_tcp (ParlorCandidates *self, guint16 port);

G_END_DECLS
