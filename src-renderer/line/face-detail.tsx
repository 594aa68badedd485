import type { Reason } from '../../src-shared/model/reasons.ts';
import { Told } from '../parts/told.tsx';

/** The particulars of what a card says: told in the language of the screens, or as a person wrote them. */
export function FaceDetail({
  detail,
  told,
  className = 'face-detail',
}: {
  readonly detail: string;
  readonly told: Reason | undefined;
  readonly className?: string;
}) {
  if (detail === '') return null;
  return <p className={className}>{told === undefined ? detail : <Told reason={told} sentence />}</p>;
}
