import type { CSSProperties, ReactNode } from 'react';
import classes from './columns.module.css';

/** As many equal columns as fit, none narrower than `min` pixels; one where not even that fits. */
export const Columns = ({
  min,
  gap = 'md',
  component: Component = 'div',
  className = '',
  children,
}: {
  readonly min: number;
  readonly gap?: 'md' | 'lg' | 'xl';
  readonly component?: 'div' | 'ol';
  readonly className?: string | undefined;
  readonly children: ReactNode;
}) => (
  <Component
    className={`${classes.columns} ${className}`}
    style={
      {
        '--columns-min': `${min}px`,
        gap: `var(--mantine-spacing-${gap})`,
      } as CSSProperties
    }
  >
    {children}
  </Component>
);
