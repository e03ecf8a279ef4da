import type { ReactNode } from 'react';
import classes from './facts.module.css';

export interface Fact {
  readonly term: string;
  readonly value: ReactNode;
}

/** Terms and their values; what is not known is a dash. */
export const Facts = ({ facts }: { readonly facts: readonly Fact[] }) => (
  <dl className={classes.facts}>
    {facts.map(({ term, value }) => (
      <div key={term} className={classes.fact}>
        <dt className={classes.term}>{term}</dt>
        <dd className={classes.value}>{value ?? '–'}</dd>
      </div>
    ))}
  </dl>
);
