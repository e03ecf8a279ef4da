import type { SlotView } from '@atelier/contracts';
import { CodeBlock, Section, useText } from '@atelier/web-kit';
import { Tabs } from '@mantine/core';

const asJson = (value: unknown): string => JSON.stringify(value, null, 2);

const SAMPLES = [
  { name: 'request', code: ({ sample }: SlotView) => asJson(sample.request) },
  { name: 'response', code: ({ sample }: SlotView) => asJson(sample.response) },
  { name: 'curl', code: ({ sample }: SlotView) => sample.curl },
  { name: 'python', code: ({ sample }: SlotView) => sample.python },
  { name: 'inferenceScript', code: ({ sample }: SlotView) => sample.inferenceScript },
  { name: 'requestSchema', code: ({ requestSchema }: SlotView) => asJson(requestSchema) },
  { name: 'responseSchema', code: ({ responseSchema }: SlotView) => asJson(responseSchema) },
] as const;

/** What the CRM sends and expects, ready to be copied. */
export const SamplesSection = ({ slot }: { readonly slot: SlotView }) => {
  const t = useText('crm');
  return (
    <Section title={t('models.samples')} description={t('models.samplesText')}>
      <Tabs defaultValue="request" keepMounted={false}>
        <Tabs.List mb="md" aria-label={t('models.samples')}>
          {SAMPLES.map(({ name }) => (
            <Tabs.Tab key={name} value={name}>
              {t(`models.sample.${name}`)}
            </Tabs.Tab>
          ))}
        </Tabs.List>
        {SAMPLES.map(({ name, code }) => (
          <Tabs.Panel key={name} value={name}>
            <CodeBlock code={code(slot)} label={t(`models.sample.${name}`)} maxHeight={480} />
          </Tabs.Panel>
        ))}
      </Tabs>
    </Section>
  );
};
