import { ActionIcon, Box, CopyButton } from '@mantine/core';
import { IconCheck, IconCopy } from '@tabler/icons-react';
import { useText } from '../messages/use-text.ts';
import classes from './code-block.module.css';
import { ScrollRegion } from './scroll-region.tsx';

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
    <ScrollRegion label={label} className={classes.scroll} maxHeight={maxHeight}>
      <pre className={classes.code}>
        <code>{code}</code>
      </pre>
    </ScrollRegion>
    <Box className={classes.copy}>
      <Copy text={code} label={label} />
    </Box>
  </Box>
);

export const Copy = ({ text, label }: { readonly text: string; readonly label: string }) => {
  const t = useText('kit');
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
