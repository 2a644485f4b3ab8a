// SPDX-License-Identifier: Apache-2.0
/**
 * What runs inside the tested pages: reading marks and tones from what was *received*, finding elements through shadow roots, and
 * cameras for browsers that take none from a file. `probeSource ()` gives it as text for an init script.
 */
import * as mark from '../media/mark.mjs';

/* Runs in the page. `M` has the functions of mark.mjs. */
function install(M, options) {
  const all = (selector, root = document) => {
    const found = [...root.querySelectorAll(selector)];
    for (const element of root.querySelectorAll('*')) if (element.shadowRoot) found.push(...all(selector, element.shadowRoot));
    return found;
  };
  const visible = (element) => {
    const box = element.getBoundingClientRect();
    return box.width > 0 && box.height > 0 && getComputedStyle(element).visibility !== 'hidden';
  };
  const byTestId = (id) => all(`[data-testid="${id}"]`);

  /* The video of a tile, wherever the page keeps it. */
  const videoOf = (tile) => (tile.tagName === 'VIDEO' ? tile : all('video', tile)[0] ?? (tile.shadowRoot && all('video', tile.shadowRoot)[0]));

  /* A person who was here before: the page remembers the name, and New meeting does not ask for it. */
  try {
    localStorage.getItem('parlor.choices') ?? localStorage.setItem('parlor.choices', JSON.stringify({ name: options.name }));
  } catch {
    /* about:blank has no storage. */
  }

  let scratch = null;
  const pixels = (video, width, height) => {
    scratch ??= new OffscreenCanvas(1, 1);
    scratch.width = width;
    scratch.height = height;
    const context = scratch.getContext('2d', { willReadFrequently: true });
    context.drawImage(video, 0, 0, width, height);
    return context.getImageData(0, 0, width, height).data;
  };
  const readMark = (video) => {
    if (!video || video.readyState < 2 || !video.videoWidth) return null;
    const [width, height] = [320, 180];
    const data = pixels(video, width, height);
    const luma = (x, y) => {
      const at = (y * width + x) * 4;
      return 0.299 * data[at] + 0.587 * data[at + 1] + 0.114 * data[at + 2];
    };
    return M.markRead(luma, width, height);
  };

  /* Watches a video for some time and until enough was seen (a busy machine is slow, and may be), 15 s at most: every readable mark in
     order. `find` is asked each time: a tile that goes and comes again has another element. */
  const watch = (find, ms, least = 0) =>
    new Promise((resolve) => {
      const marks = [];
      let unreadable = 0;
      const began = performance.now();
      const timer = setInterval(() => {
        const video = find();
        const found = readMark(video);
        if (!found) unreadable++;
        else if (!marks.length || marks.at(-1).counter !== found.counter) marks.push({ ...found, at: performance.now() });
        const passed = performance.now() - began;
        if (passed < ms || (marks.length < least && passed < 15000)) return;
        clearInterval(timer);
        resolve({ marks, unreadable, width: video?.videoWidth ?? 0, height: video?.videoHeight ?? 0 });
      }, 15);
    });

  /* Loudest level in dB of each frequency in windows of 100 ms. */
  const levelsOf = (samples, rate, frequencies) => {
    const size = rate / 10;
    const level = (hz, from) => {
      let [cosine, sine] = [0, 0];
      for (let n = 0; n < size; n++) {
        const angle = (2 * Math.PI * hz * n) / rate;
        // A Hann window: without it a loud neighbour leaks into the other frequencies.
        const value = samples[from + n] * (1 - Math.cos((2 * Math.PI * n) / size));
        cosine += value * Math.cos(angle);
        sine += value * Math.sin(angle);
      }
      return 20 * Math.log10((2 * Math.hypot(cosine, sine)) / size + 1e-9);
    };
    const best = {};
    for (const hz of frequencies) {
      best[hz] = -180;
      for (let from = 0; from + size <= samples.length; from += size) best[hz] = Math.max(best[hz], level(hz, from));
    }
    return best;
  };
  /* Records a track for some time and decodes it. An AudioContext would be simpler, but Firefox runs none where there is no sound card. */
  const record = async (track, ms) => {
    const recorder = new MediaRecorder(new MediaStream([track]));
    const parts = [];
    recorder.ondataavailable = (event) => parts.push(event.data);
    const stopped = new Promise((resolve) => (recorder.onstop = resolve));
    recorder.start();
    await new Promise((resolve) => setTimeout(resolve, ms));
    recorder.stop();
    await stopped;
    const bytes = await new Blob(parts).arrayBuffer();
    if (!bytes.byteLength) return new Float32Array(0);
    return (await new OfflineAudioContext(1, 48000, 48000).decodeAudioData(bytes)).getChannelData(0);
  };
  /* Levels of the given frequencies in every received audio track that the page plays aloud. */
  const tones = async (frequencies, ms) => {
    const tracks = new Set();
    for (const element of all('audio, video')) {
      if (!element.srcObject || element.muted || element.paused) continue;
      for (const track of element.srcObject.getAudioTracks()) if (track.readyState === 'live') tracks.add(track);
    }
    const levels = Object.fromEntries(frequencies.map((hz) => [hz, -180]));
    for (const samples of await Promise.all([...tracks].map((track) => record(track, ms)))) {
      const found = levelsOf(samples, 48000, frequencies);
      for (const hz of frequencies) levels[hz] = Math.max(levels[hz], found[hz]);
    }
    return { levels, tracks: tracks.size };
  };

  const drawMark = (draw, counter, person, width, height) =>
    M.markBits(counter, person).forEach((bit, index) => {
      const block = M.markBlock(index, width, height);
      draw.fillStyle = bit ? '#fff' : '#000';
      draw.fillRect(Math.round(block.x), Math.round(block.y), Math.ceil(block.w), Math.ceil(block.h));
    });
  /* A camera made in the page; `painted` has the time (ms of the wall clock) of each of its last ten thousand counters. */
  const painted = [];
  const makeCamera = (person, { width = 640, height = 360, rate = 20 } = {}) => {
    const canvas = document.createElement('canvas');
    canvas.width = width;
    canvas.height = height;
    const draw = canvas.getContext('2d', { alpha: false });
    let counter = 0;
    const paint = () => {
      draw.fillStyle = `hsl(${(person * 47) % 360} 40% 35%)`;
      draw.fillRect(0, 0, width, height);
      draw.fillStyle = '#ccc';
      draw.fillRect((counter * 4) % (width - 60), height / 9, 60, height / 3.3);
      drawMark(draw, counter, person, width, height);
      painted[counter % 10000] = { counter, at: Date.now() };
      counter++;
    };
    paint();
    const [track] = canvas.captureStream(rate).getVideoTracks();
    const timer = setInterval(() => (track.readyState === 'live' ? paint() : clearInterval(timer)), 1000 / rate);
    return track;
  };
  if (options.madeCamera && navigator.mediaDevices) {
    const real = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
    navigator.mediaDevices.getUserMedia = async (want = {}) => {
      const stream = want.audio || !want.video ? await real({ audio: want.audio }) : new MediaStream();
      if (want.video) stream.addTrack(makeCamera(options.person, options.madeCamera === true ? {} : options.madeCamera));
      return stream;
    };
  }
  if (options.refuse && navigator.mediaDevices) {
    navigator.mediaDevices.getUserMedia = async () => {
      throw new DOMException('The request is not allowed by the user agent or the platform in the current context.', options.refuse);
    };
    if (options.refuse === 'NotFoundError') navigator.mediaDevices.enumerateDevices = async () => [];
  }

  /* A screen of 1920×1080 made in the page: text lines as given, in 12 px type, or a mark that counts. */
  let screenLines = [];
  let screenMarked = false;
  let screenCounter = 0;
  if (navigator.mediaDevices) {
    navigator.mediaDevices.getDisplayMedia = async () => {
      const canvas = document.createElement('canvas');
      canvas.width = 1920;
      canvas.height = 1080;
      const draw = canvas.getContext('2d', { alpha: false });
      let tick = 0;
      const paint = () => {
        draw.fillStyle = '#fff';
        draw.fillRect(0, 0, 1920, 1080);
        draw.fillStyle = '#000';
        draw.font = '12px "DejaVu Sans"';
        draw.textBaseline = 'top';
        for (const { text, x, y } of screenLines) draw.fillText(text, x, y);
        if (screenMarked) drawMark(draw, ++screenCounter, options.person, 1920, 1080);
        draw.fillStyle = '#000';
        draw.fillRect(1900, 1060, 4, tick++ % 2 ? 12 : 2);
      };
      paint();
      const [track] = canvas.captureStream(10).getVideoTracks();
      const timer = setInterval(() => (track.readyState === 'live' ? paint() : clearInterval(timer)), 100);
      return new MediaStream([track]);
    };
  }
  /* Pieces of the frame that is shown now, each enlarged, as PNG data URLs. */
  const cut = (video, pieces, scale) =>
    pieces.map(({ x, y, w, h }) => {
      const canvas = document.createElement('canvas');
      canvas.width = w * scale;
      canvas.height = h * scale;
      const draw = canvas.getContext('2d', { alpha: false });
      draw.imageSmoothingQuality = 'high';
      draw.drawImage(video, x, y, w, h, 0, 0, w * scale, h * scale);
      return canvas.toDataURL('image/png');
    });

  /* Every peer connection of the page, to ask it for statistics. */
  const peers = [];
  const Real = window.RTCPeerConnection;
  window.RTCPeerConnection = class RTCPeerConnection extends Real {
    constructor(...words) {
      super(...words);
      peers.push(this);
    }
  };
  const stats = async (type) => {
    const found = [];
    for (const peer of peers.filter((one) => one.connectionState !== 'closed'))
      for (const one of (await peer.getStats()).values()) if (one.type === type) found.push(JSON.parse(JSON.stringify(one)));
    return found;
  };
  /* The tile of somebody else by name, with its picture. */
  const tileOf = (name, source = 'camera') =>
    byTestId('tile').find((tile) => tile.dataset.name === name && tile.dataset.source === source && !('self' in tile.dataset));
  const pictureOf = (name, source) => {
    const tile = tileOf(name, source);
    return tile ? videoOf(tile) : undefined;
  };

  /* Follows the picture of a person, frame by frame as it is presented: [time, counter], times on the machine's clock; each fourth
     mark is read (null: not readable), since reading costs more than decoding. */
  const observed = new Map();
  const observe = (name) => {
    const seen = { frames: [], video: null, from: performance.timeOrigin + performance.now() };
    const follow = (video) => {
      const step = (now) => {
        if (observed.get(name) !== seen || seen.video !== video) return;
        const at = performance.timeOrigin + now;
        seen.frames.push(seen.frames.length % 4 ? [at] : [at, readMark(video)?.counter ?? null]);
        video.requestVideoFrameCallback(step);
      };
      video.requestVideoFrameCallback(step);
    };
    const look = () => {
      const video = pictureOf(name);
      if (video === seen.video) return;
      seen.video = video;
      if (video) follow(video);
    };
    look();
    seen.timer = setInterval(look, 100);
    observed.set(name, seen);
  };
  /* The browser's own account of the track that a person's tile shows now. */
  const inboundOf = async (name) => {
    const track = pictureOf(name)?.srcObject?.getVideoTracks()[0]?.id;
    return (await stats('inbound-rtp')).find((one) => one.trackIdentifier === track) ?? null;
  };
  /* Ends that, and gives what was seen. */
  const observedOf = (name) => {
    const seen = observed.get(name);
    observed.delete(name);
    clearInterval(seen.timer);
    return { frames: seen.frames, from: seen.from, until: performance.timeOrigin + performance.now(), width: seen.video?.videoWidth ?? 0, height: seen.video?.videoHeight ?? 0 };
  };

  window.__probe = { painted: () => painted, levelsOf, stats, tileOf, pictureOf, all, visible, byTestId, videoOf, readMark, watch, tones, cut, observe, observedOf, inboundOf,
    setScreen: (lines, marked = false) => ([screenLines, screenMarked] = [lines, marked]), screenCounter: () => screenCounter };
}

/** Text of an init script. options: {person, madeCamera, refuse}. */
export function probeSource(options) {
  const functions = ['markCheck', 'markBits', 'markBlock', 'markRead', 'toneOf'].map((name) => mark[name].toString()).join('\n');
  return `(() => {\n${functions}\nconst M = { markCheck, markBits, markBlock, markRead, toneOf };\n(${install.toString()})(M, ${JSON.stringify(options)});\n})();`;
}
