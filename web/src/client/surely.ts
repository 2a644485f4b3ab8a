/**
 * Parts of a page that are fetched on need, over a line that comes and goes: fetched until they are there. A browser may remember
 * for as long as the page lives that a module could not be fetched; under another address it is asked for again.
 */
const ADDRESS = /https?:\/\/\S+?\.js/;
const WAIT_MS = 3000;
const TRIES = 40;

/** `failed` is told of each try that brought nothing. `null`: it was given up. */
export async function surely<T>(
  load: () => Promise<T>,
  failed: () => void = () => undefined,
): Promise<T | null> {
  for (let n = 1; n <= TRIES; n++) {
    let address = '';
    try {
      return await load();
    } catch (error) {
      address = ADDRESS.exec(String(error))?.[0] ?? '';
    }
    failed();
    await new Promise((done) => setTimeout(done, WAIT_MS));
    if (!address) continue;
    try {
      return (await import(/* @vite-ignore */ `${address}?again=${n}`)) as T;
    } catch {
      /* The next turn. */
    }
  }
  return null;
}
