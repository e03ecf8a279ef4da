import { ProblemError } from '@atelier/contracts';
import { AnchorLink, fieldErrors, Page, ProblemAlert, useAction, useText } from '@atelier/web-kit';
import { Button, Stack, Text, TextInput } from '@mantine/core';
import { useNavigate } from '@tanstack/react-router';
import { type FormEvent, useState } from 'react';
import { keepRegistration } from '../registration/kept-registration.ts';
import { Narrow } from './narrow.tsx';

const EMPTY = { company: '', name: '', email: '' };
type Field = keyof typeof EMPTY;
const FIELDS: readonly { readonly name: Field; readonly autoComplete: string }[] = [
  { name: 'company', autoComplete: 'organization' },
  { name: 'name', autoComplete: 'name' },
  { name: 'email', autoComplete: 'email' },
];

export const SignUpPage = () => {
  const t = useText('landing');
  const navigate = useNavigate();
  const [values, setValues] = useState(EMPTY);
  const [missing, setMissing] = useState<Partial<Record<Field, string>>>({});
  const register = useAction('registration', 'register', {
    onDone: ({ id, token }) => {
      keepRegistration({ id, token, email: values.email.trim() });
      return navigate({ to: '/check-your-mail' });
    },
  });
  const refused = fieldErrors(register.error);

  const submit = (event: FormEvent) => {
    event.preventDefault();
    const faults: Partial<Record<Field, string>> = {};
    for (const { name } of FIELDS)
      if (values[name].trim() === '') faults[name] = t('signUp.missing');
    if (faults.email === undefined && !/^\S+@\S+\.\S+$/.test(values.email.trim())) {
      faults.email = t('signUp.badEmail');
    }
    setMissing(faults);
    const first = FIELDS.find(({ name }) => faults[name] !== undefined);
    if (first === undefined) {
      register.mutate({
        body: {
          company: values.company.trim(),
          name: values.name.trim(),
          email: values.email.trim(),
        },
      });
    } else document.getElementById(`sign-up-${first.name}`)?.focus();
  };

  return (
    <Narrow>
      <Page title={t('signUp.title')} description={t('signUp.lead')}>
        <form onSubmit={submit} noValidate>
          <Stack>
            {FIELDS.map(({ name, autoComplete }) => (
              <TextInput
                key={name}
                id={`sign-up-${name}`}
                name={name}
                type={name === 'email' ? 'email' : 'text'}
                label={t(`signUp.${name}`)}
                description={name === 'email' ? t('signUp.emailHint') : undefined}
                autoComplete={autoComplete}
                required
                maxLength={name === 'email' ? 254 : 100}
                value={values[name]}
                error={missing[name] ?? refused[name]}
                onChange={(event) => setValues({ ...values, [name]: event.currentTarget.value })}
              />
            ))}
            {register.error === null || isOnlyAboutFields(register.error) ? null : (
              <ProblemAlert error={register.error} />
            )}
            <Button type="submit" size="md" loading={register.isPending}>
              {t('signUp.submit')}
            </Button>
            <Text size="sm" c="dimmed">
              {t('signUp.have')}{' '}
              <AnchorLink to="/find-my-workspace" size="sm">
                {t('nav.findWorkspace')}
              </AnchorLink>
            </Text>
          </Stack>
        </form>
      </Page>
    </Narrow>
  );
};

/** Then the fields say it themselves. */
const isOnlyAboutFields = (error: Error): boolean =>
  error instanceof ProblemError &&
  error.problem.code === 'invalid_request' &&
  Object.keys(fieldErrors(error)).every((name) => name in EMPTY) &&
  Object.keys(fieldErrors(error)).length > 0;
