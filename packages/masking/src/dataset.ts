/** Types a column of a dataset may have in PostgreSQL. */
export type ColumnType =
  | 'text'
  | 'uuid'
  | 'integer'
  | 'bigint'
  | 'numeric'
  | 'double precision'
  | 'boolean'
  | 'date'
  | 'timestamptz';

export type Classification = 'identifier' | 'personal' | 'sensitive' | 'free text' | 'plain';

export interface ColumnDefinition {
  readonly name: string;
  readonly type: ColumnType;
  /** Of a `numeric`: without it the file carries text, since no fixed type holds every value. */
  readonly precision?: { readonly digits: number; readonly scale: number };
  readonly description: string;
  /** Null: nobody has decided yet, so nobody gets it. */
  readonly classification: Classification | null;
  /** What the text is, where masks and pseudonyms depend on it. */
  readonly form?: 'email' | 'phone';
  /**
   * Columns of one domain get the same pseudonym for the same value, in every dataset: what refers to a customer has the
   * domain of the customer's id. Letters, digits, `_`, `-`, `.`.
   */
  readonly pseudonymDomain?: string;
}

/** A table that a tenant may extract. The database itself confines it to the tenant's rows and the granted columns. */
export interface DatasetDefinition {
  readonly name: string;
  readonly title: string;
  readonly description: string;
  readonly table: { readonly schema: string; readonly name: string };
  readonly columns: readonly ColumnDefinition[];
  /** Columns by which rows are taken as of a time; the extraction login must be granted them. */
  readonly time: { readonly occurredAt: string; readonly deletedAt: string };
}

/** The domain of a column's pseudonyms; its own when none is named, so that it joins nothing by accident. */
export const pseudonymDomainOf = (dataset: DatasetDefinition, column: ColumnDefinition): string =>
  column.pseudonymDomain ?? `${dataset.name}.${column.name}`;
