/* SPDX-License-Identifier: Apache-2.0 */
/**
 * Decision hooks as a shared library that parlord loads at start (`--hook-module PATH`): the same
 * questions and answers as over HTTP (docs/hooks.md), without a network between.
 *
 * A module exports one function, `parlor_hook_module`, that returns a static table. The answer is
 * judged by the same rules as one that came over HTTP; a module can grant no right either.
 *
 * It runs inside the server's process: a crash of the module is a crash of the server. `ask` runs
 * on threads of its own, up to PARLOR_HOOK_MODULE_THREADS at once, never on the control thread or a
 * media worker. Who answers after the budget is late; that costs the answer, nothing else waits.
 *
 * No other header is needed; plain C, any compiler.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C"
{
#endif

/** Grows when the table below changes its meaning; a module of another number is refused. */
#define PARLOR_HOOK_MODULE_ABI 1

#define PARLOR_HOOK_MODULE_THREADS 4

/** What `ask` returns besides a length. */
#define PARLOR_HOOK_MODULE_PASS 0 /**< not mine: the brand's HTTP hook is asked, if it has one */
#define PARLOR_HOOK_MODULE_FAILED                                                                  \
  -1 /**< mine, and it did not work: the built-in answer is taken                                  \
      */

  typedef struct
  {
    uint32_t abi;     /**< PARLOR_HOOK_MODULE_ABI */
    const char *name; /**< for the log, e.g. "acme-crm" */

    /**
     * Once, before anything is asked, on the main thread; may be NULL. `config`: the text given by
     * `--hook-module-config`, "" when none. `*state` comes back in every call. 0 = good; anything
     * else: the server does not start.
     */
    int (*start) (const char *config, void **state);

    /**
     * One question. `hook`: "route.rep", …; `question`: a JSON object as docs/hooks.md describes
     * it, UTF-8, NUL at the end; `budget_ms`: how long an answer still decides. Writes the answer's
     * JSON object to `answer` (at most `size` bytes, no NUL needed) and returns its length, or one
     * of the two numbers above. Called on several threads at once.
     */
    long (*ask) (void *state, const char *hook, const char *question, unsigned budget_ms,
                 char *answer, size_t size);

    /** Once, at the end, when no ask runs any more; may be NULL. */
    void (*stop) (void *state);
  } ParlorHookModule;

/** The exported function's name and type. */
#define PARLOR_HOOK_MODULE_SYMBOL "parlor_hook_module"
  typedef const ParlorHookModule *(*ParlorHookModuleFunc) (void);
  /** What a module defines. */
  const ParlorHookModule *parlor_hook_module (void);

#ifdef __cplusplus
}
#endif
