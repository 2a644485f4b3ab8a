/** The viewer inside `<live-room>`: the live page's own elements in the frame's shadow root. */
import broadcast from '../src/ui/styles/broadcast.css?inline';
import care from '../src/ui/styles/care.css?inline';
import live from '../src/ui/styles/live.css?inline';
import poll from '../src/ui/styles/poll.css?inline';
import service from '../src/ui/styles/service.css?inline';
import serviceLive from '../src/ui/styles/service-live.css?inline';
import { customElement } from 'lit/decorators.js';
import { goTo, openSession } from '../src/client/http.js';
import { place } from '../src/client/place.js';
import { LivePage } from '../src/pages/live.js';
import type { Product } from '../src/protocol/live.js';
import { setLang } from '../src/ui/i18n/lang.js';
import type { LiveRoom, Viewer, ViewerConfig } from './live-room.js';

const KEY = 'parlor.site';

function keptToken(): string {
  try {
    return localStorage.getItem(KEY) ?? '';
  } catch {
    return '';
  }
}

function keepToken(token: string): void {
  try {
    localStorage.setItem(KEY, token);
  } catch {
    /* It lives as long as the page. */
  }
}

/** Tells the site what happens in the room, each thing once. */
function tell(page: LivePage, host: LiveRoom): () => void {
  let state = '';
  let sku = '';
  let viewers = -1;
  return page.audience.live.watch((now) => {
    if (now.live && now.live.state !== state) {
      state = now.live.state;
      host.emit('state', { state, title: now.live.title });
    }
    if ((now.pin?.sku ?? '') !== sku) {
      sku = now.pin?.sku ?? '';
      host.emit('product-pinned', { sku: sku || null, title: now.pin?.product?.title ?? '' });
    }
    if (now.viewers !== viewers) {
      viewers = now.viewers;
      host.emit('audience', { viewers, likes: now.likes });
    }
  });
}

@customElement('live-room-page')
export class EmbeddedPage extends LivePage {
  host: LiveRoom | null = null;

  protected override readonly buy = (product: Product): void => {
    void this.toShop(product);
  };

  /** The site shows the product itself, and the player floats beside; or it opens in a new tab. */
  private async toShop(product: Product): Promise<void> {
    const url = await goTo(this.room, product.sku).catch(() => '');
    const { sku, title, price } = product;
    if (this.host?.emit('product-open', { sku, title, price, url }, true) !== false) {
      if (url) window.open(url, '_blank', 'noopener,noreferrer');
    } else {
      this.closeSheet();
      this.host.floating = true;
    }
  }
}

class ViewerShell extends HTMLElement implements Viewer {
  private page: EmbeddedPage | null = null;
  private quiet: () => void = () => undefined;

  async start(config: ViewerConfig): Promise<void> {
    const root = config.ground.getRootNode() as ShadowRoot;
    if (root.adoptedStyleSheets.length === 1) {
      const sheet = new CSSStyleSheet();
      sheet.replaceSync(live + poll + service + serviceLive + care + broadcast);
      root.adoptedStyleSheets = [sheet, ...root.adoptedStyleSheets];
    }
    Object.assign(place, {
      server: config.server,
      room: config.room,
      ground: () => config.ground,
    });
    if (/^(zh|en)/i.test(config.lang)) setLang(/^zh/i.test(config.lang) ? 'zh-CN' : 'en');
    place.identity = (config.host as LiveRoom).identity;
    place.visitor = await openSession(config.room, keptToken());
    keepToken(place.visitor);
    if (!this.isConnected) return; // taken away meanwhile
    const page = new EmbeddedPage();
    page.host = config.host as LiveRoom;
    this.page = page;
    this.quiet = tell(page, page.host);
    this.append(page);
  }

  identify(token: string | null): void {
    place.identity = token;
    place.attach();
  }

  stop(): void {
    this.quiet();
    this.page?.session.leave();
    this.page?.guest.stop();
    this.page?.remove();
    this.page = null;
  }
}

customElements.define('live-room-viewer', ViewerShell);
