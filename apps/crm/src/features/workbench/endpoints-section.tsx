import {
  AnchorLink,
  DataTable,
  EmptyState,
  Section,
  useAnswer,
  useFormats,
  useNow,
  useText,
} from '@atelier/web-kit';
import { Badge } from '@mantine/core';
import { IconCloudOff } from '@tabler/icons-react';
import { LaunchLink } from './launch-link.tsx';

const IN_SERVICE = 'InService';

export const EndpointsSection = () => {
  const t = useText('crm');
  const formats = useFormats();
  const now = useNow(false);
  const endpoints = useAnswer('workbench-management', 'listEndpoints', {});
  return (
    <Section title={t('workbench.endpoints')} description={t('workbench.endpointsText')}>
      <DataTable
        caption={t('workbench.endpoints')}
        rows={endpoints.data?.items}
        rowKey={({ name }) => name}
        error={endpoints.error}
        onRetry={() => void endpoints.refetch()}
        columns={[
          {
            id: 'name',
            header: t('workbench.endpointName'),
            rowHeader: true,
            render: ({ name }) => name,
          },
          {
            id: 'status',
            header: t('workbench.endpointStatus'),
            render: ({ status }) => (
              <Badge color={status === IN_SERVICE ? 'green' : status === 'Failed' ? 'red' : 'gray'}>
                {status}
              </Badge>
            ),
          },
          {
            id: 'created',
            header: t('workbench.endpointCreated'),
            visibleFrom: 'sm',
            render: ({ createdAt }) => formats.ago(createdAt, now),
          },
          {
            id: 'register',
            header: '',
            render: ({ name, status }) =>
              status === IN_SERVICE ? (
                <AnchorLink to="/models/customer-churn/1" search={{ endpoint: name }}>
                  {t('workbench.register')}
                </AnchorLink>
              ) : null,
          },
        ]}
        empty={
          <EmptyState
            order={3}
            icon={IconCloudOff}
            title={t('workbench.noEndpoints')}
            action={<LaunchLink variant="default" />}
          >
            {t('workbench.noEndpointsText')}
          </EmptyState>
        }
      />
    </Section>
  );
};
