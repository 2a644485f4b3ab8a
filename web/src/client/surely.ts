/**
 * Parts of a page that are fetched on need, over a line that comes and goes: fetched until they are there. A browser may remember
 * for as long as the page lives that a module could not be fetched; under another address it is asked for again.
 */
const ADDRESS = /https?:\/\/\S+?\.js/;
const WAIT_MS = 3000;
const TRIES = 40;

const isThere = (asked: Promise<unknown>): Promise<boolean> =>
  asked.then(
    () => true,
    () => false,
  );

/** `failed` is told of each try that brought nothing. FALSE: it was given up. */
export async function surely(
  load: () => Promise<unknown>,
  failed: () => void = () => undefined,
): Promise<boolean> {
  for (let n = 1; n <= TRIES; n++) {
    let address = '';
    const loaded = load().catch((error: unknown) => {
      address = ADDRESS.exec(String(error))?.[0] ?? '';
      throw error;
    });
    if (await isThere(loaded)) return true;
    failed();
    await new Promise((done) => setTimeout(done, WAIT_MS));
    if (address && (await isThere(import(/* @vite-ignore */ `${address}?again=${n}`)))) return true;
  }
  return false;
}
