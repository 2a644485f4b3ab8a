import { beforeAll, expect, it, vi } from 'vitest';

vi.mock('./i18n/lang.js', () => ({ watchLang: () => () => undefined }));

/** An element as the browser makes it: `given` is what a template put on it before its class was there. */
class Element_ {
  static given: object = {};
  static connected = false;
  readonly isConnected: boolean;

  constructor() {
    Object.defineProperties(this, Object.getOwnPropertyDescriptors(Element_.given));
    this.isConnected = Element_.connected;
  }
}

let make: (
  connected: boolean,
  given: object,
) => { connectedCallback: () => void; seen: unknown[]; desk: unknown };

beforeAll(async () => {
  vi.stubGlobal('HTMLElement', Element_);
  const { Plain } = await import('./base.js');
  class Late extends Plain {
    static override properties = { desk: { attribute: false } };
    declare desk: unknown;
    readonly seen: unknown[] = [];

    override connectedCallback(): void {
      super.connectedCallback();
      this.seen.push(this.desk);
    }

    protected override createRenderRoot(): HTMLElement {
      return this;
    }

    protected override update(): void {
      this.seen.push('drawn');
    }
  }
  void Late.observedAttributes; // what defining it reads
  make = (connected, given) => {
    Object.assign(Element_, { connected, given });
    return new (Late as unknown as new () => ReturnType<typeof make>)();
  };
});

it('knows what it was given when its class came after it', () => {
  const element = make(true, { desk: 'a desk' });
  expect(element.desk).toBeUndefined();
  element.connectedCallback();
  expect(element.seen).toEqual(['drawn', 'a desk']);
});

it('is drawn in its own time when its class was there before it', () => {
  const element = make(false, {});
  element.desk = 'a desk';
  element.connectedCallback();
  expect(element.seen).toEqual(['a desk']);
});
