/* SPDX-License-Identifier: Apache-2.0 */
/**
 * Redundant audio (RFC 2198) on both legs: made for receivers that take it and lose packets, and
 * used where a publisher sends it. Thread: worker. Private to this folder.
 */
#pragma once

#include "proto/rtp/red.h"
#include "router/state.h"

/** A payload with redundancy is at most so large; what would be larger goes without. */
#define PARLOR_REDUNDANCY_BYTES 512

/** The slot has a source: which of its codecs can be wrapped for this receiver. */
void parlor_redundancy_match (ParlorSlot *slot);
/** A receiver report of a slot: how deep the transport's sound is wrapped from now on. */
void parlor_redundancy_take_report (ParlorTransport *self, ParlorSlot *slot,
                                    const ParlorRtcpReportBlock *block, gint64 now_us);
/** The same by what feedback tells of the path, about twice a second. */
void parlor_redundancy_take_loss (ParlorTransport *self, const ParlorBweView *view, gint64 now_us);
/** Writes the RED payload of a numbered packet into out (PARLOR_REDUNDANCY_BYTES) and its type into
 * pt. Returns its size; 0 = it goes as it is. */
gsize parlor_redundancy_wrap (ParlorSlot *slot, const ParlorSendItem *item, const guint8 *packet,
                              const ParlorPacketInfo *info, guint8 *out, guint8 *pt, gint64 now_us);
/** What a publisher's RED packet brings again of packets that were lost just before it, received as
 * if they had been repeated. To be called before the packet itself is. */
void parlor_redundancy_recover (ParlorLayer *layer, const guint8 *packet,
                                const ParlorRtpHeader *header, const ParlorRed *red,
                                gint64 arrival_us, gint64 now_us);
