import { BusinessError } from './errors.ts';

/** The bytes of a body, refused as soon as they are more than the operation takes. */
export async function* limitedBody(
  body: AsyncIterable<Uint8Array>,
  maxBytes: number,
): AsyncIterable<Uint8Array> {
  let received = 0;
  for await (const chunk of body) {
    received += chunk.byteLength;
    if (received > maxBytes) {
      throw new BusinessError('payload_too_large', `The body is larger than ${maxBytes} bytes.`);
    }
    yield chunk;
  }
}
