import { svelte, vitePreprocess } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'vitest/config';

const server = process.env.HALLCAST_ORIGIN ?? 'http://127.0.0.1:8080';

export default defineConfig({
  plugins: [svelte({ preprocess: vitePreprocess() })],
  // Tests run Svelte's browser build, since runes do nothing in the server build.
  resolve: process.env.VITEST ? { conditions: ['browser'] } : {},
  build: {
    // Old phones in villages: no syntax that a 2020 browser can't parse.
    target: 'es2020',
    manifest: true,
    // Inlined assets would be `data:` addresses, which the CSP refuses.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    rolldownOptions: {
      output: {
        // One file for the widgets every page uses: over a long line ten small files
        // cost more than a few unused bytes.
        codeSplitting: { groups: [{ name: 'kit', test: /src\/ui\/(kit|layout)\// }] },
      },
    },
  },
  server: {
    host: '127.0.0.1',
    proxy: {
      '/api': server,
      '/whip': server,
      '/whep': server,
      '/hls': server,
      '/socket.io': { target: server, ws: true },
    },
  },
  test: {
    environment: 'node',
    include: ['src/**/*.test.ts'],
  },
});
