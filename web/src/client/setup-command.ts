/** The line that sets a fresh server up, for a shell on its own machine. */

/** How parlord was started: by systemd as docs/operate.md says, or from the folder it was built in. */
export type Place = 'installed' | 'built';

const CTL: Record<Place, string> = {
  installed: 'sudo -u parlor parlorctl --data-dir /var/lib/parlor',
  built: 'build/tools/parlorctl/parlorctl',
};

/** A brand's short name, 1 to 40 of [a-z0-9-], out of its name; `otherwise` where nothing is left. */
export function slugOf(name: string, otherwise: string): string {
  const slug = name
    .normalize('NFKD')
    .toLowerCase()
    .replace(/\p{M}/gu, '')
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-|-$/g, '')
    .slice(0, 40)
    .replace(/-$/, '');
  return slug || otherwise;
}

/** One word for a POSIX shell, whatever is in it. */
export function quote(word: string): string {
  const line = word.replace(/\p{Cc}+/gu, ' ').trim();
  return /^[\w@%+:./][\w@%+=:,./-]*$/.test(line) ? line : `'${line.replaceAll("'", "'\\''")}'`;
}

export function setupCommand(place: Place, name: string, login: string): string {
  const words = ['--brand', slugOf(name, 'shop'), '--name', quote(name), '--login', quote(login)];
  return `${CTL[place]} setup ${words.join(' ')}`;
}
