import type { Problem } from '@atelier/contracts';
import { WorkError } from '@atelier/reconciler';
import type { FastifyReply } from 'fastify';
import { hasZodFastifySchemaValidationErrors } from 'fastify-type-provider-zod';
import { BusinessError, type FieldError } from './errors.ts';
import { PROBLEM_STATUS } from './problem-status.ts';

export const PROBLEM_CONTENT_TYPE = 'application/problem+json';

/** Any error as RFC 9457. What nobody foresaw is `internal`, without a detail: the cause belongs in the log alone. */
export const toProblem = (error: unknown, requestId: string, instance: string): Problem => {
  const known = toBusinessError(error);
  const { status, title } = PROBLEM_STATUS[known.code];
  return {
    type: `https://atelier.dev/problems/${known.code}`,
    title,
    status,
    ...(known.code === 'internal' ? {} : { detail: known.message }),
    instance,
    code: known.code,
    requestId,
    ...(known.fields.length === 0 ? {} : { errors: [...known.fields] }),
  };
};

export const sendProblem = (reply: FastifyReply, problem: Problem): FastifyReply => {
  // What is left of a body that nobody reads must not stand before the next request.
  if (problem.status === PROBLEM_STATUS.payload_too_large.status)
    reply.header('connection', 'close');
  return reply.code(problem.status).type(PROBLEM_CONTENT_TYPE).send(problem);
};

const toBusinessError = (error: unknown): BusinessError => {
  if (error instanceof BusinessError) return error;
  if (error instanceof WorkError) return new BusinessError(error.code, sentence(error.message));
  if (hasZodFastifySchemaValidationErrors(error)) {
    const part = error.validationContext === 'querystring' ? 'query' : error.validationContext;
    const fields: FieldError[] = error.validation.map((fault) => ({
      pointer: `/${part}${fault.instancePath}`,
      message: fault.message ?? 'is not valid',
    }));
    return new BusinessError('invalid_request', 'Some fields are not valid.', { fields });
  }
  return fromFastify(error) ?? new BusinessError('internal', '', { cause: error });
};

/** Fastify's own refusals, before a handler saw the request. */
const fromFastify = (error: unknown): BusinessError | null => {
  if (!(error instanceof Error) || !('statusCode' in error)) return null;
  switch (error.statusCode) {
    case 400:
      return new BusinessError('invalid_request', error.message);
    case 404:
      return new BusinessError('not_found', 'There is no such address.');
    case 413:
      return new BusinessError(
        'payload_too_large',
        'The body is larger than this operation takes.',
      );
    case 415:
      return new BusinessError('unsupported_media_type', error.message);
    default:
      return null;
  }
};

const sentence = (text: string): string => `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
