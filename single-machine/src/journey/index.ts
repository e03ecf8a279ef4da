export { extractForChurn, importFile, importTestData } from './data.ts';
export { activate, checkedBinding, launchWorkbench, runChurnNotebook } from './model.ts';
export {
  failureOf,
  invite,
  type Person,
  type SignedUpTenant,
  signUp,
  waitForWorkbench,
} from './tenant.ts';
export { until } from './until.ts';
