import { defineConfig } from 'vite';

/** The API that `npm run console` asks, while the console itself comes from Vite. */
const api = process.env.POSTROOM_API ?? 'http://127.0.0.1:3000';
const proxied = ['/v1', '/docs', '/openapi.json', '/queues'];

export default defineConfig({
  root: 'src/console',
  // React's automatic runtime, without Babel: Vite's own compiler knows JSX.
  oxc: { jsx: { runtime: 'automatic' } },
  build: {
    outDir: '../../dist/console',
    emptyOutDir: true,
    // What of it belongs to the first view is read by the test of its size.
    manifest: 'manifest.json',
    target: 'es2022',
    // Inlined files would need a looser content security policy.
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 700,
    rolldownOptions: {
      // Mantine marks its modules for React's server components, which there are none of here.
      onLog: (level, log, handler) => log.code !== 'MODULE_LEVEL_DIRECTIVE' && handler(level, log),
    },
  },
  server: { proxy: Object.fromEntries(proxied.map((path) => [path, api])) },
});
