import react from '@vitejs/plugin-react';
import { defineConfig, type UserConfigFnObject } from 'vite';

/**
 * How every application is built: static files in `dist/`, served from the root of a host of its own. A build is always one
 * for production: started by a test run, it would otherwise take `NODE_ENV=test` from there, and with it React's slow half.
 */
export const appConfig = (): UserConfigFnObject =>
  defineConfig(({ command }) => {
    if (command === 'build') process.env.NODE_ENV = 'production';
    return {
      base: '/',
      publicDir: new URL('../public', import.meta.url).pathname,
      plugins: [react()],
      build: {
        outDir: 'dist',
        emptyOutDir: true,
        target: 'es2023',
        sourcemap: false,
        modulePreload: { polyfill: false },
        chunkSizeWarningLimit: 700,
      },
    };
  });
