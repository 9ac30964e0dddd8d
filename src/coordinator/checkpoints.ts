import { checkpointIsDue } from '../ledger/checkpoint.ts'
import { NightshiftError } from '../model/errors.ts'
import { isBehind } from './channels.ts'
import { behindReason } from './fencing.ts'
import type { Turn } from './turn.ts'

/** The end of a turn: books that have grown enough since the last checkpoint, or rest, get one. Books that are behind are vouched for by nobody. */
export function checkpointWhenDue (turn: Turn): void {
  const { ledger, config } = turn.state
  if (!isBehind(turn.state) && checkpointIsDue(ledger, turn.now, config.checkpointEvery)) turn.checkpoint()
}

/** The operator asks for one. @throws NS_E_BEHIND when the books are not the newest there are */
export function requestCheckpoint (turn: Turn): void {
  const behind = behindReason(turn.state)
  if (behind !== undefined) throw new NightshiftError('NS_E_BEHIND', behind.text)
  turn.checkpoint()
}
