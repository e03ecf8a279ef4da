import { Button, Group, Modal, Stack, Text, TextInput } from '@mantine/core';
import { type FormEvent, type ReactNode, useState } from 'react';
import { useText } from '../messages/use-text.ts';
import { ProblemAlert } from './problem-alert.tsx';

/** For what cannot be taken back lightly: the word has to be typed. */
export const TypedConfirmation = ({
  opened,
  onClose,
  title,
  word,
  action,
  destructive = false,
  pending,
  error,
  onConfirm,
  children,
}: {
  readonly opened: boolean;
  readonly onClose: () => void;
  readonly title: string;
  readonly word: string;
  readonly action: string;
  readonly destructive?: boolean;
  readonly pending: boolean;
  readonly error: Error | null;
  readonly onConfirm: () => void;
  readonly children: ReactNode;
}) => {
  const t = useText('kit');
  const [typed, setTyped] = useState('');
  const matches = typed === word;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (matches) onConfirm();
  };
  return (
    <Modal
      opened={opened}
      onClose={onClose}
      title={title}
      centered
      onExitTransitionEnd={() => setTyped('')}
    >
      <form onSubmit={submit}>
        <Stack>
          <Text component="div" size="sm">
            {children}
          </Text>
          <TextInput
            data-autofocus
            label={t('confirm.type', { word })}
            value={typed}
            onChange={(event) => setTyped(event.currentTarget.value)}
            autoComplete="off"
            spellCheck={false}
            description={typed !== '' && !matches ? t('confirm.mismatch') : undefined}
          />
          {error === null ? null : <ProblemAlert error={error} />}
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>
              {t('confirm.cancel')}
            </Button>
            <Button
              type="submit"
              color={destructive ? 'red' : 'ink'}
              disabled={!matches}
              loading={pending}
            >
              {action}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
};
