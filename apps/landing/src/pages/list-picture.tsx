import { useText } from '@atelier/web-kit';
import { Badge, Group, Progress, Stack, Text } from '@mantine/core';
import classes from './list-picture.module.css';

const ROWS = [
  { name: 'Lena Brandt', percent: 83, color: 'red', own: true },
  { name: 'Omar Haddad', percent: 61, color: 'amber', own: true },
  { name: 'Yuki Tanaka', percent: 34, color: 'ink', own: false },
  { name: 'Paul Okafor', percent: 12, color: 'green', own: true },
] as const;

/** What the customer list looks like, with invented people: a picture, not data. */
export const ListPicture = () => {
  const t = useText('landing');
  return (
    <figure className={classes.figure} aria-label={t('home.exampleLabel')}>
      <Group justify="space-between" mb="sm">
        <Text size="sm" c="dimmed" fw={600}>
          {t('home.exampleCustomer')} · {t('home.exampleChurn')}
        </Text>
        <Badge color="gray">{t('home.example')}</Badge>
      </Group>
      <Stack gap="md">
        {ROWS.map(({ name, percent, color, own }) => (
          <div key={name}>
            <Group justify="space-between" wrap="nowrap" mb={6}>
              <Text fw={600}>{name}</Text>
              <Group gap={8} wrap="nowrap">
                <Badge color={own ? 'ink' : 'gray'}>
                  {own ? t('home.exampleOwn') : t('home.exampleBuiltIn')}
                </Badge>
                <Text fw={700} className={classes.percent}>
                  {percent}%
                </Text>
              </Group>
            </Group>
            <Progress value={percent} color={color} size="sm" aria-label={name} />
          </div>
        ))}
      </Stack>
    </figure>
  );
};
