import { type ReactNode, useEffect, useRef, useState } from 'react';
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
  const region = useRef<HTMLElement>(null);
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
    <section
      ref={region}
      className={`${classes.region} ${className}`}
      style={maxHeight === undefined ? undefined : { maxHeight }}
      aria-label={label}
      tabIndex={scrolls ? 0 : undefined}
    >
      {children}
    </section>
  );
};
