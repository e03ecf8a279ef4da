import { readFile, stat } from 'node:fs/promises';
import { extname, join, normalize } from 'node:path';
import { BusinessError } from '@atelier/service-kit';
import fastifyStatic from '@fastify/static';
import type { FastifyInstance } from 'fastify';
import { applicationOf, pathOf } from '../request.ts';
import type { Application } from './application.ts';
import { contentSecurityPolicy } from './content-security-policy.ts';

/** Vite puts what carries a hash in its name here. */
const HASHED = /^assets\//;
const YEAR_SECONDS = 31_536_000;

/** Not the applications' to route: what has no answer there has none at all. */
const RESERVED = /^\/(api|auth|docs|events|internal)(\/|$)/i;

const isFile = async (path: string): Promise<boolean> => {
  try {
    return (await stat(path)).isFile();
  } catch {
    return false;
  }
};

/** The file behind a path, relative to the application's directory; null when there is none or it is not for the web. */
const fileOf = async ({ directory }: Application, path: string): Promise<string | null> => {
  let decoded: string;
  try {
    decoded = decodeURIComponent(path);
  } catch {
    return null;
  }
  const relative = normalize(decoded).replace(/^\/+/, '');
  const hidden = relative.split('/').some((part) => part.startsWith('.'));
  if (relative === '' || hidden || relative.includes('\0')) return null;
  return (await isFile(join(directory, relative))) ? relative : null;
};

/** The applications' built files; any other path is a route of the application and gets its one page. */
export const addStaticRoutes = async (
  app: FastifyInstance,
  { applications }: { applications: readonly Application[] },
): Promise<void> => {
  const first = applications[0];
  if (first === undefined) return;
  await app.register(fastifyStatic, { root: first.directory, serve: false });

  app.get('/*', async (request, reply) => {
    const application = applicationOf(request);
    const path = pathOf(request);
    if (RESERVED.test(path)) throw new BusinessError('not_found', 'There is no such address.');
    const file = await fileOf(application, path);
    if (file !== null && file !== 'index.html') {
      return reply.sendFile(file, application.directory, {
        ...(HASHED.test(file)
          ? { maxAge: YEAR_SECONDS * 1000, immutable: true }
          : { maxAge: 300_000 }),
      });
    }
    if (file === null && extname(path) !== '') {
      throw new BusinessError('not_found', 'There is no such file.');
    }
    const html = await readFile(join(application.directory, 'index.html'), 'utf8').catch(
      (cause: unknown) => {
        throw new BusinessError('unavailable', 'The application has not been built.', { cause });
      },
    );
    return reply
      .type('text/html; charset=utf-8')
      .header('cache-control', 'no-cache')
      .header('content-security-policy', contentSecurityPolicy(html))
      .send(html);
  });
};
