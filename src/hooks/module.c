/* SPDX-License-Identifier: Apache-2.0 */
#include "hooks/module.h"

#include "hooks/json.h"

#include <dlfcn.h>
#include <string.h>

#define WAITING_MAX 256

struct _ParlorModule
{
  void *library;
  const ParlorHookModule *table;
  void *state;
  GThreadPool *pool;
  uv_async_t *async;
  GAsyncQueue *answered; /* Ask, from the threads */
  GHashTable *asks;      /* set of Ask, of the control thread */
};

typedef struct
{
  ParlorModule *module;
  char *hook;
  char *question;
  guint budget_ms;
  ParlorModuleAnswered callback;
  gpointer user_data;
  long length;
  char answer[PARLOR_HOOK_REPLY_MAX + 1];
} Ask;

static void
ask_free (Ask *ask)
{
  g_free (ask->hook);
  g_free (ask->question);
  g_free (ask);
}

/* A thread of the pool. */
static void
run_ask (gpointer data, gpointer user_data)
{
  Ask *ask = data;
  ParlorModule *module = user_data;
  ask->length = module->table->ask (module->state, ask->hook, ask->question, ask->budget_ms,
                                    ask->answer, PARLOR_HOOK_REPLY_MAX);
  if (ask->length > PARLOR_HOOK_REPLY_MAX || ask->length < PARLOR_HOOK_MODULE_FAILED)
    ask->length = PARLOR_HOOK_MODULE_FAILED;
  g_async_queue_push (module->answered, ask);
  uv_async_send (module->async);
}

static void
on_async (uv_async_t *async)
{
  ParlorModule *module = async->data;
  Ask *ask;
  while ((ask = g_async_queue_try_pop (module->answered)))
    {
      g_hash_table_remove (module->asks, ask);
      ask->callback (ask->length, ask->answer, ask->user_data);
      ask_free (ask);
    }
}

static gboolean
open_library (ParlorModule *module, const char *path, const char **why)
{
  module->library = dlopen (path, RTLD_NOW | RTLD_LOCAL);
  if (!module->library)
    {
      *why = dlerror ();
      return FALSE;
    }
  ParlorHookModuleFunc entry;
  *(void **)&entry = dlsym (module->library, PARLOR_HOOK_MODULE_SYMBOL);
  module->table = entry ? entry () : NULL;
  *why = !module->table ? "it has no " PARLOR_HOOK_MODULE_SYMBOL "()"
         : module->table->abi != PARLOR_HOOK_MODULE_ABI ? "it was made for another version"
         : !module->table->ask || !module->table->name  ? "its table has holes"
                                                        : NULL;
  return !*why;
}

ParlorModule *
parlor_module_new (uv_loop_t *loop, const char *path, const char *config, GError **error)
{
  const char *why = NULL;
  ParlorModule *module = g_new0 (ParlorModule, 1);
  if (open_library (module, path, &why) && module->table->start
      && module->table->start (config ? config : "", &module->state))
    why = "it did not start";
  if (why)
    {
      g_set_error (error, G_FILE_ERROR, G_FILE_ERROR_INVAL, "hook module %s: %s", path, why);
      if (module->library)
        dlclose (module->library);
      g_free (module);
      return NULL;
    }
  module->pool = g_thread_pool_new (run_ask, module, PARLOR_HOOK_MODULE_THREADS, FALSE, NULL);
  module->answered = g_async_queue_new ();
  module->asks = g_hash_table_new (NULL, NULL);
  module->async = g_new0 (uv_async_t, 1);
  uv_async_init (loop, module->async, on_async);
  module->async->data = module;
  return module;
}

gboolean
parlor_module_ask (ParlorModule *module, const char *hook, const char *question, guint budget_ms,
                   ParlorModuleAnswered answered, gpointer user_data)
{
  if (g_hash_table_size (module->asks) >= WAITING_MAX)
    return FALSE;
  Ask *ask = g_new0 (Ask, 1);
  ask->module = module;
  ask->hook = g_strdup (hook);
  ask->question = g_strdup (question);
  ask->budget_ms = budget_ms;
  ask->callback = answered;
  ask->user_data = user_data;
  g_hash_table_add (module->asks, ask);
  g_thread_pool_push (module->pool, ask, NULL);
  return TRUE;
}

const char *
parlor_module_name (const ParlorModule *module)
{
  return module->table->name;
}

static void
free_handle (uv_handle_t *handle)
{
  g_free (handle);
}

void
parlor_module_free (ParlorModule *module, GDestroyNotify drop)
{
  if (!module)
    return;
  g_thread_pool_free (module->pool, TRUE, TRUE); /* what waits is dropped, what runs is awaited */
  GHashTableIter iter;
  gpointer ask;
  g_hash_table_iter_init (&iter, module->asks);
  while (g_hash_table_iter_next (&iter, &ask, NULL))
    {
      drop (((Ask *)ask)->user_data);
      ask_free (ask);
    }
  g_hash_table_unref (module->asks);
  g_async_queue_unref (module->answered);
  uv_close ((uv_handle_t *)module->async, free_handle);
  if (module->table->stop)
    module->table->stop (module->state);
  dlclose (module->library);
  g_free (module);
}
