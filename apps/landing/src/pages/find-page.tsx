import { ButtonLink, Columns, Page, useAddresses, useText } from '@atelier/web-kit';
import { Box, Button, Stack, Text, Title } from '@mantine/core';
import { Narrow } from './narrow.tsx';

const ENTRANCES = [
  { key: 'user', address: 'crm', variant: 'filled' },
  { key: 'operator', address: 'admin', variant: 'default' },
] as const;

export const FindPage = () => {
  const t = useText('landing');
  const addresses = useAddresses();
  return (
    <Narrow>
      <Page title={t('find.title')} description={t('find.lead')}>
        <Columns min={220}>
          {ENTRANCES.map(({ key, address, variant }) => (
            <Stack key={key} gap="sm" className="atelier-surface" justify="space-between">
              <Box>
                <Title order={2} size="h3">
                  {t(`find.${key}`)}
                </Title>
                <Text size="sm" c="dimmed">
                  {t(`find.${key}Text`)}
                </Text>
              </Box>
              <Button
                component="a"
                href={addresses?.[address]}
                variant={variant}
                loading={addresses === undefined}
              >
                {t(`find.${key}Action`)}
              </Button>
            </Stack>
          ))}
        </Columns>
        <Text size="sm">
          {t('find.none')}{' '}
          <ButtonLink to="/sign-up" size="compact-sm" variant="light">
            {t('nav.signUp')}
          </ButtonLink>
        </Text>
      </Page>
    </Narrow>
  );
};
