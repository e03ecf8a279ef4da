import type { ImportMapping, ImportView } from '@atelier/contracts';
import { Columns, ProblemAlert, Section, useAction, useText } from '@atelier/web-kit';
import { Button, Checkbox, Group, NativeSelect, Stack, TextInput } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import { guessColumns, guessDateFormat, guessHeader } from './guess-mapping.ts';
import {
  DATE_FORMATS,
  type DateFormat,
  IMPORT_FIELDS,
  type ImportField,
  SEPARATORS,
  type Separator,
} from './import-fields.ts';
import { SampleTable } from './sample-table.tsx';
import { splitSample } from './split-sample.ts';

type ColumnChoice = Partial<Record<ImportField, number>>;

/** By name where the file has names, which survives columns that move; otherwise by number. */
const columnsOf = (
  columns: ColumnChoice,
  names: readonly string[] | undefined,
): ImportMapping['columns'] =>
  Object.fromEntries(
    Object.entries(columns).map(([field, number]) => [field, names?.[number - 1] ?? number]),
  );

const useColumnLabels = (
  rows: readonly (readonly string[])[],
  header: boolean,
): readonly string[] => {
  const t = useText('crm');
  const width = Math.max(0, ...rows.map((row) => row.length));
  return Array.from({ length: width }, (_, index) => {
    const example = rows[header ? 1 : 0]?.[index] ?? '';
    return header
      ? t('imports.columnNamed', { name: rows[0]?.[index] ?? '', example })
      : t('imports.columnExample', { number: index + 1, example });
  });
};

export const MappingForm = ({ view }: { readonly view: ImportView }) => {
  const t = useText('crm');
  const sample = view.sample ?? { separator: 'comma' as const, rows: [] };
  const [separator, setSeparator] = useState<Separator>(sample.separator);
  const [header, setHeader] = useState(() => guessHeader(sample.rows));
  const [columns, setColumns] = useState<ColumnChoice>(() =>
    guessColumns(view.kind, sample.rows, guessHeader(sample.rows)),
  );
  const [dateFormat, setDateFormat] = useState<DateFormat>(
    () => guessDateFormat(sample.rows) ?? 'yyyy-mm-dd',
  );
  const [currency, setCurrency] = useState('USD');
  const [asOf, setAsOf] = useState('');
  const [skipRejected, setSkipRejected] = useState(false);
  const [tried, setTried] = useState(false);
  const start = useAction('customer-management', 'startImport');
  const rows = splitSample(sample, separator);
  const labels = useColumnLabels(rows, header);
  const purchases = view.kind === 'purchases';

  const reshape = (nextSeparator: Separator, nextHeader: boolean) => {
    setSeparator(nextSeparator);
    setHeader(nextHeader);
    setColumns(guessColumns(view.kind, splitSample(sample, nextSeparator), nextHeader));
  };
  const isMissing = (field: ImportField, required: boolean) =>
    required && columns[field] === undefined;
  const currencyFault = /^[A-Z]{3}$/.test(currency) ? undefined : t('imports.currencyFault');

  const submit = (event: FormEvent) => {
    event.preventDefault();
    setTried(true);
    const missing = IMPORT_FIELDS[view.kind].find(({ name, required }) =>
      isMissing(name, required),
    );
    if (missing !== undefined) document.getElementById(`column-${missing.name}`)?.focus();
    else if (purchases && currencyFault !== undefined) document.getElementById('currency')?.focus();
    else {
      start.mutate({
        params: { importId: view.id },
        body: {
          separator,
          header,
          columns: columnsOf(columns, header ? rows[0] : undefined),
          skipRejected,
          dateFormat,
          ...(purchases ? { currency } : {}),
          ...(purchases && asOf !== '' ? { asOf } : {}),
        },
      });
    }
  };

  return (
    <>
      <Section title={t('imports.sample')}>
        <SampleTable rows={rows} header={header} />
      </Section>
      <Section title={t('imports.mapping')} description={t('imports.mappingText')}>
        <form onSubmit={submit} noValidate>
          <Stack gap="lg">
            <Columns min={260}>
              <NativeSelect
                label={t('imports.separator')}
                value={separator}
                data={SEPARATORS.map((value) => ({
                  value,
                  label: t(`imports.separators.${value}`),
                }))}
                onChange={(event) =>
                  reshape(
                    SEPARATORS.find((one) => one === event.currentTarget.value) ?? separator,
                    header,
                  )
                }
              />
              <Checkbox
                style={{ alignSelf: 'end' }}
                pb={8}
                label={t('imports.header')}
                checked={header}
                onChange={(event) => reshape(separator, event.currentTarget.checked)}
              />
              {IMPORT_FIELDS[view.kind].map(({ name, required }) => (
                <NativeSelect
                  key={name}
                  id={`column-${name}`}
                  label={t(`imports.fields.${name}`)}
                  required={required}
                  value={String(columns[name] ?? '')}
                  error={tried && isMissing(name, required) ? t('imports.missingField') : undefined}
                  data={[
                    { value: '', label: t('imports.notInFile') },
                    ...labels.map((label, index) => ({ value: String(index + 1), label })),
                  ]}
                  onChange={(event) => {
                    const { [name]: _, ...others } = columns;
                    const { value } = event.currentTarget;
                    setColumns(value === '' ? others : { ...others, [name]: Number(value) });
                  }}
                />
              ))}
              <NativeSelect
                label={t('imports.dateFormat')}
                value={dateFormat}
                data={[...DATE_FORMATS]}
                onChange={(event) =>
                  setDateFormat(
                    DATE_FORMATS.find((one) => one === event.currentTarget.value) ?? dateFormat,
                  )
                }
              />
              {purchases ? (
                <>
                  <TextInput
                    id="currency"
                    label={t('imports.currency')}
                    value={currency}
                    maxLength={3}
                    error={tried ? currencyFault : undefined}
                    onChange={(event) => setCurrency(event.currentTarget.value.toUpperCase())}
                  />
                  <TextInput
                    type="date"
                    label={t('imports.asOf')}
                    description={t('imports.asOfText')}
                    value={asOf}
                    onChange={(event) => setAsOf(event.currentTarget.value)}
                  />
                </>
              ) : null}
            </Columns>
            <Checkbox
              label={t('imports.skipRejected')}
              description={t('imports.skipRejectedText')}
              checked={skipRejected}
              onChange={(event) => setSkipRejected(event.currentTarget.checked)}
            />
            {start.error === null ? null : <ProblemAlert error={start.error} />}
            <Group>
              <Button type="submit" loading={start.isPending}>
                {t('imports.start')}
              </Button>
            </Group>
          </Stack>
        </form>
      </Section>
    </>
  );
};
