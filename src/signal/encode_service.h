/* SPDX-License-Identifier: Apache-2.0 */
/**
 * From the service domain's structs to the JSON of docs/protocol.md ("Service reps") and of the
 * REST answers of the same things. All results are transfer full.
 *
 * Thread: control.
 */
#pragma once

#include "service/service.h"

#include <jansson.h>

G_BEGIN_DECLS

/** Who will read it: a customer sees no note, tag, attribute or other customer thing. */
typedef enum
{
  PARLOR_FOR_CUSTOMER,
  PARLOR_FOR_STAFF,
} ParlorReader;

/** What a card says; null for NULL. */
json_t *parlor_encode_rep (const ParlorRep *rep, ParlorReader reader);
json_t *parlor_encode_group (const ParlorGroup *group);
json_t *parlor_encode_service_message (const ParlorMessage *message);
/** {"t":"assist"}: for the rep who answers there, and nobody else. */
json_t *parlor_encode_assist (const ParlorConversation *conversation);
json_t *parlor_encode_conversation (const ParlorConversation *conversation, ParlorReader reader);
json_t *parlor_encode_customer (const ParlorCustomer *customer);
json_t *parlor_encode_binding (const ParlorBinding *binding);
json_t *parlor_encode_offer (const ParlorOffer *offer);
json_t *parlor_encode_call (const ParlorCall *call);
json_t *parlor_encode_job (const ParlorJob *job);

/** The whole message of a notice; NULL where that reader is told nothing. */
json_t *parlor_encode_notice (const ParlorServiceNotice *notice, ParlorReader reader);

G_END_DECLS
