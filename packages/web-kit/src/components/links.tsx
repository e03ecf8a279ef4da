import {
  ActionIcon,
  type ActionIconProps,
  Anchor,
  type AnchorProps,
  Button,
  type ButtonProps,
  NavLink,
  type NavLinkProps,
} from '@mantine/core';
import { createLink } from '@tanstack/react-router';
import type { AnchorHTMLAttributes, Ref } from 'react';

type Native = Omit<AnchorHTMLAttributes<HTMLAnchorElement>, 'style' | 'color'> & {
  readonly ref?: Ref<HTMLAnchorElement>;
};

/** Mantine's looks on the router's links. */
export const AnchorLink = createLink((props: AnchorProps & Native) => <Anchor {...props} />);

export const ButtonLink = createLink((props: ButtonProps & Native) => (
  <Button component="a" {...props} />
));

export const IconLink = createLink((props: ActionIconProps & Native) => (
  <ActionIcon component="a" {...props} />
));

export const NavigationLink = createLink((props: NavLinkProps & Native) => (
  <NavLink component="a" {...props} />
));
