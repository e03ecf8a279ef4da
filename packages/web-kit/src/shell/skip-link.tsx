import { useText } from '../messages/use-text.ts';
import classes from './skip-link.module.css';

/** The first stop of the keyboard: over the navigation, to `#content`. */
export const SkipLink = () => {
  const t = useText('kit');
  return (
    <a href="#content" className={classes.skip}>
      {t('skip')}
    </a>
  );
};
