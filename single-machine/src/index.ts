export { type Instance, loadInstance } from './instance/instance.ts';
export { readStatus, type Status } from './instance/status.ts';
export {
  STACK_VARIABLE,
  type StackAddress,
  startTestStack,
  type TestStack,
} from './suites/test-stack.ts';
