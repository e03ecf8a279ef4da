import type { Icon } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import classes from './notice.module.css';

export type NoticeColor = 'ink' | 'red' | 'amber' | 'green' | 'gray';

/** Something to be noticed: what happened, and what it means. With role `alert` or `status` it is read out when it comes. */
export const Notice = ({
  color = 'ink',
  icon: Icon,
  title,
  role,
  children,
}: {
  readonly color?: NoticeColor;
  readonly icon?: Icon;
  readonly title?: ReactNode;
  readonly role?: 'alert' | 'status';
  readonly children?: ReactNode;
}) => (
  <div className={classes.notice} data-color={color} role={role}>
    {Icon === undefined ? null : <Icon size={20} aria-hidden className={classes.icon} />}
    <div className={classes.body}>
      {title === undefined ? null : <div className={classes.title}>{title}</div>}
      {children === undefined || children === null ? null : <div>{children}</div>}
    </div>
  </div>
);
