import react from '@vitejs/plugin-react';
import { defineConfig, type UserConfig } from 'vite';

/** How every application is built: static files in `dist/`, served from the root of a host of its own. */
export const appConfig = (): UserConfig =>
  defineConfig({
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
  });
