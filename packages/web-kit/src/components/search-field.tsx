import { CloseButton, TextInput } from '@mantine/core';
import { useDebouncedCallback } from '@mantine/hooks';
import { IconSearch } from '@tabler/icons-react';
import { useEffect, useState } from 'react';
import { useText } from '../messages/use-text.ts';

const PAUSE_MS = 300;

/** Searches once the typing pauses. The address is the truth; this follows it back and forth. */
export const SearchField = ({
  value,
  onSearch,
  label,
}: {
  readonly value: string | undefined;
  readonly onSearch: (search: string | undefined) => void;
  readonly label?: string;
}) => {
  const t = useText('kit');
  const [typed, setTyped] = useState(value ?? '');
  const search = useDebouncedCallback(
    (text: string) => onSearch(text.trim() || undefined),
    PAUSE_MS,
  );
  useEffect(() => setTyped(value ?? ''), [value]);
  return (
    <TextInput
      type="search"
      role="searchbox"
      aria-label={label ?? t('table.search')}
      placeholder={label ?? t('table.search')}
      maxLength={100}
      value={typed}
      leftSection={<IconSearch size={16} aria-hidden />}
      rightSection={
        typed === '' ? null : (
          <CloseButton
            size="sm"
            aria-label={t('table.clear')}
            onClick={() => {
              setTyped('');
              onSearch(undefined);
            }}
          />
        )
      }
      onChange={(event) => {
        setTyped(event.currentTarget.value);
        search(event.currentTarget.value);
      }}
      w={{ base: '100%', sm: 280 }}
    />
  );
};
