import { AnchorLink, Brand, ButtonLink, SkipLink, ThemeSwitch, useText } from '@atelier/web-kit';
import { Box, Container, Group, Text } from '@mantine/core';
import { Link, Outlet } from '@tanstack/react-router';
import classes from './frame.module.css';

/** Header and footer around every public page. */
export const Frame = () => {
  const t = useText('landing');
  return (
    <Box className={classes.frame}>
      <SkipLink />
      <Box component="header" className={classes.header}>
        <Container size="lg" h="100%">
          <Group h="100%" justify="space-between" wrap="nowrap">
            <Link to="/" aria-label={t('nav.home')} className={classes.brand}>
              <Brand />
            </Link>
            <Group component="nav" gap="sm" wrap="nowrap" aria-label={t('nav.label')}>
              <AnchorLink to="/find-my-workspace" size="sm" visibleFrom="xs" underline="hover">
                {t('nav.findWorkspace')}
              </AnchorLink>
              <ButtonLink to="/sign-up" size="sm" variant="light">
                {t('nav.signUp')}
              </ButtonLink>
              <ThemeSwitch />
            </Group>
          </Group>
        </Container>
      </Box>
      <Box component="main" id="content" tabIndex={-1} className={classes.main}>
        <Outlet />
      </Box>
      <Box component="footer" className={classes.footer}>
        <Container size="lg">
          <Group justify="space-between">
            <Text size="sm" c="dimmed">
              {t('footer.text')}
            </Text>
            <AnchorLink to="/find-my-workspace" size="sm">
              {t('nav.findWorkspace')}
            </AnchorLink>
          </Group>
        </Container>
      </Box>
    </Box>
  );
};
