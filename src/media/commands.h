/* SPDX-License-Identifier: Apache-2.0 */
/**
 * The router's functions as commands: each copies its arguments to a worker and returns; the router
 * does it on the streaming thread, in the order of the calls. Thread: control.
 */
#pragma once

#include "media/worker.h"

G_BEGIN_DECLS

void parlor_command_add_transport (ParlorWorker *worker, const ParlorTransportConfig *config);
void parlor_command_restart_ice (ParlorWorker *worker, ParlorTransportId id,
                                 const ParlorIceCredentials *local, const char *remote_ufrag);
void parlor_command_remove_transport (ParlorWorker *worker, ParlorTransportId id);
void parlor_command_add_source (ParlorWorker *worker, const ParlorSourceConfig *config);
void parlor_command_remove_source (ParlorWorker *worker, ParlorSourceId id);
void parlor_command_open_source (ParlorWorker *worker, ParlorSourceId id, gboolean open);
void parlor_command_add_mirror (ParlorWorker *worker, const ParlorMirrorConfig *config);
void parlor_command_set_relay (ParlorWorker *worker, ParlorSourceId id, guint to, gboolean on);
void parlor_command_add_slot (ParlorWorker *worker, const ParlorSlotConfig *config);
void parlor_command_select (ParlorWorker *worker, ParlorTransportId transport, guint slot,
                            ParlorSourceId source, guint height);

G_END_DECLS
