// SPDX-License-Identifier: Apache-2.0
/** What lies in recordings, and who writes them. */
import { MarkReader } from './foreign.mjs';

/** The marks of every frame of a file of VP8, decoded to 320×180 grey. */
export async function marksOf(world, file) {
  const { stdout } = await world.run('gst-launch-1.0', ['-q', 'filesrc', `location=${file}`, '!', 'matroskademux', '!', 'vp8dec', '!', 'videoconvert', '!', 'videoscale', '!',
    'video/x-raw,format=GRAY8,width=320,height=180', '!', 'fdsink', 'fd=1'], { encoding: 'buffer', maxBuffer: 1 << 30 });
  const reader = new MarkReader();
  reader.push(stdout);
  return reader.seen;
}

/** Of the process that writes; 0 = there is none now. */
export async function recorderPid(world) {
  const text = await (await fetch(`${world.adminUrl}/metrics`)).text();
  return Number(text.match(/^parlor_recorder_pid (\d+)/m)[1]);
}

/**
 * In the page: opens a file of pictures, seeks to these shares of it (one after the other, any order), then plays its last 400 ms to the end.
 * Gives {first_ms (its first picture was there), duration (s), places: [{at (s), ms, mark}], last (the mark that stands at the end)}, or throws what went wrong.
 */
export function playPictures(viewer, url, shares) {
  return viewer.evaluate(async ([src, places]) => {
    const video = document.createElement('video');
    video.muted = true;
    const once = (name) => new Promise((resolve, reject) => {
      video.addEventListener(name, resolve, { once: true });
      video.addEventListener('error', () => reject(new Error(`${name}: ${video.error?.message}`)), { once: true });
      setTimeout(() => reject(new Error(`${name} did not come`)), 20000);
    });
    const mark = async () => {
      for (let n = 0; n < 50; n++) {
        const found = window.__probe.readMark(video);
        if (found) return found;
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
      return null;
    };
    /* A browser may say that it has sought before the picture stands there; where it is the same one as before, none comes. */
    const presented = () => Promise.race([
      new Promise((resolve) => video.requestVideoFrameCallback?.(resolve)),
      new Promise((resolve) => setTimeout(resolve, 1000)),
    ]);
    const seek = async (at) => {
      const began = performance.now();
      const sought = once('seeked');
      const stands = presented();
      video.currentTime = at;
      await sought;
      const ms = performance.now() - began;
      await stands;
      return { at, ms, mark: await mark() };
    };
    /* A busy browser says that it has ended while its last pictures are still to be drawn. */
    const SETTLE_MS = 300;
    document.body.append(video);
    try {
      const began = performance.now();
      const loaded = once('loadeddata');
      video.src = src;
      await loaded;
      const seen = { first_ms: performance.now() - began, duration: video.duration, places: [] };
      for (const share of [...places, Math.max(0, 1 - 0.4 / video.duration)]) seen.places.push(await seek(video.duration * share));
      const ended = once('ended');
      await video.play();
      await ended;
      await new Promise((resolve) => setTimeout(resolve, SETTLE_MS));
      return { ...seen, last: await mark() };
    } finally {
      video.removeAttribute('src');
      video.load();
      video.remove();
    }
  }, [url, shares]);
}

/**
 * In the page: opens a file of sound, seeks in it, and decodes all of it: {first_ms, duration (s), places: [{at, ms}], seconds (decoded), levels (dB of each
 * frequency, its loudest tenth of a second)}. It is not played aloud: a Firefox without a sound card does not.
 */
export function playSound(viewer, url, shares, frequencies) {
  return viewer.evaluate(async ([src, places, hz]) => {
    const audio = new Audio();
    const once = (name) => new Promise((resolve, reject) => {
      audio.addEventListener(name, resolve, { once: true });
      audio.addEventListener('error', () => reject(new Error(`${name}: ${audio.error?.message}`)), { once: true });
      setTimeout(() => reject(new Error(`${name} did not come`)), 20000);
    });
    try {
      const began = performance.now();
      const loaded = once('loadeddata');
      audio.src = src;
      await loaded;
      const heard = { first_ms: performance.now() - began, duration: audio.duration, places: [] };
      for (const share of places) {
        const from = performance.now();
        const sought = once('seeked');
        audio.currentTime = audio.duration * share;
        await sought;
        heard.places.push({ at: audio.currentTime, ms: performance.now() - from });
      }
      const bytes = await (await fetch(src)).arrayBuffer();
      const samples = (await new OfflineAudioContext(1, 48000, 48000).decodeAudioData(bytes)).getChannelData(0);
      return { ...heard, seconds: samples.length / 48000, levels: window.__probe.levelsOf(samples, 48000, hz) };
    } finally {
      audio.removeAttribute('src');
      audio.load();
    }
  }, [url, shares, frequencies]);
}
