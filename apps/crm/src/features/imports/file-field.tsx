import { MAX_IMPORT_BYTES } from '@atelier/contracts';
import { useFormats, useText } from '@atelier/web-kit';
import { Input } from '@mantine/core';
import classes from './file-field.module.css';

/** The browser's own file input: it takes a click, the keyboard and a file dropped on it. */
export const FileField = ({
  onChoose,
  error,
}: {
  readonly onChoose: (file: File | null) => void;
  readonly error: string | undefined;
}) => {
  const t = useText('crm');
  return (
    <Input.Wrapper id="import-file" label={t('imports.chooseFile')} required error={error}>
      <input
        id="import-file"
        type="file"
        accept=".csv,.tsv,.txt,text/csv,text/plain,text/tab-separated-values"
        className={classes.file}
        aria-invalid={error !== undefined}
        onChange={(event) => onChoose(event.currentTarget.files?.[0] ?? null)}
      />
    </Input.Wrapper>
  );
};

/** Why a file cannot be imported, seen before a byte is sent. */
export const useFileFault = (): ((file: File | null) => string | undefined) => {
  const t = useText('crm');
  const { bytes } = useFormats();
  return (file) => {
    if (file === null) return t('imports.noFile');
    if (file.size === 0) return t('imports.emptyFile');
    return file.size > MAX_IMPORT_BYTES
      ? t('imports.tooLarge', { bytes: bytes(file.size), limit: bytes(MAX_IMPORT_BYTES) })
      : undefined;
  };
};
