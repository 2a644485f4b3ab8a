/* SPDX-License-Identifier: Apache-2.0 */
/* Signing in by a provider that the test starts itself, and what of its answers is refused. */
#include "world.h"

#include "base/audit.h"
#include "brand/users.h"
#include "http/idtoken.h"
#include "store/memory.h"

#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define CLIENT "parlor-client"
#define SECRET "provider-secret"

/* A provider: a thread that answers one request a connection. */
typedef struct
{
  int listener;
  guint16 port;
  GThread *thread;
  char *issuer;

  /* set by the test before it asks, read by the thread */
  char *challenge, *nonce, *claims, *callback;
  gint down;          /* atomic: answers nothing, and closes */
  gint asked, tokens; /* atomic: for a token; with success */
} Provider;

static char *
base64url (const guchar *bytes, gsize n)
{
  char *text = g_base64_encode (bytes, n);
  g_strdelimit (text, "+", '-');
  g_strdelimit (text, "/", '_');
  text[strcspn (text, "=")] = 0;
  return text;
}

static char *
form_value (const char *form, const char *name)
{
  g_autofree char *key = g_strconcat (name, "=", NULL);
  const char *at = strstr (form, key);
  return at ? g_strndup (at + strlen (key), strcspn (at + strlen (key), "& \r\n")) : NULL;
}

/* RFC 7636: the verifier's hash must be the challenge of the beginning; the client must prove
 * itself. */
static gboolean
is_proved (Provider *provider, const char *request)
{
  guint8 digest[32];
  gsize size = sizeof digest;
  g_autofree char *verifier = form_value (request, "code_verifier");
  g_autofree char *basic = g_base64_encode ((const guchar *)CLIENT ":" SECRET,
                                            strlen (CLIENT ":" SECRET));
  g_autoptr (GChecksum) sum = g_checksum_new (G_CHECKSUM_SHA256);
  if (!verifier || strlen (verifier) < 43 || !strstr (request, basic)
      || !strstr (request, "code=good-code") || !strstr (request, provider->callback))
    return FALSE;
  g_checksum_update (sum, (const guchar *)verifier, -1);
  g_checksum_get_digest (sum, digest, &size);
  g_autofree char *challenge = base64url (digest, size);
  return !g_strcmp0 (challenge, provider->challenge);
}

static char *
answer_for (Provider *provider, const char *request)
{
  if (g_str_has_prefix (request, "GET /.well-known/openid-configuration "))
    return g_strdup_printf ("{\"issuer\":\"%s\",\"authorization_endpoint\":\"%s/authorize\","
                            "\"token_endpoint\":\"%s/token\"}",
                            provider->issuer, provider->issuer, provider->issuer);
  if (!g_str_has_prefix (request, "POST /token "))
    return NULL;
  g_atomic_int_inc (&provider->asked);
  if (!is_proved (provider, request))
    return NULL;
  g_atomic_int_inc (&provider->tokens);
  g_autofree char *claims = base64url ((const guchar *)provider->claims, strlen (provider->claims));
  return g_strdup_printf ("{\"access_token\":\"a\",\"token_type\":\"Bearer\","
                          "\"id_token\":\"eyJhbGciOiJSUzI1NiJ9.%s.c2ln\"}",
                          claims);
}

static void
serve_one (Provider *provider, int fd)
{
  char request[8192];
  gsize n = 0;
  char *end = NULL;
  for (ssize_t got;
       n < sizeof request - 1 && (got = recv (fd, request + n, sizeof request - 1 - n, 0)) > 0;)
    {
      n += (gsize)got;
      request[n] = 0;
      end = strstr (request, "\r\n\r\n");
      const char *length = strstr (request, "Content-Length: ");
      if (end && (!length || strlen (end + 4) >= strtoul (length + 16, NULL, 10)))
        break;
    }
  g_autofree char *body = end ? answer_for (provider, request) : NULL;
  g_autofree char *reply = g_strdup_printf (
      "HTTP/1.1 %s\r\nContent-Type: application/json\r\nContent-Length: %zu\r\nConnection: "
      "close\r\n\r\n%s",
      body ? "200 OK" : "400 Bad Request", body ? strlen (body) : 0, body ? body : "");
  g_assert_cmpint (send (fd, reply, strlen (reply), MSG_NOSIGNAL), >, 0);
}

static gpointer
serve (gpointer data)
{
  Provider *provider = data;
  for (int fd; (fd = accept (provider->listener, NULL, NULL)) >= 0; close (fd))
    if (!g_atomic_int_get (&provider->down))
      serve_one (provider, fd);
  return NULL;
}

static void
provider_start (Provider *provider)
{
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl (INADDR_LOOPBACK)};
  socklen_t length = sizeof address;
  provider->listener = socket (AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  g_assert_cmpint (bind (provider->listener, (struct sockaddr *)&address, length), ==, 0);
  g_assert_cmpint (listen (provider->listener, 16), ==, 0);
  getsockname (provider->listener, (struct sockaddr *)&address, &length);
  provider->issuer = g_strdup_printf ("http://127.0.0.1:%u", ntohs (address.sin_port));
  provider->thread = g_thread_new ("provider", serve, provider);
}

static void
provider_end (Provider *provider)
{
  shutdown (provider->listener, SHUT_RDWR);
  close (provider->listener);
  g_thread_join (provider->thread);
  g_free (provider->issuer);
  g_free (provider->challenge);
  g_free (provider->nonce);
  g_free (provider->claims);
  g_free (provider->callback);
}

typedef struct
{
  World *world;
  const ParlorBrand *brand;
  const ParlorUser *user;
  Provider provider;
  ParlorStore *store;
  ParlorAudit *audit;
  char *state, *cookie;
} Fixture;

static void
set_up (Fixture *f, gconstpointer data)
{
  f->world = world_new (&(WorldSpec){.strict = TRUE});
  f->brand = parlor_brands_add (f->world->brands, "shop", "Shop", 1, NULL);
  ParlorUserChange lin = {.login = "lin@shop.example", .roles = PARLOR_BRAND_HOST};
  f->user = parlor_users_add (f->world->brands, f->brand->id, &lin, 1, NULL);
  f->store = parlor_store_memory_new ();
  f->audit = parlor_audit_new (parlor_store_records (f->store));
  f->world->site->spec.audit = f->audit;
  provider_start (&f->provider);
  f->provider.callback = g_strdup_printf ("%%2Fv1%%2Fsignin%%2Fcallback%%2F%s&code_verifier=",
                                          f->brand->id);
  ParlorBrandChange change = {.oidc_issuer = f->provider.issuer,
                              .oidc_client = CLIENT,
                              .oidc_secret = SECRET,
                              .retention_days = -1};
  g_assert_true (parlor_brands_change (f->world->brands, f->brand->id, &change, NULL));
}

static void
tear_down (Fixture *f, gconstpointer data)
{
  world_free (f->world);
  provider_end (&f->provider);
  parlor_audit_free (f->audit);
  f->store->ops->close (f->store, 0);
  g_free (f->state);
  g_free (f->cookie);
}

/* As the browser goes: away to the provider, whose page it would be. */
static void
go_away (Fixture *f)
{
  g_autoptr (Answer) answer = world_ask (f->world, "GET", "/v1/signin/oidc?brand=shop", "", NULL);
  g_autofree char *where = answer_header (answer, "Location");
  g_autofree char *set = answer_header (answer, "Set-Cookie");
  g_autofree char *begin = g_strconcat (f->provider.issuer, "/authorize?response_type=code&", NULL);
  g_assert_cmpuint (answer->status, ==, 302);
  g_assert_true (g_str_has_prefix (where, begin));
  g_assert_nonnull (strstr (where, "code_challenge_method=S256"));
  g_assert_nonnull (strstr (where, "client_id=" CLIENT));
  g_autofree char *callback = g_strdup_printf ("%%2Fv1%%2Fsignin%%2Fcallback%%2F%s&", f->brand->id);
  g_assert_nonnull (strstr (where, callback));
  g_assert_nonnull (strstr (set, "HttpOnly; Secure; SameSite=Lax"));
  g_free (f->state);
  g_free (f->cookie);
  g_free (f->provider.challenge);
  g_free (f->provider.nonce);
  f->state = form_value (where, "state");
  f->provider.challenge = form_value (where, "code_challenge");
  f->provider.nonce = form_value (where, "nonce");
  set[strcspn (set, ";")] = 0;
  f->cookie = g_strdup_printf ("Cookie: %s\r\n", set);
}

static void
claim (Fixture *f, const char *issuer, const char *client, const char *nonce, gint64 exp,
       const char *more)
{
  g_free (f->provider.claims);
  f->provider.claims = g_strdup_printf (
      "{\"iss\":\"%s\",\"aud\":\"%s\",\"sub\":\"s-17\",\"nonce\":\"%s\",\"exp\":%" G_GINT64_FORMAT
      "%s}",
      issuer, client, nonce, exp, more);
}

static gint64
in_a_minute (Fixture *f)
{
  return f->world->clock.wall_ms (&f->world->clock) / 1000 + 60;
}

#define VERIFIED ",\"email\":\"Lin@shop.example\",\"email_verified\":true"

static Answer *
come_back (Fixture *f, const char *code, const char *cookie)
{
  g_autofree char *path = g_strdup_printf ("/v1/signin/callback/%s?code=%s&state=%s", f->brand->id,
                                           code, f->state);
  return world_ask (f->world, "GET", path, cookie, NULL);
}

static void
assert_refused (Answer *answer)
{
  g_autofree char *where = answer_header (answer, "Location");
  g_assert_cmpuint (answer->status, ==, 302);
  g_assert_true (g_str_has_prefix (where, "/signin?brand="));
  g_assert_null (strstr (answer->headers, PARLOR_SITE_COOKIE "=0"));
  g_autofree char *set = answer_header (answer, "Set-Cookie");
  g_assert_null (set);
}

static void
test_in (Fixture *f, gconstpointer data)
{
  go_away (f);
  claim (f, f->provider.issuer, CLIENT, f->provider.nonce, in_a_minute (f), VERIFIED);
  g_autoptr (Answer) in = come_back (f, "good-code", f->cookie);
  g_autofree char *where = answer_header (in, "Location");
  g_autofree char *set = answer_header (in, "Set-Cookie");
  g_assert_cmpuint (in->status, ==, 302);
  g_assert_cmpstr (where, ==, "/admin");
  g_assert_cmpstr (in->body, ==, "");
  set[strcspn (set, ";")] = 0;
  g_autofree char *cookie = g_strdup_printf ("Cookie: %s\r\n", set);
  g_autoptr (Answer) session = world_ask (f->world, "GET", "/v1/session", cookie, NULL);
  g_assert_cmpuint (session->status, ==, 200);
  g_assert_cmpstr (f->user->subject, ==, "s-17");
  /* The same address of the callback is worth nothing a second time. */
  g_autoptr (Answer) again = come_back (f, "good-code", f->cookie);
  assert_refused (again);
  /* From now on the subject is the person, whatever his address. */
  go_away (f);
  claim (f, f->provider.issuer, CLIENT, f->provider.nonce, in_a_minute (f), "");
  g_autoptr (Answer) later = come_back (f, "good-code", f->cookie);
  g_autofree char *there = answer_header (later, "Location");
  g_assert_cmpstr (there, ==, "/admin");
}

static void
test_tokens (Fixture *f, gconstpointer data)
{
  gint64 exp = in_a_minute (f);
  for (guint i = 0; i < 8; i++)
    {
      go_away (f);
      const char *nonce = f->provider.nonce, *issuer = f->provider.issuer;
      if (i == 0)
        claim (f, "https://evil.example", CLIENT, nonce, exp, VERIFIED);
      else if (i == 1)
        claim (f, issuer, "another-client", nonce, exp, VERIFIED);
      else if (i == 2)
        claim (f, issuer, CLIENT, "another-nonce", exp, VERIFIED);
      else if (i == 3)
        claim (f, issuer, CLIENT, nonce, exp - 600, VERIFIED);
      else if (i == 4)
        claim (f, issuer, CLIENT, nonce, exp, ",\"email\":\"lin@shop.example\"");
      else if (i == 5)
        claim (f, issuer, CLIENT, nonce, exp,
               ",\"email\":\"x@shop.example\",\"email_verified\":true");
      else if (i == 6)
        claim (f, issuer, CLIENT, nonce, exp, VERIFIED ",\"azp\":\"another-client\"");
      else
        claim (f, issuer, CLIENT, nonce, exp, VERIFIED ",\"sub\":\"twice\"");
      g_autoptr (Answer) answer = come_back (f, "good-code", f->cookie);
      assert_refused (answer);
      g_assert_null (f->user->subject);
    }
  g_assert_cmpint (g_atomic_int_get (&f->provider.tokens), ==, 8);
  gint64 rows = 0;
  const char *hash = NULL;
  parlor_audit_head (f->audit, f->brand->id, &rows, &hash);
  g_assert_cmpint (rows, ==, 8); /* each a line of the brand's log */
}

static void
test_flows (Fixture *f, gconstpointer data)
{
  go_away (f);
  claim (f, f->provider.issuer, CLIENT, f->provider.nonce, in_a_minute (f), VERIFIED);
  g_autoptr (Answer) other_browser = come_back (f, "good-code", "");
  g_autoptr (Answer) wrong = come_back (
      f, "good-code", "Cookie: __Host-parlor-oidc=0123456789abcdefghjkmnpqrs\r\n");
  assert_refused (other_browser);
  assert_refused (wrong);
  g_assert_cmpint (g_atomic_int_get (&f->provider.tokens), ==, 0);
  g_autoptr (Answer) code = come_back (f, "bad-code", f->cookie);
  assert_refused (code);
  g_autofree char *bare = g_strconcat ("/v1/signin/callback/", f->brand->id, NULL);
  g_autoptr (Answer) none = world_ask (f->world, "GET", bare, f->cookie, NULL);
  assert_refused (none);
  g_assert_true (parlor_users_disable (f->world->brands, f->brand->id, f->user->id, TRUE, 2, NULL));
  go_away (f);
  claim (f, f->provider.issuer, CLIENT, f->provider.nonce, in_a_minute (f), VERIFIED);
  g_autoptr (Answer) disabled = come_back (f, "good-code", f->cookie);
  assert_refused (disabled);
}

/* A code that comes back at one brand's callback is shown to no other brand's provider. */
static void
test_mix_up (Fixture *f, gconstpointer data)
{
  const ParlorBrand *other = parlor_brands_add (f->world->brands, "other", "Other", 1, NULL);
  ParlorBrandChange change = {
      .oidc_issuer = f->provider.issuer, .oidc_client = CLIENT, .retention_days = -1};
  g_assert_true (parlor_brands_change (f->world->brands, other->id, &change, NULL));
  go_away (f);
  claim (f, f->provider.issuer, CLIENT, f->provider.nonce, in_a_minute (f), VERIFIED);
  g_autofree char *path = g_strdup_printf ("/v1/signin/callback/%s?code=good-code&state=%s",
                                           other->id, f->state);
  g_autoptr (Answer) elsewhere = world_ask (f->world, "GET", path, f->cookie, NULL);
  assert_refused (elsewhere);
  g_autoptr (Answer) after = come_back (f, "good-code", f->cookie);
  assert_refused (after);
  g_assert_cmpint (g_atomic_int_get (&f->provider.asked), ==, 0);
  g_autofree char *old = g_strdup_printf ("/v1/signin/callback?code=good-code&state=%s", f->state);
  g_autoptr (Answer) none = world_ask (f->world, "GET", old, f->cookie, NULL);
  g_assert_cmpuint (none->status, ==, 404);
}

/* One address fills its own share of those who are away, and no more; who comes back makes room. */
static void
test_many (Fixture *f, gconstpointer data)
{
  guint n = 0, status = 302;
  go_away (f);
  claim (f, f->provider.issuer, CLIENT, f->provider.nonce, in_a_minute (f), VERIFIED);
  for (; n < 200 && status == 302; n++)
    {
      g_autoptr (Answer) more = world_ask (f->world, "GET", "/v1/signin/oidc?brand=shop", "", NULL);
      status = more->status;
    }
  g_assert_cmpuint (status, ==, 429);
  g_assert_cmpuint (n, ==, 100);
  g_autoptr (Answer) in = come_back (f, "good-code", f->cookie);
  g_autofree char *where = answer_header (in, "Location");
  g_assert_cmpstr (where, ==, "/admin");
  go_away (f);
}

static void
test_down (Fixture *f, gconstpointer data)
{
  g_atomic_int_set (&f->provider.down, 1);
  g_autoptr (Answer) answer = world_ask (f->world, "GET", "/v1/signin/oidc?brand=shop", "", NULL);
  assert_refused (answer);
  g_autoptr (Answer) unknown = world_ask (f->world, "GET", "/v1/signin/oidc?brand=x", "", NULL);
  g_assert_cmpuint (unknown->status, ==, 404);
}

static void
test_parse (void)
{
  static const char *const bad[] = {
      "",
      "{}",
      "[]",
      "{\"id_token\":1}",
      "{\"id_token\":\"a\"}",
      "{\"id_token\":\"a.b\"}",
      "{\"id_token\":\"a.b.c\"}",
      "{\"id_token\":\"..\"}",
      "{\"id_token\":\"a.e30.c\"}",
      "{\"id_token\":\"a.W10.c\"}",
      "{\"id_token\":\"a.e3=.c\"}",
      NULL,
  };
  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    g_assert_null (parlor_id_token_parse (bad[i], "https://i", "c", "n", 1));
  g_autoptr (ParlorOidcConfig) config = parlor_oidc_config_parse (
      "{\"issuer\":\"https://i\",\"authorization_endpoint\":\"https://i/a\","
      "\"token_endpoint\":\"https://i/t\"}",
      "https://i");
  g_assert_cmpstr (config->token, ==, "https://i/t");
  g_assert_null (parlor_oidc_config_parse (
      "{\"issuer\":\"https://i\",\"authorization_endpoint\":\"javascript:alert(1)\","
      "\"token_endpoint\":\"https://i/t\"}",
      "https://i"));
  /* What looks like this machine at first sight, and would carry the secret elsewhere in clear. */
  static const char *const elsewhere[] = {"http://127.0.0.1:1@idp.example/t",
                                          "http://127.0.0.1:x@idp.example/t",
                                          "http://127.0.0.1:@idp.example/t",
                                          "http://127.0.0.1:80.idp.example/t",
                                          "http://127.0.0.1:123456/t",
                                          "http://127.0.0.1/t",
                                          "http://idp.example/t",
                                          "file:///etc/passwd",
                                          "gopher://127.0.0.1:25/"};
  for (guint i = 0; i < G_N_ELEMENTS (elsewhere); i++)
    {
      g_autofree char *text = g_strdup_printf (
          "{\"issuer\":\"https://i\",\"authorization_endpoint\":\"https://i/a\","
          "\"token_endpoint\":\"%s\"}",
          elsewhere[i]);
      g_assert_null (parlor_oidc_config_parse (text, "https://i"));
    }
  g_assert_null (parlor_oidc_config_parse (
      "{\"issuer\":\"https://other\",\"authorization_endpoint\":\"https://i/a\","
      "\"token_endpoint\":\"https://i/t\"}",
      "https://i"));
}

#define TEST(name, func) g_test_add (name, Fixture, NULL, set_up, func, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/http/oidc/odd-answers-are-refused", test_parse);
  TEST ("/http/oidc/a-verified-address-then-the-subject-lets-in", test_in);
  TEST ("/http/oidc/a-token-for-somebody-else-is-none", test_tokens);
  TEST ("/http/oidc/a-flow-is-of-one-browser-and-once", test_flows);
  TEST ("/http/oidc/a-code-is-good-at-its-own-brands-callback-alone", test_mix_up);
  TEST ("/http/oidc/one-address-fills-its-own-share", test_many);
  TEST ("/http/oidc/a-provider-that-is-away-is-a-failed-sign-in", test_down);
  return g_test_run ();
}
