/** How long, by whom, how often, and what of the count is told to everybody. Pure. */

export const DAYS = { least: 1, usual: 7, most: 14 } as const
/** A request to open or extend that nobody confirms ends by itself. */
export const REQUEST_HOURS = 24
/** Who was found can be opened for so long. */
export const FOUND_MINUTES = 60
/** A chart that was opened can be read again for so long. */
export const LOOK_HOURS = 2

/** How long a second clinician may take to say yes. */
export const SECOND_MINUTES = 15

/** What one member of staff, and one institution, may do within an hour. */
export const limits = { searches: 60, looks: 40, searchesAtInstitution: 600 } as const
export type Counted = { searches: number; looks: number; searchesAtInstitution: number }
export const overLimit = (counted: Counted, act: 'search' | 'look'): boolean =>
  act === 'search'
    ? counted.searches >= limits.searches || counted.searchesAtInstitution >= limits.searchesAtInstitution
    : counted.looks >= limits.looks

export const isDays = (days: number): boolean => Number.isInteger(days) && days >= DAYS.least && days <= DAYS.most

const DAY_MS = 86_400_000
export const daysLater = (from: Date, days: number): Date => new Date(from.getTime() + days * DAY_MS)

export const keeperRoles = ['operator', 'auditor'] as const

/** Whether somebody else must agree. Where nobody else keeps the platform, a disaster does not wait for them. */
export const needsSecond = (others: number): boolean => others > 0

export type RequestState = 'waiting' | 'done' | 'declined' | 'over'
export const stateNow = (r: { state: 'waiting' | 'done' | 'declined'; at: Date }, now: Date): RequestState =>
  r.state === 'waiting' && now.getTime() - r.at.getTime() > REQUEST_HOURS * 3_600_000 ? 'over' : r.state

/** Below this nothing is told but that it is below. */
export const SMALL = 10

/**
 * A count as everybody may know it: rounded to the nearest ten, so that nobody learns a small one from the difference of two;
 * null for one that is small and not nothing.
 */
export const publicCount = (count: number): number | null => (count === 0 ? 0 : count < SMALL ? null : Math.round(count / 10) * 10)
