import { createInstance, type i18n, type ResourceLanguage } from 'i18next';
import { kitMessages } from './en.ts';

const LANGUAGE = 'en';

/** All texts. An application adds its namespace when it starts, a page that is loaded later what it brings. */
export const catalogue: i18n = createInstance();
void catalogue.init({
  lng: LANGUAGE,
  fallbackLng: LANGUAGE,
  resources: { [LANGUAGE]: { kit: kitMessages } },
  initAsync: false,
  interpolation: { escapeValue: false },
});

export const addMessages = (namespace: string, messages: ResourceLanguage): void => {
  catalogue.addResourceBundle(LANGUAGE, namespace, messages, true, true);
};
