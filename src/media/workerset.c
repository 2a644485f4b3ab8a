/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

#include "media/plane.h"
#include "media/worker_internal.h"
#include "udpsocket.h"
#include "udpsort.h"

/* A thousand peers a worker, between two looks. */
#define STRAY_RING_BYTES (16 * 1024)

/* GStreamer's words for a socket in ours, and what to do about it. */
static void
take_socket_error (GError **error, GError *cause)
{
  gboolean is_taken = g_error_matches (cause, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_BUSY);
  g_set_error (error, PARLOR_MEDIA_ERROR,
               is_taken ? PARLOR_MEDIA_ERROR_PORT_TAKEN : PARLOR_MEDIA_ERROR_BIND, "%s%s",
               cause->message, is_taken ? "; choose another by --udp-port" : "");
  g_error_free (cause);
}

static int
open_socket (ParlorWorkerSet *self, const ParlorWorkerSetConfig *config, gboolean gro,
             GError **error)
{
  const ParlorUdpSocketConfig socket_config = {
      .address = config->bind_address,
      .port = self->port,
      .reuse_port = TRUE,
      .gro = gro,
  };
  GError *cause = NULL;
  int fd = parlor_udp_socket_open (&socket_config, &cause);
  if (fd < 0)
    {
      take_socket_error (error, cause);
      return -1;
    }
  self->port = parlor_udp_socket_get_port (fd);
  self->receive_buffer = MIN (self->receive_buffer, parlor_udp_socket_get_receive_buffer (fd));
  return fd;
}

static gboolean
make_worker (ParlorWorkerSet *self, const ParlorWorkerSetConfig *config, guint index,
             GError **error)
{
  ParlorRouterConfig router = {
      .worker = index,
      .n_workers = config->n_workers,
      .dtls = config->dtls,
      .gso = config->gso,
      .yields = TRUE,
      .crypto = config->crypto,
  };
  int fd = open_socket (self, config, config->gro, error);
  int lane_fd = fd >= 0 ? open_socket (self, config, FALSE, error) : -1;
  if (lane_fd < 0)
    {
      if (fd >= 0)
        close (fd);
      return FALSE;
    }
  /* It blocks only while the system has no randomness at all, at boot. */
  if (getrandom (&router.seed, sizeof router.seed, 0) != sizeof router.seed)
    router.seed = (guint64)g_get_real_time ();
  self->workers[index] = parlor_worker_new (self, index, fd, lane_fd, &router);
  if (self->workers[index] == NULL)
    {
      g_set_error (error, PARLOR_MEDIA_ERROR, PARLOR_MEDIA_ERROR_PIPELINE,
                   "no file descriptor left for a media worker");
      return FALSE;
    }
  self->workers[index]->loop->gather_us = config->gather_us;
  self->wakes[index] = &self->workers[index]->loop->wake;
  return TRUE;
}

static void
begin_to_steer (ParlorWorkerSet *self)
{
  self->steer = parlor_steer_new (self->n_workers);
  for (guint i = 0; i < self->n_workers; i++)
    self->workers[i]->strays = parlor_spsc_new (STRAY_RING_BYTES);
}

/* In the order in which they were bound. A kernel that cannot sort has workers that are woken by
   feedback too, and others' datagrams for ever. */
static void
sort (ParlorWorkerSet *self)
{
  if (!parlor_udp_sort (self->workers[0]->fd, self->n_workers, NULL, 0))
    for (guint i = 0; i < self->n_workers; i++)
      parlor_worker_close_lane (self->workers[i]);
  else if (self->n_workers > 1)
    begin_to_steer (self);
}

/* Peers whom the kernel's hash leads to a wrong worker are written down for it. */
static void
steer (ParlorWorkerSet *self)
{
  gint64 now_us = g_get_monotonic_time ();
  guint n;
  for (guint i = 0; i < self->n_workers; i++)
    parlor_worker_take_strays (self->workers[i], now_us);
  if (!parlor_steer_is_due (self->steer, now_us))
    return;
  const ParlorUdpSteer *steers = parlor_steer_tell (self->steer, &n, now_us);
  if (!parlor_udp_sort (self->workers[0]->fd, self->n_workers, steers, n))
    parlor_steer_refused (self->steer);
}

static gboolean
check_port (const ParlorWorkerSetConfig *config, GError **error)
{
  GError *cause = NULL;
  if (config->port == 0
      || parlor_udp_socket_check_free (config->bind_address, config->port, &cause))
    return TRUE;
  take_socket_error (error, cause);
  return FALSE;
}

static gboolean
start (ParlorWorkerSet *self, const ParlorWorkerSetConfig *config, GError **error)
{
  if (!check_port (config, error))
    return FALSE;
  for (guint i = 0; i < self->n_workers; i++)
    if (!make_worker (self, config, i, error))
      return FALSE;
  sort (self);
  self->dtls_pool = parlor_dtls_pool_new (config->n_dtls_threads, self->wakes, self->n_workers);
  for (guint i = 0; i < self->n_workers; i++)
    if (!parlor_worker_start (self->workers[i], error))
      return FALSE;
  return TRUE;
}

ParlorWorkerSet *
parlor_worker_set_new (const ParlorWorkerSetConfig *config, GError **error)
{
  ParlorWorkerSet *self = g_new0 (ParlorWorkerSet, 1);
  self->n_workers = config->n_workers;
  self->port = config->port;
  self->receive_buffer = G_MAXSIZE;
  self->event_func = config->event_func;
  self->user_data = config->user_data;
  if (!parlor_wake_init (&self->wake))
    g_set_error (error, PARLOR_MEDIA_ERROR, PARLOR_MEDIA_ERROR_PIPELINE,
                 "no file descriptor left for the media plane");
  else if (start (self, config, error))
    return self;
  parlor_worker_set_free (self);
  return NULL;
}

/* DTLS threads first, since they hold objects of the routers; then the streaming threads, which own
 * the routers; then the rings between. */
void
parlor_worker_set_free (ParlorWorkerSet *self)
{
  if (self == NULL)
    return;
  if (self->dtls_pool != NULL)
    parlor_dtls_pool_stop (self->dtls_pool);
  for (guint i = 0; i < self->n_workers; i++)
    if (self->workers[i] != NULL)
      parlor_worker_stop (self->workers[i]);
  parlor_dtls_pool_free (self->dtls_pool);
  for (guint i = 0; i < self->n_workers; i++)
    parlor_worker_free (self->workers[i]);
  parlor_steer_free (self->steer);
  parlor_wake_close (&self->wake);
  g_free (self);
}

guint
parlor_worker_set_get_size (const ParlorWorkerSet *self)
{
  return self->n_workers;
}

ParlorWorker *
parlor_worker_set_get (ParlorWorkerSet *self, guint index)
{
  g_return_val_if_fail (index < self->n_workers, NULL);
  return self->workers[index];
}

guint16
parlor_worker_set_get_port (const ParlorWorkerSet *self)
{
  return self->port;
}

gsize
parlor_worker_set_get_receive_buffer (const ParlorWorkerSet *self)
{
  return self->receive_buffer;
}

int
parlor_worker_set_get_fd (const ParlorWorkerSet *self)
{
  return self->wake.fd;
}

void
parlor_worker_set_dispatch (ParlorWorkerSet *self)
{
  parlor_wake_clear (&self->wake);
  for (guint i = 0; i < self->n_workers; i++)
    parlor_worker_dispatch (self->workers[i]);
  if (self->steer != NULL)
    steer (self);
}

void
parlor_worker_set_ring (ParlorWorkerSet *self)
{
  parlor_wake_ring (&self->wake);
}
