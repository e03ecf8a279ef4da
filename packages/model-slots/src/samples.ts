import type { SlotView } from '@atelier/contracts';
import { type SlotDefinition, slotId } from './slot.ts';
import { requestBody } from './slot-contract.ts';

/** What a tenant copies: the exact request, an exact answer, and how to send and to serve it. */
export const sampleOf = (slot: SlotDefinition): SlotView['sample'] => {
  const request = requestBody(slot, slot.goldenRows.slice(0, 2));
  const response = {
    predictions: [
      { probability: 0.12, reasons: ['buys every six weeks'] },
      { probability: 0.86, reasons: ['bought once, 200 days ago'] },
    ],
  };
  return {
    request: JSON.parse(request),
    response,
    curl: [
      'aws sagemaker-runtime invoke-endpoint --endpoint-name my-endpoint \\',
      '  --content-type application/json --cli-binary-format raw-in-base64-out \\',
      `  --body '${request}' answer.json`,
    ].join('\n'),
    python: [
      'import boto3, json',
      '',
      "runtime = boto3.client('sagemaker-runtime')",
      'answer = runtime.invoke_endpoint(',
      "    EndpointName='my-endpoint', ContentType='application/json',",
      `    Body='''${request}''',`,
      ')',
      "print(json.load(answer['Body']))",
    ].join('\n'),
    inferenceScript: inferenceScript(slot),
  };
};

const inferenceScript = (slot: SlotDefinition): string =>
  [
    `"""Serves a model behind ${slotId(slot)}."""`,
    'import json, os, pickle',
    'import numpy as np',
    '',
    'def model_fn(model_dir):',
    "    with open(os.path.join(model_dir, 'model.pkl'), 'rb') as file:",
    '        return pickle.load(file)',
    '',
    'def input_fn(body, content_type):',
    '    # Undefined features are null; numpy reads them as NaN.',
    "    return np.array(json.loads(body)['instances'], dtype=float)",
    '',
    'def predict_fn(rows, model):',
    '    return model.predict_proba(rows)[:, 1]',
    '',
    'def output_fn(probabilities, accept):',
    "    return json.dumps({'predictions': [{'probability': float(p)} for p in probabilities]}), accept",
  ].join('\n');
