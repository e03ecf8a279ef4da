import { ActionIcon, Box, CopyButton } from '@mantine/core';
import { IconCheck, IconCopy } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import classes from './code-block.module.css';

/** Text to take along. Focusable, since it may scroll. */
export const CodeBlock = ({
  code,
  label,
  maxHeight = 360,
}: {
  readonly code: string;
  readonly label: string;
  readonly maxHeight?: number;
}) => (
  <Box className={classes.block}>
    {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard */}
    <section className={classes.scroll} style={{ maxHeight }} aria-label={label} tabIndex={0}>
      <pre className={classes.code}>
        <code>{code}</code>
      </pre>
    </section>
    <Box className={classes.copy}>
      <Copy text={code} label={label} />
    </Box>
  </Box>
);

export const Copy = ({ text, label }: { readonly text: string; readonly label: string }) => {
  const { t } = useTranslation('kit');
  return (
    <CopyButton value={text} timeout={2000}>
      {({ copied, copy }) => (
        <ActionIcon
          variant="default"
          size="md"
          onClick={copy}
          aria-label={`${copied ? t('copy.copied') : t('copy.copy')}: ${label}`}
        >
          {copied ? <IconCheck size={15} aria-hidden /> : <IconCopy size={15} aria-hidden />}
        </ActionIcon>
      )}
    </CopyButton>
  );
};
