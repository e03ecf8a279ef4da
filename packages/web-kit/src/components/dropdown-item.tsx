import { UnstyledButton } from '@mantine/core';
import type { Icon } from '@tabler/icons-react';
import { IconCheck } from '@tabler/icons-react';
import classes from './dropdown.module.css';

/** One thing to do, or one of several to choose (`chosen`). */
export const DropdownItem = ({
  icon: Icon,
  label,
  chosen,
  onClick,
}: {
  readonly icon: Icon;
  readonly label: string;
  readonly chosen?: boolean;
  readonly onClick: () => void;
}) => (
  <UnstyledButton className={classes.item} aria-pressed={chosen} onClick={onClick}>
    <Icon size={18} aria-hidden />
    <span>{label}</span>
    {chosen === true ? (
      <IconCheck size={16} aria-hidden style={{ marginInlineStart: 'auto' }} />
    ) : null}
  </UnstyledButton>
);
