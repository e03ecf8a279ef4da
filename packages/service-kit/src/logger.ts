import type { FastifyLoggerOptions } from 'fastify';

/** What never reaches a log, wherever it stands. */
const REDACTED = [
  'token',
  'password',
  'secret',
  'authorization',
  'cookie',
  '*.token',
  '*.password',
  '*.secret',
  '*.authorization',
  '*.cookie',
  'req.headers',
  'email',
  '*.email',
];

/** JSON lines with RFC 3339 time, level name and service. */
export const loggerOptions = (
  service: string,
  level = 'info',
  stream?: NodeJS.WritableStream,
): FastifyLoggerOptions & Record<string, unknown> => ({
  level,
  ...(stream === undefined ? {} : { stream }),
  base: { service },
  redact: { paths: REDACTED, censor: '[redacted]' },
  timestamp: () => `,"time":"${new Date().toISOString()}"`,
  formatters: { level: (label: string) => ({ level: label }) },
});
