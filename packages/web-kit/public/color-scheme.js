// Before the first paint: without it a dark page would flash white until the application starts.
(() => {
  try {
    const chosen = localStorage.getItem('mantine-color-scheme-value') ?? 'auto';
    const dark =
      chosen === 'dark' ||
      (chosen === 'auto' && matchMedia('(prefers-color-scheme: dark)').matches);
    document.documentElement.setAttribute('data-mantine-color-scheme', dark ? 'dark' : 'light');
  } catch {
    // Storage may be switched off; the application then decides alone.
  }
})();
