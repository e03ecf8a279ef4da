import type { ImportView } from '@atelier/contracts';
import { ProblemAlert, Section, useAction, useText } from '@atelier/web-kit';
import { Button, Group, Stack } from '@mantine/core';
import { useState } from 'react';
import { FileField, useFileFault } from './file-field.tsx';

/** The import was announced, but its bytes did not arrive. */
export const UploadAgain = ({ view }: { readonly view: ImportView }) => {
  const t = useText('crm');
  const faultOf = useFileFault();
  const [file, setFile] = useState<File | null>(null);
  const upload = useAction('customer-management', 'uploadImportFile');
  const fault = file === null ? undefined : faultOf(file);
  return (
    <Section title={t('imports.chooseFile')} description={t('imports.uploadAgain')}>
      <Stack maw={640}>
        <FileField onChoose={setFile} error={fault} />
        {upload.error === null ? null : <ProblemAlert error={upload.error} />}
        <Group>
          <Button
            disabled={file === null || fault !== undefined}
            loading={upload.isPending}
            onClick={() =>
              file !== null && upload.mutate({ params: { importId: view.id }, body: file })
            }
          >
            {t('imports.upload')}
          </Button>
        </Group>
      </Stack>
    </Section>
  );
};
