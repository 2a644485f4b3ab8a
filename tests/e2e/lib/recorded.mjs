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
