/* SPDX-License-Identifier: Apache-2.0 */
#include "hooks/poster.h"

#include <arpa/inet.h>
#include <curl/curl.h>
#include <netinet/in.h>
#include <string.h>
#include <unistd.h>

#define NAMES_KEPT_US (30 * G_USEC_PER_SEC)
/* A name that nobody answers for holds one of the two threads that libuv gives to look-ups. */
#define FAILED_KEPT_US (5 * G_USEC_PER_SEC)
#define NAMES_MAX 1000
#define ADDRESSES_MAX 8
#define RUNNING_MAX 256
/* Names that are looked up at a time: libuv has few threads for it, and all brands share them. */
#define LOOKUPS_MAX 64
#define PER_HOST 16
/* What is read of a body that nobody wants before the connection is dropped. */
#define UNWANTED_MAX (64 * 1024)
#define AGENT "Parlor/" PARLOR_VERSION

typedef struct _Poster Poster;

/* A host's judged addresses, as CURLOPT_RESOLVE wants them: "a,b,[c]". */
typedef struct
{
  char *addresses; /* "" = none may be called */
  gboolean failed; /* it was not found */
  gint64 until_us;
} Name;

typedef struct
{
  guint64 id;
  Poster *poster;
  ParlorPosted posted; /* NULL = cancelled */
  gpointer user_data;
  char *url;
  ParlorTarget *target;
  GBytes *body;
  guint timeout_ms;
  gsize answer_max;
  gint64 begun_us;
  gboolean waits;       /* for its name */
  uv_timer_t *patience; /* while it waits: its deadline */
  CURL *easy;           /* NULL until the name is resolved */
  struct curl_slist *headers, *resolve;
  GString *answer;
  char *answer_id, *answer_timestamp, *answer_signature;
  const char *failure;
} Call;

struct _Poster
{
  ParlorPoster parent;
  ParlorPosterSpec spec;
  CURLM *multi;
  uv_timer_t *timer;
  GHashTable *calls;   /* id → Call, owned */
  GHashTable *names;   /* host → Name */
  GHashTable *looking; /* set of hosts that are looked up, borrowed from the Lookup */
  guint64 last_id;
  guint lookups; /* that run: each holds a reference */
  gboolean closed;
};

typedef struct
{
  uv_getaddrinfo_t request;
  Poster *poster;
  char *host;
} Lookup;

typedef struct
{
  uv_poll_t poll;
  Poster *poster;
  curl_socket_t socket;
} Socket;

static void
name_free (gpointer data)
{
  Name *name = data;
  g_free (name->addresses);
  g_free (name);
}

static void
free_handle (uv_handle_t *handle)
{
  g_free (handle);
}

static void
end_waiting (Call *call)
{
  call->waits = FALSE;
  if (call->patience)
    uv_close ((uv_handle_t *)g_steal_pointer (&call->patience), free_handle);
}

static void
call_free (gpointer data)
{
  Call *call = data;
  end_waiting (call);
  if (call->easy)
    {
      if (call->poster->multi)
        curl_multi_remove_handle (call->poster->multi, call->easy);
      curl_easy_cleanup (call->easy);
    }
  curl_slist_free_all (call->headers);
  curl_slist_free_all (call->resolve);
  parlor_target_free (call->target);
  g_bytes_unref (call->body);
  if (call->answer)
    g_string_free (call->answer, TRUE);
  g_free (call->answer_id);
  g_free (call->answer_timestamp);
  g_free (call->answer_signature);
  g_free (call->url);
  g_free (call);
}

/* Answers and forgets; `call` is gone afterwards. */
static void
call_end (Call *call, guint status, const char *failure)
{
  Poster *poster = call->poster;
  ParlorPostAnswer answer = {
      .status = failure ? 0 : status,
      .failure = failure,
      .body = call->answer && !failure ? call->answer->str : "",
      .length = call->answer && !failure ? call->answer->len : 0,
      .id = call->answer_id,
      .timestamp = call->answer_timestamp,
      .signature = call->answer_signature,
      .elapsed_ms = (guint)((g_get_monotonic_time () - call->begun_us) / 1000),
  };
  g_hash_table_steal (poster->calls, &call->id);
  if (call->posted)
    call->posted (&answer, call->user_data);
  call_free (call);
}

/* ---- which addresses ------------------------------------------------------------------------ */

static const char *
judge (const Poster *poster, const struct sockaddr *address)
{
  for (guint i = 0; i < poster->spec.n_allowed; i++)
    if (parlor_net_holds (&poster->spec.allowed[i], address))
      return NULL;
  return parlor_ssrf_judge (address);
}

/* (transfer full) */
static char *
judged_list (const Poster *poster, const struct addrinfo *found)
{
  GString *list = g_string_new (NULL);
  guint n = 0;
  for (; found && n < ADDRESSES_MAX; found = found->ai_next)
    {
      char text[INET6_ADDRSTRLEN];
      const void *bytes = found->ai_family == AF_INET
                              ? (const void *)&((struct sockaddr_in *)found->ai_addr)->sin_addr
                              : (const void *)&((struct sockaddr_in6 *)found->ai_addr)->sin6_addr;
      if (judge (poster, found->ai_addr) || !inet_ntop (found->ai_family, bytes, text, sizeof text))
        continue;
      g_string_append_printf (list, found->ai_family == AF_INET ? "%s%s" : "%s[%s]",
                              list->len ? "," : "", text);
      n++;
    }
  return g_string_free (list, FALSE);
}

/* The last look: whatever way the address came, this is where the socket goes. */
static curl_socket_t
on_open_socket (void *user_data, curlsocktype purpose, struct curl_sockaddr *address)
{
  Call *call = user_data;
  if (judge (call->poster, &address->addr))
    {
      call->failure = "refused";
      return CURL_SOCKET_BAD;
    }
  return socket (address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

/* ---- libcurl on the loop -------------------------------------------------------------------- */

static void
take_finished (Poster *poster)
{
  CURLMsg *message;
  int left;
  while (poster->multi && (message = curl_multi_info_read (poster->multi, &left)))
    {
      if (message->msg != CURLMSG_DONE)
        continue;
      Call *call = NULL;
      long status = 0;
      CURLcode code = message->data.result;
      curl_easy_getinfo (message->easy_handle, CURLINFO_PRIVATE, (char **)&call);
      curl_easy_getinfo (message->easy_handle, CURLINFO_RESPONSE_CODE, &status);
      const char *failure = call->failure;
      if (!failure && code != CURLE_OK)
        failure = code == CURLE_OPERATION_TIMEDOUT ? "timeout"
                  : code == CURLE_COULDNT_CONNECT  ? "connect"
                  : code == CURLE_PEER_FAILED_VERIFICATION || code == CURLE_SSL_CONNECT_ERROR
                      ? "tls"
                      : "protocol";
      call_end (call, (guint)status, failure);
    }
}

static void
on_socket_ready (uv_poll_t *poll, int status, int events)
{
  Socket *handle = (Socket *)poll;
  Poster *poster = handle->poster;
  int flags = status < 0 ? CURL_CSELECT_ERR : 0, running;
  flags |= events & UV_READABLE ? CURL_CSELECT_IN : 0;
  flags |= events & UV_WRITABLE ? CURL_CSELECT_OUT : 0;
  curl_multi_socket_action (poster->multi, handle->socket, flags, &running);
  take_finished (poster);
}

static int
on_socket (CURL *easy, curl_socket_t socket, int action, void *user_data, void *socket_data)
{
  Poster *poster = user_data;
  Socket *handle = socket_data;
  if (action == CURL_POLL_REMOVE)
    {
      if (handle)
        {
          uv_poll_stop (&handle->poll);
          uv_close ((uv_handle_t *)&handle->poll, free_handle);
        }
      if (poster->multi)
        curl_multi_assign (poster->multi, socket, NULL);
      return 0;
    }
  if (!handle)
    {
      handle = g_new0 (Socket, 1);
      handle->poster = poster;
      handle->socket = socket;
      uv_poll_init_socket (poster->spec.loop, &handle->poll, socket);
      curl_multi_assign (poster->multi, socket, handle);
    }
  uv_poll_start (&handle->poll,
                 (action != CURL_POLL_OUT ? UV_READABLE : 0)
                     | (action != CURL_POLL_IN ? UV_WRITABLE : 0),
                 on_socket_ready);
  return 0;
}

static void
on_timer (uv_timer_t *timer)
{
  Poster *poster = timer->data;
  int running;
  curl_multi_socket_action (poster->multi, CURL_SOCKET_TIMEOUT, 0, &running);
  take_finished (poster);
}

static int
on_timer_wanted (CURLM *multi, long timeout_ms, void *user_data)
{
  Poster *poster = user_data;
  if (timeout_ms < 0)
    uv_timer_stop (poster->timer);
  else
    uv_timer_start (poster->timer, on_timer, (guint64)timeout_ms, 0);
  return 0;
}

/* ---- one call ------------------------------------------------------------------------------- */

static size_t
on_body (char *bytes, size_t size, size_t n, void *user_data)
{
  Call *call = user_data;
  gsize limit = call->answer_max ? call->answer_max : UNWANTED_MAX;
  if (call->answer->len + size * n > limit)
    {
      if (call->answer_max)
        call->failure = "too_large";
      return 0;
    }
  g_string_append_len (call->answer, bytes, (gssize)(size * n));
  return size * n;
}

static size_t
on_header (char *bytes, size_t size, size_t n, void *user_data)
{
  Call *call = user_data;
  static const char *const names[] = {"webhook-id:", "webhook-timestamp:", "webhook-signature:"};
  char **values[] = {&call->answer_id, &call->answer_timestamp, &call->answer_signature};
  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      gsize length = strlen (names[i]);
      if (n > length && n < 2048 && !g_ascii_strncasecmp (bytes, names[i], length))
        {
          g_free (*values[i]);
          *values[i] = g_strstrip (g_strndup (bytes + length, n - length));
        }
    }
  return size * n;
}

static void
set_bounds (Call *call, guint left_ms)
{
  CURL *easy = call->easy;
  curl_easy_setopt (easy, CURLOPT_TIMEOUT_MS, (long)left_ms);
  curl_easy_setopt (easy, CURLOPT_CONNECTTIMEOUT_MS, (long)MIN (left_ms, 5000));
  curl_easy_setopt (easy, CURLOPT_PROTOCOLS_STR, "http,https");
  curl_easy_setopt (easy, CURLOPT_FOLLOWLOCATION, 0L);
  curl_easy_setopt (easy, CURLOPT_PROXY, "");
  curl_easy_setopt (easy, CURLOPT_NETRC, (long)CURL_NETRC_IGNORED);
  curl_easy_setopt (easy, CURLOPT_UNRESTRICTED_AUTH, 0L);
  curl_easy_setopt (easy, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt (easy, CURLOPT_BUFFERSIZE, 16384L);
  curl_easy_setopt (easy, CURLOPT_OPENSOCKETFUNCTION, on_open_socket);
  curl_easy_setopt (easy, CURLOPT_OPENSOCKETDATA, call);
  curl_easy_setopt (easy, CURLOPT_RESOLVE, call->resolve);
}

static void
start (Call *call, const char *addresses)
{
  Poster *poster = call->poster;
  gint64 left_ms = call->timeout_ms - (g_get_monotonic_time () - call->begun_us) / 1000;
  if (!*addresses || left_ms <= 0)
    {
      call_end (call, 0, *addresses ? "timeout" : "refused");
      return;
    }
  gsize size;
  const char *body = g_bytes_get_data (call->body, &size);
  /* An IPv6 address in the URL needs no name; on_open_socket () judges it like all others. */
  if (!strchr (call->target->host, ':'))
    {
      g_autofree char *resolve = g_strdup_printf ("%s:%u:%s", call->target->host,
                                                  call->target->port, addresses);
      call->resolve = curl_slist_append (NULL, resolve);
    }
  call->easy = curl_easy_init ();
  call->answer = g_string_new (NULL);
  curl_easy_setopt (call->easy, CURLOPT_URL, call->url);
  curl_easy_setopt (call->easy, CURLOPT_PRIVATE, call);
  curl_easy_setopt (call->easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)size);
  curl_easy_setopt (call->easy, CURLOPT_POSTFIELDS, body);
  curl_easy_setopt (call->easy, CURLOPT_HTTPHEADER, call->headers);
  curl_easy_setopt (call->easy, CURLOPT_USERAGENT, AGENT);
  curl_easy_setopt (call->easy, CURLOPT_WRITEFUNCTION, on_body);
  curl_easy_setopt (call->easy, CURLOPT_WRITEDATA, call);
  curl_easy_setopt (call->easy, CURLOPT_HEADERFUNCTION, on_header);
  curl_easy_setopt (call->easy, CURLOPT_HEADERDATA, call);
  set_bounds (call, (guint)left_ms);
  curl_multi_add_handle (poster->multi, call->easy);
}

static void
keep_name (Poster *poster, const char *key, const char *addresses, gboolean failed)
{
  Name *name = g_new0 (Name, 1);
  name->addresses = g_strdup (addresses);
  name->failed = failed;
  name->until_us = g_get_monotonic_time () + (failed ? FAILED_KEPT_US : NAMES_KEPT_US);
  if (g_hash_table_size (poster->names) >= NAMES_MAX)
    g_hash_table_remove_all (poster->names);
  g_hash_table_insert (poster->names, g_strdup (key), name);
}

static void
poster_unref (Poster *poster)
{
  if (!poster->closed || poster->lookups)
    return;
  g_hash_table_unref (poster->calls);
  g_hash_table_unref (poster->names);
  g_hash_table_unref (poster->looking);
  g_free (poster);
}

static void
go_on (Call *call, const char *addresses, gboolean failed)
{
  end_waiting (call);
  if (failed)
    call_end (call, 0, "name");
  else
    start (call, addresses);
}

/* All that wait for it. Whoever is answered may post, cancel, or end the poster. */
static void
go_on_all (Poster *poster, const char *host, const char *addresses, gboolean failed)
{
  g_autoptr (GArray) ids = g_array_new (FALSE, FALSE, sizeof (guint64));
  GHashTableIter iter;
  gpointer value;
  g_hash_table_iter_init (&iter, poster->calls);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    if (((Call *)value)->waits && !strcmp (((Call *)value)->target->host, host))
      g_array_append_val (ids, ((Call *)value)->id);
  for (guint i = 0; i < ids->len && !poster->closed; i++)
    {
      Call *call = g_hash_table_lookup (poster->calls, &g_array_index (ids, guint64, i));
      if (call && call->waits)
        go_on (call, addresses, failed);
    }
}

static void
on_looked_up (uv_getaddrinfo_t *request, int status, struct addrinfo *found)
{
  Lookup *lookup = (Lookup *)request;
  Poster *poster = lookup->poster;
  g_hash_table_remove (poster->looking, lookup->host);
  if (!poster->closed)
    {
      g_autofree char *addresses = judged_list (poster, status ? NULL : found);
      keep_name (poster, lookup->host, addresses, status != 0);
      go_on_all (poster, lookup->host, addresses, status != 0);
    }
  uv_freeaddrinfo (found);
  g_free (lookup->host);
  g_free (lookup);
  poster->lookups--;
  poster_unref (poster);
}

static void
on_patience_end (uv_timer_t *timer)
{
  call_end (timer->data, 0, "timeout");
}

/* A look-up has no deadline of its own; the call has. */
static void
wait_for_name (Call *call)
{
  gint64 left_ms = call->timeout_ms - (g_get_monotonic_time () - call->begun_us) / 1000;
  call->waits = TRUE;
  call->patience = g_new0 (uv_timer_t, 1);
  uv_timer_init (call->poster->spec.loop, call->patience);
  call->patience->data = call;
  uv_timer_start (call->patience, on_patience_end, (guint64)MAX (left_ms, 0), 0);
}

/* One look-up for all who want the name. */
static void
look_up (Call *call)
{
  Poster *poster = call->poster;
  struct addrinfo hints = {.ai_socktype = SOCK_STREAM, .ai_flags = AI_ADDRCONFIG};
  struct in6_addr bytes;
  wait_for_name (call);
  if (g_hash_table_contains (poster->looking, call->target->host))
    return;
  if (inet_pton (AF_INET, call->target->host, &bytes) == 1 || strchr (call->target->host, ':'))
    hints.ai_flags = AI_NUMERICHOST;
  Lookup *lookup = g_new0 (Lookup, 1);
  lookup->poster = poster;
  lookup->host = g_strdup (call->target->host);
  g_hash_table_add (poster->looking, lookup->host);
  poster->lookups++;
  /* A name whose length getaddrinfo refuses at once was refused by ssrf.c already. */
  uv_getaddrinfo (poster->spec.loop, &lookup->request, on_looked_up, lookup->host, NULL, &hints);
}

typedef struct
{
  uv_timer_t timer;
  Poster *poster;
  guint64 call;
  const char *failure; /* NULL = the name is known: start */
} Later;

static void
resolve (Call *call)
{
  const Name *name = g_hash_table_lookup (call->poster->names, call->target->host);
  if (name)
    go_on (call, name->addresses, name->failed);
  else
    look_up (call);
}

static void
on_later (uv_timer_t *timer)
{
  Later *later = (Later *)timer;
  Poster *poster = later->poster;
  Call *call = poster->closed ? NULL : g_hash_table_lookup (poster->calls, &later->call);
  if (call && (later->failure || !call->target))
    call_end (call, 0, later->failure ? later->failure : "connect");
  else if (call)
    resolve (call);
  poster->lookups--;
  uv_close ((uv_handle_t *)timer, free_handle);
  poster_unref (poster);
}

/* Never inside post (). */
static void
go_on_later (Call *call, const char *failure)
{
  Later *later = g_new0 (Later, 1);
  *later = (Later){.poster = call->poster, .call = call->id, .failure = failure};
  call->poster->lookups++;
  uv_timer_init (call->poster->spec.loop, &later->timer);
  uv_timer_start (&later->timer, on_later, 0, 0);
}

static struct curl_slist *
headers_of (const ParlorPost *post)
{
  g_autofree char *id = g_strconcat ("webhook-id: ", post->id, NULL);
  g_autofree char *time = g_strdup_printf ("webhook-timestamp: %" G_GINT64_FORMAT,
                                           post->timestamp_s);
  g_autofree char *signature = g_strconcat ("webhook-signature: ", post->signature, NULL);
  const char *const lines[] = {id, time, signature, "Content-Type: application/json", "Expect:"};
  struct curl_slist *headers = NULL;
  for (guint i = 0; i < G_N_ELEMENTS (lines); i++)
    headers = curl_slist_append (headers, lines[i]);
  return headers;
}

static guint64
post (ParlorPoster *parent, const ParlorPost *spec, ParlorPosted posted, gpointer user_data)
{
  Poster *poster = (Poster *)parent;
  const char *why = NULL;
  Call *call = g_new0 (Call, 1);
  call->id = ++poster->last_id;
  call->poster = poster;
  call->posted = posted;
  call->user_data = user_data;
  call->url = g_strdup (spec->url);
  call->target = parlor_target_new (spec->url, poster->spec.plain, &why);
  call->body = g_bytes_ref (spec->body);
  call->timeout_ms = spec->timeout_ms;
  call->answer_max = spec->answer_max;
  call->begun_us = g_get_monotonic_time ();
  call->headers = headers_of (spec);
  gboolean full = g_hash_table_size (poster->calls) >= poster->spec.max_running
                  || g_hash_table_size (poster->looking) >= LOOKUPS_MAX;
  g_hash_table_insert (poster->calls, &call->id, call);
  const Name *name = why ? NULL : g_hash_table_lookup (poster->names, call->target->host);
  if (why || full)
    go_on_later (call, why ? "refused" : "overload");
  else if (name && name->until_us > call->begun_us)
    go_on_later (call, NULL);
  else
    {
      g_hash_table_remove (poster->names, call->target->host);
      look_up (call);
    }
  return call->id;
}

static void
cancel (ParlorPoster *parent, guint64 id)
{
  Poster *poster = (Poster *)parent;
  g_hash_table_remove (poster->calls, &id);
}

ParlorPoster *
parlor_poster_new (const ParlorPosterSpec *spec)
{
  if (curl_global_init (CURL_GLOBAL_DEFAULT))
    return NULL;
  Poster *poster = g_new0 (Poster, 1);
  poster->parent = (ParlorPoster){post, cancel};
  poster->spec = *spec;
  if (!poster->spec.max_running)
    poster->spec.max_running = RUNNING_MAX;
  if (!poster->spec.per_host)
    poster->spec.per_host = PER_HOST;
  poster->calls = g_hash_table_new_full (g_int64_hash, g_int64_equal, NULL, call_free);
  poster->looking = g_hash_table_new (g_str_hash, g_str_equal);
  poster->names = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, name_free);
  poster->timer = g_new0 (uv_timer_t, 1);
  uv_timer_init (spec->loop, poster->timer);
  poster->timer->data = poster;
  poster->multi = curl_multi_init ();
  curl_multi_setopt (poster->multi, CURLMOPT_SOCKETFUNCTION, on_socket);
  curl_multi_setopt (poster->multi, CURLMOPT_SOCKETDATA, poster);
  curl_multi_setopt (poster->multi, CURLMOPT_TIMERFUNCTION, on_timer_wanted);
  curl_multi_setopt (poster->multi, CURLMOPT_TIMERDATA, poster);
  curl_multi_setopt (poster->multi, CURLMOPT_MAX_HOST_CONNECTIONS, (long)poster->spec.per_host);
  curl_multi_setopt (poster->multi, CURLMOPT_MAXCONNECTS, 64L);
  return &poster->parent;
}

void
parlor_poster_free (ParlorPoster *parent)
{
  Poster *poster = (Poster *)parent;
  if (!poster)
    return;
  GHashTableIter iter;
  gpointer value;
  poster->closed = TRUE;
  for (g_hash_table_iter_init (&iter, poster->calls); g_hash_table_iter_next (&iter, NULL, &value);
       g_hash_table_iter_init (&iter, poster->calls))
    call_end (value, 0, "closed");
  CURLM *multi = poster->multi;
  curl_multi_cleanup (multi); /* closes the kept connections: on_socket () is called */
  poster->multi = NULL;
  uv_close ((uv_handle_t *)poster->timer, free_handle);
  poster_unref (poster);
  curl_global_cleanup ();
}
