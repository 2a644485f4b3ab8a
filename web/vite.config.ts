import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { defineConfig, type Plugin } from 'vite';

/** Puts a `.gz` beside each text file: the daemon sends it to browsers that take gzip. */
function gzipped(): Plugin {
  return {
    name: 'gzipped',
    apply: 'build',
    closeBundle() {
      const dist = new URL('dist/', import.meta.url);
      for (const folder of [dist, new URL('assets/', dist)]) {
        for (const name of readdirSync(folder)) {
          if (!/\.(js|css|html|svg)$/.test(name)) continue;
          const file = new URL(name, folder);
          writeFileSync(`${file.pathname}.gz`, gzipSync(readFileSync(file), { level: 9 }));
        }
      }
    },
  };
}

/* Pages, one of each name the daemon serves. Nothing is inlined: the Content-Security-Policy
   allows scripts, styles and images from our own origin only. */
export default defineConfig({
  root: new URL('.', import.meta.url).pathname,
  base: '/',
  appType: 'mpa',
  plugins: [gzipped()],
  build: {
    target: ['chrome110', 'firefox115', 'safari16.4'],
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
    rollupOptions: {
      input: [
        'index.html',
        'm.html',
        'watch.html',
        'publish.html',
        'begin.html',
        'signin.html',
        'admin.html',
        'live.html',
        'rep.html',
        'board.html',
        'words.html',
        'host.html',
        'brand.html',
        'replay.html',
        'shared.html',
      ],
    },
  },
});
