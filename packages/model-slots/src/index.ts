export { type Endpoints, ModelFailure } from './endpoint.ts';
export { MODEL_SLOT_MIGRATIONS, type ModelSlots, mountModelSlots } from './model-slots.ts';
export { deleteScores } from './score-store.ts';
export { type SlotDefinition, slotId } from './slot.ts';
export { ContractViolation, type Prediction } from './slot-contract.ts';
export { customerChurn } from './slots/customer-churn.ts';
