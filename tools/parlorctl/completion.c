/* SPDX-License-Identifier: Apache-2.0 */
/* Scripts for shells: commands, their verbs, flags; rooms are asked of the daemon. */
#include "ctl.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define COMMANDS                                                                                   \
  "setup brand user key rooms participants room reps rep recordings recording token events drain " \
  "tap inject verify completion"

static const char bash[] =
    "_parlorctl () {\n"
    "  local word=${COMP_WORDS[COMP_CWORD]} command='' i\n"
    "  for ((i = 1; i < COMP_CWORD; i++)); do\n"
    "    case ${COMP_WORDS[i]} in\n"
    "      --data-dir|--json|-*) ;;\n"
    "      *) [ \"${COMP_WORDS[i-1]}\" = --data-dir ] || { command=${COMP_WORDS[i]}; break; } ;;\n"
    "    esac\n"
    "  done\n"
    "  local flags='--data-dir --json --help' words=''\n"
    "  case $command in\n"
    "    '') words='" COMMANDS "' ;;\n"
    "    brand) words='list add set close'\n"
    "      flags+=' --brand --name --origins --may-start --oidc-issuer --oidc-client "
    "--oidc-secret-file' ;;\n"
    "    user) words='list add link disable enable'; flags+=' --brand --login --name --role' ;;\n"
    "    key) words='list add rotate revoke'; flags+=' --brand --id --scopes --overlap' ;;\n"
    "    setup) flags+=' --brand --login --name' ;;\n"
    "    token) flags+=' --room --identity --role --name --ttl' ;;\n"
    "    reps|recordings) flags+=' --brand' ;;\n"
    "    rep) words='show suspend resume depart stay'; flags+=' --to --defer-h' ;;&\n"
    "    recording) words='show hold release delete restore'; flags+=' --reason' ;;&\n"
    "    rep|recording) words+=\" $(parlorctl ${command}s 2>/dev/null | sed -n "
    "'s/^\\(re[pc]_[a-z0-9]*\\).*/\\1/p')\" ;;\n"
    "    events) flags+=' --after --follow' ;;\n"
    "    drain) flags+=' --end --off' ;;\n"
    "    inject) flags+=' --caps' ;;\n"
    "    completion) words='bash zsh' ;;\n"
    "    room) words='close' ;;&\n"
    "    room|participants) words+=\" $(parlorctl rooms 2>/dev/null | sed -n "
    "'s/^\\(rm_[a-z0-9]*\\).*/\\1/p')\" ;;\n"
    "  esac\n"
    "  if [[ $word == -* ]]; then words=$flags; fi\n"
    "  mapfile -t COMPREPLY < <(compgen -W \"$words\" -- \"$word\")\n"
    "}\n"
    "complete -o default -F _parlorctl parlorctl\n";

int
ctl_completion (const char *shell)
{
  if (shell && !strcmp (shell, "zsh"))
    printf ("autoload -U +X bashcompinit && bashcompinit\n%s", bash);
  else if (shell && !strcmp (shell, "bash"))
    fputs (bash, stdout);
  else
    return ctl_fail ("say: completion bash, or completion zsh");
  return EXIT_SUCCESS;
}
