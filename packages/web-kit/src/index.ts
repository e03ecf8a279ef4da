export { type Addresses, useAddresses } from './api/configuration.ts';
export { signInUrl, signOut, useHasRole, useSession, useUser } from './api/session.ts';
export { useAction } from './api/use-action.ts';
export {
  type Answer,
  type AnswerOptions,
  answerKey,
  type Call,
  callOperation,
  useAnswer,
} from './api/use-answer.ts';
export { CodeBlock, Copy } from './components/code-block.tsx';
export { Columns } from './components/columns.tsx';
export { type Column, CursorPaging, DataTable } from './components/data-table.tsx';
export { summariseSteps } from './components/describe-steps.ts';
export { EmptyState } from './components/empty-state.tsx';
export { type Fact, Facts } from './components/facts.tsx';
export { fieldErrors } from './components/field-errors.ts';
export { AnchorLink, ButtonLink } from './components/links.tsx';
export { Notice } from './components/notice.tsx';
export { ProblemAlert } from './components/problem-alert.tsx';
export { type Job, ProgressTray } from './components/progress-tray.tsx';
export { SearchField } from './components/search-field.tsx';
export { sentence } from './components/sentence.ts';
export { StepList } from './components/step-list.tsx';
export { TypedConfirmation } from './components/typed-confirmation.tsx';
export { WorkBadge, type WorkBadgeState } from './components/work-badge.tsx';
export type { Formats } from './format/formats.ts';
export { useFormats } from './format/use-formats.ts';
export { useNow } from './format/use-now.ts';
export { usePollMs } from './live/live-updates.tsx';
export { addMessages } from './messages/catalogue.ts';
export { useText } from './messages/use-text.ts';
export { Brand, Mark } from './shell/brand.tsx';
export { Page, Section } from './shell/page.tsx';
export { NotFoundPage, StandaloneNotFoundPage } from './shell/route-states.tsx';
export { SessionGate } from './shell/session-gate.tsx';
export { type NavigationItem, Shell } from './shell/shell.tsx';
export { SIGNED_OUT_PATH, SignedOutPage } from './shell/signed-out-page.tsx';
export { SkipLink } from './shell/skip-link.tsx';
export { Standalone } from './shell/standalone.tsx';
export { ThemeSwitch } from './theme/theme-switch.tsx';
export {
  changeListSearch,
  type ListSearch,
  nextSort,
  oneOf,
  parseListSearch,
} from './url/list-search.ts';
export { type ListAddress, useListAddress } from './url/use-list-address.ts';
export { startWebApp } from './web-app.tsx';
