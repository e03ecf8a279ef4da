import { useText } from '@atelier/web-kit';
import { Button, VisuallyHidden } from '@mantine/core';
import { IconExternalLink } from '@tabler/icons-react';

const LAUNCH_PATH = '/workbench/launch';

/** A plain link, so that the new tab opens with the click itself; what waits is the page behind it. */
export const LaunchLink = ({ variant = 'filled' }: { readonly variant?: 'filled' | 'default' }) => {
  const t = useText('crm');
  return (
    <Button
      component="a"
      href={LAUNCH_PATH}
      target="_blank"
      rel="noopener"
      variant={variant}
      rightSection={<IconExternalLink size={16} aria-hidden />}
    >
      {t('workbench.launch')}
      <VisuallyHidden>{` (${t('workbench.launchNote')})`}</VisuallyHidden>
    </Button>
  );
};
