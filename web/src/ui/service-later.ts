/**
 * Puts the service button and its sheet on a page that plays a stream, when the page has nothing
 * more urgent to do: the first picture does not wait for them. Only the stream's loudness and the
 * size it is shown in are touched, and only during a call.
 */
import { embedded, place } from '../client/place.js';
import { surely } from '../client/surely.js';
import type { TapContext } from '../room/desk.js';
import type { Session } from '../room/session.js';
import type { ServiceSheet as Sheet } from './service-sheet.js';

/** What the page is asked for. */
interface Host extends HTMLElement {
  readonly room: string;
  /** By which taps here are known, where the address does not say; read at the tap. */
  readonly entry?: string;
  /** The rep whose own page this is: he is asked first. */
  readonly inviter?: string;
  /** Whose it is, where the stream does not say so. */
  readonly brand?: string;
  readonly audience: {
    clock: { readonly roomMs: number | null };
    live?: { get: () => { live: { brand: string; group?: string } | null } };
  };
  /** Hears how the brand calls itself. */
  readonly brandNamed?: (name: string) => void;
  /** Shows a product over the stream; FALSE: it is not on this shelf. */
  readonly showProduct?: (sku: string) => boolean;
  /** Hears of the sheet when it stands on the page. */
  readonly sheetReady?: (sheet: Sheet) => void;
  /** Absent: nothing is said to all here. */
  readonly session?: Session;
}

const DUCKED = 0.12;
/** How often it is looked whether the page is ready for it. */
const AGAIN_MS = 150;

function startWhenIdle(start: () => void): () => void {
  if ('requestIdleCallback' in window) {
    const id = window.requestIdleCallback(start, { timeout: 1500 });
    return () => window.cancelIdleCallback(id);
  }
  const id = setTimeout(start, 600);
  return () => clearTimeout(id);
}

/** The stream's own elements are turned down by their volume, never through WebAudio (lip sync). */
function ducker(host: HTMLElement): (on: boolean) => void {
  let before: [HTMLMediaElement, number][] = [];
  return (on) => {
    if (on && before.length === 0) {
      const all = place.ground().querySelectorAll<HTMLMediaElement>('audio, video');
      const stream = [...all].filter((one) => !one.closest('parlor-service'));
      before = stream.map((one) => [one, one.volume]);
      for (const one of stream) one.volume = DUCKED;
    } else if (!on) {
      for (const [one, volume] of before) one.volume = volume;
      before = [];
    }
    host.toggleAttribute('data-consult', on);
  };
}

/** During a call the picture is a miniature that can be pushed out of the way. */
function draggable(host: HTMLElement): () => void {
  const picture = host.querySelector<HTMLElement>('parlor-picture');
  let from: { x: number; y: number } | null = null;
  let [x, y] = [0, 0];
  const down = (event: PointerEvent): void => {
    if (!picture || !host.hasAttribute('data-consult')) return;
    from = { x: event.clientX - x, y: event.clientY - y };
    picture.setPointerCapture(event.pointerId);
  };
  const move = (event: PointerEvent): void => {
    if (!picture || !from) return;
    [x, y] = [event.clientX - from.x, event.clientY - from.y];
    picture.style.translate = `${x}px ${y}px`;
  };
  const up = (): void => {
    from = null;
  };
  picture?.addEventListener('pointerdown', down);
  picture?.addEventListener('pointermove', move);
  picture?.addEventListener('pointerup', up);
  /* Where it stood at the end of the call, it does not begin the next one. */
  return () => {
    [x, y] = [0, 0];
    if (picture) picture.style.translate = '';
  };
}

/** Returns how to take it away. */
export function mountServiceLater(host: Host): () => void {
  let again = 0;
  let isGone = false;
  const stops = [() => clearTimeout(again), () => (isGone = true)];
  const mount = async (): Promise<void> => {
    await Promise.all([
      surely(() => import('./styles/service.css')),
      surely(() => import('./styles/service-live.css')),
    ]);
    const fetched = await surely(() => import('./service-sheet.js'));
    if (isGone || !fetched) return;
    const { ServiceSheet } = fetched;
    const corner = host.querySelector<HTMLElement>('#live-service');
    /* The button waits until it is known whose it is. */
    const brand = host.brand ?? host.audience.live?.get().live?.brand;
    if (!corner || !brand) {
      again = window.setTimeout(() => void mount(), AGAIN_MS);
      return;
    }
    const sheet = new ServiceSheet(brand);
    const entry = embedded
      ? undefined
      : (new URLSearchParams(location.search).get('e') ?? undefined);
    sheet.place = corner;
    sheet.group = () => host.audience.live?.get().live?.group ?? '';
    sheet.context = (): TapContext => {
      const at = host.audience.clock.roomMs;
      return {
        room: host.room,
        ...(host.inviter ? { inviter: host.inviter } : {}),
        ...((entry ?? host.entry) ? { entry: entry ?? host.entry } : {}),
        ...(at === null ? {} : { room_ms: Math.max(0, Math.round(at)) }),
      };
    };
    const { brandNamed } = host;
    if (brandNamed)
      sheet.desk.store.watch(({ brandName }) => {
        if (brandName) brandNamed(brandName);
      });
    const duck = ducker(host);
    const home = draggable(host);
    sheet.addEventListener('parlor-duck', (event) => {
      const on = (event as CustomEvent<boolean>).detail;
      duck(on);
      if (!on) home();
    });
    const ask = (event: Event): void => {
      const { sku } = (event as CustomEvent<{ sku: string }>).detail;
      sheet.tap(sku);
    };
    host.addEventListener('parlor-ask', ask);
    /* A product that the rep put into the chat opens over the stream, where it stands on its shelf; it can be reached by
       keys though it has no link. */
    if (host.showProduct) sheet.dataset['shows'] = '';
    sheet.addEventListener('parlor-show', (event) => {
      if (!host.showProduct?.((event as CustomEvent<string>).detail)) return;
      event.preventDefault();
      sheet.aside();
    });
    if (!embedded)
      void import('./service-still.js').then(
        (one) => one.showTaps(host, sheet),
        () => undefined,
      );
    place.ground().append(sheet);
    host.sheetReady?.(sheet);
    void import('./service-warm.js').then(
      (one) => isGone || stops.push(one.warm(sheet)),
      () => undefined,
    );
    stops.push(() => {
      host.removeEventListener('parlor-ask', ask);
      sheet.remove();
    });
  };
  stops.push(startWhenIdle(() => void mount()));
  const { session } = host;
  if (session) {
    const words = import('./live-broadcast.js').then((one) => one.mountBroadcasts(session));
    stops.push(() => void words.then((stop) => stop()));
  }
  return () => {
    for (const stop of stops.splice(0)) stop();
  };
}
