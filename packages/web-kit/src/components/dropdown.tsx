import { ActionIcon } from '@mantine/core';
import { type ReactNode, useId, useRef, useState } from 'react';
import classes from './dropdown.module.css';

/**
 * A button of the header with a panel. The browser's own popover brings the top layer, Escape, the click outside and the
 * way back of the focus, so that no positioning library is loaded before the first page.
 */
export const Dropdown = ({
  label,
  icon,
  count = 0,
  width = 240,
  children,
}: {
  readonly label: string;
  readonly icon: ReactNode;
  /** Shown beside the icon unless it is 0. */
  readonly count?: number;
  readonly width?: number;
  /** Called with whether the panel is open, and how to close it. */
  readonly children: (panel: { readonly opened: boolean; readonly close: () => void }) => ReactNode;
}) => {
  const id = useId();
  const panel = useRef<HTMLDivElement>(null);
  const [opened, setOpened] = useState(false);
  return (
    <div className={classes.dropdown}>
      <ActionIcon
        variant="subtle"
        color="gray"
        size="lg"
        aria-label={label}
        aria-expanded={opened}
        popoverTarget={id}
      >
        {icon}
      </ActionIcon>
      {count === 0 ? null : (
        <span className={classes.count} aria-hidden>
          {count}
        </span>
      )}
      <div
        ref={panel}
        id={id}
        popover="auto"
        role="dialog"
        aria-label={label}
        className={classes.panel}
        style={{ width }}
        onToggle={(event) => setOpened(event.newState === 'open')}
      >
        {children({ opened, close: () => panel.current?.hidePopover() })}
      </div>
    </div>
  );
};
