/* SPDX-License-Identifier: Apache-2.0 */
/**
 * Who may do what. A person's rights are the row of the role's table *and* what the token granted:
 * nobody gains by a token more than the role allows, nor by a role what the token withheld. What is
 * granted nowhere is denied. Pure, any thread.
 */
#pragma once

#include "room/media.h"

G_BEGIN_DECLS

typedef enum
{
  PARLOR_ROLE_VIEWER, /**< the default, and the least */
  PARLOR_ROLE_GUEST,
  PARLOR_ROLE_PARTNER, /**< of another company, known by a durable pass (room/passes.h) */
  PARLOR_ROLE_MEMBER,
  PARLOR_ROLE_HOST, /**< a co-host is a host */
  PARLOR_N_ROLES,
} ParlorRole;

/** "viewer", "guest", "partner", "member", "host". */
const char *parlor_role_name (ParlorRole role);
/** FALSE when `name` is none of them (NULL included). */
gboolean parlor_role_from_name (const char *name, ParlorRole *role);

typedef enum
{
  PARLOR_RIGHT_NONE = 0,
  PARLOR_RIGHT_PUBLISH_MICROPHONE = 1 << 0,
  PARLOR_RIGHT_PUBLISH_CAMERA = 1 << 1,
  PARLOR_RIGHT_PUBLISH_SCREEN = 1 << 2, /**< with its sound */
  PARLOR_RIGHT_SUBSCRIBE = 1 << 3,
  PARLOR_RIGHT_CHAT = 1 << 4, /**< reactions too */
  PARLOR_RIGHT_MODERATE = 1 << 5,
  PARLOR_RIGHT_RECORD = 1 << 6,
} ParlorRights;

#define PARLOR_N_RIGHTS 7
#define PARLOR_RIGHTS_PUBLISH                                                                      \
  (PARLOR_RIGHT_PUBLISH_MICROPHONE | PARLOR_RIGHT_PUBLISH_CAMERA | PARLOR_RIGHT_PUBLISH_SCREEN)
/** What only a token can grant; chat and moderate come with the role. */
#define PARLOR_RIGHTS_OF_TOKEN                                                                     \
  (PARLOR_RIGHTS_PUBLISH | PARLOR_RIGHT_SUBSCRIBE | PARLOR_RIGHT_RECORD)

/** Name of the i-th right, 0 <= i < PARLOR_N_RIGHTS (bit 1 << i): "publish.microphone",
    "publish.camera", "publish.screen", "subscribe", "chat", "moderate", "record". */
const char *parlor_right_name (guint i);
/** A token's publish[] entry: "mic" (or "microphone"), "camera", "screen"; else NONE. */
ParlorRights parlor_right_from_publish (const char *name);
/** The right that publishing this source needs; NONE for PARLOR_SOURCE_NONE. */
ParlorRights parlor_right_for_source (ParlorSourceKind kind);

/** What the role allows at most. */
ParlorRights parlor_role_rights (ParlorRole role);
/** The rights of somebody with `role` whose token granted `granted` (bits outside
    PARLOR_RIGHTS_OF_TOKEN are ignored). */
ParlorRights parlor_rights_effective (ParlorRole role, ParlorRights granted);

G_END_DECLS
