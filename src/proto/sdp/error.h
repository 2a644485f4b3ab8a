/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <glib.h>

/* Why a session description was not taken. The message is written for the person who made it: it
 * names the line ("line 14, a=fingerprint: …") and what to do about it. It holds at most 160 bytes
 * of the offer, printable ASCII only, and never a password. */
#define PARLOR_SDP_ERROR (parlor_sdp_error_quark ())

typedef enum
{
  PARLOR_SDP_ERROR_MALFORMED,     /* not SDP, or beyond a bound: HTTP 400 */
  PARLOR_SDP_ERROR_UNPROCESSABLE, /* SDP, but nothing we can answer: HTTP 422 */
} ParlorSdpError;

GQuark parlor_sdp_error_quark (void);
