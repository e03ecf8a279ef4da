import { createFormats, type Formats } from './formats.ts';

const formats = createFormats(globalThis.navigator?.language ?? 'en');

/** Numbers and dates as the reader's browser writes them. */
export const useFormats = (): Formats => formats;
