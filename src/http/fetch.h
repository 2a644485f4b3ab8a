/* SPDX-License-Identifier: Apache-2.0 */
/**
 * A question to a server that a brand named (its sign-in provider), asked on libuv's threads with
 * deadlines: no redirect, no proxy of the environment, certificates checked, HTTPS (plain HTTP for
 * loopback alone), an answer of at most 64 KiB. Every address is judged at the moment it is
 * connected to, so that no name can be turned inwards between a look and the call.
 *
 * Thread: control, all functions; `may_call` is asked on any thread.
 */
#pragma once

#include <glib.h>
#include <sys/socket.h>
#include <uv.h>

G_BEGIN_DECLS

#define PARLOR_FETCH_TIMEOUT_MS 2000
/** Threads of libuv that wait for providers, of its four: those of passwords, files and look-ups go
 * on while a provider accepts and never answers. */
#define PARLOR_FETCH_THREADS 2
/** Under way and waiting together. Whoever waited PARLOR_FETCH_PATIENCE_MS for a thread is not
 * asked for any more. */
#define PARLOR_FETCH_MAX 32
#define PARLOR_FETCH_PATIENCE_MS 4000

typedef struct _ParlorFetcher ParlorFetcher;

typedef struct
{
  uv_loop_t *loop; /**< borrowed */
  /** Whether this address may be called; NULL = none may. */
  gboolean (*may_call) (const struct sockaddr *address, gpointer user_data);
  gpointer user_data;
} ParlorFetcherSpec;

/** `status` 0: no answer came. `gone`: the server ends; free what `user_data` is, touch nothing
 * else. `body` ends with a NUL and is borrowed. */
typedef void (*ParlorFetched) (guint status, const char *body, gboolean gone, gpointer user_data);

/** Of such plain HTTP is taken: "http://127.0.0.1:PORT" and a path; nobody stands before an @. */
gboolean parlor_fetch_is_loopback (const char *url);

ParlorFetcher *parlor_fetcher_new (const ParlorFetcherSpec *spec);
/** What still runs or waits is told `gone` when the loop is run the next time. NULL is fine. */
void parlor_fetcher_free (ParlorFetcher *fetcher);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (ParlorFetcher, parlor_fetcher_free)

/**
 * GET, or POST with a form (nullable, application/x-www-form-urlencoded); with user and password by
 * Basic (nullable). All copied. FALSE: too many are under way, nothing was begun.
 */
gboolean parlor_fetch (ParlorFetcher *fetcher, const char *url, const char *form, const char *user,
                       const char *password, ParlorFetched fetched, gpointer user_data);

G_END_DECLS
