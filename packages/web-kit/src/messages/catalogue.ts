import { createInstance, type i18n, type Resource } from 'i18next';
import { initReactI18next } from 'react-i18next';
import { kitMessages } from './en.ts';

const LANGUAGE = 'en';

/** One catalogue per application: its own namespace beside the kit's. */
export const createCatalogue = (namespaces: Readonly<Resource[string]>): i18n => {
  const catalogue = createInstance();
  void catalogue.use(initReactI18next).init({
    lng: LANGUAGE,
    fallbackLng: LANGUAGE,
    resources: { [LANGUAGE]: { kit: kitMessages, ...namespaces } },
    initAsync: false,
    interpolation: { escapeValue: false },
  });
  return catalogue;
};
