import {
  fieldErrors,
  ProblemAlert,
  Section,
  useAction,
  useAnswer,
  useText,
} from '@atelier/web-kit';
import { Button, Group, TextInput } from '@mantine/core';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { type FormEvent, useState } from 'react';
import type { SlotParams } from './slot-params.ts';

/** As SageMaker names endpoints. */
const ENDPOINT_NAME = /^[a-zA-Z0-9](-*[a-zA-Z0-9]){0,62}$/;

export const RegisterSection = ({ params }: { readonly params: SlotParams }) => {
  const t = useText('crm');
  const navigate = useNavigate();
  const { endpoint } = useSearch({ strict: false }) as { endpoint?: string };
  const [name, setName] = useState(endpoint ?? '');
  const [tried, setTried] = useState(false);
  const workbench = useAnswer('workbench-management', 'getWorkbench', {});
  const endpoints = useAnswer(
    'workbench-management',
    'listEndpoints',
    {},
    { enabled: workbench.data?.state === 'ready' },
  );
  const register = useAction('customer-management', 'registerEndpoint', {
    onDone: ({ id }) => navigate({ to: '/models/bindings/$bindingId', params: { bindingId: id } }),
  });
  const fault = ENDPOINT_NAME.test(name) ? undefined : t('models.endpointNameFault');
  const known = (endpoints.data?.items ?? []).map((one) => one.name);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    setTried(true);
    if (fault === undefined) register.mutate({ params, body: { endpointName: name } });
    else document.getElementById('endpoint-name')?.focus();
  };
  return (
    <Section title={t('models.register')} description={t('models.registerText')}>
      <form onSubmit={submit} noValidate>
        <Group align="flex-end" gap="sm">
          <TextInput
            id="endpoint-name"
            label={t('models.endpointName')}
            description={
              known.length === 0
                ? undefined
                : t('models.endpointsKnown', { names: known.join(', ') })
            }
            required
            maxLength={63}
            autoComplete="off"
            spellCheck={false}
            list="known-endpoints"
            value={name}
            error={tried ? (fault ?? fieldErrors(register.error).endpointName) : undefined}
            onChange={(event) => setName(event.currentTarget.value.trim())}
            w={{ base: '100%', sm: 320 }}
          />
          <datalist id="known-endpoints">
            {known.map((one) => (
              <option key={one} value={one} />
            ))}
          </datalist>
          <Button type="submit" loading={register.isPending}>
            {t('models.registerSubmit')}
          </Button>
        </Group>
      </form>
      {register.error === null ? null : <ProblemAlert error={register.error} />}
    </Section>
  );
};
