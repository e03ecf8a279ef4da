import { useText } from '@atelier/web-kit';
import { PasswordInput } from '@mantine/core';

export const MIN_PASSWORD = 12;

export const PasswordField = ({
  value,
  onChange,
  error,
}: {
  readonly value: string;
  readonly onChange: (value: string) => void;
  readonly error: string | undefined;
}) => {
  const t = useText('landing');
  return (
    <PasswordInput
      id="password"
      name="password"
      label={t('verify.password')}
      description={t('verify.passwordHint')}
      autoComplete="new-password"
      required
      maxLength={200}
      value={value}
      error={error}
      onChange={(event) => onChange(event.currentTarget.value)}
    />
  );
};
