/** Parts of the meeting's page that are fetched when they are wanted. */
import { html } from 'lit';
import { surely } from '../client/surely.js';
import type { App } from '../ui/base.js';

/** The dialogs are fetched so long after the door, or when one is wanted. */
export const DIALOGS_AFTER_MS = 2000;

export function dialogs(): void {
  void surely(() => import('../ui/dialogs.js'));
}

/** What only some meetings need; drawn once it is known. */
export const LAZY = {
  chat: {
    tag: 'parlor-chat',
    load: () => import('../ui/chat.js'),
    draw: (app: App) => html`<parlor-chat class="side-body chat" .app=${app}></parlor-chat>`,
  },
  roster: {
    tag: 'parlor-roster',
    load: () => import('../ui/roster.js'),
    draw: (app: App) => html`<parlor-roster class="side-body" .app=${app}></parlor-roster>`,
  },
  why: {
    tag: 'parlor-why',
    load: () => import('../ui/why.js'),
    draw: (app: App) => html`<parlor-why class="side-body" .app=${app}></parlor-why>`,
  },
  panels: {
    tag: 'parlor-panels',
    load: () => import('../ui/panels.js'),
    draw: (app: App) => html`<parlor-panels .app=${app}></parlor-panels>`,
  },
  beside: {
    tag: 'parlor-beside',
    load: () => import('../ui/panels.js'),
    draw: (app: App) => html`<parlor-beside class="side-body" .app=${app}></parlor-beside>`,
  },
  sealed: {
    tag: 'parlor-sealed',
    load: () => import('../ui/sealed.js'),
    draw: (app: App) => html`<parlor-sealed .app=${app}></parlor-sealed>`,
  },
  stills: {
    tag: 'parlor-still-ask',
    load: () => import('../ui/still-ask.js'),
    draw: (app: App) => html`<parlor-still-ask .app=${app}></parlor-still-ask>`,
  },
  watermark: {
    tag: 'parlor-watermark',
    load: () => import('../ui/watermark.js'),
    draw: (app: App) => html`<parlor-watermark .app=${app}></parlor-watermark>`,
  },
};
