import { useMantineColorScheme } from '@mantine/core';
import { IconDeviceDesktop, IconMoon, IconSun } from '@tabler/icons-react';
import { Dropdown } from '../components/dropdown.tsx';
import { DropdownItem } from '../components/dropdown-item.tsx';
import { useText } from '../messages/use-text.ts';

const SCHEMES = [
  { scheme: 'light', icon: IconSun },
  { scheme: 'dark', icon: IconMoon },
  { scheme: 'auto', icon: IconDeviceDesktop },
] as const;

/** Light, dark or as the system says; kept in the browser. */
export const ThemeSwitch = () => {
  const t = useText('kit');
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  const Current = SCHEMES.find(({ scheme }) => scheme === colorScheme)?.icon ?? IconSun;
  return (
    <Dropdown label={t('theme.label')} icon={<Current size={20} aria-hidden />} width={200}>
      {({ close }) =>
        SCHEMES.map(({ scheme, icon }) => (
          <DropdownItem
            key={scheme}
            icon={icon}
            label={t(`theme.${scheme}`)}
            chosen={scheme === colorScheme}
            onClick={() => {
              setColorScheme(scheme);
              close();
            }}
          />
        ))
      }
    </Dropdown>
  );
};
