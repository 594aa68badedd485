/** The device room: kits with one owner each, sequences as the only way to a chip, presence, and the procedures on it. */
export { type AssumedChip, type PlannedPackets, planPackets } from './assumed-chip.ts';
export { type ChipFacts, commandCeilingMs, unknownChip, windowCeilingMs, windowLimitMs } from './budget.ts';
export type { DeviceEvent, DeviceObserver, PacketFacts } from './events.ts';
export {
  type DeviceFailure,
  describeFailure,
  type FailureReport,
  failureAsError,
  failureToError,
  isBusStuck,
  isFault,
  isTakenAway,
  type KitFailure,
  reasonOfFailure,
} from './failures.ts';
export { type ChipIdentity, factsOfConfig, identifyChip, lockStateOf, signerRecordReadable } from './identify.ts';
export {
  type ByteChannel,
  type ChannelDescription,
  type ChannelReceiver,
  type KitOpenFailure,
  openKit,
  type Transport,
  type TransportFailure,
} from './kit-access.ts';
export { classifyKit, type KitClass } from './kit-class.ts';
export {
  DEFAULT_ADDRESS,
  type KitEntry,
  type KitLease,
  type KitOwner,
  KitRegistry,
  type KitRegistryOptions,
  type OwnerRole,
  type RegistryEvent,
  type TakeFailure,
  type TakeOptions,
  takeFailureAsError,
} from './kit-registry.ts';
export { compareSight, Presence, type PresenceEvent, type PresenceOptions, type Sight } from './presence.ts';
export * from './procedures/index.ts';
export { type ChipSession, expectSerial, type RunOptions, type SequencePlan } from './sequence.ts';
export {
  type AskOptions,
  ask,
  askStatus,
  follow,
  idleWake,
  type Step,
  type StepAnswer,
  type Steps,
  stop,
} from './steps.ts';
