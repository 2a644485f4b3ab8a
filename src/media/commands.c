/* SPDX-License-Identifier: Apache-2.0 */
#include "media/commands.h"

typedef struct
{
  ParlorTransportId id;
  ParlorIceCredentials local;
  char remote_ufrag[PARLOR_ICE_UFRAG_SIZE];
} RestartIce;

typedef struct
{
  ParlorSourceId id;
  gboolean open;
} OpenSource;

typedef struct
{
  ParlorSourceId id;
  guint to;
  gboolean on;
} SetRelay;

typedef struct
{
  ParlorTransportId transport;
  ParlorSourceId source;
  guint slot, height;
} Select;

static void
add_transport (ParlorRouter *router, gpointer data, gsize size, gint64 now_us)
{
  parlor_router_add_transport (router, data, now_us);
}

void
parlor_command_add_transport (ParlorWorker *worker, const ParlorTransportConfig *config)
{
  parlor_worker_invoke (worker, add_transport, config, sizeof *config);
}

static void
restart_ice (ParlorRouter *router, gpointer data, gsize size, gint64 now_us)
{
  const RestartIce *args = data;
  parlor_router_restart_ice (router, args->id, &args->local, args->remote_ufrag, now_us);
}

void
parlor_command_restart_ice (ParlorWorker *worker, ParlorTransportId id,
                            const ParlorIceCredentials *local, const char *remote_ufrag)
{
  RestartIce args = {.id = id, .local = *local};
  g_strlcpy (args.remote_ufrag, remote_ufrag, sizeof args.remote_ufrag);
  parlor_worker_invoke (worker, restart_ice, &args, sizeof args);
}

static void
remove_transport (ParlorRouter *router, gpointer data, gsize size, gint64 now_us)
{
  parlor_router_remove_transport (router, *(ParlorTransportId *)data, now_us);
}

void
parlor_command_remove_transport (ParlorWorker *worker, ParlorTransportId id)
{
  parlor_worker_invoke (worker, remove_transport, &id, sizeof id);
}

static void
add_source (ParlorRouter *router, gpointer data, gsize size, gint64 now_us)
{
  parlor_router_add_source (router, data, now_us);
}

void
parlor_command_add_source (ParlorWorker *worker, const ParlorSourceConfig *config)
{
  parlor_worker_invoke (worker, add_source, config, sizeof *config);
}

static void
remove_source (ParlorRouter *router, gpointer data, gsize size, gint64 now_us)
{
  parlor_router_remove_source (router, *(ParlorSourceId *)data, now_us);
}

void
parlor_command_remove_source (ParlorWorker *worker, ParlorSourceId id)
{
  parlor_worker_invoke (worker, remove_source, &id, sizeof id);
}

static void
open_source (ParlorRouter *router, gpointer data, gsize size, gint64 now_us)
{
  const OpenSource *args = data;
  parlor_router_open_source (router, args->id, args->open);
}

void
parlor_command_open_source (ParlorWorker *worker, ParlorSourceId id, gboolean open)
{
  const OpenSource args = {id, open};
  parlor_worker_invoke (worker, open_source, &args, sizeof args);
}

static void
add_mirror (ParlorRouter *router, gpointer data, gsize size, gint64 now_us)
{
  parlor_router_add_mirror (router, data, now_us);
}

void
parlor_command_add_mirror (ParlorWorker *worker, const ParlorMirrorConfig *config)
{
  parlor_worker_invoke (worker, add_mirror, config, sizeof *config);
}

static void
set_relay (ParlorRouter *router, gpointer data, gsize size, gint64 now_us)
{
  const SetRelay *args = data;
  parlor_router_set_relay (router, args->id, args->to, args->on);
}

void
parlor_command_set_relay (ParlorWorker *worker, ParlorSourceId id, guint to, gboolean on)
{
  const SetRelay args = {id, to, on};
  parlor_worker_invoke (worker, set_relay, &args, sizeof args);
}

static void
add_slot (ParlorRouter *router, gpointer data, gsize size, gint64 now_us)
{
  parlor_router_add_slot (router, data, now_us);
}

void
parlor_command_add_slot (ParlorWorker *worker, const ParlorSlotConfig *config)
{
  parlor_worker_invoke (worker, add_slot, config, sizeof *config);
}

static void
select_source (ParlorRouter *router, gpointer data, gsize size, gint64 now_us)
{
  const Select *args = data;
  parlor_router_select (router, args->transport, args->slot, args->source, args->height, now_us);
}

void
parlor_command_select (ParlorWorker *worker, ParlorTransportId transport, guint slot,
                       ParlorSourceId source, guint height)
{
  const Select args = {transport, source, slot, height};
  parlor_worker_invoke (worker, select_source, &args, sizeof args);
}
