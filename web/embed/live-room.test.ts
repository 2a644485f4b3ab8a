import { afterEach, beforeEach, expect, test, vi } from 'vitest';

/** What stands in the page before the script does. */
let early: object = {};

/** Made as a browser upgrades: the constructor gets the element that is there already. */
class FakeElement {
  private readonly attributes = new Set<string>();
  constructor() {
    const made = Object.setPrototypeOf(early, new.target.prototype) as FakeElement;
    Object.assign(made, { attributes: this.attributes });
    return made;
  }
  attachShadow(): object {
    return { append: vi.fn() };
  }
  getAttribute(): null {
    return null;
  }
  hasAttribute(name: string): boolean {
    return this.attributes.has(name);
  }
  toggleAttribute(name: string, on: boolean): void {
    this.attributes[on ? 'add' : 'delete'](name);
  }
}

const part = (): object => ({
  part: { add: vi.fn() },
  addEventListener: vi.fn(),
  childElementCount: 1,
});

beforeEach(() => {
  early = {};
  vi.resetModules();
  vi.stubGlobal('HTMLElement', FakeElement);
  vi.stubGlobal(
    'CSSStyleSheet',
    class {
      replaceSync = vi.fn();
    },
  );
  vi.stubGlobal('customElements', { get: () => true });
  vi.stubGlobal('document', { createElement: part });
});

afterEach(() => vi.unstubAllGlobals());

test('what was said before the script came is taken over, and what is said later is seen', async () => {
  const { LiveRoom } = await import('./live-room.js');
  early = { identity: 'a.b.c', floating: true };
  const element = new LiveRoom();
  element.connectedCallback();
  expect(element.identity).toBe('a.b.c');
  expect(element.hasAttribute('floating')).toBe(true);
  const identify = vi.fn();
  Object.assign(element, { running: { identify } });
  element.identity = null;
  expect(identify).toHaveBeenCalledWith(null);
  element.floating = false;
  expect(element.hasAttribute('floating')).toBe(false);
});

test('where nothing was said nothing is', async () => {
  const { LiveRoom } = await import('./live-room.js');
  const element = new LiveRoom();
  element.connectedCallback();
  expect(element.identity).toBe('');
  expect(element.floating).toBe(false);
});
