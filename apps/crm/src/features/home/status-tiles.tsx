import { AnchorLink, Columns, useAnswer, useFormats, useHasRole, useText } from '@atelier/web-kit';
import { Skeleton, Text } from '@mantine/core';
import type { ReactNode } from 'react';
import { MODELLERS } from '../../access/roles.ts';

const Tile = ({ label, children }: { readonly label: string; readonly children: ReactNode }) => (
  <div className="atelier-surface">
    <Text size="sm" c="dimmed">
      {label}
    </Text>
    <Text fw={650} size="lg" component="div" mt={2}>
      {children ?? <Skeleton height={24} width={90} />}
    </Text>
  </div>
);

/** How things stand, each with the way to where it is shown in full. */
export const StatusTiles = ({ customers }: { readonly customers: number | undefined }) => {
  const t = useText('crm');
  const formats = useFormats();
  const modeller = useHasRole(...MODELLERS);
  const asOf = useAnswer('customer-management', 'getAsOf', {});
  const slots = useAnswer('customer-management', 'listSlots', {});
  const workbench = useAnswer('workbench-management', 'getWorkbench', {}, { enabled: modeller });
  const churn = slots.data?.items.find(({ slot }) => slot.startsWith('customer-churn/'));
  return (
    <Columns min={150}>
      <Tile label={t('home.customers')}>
        {customers === undefined ? null : (
          <AnchorLink to="/customers">{formats.number(customers)}</AnchorLink>
        )}
      </Tile>
      <Tile label={t('home.asOf')}>
        {asOf.data === undefined ? null : asOf.data.isToday ? (
          t('home.today')
        ) : (
          <AnchorLink to="/settings/company">{formats.day(asOf.data.asOf)}</AnchorLink>
        )}
      </Tile>
      <Tile label={t('home.model')}>
        {churn === undefined ? null : (
          <AnchorLink to={`/models/${churn.slot}`}>
            {churn.active === null
              ? t('churn.builtIn')
              : t('churn.model', {
                  model: churn.active.endpointName,
                  version: churn.active.version,
                })}
          </AnchorLink>
        )}
      </Tile>
      {modeller ? (
        <Tile label={t('home.workbench')}>
          {workbench.data === undefined ? null : (
            <AnchorLink to="/workbench">{t(`workbenchState.${workbench.data.state}`)}</AnchorLink>
          )}
        </Tile>
      ) : null}
    </Columns>
  );
};
