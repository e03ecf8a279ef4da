import { type ReactNode, useEffect, useRef, useState } from 'react';
import { useText } from '../messages/use-text.ts';
import classes from './scroll-region.module.css';

/** Content that may be wider or higher than its place. It takes the keyboard's focus only while there is something to scroll. */
export const ScrollRegion = ({
  label,
  maxHeight,
  className = '',
  children,
}: {
  readonly label: string;
  readonly maxHeight?: number;
  readonly className?: string | undefined;
  readonly children: ReactNode;
}) => {
  const t = useText('kit');
  const region = useRef<HTMLDivElement>(null);
  const [scrolls, setScrolls] = useState(false);
  useEffect(() => {
    const element = region.current;
    if (element === null) return;
    const look = () =>
      setScrolls(
        element.scrollWidth > element.clientWidth || element.scrollHeight > element.clientHeight,
      );
    const observer = new ResizeObserver(look);
    observer.observe(element);
    if (element.firstElementChild !== null) observer.observe(element.firstElementChild);
    return () => observer.disconnect();
  }, []);
  return (
    <div
      ref={region}
      className={`${classes.region} ${className}`}
      style={maxHeight === undefined ? undefined : { maxHeight }}
      {...(scrolls ? { role: 'region', tabIndex: 0, 'aria-label': t('scrolls', { label }) } : {})}
    >
      {children}
    </div>
  );
};
