import { defineConfig } from 'vite';

/* Four pages, one of each name the daemon serves. Nothing is inlined: the Content-Security-Policy
   allows scripts, styles and images from our own origin only. */
export default defineConfig({
  root: new URL('.', import.meta.url).pathname,
  base: '/',
  appType: 'mpa',
  build: {
    target: ['chrome110', 'firefox115', 'safari16.4'],
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
    rollupOptions: {
      input: ['index.html', 'm.html', 'watch.html', 'publish.html'],
    },
  },
});
