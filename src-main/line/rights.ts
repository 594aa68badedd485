import type { CallName } from '../../src-shared/ipc/contract.ts';
import type { PersonRole } from '../../src-shared/ipc/lists.ts';

/** Who may do what. Roles are trades, not ranks; an engineer may stand in for a supervisor, both for QA and operators. */
const standsIn: Readonly<Record<PersonRole, readonly PersonRole[]>> = {
  operator: ['operator', 'supervisor', 'engineer'],
  supervisor: ['supervisor', 'engineer'],
  engineer: ['engineer'],
  qa: ['qa', 'supervisor', 'engineer'],
};

/** Whether somebody with the role `has` may do what asks for `needed`. */
export function mayAct(has: PersonRole, needed: PersonRole): boolean {
  return standsIn[needed].includes(has);
}

/**
 * Calls that ask for a role once people are known. What is not here everybody may do; what depends on more than the name of the call
 * (a board set aside, a setting that is a matter of taste) is decided where it is done.
 */
export const callRoles: { readonly [N in CallName]?: PersonRole } = {
  'line.start': 'operator',
  'line.startAll': 'operator',
  'line.setAside': 'operator',
  'line.releaseStop': 'supervisor',
  'line.acceptFirstArticle': 'engineer',
  'line.setBatch': 'supervisor',
  'line.resetShift': 'supervisor',
  'line.acceptClock': 'supervisor',
  'people.save': 'engineer',
  'signers.unlock': 'supervisor',
  'signers.rename': 'supervisor',
  'signers.changePassword': 'supervisor',
  'signers.createRoot': 'supervisor',
  'signers.setUp': 'supervisor',
  'records.rework': 'supervisor',
  'records.export': 'qa',
  'records.exportUnit': 'qa',
  'signers.export': 'qa',
  'plan.exportDryRun': 'qa',
  'plan.save': 'engineer',
  'plan.release': 'engineer',
  'plan.activate': 'engineer',
  'server.addStation': 'engineer',
  'server.withdrawStation': 'engineer',
  'server.setStationKey': 'engineer',
};

/** Calls whose doing is written down with who did it, what to, and particulars; never a password or key. */
export const recordedCalls: ReadonlySet<CallName> = new Set<CallName>([
  'line.setAside',
  'line.releaseStop',
  'line.acceptFirstArticle',
  'line.setBatch',
  'line.resetShift',
  'line.acceptClock',
  'people.save',
  'signers.unlock',
  'signers.lock',
  'signers.lockAll',
  'signers.rename',
  'signers.changePassword',
  'signers.createRoot',
  'signers.setUp',
  'signers.export',
  'records.rework',
  'records.export',
  'records.exportUnit',
  'plan.exportDryRun',
  'plan.save',
  'plan.release',
  'plan.activate',
  'settings.save',
  'server.addStation',
  'server.withdrawStation',
  'server.setStationKey',
]);
