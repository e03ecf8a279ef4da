import { Group, Text } from '@mantine/core';

/** The mark: an easel seen from the front, its picture a rising curve. */
export const Mark = ({ size = 26 }: { readonly size?: number }) => (
  <svg width={size} height={size} viewBox="0 0 32 32" aria-hidden="true" style={{ flex: 'none' }}>
    <rect width="32" height="32" rx="8" fill="var(--mantine-color-ink-filled)" />
    <g fill="none" stroke="#ffffff" strokeWidth="2.2" strokeLinecap="round" strokeLinejoin="round">
      <path d="M8 8h16v11H8z" />
      <path d="M11 16l3.2-3 2.8 2 4-4.5" />
      <path d="M12 19l-2.5 6M20 19l2.5 6" />
    </g>
  </svg>
);

export const Brand = ({ application }: { readonly application?: string | undefined }) => (
  <Group gap={10} wrap="nowrap">
    <Mark />
    <Text fw={700} size="lg" lh={1} component="span" style={{ whiteSpace: 'nowrap' }}>
      Atelier
      {application === undefined ? null : (
        <Text span c="dimmed" fw={500} ml={6}>
          {application}
        </Text>
      )}
    </Text>
  </Group>
);
