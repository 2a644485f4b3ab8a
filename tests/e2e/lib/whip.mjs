// SPDX-License-Identifier: Apache-2.0
/** WHIP and WHEP by curl: the protocol itself, with no client of ours in between. */
import { writeFileSync } from 'node:fs';
import path from 'node:path';

/** One request, which with `asks` waits for leave to send its body; gives {status, headers (lower case), body}. */
export async function curl(world, method, url, { body, type, headers = {}, asks = false } = {}) {
  const words = ['-s', '-S', '-i', '-X', method, '--max-time', '20', '-H', asks ? 'Expect: 100-continue' : 'Expect:'];
  for (const [name, value] of Object.entries({ ...(type ? { 'Content-Type': type } : {}), ...headers })) words.push('-H', `${name}: ${value}`);
  if (body !== undefined) {
    const file = path.join(world.folder, 'body');
    writeFileSync(file, body);
    words.push('--data-binary', `@${file}`);
  }
  const { stdout } = await world.run('curl', [...words, new URL(url, world.url).href]);
  const end = stdout.indexOf('\r\n\r\n');
  const [first, ...lines] = stdout.slice(0, end).split('\r\n');
  const found = {};
  for (const line of lines) {
    const colon = line.indexOf(':');
    const name = line.slice(0, colon).toLowerCase();
    const value = line.slice(colon + 1).trim();
    found[name] = found[name] ? `${found[name]}, ${value}` : value;
  }
  return { status: Number(first.split(' ')[1]), headers: found, body: stdout.slice(end + 4) };
}

/** An offer as the browser makes it, with its candidates; the connection stays in the page as `window.peerOf[name]`. */
export function offerOf(person, name, { send, receive = [] }) {
  return person.evaluate(async ([key, wantSend, wantReceive]) => {
    const peer = new RTCPeerConnection();
    (window.peerOf ??= {})[key] = peer;
    if (wantSend) {
      const stream = await navigator.mediaDevices.getUserMedia({ audio: true, video: true });
      for (const track of stream.getTracks()) peer.addTransceiver(track, { direction: 'sendonly', streams: [stream] });
    }
    for (const kind of wantReceive) peer.addTransceiver(kind, { direction: 'recvonly' });
    await peer.setLocalDescription();
    await new Promise((resolve) => {
      if (peer.iceGatheringState === 'complete') resolve();
      peer.onicegatheringstatechange = () => peer.iceGatheringState === 'complete' && resolve();
      setTimeout(resolve, 3000);
    });
    return peer.localDescription.sdp;
  }, [name, Boolean(send), receive]);
}

/** Gives the answer to the page's connection and waits until media can flow. */
export async function answerTo(person, name, sdp) {
  await person.evaluate(async ([key, answer]) => {
    const peer = window.peerOf[key];
    const stream = new MediaStream();
    for (const receiver of peer.getReceivers()) if (receiver.track && peer.getTransceivers().find((one) => one.receiver === receiver).direction === 'recvonly') stream.addTrack(receiver.track);
    await peer.setRemoteDescription({ type: 'answer', sdp: answer });
    if (stream.getTracks().length) {
      const video = document.createElement('video');
      Object.assign(video, { autoplay: true, playsInline: true, srcObject: stream });
      video.dataset.testid = `watch-${key}`;
      document.body.append(video);
      video.play().catch(() => undefined);
    }
  }, [name, sdp]);
  await person.until(`${name} to be connected`, (key) => window.peerOf[key].connectionState === 'connected', name);
}
