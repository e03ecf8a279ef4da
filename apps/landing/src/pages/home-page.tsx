import { ButtonLink, Columns, useAddresses, useText } from '@atelier/web-kit';
import { Box, Button, Container, Group, Stack, Text, ThemeIcon, Title } from '@mantine/core';
import {
  IconArrowRight,
  IconDatabaseExport,
  IconNotebook,
  IconShieldLock,
  IconUserCheck,
} from '@tabler/icons-react';
import classes from './home-page.module.css';
import { ListPicture } from './list-picture.tsx';

const STEPS = [
  { key: 'data', icon: IconDatabaseExport },
  { key: 'model', icon: IconNotebook },
  { key: 'use', icon: IconUserCheck },
] as const;

export const HomePage = () => {
  const t = useText('landing');
  const addresses = useAddresses();
  return (
    <>
      <Box className={classes.hero}>
        <Container size="lg">
          <Columns min={380} gap="xl" className={classes.heroGrid}>
            <Stack gap="lg" justify="center">
              <Title order={1} className={classes.title}>
                {t('home.title')}
              </Title>
              <Text size="lg" c="dimmed" maw={520}>
                {t('home.lead')}
              </Text>
              <Group gap="sm">
                <ButtonLink
                  to="/sign-up"
                  size="md"
                  rightSection={<IconArrowRight size={18} aria-hidden />}
                >
                  {t('home.signUp')}
                </ButtonLink>
                {addresses === undefined ? null : (
                  <Button component="a" href={addresses.crm} size="md" variant="default">
                    {t('home.signIn')}
                  </Button>
                )}
              </Group>
            </Stack>
            <ListPicture />
          </Columns>
        </Container>
      </Box>
      <Container size="lg" py={56}>
        <Title order={2} mb="lg">
          {t('home.stepsTitle')}
        </Title>
        <Columns component="ol" min={250} gap="lg" className={classes.steps}>
          {STEPS.map(({ key, icon: Icon }, index) => (
            <Stack component="li" key={key} gap="xs" className="atelier-surface">
              <Group gap="sm">
                <ThemeIcon variant="light" size={40} radius="md">
                  <Icon size={22} aria-hidden />
                </ThemeIcon>
                <Text c="dimmed" fw={700} aria-hidden>
                  {index + 1}
                </Text>
              </Group>
              <Title order={3}>{t(`home.steps.${key}Title`)}</Title>
              <Text c="dimmed">{t(`home.steps.${key}`)}</Text>
            </Stack>
          ))}
        </Columns>
        <Group align="flex-start" gap="md" mt={56} wrap="nowrap" maw={760}>
          <ThemeIcon variant="light" color="green" size={40} radius="md">
            <IconShieldLock size={22} aria-hidden />
          </ThemeIcon>
          <Box>
            <Title order={2}>{t('home.isolationTitle')}</Title>
            <Text c="dimmed" mt={4}>
              {t('home.isolation')}
            </Text>
          </Box>
        </Group>
      </Container>
    </>
  );
};
