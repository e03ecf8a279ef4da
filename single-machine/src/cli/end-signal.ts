/** Aborted by Ctrl-C or SIGTERM; npm passes a signal on that the terminal has sent already, so it may come twice. */
export function endSignal(): AbortSignal {
  const ending = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.on(signal, () => ending.abort());
  }
  return ending.signal;
}
