/**
 * `window.parlor`: what tests, support and curious people may look at. Read only.
 * `state` the meeting, `local` own devices (tracks as booleans), `pc` the RTCPeerConnection,
 * `stats` the last summary of getStats, `together` how far each one's sound and picture are apart (ms), `timings` in ms (see ui/marks.ts), `version` of the server.
 */
import type { Engine } from '../media/engine.js';
import type { Together } from '../media/lips.js';
import type { LocalMedia, LocalState } from '../media/local.js';
import type { MediaStats } from '../media/stats.js';
import type { Session } from '../room/session.js';
import type { RoomState } from '../room/state.js';
import { timings } from '../ui/marks.js';

export interface ParlorHook {
  readonly state: RoomState;
  readonly local: Record<keyof Pick<LocalState, 'microphone' | 'camera' | 'screen'>, boolean>;
  readonly pc: RTCPeerConnection | null;
  readonly stats: MediaStats | null;
  readonly together: Together[];
  readonly soundBlocked: boolean;
  readonly timings: Record<string, number | null>;
}

declare global {
  interface Window {
    readonly parlor?: ParlorHook;
  }
}

export function expose(session: Session, engine: Engine, local: LocalMedia): void {
  const hook: ParlorHook = {
    get state() {
      return structuredClone(session.state);
    },
    get local() {
      const { microphone, camera, screen } = local.state;
      return {
        microphone: microphone.on && microphone.track !== null,
        camera: camera.on && camera.track !== null,
        screen: screen !== null,
      };
    },
    get pc() {
      return engine.pc;
    },
    get stats() {
      return structuredClone(engine.store.get().stats);
    },
    get together() {
      return engine.together;
    },
    get soundBlocked() {
      return engine.store.get().soundBlocked;
    },
    get timings() {
      return timings();
    },
  };
  Object.defineProperty(window, 'parlor', { value: Object.freeze(hook) });
}
