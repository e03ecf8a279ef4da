import type { Namespace, TFunction } from 'i18next';
import { catalogue } from './catalogue.ts';

/** The texts of a namespace. There is one language, so nothing has to be rendered again when it changes. */
export const useText = <Name extends Namespace>(namespace: Name): TFunction<Name> =>
  catalogue.getFixedT(null, namespace);
