/** Nominal region of every resource here; the SDKs accept only real ones. */
export interface Place {
  readonly region: string;
  readonly accountId: string;
}

export type ResourceKind = 'training-job' | 'model' | 'endpoint-config' | 'endpoint';

export const resourceArn = (place: Place, kind: ResourceKind, name: string): string =>
  `arn:aws:sagemaker:${place.region}:${place.accountId}:${kind}/${name}`;

/** Resource names: at most 63 characters. */
export const namePattern = /^[a-zA-Z0-9](-*[a-zA-Z0-9]){0,62}$/u;

export const sagemakerService = 'sagemaker.amazonaws.com';

/** Labels by which containers are found again. */
export const labelKind = 'atelier.kind';
export const labelArn = 'atelier.arn';
export const labelGeneration = 'atelier.generation';
export const labelVariant = 'atelier.variant';
