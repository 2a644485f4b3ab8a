/**
 * Many files played as one: each element follows the room's clock, which this object keeps. A small
 * deviation is made up for by speed, a large one by a seek.
 */
import type { Manifest, TrackFile } from '../client/recordings.js';
import { coverUntil } from './cover.js';
import { pictureAt, soundsAt, toFileMs } from './timeline.js';

/** Nobody sees or hears less; a seek is heard. */
const NEAR_SEC = 0.04;
const FAR_SEC = 0.3;
const TICK_MS = 100;
/** A file that begins as the recording does may differ by a picture. */
const WHOLE_MS = 40;

/** Where files and pictures of markers are fetched. */
export interface Addresses {
  file: (n: number) => string;
  still: (marker: string) => string;
}

interface Follower {
  element: HTMLMediaElement;
  file: TrackFile;
}

export class Playback {
  rate = 1;
  chosen: string | null = null;
  private at: number;
  private since = 0;
  private running = false;
  private timer = 0;
  private readonly sounds = new Map<number, Follower>();
  private readonly pictures = new Map<HTMLVideoElement, TrackFile | null>();

  constructor(
    private readonly addresses: Addresses,
    private readonly manifest: Manifest,
    private readonly changed: () => void,
  ) {
    this.at = manifest.from_ms;
    this.timer = window.setInterval(() => this.tick(), TICK_MS);
  }

  close(): void {
    window.clearInterval(this.timer);
    for (const { element } of this.sounds.values()) drop(element);
    this.sounds.clear();
  }

  get position(): number {
    const now = this.running ? this.at + (performance.now() - this.since) * this.rate : this.at;
    return Math.min(now, this.manifest.to_ms);
  }

  get playing(): boolean {
    return this.running;
  }

  play(): void {
    if (this.position >= this.manifest.to_ms) this.at = this.manifest.from_ms;
    this.since = performance.now();
    this.running = true;
    this.tick();
  }

  pause(): void {
    this.at = this.position;
    this.running = false;
    this.tick();
  }

  seek(roomMs: number): void {
    this.at = Math.max(this.manifest.from_ms, Math.min(roomMs, this.manifest.to_ms));
    this.since = performance.now();
    this.tick(true);
  }

  setRate(rate: number): void {
    this.at = this.position;
    this.since = performance.now();
    this.rate = rate;
    this.tick();
  }

  /** What the two elements show now; null = nothing was written. */
  show(screen: HTMLVideoElement, camera: HTMLVideoElement, exact = false): void {
    const picture = pictureAt(this.manifest, this.position, this.chosen);
    this.put(screen, picture.screen, exact);
    this.put(camera, picture.camera, exact);
  }

  private put(element: HTMLVideoElement, file: TrackFile | null, exact: boolean): void {
    if (this.pictures.get(element)?.n !== file?.n) {
      this.pictures.set(element, file);
      if (file) this.load(element, file);
      else drop(element);
    }
    if (file) this.follow({ element, file }, exact);
  }

  private load(element: HTMLVideoElement, file: TrackFile): void {
    const first = toFileMs(file, Math.max(file.from_ms, this.manifest.from_ms));
    load(element, this.addresses.file(file.n));
    if (first > WHOLE_MS) coverUntil(element, first / 1000);
    else element.style.opacity = '';
  }

  private tick(exact = false): void {
    if (this.running && this.position >= this.manifest.to_ms) this.pause();
    const wanted = soundsAt(this.manifest, this.position);
    for (const [n, { element }] of this.sounds)
      if (!wanted.some((one) => one.n === n)) {
        drop(element);
        this.sounds.delete(n);
      }
    for (const file of wanted) {
      let follower = this.sounds.get(file.n);
      if (!follower) {
        const element = new Audio();
        load(element, this.addresses.file(file.n));
        follower = { element, file };
        this.sounds.set(file.n, follower);
      }
      this.follow(follower, exact);
    }
    this.changed();
  }

  private follow({ element, file }: Follower, exact: boolean): void {
    if (element.readyState < HTMLMediaElement.HAVE_METADATA) return;
    const target = toFileMs(file, this.position) / 1000;
    const ahead = element.currentTime - target;
    if (exact || Math.abs(ahead) > FAR_SEC) {
      if (!element.seeking) element.currentTime = target;
    } else if (this.running) {
      const nudge = Math.abs(ahead) > NEAR_SEC ? (ahead > 0 ? 0.95 : 1.05) : 1;
      if (element.playbackRate !== this.rate * nudge) element.playbackRate = this.rate * nudge;
    }
    if (this.running && element.paused) void element.play().catch(() => undefined);
    if (!this.running && !element.paused) element.pause();
    if (!this.running && Math.abs(ahead) > 0.01 && !element.seeking) element.currentTime = target;
  }
}

function load(element: HTMLMediaElement, url: string): void {
  element.preload = 'auto';
  element.src = url;
}

function drop(element: HTMLMediaElement): void {
  element.pause();
  element.removeAttribute('src');
  element.load();
}
