import { ButtonLink, Page, useAddresses } from '@atelier/web-kit';
import { Box, Button, SimpleGrid, Stack, Text, Title } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { Narrow } from './narrow.tsx';

const ENTRANCES = [
  { key: 'user', address: 'crm', variant: 'filled' },
  { key: 'operator', address: 'admin', variant: 'default' },
] as const;

export const FindPage = () => {
  const { t } = useTranslation('landing');
  const addresses = useAddresses();
  return (
    <Narrow>
      <Page title={t('find.title')} description={t('find.lead')}>
        <SimpleGrid cols={{ base: 1, sm: 2 }}>
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
        </SimpleGrid>
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
