import { MAX_IMPORT_BYTES } from '@atelier/contracts';
import { Page, ProblemAlert, useAction, useFormats, useText } from '@atelier/web-kit';
import { Button, Group, Radio, Stack, Text } from '@mantine/core';
import { useNavigate } from '@tanstack/react-router';
import { type FormEvent, useState } from 'react';
import { FileField, useFileFault } from './file-field.tsx';
import type { ImportKind } from './import-fields.ts';

const KINDS: readonly ImportKind[] = ['customers', 'purchases'];

export const NewImportPage = () => {
  const t = useText('crm');
  const { bytes } = useFormats();
  const navigate = useNavigate();
  const faultOf = useFileFault();
  const [kind, setKind] = useState<ImportKind>('customers');
  const [file, setFile] = useState<File | null>(null);
  const [tried, setTried] = useState(false);
  const upload = useAction('customer-management', 'uploadImportFile');
  const create = useAction('customer-management', 'createImport', {
    onDone: async ({ id }) => {
      // The announced import has a page of its own, where a failed upload can be repeated.
      if (file !== null) {
        await upload.mutateAsync({ params: { importId: id }, body: file }).catch(() => undefined);
      }
      await navigate({ to: '/imports/$importId', params: { importId: id } });
    },
  });
  const fault = faultOf(file);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    setTried(true);
    if (file === null || fault !== undefined) document.getElementById('import-file')?.focus();
    else create.mutate({ body: { kind, fileName: file.name, bytes: file.size } });
  };
  const busy = create.isPending || upload.isPending;
  return (
    <Page
      title={t('imports.newTitle')}
      application={t('name')}
      description={t('imports.newLead', { size: bytes(MAX_IMPORT_BYTES) })}
      back={{ to: '/imports', label: t('imports.back') }}
    >
      <form onSubmit={submit} noValidate className="atelier-surface">
        <Stack maw={640}>
          <Radio.Group
            label={t('imports.kindLabel')}
            value={kind}
            onChange={(value) => setKind(KINDS.find((known) => known === value) ?? 'customers')}
          >
            <Stack gap="sm" mt={6}>
              {KINDS.map((one) => (
                <Radio
                  key={one}
                  value={one}
                  label={t(`imports.kinds.${one}`)}
                  description={t(`imports.kindText.${one}`)}
                />
              ))}
            </Stack>
          </Radio.Group>
          <FileField onChoose={setFile} error={tried || file !== null ? fault : undefined} />
          {create.error === null ? null : <ProblemAlert error={create.error} />}
          <Group>
            <Button type="submit" loading={busy}>
              {t('imports.upload')}
            </Button>
            {busy ? (
              <Text size="sm" role="status">
                {t('imports.uploading', { name: file?.name ?? '' })}
              </Text>
            ) : null}
          </Group>
        </Stack>
      </form>
    </Page>
  );
};
