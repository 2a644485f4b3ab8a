/* SPDX-License-Identifier: Apache-2.0 */
#include "http/fetch.h"

#include <curl/curl.h>
#include <string.h>
#include <unistd.h>

#define ANSWER_MAX (64 * 1024)

struct _ParlorFetcher
{
  ParlorFetcherSpec spec;
  guint running;
  GQueue waiting; /* of Work; empty while none runs */
  gboolean freed; /* waits for the last one */
};

typedef struct
{
  uv_work_t request;
  ParlorFetcher *fetcher;
  guint64 asked_ms; /* of the loop's clock */
  ParlorFetched fetched;
  gpointer user_data;

  /* of the thread while it runs */
  char *url, *form, *user, *password;
  GString *answer;
  long status;
} Work;

gboolean
parlor_fetch_is_loopback (const char *url)
{
  static const char begin[] = "http://127.0.0.1:";
  if (!g_str_has_prefix (url, begin))
    return FALSE;
  const char *port = url + strlen (begin);
  gsize n = strspn (port, "0123456789");
  return n > 0 && n <= 5 && (port[n] == '/' || port[n] == '\0');
}

ParlorFetcher *
parlor_fetcher_new (const ParlorFetcherSpec *spec)
{
  curl_global_init (CURL_GLOBAL_DEFAULT);
  ParlorFetcher *fetcher = g_new0 (ParlorFetcher, 1);
  fetcher->spec = *spec;
  return fetcher;
}

static void
maybe_free (ParlorFetcher *fetcher)
{
  if (fetcher->freed && !fetcher->running)
    g_free (fetcher);
}

void
parlor_fetcher_free (ParlorFetcher *fetcher)
{
  if (!fetcher)
    return;
  fetcher->freed = TRUE;
  maybe_free (fetcher);
}

static size_t
on_data (char *data, size_t size, size_t n, void *user_data)
{
  Work *work = user_data;
  if (work->answer->len + size * n > ANSWER_MAX)
    return 0;
  g_string_append_len (work->answer, data, (gssize)(size * n));
  return size * n;
}

static curl_socket_t
on_socket (void *user_data, curlsocktype purpose, struct curl_sockaddr *address)
{
  const ParlorFetcherSpec *spec = &((Work *)user_data)->fetcher->spec;
  if (!spec->may_call || !spec->may_call (&address->addr, spec->user_data))
    return CURL_SOCKET_BAD;
  return socket (address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

static void
set_options (CURL *curl, Work *work)
{
  gboolean loopback = parlor_fetch_is_loopback (work->url);
  curl_easy_setopt (curl, CURLOPT_URL, work->url);
  curl_easy_setopt (curl, CURLOPT_PROTOCOLS_STR, loopback ? "http" : "https");
  curl_easy_setopt (curl, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt (curl, CURLOPT_PROXY, "");
  curl_easy_setopt (curl, CURLOPT_TIMEOUT_MS, (long)PARLOR_FETCH_TIMEOUT_MS);
  curl_easy_setopt (curl, CURLOPT_FOLLOWLOCATION, 0L);
  curl_easy_setopt (curl, CURLOPT_OPENSOCKETFUNCTION, on_socket);
  curl_easy_setopt (curl, CURLOPT_OPENSOCKETDATA, work);
  curl_easy_setopt (curl, CURLOPT_WRITEFUNCTION, on_data);
  curl_easy_setopt (curl, CURLOPT_WRITEDATA, work);
  if (work->form)
    curl_easy_setopt (curl, CURLOPT_POSTFIELDS, work->form);
  if (work->user)
    {
      curl_easy_setopt (curl, CURLOPT_HTTPAUTH, CURLAUTH_BASIC);
      curl_easy_setopt (curl, CURLOPT_USERNAME, work->user);
      curl_easy_setopt (curl, CURLOPT_PASSWORD, work->password ? work->password : "");
    }
}

/* A thread of libuv's. */
static void
on_work (uv_work_t *request)
{
  Work *work = request->data;
  CURL *curl = curl_easy_init ();
  if (!curl)
    return;
  set_options (curl, work);
  if (curl_easy_perform (curl) == CURLE_OK)
    curl_easy_getinfo (curl, CURLINFO_RESPONSE_CODE, &work->status);
  curl_easy_cleanup (curl);
}

static void
give (Work *work, gboolean gone)
{
  work->fetched ((guint)work->status, work->answer->str, gone, work->user_data);
  g_string_free (work->answer, TRUE);
  g_free (work->url);
  g_free (work->form);
  g_free (work->user);
  g_free (work->password);
  g_free (work);
}

static void on_done (uv_work_t *request, int status);

static void
begin_next (ParlorFetcher *fetcher)
{
  Work *work;
  while (fetcher->running < PARLOR_FETCH_THREADS
         && (work = g_queue_pop_head (&fetcher->waiting)) != NULL)
    if (fetcher->freed || uv_now (fetcher->spec.loop) - work->asked_ms > PARLOR_FETCH_PATIENCE_MS)
      give (work, fetcher->freed);
    else
      {
        fetcher->running++;
        uv_queue_work (fetcher->spec.loop, &work->request, on_work, on_done);
      }
}

static void
on_done (uv_work_t *request, int status)
{
  Work *work = request->data;
  ParlorFetcher *fetcher = work->fetcher;
  give (work, fetcher->freed || status);
  fetcher->running--;
  begin_next (fetcher);
  maybe_free (fetcher);
}

gboolean
parlor_fetch (ParlorFetcher *fetcher, const char *url, const char *form, const char *user,
              const char *password, ParlorFetched fetched, gpointer user_data)
{
  if (fetcher->running + fetcher->waiting.length >= PARLOR_FETCH_MAX)
    return FALSE;
  Work *work = g_new0 (Work, 1);
  *work = (Work){.fetcher = fetcher,
                 .fetched = fetched,
                 .user_data = user_data,
                 .asked_ms = uv_now (fetcher->spec.loop),
                 .url = g_strdup (url),
                 .form = g_strdup (form),
                 .user = g_strdup (user),
                 .password = g_strdup (password),
                 .answer = g_string_new (NULL)};
  work->request.data = work;
  g_queue_push_tail (&fetcher->waiting, work);
  begin_next (fetcher);
  return TRUE;
}
