import { addMessages } from '@atelier/web-kit';
import { type AsyncRouteComponent, lazyRouteComponent } from '@tanstack/react-router';
import { type Feature, featureMessages } from './feature-messages.ts';

/** A page that is loaded when it is first gone to, with the texts of its features. */
export const lazyPage = <Name extends string>(
  features: readonly Feature[],
  load: () => Promise<Record<Name, () => React.ReactNode>>,
  name: Name,
): AsyncRouteComponent<object> =>
  lazyRouteComponent(async () => {
    const [page, ...texts] = await Promise.all([
      load(),
      ...features.map(async (feature) => ({ [feature]: await featureMessages[feature]() })),
    ]);
    for (const text of texts) addMessages('crm', text);
    return page;
  }, name);
