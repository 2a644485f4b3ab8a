/* SPDX-License-Identifier: Apache-2.0 */
/**
 * What stands beside a meeting: pages of other origins, at the settings' `doc_url` and `panel_url`.
 * docs/decisions/0059-panels.md says how they are held apart from the meeting. Pure.
 */
#pragma once

#include "room/settings.h"

G_BEGIN_DECLS

typedef enum
{
  PARLOR_PANEL_DOC,   /**< what is spoken about */
  PARLOR_PANEL_PANEL, /**< a tool of the house */
  PARLOR_N_PANELS,
} ParlorPanelKind;
/** "doc", "panel". */
const char *parlor_panel_kind_name (ParlorPanelKind kind);
/** FALSE: `name` is none of them (NULL included). */
gboolean parlor_panel_kind_from_name (const char *name, ParlorPanelKind *kind);

/** Borrowed from the settings; NULL = there is none. */
const char *parlor_panel_url (const ParlorRoomSettings *settings, ParlorPanelKind kind);

/**
 * The origin of a panel's address (transfer full), as browsers and CSP write it:
 * "https://docs.example" or "https://docs.example:8443". NULL: the address is unfit: longer than
 * PARLOR_PANEL_URL_MAX, another scheme than https (with `demo` also http on 127.0.0.1 and
 * localhost), a user in it, bytes that RFC 3986 does not know, or a host that is no name nor IPv4
 * address: CSP has no IPv6. `url` may hold anything.
 */
char *parlor_panel_origin (const char *url, gboolean demo);

/** The origin of the room's panel now; NULL = there is none (transfer full). */
char *parlor_panel_origin_of (const ParlorRoom *room, ParlorPanelKind kind, gboolean demo);

G_END_DECLS
