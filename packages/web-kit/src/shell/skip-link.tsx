import { useTranslation } from 'react-i18next';
import classes from './skip-link.module.css';

/** The first stop of the keyboard: over the navigation, to `#content`. */
export const SkipLink = () => {
  const { t } = useTranslation('kit');
  return (
    <a href="#content" className={classes.skip}>
      {t('skip')}
    </a>
  );
};
