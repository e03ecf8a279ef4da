import { validationError } from '../wire/errors.ts';

/** Image names that people and SDKs use for what the workbench image holds; registry and tag are free. */
const workbenchRepositories = new Set([
  'atelier/workbench',
  'sagemaker-scikit-learn',
  'sagemaker-xgboost',
  'sagemaker-base-python',
  'sagemaker-base-python-310',
  'sagemaker-data-science',
  'sagemaker-data-science-310',
  'sagemaker-distribution-prod',
]);

/** Throws unless the image is one the workbench image stands for. */
export const checkImage = (image: string): void => {
  const path = image.replace(/@sha256:[0-9a-f]+$/u, '').replace(/:[^:/]+$/u, '');
  const known = [...workbenchRepositories].some(
    (repository) => path === repository || path.endsWith(`/${repository}`),
  );
  if (!known) {
    throw validationError(
      `Image ${image} is not available here. Use one of: ${[...workbenchRepositories].join(', ')}.`,
    );
  }
};
