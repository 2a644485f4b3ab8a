/* Builds `<live-room>`: first the viewer, then the small script that knows the viewer's digest. The
   name of each has its content in it, so that a page that pins one goes on getting that very one. */
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { build } from 'vite';

const here = (name) => fileURLToPath(new URL(name, import.meta.url));
const { version } = JSON.parse(readFileSync(here('../package.json'), 'utf8'));
const target = ['chrome110', 'firefox115', 'safari16.4'];

/* A page's style sheet in a shadow root: the host is the root and the window, and the site's size of
   letters is not ours. What the site may set is set by a property of its own. */
function forShadow(css) {
  return css
    .replace(/:root:not\(([^)]*)\)/g, ':host(:not($1))')
    .replace(/:root(\[[^\]]*\]|:lang\([^)]*\))/g, ':host($1)')
    .replace(/:root\b/g, ':host')
    .replace(/(^|[\s,}])html\s*\{[^}]*\}/g, '$1')
    .replace(/(^|[\s,}])body(?=[\s,{])/g, '$1.ground')
    .replace(/@media\s*(\((?:min-|max-)?(?:width|height|orientation)[^{]*)\{/g, '@container $1{')
    .replace(/(\d)[lds]?v([hw])\b/g, '$1cq$2')
    .replace(/(\d*\.?\d+)rem\b/g, (_whole, size) => `${Number(size) * 16}px`)
    .replace(
      /--(accent|accent-strong|on-accent|paper|sheet|ink|lamp|leaf|radius|sans|serif):\s*([^;}]+)/g,
      '--$1:var(--live-room-$1,$2)',
    );
}

const styles = {
  name: 'styles-in-a-shadow-root',
  enforce: 'pre',
  /* What a page of ours would load as a sheet of its own is in the viewer already. */
  resolveId: (id) => (id.endsWith('.css') ? '\0no-sheet' : null),
  load: (id) => (id === '\0no-sheet' ? 'export default ""' : null),
};
const afterwards = {
  name: 'styles-rewritten',
  enforce: 'post',
  transform(code, id) {
    const text = /^export default ("(?:[^"\\]|\\.)*")/.exec(code)?.[1];
    if (!id.endsWith('.css?inline') || !text) return null;
    const css = forShadow(JSON.parse(text));
    return { code: `export default ${JSON.stringify(css)}`, map: null };
  },
};

async function bundle(entry, define) {
  const result = await build({
    configFile: false,
    logLevel: 'warn',
    root: here('..'),
    publicDir: false,
    define: { PARLOR_EMBEDDED: 'true', ...define },
    plugins: [styles, ...(entry === 'viewer.ts' ? [afterwards] : [])],
    build: {
      target,
      write: false,
      minify: 'esbuild',
      modulePreload: false,
      cssCodeSplit: false,
      reportCompressedSize: false,
      rollupOptions: {
        input: here(entry),
        output: { format: 'es', inlineDynamicImports: true },
        preserveEntrySignatures: false,
      },
    },
  });
  return result.output.find((one) => one.type === 'chunk').code;
}

const folder = new URL('../dist/embed/', import.meta.url);
mkdirSync(folder, { recursive: true });

function put(name, code) {
  writeFileSync(new URL(name, folder), code);
  writeFileSync(new URL(`${name}.gz`, folder), gzipSync(code, { level: 9 }));
}

const digest = (code) => `sha384-${createHash('sha384').update(code).digest('base64')}`;
const stamp = (code) => createHash('sha256').update(code).digest('hex').slice(0, 10);

const viewer = await bundle('viewer.ts', {});
const file = `viewer-${version}-${stamp(viewer)}.js`;
put(file, viewer);
const loader = await bundle('live-room.ts', {
  PARLOR_VIEWER: JSON.stringify({ file, integrity: digest(viewer) }),
});
const script = `live-room-${version}-${stamp(loader)}.js`;
put(script, loader);
put('live-room.js', loader);
const manifest = { version, script, integrity: digest(loader), viewer: file };
writeFileSync(new URL('manifest.json', folder), `${JSON.stringify(manifest, null, 2)}\n`);
